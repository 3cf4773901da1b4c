//! [`PlaneOut`]: decodes one channel of a group from its glyph; the inverse of [`super::plane`].

use super::grid::Grid;
use super::integers::{integer, width_of};
use super::linear::MAX_REFS;
use super::past::{KNOWN_ROWS, Past};
use super::plane::{CONSTANT, COUNTS, INTEGERS, KNOWN, NARROW, RANKS, SAME, STORED, UPPER};
use super::predict::{Predictor, SOME};
use super::wide::Wide;
use super::{dict, entropy, sample};
use crate::codec::container::format::{Format, SampleType};
use crate::codec::container::glyph::{Glyph, GlyphType};
use crate::codec::container::varint::{self, unzigzag};
use crate::mem::Slide;
use crate::util::bytes::Reader;
use crate::util::slice::{Put, sort};

/// A plane to decode, and the memory for it.
pub(crate) struct PlaneOut<'a> {
    /// The group's raw bytes, whole rows.
    pub(crate) raw: &'a mut [u8],
    /// Layout of the raw bytes.
    pub(crate) format: Format,
    /// Index of the channel.
    pub(crate) channel: usize,
    /// The plane's mapped samples.
    pub(crate) x: &'a mut [i32],
    /// The planes before, the nearest first.
    pub(crate) refs: [&'a [i32]; MAX_REFS],
    /// Cells for errors and distinct values: as many as the plane has samples, if the memory has them.
    pub(crate) e: &'a mut [i32],
    /// The rows before the group.
    pub(crate) past: Past<'a>,
    /// Cells for the entropy coders.
    pub(crate) models: &'a mut [i32],
    /// Whether the samples are binary64 but coded as binary32.
    pub(crate) narrow: bool,
}

impl PlaneOut<'_> {
    /// Reads the plane from its glyph; `None` if the payload is damaged or needs more memory.
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

    /// Reads a predictor and the residuals, and restores `x`.
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

    /// Reads integers with a base and a factor.
    fn integers(&mut self, r: &mut Reader<'_>) -> Option<()> {
        let (base, g) = self.affine(&|v| v, r)?;
        let value = |v: i32| v.wrapping_mul(g).wrapping_add(base);
        sample::store(self.raw, self.format, self.channel, self.narrow, self.x, value);
        Some(())
    }

    /// Reads the lower and the upper parts of 64-bit samples.
    fn upper(&mut self, r: &mut Reader<'_>) -> Option<()> {
        let (wide, low) = Wide::read(r, self.format, self.x.len())?;
        self.past.clear();
        let (base, g) = self.affine(&|_| 0, r)?;
        let high = self.x.iter().map(|v| v.wrapping_mul(g).wrapping_add(base));
        wide.store(self.raw, self.format, self.channel, high, low);
        Some(())
    }

    /// Reads integers into `x`, and returns their base and factor. `map` maps samples of the past to integers.
    fn affine(&mut self, map: &dyn Fn(i32) -> i32, r: &mut Reader<'_>) -> Option<(i32, i32)> {
        let base = unzigzag(varint::read(r)?);
        let g = varint::read(r).filter(|g| *g > 0)?;
        let width = if g == 1 { width_of(self.format) } else { 32 };
        self.past.load(self.format, self.channel, width, |v| integer(map(v), base, g));
        self.predicted(width, r)?;
        Some((base, g as i32))
    }

    /// Reads a list of values and the ranks.
    fn ranks(&mut self, r: &mut Reader<'_>) -> Option<()> {
        let distinct = self.values(0, r)?;
        self.ranked(distinct, r)
    }

    /// Reads a list of values into `e` from `at` on, and returns their number.
    fn values(&mut self, at: usize, r: &mut Reader<'_>) -> Option<usize> {
        dict::read(r, self.format.sample.is_float(), self.x.len() / 3, self.models, self.e.get_mut(at..)?)
    }

    /// Reads a list of new values, and the ranks among them and the values of the rows before.
    fn known(&mut self, r: &mut Reader<'_>) -> Option<()> {
        let max = self.x.len().min(KNOWN_ROWS);
        let before = self.past.known(self.format, self.channel, self.x.get_mut(..max)?)?;
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

    /// Reads ranks in the list of `distinct` values at the start of `e`, and stores the samples.
    fn ranked(&mut self, distinct: usize, r: &mut Reader<'_>) -> Option<()> {
        let middle = distinct as i32 / 2;
        let values = self.e.get(..distinct)?;
        self.past.load(self.format, self.channel, 32, |v| dict::rank(values, v) - middle);
        self.predicted(32, r)?;
        let values = self.e.get(..distinct)?;
        let found = |v: i32| values.get(v.wrapping_add(middle) as usize).copied().unwrap_or(0);
        sample::store(self.raw, self.format, self.channel, self.narrow, self.x, found);
        Some(())
    }

    /// Reads the errors and the counts of a grid.
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
