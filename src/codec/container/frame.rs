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

/// Version of the format that encoders write.
pub const VERSION: u8 = 2;

/// Size of a header with its checksum, in bytes. That of every later version, too.
pub const HEADER_BYTES: usize = 35;

/// Size of a header of version 1.
const HEADER_BYTES_1: usize = 32;

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
    /// Space packets as tables of fields.
    Packets = 4,
    /// A codec of a later encoder. Its frames cannot be decoded.
    Unknown = 14,
    /// The end of the stream, without raw bytes; the payload may hold an index.
    End = 15,
}

impl Codec {
    /// The codec with this number, of which the low four bits count.
    #[must_use]
    pub const fn from_code(code: u8) -> Self {
        match code & 15 {
            0 => Codec::Stored,
            1 => Codec::Numeric,
            2 => Codec::Lz,
            3 => Codec::Ccsds121,
            4 => Codec::Packets,
            15 => Codec::End,
            _ => Codec::Unknown,
        }
    }
}

/// What the frames of a stream have in common, and no other stream has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamId {
    /// Version of the format.
    pub version: u8,
    /// The identity that its encoder gave it; in version 1 a number of 16 bits.
    pub identity: u64,
}

impl StreamId {
    /// A stream of the version that encoders write.
    #[must_use]
    pub const fn new(identity: u64) -> Self {
        StreamId { version: VERSION, identity }
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
    /// The stream that the frame belongs to.
    pub stream: StreamId,
    /// Position of the first raw byte in the original, in bytes.
    pub raw_offset: u64,
    /// Number of raw bytes.
    pub raw_len: u32,
    /// Size of the payload in bytes.
    pub payload_len: u32,
}

impl Header {
    /// The encoded header, of the version that encoders write.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; HEADER_BYTES] {
        let mut out = [0u8; HEADER_BYTES];
        let mut w = Writer::new(&mut out);
        w.bytes(&SYNC);
        w.u8(VERSION << 4 | self.position >> 4);
        w.u8(self.position << 4 | self.codec as u8);
        w.u8(self.format.code());
        w.u16(self.format.channels.wrapping_sub(1) as u16);
        w.u64(self.stream.identity);
        for v in [self.raw_len, self.payload_len] {
            let [_, a, b, c] = v.to_be_bytes();
            w.bytes(&[a, b, c]);
        }
        w.u64(self.raw_offset);
        let (body, crc) = out.split_at_mut(HEADER_BYTES - 4);
        crc.put(&crc32c(body).to_be_bytes());
        out
    }

    /// The header at the start of `bytes`; `None` if the sync marker, the checksum or a field is invalid.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        match Start::of(bytes) {
            Start::Header(h) => Some(h),
            _ => None,
        }
    }

    /// The fields of a header of `version`, without sync marker and checksum.
    fn fields(version: u8, body: &[u8]) -> Option<Self> {
        let mut r = Reader::new(body);
        let (first, second) = (r.u8()?, r.u8()?);
        let position = first << 4 | second >> 4;
        let codec = Codec::from_code(second);
        let code = r.u8()?;
        let channels = u32::from(r.u16()?).sat_add(1);
        let identity = if version == 1 { u64::from(r.u16()?) } else { r.u64()? };
        let mut u24 = || {
            let b = r.bytes(3)?;
            Some(b.iter().fold(0u32, |v, b| (v << 8) | u32::from(*b)))
        };
        if version == 1 {
            let _sequence = u24()?;
        }
        let (raw_len, payload_len) = (u24()?, u24()?);
        let raw_offset = r.u64()?;
        raw_offset.checked_add(u64::from(raw_len))?;
        let format = Format::from_code(code, channels)?;
        let stream = StreamId { version, identity };
        let valid = match codec {
            Codec::End => raw_len == 0 && position == 0,
            Codec::Stored => payload_len == raw_len && raw_len > 0,
            _ => raw_len > 0 && payload_len < raw_len,
        };
        (valid && raw_len as usize <= MAX_FRAME_BYTES && payload_len as usize <= MAX_FRAME_BYTES).then_some(Header {
            codec,
            position,
            format,
            stream,
            raw_offset,
            raw_len,
            payload_len,
        })
    }

    /// Size of the encoded header in bytes.
    #[must_use]
    pub const fn header_len(&self) -> usize {
        if self.stream.version == 1 { HEADER_BYTES_1 } else { HEADER_BYTES }
    }

    /// Position in the frame of the first byte that the checksum after the payload covers. It begins with the checksum of
    /// the header, so that a payload that was left from an older stream does not fit the header; in version 1 with the
    /// payload.
    #[must_use]
    pub const fn checked_from(&self) -> usize {
        if self.stream.version == 1 { HEADER_BYTES_1 } else { HEADER_BYTES - 4 }
    }

    /// Whether the checksum after the payload is right. `frame` has the whole frame.
    #[must_use]
    pub fn has_valid_payload(&self, frame: &[u8]) -> bool {
        let checked = frame.get(self.checked_from()..self.frame_len());
        checked
            .and_then(|c| c.split_last_chunk::<TRAILER_BYTES>())
            .is_some_and(|(body, crc)| crc32c(body) == u32::from_be_bytes(*crc))
    }

    /// Size of the frame in bytes, with header and trailer.
    #[must_use]
    pub const fn frame_len(&self) -> usize {
        self.header_len().saturating_add(self.payload_len as usize).saturating_add(TRAILER_BYTES)
    }

    /// Whether this frame is the one directly after `other` in the same stream.
    #[must_use]
    pub fn follows(&self, other: &Header) -> bool {
        self.stream == other.stream && self.raw_offset == other.raw_end()
    }

    /// End (exclusive) of the raw bytes in the original.
    #[must_use]
    pub const fn raw_end(&self) -> u64 {
        self.raw_offset.saturating_add(self.raw_len as u64)
    }
}

/// What some bytes begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Too few bytes to decide: [`HEADER_BYTES`] decide always.
    Short,
    /// No valid header.
    Nothing,
    /// A valid header.
    Header(Header),
    /// A header with a valid checksum, of a version that this library does not read.
    Version(u8),
}

impl Start {
    /// What `bytes` begin with.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        if SYNC.iter().zip(bytes).any(|(a, b)| a != b) {
            return Start::Nothing;
        }
        let Some(version) = bytes.get(SYNC.len()).map(|b| b >> 4) else { return Start::Short };
        let len = if version == 1 { HEADER_BYTES_1 } else { HEADER_BYTES };
        let Some(head) = bytes.get(..len) else { return Start::Short };
        if !checksum_is_right(head) {
            // Copies of version 1 under another number are recognized as well.
            let short = bytes.get(..HEADER_BYTES_1).unwrap_or(&[]);
            let other = !(1..=VERSION).contains(&version) && checksum_is_right(short);
            return if other { Start::Version(version) } else { Start::Nothing };
        }
        match version {
            1..=VERSION => {
                Header::fields(version, head.get(SYNC.len()..).unwrap_or(&[])).map_or(Start::Nothing, Start::Header)
            }
            _ => Start::Version(version),
        }
    }
}

/// Whether the last four bytes of a header are the checksum of those before.
fn checksum_is_right(head: &[u8]) -> bool {
    head.split_last_chunk::<4>().is_some_and(|(body, crc)| crc32c(body) == u32::from_be_bytes(*crc))
}

/// Whether an input that begins with `bytes` begins with a sync marker of which at most one byte is damaged or cut off.
#[must_use]
pub fn begins_with_sync(bytes: &[u8]) -> bool {
    let pairs = SYNC.iter().zip(bytes);
    let right = pairs.clone().filter(|(a, b)| a == b).count();
    right > 0 && right.sat_add(usize::from(bytes.len() >= SYNC.len())) >= pairs.count()
}

/// The header that `bytes` began with before one of its bytes was changed; `None` unless there is exactly one.
///
/// The checksum is linear: the difference of two checksums of the same length depends on the difference of their bytes
/// alone. So the bytes that the damage can be in follow from the checksums of single bits.
#[must_use]
pub fn repaired(bytes: &[u8; HEADER_BYTES]) -> Option<Header> {
    let mut found = None;
    for len in [HEADER_BYTES_1, HEADER_BYTES] {
        let mut head = *bytes;
        let head = head.get_mut(..len)?;
        let (body, stored) = head.split_last_chunk::<4>()?;
        let wrong = crc32c(body) ^ u32::from_be_bytes(*stored);
        for at in 0..len {
            let Some(change) = change_at(at, len, wrong) else { continue };
            let Some(right) = head.get(at).map(|b| b ^ change) else { continue };
            let Some(broken) = head.get_mut(at).map(|b| core::mem::replace(b, right)) else { continue };
            if let Some(h) = Header::parse(head) {
                if found.is_some() {
                    return None;
                }
                found = Some(h);
            }
            if let Some(b) = head.get_mut(at) {
                *b = broken;
            }
        }
    }
    found
}

/// The change to byte `at` of a header of `len` bytes after which its checksum differs by `wrong`.
fn change_at(at: usize, len: usize, wrong: u32) -> Option<u8> {
    let end = len.checked_sub(4)?;
    let zeros = [0u8; HEADER_BYTES];
    let zeros = zeros.get(..end)?;
    let mut bits = [0u32; 8];
    for (bit, difference) in (0..8u32).zip(&mut bits) {
        *difference = match at.checked_sub(end) {
            None => {
                let mut changed = [0u8; HEADER_BYTES];
                *changed.get_mut(at)? = 1u8.wrapping_shl(bit);
                crc32c(changed.get(..end)?) ^ crc32c(zeros)
            }
            // A byte of the checksum itself.
            Some(byte) => u32::from_be_bytes(core::array::from_fn(|b| u8::from(b == byte).wrapping_shl(bit))),
        };
    }
    // In the order of the Gray code, in which one bit changes at a time.
    let (mut change, mut sum) = (0u8, 0u32);
    for i in 1..=u8::MAX {
        let bit = i.trailing_zeros();
        change ^= 1u8.wrapping_shl(bit);
        sum ^= bits.get(bit as usize)?;
        if sum == wrong {
            return Some(change);
        }
    }
    None
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
            stream: StreamId::new(0xabcd_0123_4567_89ef),
            raw_offset: 0x0102_0304_0506_0708,
            raw_len: 32768,
            payload_len: 32767,
        }
    }

    /// The same fields in version 1.
    fn old() -> ([u8; 32], Header) {
        let mut out = [0; 32];
        let new = header().to_bytes();
        out[..9].copy_from_slice(&new[..9]);
        out[4] = 0x10;
        out[9..14].copy_from_slice(&[0xab, 0xcd, 1, 2, 3]);
        out[14..28].copy_from_slice(&new[17..31]);
        let crc = crc32c(&out[..28]);
        out[28..].copy_from_slice(&crc.to_be_bytes());
        (out, Header { stream: StreamId { version: 1, identity: 0xabcd }, ..header() })
    }

    #[test]
    fn headers_read_back() {
        let h = header();
        assert_eq!(Header::parse(&h.to_bytes()), Some(h));
        assert_eq!(h.frame_len(), 32767 + 39);
        for position in 0..=255 {
            let h = Header { position, ..h };
            assert_eq!(Header::parse(&h.to_bytes()), Some(h));
        }
        let (bytes, h) = old();
        assert_eq!(Header::parse(&bytes), Some(h));
        assert_eq!(h.frame_len(), 32767 + 36);
    }

    /// One changed byte is detected, and only the header before the change explains it.
    #[test]
    fn every_changed_byte_is_detected_and_known() {
        let (one, h1) = old();
        let mut padded = [0x55; HEADER_BYTES];
        padded[..32].copy_from_slice(&one);
        for (good, h) in [(header().to_bytes(), header()), (padded, h1)] {
            for at in 0..h.header_len() {
                for change in [1, 2, 3, 0x10, 0x80, 0xfe, 0xff] {
                    let mut bad = good;
                    bad[at] ^= change;
                    assert_eq!(Header::parse(&bad), None, "byte {at} by {change}");
                    assert_eq!(repaired(&bad), Some(h), "byte {at} by {change}");
                }
            }
            let mut bad = good;
            (bad[12], bad[20]) = (bad[12] ^ 9, bad[20] ^ 0x81);
            assert_eq!(repaired(&bad), None);
        }
    }

    #[test]
    fn later_versions_are_recognized() {
        for len in [32, HEADER_BYTES] {
            for version in [0u8, 3, 9, 15] {
                let mut bytes = header().to_bytes();
                bytes[4] = version << 4;
                let crc = crc32c(&bytes[..len - 4]);
                bytes[len - 4..len].copy_from_slice(&crc.to_be_bytes());
                assert_eq!(Start::of(&bytes), Start::Version(version));
                bytes[9] ^= 1;
                assert_eq!(Start::of(&bytes), Start::Nothing);
            }
        }
        let bytes = header().to_bytes();
        assert!((0..HEADER_BYTES).all(|n| Start::of(&bytes[..n]) == Start::Short));
    }

    #[test]
    fn sync_markers_are_recognized_with_one_damaged_byte() {
        assert!(begins_with_sync(&SYNC) && begins_with_sync(&SYNC[..1]) && begins_with_sync(&SYNC[..3]));
        assert!(begins_with_sync(&[0xF5, 0x53, 0, 0xB2, 9]) && !begins_with_sync(&[0xF5, 0x53, 0, 0, 9]));
        assert!(!begins_with_sync(&[]) && !begins_with_sync(b"text") && !begins_with_sync(&[0xF5, 1]));
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
