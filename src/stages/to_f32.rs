//! Rows as `f32`: `y = x * scale + offset`, from raw counts to units of measurement.
//!
//! Input: rows of any real type. Output: `f32` rows of the same length. Integers of up to 16 bits and `f32` are
//! multiplied and added in `f32`, each rounded, not fused, if scale and offset are normal numbers of `f32` or 0, and the
//! offset is below 2^100: so that no step leaves the range of `f32` if the result is in it. Else, and for all other
//! types, the arithmetic is in `f64`, rounded once to `f32`. With scale 1 and offset 0, `i64` is rounded once, too.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `scale` | factor; default 1 |
//! | `offset` | added after scaling; default 0 |

use super::build::REAL;
use super::params::FINITE;
use super::rows::number_by_element;
use super::{Build, shape};
use crate::dtype::{Dtype, Element};
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::status::Result;
use crate::util::root::power_of_two;

pub(super) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["scale", "offset"])?;
    let edge = b.one_edge()?;
    b.takes(edge, REAL)?;
    let (scale, offset) = (b.real("scale", Some(1.0), &FINITE)?, b.real("offset", Some(0.0), &FINITE)?);
    let fits = |v: f64| v == 0.0 || (v as f32).is_normal();
    let wide = !fits(scale) || !fits(offset) || offset.abs() >= power_of_two(100);
    let mut spec = StageSpec::new(ToF32 { scale, offset, wide }, shape(Dtype::F32, edge.shape.len)?);
    spec.series = edge.series;
    spec.revision = b.revision();
    Ok(spec)
}

struct ToF32 {
    scale: f64,
    offset: f64,
    /// Computes narrow types in `f64`, too.
    wide: bool,
}

impl ToF32 {
    fn narrow<T: Element + Into<f32>>(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        if self.wide {
            return self.wide(io, |x: T| f64::from(x.into()));
        }
        let (scale, offset) = (self.scale as f32, self.offset as f32);
        number_by_element(io, |x: T| x.into() * scale + offset)
    }

    fn wide<T: Element>(&self, io: &mut StageIo<'_>, number: impl Fn(T) -> f64) -> Result<(), Code> {
        number_by_element(io, |x: T| (number(x) * self.scale + self.offset) as f32)
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
            Dtype::I64 if self.scale == 1.0 && self.offset == 0.0 => number_by_element(io, |x: i64| x as f32),
            Dtype::I64 => self.wide::<i64>(io, |x| x as f64),
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
