//! Chooses the fields of a kind: the cut of a row into samples with the smallest estimated cost.

use super::kinds::MAX_ROW;
use super::places::gather;
use super::rows::{CONSTANT, format_of, place, write_run};
use crate::codec::container::format::{ByteOrder, Format, SampleType};
use crate::codec::numeric::quick_cost;
use crate::util::bytes::Writer;
use crate::util::unsigned::Count;

/// Number of packets that costs are estimated from.
const ROWS: usize = 256;
/// Maximum size of the fields that are tried, in bytes.
const MAX_WIDTH: usize = 4;

/// Codes of the fields that are tried: bytes, and unsigned integers and floats of both orders.
const TRIED: [u8; 7] = [2, 4, 0x84, 7, 0x87, 9, 0x89];
/// Cost of a plane's head, in 1/16 bit.
const PLANE: u32 = 9 * 8 * 16;
/// Cost of a constant byte, in 1/16 bit.
const SAME: u32 = 8 * 16;

/// Cost of the head of a run, in 1/16 bit.
const RUN: u32 = 16 * 16;

/// Number of codes of which a field may be.
const CODES: usize = TRIED.len() + 1;

/// A row, cut into fields from its end on.
struct Cut {
    /// By position modulo [`PERIOD`], of the next positions: minimum cost of the row from there on, in 1/16 bit, if its
    /// first field is of each of [`TRIED`], or constant.
    costs: [[u32; CODES]; PERIOD],
    /// Of each position: the code with the smallest cost, by its index.
    best: [u8; MAX_ROW + 1],
    /// Of each position and code: whether the field after it has the same code, by its bit.
    same: [u8; MAX_ROW],
}

/// Number of positions whose costs are kept: more than the size of a field.
const PERIOD: usize = 8;

/// Writes the fields of the packets at `starts`, whose rows have `row` bytes, and returns their size in bytes.
///
/// `cells` has at least [`ROWS`] cells.
pub(super) fn write(raw: &[u8], starts: &[u32], row: usize, cells: &mut [i32], out: &mut [u8]) -> Option<usize> {
    let mut cut = Cut { costs: [[0; CODES]; PERIOD], best: [0; MAX_ROW + 1], same: [0; MAX_ROW] };
    for at in (0..row).rev() {
        cut.place(raw, starts, row, at, cells)?;
    }
    let mut w = Writer::new(out);
    let mut at = 0;
    // Each iteration writes at least one byte of the row.
    while at < row {
        let index = *cut.best.get(at)?;
        let code = code_of(index.into());
        let (from, width) = (at, width(code));
        let mut count = 1;
        while cut.same.get(at)? >> index & 1 == 1 {
            count += 1;
            at += width;
        }
        at += width;
        write_run(&mut w, code, count);
        if code == CONSTANT {
            let mut b = [0];
            for i in from..at {
                gather(raw, starts.get(..1)?, &[i as u16], 1, &mut b)?;
                w.bytes(&b);
            }
        }
    }
    w.finish()
}

/// The code with this index.
fn code_of(index: usize) -> u8 {
    TRIED.get(index).copied().unwrap_or(CONSTANT)
}

fn width(code: u8) -> usize {
    format_of(code).map_or(1, |f| f.sample.width())
}

impl Cut {
    /// Finds the best field of each code at `at`, once those after it are known.
    fn place(&mut self, raw: &[u8], starts: &[u32], row: usize, at: usize, cells: &mut [i32]) -> Option<()> {
        let constant = constant(raw, starts, at)?;
        let (mut costs, mut same) = ([u32::MAX; CODES], 0u8);
        for (index, cost) in costs.iter_mut().enumerate() {
            let code = code_of(index);
            let end = at + width(code);
            // A constant byte is never a sample of its own.
            if end > row || constant && width(code) == 1 && code != CONSTANT || !constant && code == CONSTANT {
                continue;
            }
            let Some(own) = (if code == CONSTANT { Some(SAME) } else { cost_of(raw, starts, code, at, cells) }) else {
                continue;
            };
            let after = self.costs.get(end % PERIOD)?;
            let (run, other) = (*after.get(index)?, *after.get(usize::from(*self.best.get(end)?))?);
            let other = if end == row { 0 } else { other.saturating_add(RUN) };
            let goes_on = end < row && run <= other;
            same |= u8::from(goes_on).wrapping_shl(index as u32);
            *cost = own.saturating_add(if goes_on { run } else { other });
        }
        let best = (0..CODES).min_by_key(|i| costs.get(*i)).unwrap_or(0);
        *self.best.get_mut(at)? = best as u8;
        *self.same.get_mut(at)? = same;
        *self.costs.get_mut(at % PERIOD)? = costs;
        Some(())
    }
}

/// Estimated cost of the samples of a code at `at`, in 1/16 bit; `None` if they do not look like such samples.
fn cost_of(raw: &[u8], starts: &[u32], code: u8, at: usize, cells: &mut [i32]) -> Option<u32> {
    let part = starts.get(..starts.len().min(ROWS))?;
    let mut bytes = [0; ROWS * MAX_WIDTH];
    let f = format_of(code)?;
    let width = f.sample.width();
    let bytes = bytes.get_mut(..part.len() * width)?;
    gather(raw, part, &[at as u16], width, bytes)?;
    if f.sample.is_float() && !plausible(bytes, f.order) {
        return None;
    }
    let mut cost = quick_cost(bytes, f, cells)? / 16;
    if f.sample.is_float()
        && let Some(counts) = decimal_cost(bytes, f, cells)
    {
        cost = cost.min_u64(counts / 16);
    }
    // A low byte and the high byte of the next sample look like a sample of the other order.
    if f.order == ByteOrder::Little {
        cost += cost / 16;
    }
    if width > 1 && place(at) % 2 == 1 {
        cost += cost / 16;
    }
    let all = cost.saturating_mul(starts.len() as u64).checked_div(part.len() as u64)?;
    Some(u32::try_from(all).unwrap_or(u32::MAX).saturating_add(PLANE))
}

/// Whether byte `at` of the row is the same in all packets.
fn constant(raw: &[u8], starts: &[u32], at: usize) -> Option<bool> {
    let place = place(at);
    let byte = |s: &u32| raw.get(*s as usize + place);
    let first = byte(starts.first()?)?;
    Some(starts.iter().all(|s| byte(s) == Some(first)))
}

/// Estimated cost of floats as counts of a power of ten, in 1/256 bit. `None` if they are not such counts. Overwrites
/// `bytes`.
fn decimal_cost(bytes: &mut [u8], f: Format, cells: &mut [i32]) -> Option<u64> {
    let value = |w: &[u8; 4]| {
        f32::from_bits(if f.order == ByteOrder::Little { u32::from_le_bytes(*w) } else { u32::from_be_bytes(*w) })
    };
    let (words, _) = bytes.as_chunks_mut::<4>();
    let scale = *SCALES.iter().find(|s| words.iter().all(|w| count(value(w), **s).is_some()))?;
    for w in words {
        *w = count(value(w), scale)?.to_be_bytes();
    }
    quick_cost(bytes, Format { sample: SampleType::I32, order: ByteOrder::Big, channels: 1 }, cells)
}

/// Scales of decimal fractions.
const SCALES: [f64; 5] = [1.0, 10.0, 100.0, 1000.0, 10000.0];

/// The integer whose quotient by `scale` is `v`, if one exists.
fn count(v: f32, scale: f64) -> Option<i32> {
    let scaled = f64::from(v) * scale;
    // Rounded to the nearest integer, as in the grids of the numeric codec.
    let k = (scaled + if scaled < 0.0 { -0.5 } else { 0.5 }) as i32;
    let same = (f64::from(k) / scale) as f32;
    (same.to_bits() == v.to_bits()).then_some(k)
}

/// Whether words look like floats: all are 0 or from 2^-40 to 2^41 in magnitude.
fn plausible(bytes: &[u8], order: ByteOrder) -> bool {
    let (words, _) = bytes.as_chunks::<4>();
    let bits = |w: &[u8; 4]| if order == ByteOrder::Little { u32::from_le_bytes(*w) } else { u32::from_be_bytes(*w) };
    words.iter().all(|w| bits(w) == 0 || (87..=167).contains(&((bits(w) >> 23) & 0xff)))
}
