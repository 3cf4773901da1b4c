//! What was considered for a plan, and why it came out as it did: text of the same numbers that decided.

use super::choose::{Candidate, NEAR_PERCENT};
use super::cost::{OPEN_WINDOWS, row_ns};
use super::{ALL, JobPlan, Mode, Order, Plan, PlannedRequest, Planner};
use crate::checked;
use crate::status::Result;
use crate::util::text::Text;
use crate::util::unsigned::{Count, Unsigned};

/// Takes the text, piece by piece.
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

    /// A number on the right of so many columns.
    fn wide(&mut self, n: u64, columns: usize) -> &mut Self {
        let mut text = Text::<20>::new();
        text.push_int(n.into());
        for _ in text.as_bytes().len()..columns {
            (self.put)(" ");
        }
        (self.put)(text.as_str());
        self
    }

    /// A text on the left of so many columns.
    fn left(&mut self, text: &str, columns: usize) -> &mut Self {
        (self.put)(text);
        for _ in text.len()..columns {
            (self.put)(" ");
        }
        self
    }

    /// A bound, where there is one.
    fn bound(&mut self, n: u64) -> &mut Self {
        if n == u64::MAX { self.text("none") } else { self.number(n).text(" bytes") }
    }
}

const HEADS: &str =
    "    order     block      work bytes          us =     stages      calls     copies     misses      fresh\n";

impl Planner<'_, '_> {
    /// Writes what was considered for `plan`, the answer to this planner, and what was taken.
    pub fn explain(&self, draft: &mut JobPlan<'_>, plan: &Plan, page: &mut Page<'_>) -> Result<()> {
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
        for served in plan.served() {
            self.explain_request(draft, served, page)?;
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

    fn explain_request(&self, draft: &mut JobPlan<'_>, served: &PlannedRequest, page: &mut Page<'_>) -> Result<()> {
        let name = self.graph.stages().get(served.request.stage).map(|s| s.name).unwrap_or_default();
        page.text("rows of ").text(name.as_str());
        page.text(if served.request.order == Order::Reverse { ", from the last to the first" } else { "" });
        match served.request.count {
            ALL => page.text(", all there are"),
            count => page.text(", up to ").number(count).text(" at a time"),
        };
        match (self.rows_of(served), served.request.count) {
            (Some(rows), ALL) if self.options.mode != Mode::Sqrt => {
                page.text(": ").number(rows).text(" rows of ").number(self.windows_of(served)).text(" windows\n")
            }
            (None, ALL) => page.text(": how many is not known\n"),
            _ => page.text("\n"),
        };
        if served.is_sweep() {
            return self.explain_sweep(served, page);
        }
        page.text(HEADS);
        let windows = self.windows_of(served);
        // The block may be smaller than any that was chosen among: for the budget.
        let mut shown = served.classic;
        if self.options.mode != Mode::Classic {
            let taken = |c: &Candidate| !served.classic && c.block == served.block;
            self.each_block(draft, Some(served.request.stage), windows, &mut |c| {
                shown = shown || taken(c);
                row(page, c, "sqrt", taken(c));
            })?;
        }
        if !shown {
            row(page, &self.candidate(draft, served)?, "sqrt", true);
        }
        let rival = self.as_classic(&PlannedRequest { classic: false, spilled: false, ..*served });
        let classic = if served.classic { Some(*served) } else { rival };
        if let Some(classic) = classic {
            let name = if classic.spilled { "in a file" } else { "classic" };
            match self.candidate(draft, &classic) {
                Ok(c) => row(page, &c, name, served.classic),
                Err(_) => {
                    page.text("    classic   does not fit the address space\n");
                }
            }
        }
        self.explain_block(page, served.block, Some(served));
        Ok(())
    }

    /// Why it is this order and block.
    fn explain_block(&self, page: &mut Page<'_>, block: u64, served: Option<&PlannedRequest>) {
        page.text("  taken: ");
        let near = |page: &mut Page<'_>| {
            page.text("the fewest bytes within ").number(NEAR_PERCENT).text(" % of the least estimate");
            page.text(", or what the budget allows\n");
        };
        match (self.options.mode, served) {
            (Mode::Classic, Some(s)) if s.spilled => {
                page.text("classic, as asked for, in a file: it is not to be, or does not fit, in memory\n");
            }
            (Mode::Classic, Some(_)) => {
                page.text("classic, as asked for\n");
            }
            (_, Some(s)) if s.spilled => {
                page.text("classic in a file: nothing else fits the budget\n");
            }
            (_, Some(s)) if s.classic => {
                page.text("classic: less is reckoned for it, or as little with no more bytes\n");
            }
            _ => {
                page.text("blocks of ").number(block).text(if block == 1 { " window: " } else { " windows: " });
                near(page);
            }
        }
        if let Some(s) = served.filter(|s| !s.classic && self.options.mode == Mode::Auto) {
            if self.graph.has_scans() {
                page.text("  classic was not considered: stages with state would start from row 0 for every range\n");
            } else if self.rows_of(s).is_none() {
                page.text("  classic was not considered: the number of windows is not known\n");
            }
        }
    }

    fn explain_sweep(&self, served: &PlannedRequest, page: &mut Page<'_>) -> Result<()> {
        page.text("  taken: a sweep of ")
            .number(checked::count(served.last_pass))
            .text(" passes behind the way ahead, tiles of ");
        page.number(served.leaf).text(" rows, ").number(served.slots).text(" snapshots");
        if served.tiles > 0 {
            page.text(", states kept for ").number(served.tiles).text(" tiles");
        }
        page.text("; ").number(checked::count(served.bytes.sat_add(served.slot_bytes).sat_add(served.tile_bytes)));
        page.text(" bytes, ").number(served.extra).text(" rows made again: ");
        page.text(if self.options.sweep.is_some() {
            "slots and tiles as asked for\n"
        } else if self.options.budget == u64::MAX {
            "the fewest bytes with which no row is made more than twice on a way down\n"
        } else {
            "of every split of the budget the one with the least work\n"
        });
        Ok(())
    }

    fn explain_rest(&self, plan: &Plan, page: &mut Page<'_>) {
        if plan.slots > 0 {
            page.text("checkpoints: ").number(plan.slots.into()).text(" of each stage with state, every ");
            page.number(plan.every).text(" windows while they are few");
            page.text(if self.options.checkpoint_every > 0 {
                ", as asked for\n"
            } else {
                ", where a block ends anyway\n"
            });
            self.explain_span(plan, page);
        }
        if plan.cache.len > 0 {
            page.text("row cache: ").number(checked::count(crate::store::cache::rows(plan.cache.len, plan.cache_row)));
            page.text(" rows in ").number(checked::count(plan.cache.len)).text(" bytes, ");
            page.text(if self.options.choose_lru { "of what is left of the budget\n" } else { "as asked for\n" });
        }
        page.text("work area ").number(checked::count(plan.bytes)).text(" bytes");
        if plan.spill.len > 0 {
            page.text(", file ").number(checked::count(plan.spill.len)).text(" bytes");
        }
        page.text("; the least budget that works is ").number(checked::count(plan.min_budget_bytes)).text(" bytes\n");
    }

    /// What a distance of checkpoints below the dependency span costs.
    fn explain_span(&self, plan: &Plan, page: &mut Page<'_>) {
        let spans = self.graph.inputs().iter().map(|i| (checked::div_ceil(i.window, i.hop), i.window.sat_sub(i.hop)));
        let Some((span, again)) = spans.max().filter(|(span, _)| plan.every < *span) else { return };
        page.text("  that is below the dependency span, ceil(window / hop) = ").number(span);
        page.text(" windows: rows are the same; going back to a checkpoint reads ").number(again);
        page.text(" samples again however near it is");
        let block = plan.served().filter(|s| !s.classic).map(|s| s.block).max().unwrap_or(1).max_u64(plan.stream_block);
        let calls = checked::div_ceil(block, plan.every.max_u64(1));
        if calls > 1 {
            page.text("; stages with state are called ").number(calls).text(" times a block instead of once");
        }
        page.text("\n");
    }
}

/// A line of the table.
fn row(page: &mut Page<'_>, c: &Candidate, order: &str, taken: bool) {
    let e = &c.estimate;
    page.text(if taken { "  * " } else { "    " }).left(order, 10);
    page.wide(c.block, 5).wide(checked::count(c.bytes), 16).wide(e.total() / 1000, 12).text("  ");
    for part in [e.stages, e.calls, e.copies, e.misses, e.fresh] {
        page.wide(part / 1000, 11);
    }
    page.text("\n");
}
