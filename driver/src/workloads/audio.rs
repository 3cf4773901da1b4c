//! Audio: windows -> Hann -> spectrum -> strongest bin and centroid, side by side in rows of two.

use crate::library::{Failure, Pipeline, Stage};

/// Samples in a window.
pub(crate) const WINDOW: u64 = 4096;
/// Samples from window to window.
pub(crate) const HOP: u64 = 1024;
/// Numbers in a row: the strongest bin, and the centroid in bins.
pub(crate) const ROW_LEN: usize = 2;
/// The stages, for people.
pub(crate) const STAGES: &str = "hann -> rfft_magnitude -> argmax + centroid";
/// How many stages work on a window.
pub(crate) const STAGE_COUNT: u64 = 5;

/// Registers the stages, and says whose rows are the result.
pub(crate) fn build(p: &mut Pipeline) -> Result<Stage, Failure> {
    p.builtin(c"hann", c"windowed", c"input", &[])?;
    p.builtin(c"rfft_magnitude", c"spectrum", c"windowed", &[])?;
    p.builtin(c"argmax", c"strongest", c"spectrum", &[])?;
    p.builtin(c"centroid", c"centroid", c"spectrum", &[])?;
    p.join(c"tones", &[c"strongest", c"centroid"], ROW_LEN as u32)
}
