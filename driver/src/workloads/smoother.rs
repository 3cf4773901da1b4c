//! A track: a Kalman filter of position and velocity, and the Rauch-Tung-Striebel smoother that runs over its rows from the
//! last to the first. Windows are single measurements.

use crate::inputs::track::NOISE_M;
use crate::library::{Failure, Param, Pipeline, Stage};

/// Numbers in a row: position and velocity.
pub(crate) const ROW_LEN: usize = 2;
/// The stages, for people.
pub(crate) const STAGES: &str = "kalman -> rts_smoother";
/// How many stages work on a measurement.
pub(crate) const STAGE_COUNT: u64 = 2;

/// Registers the stages, and says whose rows are the result.
pub(crate) fn build(p: &mut Pipeline) -> Result<Stage, Failure> {
    let model: [Param<'_>; 3] = [(c"dt", &[1.0]), (c"q", &[1e-5]), (c"r", &[NOISE_M * NOISE_M])];
    p.builtin(c"kalman", c"filtered", c"input", &model)?;
    let rows: [Param<'_>; 2] = [(c"covariance", &[0.0]), (c"precision", &[32.0])];
    p.builtin(c"rts_smoother", c"smoothed", c"filtered", &[&model[..], &rows].concat())
}
