//! Zero-phase filter, `scipy.signal.sosfiltfilt(sos, x)` with its default odd padding, as a pair of stages:
//! ```text
//! forward: zero_phase_forward, edge x
//! y:       zero_phase_reverse, edges forward and x
//! ```
//! SciPy extends the signal at both ends by `p = 3 (2 sections + 1 - m)` samples, mirrored about the end point (`m`:
//! the smaller of the numbers of sections with `b2 = 0` and with `a2 = 0`). It starts in the steady state of the first
//! sample of the extension, filters, restarts in the steady state of the last output, filters backward, and removes the
//! extensions. Here the extensions never become rows. The forward stage filters the left one before its first sample,
//! and stores its state after each row; from it the reverse stage filters the right one at the last row, before it
//! reverses. Gustafsson, Determining the initial states in forward-backward filtering, IEEE Trans. Signal Processing 44
//! (1996), discusses the method.
//!
//! Input: `x` has `f32`, `f64` or `i16` rows of `n` samples, the same ones on both edges. Output of
//! `zero_phase_forward`, in `f64`: `n` filtered samples, then `z1 z2` of each section. Output of `zero_phase_reverse`:
//! `n` samples.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `sos` | as for `biquad`; the same in both stages |
//! | `padlen` | `p`, default as in SciPy; 0 is `padtype=None`; the same in both stages |
//! | `on_nan` | as for `biquad`; the same in both stages. An extension mirrored about a sample that is not finite is left out |
//! | `scale` | factor of the samples, the same in both stages; default 1 |
//! | `precision` | `zero_phase_reverse`: 32 or 64, bits of a result; default: 64 for `f64` rows, else 32 |
//!
//! `p + 1` samples are required at each end. Shorter rows need halos of at least `ceil((p + 1) / n) - 1` rows: a
//! lookahead on the edge `x` of `zero_phase_forward`, a lookback on that of `zero_phase_reverse`. As with SciPy, the
//! stream must have more than `p` samples: at the end of a shorter one `zero_phase_reverse` fails with the code -16
//! (`SQS_ERR_RANGE`). The range of rows that is requested does not matter: a row depends on the whole stream.
//!
//! State of both: `z1 z2` of each section; with `on_nan` above 0 a pair of words ([`super::recovery`]); then 1 after the
//! end was padded.

use super::recovery::{Guard, OnNan, Start};
use super::sections::{CHUNK, SIDE_BY_SIDE, Section, filter, filter_chunk, filter_into, sections, settle, settles};
use super::{Real, Sample, as_samples, precision, with_state};
use crate::checked;
use crate::dtype::Dtype;
use crate::kernel::{Code, EdgeRows, Kernel, Rows, StageIo, StageSpec};
use crate::mem::cast_mut;
use crate::series::{Axis, Series};
use crate::stages::{Build, EdgeShape, shape};
use crate::status::{Error, Result, Status};
use crate::util::unsigned::Unsigned;

/// The error for other edges.
fn other_edges(b: &Build<'_, '_>) -> Error {
    let text = "stage {m}: zero_phase_forward reads x, zero_phase_reverse zero_phase_forward and x, of the same \
                samples, not {a} edges like these";
    b.error(Status::Graph, text).a(b.edges.len())
}

/// The stream has no more samples than the extension.
const TOO_SHORT: Code = Code(Status::Range.code());

/// Samples of the extension at each end.
fn padding(b: &Build<'_, '_>, sections: &[Section]) -> Result<usize> {
    let count = |pick: fn((bool, bool)) -> bool| sections.iter().filter(|s| pick(s.lower_order())).count();
    let lower = count(|(b2, _)| b2).min(count(|(_, a2)| a2));
    let taps = sections.len().sat_mul(2).sat_add(1).sat_sub(lower);
    checked::size(b.count("padlen", Some(checked::count(taps.sat_mul(3))), 0, 1 << 20)?)
}

/// Refuses an edge `x` if a row with its halo on one side is shorter than the extension requires.
fn reaches(b: &Build<'_, '_>, x: EdgeShape, halo: u32, pad: usize) -> Result<()> {
    b.consecutive(x, 1)?;
    b.takes(x, super::SAMPLES)?;
    let available = checked::mul(x.shape.len, checked::add(checked::size(u64::from(halo))?, 1)?)?;
    if available > pad {
        return Ok(());
    }
    Err(b
        .error(
            Status::Graph,
            "stage {m}: {n} pads with {a} samples, a row and its halo have {b}: set lookback or lookahead, or padlen",
        )
        .a(checked::count(pad).sat_add(1))
        .b(checked::count(available)))
}

pub(crate) fn forward<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["sos", "padlen", "on_nan", "scale"])?;
    let [x] = b.edges else { return Err(other_edges(b)) };
    let x = *x;
    let sections = sections(b)?;
    settles(b, sections)?;
    let pad = padding(b, sections)?;
    reaches(b, x, x.lookahead, pad)?;
    let words = checked::mul(sections.len(), 2)?;
    let shape = shape(Dtype::F64, checked::add(x.shape.len, words)?)?;
    let on_nan = OnNan::of(b)?;
    let mut spec = StageSpec::new(Forward { sections, pad, on_nan, row_len: shape.len, scale: b.scale()? }, shape);
    spec.series = Series { axis: Axis::Record, ..Series::new(shape.len) };
    spec.revision = b.revision();
    if on_nan.guards() {
        spec.scratch_bytes = checked::mul(words, size_of::<f64>())?;
        return with_state(spec, checked::add(words, 3)?);
    }
    with_state(spec, checked::add(words, 1)?)
}

pub(crate) fn reverse<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["sos", "padlen", "on_nan", "precision", "scale"])?;
    let [rows, x] = b.edges else { return Err(other_edges(b)) };
    let (rows, x) = (*rows, *x);
    let sections = sections(b)?;
    settles(b, sections)?;
    let pad = padding(b, sections)?;
    reaches(b, x, x.lookback, pad)?;
    let words = checked::mul(sections.len(), 2)?;
    let fits = rows.shape.dtype == Dtype::F64 && rows.shape.len == checked::add(x.shape.len, words)?;
    b.named(rows, rows.series.records(rows.shape.len))?;
    if !fits || rows.lookback != 0 || rows.lookahead != 0 {
        return Err(other_edges(b));
    }
    let shape = shape(precision(b, as_samples(x))?, x.shape.len)?;
    let on_nan = OnNan::of(b)?;
    let mut spec =
        StageSpec::new(Reverse { sections, pad, on_nan, wide: shape.dtype == Dtype::F64, scale: b.scale()? }, shape);
    spec.series = x.series;
    spec.reverse = true;
    spec.scratch_bytes = checked::mul(pad, size_of::<f64>())?;
    spec.revision = b.revision();
    if on_nan.guards() {
        spec.scratch_bytes = checked::mul(checked::add(pad, words)?, size_of::<f64>())?;
        return with_state(spec, checked::add(words, 3)?);
    }
    with_state(spec, checked::add(words, 1)?)
}

/// The state of a scan: `z1 z2` of the sections, and the mark after them.
fn split(state: &mut [u8]) -> Result<(&mut [[f64; 2]], &mut f64), Code> {
    let (mark, z) = cast_mut::<f64>(state).and_then(|s| s.split_last_mut()).ok_or(Code::MISFIT)?;
    Ok((z.as_chunks_mut().0, mark))
}

/// Sample `i` of the rows of a block, counted from row `first`.
fn sample<X: Sample>(rows: &Rows<'_, X>, first: usize, i: usize, scale: f64) -> Result<f64, Code> {
    let (q, r) = (i.checked_div(rows.row_len()), i.checked_rem(rows.row_len()));
    let (q, r) = q.zip(r).ok_or(Code::MISFIT)?;
    rows.row(first.sat_add(q)).get(r).map(|x| (*x).into() * scale).ok_or(Code::MISFIT)
}

struct Forward<'m> {
    sections: &'m [Section],
    pad: usize,
    on_nan: OnNan,
    row_len: usize,
    scale: f64,
}

impl Forward<'_> {
    /// As `rows`, with a guarded state.
    fn guarded_rows<X: Sample>(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let (rows, own) = (io.input::<X>(0)?, io.edges.first().map_or(0, |e| e.lookback));
        let (state, started) = split(io.state)?;
        let before = cast_mut::<f64>(io.scratch).ok_or(Code::MISFIT)?.as_chunks_mut().0;
        let filter = (self.sections, Start::Settled, self.on_nan);
        let mut guard = Guard::new(filter, state, before).ok_or(Code::MISFIT)?;
        if *started == 0.0 {
            *started = 1.0;
            let mirror = 2.0 * sample(&rows, own, 0, self.scale)?;
            for i in (1..=self.pad).rev().filter(|_| mirror.is_finite()) {
                guard.one(mirror - sample(&rows, own, i, self.scale)?);
            }
        }
        let out = cast_mut::<f64>(io.out).ok_or(Code::MISFIT)?;
        for (i, out) in out.chunks_exact_mut(self.row_len.max(1)).enumerate() {
            let (y, after) = out.split_at_mut_checked(rows.row_len()).ok_or(Code::MISFIT)?;
            y.iter_mut().zip(rows.row(own.sat_add(i))).for_each(|(y, x)| *y = (*x).into() * self.scale);
            y.chunks_mut(CHUNK).for_each(|y| guard.chunk(y));
            guard.store(after);
        }
        Ok(())
    }

    fn rows<X: Sample>(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        if self.on_nan.guards() {
            return self.guarded_rows::<X>(io);
        }
        let (rows, own) = (io.input::<X>(0)?, io.edges.first().map_or(0, |e| e.lookback));
        let (z, started) = split(io.state)?;
        if *started == 0.0 {
            *started = 1.0;
            let mirror = 2.0 * sample(&rows, own, 0, self.scale)?;
            settle(self.sections, z, mirror - sample(&rows, own, self.pad, self.scale)?);
            if self.pad == 0 {
                settle(self.sections, z, sample(&rows, own, 0, self.scale)?);
            }
            for i in (1..=self.pad).rev() {
                filter(self.sections, z, mirror - sample(&rows, own, i, self.scale)?);
            }
        }
        let out = cast_mut::<f64>(io.out).ok_or(Code::MISFIT)?;
        for (i, out) in out.chunks_exact_mut(self.row_len.max(1)).enumerate() {
            let (y, after) = out.split_at_mut_checked(rows.row_len()).ok_or(Code::MISFIT)?;
            y.iter_mut().zip(rows.row(own.sat_add(i))).for_each(|(y, x)| *y = (*x).into() * self.scale);
            filter_chunk(self.sections, z, y);
            after.iter_mut().zip(z.as_flattened()).for_each(|(to, z)| *to = *z);
        }
        Ok(())
    }
}

impl Kernel for Forward<'_> {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        match io.input_dtype(0)? {
            Dtype::F32 => self.rows::<f32>(io),
            Dtype::F64 => self.rows::<f64>(io),
            _ => self.rows::<i16>(io),
        }
    }
}

struct Reverse<'m> {
    sections: &'m [Section],
    pad: usize,
    on_nan: OnNan,
    /// Results are `f64`, else `f32`.
    wide: bool,
    scale: f64,
}

impl Reverse<'_> {
    /// Filters the right extension forward, then backward. The last row of the range is row `last` of `x`.
    fn turn<X: Sample>(
        &self,
        x: &Rows<'_, X>,
        last: usize,
        forward: &[f64],
        z: &mut [[f64; 2]],
        scratch: &mut [u8],
    ) -> Result<(), Code> {
        let len = x.row_len();
        let (y, after) = forward.split_at_checked(len).ok_or(Code::MISFIT)?;
        z.as_flattened_mut().iter_mut().zip(after).for_each(|(z, from)| *z = *from);
        let end = last.sat_add(1).sat_mul(len);
        // Sample `i` before the last one, of the rows of the block up to `last`, halo included.
        let back =
            |i: usize| end.checked_sub(i.sat_add(1)).ok_or(Code::MISFIT).and_then(|at| sample(x, 0, at, self.scale));
        let mirror = 2.0 * back(0)?;
        let extension = cast_mut::<f64>(scratch).ok_or(Code::MISFIT)?;
        let extension = extension.get_mut(..self.pad).ok_or(Code::MISFIT)?;
        for (v, i) in extension.iter_mut().zip(1..) {
            *v = filter(self.sections, z, mirror - back(i)?);
        }
        let output = extension.last().or(y.last()).ok_or(Code::MISFIT)?;
        settle(self.sections, z, *output);
        for v in extension.iter().rev() {
            filter(self.sections, z, *v);
        }
        Ok(())
    }

    /// As [`Self::turn`], with a guarded state: an extension about a sample that is not finite is left out.
    fn guarded_turn<X: Sample>(
        &self,
        x: &Rows<'_, X>,
        last: usize,
        forward: &[f64],
        guard: &mut Guard<'_, '_>,
        extension: &mut [f64],
    ) -> Result<(), Code> {
        let after = forward.get(x.row_len()..).ok_or(Code::MISFIT)?;
        let end = last.sat_add(1).sat_mul(x.row_len());
        let back =
            |i: usize| end.checked_sub(i.sat_add(1)).ok_or(Code::MISFIT).and_then(|at| sample(x, 0, at, self.scale));
        let (end, mut filled) = (back(0)?, 0usize);
        guard.resume(after, end);
        if (2.0 * end).is_finite() {
            filled = self.pad;
            for (v, i) in extension.iter_mut().zip(1..) {
                *v = guard.one(2.0 * end - back(i)?);
            }
        }
        guard.restart();
        for v in extension.iter().take(filled).rev() {
            guard.one(*v);
        }
        Ok(())
    }

    /// As `rows`, with a guarded state.
    fn guarded_rows<X: Sample, Y: Real>(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let (forward, x) = (io.input::<f64>(0)?, io.input::<X>(1)?);
        let before_x = io.edges.get(1).map_or(0, |e: &EdgeRows<'_>| e.lookback);
        let (state, started) = split(io.state)?;
        let scratch = cast_mut::<f64>(io.scratch).ok_or(Code::MISFIT)?;
        let (extension, before) = scratch.split_at_mut_checked(self.pad).ok_or(Code::MISFIT)?;
        let filter = (self.sections, Start::Settled, self.on_nan);
        let mut guard = Guard::new(filter, state, before.as_chunks_mut().0).ok_or(Code::MISFIT)?;
        let out = cast_mut::<Y>(io.out).ok_or(Code::MISFIT)?;
        for (i, out) in out.chunks_exact_mut(x.row_len().max(1)).enumerate().rev() {
            let row = forward.row(i);
            if *started == 0.0 {
                self.long_enough(io.first.sat_add(checked::count(i)), x.row_len())?;
                *started = 1.0;
                self.guarded_turn(&x, before_x.sat_add(i), row, &mut guard, extension)?;
            }
            for (out, y) in out.iter_mut().zip(row).rev() {
                *out = Y::rounded(guard.one(*y));
            }
        }
        Ok(())
    }

    /// Fails if the stream, which ends with this row, is not longer than the extension.
    fn long_enough(&self, last: u64, len: usize) -> Result<(), Code> {
        let samples = last.sat_add(1).sat_mul(checked::count(len));
        if samples <= checked::count(self.pad) { Err(TOO_SHORT) } else { Ok(()) }
    }

    fn rows<X: Sample, Y: Real>(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        if self.on_nan.guards() {
            return self.guarded_rows::<X, Y>(io);
        }
        let (forward, x) = (io.input::<f64>(0)?, io.input::<X>(1)?);
        let before = io.edges.get(1).map_or(0, |e: &EdgeRows<'_>| e.lookback);
        let (z, started) = split(io.state)?;
        let out = cast_mut::<Y>(io.out).ok_or(Code::MISFIT)?;
        for (i, out) in out.chunks_exact_mut(x.row_len().max(1)).enumerate().rev() {
            let row = forward.row(i);
            if *started == 0.0 {
                self.long_enough(io.first.sat_add(checked::count(i)), x.row_len())?;
                *started = 1.0;
                self.turn(&x, before.sat_add(i), row, z, io.scratch)?;
            }
            let row = row.get(..out.len()).ok_or(Code::MISFIT)?;
            if SIDE_BY_SIDE && self.sections.len() <= 4 {
                filter_into(self.sections, z, row.iter().rev().copied(), out.iter_mut().rev());
                continue;
            }
            for (out, y) in out.iter_mut().zip(row).rev() {
                *out = Y::rounded(filter(self.sections, z, *y));
            }
        }
        Ok(())
    }
}

impl Kernel for Reverse<'_> {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        rows_by_type!(self, io, 1)
    }
}
