//! Reverse order: how many snapshots and how many rows of a leaf a budget is spent on.

use super::{ALL, JobPlan, Plan, Question, Served};
use crate::graph::Node;
use crate::limits::BUFFER_ALIGN;
use crate::schedule::leaf;
use crate::status::Result;
use crate::store::checkpoint::Checkpoints;
use crate::util::num;

/// Slots of a sweep over a stream whose length is not known when it is planned.
const OPEN_SLOTS: u64 = 64;

impl Question<'_, '_> {
    /// Gives every reverse request its slots and its leaf: the best split of what the budget leaves, or, without a
    /// budget, the least memory with which no row is made more than twice.
    pub(super) fn spread_sweeps(&self, draft: &mut JobPlan<'_>, plan: &mut Plan) -> Result<()> {
        let spare = self.knobs.budget.saturating_sub(num::count(plan.bytes));
        let mut slack = 0;
        // Alignment may take more than the split reckons with; then it is made for a little less.
        for _ in 0..64 {
            let mut wider = *plan;
            for served in wider.served.iter_mut().flatten().filter(|s| s.leaf > 0) {
                self.job(draft, served)?;
                let state = num::count(Checkpoints::slot_bytes(draft.snapshot.len)?);
                let row = num::count(self.graph.shape(Node::Stage(served.request.stage)).bytes());
                self.split(served, draft.snapshot.len > 0, state, row, spare.saturating_sub(slack))?;
            }
            self.lay_out(draft, &mut wider)?;
            if num::count(wider.bytes) <= self.knobs.budget {
                *plan = wider;
                return Ok(());
            }
            slack = num::add64(slack, num::count(BUFFER_ALIGN))?;
        }
        Ok(())
    }

    fn split(&self, served: &mut Served, scans: bool, state: u64, row: u64, spare: u64) -> Result<()> {
        let rate = self.graph.rate(Node::Stage(served.request.stage));
        let bound = served.windows.map(|w| num::div_ceil(w, rate));
        let rows = match served.request.count {
            ALL => bound,
            count => Some(bound.map_or(count, |b| b.min(count))),
        };
        // One slot, the running state and one row are in the plan already.
        let bytes = spare.saturating_add(state.saturating_mul(2)).saturating_add(row);
        let unbounded = self.knobs.budget == u64::MAX;
        let (slots, leaf) = match rows {
            _ if !scans => (0, served.block),
            _ if self.knobs.sweep.is_some() => {
                let (slots, leaf) = self.knobs.sweep.unwrap_or((1, 1));
                (slots.clamp(1, leaf::MAX_SLOTS), leaf)
            }
            Some(rows) if unbounded => {
                let ratio = rows.saturating_mul(row).checked_div(state).unwrap_or(0);
                let slots = ratio.isqrt().clamp(1, leaf::MAX_SLOTS);
                (slots, num::div_ceil(rows, slots))
            }
            Some(rows) => {
                let best = leaf::split(&leaf::Budget { bytes, state_bytes: state, row_bytes: row, rows })?;
                (best.slots, best.leaf)
            }
            None if unbounded => (OPEN_SLOTS, served.block.max(OPEN_SLOTS)),
            None => {
                // Half for slots, half for the leaf: good for any length within a constant.
                let half = bytes / 2;
                let slots = half.checked_div(state).unwrap_or(1).clamp(2, leaf::MAX_SLOTS).saturating_sub(1);
                (slots, half.checked_div(row).unwrap_or(1).max(1))
            }
        };
        let whole = rows.unwrap_or(u64::MAX).max(1);
        (served.slots, served.leaf) = (slots, leaf.clamp(1, whole));
        served.extra = match rows {
            Some(rows) if scans => {
                let extra = leaf::extra_advances(rows, slots.max(1), served.leaf);
                extra.and_then(|e| u64::try_from(e).ok()).unwrap_or(u64::MAX)
            }
            _ => 0,
        };
        Ok(())
    }
}
