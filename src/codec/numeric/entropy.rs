//! Arrays of residuals as bytes: chooses among the entropy coders.
//!
//! One byte says which; what follows is that coder's. The length of the array is known to the reader.
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

/// Arrays so short that trying costs little.
const SHORT: usize = 96;

/// Arrays so long that the heads of the coders hardly count.
const LONG: usize = 512;

/// Cells that writing and reading work in.
pub(crate) const WRITE_CELLS: usize =
    if adaptive::CELLS > learned::WRITE_CELLS { adaptive::CELLS } else { learned::WRITE_CELLS };
/// Cells that reading works in.
pub(crate) const READ_CELLS: usize =
    if adaptive::CELLS > learned::READ_CELLS { adaptive::CELLS } else { learned::READ_CELLS };

/// Room in front of an adaptive code for its length.
const ROOM: usize = 5;

/// Writes `e`, which is used up, and returns the bytes; `models` are the adaptive coder's cells.
pub(crate) fn write(e: &mut [i32], effort: Effort, models: &mut [i32], out: &mut [u8]) -> Option<usize> {
    write_after(&[], e, effort, models, out)
}

/// The same behind `past`, which the reader knows.
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
    // How much of an array is looked at for the choice.
    let step = match e.len() {
        // What matters in sparse arrays is rare.
        n if best || zeros * 4 > n * 3 => 1,
        0..512 => 4,
        _ => 8,
    };
    let choice = blocks::choose(e, if step == 8 && e.len() >= 4096 { 16 } else { step });
    // Of long arrays with few zeros Rice codes are not shorter.
    let (length, rice) = if !best && e.len() >= LONG && zeros * 16 < e.len() {
        (0, u64::MAX >> 8)
    } else {
        rice::choose(e, if step == 1 && !best && e.len() >= LONG { 2 } else { step })
    };
    let some = if e.len() < 2048 { 1 } else { step };
    let learned = Learned::from_some(e, some, models)?;
    let least = rice.min_u64(choice.cost).min_u64(learned.cost);
    if best || e.len() <= SHORT {
        let ways = if best { adaptive::WAYS } else { 1 };
        let (mut tight, mut tightest) = (None, u64::MAX);
        for way in 0..ways {
            let n = rest.get_mut(ROOM..).and_then(|to| adaptive::write(way, past, e, models, to));
            if let Some(n) = n
                && (n as u64) < tightest
            {
                (tight, tightest) = (Some(way), n as u64);
            }
        }
        // At the default effort it has to be worth the time.
        let worth = if best { least } else { least - least / 32 };
        if let Some(way) = tight
            && (tightest + 3) * 8 * 256 < worth
        {
            // The ways were tried in one another's place: the last one lies there.
            let mut n = tightest as usize;
            if way + 1 != ways {
                n = adaptive::write(way, past, e, models, rest.get_mut(ROOM..)?)?;
            }
            let mut w = Writer::new(rest);
            varint::write(&mut w, n as u32);
            let h = w.finish()?;
            rest.slide(ROOM..ROOM + n, h);
            *mode = ADAPTIVE;
            return Some(1 + h + n);
        }
    }
    // At the default effort Rice codes, slower to read, have to be worth it; a learned table is the quickest.
    let (rice, learned_cost) =
        if best { (rice, learned.cost) } else { (rice + rice / 16, learned.cost - learned.cost / 200) };
    let n = if learned_cost <= rice.min_u64(choice.cost) {
        *mode = LEARNED;
        let learned = if some == 1 { learned } else { Learned::from(e, models)? };
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

/// Reads an array.
pub(crate) fn read(r: &mut Reader<'_>, models: &mut [i32], e: &mut [i32]) -> Option<()> {
    read_after(&[], r, models, e)
}

/// Reads an array that was written behind `past`.
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
