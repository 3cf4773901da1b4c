//! Where a sweep over tiles stands, and what it leaves for the next one.

use crate::checked;
use crate::digest::Digest;
use crate::plan::Order;
use crate::store::state_slots::{Checkpoints, Key};
use crate::util::unsigned::Unsigned;

/// A sweep under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sweep {
    /// The rows it goes over.
    pub(super) first: u64,
    pub(super) end: u64,
    pub(super) leaf: u64,
    /// Snapshots of level 0.
    pub(super) slots: Checkpoints,
    pub(super) most_slots: u32,
    /// Slots in use.
    pub(super) depth: u32,
    /// The tile at whose start the snapshot of level 0 stands.
    pub(super) live: Option<u64>,
    /// States of other levels: for each level from 1 on a slot per tile.
    pub(super) kept: Checkpoints,
    pub(super) pass: usize,
    pub(super) last_pass: usize,
    /// Tiles of this pass that are not done: the first ones on a way down, the last ones on a way up.
    pub(super) left: u64,
    /// The rows that are asked for and not handed out.
    pub(super) wanted: (u64, u64),
    /// Some piece has run: before that, the first rows are looked for in the cache.
    pub(super) begun: bool,
    /// The pass and tile at which a kept state was found damaged: what is made till it gets there again is made again.
    pub(super) again: Option<(usize, u64)>,
    pub(super) phase: Phase,
}

impl Sweep {
    /// Where the schedule stands.
    pub(super) fn digest(&self, d: &mut Digest) {
        let phase = match self.phase {
            Phase::Choose => [0, 0, 0],
            Phase::Move { to, keep } => [1, to, u64::from(keep)],
            Phase::Tile { tile, turned } => [2, tile, u64::from(turned)],
        };
        d.words(phase);
        d.words([self.first, self.end, self.leaf, self.most_slots.into(), self.left, self.depth.into()]);
        d.words([self.wanted.0, self.wanted.1, self.begun.into()]);
        d.sizes([self.pass, self.last_pass]);
        d.maybe(self.live);
        d.maybe(self.again.map(|(pass, _)| checked::count(pass)));
        d.maybe(self.again.map(|(_, tile)| tile));
        self.slots.digest(d);
        self.kept.digest(d);
    }

    /// True where rows of a tile were turned round and wait to be handed out.
    pub(super) fn turned(&self) -> bool {
        matches!(self.phase, Phase::Tile { turned: true, .. })
    }

    pub(super) fn tiles(&self) -> u64 {
        checked::div_ceil(self.end.sat_sub(self.first), self.leaf)
    }

    /// First row of a tile, or one behind the last. The first tile is the short one: it is run ahead most often.
    pub(super) fn tile(&self, index: u64) -> u64 {
        let behind = self.tiles().sat_sub(index).sat_mul(self.leaf);
        if index == 0 { self.first } else { self.end.sat_sub(behind) }
    }

    pub(super) fn goes_down(&self) -> bool {
        self.pass % 2 == 1
    }

    /// The next tile of this pass, if there is one.
    pub(super) fn next_tile(&self) -> Option<u64> {
        let last = self.left.checked_sub(1)?;
        Some(if self.goes_down() { last } else { self.tiles().sat_sub(self.left) })
    }

    pub(super) fn start_pass(&mut self, pass: usize) {
        (self.pass, self.left, self.depth, self.live, self.phase) = (pass, self.tiles(), 0, None, Phase::Choose);
    }

    /// Where the state of a kept level at a tile is: counted from the end, so that it does not depend on the first row.
    pub(super) fn kept_slot(&self, level: usize, tile: u64) -> (u32, Key) {
        let behind = self.tiles().sat_sub(tile).sat_sub(1);
        let levels = checked::count(self.last_pass).sat_sub(1);
        let index = behind.sat_mul(levels).sat_add(checked::count(level)).sat_sub(1);
        let set = SWEEP.sat_sub(u32::try_from(level).unwrap_or(0));
        (u32::try_from(index).unwrap_or(u32::MAX), Key { step: behind, set })
    }
}

/// States at tiles that a sweep has left: of the rows from `first` on.
#[derive(Clone, Copy, Debug)]
pub(super) struct SavedSweep {
    pub(super) stage: usize,
    pub(super) order: Order,
    pub(super) leaf: u64,
    pub(super) first: u64,
    pub(super) end: u64,
    pub(super) kept: Checkpoints,
}

impl SavedSweep {
    /// Where they are.
    pub(super) fn digest(&self, d: &mut Digest) {
        d.sizes([self.stage, self.order as usize]);
        d.words([self.leaf, self.first, self.end]);
        self.kept.digest(d);
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Phase {
    /// Between pieces.
    Choose,
    /// A piece that leads to the start of a tile, to be kept in the next slot where `keep` is set.
    Move { to: u64, keep: bool },
    /// A piece that goes over a tile.
    Tile { tile: u64, turned: bool },
}

/// Marks the checkpoints of a sweep, level by level; those of single scans carry the number of their stage.
pub(super) const SWEEP: u32 = u32::MAX;
