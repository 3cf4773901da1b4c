//! Logs: windows of latencies -> median and 95th percentile, and an alert where the latter is over the limit.

use crate::library::{Failure, Pipeline, Stage};

/// Samples in a window.
pub(crate) const WINDOW: u64 = 32768;
/// Samples from window to window.
pub(crate) const HOP: u64 = 4096;
/// Numbers in a row: p50, p95, alert.
pub(crate) const ROW_LEN: usize = 3;
/// The limit of p95.
const LIMIT: f64 = 25.0;

/// Registers the stages, and says whose rows are the result.
pub(crate) fn build(p: &mut Pipeline) -> Result<Stage, Failure> {
    p.builtin(c"quantile", c"quantiles", c"input", &[(c"q", &[0.5, 0.95])])?;
    p.builtin(c"band", c"p95", c"quantiles", &[(c"from", &[1.0]), (c"to", &[2.0])])?;
    p.builtin(c"threshold", c"alert", c"p95", &[(c"level", &[LIMIT])])?;
    p.join(c"latency", &[c"quantiles", c"alert"], ROW_LEN as u32)
}
