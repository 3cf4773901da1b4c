//! The figures of one run, as a line of CSV and as a JSON object.

use super::workload::Workload;
use crate::error::Result;
use crate::library::{Config, Plan, Stats};
use crate::report::cgroup;
use crate::report::json::{Object, field};
use crate::report::output::Output;
use crate::report::process::Took;
use std::path::Path;

/// The columns of the CSV file, which are also the fields of the JSON object.
#[rustfmt::skip]
pub(crate) const COLUMNS: [&str; 42] = [
    "workload", "mode", "cap", "sweep", "order", "outcome", "checksum", "n", "window", "hop", "iter", "k", "lru_bytes",
    "budget_bytes", "block", "plan_bytes", "peak_bytes", "peak_rss_bytes", "minor_faults", "major_faults", "read_bytes",
    "write_bytes", "disk_read_bytes", "disk_write_bytes", "stage_rows", "rows_out", "cache_hits", "cache_misses",
    "stage_bytes", "spill_bytes", "kernel_limit_bytes", "kernel_peak_bytes", "swapped_in_pages",
    "wall_s", "user_s", "sys_s", "cpu_s", "recompute_factor", "check1", "check2", "kept_every", "least_bytes",
];
/// Number of text columns, which come first.
const TEXTS: usize = 7;

/// The figures of a run.
#[derive(Clone, Default)]
pub(crate) struct Record {
    pub(crate) workload: String,
    pub(crate) mode: String,
    /// The memory limit, in a comparison under limits.
    pub(crate) cap: String,
    /// The parameter that a sweep varies.
    pub(crate) sweep: String,
    pub(crate) order: String,
    /// `ok`, `killed` with the reason, or the error.
    pub(crate) outcome: String,
    pub(crate) checksum: String,
    pub(crate) n: u64,
    pub(crate) window: u64,
    pub(crate) hop: u64,
    pub(crate) iter: u32,
    pub(crate) k: u64,
    pub(crate) lru_bytes: u64,
    pub(crate) budget_bytes: u64,
    pub(crate) block: u64,
    pub(crate) plan_bytes: u64,
    pub(crate) peak_bytes: u64,
    pub(crate) peak_rss_bytes: u64,
    pub(crate) minor_faults: u64,
    pub(crate) major_faults: u64,
    pub(crate) read_bytes: u64,
    pub(crate) write_bytes: u64,
    pub(crate) disk_read_bytes: u64,
    pub(crate) disk_write_bytes: u64,
    pub(crate) stage_rows: u64,
    pub(crate) rows_out: u64,
    pub(crate) cache_hits: u64,
    pub(crate) cache_misses: u64,
    /// Bytes of the computed rows, and used bytes of the spill file.
    pub(crate) stage_bytes: u64,
    pub(crate) spill_bytes: u64,
    /// Memory limit and peak of the control group, page cache included; 0 without a limit.
    pub(crate) kernel_limit_bytes: u64,
    pub(crate) kernel_peak_bytes: u64,
    /// Pages that the machine swapped in meanwhile.
    pub(crate) swapped_in_pages: u64,
    pub(crate) wall_s: f64,
    pub(crate) user_s: f64,
    pub(crate) sys_s: f64,
    pub(crate) recompute_factor: f64,
    pub(crate) check1: f64,
    pub(crate) check2: f64,
    pub(crate) kept_every: u64,
    pub(crate) least_bytes: u64,
}

impl Record {
    pub(crate) fn new(workload: Workload, deep: bool, mode: &str, config: &Config, n: u64) -> Record {
        Record {
            workload: format!("{}{}", workload.name(), if deep { " deep" } else { "" }),
            mode: mode.into(),
            order: "forward".into(),
            outcome: "ok".into(),
            n,
            window: config.window,
            hop: config.hop,
            k: config.checkpoint_every,
            lru_bytes: config.lru_bytes,
            budget_bytes: config.memory_budget_bytes,
            ..Record::default()
        }
    }

    /// Sets the time and the resources.
    pub(crate) fn took(&mut self, took: &Took) {
        let u = &took.usage;
        (self.wall_s, self.user_s, self.sys_s) = (took.wall_s, took.user_s, took.sys_s);
        self.peak_rss_bytes = u.peak_rss_bytes;
        (self.minor_faults, self.major_faults) = (u.minor_faults, u.major_faults);
        (self.read_bytes, self.write_bytes) = (u.read_bytes, u.write_bytes);
        (self.disk_read_bytes, self.disk_write_bytes) = (u.disk_read_bytes, u.disk_write_bytes);
        self.swapped_in_pages = took.swapped_in;
        if let Some(group) = cgroup::group() {
            (self.kernel_limit_bytes, self.kernel_peak_bytes) = (group.limit_bytes, group.peak_bytes);
        }
    }

    /// Sets the figures of the plan.
    pub(crate) fn planned(&mut self, plan: &Plan) {
        (self.block, self.plan_bytes) = (plan.block_windows, plan.work_bytes);
        (self.recompute_factor, self.kept_every) = (plan.recompute_factor, plan.checkpoint_every);
        self.least_bytes = plan.min_budget_bytes;
    }

    /// Sets the statistics of the pipeline.
    pub(crate) fn did(&mut self, stats: &Stats) {
        (self.peak_bytes, self.stage_rows, self.rows_out) = (stats.peak_bytes, stats.stage_rows, stats.delivered_rows);
        (self.cache_hits, self.cache_misses) = (stats.row_cache_hits, stats.row_cache_misses);
        (self.stage_bytes, self.spill_bytes) = (stats.stage_bytes, stats.spill_bytes);
    }

    /// CPU time.
    pub(crate) fn cpu_s(&self) -> f64 {
        self.user_s + self.sys_s
    }

    fn texts(&self) -> [&str; TEXTS] {
        [&self.workload, &self.mode, &self.cap, &self.sweep, &self.order, &self.outcome, &self.checksum]
    }

    /// The integers, in the order of the columns after the texts.
    #[rustfmt::skip]
    fn wholes(&self) -> [u64; 26] {
        let iter = u64::from(self.iter);
        [
            self.n, self.window, self.hop, iter, self.k, self.lru_bytes, self.budget_bytes, self.block, self.plan_bytes,
            self.peak_bytes, self.peak_rss_bytes, self.minor_faults, self.major_faults, self.read_bytes,
            self.write_bytes, self.disk_read_bytes, self.disk_write_bytes, self.stage_rows, self.rows_out,
            self.cache_hits, self.cache_misses, self.stage_bytes, self.spill_bytes, self.kernel_limit_bytes,
            self.kernel_peak_bytes, self.swapped_in_pages,
        ]
    }

    /// The remaining columns; the last two are integers.
    fn reals(&self) -> [f64; 9] {
        let (every, min) = (self.kept_every as f64, self.least_bytes as f64);
        let factor = self.recompute_factor;
        [self.wall_s, self.user_s, self.sys_s, self.cpu_s(), factor, self.check1, self.check2, every, min]
    }

    pub(crate) fn json(&self) -> String {
        let (texts, wholes) = (self.texts(), self.wholes());
        let mut o = Object::new();
        for (i, key) in COLUMNS.iter().enumerate() {
            o = match i {
                _ if i < TEXTS => o.text(key, texts[i]),
                _ if i < TEXTS + wholes.len() => o.whole(key, wholes[i - TEXTS]),
                _ => o.real(key, self.reals()[i - TEXTS - wholes.len()]),
            };
        }
        o.close()
    }

    /// Reads a record from the fields of a JSON object or of a line of CSV; `get` returns a field by its key.
    pub(crate) fn read<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Record {
        let text = |key| get(key).unwrap_or_default().to_string();
        let real = |key| get(key).and_then(|v| v.parse::<f64>().ok()).unwrap_or(f64::NAN);
        let whole = |key| get(key).and_then(|v| v.parse::<u64>().ok()).unwrap_or(0);
        Record {
            workload: text("workload"),
            mode: text("mode"),
            cap: text("cap"),
            sweep: text("sweep"),
            order: text("order"),
            outcome: text("outcome"),
            checksum: text("checksum"),
            n: whole("n"),
            window: whole("window"),
            hop: whole("hop"),
            iter: whole("iter") as u32,
            k: whole("k"),
            lru_bytes: whole("lru_bytes"),
            budget_bytes: whole("budget_bytes"),
            block: whole("block"),
            plan_bytes: whole("plan_bytes"),
            peak_bytes: whole("peak_bytes"),
            peak_rss_bytes: whole("peak_rss_bytes"),
            minor_faults: whole("minor_faults"),
            major_faults: whole("major_faults"),
            read_bytes: whole("read_bytes"),
            write_bytes: whole("write_bytes"),
            disk_read_bytes: whole("disk_read_bytes"),
            disk_write_bytes: whole("disk_write_bytes"),
            stage_rows: whole("stage_rows"),
            rows_out: whole("rows_out"),
            cache_hits: whole("cache_hits"),
            cache_misses: whole("cache_misses"),
            stage_bytes: whole("stage_bytes"),
            spill_bytes: whole("spill_bytes"),
            kernel_limit_bytes: whole("kernel_limit_bytes"),
            kernel_peak_bytes: whole("kernel_peak_bytes"),
            swapped_in_pages: whole("swapped_in_pages"),
            wall_s: real("wall_s"),
            user_s: real("user_s"),
            sys_s: real("sys_s"),
            recompute_factor: real("recompute_factor"),
            check1: real("check1"),
            check2: real("check2"),
            kept_every: whole("kept_every"),
            least_bytes: whole("least_bytes"),
        }
    }

    pub(crate) fn from_json(json: &str) -> Record {
        Record::read(|key| field(json, key))
    }

    /// The line `samples wall_s user_s sys_s maxrss_KiB check1 check2`.
    pub(crate) fn line(&self) -> String {
        let kib = self.peak_rss_bytes / 1024;
        let (wall, user, sys) = (self.wall_s, self.user_s, self.sys_s);
        format!("{} {wall:.6} {user:.4} {sys:.4} {kib} {:.8} {:.8}\n", self.n, self.check1, self.check2)
    }
}

/// Writes records as CSV with a heading.
pub(crate) fn save(path: &Path, records: &[Record]) -> Result<()> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(COLUMNS)?;
    for r in records {
        let texts = r.texts().map(str::to_string);
        let numbers = r.wholes().map(|v| v.to_string()).into_iter().chain(r.reals().map(|v| v.to_string()));
        out.write_record(texts.into_iter().chain(numbers))?;
    }
    let bytes = out.into_inner()?;
    Ok(Output::write(path, |file| std::io::Write::write_all(file, &bytes))?)
}

/// Reads a file that [`save`] wrote. Columns may be missing or in another order.
pub(crate) fn load(path: &Path) -> Result<Vec<Record>> {
    let error = |what: String| format!("{}: {what}", path.display());
    let text = std::fs::read_to_string(path).map_err(|e| error(e.to_string()))?;
    let mut lines = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let heading = lines.headers().map_err(|e| error(e.to_string()))?.clone();
    let column = |key: &str| heading.iter().position(|h| h == key);
    if ["workload", "mode", "wall_s"].into_iter().any(|key| column(key).is_none()) {
        return Err(error("not a CSV file of `bench`: the heading lacks workload, mode or wall_s".into()).into());
    }
    let mut records = Vec::new();
    for line in lines.records() {
        let line = line.map_err(|e| error(e.to_string()))?;
        records.push(Record::read(|key| line.get(column(key)?)));
    }
    if records.is_empty() { Err(error("the file has no runs".into()).into()) } else { Ok(records) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_and_json_are_read_back() {
        let mut r =
            Record { workload: "logs".into(), mode: "sqrt".into(), outcome: "a, \"b\"".into(), ..Record::default() };
        (r.n, r.iter, r.cache_misses, r.wall_s, r.user_s, r.sys_s) = (20_000_000, 3, 7, 0.5, 0.25, 0.125);
        (r.recompute_factor, r.check2, r.least_bytes) = (1.5, -2.5, 99);
        let path = std::env::temp_dir().join(format!("sqrtspace-record-{}.csv", std::process::id()));
        save(&path, &[r.clone(), r.clone()]).unwrap();
        let read = load(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(read.len(), 2);
        for got in [&read[1], &Record::from_json(&r.json())] {
            assert_eq!(got.wholes(), r.wholes());
            assert_eq!(got.reals(), r.reals());
        }
        assert_eq!(read[0].texts(), r.texts());
        assert_eq!(TEXTS + r.wholes().len() + r.reals().len(), COLUMNS.len());
    }
}
