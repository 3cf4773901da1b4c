//! Inputs that can be read anywhere: which stream they hold, and the frame at which to begin reading for a position of
//! the original, by the index of the end frame or by headers.
#![allow(clippy::arithmetic_side_effects, reason = "positions within a file")]

use super::survey::Survey;
use crate::checked;
use crate::codec::container::frame;
use crate::codec::container::frame::{Codec, HEADER_BYTES, Header, Start, StreamId, TRAILER_BYTES, find_sync};
use crate::codec::container::index;
use crate::crc::Crc32c;
use crate::status::Result;

/// Reads at a position of the stream. Returns fewer bytes than requested only at the end.
pub(crate) type ReadAt<'a> = dyn Fn(u64, &mut [u8]) -> Result<usize> + 'a;

/// A stream that was chosen for an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The stream.
    pub stream: StreamId,
    /// Whether it was chosen by frames after the start of the input, which is damaged.
    pub uncertain: bool,
}

/// The first valid header from `from` on that `wanted` accepts, and its position. `buf` is at least as long as a header.
pub(in crate::codec) fn header_from(
    read: &ReadAt<'_>,
    mut from: u64,
    wanted: &dyn Fn(&Header) -> bool,
    buf: &mut [u8],
) -> Result<Option<(u64, Header)>> {
    // Each iteration advances by at least one byte, mostly by a buffer.
    loop {
        let n = read(from, buf)?;
        let held = buf.get(..n).unwrap_or(&[]);
        let mut at = 0;
        while let Some(rest) = held.get(at..) {
            at += find_sync(rest);
            match Start::of(held.get(at..).unwrap_or(&[])) {
                Start::Header(h) if wanted(&h) => return Ok(Some((from + checked::count(at), h))),
                Start::Short => break,
                _ => at += 1,
            }
        }
        if n < buf.len() {
            return Ok(None);
        }
        // A header can begin in the last bytes of the buffer.
        from += checked::count(at.min(n).max(1));
    }
}

/// The stream of an input, by the rules of `docs/formats/container.md`, section 11.1.
pub(super) fn choose(read: &ReadAt<'_>, len: u64, identity: Option<u64>, buf: &mut [u8]) -> Result<Option<Chosen>> {
    if let Some(identity) = identity {
        let found = header_from(read, 0, &|h| h.stream.identity == identity, buf)?;
        return Ok(found.map(|(_, h)| Chosen { stream: h.stream, uncertain: false }));
    }
    let mut first = [0; HEADER_BYTES];
    let n = read(0, &mut first)?;
    let head = first.get(..n).unwrap_or(&[]);
    let damaged = || head.first_chunk().and_then(frame::repaired);
    if let Some(h) = Header::parse(head).or_else(damaged) {
        return Ok(Some(Chosen { stream: h.stream, uncertain: false }));
    }
    let found = survey(read, len, buf)?.chosen(frame::begins_with_sync(head));
    Ok(found.map(|stream| Chosen { stream, uncertain: true }))
}

/// Counts the valid frames of each stream in an input, without searching their payloads.
fn survey(read: &ReadAt<'_>, len: u64, buf: &mut [u8]) -> Result<Survey> {
    let mut survey = Survey::default();
    let (mut from, mut left) = (0, 16 * u128::from(len) + (64 << 20));
    // Each iteration advances by at least one byte. The payloads read, which may overlap in hostile inputs, are
    // bounded by `left`.
    while let Some((at, h)) = header_from(read, from, &|_| true, buf)? {
        let frame = checked::count(h.frame_len());
        let check = u128::from(frame) <= left;
        left -= if check { u128::from(frame) } else { 0 };
        let valid = check && payload_is_right(read, at, &h, buf)?;
        if valid {
            survey.add(&h, at, at + frame == len);
        } else {
            survey.damaged(&h, at);
        }
        from = at + if valid { frame } else { 1 };
    }
    Ok(survey)
}

/// Whether the frame at position `at` has the right checksum after its payload.
fn payload_is_right(read: &ReadAt<'_>, mut at: u64, h: &Header, buf: &mut [u8]) -> Result<bool> {
    at += checked::count(h.checked_from());
    let (mut left, mut sum) = (h.frame_len() - h.checked_from() - TRAILER_BYTES, Crc32c::new());
    while left > 0 {
        let room = buf.len().min(left);
        let n = read(at, buf.get_mut(..room).unwrap_or_default())?;
        if n < room {
            return Ok(false);
        }
        sum = sum.update(buf.get(..n).unwrap_or(&[]));
        left -= n;
        at += checked::count(n);
    }
    let mut stored = [0; TRAILER_BYTES];
    Ok(read(at, &mut stored)? == TRAILER_BYTES && sum.value() == u32::from_be_bytes(stored))
}

/// Position of the last frame of the index at or before byte `want`. `None` without a valid index.
fn find_in_index(read: &ReadAt<'_>, len: u64, want: u64, stream: StreamId, buf: &mut [u8]) -> Result<Option<u64>> {
    let mut last = [0u8; 8];
    let Some(at) = len.checked_sub(8) else { return Ok(None) };
    read(at, &mut last)?;
    let end_len = index::end_frame_len(&last);
    let Some(at) = len.checked_sub(checked::count(end_len)) else { return Ok(None) };
    let Some(frame) = buf.get_mut(..end_len) else { return Ok(None) };
    read(at, frame)?;
    let ours = |h: &Header| h.stream == stream && h.codec == Codec::End && h.frame_len() == end_len;
    let header = Header::parse(frame).filter(ours).filter(|h| h.has_valid_payload(frame));
    let payload = header.and_then(|h| frame.get(h.header_len()..end_len - TRAILER_BYTES));
    let entries = payload.and_then(index::entries).into_iter().flatten();
    Ok(entries.take_while(|e| e.raw_offset <= want).last().map(|e| e.position))
}

/// Position of the frame that holds byte `want` of the original, or of a frame before it, in a stream of `len` bytes.
/// It is always the first frame of a group. Damage before that frame costs only time.
pub(in crate::codec) fn frame_at(
    read: &ReadAt<'_>,
    len: u64,
    want: u64,
    stream: StreamId,
    buf: &mut [u8],
) -> Result<u64> {
    let ours = |h: &Header| h.stream == stream;
    let hint = find_in_index(read, len, want, stream, buf)?.unwrap_or(0);
    let mut found = header_from(read, hint, &ours, buf)?;
    // The index is only a hint: if it points past `want`, decoding begins at the start of the
    // stream.
    let mut best = 0;
    // One iteration per header between the hint and `want`; their positions increase.
    while let Some((at, h)) = found {
        if h.raw_offset > want || h.codec == Codec::End {
            break;
        }
        // Later frames of a group may refer to its first frame.
        if h.position == 0 {
            best = at;
        }
        if h.raw_end() > want {
            break;
        }
        let next = at + checked::count(h.frame_len());
        // Usually the next frame follows immediately.
        let head = buf.get_mut(..HEADER_BYTES).unwrap_or_default();
        let n = read(next, head)?;
        found = match Header::parse(head.get(..n).unwrap_or(&[])).filter(ours) {
            Some(h) => Some((next, h)),
            None => header_from(read, next, &ours, buf)?,
        };
    }
    Ok(best)
}
