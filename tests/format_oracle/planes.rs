//! [6], [7] and [8]: groups, planes, maps and predictors.

use super::Format;
use super::arrays::array;
use super::bytes::{Bits, Bytes, Glyph, R, need, note, unzigzag, wrap};

/// A payload of the numeric codec [6].
pub(crate) fn numeric(payload: &[u8], f: Format, raw_len: usize) -> R<Vec<u8>> {
    let (mut b, mut raw) = (Bytes(payload), Vec::new());
    let mut groups = 0;
    while raw.len() < raw_len {
        let g = b.glyph()?;
        match (g.kind, g.id) {
            (0, 1) => raw.extend(g.payload),
            (3, 0) => raw.extend(group(g.payload, f)?),
            _ => return Err("a member of a frame"),
        }
        groups += usize::from(g.kind == 3);
        need(groups <= 8, "more than 8 groups")?;
    }
    need(b.0.is_empty(), "bytes behind the last group")?;
    Ok(raw)
}

/// A channel of a group: its samples' bytes in the stream's order, and the values that predictors of later planes see.
#[derive(Clone)]
struct Plane {
    samples: Vec<Vec<u8>>,
    x: Vec<i32>,
}

fn group(payload: &[u8], f: Format) -> R<Vec<u8>> {
    let mut b = Bytes(payload);
    let rows = b.varint()? as usize;
    need(rows > 0, "a group of no rows")?;
    let mut planes: Vec<Plane> = Vec::new();
    for _ in 0..f.channels {
        let glyph = b.glyph()?;
        let plane = plane(&glyph, f, rows, &planes)?;
        planes.push(plane);
    }
    need(b.0.is_empty(), "bytes behind the last plane")?;
    Ok((0..rows).flat_map(|t| planes.iter().flat_map(move |p| p.samples[t].clone())).collect())
}

fn plane(g: &Glyph<'_>, f: Format, rows: usize, before: &[Plane]) -> R<Plane> {
    let mut b = Bytes(g.payload);
    let done = match (g.kind, g.id) {
        (0, 0) => {
            let sample = b.take(f.width())?.to_vec();
            Plane { samples: vec![sample; rows], x: vec![0; rows] }
        }
        (0, 1) => {
            let samples = (0..rows).map(|_| Ok(b.take(f.width())?.to_vec())).collect::<R<_>>()?;
            Plane { samples, x: vec![0; rows] }
        }
        (1, 0) => {
            let d = usize::from(b.u8()?);
            need((1..=3).contains(&d) && d <= before.len(), "a plane that is not there")?;
            before[before.len() - d].clone()
        }
        (2, 0) => {
            let (x, v) = integers(&mut b, rows, integer_bits(f), before)?;
            Plane { samples: v.iter().map(|v| bytes_of(*v, f)).collect(), x }
        }
        (2, 1) => {
            let (x, v) = ranks(&mut b, rows, before)?;
            Plane { samples: v.iter().map(|v| bytes_of(*v, f)).collect(), x }
        }
        (2, 2) => {
            need(f.sample == 9, "a grid of no binary floats")?;
            let (x, v) = counts(&mut b, rows, before)?;
            Plane { samples: v.iter().map(|v| bytes_of(*v, f)).collect(), x }
        }
        (2, 3) => {
            need(f.width() == 8, "upper parts of short samples")?;
            let (x, samples) = upper(&mut b, f, rows, before)?;
            Plane { samples, x }
        }
        (2, 8..=10) => {
            need(f.sample == 10, "narrow samples that are not f64")?;
            let (x, v) = match g.id {
                8 => integers(&mut b, rows, 32, before)?,
                9 => ranks(&mut b, rows, before)?,
                _ => counts(&mut b, rows, before)?,
            };
            let wide = |v: i32| {
                let value = f64::from(f32::from_bits(ordered(v)));
                ordered_bytes(value.to_bits().to_be_bytes().to_vec(), f)
            };
            Plane { samples: v.iter().map(|v| wide(*v)).collect(), x }
        }
        _ => return Err("a glyph that is no plane"),
    };
    need(b.0.is_empty(), "bytes behind a plane")?;
    Ok(done)
}

/// Bits of residuals of integers [6].
fn integer_bits(f: Format) -> u32 {
    if f.sample <= 7 { 8 * f.width() as u32 } else { 32 }
}

/// The bits of a float from the integer that keeps its order: its own inverse.
fn ordered(v: i32) -> u32 {
    if v < 0 { v as u32 ^ 0x7fff_ffff } else { v as u32 }
}

fn ordered_bytes(mut big: Vec<u8>, f: Format) -> Vec<u8> {
    if f.little {
        big.reverse();
    }
    big
}

/// A sample of up to 32 bits as its bytes [6].
fn bytes_of(v: i32, f: Format) -> Vec<u8> {
    let bits = match f.sample {
        7 => v as u32 ^ 1 << 31,
        9 => ordered(v),
        _ => v as u32,
    };
    ordered_bytes(bits.to_be_bytes()[4 - f.width()..].to_vec(), f)
}

/// [7.1]: x, and the samples as integers.
fn integers(b: &mut Bytes<'_>, rows: usize, bits: u32, before: &[Plane]) -> R<(Vec<i32>, Vec<i32>)> {
    let (base, factor) = (unzigzag(b.varint()?), b.varint()?);
    let x = predicted(b, rows, if factor == 1 { bits } else { 32 }, before)?;
    let v = x.iter().map(|x| x.wrapping_mul(factor as i32).wrapping_add(base)).collect();
    Ok((x, v))
}

/// [7.2]
fn ranks(b: &mut Bytes<'_>, rows: usize, before: &[Plane]) -> R<(Vec<i32>, Vec<i32>)> {
    let kind = b.u8()?;
    let m = b.varint()? as usize;
    note(format!("list {kind}"));
    need(kind <= 1 && m > 0, "a list of values")?;
    let grid = if kind == 1 { Some((Grid::read(b)?, array(b, m)?)) } else { None };
    let (first, factor) = (unzigzag(b.varint()?), b.varint()?);
    let mut list = vec![first];
    for g in array(b, m - 1)? {
        list.push(list[list.len() - 1].wrapping_add(g.wrapping_add(1).wrapping_mul(factor as i32)));
    }
    if let Some((grid, errors)) = grid {
        list = list.iter().zip(errors).map(|(k, e)| grid.at(*k).wrapping_add(e)).collect();
    }
    let x = predicted(b, rows, 32, before)?;
    let value =
        |x: &i32| usize::try_from(x.wrapping_add((m / 2) as i32)).ok().and_then(|i| list.get(i)).map_or(0, |v| *v);
    let v = x.iter().map(value).collect();
    Ok((x, v))
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
        let magic = 1.5 * 2f64.powi(52);
        let m = (m + magic) - magic;
        if p >= 0 { m / power(p) } else { m * power(-p) }
    }
}

fn counts(b: &mut Bytes<'_>, rows: usize, before: &[Plane]) -> R<(Vec<i32>, Vec<i32>)> {
    let grid = Grid::read(b)?;
    let errors = array(b, rows)?;
    let (x, k) = integers(b, rows, 32, before)?;
    let v = k.iter().zip(errors).map(|(k, e)| grid.at(*k).wrapping_add(e)).collect();
    Ok((x, v))
}

/// [7.4]
fn upper(b: &mut Bytes<'_>, f: Format, rows: usize, before: &[Plane]) -> R<(Vec<i32>, Vec<Vec<u8>>)> {
    let (decimals, order, shift) = (b.u8()?, usize::from(b.u8()?), u32::from(b.u8()?));
    need((decimals <= 15 || decimals == 255) && order <= 2 && shift <= 33, "upper parts")?;
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
    let used = bits.close()?;
    b.take(used)?;
    let (x, h) = integers(b, rows, 32, before)?;
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
        samples.push(ordered_bytes(bits.to_be_bytes().to_vec(), f));
    }
    Ok((x, samples))
}

/// [8]: predictor and residuals.
fn predicted(b: &mut Bytes<'_>, rows: usize, w: u32, before: &[Plane]) -> R<Vec<i32>> {
    let kind = b.u8()?;
    note(format!("predictor {kind}"));
    need(kind <= 4, "a predictor is 0 to 4")?;
    let linear = if kind == 4 { Some(Linear::read(b, before.len())?) } else { None };
    let e = array(b, rows)?;
    let mut x: Vec<i32> = Vec::new();
    for (t, e) in e.iter().enumerate() {
        let back = |i: usize| if i <= t { x[t - i] } else { 0 };
        let p = match &linear {
            Some(l) if t < l.start() => back(1),
            Some(l) => l.at(t, &x, before),
            None => match usize::from(kind).min(t) {
                0 => 0,
                1 => back(1),
                2 => back(1).wrapping_mul(2).wrapping_sub(back(2)),
                _ => back(1).wrapping_sub(back(2)).wrapping_mul(3).wrapping_add(back(3)),
            },
        };
        x.push(wrap(e.wrapping_add(p), w));
    }
    Ok(x)
}

struct Linear {
    shift: u32,
    own: Vec<i64>,
    others: Vec<Vec<i64>>,
}

impl Linear {
    fn read(b: &mut Bytes<'_>, planes: usize) -> R<Linear> {
        let mut bits = Bits::new(b.0);
        let [p, r, q, shift, k] = [6, 2, 2, 5, 5].map(|n| bits.take(n));
        let (p, r, q, shift, k) = (p? as usize, r? as usize, q? as usize, shift?, k?);
        if r > 0 {
            note("with refs".into());
        }
        need(p <= 32 && r <= planes && shift <= 20 && k <= 23, "a linear predictor")?;
        let mut coefficient = || {
            let high = bits.unary()?;
            let z = high << k | bits.take(k)?;
            let c = unzigzag(z);
            need(c.unsigned_abs() < 1 << 22, "a coefficient")?;
            Ok(i64::from(c))
        };
        let own = (0..p).map(|_| coefficient()).collect::<R<_>>()?;
        let mut others = Vec::new();
        for _ in 0..r {
            others.push((0..q).map(|_| coefficient()).collect::<R<_>>()?);
        }
        let used = bits.close()?;
        b.take(used)?;
        Ok(Linear { shift, own, others })
    }

    fn start(&self) -> usize {
        self.own.len().max(self.others.first().map_or(0, |o| o.len().saturating_sub(1)))
    }

    fn at(&self, t: usize, x: &[i32], before: &[Plane]) -> i32 {
        let mut s = (1i64 << self.shift) / 2;
        for (i, a) in self.own.iter().enumerate() {
            s += a * i64::from(x[t - 1 - i]);
        }
        for (j, taps) in self.others.iter().enumerate() {
            for (i, b) in taps.iter().enumerate() {
                s += b * i64::from(before[before.len() - 1 - j].x[t - i]);
            }
        }
        (s >> self.shift) as i32
    }
}
