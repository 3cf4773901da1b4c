//! Arrays of residuals: chooses among the entropy coders, writes and reads.
//!
//! The first byte is the coder's number; the coder's bytes follow. The reader knows the length of the array.
#![allow(clippy::arithmetic_side_effects, reason = "positions within a frame")]

use super::learned::{self, Learned};
use super::{adaptive, blocks, rice};
use crate::codec::container::varint;
use crate::codec::options::Effort;
use crate::mem::Slide;
use crate::util::bytes::{Reader, Writer};
use crate::util::unsigned::Count;

const ZEROS: u8 = 0;
const RICE: u8 = 1;
const BLOCKS: u8 = 2;
const ADAPTIVE: u8 = 3;
const LEARNED: u8 = 4;

/// Arrays of up to this length are short enough to try the adaptive coder at the default effort.
const SHORT: usize = 96;

/// Arrays from this length on are so long that the heads of the coders hardly matter.
const LONG: usize = 512;

/// Cells of i32 that writing uses.
pub(crate) const WRITE_CELLS: usize =
    if adaptive::CELLS > learned::WRITE_CELLS { adaptive::CELLS } else { learned::WRITE_CELLS };
/// Cells of i32 that reading uses.
pub(crate) const READ_CELLS: usize =
    if adaptive::CELLS > learned::READ_CELLS { adaptive::CELLS } else { learned::READ_CELLS };

/// Space before an adaptive code for its length, in bytes.
const LENGTH_BYTES: usize = 5;

/// Writes `e` and returns the number of bytes. `e` is overwritten; `models` has at least [`WRITE_CELLS`].
pub(crate) fn write(e: &mut [i32], effort: Effort, models: &mut [i32], out: &mut [u8]) -> Option<usize> {
    write_after(&[], e, effort, models, out)
}

/// [`write`] after the residuals `past`, which the reader knows.
pub(crate) fn write_after(
    past: &[i32],
    e: &mut [i32],
    effort: Effort,
    models: &mut [i32],
    out: &mut [u8],
) -> Option<usize> {
    let (mode, rest) = out.split_first_mut()?;
    let zeros = e.iter().filter(|v| **v == 0).count();
    if zeros == e.len() {
        *mode = ZEROS;
        return Some(1);
    }
    if effort == Effort::Fast {
        *mode = RICE;
        let (length, _) = rice::choose(e, if e.len() < 1024 { 1 } else { 4 });
        return Some(1 + rice::write(e, length, rest)?);
    }
    let best = effort == Effort::Best;
    // The estimates read every `step`-th part of an array.
    let step = match e.len() {
        // The nonzero values of sparse arrays are rare and decide the cost.
        n if best || zeros * 4 > n * 3 => 1,
        0..512 => 4,
        _ => 8,
    };
    let choice = blocks::choose(e, if step == 8 && e.len() >= 4096 { 16 } else { step });
    // Rice codes of long arrays with few zeros are never the shortest.
    let (length, rice) = if !best && e.len() >= LONG && zeros * 16 < e.len() {
        (0, u64::MAX >> 8)
    } else {
        rice::choose(e, if step == 1 && !best && e.len() >= LONG { 2 } else { step })
    };
    let learned_step = if e.len() < 2048 { 1 } else { step };
    let learned = Learned::from_some(e, learned_step, models)?;
    if best || e.len() <= SHORT {
        let min = rice.min_u64(choice.cost).min_u64(learned.cost);
        // At the default effort the adaptive coder has to save enough to be worth its time.
        let (ways, limit) = if best { (adaptive::WAYS, min) } else { (1, min - min / 32) };
        if let Some(n) = write_adaptive(past, e, ways, limit, models, rest) {
            *mode = ADAPTIVE;
            return Some(1 + n);
        }
    }
    // At the default effort Rice codes, slower to read, have to save enough; a learned table is the
    // fastest to read.
    let (rice, learned_cost) =
        if best { (rice, learned.cost) } else { (rice + rice / 16, learned.cost - learned.cost / 200) };
    let n = if learned_cost <= rice.min_u64(choice.cost) {
        *mode = LEARNED;
        let learned = if learned_step == 1 { learned } else { Learned::from(e, models)? };
        learned.write(e, rest)?
    } else if rice < choice.cost {
        *mode = RICE;
        rice::write(e, length, rest)?
    } else {
        *mode = BLOCKS;
        blocks::write(choice, e, rest)?
    };
    Some(n + 1)
}

/// Writes `e` by the best of the first `ways` ways of the adaptive coder, with its length in front.
///
/// Returns the number of bytes, or `None` if they cost `limit` or more, in 1/256 bit, or do not fit `out`.
fn write_adaptive(
    past: &[i32],
    e: &mut [i32],
    ways: usize,
    limit: u64,
    models: &mut [i32],
    out: &mut [u8],
) -> Option<usize> {
    let (mut best, mut min) = (None, u64::MAX);
    for way in 0..ways {
        let n = out.get_mut(LENGTH_BYTES..).and_then(|to| adaptive::write(way, past, e, models, to));
        if let Some(n) = n
            && (n as u64) < min
        {
            (best, min) = (Some(way), n as u64);
        }
    }
    let way = best.filter(|_| (min + 3) * 8 * 256 < limit)?;
    let mut n = min as usize;
    // Each way overwrote the one before, so `out` holds the last one.
    if way + 1 != ways {
        n = adaptive::write(way, past, e, models, out.get_mut(LENGTH_BYTES..)?)?;
    }
    let mut w = Writer::new(out);
    varint::write(&mut w, n as u32);
    let h = w.finish()?;
    out.slide(LENGTH_BYTES..LENGTH_BYTES + n, h);
    Some(h + n)
}

/// Reads an array into `e`; `None` if the bytes are damaged. `models` has at least [`READ_CELLS`].
pub(crate) fn read(r: &mut Reader<'_>, models: &mut [i32], e: &mut [i32]) -> Option<()> {
    read_after(&[], r, models, e)
}

/// [`read`] after the residuals `past`; the inverse of [`write_after`].
pub(crate) fn read_after(past: &[i32], r: &mut Reader<'_>, models: &mut [i32], e: &mut [i32]) -> Option<()> {
    match r.u8()? {
        ZEROS => {
            e.fill(0);
            Some(())
        }
        RICE => rice::read(r, e),
        BLOCKS => blocks::read(r, e),
        LEARNED => learned::read(r, e, models),
        ADAPTIVE => {
            let n = varint::read(r)?;
            adaptive::read(past, r.bytes(n as usize)?, e, models)
        }
        _ => None,
    }
}
