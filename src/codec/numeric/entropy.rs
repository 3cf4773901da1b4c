//! Arrays of residuals as bytes: chooses among the entropy coders.
//!
//! One byte says which; what follows is that coder's. The length of the array is known to the reader.
#![allow(clippy::arithmetic_side_effects, reason = "positions within a frame")]

use super::{blocks, rice};
use crate::codec::Effort;
use crate::util::bytes::Reader;

const ZEROS: u8 = 0;
const RICE: u8 = 1;
const BLOCKS: u8 = 2;

/// Writes `e`, which is used up, and returns the bytes.
pub fn write(e: &mut [i32], effort: Effort, out: &mut [u8]) -> Option<usize> {
    let (mode, rest) = out.split_first_mut()?;
    if e.iter().all(|v| *v == 0) {
        *mode = ZEROS;
        return Some(1);
    }
    let n = if effort == Effort::Fast {
        *mode = RICE;
        rice::write(e, rest)?
    } else {
        let choice = blocks::choose(e, if effort == Effort::Best { 1 } else { 4 });
        if rice::cost(e) < choice.cost {
            *mode = RICE;
            rice::write(e, rest)?
        } else {
            *mode = BLOCKS;
            blocks::write(choice, e, rest)?
        }
    };
    Some(n + 1)
}

/// Reads an array.
pub fn read(r: &mut Reader<'_>, e: &mut [i32]) -> Option<()> {
    match r.u8()? {
        ZEROS => {
            e.fill(0);
            Some(())
        }
        RICE => rice::read(r, e),
        BLOCKS => blocks::read(r, e),
        _ => None,
    }
}
