//! What a builder of a stage is given: parameters, edges, memory for parameters, and the errors it returns.

use super::host_plans::HostPlans;
use crate::checked;
use crate::crc::Crc32c;
use crate::dtype::Dtype;
use crate::kernel::{RowShape, StageSpec};
use crate::mem::Carver;
use crate::series::{Series, Unit};
use crate::status::{Error, Name, Result, Status};
use crate::util::unsigned::Unsigned;

/// Checks parameters and edges of a stage of one kind, and returns its specification.
pub type Builder = for<'m> fn(&mut Build<'_, 'm>) -> Result<StageSpec<'m>>;

/// One named parameter: a number, or a list of them.
#[derive(Clone, Copy, Debug)]
pub struct Param<'a> {
    /// Name, as documented for the kind.
    pub key: &'a str,
    /// The number, if `values` is empty.
    pub value: f64,
    /// The list: filter taps, frequencies, bin edges.
    pub values: &'a [f64],
}

/// Rows that an edge of a stage delivers.
#[derive(Clone, Copy, Debug)]
pub struct EdgeShape {
    /// Type and length of a row.
    pub shape: RowShape,
    /// Elements from the start of a row to the start of the next: less than a row if windows overlap.
    pub stride: usize,
    /// What the rows are as a series.
    pub series: Series,
    /// Name of the node that they come from.
    pub name: Name,
    /// Rows read before the stage's own row.
    pub lookback: u32,
    /// Rows read after the stage's own row.
    pub lookahead: u32,
}

impl EdgeShape {
    /// An edge with consecutive rows of one channel, one after another in memory, without halo.
    #[must_use]
    pub const fn of(shape: RowShape) -> Self {
        let series = Series::new(shape.len).of(Unit::Samples);
        EdgeShape { shape, stride: shape.len, series, name: Name::new(), lookback: 0, lookahead: 0 }
    }

    /// Placeholder for an unused edge.
    pub const NONE: EdgeShape = EdgeShape::of(RowShape { dtype: Dtype::U8, len: 0 });

    /// Rows that a row of the stage reads.
    #[must_use]
    pub fn rows(&self) -> usize {
        (self.lookback as usize).sat_add(self.lookahead as usize).sat_add(1)
    }

    /// Interleaved channels in a row.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.series.channels as usize
    }
}

/// Arguments of a [`Builder`].
#[derive(Debug)]
pub struct Build<'a, 'm> {
    /// Name of the kind.
    pub kind: &'a str,
    /// Name of the stage.
    pub stage: &'a str,
    /// Parameters, valid during the call only: a builder copies what the stage keeps into `pool`.
    pub params: &'a [Param<'a>],
    /// Edges, in the order of registration.
    pub edges: &'a [EdgeShape],
    /// Parameter memory in the control area.
    pub pool: &'a mut Carver<'m>,
    /// Transform plans on the host's heap; none if the pipeline is in the caller's memory.
    pub host_plans: Option<&'a mut HostPlans>,
}

impl Build<'_, '_> {
    /// An error about the stage: `{m}` in `template` is its name, `{n}` the kind.
    pub fn error(&self, status: Status, template: &'static str) -> Error {
        Error::new(status, template).name(&joined(&[self.kind])).other(&joined(&[self.stage]))
    }

    /// An error about a parameter: `{n}` in `template` is kind and parameter, as in `fir.taps`, `{m}` the stage.
    pub fn param_error(&self, key: &str, template: &'static str) -> Error {
        Error::new(Status::Argument, template).name(&joined(&[self.kind, ".", key])).other(&joined(&[self.stage]))
    }

    /// Refuses parameters that are not among `keys`.
    pub fn allow(&self, keys: &'static [&'static str]) -> Result<()> {
        match self.params.iter().find(|p| !keys.contains(&p.key)) {
            None => Ok(()),
            Some(p) => Err(self.param_error(p.key, "stage {m}: unknown parameter {n}; the kind has {k}").keys(keys)),
        }
    }

    /// A whole number by name, from `min` to `max`. Without a default the parameter is required.
    pub fn count(&self, key: &str, default: Option<u64>, min: u64, max: u64) -> Result<u64> {
        let given = match (self.scalar(key)?, default) {
            (Some(v), _) => v,
            (None, Some(d)) => return Ok(d),
            (None, None) => {
                let text = match max {
                    max if max > min => "stage {m}: the parameter {n} is required: a whole number from {a} to {b}",
                    _ => ONE_VALUE,
                };
                return Err(self.param_error(key, text).a(min).b(max));
            }
        };
        let whole = given as u64;
        if whole as f64 != given || whole < min || whole > max {
            let text = match max {
                max if max > min => "stage {m}: the parameter {n}{v} must be a whole number from {a} to {b}",
                _ => ONE_VALUE,
            };
            return Err(self.refused(key, None, given, text).a(min).b(max));
        }
        Ok(whole)
    }

    /// The only edge of the stage, without halo.
    pub fn one_edge(&self) -> Result<EdgeShape> {
        match self.edges {
            [edge] if edge.lookback == 0 && edge.lookahead == 0 => Ok(*edge),
            edges => {
                let halo = edges.iter().map(|e| e.lookback.max(e.lookahead)).max().unwrap_or(0);
                let text =
                    "stage {m}: {n} has one edge, without lookback and lookahead, not {a} with a halo of {b} rows";
                Err(self.error(Status::Argument, text).a(edges.len()).b(halo))
            }
        }
    }

    /// The only edge of the stage, with any halo.
    pub fn edge_with_halo(&self) -> Result<EdgeShape> {
        match self.edges {
            [edge] => Ok(*edge),
            edges => Err(self.error(Status::Argument, "stage {m}: {n} has one edge, not {a}").a(edges.len())),
        }
    }

    /// The first of several edges, which have no halo.
    pub fn several_edges(&self) -> Result<EdgeShape> {
        let halo = self.edges.iter().map(|e| e.lookback.max(e.lookahead)).max().unwrap_or(0);
        match (self.edges, halo) {
            ([first, _, ..], 0) => Ok(*first),
            (edges, _) => {
                let text =
                    "stage {m}: {n} has 2 to 16 edges without lookback and lookahead, not {a} with a halo of {b} rows";
                Err(self.error(Status::Argument, text).a(edges.len()).b(halo))
            }
        }
    }

    /// The only edge of a stage that treats the elements of a row as those of one channel.
    pub fn one_channel(&self) -> Result<EdgeShape> {
        let edge = self.one_edge()?;
        self.single(edge)?;
        Ok(edge)
    }

    /// Refuses an edge with interleaved channels.
    pub fn single(&self, edge: EdgeShape) -> Result<()> {
        self.named(edge, edge.series.one_channel())
    }

    /// Refuses an edge whose rows are not consecutive samples, or of another number of channels than 1 or `channels`.
    pub fn consecutive(&self, edge: EdgeShape, channels: usize) -> Result<()> {
        self.named(edge, edge.series.channels_of(channels).and_then(|()| edge.series.consecutive(edge.shape.len)))
    }

    /// Adds the names of the stage and of the node that an edge comes from to an error of [`Series`].
    pub fn named<T>(&self, edge: EdgeShape, checked: Result<T>) -> Result<T> {
        checked.map_err(|e| e.name(&joined(&[self.stage])).other(&edge.name))
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

    /// Refuses rows whose element type is not among `types`.
    pub fn takes(&self, edge: EdgeShape, types: &[Dtype]) -> Result<()> {
        let dtype = edge.shape.dtype;
        if types.contains(&dtype) {
            return Ok(());
        }
        let name = joined(&[self.kind, ", ", dtype.text()]);
        let text = "stage {m} ({n} rows): the kind reads {k}; to_f32 converts real numbers";
        Err(self.error(Status::Graph, text).name(&name).other(&joined(&[self.stage])).keys(texts_of(types)))
    }
}

/// A range with a single number, or with none where rows are too short.
const ONE_VALUE: &str = "stage {m}: the parameter {n}{v} can only be {b} with these rows";

/// Names of the element types that a kind reads.
fn texts_of(types: &[Dtype]) -> &'static [&'static str] {
    match types {
        [Dtype::U8] => &["u8"],
        [Dtype::F32] => &["f32"],
        [Dtype::F64] => &["f64"],
        [Dtype::C32] => &["c32"],
        [Dtype::F32, Dtype::C32] => &["f32", "c32"],
        [Dtype::F32, Dtype::I16] => &["f32", "i16"],
        [Dtype::F32, Dtype::I16, Dtype::C32] => &["f32", "i16", "c32"],
        [Dtype::F32, Dtype::F64, Dtype::C32] => &["f32", "f64", "c32"],
        [Dtype::F32, Dtype::F64, Dtype::I16] => &["f32", "f64", "i16"],
        [Dtype::C32, Dtype::F32, Dtype::F64, Dtype::I16] => &["c32", "f32", "f64", "i16"],
        [Dtype::U8, Dtype::F32, Dtype::F64] => &["u8", "f32", "f64"],
        [Dtype::U8, Dtype::I8, Dtype::F32] => &["u8", "i8", "f32"],
        _ => &["real numbers"],
    }
}

/// Element types of real numbers.
pub(super) const REAL: &[Dtype] =
    &[Dtype::I8, Dtype::U8, Dtype::I16, Dtype::U16, Dtype::I32, Dtype::U32, Dtype::I64, Dtype::F32, Dtype::F64];

/// A name for an error text, cut if it is too long.
pub(super) fn joined(parts: &[&str]) -> Name {
    let mut name = Name::new();
    parts.iter().for_each(|part| name.push_str(part));
    name
}

/// The shape of a row of `len` elements of `dtype`. Fails if its bytes do not fit `usize`.
pub fn shape(dtype: Dtype, len: usize) -> Result<RowShape> {
    checked::mul(len, dtype.size())?;
    Ok(RowShape { dtype, len })
}
