//! One channel of a group as a glyph.
#![allow(clippy::arithmetic_side_effects, reason = "positions within a frame; sums of 32-bit samples in 64 bits")]

use super::fixed::MAX_ORDER as ORDER;
use super::grid::Grid;
use super::linear::MAX_REFS;
use super::past::{KNOWN_ROWS, Past};
use super::predict::{self, Predictor, SOME};
use super::tables::estimate;
use super::wide::Wide;
use super::{dict, entropy, sample};
use crate::codec::Effort;
use crate::codec::format::{Format, SampleType};
use crate::codec::glyph::{self, Glyph, GlyphType};
use crate::codec::varint::{self, unzigzag, zigzag};
use crate::mem::Slide;
use crate::simd::{self, Level};
use crate::util::bytes::{Reader, Writer};
use crate::util::slice::{Put, sort};
use crate::util::unsigned::Count;

/// PRIMITIVE: every sample is the payload.
pub(crate) const CONSTANT: u32 = 0;
/// PRIMITIVE: the samples' bytes.
pub(crate) const STORED: u32 = 1;
/// REFERENCE: the samples of an earlier channel.
pub(crate) const SAME: u32 = 0;
/// REFERENCE: ranks in a list of the values in the rows before and some more.
pub(crate) const KNOWN: u32 = 1;
/// DELTA: integers less a base, divided by a common factor.
pub(crate) const INTEGERS: u32 = 0;
/// DELTA: ranks in a list of the distinct values.
pub(crate) const RANKS: u32 = 1;
/// DELTA: counts of a step from an offset.
pub(crate) const COUNTS: u32 = 2;
/// DELTA: the upper parts of 64-bit samples, the lower ones in front.
pub(crate) const UPPER: u32 = 3;
/// DELTA: added to the others where binary64 samples are binary32 numbers, and are treated as such.
pub(crate) const NARROW: u32 = 8;

/// The choice of [`KNOWN`], beside the numbers of differences.
const SEEN: u32 = u32::MAX;

/// Values of the rows before and of the plane, and how many of them are new.
#[derive(Clone, Copy, Debug, Default)]
struct Union {
    all: usize,
    new: usize,
}

/// What a plane is made of and worked on with.
pub(crate) struct Plane<'a> {
    /// The group's raw bytes, whole rows.
    pub(crate) raw: &'a [u8],
    /// What they are.
    pub(crate) format: Format,
    /// Which channel this is.
    pub(crate) channel: usize,
    /// How hard to try.
    pub(crate) effort: Effort,
    /// The plane's samples, as predicted; later planes may look at them.
    pub(crate) x: &'a mut [i32],
    /// The planes before, the nearest first; empty where there is none.
    pub(crate) refs: [&'a [i32]; MAX_REFS],
    /// As long as the plane.
    pub(crate) e: &'a mut [i32],
    /// What is known of the rows before.
    pub(crate) past: Past<'a>,
    /// Room for the values in them; none where there are none.
    pub(crate) known: &'a mut [i32],
    /// The grid of the last plane that has one.
    pub(crate) grid: &'a mut Option<Grid>,
    /// For the least squares.
    pub(crate) reals: &'a mut [f64],
    /// For the adaptive coder.
    pub(crate) models: &'a mut [i32],
}

impl Plane<'_> {
    /// Writes the plane's glyph.
    pub(crate) fn write(mut self, out: &mut [u8]) -> Option<usize> {
        if let Some(n) = self.simple(out) {
            return Some(n);
        }
        // The payload is written behind the longest head and moved to the real one.
        let body = out.get_mut(glyph::MAX_HEAD_BYTES..)?;
        let raw_len = self.x.len() * self.format.sample.width();
        let coded = self.coded(body.get_mut(..body.len().min(raw_len)).unwrap_or(&mut []));
        let Some((kind, id, n)) = coded else {
            self.x.fill(0);
            self.past.clear();
            return self.stored(out);
        };
        let mut head = [0u8; glyph::MAX_HEAD_BYTES];
        let mut w = Writer::new(&mut head);
        glyph::write_head(&mut w, kind, id, Some(n as u32));
        let h = w.finish()?;
        out.slide(glyph::MAX_HEAD_BYTES..glyph::MAX_HEAD_BYTES + n, h);
        out.get_mut(..h)?.put(head.get(..h)?);
        Some(h + n)
    }

    /// A constant channel, or one that equals an earlier one.
    fn simple(&mut self, out: &mut [u8]) -> Option<usize> {
        let mut all = sample::bytes_of(self.raw, self.format, self.channel);
        let first = all.next()?;
        if all.all(|b| b == first) {
            self.x.fill(0);
            self.past.clear();
            let mut w = Writer::new(out);
            glyph::write_head(&mut w, GlyphType::Primitive, CONSTANT, Some(first.len() as u32));
            w.bytes(first);
            return w.finish();
        }
        for (d, r) in (1..).zip(self.refs) {
            let Some(other) = self.channel.checked_sub(d).filter(|_| !r.is_empty()) else { break };
            let mut a = sample::bytes_of(self.raw, self.format, self.channel);
            let mut b = sample::bytes_of(self.raw, self.format, other);
            if a.all(|a| b.next() == Some(a)) {
                self.x.put(r);
                self.past.x.put(self.past.refs.get(d - 1)?);
                let mut w = Writer::new(out);
                glyph::write_head(&mut w, GlyphType::Reference, SAME, Some(1));
                w.u8(d as u8);
                return w.finish();
            }
        }
        None
    }

    fn stored(&self, out: &mut [u8]) -> Option<usize> {
        let mut w = Writer::new(out);
        let len = self.x.len() * self.format.sample.width();
        glyph::write_head(&mut w, GlyphType::Primitive, STORED, Some(len as u32));
        for b in sample::bytes_of(self.raw, self.format, self.channel) {
            w.bytes(b);
        }
        w.finish()
    }

    /// The plane by predictor and residual.
    fn coded(&mut self, out: &mut [u8]) -> Option<(GlyphType, u32, usize)> {
        let mut narrow = 0;
        if self.format.sample.width() == 8 {
            if self.format.sample == SampleType::I64
                || !sample::load_narrow(self.raw, self.format, self.channel, self.x)
            {
                return Some((GlyphType::Delta, UPPER, self.upper(out)?));
            }
            narrow = NARROW;
        } else {
            sample::load(self.raw, self.format, self.channel, self.x);
        }
        if self.effort == Effort::Fast {
            return Some((GlyphType::Delta, narrow | INTEGERS, self.integers(&|v| v, out)?));
        }
        let mut best = (INTEGERS, u64::MAX);
        let mut few = 0;
        let mut grid = None;
        let mut dict_grid = None;
        let mut union = Union::default();
        let floats = self.format.sample.is_float();
        if floats || dict::promising(self.x, self.e) {
            let n = self.x.len();
            let mut consider = |id, cost| {
                if cost < best.1 {
                    best = (id, cost);
                }
            };
            consider(INTEGERS, fixed_cost(self.x, self.effort, |v| v));
            few = match self.effort {
                Effort::Best => dict::distinct(self.x, self.e),
                _ => dict::distinct_if_few(self.x, self.e).unwrap_or(0),
            };
            let held = if few == 0 && floats { dict::distinct_of_some(self.x, self.e) } else { few };
            let (values, room) = self.e.split_at_mut_checked(held)?;
            if floats {
                grid = Grid::find(values, self.effort == Effort::Best, *self.grid, self.reals);
                *self.grid = grid.or(*self.grid);
            }
            if few * 3 <= n && few > 1 {
                let known = dict::Ranks::new(values, room);
                let ranks = fixed_cost(self.x, self.effort, |v| known.of(v));
                let plain = dict::cost(values);
                let fitted = grid.map_or(u64::MAX, |g| dict::grid_cost(values, &g));
                dict_grid = grid.filter(|_| fitted < plain);
                consider(RANKS, ranks + plain.least(fitted));
                if let Some(u) = self.union(few) {
                    let all = self.known.get(..u.all).unwrap_or(&[]);
                    let ranks = fixed_cost(self.x, self.effort, |v| dict::rank(all, v));
                    let new = self.e.get(few..few + u.new).unwrap_or(&[]);
                    let cost = if new.is_empty() { 0 } else { dict::cost(new) };
                    consider(SEEN, ranks + cost);
                    union = u;
                }
            }
            if let Some(g) = grid {
                let mut off = [0; SOME - ORDER];
                let (mut errors, mut seen) = (0, 0);
                let counts = run_cost(self.x, self.effort, |v, to| {
                    g.counts(v, to);
                    // Without the samples in front that only serve differences.
                    let (v, k) = (v.get(ORDER..).unwrap_or(&[]), to.get(ORDER..).unwrap_or(&[]));
                    let off = off.get_mut(..v.len()).unwrap_or(&mut []);
                    off.put(v);
                    g.less_samples(k, off);
                    errors += estimate(off.iter().map(|e| u64::from(e.unsigned_abs())).sum(), off.len() as u32);
                    seen += off.len() as u64;
                });
                let errors = (errors * n as u64).checked_div(seen).unwrap_or(0);
                consider(COUNTS, counts + errors + 16 * 8 * 256);
            }
        }
        let n = match (best.0, grid) {
            (SEEN, _) => return Some((GlyphType::Reference, KNOWN, self.ranks_known(few, union, out)?)),
            (RANKS, _) => self.ranks(few, dict_grid, out)?,
            (COUNTS, Some(g)) => self.counts(g, out)?,
            _ => self.integers(&|v| v, out)?,
        };
        Some((GlyphType::Delta, narrow | best.0, n))
    }

    /// 64-bit samples.
    fn upper(&mut self, out: &mut [u8]) -> Option<usize> {
        let wide = Wide::choose(self.raw, self.format, self.channel)?;
        let n = wide.write(self.raw, self.format, self.channel, out)?;
        wide.load(self.raw, self.format, self.channel, self.x);
        self.past.clear();
        Some(n + self.integers(&|_| 0, out.get_mut(n..)?)?)
    }

    /// The plane as ranks among the distinct values, which lie at the start of `e`.
    fn ranks(&mut self, few: usize, grid: Option<Grid>, out: &mut [u8]) -> Option<usize> {
        let (values, room) = self.e.split_at_mut_checked(few)?;
        let known = dict::Ranks::new(values, room);
        let middle = few as i32 / 2;
        for v in self.x.iter_mut() {
            *v = known.of(*v) - middle;
        }
        self.past.load(self.format, self.channel, 32, |v| dict::rank(values, v) - middle);
        let n = dict::write(self.e, few, grid, self.effort, self.models, out)?;
        Some(n + self.predicted(32, out.get_mut(n..)?)?)
    }

    /// The values of the rows before and of these at the start of `known`, those that are new behind the `few` of `e`;
    /// nothing if there are none before, or too many.
    fn union(&mut self, few: usize) -> Option<Union> {
        let n = self.x.len();
        let before = self.past.known(self.format, self.channel, self.known.get_mut(..n.min(KNOWN_ROWS))?)?;
        let (values, rest) = self.e.split_at_mut_checked(few)?;
        let (old, free) = self.known.split_at_mut_checked(before)?;
        let mut new = 0;
        for v in values.iter().filter(|v| old.binary_search(v).is_err()) {
            *rest.get_mut(new)? = *v;
            *free.get_mut(new)? = *v;
            new += 1;
        }
        let all = before + new;
        sort(self.known.get_mut(..all)?, i32::lt);
        (all * 2 <= n).then_some(Union { all, new })
    }

    /// The plane as ranks among known and new values.
    fn ranks_known(&mut self, few: usize, union: Union, out: &mut [u8]) -> Option<usize> {
        let values = self.known.get(..union.all)?;
        let middle = union.all as i32 / 2;
        for v in self.x.iter_mut() {
            *v = dict::rank(values, *v) - middle;
        }
        self.past.load(self.format, self.channel, 32, |v| dict::rank(values, v) - middle);
        let n = if union.new == 0 {
            *out.first_mut()? = dict::NONE;
            1
        } else {
            self.e.slide(few..few + union.new, 0);
            dict::write(self.e, union.new, None, self.effort, self.models, out)?
        };
        Some(n + self.predicted(32, out.get_mut(n..)?)?)
    }

    /// The plane as counts of a grid, the errors in front.
    fn counts(&mut self, g: Grid, out: &mut [u8]) -> Option<usize> {
        self.e.put(self.x);
        g.counts(self.e, self.x);
        g.less_samples(self.x, self.e);
        let mut w = Writer::new(out);
        g.write(&mut w);
        let mut n = w.finish()?;
        n += entropy::write(self.e, self.effort, self.models, out.get_mut(n..)?)?;
        Some(n + self.integers(&|v| g.count(v), out.get_mut(n..)?)?)
    }

    /// Integers less a base and divided by what all differences have in common; samples of the past become such by `map`.
    fn integers(&mut self, map: &dyn Fn(i32) -> i32, out: &mut [u8]) -> Option<usize> {
        let bits = width_of(self.format);
        let g = common_factor(self.x);
        let base = base_of(self.x, g, bits);
        if g == 1 {
            for v in self.x.iter_mut() {
                *v = v.wrapping_sub(base);
            }
        } else {
            for v in self.x.iter_mut() {
                *v = (i64::from(*v) - i64::from(base)).checked_div(i64::from(g)).unwrap_or(0) as i32;
            }
        }
        let mut w = Writer::new(out);
        varint::write(&mut w, zigzag(base));
        varint::write(&mut w, g);
        let n = w.finish()?;
        let width = if g == 1 { bits } else { 32 };
        self.past.load(self.format, self.channel, width, |v| integer(map(v), base, g));
        Some(n + self.predicted(width, out.get_mut(n..)?)?)
    }

    /// Predictor and residual of `x`.
    fn predicted(&mut self, width: u32, out: &mut [u8]) -> Option<usize> {
        let c = predict::choose(self.x, &self.refs, width, self.effort, self.reals, self.e);
        c.predictor.residuals(self.x, &self.refs, width, self.e);
        self.past.correct(&c.predictor, self.x, &self.refs, width, self.e);
        let past = self.past.residuals(&c.predictor, width);
        let n = c.predictor.write(out)?;
        Some(n + entropy::write_after(past, self.e, self.effort, self.models, out.get_mut(n..)?)?)
    }
}

/// Estimated cost of samples through a map.
fn fixed_cost(x: &[i32], effort: Effort, map: impl Fn(i32) -> i32) -> u64 {
    run_cost(x, effort, |v, to| {
        for (to, v) in to.iter_mut().zip(v) {
            *to = map(*v);
        }
    })
}

/// The same with a map of some samples at a time, to as many.
fn run_cost(x: &[i32], effort: Effort, mut map: impl FnMut(&[i32], &mut [i32])) -> u64 {
    let at = &mut |from, to: &mut [i32]| map(x.get(from..from + to.len()).unwrap_or(&[]), to);
    predict::choose_fixed(x.len(), 32, effort, at).cost
}

/// A sample of the past as the plane's own are: less their base, divided by their factor.
fn integer(v: i32, base: i32, g: u32) -> i32 {
    if g == 1 {
        return v.wrapping_sub(base);
    }
    (i64::from(v) - i64::from(base)).div_euclid(i64::from(g.max(1))) as i32
}

/// Bits that residuals are reduced to: those of the samples where they are integers of up to 32.
pub(crate) fn width_of(format: Format) -> u32 {
    if format.sample.is_float() { 32 } else { (format.sample.width() as u32 * 8).min(32) }
}

/// The greatest common divisor of all differences of samples.
pub(crate) fn common_factor(x: &[i32]) -> u32 {
    let Some(first) = x.first() else { return 1 };
    let mut g = 0u32;
    for v in x {
        let mut d = v.abs_diff(*first);
        if d == 0 || d.checked_rem(g) == Some(0) {
            continue;
        }
        // Euclid's algorithm: at most 46 steps for 32 bits.
        while let Some(r) = g.checked_rem(d) {
            (g, d) = (d, r);
        }
        if g == 1 {
            return 1;
        }
    }
    g.max(1)
}

/// A base near the mean, a whole number of factors from the first sample, from which no sample is farther than
/// `bits` bits hold.
pub(crate) fn base_of(x: &[i32], g: u32, bits: u32) -> i32 {
    let (low, high, sum) = simd::range_and_sum(Level::detect(), x);
    let n = x.len() as i64;
    let mean = sum.div_euclid(n.max(1));
    let half = 1i64 << (bits - 1);
    let mean = mean.max(i64::from(high) - (half - 1)).min(i64::from(low) + half);
    let first = x.first().copied().map_or(0, i64::from);
    let steps = (mean - first).div_euclid(i64::from(g.max(1)));
    (first + steps * i64::from(g)) as i32
}

/// Where a plane is read to.
pub(crate) struct PlaneOut<'a> {
    /// The group's raw bytes, whole rows.
    pub(crate) raw: &'a mut [u8],
    /// What they are.
    pub(crate) format: Format,
    /// Which channel this is.
    pub(crate) channel: usize,
    /// The plane's samples, as predicted.
    pub(crate) x: &'a mut [i32],
    /// The planes before, the nearest first.
    pub(crate) refs: [&'a [i32]; MAX_REFS],
    /// Room for errors and distinct values: as long as the plane, if there is as much.
    pub(crate) e: &'a mut [i32],
    /// What is known of the rows before.
    pub(crate) past: Past<'a>,
    /// For the adaptive coder.
    pub(crate) models: &'a mut [i32],
    /// Whether binary64 samples come as binary32.
    pub(crate) narrow: bool,
}

impl PlaneOut<'_> {
    /// Reads the plane of a glyph.
    pub(crate) fn read(mut self, g: &Glyph<'_>) -> Option<()> {
        let payload = g.payload?;
        let coded = g.kind == GlyphType::Delta || (g.kind, g.id) == (GlyphType::Reference, KNOWN);
        let mut r = Reader::new(if coded { payload } else { &[] });
        match (g.kind, g.id) {
            (GlyphType::Primitive, CONSTANT) => {
                if payload.len() != self.format.sample.width() {
                    return None;
                }
                self.x.fill(0);
                self.past.clear();
                for to in sample::bytes_of_mut(self.raw, self.format, self.channel) {
                    to.put(payload);
                }
            }
            (GlyphType::Primitive, STORED) => {
                let w = self.format.sample.width();
                if payload.len() != self.x.len() * w {
                    return None;
                }
                self.x.fill(0);
                self.past.clear();
                let to = sample::bytes_of_mut(self.raw, self.format, self.channel);
                for (to, from) in to.zip(payload.chunks_exact(w.max(1))) {
                    to.put(from);
                }
            }
            (GlyphType::Reference, SAME) => {
                let &[d] = payload else { return None };
                let w = self.format.sample.width();
                let from = self.channel.checked_sub(d.into()).filter(|_| d > 0)?;
                let other = self.refs.get(usize::from(d) - 1).filter(|r| r.len() == self.x.len())?;
                self.x.put(other);
                self.past.x.put(self.past.refs.get(usize::from(d) - 1)?);
                let row = self.format.row_bytes();
                for r in self.raw.chunks_exact_mut(row.max(1)) {
                    r.slide(from * w..(from + 1) * w, self.channel * w);
                }
            }
            (GlyphType::Reference, KNOWN) => self.known(&mut r)?,
            (GlyphType::Delta, id) => {
                let wide = self.format.sample.width() == 8;
                self.narrow = id & NARROW != 0;
                if self.narrow && self.format.sample != SampleType::F64 {
                    return None;
                }
                match id & !NARROW {
                    UPPER if wide && !self.narrow => self.upper(&mut r)?,
                    _ if wide && !self.narrow => return None,
                    INTEGERS => self.integers(&mut r)?,
                    RANKS => self.ranks(&mut r)?,
                    COUNTS if self.format.sample.is_float() => self.counts(&mut r)?,
                    _ => return None,
                }
            }
            _ => return None,
        }
        r.rest().is_empty().then_some(())?;
        Some(())
    }

    fn predicted(&mut self, width: u32, r: &mut Reader<'_>) -> Option<()> {
        let p = Predictor::read(r)?;
        if let Predictor::Linear(l) = &p
            && self.refs.iter().take(l.refs).any(|r| r.len() != self.x.len())
        {
            return None;
        }
        let past = self.past.residuals(&p, width);
        entropy::read_after(past, r, self.models, self.x)?;
        self.past.uncorrect(&p, self.x, &self.refs, width);
        p.restore(self.x, &self.refs, width);
        Some(())
    }

    fn integers(&mut self, r: &mut Reader<'_>) -> Option<()> {
        let (base, g) = self.affine(&|v| v, r)?;
        let value = |v: i32| v.wrapping_mul(g).wrapping_add(base);
        sample::store(self.raw, self.format, self.channel, self.narrow, self.x, value);
        Some(())
    }

    fn upper(&mut self, r: &mut Reader<'_>) -> Option<()> {
        let (wide, low) = Wide::read(r, self.format, self.x.len())?;
        self.past.clear();
        let (base, g) = self.affine(&|_| 0, r)?;
        let high = self.x.iter().map(|v| v.wrapping_mul(g).wrapping_add(base));
        wide.store(self.raw, self.format, self.channel, high, low);
        Some(())
    }

    /// Reads a plane of integers, samples of the past becoming such by `map`; returns their base and factor.
    fn affine(&mut self, map: &dyn Fn(i32) -> i32, r: &mut Reader<'_>) -> Option<(i32, i32)> {
        let base = unzigzag(varint::read(r)?);
        let g = varint::read(r).filter(|g| *g > 0)?;
        let width = if g == 1 { width_of(self.format) } else { 32 };
        self.past.load(self.format, self.channel, width, |v| integer(map(v), base, g));
        self.predicted(width, r)?;
        Some((base, g as i32))
    }

    fn ranks(&mut self, r: &mut Reader<'_>) -> Option<()> {
        let few = self.values(0, r)?;
        self.ranked(few, r)
    }

    /// Reads a list of values into `e` from `at` on.
    fn values(&mut self, at: usize, r: &mut Reader<'_>) -> Option<usize> {
        dict::read(r, self.format.sample.is_float(), self.x.len() / 3, self.models, self.e.get_mut(at..)?)
    }

    fn known(&mut self, r: &mut Reader<'_>) -> Option<()> {
        let most = self.x.len().min(KNOWN_ROWS);
        let before = self.past.known(self.format, self.channel, self.x.get_mut(..most)?)?;
        self.e.get_mut(..before)?.put(self.x.get(..before)?);
        let new = if r.rest().first() == Some(&dict::NONE) {
            r.u8()?;
            0
        } else {
            self.values(before, r)?
        };
        let all = before + new;
        let values = self.e.get_mut(..all)?;
        sort(values, i32::lt);
        if all * 2 > self.x.len() || !dict::rises(values) {
            return None;
        }
        self.ranked(all, r)
    }

    /// Reads ranks in the list of values at the start of `e`.
    fn ranked(&mut self, few: usize, r: &mut Reader<'_>) -> Option<()> {
        let middle = few as i32 / 2;
        let values = self.e.get(..few)?;
        self.past.load(self.format, self.channel, 32, |v| dict::rank(values, v) - middle);
        self.predicted(32, r)?;
        let values = self.e.get(..few)?;
        let found = |v: i32| values.get(v.wrapping_add(middle) as usize).copied().unwrap_or(0);
        sample::store(self.raw, self.format, self.channel, self.narrow, self.x, found);
        Some(())
    }

    fn counts(&mut self, r: &mut Reader<'_>) -> Option<()> {
        let grid = Grid::read(r)?;
        entropy::read(r, self.models, self.e.get_mut(..self.x.len())?)?;
        let (base, g) = self.affine(&|v| grid.count(v), r)?;
        let mut counts = [0; SOME];
        let errors = self.e.get_mut(..self.x.len())?;
        for (x, e) in self.x.chunks(SOME).zip(errors.chunks_mut(SOME)) {
            let counts = counts.get_mut(..x.len())?;
            for (k, v) in counts.iter_mut().zip(x) {
                *k = v.wrapping_mul(g).wrapping_add(base);
            }
            grid.add_samples(counts, e);
        }
        sample::store(self.raw, self.format, self.channel, self.narrow, errors, |v| v);
        Some(())
    }
}
