//! The order of stages: a topological order with a low peak of bytes that are alive at the same time.
//!
//! The bytes of a node are alive from its own step to that of its last consumer, or to the end if it has none. Running
//! a node needs its own bytes in addition to all bytes that are alive. To find the lowest peak is NP-hard for graphs
//! (Sethi 1975), though not for trees (Liu 1987). So this is list scheduling followed by a bounded search:
//!
//! 1. The given order, if it is topological: the result is never worse.
//! 2. Greedy: among the nodes that can run, the one with the lowest peak, then the one that leaves the fewest bytes
//!    alive.
//! 3. Depth-first branch and bound over all orders, with a bounded number of moves and the stack in the caller's
//!    memory. A branch ends when its peak reaches the best one found. A node that neither exceeds the lower bound nor
//!    increases the bytes alive runs at once: in any order that runs it later, it can be moved to here. What it frees
//!    can only grow while it waits, so nothing that is alive in between becomes larger.
//!
//! The nodes that can run are in a list. Steps 2 and 3 compare at most [`Effort::tries`] of them each; after that,
//! greedy runs the node that became possible last, and the search ends. So with n nodes and e edges, the time is
//! `O(n + e)`, plus that bound.

use crate::status::{Error, Result, Status};
use crate::util::unsigned::{Count, Unsigned};

/// No node.
const NONE: u32 = u32::MAX;

/// Working memory per node, and a frame of the search's stack.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scratch {
    /// Edges to consumers: all, and those to consumers that have not run.
    consumers: u32,
    waiting: u32,
    /// Edges from nodes: all, and those from nodes that have not run.
    inputs: u32,
    missing: u32,
    /// Neighbors in the list of nodes that can run.
    after: u32,
    before: u32,
    /// The frame: the node that ran, the first node to try next, the only node to try, the peak before.
    chosen: u32,
    next: u32,
    only: u32,
    peak: u64,
}

impl Default for Scratch {
    fn default() -> Self {
        let (consumers, waiting, inputs, missing, next, peak) = (0, 0, 0, 0, 0, 0);
        Scratch { consumers, waiting, inputs, missing, after: NONE, before: NONE, chosen: NONE, next, only: NONE, peak }
    }
}

/// Bounds of the work.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    /// Moves of the search; 0 disables it.
    pub(super) moves: u64,
    /// Nodes compared, in greedy and in the search.
    pub(super) tries: u64,
}

/// Result of [`order`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ordered {
    /// Maximum number of bytes alive at a step.
    pub(super) peak: u64,
    /// True if no order has a lower peak.
    pub(super) optimal: bool,
    /// Moves of the search.
    pub(super) moves: u64,
    /// Nodes compared by greedy and by the search.
    pub(super) tries: u64,
}

/// A graph of which some nodes have run.
struct Search<'a, F, G> {
    bytes: &'a [u64],
    /// The k-th predecessor of a node.
    input: F,
    /// The consumers of a node, once per edge.
    readers: G,
    nodes: &'a mut [Scratch],
    /// The first node that can run.
    ready: u32,
    live: u64,
    peak: u64,
    /// No order has a lower peak than this.
    bound: u64,
    tries: u64,
}

/// Writes an order of the nodes `0 .. bytes.len()` to `out`, each after its predecessors. `input(v, k)` is the k-th
/// predecessor of v, `None` past the last one; `readers(v)` are the nodes of which v is a predecessor, as many times as
/// it is. `out` and `nodes` are at least as long as `bytes`.
pub(super) fn order<F, G, I>(
    bytes: &[u64],
    input: F,
    readers: G,
    out: &mut [usize],
    nodes: &mut [Scratch],
    effort: Effort,
) -> Result<Ordered>
where
    F: Fn(usize, usize) -> Option<usize>,
    G: Fn(usize) -> I,
    I: Iterator<Item = usize>,
{
    let short = Error::new(Status::Limit, "the order of {a} stages needs as many entries").a(bytes.len() as u64);
    let (out, nodes) = out.get_mut(..bytes.len()).zip(nodes.get_mut(..bytes.len())).ok_or(short)?;
    nodes.fill(Scratch::default());
    // From here on sums of bytes are exact and can be undone.
    bytes
        .iter()
        .try_fold(0u64, |sum, b| sum.checked_add(*b))
        .ok_or_else(|| Error::new(Status::Overflow, "the rows of a graph do not fit the address space"))?;
    let mut state = Search { bytes, input, readers, nodes, ready: NONE, live: 0, peak: 0, bound: 0, tries: 0 };
    state.count_edges()?;

    state.restart();
    let given = state.as_given();
    state.restart();
    let greedy = state
        .greedy(out, effort.tries)
        .ok_or_else(|| Error::new(Status::Graph, "stages depend on each other in a circle"))?;
    let mut best = greedy;
    if let Some(given) = given.filter(|given| *given <= greedy) {
        best = given;
        out.iter_mut().enumerate().for_each(|(i, v)| *v = i);
    }
    state.restart();
    let limit = state.tries.sat_add(effort.tries);
    Ok(state.search(out, best, Effort { tries: limit, ..effort }))
}

fn index(v: u32) -> usize {
    usize::try_from(v).unwrap_or(usize::MAX)
}

fn number(v: usize) -> u32 {
    u32::try_from(v).unwrap_or(NONE)
}

impl<F: Fn(usize, usize) -> Option<usize>, G: Fn(usize) -> I, I: Iterator<Item = usize>> Search<'_, F, G> {
    fn size(&self, v: usize) -> u64 {
        self.bytes.get(v).copied().unwrap_or(0)
    }

    /// Also computes the lower bound: a node and its predecessors are alive together, and so are all nodes without
    /// consumers.
    fn count_edges(&mut self) -> Result<()> {
        for v in 0..self.bytes.len() {
            let mut together = self.size(v);
            for k in 0.. {
                let Some(u) = (self.input)(v, k) else { break };
                let seen = (0..k).any(|j| (self.input)(v, j) == Some(u));
                together = together.sat_add(if seen { 0 } else { self.size(u) });
                let unknown = Error::new(Status::Graph, "a stage reads one that does not exist");
                let node = self.nodes.get_mut(u).ok_or(unknown)?;
                node.consumers = node.consumers.sat_add(1);
                if let Some(node) = self.nodes.get_mut(v) {
                    node.inputs = node.inputs.sat_add(1);
                }
            }
            self.bound = self.bound.max_u64(together);
        }
        let last = self.nodes.iter().zip(self.bytes).filter(|(n, _)| n.consumers == 0);
        self.bound = self.bound.max_u64(last.map(|(_, b)| *b).fold(0, u64::sat_add));
        Ok(())
    }

    fn restart(&mut self) {
        (self.live, self.peak, self.ready) = (0, 0, NONE);
        for v in (0..self.nodes.len()).rev() {
            let Some(node) = self.nodes.get_mut(v) else { break };
            let (consumers, inputs) = (node.consumers, node.inputs);
            *node = Scratch { consumers, inputs, waiting: consumers, missing: inputs, ..Scratch::default() };
            if inputs == 0 {
                self.link(v);
            }
        }
    }

    /// Adds a node to those that can run.
    fn link(&mut self, v: usize) {
        let after = self.ready;
        if let Some(next) = self.nodes.get_mut(index(after)) {
            next.before = number(v);
        }
        if let Some(node) = self.nodes.get_mut(v) {
            (node.after, node.before) = (after, NONE);
        }
        self.ready = number(v);
    }

    fn unlink(&mut self, v: usize) {
        let Some((after, before)) = self.nodes.get(v).map(|n| (n.after, n.before)) else { return };
        match self.nodes.get_mut(index(before)) {
            Some(node) => node.after = after,
            None => self.ready = after,
        }
        if let Some(node) = self.nodes.get_mut(index(after)) {
            node.before = before;
        }
    }

    /// The nodes that can run. At most one turn per node.
    fn each_ready(&self) -> impl Iterator<Item = usize> + '_ {
        let mut at = self.ready;
        core::iter::from_fn(move || {
            let v = index(at);
            at = self.nodes.get(v)?.after;
            Some(v)
        })
        .take(self.bytes.len())
    }

    /// The peak if `v` ran now.
    fn peak_with(&self, v: usize) -> u64 {
        self.peak.max_u64(self.live.sat_add(self.size(v)))
    }

    fn run(&mut self, v: usize) {
        self.peak = self.peak_with(v);
        self.live = self.live.sat_add(self.size(v));
        for k in 0.. {
            let Some(u) = (self.input)(v, k) else { break };
            let size = self.size(u);
            let Some(node) = self.nodes.get_mut(u) else { break };
            node.waiting = node.waiting.sat_sub(1);
            if node.waiting == 0 {
                self.live = self.live.sat_sub(size);
            }
        }
        self.unlink(v);
        for c in (self.readers)(v) {
            let Some(node) = self.nodes.get_mut(c) else { break };
            node.missing = node.missing.sat_sub(1);
            if node.missing == 0 {
                self.link(c);
            }
        }
    }

    /// Undoes the run of `v`, the last node that ran. The caller restores the peak.
    fn undo(&mut self, v: usize) {
        for c in (self.readers)(v) {
            let Some(node) = self.nodes.get_mut(c) else { break };
            node.missing = node.missing.sat_add(1);
            if node.missing == 1 {
                self.unlink(c);
            }
        }
        self.link(v);
        for k in 0.. {
            let Some(u) = (self.input)(v, k) else { break };
            let size = self.size(u);
            let Some(node) = self.nodes.get_mut(u) else { break };
            if node.waiting == 0 {
                self.live = self.live.sat_add(size);
            }
            node.waiting = node.waiting.sat_add(1);
        }
        self.live = self.live.sat_sub(self.size(v));
    }

    /// Bytes alive if `v` ran now.
    fn live_after(&self, v: usize) -> u64 {
        let mut live = self.live.sat_add(self.size(v));
        for k in 0.. {
            let Some(u) = (self.input)(v, k) else { break };
            // All edges of u that wait are edges to v: counted at the first of them.
            let waiting = self.nodes.get(u).map_or(0, |n| n.waiting);
            let (mut edges, mut first) = (0u32, true);
            for j in 0.. {
                let Some(other) = (self.input)(v, j) else { break };
                if other == u {
                    edges = edges.sat_add(1);
                    first = first && j >= k;
                }
            }
            if first && edges == waiting {
                live = live.sat_sub(self.size(u));
            }
        }
        live
    }

    /// The peak of the given order, if it is topological.
    fn as_given(&mut self) -> Option<u64> {
        for v in 0..self.bytes.len() {
            if self.nodes.get(v).is_none_or(|n| n.missing > 0) {
                return None;
            }
            self.run(v);
        }
        Some(self.peak)
    }

    fn greedy(&mut self, out: &mut [usize], max_tries: u64) -> Option<u64> {
        for place in out.iter_mut() {
            let mut best = None;
            let mut tries = self.tries;
            for v in self.each_ready() {
                let cost = (self.peak_with(v), self.live_after(v), v);
                best = Some(best.map_or(cost, |b| cost.min(b)));
                tries = tries.sat_add(1);
                if tries >= max_tries {
                    break;
                }
            }
            self.tries = tries;
            let (_, _, v) = best?;
            *place = v;
            self.run(v);
        }
        Some(self.peak)
    }

    /// A node that can run at once without excluding a better order: the first one.
    fn harmless(&mut self) -> u32 {
        let (live, limit) = (self.live, self.peak.max_u64(self.bound));
        let (mut found, mut tries) = (NONE, self.tries);
        for v in self.each_ready() {
            tries = tries.sat_add(1);
            if number(v) < found && self.peak_with(v) <= limit && self.live_after(v) <= live {
                found = number(v);
            }
        }
        self.tries = tries;
        found
    }

    fn search(&mut self, out: &mut [usize], found: u64, effort: Effort) -> Ordered {
        let mut best = Ordered { peak: found, optimal: found <= self.bound, moves: 0, tries: self.tries };
        let mut depth = 0usize;
        self.enter(depth);
        // One turn per move, at most `effort.moves`, and one back for each.
        while !best.optimal {
            best.tries = self.tries;
            if depth == out.len() {
                best.peak = self.peak;
                for (place, frame) in out.iter_mut().zip(self.nodes.iter()) {
                    *place = index(frame.chosen);
                }
                best.optimal = best.peak <= self.bound;
            } else if let Some(v) = self.candidate(depth, best.peak) {
                if best.moves >= effort.moves || self.tries >= effort.tries {
                    return best;
                }
                best.moves = best.moves.sat_add(1);
                let peak = self.peak;
                if let Some(frame) = self.nodes.get_mut(depth) {
                    (frame.chosen, frame.next, frame.peak) = (number(v), number(v).sat_add(1), peak);
                }
                self.run(v);
                depth = depth.sat_add(1);
                self.enter(depth);
                continue;
            }
            // Complete, or a dead end: back to the previous frame.
            let Some(previous) = depth.checked_sub(1) else {
                best.optimal = true;
                break;
            };
            depth = previous;
            if let Some(frame) = self.nodes.get(depth).copied() {
                self.undo(index(frame.chosen));
                self.peak = frame.peak;
            }
        }
        best
    }

    fn enter(&mut self, depth: usize) {
        let only = self.harmless();
        if let Some(frame) = self.nodes.get_mut(depth) {
            (frame.next, frame.only) = (0, only);
        }
    }

    /// The next node to try at this depth that can lead to a lower peak than `best`.
    fn candidate(&mut self, depth: usize, best: u64) -> Option<usize> {
        let frame = self.nodes.get(depth).copied()?;
        if frame.only != NONE {
            let v = index(frame.only);
            return (frame.next <= frame.only && self.peak_with(v) < best).then_some(v);
        }
        let (mut found, mut tries) = (NONE, self.tries);
        for v in self.each_ready() {
            tries = tries.sat_add(1);
            if number(v) >= frame.next && number(v) < found && self.peak_with(v) < best {
                found = number(v);
            }
        }
        self.tries = tries;
        (found != NONE).then(|| index(found))
    }
}

#[cfg(test)]
mod tests;
