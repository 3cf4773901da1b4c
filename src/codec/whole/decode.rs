//! Decodes a whole stream or a range of it.
#![allow(clippy::arithmetic_side_effects, reason = "lengths within the buffers; positions are checked where they grow")]

use super::seek;
pub use super::seek::Chosen;
pub(crate) use super::seek::ReadAt;
use crate::checked;
use crate::codec::container::frame::{HEADER_BYTES, Header, StreamId};
use crate::codec::stream::decoder::{DecodeOptions, Decoder};
use crate::codec::stream::holes::Range;
use crate::codec::stream::memory::DecodeMemory;
use crate::codec::{Flow, Progress};
use crate::io::{ByteSink, ByteSource};
use crate::mem::{Carver, Layout};
use crate::status::{Error, Result, Status};
use crate::util::slice::Put;
use crate::util::unsigned::Unsigned;
use std::time::{Duration, Instant};

/// Bytes per read and write.
const IO_BYTES: usize = 64 << 10;

/// Bytes of the area that [`decode`] needs.
pub fn memory(options: &DecodeOptions) -> Result<usize> {
    let mut layout = Layout::default();
    options.memory()?.reserve(&mut layout)?;
    layout.reserve::<u8>(IO_BYTES)?;
    layout.reserve::<u8>(IO_BYTES)?;
    Ok(layout.bytes())
}

/// The places, in memory of `bytes` bytes as [`memory`] returns, of 64 KiB to search with before the run, and of the
/// buffer that the run reads into.
pub(crate) fn places(bytes: usize) -> [core::ops::Range<usize>; 2] {
    let input = bytes.sat_sub(2 * IO_BYTES);
    [0..SEARCH_BYTES, input..input + IO_BYTES]
}

/// Bytes read at a time when searching for a frame; a longer index is not used.
const SEARCH_BYTES: usize = 64 << 10;

/// The start of an input that can be read anywhere, held, so that it is read once.
pub(crate) struct Held<'a> {
    read: &'a ReadAt<'a>,
    bytes: &'a [u8],
    /// The input has no further bytes.
    all: bool,
}

impl<'a> Held<'a> {
    /// Reads the start of an input into `buf`.
    pub(crate) fn new(read: &'a ReadAt<'a>, buf: &'a mut [u8]) -> Result<Self> {
        let n = read(0, buf)?.min(buf.len());
        Ok(Held { read, bytes: buf.get(..n).unwrap_or(&[]), all: n < buf.len() })
    }

    /// The number of bytes held.
    pub(crate) const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// As [`ReadAt`].
    pub(crate) fn read_at(&self, at: u64, out: &mut [u8]) -> Result<usize> {
        let held = checked::size(at).ok().and_then(|at| self.bytes.get(at..)).unwrap_or(&[]);
        if held.len() < out.len() && !self.all {
            return (self.read)(at, out);
        }
        let n = held.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..n), held.get(..n)) {
            to.put(from);
        }
        Ok(n)
    }
}

/// What a decoding run used.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// Time spent reading.
    pub reading: Duration,
    /// Time spent decoding.
    pub decoding: Duration,
    /// Time spent writing.
    pub writing: Duration,
    /// Bytes that were read after the end of the stream.
    pub unused_bytes: u64,
}

/// Decodes bytes `options.start` to `end` (exclusive; `u64::MAX`: to the end of the original) from the source to the
/// sink (`ends`).
///
/// The source begins at the start of the stream or, if the stream is `chosen`, at a frame at or before byte `start`.
/// The bytes `held` of the input buffer, whose place `places` returns, were read before. Position 0 of the sink is byte
/// `start`. Returns the number of bytes from `start` to `end` or to the end of the original, holes included. Fails if the
/// original ends before `end`, and if no frame is valid.
///
/// The carver has at least [`memory`] bytes. `watch` is called with the decoder after each write, and once at the end,
/// also after an error; an error of `watch` ends the run.
pub fn decode(
    options: &DecodeOptions,
    end: u64,
    (chosen, held): (Option<Chosen>, core::ops::Range<usize>),
    mut carver: Carver<'_>,
    ends: (&mut dyn ByteSource, &mut dyn ByteSink),
    usage: &mut Usage,
    watch: &mut dyn FnMut(&Decoder<'_>) -> Result<()>,
) -> Result<u64> {
    let sizes = options.memory()?;
    let mut decoder = Decoder::new(*options, DecodeMemory::carve(&mut carver, &sizes)?)?;
    if let Some(c) = chosen {
        decoder.choose(c.stream, c.uncertain);
    }
    let input = carver.bytes(IO_BYTES)?;
    let output = carver.bytes(IO_BYTES)?;
    let range = Range { start: options.start, end };
    let result = run(&mut decoder, range, (input, held), output, ends, usage, watch);
    let seen = watch(&decoder);
    result.and_then(|len| seen.map(|()| len))
}

fn run(
    decoder: &mut Decoder<'_>,
    range: Range,
    (input, held): (&mut [u8], core::ops::Range<usize>),
    output: &mut [u8],
    (source, sink): (&mut dyn ByteSource, &mut dyn ByteSink),
    usage: &mut Usage,
    watch: &mut dyn FnMut(&Decoder<'_>) -> Result<()>,
) -> Result<u64> {
    let (mut from, mut to, mut flow) = (held.start, held.end, Flow::Continue);
    let mut next = range.start;
    // Each iteration consumes input, writes output or ends: at most one per frame and per buffer.
    loop {
        let start = Instant::now();
        // Limit the output to the range, so that frames after it are not decoded.
        let left = checked::size(range.end.sat_sub(next)).unwrap_or(usize::MAX);
        let len = if left == 0 { output.len() } else { output.len().min(left) };
        let room = output.get_mut(..len).unwrap_or_default();
        let step = decoder.step(input.get(from..to).unwrap_or(&[]), room, flow)?;
        let decoded = Instant::now();
        usage.decoding += decoded - start;
        from += step.consumed;
        let n = checked::size(range.end.sat_sub(step.offset)).unwrap_or(usize::MAX).min(step.written);
        if let Some(bytes) = output.get(..n).filter(|b| !b.is_empty()) {
            sink.write(step.offset.sat_sub(range.start), bytes)?;
            usage.writing += decoded.elapsed();
            watch(decoder)?;
        }
        // The run ends when the whole range has arrived.
        let missing = decoder.missing();
        next = step.offset.sat_add(checked::count(step.written));
        let open = missing.untracked() > 0 || missing.ranges().iter().any(|r| r.start < range.end);
        if next >= range.end && !open {
            return Ok(range.len());
        }
        match step.progress {
            Progress::Done => {
                usage.unused_bytes = checked::count(to - from);
                return ended(decoder, range);
            }
            Progress::Output => {}
            Progress::Input => {
                let start = Instant::now();
                from = 0;
                to = source.read(input)?.min(input.len());
                usage.reading += start.elapsed();
                if to == 0 {
                    flow = Flow::End;
                }
            }
        }
    }
}

/// The number of bytes from the start of the range to its end, or to that of the original.
fn ended(decoder: &mut Decoder<'_>, range: Range) -> Result<u64> {
    if !decoder.has_frames() {
        return Err(Error::new(
            Status::Damaged,
            "no frame is valid: check the source of the stream, or the identity that was given",
        ));
    }
    match decoder.length() {
        Some(length) if range.end == u64::MAX => return Ok(length.sat_sub(range.start)),
        Some(length) if length < range.end => {
            let text = "the range ends at byte {a}, the original at byte {b}: lower first or count";
            return Err(Error::new(Status::Range, text).a(range.end).b(length));
        }
        // A stream that was cut off may have had any length.
        None if range.end == u64::MAX => return Ok(decoder.missing().reach().sat_sub(range.start)),
        None => decoder.require(range.end),
        Some(_) => {}
    }
    Ok(range.len())
}

/// The stream of an input of `len` bytes that can be read anywhere. `None` if the input has no valid frame. `buf` has
/// 64 KiB.
pub fn choose(read: &ReadAt<'_>, len: u64, identity: Option<u64>, buf: &mut [u8]) -> Result<Option<Chosen>> {
    seek::choose(read, len, identity, buf)
}

/// Position at which to begin reading a stream of `len` bytes in order to decode byte `want` of the original. `buf` has
/// 64 KiB.
pub fn find(read: &ReadAt<'_>, len: u64, want: u64, stream: StreamId, buf: &mut [u8]) -> Result<u64> {
    if want == 0 { Ok(0) } else { seek::frame_at(read, len, want, stream, buf) }
}

/// Properties of the first frames of a stream.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beginning {
    /// Raw bytes of the first frame. Later frames have at most as many, except in streams that were flushed.
    pub frame_bytes: usize,
    /// Whether the second frame belongs to the same group.
    pub grouped: bool,
}

/// Reads the headers of the first two frames of a stream.
pub fn beginning(read: &ReadAt<'_>, stream: StreamId, buf: &mut [u8]) -> Result<Beginning> {
    let ours = |h: &Header| h.stream == stream;
    let Some((at, h)) = seek::header_from(read, 0, &ours, buf)? else { return Ok(Beginning::default()) };
    let next = at.sat_add(checked::count(h.frame_len()));
    // Usually the next frame follows immediately.
    let head = buf.get_mut(..HEADER_BYTES).unwrap_or_default();
    let n = read(next, head)?;
    let second = match Header::parse(head.get(..n).unwrap_or(&[])).filter(ours) {
        Some(h) => Some((next, h)),
        None => seek::header_from(read, next, &ours, buf)?,
    };
    let grouped = h.position > 0 || second.is_some_and(|(_, h)| h.position > 0);
    Ok(Beginning { frame_bytes: h.raw_len as usize, grouped })
}
