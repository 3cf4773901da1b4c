//! The streaming encoder, and the functions that encode single frames.
#![allow(clippy::arithmetic_side_effects, reason = "lengths within the buffers; stream positions in 64 bits")]

use super::frame_buffer::FrameBuffer;
use super::memory::EncodeMemory;
use super::tally::Tally;
use crate::checked;
use crate::codec::container::frame::{Codec, HEADER_BYTES, Header, StreamId, TRAILER_BYTES};
use crate::codec::container::index::{Entry, Index};
use crate::codec::options::EncodeOptions;
use crate::codec::select::choose;
use crate::codec::select::choose::{Coded, Data};
use crate::codec::select::work;
use crate::codec::{Flow, Progress, StepResult};
use crate::crc::crc32c;
use crate::status::{Error, Result, Status};
use crate::util::slice::Put;
use crate::util::unsigned::Unsigned;

/// Counts of an encoder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EncodeStats {
    /// Raw bytes in frames.
    pub raw_bytes: u64,
    /// Bytes of all frames encoded, including bytes not yet returned.
    pub coded_bytes: u64,
    /// The stream's identity, once its first frame is encoded.
    pub identity: u64,
    /// Frames encoded.
    pub frames: u64,
    /// Codecs and glyphs of the frames.
    pub tally: Tally,
}

/// Encodes a stream in pieces.
#[derive(Debug)]
pub struct Encoder<'a> {
    options: EncodeOptions,
    raw: FrameBuffer<'a>,
    /// Bytes `sent..ready` of the frame in `out` are not yet returned.
    out: &'a mut [u8],
    sent: usize,
    ready: usize,
    work: &'a mut [u8],
    index: Index<'a>,
    identity: Option<u64>,
    stats: EncodeStats,
    sequence: u32,
    /// Bytes of [`EncodeOptions::head_bytes`] that are not in a frame yet.
    head: u64,
    ended: bool,
}

impl<'a> Encoder<'a> {
    /// An encoder at the start of a stream. Fails where an option is out of range or a slice is too short.
    pub fn new(options: EncodeOptions, memory: EncodeMemory<'a>) -> Result<Self> {
        let need = options.memory()?;
        let short =
            |text, have: usize, need: usize| Err(Error::new(Status::Memory, text).a(have as i128).b(need as i128));
        let EncodeMemory { raw, out, work, index } = memory;
        let have = raw.len();
        let Some(raw) = raw.get_mut(..need.raw) else {
            return short("the raw bytes have {a} bytes of memory, but need {b}", have, need.raw);
        };
        if out.len() < need.out {
            return short("the coded frame has {a} bytes of memory, but needs {b}", out.len(), need.out);
        }
        if work.len() < need.work {
            return short("the codecs have {a} bytes of work memory, but need {b}", work.len(), need.work);
        }
        let have = index.len();
        let Some(index) = index.get_mut(..need.index) else {
            return short("the index has memory for {a} entries, but needs {b}", have, need.index);
        };
        let raw = FrameBuffer::new(raw, options.history(), options.format.row_bytes())
            .ok_or_else(|| Error::new(Status::Argument, "a row does not fit a frame: raise frame_bytes"))?;
        Ok(Encoder {
            options,
            raw,
            out,
            sent: 0,
            ready: 0,
            work,
            index: Index::new(index),
            identity: options.identity,
            stats: EncodeStats::default(),
            sequence: 0,
            head: options.head_bytes,
            ended: false,
        })
    }

    /// Counts so far.
    #[must_use]
    pub const fn stats(&self) -> EncodeStats {
        self.stats
    }

    /// Consumes `input` and writes to `out` until one of them is exhausted.
    ///
    /// [`Progress::Input`]: all input is consumed, and everything that `flow` asks for is written.
    /// [`Progress::Output`]: call again with more room in `out`, the rest of the input and the same flow.
    /// [`Progress::Done`]: the stream is complete.
    pub fn step(&mut self, input: &[u8], out: &mut [u8], flow: Flow) -> Result<StepResult> {
        let (mut consumed, mut written) = (0usize, 0usize);
        // One iteration per frame that fits the output, and two at the end.
        loop {
            let ready = self.out.get(self.sent..self.ready).unwrap_or(&[]);
            let room = out.get_mut(written..).unwrap_or(&mut []);
            let n = ready.len().min(room.len());
            if let (Some(to), Some(from)) = (room.get_mut(..n), ready.get(..n)) {
                to.put(from);
            }
            self.sent += n;
            written += n;
            if self.sent < self.ready {
                return Ok(StepResult { consumed, written, progress: Progress::Output });
            }
            let rest = input.get(consumed..).unwrap_or(&[]);
            if self.ended {
                if !rest.is_empty() {
                    return Err(Error::new(
                        Status::State,
                        "{a} bytes of input after the end of the stream: begin another with sqs_encoder_init()",
                    )
                    .a(rest.len() as i128));
                }
                return Ok(StepResult { consumed, written, progress: Progress::Done });
            }
            let in_head = self.head > 0;
            let head_left = checked::size(self.head).unwrap_or(usize::MAX).sat_sub(self.raw.len());
            let max = if in_head { rest.len().min(head_left) } else { rest.len() };
            consumed += self.raw.take(rest.get(..max).unwrap_or(&[]));
            let held = if in_head { self.raw.len() } else { self.raw.rows() };
            let due = flow != Flow::Continue && held > 0;
            let complete = self.raw.is_full() || (in_head && self.raw.len() as u64 == self.head);
            if complete || due {
                self.encode_frame(in_head)?;
            } else if flow == Flow::End {
                if !self.raw.is_empty() {
                    self.encode_frame(true)?;
                } else {
                    self.encode_end()?;
                }
            } else {
                return Ok(StepResult { consumed, written, progress: Progress::Input });
            }
        }
    }

    /// Encodes a frame of the whole rows held, or of all bytes held.
    fn encode_frame(&mut self, all: bool) -> Result<()> {
        let first = self.options.position(self.sequence) == 0;
        if first {
            self.raw.forget();
        }
        let len = if all { self.raw.len() } else { self.raw.rows() };
        let (data, from) = self.raw.with_past(len);
        let identity = *self.identity.get_or_insert_with(|| identity_of(data));
        let place = Place { identity, sequence: self.sequence, raw_offset: self.raw_offset() };
        let frame = encode_frame(&self.options, place, data, from, self.work, self.out)?;
        // Decoding can begin only at the start of a group.
        if first {
            let position = self.options.stream_bytes.sat_add(self.stats.coded_bytes);
            self.index.push(Entry { raw_offset: place.raw_offset, position });
        }
        self.raw.release(len);
        self.head = self.head.sat_sub(len as u64);
        self.stats.identity = identity;
        self.stats.raw_bytes = self.stats.raw_bytes.sat_add(len as u64);
        self.stats.frames += 1;
        let position = self.options.position(self.sequence);
        self.stats.tally.add(frame.codec, position, payload_of(self.out, frame.len));
        self.set_ready(frame.len);
        Ok(())
    }

    /// Encodes the end frame.
    fn encode_end(&mut self) -> Result<()> {
        let identity = self.identity.unwrap_or(0);
        self.stats.identity = identity;
        let place = Place { identity, sequence: self.sequence, raw_offset: self.raw_offset() };
        let len = encode_end(&self.options, place, &self.index, self.out)?;
        self.set_ready(len);
        self.ended = true;
        Ok(())
    }

    /// Position in the original of the next frame.
    const fn raw_offset(&self) -> u64 {
        self.options.first.saturating_add(self.stats.raw_bytes)
    }

    /// Marks the frame of `len` bytes in `out` as ready to be returned.
    fn set_ready(&mut self, len: usize) {
        self.sent = 0;
        self.ready = len;
        self.sequence = self.sequence.wrapping_add(1);
        self.stats.coded_bytes += len as u64;
    }
}

/// Place of a frame in its stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The stream's identity.
    pub identity: u64,
    /// Number of the frame, from 0 on.
    pub sequence: u32,
    /// Position of its first raw byte in the original.
    pub raw_offset: u64,
}

/// An encoded frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Codec of its payload.
    pub codec: Codec,
    /// Length in bytes.
    pub len: usize,
}

/// The identity of a stream whose first frame holds the bytes `raw`, if its encoder has none from elsewhere: their
/// number and their checksum, mixed.
#[must_use]
pub fn identity_of(raw: &[u8]) -> u64 {
    let v = (raw.len() as u64) << 32 | u64::from(crc32c(raw));
    (v ^ v >> 31).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Encodes the bytes of `data` from `from` on as one frame.
///
/// A frame depends only on its place, its raw bytes and, unless it is the first of its group, the last
/// [`EncodeOptions::history`] bytes of its group before it. Frames can therefore be encoded in any order and on several
/// threads; the result is that of [`Encoder`].
///
/// `data` before `from` holds at least the bytes that the frame may refer to, and none of another group. `work` has
/// [`EncodeOptions::work`] bytes. `out` has [`OVERHEAD_BYTES`](crate::codec::container::frame::OVERHEAD_BYTES) bytes
/// more than the raw bytes of the frame, which are at most [`EncodeOptions::frame_bytes`]. Fails where this does not
/// hold, or where the stream exceeds 2^64 bytes.
pub fn encode_frame(
    options: &EncodeOptions,
    place: Place,
    data: &[u8],
    from: usize,
    work: &mut [u8],
    out: &mut [u8],
) -> Result<Frame> {
    let position = options.position(place.sequence);
    let raw =
        data.get(from..).ok_or_else(|| Error::new(Status::Argument, "a frame begins past the end of its data"))?;
    let data = Data { all: data, from, position };
    let data = data.limit_history(if position > 0 { options.history() } else { 0 });
    if place.raw_offset.checked_add(raw.len() as u64).is_none() {
        return Err(Error::new(
            Status::Overflow,
            "{a} bytes at byte {b} of the original end after byte 2^64: lower first",
        )
        .a(raw.len() as u64)
        .b(place.raw_offset));
    }
    if raw.len() > options.frame_bytes {
        return Err(Error::new(Status::Argument, "{a} raw bytes do not fit a frame of {b} bytes")
            .a(raw.len() as i128)
            .b(options.frame_bytes as i128));
    }
    let (have, need) = (work.len() as u64, options.work());
    let short =
        Error::new(Status::Memory, "the codecs have {a} bytes of work memory, but need {b}").a(have).b(need as u64);
    let work = work::aligned(work, need).ok_or(short)?;
    let room = out.get_mut(HEADER_BYTES..HEADER_BYTES + raw.len()).ok_or(NO_ROOM)?;
    let coded = choose::encode_payload(options, data, work, room);
    Ok(Frame { codec: coded.codec, len: seal(coded, position, place, raw.len(), out)? })
}

/// The payload of a frame of `len` bytes at the start of `out`.
pub(in crate::codec) fn payload_of(out: &[u8], len: usize) -> &[u8] {
    out.get(HEADER_BYTES..len.sat_sub(TRAILER_BYTES)).unwrap_or(&[])
}

/// Encodes the end frame of a stream. `place` gives the length of the original. Returns the length of the frame.
pub fn encode_end(options: &EncodeOptions, place: Place, index: &Index<'_>, out: &mut [u8]) -> Result<usize> {
    let end = out.len().sat_sub(TRAILER_BYTES);
    let len = index.write(out.get_mut(HEADER_BYTES..end).ok_or(NO_ROOM)?).ok_or(NO_ROOM)?;
    seal(Coded { codec: Codec::End, format: options.format, len }, 0, place, 0, out)
}

const NO_ROOM: Error = Error::new(Status::Space, "a frame does not fit its buffer");

/// Writes the header and the checksum of the payload that is in `out`. Returns the length of the frame.
fn seal(coded: Coded, position: u8, place: Place, raw_len: usize, out: &mut [u8]) -> Result<usize> {
    let header = Header {
        codec: coded.codec,
        position,
        format: coded.format,
        stream: StreamId::new(place.identity),
        raw_offset: place.raw_offset,
        raw_len: raw_len as u32,
        payload_len: coded.len as u32,
    };
    let end = HEADER_BYTES + coded.len;
    out.get_mut(..HEADER_BYTES).ok_or(NO_ROOM)?.put(&header.to_bytes());
    let crc = crc32c(out.get(header.checked_from()..end).ok_or(NO_ROOM)?);
    out.get_mut(end..end + TRAILER_BYTES).ok_or(NO_ROOM)?.put(&crc.to_be_bytes());
    Ok(end + TRAILER_BYTES)
}
