//! [`Plane`]: encodes one channel of a group as a glyph.
//!
//! A plane is constant, equal to an earlier one, coded, or stored. Coded planes map their samples to integers, predict
//! them and code the residuals. The map with the smallest estimated cost is used.
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

/// PRIMITIVE: the payload is the value of every sample.
pub(crate) const CONSTANT: u32 = 0;
/// PRIMITIVE: the payload is the bytes of the samples.
pub(crate) const STORED: u32 = 1;
/// REFERENCE: the samples of an earlier channel.
pub(crate) const SAME: u32 = 0;
/// REFERENCE: ranks in a list of the values in the rows before and of new values.
pub(crate) const KNOWN: u32 = 1;
/// DELTA: integers less a base, divided by a common factor.
pub(crate) const INTEGERS: u32 = 0;
/// DELTA: ranks in a list of the distinct values, which is in the payload.
pub(crate) const RANKS: u32 = 1;
/// DELTA: counts of a grid, after their errors.
pub(crate) const COUNTS: u32 = 2;
/// DELTA: the upper parts of 64-bit samples, after the lower parts.
pub(crate) const UPPER: u32 = 3;
/// DELTA: added to the ids above if the samples are binary64 but all are binary32 numbers, and coded as binary32.
pub(crate) const NARROW: u32 = 8;

/// The map of [`KNOWN`], beside the ids of DELTA.
const KNOWN_RANKS: u32 = u32::MAX;

/// The number of values in the rows before and in the plane, and the number of those that are not in the rows before.
#[derive(Clone, Copy, Debug, Default)]
struct Union {
    all: usize,
    new: usize,
}

/// The map chosen for a plane, and what is known for it.
struct Choice {
    /// [`INTEGERS`], [`RANKS`], [`COUNTS`] or [`KNOWN_RANKS`].
    map: u32,
    /// Estimated cost in 1/256 bit.
    cost: u64,
    /// Number of distinct values at the start of `e`, or 0 if they are not known.
    distinct: usize,
    /// The grid of the plane.
    grid: Option<Grid>,
    /// The grid, if the list of distinct values is shorter by it.
    dict_grid: Option<Grid>,
    /// The list of values for [`KNOWN_RANKS`].
    union: Union,
}

impl Choice {
    fn new() -> Self {
        let union = Union { all: 0, new: 0 };
        Choice { map: INTEGERS, cost: u64::MAX, distinct: 0, grid: None, dict_grid: None, union }
    }

    /// Chooses a map if it costs less than the one chosen so far.
    fn consider(&mut self, map: u32, cost: u64) {
        if cost < self.cost {
            (self.map, self.cost) = (map, cost);
        }
    }
}

/// A plane to encode, and the memory for it.
pub(crate) struct Plane<'a> {
    /// The group's raw bytes, whole rows.
    pub(crate) raw: &'a [u8],
    /// Layout of the raw bytes.
    pub(crate) format: Format,
    /// Index of the channel.
    pub(crate) channel: usize,
    /// Effort of the search.
    pub(crate) effort: Effort,
    /// The plane's mapped samples, which later planes may be predicted from.
    pub(crate) x: &'a mut [i32],
    /// The planes before, the nearest first; empty if they do not exist.
    pub(crate) refs: [&'a [i32]; MAX_REFS],
    /// As many cells as the plane has samples, for residuals and lists of values.
    pub(crate) e: &'a mut [i32],
    /// The rows before the group.
    pub(crate) past: Past<'a>,
    /// Cells for the values in these rows; empty without such rows.
    pub(crate) known: &'a mut [i32],
    /// The grid of the last plane that had one.
    pub(crate) grid: &'a mut Option<Grid>,
    /// Cells of f64 for the least squares and the grid search.
    pub(crate) reals: &'a mut [f64],
    /// Cells for the entropy coders.
    pub(crate) models: &'a mut [i32],
}

impl Plane<'_> {
    /// Writes the plane's glyph and returns its size in bytes.
    pub(crate) fn write(mut self, out: &mut [u8]) -> Option<usize> {
        if let Some(n) = self.simple(out) {
            return Some(n);
        }
        // The payload is written after space for the longest head, then moved to the actual head.
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

    /// Writes a constant channel, or one that equals an earlier one; `None` for all other channels.
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

    /// Writes the bytes of the samples.
    fn stored(&self, out: &mut [u8]) -> Option<usize> {
        let mut w = Writer::new(out);
        let len = self.x.len() * self.format.sample.width();
        glyph::write_head(&mut w, GlyphType::Primitive, STORED, Some(len as u32));
        for b in sample::bytes_of(self.raw, self.format, self.channel) {
            w.bytes(b);
        }
        w.finish()
    }

    /// Writes the payload of a coded plane. Returns the type and id of its glyph, and its size in bytes.
    fn coded(&mut self, out: &mut [u8]) -> Option<(GlyphType, u32, usize)> {
        let Some(narrow) = self.load() else {
            return Some((GlyphType::Delta, UPPER, self.upper(out)?));
        };
        if self.effort == Effort::Fast {
            return Some((GlyphType::Delta, narrow | INTEGERS, self.integers(&|v| v, out)?));
        }
        let c = self.choose()?;
        let n = match (c.map, c.grid) {
            (KNOWN_RANKS, _) => {
                return Some((GlyphType::Reference, KNOWN, self.ranks_known(c.distinct, c.union, out)?));
            }
            (RANKS, _) => self.ranks(c.distinct, c.dict_grid, out)?,
            (COUNTS, Some(g)) => self.counts(g, out)?,
            _ => self.integers(&|v| v, out)?,
        };
        Some((GlyphType::Delta, narrow | c.map, n))
    }

    /// Loads the samples into `x`. Returns `None` for 64-bit samples that have to be split into upper and lower parts.
    ///
    /// The number is [`NARROW`] for binary64 samples that are all binary32 numbers, and 0 for samples of up to 32 bits.
    fn load(&mut self) -> Option<u32> {
        if self.format.sample.width() < 8 {
            sample::load(self.raw, self.format, self.channel, self.x);
            return Some(0);
        }
        let narrow =
            self.format.sample == SampleType::F64 && sample::load_narrow(self.raw, self.format, self.channel, self.x);
        narrow.then_some(NARROW)
    }

    /// Chooses the map with the smallest estimated cost.
    fn choose(&mut self) -> Option<Choice> {
        let mut c = Choice::new();
        let floats = self.format.sample.is_float();
        if !floats && !dict::promising(self.x, self.e) {
            return Some(c);
        }
        c.consider(INTEGERS, fixed_cost(self.x, self.effort, |v| v));
        c.distinct = match self.effort {
            Effort::Best => dict::distinct(self.x, self.e),
            _ => dict::distinct_if_few(self.x, self.e).unwrap_or(0),
        };
        if floats {
            let some = if c.distinct == 0 { dict::distinct_of_some(self.x, self.e) } else { c.distinct };
            c.grid = Grid::find(self.e.get(..some)?, self.effort == Effort::Best, *self.grid, self.reals);
            *self.grid = c.grid.or(*self.grid);
        }
        if c.distinct * 3 <= self.x.len() && c.distinct > 1 {
            self.consider_ranks(&mut c)?;
        }
        if let Some(g) = c.grid {
            c.consider(COUNTS, self.counts_cost(&g));
        }
        Some(c)
    }

    /// Considers ranks among the distinct values at the start of `e`, and among them and the values of the rows before.
    fn consider_ranks(&mut self, c: &mut Choice) -> Option<()> {
        let (values, rest) = self.e.split_at_mut_checked(c.distinct)?;
        let known = dict::Ranks::new(values, rest);
        let ranks = fixed_cost(self.x, self.effort, |v| known.of(v));
        let plain = dict::cost(values);
        let fitted = c.grid.map_or(u64::MAX, |g| dict::grid_cost(values, &g));
        c.dict_grid = c.grid.filter(|_| fitted < plain);
        c.consider(RANKS, ranks + plain.min_u64(fitted));
        if let Some(u) = self.union(c.distinct) {
            let all = self.known.get(..u.all).unwrap_or(&[]);
            let ranks = fixed_cost(self.x, self.effort, |v| dict::rank(all, v));
            let new = self.e.get(c.distinct..c.distinct + u.new).unwrap_or(&[]);
            let cost = if new.is_empty() { 0 } else { dict::cost(new) };
            c.consider(KNOWN_RANKS, ranks + cost);
            c.union = u;
        }
        Some(())
    }

    /// Estimated cost of the plane as counts of a grid, in 1/256 bit.
    fn counts_cost(&self, g: &Grid) -> u64 {
        let mut errors = [0; SOME - ORDER];
        let (mut cost, mut seen) = (0, 0);
        let counts = run_cost(self.x, self.effort, |v, to| {
            g.counts(v, to);
            // Without the samples at the start, which only serve the differences.
            let (v, k) = (v.get(ORDER..).unwrap_or(&[]), to.get(ORDER..).unwrap_or(&[]));
            let errors = errors.get_mut(..v.len()).unwrap_or(&mut []);
            errors.put(v);
            g.subtract_samples(k, errors);
            cost += estimate(errors.iter().map(|e| u64::from(e.unsigned_abs())).sum(), errors.len() as u32);
            seen += errors.len() as u64;
        });
        let errors = (cost * self.x.len() as u64).checked_div(seen).unwrap_or(0);
        counts + errors + 16 * 8 * 256
    }

    /// Writes 64-bit samples as upper and lower parts.
    fn upper(&mut self, out: &mut [u8]) -> Option<usize> {
        let wide = Wide::choose(self.raw, self.format, self.channel)?;
        let n = wide.write(self.raw, self.format, self.channel, out)?;
        wide.load(self.raw, self.format, self.channel, self.x);
        self.past.clear();
        Some(n + self.integers(&|_| 0, out.get_mut(n..)?)?)
    }

    /// Writes ranks among the `distinct` values at the start of `e`.
    fn ranks(&mut self, distinct: usize, grid: Option<Grid>, out: &mut [u8]) -> Option<usize> {
        let (values, rest) = self.e.split_at_mut_checked(distinct)?;
        let known = dict::Ranks::new(values, rest);
        let middle = distinct as i32 / 2;
        for v in self.x.iter_mut() {
            *v = known.of(*v) - middle;
        }
        self.past.load(self.format, self.channel, 32, |v| dict::rank(values, v) - middle);
        let n = dict::write(self.e, distinct, grid, self.effort, self.models, out)?;
        Some(n + self.predicted(32, out.get_mut(n..)?)?)
    }

    /// Lists the values of the rows before and of the plane at the start of `known`.
    ///
    /// The new values are copied to `e`, after the `distinct` values at its start. Returns `None` if the rows before
    /// have no values, or the list is too long.
    fn union(&mut self, distinct: usize) -> Option<Union> {
        let n = self.x.len();
        let before = self.past.known(self.format, self.channel, self.known.get_mut(..n.min(KNOWN_ROWS))?)?;
        let (values, rest) = self.e.split_at_mut_checked(distinct)?;
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

    /// Writes ranks among known and new values.
    fn ranks_known(&mut self, distinct: usize, union: Union, out: &mut [u8]) -> Option<usize> {
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
            self.e.slide(distinct..distinct + union.new, 0);
            dict::write(self.e, union.new, None, self.effort, self.models, out)?
        };
        Some(n + self.predicted(32, out.get_mut(n..)?)?)
    }

    /// Writes the errors and the counts of a grid.
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

    /// Writes the integers in `x`, less a base and divided by a common factor.
    ///
    /// `map` maps samples of the past to integers.
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

    /// Writes the predictor and the residuals of `x`.
    fn predicted(&mut self, width: u32, out: &mut [u8]) -> Option<usize> {
        let c = predict::choose(self.x, &self.refs, width, self.effort, self.reals, self.e);
        c.predictor.residuals(self.x, &self.refs, width, self.e);
        self.past.correct(&c.predictor, self.x, &self.refs, width, self.e);
        let past = self.past.residuals(&c.predictor, width);
        let n = c.predictor.write(out)?;
        Some(n + entropy::write_after(past, self.e, self.effort, self.models, out.get_mut(n..)?)?)
    }
}

/// Estimated cost of samples after a map, with a fixed predictor, in 1/256 bit.
fn fixed_cost(x: &[i32], effort: Effort, map: impl Fn(i32) -> i32) -> u64 {
    run_cost(x, effort, |v, to| {
        for (to, v) in to.iter_mut().zip(v) {
            *to = map(*v);
        }
    })
}

/// [`fixed_cost`] with a map of several samples at a time.
fn run_cost(x: &[i32], effort: Effort, mut map: impl FnMut(&[i32], &mut [i32])) -> u64 {
    let at = &mut |from, to: &mut [i32]| map(x.get(from..from + to.len()).unwrap_or(&[]), to);
    predict::choose_fixed(x.len(), 32, effort, at).cost
}
