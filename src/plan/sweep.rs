//! Sweeps: how many snapshots and how many rows of a tile a budget is spent on.
//!
//! Pass 0 rolls level 0 up; pass p makes levels 0 to p within a tile at a time and goes up or down as p is even or odd. A pass
//! carries along the levels that run in its direction. Level 0 on a way down is rolled forward from snapshots in slots, by
//! the binomial schedule over tiles; of the other levels, each pass but the last leaves the state at every tile, for the
//! passes behind it. So `slots` can be few, but tiles of kept levels are as many as cover the range: the least memory for
//! those is about `2 sqrt(rows * row * state)` bytes.

use super::{ALL, JobPlan, Plan, PlannedRequest, Planner};
use crate::checked;
use crate::graph::Node;
use crate::limits::BUFFER_ALIGN;
use crate::schedule::leaf;
use crate::status::{Error, Result, Status};
use crate::store::state_slots::StateSlots;
use crate::util::unsigned::{Count, Unsigned};

/// Slots of a sweep over a stream whose length is not known when it is planned.
const OPEN_SLOTS: u64 = 64;

/// Bytes of what a sweep keeps, headers included.
pub(super) struct SweepSizes {
    /// A slot of level 0; none where it has no state.
    pub(super) slot: usize,
    /// The kept levels of one tile.
    pub(super) tile: usize,
    /// The running snapshots.
    pub(super) running: usize,
}

impl SweepSizes {
    /// Of a sweep whose job is laid out.
    pub(super) fn of(draft: &JobPlan<'_>, served: &PlannedRequest) -> Result<SweepSizes> {
        let slot_of = |bytes: usize| if bytes == 0 { Ok(0) } else { StateSlots::slot_bytes(bytes) };
        let slot = slot_of(draft.snapshot(0).len)?;
        let mut running = slot;
        let mut widest = 0;
        for (level, group) in draft.snapshots.iter().enumerate().skip(1) {
            running = checked::add(running, slot_of(group.len)?)?;
            if level <= served.kept_levels() {
                widest = widest.max(group.len);
            }
        }
        let tile = checked::mul(StateSlots::slot_bytes(widest)?, served.kept_levels())?;
        Ok(SweepSizes { slot, tile, running })
    }
}

/// Bytes that a sweep can spend, and on what.
struct Room {
    /// For slots, running snapshots and one tile.
    bytes: u64,
    /// A slot of level 0.
    slot: u64,
    /// The kept levels of one tile.
    tile: u64,
    /// A row of everything that is held for a tile.
    row: u64,
}

impl Planner<'_, '_> {
    /// Rows of the target that a sweep goes over, where that is known: behind a reverse scan all there are.
    fn sweep_rows(&self, served: &PlannedRequest) -> Option<u64> {
        let rate = self.graph.rate(Node::Stage(served.request.stage));
        let bound = served.windows.map(|w| checked::div_ceil(w, rate));
        match served.request.count {
            _ if served.levels > 1 => bound,
            ALL => bound,
            count => Some(bound.map_or(count, |b| b.min_u64(count))),
        }
    }

    /// Refuses rows over pushed samples that the ring cannot have all at once: who goes down needs them again.
    pub(super) fn check_held(&self, served: &PlannedRequest) -> Result<()> {
        let rate = self.graph.rate(Node::Stage(served.request.stage));
        for (input, _) in self.graph.inputs().iter().zip(self.inputs).filter(|(_, f)| f.pushed) {
            let held = input.windows(input.capacity);
            let windows = match served.request.count {
                ALL => 1,
                count => checked::add64(checked::mul64(count.sat_sub(1), rate)?, 1)?,
            };
            if input.capacity == 0 || held < windows {
                let (_, samples) = input.samples(0, windows);
                let text = "input {n} is pushed and its ring holds {b} samples: rows in reverse need all of the range, {a} at least";
                return Err(Error::new(Status::Argument, text).a(samples).b(input.capacity).name(&input.name));
            }
        }
        Ok(())
    }

    /// The sweep with the least memory.
    pub(super) fn least_sweep(&self, draft: &mut JobPlan<'_>, served: &mut PlannedRequest) -> Result<()> {
        (served.leaf, served.slots) = (1, 1);
        self.job(draft, served)?;
        served.slots = u64::from(draft.snapshot(0).len > 0);
        if served.kept_levels() == 0 {
            return Ok(());
        }
        let Some(rows) = self.sweep_rows(served) else {
            let text = "stage {n} turns time round twice: its rows are planned for an input of known length";
            let name = self.graph.stages().get(served.request.stage).map(|s| s.name).unwrap_or_default();
            return Err(Error::new(Status::Argument, text).name(&name));
        };
        let room = self.room(draft, served, 0)?;
        let tiles = balance(rows, room.row, room.tile);
        served.leaf = checked::div_ceil(rows, tiles).max_u64(1);
        served.tiles = checked::div_ceil(rows, served.leaf);
        Ok(())
    }

    /// What a sweep can spend if it gets `spare` bytes more than it has.
    fn room(&self, draft: &mut JobPlan<'_>, served: &PlannedRequest, spare: u64) -> Result<Room> {
        // The row of a tile as the placement has it: what a much longer tile takes more.
        const LONGER: u64 = 1 << 12;
        let bytes_of =
            |draft: &mut JobPlan<'_>, leaf| self.job(draft, &PlannedRequest { leaf, ..*served }).map(checked::count);
        let (long, short) = (bytes_of(draft, LONGER.sat_mul(2))?, bytes_of(draft, LONGER)?);
        let row = checked::div_ceil(long.sat_sub(short), LONGER).max_u64(1);
        self.job(draft, served)?;
        let sizes = SweepSizes::of(draft, served)?;
        let (slot, tile) = (checked::count(sizes.slot), checked::count(sizes.tile));
        let has = served.leaf.sat_mul(row);
        let has = has.sat_add(served.slots.sat_mul(slot)).sat_add(served.tiles.sat_mul(tile));
        Ok(Room { bytes: spare.sat_add(has), slot, tile, row })
    }

    /// Gives every sweep its slots and its tiles: the best split of what the budget leaves, or, without a budget, the
    /// least memory with which no row of level 0 is made more than twice on a way down.
    pub(super) fn spread_sweeps(&self, draft: &mut JobPlan<'_>, plan: &mut Plan) -> Result<()> {
        let spare = self.options.budget.sat_sub(checked::count(plan.bytes));
        let mut slack = 0;
        // Alignment may take more than the split reckons with; then it is made for a little less.
        for _ in 0..64 {
            let mut wider = *plan;
            for served in wider.served.iter_mut().flatten().filter(|s| s.is_sweep()) {
                let room = self.room(draft, served, spare.sat_sub(slack))?;
                self.split(served, &room)?;
            }
            self.lay_out(draft, &mut wider)?;
            if checked::count(wider.bytes) <= self.options.budget {
                *plan = wider;
                return Ok(());
            }
            slack = checked::add64(slack, checked::count(BUFFER_ALIGN))?;
        }
        for served in plan.served.iter_mut().flatten().filter(|s| s.is_sweep()) {
            self.count_extra(served);
        }
        Ok(())
    }

    fn split(&self, served: &mut PlannedRequest, room: &Room) -> Result<()> {
        let rows = self.sweep_rows(served);
        let unbounded = self.options.budget == u64::MAX;
        let scans = room.slot > 0;
        let Room { bytes, slot, tile, row } = *room;
        let (slots, leaf) = match rows {
            _ if !scans && tile == 0 => (0, served.block.min_u64(bytes.checked_div(row).unwrap_or(1)).max_u64(1)),
            _ if self.options.sweep.is_some() => {
                let (slots, leaf) = self.options.sweep.unwrap_or((1, 1));
                (slots.clamp(1, leaf::MAX_SLOTS), leaf)
            }
            Some(rows) if unbounded => {
                let tiles = balance(rows, row, slot.sat_add(tile));
                (tiles.min_u64(leaf::MAX_SLOTS), checked::div_ceil(rows, tiles))
            }
            Some(rows) if tile > 0 => best_tiles(rows, room).unwrap_or((served.slots, served.leaf)),
            Some(rows) => {
                // The split reckons with a running state.
                let bytes = bytes.sat_add(slot);
                let best = leaf::split(&leaf::Budget { bytes, state_bytes: slot, row_bytes: row, rows })?;
                (best.slots, best.leaf)
            }
            None if unbounded => (OPEN_SLOTS, served.block.max_u64(OPEN_SLOTS)),
            None => {
                // Half for slots, half for the leaf: good for any length within a constant.
                let half = bytes.sat_add(slot) / 2;
                let slots = half.checked_div(slot).unwrap_or(1).clamp(2, leaf::MAX_SLOTS).sat_sub(1);
                (slots, half.checked_div(row).unwrap_or(1).max_u64(1))
            }
        };
        let whole = rows.unwrap_or(u64::MAX).max(1);
        (served.slots, served.leaf) = (if scans { slots.max_u64(1) } else { 0 }, leaf.clamp(1, whole));
        served.tiles = if tile > 0 { checked::div_ceil(rows.unwrap_or(0), served.leaf) } else { 0 };
        self.count_extra(served);
        Ok(())
    }

    /// Rows made beyond one pass of each level.
    fn count_extra(&self, served: &mut PlannedRequest) {
        let Some(rows) = self.sweep_rows(served) else { return };
        let down = match served.slots {
            0 => 0,
            slots => {
                let extra = leaf::extra_advances(rows, slots, served.leaf);
                extra.and_then(|e| u64::try_from(e).ok()).unwrap_or(u64::MAX)
            }
        };
        let mut total = 0u64;
        for pass in 1..=checked::count(served.last_pass) {
            // A way up carries level 0 along; a way down rolls it ahead from snapshots.
            let ahead = if pass % 2 == 1 { down } else { 0 };
            let levels = pass.sat_add(1).min_u64(served.levels);
            total = total.sat_add(rows.sat_mul(levels)).sat_add(ahead);
        }
        served.extra = total.sat_sub(rows.sat_mul(served.levels));
    }
}

/// Tiles with which as many bytes go to a tile's rows as to what is kept for all tiles.
fn balance(rows: u64, row: u64, kept: u64) -> u64 {
    rows.sat_mul(row).checked_div(kept).unwrap_or(1).isqrt().clamp(1, leaf::MAX_SLOTS)
}

/// Slots of level 0 and rows of a tile with the least work that fit, where states of other levels are kept for all tiles.
fn best_tiles(rows: u64, room: &Room) -> Option<(u64, u64)> {
    let mut best: Option<(u64, u64, u128)> = None;
    let mut tiles = 1u64;
    // 64 turns, and then one for each 1.6 % up to the most slots.
    while tiles <= leaf::MAX_SLOTS.min_u64(rows) && tiles.sat_mul(room.tile) <= room.bytes {
        let leaf = checked::div_ceil(rows, tiles);
        let taken = leaf.sat_mul(room.row).sat_add(checked::div_ceil(rows, leaf).sat_mul(room.tile));
        let slots = match room.bytes.checked_sub(taken) {
            Some(left) if room.slot > 0 => left.checked_div(room.slot).unwrap_or(0).min_u64(tiles),
            Some(_) => 1,
            None => 0,
        };
        if slots > 0 {
            let work = if room.slot > 0 { leaf::extra_advances(rows, slots, leaf).unwrap_or(u128::MAX) } else { 0 };
            if best.is_none_or(|(_, _, least)| work < least) {
                best = Some((slots, leaf, work));
            }
        }
        // Every number of tiles while they are few, then steps of 1.6 %.
        tiles = tiles.sat_add((tiles / 64).max_u64(1));
    }
    best.map(|(slots, leaf, _)| (slots, leaf))
}
