//! The numeric codec: interleaved samples as one predicted, entropy-coded plane per channel.
//!
//! Layout: `docs/formats/container.md`, section 6.
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

/// Cells of f64 that encoding works in.
pub const ENCODE_REALS: usize = solve::CELLS;

const _: () = assert!(grid::CELLS <= ENCODE_REALS);

/// COMPOSITE: rows, and one glyph per channel.
pub(super) const GROUP: u32 = 0;

/// Most groups of a frame. Encoders make 7 at most, of bytes in frames of 64 KiB: groups of few rows would cost a decoder
/// much time for few bytes.
const MAX_GROUPS: usize = 8;

/// Cells of i32 that encoding frames of `frame_bytes` works in; of `bytes`, or of samples.
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

/// Cells of i32 that decoding frames of up to `frame_bytes` works in.
///
/// Frames of up to 32 KiB may need 32 Ki cells to encode, but not to decode: of one channel of 16384 samples there are no
/// errors of a grid, and no more than a third as many distinct values.
#[must_use]
pub const fn decode_cells(frame_bytes: usize) -> usize {
    let planes = if frame_bytes > 1 << 16 { frame_bytes / 2 } else { 29 << 10 };
    planes + entropy::READ_CELLS
}

/// Cells of i32 beside them to encode frames that refer to those before.
pub const ENCODE_PAST_CELLS: usize = DECODE_PAST_CELLS + past::KNOWN_ROWS;

/// Cells of i32 beside them to decode frames that refer to those before.
pub const DECODE_PAST_CELLS: usize = (MAX_REFS + 2) * past::ROWS;

/// Bytes of `available` ones before a frame that it refers to: whole rows.
#[must_use]
pub fn history(available: usize, format: Format) -> usize {
    let row = format.row_bytes();
    // Samples of 64 bits are seen as differences to their own first one.
    let most = if format.sample.width() == 8 { 0 } else { past::KNOWN_ROWS };
    available.checked_div(row).unwrap_or(0).min(most) * row
}

/// Rows of the past of a group behind `before` bytes.
fn past_rows(before: usize, row: usize) -> usize {
    (before / row.max(1)).min(past::ROWS)
}

/// Planes held at the same time.
fn slots(channels: usize) -> usize {
    channels.min(MAX_REFS + 1)
}

/// Most rows of a group in `cells`.
fn rows_in(cells: usize, channels: usize) -> usize {
    cells / (slots(channels) + 1)
}

/// The plane to work on, and those before it, the nearest first.
fn ring(planes: &mut [i32], rows: usize, channel: usize, slots: usize) -> Option<(&mut [i32], [&[i32]; MAX_REFS])> {
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

/// The past of a channel, in cells that hold those of the planes before.
fn past_of<'a>(raw: &'a [u8], cells: &'a mut [i32], rows: usize, channel: usize, slots: usize) -> Option<Past<'a>> {
    if rows == 0 {
        return Some(Past { raw: &[], x: &mut [], refs: [&[]; MAX_REFS], e: &mut [] });
    }
    let (planes, rest) = cells.split_at_mut_checked(slots.checked_mul(rows)?)?;
    let (x, refs) = ring(planes, rows, channel, slots)?;
    Some(Past { raw, x, refs, e: rest.get_mut(..rows)? })
}

/// What encoding works in.
pub struct EncodeWork<'a> {
    /// As many as [`encode_cells`] says.
    pub cells: &'a mut [i32],
    /// [`ENCODE_REALS`].
    pub reals: &'a mut [f64],
    /// [`ENCODE_PAST_CELLS`], or nothing.
    pub past: &'a mut [i32],
}

/// Writes the payload of a frame; nothing where `out` is too short for it.
///
/// The frame is the bytes of `data` from `from` on; those before it are what [`history`] says the frame refers to.
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
    let most = rows_in(work.cells.len().checked_sub(entropy::WRITE_CELLS)?, channels);
    if most == 0 {
        return None;
    }
    // Groups of about the same length.
    let groups = all.div_ceil(most).max(1);
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

/// A group glyph's longest head and row count.
const GROUP_HEAD: usize = glyph::MAX_HEAD_BYTES + 5;

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
        let (x, refs) = ring(planes, rows, channel, slots)?;
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

/// Estimated cost in 1/256 bit of coding whole rows of `raw` as samples of this format, by fixed predictors.
/// Formats of 64 bits are not looked at.
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

/// What decoding works in.
pub struct DecodeWork<'a> {
    /// As many as [`decode_cells`] says for the largest frames of the stream.
    pub cells: &'a mut [i32],
    /// [`DECODE_PAST_CELLS`], or nothing where frames refer to nothing.
    pub past: &'a mut [i32],
}

/// Reads the payload of a frame into all of `data` from `from` on, which refers to all before; nothing where it is not
/// sound or needs more memory.
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
                // All that is left, which makes no row.
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
        let (x, refs) = ring(planes, rows, channel, slots)?;
        let most = rest.len().min(rows);
        let e = rest.get_mut(..most)?;
        let past = past_of(before, work.past, past_rows, channel, slots)?;
        PlaneOut { raw, format, channel, x, refs, e, past, models, narrow: false }.read(&glyph::read(r)?)?;
    }
    r.rest().is_empty().then_some(())
}
