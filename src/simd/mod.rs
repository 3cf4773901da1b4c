//! Inner loops that benefit from wide registers, selected at run time for the processor.
//!
//! Every loop is written once, over lanes of sixteen elements with partial results per lane, and compiled for several
//! instruction sets. Without fused multiply-add and reordering, all levels and all other processors give the same bits.
//! `unsafe` code calls functions compiled for instructions that [`Level::detect`] has found.
#![allow(unsafe_code)]

/// Instructions that may be used. Only [`Level::detect`] returns a level above the baseline, so that a value proves
/// that the processor has the instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Level(Isa);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Isa {
    /// The target of the build.
    Baseline,
    /// AVX2, POPCNT, LZCNT, BMI1, BMI2 and MOVBE, and what they imply.
    #[cfg(all(feature = "simd", target_arch = "x86_64"))]
    Avx2,
    /// Those of `Avx2`, and AVX-512 F, BW, CD, DQ and VL, and what they imply: FMA and F16C.
    #[cfg(all(feature = "simd", target_arch = "x86_64"))]
    Avx512,
}

/// Whether loops run over lanes, or over one element at a time, which is faster on processors without vectors.
pub const VECTORS: bool = cfg!(any(target_feature = "sse2", target_feature = "neon", target_feature = "altivec"));

impl Level {
    /// The target of the build.
    pub const BASELINE: Level = Level(Isa::Baseline);

    /// The best level of this processor.
    #[must_use]
    pub fn detect() -> Level {
        #[cfg(all(feature = "simd", target_arch = "x86_64"))]
        {
            use std::is_x86_feature_detected as has;
            // The compiler takes each feature to include others: tests/project/features.rs compares the lists.
            let older = has!("sse3") && has!("ssse3") && has!("sse4.1") && has!("sse4.2") && has!("avx");
            let bits = has!("popcnt") && has!("lzcnt") && has!("bmi1") && has!("bmi2") && has!("movbe");
            let wide = has!("avx512f") && has!("avx512bw") && has!("avx512dq") && has!("avx512vl") && has!("avx512cd");
            let wide = wide && has!("fma") && has!("f16c");
            if older && bits && has!("avx2") {
                return Level(if wide { Isa::Avx512 } else { Isa::Avx2 });
            }
        }
        Level::BASELINE
    }
}

/// Declares a function whose body is compiled for every level; its first argument selects one.
macro_rules! per_level {
    ($(#[$doc:meta])* pub fn $name:ident($($arg:ident: $ty:ty),* $(,)?) $(-> $ret:ty)? $body:block) => {
        $(#[$doc])*
        pub fn $name(level: Level, $($arg: $ty),*) $(-> $ret)? {
            #[inline(always)]
            fn body($($arg: $ty),*) $(-> $ret)? $body
            #[cfg(all(feature = "simd", target_arch = "x86_64"))]
            {
                #[target_feature(enable = "avx2,popcnt,bmi1,bmi2,lzcnt,movbe")]
                fn avx2($($arg: $ty),*) $(-> $ret)? { body($($arg),*) }
                #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,popcnt,bmi1,bmi2,lzcnt,movbe")]
                fn avx512($($arg: $ty),*) $(-> $ret)? { body($($arg),*) }
                match level.0 {
                    Isa::Baseline => body($($arg),*),
                    // SAFETY: a level above the baseline exists only where `detect` found its
                    // instructions.
                    Isa::Avx2 => unsafe { avx2($($arg),*) },
                    // SAFETY: as above.
                    Isa::Avx512 => unsafe { avx512($($arg),*) },
                }
            }
            #[cfg(not(all(feature = "simd", target_arch = "x86_64")))]
            {
                let Isa::Baseline = level.0;
                body($($arg),*)
            }
        }
    };
}

/// Runs `f`, compiled with the bit instructions of `Avx2` (BMI, LZCNT, MOVBE) if the level has them: for codecs.
///
/// Functions that `f` calls are compiled this way only if they are inlined.
#[inline(always)]
pub fn with_bits<R>(level: Level, f: impl FnOnce() -> R) -> R {
    #[cfg(all(feature = "simd", target_arch = "x86_64"))]
    {
        #[target_feature(enable = "avx2,popcnt,bmi1,bmi2,lzcnt,movbe")]
        fn bits<R>(f: impl FnOnce() -> R) -> R {
            f()
        }
        if level.0 > Isa::Baseline {
            // SAFETY: a level above the baseline exists only where `detect` found these
            // instructions.
            return unsafe { bits(f) };
        }
    }
    let _ = level;
    f()
}

mod classes;
mod crc;
mod decimal;
mod extremes;
mod filter;
mod grid;
mod lags;
mod line;
mod predict;
pub mod rank;
mod rows;
mod spectrum;
mod stockham;
mod sums;

pub use classes::{LOW_BYTES, NUMBERS, gather, join, split, together};
pub use crc::crc32c;
pub use decimal::{grid_decimals, grid_misses};
pub use extremes::{highest, lowest};
pub use filter::{BLOCK, block_above, correlate, group_maxima};
pub use grid::{grid_counts, grid_samples};
pub use lags::lag_products;
pub use line::{line_sums, line_sums_i16, minus_line, minus_line_i16};
pub use predict::{
    Term, difference_magnitudes, predict_residuals, predict_residuals_short, predict_restore, range_and_sum,
};
pub use rows::{argmax, find, max, mul, mul_i16, peak};
#[cfg(feature = "fft")]
pub use spectrum::{as_complex, as_complex_mut};
pub use spectrum::{half_power, half_power_apart, power};
pub use stockham::{scaled, stockham, stockham_plain, stockham_table, stockham_turns};
pub use sums::{energy, energy_i16, moments, sum};

/// Lanes of every loop here.
pub const LANES: usize = 16;

/// Sum of the lanes, pairwise: (0+8, 1+9, ...), then (0+4, ...), so that rounding is the same on every machine.
#[must_use]
#[allow(clippy::arithmetic_side_effects, reason = "floating point")]
pub fn fold_lanes<T: Copy + core::ops::Add<Output = T>>(lanes: [T; LANES]) -> T {
    let [a0, a1, a2, a3, a4, a5, a6, a7, b0, b1, b2, b3, b4, b5, b6, b7] = lanes;
    let [c0, c1, c2, c3, c4, c5, c6, c7] = [a0 + b0, a1 + b1, a2 + b2, a3 + b3, a4 + b4, a5 + b5, a6 + b6, a7 + b7];
    let [d0, d1, d2, d3] = [c0 + c4, c1 + c5, c2 + c6, c3 + c7];
    (d0 + d2) + (d1 + d3)
}

/// All levels of this processor, for tests that compare them.
#[cfg(test)]
pub(crate) fn levels() -> std::vec::Vec<Level> {
    #[cfg(all(feature = "simd", target_arch = "x86_64"))]
    let all = [Isa::Baseline, Isa::Avx2, Isa::Avx512];
    #[cfg(not(all(feature = "simd", target_arch = "x86_64")))]
    let all = [Isa::Baseline];
    all.into_iter().map(Level).filter(|l| *l <= Level::detect()).collect()
}
