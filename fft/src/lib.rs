//! Transforms of `f32` rows of any length by `rustfft`.
//!
//! `rustfft` is generic over its element type, so every crate that plans a transform compiles all of it again. This
//! crate plans for `f32` alone, in a function that is not generic: the library and the driver share one copy.
//!
//! [`forward`] picks the instructions of the processor at run time (AVX with FMA on x86-64, Neon on AArch64), so the last
//! bits of a transform may differ between processors. They do not differ between calls on one processor.
#![deny(unsafe_code)]

pub use rustfft::{Fft, num_complex::Complex32};
use std::sync::Arc;

/// Plans `X[k] = sum x[i] exp(-2 pi i k / len)` over `len` complex numbers, unscaled.
///
/// Allocates on the heap. The plan itself does not allocate in `process_with_scratch` and
/// `process_immutable_with_scratch`.
#[must_use]
pub fn forward(len: usize) -> Arc<dyn Fft<f32>> {
    rustfft::FftPlanner::new().plan_fft_forward(len)
}
