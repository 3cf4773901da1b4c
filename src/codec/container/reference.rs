//! [`Reference`]: the start of a payload that may refer to bytes before its frame.

use super::frame::Codec;
use super::varint;
use crate::crc::crc32c;
use crate::util::bytes::{Reader, Writer};

/// Maximum size of an encoded [`Reference`] in bytes.
pub(in crate::codec) const MAX_BYTES: usize = 9;

/// Whether the payload of a frame begins with a [`Reference`]. `position` is the frame's position in its group.
pub(in crate::codec) const fn refers(codec: Codec, position: u8) -> bool {
    position > 0 && matches!(codec, Codec::Numeric | Codec::Lz)
}

/// The bytes before a frame that its payload refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::codec) struct Reference {
    /// Number of raw bytes directly before the frame.
    pub(in crate::codec) bytes: u32,
    /// CRC-32C of the frame's raw bytes. It detects a frame that was decoded after other bytes than the encoder's.
    pub(in crate::codec) crc: u32,
}

impl Reference {
    /// The reference of the frame with the raw bytes `raw` to the `bytes` bytes before it.
    pub(in crate::codec) fn new(bytes: usize, raw: &[u8]) -> Self {
        Reference { bytes: bytes as u32, crc: crc32c(raw) }
    }

    /// The encoded reference and its length in bytes.
    pub(in crate::codec) fn to_bytes(self) -> Option<([u8; MAX_BYTES], usize)> {
        let mut out = [0; MAX_BYTES];
        let mut w = Writer::new(&mut out);
        varint::write(&mut w, self.bytes);
        w.u32(self.crc);
        let n = w.finish()?;
        Some((out, n))
    }

    /// Reads the reference at the start of `payload` and removes it from `payload`.
    pub(in crate::codec) fn read(payload: &mut &[u8]) -> Option<Self> {
        let mut r = Reader::new(payload);
        let reference = Reference { bytes: varint::read(&mut r)?, crc: r.u32()? };
        *payload = r.rest();
        Some(reference)
    }
}
