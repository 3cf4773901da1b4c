//! [8]: predictors, which see the past of a group in front of a plane [14.2].

use super::arrays::array_after;
use super::bytes::{Bits, Bytes, R, need, note, unzigzag, wrap};
use super::planes::Channel;

/// Predictor and residuals: x, after the given x of the past.
pub(crate) fn predicted(b: &mut Bytes<'_>, c: &Channel<'_>, w: u32, past: impl Iterator<Item = i32>) -> R<Vec<i32>> {
    let p = Predictor::read(b, c.before.len())?;
    let mut x: Vec<i32> = past.map(|v| wrap(v, w)).collect();
    let known: Vec<i32> = (0..x.len()).map(|t| wrap(x[t].wrapping_sub(p.at(t, &x, c.before)), w)).collect();
    for e in array_after(b, c.rows, known.get(32..).unwrap_or(&[]))? {
        let v = e.wrapping_add(p.at(x.len(), &x, c.before));
        x.push(wrap(v, w));
    }
    Ok(x)
}

enum Predictor {
    Fixed(usize),
    Linear { shift: u32, own: Vec<i64>, others: Vec<Vec<i64>> },
}

impl Predictor {
    fn read(b: &mut Bytes<'_>, planes: usize) -> R<Predictor> {
        let kind = b.u8()?;
        note(format!("predictor {kind}"));
        need(kind <= 4, "a predictor is 0 to 4")?;
        if kind < 4 {
            return Ok(Predictor::Fixed(kind.into()));
        }
        let mut bits = Bits::new(b.0);
        let [p, r, q, shift, k] = [6, 2, 2, 5, 5].map(|n| bits.take(n));
        let (p, r, q, shift, k) = (p? as usize, r? as usize, q? as usize, shift?, k?);
        if r > 0 {
            note("with refs".into());
        }
        need(p <= 32 && r <= planes && shift <= 20 && k <= 23, "a linear predictor")?;
        let mut coefficient = || {
            let z = u64::from(bits.unary()?) << k | u64::from(bits.take(k)?);
            let c = unzigzag(u32::try_from(z).map_err(|_| "a coefficient")?);
            need(c.unsigned_abs() < 1 << 22, "a coefficient")?;
            Ok(i64::from(c))
        };
        let own = (0..p).map(|_| coefficient()).collect::<R<_>>()?;
        let mut others = Vec::new();
        for _ in 0..r {
            others.push((0..q).map(|_| coefficient()).collect::<R<_>>()?);
        }
        b.0 = bits.close()?;
        Ok(Predictor::Linear { shift, own, others })
    }

    /// The prediction of x[t].
    fn at(&self, t: usize, x: &[i32], before: &[&[i32]]) -> i32 {
        let back = |i: usize| if i <= t { x[t - i] } else { 0 };
        match self {
            Predictor::Fixed(order) => match (*order).min(t) {
                0 => 0,
                1 => back(1),
                2 => back(1).wrapping_mul(2).wrapping_sub(back(2)),
                _ => back(1).wrapping_sub(back(2)).wrapping_mul(3).wrapping_add(back(3)),
            },
            Predictor::Linear { own, others, .. }
                if t < own.len().max(others.first().map_or(0, |o| o.len().saturating_sub(1))) =>
            {
                back(1)
            }
            Predictor::Linear { shift, own, others } => {
                let mut s = (1i64 << shift) / 2;
                for (i, a) in own.iter().enumerate() {
                    s += a * i64::from(x[t - 1 - i]);
                }
                for (taps, x) in others.iter().zip(before.iter().rev()) {
                    for (i, b) in taps.iter().enumerate() {
                        s += b * i64::from(x[t - i]);
                    }
                }
                (s >> shift) as i32
            }
        }
    }
}
