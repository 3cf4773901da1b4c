//! Coded bytes of a decoder: collects input and finds frames in it.
#![allow(clippy::arithmetic_side_effects, reason = "lengths within the buffer; statistics in 64 bits")]

use super::decode_stats::DecodeStats;
use crate::codec::container::frame;
use crate::codec::container::frame::{HEADER_BYTES, Header, TRAILER_BYTES};
use crate::crc::crc32c;
use crate::mem::Slide;
use crate::util::slice::Put;

/// Bytes that may be checked as part of damaged frames, per byte of the stream and of the buffer, before damaged frames
/// are skipped whole. Without a limit, many frames nested in each other could make the decoder check their bytes many
/// times.
const MAX_RECHECKS: u64 = 16;

/// What the held bytes begin with.
pub(super) enum Found {
    /// Not enough bytes to decide.
    NeedInput,
    /// This number of bytes outside of any frame.
    Skip(usize),
    /// A frame with a damaged payload. `checked` bytes were checked; skip the first `skip` of them.
    Damaged { skip: usize, checked: usize },
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
}

impl<'a> CodedInput<'a> {
    pub(super) fn new(buf: &'a mut [u8]) -> Self {
        CodedInput { buf, from: 0, to: 0, rechecks: 0 }
    }

    /// Whether no bytes are held.
    pub(super) fn is_empty(&self) -> bool {
        self.from == self.to
    }

    /// Whether a frame fits the buffer and `max_frame_bytes` raw bytes.
    pub(super) fn fits(&self, h: &Header, max_frame_bytes: usize) -> bool {
        h.raw_len as usize <= max_frame_bytes && h.frame_len() + HEADER_BYTES <= self.buf.len()
    }

    /// Drops the first `n` bytes held.
    pub(super) fn skip(&mut self, n: usize) {
        self.from += n;
    }

    /// Drops the first `skip` bytes of a damaged frame of which `checked` bytes were checked.
    pub(super) fn skip_damaged(&mut self, skip: usize, checked: usize) {
        self.rechecks += (checked - skip) as u64;
        self.from += skip;
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
        let at = frame + HEADER_BYTES;
        self.buf.get(at..at + h.payload_len as usize).unwrap_or(&[])
    }

    /// Copies input until the buffer is full. Returns the number of bytes consumed.
    pub(super) fn fill(&mut self, input: &[u8], stats: &mut DecodeStats) -> usize {
        // Without input the bytes held are not moved.
        if self.from > 0 && !input.is_empty() {
            stats.worked_bytes += (self.to - self.from) as u64;
            self.buf.slide(self.from..self.to, 0);
            self.to -= self.from;
            self.from = 0;
        }
        let n = input.len().min(self.buf.len() - self.to);
        if let (Some(to), Some(from)) = (self.buf.get_mut(self.to..self.to + n), input.get(..n)) {
            to.put(from);
        }
        self.to += n;
        stats.coded_bytes += n as u64;
        n
    }

    /// Checks what the bytes held begin with. `tag` is that of the stream, if known; `last` means that no input
    /// follows.
    pub(super) fn find(&self, tag: Option<u16>, max_frame_bytes: usize, last: bool, stats: &mut DecodeStats) -> Found {
        let held = self.buf.get(self.from..self.to).unwrap_or(&[]);
        let skip = frame::find_sync(held);
        if skip > 0 {
            return Found::Skip(skip);
        }
        let Some(head) = held.first_chunk::<HEADER_BYTES>() else {
            return Found::NeedInput;
        };
        let Some(h) = Header::parse(head).filter(|h| tag.is_none_or(|t| t == h.tag)) else {
            return Found::Skip(1);
        };
        if !self.fits(&h, max_frame_bytes) {
            return if stats.frames == 0 { Found::Frame(h) } else { Found::Skip(1) };
        }
        let Some(body) = held.get(HEADER_BYTES..h.frame_len()) else {
            return Found::NeedInput;
        };
        stats.worked_bytes += body.len() as u64;
        let valid = body.split_last_chunk::<TRAILER_BYTES>().is_some_and(|(p, c)| crc32c(p) == u32::from_be_bytes(*c));
        if valid {
            return Found::Frame(h);
        }
        // If the next frame of the stream follows, the damage is within this one. Otherwise bytes
        // may be missing, and another frame may begin within the length of this one.
        let next = held.get(h.frame_len()..).unwrap_or(&[]);
        let checked = h.frame_len();
        let whole = Found::Damaged { skip: checked, checked };
        match next.first_chunk::<HEADER_BYTES>().map(Header::parse) {
            Some(Some(n)) if n.follows(&h) => whole,
            None if !last => Found::NeedInput,
            _ if self.rechecks > MAX_RECHECKS * (stats.coded_bytes + self.buf.len() as u64) => whole,
            _ => Found::Damaged { skip: 1, checked },
        }
    }
}
