//! The numeric codec: interleaved samples as one predicted and entropy-coded plane per channel.
//!
//! [`encode`] and [`decode`] code the payload of a frame, in memory that the caller provides. A payload consists of
//! groups of rows, each with one glyph per channel. Layout: `docs/formats/container.md`, section 6.
#![allow(clippy::arithmetic_side_effects, reason = "positions within a frame, which is at most 4 MiB")]

mod adaptive;
mod blocks;
mod dict;
mod entropy;
mod fixed;
mod grid;
mod integers;
mod learned;
mod linear;
mod past;
mod plane;
mod plane_decode;
mod predict;
mod range;
mod rans;
mod rice;
mod sample;
mod section;
mod solve;
mod tables;
mod wide;

use super::container::format::Format;
use super::container::glyph;
use super::container::glyph::GlyphType;
use super::container::varint;
use super::options::Effort;
use crate::codec::numeric::integers::base_of;
use crate::codec::numeric::integers::width_of;
use crate::mem::Slide;
use crate::util::bytes::{Reader, Writer};
use crate::util::slice::Put;
use linear::MAX_REFS;
use past::Past;
use plane::Plane;
use plane_decode::PlaneOut;
pub(crate) use tables::estimate;

/// Cells of f64 that encoding uses.
pub const ENCODE_REALS: usize = solve::CELLS;

const _: () = assert!(grid::CELLS <= ENCODE_REALS);

/// Id of the COMPOSITE glyph of a group: the number of rows, and one glyph per channel.
pub(super) const GROUP: u32 = 0;

/// Maximum number of groups of a frame.
///
/// The limit keeps damaged payloads from using many groups of few rows, which cost a decoder much time for few bytes.
/// Encoders write at most 7 groups, for bytes in frames of 64 KiB.
const MAX_GROUPS: usize = 8;

/// Cells of i32 that encoding uses for frames of `frame_bytes`; `bytes` if the samples are bytes.
#[must_use]
pub const fn encode_cells(frame_bytes: usize, bytes: bool) -> usize {
    let planes = if frame_bytes > 1 << 16 {
        frame_bytes / 2
    } else if bytes {
        20 << 10
    } else if frame_bytes > 1 << 15 {
        29 << 10
    } else {
        32 << 10
    };
    planes + entropy::WRITE_CELLS
}

/// Cells of i32 that decoding uses for frames of up to `frame_bytes`.
///
/// Frames of up to 32 KiB may need 32 Ki cells to encode, but not to decode: a channel of 16384 samples has no errors
/// of a grid, and at most a third as many distinct values.
#[must_use]
pub const fn decode_cells(frame_bytes: usize) -> usize {
    let planes = if frame_bytes > 1 << 16 { frame_bytes / 2 } else { 29 << 10 };
    planes + entropy::READ_CELLS
}

/// Additional cells of i32 to encode frames that refer to earlier frames.
pub const ENCODE_PAST_CELLS: usize = DECODE_PAST_CELLS + past::KNOWN_ROWS;

/// Additional cells of i32 to decode frames that refer to earlier frames.
pub const DECODE_PAST_CELLS: usize = (MAX_REFS + 2) * past::ROWS;

/// Number of bytes before a frame that it refers to, of the `available` ones: whole rows.
#[must_use]
pub fn history(available: usize, format: Format) -> usize {
    let row = format.row_bytes();
    // Samples of 64 bits are coded as differences to the first one of their group.
    let max_rows = if format.sample.width() == 8 { 0 } else { past::KNOWN_ROWS };
    available.checked_div(row).unwrap_or(0).min(max_rows) * row
}

/// Number of rows in the past of a group that has `before` bytes before it.
fn past_rows(before: usize, row: usize) -> usize {
    (before / row.max(1)).min(past::ROWS)
}

/// Number of planes held at the same time.
fn slots(channels: usize) -> usize {
    channels.min(MAX_REFS + 1)
}

/// Maximum number of rows of a group that fit `cells`.
fn rows_in(cells: usize, channels: usize) -> usize {
    cells / (slots(channels) + 1)
}

/// The cells of a channel's plane, and the planes before it, the nearest first.
///
/// Planes use the slots in turn, so that each overwrites the one that is no longer needed.
fn plane_and_refs(
    planes: &mut [i32],
    rows: usize,
    channel: usize,
    slots: usize,
) -> Option<(&mut [i32], [&[i32]; MAX_REFS])> {
    let mut own = None;
    let mut held: [&[i32]; MAX_REFS + 1] = [&[]; MAX_REFS + 1];
    for (slot, plane) in planes.chunks_exact_mut(rows.max(1)).enumerate() {
        if Some(slot) == channel.checked_rem(slots) {
            own = Some(plane);
        } else if let Some(to) = held.get_mut(slot) {
            *to = plane;
        }
    }
    let mut refs: [&[i32]; MAX_REFS] = [&[]; MAX_REFS];
    for (d, to) in (1..slots).zip(refs.iter_mut()) {
        if d <= channel {
            *to = held.get((channel - d) % slots).copied().unwrap_or(&[]);
        }
    }
    Some((own?, refs))
}

/// The past of a channel. `cells` holds the pasts of the planes before.
fn past_of<'a>(raw: &'a [u8], cells: &'a mut [i32], rows: usize, channel: usize, slots: usize) -> Option<Past<'a>> {
    if rows == 0 {
        return Some(Past { raw: &[], x: &mut [], refs: [&[]; MAX_REFS], e: &mut [] });
    }
    let (planes, rest) = cells.split_at_mut_checked(slots.checked_mul(rows)?)?;
    let (x, refs) = plane_and_refs(planes, rows, channel, slots)?;
    Some(Past { raw, x, refs, e: rest.get_mut(..rows)? })
}

/// Memory for encoding.
pub struct EncodeWork<'a> {
    /// [`encode_cells`] cells.
    pub cells: &'a mut [i32],
    /// [`ENCODE_REALS`] cells.
    pub reals: &'a mut [f64],
    /// [`ENCODE_PAST_CELLS`] cells, or empty if frames refer to no earlier frames.
    pub past: &'a mut [i32],
}

/// Writes the payload of a frame and returns its size in bytes; `None` if `out` is too short.
///
/// The frame is the bytes of `data` from `from` on. The bytes before it are the [`history`] that the frame refers to.
pub fn encode(
    data: &[u8],
    from: usize,
    format: Format,
    effort: Effort,
    work: &mut EncodeWork<'_>,
    out: &mut [u8],
) -> Option<usize> {
    let row = format.row_bytes();
    let raw = data.get(from..)?;
    let channels = format.channels as usize;
    let all = raw.len().checked_div(row)?;
    let max_rows = rows_in(work.cells.len().checked_sub(entropy::WRITE_CELLS)?, channels);
    if max_rows == 0 {
        return None;
    }
    // Groups have about the same length.
    let groups = all.div_ceil(max_rows).max(1);
    if groups > MAX_GROUPS {
        return None;
    }
    let rows = all.div_ceil(groups).max(1);
    let (whole, rest) = raw.split_at_checked(all * row)?;
    let mut at = 0;
    let mut start = from;
    for part in whole.chunks((rows * row).max(1)) {
        let before = if from > 0 { data.get(..start)? } else { &[] };
        at += group(before, part, format, effort, work, out.get_mut(at..)?)?;
        start += part.len();
    }
    if !rest.is_empty() {
        let mut w = Writer::new(out.get_mut(at..)?);
        glyph::write_head(&mut w, GlyphType::Primitive, plane::STORED, Some(rest.len() as u32));
        w.bytes(rest);
        at += w.finish()?;
    }
    Some(at)
}

/// Maximum size of a group glyph's head and row count, in bytes.
const GROUP_HEAD: usize = glyph::MAX_HEAD_BYTES + 5;

/// Writes the group of the rows `raw` and returns its size in bytes.
fn group(
    before: &[u8],
    raw: &[u8],
    format: Format,
    effort: Effort,
    work: &mut EncodeWork<'_>,
    out: &mut [u8],
) -> Option<usize> {
    let row = format.row_bytes().max(1);
    let rows = raw.len() / row;
    let channels = format.channels as usize;
    let slots = slots(channels);
    let past_rows = past_rows(before.len(), row);
    let before = before.get(before.len() % row..)?;
    let mut at = GROUP_HEAD;
    let mut grid = None;
    for channel in 0..channels {
        let (models, cells) = work.cells.split_at_mut_checked(entropy::WRITE_CELLS)?;
        let (planes, rest) = cells.split_at_mut_checked(slots * rows)?;
        let (x, refs) = plane_and_refs(planes, rows, channel, slots)?;
        let e = rest.get_mut(..rows)?;
        let (known, past) = work.past.split_at_mut(work.past.len().min(past::KNOWN_ROWS));
        let past = past_of(before, past, past_rows, channel, slots)?;
        let (reals, grid) = (&mut *work.reals, &mut grid);
        let p = Plane { raw, format, channel, effort, x, refs, e, past, known, grid, reals, models };
        at += p.write(out.get_mut(at..)?)?;
    }
    let body = at - GROUP_HEAD;
    let mut head = [0u8; GROUP_HEAD];
    let mut w = Writer::new(&mut head);
    let len = body + varint::len(rows as u32);
    glyph::write_head(&mut w, GlyphType::Composite, GROUP, Some(len as u32));
    varint::write(&mut w, rows as u32);
    let h = w.finish()?;
    out.slide(GROUP_HEAD..at, h);
    out.get_mut(..h)?.put(head.get(..h)?);
    Some(h + body)
}

/// Estimated cost of coding the whole rows of `raw` as samples of this format with fixed predictors, in 1/256 bit.
///
/// The format has samples of up to 32 bits. Returns `None` if `cells` has fewer cells than a channel has samples.
pub(crate) fn quick_cost(raw: &[u8], format: Format, cells: &mut [i32]) -> Option<u64> {
    let rows = raw.len().checked_div(format.row_bytes())?;
    let whole = raw.get(..rows * format.row_bytes())?;
    let x = cells.get_mut(..rows)?;
    let mut cost = 0;
    for channel in 0..format.channels as usize {
        sample::load(whole, format, channel, x);
        let base = base_of(x, 1, width_of(format));
        let fixed = predict::choose_fixed(rows, width_of(format), Effort::Default, &mut |from, to| {
            for (to, v) in to.iter_mut().zip(x.get(from..).unwrap_or(&[])) {
                *to = v.wrapping_sub(base);
            }
        });
        cost += fixed.cost;
    }
    Some(cost)
}

/// Memory for decoding.
pub struct DecodeWork<'a> {
    /// [`decode_cells`] cells for the largest frames of the stream.
    pub cells: &'a mut [i32],
    /// [`DECODE_PAST_CELLS`] cells, or empty if frames refer to no earlier frames.
    pub past: &'a mut [i32],
}

/// Reads the payload of a frame into `data` from `from` on, all of it. The frame refers to all of `data` before `from`.
///
/// Returns `None` if the payload is damaged or needs more memory.
pub fn decode(payload: &[u8], format: Format, work: &mut DecodeWork<'_>, data: &mut [u8], from: usize) -> Option<()> {
    let mut r = Reader::new(payload);
    let row = format.row_bytes();
    let end = data.len();
    let mut at = from;
    let mut groups = 0usize;
    if from != history(from, format) {
        return None;
    }
    while at < end {
        let (before, left) = data.split_at_mut_checked(at)?;
        let g = glyph::read(&mut r)?;
        match (g.kind, g.id) {
            (GlyphType::Composite, GROUP) => {
                let mut inner = Reader::new(g.payload?);
                let rows = varint::read(&mut inner)? as usize;
                let part = left.get_mut(..rows.checked_mul(row)?)?;
                groups += 1;
                if rows == 0 || groups > MAX_GROUPS {
                    return None;
                }
                at += part.len();
                read_group(&mut inner, format, if from > 0 { before } else { &[] }, rows, work, part)?;
            }
            (GlyphType::Primitive, plane::STORED) => {
                let bytes = g.payload?;
                // The rest of the frame, less than a row.
                if bytes.len() != left.len() || bytes.len() >= row {
                    return None;
                }
                left.put(bytes);
                at += bytes.len();
            }
            _ => return None,
        }
    }
    r.rest().is_empty().then_some(())
}

/// Reads a group of `rows` rows into `raw`; `before` is the raw bytes before it that it may refer to.
fn read_group(
    r: &mut Reader<'_>,
    format: Format,
    before: &[u8],
    rows: usize,
    work: &mut DecodeWork<'_>,
    raw: &mut [u8],
) -> Option<()> {
    let channels = format.channels as usize;
    let slots = slots(channels);
    let row = format.row_bytes().max(1);
    let past_rows = past_rows(before.len(), row);
    let before = before.get(before.len() % row..)?;
    for channel in 0..channels {
        let (models, cells) = work.cells.split_at_mut_checked(entropy::READ_CELLS)?;
        let (planes, rest) = cells.split_at_mut_checked(slots.checked_mul(rows)?)?;
        let (x, refs) = plane_and_refs(planes, rows, channel, slots)?;
        let n = rest.len().min(rows);
        let e = rest.get_mut(..n)?;
        let past = past_of(before, work.past, past_rows, channel, slots)?;
        PlaneOut { raw, format, channel, x, refs, e, past, models, narrow: false }.read(&glyph::read(r)?)?;
    }
    r.rest().is_empty().then_some(())
}
