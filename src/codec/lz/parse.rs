//! Which matches to take.
#![allow(clippy::arithmetic_side_effects, reason = "positions in a slice of at most 4 MiB, and scores below 2^25")]

use super::codes::{MAX_MATCH, MAX_RUN};
use super::matcher::{Latest, common, eight};
use super::sequences::{Recent, Sequence};
use crate::util::unsigned::Unsigned;

/// A match that could be taken.
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    len: usize,
    offset: usize,
    /// Roughly the bits it saves.
    score: i32,
}

/// How a parse proceeds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    /// Positions looked ahead for a better match before one is taken.
    pub lazy: u32,
    /// A match that saves no more than these bits is not taken.
    pub least: i32,
    /// Every so many positions within a match are remembered.
    pub stride: usize,
    /// Without a match for 2^`skip` bytes every second position is passed over, and so on.
    pub skip: u32,
}

/// Bits a literal costs, about.
const LITERAL: i32 = 5;

/// The length of a match whose first eight bytes differ in `diff`.
#[cfg_attr(feature = "std", inline(always))]
fn extend(data: &[u8], diff: u64, from: usize, pos: usize, limit: usize) -> usize {
    if diff != 0 { (diff.trailing_zeros() >> 3) as usize } else { 8 + common(data, from + 8, pos + 8, limit - 8) }
}

/// Where a parse stands. A hash sees `HASHED` bytes.
pub(super) struct Parser<'a, const HASHED: u32> {
    data: &'a [u8],
    latest: Latest<'a>,
    style: Style,
    recent: Recent,
    /// The first byte not yet part of a sequence.
    anchor: usize,
}

impl<'a, const HASHED: u32> Parser<'a, HASHED> {
    /// For what lies from `from` on; `latest` knows what lies before.
    pub(super) fn new(from: usize, data: &'a [u8], latest: Latest<'a>, style: Style) -> Self {
        Parser { data, latest, style, recent: Recent::START, anchor: from }
    }

    /// The first byte not yet part of a sequence.
    pub(super) fn anchor(&self) -> usize {
        self.anchor
    }

    /// The better match at `pos`, which is not 0, of a recent offset and the last place of the same bytes; `pos` is then
    /// remembered. There are at least eight bytes from `pos` on.
    #[cfg_attr(feature = "std", inline(always))]
    fn look(&mut self, pos: usize, offset: usize) -> Found {
        let data = self.data;
        let word = eight(data, pos);
        let candidate = self.latest.replace::<HASHED>(pos, word);
        let near = eight(data, pos.wrapping_sub(offset)) ^ word;
        let far = eight(data, candidate) ^ word;
        let is_near = (near << 40 == 0) & (offset <= pos);
        let is_far = far << 32 == 0;
        let mut found = Found::default();
        // One branch for both: most often there is neither.
        if !(is_near | is_far) {
            return found;
        }
        let limit = (data.len() - pos).min(MAX_MATCH as usize);
        if is_near {
            let len = extend(data, near, pos - offset, pos, limit);
            found = Found { len, offset, score: LITERAL * len as i32 - 6 };
        }
        if is_far && candidate < pos {
            let len = extend(data, far, candidate, pos, limit);
            let offset = pos - candidate;
            let score = LITERAL * len as i32 - 9 - offset.ilog2() as i32;
            if score > found.score {
                found = Found { len, offset, score };
            }
        }
        found
    }

    /// Fills `out` with sequences until it is full, `raw` bytes are covered or the data end; how many, and whether
    /// the end was reached. Otherwise they cover all up to `anchor`, perhaps with literals behind the last.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn run(&mut self, out: &mut [[u32; 2]], raw: usize) -> (usize, bool) {
        let data = self.data;
        let start = self.anchor;
        // Behind this a hash would see less than its bytes.
        let end = data.len().sat_sub(7);
        // The first byte has nothing before it.
        let mut pos = self.anchor.max(1);
        let mut count = 0;
        while pos < end {
            if pos - self.anchor >= MAX_RUN as usize - 1 || pos - start >= raw {
                // The literals up to here belong to this part.
                self.anchor = pos;
                return (count, false);
            }
            let [a, b, ..] = self.recent.0;
            // Behind a match its own offset is of no use, but the one before it often is.
            let mut found = self.look(pos, if pos == self.anchor { b } else { a } as usize);
            if found.score <= self.style.least {
                pos += 1 + ((pos - self.anchor) >> self.style.skip);
                continue;
            }
            let mut patience = self.style.lazy;
            let mut ahead = pos + 1;
            while patience > 0 && ahead < end && ahead - self.anchor < MAX_RUN as usize {
                let next = self.look(ahead, a as usize);
                // What is passed over becomes literals.
                if next.score > found.score + LITERAL * (ahead - pos) as i32 {
                    found = next;
                    pos = ahead;
                    patience = self.style.lazy;
                } else {
                    patience -= 1;
                }
                ahead += 1;
            }
            let mut from = pos - found.offset;
            while pos > self.anchor
                && from > 0
                && data.get(pos - 1) == data.get(from - 1)
                && found.len < MAX_MATCH as usize
            {
                (pos, from, found.len) = (pos - 1, from - 1, found.len + 1);
            }
            let Some(slot) = out.get_mut(count) else { return (count, false) };
            let run = (pos - self.anchor) as u32;
            let offset = self.recent.store(found.offset as u32, run);
            *slot = Sequence { run, len: found.len as u32, offset }.pack();
            count += 1;
            self.anchor = pos + found.len;
            while ahead < self.anchor.min(end) {
                self.latest.replace::<HASHED>(ahead, eight(data, ahead));
                ahead += self.style.stride;
            }
            pos = self.anchor;
        }
        (count, true)
    }
}
