//! Progress of a sweep over tiles, and the states that it leaves for the next one.

use crate::checked;
use crate::digest::Digest;
use crate::plan::Order;
use crate::store::state_slots::{Key, StateSlots};
use crate::util::unsigned::Unsigned;

/// Progress of a sweep.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sweep {
    /// The rows it traverses: first and end (exclusive).
    pub(super) first: u64,
    pub(super) end: u64,
    /// Rows of a tile.
    pub(super) tile_rows: u64,
    /// Snapshots of level 0.
    pub(super) slots: StateSlots,
    pub(super) max_slots: u32,
    /// Number of slots in use.
    pub(super) used_slots: u32,
    /// The tile at whose first row the present snapshot of level 0 is.
    pub(super) snapshot_tile: Option<u64>,
    /// States of the other levels: one slot per tile for each level from 1 on.
    pub(super) tile_states: StateSlots,
    pub(super) pass: usize,
    pub(super) last_pass: usize,
    /// Tiles of this pass that are not done: the first ones in a backward pass, the last ones in a forward pass.
    pub(super) tiles_left: u64,
    /// The requested rows that are not delivered: first and end (exclusive).
    pub(super) undelivered: (u64, u64),
    /// A piece has run: before that, rows are looked up in the cache first.
    pub(super) started: bool,
    /// The pass and tile at which a tile's state was found damaged: rows computed until then count as recomputed.
    pub(super) recompute_until: Option<(usize, u64)>,
    pub(super) phase: Phase,
}

impl Sweep {
    /// Adds the progress.
    pub(super) fn digest(&self, d: &mut Digest) {
        let phase = match self.phase {
            Phase::Choose => [0, 0, 0],
            Phase::Move { to, keep } => [1, to, u64::from(keep)],
            Phase::Tile { tile, reversed } => [2, tile, u64::from(reversed)],
        };
        d.words(phase);
        let (max_slots, used_slots) = (self.max_slots.into(), self.used_slots.into());
        d.words([self.first, self.end, self.tile_rows, max_slots, self.tiles_left, used_slots]);
        d.words([self.undelivered.0, self.undelivered.1, self.started.into()]);
        d.sizes([self.pass, self.last_pass]);
        d.maybe(self.snapshot_tile);
        d.maybe(self.recompute_until.map(|(pass, _)| checked::count(pass)));
        d.maybe(self.recompute_until.map(|(_, tile)| tile));
        self.slots.digest(d);
        self.tile_states.digest(d);
    }

    /// True where the rows of a tile are reversed and wait to be delivered.
    pub(super) fn is_tile_reversed(&self) -> bool {
        matches!(self.phase, Phase::Tile { reversed: true, .. })
    }

    /// Number of tiles.
    pub(super) fn tiles(&self) -> u64 {
        checked::div_ceil(self.end.sat_sub(self.first), self.tile_rows)
    }

    /// First row of a tile; the end of the rows for the index after the last. The first tile is the short one, since it
    /// is traversed most often.
    pub(super) fn tile_start(&self, index: u64) -> u64 {
        let after = self.tiles().sat_sub(index).sat_mul(self.tile_rows);
        if index == 0 { self.first } else { self.end.sat_sub(after) }
    }

    /// True in a backward pass.
    pub(super) fn is_backward(&self) -> bool {
        self.pass % 2 == 1
    }

    /// The next tile of this pass; None where all are done.
    pub(super) fn next_tile(&self) -> Option<u64> {
        let last = self.tiles_left.checked_sub(1)?;
        Some(if self.is_backward() { last } else { self.tiles().sat_sub(self.tiles_left) })
    }

    /// Starts a pass, without snapshots.
    pub(super) fn start_pass(&mut self, pass: usize) {
        (self.pass, self.tiles_left, self.phase) = (pass, self.tiles(), Phase::Choose);
        (self.used_slots, self.snapshot_tile) = (0, None);
    }

    /// Slot and key of the state of a level from 1 on at a tile. Tiles count from the end, so that slot and key do not
    /// depend on the first row.
    pub(super) fn tile_slot(&self, level: usize, tile: u64) -> (u32, Key) {
        let after = self.tiles().sat_sub(tile).sat_sub(1);
        let levels = checked::count(self.last_pass).sat_sub(1);
        let index = after.sat_mul(levels).sat_add(checked::count(level)).sat_sub(1);
        let set = SWEEP.sat_sub(u32::try_from(level).unwrap_or(0));
        (u32::try_from(index).unwrap_or(u32::MAX), Key { step: after, set })
    }
}

/// States at tiles that a sweep left, for the rows from `first` on.
#[derive(Clone, Copy, Debug)]
pub(super) struct SavedSweep {
    pub(super) stage: usize,
    pub(super) order: Order,
    pub(super) tile_rows: u64,
    pub(super) first: u64,
    pub(super) end: u64,
    pub(super) tile_states: StateSlots,
}

impl SavedSweep {
    /// Adds the request and the place of the states.
    pub(super) fn digest(&self, d: &mut Digest) {
        d.sizes([self.stage, self.order as usize]);
        d.words([self.tile_rows, self.first, self.end]);
        self.tile_states.digest(d);
    }
}

/// What a sweep does next.
#[derive(Clone, Copy, Debug)]
pub(super) enum Phase {
    /// Choose a piece.
    Choose,
    /// Run a piece that leads to the first row of tile `to`; `keep`: the snapshot there goes into the next slot.
    Move { to: u64, keep: bool },
    /// Run a piece over a tile; `reversed`: its rows are computed and in reverse order.
    Tile { tile: u64, reversed: bool },
}

/// The set in the keys of a sweep's states, of level 0; each further level is one less. The sets of checkpoints are
/// stage indices.
pub(super) const SWEEP: u32 = u32::MAX;
