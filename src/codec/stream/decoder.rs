//! The streaming decoder: finds frames, decodes them in any order of arrival, and records which bytes are missing.
#![allow(clippy::arithmetic_side_effects, reason = "lengths within the buffers; statistics in 64 bits")]

mod damage;

use super::choice::Choice;
use super::coded_input::{CodedInput, Found};
pub use super::decode_stats::DecodeStats;
use super::decoded::{DecodedBytes, Outcome};
use super::foreign::{Head, version_error};
use super::holes::{Arrival, Holes, Range};
use super::memory::{DecodeMemory, DecodeSizes};
use crate::codec::container::format::Format;
use crate::codec::container::frame::{Codec, HEADER_BYTES, Header, StreamId};
pub use crate::codec::options::DecodeOptions;
use crate::codec::select::work;
use crate::codec::{Flow, Progress};
use crate::status::{Error, Result, Status};
use crate::util::slice::Put;
use crate::util::unsigned::{Count, Unsigned};

/// How much a call of [`Decoder::step`] processed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeStepResult {
    /// Bytes consumed from the input.
    pub consumed: usize,
    /// Bytes written to the output.
    pub written: usize,
    /// Position of the first written byte in the original. The written bytes are consecutive there.
    pub offset: u64,
    /// What the next call needs.
    pub progress: Progress,
}

/// Decodes a stream in pieces.
#[derive(Debug)]
pub struct Decoder<'a> {
    options: DecodeOptions,
    input: CodedInput<'a>,
    decoded: DecodedBytes<'a>,
    /// Bytes `sent..ready` of the decoded bytes are not yet written. `offset` is the position of the first in the
    /// original.
    sent: usize,
    ready: usize,
    offset: u64,
    work: &'a mut [u8],
    holes: Holes<'a>,
    choice: Choice,
    /// The start of the stream was considered.
    begun: bool,
    /// The first bytes of the input, until a valid header is met.
    head: Head,
    met: bool,
    /// Another version of the format that was met.
    version: Option<u8>,
    /// A stream is complete, and the next one has not begun.
    between: bool,
    /// Position of the stream in the original; 0 unless all of several streams are read.
    base: u64,
    format: Option<Format>,
    stats: DecodeStats,
    /// Length of the original, from the end frame.
    length: Option<u64>,
    failed: Option<Error>,
    /// Damage that is an error unless it lies before the start.
    deferred: Option<Error>,
    done: bool,
}

/// A frame whose checksums are right.
struct Candidate<'h> {
    header: &'h Header,
    /// The raw bytes of the frame from the start that the caller asked for.
    range: Range,
    arrival: Arrival,
    /// Whether the frame ends at or before that start.
    before_start: bool,
}

impl<'a> Decoder<'a> {
    /// A decoder at the start of a stream. Fails where an option is out of range or a slice is too short.
    pub fn new(options: DecodeOptions, memory: DecodeMemory<'a>) -> Result<Self> {
        let need = options.memory()?;
        let DecodeMemory { input, raw, work, holes } = memory;
        let have = DecodeSizes { input: input.len(), raw: raw.len(), work: work.len(), holes: holes.len() };
        let short = Error::new(Status::Memory, "the memory of the decoder has {a} bytes, but its options need {b}")
            .a(have.bytes() as i128)
            .b(need.bytes() as i128);
        Ok(Decoder {
            options,
            input: CodedInput::new(input.get_mut(..need.input).ok_or(short)?),
            decoded: DecodedBytes::new(raw.get_mut(..need.raw).ok_or(short)?),
            sent: 0,
            ready: 0,
            offset: options.start,
            work: work::aligned(work, need.work).ok_or(short)?,
            holes: Holes::new(holes.get_mut(..need.holes).ok_or(short)?, options.start),
            choice: Choice::new(options.identity),
            begun: false,
            head: Head::default(),
            met: false,
            version: None,
            between: false,
            base: 0,
            format: None,
            stats: DecodeStats::default(),
            length: None,
            failed: None,
            deferred: None,
            done: false,
        })
    }

    /// What was read so far.
    #[must_use]
    pub const fn stats(&self) -> DecodeStats {
        self.stats
    }

    /// The ranges of the original that are missing so far; complete once the decoder is done.
    #[must_use]
    pub fn missing(&self) -> &Holes<'a> {
        &self.holes
    }

    /// The stream that is read, once it is known.
    #[must_use]
    pub const fn stream(&self) -> Option<StreamId> {
        self.choice.stream()
    }

    /// Whether the stream was chosen by frames that lie after the start of the input, which is damaged.
    #[must_use]
    pub const fn is_uncertain(&self) -> bool {
        self.choice.is_uncertain()
    }

    /// Sets the stream to be read, before the first step. The input may then begin at any of its frames.
    pub const fn choose(&mut self, stream: StreamId, uncertain: bool) {
        self.choice.set(stream, uncertain);
    }

    /// The length of the original in bytes, once the end frame was read.
    #[must_use]
    pub const fn length(&self) -> Option<u64> {
        self.length
    }

    /// The format of the first valid frame.
    #[must_use]
    pub const fn format(&self) -> Option<Format> {
        self.format
    }

    /// Whether a valid frame was found, of the stream or of one before it.
    #[must_use]
    pub const fn has_frames(&self) -> bool {
        self.choice.has_frames() || self.stats.streams > 0
    }

    /// Records the bytes up to `end` as missing, unless they have arrived: the stream ended without an end frame.
    pub fn require(&mut self, end: u64) {
        if end > self.holes.reach() {
            self.holes.arrive(Range { start: end, end });
        }
    }

    /// Consumes `input` and writes to `out` until one of them is exhausted. [`Flow::End`] means that no input follows.
    ///
    /// With [`Progress::Done`] the stream is complete, and the input after its end frame is not consumed. If bytes are
    /// missing at the end frame, late frames are searched up to the end of the input.
    ///
    /// The bytes that one call writes are consecutive in the original, from the offset that it returns; after damage,
    /// or where frames are out of order, the next call continues at another offset. Without [`DecodeOptions::recover`]
    /// damage is an error ([`Status::Damaged`]) of this and every later call; all bytes written before are valid.
    pub fn step(&mut self, input: &[u8], out: &mut [u8], flow: Flow) -> Result<DecodeStepResult> {
        let (mut consumed, mut written) = (0usize, 0usize);
        let mut offset = self.offset;
        // Each iteration but the last consumes input, advances within the held bytes or delivers a
        // frame.
        loop {
            if self.sent < self.ready {
                if written == 0 {
                    offset = self.offset;
                } else if offset.wrapping_add(written as u64) != self.offset {
                    return Ok(DecodeStepResult { consumed, written, offset, progress: Progress::Output });
                }
                written += self.write(out.get_mut(written..).unwrap_or(&mut []));
                if self.sent < self.ready {
                    return Ok(DecodeStepResult { consumed, written, offset, progress: Progress::Output });
                }
            }
            if let Some(e) = self.failed {
                // What this call wrote is valid: the next call returns the error.
                if written > 0 {
                    return Ok(DecodeStepResult { consumed, written, offset, progress: Progress::Output });
                }
                return Err(e);
            }
            if self.done {
                // What was read after the end frame, and is still held.
                let back = self.input.held().min(consumed);
                self.input.give_back(back);
                self.stats.coded_bytes -= back as u64;
                consumed -= back;
                return Ok(DecodeStepResult { consumed, written, offset, progress: Progress::Done });
            }
            let rest = input.get(consumed..).unwrap_or(&[]);
            match self.find(flow == Flow::End && rest.is_empty()) {
                Found::NeedInput(want) => {
                    let n = self.input.fill(rest, want, &mut self.stats);
                    if !self.met && self.stats.streams == 0 {
                        self.head.add(rest.get(..n).unwrap_or(&[]));
                    }
                    consumed += n;
                    if n == 0 {
                        if flow != Flow::End {
                            return Ok(DecodeStepResult { consumed, written, offset, progress: Progress::Input });
                        }
                        self.finish();
                    }
                }
                Found::Frame(h) => self.accept(&h),
                found => self.pass(&found),
            }
        }
    }

    /// Checks what the bytes held begin with. `last` means that no input follows.
    fn find(&mut self, last: bool) -> Found {
        if !self.begun {
            if self.input.held() < HEADER_BYTES && !last {
                return Found::NeedInput(HEADER_BYTES);
            }
            self.choice.begin(self.input.bytes());
            self.begun = true;
        }
        self.input.find(&self.choice, self.options.max_frame_bytes, last, &mut self.stats)
    }

    /// Writes decoded bytes to `out`. Returns their number.
    fn write(&mut self, out: &mut [u8]) -> usize {
        let ready = self.decoded.bytes(self.sent, self.ready);
        let n = ready.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..n), ready.get(..n)) {
            to.put(from);
        }
        self.sent += n;
        self.offset = self.offset.wrapping_add(n as u64);
        n
    }

    /// Decodes a frame whose checksums are right, and makes its bytes ready to be written.
    fn accept(&mut self, h: &Header) {
        let DecodeOptions { start, max_frame_bytes, .. } = self.options;
        if !self.input.fits(h, max_frame_bytes) {
            let e = Error::new(Status::Limit, "a frame has {a} raw bytes, but max_frame_bytes is {b}: raise it");
            self.failed = Some(e.a(h.raw_len).b(max_frame_bytes as i128));
            return;
        }
        self.meet();
        self.choice.accept(h);
        let h = &Header { raw_offset: h.raw_offset.sat_add(self.base), ..*h };
        // Of a frame that begins before the start and ends after it, only the bytes from the start
        // on count.
        let cut = start.sat_sub(h.raw_offset).min_u64(h.raw_len.into());
        let range = Range { start: h.raw_offset + cut, end: h.raw_end() };
        let arrival = self.holes.look(range);
        let before_start = range.end <= start && h.codec != Codec::End;
        if h.codec == Codec::End && self.stats.frames == 0 && range.end < start && !self.options.all {
            self.failed = Some(start_error(start, range.end));
            return;
        }
        let frame = Candidate { header: h, range, arrival, before_start };
        let outcome = self.decode(&frame);
        self.input.skip_frame(h);
        if !self.check(&outcome, &frame) {
            return;
        }
        self.stats.used_bytes = self.input.position(&self.stats);
        if h.codec == Codec::End {
            self.accept_end(h, range.end);
        } else if !before_start {
            self.deliver(&frame, cut as usize);
        }
    }

    /// Decodes a frame where that is necessary.
    fn decode(&mut self, frame: &Candidate<'_>) -> Outcome {
        let Candidate { header: h, range, arrival, before_start } = *frame;
        let groups = self.options.history_bytes > 0;
        match h.codec {
            Codec::End => {
                // Of several streams, some may end before the start.
                let before = self.stats.frames == 0 && self.holes.reach() == self.options.start;
                let ends = self.length.is_none_or(|l| l == range.end) && (range.start >= self.holes.reach() || before);
                if ends { Outcome::Nothing } else { Outcome::Damaged }
            }
            // Frames after the start may refer to frames before it.
            _ if before_start && !groups => Outcome::Nothing,
            // Frames after a repeated one may refer to it, if its bytes are no longer kept.
            _ if arrival == Arrival::Known && !before_start && (!groups || self.decoded.contains(h)) => {
                Outcome::Nothing
            }
            // No frame ends after the end frame.
            _ if self.length.is_some_and(|l| range.end > l) => Outcome::Damaged,
            _ => {
                let payload = self.input.payload(h);
                self.decoded.decode(h, payload, &self.options, self.work, &mut self.stats.worked_bytes)
            }
        }
    }

    /// Counts a frame that could not be decoded. False if nothing is left to do with the frame.
    fn check(&mut self, outcome: &Outcome, frame: &Candidate<'_>) -> bool {
        match *outcome {
            Outcome::Nothing | Outcome::Decoded => return true,
            Outcome::TooFar(bytes) => {
                let e = Error::new(
                    Status::Limit,
                    "a frame refers to {a} bytes before it, but history_bytes is {b}: raise it",
                );
                self.failed = Some(e.a(bytes).b(self.options.history_bytes as i128));
                return false;
            }
            Outcome::Orphan if frame.before_start => return false,
            // A repeated frame counts as such, although it cannot be history for later frames.
            Outcome::Orphan if frame.arrival == Arrival::Known => return true,
            Outcome::Orphan => {
                self.stats.orphaned_frames += 1;
                self.damage("a frame that refers to missing bytes, at byte {a} of the original: SQS_DECODE_RECOVER reads the rest");
            }
            Outcome::Damaged if frame.header.codec == Codec::Unknown => {
                self.stats.damaged_frames += 1;
                let text = "a frame of an unknown codec, at byte {a} of the original: a later version wrote it";
                self.damage(text);
            }
            Outcome::Damaged => {
                self.stats.damaged_frames += 1;
                self.damage(
                    "a frame that cannot be decoded, at byte {a} of the original: SQS_DECODE_RECOVER reads the rest",
                );
            }
        }
        self.stats.skipped_bytes += frame.header.frame_len() as u64;
        false
    }

    /// Takes the length of the original from the end frame.
    fn accept_end(&mut self, h: &Header, end: u64) {
        if self.stats.ended {
            self.stats.repeated_frames += 1;
            self.damage("a second end frame, at byte {a} of the original: SQS_DECODE_RECOVER reads the rest");
        }
        self.stats.ended = true;
        self.length = Some(end);
        self.format.get_or_insert(h.format);
        // The bytes before the start count as arrived.
        if self.failed.is_some() || self.holes.missing() > 0 || self.holes.reach() < end {
            return;
        }
        self.stats.streams += 1;
        if self.options.all {
            self.between = true;
            self.begun = false;
            self.choice.renew(self.options.identity);
        } else {
            self.done = true;
        }
    }

    /// Makes the bytes of a frame ready to be written, without the first `cut`, unless they had been decoded before.
    fn deliver(&mut self, frame: &Candidate<'_>, cut: usize) {
        let Candidate { header: h, range, arrival, .. } = *frame;
        match arrival {
            Arrival::Known => {
                self.stats.repeated_frames += 1;
                self.damage("a repeated frame, at byte {a} of the original: SQS_DECODE_RECOVER reads the rest");
                return;
            }
            Arrival::Ahead => self.missing_bytes(),
            Arrival::Next if !self.stats.ended => self.deferred = None,
            Arrival::Next | Arrival::Late => {
                self.stats.late_frames += 1;
                self.damage("frames out of order, at byte {a} of the original: SQS_DECODE_RECOVER reads the rest");
            }
        }
        if self.failed.is_some() {
            return;
        }
        self.holes.arrive(range);
        self.format.get_or_insert(h.format);
        self.stats.frames += 1;
        self.stats.raw_bytes += u64::from(h.raw_len);
        self.stats.tally.add(h.codec, h.position, self.input.skipped_payload(h));
        self.ready = self.decoded.held();
        self.sent = self.ready - h.raw_len as usize + cut;
        self.offset = range.start;
    }

    /// No input is left: skips bytes that begin no whole frame, then records missing bytes at the end.
    fn finish(&mut self) {
        if self.input.held() > 0 {
            // The start of a frame whose end is missing; another frame may begin within it.
            self.skip(1);
            return;
        }
        self.done = true;
        match self.length {
            Some(end) if end > self.holes.reach() => {
                self.holes.arrive(Range { start: end, end });
                self.missing_bytes();
            }
            Some(end) if end < self.options.start && self.stats.frames == 0 => {
                self.failed = Some(start_error(self.options.start, end));
            }
            Some(_) => {}
            None => {
                self.damage("the stream ends without its end frame, at byte {a} of the original: SQS_DECODE_RECOVER reads the rest");
                self.failed = self.failed.or_else(|| self.deferred.take());
            }
        }
        if !self.met {
            if let Some(version) = self.version {
                self.failed = Some(version_error(version));
            } else if !self.head.begins_with_sync() {
                self.failed = Some(self.head.error());
            }
        }
    }
}

fn start_error(start: u64, end: u64) -> Error {
    Error::new(Status::Range, "the start, byte {a}, is after the end of the original, byte {b}: lower first")
        .a(start)
        .b(end)
}
