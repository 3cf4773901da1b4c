//! Coded bytes of a decoder: collects input and finds frames in it.
//!
//! While frames follow one another, exactly their bytes are taken from the input, so that a caller knows where a stream
//! ended.
#![allow(clippy::arithmetic_side_effects, reason = "lengths within the buffer; statistics in 64 bits")]

use super::choice::{Choice, Member};
use super::decode_stats::DecodeStats;
use crate::codec::container::frame;
use crate::codec::container::frame::{HEADER_BYTES, Header, Start};
use crate::mem::Slide;
use crate::util::slice::Put;

/// Bytes that may be checked as part of damaged frames, per byte of the stream and of the buffer, before damaged frames
/// are skipped whole. Without a limit, many frames nested in each other could make the decoder check their bytes many
/// times.
const MAX_RECHECKS: u64 = 16;

/// Bytes that are taken at a time where no frame was found.
const SEARCH_BYTES: usize = 512;

/// What the held bytes begin with.
pub(super) enum Found {
    /// Not enough bytes to decide: this number is needed.
    NeedInput(usize),
    /// This number of bytes outside of any frame.
    Skip(usize),
    /// A frame with a damaged payload. `checked` bytes were checked; skip the first `skip` of them.
    Damaged { skip: usize, checked: usize },
    /// A header of a version that this library does not read.
    Version(u8),
    /// A frame of another stream whose checksums are right.
    Foreign(Header),
    /// A frame whose checksums are right; or the first frame of the stream, if it is too large for the buffer.
    Frame(Header),
}

/// The coded bytes held: `from..to` of the buffer.
#[derive(Debug)]
pub(super) struct CodedInput<'a> {
    buf: &'a mut [u8],
    from: usize,
    to: usize,
    /// Bytes that were checked as part of a damaged frame and have to be checked again.
    rechecks: u64,
    /// No frame was found where the bytes held begin.
    searching: bool,
}

impl<'a> CodedInput<'a> {
    pub(super) fn new(buf: &'a mut [u8]) -> Self {
        CodedInput { buf, from: 0, to: 0, rechecks: 0, searching: false }
    }

    /// Number of bytes held.
    pub(super) fn held(&self) -> usize {
        self.to - self.from
    }

    /// The bytes held.
    pub(super) fn bytes(&self) -> &[u8] {
        self.buf.get(self.from..self.to).unwrap_or(&[])
    }

    /// Position in the input of the bytes held.
    pub(super) fn position(&self, stats: &DecodeStats) -> u64 {
        stats.coded_bytes - self.held() as u64
    }

    /// Whether a frame fits the buffer and `max_frame_bytes` raw bytes.
    pub(super) fn fits(&self, h: &Header, max_frame_bytes: usize) -> bool {
        h.raw_len as usize <= max_frame_bytes && h.frame_len() + HEADER_BYTES <= self.buf.len()
    }

    /// Drops the first `n` bytes held, in which no frame begins.
    pub(super) fn skip(&mut self, n: usize) {
        self.from += n;
        self.searching = true;
    }

    /// Drops the frame at the start of the bytes held.
    pub(super) fn skip_frame(&mut self, h: &Header) {
        self.from += h.frame_len();
        self.searching = false;
    }

    /// Drops the first `skip` bytes of a damaged frame of which `checked` bytes were checked.
    pub(super) fn skip_damaged(&mut self, skip: usize, checked: usize) {
        self.rechecks += (checked - skip) as u64;
        self.from += skip;
        self.searching = skip < checked;
    }

    /// Returns the last `n` bytes held to the input.
    pub(super) fn give_back(&mut self, n: usize) {
        self.to -= n;
    }

    /// Payload of the frame at the start of the bytes held.
    pub(super) fn payload(&self, h: &Header) -> &[u8] {
        self.payload_at(h, self.from)
    }

    /// Payload of the frame that was skipped last.
    pub(super) fn skipped_payload(&self, h: &Header) -> &[u8] {
        self.payload_at(h, self.from - h.frame_len())
    }

    fn payload_at(&self, h: &Header, frame: usize) -> &[u8] {
        let at = frame + h.header_len();
        self.buf.get(at..at + h.payload_len as usize).unwrap_or(&[])
    }

    /// Copies input until `want` bytes are held. Returns the number of bytes consumed.
    pub(super) fn fill(&mut self, input: &[u8], want: usize, stats: &mut DecodeStats) -> usize {
        let more = want.saturating_sub(self.held());
        // Without input the bytes held are not moved.
        if self.from > 0 && !input.is_empty() && self.to + more > self.buf.len() {
            stats.worked_bytes += self.held() as u64;
            self.buf.slide(self.from..self.to, 0);
            self.to -= self.from;
            self.from = 0;
        }
        let n = input.len().min(more).min(self.buf.len() - self.to);
        if let (Some(to), Some(from)) = (self.buf.get_mut(self.to..self.to + n), input.get(..n)) {
            to.put(from);
        }
        self.to += n;
        stats.coded_bytes += n as u64;
        n
    }

    /// Checks what the bytes held begin with. `last` means that no input follows.
    pub(super) fn find(
        &mut self,
        choice: &Choice,
        max_frame_bytes: usize,
        last: bool,
        stats: &mut DecodeStats,
    ) -> Found {
        let held = self.bytes();
        let skip = frame::find_sync(held);
        if skip > 0 {
            return Found::Skip(skip);
        }
        let h = match Start::of(held) {
            Start::Short => return Found::NeedInput(if self.searching { SEARCH_BYTES } else { HEADER_BYTES }),
            Start::Nothing => return Found::Skip(1),
            Start::Version(version) => return Found::Version(version),
            Start::Header(h) => h,
        };
        let member = choice.member(&h);
        if !self.fits(&h, max_frame_bytes) {
            return if member != Member::No && !choice.has_frames() { Found::Frame(h) } else { Found::Skip(1) };
        }
        let limited = self.rechecks > MAX_RECHECKS * (stats.coded_bytes + self.buf.len() as u64);
        if member == Member::No && limited {
            return Found::Skip(1);
        }
        let checked = h.frame_len();
        if held.len() < checked {
            return Found::NeedInput(checked);
        }
        stats.worked_bytes += checked as u64;
        match (h.has_valid_payload(held), member) {
            (true, Member::No) => return Found::Foreign(h),
            (true, _) => return Found::Frame(h),
            (false, Member::No) => {
                self.rechecks += checked as u64;
                return Found::Skip(1);
            }
            (false, _) => {}
        }
        // If the next frame of the stream follows, the damage is within this one. Otherwise bytes
        // may be missing, and another frame may begin within the length of this one.
        let whole = Found::Damaged { skip: checked, checked };
        match Start::of(held.get(checked..).unwrap_or(&[])) {
            Start::Header(n) if n.follows(&h) => whole,
            Start::Short if !last => Found::NeedInput(checked + HEADER_BYTES),
            _ if limited => whole,
            _ => Found::Damaged { skip: 1, checked },
        }
    }
}
