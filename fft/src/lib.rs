//! Transforms of `f32` rows of any length by `rustfft`.
//!
//! `rustfft` is generic over its element type, so that every crate that plans a transform compiles all of it. This
//! crate plans for `f32` alone, in a function that is not generic: the library and the driver share one copy.
//!
//! | processor | lengths with prime factors up to 31 | other lengths |
//! | --- | --- | --- |
//! | x86-64 with AVX and FMA, AArch64 | mixed radix in vectors | Rader or Bluestein |
//! | x86-64 without (before 2013) | radix 4, and a small sum for each odd factor | Bluestein |
//! | any other | mixed radix | Rader or Bluestein |
//!
//! The second row keeps the SSE and portable kernels of `rustfft`, 570 KB of code, out of libraries for x86-64. The
//! last bits of a transform may differ between processors. They do not differ between calls on one processor.
#![deny(unsafe_code)]

pub use rustfft::{Fft, num_complex::Complex32};
use std::sync::Arc;

/// Plans `X[k] = sum x[i] exp(-2 pi i k / len)` over `len` complex numbers, unscaled.
///
/// Allocates at most [`heap_bytes`] on the heap. The plan does not allocate in `process_with_scratch` and
/// `process_immutable_with_scratch`.
#[must_use]
pub fn forward(len: usize) -> Arc<dyn Fft<f32>> {
    #[cfg(target_arch = "x86_64")]
    return rustfft::FftPlannerAvx::new().map_or_else(|()| portable(len), |mut p| p.plan_fft_forward(len));
    #[cfg(not(target_arch = "x86_64"))]
    rustfft::FftPlanner::new().plan_fft_forward(len)
}

/// An upper bound of the heap memory of [`forward`], during the call and in its plan, in bytes.
///
/// Lengths of small prime factors use 8 bytes per element for their twiddles, and three times that during the call on
/// processors without vectors. Other lengths use a transform of up to four times the length (Bluestein), with two
/// tables during the call. Measured: 8.1, 24.1 and 93 bytes per element. Tests compare the bound with a counting
/// allocator.
#[must_use]
pub fn heap_bytes(len: usize) -> usize {
    let mut rest = len;
    for factor in [2, 3, 5, 7, 11] {
        while rest > 0 && rest.is_multiple_of(factor) {
            rest /= factor;
        }
    }
    len.saturating_mul(if rest == 1 { 25 } else { 112 }).saturating_add(8192)
}

/// Whether [`forward`] uses vector instructions on this processor.
#[must_use]
pub fn has_vectors() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::is_x86_feature_detected!("avx") && std::is_x86_feature_detected!("fma");
    #[cfg(not(target_arch = "x86_64"))]
    cfg!(target_feature = "neon")
}

/// The plan of [`forward`] on x86-64 without AVX.
#[cfg(target_arch = "x86_64")]
#[must_use]
pub fn portable(len: usize) -> Arc<dyn Fft<f32>> {
    use rustfft::FftDirection::Forward;
    use rustfft::algorithm::{BluesteinsAlgorithm, Dft, MixedRadix, Radix4};
    let twos = 1 << len.trailing_zeros().min(usize::BITS - 2);
    let mut plan: Arc<dyn Fft<f32>> = Arc::new(Radix4::new(twos, Forward));
    let mut rest = len / twos;
    for factor in [3, 5, 7, 11, 13, 17, 19, 23, 29, 31] {
        while rest > 0 && rest.is_multiple_of(factor) {
            plan = Arc::new(MixedRadix::new(Arc::new(Dft::new(factor, Forward)), plan));
            rest /= factor;
        }
    }
    if rest > 1 {
        let inner = Radix4::new((2 * rest - 1).next_power_of_two(), Forward);
        plan = Arc::new(MixedRadix::new(plan, Arc::new(BluesteinsAlgorithm::new(rest, Arc::new(inner)))));
    }
    plan
}
