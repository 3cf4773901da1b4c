//! The output, and what sequences do to it.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "positions in a slice of at most 4 MiB, checked before they are used"
)]

use super::copy;
use super::sequences::Recent;
use super::sequences::SequenceFields;
use crate::mem::append;

/// The output in the making: the bytes before `at` are decoded; from `lit` on literals wait until it is their turn.
pub(super) struct Output<'a> {
    pub bytes: &'a mut [u8],
    pub at: usize,
    pub lit: usize,
}

impl Output<'_> {
    /// Appends what `steps` say. `None` for more literals than wait, an offset of 0 or beyond the start, or a match
    /// longer than there is room for.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn carry_out(&mut self, steps: &[SequenceFields], recent: &mut Recent) -> Option<()> {
        let out = &mut *self.bytes;
        let (mut at, mut lit) = (self.at, self.lit);
        let mut recents = *recent;
        for &[run, len, stored] in steps {
            let offset = recents.take(stored, run) as usize;
            if !append(out, at, lit, run, len, offset) {
                copy::careful(out, at, lit, run as usize, len as usize, offset)?;
            }
            lit += run as usize;
            at += run as usize + len as usize;
        }
        (self.at, self.lit) = (at, lit);
        *recent = recents;
        Some(())
    }
}
