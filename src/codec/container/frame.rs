//! Frames: a header, a payload, and a CRC-32C of each.
//!
//! Every header states which bytes of the original the frame holds, so that a reader can place a frame when the frames
//! around it are lost. Layout: `docs/formats/container.md`, section 3.

use super::format::Format;
use crate::crc::crc32c;
use crate::util::bytes::{Reader, Writer};
use crate::util::slice::Put;
use crate::util::unsigned::Unsigned;

/// The first bytes of every frame. It is not text and not a run of one byte, and differs from itself at every shift.
pub const SYNC: [u8; 4] = [0xF5, 0x53, 0x51, 0xB2];

/// Version of the format, in every header.
pub const VERSION: u8 = 1;

/// Size of a header with its checksum, in bytes.
pub const HEADER_BYTES: usize = 32;

/// Size of the checksum after the payload, in bytes.
pub const TRAILER_BYTES: usize = 4;

/// Size of a frame without its payload, in bytes.
pub const OVERHEAD_BYTES: usize = HEADER_BYTES + TRAILER_BYTES;

/// Minimum frame size that can be configured, in raw bytes.
pub const MIN_FRAME_BYTES: usize = 16 << 10;

/// Maximum frame size that can be configured, in raw bytes.
pub const MAX_FRAME_BYTES: usize = 4 << 20;

/// Maximum number of frames in a group.
pub const MAX_RESTART_INTERVAL: u32 = 256;

/// The coding of a frame's payload. The numbers are those of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Codec {
    /// The raw bytes.
    Stored = 0,
    /// Glyphs of numeric planes.
    Numeric = 1,
    /// LZ77 with entropy-coded literals and sequences.
    Lz = 2,
    /// CCSDS 121.0-B-3.
    Ccsds121 = 3,
    /// The end of the stream, without raw bytes; the payload may hold an index.
    End = 15,
}

impl Codec {
    /// The codec with this number.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            0 => Codec::Stored,
            1 => Codec::Numeric,
            2 => Codec::Lz,
            3 => Codec::Ccsds121,
            15 => Codec::End,
            _ => return None,
        })
    }
}

/// The fields of a frame header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Coding of the payload.
    pub codec: Codec,
    /// Number of frames before this one in its group; it may refer to their bytes. The first frame of a group has 0.
    pub position: u8,
    /// Layout of the raw bytes.
    pub format: Format,
    /// Equal in all frames of a stream; distinguishes them from the frames of an encoded stream in a stored payload.
    pub tag: u16,
    /// Number of the frame in its stream, modulo 2^24.
    pub sequence: u32,
    /// Position of the first raw byte in the original, in bytes.
    pub raw_offset: u64,
    /// Number of raw bytes.
    pub raw_len: u32,
    /// Size of the payload in bytes.
    pub payload_len: u32,
}

impl Header {
    /// The encoded header.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; HEADER_BYTES] {
        let mut out = [0u8; HEADER_BYTES];
        let mut w = Writer::new(&mut out);
        w.bytes(&SYNC);
        w.u8(VERSION << 4 | self.position >> 4);
        w.u8(self.position << 4 | self.codec as u8);
        w.u8(self.format.code());
        w.u16(self.format.channels.wrapping_sub(1) as u16);
        w.u16(self.tag);
        for v in [self.sequence, self.raw_len, self.payload_len] {
            let [_, a, b, c] = v.to_be_bytes();
            w.bytes(&[a, b, c]);
        }
        w.u64(self.raw_offset);
        let (body, crc) = out.split_at_mut(HEADER_BYTES - 4);
        crc.put(&crc32c(body).to_be_bytes());
        out
    }

    /// Parses a header; `None` if the sync marker, the checksum or a field is invalid.
    #[must_use]
    pub fn parse(bytes: &[u8; HEADER_BYTES]) -> Option<Self> {
        let (body, crc) = bytes.split_last_chunk::<4>()?;
        let mut r = Reader::new(body);
        if r.bytes(4)? != SYNC.as_slice() || crc32c(body) != u32::from_be_bytes(*crc) {
            return None;
        }
        let (first, second) = (r.u8()?, r.u8()?);
        if first >> 4 != VERSION {
            return None;
        }
        let position = first << 4 | second >> 4;
        let codec = Codec::from_code(second & 15)?;
        let code = r.u8()?;
        let channels = u32::from(r.u16()?).sat_add(1);
        let tag = r.u16()?;
        let mut u24 = || {
            let b = r.bytes(3)?;
            Some(b.iter().fold(0u32, |v, b| (v << 8) | u32::from(*b)))
        };
        let (sequence, raw_len, payload_len) = (u24()?, u24()?, u24()?);
        let raw_offset = r.u64()?;
        raw_offset.checked_add(u64::from(raw_len))?;
        let format = Format::from_code(code, channels)?;
        let h = Header { codec, position, format, tag, sequence, raw_offset, raw_len, payload_len };
        let valid = match codec {
            Codec::End => raw_len == 0 && position == 0,
            Codec::Stored => payload_len == raw_len && raw_len > 0,
            _ => raw_len > 0 && payload_len < raw_len,
        };
        (valid && raw_len as usize <= MAX_FRAME_BYTES && payload_len as usize <= MAX_FRAME_BYTES).then_some(h)
    }

    /// Size of the frame in bytes, with header and trailer.
    #[must_use]
    pub const fn frame_len(&self) -> usize {
        OVERHEAD_BYTES.saturating_add(self.payload_len as usize)
    }

    /// Whether this frame is the one directly after `other` in the same stream.
    #[must_use]
    pub const fn follows(&self, other: &Header) -> bool {
        let next = other.sequence.wrapping_add(1) & 0xff_ffff;
        self.tag == other.tag && self.sequence == next && self.raw_offset == other.raw_end()
    }

    /// End (exclusive) of the raw bytes in the original.
    #[must_use]
    pub const fn raw_end(&self) -> u64 {
        self.raw_offset.saturating_add(self.raw_len as u64)
    }
}

/// The first position in `bytes` where a frame could start: a sync marker, or the start of one at the end of `bytes`.
#[must_use]
pub fn find_sync(bytes: &[u8]) -> usize {
    let mut from = 0usize;
    let [first, ..] = SYNC;
    // Every iteration advances by at least one byte.
    while let Some(rest) = bytes.get(from..) {
        let Some(skip) = rest.iter().position(|b| *b == first) else { break };
        from = from.sat_add(skip);
        let here = bytes.get(from..).unwrap_or(&[]);
        if SYNC.iter().zip(here).all(|(a, b)| a == b) {
            return from;
        }
        from = from.sat_add(1);
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::container::format::{ByteOrder, SampleType};

    fn header() -> Header {
        Header {
            codec: Codec::Numeric,
            position: 0,
            format: Format::new(SampleType::I16, ByteOrder::Little, 12).unwrap(),
            tag: 0xabcd,
            sequence: 0x01_0203,
            raw_offset: 0x0102_0304_0506_0708,
            raw_len: 32768,
            payload_len: 32767,
        }
    }

    #[test]
    fn headers_read_back() {
        let h = header();
        assert_eq!(Header::parse(&h.to_bytes()), Some(h));
        assert_eq!(h.frame_len(), 32767 + 36);
        for position in 0..=255 {
            let h = Header { position, ..h };
            assert_eq!(Header::parse(&h.to_bytes()), Some(h));
        }
    }

    #[test]
    fn every_flipped_bit_is_detected() {
        let good = header().to_bytes();
        for bit in 0..8 * HEADER_BYTES {
            let mut bad = good;
            bad[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Header::parse(&bad), None, "bit {bit}");
        }
    }

    #[test]
    fn contradictory_lengths_are_refused() {
        let mut h = header();
        h.payload_len = h.raw_len;
        assert_eq!(Header::parse(&h.to_bytes()), None);
        h.codec = Codec::Stored;
        assert_eq!(Header::parse(&h.to_bytes()), Some(h));
        h.raw_offset = u64::MAX - 5;
        assert_eq!(Header::parse(&h.to_bytes()), None);
    }

    #[test]
    fn complete_and_truncated_sync_markers_are_found() {
        let mut b = [0u8; 40];
        assert_eq!(find_sync(&b), 40);
        b[17..21].copy_from_slice(&SYNC);
        b[3] = SYNC[0];
        assert_eq!(find_sync(&b), 17);
        assert_eq!(find_sync(&b[..19]), 17);
        assert_eq!(find_sync(&b[..17]), 17);
        assert_eq!(find_sync(&[]), 0);
    }
}
