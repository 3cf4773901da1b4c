//! Writes one part of a block: its numbers, literals and sequences.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "positions in slices of at most 4 MiB, and counts of what is in them"
)]

use super::bits::write_number;
use super::literal_encode::write_literals;
use super::sequence_encode::write_sequences;
use super::sequences::{Sequence, literal_runs};
use crate::mem::Slide;
use crate::simd::{Level, with_bits};
use crate::util::slice::Put;

/// Writes `data` as `sequences` and the literals between them. Returns the number of bytes written.
#[inline(never)]
pub(super) fn write_part(data: &[u8], sequences: &[[u32; 2]], last: bool, out: &mut [u8]) -> Option<usize> {
    let level = Level::detect();
    let literals = data.len().checked_sub(sequences.iter().map(|&s| Sequence::unpack(s).len as usize).sum())?;
    // Literals are gathered at the end of the output, as far as possible from the bytes written at
    // its start.
    let gathered = out.len().checked_sub(literals)?;
    let mut to = gathered;
    for run in literal_runs(data, sequences) {
        out.get_mut(to..to + run.len())?.put(run);
        to += run.len();
    }
    let mut at = 1;
    at += write_number(literals, out.get_mut(at..)?)?;
    at += write_number(sequences.len(), out.get_mut(at..)?)?;
    let mode;
    (mode, at) = write_literals(data, sequences, literals, out, at)?;
    *out.first_mut()? = u8::from(last) | mode << 1;
    if sequences.is_empty() {
        return Some(if last { at } else { at + write_number(0, out.get_mut(at..)?)? });
    }
    if last {
        return Some(
            at + with_bits(
                level,
                #[cfg_attr(feature = "std", inline(always))]
                || write_sequences(sequences, out.get_mut(at..)?),
            )?,
        );
    }
    // The length precedes the sequences but is known after them: reserve three bytes, which are
    // always enough.
    let len = with_bits(
        level,
        #[cfg_attr(feature = "std", inline(always))]
        || write_sequences(sequences, out.get_mut(at + 3..)?),
    )?;
    let mut head = [0u8; 4];
    let head_len = write_number(len, &mut head)?;
    out.get_mut(at..at + head_len)?.put(head.get(..head_len)?);
    out.slide(at + 3..at + 3 + len, at + head_len);
    Some(at + head_len + len)
}
