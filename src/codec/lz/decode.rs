//! Decodes a block.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "positions in slices of at most 4 MiB, and code values below 2^23, checked before they are used"
)]

use super::bits::read_number;
use super::execute::Output;
use super::huffman::TABLE;
use super::literal_decode::read_literals;
use super::sequence_decode::decode_sequences;
use super::sequences::Recent;
use super::tans::{DecodeEntry, MAX_STATES};
use crate::mem::{Slide, recast_mut};
use crate::simd::Level;
use crate::status::{Error, Result, Status};
use crate::util::slice::Put;

const DAMAGED: Error = Error::new(Status::Damaged, "a coded block is damaged");

/// Words of work memory that [`decode_block`] needs.
pub const DECODE_WORK_LEN: usize = TABLE / 2 + 6 * MAX_STATES;

/// The decoding tables in the work memory.
struct Tables<'a> {
    literals: &'a mut [u16; TABLE],
    /// Runs, then match lengths, then offsets, in one array: this saves two pointers in the decoding loop.
    sequences: &'a mut [DecodeEntry; 3 * MAX_STATES],
}

/// Decodes `input`, a block of [`encode_block`](super::encode_block), into `out`. Returns the number of bytes decoded.
///
/// `work` has at least [`DECODE_WORK_LEN`] words of any content. `out` is at least as long as the raw block; all of it
/// may be overwritten. Errors: [`Status::Memory`] when `work` is too short; [`Status::Damaged`] when `input` is not a
/// block that an encoder writes, or decodes to more than `out` holds. After an error the content of `out` is undefined.
pub fn decode_block(input: &[u8], out: &mut [u8], work: &mut [u32]) -> Result<usize> {
    decode_block_after(0, input, out, work)
}

/// Decodes `input`, a block of [`encode_block_after`](super::encode_block_after), into `out` from byte `from` on. The
/// bytes of `out` before `from` are those that preceded the raw block. Otherwise as [`decode_block`].
pub fn decode_block_after(from: usize, input: &[u8], out: &mut [u8], work: &mut [u32]) -> Result<usize> {
    let tables = work.split_first_chunk_mut::<{ TABLE / 2 }>().and_then(|(literals, rest)| {
        let (literals, _) = recast_mut(literals).split_first_chunk_mut()?;
        let (sequences, _) = rest.as_chunks_mut().0.split_first_chunk_mut()?;
        Some(Tables { literals, sequences })
    });
    let Some(mut tables) = tables else {
        return Err(Error::new(Status::Memory, "decoding needs {a} words of work memory").a(DECODE_WORK_LEN as u64));
    };
    decode_parts(from, input, out, &mut tables).ok_or(DAMAGED)
}

/// Decodes the parts of a block. `None` where it is damaged.
fn decode_parts(start: usize, input: &[u8], out: &mut [u8], tables: &mut Tables) -> Option<usize> {
    let level = Level::detect();
    let mut rest = input;
    let mut recent = Recent::START;
    let mut out = Output { bytes: out, at: start, lit: 0 };
    // Each iteration consumes at least three bytes of the input.
    loop {
        let (&flags, tail) = rest.split_first()?;
        rest = tail;
        let last = flags & 1 == 1;
        let literals = read_number(&mut rest)?;
        let sequences = read_number(&mut rest)?;
        if flags > 7 || (literals == 0 && sequences == 0 && !last) {
            return None;
        }
        // Literals are pending at the end of the output: the decoded bytes never reach them before
        // they are used.
        out.lit = out.bytes.len().checked_sub(literals)?;
        if out.lit < out.at {
            return None;
        }
        let pending = out.bytes.get_mut(out.lit..)?;
        match flags >> 1 {
            0 => {
                let (raw, tail) = rest.split_at_checked(literals)?;
                rest = tail;
                pending.put(raw);
            }
            mode => {
                let len = read_number(&mut rest)?;
                let (coded, tail) = rest.split_at_checked(len)?;
                rest = tail;
                read_literals(coded, mode, pending, tables.literals, level)?;
            }
        }
        let coded = if last {
            core::mem::take(&mut rest)
        } else {
            let len = read_number(&mut rest)?;
            let (coded, tail) = rest.split_at_checked(len)?;
            rest = tail;
            coded
        };
        if sequences > 0 {
            decode_sequences(coded, sequences, &mut out, &mut recent, tables.sequences, level)?;
        } else if !coded.is_empty() {
            return None;
        }
        let trailing = out.bytes.len() - out.lit;
        out.bytes.slide(out.lit.., out.at);
        out.at += trailing;
        if last {
            return Some(out.at - start);
        }
    }
}
