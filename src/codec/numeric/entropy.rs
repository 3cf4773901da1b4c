//! Arrays of residuals as bytes: chooses among the entropy coders.
//!
//! One byte says which; what follows is that coder's. The length of the array is known to the reader.
#![allow(clippy::arithmetic_side_effects, reason = "positions within a frame")]

use super::{adaptive, blocks, rice};
use crate::codec::Effort;
use crate::codec::varint;
use crate::util::bytes::{Reader, Writer};

const ZEROS: u8 = 0;
const RICE: u8 = 1;
const BLOCKS: u8 = 2;
const ADAPTIVE: u8 = 3;

/// Most bits per residual, times 256, at which the default effort tries the adaptive coder.
const SPARSE: u64 = 2 * 256;

/// Arrays so short that trying costs little.
const SHORT: usize = 256;

/// Fewest residuals on which the adaptive coder is tried before the whole.
const PART: usize = 512;

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
        return Some(1 + rice::write(e, rest)?);
    }
    let best = effort == Effort::Best;
    let choice = blocks::choose(e, if best { 1 } else { 4 });
    let rice = rice::cost(e, if best { 1 } else { 4 });
    let least = rice.min(choice.cost);
    let sparse = least < SPARSE * e.len() as u64 || zeros * 3 > e.len();
    if best || e.len() <= SHORT || (sparse && pays(e, models, rest)) {
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
            rest.copy_within(ROOM..ROOM + n, h);
            *mode = ADAPTIVE;
            return Some(1 + h + n);
        }
    }
    // Rice codes are slower to read: at the default effort they have to be worth it, too.
    let n = if rice + (if best { 0 } else { rice / 50 }) < choice.cost {
        *mode = RICE;
        rice::write(e, rest)?
    } else {
        *mode = BLOCKS;
        blocks::write(choice, e, rest)?
    };
    Some(n + 1)
}

/// Whether the adaptive coder does clearly better on a part of `e`; `out` is overwritten.
fn pays(e: &mut [i32], models: &mut [i32], out: &mut [u8]) -> bool {
    let part = (e.len() / 8).max(PART).min(e.len());
    let from = (e.len() - part) / 2;
    let Some(part) = e.get_mut(from..from + part) else { return false };
    let blocks = blocks::choose(part, 2).cost.min(rice::cost(part, 2));
    let Some(n) = adaptive::write(0, &[], part, models, out) else { return false };
    (n as u64) * 8 * 256 < blocks - blocks / 16
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
        ADAPTIVE => {
            let n = varint::read(r)?;
            adaptive::read(past, r.bytes(n as usize)?, e, models)
        }
        _ => None,
    }
}
