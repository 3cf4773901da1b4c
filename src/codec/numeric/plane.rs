//! One channel of a group as a glyph.
#![allow(clippy::arithmetic_side_effects, reason = "positions within a frame; sums of 32-bit samples in 64 bits")]

use super::fixed::MAX_ORDER as ORDER;
use super::grid::Grid;
use super::linear::MAX_REFS;
use super::past::{KNOWN_ROWS, Past};
use super::predict::{self, SOME};
use super::tables::estimate;
use super::wide::Wide;
use super::{dict, entropy, sample};
use crate::codec::container::format::{Format, SampleType};
use crate::codec::container::glyph;
use crate::codec::container::glyph::GlyphType;
use crate::codec::container::varint;
use crate::codec::container::varint::zigzag;
use crate::codec::numeric::integers::base_of;
use crate::codec::numeric::integers::common_factor;
use crate::codec::numeric::integers::integer;
use crate::codec::numeric::integers::width_of;
use crate::codec::options::Effort;
use crate::mem::Slide;
use crate::util::bytes::Writer;
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
                consider(RANKS, ranks + plain.min_u64(fitted));
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
                    g.subtract_samples(k, off);
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
        g.subtract_samples(self.x, self.e);
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
