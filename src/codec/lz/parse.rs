//! Greedy parse: chooses matches position by position, with an optional check for a better match at the next positions.
#![allow(clippy::arithmetic_side_effects, reason = "positions in a slice of at most 4 MiB, and scores below 2^25")]

use super::codes::{MAX_MATCH, MAX_RUN};
use super::matcher::{Latest, eight, match_len};
use super::sequences::{Recent, Sequence};
use crate::util::unsigned::Unsigned;

/// A possible match; `len` is 0 if there was none.
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    len: usize,
    offset: usize,
    /// Estimated number of bits saved.
    score: i32,
}

/// Parameters of a parse.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    /// Number of further positions that are checked for a better match before one is taken.
    pub lazy: u32,
    /// A match is taken only if its score is above this.
    pub score_floor: i32,
    /// Distance of the positions within a match that are inserted into the hash table.
    pub stride: usize,
    /// After 2^`skip` bytes without a match every second position is skipped, after twice as many two of three, and so
    /// on.
    pub skip: u32,
}

/// Approximate cost of a literal in bits.
const LITERAL: i32 = 5;

/// A parse in progress. `HASHED` is the number of hashed bytes.
pub(super) struct Parser<'a, const HASHED: u32> {
    data: &'a [u8],
    latest: Latest<'a>,
    style: Style,
    recent: Recent,
    /// The first byte not yet part of a sequence.
    anchor: usize,
}

impl<'a, const HASHED: u32> Parser<'a, HASHED> {
    /// A parse of `data` from `from` on; `latest` holds the positions before it.
    pub(super) fn new(from: usize, data: &'a [u8], latest: Latest<'a>, style: Style) -> Self {
        Parser { data, latest, style, recent: Recent::START, anchor: from }
    }

    /// The first byte not yet part of a sequence.
    pub(super) fn anchor(&self) -> usize {
        self.anchor
    }

    /// The better match at `pos` of the recent offset `offset` and the last position of the same bytes; inserts `pos`.
    /// `pos` is not 0, and at least eight bytes are left from it.
    #[cfg_attr(feature = "std", inline(always))]
    fn find_match(&mut self, pos: usize, offset: usize) -> Found {
        let data = self.data;
        let word = eight(data, pos);
        let candidate = self.latest.replace::<HASHED>(pos, word);
        let near = eight(data, pos.wrapping_sub(offset)) ^ word;
        let far = eight(data, candidate) ^ word;
        let is_near = (near << 40 == 0) & (offset <= pos);
        let is_far = far << 32 == 0;
        let mut found = Found::default();
        // One branch for both: most often neither matches.
        if !(is_near | is_far) {
            return found;
        }
        let limit = (data.len() - pos).min(MAX_MATCH as usize);
        if is_near {
            let len = match_len(data, near, pos - offset, pos, limit);
            found = Found { len, offset, score: LITERAL * len as i32 - 6 };
        }
        if is_far && candidate < pos {
            let len = match_len(data, far, candidate, pos, limit);
            let offset = pos - candidate;
            let score = LITERAL * len as i32 - 9 - offset.ilog2() as i32;
            if score > found.score {
                found = Found { len, offset, score };
            }
        }
        found
    }

    /// Fills `out` with sequences until it is full, `raw` bytes are covered or the data end. Returns their number and
    /// whether the data ended. If not, the part ends at `anchor`; bytes after the last sequence are literals.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn parse(&mut self, out: &mut [[u32; 2]], raw: usize) -> (usize, bool) {
        let data = self.data;
        let start = self.anchor;
        // Past this position fewer than eight bytes are left to hash.
        let end = data.len().sat_sub(7);
        // The first byte has no byte before it to match.
        let mut pos = self.anchor.max(1);
        let mut count = 0;
        while pos < end {
            if pos - self.anchor >= MAX_RUN as usize - 1 || pos - start >= raw {
                // The literals up to here belong to this part.
                self.anchor = pos;
                return (count, false);
            }
            let [a, b, ..] = self.recent.0;
            // Right after a match its own offset cannot match, but the offset before it often does.
            let mut found = self.find_match(pos, if pos == self.anchor { b } else { a } as usize);
            if found.score <= self.style.score_floor {
                pos += 1 + ((pos - self.anchor) >> self.style.skip);
                continue;
            }
            let mut patience = self.style.lazy;
            let mut ahead = pos + 1;
            while patience > 0 && ahead < end && ahead - self.anchor < MAX_RUN as usize {
                let next = self.find_match(ahead, a as usize);
                // The bytes between both positions become literals.
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
