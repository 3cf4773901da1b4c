//! The streaming decoder: finds the frames, checks them, and keeps account of what is missing.
#![allow(clippy::arithmetic_side_effects, reason = "lengths within the buffers; statistics in 64 bits")]

use super::holes::{Arrival, Holes, Range};
use super::memory::{DecodeMemory, DecodeSizes};
use super::tally::Tally;
use crate::codec::container::format::Format;
use crate::codec::container::frame;
use crate::codec::container::frame::{Codec, HEADER_BYTES, Header, MAX_FRAME_BYTES, TRAILER_BYTES};
use crate::codec::container::reference::{Reference, refers};
use crate::codec::select::work;
use crate::codec::{Flow, Progress, ccsds121, lz, numeric};
use crate::crc::crc32c;
use crate::mem::Slide;
use crate::status::{Error, Result, Status};
use crate::util::slice::Put;
use crate::util::unsigned::{Count, Unsigned};

/// How a stream is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeOptions {
    /// Most raw bytes of a frame; larger frames are refused.
    pub max_frame_bytes: usize,
    /// Go on after damage, with what is sound.
    pub recover: bool,
    /// Where in the original the caller starts; frames before are passed over.
    pub start: u64,
    /// The stream's tag; that of the first sound frame if not given.
    pub tag: Option<u16>,
    /// Missing ranges that can be told apart.
    pub max_holes: usize,
    /// Most raw bytes before a frame that it may refer to: of a stream that was encoded with a `restart_interval` above 1,
    /// its [`history`](crate::codec::options::EncodeOptions::history). Frames that refer to more are refused. 0: none.
    pub history_bytes: usize,
}

impl Default for DecodeOptions {
    fn default() -> Self {
        DecodeOptions {
            max_frame_bytes: 64 << 10,
            recover: false,
            start: 0,
            tag: None,
            max_holes: 64,
            history_bytes: 0,
        }
    }
}

/// What a decoder has met so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DecodeStats {
    /// Encoded bytes taken.
    pub coded_bytes: u64,
    /// Raw bytes of sound frames.
    pub raw_bytes: u64,
    /// Sound frames.
    pub frames: u64,
    /// What they are made of.
    pub tally: Tally,
    /// Frames with a sound header and a damaged payload.
    pub damaged_frames: u64,
    /// Sound frames that had come already.
    pub repeated_frames: u64,
    /// Sound frames that came later than ones behind them.
    pub late_frames: u64,
    /// Sound frames that refer to bytes before them which are missing.
    pub orphaned_frames: u64,
    /// Encoded bytes that belong to no sound frame of this stream, or to an orphaned one.
    pub skipped_bytes: u64,
    /// Bytes checked or moved in the decoder's memory: its work beside decoding, in proportion to `coded_bytes` whatever
    /// these are.
    pub worked_bytes: u64,
    /// Whether the end frame was met.
    pub ended: bool,
}

impl DecodeStats {
    /// Whether anything at all was wrong with the stream, the order of its frames included.
    #[must_use]
    pub const fn damaged(&self) -> bool {
        self.damaged_frames > 0
            || self.repeated_frames > 0
            || self.late_frames > 0
            || self.orphaned_frames > 0
            || self.skipped_bytes > 0
    }
}

/// How far a call of [`Decoder::step`] came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeStepResult {
    /// Bytes taken from the input.
    pub consumed: usize,
    /// Bytes put into the output.
    pub written: usize,
    /// Position of the first of them in the original. They lie side by side there.
    pub offset: u64,
    /// What to do next.
    pub progress: Progress,
}

/// A stream being decoded.
#[derive(Debug)]
pub struct Decoder<'a> {
    options: DecodeOptions,
    input: &'a mut [u8],
    /// The part of `input` that is not used up.
    from: usize,
    to: usize,
    /// Sound bytes in a row, `held` of them, up to this place in the original; the last `kept` are a frame and the history
    /// before it.
    raw: &'a mut [u8],
    held: usize,
    kept: usize,
    held_end: u64,
    /// The part of `raw` that is not handed out, and where it lies.
    sent: usize,
    made: usize,
    offset: u64,
    work: &'a mut [u8],
    holes: Holes<'a>,
    tag: Option<u16>,
    format: Option<Format>,
    stats: DecodeStats,
    /// Length of the original, by the end frame.
    length: Option<u64>,
    failed: Option<Error>,
    done: bool,
    /// Bytes that were checked as part of a frame in vain, and looked at again.
    wasted: u64,
}

/// Bytes that may be checked in vain for each byte of the stream, and frames of the greatest length beyond that, before
/// damaged frames are passed over whole: many frames one within the other are made to cost time.
const PATIENCE: u64 = 16;

/// What to do with the bytes at the start of the input.
enum Found {
    /// Read more before anything can be said.
    More,
    /// Pass over so many bytes.
    Skip(usize),
    /// Pass over so many bytes of a frame with a damaged payload: all of it, or into it.
    Damaged { skip: usize, checked: usize },
    /// A frame.
    Frame(Header),
}

/// What came of a frame.
enum Made {
    /// Its bytes are the last of those held.
    Frame,
    /// There was nothing to decode.
    Nothing,
    /// It is not what an encoder makes, or of another stream.
    Damaged,
    /// It refers to bytes that are missing.
    Orphan,
    /// It refers to more bytes than are kept.
    TooFar(u32),
}

/// Decodes the parameters and the stream behind them into all of `raw`.
fn read_ccsds121(payload: &[u8], raw: &mut [u8]) -> Option<()> {
    let (params, coded) = payload.split_first_chunk()?;
    let params = ccsds121::Params::from_bytes(*params).ok()?;
    let width = params.sample_bytes();
    if !raw.len().is_multiple_of(width) {
        return None;
    }
    let samples = raw.len().checked_div(width)? as u64;
    let used = ccsds121::decode(&params, coded, samples, raw).ok()?;
    (used == coded.len()).then_some(())
}

impl<'a> Decoder<'a> {
    /// A decoder at the start of a stream. Fails where an option is out of its range or a slice too short.
    pub fn new(options: DecodeOptions, memory: DecodeMemory<'a>) -> Result<Self> {
        let need = options.memory()?;
        let DecodeMemory { input, raw, work, holes } = memory;
        let have = DecodeSizes { input: input.len(), raw: raw.len(), work: work.len(), holes: holes.len() };
        let short = Error::new(Status::Memory, "the slices have {a} bytes, of {b} needed")
            .a(have.bytes() as i128)
            .b(need.bytes() as i128);
        Ok(Decoder {
            options,
            input: input.get_mut(..need.input).ok_or(short)?,
            from: 0,
            to: 0,
            raw: raw.get_mut(..need.raw).ok_or(short)?,
            held: 0,
            kept: 0,
            held_end: 0,
            sent: 0,
            made: 0,
            offset: options.start,
            work: work::aligned(work, need.work).ok_or(short)?,
            holes: Holes::new(holes.get_mut(..need.holes).ok_or(short)?, options.start),
            tag: options.tag,
            format: None,
            stats: DecodeStats::default(),
            length: None,
            failed: None,
            done: false,
            wasted: 0,
        })
    }

    /// What was met so far.
    #[must_use]
    pub const fn stats(&self) -> DecodeStats {
        self.stats
    }

    /// The ranges of the original that are missing so far; complete once the decoder is done.
    #[must_use]
    pub fn missing(&self) -> &Holes<'a> {
        &self.holes
    }

    /// The length of the original, once the end frame was met.
    #[must_use]
    pub const fn length(&self) -> Option<u64> {
        self.length
    }

    /// The format of the first sound frame.
    #[must_use]
    pub const fn format(&self) -> Option<Format> {
        self.format
    }

    /// Takes from `input`, puts into `out`, as far as both reach. [`Flow::End`] says that no input follows.
    ///
    /// What one call puts out lies side by side in the original, from the offset it returns; after damage, or where
    /// frames are out of order, the next call goes on elsewhere. Without [`DecodeOptions::recover`] damage is an
    /// error ([`Status::Damaged`]), and the decoder stays with it; everything put out before is sound.
    pub fn step(&mut self, input: &[u8], out: &mut [u8], flow: Flow) -> Result<DecodeStepResult> {
        let (mut consumed, mut written) = (0usize, 0usize);
        let mut offset = self.offset;
        // Each turn but the last takes input, moves what is held on by a byte at least, or puts out a frame.
        loop {
            if self.sent < self.made {
                if written == 0 {
                    offset = self.offset;
                } else if offset.wrapping_add(written as u64) != self.offset {
                    return Ok(DecodeStepResult { consumed, written, offset, progress: Progress::Output });
                }
                let ready = self.raw.get(self.sent..self.made).unwrap_or(&[]);
                let room = out.get_mut(written..).unwrap_or(&mut []);
                let n = ready.len().min(room.len());
                if let (Some(to), Some(from)) = (room.get_mut(..n), ready.get(..n)) {
                    to.put(from);
                }
                self.sent += n;
                self.offset = self.offset.wrapping_add(n as u64);
                written += n;
                if self.sent < self.made {
                    return Ok(DecodeStepResult { consumed, written, offset, progress: Progress::Output });
                }
            }
            if let Some(e) = self.failed {
                // What was put out in this call is sound: the error waits for the next one.
                if written > 0 {
                    return Ok(DecodeStepResult { consumed, written, offset, progress: Progress::Output });
                }
                return Err(e);
            }
            if self.done {
                return Ok(DecodeStepResult { consumed, written, offset, progress: Progress::Done });
            }
            let rest = input.get(consumed..).unwrap_or(&[]);
            match self.look(flow == Flow::End && rest.is_empty()) {
                Found::More => {
                    let n = self.fill(rest);
                    consumed += n;
                    if n == 0 {
                        if flow != Flow::End {
                            return Ok(DecodeStepResult { consumed, written, offset, progress: Progress::Input });
                        }
                        self.finish();
                    }
                }
                Found::Skip(n) => {
                    self.stats.skipped_bytes += n as u64;
                    self.from += n;
                    self.damage("bytes that belong to no frame, at {a} of the original");
                }
                Found::Damaged { skip, checked } => {
                    self.wasted += (checked - skip) as u64;
                    self.stats.damaged_frames += 1;
                    self.stats.skipped_bytes += skip as u64;
                    self.from += skip;
                    self.damage("a damaged frame, at {a} of the original");
                }
                Found::Frame(h) => self.accept(&h),
            }
        }
    }

    /// Takes input until the buffer is full.
    fn fill(&mut self, rest: &[u8]) -> usize {
        // Where nothing is added nothing moves.
        if self.from > 0 && !rest.is_empty() {
            self.stats.worked_bytes += (self.to - self.from) as u64;
            self.input.slide(self.from..self.to, 0);
            self.to -= self.from;
            self.from = 0;
        }
        let n = rest.len().min(self.input.len() - self.to);
        if let (Some(to), Some(from)) = (self.input.get_mut(self.to..self.to + n), rest.get(..n)) {
            to.put(from);
        }
        self.to += n;
        self.stats.coded_bytes += n as u64;
        n
    }

    /// Looks at the bytes held; `last` says that nothing is still to come.
    fn look(&mut self, last: bool) -> Found {
        let held = self.input.get(self.from..self.to).unwrap_or(&[]);
        let skip = frame::find_sync(held);
        if skip > 0 {
            return Found::Skip(skip);
        }
        let Some(head) = held.first_chunk::<HEADER_BYTES>() else {
            return Found::More;
        };
        let Some(h) = Header::parse(head).filter(|h| self.options.tag.or(self.tag).is_none_or(|t| t == h.tag)) else {
            return Found::Skip(1);
        };
        if h.raw_len as usize > self.options.max_frame_bytes || h.frame_len() + HEADER_BYTES > self.input.len() {
            return if self.stats.frames == 0 { Found::Frame(h) } else { Found::Skip(1) };
        }
        let Some(body) = held.get(HEADER_BYTES..h.frame_len()) else {
            return Found::More;
        };
        self.stats.worked_bytes += body.len() as u64;
        let sound = body.split_last_chunk::<TRAILER_BYTES>().is_some_and(|(p, c)| crc32c(p) == u32::from_be_bytes(*c));
        if sound {
            return Found::Frame(h);
        }
        // Behind it the next frame of the stream: this one is damaged within. Else bytes may be missing, and another frame
        // may lie where this one would.
        let next = held.get(h.frame_len()..).unwrap_or(&[]);
        let checked = h.frame_len();
        let whole = Found::Damaged { skip: checked, checked };
        match next.first_chunk::<HEADER_BYTES>().map(Header::parse) {
            Some(Some(n)) if n.follows(&h) => whole,
            None if !last => Found::More,
            // Headers made to be checked in vain do not get more than so much work out of us.
            _ if self.wasted > PATIENCE * (self.stats.coded_bytes + self.input.len() as u64) => whole,
            _ => Found::Damaged { skip: 1, checked },
        }
    }

    /// Damage was met: the end of it all, unless we are to go on.
    fn damage(&mut self, what: &'static str) {
        if !self.options.recover && self.failed.is_none() {
            self.failed = Some(Error::new(Status::Damaged, what).a(self.holes.reach()));
        }
    }

    /// Decodes a frame whose checksums are right.
    fn accept(&mut self, h: &Header) {
        if h.raw_len as usize > self.options.max_frame_bytes || h.frame_len() + HEADER_BYTES > self.input.len() {
            let e = Error::new(Status::Limit, "a frame of {a} bytes, memory for {b}");
            self.failed = Some(e.a(h.raw_len).b(self.options.max_frame_bytes as i128));
            return;
        }
        // Of a frame that reaches over the start, what is before it is of no interest.
        let cut = self.options.start.sat_sub(h.raw_offset).min_u64(h.raw_len.into());
        let range = Range { start: h.raw_offset + cut, end: h.raw_end() };
        let arrival = self.holes.look(range);
        self.tag.get_or_insert(h.tag);
        let before = range.end <= self.options.start && h.codec != Codec::End;
        if h.codec == Codec::End && self.stats.frames == 0 && range.end < self.options.start {
            let e = Error::new(Status::Range, "byte {a} is wanted, the original has {b}");
            self.failed = Some(e.a(self.options.start).b(range.end));
            return;
        }
        let made = match h.codec {
            Codec::End => {
                let ends = self.length.is_none_or(|l| l == range.end) && range.start >= self.holes.reach();
                if ends { Made::Nothing } else { Made::Damaged }
            }
            // What is before the start may be referred to by what is behind it.
            _ if before && self.options.history_bytes == 0 => Made::Nothing,
            _ if arrival == Arrival::Known && !before && !self.serves(h) => Made::Nothing,
            // Behind the end there is nothing.
            _ if self.length.is_some_and(|l| range.end > l) => Made::Damaged,
            _ => self.make(h),
        };
        self.from += h.frame_len();
        match made {
            Made::Nothing | Made::Frame => {}
            Made::TooFar(bytes) => {
                let e = Error::new(Status::Limit, "a frame that refers to {a} bytes before it, memory for {b}");
                self.failed = Some(e.a(bytes).b(self.options.history_bytes as i128));
                return;
            }
            Made::Orphan if before => return,
            // Of no use to those behind it.
            Made::Orphan if arrival == Arrival::Known => {}
            Made::Orphan => {
                self.stats.orphaned_frames += 1;
                self.stats.skipped_bytes += h.frame_len() as u64;
                self.damage("a frame that refers to what is missing, at {a} of the original");
                return;
            }
            Made::Damaged => {
                self.stats.damaged_frames += 1;
                self.stats.skipped_bytes += h.frame_len() as u64;
                self.damage("a frame that cannot be decoded, at {a} of the original");
                return;
            }
        }
        if h.codec == Codec::End {
            if self.stats.ended {
                self.stats.repeated_frames += 1;
                self.damage("a second end frame, at {a} of the original");
            }
            self.stats.ended = true;
            self.length = Some(range.end);
            self.format.get_or_insert(h.format);
            return;
        }
        if before {
            return;
        }
        match arrival {
            Arrival::Known => {
                self.stats.repeated_frames += 1;
                self.damage("a frame that came before, at {a} of the original");
                return;
            }
            Arrival::Ahead => self.damage("missing frames, at {a} of the original"),
            Arrival::Next if !self.stats.ended => {}
            Arrival::Next | Arrival::Late => {
                self.stats.late_frames += 1;
                self.damage("frames out of order, at {a} of the original");
            }
        }
        if self.failed.is_some() {
            return;
        }
        self.holes.arrive(range);
        self.format.get_or_insert(h.format);
        self.stats.frames += 1;
        self.stats.raw_bytes += u64::from(h.raw_len);
        // The frame was passed over, but still lies there.
        let at = self.from - h.frame_len() + HEADER_BYTES;
        let payload = self.input.get(at..at + h.payload_len as usize).unwrap_or(&[]);
        self.stats.tally.add(h.codec, h.position, payload);
        self.made = self.held;
        self.sent = self.held - h.raw_len as usize + cut as usize;
        self.offset = range.start;
    }

    /// Whether a repeated frame has bytes that those behind it may refer to, and that are not there any more.
    fn serves(&self, h: &Header) -> bool {
        let there = h.raw_end() <= self.held_end && self.held_end - h.raw_offset <= self.kept as u64;
        self.options.history_bytes > 0 && !there
    }

    /// Decodes the payload of a frame to the end of the bytes held.
    fn make(&mut self, h: &Header) -> Made {
        let at = self.from + HEADER_BYTES;
        let mut payload = self.input.get(at..at + h.payload_len as usize).unwrap_or(&[]);
        let known = if h.raw_offset == self.held_end { self.held.min(self.options.history_bytes) } else { 0 };
        let mut reference = None;
        if refers(h.codec, h.position) {
            let Some(r) = Reference::read(&mut payload) else { return Made::Damaged };
            if u64::from(r.bytes) > h.raw_offset || r.bytes as usize > MAX_FRAME_BYTES {
                return Made::Damaged;
            }
            if r.bytes as usize > self.options.history_bytes {
                return Made::TooFar(r.bytes);
            }
            if r.bytes as usize > known {
                return Made::Orphan;
            }
            reference = Some(r);
        }
        // What went before stays where it is as long as there is room behind it: many short frames move little.
        let mut front = if known > 0 { self.held } else { 0 };
        if h.raw_len as usize > self.raw.len() - front {
            self.stats.worked_bytes += known as u64;
            self.raw.slide(self.held - known..self.held, 0);
            front = known;
        }
        // Until the frame is there, only what went before it is; or nothing that anything could go on from.
        (self.held, self.kept, self.held_end) = (front, known, h.raw_offset);
        let past = reference.map_or(0, |r| r.bytes as usize);
        let end = front + h.raw_len as usize;
        let Some(data) = self.raw.get_mut(front - past..end) else { return Made::Damaged };
        let decoded = match h.codec {
            Codec::Stored => {
                let whole = data.len() == payload.len();
                if whole {
                    data.put(payload);
                }
                whole
            }
            Codec::Numeric => {
                work::cells(self.work, numeric::decode_cells(self.options.max_frame_bytes), self.options.past_cells())
                    .and_then(|mut work| numeric::decode(payload, h.format, &mut work, data, past))
                    .is_some()
            }
            Codec::Lz => work::words(self.work)
                .and_then(|words| lz::decode_block_after(past, payload, data, words).ok())
                .is_some_and(|n| n == h.raw_len as usize),
            Codec::Ccsds121 => read_ccsds121(payload, data).is_some(),
            Codec::End => false,
        };
        let sound = reference.is_none_or(|r| data.get(past..).is_some_and(|d| crc32c(d) == r.crc));
        if !decoded || !sound {
            return Made::Damaged;
        }
        (self.held, self.kept, self.held_end) = (end, known + h.raw_len as usize, h.raw_end());
        Made::Frame
    }

    /// No input is left: passes over what is no frame, then closes the account.
    fn finish(&mut self) {
        if self.from < self.to {
            // The beginning of a frame whose rest never came; another one may lie within.
            self.stats.skipped_bytes += 1;
            self.from += 1;
            self.damage("a frame that was cut off, at {a} of the original");
            return;
        }
        self.done = true;
        match self.length {
            Some(end) if end > self.holes.reach() => {
                self.holes.arrive(Range { start: end, end });
                self.damage("missing frames, at {a} of the original");
            }
            Some(_) => {}
            None => self.damage("the stream ends without its end frame, at {a} of the original"),
        }
    }
}
