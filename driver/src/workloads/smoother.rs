//! Smoother: a Kalman filter of position and velocity, and the Rauch-Tung-Striebel smoother, a reverse scan over the
//! rows of the filter. A window is one measurement.

use crate::error::Result;
use crate::inputs::track::{NOISE_M, Track};
use crate::library::{Config, Failure, Param, Pipeline, Stage, from};

/// Numbers per row: position and velocity.
pub(crate) const ROW_LEN: usize = 2;
/// The stages, for reports.
pub(crate) const STAGES: &str = "kalman -> rts_smoother";
/// Number of stages that compute a row per measurement.
pub(crate) const STAGE_COUNT: u64 = 2;

/// Registers the stages. Returns the stage with the result.
fn build(p: &mut Pipeline) -> Result<Stage, Failure> {
    let model: [Param<'_>; 3] = [(c"dt", &[1.0]), (c"q", &[1e-5]), (c"r", &[NOISE_M * NOISE_M])];
    p.builtin(c"kalman", c"filtered", from(c"input"), &model)?;
    let rows: [Param<'_>; 2] = [(c"covariance", &[0.0]), (c"precision", &[32.0])];
    p.builtin(c"rts_smoother", c"smoothed", from(c"filtered"), &[&model[..], &rows].concat())
}

/// A pipeline over a generated track of `rows` measurements, and the stage with the result.
pub(crate) fn pipeline(rows: u64, config: &Config) -> Result<(Pipeline, Stage)> {
    let mut p = Pipeline::new(config)?;
    p.source(0, Box::new(Track::new(rows)))?;
    let stage = build(&mut p)?;
    Ok((p, stage))
}
