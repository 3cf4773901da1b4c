//! Optimal parse: the cheapest path through a stretch of data, by dynamic programming over its positions.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "positions in a slice of at most 4 MiB, and prices of a stretch: 1024 times less than 2^12"
)]

use super::codes::{MAX_MATCH, MAX_RUN, MIN_MATCH};
use super::matcher::{Buckets, eight, match_len};
use super::prices::Prices;
use super::sequences::{Recent, Sequence};
use crate::util::unsigned::Unsigned;

/// Maximum number of positions of a stretch.
const STRETCH: usize = 512;
/// A match of at least this length ends its stretch and is taken whole. Below 256.
const ENOUGH: usize = 192;
/// Words of a node.
const NODE_WORDS: usize = 8;
/// Words of work memory of a parse.
pub(super) const WORDS: usize = (STRETCH + ENOUGH + 1) * NODE_WORDS;

/// Number of hashed bytes.
pub(super) const HASHED: u32 = 5;

/// Number of candidates of the hash table per position.
pub(super) const WAYS: usize = 8;

/// The cheapest path found to a position.
#[derive(Clone, Copy, Debug)]
struct Node {
    price: u32,
    /// Length of the match that ends here; 1 for a literal.
    len: u32,
    offset: u32,
    /// Number of literals after the last match.
    run: u32,
    recent: Recent,
}

impl Node {
    fn pack(self) -> [u32; NODE_WORDS] {
        let [a, b, c, d] = self.recent.0;
        [self.price, self.len, self.offset, self.run, a, b, c, d]
    }

    fn unpack([price, len, offset, run, a, b, c, d]: [u32; NODE_WORDS]) -> Self {
        Node { price, len, offset, run, recent: Recent([a, b, c, d]) }
    }
}

/// A parse in progress.
pub(super) struct Parser<'a> {
    data: &'a [u8],
    buckets: Buckets<'a, WAYS>,
    nodes: &'a mut [[u32; NODE_WORDS]],
    prices: Prices,
    recent: Recent,
    /// The first byte not yet part of a sequence.
    anchor: usize,
    /// The first position without a decision.
    pos: usize,
}

impl<'a> Parser<'a> {
    /// A parse of `data` from `from` on; `buckets` hold the positions before it.
    pub(super) fn new(
        from: usize,
        data: &'a [u8],
        buckets: Buckets<'a, WAYS>,
        work: &'a mut [u32],
        prices: Prices,
    ) -> Self {
        let (nodes, _) = work.as_chunks_mut();
        Parser { data, buckets, nodes, prices, recent: Recent::START, anchor: from, pos: from }
    }

    /// The first byte not yet part of a sequence.
    pub(super) fn anchor(&self) -> usize {
        self.anchor
    }

    /// Fills `out` with sequences until it is nearly full, `raw` bytes are covered or the data end. Returns their
    /// number and whether the data ended. If not, the part ends at `anchor`; bytes after the last sequence are
    /// literals.
    pub(super) fn parse(&mut self, out: &mut [[u32; 2]], raw: usize) -> Option<(usize, bool)> {
        let start = self.anchor;
        let end = self.data.len().sat_sub(7);
        let mut count = 0;
        while self.pos < end {
            let full = out.len() - count < STRETCH / MIN_MATCH as usize + 2;
            if full || self.pos - start >= raw || self.pos - self.anchor + STRETCH + ENOUGH >= MAX_RUN as usize {
                // The literals up to here belong to this part.
                self.anchor = self.pos;
                return Some((count, false));
            }
            let (positions, long) = self.find_path(end)?;
            self.reverse_links(positions)?;
            count = self.write_path(positions, out, count)?;
            if let Some((len, offset)) = long {
                count = self.write_match(len, offset, out, count)?;
                for at in self.pos - len + 1..self.pos.min(end) {
                    self.buckets.insert(at, eight(self.data, at));
                }
            }
        }
        Some((count, true))
    }

    /// Finds the cheapest path over some positions from `pos` on. Returns their number, and the long match (length and
    /// offset) that ends the stretch if there is one.
    fn find_path(&mut self, end: usize) -> Option<(usize, Option<(usize, usize)>)> {
        let data = self.data;
        let start = Node { price: 0, len: 1, offset: 0, run: (self.pos - self.anchor) as u32, recent: self.recent };
        *self.nodes.first_mut()? = start.pack();
        // The last node that a path reaches.
        let mut reached = 0;
        let mut i = 0;
        // Each iteration raises `i` by one, up to the length of a stretch.
        loop {
            let pos = self.pos + i;
            if (i > 0 && i == reached) || pos >= end || i >= STRETCH {
                // Drop matches that reach further: the path to `i` is valid by itself.
                return Some((i, None));
            }
            let node = Node::unpack(*self.nodes.get(i)?);
            let price = node.price + self.prices.literal(*data.get(pos)?);
            relax(self.nodes, &mut reached, i + 1, Node { price, len: 1, offset: 0, run: node.run + 1, ..node })?;

            let mut found = [(0usize, 0usize); WAYS + 4];
            let longest = find_matches(data, pos, &node.recent, &mut self.buckets, &mut found)?;
            if longest.0 >= ENOUGH {
                return Some((i, Some(longest)));
            }
            let run_price = node.price + self.prices.run(node.run);
            let mut covered = MIN_MATCH as usize - 1;
            for &(len, offset) in found.iter().take_while(|f| f.0 > 0) {
                let mut recent = node.recent;
                let stored = recent.store(offset as u32, node.run);
                let price = run_price + self.prices.offset(stored);
                for len in covered + 1..=len {
                    let price = price + self.prices.match_len(len as u8);
                    let next = Node { price, len: len as u32, offset: offset as u32, run: 0, recent };
                    relax(self.nodes, &mut reached, i + len, next)?;
                }
                covered = covered.max(len);
            }
            i += 1;
        }
    }

    /// Reverses the links of the path to node `to`: each of its nodes then holds the length and offset of the step
    /// after it.
    fn reverse_links(&mut self, to: usize) -> Option<()> {
        let mut at = to;
        let (mut len, mut offset) = (0, 0);
        // Each iteration moves back by at least one node, down to 0.
        loop {
            let node = self.nodes.get_mut(at)?;
            let old = Node::unpack(*node);
            *node = Node { len, offset, ..old }.pack();
            if at == 0 {
                return Some(());
            }
            (len, offset) = (old.len, old.offset);
            at = at.checked_sub(len as usize)?;
        }
    }

    /// Writes the matches of the path over `positions` positions, whose links are reversed. Returns the new `count`.
    fn write_path(&mut self, positions: usize, out: &mut [[u32; 2]], mut count: usize) -> Option<usize> {
        let mut at = 0;
        while at < positions {
            let node = Node::unpack(*self.nodes.get(at)?);
            at += node.len as usize;
            if node.len == 1 {
                self.pos += 1;
            } else {
                count = self.write_match(node.len as usize, node.offset as usize, out, count)?;
            }
        }
        Some(count)
    }

    /// Writes a match at `pos`. Returns the new `count`.
    fn write_match(&mut self, len: usize, offset: usize, out: &mut [[u32; 2]], count: usize) -> Option<usize> {
        let run = (self.pos - self.anchor) as u32;
        let offset = self.recent.store(offset as u32, run);
        *out.get_mut(count)? = Sequence { run, len: len as u32, offset }.pack();
        self.pos += len;
        self.anchor = self.pos;
        Some(count + 1)
    }
}

/// Fills `found` with matches at `pos` (length and offset), each longer than the one before it. Returns the longest.
#[cfg_attr(feature = "std", inline(always))]
fn find_matches(
    data: &[u8],
    pos: usize,
    recent: &Recent,
    buckets: &mut Buckets<'_, WAYS>,
    found: &mut [(usize, usize); WAYS + 4],
) -> Option<(usize, usize)> {
    let limit = (data.len() - pos).min(MAX_MATCH as usize);
    let word = eight(data, pos);
    let mut slots = found.iter_mut();
    // Recent offsets come first, then near ones: a farther match pays only if it is longer, and
    // comparing the last bytes of that length rejects most candidates at once.
    let mut longest = (0, 0);
    let mut tail = 0;
    let mut last = word;
    for &offset in &recent.0 {
        let offset = offset as usize;
        if offset <= pos && offset > 0 {
            let diff = eight(data, pos - offset) ^ word;
            if diff << 40 == 0 && (tail == 0 || eight(data, pos - offset + tail) == last) {
                let len = match_len(data, diff, pos - offset, pos, limit);
                if len > longest.0 {
                    longest = (len, offset);
                    *slots.next()? = longest;
                    tail = len.sat_sub(7);
                    last = eight(data, pos + tail);
                }
            }
        }
    }
    buckets.visit(pos, word, |candidate| {
        let diff = eight(data, candidate) ^ word;
        if diff << 32 == 0 && (tail == 0 || eight(data, candidate + tail) == last) {
            let len = match_len(data, diff, candidate, pos, limit);
            if len > longest.0
                && len > 3
                && let Some(slot) = slots.next()
            {
                longest = (len, pos - candidate);
                *slot = longest;
                tail = len.sat_sub(7);
                last = eight(data, pos + tail);
            }
        }
    });
    Some(longest)
}

/// Replaces the path to node `to` by `path` if that is cheaper.
#[cfg_attr(feature = "std", inline(always))]
fn relax(nodes: &mut [[u32; NODE_WORDS]], reached: &mut usize, to: usize, path: Node) -> Option<()> {
    // Nodes up to `to` that no path reaches yet are marked as such, each once per stretch.
    while *reached < to {
        *reached += 1;
        nodes.get_mut(*reached)?[0] = u32::MAX;
    }
    let node = nodes.get_mut(to)?;
    if path.price < node[0] {
        *node = path.pack();
    }
    Some(())
}
