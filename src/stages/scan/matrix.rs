//! Small square matrices by value.

/// A matrix, row by row.
pub(super) type Matrix<const N: usize> = [[f64; N]; N];

/// The next elements of a sequence; 0 past its end.
pub(super) fn vector<const N: usize>(from: &mut impl Iterator<Item = f64>) -> [f64; N] {
    core::array::from_fn(|_| from.next().unwrap_or(0.0))
}

/// The next rows of a sequence.
pub(super) fn matrix<const N: usize>(from: &mut impl Iterator<Item = f64>) -> Matrix<N> {
    core::array::from_fn(|_| vector(from))
}

/// A symmetric matrix from its upper triangle.
pub(super) fn symmetric<const N: usize>(from: &mut impl Iterator<Item = f64>) -> Matrix<N> {
    let mut upper: Matrix<N> = [[0.0; N]; N];
    for (i, row) in upper.iter_mut().enumerate() {
        row.iter_mut().skip(i).for_each(|v| *v = from.next().unwrap_or(0.0));
    }
    core::array::from_fn(|i| core::array::from_fn(|j| at(&upper, i.min(j), i.max(j))))
}

/// The upper triangle, row by row.
pub(super) fn triangle<const N: usize>(m: &Matrix<N>) -> impl Iterator<Item = f64> {
    m.iter().enumerate().flat_map(|(i, row)| row.iter().skip(i).copied())
}

pub(super) fn at<const N: usize>(m: &Matrix<N>, i: usize, j: usize) -> f64 {
    m.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0.0)
}

pub(super) fn dot<const N: usize>(a: &[f64; N], b: &[f64; N]) -> f64 {
    a.iter().zip(b).fold(0.0, |s, (a, b)| s + a * b)
}

/// `a x`.
pub(super) fn times<const N: usize>(a: &Matrix<N>, x: &[f64; N]) -> [f64; N] {
    a.map(|row| dot(&row, x))
}

pub(super) fn transposed<const N: usize>(a: &Matrix<N>) -> Matrix<N> {
    core::array::from_fn(|i| core::array::from_fn(|j| at(a, j, i)))
}

/// `a b`.
pub(super) fn product<const N: usize>(a: &Matrix<N>, b: &Matrix<N>) -> Matrix<N> {
    let b = transposed(b);
    a.map(|row| times(&b, &row))
}

/// `a p a^T`.
pub(super) fn congruent<const N: usize>(a: &Matrix<N>, p: &Matrix<N>) -> Matrix<N> {
    product(&product(a, p), &transposed(a))
}

/// `a + b`.
pub(super) fn sum<const N: usize>(a: &Matrix<N>, b: &Matrix<N>) -> Matrix<N> {
    core::array::from_fn(|i| core::array::from_fn(|j| at(a, i, j) + at(b, i, j)))
}

/// `a - b`.
pub(super) fn difference<const N: usize>(a: &Matrix<N>, b: &Matrix<N>) -> Matrix<N> {
    core::array::from_fn(|i| core::array::from_fn(|j| at(a, i, j) - at(b, i, j)))
}

/// `I`.
pub(super) fn identity<const N: usize>() -> Matrix<N> {
    core::array::from_fn(|i| core::array::from_fn(|j| f64::from(u8::from(i == j))))
}

/// Inverse of a symmetric matrix without negative eigenvalues, by elimination on the diagonal. A direction with the
/// eigenvalue 0 remains 0, as in a pseudo-inverse.
pub(super) fn inverse<const N: usize>(a: &Matrix<N>) -> Matrix<N> {
    (0..N).fold(*a, |a, k| {
        let pivot = at(&a, k, k);
        core::array::from_fn(|i| {
            core::array::from_fn(|j| match (i == k, j == k) {
                _ if pivot <= 0.0 => {
                    if i == k || j == k {
                        0.0
                    } else {
                        at(&a, i, j)
                    }
                }
                (true, true) => 1.0 / pivot,
                (true, false) => at(&a, k, j) / pivot,
                (false, true) => -at(&a, i, k) / pivot,
                (false, false) => at(&a, i, j) - at(&a, i, k) * at(&a, k, j) / pivot,
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inverse_inverts() {
        let a = [[4.0, 1.0, -0.5], [1.0, 3.0, 0.25], [-0.5, 0.25, 2.0]];
        let one = product(&a, &inverse(&a));
        for (i, row) in one.iter().enumerate() {
            for (j, v) in row.iter().enumerate() {
                assert!((v - f64::from(u8::from(i == j))).abs() < 1e-15, "{i} {j} {v}");
            }
        }
        assert_eq!(inverse(&[[2.0, 0.0], [0.0, 0.0]]), [[0.5, 0.0], [0.0, 0.0]]);
        assert_eq!(symmetric::<2>(&mut triangle(&[[1.0, 2.0], [2.0, 3.0]])), [[1.0, 2.0], [2.0, 3.0]]);
    }
}
