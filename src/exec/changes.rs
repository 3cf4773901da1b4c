//! Changes of parameters at rows: a bounded table, sorted by stage and row.
//!
//! A row of a stage is computed with the kernel of the last change at or before it, and with the registered kernel
//! before the first change. So the parameters of a row are a function of the row, whatever job computes it, in whatever
//! order and however often. Only rows that no job has computed can get other parameters.

use crate::checked;
use crate::digest::Digest;
use crate::graph::ChangeLimits;
use crate::kernel::KernelBox;
use crate::mem::{Block, Borrower, Carver, FixedVec, Layout, Span};
use crate::status::Result;
use crate::util::places::PlaceSum;
use crate::util::unsigned::{Count, Unsigned};

/// The kernel of a change, in the block of memory that it may borrow.
#[derive(Debug)]
pub struct ChangedKernel;

impl Borrower for ChangedKernel {
    type Of<'x> = KernelBox<'x>;
}

/// A change: from row `first` on a stage has other parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Index of the stage.
    pub stage: u32,
    /// Version of the parameters.
    pub revision: u32,
    /// First row that is computed with them.
    pub first: u64,
    /// Index of the block with the kernel.
    pub block: usize,
    /// The constant table.
    pub table: Span,
    /// Checksum of the table.
    pub table_sum: u32,
}

impl Change {
    fn key(&self) -> (u32, u64) {
        (self.stage, self.first)
    }
}

/// Rows of one stage.
#[derive(Clone, Copy, Debug, Default)]
struct StageRows {
    /// End (exclusive) of the rows that a job has computed.
    end: u64,
    /// Value of `end` when the block began.
    mark: u64,
    /// First row whose parameters are held.
    floor: u64,
}

/// The table of changes.
#[derive(Debug)]
pub struct Changes<'m> {
    entries: FixedVec<'m, Change>,
    blocks: FixedVec<'m, Block<'m, ChangedKernel>>,
    rows: FixedVec<'m, StageRows>,
}

fn id(stage: usize) -> u32 {
    u32::try_from(stage).unwrap_or(u32::MAX)
}

impl<'m> Changes<'m> {
    /// Reserves the memory of the table, for a graph with room for `stages`.
    pub fn reserve(limits: ChangeLimits, stages: usize, layout: &mut Layout) -> Result<()> {
        if limits.changes == 0 {
            return Ok(());
        }
        layout.reserve::<Change>(limits.changes)?;
        layout.reserve::<Block<'_, ChangedKernel>>(limits.blocks())?;
        layout.reserve::<StageRows>(stages)?;
        layout.reserve::<u64>(checked::mul(limits.block_bytes()?, limits.blocks())?.div_ceil(8))
    }

    /// An empty table in memory of [`Changes::reserve`].
    pub fn new(limits: ChangeLimits, stages: usize, carver: &mut Carver<'m>) -> Result<Self> {
        if limits.changes == 0 {
            let (entries, blocks, rows) = (FixedVec::default(), FixedVec::default(), FixedVec::default());
            return Ok(Changes { entries, blocks, rows });
        }
        let mut changes = Changes {
            entries: carver.vec(limits.changes)?,
            blocks: carver.vec(limits.blocks())?,
            rows: carver.vec(stages)?,
        };
        for _ in 0..limits.blocks() {
            let bytes = carver.uninit(limits.block_bytes()?)?;
            let _ = changes.blocks.push(Block::new(bytes));
        }
        changes.rows.fill_with(StageRows::default);
        Ok(changes)
    }

    /// Adds where the tables are.
    pub fn places(&self, sum: &mut PlaceSum) {
        self.entries.places(sum);
        self.blocks.places(sum);
        self.rows.places(sum);
        sum.add_all([self.entries.len(), self.blocks.len()]);
    }

    /// Adds the addresses of the kernels and of their memory. Only called once [`Changes::places`] is verified.
    pub fn kernels(&self, sum: &mut PlaceSum) {
        for block in self.blocks.iter() {
            block.places(sum);
            sum.add(block.with(|kernel| kernel.address()).unwrap_or(0));
        }
    }

    /// Adds the changes, and the rows computed.
    pub fn digest(&self, d: &mut Digest) {
        for c in self.entries.iter() {
            d.words([c.stage.into(), c.first, c.revision.into(), c.table_sum.into()]);
            d.sizes([c.block, c.table.at, c.table.len]);
        }
        self.rows.iter().for_each(|r| d.words([r.end, r.floor]));
    }

    /// Adds the constant data of the kernels, whose addresses were verified.
    pub fn digest_kernels(&self, d: &mut Digest) {
        for block in self.blocks.iter() {
            let _ = block.with(|kernel| kernel.digest(d));
        }
    }

    /// Maximum number of changes.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.entries.capacity()
    }

    /// Number of kernels held at a time.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.blocks.len()
    }

    /// All changes, by stage and row.
    #[must_use]
    pub fn all(&self) -> &[Change] {
        &self.entries
    }

    /// The changes of a stage, by row.
    #[must_use]
    pub fn of(&self, stage: usize) -> &[Change] {
        let from = self.entries.partition_point(|c| c.stage < id(stage));
        let to = self.entries.partition_point(|c| c.stage <= id(stage));
        self.entries.get(from..to).unwrap_or(&[])
    }

    /// The change whose parameters row `row` of a stage is computed with; none for those that it was registered with.
    #[must_use]
    pub fn in_force(&self, stage: usize, row: u64) -> Option<&Change> {
        if self.entries.is_empty() {
            return None;
        }
        let after = self.entries.partition_point(|c| c.key() <= (id(stage), row));
        self.entries.get(after.checked_sub(1)?).filter(|c| c.stage == id(stage))
    }

    /// The first row after `row` from which a stage has other parameters; `u64::MAX` without one.
    #[must_use]
    pub fn next_after(&self, stage: usize, row: u64) -> u64 {
        if self.entries.is_empty() {
            return u64::MAX;
        }
        let after = self.entries.partition_point(|c| c.key() <= (id(stage), row));
        self.entries.get(after).filter(|c| c.stage == id(stage)).map_or(u64::MAX, |c| c.first)
    }

    /// Calls `use_it` with the kernel of a change.
    pub fn with_kernel<R>(&self, change: &Change, use_it: impl FnOnce(&dyn crate::kernel::Kernel) -> R) -> Option<R> {
        self.blocks.get(change.block)?.with(|kernel| use_it(&**kernel))
    }

    /// The end (exclusive) of the rows of a stage that are computed: from there on its parameters can change.
    #[must_use]
    pub fn computed(&self, stage: usize) -> u64 {
        self.rows.get(stage).map_or(0, |r| r.end)
    }

    /// The first row of a stage whose parameters are held.
    #[must_use]
    pub fn floor(&self, stage: usize) -> u64 {
        self.rows.get(stage).map_or(0, |r| r.floor)
    }

    /// True if parameters of some rows are no longer held.
    #[must_use]
    pub fn has_floors(&self) -> bool {
        self.rows.iter().any(|r| r.floor > 0)
    }

    /// Notes that rows of a stage up to `end` are computed.
    pub(super) fn note(&mut self, stage: usize, end: u64) {
        if let Some(rows) = self.rows.get_mut(stage) {
            rows.end = rows.end.max_u64(end);
        }
    }

    /// A block begins.
    pub(super) fn mark(&mut self) {
        self.rows.iter_mut().for_each(|r| r.mark = r.end);
    }

    /// The block failed: its rows are not computed.
    pub(super) fn roll_back(&mut self) {
        self.rows.iter_mut().for_each(|r| r.end = r.mark);
    }

    /// Sets the rows of a stage that are computed, and those whose parameters are held.
    pub fn set_rows(&mut self, stage: usize, end: u64, floor: u64) {
        if let Some(rows) = self.rows.get_mut(stage) {
            *rows = StageRows { end, mark: end, floor };
        }
    }

    /// Discards all changes.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.blocks.iter_mut().for_each(Block::clear);
        self.rows.iter_mut().for_each(|r| *r = StageRows::default());
    }

    /// True if a change of `stage` at row `first` fits the table: it may replace one.
    #[must_use]
    pub fn fits(&self, stage: usize, first: u64) -> bool {
        self.entries.len() < self.capacity() || self.in_force(stage, first).is_some_and(|c| c.first == first)
    }

    /// The index of a block without a kernel.
    #[must_use]
    pub fn free_block(&self) -> Option<usize> {
        self.blocks.iter().position(|b| !b.is_used())
    }

    /// A block, to build a kernel in.
    pub fn block(&mut self, index: usize) -> Option<&mut Block<'m, ChangedKernel>> {
        self.blocks.get_mut(index)
    }

    /// Adds a change, whose kernel is built. It replaces one at the same row.
    pub fn add(&mut self, change: Change) {
        let at = self.entries.partition_point(|c| c.key() < change.key());
        if let Some(same) = self.entries.get_mut(at).filter(|c| c.key() == change.key()) {
            let old = core::mem::replace(same, change);
            self.drop_kernel(old.block);
            return;
        }
        if self.entries.len() >= self.capacity() {
            return;
        }
        let mut last = change;
        let moved = self.entries.get_mut(at..).unwrap_or_default();
        moved.iter_mut().for_each(|slot| core::mem::swap(slot, &mut last));
        let _ = self.entries.push(last);
    }

    fn drop_kernel(&mut self, block: usize) {
        if let Some(block) = self.blocks.get_mut(block) {
            block.clear();
        }
    }

    /// Frees the changes of a stage that only rows before `row` are computed with. Returns their number.
    pub fn free_before(&mut self, stage: usize, row: u64) -> usize {
        let Some(kept) = self.in_force(stage, row).map(|c| c.first) else { return 0 };
        let mut freed = 0usize;
        // One turn per change of the stage.
        while let Some(block) = self.of(stage).first().filter(|c| c.first < kept).map(|c| c.block) {
            let at = self.entries.partition_point(|c| c.stage < id(stage));
            let mut next = Change::default();
            let moved = self.entries.get_mut(at..).unwrap_or_default();
            moved.iter_mut().rev().for_each(|slot| core::mem::swap(slot, &mut next));
            let len = self.entries.len().sat_sub(1);
            self.entries.truncate(len);
            self.drop_kernel(block);
            freed = freed.sat_add(1);
        }
        if let Some(rows) = self.rows.get_mut(stage) {
            rows.floor = rows.floor.max_u64(kept);
        }
        freed
    }
}
