//! Built-in stages, one file each, and the table that finds them by kind.
//!
//! A stage file holds its formula and source, a `build` function that checks parameters and inputs and says what the
//! stage needs, the kernel, and the tests against a naive version. To add a stage, add its file and one line in
//! [`KINDS`]; nothing else in the library knows stages by name.

use crate::dtype::Dtype;
use crate::kernel::{RowShape, StageSpec};
use crate::mem::Carver;
use crate::status::{Error, Name, Result, Status};
use crate::util::crc::Crc32c;
use crate::util::num;

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

pub use rfft::HostPlans;

/// A kind of stage.
#[derive(Clone, Copy)]
pub struct Kind {
    /// Its name.
    pub name: &'static str,
    /// Its builder.
    pub build: Builder,
    /// About how many picoseconds an element of its edges takes, for the planner: measured on a server x86-64 with the
    /// parameters that are usual. 0: its builder says more exactly what a row takes.
    pub cost_ps: u32,
    /// What the C header says of it: types, parameters with defaults, result.
    pub manual: &'static str,
}

const fn kind(name: &'static str, build: Builder, cost_ps: u32, manual: &'static str) -> Kind {
    Kind { name, build, cost_ps, manual }
}

/// All kinds.
pub static KINDS: &[Kind] = &[
    kind(
        "argmax",
        argmax::build,
        60,
        "f32 -> 1 u32. Index of the first greatest element. NaN is below everything; 0 if all are NaN.",
    ),
    kind("band", band::build, 60, "any type. Elements from (0) to before to (row length) of each row."),
    kind(
        "biquad",
        scan::biquad::forward,
        4000,
        "f32, f64 or i16; a scan. Cascade of second-order sections along the samples: sos (list, six numbers a section, as \
         SciPy has them), zi (0; 1: settled on the first sample; or a list), precision (32 or 64, as the input).",
    ),
    kind(
        "biquad_reverse",
        scan::biquad::reverse,
        4000,
        "As biquad, from the last sample to the first. A reverse scan.",
    ),
    kind(
        "centroid",
        centroid::build,
        90,
        "f32 -> 1 f32. sum(k * x[k]) / sum(x[k]), in elements; 0 where the sum is 0.",
    ),
    kind("channel", channel::build, 300, "any type. Channel index (0) of interleaved samples, contiguous."),
    kind(
        "cusum",
        scan::cusum::build,
        3000,
        "f32, f64 or i16; a scan -> high, low, alarm per sample. Change detector: target, drift, threshold, reset, precision.",
    ),
    kind(
        "decimate",
        fir::decimate,
        2000,
        "f32. Low-pass, then every factor-th element: taps (list; default a Hamming-windowed sinc of 20 * factor + 1).",
    ),
    kind(
        "ema",
        scan::ema::build,
        1500,
        "f32, f64 or i16; a scan. Exponential moving average: alpha or span, initial, precision.",
    ),
    kind("energy", energy::energy, 90, "f32 or i16 -> 1 f32. Sum of squares; i16 is scaled by 1/32768."),
    kind(
        "fir",
        fir::fir,
        4000,
        "f32. Convolution with taps (list) where they overlap the row whole: row length - taps + 1 elements.",
    ),
    kind("hann", hann::build, 80, "f32 or i16 -> f32. Row times the periodic Hann window; i16 is scaled by 1/32768."),
    kind(
        "histogram",
        histogram::build,
        700,
        "f32 or i16 -> bins u32. Counts in bins equal bins from lo to hi; clamp (0): 1 counts what lies outside in the end bins. \
         NaN is not counted.",
    ),
    kind(
        "hmm_backward",
        scan::hmm::backward,
        3000,
        "rows of hmm_forward -> posteriors, N per step. transition. A reverse scan.",
    ),
    kind(
        "hmm_forward",
        scan::hmm::forward,
        3000,
        "u8 symbols or likelihoods; a scan -> N scaled alphas and their scale per step, f64. transition, emission, initial.",
    ),
    kind(
        "kalman",
        scan::kalman::build,
        20_000,
        "f32, f64 or i16; a scan -> state and upper triangle of its covariance per sample, f64. transition, process, observe or \
         dt, q; r, x0, p0.",
    ),
    kind("mean", mean::build, 90, "f32 or i16 -> 1 f32. Arithmetic mean."),
    kind(
        "pll",
        scan::pll::build,
        15_000,
        "c32 or real; a scan -> phase (turns), frequency (cycles a sample), lock per sample. bandwidth, damping, frequency, \
         range, costas, arm, weight, precision.",
    ),
    kind(
        "quantile",
        quantile::build,
        0,
        "f32 or i16 -> one f32 per q (list, 0 to 1, at most 8). Nearest rank: the element of rank (n - 1) * q, rounded half to \
         even. NaN is above everything. Overlapping windows cost their hop, not their length.",
    ),
    kind(
        "rfft_magnitude",
        rfft::magnitude,
        0,
        "f32, n elements -> n / 2 + 1 f32. Absolute values of the real FFT, not scaled. portable (0): 1 for the same bits on \
         every machine (n a power of two).",
    ),
    kind("rfft_power", rfft::power, 0, "As rfft_magnitude; squares of the absolute values."),
    kind("rms", energy::rms, 90, "f32 or i16 -> 1 f32. Root of the mean square; i16 is scaled by 1/32768."),
    kind(
        "rolling_stats",
        scan::rolling::build,
        3000,
        "f32, f64 or i16; a scan -> mean, variance of the last window samples per sample. window, ddof, precision.",
    ),
    kind(
        "rts_smoother",
        scan::rts::build,
        10_000,
        "rows of kalman -> smoothed states (covariance 1: and covariances). The parameters of kalman. A reverse scan.",
    ),
    kind(
        "threshold",
        threshold::build,
        200,
        "real -> u8. 1 where an element is above level; below (0): 1 for those below it. NaN gives 0.",
    ),
    kind("to_f32", to_f32::build, 80, "real -> f32. x * scale (1) + offset (0)."),
    kind("top_k_sum", top_k_sum::build, 350, "f32 -> 1 f32. Sum of the k greatest elements, NaN left out."),
    kind(
        "viterbi",
        scan::viterbi::decisions,
        200_000,
        "u8 hard or i8, f32 soft (above 0: bit 0); a scan -> decisions. constraint (7), generators (octal 171, 133), invert, \
         any_start.",
    ),
    kind(
        "viterbi_traceback",
        scan::viterbi::traceback,
        1000,
        "rows of viterbi -> u8 bits. constraint, end, pack. A reverse scan.",
    ),
    kind(
        "zero_phase_forward",
        scan::zero_phase::forward,
        4000,
        "f32, f64 or i16; a scan. First half of a zero-phase filter (sosfiltfilt): sos, padlen.",
    ),
    kind(
        "zero_phase_reverse",
        scan::zero_phase::reverse,
        4000,
        "its edges: zero_phase_forward and what that one sees. Second half: sos, padlen, precision. A reverse scan. Fails with \
         -16 where the stream is not longer than padlen.",
    ),
];

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
    found(kind).map(|k| k.build)
}

fn found(kind: &str) -> Result<&'static Kind> {
    let none = || Error::new(Status::Name, "there is no built-in stage of the kind {n}").name(&short_name(kind));
    KINDS.iter().find(|k| k.name == kind).ok_or_else(none)
}

/// Builds a stage of the kind asked for, with what a row of it takes.
pub fn make<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    let kind = found(b.kind)?;
    let mut spec = (kind.build)(b)?;
    if spec.cost_ns == 0 {
        let rows = |e: &EdgeShape| u64::from(e.lookback).saturating_add(u64::from(e.lookahead)).saturating_add(1);
        let seen = b.edges.iter().map(|e| num::count(e.shape.len).saturating_mul(rows(e)));
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
    num::mul(len, dtype.size())?;
    Ok(RowShape { dtype, len })
}
