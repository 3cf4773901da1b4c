//! The candidates of a plan and the reasons for the choice, as text with the numbers that decided.

use super::areas::Plan;
use super::choose::{Candidate, NEAR_PERCENT};
use super::cost::{OPEN_WINDOWS, row_ns};
use super::job::JobPlan;
use super::planner::Planner;
use super::request::{ALL, Mode, Order, PlannedRequest, SweepPlan};
use crate::checked;
use crate::status::Result;
use crate::util::text::Text;
use crate::util::unsigned::{Count, Unsigned};

/// Where the text goes, piece by piece.
pub struct Page<'a> {
    put: &'a mut dyn FnMut(&str),
}

impl<'a> Page<'a> {
    /// A page whose pieces go to `put`.
    pub fn new(put: &'a mut dyn FnMut(&str)) -> Self {
        Page { put }
    }

    fn text(&mut self, text: &str) -> &mut Self {
        (self.put)(text);
        self
    }

    fn number(&mut self, n: u64) -> &mut Self {
        self.wide(n, 0)
    }

    /// A number, right-aligned in `columns` columns.
    fn wide(&mut self, n: u64, columns: usize) -> &mut Self {
        let mut text = Text::<20>::new();
        text.push_signed(false, n);
        for _ in text.as_bytes().len()..columns {
            (self.put)(" ");
        }
        (self.put)(text.as_str());
        self
    }

    /// A text, left-aligned in `columns` columns.
    fn left(&mut self, text: &str, columns: usize) -> &mut Self {
        (self.put)(text);
        for _ in text.len()..columns {
            (self.put)(" ");
        }
        self
    }

    /// A bound in bytes, or `none`.
    fn bound(&mut self, n: u64) -> &mut Self {
        if n == u64::MAX { self.text("none") } else { self.number(n).text(" bytes") }
    }
}

const HEADS: &str =
    "    order     block      work bytes          us =     stages      calls     copies     misses      fresh\n";

impl Planner<'_, '_> {
    /// Writes the candidates for `plan`, which this planner computed, and the choice.
    pub(crate) fn explain(&self, draft: &mut JobPlan<'_>, plan: &Plan, page: &mut Page<'_>) -> Result<()> {
        let mode = match self.options.mode {
            Mode::Auto => "auto",
            Mode::Classic => "classic",
            Mode::Sqrt => "sqrt",
        };
        page.text("mode ").text(mode).text(", memory budget ").bound(self.options.budget);
        page.text(", cache ").number(self.options.cache_bytes).text(" bytes");
        page.text(if self.options.spill { ", classic may spill into a file\n" } else { "\n" });
        self.explain_stages(page);
        if plan.stream_block > 0 {
            page.text("opened outputs: a stream of unknown length\n").text(HEADS);
            self.each_block(draft, None, OPEN_WINDOWS, &mut |c| row(page, c, "sqrt", c.block == plan.stream_block))?;
            self.explain_block(page, plan.stream_block, None);
        }
        if self.options.stream_only {
            page.text("no requests: the pipeline only streams\n");
        }
        for planned in plan.requests() {
            self.explain_request(draft, planned, page)?;
        }
        self.explain_rest(plan, page);
        Ok(())
    }

    fn explain_stages(&self, page: &mut Page<'_>) {
        page.text("stages, in nanoseconds a row:");
        for stage in self.graph.stages() {
            page.text(" ").text(stage.name.as_str()).text(" ").number(row_ns(self.graph, stage));
            page.text(if stage.cost_ns > 0 { "" } else { " (by its bytes)" });
        }
        page.text("\n");
    }

    fn explain_request(&self, draft: &mut JobPlan<'_>, planned: &PlannedRequest, page: &mut Page<'_>) -> Result<()> {
        let name = self.graph.stages().get(planned.request.stage).map(|s| s.name).unwrap_or_default();
        page.text("rows of ").text(name.as_str());
        page.text(if planned.request.order == Order::Reverse { ", from the last to the first" } else { "" });
        match planned.request.count {
            ALL => page.text(", all rows"),
            count => page.text(", up to ").number(count).text(" at a time"),
        };
        match (self.rows_of(planned), planned.request.count) {
            (Some(rows), ALL) if self.options.mode != Mode::Sqrt => {
                page.text(": ").number(rows).text(" rows of ").number(self.windows_of(planned)).text(" windows\n")
            }
            (None, ALL) => page.text(": their number is unknown\n"),
            _ => page.text("\n"),
        };
        if let Some(sweep) = planned.sweep() {
            self.explain_sweep(planned, sweep, page);
            return Ok(());
        }
        page.text(HEADS);
        let windows = self.windows_of(planned);
        // The budget may have made the block smaller than every candidate.
        let mut shown = planned.is_classic();
        if self.options.mode != Mode::Classic {
            let taken = |c: &Candidate| !planned.is_classic() && c.block == planned.block;
            self.each_block(draft, Some(planned.request.stage), windows, &mut |c| {
                shown = shown || taken(c);
                row(page, c, "sqrt", taken(c));
            })?;
        }
        if !shown {
            row(page, &self.candidate(draft, planned)?, "sqrt", true);
        }
        let classic = if planned.is_classic() { Some(*planned) } else { self.as_classic(planned) };
        if let Some(classic) = classic {
            let name = if classic.is_spilled() { "in a file" } else { "classic" };
            match self.candidate(draft, &classic) {
                Ok(c) => row(page, &c, name, planned.is_classic()),
                Err(_) => {
                    page.text("    classic   does not fit the address space\n");
                }
            }
        }
        self.explain_block(page, planned.block, Some(planned));
        Ok(())
    }

    /// Writes why this order and block were chosen.
    fn explain_block(&self, page: &mut Page<'_>, block: u64, planned: Option<&PlannedRequest>) {
        page.text("  taken: ");
        let near = |page: &mut Page<'_>| {
            page.text("the fewest bytes within ").number(NEAR_PERCENT).text(" % of the lowest estimate");
            page.text(", or what the budget allows\n");
        };
        match (self.options.mode, planned) {
            (Mode::Classic, Some(s)) if s.is_spilled() => {
                page.text("classic, as requested, in a file: it does not fit the budget, or no budget is set\n");
            }
            (Mode::Classic, Some(_)) => {
                page.text("classic, as requested\n");
            }
            (_, Some(s)) if s.is_spilled() => {
                page.text("classic in a file: nothing else fits the budget\n");
            }
            (_, Some(s)) if s.is_classic() => {
                page.text("classic: its estimate is lower, or about the same with no more bytes\n");
            }
            _ => {
                page.text("blocks of ").number(block).text(if block == 1 { " window: " } else { " windows: " });
                near(page);
            }
        }
        if let Some(s) = planned.filter(|s| !s.is_classic() && self.options.mode == Mode::Auto) {
            if self.graph.has_scans() {
                page.text("  classic was not considered: stages with state would start from row 0 for every range\n");
            } else if self.rows_of(s).is_none() {
                page.text("  classic was not considered: the number of windows is not known\n");
            }
        }
    }

    fn explain_sweep(&self, planned: &PlannedRequest, sweep: &SweepPlan, page: &mut Page<'_>) {
        page.text("  taken: a sweep of ")
            .number(checked::count(sweep.last_pass))
            .text(" passes after the first forward one, tiles of ");
        page.number(sweep.tile_rows).text(" rows, ").number(sweep.slots).text(" snapshots");
        if sweep.tiles > 0 {
            page.text(", states kept for ").number(sweep.tiles).text(" tiles");
        }
        page.text("; ").number(checked::count(planned.bytes.sat_add(sweep.kept_bytes())));
        page.text(" bytes, ").number(sweep.extra).text(" rows recomputed: ");
        page.text(if self.options.sweep.is_some() {
            "slots and tiles as requested\n"
        } else if self.options.budget == u64::MAX {
            "the fewest bytes with which no row is computed more than twice in a backward pass\n"
        } else {
            "the split of the budget with the smallest amount of work\n"
        });
    }

    fn explain_rest(&self, plan: &Plan, page: &mut Page<'_>) {
        if plan.slots > 0 {
            page.text("checkpoints: ").number(plan.slots.into()).text(" per stage with state, every ");
            page.number(plan.every).text(" windows while slots are free");
            page.text(if self.options.checkpoint_every > 0 { ", as requested\n" } else { ", at the ends of blocks\n" });
            self.explain_span(plan, page);
        }
        if plan.cache.len > 0 {
            page.text("row cache: ").number(checked::count(crate::store::cache::rows(plan.cache.len, plan.cache_row)));
            page.text(" rows in ").number(checked::count(plan.cache.len)).text(" bytes, ");
            page.text(if self.options.choose_lru { "from the rest of the budget\n" } else { "as requested\n" });
        }
        page.text("work area ").number(checked::count(plan.bytes)).text(" bytes");
        if plan.spill.len > 0 {
            page.text(", file ").number(checked::count(plan.spill.len)).text(" bytes");
        }
        page.text("; the minimum budget is ").number(checked::count(plan.min_budget_bytes)).text(" bytes\n");
    }

    /// Writes the cost of checkpoints that are closer to each other than the dependency span.
    fn explain_span(&self, plan: &Plan, page: &mut Page<'_>) {
        let spans = self.graph.inputs().iter().map(|i| (checked::div_ceil(i.window, i.hop), i.window.sat_sub(i.hop)));
        let Some((span, again)) = spans.max().filter(|(span, _)| plan.every < *span) else { return };
        page.text("  that is below the dependency span, ceil(window / hop) = ").number(span);
        page.text(" windows: rows are the same; going back to a checkpoint reads ").number(again);
        page.text(" samples again however near it is");
        let calls = checked::div_ceil(plan.largest_block(), plan.every.max_u64(1));
        if calls > 1 {
            page.text("; stages with state are called ").number(calls).text(" times a block instead of once");
        }
        page.text("\n");
    }
}

/// Writes a line of the table.
fn row(page: &mut Page<'_>, c: &Candidate, order: &str, taken: bool) {
    let e = &c.estimate;
    page.text(if taken { "  * " } else { "    " }).left(order, 10);
    page.wide(c.block, 5).wide(checked::count(c.bytes), 16).wide(e.total() / 1000, 12).text("  ");
    for part in [e.stages, e.calls, e.copies, e.misses, e.fresh] {
        page.wide(part / 1000, 11);
    }
    page.text("\n");
}
