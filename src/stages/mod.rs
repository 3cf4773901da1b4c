//! Built-in stages, one file each, and the table that finds them by kind.
//!
//! A stage file holds its formula and source, a `build` function that checks parameters and inputs and says what the
//! stage needs, the kernel, and the tests against a naive version. To add a stage, add its file, one entry in [`kinds`], its
//! text in `manual` and one function in `ffi/pipeline/kinds.rs`; nothing else in the library knows stages by name.

use crate::checked;
use crate::crc::Crc32c;
use crate::dtype::Dtype;
use crate::kernel::{RowShape, StageSpec};
use crate::mem::Carver;
use crate::status::{Error, Name, Result, Status};

mod argmax;
mod band;
mod centroid;
mod channel;
mod energy;
mod fir;
#[cfg(test)]
mod golden;
mod hann;
mod histogram;
pub mod kinds;
#[cfg(feature = "std")]
pub mod manual;
mod mean;
mod quantile;
#[cfg(test)]
mod reference;
mod rfft;
mod scan;
#[cfg(test)]
mod testing;
mod threshold;
mod to_f32;
mod top_k_sum;
mod trig;

pub use kinds::{KINDS, Kind};
pub use rfft::HostPlans;

/// Checks parameters and inputs of one kind of stage, and says what it needs.
pub type Builder = for<'m> fn(&mut Build<'_, 'm>) -> Result<StageSpec<'m>>;

/// One named parameter: a number, or a list of them.
#[derive(Clone, Copy, Debug)]
pub struct Param<'a> {
    /// Its name, as the stage's documentation has it.
    pub key: &'a str,
    /// The number, where `values` is empty.
    pub value: f64,
    /// The list: filter taps, frequencies, bin edges.
    pub values: &'a [f64],
}

/// What an edge of the stage brings.
#[derive(Clone, Copy, Debug)]
pub struct EdgeShape {
    /// Type and length of its rows.
    pub shape: RowShape,
    /// Elements from the start of a row to that of the next: less than a row where windows overlap.
    pub stride: usize,
    /// Interleaved channels in a row; 1 but for raw inputs.
    pub channels: usize,
    /// Rows before the stage's own.
    pub lookback: u32,
    /// Rows behind it.
    pub lookahead: u32,
}

impl EdgeShape {
    /// No edge.
    pub const NONE: EdgeShape =
        EdgeShape { shape: RowShape { dtype: Dtype::U8, len: 0 }, stride: 0, channels: 1, lookback: 0, lookahead: 0 };
}

/// What a builder sees.
#[derive(Debug)]
pub struct Build<'a, 'm> {
    /// The kind asked for.
    pub kind: &'a str,
    /// The parameters, as the caller gave them. What must outlive registration is copied into the pool.
    pub params: &'a [Param<'a>],
    /// The edges.
    pub edges: &'a [EdgeShape],
    /// Parameter memory of the control area.
    pub pool: &'a mut Carver<'m>,
    /// Plans on the host's heap; none where stages may not use it (the pipeline is on caller memory).
    pub host_plans: Option<&'a mut HostPlans>,
}

impl<'a> Build<'a, '_> {
    /// Refuses parameters of other names than these.
    pub fn allow(&self, keys: &[&str]) -> Result<()> {
        match self.params.iter().find(|p| !keys.contains(&p.key)) {
            None => Ok(()),
            Some(p) => Err(Error::new(Status::Argument, "the stage has no parameter {n}").name(&short_name(p.key))),
        }
    }

    /// A number by name.
    #[must_use]
    pub fn number(&self, key: &str) -> Option<f64> {
        self.params.iter().rfind(|p| p.key == key).map(|p| p.value)
    }

    /// A whole number by name, within bounds; `default` where it is not given, an error where there is no default.
    pub fn count(&self, key: &str, default: Option<u64>, least: u64, most: u64) -> Result<u64> {
        let bad = |text| Err(Error::new(Status::Argument, text).name(&short_name(key)).a(least).b(most));
        let given = match (self.number(key), default) {
            (Some(v), _) => v,
            (None, Some(d)) => return Ok(d),
            (None, None) => return bad("the stage needs the parameter {n}, from {a} to {b}"),
        };
        let whole = given as u64;
        if whole as f64 != given || whole < least || whole > most {
            return bad("the parameter {n} must be a whole number from {a} to {b}");
        }
        Ok(whole)
    }

    /// A list by name; empty where it is not given.
    #[must_use]
    pub fn list(&self, key: &str) -> &'a [f64] {
        self.params.iter().rfind(|p| p.key == key).map_or(&[], |p| p.values)
    }

    /// The one edge of the stage, without halos.
    pub fn one_edge(&self) -> Result<EdgeShape> {
        match self.edges {
            [edge] if edge.lookback == 0 && edge.lookahead == 0 => Ok(*edge),
            _ => Err(Error::new(Status::Argument, "a {n} stage has one edge, without lookback and lookahead")
                .name(&short_name(self.kind))),
        }
    }

    /// The one edge of a stage that takes its elements as neighbours in time: a row of a single channel.
    pub fn one_channel(&self) -> Result<EdgeShape> {
        let edge = self.one_edge()?;
        if edge.channels > 1 {
            return Err(Error::new(
                Status::Graph,
                "a {n} stage takes rows of one channel: put a channel stage before it",
            )
            .name(&short_name(self.kind)));
        }
        Ok(edge)
    }

    /// A number that changes with the kind and the parameters, for [`StageSpec::revision`].
    #[must_use]
    pub fn revision(&self) -> u32 {
        let number = |crc: Crc32c, v: f64| crc.update(&v.to_bits().to_be_bytes());
        let start = Crc32c::new().update(self.kind.as_bytes());
        let crc = self.params.iter().fold(start, |crc, p| {
            p.values.iter().fold(number(crc.update(p.key.as_bytes()), p.value), |crc, v| number(crc, *v))
        });
        crc.value()
    }

    /// Refuses other element types than these.
    pub fn takes(&self, edge: EdgeShape, types: &[Dtype]) -> Result<()> {
        if types.contains(&edge.shape.dtype) {
            return Ok(());
        }
        Err(Error::new(Status::Graph, "a {n} stage does not take rows of that element type")
            .name(&short_name(self.kind)))
    }
}

/// Finds the builder of a kind.
pub fn find(kind: &str) -> Result<Builder> {
    by_name(kind).map(|k| k.build)
}

/// Finds a kind. Whoever calls this has all of them in the program.
pub fn by_name(kind: &str) -> Result<&'static Kind> {
    let none = || Error::new(Status::Name, "there is no built-in stage of the kind {n}").name(&short_name(kind));
    KINDS.iter().find(|k| k.name == kind).copied().ok_or_else(none)
}

/// Builds a stage of a kind, with what a row of it takes.
pub fn make<'m>(kind: &Kind, b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    let mut spec = (kind.build)(b)?;
    if spec.cost_ns == 0 {
        let rows = |e: &EdgeShape| u64::from(e.lookback).saturating_add(u64::from(e.lookahead)).saturating_add(1);
        let seen = b.edges.iter().map(|e| checked::count(e.shape.len).saturating_mul(rows(e)));
        let picoseconds = seen.fold(0, u64::saturating_add).saturating_mul(kind.cost_ps.into());
        spec.cost_ns = (picoseconds / 1000).max(5);
    }
    Ok(spec)
}

/// A name for an error text, cut where it is too long.
fn short_name(s: &str) -> Name {
    let mut name = Name::new();
    name.push_str(s);
    name
}

/// A row of `len` elements of `dtype`, checked to fit memory.
pub fn shape(dtype: Dtype, len: usize) -> Result<RowShape> {
    checked::mul(len, dtype.size())?;
    Ok(RowShape { dtype, len })
}
