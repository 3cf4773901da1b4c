//! CCSDS space packets: units of bytes as one or more packets each, and back. Format: `docs/formats/packets.md`.
#![allow(clippy::arithmetic_side_effects, reason = "lengths of at most 65542 bytes; counts in 64 bits")]

use crate::status::{Error, Result, Status};
use crate::util::slice::Put;

/// Size of a primary header in bytes.
pub const HEADER_BYTES: usize = 6;
/// Maximum size of a packet in bytes.
pub const MAX_BYTES: usize = HEADER_BYTES + (1 << 16);
/// Maximum number of an application process.
pub const MAX_APID: u32 = 2047;
/// Number of sequence counts.
const COUNTS: u32 = 1 << 14;
/// Size of the checksum in bytes.
const CRC_BYTES: usize = 2;

/// Place of a packet's data in a unit: the sequence flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Segment {
    /// Neither the first nor the last segment.
    Continuation = 0,
    /// The first segment of a unit.
    First = 1,
    /// The last segment.
    Last = 2,
    /// A whole unit.
    Whole = 3,
}

/// A primary header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Application process.
    pub apid: u32,
    /// Whether the packet is a command; else it is telemetry.
    pub command: bool,
    /// Whether the packet has a secondary header.
    pub secondary: bool,
    /// Place in the unit.
    pub segment: Segment,
    /// Sequence count.
    pub sequence: u32,
    /// Size of the packet in bytes.
    pub bytes: usize,
}

impl Header {
    /// The encoded header.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; HEADER_BYTES] {
        let id = u32::from(self.command) << 12 | u32::from(self.secondary) << 11 | (self.apid & MAX_APID);
        let sequence = u32::from(self.segment as u8) << 14 | (self.sequence % COUNTS);
        let length = self.bytes.saturating_sub(HEADER_BYTES + 1);
        let [[.., a, b], [.., c, d]] = [id, sequence].map(u32::to_be_bytes);
        let [.., e, f] = (length as u32).to_be_bytes();
        [a, b, c, d, e, f]
    }

    /// The header at the start of `bytes`. `None` if the version is not 0.
    #[must_use]
    pub fn parse(bytes: &[u8; HEADER_BYTES]) -> Option<Self> {
        let [a, b, c, d, e, f] = *bytes;
        let (id, sequence) = (u32::from_be_bytes([0, 0, a, b]), u32::from_be_bytes([0, 0, c, d]));
        let segment = match c >> 6 {
            0 => Segment::Continuation,
            1 => Segment::First,
            2 => Segment::Last,
            _ => Segment::Whole,
        };
        (a >> 5 == 0).then_some(Header {
            apid: id & MAX_APID,
            command: a & 0x10 != 0,
            secondary: a & 0x08 != 0,
            segment,
            sequence: sequence % COUNTS,
            bytes: HEADER_BYTES + 1 + usize::from(u16::from_be_bytes([e, f])),
        })
    }
}

/// The checksum of the packet error control.
#[must_use]
pub fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xffff, |crc: u16, b| {
        // The table of four bits at a time would be 32 bytes; this computes its entries.
        let x = (crc >> 8) ^ u16::from(*b);
        let x = x ^ (x >> 4);
        (crc << 8) ^ (x << 12) ^ (x << 5) ^ x
    })
}

/// What the packets of a writer or reader have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Application process, up to [`MAX_APID`].
    pub apid: u32,
    /// Whether packets are commands.
    pub command: bool,
    /// Whether packets end with a checksum.
    pub crc: bool,
    /// Size of the secondary header in bytes; 0 for none.
    pub secondary_bytes: usize,
}

impl Style {
    /// Bytes of a packet that are not data.
    fn overhead(&self) -> usize {
        HEADER_BYTES.saturating_add(self.secondary_bytes).saturating_add(if self.crc { CRC_BYTES } else { 0 })
    }

    /// Fails where a field is out of range, or packets of `max_bytes` have no room for data.
    pub fn check(&self, max_bytes: usize) -> Result<()> {
        if self.apid > MAX_APID {
            return Err(Error::new(Status::Argument, "apid is {a}, not 0 to 2047").a(self.apid));
        }
        if max_bytes > MAX_BYTES || max_bytes <= self.overhead() {
            let text = "packets of {a} bytes: max_bytes is {b} to 65542 for these headers";
            return Err(Error::new(Status::Argument, text).a(max_bytes as u64).b(self.overhead() as u64 + 1));
        }
        Ok(())
    }
}

/// Writes the packet with the next segment of `unit`, of which `at` bytes are written, to `out`. `sequence` is its
/// sequence count. Returns the size of the packet and the number of bytes of the unit in it.
pub fn write(
    style: &Style,
    max_bytes: usize,
    sequence: u32,
    secondary: &[u8],
    unit: &[u8],
    at: usize,
    out: &mut [u8],
) -> Result<(usize, usize)> {
    style.check(max_bytes)?;
    let rest = unit.get(at..).filter(|r| !r.is_empty());
    let rest = rest.ok_or_else(|| {
        Error::new(Status::Argument, "a unit of {a} bytes has no byte at {b}: set unit_at to 0 for a new unit")
            .a(unit.len() as u64)
            .b(at as u64)
    })?;
    let overhead = style.overhead();
    let n = rest.len().min(max_bytes - overhead);
    let segment = match (at == 0, n == rest.len()) {
        (true, true) => Segment::Whole,
        (true, false) => Segment::First,
        (false, false) => Segment::Continuation,
        (false, true) => Segment::Last,
    };
    let (apid, command, bytes) = (style.apid, style.command, overhead + n);
    let short = || {
        let text = "out has {a} bytes, but the packet needs {b}";
        Error::new(Status::Space, text).a(out.len() as u64).b(bytes as u64)
    };
    if out.len() < bytes {
        return Err(short());
    }
    let header = Header { apid, command, secondary: !secondary.is_empty(), segment, sequence, bytes }.to_bytes();
    let mut end = 0;
    for part in [&header, secondary, rest.get(..n).unwrap_or(&[])] {
        if let Some(to) = out.get_mut(end..end + part.len()) {
            to.put(part);
        }
        end += part.len();
    }
    if style.crc {
        let crc = crc16(out.get(..end).unwrap_or(&[])).to_be_bytes();
        if let Some(to) = out.get_mut(end..end + CRC_BYTES) {
            to.put(&crc);
        }
    }
    Ok((bytes, n))
}

/// How far a reader is within a unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Progress {
    /// Between units.
    #[default]
    Between = 0,
    /// Within a unit that is collected.
    Within = 1,
    /// Within a unit that is lost.
    Dropping = 2,
}

/// The state and the counts of a reader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Bytes of the unit collected.
    pub unit_at: u64,
    /// The expected sequence count, once a packet was read.
    pub expected: Option<u32>,
    /// How far it is within a unit.
    pub progress: Progress,
    /// Whether it searches for a packet with a valid checksum.
    pub searching: bool,
    /// Valid packets of the application process.
    pub packets: u64,
    /// Packets of others.
    pub other_packets: u64,
    /// Packets that sequence counts show to be lost.
    pub lost_packets: u64,
    /// Packets that were repeated or late.
    pub repeated_packets: u64,
    /// Units of which a packet arrived, but not all, and those that did not fit.
    pub lost_units: u64,
    /// Bytes that belong to no packet.
    pub skipped_bytes: u64,
}

/// What follows at the start of an input.
enum Next<'a> {
    /// More bytes are needed.
    More,
    /// No packet begins here.
    Nothing,
    /// A packet of another application process, of this size.
    Other(usize),
    /// A packet, and its bytes.
    Packet(Header, &'a [u8]),
}

impl State {
    /// Reads packets from `input` until a unit is complete or the input ends. `last` if no input follows.
    ///
    /// Returns the number of bytes read, and the length of the unit at the start of `unit`, if one is complete. What is
    /// not read is the start of a packet: it is to be given again, with more bytes.
    pub fn read(&mut self, style: &Style, input: &[u8], last: bool, unit: &mut [u8]) -> (usize, Option<usize>) {
        let mut at = 0;
        // Each iteration reads at least one byte.
        loop {
            let rest = input.get(at..).unwrap_or(&[]);
            match self.next(style, rest) {
                Next::More if !last || rest.is_empty() => {
                    if last {
                        self.drop_unit(Progress::Between);
                    }
                    return (at, None);
                }
                Next::More | Next::Nothing => {
                    self.searching = style.crc;
                    self.skipped_bytes += 1;
                    at += 1;
                }
                Next::Other(n) => {
                    self.other_packets += 1;
                    at += n;
                }
                Next::Packet(h, bytes) => {
                    at += bytes.len();
                    self.searching = false;
                    if let Some(n) = self.packet(style, &h, bytes, unit) {
                        return (at, Some(n));
                    }
                }
            }
        }
    }

    fn next<'i>(&self, style: &Style, input: &'i [u8]) -> Next<'i> {
        let Some(head) = input.first_chunk() else { return Next::More };
        let Some(h) = Header::parse(head) else { return Next::Nothing };
        let own = h.apid == style.apid && h.command == style.command;
        if !own && self.searching {
            return Next::Nothing;
        }
        let Some(bytes) = input.get(..h.bytes) else { return Next::More };
        if !own {
            return Next::Other(h.bytes);
        }
        let valid = !style.crc || bytes.split_last_chunk().is_some_and(|(b, c)| crc16(b) == u16::from_be_bytes(*c));
        if valid { Next::Packet(h, bytes) } else { Next::Nothing }
    }

    /// Adds a packet to its unit. Returns the length of the unit if it is complete.
    fn packet(&mut self, style: &Style, h: &Header, bytes: &[u8], unit: &mut [u8]) -> Option<usize> {
        let gap = self.expected.map_or(0, |e| h.sequence.wrapping_sub(e) % COUNTS);
        if gap >= COUNTS / 2 {
            self.repeated_packets += 1;
            return None;
        }
        self.packets += 1;
        self.expected = Some((h.sequence + 1) % COUNTS);
        if gap > 0 {
            self.lost_packets += u64::from(gap);
            if self.progress == Progress::Within {
                self.drop_unit(Progress::Dropping);
            }
        }
        let from = HEADER_BYTES + if h.secondary { style.secondary_bytes } else { 0 };
        let end = bytes.len() - if style.crc { CRC_BYTES } else { 0 };
        let data = bytes.get(from..end);
        if matches!(h.segment, Segment::First | Segment::Whole) {
            self.drop_unit(Progress::Within);
        } else if self.progress == Progress::Between {
            // Its start is lost.
            self.progress = Progress::Within;
            self.drop_unit(Progress::Dropping);
        }
        let at = usize::try_from(self.unit_at).unwrap_or(usize::MAX);
        let to = data.and_then(|d| unit.get_mut(at..)?.get_mut(..d.len()));
        if let (Progress::Within, Some(to), Some(data)) = (self.progress, to, data) {
            to.put(data);
            self.unit_at += data.len() as u64;
        } else {
            self.drop_unit(Progress::Dropping);
        }
        if matches!(h.segment, Segment::First | Segment::Continuation) {
            return None;
        }
        let complete = self.progress == Progress::Within;
        let len = usize::try_from(self.unit_at).ok();
        (self.progress, self.unit_at) = (Progress::Between, 0);
        len.filter(|_| complete)
    }

    /// Drops the unit that is collected, if any.
    fn drop_unit(&mut self, then: Progress) {
        self.lost_units += u64::from(self.progress == Progress::Within);
        (self.progress, self.unit_at) = (then, 0);
    }
}

/// Writes the T-field of an unsegmented time code: the low `coarse` bytes of the seconds and the high `fine` bytes of
/// the fraction in units of 2^-32 s. `None` if there are more than 4 or 3 of them, or no seconds, or `out` is shorter.
pub fn write_time(seconds: u32, fraction: u32, coarse: usize, fine: usize, out: &mut [u8]) -> Option<usize> {
    let seconds = seconds.to_be_bytes();
    let fraction = fraction.to_be_bytes();
    let coarse = seconds.get(4usize.checked_sub(coarse)?..).filter(|c| !c.is_empty())?;
    let fine = fraction.get(..fine).filter(|f| f.len() <= 3)?;
    out.get_mut(..coarse.len())?.put(coarse);
    out.get_mut(coarse.len()..coarse.len() + fine.len())?.put(fine);
    Some(coarse.len() + fine.len())
}
