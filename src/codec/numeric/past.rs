//! [`Past`]: the rows before a group, for frames that may refer to earlier frames.
//!
//! The first samples of a plane are predicted from the channel's last samples before the group, and the adaptive coder
//! adapts to the residuals of those samples before it starts. Encoder and decoder compute both from the raw bytes.
#![allow(clippy::arithmetic_side_effects, reason = "positions within a plane and its past")]

use super::fixed::wrap;
use super::linear::{MAX_ORDER, MAX_REFS};
use super::predict::Predictor;
use super::{dict, sample};
use crate::codec::container::format::Format;
use crate::util::unsigned::Unsigned;

/// Maximum number of rows of a past.
pub(crate) const ROWS: usize = 512;
/// Maximum number of rows that known values are taken from.
pub(crate) const KNOWN_ROWS: usize = 8192;

/// Maximum number of samples of a plane that depend on its past, and of samples of the past that they depend on.
const EDGE: usize = MAX_ORDER;

/// The rows before a group, and the samples of one channel in them.
pub(crate) struct Past<'a> {
    /// Whole rows that end where the group starts.
    pub(crate) raw: &'a [u8],
    /// The channel's samples in the last of these rows, mapped as the plane's samples.
    pub(crate) x: &'a mut [i32],
    /// The same of the planes before this one, the nearest first.
    pub(crate) refs: [&'a [i32]; MAX_REFS],
    /// The residuals of `x`, as many as `x` has samples.
    pub(crate) e: &'a mut [i32],
}

/// The end of a past and the start of its plane, in a row.
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
    /// Loads the channel's samples into `x` through the map of the plane.
    pub(crate) fn load(&mut self, format: Format, channel: usize, width: u32, map: impl Fn(i32) -> i32) {
        let bytes = self.x.len() * format.row_bytes();
        let from = self.raw.len().sat_sub(bytes);
        sample::load(self.raw.get(from..).unwrap_or(&[]), format, channel, self.x);
        for v in self.x.iter_mut() {
            *v = wrap(map(*v), width);
        }
    }

    /// The distinct values of the channel in the last rows, as many rows as `out` has cells.
    ///
    /// They are in rising order at the start of `out`. Returns their number; `None` without rows and for 64-bit
    /// samples.
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

    /// Sets the samples of the channel to 0, for planes that are not predicted.
    pub(crate) fn clear(&mut self) {
        self.x.fill(0);
    }

    /// The residuals of the past, without the first [`EDGE`], which lack samples before them.
    pub(crate) fn residuals(&mut self, p: &Predictor, width: u32) -> &[i32] {
        p.residuals(self.x, &self.refs, width, self.e);
        self.e.get(EDGE..).unwrap_or(&[])
    }

    /// The edges of the planes before this one.
    fn edges(&self, refs: &[&[i32]; MAX_REFS]) -> [Edge; MAX_REFS] {
        let mut at = self.refs.iter().zip(refs);
        core::array::from_fn(|_| at.next().map_or(Edge::new(&[], &[]), |(past, r)| Edge::new(past, r)))
    }

    /// Replaces the first residuals `e` of the plane `x`, computed without a past, by the residuals with this past.
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

    /// Replaces the first residuals in `x` by the residuals without a past; the inverse of [`Past::correct`].
    pub(crate) fn uncorrect(&self, p: &Predictor, x: &mut [i32], refs: &[&[i32]; MAX_REFS], width: u32) {
        if self.x.is_empty() {
            return;
        }
        let mut own = Edge::new(self.x, x);
        let edges = self.edges(refs);
        let edges = edges.each_ref().map(Edge::cells);
        // Residuals of the past restore the past and, after it, the first samples of the plane.
        let past = self.x.get(self.x.len() - own.past..).unwrap_or(&[]);
        let near = edges.map(|e| e.get(..own.past).unwrap_or(&[]));
        p.residuals(past, &near, width, own.cells.get_mut(..own.past).unwrap_or(&mut []));
        p.restore(own.cells.get_mut(..own.len).unwrap_or(&mut []), &edges, width);
        let start = own.cells.get(own.past..own.len).unwrap_or(&[]);
        let near = refs.map(|r| r.get(..start.len()).unwrap_or(&[]));
        p.residuals(start, &near, width, x.get_mut(..start.len()).unwrap_or(&mut []));
    }
}
