//! The table of a comparison under memory limits, and its evaluation.

use crate::bench::Record;
use crate::report::numbers::{bytes, median, time, whole};

/// The evaluation of a comparison.
pub(super) struct Verdict {
    /// The findings, in sentences.
    pub(super) text: String,
    pub(super) failures: Vec<String>,
}

/// The runs with one limit and mode.
struct Cell<'a> {
    cap: &'a str,
    mode: &'a str,
    runs: Vec<&'a Record>,
}

impl Cell<'_> {
    fn ok(&self) -> impl Iterator<Item = &&Record> {
        self.runs.iter().filter(|r| r.outcome == "ok")
    }

    fn median(&self, of: fn(&Record) -> f64) -> Option<f64> {
        median(self.ok().map(|r| of(r)))
    }

    fn max(&self, of: fn(&Record) -> u64) -> u64 {
        self.ok().map(|r| of(r)).max().unwrap_or(0)
    }
}

/// Groups records by limit and mode, in the order of the runs.
fn cells(records: &[Record]) -> Vec<Cell<'_>> {
    let mut cells: Vec<Cell<'_>> = Vec::new();
    for r in records {
        match cells.iter_mut().find(|c| c.cap == r.cap && c.mode == r.mode) {
            Some(cell) => cell.runs.push(r),
            None => cells.push(Cell { cap: &r.cap, mode: &r.mode, runs: vec![r] }),
        }
    }
    cells
}

/// Draws the table.
pub(super) fn draw(records: &[Record]) -> String {
    let (cap, mode) = ("memory", "mode");
    let mut out = format!("{cap:<16} {mode:<14}");
    for head in ["time", "CPU time", "peak RSS", "kernel's peak", "minor faults", "major faults"] {
        out.push_str(&format!("{head:>14}"));
    }
    out.push_str("  checksum          outcome\n");
    let mut before = "";
    for cell in cells(records) {
        let cap = if cell.cap == before { "" } else { cell.cap };
        if !cap.is_empty() && !before.is_empty() {
            out.push('\n');
        }
        before = cell.cap;
        out.push_str(&format!("{cap:<16} {:<14}", cell.mode));
        let kernel = |bytes_: u64| if bytes_ > 0 { bytes(bytes_) } else { "-".into() };
        if let (Some(wall), Some(cpu), Some(last)) =
            (cell.median(|r| r.wall_s), cell.median(|r| r.cpu_s()), cell.ok().last())
        {
            let figures = [
                time(wall),
                time(cpu),
                bytes(cell.max(|r| r.peak_rss_bytes)),
                kernel(cell.max(|r| r.kernel_peak_bytes)),
                whole(cell.max(|r| r.minor_faults)),
                whole(cell.max(|r| r.major_faults)),
            ];
            figures.iter().for_each(|f| out.push_str(&format!("{f:>14}")));
            out.push_str(&format!("  {:<16}", last.checksum));
        } else {
            // A killed run has only the figures of the kernel.
            let peak = cell.runs.iter().map(|r| r.kernel_peak_bytes).max().unwrap_or(0);
            ["-", "-", "-", &kernel(peak), "-", "-"].iter().for_each(|f| out.push_str(&format!("{f:>14}")));
            out.push_str(&format!("  {:<16}", "-"));
        }
        let lost: Vec<&&Record> = cell.runs.iter().filter(|r| r.outcome != "ok").collect();
        out.push_str(&match (lost.first(), cell.runs.len()) {
            (None, _) => "  ok\n".to_string(),
            (Some(r), 1) => format!("  {}\n", short(&r.outcome)),
            (Some(r), all) => format!("  {} ({} of {all})\n", short(&r.outcome), lost.len()),
        });
    }
    out
}

/// The start of a long text. The CSV file has all of it.
fn short(text: &str) -> String {
    const MAX: usize = 48;
    if text.chars().count() <= MAX { text.into() } else { text.chars().take(MAX).chain("...".chars()).collect() }
}

/// Evaluates the comparison. Failures are: rows that differ, and a run of the sqrt order that did not complete or whose
/// resident memory exceeded `max` bytes.
pub(super) fn judge(records: &[Record], max: u64) -> Verdict {
    let (mut text, mut failures) = (String::new(), Vec::new());
    let ok: Vec<&Record> = records.iter().filter(|r| r.outcome == "ok").collect();
    let first = ok.first().map_or("", |r| &r.checksum);
    if ok.iter().any(|r| r.checksum != first || r.checksum.is_empty()) {
        failures.push("the rows of the runs differ".to_string());
    } else if ok.iter().any(|r| r.mode == "classic") && ok.iter().any(|r| r.mode == "sqrt") {
        text.push_str("The rows of all completed runs are bit-identical.\n");
    } else {
        failures.push("nothing to compare: no classic run or no sqrt run completed".into());
    }
    for r in records.iter().filter(|r| !r.mode.starts_with("classic") && r.outcome != "ok") {
        failures.push(format!("{} under {}: {}", r.mode, r.cap, r.outcome));
    }
    let cells = cells(records);
    for cell in cells.iter().filter(|c| c.mode.starts_with("classic")) {
        let lost = cell.runs.len() - cell.ok().count();
        if lost > 0 {
            let (why, all) = (&cell.runs[0].outcome, cell.runs.len());
            text.push_str(&format!("{} in {}: {lost} of {all} runs did not complete ({why}).\n", cell.mode, cell.cap));
        }
    }
    let sqrt: Vec<&Cell<'_>> = cells.iter().filter(|c| c.mode == "sqrt").collect();
    let peak = sqrt.iter().map(|c| c.max(|r| r.peak_rss_bytes)).max().unwrap_or(0);
    text.push_str(&memory(&sqrt, peak));
    if peak > max {
        failures.push(format!("the sqrt order used {}, more than {}", bytes(peak), bytes(max)));
    }
    text.push_str(&slowdown(&sqrt));
    Verdict { text, failures }
}

/// The resident memory and the major page faults of the sqrt order.
fn memory(sqrt: &[&Cell<'_>], peak: u64) -> String {
    let major = sqrt.iter().map(|c| c.max(|r| r.major_faults)).max().unwrap_or(0);
    // The work area has no file, so its pages can be paged in only from swap.
    let swapped = sqrt.iter().map(|c| c.max(|r| r.swapped_in_pages.min(r.major_faults))).max().unwrap_or(0);
    let of_work_area = match (major, swapped) {
        (0, _) => String::new(),
        (_, 0) => ", none in its work area (nothing was swapped in)".to_string(),
        (_, pages) => format!(", at most {} in its work area (the pages that the machine swapped in)", whole(pages)),
    };
    let (peak, major) = (bytes(peak), whole(major));
    format!("sqrt: at most {peak} resident in the process, and {major} major page faults{of_work_area}.\n")
}

/// The times of the sqrt order under limits relative to its times without a limit.
fn slowdown(sqrt: &[&Cell<'_>]) -> String {
    let mut out = String::new();
    let Some((open, capped)) = sqrt.split_first().filter(|(open, _)| open.cap == "no cap") else { return out };
    let ratio = |of: fn(&Record) -> f64, cell: &Cell<'_>| match (cell.median(of), open.median(of)) {
        (Some(a), Some(b)) if b > 0.0 => format!("{:.2}", a / b),
        _ => "?".into(),
    };
    for cell in capped {
        let (wall, cpu) = (ratio(|r| r.wall_s, cell), ratio(Record::cpu_s, cell));
        out.push_str(&format!(
            "sqrt in {}: {wall} times the time and {cpu} times the CPU time of the run without a limit.\n",
            cell.cap
        ));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(cap: &str, mode: &str, outcome: &str, checksum: &str) -> Record {
        Record {
            cap: cap.into(),
            mode: mode.into(),
            outcome: outcome.into(),
            checksum: checksum.into(),
            peak_rss_bytes: 5 << 20,
            wall_s: 2.0,
            ..Record::default()
        }
    }

    #[test]
    fn a_killed_classic_run_is_a_result_and_a_killed_sqrt_run_a_failure() {
        let mut runs = vec![
            run("no cap", "classic", "ok", "ab"),
            run("no cap", "sqrt", "ok", "ab"),
            run("8 MiB", "classic", "killed: out of memory", ""),
            run("8 MiB", "sqrt", "ok", "ab"),
        ];
        let verdict = judge(&runs, 8 << 20);
        assert!(verdict.failures.is_empty(), "{:?}", verdict.failures);
        assert!(verdict.text.contains("1.00 times the time"), "{}", verdict.text);
        assert!(verdict.text.contains("classic in 8 MiB: 1 of 1 runs did not complete"), "{}", verdict.text);
        assert_eq!(draw(&runs).matches("killed: out of memory").count(), 1);
        assert_eq!(judge(&runs, 4 << 20).failures.len(), 1, "the memory exceeds the maximum");
        runs[3].outcome = "killed: out of memory".into();
        assert_eq!(judge(&runs, 8 << 20).failures, ["sqrt under 8 MiB: killed: out of memory"]);
        runs[3] = run("8 MiB", "sqrt", "ok", "ac");
        assert_eq!(judge(&runs, 8 << 20).failures, ["the rows of the runs differ"]);
        runs.retain(|r| r.mode == "classic");
        assert!(judge(&runs, 8 << 20).failures[0].starts_with("nothing to compare"));
    }
}
