//! Bluestein's method: a transform of `n` elements as a convolution of `size` elements, a power of two.
//!
//! `X[k] = w[k] sum over i of (x[i] w[i]) conj(w[k - i])` with the chirp `w[i] = exp(-pi i i^2 / n)`, because
//! `2 i k = i^2 + k^2 - (k - i)^2`. The transform of the sequence `conj(w)` is computed in `f64` when the pipeline is
//! sealed, the convolution in `f32`.

use super::super::trig;
use super::memory::{Memory, bins};
use crate::checked;
use crate::kernel::Code;
use crate::mem::cast_mut;
use crate::simd::{self, Level};
use crate::status::Result;
use crate::util::unsigned::Unsigned;

/// Floats of the table: the transformed chirp, computed in place in `f64`, and the chirp.
pub(super) fn floats(n: usize, size: usize) -> Result<usize> {
    checked::add(checked::mul(size, 4)?, checked::mul(n, 2)?)
}

/// Cosine and sine of `pi i^2 / n`.
fn angle(i: u64, n: u64) -> (f64, f64) {
    let twice = u128::from(n).wrapping_mul(2);
    let square = u128::from(i).wrapping_mul(u128::from(i)).checked_rem(twice).unwrap_or(0);
    trig::turn(square as u64, twice as u64)
}

/// Transforms `z` in place: radix 2, decimation in time. Only for tables.
fn in_place(z: &mut [[f64; 2]]) {
    let size = z.len();
    let Some(shift) = usize::BITS.checked_sub(size.trailing_zeros()).filter(|s| *s < usize::BITS) else { return };
    for i in 0..size {
        let other = i.reverse_bits() >> shift;
        if i < other
            && let (Some(a), Some(b)) = (z.get(i).copied(), z.get(other).copied())
        {
            if let Some(z) = z.get_mut(i) {
                *z = b;
            }
            if let Some(z) = z.get_mut(other) {
                *z = a;
            }
        }
    }
    let mut half = 1usize;
    while half < size {
        for block in z.chunks_exact_mut(half.sat_mul(2).max(1)) {
            let Some((low, high)) = block.split_at_mut_checked(half) else { return };
            for ((a, b), i) in low.iter_mut().zip(high).zip(0u64..) {
                let (cos, sin) = trig::turn(i, checked::count(half).sat_mul(2));
                let t = [b[0] * cos + b[1] * sin, b[1] * cos - b[0] * sin];
                *b = [a[0] - t[0], a[1] - t[1]];
                *a = [a[0] + t[0], a[1] + t[1]];
            }
        }
        half = half.sat_mul(2);
    }
}

/// Fills the table.
pub(super) fn fill(table: &mut [u8], n: usize, size: usize) -> Option<()> {
    let (transformed, chirp) = table.split_at_mut_checked(size.checked_mul(16)?)?;
    let (chirp, _) = cast_mut::<f32>(chirp)?.as_chunks_mut::<2>();
    for (w, i) in chirp.iter_mut().zip(0u64..) {
        let (cos, sin) = angle(i, checked::count(n));
        *w = [cos as f32, -sin as f32];
    }
    {
        let (z, _) = cast_mut::<f64>(transformed)?.as_chunks_mut::<2>();
        z.fill([0.0; 2]);
        // Its place 0, and both neighbors at each distance, of which those before 0 are at the end.
        for i in 0..n {
            let (cos, sin) = angle(checked::count(i), checked::count(n));
            *z.get_mut(i)? = [cos, sin];
            if i > 0 {
                *z.get_mut(size.checked_sub(i)?)? = [cos, sin];
            }
        }
        in_place(z);
    }
    // As f32 in the first half of the place: number i moves from byte 8 i to byte 4 i.
    for i in 0..size.checked_mul(2)? {
        let wide = transformed.get(i.checked_mul(8)?..)?.first_chunk::<8>()?;
        let narrow = (f64::from_ne_bytes(*wide) as f32).to_ne_bytes();
        *transformed.get_mut(i.checked_mul(4)?..)?.first_chunk_mut::<4>()? = narrow;
    }
    transformed.get_mut(size.checked_mul(8)?..)?.fill(0);
    Some(())
}

/// Transforms the row of `n` elements that is loaded, times `scale`, by a convolution of `size` elements. The results are to be divided by the length of the convolution.
pub(super) fn transform<'a>(
    memory: &'a mut Memory<'_>,
    level: Level,
    (n, size): (usize, usize),
    table: &'a [f32],
    scale: Option<f64>,
) -> core::result::Result<impl Iterator<Item = [f32; 2]> + use<'a>, Code> {
    let (transformed, chirp) = table.split_at_checked(size.sat_mul(4)).ok_or(Code::MISFIT)?;
    let (chirp, _) = chirp.as_chunks::<2>();
    let (transformed, _) = transformed.as_chunks::<2>();
    let up = scale.unwrap_or(1.0);
    let row = memory.elements();
    for ([re, im], [wr, wi]) in row.iter_mut().zip(chirp) {
        let (x, y) = if scale.is_some() { (simd::scaled(*re, up), simd::scaled(*im, up)) } else { (*re, *im) };
        (*re, *im) = (x * wr - y * wi, x * wi + y * wr);
    }
    row.get_mut(n..).unwrap_or(&mut []).fill([0.0; 2]);
    memory.transform(level, size, None)?;
    // The product, with real and imaginary parts exchanged: the transform of it is the inverse one, exchanged.
    let product = bins(memory.z, size).zip(transformed);
    for (to, ([re, im], [br, bi])) in memory.row.as_chunks_mut().0.iter_mut().zip(product) {
        *to = [re * bi + im * br, re * br - im * bi];
    }
    memory.transform(level, size, None)?;
    Ok(bins(memory.z, size).zip(chirp).map(|([im, re], [wr, wi])| [re * wr - im * wi, re * wi + im * wr]))
}
