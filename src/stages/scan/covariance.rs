//! Checks of covariances that are parameters: symmetric, and without negative eigenvalues.
//!
//! Each matrix is scaled by powers of two, so that its variances are from 1 to 4 (a variance of 0 stays 0). There the two
//! elements of a pair must agree within [`TOLERANCE`], no covariance may exceed the root of the product of its variances by
//! more than that, and no pivot of the elimination, largest first, may be below minus that.

use super::matrix::{Matrix, at};
use crate::checked;
use crate::stages::Build;
use crate::stages::params::FINITE;
use crate::status::Result;
use crate::util::unsigned::Unsigned;

/// What a scaled element may deviate.
const TOLERANCE: f64 = 1e-9;

/// The power of two whose square times `variance` is from 1 to 4; 1 for 0.
fn scale(variance: f64) -> f64 {
    if variance == 0.0 {
        return 1.0;
    }
    let half = (variance.to_bits() >> 52 & 0x7ff).wrapping_sub(1023).cast_signed() >> 1;
    f64::from_bits(1023u64.wrapping_sub(half.cast_unsigned()) << 52)
}

/// A covariance of `d` states: `d * d` numbers by name, row by row.
pub(super) fn covariance<'a>(b: &Build<'a, '_>, key: &str, d: usize) -> Result<&'a [f64]> {
    let values = b.numbers(key, checked::mul(d, d)?, &FINITE)?;
    let refused = |i: usize, j: usize, text| {
        let place = i.sat_mul(d).sat_add(j);
        let value = values.get(place).copied().unwrap_or(0.0);
        Err(b.refused(key, (d > 1).then_some(place), value, text))
    };
    let mut a: Matrix<4> = [[0.0; 4]; 4];
    for (to, from) in a.iter_mut().zip(values.chunks_exact(d.max(1))) {
        to.iter_mut().zip(from).for_each(|(to, v)| *to = *v);
    }
    if let Some(i) = (0..d).find(|i| at(&a, *i, *i) < 0.0) {
        return refused(i, i, "stage {m}: the parameter {n}{v} is a variance: it must not be negative");
    }
    let scales: [f64; 4] = core::array::from_fn(|i| scale(at(&a, i, i)));
    let scaled = |i: usize, j: usize| {
        let factor = |i: usize| scales.get(i).copied().unwrap_or(1.0);
        at(&a, i, j) * factor(i) * factor(j)
    };
    let s: Matrix<4> = core::array::from_fn(|i| core::array::from_fn(|j| scaled(i, j)));
    for (i, j) in (0..d).flat_map(|i| (0..i).map(move |j| (i, j))) {
        let (low, high) = (at(&s, i, j), at(&s, j, i));
        if (low - high).abs() > TOLERANCE {
            return refused(
                i,
                j,
                "stage {m}: the parameter {n}{v} must be symmetric: this element and that across the diagonal differ",
            );
        }
        if high * high > at(&s, i, i) * at(&s, j, j) * (1.0 + TOLERANCE) {
            return refused(
                j,
                i,
                "stage {m}: the parameter {n}{v} is more than its variances allow: the matrix must be semidefinite",
            );
        }
    }
    match indefinite(&s) {
        Some((i, j)) => refused(i, j, "stage {m}: the parameter {n}{v} is part of a matrix with a negative eigenvalue"),
        None => Ok(values),
    }
}

/// An element that shows that a scaled symmetric matrix has a negative eigenvalue.
fn indefinite(s: &Matrix<4>) -> Option<(usize, usize)> {
    let (mut a, mut left) = (*s, [true; 4]);
    for _ in 0..4 {
        let open = |i: &usize| left.get(*i) == Some(&true);
        let Some(k) = (0..4).filter(open).max_by(|i, j| at(&a, *i, *i).total_cmp(&at(&a, *j, *j))) else { break };
        let pivot = at(&a, k, k);
        if pivot <= TOLERANCE {
            // What remains must be 0 within the tolerance.
            let mut pairs = (0..4).filter(open).flat_map(|i| (0..=i).filter(open).map(move |j| (j, i)));
            return pairs.find(|(i, j)| at(&a, *i, *j) < -TOLERANCE || at(&a, *i, *j).abs() > 4.0 * TOLERANCE);
        }
        a = core::array::from_fn(|i| core::array::from_fn(|j| at(&a, i, j) - at(&a, i, k) * at(&a, k, j) / pivot));
        left.iter_mut().skip(k).take(1).for_each(|l| *l = false);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_make_variances_from_1_to_4() {
        for v in [1.0, 3.9, 4.0, 0.25, 1e-300, 1e300, f64::MAX, f64::MIN_POSITIVE, 7.3] {
            let (s, one) = (scale(v), scale(v).to_bits() << 12);
            assert!((1.0..4.0).contains(&(v * s * s)) && one == 0, "{v:e} {s:e}");
        }
        assert!(scale(f64::from_bits(1)) == 2f64.powi(512));
    }

    #[test]
    fn the_elimination_finds_negative_eigenvalues() {
        // Eigenvalues 1 - r and 1 + 2 r: negative below -1/2, where each pair alone would be valid.
        let three = |r: f64| [[1.0, r, r, 0.0], [r, 1.0, r, 0.0], [r, r, 1.0, 0.0], [0.0; 4]];
        for r in [-0.5, -0.499, 0.0, 0.5, 0.999, 1.0, -0.5 - 1e-11] {
            assert_eq!(indefinite(&three(r)), None, "{r}");
        }
        for r in [-0.51, -0.6, -0.99, -0.5 - 1e-8] {
            assert!(indefinite(&three(r)).is_some(), "{r}");
        }
        // A matrix of rank 1, in whatever scale.
        let g = [1.0, 1.5, 1.25, 1.9];
        assert_eq!(indefinite(&g.map(|a| g.map(|b| a * b))), None);
    }
}
