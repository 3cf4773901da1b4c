//! The streaming encoder, in memory of the caller.
#![allow(clippy::arithmetic_side_effects, reason = "lengths within the buffers; stream positions in 64 bits")]

use super::boundary::Boundary;
use super::memory::EncodeMemory;
use super::tally::Tally;
use crate::codec::container::frame::{Codec, HEADER_BYTES, Header, TRAILER_BYTES};
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

/// What an encoder has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EncodeStats {
    /// Raw bytes taken into frames.
    pub raw_bytes: u64,
    /// Bytes of all frames made, the ones not handed out yet among them.
    pub coded_bytes: u64,
    /// Frames made.
    pub frames: u64,
    /// What they are made of.
    pub tally: Tally,
}

/// A stream being encoded.
#[derive(Debug)]
pub struct Encoder<'a> {
    options: EncodeOptions,
    boundary: Boundary<'a>,
    out: &'a mut [u8],
    sent: usize,
    made: usize,
    work: &'a mut [u8],
    index: Index<'a>,
    tag: Option<u16>,
    stats: EncodeStats,
    sequence: u32,
    ended: bool,
}

impl<'a> Encoder<'a> {
    /// An encoder at the start of a stream. Fails where an option is out of its range or a slice too short.
    pub fn new(options: EncodeOptions, memory: EncodeMemory<'a>) -> Result<Self> {
        let need = options.memory()?;
        let short =
            |what, have: usize, need: usize| Err(Error::new(Status::Memory, what).a(have as i128).b(need as i128));
        let EncodeMemory { raw, out, work, index } = memory;
        let Some(raw) = raw.get_mut(..need.raw) else {
            return short("{a} bytes for the frame, of {b} needed", 0, need.raw);
        };
        if out.len() < need.out {
            return short("{a} bytes for the output, of {b} needed", out.len(), need.out);
        }
        if work.len() < need.work {
            return short("{a} bytes to work in, of {b} needed", work.len(), need.work);
        }
        let have = index.len();
        let Some(index) = index.get_mut(..need.index) else {
            return short("{a} index entries, of {b} needed", have, need.index);
        };
        let boundary = Boundary::new(raw, options.history(), options.format.row_bytes())
            .ok_or_else(|| Error::new(Status::Argument, "a frame does not hold a row"))?;
        Ok(Encoder {
            options,
            boundary,
            out,
            sent: 0,
            made: 0,
            work,
            index: Index::new(index),
            tag: options.tag,
            stats: EncodeStats::default(),
            sequence: 0,
            ended: false,
        })
    }

    /// What was done so far.
    #[must_use]
    pub const fn stats(&self) -> EncodeStats {
        self.stats
    }

    /// Takes from `input`, puts into `out`, as far as both reach.
    ///
    /// [`Progress::Input`]: all input was taken, and everything that `flow` asks for was put out.
    /// [`Progress::Output`]: call again with more room in `out` and the rest of the input, with the same flow.
    /// [`Progress::Done`]: the stream is complete.
    pub fn step(&mut self, input: &[u8], out: &mut [u8], flow: Flow) -> Result<StepResult> {
        let (mut consumed, mut written) = (0usize, 0usize);
        // A turn for each frame that fits the output, and two at the end.
        loop {
            let ready = self.out.get(self.sent..self.made).unwrap_or(&[]);
            let room = out.get_mut(written..).unwrap_or(&mut []);
            let n = ready.len().min(room.len());
            if let (Some(to), Some(from)) = (room.get_mut(..n), ready.get(..n)) {
                to.put(from);
            }
            self.sent += n;
            written += n;
            if self.sent < self.made {
                return Ok(StepResult { consumed, written, progress: Progress::Output });
            }
            let rest = input.get(consumed..).unwrap_or(&[]);
            if self.ended {
                if !rest.is_empty() {
                    return Err(Error::new(Status::State, "{a} bytes of input after the end").a(rest.len() as i128));
                }
                return Ok(StepResult { consumed, written, progress: Progress::Done });
            }
            consumed += self.boundary.take(rest);
            let due = flow != Flow::Continue && self.boundary.rows() > 0;
            if self.boundary.is_full() || due {
                self.frame(false)?;
            } else if flow == Flow::End {
                if !self.boundary.is_empty() {
                    self.frame(true)?;
                } else {
                    self.end()?;
                }
            } else {
                return Ok(StepResult { consumed, written, progress: Progress::Input });
            }
        }
    }

    /// Makes a frame of the whole rows held, or of everything.
    fn frame(&mut self, all: bool) -> Result<()> {
        let first = self.options.position(self.sequence) == 0;
        if first {
            self.boundary.forget();
        }
        let len = if all { self.boundary.len() } else { self.boundary.rows() };
        let (data, from) = self.boundary.with_past(len);
        let tag = *self.tag.get_or_insert_with(|| tag_of(data));
        let place = Place { tag, sequence: self.sequence, raw_offset: self.stats.raw_bytes };
        let frame = encode_frame(&self.options, place, data, from, self.work, self.out)?;
        // Decoding can only begin where a group does.
        if first {
            self.index.push(Entry { raw_offset: self.stats.raw_bytes, position: self.stats.coded_bytes });
        }
        self.boundary.release(len);
        self.stats.raw_bytes = place.raw_offset.sat_add(len as u64);
        self.stats.frames += 1;
        let position = self.options.position(self.sequence);
        self.stats.tally.add(frame.codec, position, payload_of(self.out, frame.len));
        self.made(frame.len);
        Ok(())
    }

    /// Makes the end frame.
    fn end(&mut self) -> Result<()> {
        let place = Place { tag: self.tag.unwrap_or(0), sequence: self.sequence, raw_offset: self.stats.raw_bytes };
        let len = encode_end(&self.options, place, &self.index, self.out)?;
        self.made(len);
        self.ended = true;
        Ok(())
    }

    /// A frame lies in `out`.
    fn made(&mut self, len: usize) {
        self.sent = 0;
        self.made = len;
        self.sequence = self.sequence.wrapping_add(1);
        self.stats.coded_bytes += len as u64;
    }
}

/// Where a frame stands in its stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The stream's tag.
    pub tag: u16,
    /// Number of the frame.
    pub sequence: u32,
    /// Position of its first byte in the original.
    pub raw_offset: u64,
}

/// A frame that was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// How its payload is coded.
    pub codec: Codec,
    /// Bytes of it.
    pub len: usize,
}

/// The tag of a stream whose first frame holds `raw`.
#[must_use]
pub fn tag_of(raw: &[u8]) -> u16 {
    crc32c(raw) as u16
}

/// Makes the frame of the bytes of `data` from `from` on. Frames depend on nothing but their place, their own bytes and,
/// behind the first of a group, the group's bytes before, up to [`EncodeOptions::history`] of them. So they can be made in
/// any order, and on several processors at once: the result is what [`Encoder`] makes.
///
/// `data` before `from` are those bytes, or at least as many of them, and none of another group. `work` has
/// [`EncodeOptions::work`] bytes, `out` has [`OVERHEAD_BYTES`] more than the frame, which is no longer than the frames of
/// the options. Fails where it is not so, or where the frame reaches over 2^64 bytes.
pub fn encode_frame(
    options: &EncodeOptions,
    place: Place,
    data: &[u8],
    from: usize,
    work: &mut [u8],
    out: &mut [u8],
) -> Result<Frame> {
    let position = options.position(place.sequence);
    let raw = data.get(from..).ok_or_else(|| Error::new(Status::Argument, "a frame begins behind its data"))?;
    let data = Data { all: data, from, position };
    let data = data.last(if position > 0 { options.history() } else { 0 });
    if place.raw_offset.checked_add(raw.len() as u64).is_none() {
        return Err(Error::new(Status::Overflow, "the stream is longer than 2^64 bytes"));
    }
    if raw.len() > options.frame_bytes {
        return Err(Error::new(Status::Argument, "{a} bytes for a frame of {b}")
            .a(raw.len() as i128)
            .b(options.frame_bytes as i128));
    }
    let (have, need) = (work.len() as u64, options.work());
    let short = Error::new(Status::Memory, "{a} bytes to work in, of {b} needed").a(have).b(need as u64);
    let work = work::aligned(work, need).ok_or(short)?;
    let room = out.get_mut(HEADER_BYTES..HEADER_BYTES + raw.len()).ok_or(NO_ROOM)?;
    let coded = choose::payload(options, data, work, room);
    Ok(Frame { codec: coded.codec, len: seal(coded, position, place, raw.len(), out)? })
}

/// The payload of a frame of `len` bytes at the start of `out`.
pub(in crate::codec) fn payload_of(out: &[u8], len: usize) -> &[u8] {
    out.get(HEADER_BYTES..len.sat_sub(TRAILER_BYTES)).unwrap_or(&[])
}

/// Makes the end frame of a stream, whose place says how long the original is; returns its length.
pub fn encode_end(options: &EncodeOptions, place: Place, index: &Index<'_>, out: &mut [u8]) -> Result<usize> {
    let end = out.len().sat_sub(TRAILER_BYTES);
    let len = index.write(out.get_mut(HEADER_BYTES..end).ok_or(NO_ROOM)?).ok_or(NO_ROOM)?;
    seal(Coded { codec: Codec::End, format: options.format, len }, 0, place, 0, out)
}

const NO_ROOM: Error = Error::new(Status::Space, "a frame does not fit its buffer");

/// Puts header and checksum around the payload that lies in `out`.
fn seal(coded: Coded, position: u8, place: Place, raw_len: usize, out: &mut [u8]) -> Result<usize> {
    let header = Header {
        codec: coded.codec,
        position,
        format: coded.format,
        tag: place.tag,
        sequence: place.sequence & 0xff_ffff,
        raw_offset: place.raw_offset,
        raw_len: raw_len as u32,
        payload_len: coded.len as u32,
    };
    let end = HEADER_BYTES + coded.len;
    let crc = crc32c(out.get(HEADER_BYTES..end).ok_or(NO_ROOM)?);
    out.get_mut(end..end + TRAILER_BYTES).ok_or(NO_ROOM)?.put(&crc.to_be_bytes());
    out.get_mut(..HEADER_BYTES).ok_or(NO_ROOM)?.put(&header.to_bytes());
    Ok(end + TRAILER_BYTES)
}
