//! What a group of rows knows of the rows before it, where frames may refer to those before them.
//!
//! A plane goes on from the channel's last samples instead of from nothing, and the adaptive coder has learned from
//! their residuals when it begins. Both sides make it all from the raw bytes.
#![allow(clippy::arithmetic_side_effects, reason = "positions within a plane and its past")]

use super::fixed::wrap;
use super::linear::{MAX_ORDER, MAX_REFS};
use super::predict::Predictor;
use super::{dict, sample};
use crate::codec::container::format::Format;
use crate::util::unsigned::Unsigned;

/// Most rows that are looked at.
pub(crate) const ROWS: usize = 512;
/// Most rows that known values are taken from.
pub(crate) const KNOWN_ROWS: usize = 8192;

/// Samples at the start of a plane that are predicted from its past; and of the past that they are predicted from.
const EDGE: usize = MAX_ORDER;

/// The rows before a group, and the samples of one channel in them.
pub(crate) struct Past<'a> {
    /// Whole rows up to the group.
    pub(crate) raw: &'a [u8],
    /// The channel's samples in the last of them, as they are predicted from.
    pub(crate) x: &'a mut [i32],
    /// The same of the planes before, the nearest first.
    pub(crate) refs: [&'a [i32]; MAX_REFS],
    /// As long as `x`: their residuals.
    pub(crate) e: &'a mut [i32],
}

/// The end of a past, and the start of its plane.
struct Edge {
    cells: [i32; 2 * EDGE],
    past: usize,
    len: usize,
}

impl Edge {
    fn new(past: &[i32], plane: &[i32]) -> Self {
        let mut edge = Edge { cells: [0; 2 * EDGE], past: past.len().min(EDGE), len: 0 };
        edge.len = edge.past + plane.len().min(EDGE);
        let both = past.get(past.len() - edge.past..).unwrap_or(&[]).iter().chain(plane.iter().take(EDGE));
        for (to, v) in edge.cells.iter_mut().zip(both) {
            *to = *v;
        }
        edge
    }

    fn cells(&self) -> &[i32] {
        self.cells.get(..self.len).unwrap_or(&[])
    }
}

impl Past<'_> {
    /// Loads the channel's samples through the plane's map.
    pub(crate) fn load(&mut self, format: Format, channel: usize, width: u32, map: impl Fn(i32) -> i32) {
        let bytes = self.x.len() * format.row_bytes();
        let from = self.raw.len().sat_sub(bytes);
        sample::load(self.raw.get(from..).unwrap_or(&[]), format, channel, self.x);
        for v in self.x.iter_mut() {
            *v = wrap(map(*v), width);
        }
    }

    /// The distinct values of the channel in the last rows, as many as `out` holds, in rising order at its start; how
    /// many, if there are any.
    pub(crate) fn known(&self, format: Format, channel: usize, out: &mut [i32]) -> Option<usize> {
        let row = format.row_bytes();
        let rows = self.raw.len().checked_div(row)?.min(out.len());
        if rows == 0 || format.sample.width() == 8 {
            return None;
        }
        let out = out.get_mut(..rows)?;
        sample::load(self.raw.get(self.raw.len() - rows * row..)?, format, channel, out);
        Some(dict::compact(out))
    }

    /// There are no samples of this channel.
    pub(crate) fn clear(&mut self) {
        self.x.fill(0);
    }

    /// The residuals of the past, as far as there are enough samples before them.
    pub(crate) fn residuals(&mut self, p: &Predictor, width: u32) -> &[i32] {
        p.residuals(self.x, &self.refs, width, self.e);
        self.e.get(EDGE..).unwrap_or(&[])
    }

    /// The edges of the planes before.
    fn edges(&self, refs: &[&[i32]; MAX_REFS]) -> [Edge; MAX_REFS] {
        let mut at = self.refs.iter().zip(refs);
        core::array::from_fn(|_| at.next().map_or(Edge::new(&[], &[]), |(past, r)| Edge::new(past, r)))
    }

    /// Corrects the first residuals `e` of the plane `x`, which were made without its past.
    pub(crate) fn correct(&self, p: &Predictor, x: &[i32], refs: &[&[i32]; MAX_REFS], width: u32, e: &mut [i32]) {
        if self.x.is_empty() {
            return;
        }
        let own = Edge::new(self.x, x);
        let edges = self.edges(refs);
        let mut out = [0; 2 * EDGE];
        p.residuals(own.cells(), &edges.each_ref().map(Edge::cells), width, out.get_mut(..own.len).unwrap_or(&mut []));
        for (to, v) in e.iter_mut().zip(out.get(own.past..own.len).unwrap_or(&[])) {
            *to = *v;
        }
    }

    /// Turns the first of the residuals in `x` into such as go without a past.
    pub(crate) fn uncorrect(&self, p: &Predictor, x: &mut [i32], refs: &[&[i32]; MAX_REFS], width: u32) {
        if self.x.is_empty() {
            return;
        }
        let mut own = Edge::new(self.x, x);
        let edges = self.edges(refs);
        let edges = edges.each_ref().map(Edge::cells);
        // The past gives its own residuals, and with them the samples of the start.
        let past = self.x.get(self.x.len() - own.past..).unwrap_or(&[]);
        let near = edges.map(|e| e.get(..own.past).unwrap_or(&[]));
        p.residuals(past, &near, width, own.cells.get_mut(..own.past).unwrap_or(&mut []));
        p.restore(own.cells.get_mut(..own.len).unwrap_or(&mut []), &edges, width);
        let start = own.cells.get(own.past..own.len).unwrap_or(&[]);
        let near = refs.map(|r| r.get(..start.len()).unwrap_or(&[]));
        p.residuals(start, &near, width, x.get_mut(..start.len()).unwrap_or(&mut []));
    }
}
