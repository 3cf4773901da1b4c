//! Rows as `f32`: `y = x * scale + offset`, from raw counts to units of measurement.
//!
//! Input: rows of any real type. Output: `f32` rows of the same length. Integers of up to 16 bits and `f32` are
//! multiplied and added in `f32`, each rounded, not fused, if scale and offset are normal numbers of `f32` or 0, and
//! the offset is below 2^100: so that no step leaves the range of `f32` if the result is in it. Else, and for all other
//! types, the arithmetic is in `f64`, rounded once to `f32`. With scale 1 and offset 0, `i64` is rounded once, too.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `scale` | factor; default 1 |
//! | `offset` | added after scaling; default 0 |
//! | `missing` | elements of this value become NaN; default none |
//!
//! `missing` is compared with the elements before they are scaled: with `f32` rounded to it, with all other types exactly.

use super::build::REAL;
use super::params::FINITE;
use super::rows::number_by_element;
use super::{Build, shape};
use crate::dtype::{Dtype, Element};
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::status::Result;
use crate::util::root::power_of_two;

pub(super) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["scale", "offset", "missing"])?;
    let edge = b.one_edge()?;
    b.takes(edge, REAL)?;
    let (scale, offset) = (b.real("scale", Some(1.0), &FINITE)?, b.real("offset", Some(0.0), &FINITE)?);
    let fits = |v: f64| v == 0.0 || (v as f32).is_normal();
    let wide = !fits(scale) || !fits(offset) || offset.abs() >= power_of_two(100);
    // f32 is compared with the number rounded to it.
    let rounded = |v: f64| if edge.shape.dtype == Dtype::F32 { f64::from(v as f32) } else { v };
    let missing = b.optional("missing", &FINITE)?.map(rounded);
    let mut spec = StageSpec::new(ToF32 { scale, offset, wide, missing }, shape(Dtype::F32, edge.shape.len)?);
    spec.series = edge.series;
    spec.revision = b.revision();
    Ok(spec)
}

struct ToF32 {
    scale: f64,
    offset: f64,
    /// Computes narrow types in `f64`, too.
    wide: bool,
    /// Elements of this value become NaN.
    missing: Option<f64>,
}

impl ToF32 {
    fn narrow<T: Element + Into<f32>>(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        if self.wide {
            return self.wide(io, |x: T| f64::from(x.into()));
        }
        let (scale, offset) = (self.scale as f32, self.offset as f32);
        self.each(io, |x: T| x.into() * scale + offset, |x, missing| f64::from(x.into()) == missing)
    }

    fn wide<T: Element>(&self, io: &mut StageIo<'_>, number: impl Fn(T) -> f64) -> Result<(), Code> {
        self.each(io, |x: T| (number(x) * self.scale + self.offset) as f32, |x, missing| number(x) == missing)
    }

    fn long(&self, io: &mut StageIo<'_>, value: impl Fn(i64) -> f32) -> Result<(), Code> {
        // Both are compared as integers: a long one may have no f64 of its own.
        let same = |x: i64, missing: f64| x as f64 == missing && i128::from(x) == missing as i128;
        self.each(io, value, same)
    }

    fn each<T: Element>(
        &self,
        io: &mut StageIo<'_>,
        value: impl Fn(T) -> f32,
        is: impl Fn(T, f64) -> bool,
    ) -> Result<(), Code> {
        match self.missing {
            None => number_by_element(io, value),
            Some(missing) => number_by_element(io, |x: T| if is(x, missing) { f32::NAN } else { value(x) }),
        }
    }
}

impl Kernel for ToF32 {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        match io.input_dtype(0)? {
            Dtype::I8 => self.narrow::<i8>(io),
            Dtype::U8 => self.narrow::<u8>(io),
            Dtype::I16 => self.narrow::<i16>(io),
            Dtype::U16 => self.narrow::<u16>(io),
            Dtype::F32 => self.narrow::<f32>(io),
            Dtype::I32 => self.wide::<i32>(io, f64::from),
            Dtype::U32 => self.wide::<u32>(io, f64::from),
            Dtype::I64 if self.scale == 1.0 && self.offset == 0.0 => self.long(io, |x| x as f32),
            Dtype::I64 => self.long(io, |x| (x as f64 * self.scale + self.offset) as f32),
            Dtype::F64 => self.wide::<f64>(io, |x| x),
            Dtype::C32 => Err(Code::MISFIT),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Input, run};
    use std::vec::Vec;

    #[test]
    fn counts_become_units() {
        let params: &[(&str, &[f64])] = &[("scale", &[0.25]), ("offset", &[-3.0])];
        let x: Vec<i16> = (-50..50).map(|v| v * 600).collect();
        let want: Vec<f32> = x.iter().map(|v| f32::from(*v) * 0.25 - 3.0).collect();
        assert_eq!(run::<i16, f32>("to_f32", params, &Input::rows(&x, 10)), want);
        let x = [0u8, 1, 255, 7, 9, 20];
        let want = x.map(|v| f32::from(v) * 0.25 - 3.0);
        assert_eq!(run::<u8, f32>("to_f32", params, &Input::rows(&x, 3)), want);
        let x = [i32::MIN, -1, 16_777_217, i32::MAX];
        let want = x.map(|v| (f64::from(v) * 0.25 - 3.0) as f32);
        assert_eq!(run::<i32, f32>("to_f32", params, &Input::rows(&x, 2)), want);
        let x = [i64::MIN, -1, 1 << 40, i64::MAX];
        assert_eq!(run::<i64, f32>("to_f32", &[], &Input::rows(&x, 1)), x.map(|v| v as f32));
        let x = [f64::NAN, f64::NEG_INFINITY, 1e300, -0.1];
        let got: Vec<f32> = run("to_f32", &[], &Input::rows(&x, 4));
        assert!(got[0].is_nan() && got[1..] == [f32::NEG_INFINITY, f32::INFINITY, -0.1]);
    }

    #[test]
    fn a_marked_value_becomes_nan() {
        fn check<T: crate::dtype::Element>(x: &[T], marked: f64, want: &[f32]) {
            let params = [("scale", &[0.5][..]), ("missing", &[marked][..])];
            let got: Vec<f32> = run("to_f32", &params, &Input::rows(x, 2));
            let same = |(a, b): (&f32, &f32)| a.to_bits() == b.to_bits();
            assert!(got.len() == want.len() && got.iter().zip(want).all(same), "{got:?} {want:?}");
        }
        const NAN: f32 = f32::NAN;
        check(&[-32768i16, 4, -32767, -32768], -32768.0, &[NAN, 2.0, -16383.5, NAN]);
        check(&[255u8, 254], 255.0, &[NAN, 127.0]);
        check(&[i32::MIN, 0], f64::from(i32::MIN), &[NAN, 0.0]);
        check(&[0.1f32, 0.2], 0.1, &[NAN, 0.1]);
        check(&[0.1f64, 0.2], 0.1, &[NAN, 0.1]);
        // 2^53 + 1 has no f64; i64::MAX is not 2^63.
        check(&[(1i64 << 53) + 1, 1 << 53], 9_007_199_254_740_992.0, &[4_503_599_627_370_496.0, NAN]);
        check(&[i64::MAX, i64::MIN], 9_223_372_036_854_775_808.0, &[4_611_686_018_427_387_904.0, -4.611_686e18]);
        check(&[i64::MAX, i64::MIN], -9_223_372_036_854_775_808.0, &[4.611_686e18, NAN]);
    }

    #[test]
    fn results_that_fit_f32_are_right_for_every_scale_and_offset() {
        let x = [0.0f32, 1e-45, 1e-20, 1.0, -3.5, 1e20, f32::MAX];
        let pairs =
            [(1e-46, 0.0), (1e40, 0.0), (1e-40, 1.0), (10.0, -3e38), (1e30, -1e32), (1e300, 1e-300), (2.0, 1e-46)];
        for (scale, offset) in pairs {
            let params: &[(&str, &[f64])] = &[("scale", &[scale]), ("offset", &[offset])];
            let want = x.map(|v| (f64::from(v) * scale + offset) as f32);
            let got: Vec<f32> = run("to_f32", params, &Input::rows(&x, 7));
            // Steps in f32 are each within half a unit.
            let near = |(g, w): (&f32, &f32)| g == w || (g - w).abs() <= 1.5e-7 * (w.abs() + offset.abs() as f32);
            assert!(got.iter().zip(&want).all(near), "{scale} {offset}: {got:?}");
        }
        // Rounded once: through f64 this is a tie, which is rounded to even.
        let x = [(1i64 << 60) + (1 << 36) + 1];
        assert_eq!(run::<i64, f32>("to_f32", &[], &Input::rows(&x, 1)), [x[0] as f32]);
        assert_ne!(x[0] as f32, x[0] as f64 as f32);
    }
}
