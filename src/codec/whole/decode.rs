//! A whole stream decoded, or a range of it.
#![allow(clippy::arithmetic_side_effects, reason = "lengths within the buffers; positions are checked where they grow")]

use super::seek;
use super::seek::ReadAt;
use crate::checked;
use crate::codec::stream::decoder::{DecodeOptions, Decoder};
use crate::codec::stream::holes::Range;
use crate::codec::stream::memory::DecodeMemory;
use crate::codec::{Flow, Progress};
use crate::io::{ByteSink, ByteSource};
use crate::mem::{Carver, Layout};
use crate::status::Result;
use crate::util::unsigned::{Count, Unsigned};
use core::mem::MaybeUninit;
use std::time::{Duration, Instant};

/// Bytes read and written at a time.
const IO_BYTES: usize = 64 << 10;

/// Bytes of the area that [`decode`] needs.
pub fn memory(options: &DecodeOptions) -> Result<usize> {
    let mut layout = Layout::default();
    options.memory()?.reserve(&mut layout)?;
    layout.reserve::<u8>(IO_BYTES)?;
    layout.reserve::<u8>(IO_BYTES)?;
    Ok(layout.bytes())
}

/// Times of a run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Times {
    /// Spent in reading.
    pub reading: Duration,
    /// Spent in decoding.
    pub decoding: Duration,
    /// Spent in writing.
    pub writing: Duration,
}

/// Decodes bytes `options.start` to `end` of the original from `source`, which begins at its start or at a frame at or
/// before that position, into `sink`, whose position 0 is byte `start`. Returns how many bytes there are from `start`
/// on, holes included.
///
/// `area` has what [`memory`] says; `watch` sees the decoder now and then and says whether to go on, and once more at
/// the end, also after an error.
pub fn decode(
    options: &DecodeOptions,
    end: u64,
    area: &mut [MaybeUninit<u8>],
    ends: (&mut dyn ByteSource, &mut dyn ByteSink),
    times: &mut Times,
    watch: &mut dyn FnMut(&Decoder<'_>) -> Result<()>,
) -> Result<u64> {
    let sizes = options.memory()?;
    let mut carver = Carver::new(area)?;
    let mut decoder = Decoder::new(*options, DecodeMemory::carve(&mut carver, &sizes)?)?;
    let input = carver.filled(IO_BYTES, 0)?;
    let output = carver.filled(IO_BYTES, 0)?;
    let result = run(&mut decoder, Range { start: options.start, end }, (input, output), ends, times, watch);
    let seen = watch(&decoder);
    result.and_then(|len| seen.map(|()| len))
}

fn run(
    decoder: &mut Decoder<'_>,
    wanted: Range,
    (input, output): (&mut [u8], &mut [u8]),
    (source, sink): (&mut dyn ByteSource, &mut dyn ByteSink),
    times: &mut Times,
    watch: &mut dyn FnMut(&Decoder<'_>) -> Result<()>,
) -> Result<u64> {
    let (mut from, mut to, mut flow) = (0, 0, Flow::Continue);
    let mut next = wanted.start;
    // Each turn takes input, puts output out, or ends: as many as the stream has frames and buffers.
    loop {
        let start = Instant::now();
        // No more room than is of use: frames behind the range are not decoded.
        let left = checked::size(wanted.end.sat_sub(next)).unwrap_or(usize::MAX);
        let most = if left == 0 { output.len() } else { output.len().min(left) };
        let room = output.get_mut(..most).unwrap_or_default();
        let step = decoder.step(input.get(from..to).unwrap_or(&[]), room, flow)?;
        let decoded = Instant::now();
        times.decoding += decoded - start;
        from += step.consumed;
        let n = checked::size(wanted.end.sat_sub(step.offset)).unwrap_or(usize::MAX).min(step.written);
        if let Some(bytes) = output.get(..n).filter(|b| !b.is_empty()) {
            sink.write(step.offset.sat_sub(wanted.start), bytes)?;
            times.writing += decoded.elapsed();
            watch(decoder)?;
        }
        // All that is wanted has come.
        let missing = decoder.missing();
        next = step.offset.sat_add(checked::count(step.written));
        let open = missing.untracked() > 0 || missing.ranges().iter().any(|r| r.start < wanted.end);
        if next >= wanted.end && !open {
            return Ok(wanted.len());
        }
        match step.progress {
            Progress::Done => {
                let there = decoder.length().unwrap_or(missing.reach()).min_u64(wanted.end);
                return Ok(there.sat_sub(wanted.start));
            }
            Progress::Output => {}
            Progress::Input => {
                let start = Instant::now();
                from = 0;
                to = source.read(input)?.min(input.len());
                times.reading += start.elapsed();
                if to == 0 {
                    flow = Flow::End;
                }
            }
        }
    }
}

/// Where to begin reading a stream of `len` bytes for byte `want` of the original. `buf` has `IO_BYTES`.
pub fn find(read: &ReadAt<'_>, len: u64, want: u64, tag: Option<u16>, buf: &mut [u8]) -> Result<u64> {
    if want == 0 {
        return Ok(0);
    }
    match seek::header_from(read, 0, tag, buf)? {
        Some((_, first)) => seek::frame_at(read, len, want, first.tag, buf),
        None => Ok(0),
    }
}

/// What a stream begins with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beginning {
    /// Raw bytes of the first frame: no later one has more, but for streams that were flushed.
    pub frame_bytes: usize,
    /// Whether the frame behind it is of the same group.
    pub grouped: bool,
}

/// Looks at the first frames of a stream.
pub fn beginning(read: &ReadAt<'_>, tag: Option<u16>, buf: &mut [u8]) -> Result<Beginning> {
    let Some((at, h)) = seek::header_from(read, 0, tag, buf)? else { return Ok(Beginning::default()) };
    let second = seek::header_from(read, at.sat_add(checked::count(h.frame_len())), Some(h.tag), buf)?;
    let grouped = second.is_some_and(|(_, h)| h.position > 0);
    Ok(Beginning { frame_bytes: h.raw_len as usize, grouped })
}
