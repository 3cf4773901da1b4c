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

/// `a + b`.
pub(super) fn plus<const N: usize>(a: &[f64; N], b: &[f64; N]) -> [f64; N] {
    vector(&mut a.iter().zip(b).map(|(a, b)| a + b))
}

/// `a - b`.
pub(super) fn minus<const N: usize>(a: &[f64; N], b: &[f64; N]) -> [f64; N] {
    vector(&mut a.iter().zip(b).map(|(a, b)| a - b))
}

/// Whether all numbers of an estimate are finite.
pub(super) fn finite<const N: usize>(x: &[f64; N], p: &Matrix<N>) -> bool {
    x.iter().chain(p.as_flattened()).fold(0.0, |s, v| s + v * 0.0) == 0.0
}

/// `I`.
pub(super) fn identity<const N: usize>() -> Matrix<N> {
    core::array::from_fn(|i| core::array::from_fn(|j| f64::from(u8::from(i == j))))
}

/// A pivot counts as 0 from here on, relative to the variance that it is left of. The rows of a Kalman filter with a
/// singular covariance have errors of a few units in the last place.
const NEGLIGIBLE: f64 = 1e-12;

/// `L` and `D` of a covariance `L D L'`, with ones on the diagonal of `L`. In a direction without variance both are 0.
pub(super) fn factors<const N: usize>(p: &Matrix<N>) -> Factors<N> {
    let (mut left, mut all) = (*p, Factors { l: [[0.0; N]; N], d: [0.0; N] });
    for (k, d) in all.d.iter_mut().enumerate() {
        let pivot = at(&left, k, k);
        if pivot > NEGLIGIBLE * at(p, k, k) {
            *d = pivot;
            let column: [f64; N] = core::array::from_fn(|i| if i == k { 1.0 } else { at(&left, i, k) / pivot });
            all.l
                .iter_mut()
                .zip(column)
                .skip(k)
                .for_each(|(row, c)| row.iter_mut().skip(k).take(1).for_each(|v| *v = c));
            left = core::array::from_fn(|i| {
                core::array::from_fn(|j| at(&left, i, j) - column.get(i).copied().unwrap_or(0.0) * at(&left, k, j))
            });
        }
    }
    all
}

/// A covariance `L D L'`.
#[derive(Clone, Copy)]
pub(super) struct Factors<const N: usize> {
    pub(super) l: Matrix<N>,
    pub(super) d: [f64; N],
}

/// A row of the factor of the covariance of `2 N` independent numbers.
#[derive(Clone, Copy)]
struct Row<const N: usize>([f64; N], [f64; N]);

impl<const N: usize> Row<N> {
    /// The covariance with another row.
    fn with(&self, other: &Row<N>) -> f64 {
        dot(&self.0, &other.0) + dot(&self.1, &other.1)
    }

    /// Subtracts `by` times `other`.
    fn less(&mut self, by: f64, other: &Row<N>) {
        subtract(&mut self.0, by, &other.0);
        subtract(&mut self.1, by, &other.1);
    }
}

fn subtract<const N: usize>(from: &mut [f64; N], by: f64, v: &[f64; N]) {
    from.iter_mut().zip(v).for_each(|(from, v)| *from -= by * v);
}

/// The regression of `x` on `F x + w`, where `x` has the covariance `p` and `w` the covariance `q`: the gain, and the
/// covariance of the rest of `x`. Both may be singular, then the gain has nothing in the directions without variance.
///
/// The components of `F x + w` are made orthogonal one after another, and subtracted from `x`: Gram and Schmidt's
/// modified method with weights, as in Thornton's filter (Bierman, Factorization Methods for Discrete Sequential
/// Estimation, section VI.4). It works on factors, so that no covariance is inverted.
pub(super) fn regression<const N: usize>(f: &Matrix<N>, p: &Factors<N>, q: &Factors<N>) -> (Matrix<N>, Matrix<N>) {
    let ahead = product(f, &p.l);
    let mut later: [Row<N>; N] = core::array::from_fn(|i| Row(row(&ahead, i), row(&q.l, i)));
    let mut now = p.l.map(|l| Row(l, [0.0; N]));
    let weighted = |r: &Row<N>| Row(times_each(&r.0, &p.d), times_each(&r.1, &q.d));
    let variances = later.map(|r| r.with(&weighted(&r)));
    // Row i of `from` composes the orthogonal component i of those of F x + w.
    let (mut from, mut gain) = (identity::<N>(), [[0.0; N]; N]);
    for (i, variance) in variances.into_iter().enumerate() {
        let (Some(e), Some(parts)) = (later.get(i).copied(), from.get(i).copied()) else { break };
        let scaled = weighted(&e);
        let v = e.with(&scaled);
        if v > NEGLIGIBLE * variance {
            for (x, gain) in now.iter_mut().zip(&mut gain) {
                let g = x.with(&scaled) / v;
                x.less(g, &e);
                subtract(gain, -g, &parts);
            }
            for (x, from) in later.iter_mut().zip(&mut from).skip(i.saturating_add(1)) {
                let g = x.with(&scaled) / v;
                x.less(g, &e);
                subtract(from, g, &parts);
            }
        }
    }
    let rest = now.map(|a| {
        let a = weighted(&a);
        now.map(|b| a.with(&b))
    });
    (gain, rest)
}

fn row<const N: usize>(m: &Matrix<N>, i: usize) -> [f64; N] {
    m.get(i).copied().unwrap_or([0.0; N])
}

fn times_each<const N: usize>(a: &[f64; N], b: &[f64; N]) -> [f64; N] {
    let mut products = a.iter().zip(b).map(|(a, b)| a * b);
    vector(&mut products)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_multiply_to_the_covariance() {
        let p = [[4.0, 1.0, -0.5], [1.0, 3.0, 0.25], [-0.5, 0.25, 2.0]];
        let Factors { l, d } = factors(&p);
        let back: Matrix<3> = core::array::from_fn(|i| core::array::from_fn(|j| dot(&times_each(&l[i], &d), &l[j])));
        for (back, p) in back.as_flattened().iter().zip(p.as_flattened()) {
            assert!((back - p).abs() < 1e-15, "{back} {p}");
        }
        // Rank 1, then a variance of 0.
        assert_eq!(factors(&[[1.0, 2.0, 0.0], [2.0, 4.0, 0.0], [0.0; 3]]).d, [1.0, 0.0, 0.0]);
        assert_eq!(symmetric::<2>(&mut triangle(&[[1.0, 2.0], [2.0, 3.0]])), [[1.0, 2.0], [2.0, 3.0]]);
    }

    #[test]
    fn the_regression_of_a_known_state_is_its_inverse_motion() {
        // x is certain but for its speed: the later speed gives it, the position follows.
        let (f, zero) = ([[1.0, 0.5], [0.0, 1.0]], factors(&[[0.0; 2]; 2]));
        let (gain, rest) = regression(&f, &factors(&[[0.0, 0.0], [0.0, 4.0]]), &zero);
        assert_eq!((gain, rest), ([[0.0, 0.0], [2.0, 0.0]], [[0.0; 2]; 2]));
        // Scalars: gain p f / (f p f + q).
        let (gain, rest) = regression(&[[2.0]], &factors(&[[3.0]]), &factors(&[[4.0]]));
        assert_eq!((gain, rest), ([[0.375]], [[0.75]]));
    }
}
