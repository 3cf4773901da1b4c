//! Sweeps: how a budget is split between snapshots and the rows of a tile.
//!
//! Pass 0 rolls level 0 forward. Pass p computes levels 0 to p one tile at a time, forward if p is even and backward if
//! p is odd, and carries along the states of the levels that run in its direction. In a backward pass, level 0 is
//! rolled forward from snapshots in slots, by the binomial schedule over tiles. Of the other levels, each pass but the
//! last stores the state at every tile, for the passes after it. So the slots of level 0 can be few, but the kept
//! levels need a slot for every tile of the range: at least about `2 sqrt(rows * row * state)` bytes for both.

use super::areas::Plan;
use super::job::JobPlan;
use super::layout::SweepSizes;
use super::planner::Planner;
use super::request::{ALL, PlannedRequest, Run, SweepPlan};
use crate::checked;
use crate::graph::Node;
use crate::limits::{BUFFER_ALIGN, MAX_LEVELS, MAX_REQUESTS};
use crate::schedule::leaf;
use crate::status::{Error, Result, Status};
use crate::util::unsigned::{Count, Unsigned};

/// Slots of a sweep over a stream whose length is unknown when it is planned.
const OPEN_SLOTS: u64 = 64;

/// Bytes that a sweep can use, and the sizes of what it uses them for.
#[derive(Clone, Copy, Default)]
struct Room {
    /// For slots, running snapshots and one tile.
    bytes: u64,
    /// A slot of level 0.
    slot: u64,
    /// The kept levels of one tile.
    tile: u64,
    /// One row of everything that is held for a tile.
    row: u64,
}

impl Planner<'_, '_> {
    /// Rows of the target that a sweep covers, if known: all of them if the target depends on a reverse scan.
    fn sweep_rows(&self, planned: &PlannedRequest) -> Option<u64> {
        let rate = self.graph.rate(Node::Stage(planned.request.stage));
        let bound = planned.windows.map(|w| checked::div_ceil(w, rate));
        match planned.request.count {
            _ if planned.levels > 1 => bound,
            ALL => bound,
            count => Some(bound.map_or(count, |b| b.min_u64(count))),
        }
    }

    /// Refuses rows of pushed samples that the input buffer cannot hold all at once: a backward pass reads them again.
    pub(super) fn check_held(&self, planned: &PlannedRequest) -> Result<()> {
        let rate = self.graph.rate(Node::Stage(planned.request.stage));
        for (input, _) in self.graph.inputs().iter().zip(self.inputs).filter(|(_, f)| f.pushed) {
            let held = input.windows(input.capacity);
            let windows = match planned.request.count {
                ALL => 1,
                count => checked::add64(checked::mul64(count.sat_sub(1), rate)?, 1)?,
            };
            if input.capacity == 0 || held < windows {
                let (_, samples) = input.samples(0, windows);
                let text = "{i} is pushed and its buffer holds {b} samples: rows in reverse need all of the \
                    range, {a}: raise input_capacity";
                return Err(Error::new(Status::Argument, text).a(samples).b(input.capacity).name(&input.name));
            }
        }
        Ok(())
    }

    /// The sweep that needs the fewest bytes.
    pub(super) fn smallest_sweep(
        &self,
        draft: &mut JobPlan<'_>,
        planned: &PlannedRequest,
        last_pass: usize,
    ) -> Result<SweepPlan> {
        let mut sweep = SweepPlan { last_pass, tile_rows: 1, slots: 1, ..SweepPlan::default() };
        self.sizes(draft, &planned.with_sweep(sweep))?;
        sweep.slots = u64::from(draft.snapshot(0).len > 0);
        if sweep.kept_levels() == 0 {
            return Ok(sweep);
        }
        let Some(rows) = self.sweep_rows(planned) else {
            let text =
                "stage {n} needs two changes of direction: its rows can be planned only for inputs of known length";
            let name = self.graph.stages().get(planned.request.stage).map(|s| s.name).unwrap_or_default();
            return Err(Error::new(Status::Argument, text).name(&name));
        };
        let room = self.room(draft, planned, &sweep)?;
        let tiles = balance(rows, room.row, room.tile);
        sweep.tile_rows = checked::div_ceil(rows, tiles).max_u64(1);
        sweep.tiles = checked::div_ceil(rows, sweep.tile_rows);
        Ok(sweep)
    }

    /// The bytes that a sweep has.
    fn room(&self, draft: &mut JobPlan<'_>, planned: &PlannedRequest, sweep: &SweepPlan) -> Result<Room> {
        // A row as the placement of buffers counts it: the growth of the job per row, over many
        // rows.
        const LONGER: u64 = 1 << 12;
        let bytes_of = |draft: &mut JobPlan<'_>, tile_rows| {
            self.job(draft, &planned.with_sweep(SweepPlan { tile_rows, ..*sweep })).map(checked::count)
        };
        let (long, short) = (bytes_of(draft, LONGER.sat_mul(2))?, bytes_of(draft, LONGER)?);
        let row = checked::div_ceil(long.sat_sub(short), LONGER).max_u64(1);
        self.sizes(draft, &planned.with_sweep(*sweep))?;
        let sizes = SweepSizes::of(draft, sweep)?;
        let (slot, tile) = (checked::count(sizes.slot), checked::count(sizes.tile));
        let bytes = sweep.tile_rows.sat_mul(row);
        let bytes = bytes.sat_add(sweep.slots.sat_mul(slot)).sat_add(sweep.tiles.sat_mul(tile));
        Ok(Room { bytes, slot, tile, row })
    }

    /// Chooses slots and tiles for every sweep: the best split of the rest of the budget; without a budget, the fewest
    /// bytes with which no row of level 0 is computed more than twice in a backward pass.
    pub(super) fn spread_sweeps(&self, draft: &mut JobPlan<'_>, plan: &mut Plan) -> Result<()> {
        let spare = self.options.budget.sat_sub(checked::count(plan.bytes));
        let mut slack = 0;
        let mut rooms = [Room::default(); MAX_REQUESTS];
        for (room, planned) in rooms.iter_mut().zip(&plan.planned) {
            if let Some((planned, sweep)) = planned.as_ref().and_then(|p| p.sweep().map(|s| (p, s))) {
                *room = self.room(draft, planned, sweep)?;
            }
        }
        // Alignment may need more bytes than the split accounts for: then try again with a little
        // less.
        for _ in 0..64 {
            let mut wider = *plan;
            for (planned, room) in wider.planned.iter_mut().zip(&rooms) {
                let Some(planned) = planned else { continue };
                let Run::Sweep(sweep) = planned.run else { continue };
                let room = Room { bytes: room.bytes.sat_add(spare.sat_sub(slack)), ..*room };
                planned.run = Run::Sweep(self.split(planned, sweep, &room)?);
            }
            self.lay_out(draft, &mut wider)?;
            if checked::count(wider.bytes) <= self.options.budget {
                *plan = wider;
                return Ok(());
            }
            slack = checked::add64(slack, checked::count(BUFFER_ALIGN))?;
        }
        for planned in plan.planned.iter_mut().flatten() {
            if let Run::Sweep(sweep) = planned.run {
                planned.run = Run::Sweep(SweepPlan { extra: self.extra_rows(planned, &sweep), ..sweep });
            }
        }
        Ok(())
    }

    /// The sweep with the slots and the tiles that fit `room` best.
    fn split(&self, planned: &PlannedRequest, mut sweep: SweepPlan, room: &Room) -> Result<SweepPlan> {
        let rows = self.sweep_rows(planned);
        let unbounded = self.options.budget == u64::MAX;
        let scans = room.slot > 0;
        let Room { bytes, slot, tile, row } = *room;
        let (slots, tile_rows) = match rows {
            _ if !scans && tile == 0 => (0, planned.block.min_u64(bytes.checked_div(row).unwrap_or(1)).max_u64(1)),
            _ if self.options.sweep.is_some() => {
                let (slots, tile_rows) = self.options.sweep.unwrap_or((1, 1));
                (slots.clamp(1, leaf::MAX_SLOTS), tile_rows)
            }
            Some(rows) if unbounded => {
                let tiles = balance(rows, row, slot.sat_add(tile));
                (tiles.min_u64(leaf::MAX_SLOTS), checked::div_ceil(rows, tiles))
            }
            Some(rows) if tile > 0 => best_tiles(rows, room).unwrap_or((sweep.slots, sweep.tile_rows)),
            Some(rows) => {
                // The split counts a running state.
                let bytes = bytes.sat_add(slot);
                let best = leaf::split(&leaf::Budget { bytes, state_bytes: slot, row_bytes: row, rows })?;
                (best.slots, best.leaf)
            }
            None if unbounded => (OPEN_SLOTS, planned.block.max_u64(OPEN_SLOTS)),
            None => {
                // Half for slots, half for the tile: within a constant factor of the best for any
                // length.
                let half = bytes.sat_add(slot) / 2;
                let slots = half.checked_div(slot).unwrap_or(1).clamp(2, leaf::MAX_SLOTS).sat_sub(1);
                (slots, half.checked_div(row).unwrap_or(1).max_u64(1))
            }
        };
        let all = rows.unwrap_or(u64::MAX).max(1);
        sweep.slots = if scans { slots.max_u64(1) } else { 0 };
        sweep.tile_rows = tile_rows.clamp(1, all);
        sweep.tiles = if tile > 0 { checked::div_ceil(rows.unwrap_or(0), sweep.tile_rows) } else { 0 };
        sweep.extra = self.extra_rows(planned, &sweep);
        Ok(sweep)
    }

    /// Rows computed beyond one pass of each level.
    fn extra_rows(&self, planned: &PlannedRequest, sweep: &SweepPlan) -> u64 {
        let Some(rows) = self.sweep_rows(planned) else { return sweep.extra };
        let backward = match sweep.slots {
            0 => 0,
            slots => {
                let extra = leaf::extra_advances(rows, slots, sweep.tile_rows);
                extra.and_then(|e| u64::try_from(e).ok()).unwrap_or(u64::MAX)
            }
        };
        let mut total = 0u64;
        for pass in 1..=checked::count(sweep.last_pass.min(MAX_LEVELS.sat_add(1))) {
            // A forward pass carries level 0 along; a backward pass rolls it forward from
            // snapshots.
            let ahead = if pass % 2 == 1 { backward } else { 0 };
            let levels = pass.sat_add(1).min_u64(planned.levels);
            total = total.sat_add(rows.sat_mul(levels)).sat_add(ahead);
        }
        total.sat_sub(rows.sat_mul(planned.levels))
    }
}

/// The number of tiles at which the rows of a tile need as many bytes as what is kept for all tiles.
fn balance(rows: u64, row: u64, kept: u64) -> u64 {
    rows.sat_mul(row).checked_div(kept).unwrap_or(1).isqrt().clamp(1, leaf::MAX_SLOTS)
}

/// The slots of level 0 and rows of a tile that fit with the smallest amount of work, if states of other levels are
/// kept for all tiles.
fn best_tiles(rows: u64, room: &Room) -> Option<(u64, u64)> {
    let mut best: Option<(u64, u64, u128)> = None;
    let mut tiles = 1u64;
    while tiles <= leaf::MAX_SLOTS.min_u64(rows) && tiles.sat_mul(room.tile) <= room.bytes {
        let tile_rows = checked::div_ceil(rows, tiles);
        let used = tile_rows.sat_mul(room.row).sat_add(checked::div_ceil(rows, tile_rows).sat_mul(room.tile));
        let slots = match room.bytes.checked_sub(used) {
            Some(left) if room.slot > 0 => left.checked_div(room.slot).unwrap_or(0).min_u64(tiles),
            Some(_) => 1,
            None => 0,
        };
        if slots > 0 {
            let work =
                if room.slot > 0 { leaf::extra_advances(rows, slots, tile_rows).unwrap_or(u128::MAX) } else { 0 };
            if best.is_none_or(|(_, _, min)| work < min) {
                best = Some((slots, tile_rows, work));
            }
        }
        // Every number of tiles up to 64, then steps of 1.6 % up to the maximum number of slots.
        tiles = tiles.sat_add((tiles / 64).max_u64(1));
    }
    best.map(|(slots, tile_rows, _)| (slots, tile_rows))
}
