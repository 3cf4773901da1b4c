//! [7]: maps between samples and what is predicted.

use super::Format;
use super::arrays::array;
use super::bytes::{Bits, Bytes, R, need, note, unzigzag};
use super::planes::{Channel, in_order, ordered};
use super::predict::predicted;

/// x of the past and of the plane, and the plane's samples as integers.
type Mapped = (Vec<i32>, Vec<i32>);

/// [7.1], of a plane after samples of the past.
pub(crate) fn integers(b: &mut Bytes<'_>, c: &Channel<'_>, past: &[i32]) -> R<Mapped> {
    let (base, factor) = (unzigzag(b.varint()?), b.varint()?);
    need(factor > 0, "a factor of 0")?;
    // The width of residuals [6].
    let w = if factor == 1 && c.f.sample <= 7 { 8 * c.f.width() as u32 } else { 32 };
    let past = past.iter().map(|v| (i64::from(*v) - i64::from(base)).div_euclid(factor.into()) as i32);
    let x = predicted(b, c, w, past)?;
    let plane = &x[x.len() - c.rows..];
    let v = plane.iter().map(|x| x.wrapping_mul(factor as i32).wrapping_add(base)).collect();
    Ok((x, v))
}

/// The values of [7.2], after the byte of their kind.
fn list(kind: u8, b: &mut Bytes<'_>, c: &Channel<'_>) -> R<Vec<i32>> {
    let m = b.varint()? as usize;
    note(format!("list {kind}"));
    need(kind <= 1 && m > 0 && m <= c.rows / 3, "a list of values")?;
    need(kind == 0 || c.f.sample >= 9, "a grid of no binary floats")?;
    let grid = if kind == 1 { Some((Grid::read(b)?, array(b, m)?)) } else { None };
    let (first, factor) = (unzigzag(b.varint()?), b.varint()?);
    need(factor > 0, "a factor of 0")?;
    let mut list = vec![first];
    for g in array(b, m - 1)? {
        list.push(list[list.len() - 1].wrapping_add(g.wrapping_add(1).wrapping_mul(factor as i32)));
    }
    if let Some((grid, errors)) = grid {
        list = list.iter().zip(errors).map(|(k, e)| grid.at(*k).wrapping_add(e)).collect();
    }
    need(list.is_sorted_by(|a, b| a < b), "a list that does not rise")?;
    Ok(list)
}

/// [7.2]
pub(crate) fn ranks(b: &mut Bytes<'_>, c: &Channel<'_>) -> R<Mapped> {
    let kind = b.u8()?;
    let list = list(kind, b, c)?;
    among(&list, b, c)
}

/// REFERENCE 1 of [14.2].
pub(crate) fn more_ranks(b: &mut Bytes<'_>, c: &Channel<'_>) -> R<Mapped> {
    let mut all = c.known.to_vec();
    all.sort_unstable();
    all.dedup();
    match b.u8()? {
        2 => note("list 2".into()),
        kind => all.extend(list(kind, b, c)?),
    }
    all.sort_unstable();
    need(all.is_sorted_by(|a, b| a < b), "a value that was known")?;
    need(all.len() <= c.rows / 2, "too many values")?;
    among(&all, b, c)
}

/// Ranks in a list of values.
fn among(list: &[i32], b: &mut Bytes<'_>, c: &Channel<'_>) -> R<Mapped> {
    let middle = (list.len() / 2) as i32;
    let past = c.past.iter().map(|v| list.partition_point(|u| u < v) as i32 - middle);
    let x = predicted(b, c, 32, past)?;
    let value = |x: &i32| usize::try_from(x.wrapping_add(middle)).ok().and_then(|i| list.get(i)).map_or(0, |v| *v);
    let v = x[x.len() - c.rows..].iter().map(value).collect();
    Ok((x, v))
}

/// The nearest integer, of two the even one.
fn whole(v: f64) -> f64 {
    let magic = 1.5 * 2f64.powi(52);
    (v + magic) - magic
}

/// [7.3]
struct Grid {
    offset: f64,
    step: f64,
    digits: i32,
}

impl Grid {
    fn read(b: &mut Bytes<'_>) -> R<Grid> {
        let mut real = || Ok(f64::from_bits(b.number(8)?));
        let (offset, step) = (real()?, real()?);
        let digits = i32::from(b.u8()?);
        need(offset.is_finite() && step.is_finite() && step > 0.0 && digits <= 7, "a grid")?;
        Ok(Grid { offset, step, digits })
    }

    /// G(k), as an ordered integer.
    fn at(&self, k: i32) -> i32 {
        let v = self.round(self.offset + f64::from(k) * self.step) as f32;
        ordered(v.to_bits() as i32) as i32
    }

    /// The count nearest to an ordered integer [14.2].
    fn nearest(&self, v: i32) -> i32 {
        let value = f64::from(f32::from_bits(ordered(v)));
        let k = (value - self.offset) * (1.0 / self.step);
        let most = f64::from(1 << 30);
        // The smallest number has no predecessor.
        let k = if k.is_nan() { -most } else { k.clamp(-most, most) };
        whole(k) as i32
    }

    /// R(v).
    fn round(&self, v: f64) -> f64 {
        if self.digits == 0 {
            return v;
        }
        let power = |p: i32| 10f64.powi(p);
        let scaled = |p: i32| if p >= 0 { v * power(p) } else { v / power(-p) };
        let e = (v.to_bits() >> 52 & 0x7ff) as i32 - 1023;
        let mut p = self.digits - 1 - ((e * 1233) >> 12);
        if p.abs() > 22 {
            return v;
        }
        let mut m = scaled(p);
        if m.abs() >= power(self.digits) {
            p -= 1;
            if p.abs() > 22 {
                return v;
            }
            m = scaled(p);
        }
        let m = whole(m);
        if p >= 0 { m / power(p) } else { m * power(-p) }
    }
}

pub(crate) fn counts(b: &mut Bytes<'_>, c: &Channel<'_>) -> R<Mapped> {
    let grid = Grid::read(b)?;
    let errors = array(b, c.rows)?;
    let past: Vec<i32> = c.past.iter().map(|v| grid.nearest(*v)).collect();
    let (x, k) = integers(b, c, &past)?;
    let v = k.iter().zip(errors).map(|(k, e)| grid.at(*k).wrapping_add(e)).collect();
    Ok((x, v))
}

/// [7.5]: an f32 sample as an f64 one.
pub(crate) fn narrow(v: i32, f: Format) -> Vec<u8> {
    let value = f64::from(f32::from_bits(ordered(v)));
    in_order(value.to_bits().to_be_bytes().to_vec(), f)
}

/// [7.4]
pub(crate) fn upper(b: &mut Bytes<'_>, c: &Channel<'_>) -> R<(Vec<i32>, Vec<Vec<u8>>)> {
    let (f, rows) = (c.f, c.rows);
    let (decimals, order, shift) = (b.u8()?, usize::from(b.u8()?), u32::from(b.u8()?));
    need((decimals <= 15 && f.sample == 10 || decimals == 255) && order <= 2 && shift <= 33, "upper parts")?;
    let base = b.number(8)?;
    let mut seeds = [0u64; 2];
    for seed in seeds.iter_mut().take(order) {
        *seed = b.number(8)?;
    }
    let mut bits = Bits::new(b.0);
    let mut low = Vec::new();
    for _ in 0..rows {
        let high = u64::from(bits.take(shift.saturating_sub(32))?) << 32;
        low.push(high | u64::from(bits.take(shift.min(32))?));
    }
    b.0 = bits.close()?;
    let (x, h) = integers(b, c, &[])?;
    let [mut value, mut step] = seeds;
    let mut samples = Vec::new();
    for (h, low) in h.iter().zip(low) {
        let d = (u64::from(*h as u32) << shift | low).wrapping_add(base);
        match order {
            0 => value = d,
            1 => value = value.wrapping_add(d),
            _ => {
                step = step.wrapping_add(d);
                value = value.wrapping_add(step);
            }
        }
        let bits = if decimals < 255 {
            (value as i64 as f64 / 10f64.powi(decimals.into())).to_bits()
        } else if f.sample == 10 && (value as i64) < 0 {
            value ^ i64::MAX as u64
        } else {
            value
        };
        samples.push(in_order(bits.to_be_bytes().to_vec(), f));
    }
    Ok((x, samples))
}
