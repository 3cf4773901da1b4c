//! Logs: quantiles of latencies over overlapping windows.
//!
//! The bench takes median and 95th percentile, and an alert where the latter is over a limit. The demo looks for changes:
//! ```text
//! samples -> p50, p95, p99 -> log1p -> p95 -> baseline -> surprise -> CUSUM -> alert
//! pieces  -> log1p -> histogram -> rolling histogram
//! ```
//! `log1p` grows with its argument: the quantiles of logarithms are the logarithms of quantiles, so the windows that
//! overlap need not be taken the logarithm of again and again. The pieces are a second input: the newest hop of each window.

use crate::library::{Custom, Failure, Made, Pipeline, Shape, Sight, Stage, from};

/// Samples in a window of the bench.
pub(crate) const BENCH_WINDOW: u64 = 32768;
/// Samples from window to window of the bench.
pub(crate) const BENCH_HOP: u64 = 4096;
/// Numbers in a row of the bench: p50, p95, alert.
pub(crate) const BENCH_ROW_LEN: usize = 3;
/// The limit of p95.
const LIMIT: f64 = 25.0;

/// Samples in a window of the demo.
pub(crate) const WINDOW: u64 = 8192;
/// Samples from window to window of the demo.
pub(crate) const HOP: u64 = 1024;
/// The stages of the demo, for people.
pub(crate) const STAGES: &str =
    "p50, p95, p99 -> log1p -> surprise -> cusum -> alert; pieces -> log1p -> histogram -> rolling histogram";
/// How many stages of the demo work on a window.
pub(crate) const STAGE_COUNT: u64 = 11;
/// Bins of the histogram, over 0 to [`TOP`] of log1p.
pub(crate) const BINS: usize = 40;
pub(crate) const TOP: f64 = 10.0;
/// Numbers in a row: p50, p95, p99, sum of the detector, alert, histogram.
pub(crate) const ROW_LEN: usize = 5 + BINS;

/// Rows whose mean is the baseline, in the sense of an exponential one.
const SPAN: f64 = 256.0;
/// Logarithms that a row may lie above the baseline, and what may add up.
const DRIFT: f64 = 0.1;
const THRESHOLD: f64 = 0.3;
/// An alert ends where the surprise is less than this.
const CALM: f32 = 0.1;

/// Registers the stages of the bench, and says whose rows are the result.
pub(crate) fn lean(p: &mut Pipeline) -> Result<Stage, Failure> {
    p.builtin(c"quantile", c"quantiles", from(c"input"), &[(c"q", &[0.5, 0.95])])?;
    p.builtin(c"band", c"p95", from(c"quantiles"), &[(c"from", &[1.0]), (c"to", &[2.0])])?;
    p.builtin(c"threshold", c"alert", from(c"p95"), &[(c"level", &[LIMIT])])?;
    p.join(c"latency", &[c"quantiles", c"alert"], BENCH_ROW_LEN)
}

/// Why these windows cannot be worked on.
pub(crate) fn refuse(window: u64, hop: u64) -> Option<String> {
    let whole = window.is_multiple_of(hop) && window / hop <= 4096;
    (!whole).then(|| format!("the rolling histogram takes a window of 1 to 4096 hops: {window} is none of {hop}"))
}

/// The second input of the demo, to be read from sample `window - hop` on: gives its number.
pub(crate) fn pieces(p: &mut Pipeline, hop: u64) -> Result<u32, Failure> {
    p.input(c"pieces", hop, hop)
}

/// Registers the stages of the demo, and says whose rows are the result.
pub(crate) fn build(p: &mut Pipeline, window: u64, hop: u64) -> Result<Stage, Failure> {
    let len = |len| Shape { len, ..Shape::default() };
    p.builtin(c"quantile", c"quantiles", from(c"input"), &[(c"q", &[0.5, 0.95, 0.99])])?;
    p.custom(c"log_quantiles", &[from(c"quantiles")], len(3), Log)?;
    p.builtin(c"band", c"p95", from(c"log_quantiles"), &[(c"from", &[1.0]), (c"to", &[2.0])])?;
    p.builtin(c"ema", c"baseline", from(c"p95"), &[(c"span", &[SPAN])])?;
    p.custom(c"surprise", &[from(c"p95"), from(c"baseline").halo(1, 0).clamped()], len(1), Surprise)?;
    p.builtin(c"cusum", c"change", from(c"surprise"), &[(c"drift", &[DRIFT]), (c"threshold", &[THRESHOLD])])?;
    p.custom(c"alert", &[from(c"change"), from(c"surprise")], Shape { state: 1, ..len(2) }, Alert)?;
    p.custom(c"log", &[from(c"pieces")], len(hop as usize), Log)?;
    let bins = [(c"lo", &[0.0][..]), (c"hi", &[TOP]), (c"bins", &[BINS as f64]), (c"clamp", &[1.0])];
    p.builtin(c"histogram", c"histogram", from(c"log"), &bins)?;
    let back = (window / hop - 1) as u32;
    p.custom(c"rolling", &[from(c"histogram").halo(back, 0)], len(BINS), Rolling { back })?;
    p.join(c"findings", &[c"quantiles", c"alert", c"rolling"], ROW_LEN)
}

/// `log(1 + x)` of each number.
struct Log;

impl Custom for Log {
    fn row(&self, _: u64, sees: Sight<'_>, made: &mut Made<'_>) {
        made.out.iter_mut().zip(sees.row(0, 0)).for_each(|(y, x)| *y = x.ln_1p());
    }
}

/// By how much a row is above the baseline of the row before.
struct Surprise;

impl Custom for Surprise {
    fn row(&self, _: u64, sees: Sight<'_>, made: &mut Made<'_>) {
        made.out[0] = sees.row(0, 0)[0] - sees.row(1, -1)[0];
    }
}

/// The sum of the detector, and whether there is an alert: from the detector's alarm on until the surprise is over.
struct Alert;

impl Custom for Alert {
    fn row(&self, _: u64, sees: Sight<'_>, made: &mut Made<'_>) {
        let (change, surprise) = (sees.row(0, 0), sees.row(1, 0)[0]);
        let raised = change[2] > 0.0;
        let on = raised || (made.state[0] != 0.0 && surprise >= CALM);
        made.state[0] = f64::from(u8::from(on));
        (made.out[0], made.out[1]) = (change[0], f32::from(u8::from(on)));
    }
}

/// The sum of the histograms of a window's pieces (of the first windows of those from the first whole one on).
struct Rolling {
    back: u32,
}

impl Custom for Rolling {
    fn row(&self, _: u64, sees: Sight<'_>, made: &mut Made<'_>) {
        made.out.fill(0.0);
        for back in 0..=self.back as isize {
            // Whole numbers up to 2^24 are exact.
            made.out.iter_mut().zip(sees.counts(0, -back)).for_each(|(y, n)| *y += *n as f32);
        }
    }
}
