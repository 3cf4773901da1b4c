//! Alert, element by element: `y = 1` if `x > level`, else 0; with `below`: if `x < level`.
//!
//! Input: rows of any real type. Output: `u8` rows of the same length. The comparison is in `f64`, which is exact but
//! for `i64`, whose elements are rounded to `f64` first. NaN gives 0.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `level` | limit; required, not NaN |
//! | `below` | 1: alerts if `x < level`. 0, the default: if `x > level` |

use super::build::REAL;
use super::params::FINITE;
use super::rows::row_by_row;
use super::{Build, shape};
use crate::dtype::{Dtype, Element};
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::status::Result;

pub(super) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["level", "below"])?;
    let edge = b.one_edge()?;
    b.takes(edge, REAL)?;
    let below = b.count("below", Some(0), 0, 1)? == 1;
    let level = b.real("level", None, &FINITE)?;
    let mut spec = StageSpec::new(Threshold { level, below }, shape(Dtype::U8, edge.shape.len)?);
    spec.revision = b.revision();
    Ok(spec)
}

struct Threshold {
    level: f64,
    below: bool,
}

impl Threshold {
    fn compare<T: Element>(&self, io: &mut StageIo<'_>, number: impl Fn(T) -> f64) -> Result<(), Code> {
        row_by_row(io, None, |y: &mut [u8], row: &[T]| {
            let items = y.iter_mut().zip(row);
            if self.below {
                items.for_each(|(y, x)| *y = u8::from(number(*x) < self.level));
            } else {
                items.for_each(|(y, x)| *y = u8::from(number(*x) > self.level));
            }
        })
    }
}

impl Kernel for Threshold {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        match io.input_dtype(0)? {
            Dtype::I8 => self.compare::<i8>(io, f64::from),
            Dtype::U8 => self.compare::<u8>(io, f64::from),
            Dtype::I16 => self.compare::<i16>(io, f64::from),
            Dtype::U16 => self.compare::<u16>(io, f64::from),
            Dtype::I32 => self.compare::<i32>(io, f64::from),
            Dtype::U32 => self.compare::<u32>(io, f64::from),
            Dtype::I64 => self.compare::<i64>(io, |x| x as f64),
            Dtype::F32 => self.compare::<f32>(io, f64::from),
            Dtype::F64 => self.compare::<f64>(io, |x| x),
            Dtype::C32 => Err(Code::MISFIT),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Input, register, run};

    #[test]
    fn alerts_above_or_below_and_never_for_nan() {
        let x = [0.1f32, 25.0, 25.000_002, f32::NAN, f32::INFINITY, f32::NEG_INFINITY];
        let above: &[(&str, &[f64])] = &[("level", &[25.0])];
        assert_eq!(run::<f32, u8>("threshold", above, &Input::rows(&x, 3)), [0, 0, 1, 0, 1, 0]);
        let below: &[(&str, &[f64])] = &[("level", &[25.0]), ("below", &[1.0])];
        assert_eq!(run::<f32, u8>("threshold", below, &Input::rows(&x, 2)), [1, 0, 0, 0, 0, 1]);
        // The nearest f32 of 0.1 is above 0.1.
        assert_eq!(run::<f32, u8>("threshold", &[("level", &[0.1])], &Input::rows(&x, 1))[0], 1);
        assert_eq!(run::<u32, u8>("threshold", &[("level", &[7.5])], &Input::rows(&[7u32, 8], 2)), [0, 1]);
        assert!(register("threshold", &[], Input::rows(&x, 3).edge(), false).is_err());
        assert!(register("threshold", &[("level", &[f64::NAN])], Input::rows(&x, 3).edge(), false).is_err());
    }
}
