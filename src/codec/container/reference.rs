//! What stands in front of a payload that may refer to bytes before its frame.

use super::frame::Codec;
use super::varint;
use crate::crc::crc32c;
use crate::util::bytes::{Reader, Writer};

/// Most bytes of it.
pub(in crate::codec) const MAX_BYTES: usize = 9;

/// Whether a payload of this codec, in a frame with so many others of its group before it, begins with a [`Reference`].
pub(in crate::codec) const fn refers(codec: Codec, position: u8) -> bool {
    position > 0 && matches!(codec, Codec::Numeric | Codec::Lz)
}

/// What a frame needs of those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::codec) struct Reference {
    /// So many bytes before the frame.
    pub(in crate::codec) bytes: u32,
    /// CRC-32C of the frame's raw bytes: behind other bytes than its own it would come out wrong.
    pub(in crate::codec) crc: u32,
}

impl Reference {
    /// Of the frame `raw` to `bytes` bytes before it.
    pub(in crate::codec) fn new(bytes: usize, raw: &[u8]) -> Self {
        Reference { bytes: bytes as u32, crc: crc32c(raw) }
    }

    /// As bytes, and how many.
    pub(in crate::codec) fn to_bytes(self) -> Option<([u8; MAX_BYTES], usize)> {
        let mut out = [0; MAX_BYTES];
        let mut w = Writer::new(&mut out);
        varint::write(&mut w, self.bytes);
        w.u32(self.crc);
        let n = w.finish()?;
        Some((out, n))
    }

    /// Reads it, and leaves what is behind it.
    pub(in crate::codec) fn read(payload: &mut &[u8]) -> Option<Self> {
        let mut r = Reader::new(payload);
        let reference = Reference { bytes: varint::read(&mut r)?, crc: r.u32()? };
        *payload = r.rest();
        Some(reference)
    }
}
