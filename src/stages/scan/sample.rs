//! Element types of samples and results.

use crate::dtype::Element;

/// Samples that convert to `f64` exactly.
pub(super) trait Sample: Element + Into<f64> {}

impl Sample for f32 {}

impl Sample for f64 {}

impl Sample for i16 {}

impl Sample for u8 {}

/// Element types of results. Processors differ in the NaN that they compute: rows hold that of the constant.
pub(super) trait Real: Element {
    fn rounded(v: f64) -> Self;
}

impl Real for f32 {
    fn rounded(v: f64) -> f32 {
        if v.is_nan() { f32::NAN } else { v as f32 }
    }
}

impl Real for f64 {
    fn rounded(v: f64) -> f64 {
        if v.is_nan() { f64::NAN } else { v }
    }
}
