//! Rows from the last to the first: the leaf-buffered binomial schedule over tiles, in slices of bounded work.
//!
//! The range is cut into tiles of `leaf` rows, the first one short where they do not divide it. Slots hold snapshots at
//! tile starts, in ascending order, as a stack: the top one is the start of what is left. The optimal first split of the
//! tiles from there to the end says where the next snapshot goes; with one tile left its rows are made, turned round in
//! place and handed out. A snapshot that fails its check is popped: the one below is then the start of a longer
//! stretch, and the same rule goes on from there.

use super::Pipeline;
use super::evaluate::Evaluation;
use crate::exec::{Piece, failed, final_windows, internal};
use crate::graph::Node;
use crate::plan::Served;
use crate::schedule::binomial;
use crate::status::Result;
use crate::store::checkpoint::{Checkpoints, Key};
use crate::util::digest::Digest;
use crate::util::num;

/// Marks the checkpoints of a sweep; those of single scans carry the number of their stage.
const SWEEP: u32 = u32::MAX;

/// A sweep under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sweep {
    first: u64,
    end: u64,
    leaf: u64,
    slots: Checkpoints,
    most_slots: u32,
    /// Tiles not handed out.
    left: u64,
    /// Slots in use.
    depth: u32,
    /// The tile at whose start the snapshot of the job stands.
    live: Option<u64>,
    phase: Phase,
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    /// Between pieces.
    Choose,
    /// A piece that leads to the start of a tile, to be kept in the next slot where `keep` is set.
    Move { to: u64, keep: bool },
    /// A piece that makes a tile.
    Make { tile: u64, turned: bool },
}

impl Sweep {
    /// Over rows `first .. end`, with the slots and leaf of the plan; slots lie in `span`.
    pub(super) fn new(served: &Served, slots: Checkpoints, first: u64, end: u64) -> Sweep {
        let leaf = served.leaf.max(1);
        Sweep {
            first,
            end,
            leaf,
            slots,
            most_slots: slots.slots(),
            left: num::div_ceil(end.saturating_sub(first), leaf),
            depth: 0,
            live: None,
            phase: Phase::Choose,
        }
    }

    /// Where the schedule stands.
    pub(super) fn digest(&self, d: &mut Digest) {
        let phase = match self.phase {
            Phase::Choose => [0, 0, 0],
            Phase::Move { to, keep } => [1, to, u64::from(keep)],
            Phase::Make { tile, turned } => [2, tile, u64::from(turned)],
        };
        d.words(phase);
        d.words([self.first, self.end, self.leaf, self.most_slots.into(), self.left, self.depth.into()]);
        d.maybe(self.live);
        self.slots.digest(d);
    }

    /// True where the rows of a tile were turned round and wait to be handed out.
    pub(super) fn turned(&self) -> bool {
        matches!(self.phase, Phase::Make { turned: true, .. })
    }

    /// What the job carried is lost: the next piece starts from the slots.
    pub(super) fn start_over(&mut self) {
        (self.live, self.phase) = (None, Phase::Choose);
    }

    /// First row of a tile. The first tile is the short one: it is run ahead most often.
    fn tile(&self, index: u64) -> u64 {
        let tiles = num::div_ceil(self.end.saturating_sub(self.first), self.leaf);
        let behind = tiles.saturating_sub(index).saturating_mul(self.leaf);
        if index == 0 { self.first } else { self.end.saturating_sub(behind) }
    }
}

impl<'m> Pipeline<'m> {
    /// At most `most` windows of the sweep under way.
    pub(super) fn step_reverse(&mut self, most: u64) -> Result<u64> {
        let Some(mut sweep) = self.evaluation.as_ref().and_then(|e| e.sweep) else { return Ok(0) };
        let worked = match sweep.phase {
            Phase::Choose => {
                if sweep.left == 0 {
                    self.finish_evaluation();
                    return Ok(0);
                }
                self.choose(&mut sweep)?;
                0
            }
            _ if !self.eval.piece_done() => {
                let (eval, mut world) = self.split_eval();
                let moved = eval.advance(&mut world, most)?;
                if moved == 0 && !self.eval.piece_done() {
                    return internal("a sweep came to a halt");
                }
                return Ok(moved);
            }
            Phase::Move { to, keep } => {
                if keep {
                    let snapshot = self.eval.snapshot();
                    let key = Key { step: to, set: SWEEP };
                    if sweep.slots.put(&mut self.work, sweep.depth, key, snapshot).is_none() {
                        return internal("a snapshot has no slot");
                    }
                    sweep.depth = sweep.depth.saturating_add(1);
                }
                sweep.live = Some(to);
                sweep.phase = Phase::Choose;
                0
            }
            Phase::Make { tile, turned } => {
                self.hand_out_tile(&mut sweep, tile, turned)?;
                0
            }
        };
        if let Some(e) = self.evaluation.as_mut() {
            e.sweep = Some(sweep);
        }
        Ok(worked)
    }

    /// Picks the next piece and starts it.
    fn choose(&mut self, sweep: &mut Sweep) -> Result<()> {
        let scans = self.eval.has_scans();
        let last = sweep.left.saturating_sub(1);
        if !scans || sweep.live == Some(last) {
            return self.start_tile(sweep, last);
        }
        let top = loop {
            let Some(slot) = sweep.depth.checked_sub(1) else {
                // Nothing is kept (yet, or any more): from the nearest stored checkpoint, or from row 0.
                return self.start_move(sweep, Piece::Reach { to: sweep.first }, 0, true);
            };
            let snapshot = self.eval.snapshot();
            let Some(tile) = sweep.slots.step(&mut self.work, slot) else {
                self.drop_slot(sweep, None);
                continue;
            };
            if sweep.live == Some(tile) {
                break tile;
            }
            let kept = sweep.slots.get(&mut self.work, slot, Key { step: tile, set: SWEEP });
            if kept.and_then(|from| self.work.copy(from, snapshot.at)).is_some() {
                sweep.live = Some(tile);
                break tile;
            }
            self.drop_slot(sweep, Some(tile));
        };
        let length = sweep.left.saturating_sub(top);
        let free = u64::from(sweep.most_slots.saturating_sub(sweep.depth).saturating_add(1));
        match (length, free) {
            (0, _) => {
                // All of this slot's tiles are handed out.
                sweep.depth = sweep.depth.saturating_sub(1);
                sweep.live = None;
                Ok(())
            }
            (1, _) => self.start_tile(sweep, top),
            (_, 0 | 1) => {
                let from = sweep.tile(top);
                self.start_move(sweep, Piece::Advance { from, to: sweep.tile(last) }, last, false)
            }
            _ => {
                let (_, far) = binomial::splits(length, free);
                let to = top.saturating_add(far);
                let from = sweep.tile(top);
                self.start_move(sweep, Piece::Advance { from, to: sweep.tile(to) }, to, true)
            }
        }
    }

    /// The snapshot of tile `lost` (none where it does not say which) is damaged: the way from the one below is longer.
    fn drop_slot(&mut self, sweep: &mut Sweep, lost: Option<u64>) {
        sweep.depth = sweep.depth.saturating_sub(1);
        sweep.live = None;
        self.repaired();
        let stage = self.evaluation.as_ref().map_or(0, |e| e.ask.stage);
        let last = sweep.left.saturating_sub(1);
        self.eval.note_redo_of(stage, sweep.tile(lost.map_or(last, |tile| tile.min(last))));
    }

    fn start_move(&mut self, sweep: &mut Sweep, piece: Piece, to: u64, keep: bool) -> Result<()> {
        self.start(piece)?;
        sweep.live = None;
        sweep.phase = Phase::Move { to, keep };
        Ok(())
    }

    fn start_tile(&mut self, sweep: &mut Sweep, tile: u64) -> Result<()> {
        let to =
            if sweep.left == tile.saturating_add(1) { sweep.tile_end() } else { sweep.tile(tile.saturating_add(1)) };
        self.start(Piece::Make { from: sweep.tile(tile), to })?;
        sweep.phase = Phase::Make { tile, turned: false };
        Ok(())
    }

    fn start(&mut self, piece: Piece) -> Result<()> {
        let windows = final_windows(&self.graph, &self.supplies);
        let region = self.plan.eval;
        let (eval, mut world) = self.split_eval();
        eval.start_piece(&mut world, region, piece, windows)?;
        self.check_rings()
    }

    /// Turns the rows of a finished tile round, once, and gives them to the sink.
    fn hand_out_tile(&mut self, sweep: &mut Sweep, tile: u64, turned: bool) -> Result<()> {
        let Some(Evaluation { ask, .. }) = self.evaluation.as_ref() else { return Ok(()) };
        let stage = ask.stage;
        if !self.leaf_sound() {
            self.repaired();
            self.eval.note_redo();
            sweep.start_over();
            return Ok(());
        }
        let (first, end) = self.eval.pending(stage);
        let Some(rows) = self.eval.rows_at(&self.graph, stage, first, end) else {
            return internal("finished rows lie outside of their buffer");
        };
        let row = self.graph.shape(Node::Stage(stage)).bytes();
        let Some(bytes) = self.work.bytes(rows) else { return internal("rows lie outside of the work area") };
        if !turned {
            turn_round(bytes, row);
            if let Some(e) = self.evaluation.as_mut() {
                // Should the sink fail, the rows are offered again as they lie.
                e.sweep = Some(Sweep { phase: Phase::Make { tile, turned: true }, ..*sweep });
            }
        }
        let Some(bytes) = self.work.bytes(rows) else { return internal("rows lie outside of the work area") };
        let Some(e) = self.evaluation.as_mut() else { return Ok(()) };
        let count = end.saturating_sub(first);
        let last = end.saturating_sub(1);
        let given = e.sink.rows(last, num::size(count)?, bytes);
        given.map_err(|code| failed(code, "the sink returned {a} at row {b}").b(last))?;
        e.handed = e.handed.saturating_add(count);
        self.rows_out = self.rows_out.saturating_add(count);
        sweep.left = tile;
        sweep.phase = Phase::Choose;
        self.eval.forget_redo();
        // The snapshot still stands at this tile: what is left before it starts from another one.
        Ok(())
    }
}

impl Sweep {
    /// One behind the last row not handed out.
    fn tile_end(&self) -> u64 {
        let tiles = num::div_ceil(self.end.saturating_sub(self.first), self.leaf);
        if self.left >= tiles { self.end } else { self.tile(self.left) }
    }
}

/// Reverses the order of rows of `row` bytes.
fn turn_round(bytes: &mut [u8], row: usize) {
    let rows = bytes.len().checked_div(row).unwrap_or(0);
    let half = rows.wrapping_div(2).saturating_mul(row);
    let (front, back) = bytes.split_at_mut_checked(half).unwrap_or_default();
    for (a, b) in front.chunks_exact_mut(row.max(1)).zip(back.rchunks_exact_mut(row.max(1))) {
        a.swap_with_slice(b);
    }
}
