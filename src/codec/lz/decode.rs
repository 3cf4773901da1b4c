//! Decoding a block.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "positions in slices of at most 4 MiB, and code values below 2^23, checked before they are used"
)]

use super::DECODE_WORK_LEN;
use super::execute::Output;
use super::huffman::TABLE;
use super::literals;
use super::sequence_decode;
use super::sequences::Recent;
use super::tans::{DecodeEntry, MAX_STATES};
use crate::codec::lz::bits::number;
use crate::mem::Slide;
use crate::mem::recast_mut;
use crate::simd::Level;
use crate::status::{Error, Result, Status};
use crate::util::slice::Put;

const DAMAGED: Error = Error::new(Status::Damaged, "a coded block is damaged");

/// Tables, as they lie in the work memory.
struct Tables<'a> {
    literals: &'a mut [u16; TABLE],
    /// Of runs, match lengths and offsets, one behind the other: one pointer less in the loop.
    sequences: &'a mut [DecodeEntry; 3 * MAX_STATES],
}

/// Decodes a block that [`encode_block`](super::encode_block) made from `input` into `out`; the bytes decoded.
///
/// `work` is at least [`DECODE_WORK_LEN`] words; what it holds does not matter. `out` is at least as long as the block
/// was; all of it may be written to. Errors: [`Status::Memory`] when `work` is too short, [`Status::Damaged`] for what
/// no encoder makes, or more than `out` holds; what stands in `out` then means nothing.
pub fn decode_block(input: &[u8], out: &mut [u8], work: &mut [u32]) -> Result<usize> {
    decode_block_after(0, input, out, work)
}

/// The same for what [`encode_block_after`](super::encode_block_after) made, to `out` from `from` on; what is before
/// it is what was before the input.
pub fn decode_block_after(from: usize, input: &[u8], out: &mut [u8], work: &mut [u32]) -> Result<usize> {
    let tables = work.split_first_chunk_mut::<{ TABLE / 2 }>().and_then(|(literals, rest)| {
        let (literals, _) = recast_mut(literals).split_first_chunk_mut()?;
        let (sequences, _) = rest.as_chunks_mut().0.split_first_chunk_mut()?;
        Some(Tables { literals, sequences })
    });
    let Some(mut tables) = tables else {
        return Err(Error::new(Status::Memory, "decoding needs {a} words of work memory").a(DECODE_WORK_LEN as u64));
    };
    blocks(from, input, out, &mut tables).ok_or(DAMAGED)
}

fn blocks(start: usize, input: &[u8], out: &mut [u8], tables: &mut Tables) -> Option<usize> {
    let level = Level::detect();
    let mut rest = input;
    let mut recent = Recent::START;
    let mut out = Output { bytes: out, at: start, lit: 0 };
    // Each turn takes three bytes of the input at least.
    loop {
        let (&flags, tail) = rest.split_first()?;
        rest = tail;
        let last = flags & 1 == 1;
        let literals = number(&mut rest)?;
        let sequences = number(&mut rest)?;
        if flags > 7 || (literals == 0 && sequences == 0 && !last) {
            return None;
        }
        // Literals wait at the end of the output until it is their turn: the front never reaches them too early.
        out.lit = out.bytes.len().checked_sub(literals)?;
        if out.lit < out.at {
            return None;
        }
        let waiting = out.bytes.get_mut(out.lit..)?;
        match flags >> 1 {
            0 => {
                let (raw, tail) = rest.split_at_checked(literals)?;
                rest = tail;
                waiting.put(raw);
            }
            mode => {
                let len = number(&mut rest)?;
                let (coded, tail) = rest.split_at_checked(len)?;
                rest = tail;
                literals::read(coded, mode, waiting, tables.literals, level)?;
            }
        }
        let coded = if last {
            core::mem::take(&mut rest)
        } else {
            let len = number(&mut rest)?;
            let (coded, tail) = rest.split_at_checked(len)?;
            rest = tail;
            coded
        };
        if sequences > 0 {
            sequence_decode::run(coded, sequences, &mut out, &mut recent, tables.sequences, level)?;
        } else if !coded.is_empty() {
            return None;
        }
        let left = out.bytes.len() - out.lit;
        out.bytes.slide(out.lit.., out.at);
        out.at += left;
        if last {
            return Some(out.at - start);
        }
    }
}
