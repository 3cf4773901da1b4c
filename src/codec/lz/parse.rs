//! Which matches to take.
#![allow(clippy::arithmetic_side_effects, reason = "positions in a slice of at most 4 MiB, and scores below 2^25")]

use super::codes::{MAX_MATCH, MAX_RUN};
use super::matcher::{Buckets, common, eight};
use super::sequences::{Recent, Sequence};

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
#[inline(always)]
fn extend(data: &[u8], diff: u64, from: usize, pos: usize, limit: usize) -> usize {
    if diff != 0 { (diff.trailing_zeros() >> 3) as usize } else { 8 + common(data, from + 8, pos + 8, limit - 8) }
}

/// Where a parse stands.
pub(super) struct Parser<'a> {
    data: &'a [u8],
    buckets: Buckets<'a, 1>,
    style: Style,
    recent: Recent,
    /// The first byte not yet part of a sequence.
    anchor: usize,
}

impl<'a> Parser<'a> {
    /// For what lies from `from` on; `buckets` know what lies before.
    pub(super) fn new(from: usize, data: &'a [u8], buckets: Buckets<'a, 1>, style: Style) -> Self {
        Parser { data, buckets, style, recent: Recent::START, anchor: from }
    }

    /// The first byte not yet part of a sequence.
    pub(super) fn anchor(&self) -> usize {
        self.anchor
    }

    /// The better match at `pos` of a recent offset and the last place of the same bytes; `pos` is then remembered.
    /// There are at least eight bytes from `pos` on.
    #[inline(always)]
    fn look(&mut self, pos: usize) -> Found {
        let data = self.data;
        let limit = (data.len() - pos).min(MAX_MATCH as usize);
        let word = eight(data, pos);
        let mut found = Found::default();
        // Behind a match its own offset is of no use, but the one before it often is.
        let [a, b, ..] = self.recent.0;
        let offset = if pos == self.anchor { b } else { a } as usize;
        if offset <= pos {
            let diff = eight(data, pos - offset) ^ word;
            if diff << 40 == 0 {
                let len = extend(data, diff, pos - offset, pos, limit);
                found = Found { len, offset, score: LITERAL * len as i32 - 6 };
            }
        }
        self.buckets.visit(pos, word, |candidate| {
            let diff = eight(data, candidate) ^ word;
            if diff << 32 == 0 {
                let len = extend(data, diff, candidate, pos, limit);
                let offset = pos - candidate;
                let score = LITERAL * len as i32 - 9 - offset.ilog2() as i32;
                if score > found.score {
                    found = Found { len, offset, score };
                }
            }
        });
        found
    }

    /// Fills `out` with sequences until it is full, `raw` bytes are covered or the data end; how many, and whether
    /// the end was reached. Otherwise they cover all up to `anchor`, perhaps with literals behind the last.
    #[inline(never)]
    pub(super) fn run(&mut self, out: &mut [[u32; 2]], raw: usize) -> (usize, bool) {
        let data = self.data;
        let start = self.anchor;
        // Behind this a hash would see less than its bytes.
        let end = data.len().saturating_sub(7);
        let mut pos = self.anchor;
        let mut count = 0;
        while pos < end {
            if pos - self.anchor >= MAX_RUN as usize - 1 || pos - start >= raw {
                // The literals up to here belong to this part.
                self.anchor = pos;
                return (count, false);
            }
            let mut found = self.look(pos);
            if found.score <= self.style.least {
                pos += 1 + ((pos - self.anchor) >> self.style.skip);
                continue;
            }
            let mut patience = self.style.lazy;
            let mut ahead = pos + 1;
            while patience > 0 && ahead < end && ahead - self.anchor < MAX_RUN as usize {
                let next = self.look(ahead);
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
                self.buckets.insert(ahead, eight(data, ahead));
                ahead += self.style.stride;
            }
            pos = self.anchor;
        }
        (count, true)
    }
}
