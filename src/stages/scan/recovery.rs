//! Cascades of sections whose state stays finite: what the parameter `on_nan` sets for samples that are not finite, or
//! whose result or state would not be.

use super::sections::{CHUNK, Section, filter, filter_chunk, settle};
use crate::stages::Build;
use crate::status::Result;
use crate::util::slice::Put;

/// What a sample does that is not finite, or that would make the state not finite.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum OnNan {
    /// It stays in the state.
    Stay,
    /// The state is kept, and the result is NaN.
    Skip,
    /// The last sample takes its place.
    Hold,
    /// The filter starts anew with the next sample, and the result is NaN.
    Reset,
}

impl OnNan {
    /// The parameter `on_nan`.
    pub(super) fn of(b: &Build<'_, '_>) -> Result<OnNan> {
        Ok(match b.count("on_nan", Some(0), 0, 3)? {
            0 => OnNan::Stay,
            1 => OnNan::Skip,
            2 => OnNan::Hold,
            _ => OnNan::Reset,
        })
    }

    /// Whether the state is guarded. It then has a pair of words more: 1 once the filter has a steady state or needs
    /// none, and the last sample.
    pub(super) fn guards(self) -> bool {
        self != OnNan::Stay
    }
}

/// Initial state of a filter.
#[derive(Clone, Copy)]
pub(super) enum Start<'m> {
    Rest,
    Settled,
    Given(&'m [[f64; 2]]),
}

/// A cascade with its guarded state.
pub(super) struct Guard<'a, 'm> {
    sections: &'m [Section],
    start: Start<'m>,
    on_nan: OnNan,
    z: &'a mut [[f64; 2]],
    settled: &'a mut f64,
    last: &'a mut f64,
    /// A place for a copy of `z`.
    before: &'a mut [[f64; 2]],
}

fn finite(numbers: &[f64]) -> bool {
    numbers.iter().fold(0.0, |s, v| s + v * 0.0) == 0.0
}

impl<'a, 'm> Guard<'a, 'm> {
    /// A cascade on its state, `z` of the sections and the pair after them. `before` has a pair for each section.
    pub(super) fn new(
        (sections, start, on_nan): (&'m [Section], Start<'m>, OnNan),
        state: &'a mut [[f64; 2]],
        before: &'a mut [[f64; 2]],
    ) -> Option<Self> {
        let (z, [[settled, last]]) = state.split_at_mut_checked(sections.len())? else { return None };
        let before = before.get_mut(..sections.len())?;
        Some(Guard { sections, start, on_nan, z, settled, last, before })
    }

    /// Sets the initial state.
    pub(super) fn restart(&mut self) {
        self.z.fill([0.0; 2]);
        *self.settled = 1.0;
        match self.start {
            Start::Rest => {}
            Start::Settled => *self.settled = 0.0,
            Start::Given(zi) => self.z.put(zi),
        }
    }

    /// Sets the state in the middle of a stream.
    pub(super) fn resume(&mut self, z: &[f64], last: f64) {
        self.z.as_flattened_mut().put(z);
        (*self.settled, *self.last) = (1.0, last);
    }

    /// Stores `z` of the sections.
    pub(super) fn store(&self, to: &mut [f64]) {
        to.put(self.z.as_flattened());
    }

    /// Filters samples in place, at most [`CHUNK`] of them.
    pub(super) fn chunk(&mut self, x: &mut [f64]) {
        let mut samples = [0.0; CHUNK];
        let Some(samples) = samples.get_mut(..x.len()) else { return };
        samples.put(x);
        if *self.settled != 0.0 {
            self.before.put(self.z);
            filter_chunk(self.sections, self.z, x);
            // A state that was not finite at any sample leaves a result or the last state not finite.
            if finite(x) && finite(self.z.as_flattened()) {
                *self.last = samples.last().copied().unwrap_or(*self.last);
                return;
            }
            self.z.put(self.before);
        }
        for (y, x) in x.iter_mut().zip(samples) {
            *y = self.one(*x);
        }
    }

    /// Filters one sample.
    pub(super) fn one(&mut self, x: f64) -> f64 {
        if let Some(y) = self.tried(x) {
            *self.last = x;
            return y;
        }
        match self.on_nan {
            OnNan::Hold if *self.settled != 0.0 => self.tried(*self.last).unwrap_or(f64::NAN),
            OnNan::Reset => {
                self.restart();
                f64::NAN
            }
            _ => f64::NAN,
        }
    }

    /// The result of a sample; none, with the state unchanged, if it is not finite.
    fn tried(&mut self, x: f64) -> Option<f64> {
        let settled = *self.settled;
        self.before.put(self.z);
        if settled == 0.0 {
            settle(self.sections, self.z, x);
            *self.settled = 1.0;
        }
        let y = filter(self.sections, self.z, x);
        if finite(&[x, y]) && finite(self.z.as_flattened()) {
            return Some(y);
        }
        self.z.put(self.before);
        *self.settled = settled;
        None
    }
}
