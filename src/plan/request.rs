//! Requests, the options of planning, and how a request is planned to run.

use crate::util::unsigned::Unsigned;

/// Every row, from the first one of the request to the last.
pub const ALL: u64 = u64::MAX;

/// The order of work that the options request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The planner chooses.
    Auto,
    /// Stage by stage over the whole range.
    Classic,
    /// Block by block through all stages.
    Sqrt,
}

/// The order in which rows are delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// From the first row to the last.
    Forward,
    /// From the last row to the first.
    Reverse,
}

/// Rows to plan for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// Index of the stage that computes the rows.
    pub stage: usize,
    /// First row. Only the classic order with scans depends on it: it computes from row 0.
    pub first: u64,
    /// Maximum number of rows at a time, or [`ALL`].
    pub count: u64,
    /// The order of delivery.
    pub order: Order,
}

/// The options of planning.
#[derive(Clone, Copy, Debug)]
pub struct PlanOptions {
    /// The order of work.
    pub mode: Mode,
    /// Maximum size of the work area in bytes; `u64::MAX` for no bound.
    pub budget: u64,
    /// Size of the processor cache in bytes: blocks are chosen to fit half of it.
    pub cache_bytes: u64,
    /// Bytes of the row cache; 0 for none.
    pub lru_bytes: u64,
    /// Windows between checkpoints of the scans; 0 for the planner's choice.
    pub checkpoint_every: u64,
    /// Checkpoints per scan, an even number; 0 for none.
    pub checkpoint_slots: u32,
    /// Snapshot slots and rows of a tile of every sweep, as far as the budget allows; `None` for the planner's choice.
    pub sweep: Option<(u64, u64)>,
    /// The planner decides whether to add a row cache.
    pub choose_lru: bool,
    /// Classic jobs may be placed in a mapped file.
    pub spill: bool,
    /// Only the opened outputs are planned: nothing is evaluated.
    pub stream_only: bool,
}

/// Facts about an input that the planner uses.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct InputFacts {
    /// Samples are pushed, not read from a source.
    pub pushed: bool,
    /// Maximum number of windows, if known (from the length of a source).
    pub windows: Option<u64>,
}

/// How the rows of a request are computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Run {
    /// In the sqrt order: block by block, one pass.
    #[default]
    Blocks,
    /// In the classic order.
    Classic {
        /// The job is in the mapped file, not in the work area.
        spilled: bool,
    },
    /// In passes over tiles.
    Sweep(SweepPlan),
}

/// The plan of a sweep. The slots follow the job in the work area: first those of level 0, then those of the tiles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SweepPlan {
    /// Number of the last pass over the range: even passes run forward, odd ones backward.
    pub last_pass: usize,
    /// Rows of a tile.
    pub tile_rows: u64,
    /// Snapshots of level 0 kept at a time.
    pub slots: u64,
    /// Bytes of these slots.
    pub slot_bytes: usize,
    /// Tiles for which the states of other levels are kept from pass to pass; 0 without such levels.
    pub tiles: u64,
    /// Bytes of the slots of these tiles.
    pub tile_bytes: usize,
    /// Bytes of the running snapshots, each with the header of a slot. They are part of the job.
    pub snapshot_bytes: usize,
    /// Rows computed beyond one pass of each level, all levels together; 0 if the number of rows is unknown.
    pub extra: u64,
}

impl SweepPlan {
    /// Number of levels whose states are kept for all tiles: those that a later pass in the other direction starts
    /// from.
    pub(super) fn kept_levels(&self) -> usize {
        self.last_pass.sat_sub(1)
    }

    /// Bytes of all slots.
    #[must_use]
    pub(crate) fn kept_bytes(&self) -> usize {
        self.slot_bytes.sat_add(self.tile_bytes)
    }
}

/// A request and how it is planned to run.
#[derive(Clone, Copy, Debug)]
pub struct PlannedRequest {
    /// The request.
    pub request: Request,
    /// Maximum number of windows, if known: it bounds the memory of the classic order.
    pub windows: Option<u64>,
    /// Windows of a block; in the classic order, the number of rows that fit.
    pub block: u64,
    /// Bytes of the job.
    pub bytes: usize,
    /// Levels of the target: 1, plus the number of changes of direction on the way from an input.
    pub levels: u64,
    /// How its rows are computed.
    pub run: Run,
    /// Windows of a block and rows of a tile that `bytes` is of; see [`PlannedRequest::is_laid`].
    pub(super) laid: (u64, u64),
}

impl PlannedRequest {
    /// A request before anything is chosen for it.
    pub(super) fn new(request: Request, windows: Option<u64>) -> PlannedRequest {
        PlannedRequest { request, windows, block: 1, bytes: 0, levels: 1, run: Run::Blocks, laid: (0, 0) }
    }

    /// True in the classic order.
    #[must_use]
    pub fn is_classic(&self) -> bool {
        matches!(self.run, Run::Classic { .. })
    }

    /// True if the job is in the mapped file.
    #[must_use]
    pub(crate) fn is_spilled(&self) -> bool {
        self.run == Run::Classic { spilled: true }
    }

    /// The plan of its sweep, if it runs in passes over tiles.
    #[must_use]
    pub fn sweep(&self) -> Option<&SweepPlan> {
        if let Run::Sweep(sweep) = &self.run { Some(sweep) } else { None }
    }

    /// Rows of a tile; 0 without a sweep.
    #[must_use]
    pub fn tile_rows(&self) -> u64 {
        self.sweep().map_or(0, |s| s.tile_rows)
    }

    /// Everything that the size of the job depends on and that the planner changes.
    fn laid_now(&self) -> (u64, u64) {
        (self.block, if self.is_classic() { u64::MAX } else { self.tile_rows() })
    }

    /// True if `bytes` is the size of the job as it is planned now.
    pub(super) fn is_laid(&self) -> bool {
        self.laid == self.laid_now()
    }

    /// Notes the size of the job as it is planned now.
    pub(super) fn set_bytes(&mut self, bytes: usize) {
        (self.bytes, self.laid) = (bytes, self.laid_now());
    }

    /// The same request with another sweep.
    pub(super) fn with_sweep(&self, sweep: SweepPlan) -> PlannedRequest {
        PlannedRequest { run: Run::Sweep(sweep), ..*self }
    }
}

/// The last pass of a sweep over rows of a level: the first one, from the level on, that runs in the order of delivery.
pub(super) const fn last_pass(level: usize, order: Order) -> usize {
    let backward = matches!(order, Order::Reverse);
    level.saturating_add(if (level % 2 == 1) == backward { 0 } else { 1 })
}
