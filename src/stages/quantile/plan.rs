//! Sizes of the memory of a quantile stage, and the state that its intervals share.

use super::sample::CHUNK;
use super::select;
use crate::checked;
use crate::simd::{Level, rank};
use crate::status::Result;

/// Words of a stored [`Bracket`].
pub(super) const STATE: usize = 12;

/// Words of a stored [`Tally`].
pub(super) const RECORD: usize = 4;

/// Maximum length of rows without an interval.
pub(super) const SMALL: usize = 128;

/// Maximum number of hops of a row whose counts are stored; with more hops, the hop that leaves is counted again.
const MAX_SLOTS: usize = 64;

/// Words of the state besides the brackets: the slot of the oldest hop, and padding.
pub(super) const COMMON: usize = 4;

/// Sizes derived from the shape of the rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct RankPlan {
    pub(super) window: usize,
    pub(super) hop: usize,
    pub(super) count: usize,
    /// Maximum number of elements inside an interval.
    pub(super) limit: usize,
    /// Ranks on either side of the quantile in the first interval.
    pub(super) reach: usize,
    /// Maximum of `reach` in later intervals.
    pub(super) max_reach: usize,
    /// Hops of a row whose counts are stored; 0 if the hop that leaves is counted again.
    pub(super) slots: usize,
    pub(super) chunk: usize,
}

impl RankPlan {
    pub(super) fn new(window: usize, stride: usize, count: usize) -> RankPlan {
        let hop = stride.clamp(1, window.max(1));
        // An interval of c elements costs about c per row, lasts for about c^2 / H rows, and costs
        // about W to compute.
        let inside = select::cube_root(8u64.saturating_mul(checked::count(hop)).saturating_mul(checked::count(window)));
        let inside = usize::try_from(inside).unwrap_or(usize::MAX).max(32);
        let limit = inside.saturating_mul(2).saturating_add(window.isqrt().saturating_mul(8)).min(window);
        // Half of the limit is for elements that enter where data become denser, half of the rest
        // for uneven samples.
        let max_reach = limit.div_ceil(8);
        let slots = if window.is_multiple_of(hop) { window.checked_div(hop).unwrap_or(0) } else { 0 };
        RankPlan {
            window,
            hop,
            count,
            limit,
            reach: inside.div_ceil(5).min(max_reach),
            max_reach,
            slots: if slots > MAX_SLOTS { 0 } else { slots },
            chunk: CHUNK.min(window),
        }
    }

    /// Elements of the store of an interval: after a move to the front it has room for a chunk.
    pub(super) fn store(&self) -> usize {
        rank::room(self.limit.saturating_add(self.chunk.saturating_mul(2)))
    }

    /// The slot `n` after another.
    pub(super) fn slot(&self, from: usize, n: usize) -> usize {
        from.saturating_add(n).checked_rem(self.slots).unwrap_or(0)
    }

    /// Words of temporary memory: a sample, the elements of an interval, or counters.
    pub(super) fn spare(&self) -> usize {
        rank::room(self.limit).max(select::BINS.saturating_mul(2))
    }

    /// Words of the states and hop counts, before the stores.
    pub(super) fn words(&self) -> usize {
        let each = self.slots.saturating_mul(RECORD).saturating_add(STATE);
        each.saturating_mul(self.count).saturating_add(COMMON)
    }

    pub(super) fn bytes(&self) -> Result<usize> {
        if self.window <= SMALL {
            return checked::mul(self.window, 4);
        }
        let stores = checked::mul(self.store(), self.count)?;
        checked::mul(checked::add(checked::add(self.words(), stores)?, self.spare())?, 4)
    }
}

/// State shared by all intervals of a stage.
pub(super) struct Tools<'a> {
    pub(super) level: Level,
    pub(super) plan: RankPlan,
    pub(super) chunk: [f32; CHUNK],
    /// Temporary memory; see [`RankPlan::spare`].
    pub(super) spare: &'a mut [u8],
    /// Slot of the oldest hop of the row.
    pub(super) oldest: usize,
    /// Element visits so far.
    pub(super) visits: u64,
}

impl Tools<'_> {
    /// The slot `n` hops after the oldest.
    pub(super) fn slot(&self, n: usize) -> usize {
        self.plan.slot(self.oldest, n)
    }

    pub(super) fn visit(&mut self, n: usize) {
        self.visits = self.visits.wrapping_add(checked::count(n));
    }
}
