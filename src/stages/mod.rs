//! Built-in stages, one file each, and the table that finds them by kind.
//!
//! A stage file holds the formula with its source, a `build` function that checks parameters and edges and returns a
//! [`StageSpec`], the kernel, and tests against a naive version. `docs/adding-a-stage.md` lists the steps for a new
//! stage. Outside this module only `ffi/pipeline/kinds.rs` names stages.

use crate::checked;
use crate::kernel::StageSpec;
use crate::status::{Error, Result, Status};

mod argmax;
mod band;
mod build;
mod centroid;
mod channel;
mod channelizer;
mod coherent;
mod combine;
mod decibel;
mod detrend;
mod dft;
mod drift;
mod drift_peak;
mod energy;
mod exponential;
mod fir;
mod frame;
#[cfg(test)]
mod golden;
mod hann;
mod histogram;
mod host_plans;
mod join;
pub mod kinds;
#[cfg(feature = "std")]
pub mod manual;
mod mean;
mod mixer;
mod noncoherent;
mod params;
mod quantile;
mod reduce;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod refusals;
mod resample;
mod rfft;
mod rows;
#[cfg(test)]
mod scaled;
mod scan;
#[cfg(test)]
mod testing;
mod threshold;
mod to_f32;
mod top_k_sum;
mod trig;
mod window;

pub use build::{Build, Builder, EdgeShape, Param, shape};
pub use host_plans::HostPlans;
pub use kinds::{KINDS, Kind};

use build::joined;

/// Finds the builder of a kind.
pub fn find(kind: &str) -> Result<Builder> {
    by_name(kind).map(|k| k.build)
}

/// Finds a kind by name. A program that calls this contains all kinds.
pub fn by_name(kind: &str) -> Result<&'static Kind> {
    let none = || {
        Error::new(Status::Name, "the kind {n} of a built-in stage is unknown: the header lists all kinds")
            .name(&joined(&[kind]))
    };
    KINDS.iter().find(|k| k.name == kind).copied().ok_or_else(none)
}

/// Builds a stage of a kind, and sets the cost of a row where the builder does not.
pub fn make<'m>(kind: &Kind, b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    let mut spec = (kind.build)(b)?;
    if spec.cost_ns == 0 {
        let rows = |e: &EdgeShape| u64::from(e.lookback).saturating_add(u64::from(e.lookahead)).saturating_add(1);
        let elements = b.edges.iter().map(|e| checked::count(e.shape.len).saturating_mul(rows(e)));
        let picoseconds = elements.fold(0, u64::saturating_add).saturating_mul(kind.cost_ps.into());
        spec.cost_ns = (picoseconds / 1000).max(5);
    }
    Ok(spec)
}
