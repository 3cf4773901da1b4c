//! The output of a block, and the sequences that append to it.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "positions in a slice of at most 4 MiB, checked before they are used"
)]

use super::copy;
use super::sequences::Recent;
use super::sequences::SequenceFields;
use crate::mem::append;

/// The output while a part is decoded: the bytes before `at` are final, and the pending literals are from `lit` to the
/// end.
pub(super) struct Output<'a> {
    pub bytes: &'a mut [u8],
    pub at: usize,
    pub lit: usize,
}

impl Output<'_> {
    /// Appends the literals and matches of `sequences`. `None` for more literals than are pending, an offset of 0 or
    /// before the start, and a match that does not fit before the pending literals.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn execute(&mut self, sequences: &[SequenceFields], recent: &mut Recent) -> Option<()> {
        let out = &mut *self.bytes;
        let (mut at, mut lit) = (self.at, self.lit);
        let mut recents = *recent;
        for &[run, len, stored] in sequences {
            let offset = recents.take(stored, run) as usize;
            if !append(out, at, lit, run, len, offset) {
                copy::checked_append(out, at, lit, run as usize, len as usize, offset)?;
            }
            lit += run as usize;
            at += run as usize + len as usize;
        }
        (self.at, self.lit) = (at, lit);
        *recent = recents;
        Some(())
    }
}
