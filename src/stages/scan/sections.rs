//! Cascades of second-order sections: the parameter `sos`, the arithmetic, and the steady state.

use super::Real;
use crate::checked;
use crate::stages::Build;
use crate::stages::params::FINITE;
use crate::status::Result;
use crate::util::unsigned::Unsigned;
use core::cell::Cell;
use core::ops::{Add, Mul, Sub};

/// One section, divided by `a0`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Section {
    b: [f64; 3],
    a: [f64; 2],
}

impl Section {
    /// Filters one sample.
    #[inline(always)]
    fn step(&self, z: &mut [f64; 2], x: f64) -> f64 {
        let [b0, b1, b2] = self.b;
        let [a1, a2] = self.a;
        let [z1, z2] = *z;
        let y = b0 * x + z1;
        *z = [b1 * x - a1 * y + z2, b2 * x - a2 * y];
        y
    }

    /// Gain of a constant input.
    fn gain(&self) -> f64 {
        let [b0, b1, b2] = self.b;
        let [a1, a2] = self.a;
        (b0 + b1 + b2) / (1.0 + a1 + a2)
    }

    /// Whether the section delays by one sample only, in numerator and denominator.
    pub(super) fn lower_order(&self) -> (bool, bool) {
        let ([_, _, b2], [_, a2]) = (self.b, self.a);
        (b2 == 0.0, a2 == 0.0)
    }
}

/// Filters one sample with the cascade.
#[inline(always)]
pub(super) fn filter(sections: &[Section], z: &mut [[f64; 2]], x: f64) -> f64 {
    sections.iter().zip(z).fold(x, |x, (section, z)| section.step(z, x))
}

/// Sections whose coefficients and states stay in registers; SPARC has 16 registers for `f64`.
const HELD: usize = if cfg!(target_arch = "sparc") { 1 } else { 4 };

/// Whether four sections run side by side, in vectors of `f64`.
pub(super) const SIDE_BY_SIDE: bool =
    cfg!(any(target_feature = "sse2", all(target_arch = "aarch64", target_feature = "neon")));

/// Samples of a guarded chunk.
pub(super) const CHUNK: usize = 64;

/// Samples that are best filtered at a time, at least those of a guarded chunk.
pub(super) const BLOCK: usize = if SIDE_BY_SIDE { 256 } else { CHUNK };

/// Filters samples with the cascade, in place.
pub(super) fn filter_chunk(sections: &[Section], z: &mut [[f64; 2]], x: &mut [f64]) {
    for (sections, z) in sections.chunks(HELD).zip(z.chunks_mut(HELD)) {
        match sections.len() {
            1 if HELD > 1 => filter_held::<1>(sections, z, x),
            2 if HELD > 2 => filter_held::<2>(sections, z, x),
            3 if HELD > 3 => filter_held::<3>(sections, z, x),
            4 if SIDE_BY_SIDE && x.len() > 4 => {
                let cells = Cell::from_mut(&mut *x).as_slice_of_cells();
                filter_four(sections, z, cells.iter().map(Cell::get), cells.iter(), Cell::set);
            }
            _ => filter_held::<HELD>(sections, z, x),
        }
    }
}

fn filter_held<const N: usize>(sections: &[Section], z: &mut [[f64; 2]], x: &mut [f64]) {
    let (Some(sections), Some(z)) = (sections.first_chunk::<N>(), z.first_chunk_mut::<N>()) else { return };
    let (sections, mut now) = (*sections, *z);
    for v in x {
        *v = filter(&sections, &mut now, *v);
    }
    *z = now;
}

/// One number for each of four sections.
type Four = [f64; 4];

#[inline(always)]
fn each(mut a: Four, b: Four, operation: fn(f64, f64) -> f64) -> Four {
    a.iter_mut().zip(b).for_each(|(a, b)| *a = operation(*a, b));
    a
}

/// As `filter_held::<4>`, with section `k` at sample `n - k`, so that the four of a step are independent. Each section
/// computes what [`Section::step`] does, in the same order: the same bits. Of at least 4 samples.
#[inline(always)]
fn filter_four<T>(
    sections: &[Section],
    z: &mut [[f64; 2]],
    mut from: impl Iterator<Item = f64>,
    mut to: impl Iterator<Item = T>,
    put: impl Fn(T, f64),
) {
    let (Some(sections), Some(z)) = (sections.first_chunk::<4>(), z.first_chunk_mut::<4>()) else { return };
    let (sections, mut now) = (*sections, *z);
    // The input of each section at its next sample.
    let mut next = [0.0; 4];
    for (i, (next, v)) in next.iter_mut().skip(1).rev().zip(&mut from).enumerate() {
        *next = sections.iter().zip(&mut now).take(3usize.sat_sub(i)).fold(v, |x, (section, z)| section.step(z, x));
    }
    let coefficient = |pick: fn(&Section) -> f64| sections.each_ref().map(pick);
    let (b0, b1, b2) = (coefficient(|s| s.b[0]), coefficient(|s| s.b[1]), coefficient(|s| s.b[2]));
    let (a1, a2) = (coefficient(|s| s.a[0]), coefficient(|s| s.a[1]));
    let (mut z1, mut z2) = (now.map(|z| z[0]), now.map(|z| z[1]));
    for (v, to) in from.zip(&mut to) {
        let [_, u1, u2, u3] = next;
        let u = [v, u1, u2, u3];
        let y = each(each(b0, u, Mul::mul), z1, Add::add);
        z1 = each(each(each(b1, u, Mul::mul), each(a1, y, Mul::mul), Sub::sub), z2, Add::add);
        z2 = each(each(b2, u, Mul::mul), each(a2, y, Mul::mul), Sub::sub);
        let [y0, y1, y2, y3] = y;
        next = [0.0, y0, y1, y2];
        put(to, y3);
    }
    now.iter_mut().zip(z1.into_iter().zip(z2)).for_each(|(now, (z1, z2))| *now = [z1, z2]);
    for (i, (next, to)) in next.into_iter().skip(1).rev().zip(to).enumerate() {
        put(to, sections.iter().zip(&mut now).skip(3usize.sat_sub(i)).fold(next, |x, (section, z)| section.step(z, x)));
    }
    *z = now;
}

/// Filters samples into results, with at most 4 sections, while the results are rounded.
#[inline(always)]
pub(super) fn filter_into<'y, Y: Real + 'y>(
    sections: &[Section],
    z: &mut [[f64; 2]],
    from: impl ExactSizeIterator<Item = f64>,
    to: impl Iterator<Item = &'y mut Y>,
) {
    match sections.len() {
        1 => filter_each::<1, _>(sections, z, from, to),
        2 => filter_each::<2, _>(sections, z, from, to),
        3 => filter_each::<3, _>(sections, z, from, to),
        _ if from.len() > 4 => filter_four(sections, z, from, to, |to, y| *to = Y::rounded(y)),
        _ => filter_each::<4, _>(sections, z, from, to),
    }
}

#[inline(always)]
fn filter_each<'y, const N: usize, Y: Real + 'y>(
    sections: &[Section],
    z: &mut [[f64; 2]],
    from: impl Iterator<Item = f64>,
    to: impl Iterator<Item = &'y mut Y>,
) {
    let (Some(sections), Some(z)) = (sections.first_chunk::<N>(), z.first_chunk_mut::<N>()) else { return };
    let (sections, mut now) = (*sections, *z);
    for (v, to) in from.zip(to) {
        *to = Y::rounded(filter(&sections, &mut now, v));
    }
    *z = now;
}

/// Sets the state of the cascade after an endless constant `x`: `scipy.signal.sosfilt_zi` times `x`.
pub(super) fn settle(sections: &[Section], z: &mut [[f64; 2]], x: f64) {
    let mut scale = 1.0;
    for (section, z) in sections.iter().zip(z) {
        let ([b0, b1, b2], [a1, a2]) = (section.b, section.a);
        // For the input 1, whose output is `gain`; the same order of operations as SciPy's
        // lfilter_zi.
        let z1 = (b1 - a1 * b0 + b2 - a2 * b0) / (1.0 + a1 + a2);
        let z2 = b2 - a2 * (b0 + z1);
        *z = [z1 * scale * x, z2 * scale * x];
        scale *= section.gain();
    }
}

/// The sections of the parameter `sos`, in the pool.
pub(super) fn sections<'m>(b: &mut Build<'_, 'm>) -> Result<&'m [Section]> {
    let given = b.within("sos", &FINITE)?;
    let (list, rest) = given.as_chunks::<6>();
    if list.is_empty() || list.len() > 32 || !rest.is_empty() {
        let text = "stage {m}: the parameter {n} must be a list of 6 numbers for each of 1 to 32 sections; it has {a}";
        return Err(b.param_error("sos", text).a(checked::count(given.len())));
    }
    let mut all = [Section { b: [0.0; 3], a: [0.0; 2] }; 32];
    for (i, (section, [b0, b1, b2, a0, a1, a2])) in all.iter_mut().zip(list).enumerate() {
        *section = Section { b: [b0 / a0, b1 / a0, b2 / a0], a: [a1 / a0, a2 / a0] };
        if !section.b.iter().chain(&section.a).all(|v| v.is_finite()) {
            let text = "stage {m}: the parameter {n}{v} divides its section: it must not be 0 or too small";
            return Err(b.refused("sos", Some(i.sat_mul(6).sat_add(3)), *a0, text));
        }
    }
    b.pool.copied(all.get(..list.len()).unwrap_or(&[]))
}

/// Refuses filters without a steady state.
pub(super) fn settles(b: &Build<'_, '_>, sections: &[Section]) -> Result<()> {
    let Some(at) = sections.iter().position(|s| !s.gain().is_finite()) else { return Ok(()) };
    Err(b
        .param_error(
            "sos",
            "stage {m}: section {a} of {n} has a pole at 1 and so no steady state to start from: remove it",
        )
        .a(at))
}
