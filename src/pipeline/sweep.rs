//! Rows in reverse order, and rows behind reverse scans: passes over tiles, in slices of bounded work.
//!
//! The range is cut into tiles of `leaf` rows, the first one short where they do not divide it. Passes go down (odd) and up
//! (even) in turn, each over all tiles; the last one hands rows out. A pass carries along the states of the levels that run in its
//! direction (see `exec::sweep`); all but the last leave those of their own level at every tile, in slots by tile, from which
//! the passes behind them start in the other direction.
//!
//! On a way down level 0 has to come from below: the leaf-buffered binomial schedule. Slots hold snapshots at tile
//! starts, in ascending order, as a stack: the top one is the start of what is left. The optimal first split of the
//! tiles from there to the end says where the next snapshot goes; with one tile left it is made. A snapshot that fails its
//! check is popped: the one below is then the start of a longer stretch, and the same rule goes on from there. Checkpoints of
//! the ring that are nearer than the top one serve too (`stored_tile`), so that a recording that grew is reversed
//! with little more work than one whose length was known (Stumm and Walther 2010, Wang, Moin and Iaccarino 2009). Where the
//! state of a later level fails its check, the pass that left it there runs again.
//!
//! The slots by tile outlive a sweep, until another request takes the memory: a range asked for next starts with the last pass.

use super::Pipeline;
use super::evaluate::Evaluation;
use crate::checked;
use crate::exec::{Piece, final_windows, internal};
use crate::graph::Node;
use crate::mem::Span;
use crate::pipeline::sweep_state::Phase;
use crate::pipeline::sweep_state::SWEEP;
use crate::pipeline::sweep_state::SavedSweep;
use crate::pipeline::sweep_state::Sweep;
use crate::plan::{Order, PlannedRequest, Request, SweepPlan};
use crate::schedule::binomial;
use crate::status::{Error, Result, Status};
use crate::store::state_slots::{Checkpoints, Key};
use crate::util::unsigned::{Count, Unsigned};

impl<'m> Pipeline<'m> {
    /// A sweep for rows of a request, up to row `end`, out of `there` rows of the stage; its job is laid out.
    pub(super) fn new_sweep(
        &mut self,
        planned: &PlannedRequest,
        run: &SweepPlan,
        ask: &Request,
        end: u64,
        there: u64,
    ) -> Result<Sweep> {
        let at = self.plan.eval.at.sat_add(planned.bytes);
        let slots = Span { at, len: run.slot_bytes };
        let kept = Span { at: at.sat_add(run.slot_bytes), len: run.tile_bytes };
        let count = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        let turns = planned.levels > 1;
        let leaf = run.tile_rows.max_u64(1);
        let mut most_slots = count(run.slots);
        if slots.len == 0 {
            most_slots = 0;
        }
        // Every level from 1 to the last pass but one has a slot per tile.
        let levels = checked::count(run.last_pass).sat_sub(1);
        let widest =
            self.eval.plan.snapshots.iter().skip(1).take(checked::size(levels)?).map(|g| g.len).max().unwrap_or(0);
        let kept_slots = run.tiles.sat_mul(levels);
        let slots = Checkpoints::new(&mut self.work, slots, most_slots, self.eval.plan.snapshot(0).len, self.hash)?;
        let fits = |l: &SavedSweep| {
            (l.stage, l.order, l.leaf, l.end) == (ask.stage, ask.order, leaf, there) && l.first <= ask.first
        };
        let left = self.left.filter(fits);
        self.left = left;
        let kept = match left {
            Some(left) => left.kept,
            None => Checkpoints::new(&mut self.work, kept, count(kept_slots), widest, self.hash)?,
        };
        // A forward scan behind a reverse one starts at row 0, whatever is asked for.
        let first = if planned.levels > 2 { 0 } else { ask.first };
        let mut sweep = Sweep {
            first,
            end: if turns { there } else { end },
            leaf,
            slots,
            most_slots,
            depth: 0,
            live: None,
            kept,
            pass: 1,
            last_pass: run.last_pass,
            left: 0,
            wanted: (ask.first, end),
            begun: false,
            again: None,
            phase: Phase::Choose,
        };
        if levels > 0 && sweep.tiles() > run.tiles {
            let text = "there are {a} rows; the plan has states for {b}";
            return Err(Error::new(Status::NotPlanned, text).a(there).b(run.tiles.sat_mul(leaf)));
        }
        sweep.start_pass(if left.is_some() { sweep.last_pass } else { 1 });
        Ok(sweep)
    }

    /// At most `most` windows of the sweep under way.
    pub(super) fn step_sweep(&mut self, most: u64) -> Result<u64> {
        let Some(mut sweep) = self.evaluation.as_ref().and_then(|e| e.sweep) else { return Ok(0) };
        let worked = match sweep.phase {
            Phase::Choose => {
                if sweep.wanted.0 >= sweep.wanted.1 {
                    self.finish_evaluation();
                    return Ok(0);
                }
                if !sweep.begun && self.give_cached(sweep.wanted.0)? {
                    sweep.wanted.0 = sweep.wanted.0.sat_add(1);
                    1
                } else {
                    sweep.begun = true;
                    self.choose(&mut sweep)?;
                    0
                }
            }
            _ if !self.eval.piece_done() => {
                let before = self.counts;
                let (eval, mut context) = self.split_eval();
                let moved = eval.advance(&mut context, most);
                if sweep.again.is_some() {
                    let rows = self.counts.stage_rows.wrapping_sub(before.stage_rows);
                    self.counts.recomputed_rows = before.recomputed_rows.wrapping_add(rows);
                }
                let moved = moved?;
                if moved == 0 && !self.eval.piece_done() {
                    return internal("a sweep came to a halt");
                }
                return Ok(moved);
            }
            Phase::Move { to, keep } => {
                if keep {
                    let snapshot = self.eval.snapshot(0);
                    let key = Key { step: to, set: SWEEP };
                    if sweep.slots.put(&mut self.work, sweep.depth, key, snapshot).is_none() {
                        return internal("a snapshot has no slot");
                    }
                    sweep.depth = sweep.depth.sat_add(1);
                }
                sweep.live = Some(to);
                sweep.phase = Phase::Choose;
                0
            }
            Phase::Tile { .. } if !self.leaf_sound() => {
                self.lose_job(&mut sweep);
                0
            }
            Phase::Tile { tile, turned } => {
                if sweep.pass == sweep.last_pass {
                    self.hand_out_tile(&mut sweep, tile, turned)?;
                }
                sweep.left = sweep.left.sat_sub(1);
                // On a way down the snapshot of level 0 still stands at this tile, which is done.
                sweep.live = if sweep.goes_down() { sweep.live } else { Some(tile.sat_add(1)) };
                sweep.phase = Phase::Choose;
                self.eval.forget_redo();
                0
            }
        };
        if let Some(e) = self.evaluation.as_mut() {
            e.sweep = Some(sweep);
        }
        Ok(worked)
    }

    /// Gives a row to the sink if the cache has it, and rows are wanted in forward order.
    fn give_cached(&mut self, row: u64) -> Result<bool> {
        let Some(ask) = self.evaluation.as_ref().map(|e| e.ask).filter(|a| a.order == Order::Forward) else {
            return Ok(false);
        };
        let id = u32::try_from(ask.stage).unwrap_or(u32::MAX);
        let failures = self.cache.counts.crc_failures;
        let kept = self.cache.get(&mut self.work, id, row);
        if self.cache.counts.crc_failures > failures {
            self.repairs.repairs = self.repairs.repairs.sat_add(1);
        }
        let Some(found) = kept else { return Ok(false) };
        self.give(row, found, 1)?;
        Ok(true)
    }

    /// Picks the next piece and starts it.
    fn choose(&mut self, sweep: &mut Sweep) -> Result<()> {
        let Some(next) = sweep.next_tile() else {
            sweep.start_pass(sweep.pass.sat_add(1));
            if let Some(ask) = self.evaluation.as_ref().map(|e| e.ask).filter(|_| sweep.pass == sweep.last_pass) {
                let Sweep { leaf, first, end, kept, .. } = *sweep;
                self.left = Some(SavedSweep { stage: ask.stage, order: ask.order, leaf, first, end, kept });
            }
            return Ok(());
        };
        if !self.eval.has_scans() || sweep.live == Some(next) {
            return self.start_tile(sweep, next);
        }
        if !sweep.goes_down() {
            return self.start_move(sweep, Piece::Reach { to: sweep.tile(next) }, next, false);
        }
        // A turn more for each damaged snapshot, which is dropped.
        let top = loop {
            let Some(slot) = sweep.depth.checked_sub(1) else {
                // Nothing is kept (yet, or any more): from the nearest stored checkpoint, or from row 0.
                return self.start_move(sweep, Piece::Reach { to: sweep.first }, 0, true);
            };
            let snapshot = self.eval.snapshot(0);
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
        let length = sweep.left.sat_sub(top);
        let free = u64::from(sweep.most_slots.sat_sub(sweep.depth).sat_add(1));
        match (length, free) {
            (0, _) => {
                // All of this slot's tiles are done.
                sweep.depth = sweep.depth.sat_sub(1);
                sweep.live = None;
                Ok(())
            }
            (1, _) => self.start_tile(sweep, top),
            (_, 0 | 1) => {
                let from = sweep.tile(top);
                self.start_move(sweep, Piece::Advance { from, to: sweep.tile(next) }, next, false)
            }
            _ => {
                let near = self.stored_tile(sweep, top, free);
                let to = near.unwrap_or_else(|| top.sat_add(binomial::splits(length, free).1));
                let from = sweep.tile(top);
                self.start_move(sweep, Piece::Advance { from, to: sweep.tile(to) }, to, true)
            }
        }
    }

    /// The tile behind `top` from which on what is left is reversed with less work, because stored checkpoints lead there.
    /// So a stream that grew is reversed gap by gap of its ring, with all free slots within each.
    fn stored_tile(&mut self, sweep: &Sweep, top: u64, free: u64) -> Option<u64> {
        let row = sweep.tile(sweep.next_tile()?);
        let (eval, mut context) = self.split_eval();
        let stored = eval.stored_before(&mut context, row);
        let tile = sweep.tiles().sat_sub(sweep.end.sat_sub(stored).checked_div(sweep.leaf)?);
        let (length, behind) = (sweep.left.checked_sub(top)?, sweep.left.checked_sub(tile)?);
        let before = tile.checked_sub(top).filter(|n| *n > 0)?;
        let whole = binomial::extra_advances(length, free)?;
        let parts =
            binomial::extra_advances(behind, free.sat_sub(1))?.saturating_add(binomial::extra_advances(before, free)?);
        // The way to the tile's first row is less than a tile; the first tile is a short one that is run so often.
        let way = u128::from(binomial::rounds(length, free)?).saturating_add(1);
        (parts.saturating_add(way) <= whole).then_some(tile)
    }

    /// The snapshot of tile `lost` (none where it does not say which) is damaged: the way from the one below is longer.
    fn drop_slot(&mut self, sweep: &mut Sweep, lost: Option<u64>) {
        sweep.depth = sweep.depth.sat_sub(1);
        sweep.live = None;
        self.repaired();
        let last = sweep.left.sat_sub(1);
        self.eval.note_redo_to(&self.graph, sweep.tile(lost.map_or(last, |tile| tile.min_u64(last))));
    }

    /// What the job of a sweep holds is damaged. States of level 0 are in the slots; where the job carries those of other
    /// levels, their pass starts again.
    pub(super) fn lose_job(&mut self, sweep: &mut Sweep) {
        self.repaired();
        self.eval.note_redo();
        let carries = |l: usize| l % 2 == sweep.pass % 2 && self.eval.snapshot(l).len > 0;
        if (1..=sweep.pass).any(carries) {
            sweep.start_pass(sweep.pass);
        }
        (sweep.live, sweep.phase) = (None, Phase::Choose);
    }

    fn start_move(&mut self, sweep: &mut Sweep, piece: Piece, to: u64, keep: bool) -> Result<()> {
        self.start(piece)?;
        sweep.live = None;
        sweep.phase = Phase::Move { to, keep };
        Ok(())
    }

    fn start_tile(&mut self, sweep: &mut Sweep, tile: u64) -> Result<()> {
        let (pass, last) = (sweep.pass, sweep.tiles().sat_sub(1));
        for level in 1..pass.min(sweep.last_pass) {
            let snapshot = self.eval.snapshot(level);
            // Where that level's own pass begins there is the initial state.
            let begins = if level % 2 == 1 { tile == last } else { tile == 0 };
            if level % 2 == pass % 2 || begins || snapshot.len == 0 {
                continue;
            }
            let (slot, key) = sweep.kept_slot(level, tile);
            let kept = sweep.kept.get(&mut self.work, slot, key);
            if kept.and_then(|from| self.work.copy(from, snapshot.at)).is_none() {
                self.repaired();
                // Of two such places the one farther on: passes go on in their order, tiles in that of their pass.
                let rank = |(p, t): (usize, u64)| (p, if p % 2 == 1 { u64::MAX.sat_sub(t) } else { t });
                let here = (pass, tile);
                sweep.again = Some(sweep.again.filter(|a| rank(*a) > rank(here)).unwrap_or(here));
                sweep.start_pass(level);
                return Ok(());
            }
        }
        sweep.again = sweep.again.filter(|a| *a != (pass, tile));
        let own = self.eval.snapshot(pass);
        let begins = tile == if sweep.goes_down() { last } else { 0 };
        if pass < sweep.last_pass && !begins && own.len > 0 {
            let (slot, key) = sweep.kept_slot(pass, tile);
            if sweep.kept.put(&mut self.work, slot, key, own).is_none() {
                return internal("a state has no slot");
            }
        }
        let (from, to) = (sweep.tile(tile), sweep.tile(tile.sat_add(1)));
        let makes = pass == sweep.last_pass && from < sweep.wanted.1 && to > sweep.wanted.0;
        self.start(Piece::Tile { from, to, pass, makes })?;
        sweep.phase = Phase::Tile { tile, turned: false };
        Ok(())
    }

    fn start(&mut self, piece: Piece) -> Result<()> {
        let windows = final_windows(&self.graph, &self.supplies);
        let region = self.plan.eval;
        let (eval, mut context) = self.split_eval();
        eval.start_piece(&mut context, region, piece, windows)?;
        self.check_rings()
    }

    /// Gives the rows of a finished tile that are wanted to the sink; in reverse order they are turned round first, once.
    fn hand_out_tile(&mut self, sweep: &mut Sweep, tile: u64, turned: bool) -> Result<()> {
        let Some(Evaluation { ask, .. }) = self.evaluation.as_ref() else { return Ok(()) };
        let (stage, down) = (ask.stage, ask.order == Order::Reverse);
        let first = sweep.tile(tile).max_u64(sweep.wanted.0);
        let end = sweep.tile(tile.sat_add(1)).min_u64(sweep.wanted.1);
        if first >= end {
            return Ok(());
        }
        let Some(rows) = self.eval.rows_at(&self.graph, stage, first, end) else {
            return internal("finished rows lie outside of their buffer");
        };
        let row = self.graph.shape(Node::Stage(stage)).bytes();
        let Some(bytes) = self.work.bytes(rows) else { return internal("rows lie outside of the work area") };
        if down && !turned {
            turn_round(bytes, row);
            if let Some(e) = self.evaluation.as_mut() {
                // Should the sink fail, the rows are offered again as they lie.
                e.sweep = Some(Sweep { phase: Phase::Tile { tile, turned: true }, ..*sweep });
            }
        }
        self.give(if down { end.sat_sub(1) } else { first }, rows, end.sat_sub(first))?;
        sweep.wanted = if down { (sweep.wanted.0, first) } else { (end, sweep.wanted.1) };
        if !down {
            self.keep_in_cache(stage, first, end, rows);
        }
        Ok(())
    }
}

/// Reverses the order of rows of `row` bytes.
fn turn_round(bytes: &mut [u8], row: usize) {
    let rows = bytes.len().checked_div(row).unwrap_or(0);
    let half = rows.wrapping_div(2).sat_mul(row);
    let (front, back) = bytes.split_at_mut_checked(half).unwrap_or_default();
    for (a, b) in front.chunks_exact_mut(row.max(1)).zip(back.rchunks_exact_mut(row.max(1))) {
        a.swap_with_slice(b);
    }
}
