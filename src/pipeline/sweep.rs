//! Sweeps: rows in reverse order, and rows that depend on reverse scans, by passes over tiles in slices of bounded
//! work.
//!
//! The range is cut into tiles of equal length; the first tile is shorter where the length does not divide the range.
//! Backward passes (odd) and forward passes (even) alternate, each over all tiles; the last one delivers rows. A pass
//! carries the states of the levels that run in its direction (see `exec::sweep`). All passes but the last store the
//! states of their own level at every tile, in slots by tile, from which later passes start in the other direction.
//!
//! In a backward pass level 0 is computed forward again for each tile, by the leaf-buffered binomial schedule. Slots
//! hold snapshots at first rows of tiles, in ascending order, as a stack: the top one is the start of the tiles that
//! remain. The optimal first split of these tiles gives the place of the next snapshot; a single tile is computed. A
//! snapshot that fails its CRC is popped: the one below it then starts a longer stretch, to which the same rule
//! applies. Stored checkpoints of a scan that are nearer than the top snapshot are used too (`stored_tile`), so that a
//! recording that grew is reversed with little more work than one whose length was known (Stumm and Walther 2010, Wang,
//! Moin and Iaccarino 2009). Where a stored state of a later level fails its CRC, the pass that stored it runs again.
//!
//! The slots by tile outlive a sweep until another request uses the memory: the next range starts with the last pass.

use super::definition::Pipeline;
use super::sweep_state::{Phase, SWEEP, SavedSweep, Sweep};
use crate::checked;
use crate::exec::{Piece, final_windows, internal};
use crate::graph::Node;
use crate::mem::Span;
use crate::plan::{Order, PlannedRequest, Request, SweepPlan};
use crate::schedule::binomial;
use crate::status::{Error, Result, Status};
use crate::store::state_slots::{Key, StateSlots};
use crate::util::unsigned::{Count, Unsigned};

impl<'m> Pipeline<'m> {
    /// A sweep for the rows of a request before row `end`, of `available` rows of the stage. Its job is laid out.
    pub(super) fn new_sweep(
        &mut self,
        planned: &PlannedRequest,
        run: &SweepPlan,
        ask: &Request,
        end: u64,
        available: u64,
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
        // Every level from 1 to the one before the last pass has a slot per tile.
        let levels = checked::count(run.last_pass).sat_sub(1);
        let widest =
            self.eval.plan.snapshots.iter().skip(1).take(checked::size(levels)?).map(|g| g.len).max().unwrap_or(0);
        let kept_slots = run.tiles.sat_mul(levels);
        let slots = StateSlots::new(&mut self.work, slots, most_slots, self.eval.plan.snapshot(0).len, self.hash)?;
        let fits = |l: &SavedSweep| {
            (l.stage, l.order, l.tile_rows, l.end) == (ask.stage, ask.order, leaf, available) && l.first <= ask.first
        };
        self.saved_sweep = self.saved_sweep.filter(fits);
        let tile_states = match self.saved_sweep {
            Some(saved) => saved.tile_states,
            None => StateSlots::new(&mut self.work, kept, count(kept_slots), widest, self.hash)?,
        };
        // A forward scan that reads a reverse one starts at row 0, whatever rows are requested.
        let first = if planned.levels > 2 { 0 } else { ask.first };
        let mut sweep = Sweep {
            first,
            end: if turns { available } else { end },
            tile_rows: leaf,
            slots,
            max_slots: most_slots,
            used_slots: 0,
            snapshot_tile: None,
            tile_states,
            pass: 1,
            last_pass: run.last_pass,
            tiles_left: 0,
            undelivered: (ask.first, end),
            started: false,
            recompute_until: None,
            phase: Phase::Choose,
        };
        if levels > 0 && sweep.tiles() > run.tiles {
            let text = "stage {n} has {a} rows, the plan has states for {b}: seal the pipeline when its sources have all samples";
            let error = Error::new(Status::NotPlanned, text).a(available).b(run.tiles.sat_mul(leaf));
            return Err(self.graph.about_stage(ask.stage, error));
        }
        sweep.start_pass(if self.saved_sweep.is_some() { sweep.last_pass } else { 1 });
        Ok(sweep)
    }

    /// Does at most `max_windows` windows of the present sweep.
    pub(super) fn step_sweep(&mut self, max_windows: u64) -> Result<u64> {
        let Some(mut sweep) = self.evaluation.as_ref().and_then(|e| e.sweep) else { return Ok(0) };
        let worked = match sweep.phase {
            Phase::Choose if sweep.undelivered.0 >= sweep.undelivered.1 => {
                self.finish_evaluation();
                return Ok(0);
            }
            Phase::Choose if !sweep.started && self.send_cached(sweep.undelivered.0)? => {
                sweep.undelivered.0 = sweep.undelivered.0.sat_add(1);
                1
            }
            Phase::Choose => {
                sweep.started = true;
                self.choose_piece(&mut sweep)?;
                0
            }
            _ if !self.eval.piece_done() => return self.advance_piece(&sweep, max_windows),
            Phase::Move { to, keep } => {
                self.end_move(&mut sweep, to, keep)?;
                0
            }
            Phase::Tile { .. } if !self.tile_intact() => {
                self.restart_sweep_job(&mut sweep);
                0
            }
            Phase::Tile { tile, reversed } => {
                self.end_tile(&mut sweep, tile, reversed)?;
                0
            }
        };
        if let Some(e) = self.evaluation.as_mut() {
            e.sweep = Some(sweep);
        }
        Ok(worked)
    }

    /// Advances the present piece.
    fn advance_piece(&mut self, sweep: &Sweep, max_windows: u64) -> Result<u64> {
        let before = self.counts;
        let (eval, mut context) = self.split_eval();
        let moved = eval.advance(&mut context, max_windows);
        if sweep.recompute_until.is_some() {
            let rows = self.counts.stage_rows.wrapping_sub(before.stage_rows);
            self.counts.recomputed_rows = before.recomputed_rows.wrapping_add(rows);
        }
        let moved = moved?;
        if moved == 0 && !self.eval.piece_done() {
            return internal("a sweep does not advance");
        }
        Ok(moved)
    }

    /// Ends a piece that led to the first row of tile `to`. If `keep`, stores the snapshot in the next slot.
    fn end_move(&mut self, sweep: &mut Sweep, to: u64, keep: bool) -> Result<()> {
        if keep {
            let snapshot = self.eval.snapshot(0);
            let key = Key { step: to, set: SWEEP };
            if sweep.slots.put(&mut self.work, sweep.used_slots, key, snapshot).is_none() {
                return internal("a snapshot has no slot");
            }
            sweep.used_slots = sweep.used_slots.sat_add(1);
        }
        (sweep.snapshot_tile, sweep.phase) = (Some(to), Phase::Choose);
        Ok(())
    }

    /// Ends a piece over a tile: its rows are delivered in the last pass.
    fn end_tile(&mut self, sweep: &mut Sweep, tile: u64, reversed: bool) -> Result<()> {
        if sweep.pass == sweep.last_pass {
            self.deliver_tile(sweep, tile, reversed)?;
        }
        sweep.tiles_left = sweep.tiles_left.sat_sub(1);
        // In a backward pass the snapshot of level 0 remains at this tile, which is done.
        sweep.snapshot_tile = if sweep.is_backward() { sweep.snapshot_tile } else { Some(tile.sat_add(1)) };
        sweep.phase = Phase::Choose;
        self.eval.stop_counting_recomputed();
        Ok(())
    }

    /// Sends a row to the sink if rows are requested in forward order and the cache has it.
    fn send_cached(&mut self, row: u64) -> Result<bool> {
        let Some(ask) = self.evaluation.as_ref().map(|e| e.ask).filter(|a| a.order == Order::Forward) else {
            return Ok(false);
        };
        let id = u32::try_from(ask.stage).unwrap_or(u32::MAX);
        let failures = self.cache.counts.crc_failures;
        let cached = self.cache.get(&mut self.work, id, row);
        if self.cache.counts.crc_failures > failures {
            self.repairs.repairs = self.repairs.repairs.sat_add(1);
        }
        let Some(found) = cached else { return Ok(false) };
        self.send(row, found, 1)?;
        Ok(true)
    }

    /// Chooses the next piece and starts it; after the last tile, starts the next pass.
    fn choose_piece(&mut self, sweep: &mut Sweep) -> Result<()> {
        let Some(next) = sweep.next_tile() else {
            sweep.start_pass(sweep.pass.sat_add(1));
            if let Some(ask) = self.evaluation.as_ref().map(|e| e.ask).filter(|_| sweep.pass == sweep.last_pass) {
                let Sweep { tile_rows, first, end, tile_states, .. } = *sweep;
                self.saved_sweep =
                    Some(SavedSweep { stage: ask.stage, order: ask.order, tile_rows, first, end, tile_states });
            }
            return Ok(());
        };
        if !self.eval.has_scans() || sweep.snapshot_tile == Some(next) {
            return self.start_tile(sweep, next);
        }
        if !sweep.is_backward() {
            return self.start_move(sweep, Piece::Reach { to: sweep.tile_start(next) }, next, false);
        }
        let Some(top) = self.load_top_snapshot(sweep) else {
            // Without snapshots: from the nearest stored checkpoint, or from row 0.
            return self.start_move(sweep, Piece::Reach { to: sweep.first }, 0, true);
        };
        let length = sweep.tiles_left.sat_sub(top);
        let free = u64::from(sweep.max_slots.sat_sub(sweep.used_slots).sat_add(1));
        let from = sweep.tile_start(top);
        match (length, free) {
            (0, _) => {
                // All tiles after this snapshot are done.
                sweep.used_slots = sweep.used_slots.sat_sub(1);
                sweep.snapshot_tile = None;
                Ok(())
            }
            (1, _) => self.start_tile(sweep, top),
            (_, 0 | 1) => self.start_move(sweep, Piece::Advance { from, to: sweep.tile_start(next) }, next, false),
            _ => {
                let near = self.stored_tile(sweep, top, free);
                let to = near.unwrap_or_else(|| top.sat_add(binomial::splits(length, free).1));
                self.start_move(sweep, Piece::Advance { from, to: sweep.tile_start(to) }, to, true)
            }
        }
    }

    /// Loads the snapshot in the top slot and returns its tile; None where no snapshot is stored.
    fn load_top_snapshot(&mut self, sweep: &mut Sweep) -> Option<u64> {
        // One more round per damaged snapshot, which is dropped.
        loop {
            let slot = sweep.used_slots.checked_sub(1)?;
            let snapshot = self.eval.snapshot(0);
            let Some(tile) = sweep.slots.step(&mut self.work, slot) else {
                self.drop_snapshot(sweep, None);
                continue;
            };
            if sweep.snapshot_tile == Some(tile) {
                return Some(tile);
            }
            let stored = sweep.slots.get(&mut self.work, slot, Key { step: tile, set: SWEEP });
            if stored.and_then(|from| self.work.copy(from, snapshot.at)).is_some() {
                sweep.snapshot_tile = Some(tile);
                return Some(tile);
            }
            self.drop_snapshot(sweep, Some(tile));
        }
    }

    /// The tile after `top` from which the remaining tiles are reversed with less work, because stored checkpoints lead
    /// there. So a stream that grew is reversed gap by gap of its checkpoints, with all free slots within each gap.
    fn stored_tile(&mut self, sweep: &Sweep, top: u64, free: u64) -> Option<u64> {
        let row = sweep.tile_start(sweep.next_tile()?);
        let (eval, mut context) = self.split_eval();
        let stored = eval.stored_before(&mut context, row);
        let tile = sweep.tiles().sat_sub(sweep.end.sat_sub(stored).checked_div(sweep.tile_rows)?);
        let (length, after) = (sweep.tiles_left.checked_sub(top)?, sweep.tiles_left.checked_sub(tile)?);
        let before = tile.checked_sub(top).filter(|n| *n > 0)?;
        let whole = binomial::extra_advances(length, free)?;
        let parts =
            binomial::extra_advances(after, free.sat_sub(1))?.saturating_add(binomial::extra_advances(before, free)?);
        // From the checkpoint to the tile's first row is less than a tile. The first tile, which is
        // a short one, is traversed at most once per round.
        let distance = u128::from(binomial::rounds(length, free)?).saturating_add(1);
        (parts.saturating_add(distance) <= whole).then_some(tile)
    }

    /// Drops the top snapshot, which is damaged: that of tile `lost`, or None where its header is damaged. Rows from
    /// the one below it on are recomputed.
    fn drop_snapshot(&mut self, sweep: &mut Sweep, lost: Option<u64>) {
        sweep.used_slots = sweep.used_slots.sat_sub(1);
        sweep.snapshot_tile = None;
        self.count_repair();
        let last = sweep.tiles_left.sat_sub(1);
        let row = sweep.tile_start(lost.map_or(last, |tile| tile.min_u64(last)));
        self.eval.count_recomputed_before(&self.graph, row);
    }

    /// Restarts the job, whose memory is damaged. Snapshots of level 0 are in the slots. Where the job carries states
    /// of other levels, their pass starts again.
    pub(super) fn restart_sweep_job(&mut self, sweep: &mut Sweep) {
        self.count_repair();
        self.eval.count_recomputed();
        let carried = |l: usize| l % 2 == sweep.pass % 2 && self.eval.snapshot(l).len > 0;
        if (1..=sweep.pass).any(carried) {
            sweep.start_pass(sweep.pass);
        }
        (sweep.snapshot_tile, sweep.phase) = (None, Phase::Choose);
    }

    fn start_move(&mut self, sweep: &mut Sweep, piece: Piece, to: u64, keep: bool) -> Result<()> {
        self.start_piece(piece)?;
        sweep.snapshot_tile = None;
        sweep.phase = Phase::Move { to, keep };
        Ok(())
    }

    /// Loads the stored states of the levels that run in the other direction, stores that of the pass's own level, and
    /// starts the piece over a tile. Where a stored state is damaged, its pass starts again instead.
    fn start_tile(&mut self, sweep: &mut Sweep, tile: u64) -> Result<()> {
        let (pass, last) = (sweep.pass, sweep.tiles().sat_sub(1));
        for level in 1..pass.min(sweep.last_pass) {
            let snapshot = self.eval.snapshot(level);
            // At the tile where the level's own pass begins, its state is the initial one.
            let begins = if level % 2 == 1 { tile == last } else { tile == 0 };
            if level % 2 == pass % 2 || begins || snapshot.len == 0 {
                continue;
            }
            let (slot, key) = sweep.tile_slot(level, tile);
            let stored = sweep.tile_states.get(&mut self.work, slot, key);
            if stored.and_then(|from| self.work.copy(from, snapshot.at)).is_none() {
                self.count_repair();
                // Of two such places the later one: passes count first, then tiles in the order of
                // their pass.
                let rank = |(p, t): (usize, u64)| (p, if p % 2 == 1 { u64::MAX.sat_sub(t) } else { t });
                let here = (pass, tile);
                let later = sweep.recompute_until.filter(|until| rank(*until) > rank(here));
                sweep.recompute_until = Some(later.unwrap_or(here));
                sweep.start_pass(level);
                return Ok(());
            }
        }
        sweep.recompute_until = sweep.recompute_until.filter(|until| *until != (pass, tile));
        let own = self.eval.snapshot(pass);
        let begins = tile == if sweep.is_backward() { last } else { 0 };
        if pass < sweep.last_pass && !begins && own.len > 0 {
            let (slot, key) = sweep.tile_slot(pass, tile);
            if sweep.tile_states.put(&mut self.work, slot, key, own).is_none() {
                return internal("a state has no slot");
            }
        }
        let (from, to) = (sweep.tile_start(tile), sweep.tile_start(tile.sat_add(1)));
        let computes = pass == sweep.last_pass && from < sweep.undelivered.1 && to > sweep.undelivered.0;
        self.start_piece(Piece::Tile { from, to, pass, computes })?;
        sweep.phase = Phase::Tile { tile, reversed: false };
        Ok(())
    }

    fn start_piece(&mut self, piece: Piece) -> Result<()> {
        let windows = final_windows(&self.graph, &self.supplies);
        let region = self.plan.eval;
        let (eval, mut context) = self.split_eval();
        eval.start_piece(&mut context, region, piece, windows)?;
        self.check_samples()
    }

    /// Delivers the requested rows of a computed tile to the sink. In reverse order the rows are reversed first, once.
    fn deliver_tile(&mut self, sweep: &mut Sweep, tile: u64, reversed: bool) -> Result<()> {
        let Some(ask) = self.evaluation.as_ref().map(|e| e.ask) else { return Ok(()) };
        let (stage, backward) = (ask.stage, ask.order == Order::Reverse);
        let first = sweep.tile_start(tile).max_u64(sweep.undelivered.0);
        let end = sweep.tile_start(tile.sat_add(1)).min_u64(sweep.undelivered.1);
        if first >= end {
            return Ok(());
        }
        let Some(rows) = self.eval.rows_at(&self.graph, stage, first, end) else {
            return internal("computed rows are outside their buffer");
        };
        let row = self.graph.shape(Node::Stage(stage)).bytes();
        let Some(bytes) = self.work.bytes(rows) else { return internal("computed rows are outside the work area") };
        if backward && !reversed {
            reverse_rows(bytes, row);
            if let Some(e) = self.evaluation.as_mut() {
                // If the sink fails, the next call sends the rows without reversing them again.
                e.sweep = Some(Sweep { phase: Phase::Tile { tile, reversed: true }, ..*sweep });
            }
        }
        self.send(if backward { end.sat_sub(1) } else { first }, rows, end.sat_sub(first))?;
        sweep.undelivered = if backward { (sweep.undelivered.0, first) } else { (end, sweep.undelivered.1) };
        if !backward {
            self.cache_rows(stage, first, end, rows);
        }
        Ok(())
    }
}

/// Reverses the order of rows of `row` bytes.
fn reverse_rows(bytes: &mut [u8], row: usize) {
    let rows = bytes.len().checked_div(row).unwrap_or(0);
    let half = rows.wrapping_div(2).sat_mul(row);
    let (front, back) = bytes.split_at_mut_checked(half).unwrap_or_default();
    for (a, b) in front.chunks_exact_mut(row.max(1)).zip(back.rchunks_exact_mut(row.max(1))) {
        a.swap_with_slice(b);
    }
}
