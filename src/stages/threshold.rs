//! Alert, element by element: `y = 1` if `x > level`, else 0; with `below`: if `x < level`.
//!
//! Input: rows of any real type. Output: `u8` rows of the same length. NaN gives 0. The comparison follows the rule for
//! all parameters that are compared with samples: `f32` samples are compared with the parameter rounded to `f32`,
//! integers and `f64` with the parameter itself, exactly.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `level` | limit; required, not NaN |
//! | `scale` | factor of the elements; default 1. The level is divided by it instead |
//! | `below` | 1: alerts if `x < level`. 0, the default: if `x > level` |

use super::build::REAL;
use super::params::FINITE;
use super::rows::row_by_row;
use super::{Build, shape};
use crate::dtype::{Dtype, Element};
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::series::Unit;
use crate::status::Result;

pub(super) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["level", "below", "scale"])?;
    let edge = b.one_edge()?;
    b.takes(edge, REAL)?;
    let below = b.count("below", Some(0), 0, 1)? == 1;
    let level = b.real("level", None, &FINITE)? / b.scale()?;
    let mut spec = StageSpec::new(Threshold { level, below }, shape(Dtype::U8, edge.shape.len)?);
    spec.series = edge.series.of(Unit::Other);
    spec.revision = b.revision();
    Ok(spec)
}

struct Threshold {
    level: f64,
    below: bool,
}

impl Threshold {
    fn compare<T: Element>(&self, io: &mut StageIo<'_>, number: impl Fn(T) -> f64) -> Result<(), Code> {
        self.against(io, number, self.level)
    }

    fn against<T: Element, U: PartialOrd + Copy>(
        &self,
        io: &mut StageIo<'_>,
        number: impl Fn(T) -> U,
        level: U,
    ) -> Result<(), Code> {
        row_by_row(io, None, |y: &mut [u8], row: &[T]| {
            let items = y.iter_mut().zip(row);
            if self.below {
                items.for_each(|(y, x)| *y = u8::from(number(*x) < level));
            } else {
                items.for_each(|(y, x)| *y = u8::from(number(*x) > level));
            }
        })
    }

    /// Compares with a whole number instead of the level: the one next to it on the side of the elements that give 0.
    fn compare_i64(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        const END: f64 = (1u64 << 63) as f64;
        if !(-END..END).contains(&self.level) {
            // All elements are on one side of the level.
            return self.against(io, |_: i64| 0.0, self.level);
        }
        let whole = self.level as i64;
        let level = match (self.below, whole as f64) {
            (true, truncated) if truncated < self.level => whole.wrapping_add(1),
            (false, truncated) if truncated > self.level => whole.wrapping_sub(1),
            _ => whole,
        };
        self.against(io, |x: i64| x, level)
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
            Dtype::I64 => self.compare_i64(io),
            Dtype::F32 => self.against(io, |x: f32| x, self.level as f32),
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
        // The nearest f32 of 0.1 is above 0.1, but not above the level rounded to f32.
        assert_eq!(run::<f32, u8>("threshold", &[("level", &[0.1])], &Input::rows(&x, 1))[0], 0);
        assert_eq!(run::<u32, u8>("threshold", &[("level", &[7.5])], &Input::rows(&[7u32, 8], 2)), [0, 1]);
        assert!(register("threshold", &[], Input::rows(&x, 3).edge(), false).is_err());
        assert!(register("threshold", &[("level", &[f64::NAN])], Input::rows(&x, 3).edge(), false).is_err());
    }

    #[test]
    fn samples_of_all_types_are_compared_by_one_rule() {
        for level in [0.1, 0.3, -0.7, 1e-46, 16_777_217.0, 1e39] {
            let near = level as f32;
            let x = [near.next_down(), near, near.next_up()];
            let high: &[(&str, &[f64])] = &[("level", &[level])];
            let low: &[(&str, &[f64])] = &[("level", &[level]), ("below", &[1.0])];
            let above = x.map(|v| u8::from(v > near));
            assert_eq!(run::<f32, u8>("threshold", high, &Input::rows(&x, 3)), above, "{level}");
            let below = x.map(|v| u8::from(v < near));
            assert_eq!(run::<f32, u8>("threshold", low, &Input::rows(&x, 3)), below, "{level}");
        }
        assert_eq!(
            run::<f64, u8>("threshold", &[("level", &[0.1])], &Input::rows(&[0.1, 0.1f64.next_up()], 2)),
            [0, 1]
        );
    }

    #[test]
    fn integers_of_64_bits_are_compared_exactly() {
        let two_53 = 1i64 << 53;
        let x = [i64::MIN, i64::MIN + 1, -two_53 - 1, -1, 0, 1, two_53, two_53 + 1, i64::MAX - 1, i64::MAX];
        let large = two_53 as f64;
        let levels = [0.0, 0.5, -0.5, 1.0, -1.0, large, -large, large * 1024.0, -large * 1024.0, 1e300, -1e300];
        for level in levels {
            // Twice the level, without loss: halves are the only fractions here.
            let twice = (level * 2.0) as i128;
            let high: &[(&str, &[f64])] = &[("level", &[level])];
            let low: &[(&str, &[f64])] = &[("level", &[level]), ("below", &[1.0])];
            let above = x.map(|v| u8::from(i128::from(v) * 2 > twice));
            assert_eq!(run::<i64, u8>("threshold", high, &Input::rows(&x, x.len())), above, "{level}");
            let below = x.map(|v| u8::from(i128::from(v) * 2 < twice));
            assert_eq!(run::<i64, u8>("threshold", low, &Input::rows(&x, x.len())), below, "{level}");
        }
    }
}
