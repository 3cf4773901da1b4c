//! Finds the frame at which to begin reading for a position of the original: by the index of the end frame, or by
//! headers.
#![allow(clippy::arithmetic_side_effects, reason = "positions within a file")]

use crate::checked;
use crate::codec::container::frame::{Codec, HEADER_BYTES, Header, TRAILER_BYTES, find_sync};
use crate::codec::container::index;
use crate::crc::crc32c;
use crate::status::Result;

/// Reads at a position of the stream. Returns fewer bytes than requested only at the end.
pub(in crate::codec) type ReadAt<'a> = dyn Fn(u64, &mut [u8]) -> Result<usize> + 'a;

/// The first valid header from `from` on, and its position. `buf` is at least as long as a header.
pub(in crate::codec) fn header_from(
    read: &ReadAt<'_>,
    mut from: u64,
    tag: Option<u16>,
    buf: &mut [u8],
) -> Result<Option<(u64, Header)>> {
    // Each iteration advances by at least one byte, mostly by a buffer.
    loop {
        let n = read(from, buf)?;
        let held = buf.get(..n).unwrap_or(&[]);
        let mut at = 0;
        while let Some(rest) = held.get(at..) {
            at += find_sync(rest);
            let Some(head) = held.get(at..).and_then(|r| r.first_chunk::<HEADER_BYTES>()) else { break };
            match Header::parse(head) {
                Some(h) if tag.is_none_or(|t| t == h.tag) => return Ok(Some((from + checked::count(at), h))),
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

/// Position of the last frame of the index at or before byte `want`. `None` without a valid index.
fn find_in_index(read: &ReadAt<'_>, len: u64, want: u64, buf: &mut [u8]) -> Result<Option<u64>> {
    let mut last = [0u8; 8];
    let Some(at) = len.checked_sub(8) else { return Ok(None) };
    read(at, &mut last)?;
    let end_len = index::end_frame_len(&last);
    let Some(at) = len.checked_sub(checked::count(end_len)) else { return Ok(None) };
    let Some(frame) = buf.get_mut(..end_len) else { return Ok(None) };
    read(at, frame)?;
    let header =
        frame.first_chunk().and_then(Header::parse).filter(|h| h.codec == Codec::End && h.frame_len() == end_len);
    let body = header.and_then(|_| frame.get(HEADER_BYTES..)).and_then(|b| b.split_last_chunk::<TRAILER_BYTES>());
    let payload = body.filter(|(p, crc)| crc32c(p) == u32::from_be_bytes(**crc)).map(|(p, _)| p);
    let entries = payload.and_then(index::entries).into_iter().flatten();
    Ok(entries.take_while(|e| e.raw_offset <= want).last().map(|e| e.position))
}

/// Position of the frame that holds byte `want` of the original, or of a frame before it, in a stream of `len` bytes.
/// It is always the first frame of a group. Damage before that frame costs only time.
pub(in crate::codec) fn frame_at(read: &ReadAt<'_>, len: u64, want: u64, tag: u16, buf: &mut [u8]) -> Result<u64> {
    let hint = find_in_index(read, len, want, buf)?.unwrap_or(0);
    let mut found = header_from(read, hint, Some(tag), buf)?;
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
        read(next, head)?;
        found = match head.first_chunk().and_then(Header::parse).filter(|n| n.tag == tag) {
            Some(h) => Some((next, h)),
            None => header_from(read, next, Some(tag), buf)?,
        };
    }
    Ok(best)
}
