//! Rows as `f32`: `y = x * scale + offset`, from raw counts to units of measurement.
//!
//! Input: rows of any real type. Output: `f32` rows of the same length. Integers of up to 16 bits and `f32` are
//! multiplied and added in `f32`, each rounded, not fused. All other types are multiplied and added in `f64` and
//! rounded once to `f32`.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `scale` | factor; default 1 |
//! | `offset` | added after scaling; default 0 |

use super::build::REAL;
use super::params::NARROW;
use super::rows::number_by_element;
use super::{Build, shape};
use crate::dtype::{Dtype, Element};
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::status::Result;

pub(super) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["scale", "offset"])?;
    let edge = b.one_edge()?;
    b.takes(edge, REAL)?;
    let (scale, offset) = (b.real("scale", Some(1.0), &NARROW)?, b.real("offset", Some(0.0), &NARROW)?);
    let mut spec = StageSpec::new(ToF32 { scale, offset }, shape(Dtype::F32, edge.shape.len)?);
    spec.revision = b.revision();
    Ok(spec)
}

struct ToF32 {
    scale: f64,
    offset: f64,
}

impl ToF32 {
    fn narrow<T: Element + Into<f32>>(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
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
        assert_eq!(run::<i64, f32>("to_f32", &[], &Input::rows(&x, 1)), x.map(|v| v as f64 as f32));
        let x = [f64::NAN, f64::NEG_INFINITY, 1e300, -0.1];
        let got: Vec<f32> = run("to_f32", &[], &Input::rows(&x, 4));
        assert!(got[0].is_nan() && got[1..] == [f32::NEG_INFINITY, f32::INFINITY, -0.1]);
    }
}
