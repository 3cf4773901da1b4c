//! The cheapest way through a stretch of data, by dynamic programming over its positions.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "positions in a slice of at most 4 MiB, and prices of a stretch: 1024 times less than 2^12"
)]

use super::codes::{MAX_MATCH, MAX_RUN, MIN_MATCH};
use super::matcher::{Buckets, common, eight};
use super::prices::Prices;
use super::sequences::{Recent, Sequence};
use crate::util::unsigned::Unsigned;

/// Positions of a stretch.
const STRETCH: usize = 512;
/// A match of this length ends its stretch, and is taken whole. Below 256.
const ENOUGH: usize = 192;
/// Words of a node.
const NODE_WORDS: usize = 8;
/// Words of work memory.
pub(super) const WORDS: usize = (STRETCH + ENOUGH + 1) * NODE_WORDS;

/// Bytes that a hash sees.
pub(super) const HASHED: u32 = 5;

/// Candidates of the hash table for each position.
pub(super) const WAYS: usize = 8;

/// The cheapest way found to a position.
#[derive(Clone, Copy, Debug)]
struct Node {
    price: u32,
    /// The length of the match that ends here; 1 for a literal.
    len: u32,
    offset: u32,
    /// Literals behind the last match.
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

/// Where a parse stands.
pub(super) struct Parser<'a> {
    data: &'a [u8],
    buckets: Buckets<'a, WAYS>,
    nodes: &'a mut [[u32; NODE_WORDS]],
    prices: Prices,
    recent: Recent,
    anchor: usize,
    /// The first position not yet decided on.
    pos: usize,
}

impl<'a> Parser<'a> {
    /// For what lies from `from` on; `buckets` know what lies before.
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

    /// Fills `out` with sequences until it is nearly full, `raw` bytes are covered or the data end; how many, and
    /// whether the end was reached. Otherwise they cover all up to `anchor`, perhaps with literals behind the last.
    pub(super) fn run(&mut self, out: &mut [[u32; 2]], raw: usize) -> Option<(usize, bool)> {
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
            let (steps, last) = self.stretch(end)?;
            self.link(steps)?;
            count = self.emit(steps, out, count)?;
            if let Some((len, offset)) = last {
                count = self.put(len, offset, out, count)?;
                for at in self.pos - len + 1..self.pos.min(end) {
                    self.buckets.insert(at, eight(self.data, at));
                }
            }
        }
        Some((count, true))
    }

    /// Finds the cheapest way for some steps from `pos` on, perhaps followed by a long match.
    fn stretch(&mut self, end: usize) -> Option<(usize, Option<(usize, usize)>)> {
        let data = self.data;
        let start = Node { price: 0, len: 1, offset: 0, run: (self.pos - self.anchor) as u32, recent: self.recent };
        *self.nodes.first_mut()? = start.pack();
        // Nodes up to here are reached.
        let mut reached = 0;
        let mut i = 0;
        // `i` rises by one at least each turn, up to a stretch.
        loop {
            let pos = self.pos + i;
            if (i > 0 && i == reached) || pos >= end || i >= STRETCH {
                // Matches that reach further are forgotten: what ends at `i` is a way as well.
                return Some((i, None));
            }
            let node = Node::unpack(*self.nodes.get(i)?);
            let price = node.price + self.prices.literal(*data.get(pos)?);
            relax(self.nodes, &mut reached, i + 1, Node { price, len: 1, offset: 0, run: node.run + 1, ..node })?;

            let limit = (data.len() - pos).min(MAX_MATCH as usize);
            let word = eight(data, pos);
            let mut found = [(0usize, 0usize); WAYS + 4];
            let mut slots = found.iter_mut();
            // Recent offsets come first, then near ones: what is farther is of use only where it is longer, and its
            // last bytes tell that at once.
            let mut longest = (0, 0);
            let mut tail = 0;
            let mut last = word;
            for &offset in &node.recent.0 {
                let offset = offset as usize;
                if offset <= pos && offset > 0 {
                    let diff = eight(data, pos - offset) ^ word;
                    if diff << 40 == 0 && (tail == 0 || eight(data, pos - offset + tail) == last) {
                        let len = extend(data, diff, pos - offset, pos, limit);
                        if len > longest.0 {
                            longest = (len, offset);
                            *slots.next()? = longest;
                            tail = len.sat_sub(7);
                            last = eight(data, pos + tail);
                        }
                    }
                }
            }
            self.buckets.visit(pos, word, |candidate| {
                let diff = eight(data, candidate) ^ word;
                if diff << 32 == 0 && (tail == 0 || eight(data, candidate + tail) == last) {
                    let len = extend(data, diff, candidate, pos, limit);
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
                    let way = Node { price, len: len as u32, offset: offset as u32, run: 0, recent };
                    relax(self.nodes, &mut reached, i + len, way)?;
                }
                covered = covered.max(len);
            }
            i += 1;
        }
    }

    /// Turns the way to node `to` around: each node on it then tells the length of the step that leaves it.
    fn link(&mut self, to: usize) -> Option<()> {
        let mut at = to;
        let (mut len, mut offset) = (0, 0);
        // Steps are of one at least, or it ends at 0.
        loop {
            let node = self.nodes.get_mut(at)?;
            let arrived = Node::unpack(*node);
            *node = Node { len, offset, ..arrived }.pack();
            if at == 0 {
                return Some(());
            }
            (len, offset) = (arrived.len, arrived.offset);
            at = at.checked_sub(len as usize)?;
        }
    }

    /// Puts out the linked way of `steps` positions.
    fn emit(&mut self, steps: usize, out: &mut [[u32; 2]], mut count: usize) -> Option<usize> {
        let mut at = 0;
        while at < steps {
            let node = Node::unpack(*self.nodes.get(at)?);
            at += node.len as usize;
            if node.len == 1 {
                self.pos += 1;
            } else {
                count = self.put(node.len as usize, node.offset as usize, out, count)?;
            }
        }
        Some(count)
    }

    /// Puts out a match at `pos`.
    fn put(&mut self, len: usize, offset: usize, out: &mut [[u32; 2]], count: usize) -> Option<usize> {
        let run = (self.pos - self.anchor) as u32;
        let offset = self.recent.store(offset as u32, run);
        *out.get_mut(count)? = Sequence { run, len: len as u32, offset }.pack();
        self.pos += len;
        self.anchor = self.pos;
        Some(count + 1)
    }
}

/// The length of a match whose first eight bytes differ in `diff`.
#[cfg_attr(feature = "std", inline(always))]
fn extend(data: &[u8], diff: u64, from: usize, pos: usize, limit: usize) -> usize {
    if diff != 0 { (diff.trailing_zeros() >> 3) as usize } else { 8 + common(data, from + 8, pos + 8, limit - 8) }
}

/// Takes `way` for the best to node `to`, if it is.
#[cfg_attr(feature = "std", inline(always))]
fn relax(nodes: &mut [[u32; NODE_WORDS]], reached: &mut usize, to: usize, way: Node) -> Option<()> {
    // `reached` rises up to the stretch, once for each stretch.
    while *reached < to {
        *reached += 1;
        nodes.get_mut(*reached)?[0] = u32::MAX;
    }
    let node = nodes.get_mut(to)?;
    if way.price < node[0] {
        *node = way.pack();
    }
    Some(())
}
