//! The table of a comparison under caps, and what follows from it.

use crate::bench::Record;
use crate::report::numbers::{bytes, time, whole};

/// What is told, and what must not be.
pub(super) struct Verdict {
    pub(super) told: String,
    pub(super) failures: Vec<String>,
}

/// The runs of a cap and a mode.
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
        let mut values: Vec<f64> = self.ok().map(|r| of(r)).collect();
        values.sort_unstable_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    }

    fn most(&self, of: fn(&Record) -> u64) -> u64 {
        self.ok().map(|r| of(r)).max().unwrap_or(0)
    }
}

/// In the order in which they were run.
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

pub(super) fn draw(records: &[Record]) -> String {
    let (cap, mode) = ("memory", "mode");
    let mut out = format!("{cap:<16} {mode:<14}");
    for head in ["time", "processor", "peak RSS", "kernel's peak", "minor", "major"] {
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
                bytes(cell.most(|r| r.peak_rss_bytes)),
                kernel(cell.most(|r| r.kernel_peak_bytes)),
                whole(cell.most(|r| r.minor_faults)),
                whole(cell.most(|r| r.major_faults)),
            ];
            figures.iter().for_each(|f| out.push_str(&format!("{f:>14}")));
            out.push_str(&format!("  {:<16}", last.checksum));
        } else {
            // Of a run that was killed only the kernel knows anything.
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

/// The start of a long text; all of it is in the CSV file.
fn short(text: &str) -> String {
    const MOST: usize = 48;
    if text.chars().count() <= MOST { text.into() } else { text.chars().take(MOST).chain("...".chars()).collect() }
}

/// What the comparison shows. Rows that differ, and a sqrt run that was killed or took more than `most`, are failures.
pub(super) fn judge(records: &[Record], most: u64) -> Verdict {
    let (mut told, mut failures) = (String::new(), Vec::new());
    let ok: Vec<&Record> = records.iter().filter(|r| r.outcome == "ok").collect();
    let first = ok.first().map_or("", |r| &r.checksum);
    if ok.iter().any(|r| r.checksum != first || r.checksum.is_empty()) {
        failures.push("runs gave different rows".to_string());
    } else if ok.iter().any(|r| r.mode == "classic") && ok.iter().any(|r| r.mode == "sqrt") {
        told.push_str("All runs that came to their end gave the same rows, bit by bit.\n");
    } else {
        failures.push("nothing to compare: classic or sqrt never came to its end".into());
    }
    for r in records.iter().filter(|r| !r.mode.starts_with("classic") && r.outcome != "ok") {
        failures.push(format!("{} under {}: {}", r.mode, r.cap, r.outcome));
    }
    let cells = cells(records);
    for cell in cells.iter().filter(|c| c.mode.starts_with("classic")) {
        let lost = cell.runs.len() - cell.ok().count();
        if lost > 0 {
            let (why, all) = (&cell.runs[0].outcome, cell.runs.len());
            told.push_str(&format!(
                "{} in {}: {lost} of {all} runs did not come to their end ({why}).\n",
                cell.mode, cell.cap
            ));
        }
    }
    let sqrt: Vec<&Cell<'_>> = cells.iter().filter(|c| c.mode == "sqrt").collect();
    let peak = sqrt.iter().map(|c| c.most(|r| r.peak_rss_bytes)).max().unwrap_or(0);
    let major = sqrt.iter().map(|c| c.most(|r| r.major_faults)).max().unwrap_or(0);
    // The work area is of no file: its pages can only come back from swap.
    let swapped = sqrt.iter().map(|c| c.most(|r| r.swapped_in_pages.min(r.major_faults))).max().unwrap_or(0);
    told.push_str(&format!(
        "sqrt: the whole process took {} at most, with {} major faults: ",
        bytes(peak),
        whole(major)
    ));
    told.push_str(&match (major, swapped) {
        (0, _) => "none of its work area.\n".to_string(),
        (_, 0) => "none of its work area (nothing was swapped in), all of the program's own pages.\n".to_string(),
        (_, pages) => {
            format!("{} at most of its work area (so much was swapped in by the whole machine).\n", whole(pages))
        }
    });
    if peak > most {
        failures.push(format!("sqrt took {}, which is more than {}", bytes(peak), bytes(most)));
    }
    if let Some((open, capped)) = sqrt.split_first().filter(|(open, _)| open.cap == "no cap") {
        let ratio = |of: fn(&Record) -> f64, cell: &Cell<'_>| match (cell.median(of), open.median(of)) {
            (Some(a), Some(b)) if b > 0.0 => format!("{:.2}", a / b),
            _ => "?".into(),
        };
        for cell in capped {
            let (wall, cpu) = (ratio(|r| r.wall_s, cell), ratio(|r| r.cpu_s(), cell));
            told.push_str(&format!(
                "sqrt in {}: {wall} times its time without a cap, {cpu} times the processor time.\n",
                cell.cap
            ));
        }
    }
    Verdict { told, failures }
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
        assert!(verdict.told.contains("1.00 times its time without a cap"), "{}", verdict.told);
        assert!(verdict.told.contains("classic in 8 MiB: 1 of 1 runs did not"), "{}", verdict.told);
        assert_eq!(draw(&runs).matches("killed: out of memory").count(), 1);
        assert_eq!(judge(&runs, 4 << 20).failures.len(), 1, "too much memory");
        runs[3].outcome = "killed: out of memory".into();
        assert_eq!(judge(&runs, 8 << 20).failures, ["sqrt under 8 MiB: killed: out of memory"]);
        runs[3] = run("8 MiB", "sqrt", "ok", "ac");
        assert_eq!(judge(&runs, 8 << 20).failures, ["runs gave different rows"]);
        runs.retain(|r| r.mode == "classic");
        assert!(judge(&runs, 8 << 20).failures[0].starts_with("nothing to compare"));
    }
}
