//! What the rows of an input or stage are as a series: the samples that consecutive rows hold, how many channels are
//! interleaved in them, and what an element is.
//!
//! Each node of the graph has a [`Series`]. Stages that need consecutive samples, or samples of one channel, check it
//! when they are registered, however many stages are between them and the input.

use crate::checked;
use crate::status::{Error, Result, Status};
use crate::util::unsigned::Unsigned;

/// What the elements of a row follow each other in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// Samples in time.
    Time,
    /// Bins of a spectrum or a histogram.
    Bins,
    /// Several lists in one row, for the stage that is paired with this one.
    Record,
}

/// What the elements are, where a stage may depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Not known, or none of those below.
    Other = 0,
    /// Samples of an input, or what is linear in them.
    Samples = 1,
    /// Amplitudes without a sign.
    Magnitude = 2,
    /// Squares of amplitudes, and their sums.
    Power = 3,
}

/// The rows of a node as a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Series {
    /// Samples from the start of a row to the start of the next; 0 if that is not a whole number of them. Rows are
    /// consecutive if it is the number of samples in a row.
    pub step: u64,
    /// Interleaved channels: elements of a sample.
    pub channels: u32,
    /// What the elements of a row follow each other in.
    pub axis: Axis,
    /// What an element is.
    pub unit: Unit,
}

/// What [`Series::consecutive`] advises for rows that overlap or skip samples.
const OVERLAP: &str =
    "stage {n}: rows of {m} overlap ({a} samples, one row every {b}): filter first with hop = window, then use frame";
const GAPS: &str =
    "stage {n}: rows of {m} have {a} samples, one row every {b}: use hop = window (fir: hop + taps - 1), then frame";
const SELECTED: &str = "stage {n}: rows of {m} are {a} element of every {b}: if each is a channel, set row_channels of its stage or \
     channels of its input";
const UNEVEN: &str =
    "stage {n}: rows of {m}, of {a} samples, are not consecutive: use a hop that is a multiple of the decimation";
const BINS: &str = "stage {n}: a row of {m} has {a} bins, not samples in time: select one bin with band";
const RECORD: &str = "stage {n}: a row of {m} has several lists, for its pair of stages: select one with band";
const CHANNELS: &str = "stage {n}: rows of {m} have {a} interleaved channels: put a channel stage before it";

impl Series {
    /// A new series of rows of `len` elements: consecutive samples of one channel.
    #[must_use]
    pub const fn new(len: usize) -> Self {
        Series { step: len as u64, channels: 1, axis: Axis::Time, unit: Unit::Other }
    }

    /// A new series of rows of `len` elements, of `channels` results for each sample.
    #[must_use]
    pub fn interleaved(len: usize, channels: usize) -> Self {
        let each = u32::try_from(channels).unwrap_or(u32::MAX).max(1);
        Series { channels: each, ..Series::new(len.checked_div(channels).unwrap_or(0)) }
    }

    /// A new series of rows of `len` bins. A single bin is a series in time.
    #[must_use]
    pub fn bins(len: usize) -> Self {
        Series { axis: if len > 1 { Axis::Bins } else { Axis::Time }, ..Series::new(len) }
    }

    /// This series with elements of `unit`.
    #[must_use]
    pub const fn of(self, unit: Unit) -> Self {
        Series { unit, ..self }
    }

    /// Samples in a row of `len` elements.
    #[must_use]
    pub fn samples(&self, len: usize) -> u64 {
        checked::count(len).checked_div(self.channels.into()).unwrap_or(0)
    }

    /// Refuses rows of `len` elements that do not continue each other. `{n}` in the error is the stage that reads them,
    /// `{m}` the node that they come from.
    pub fn consecutive(&self, len: usize) -> Result<()> {
        self.in_time(len)?;
        self.continues(len)
    }

    /// Refuses rows that a paired stage cannot have written: of several channels, or not one after another.
    pub fn records(&self, len: usize) -> Result<()> {
        if self.channels > 1 {
            return Err(Error::new(Status::Graph, CHANNELS).a(self.channels));
        }
        self.continues(len)
    }

    fn continues(&self, len: usize) -> Result<()> {
        let samples = self.samples(len);
        if self.step == samples {
            return Ok(());
        }
        let text = if self.step == 0 {
            UNEVEN
        } else if self.step < samples {
            OVERLAP
        } else if samples == 1 && self.channels == 1 {
            SELECTED
        } else {
            GAPS
        };
        Err(Error::new(Status::Graph, text).a(samples).b(self.step))
    }

    /// Refuses rows whose elements are not samples in time. One bin in each row is.
    fn in_time(&self, len: usize) -> Result<()> {
        match self.axis {
            Axis::Bins if len > 1 => Err(Error::new(Status::Graph, BINS).a(len)),
            Axis::Record => Err(Error::new(Status::Graph, RECORD)),
            _ => Ok(()),
        }
    }

    /// Refuses interleaved channels, and rows of several lists.
    pub fn one_channel(&self) -> Result<()> {
        self.channels_of(1)
    }

    /// Refuses rows of another number of channels than 1 or `channels`, and rows of several lists.
    pub fn channels_of(&self, channels: usize) -> Result<()> {
        if self.axis == Axis::Record {
            return Err(Error::new(Status::Graph, RECORD));
        }
        if self.channels > 1 && self.channels as usize != channels {
            return Err(Error::new(Status::Graph, CHANNELS).a(self.channels));
        }
        Ok(())
    }

    /// The series of rows that are `elements` of a row of `len`: its start and end (exclusive). `None` if they would mix
    /// channels: a part of several samples has whole samples only.
    #[must_use]
    pub fn part(&self, len: usize, elements: core::ops::Range<usize>) -> Option<Self> {
        let part = elements.end.checked_sub(elements.start)?;
        match self.axis {
            Axis::Bins => return Some(Series::bins(part).of(self.unit)),
            Axis::Record => return Some(Series::new(part)),
            Axis::Time => {}
        }
        let channels = self.channels as usize;
        let whole = |n: usize| n.checked_rem(channels) == Some(0);
        if whole(elements.start) && whole(elements.end) {
            return Some(*self);
        }
        // Some of the results of a single sample.
        (len == channels).then(|| Series { channels: u32::try_from(part).unwrap_or(1), ..*self })
    }

    /// The series of every `stride`-th row.
    #[must_use]
    pub fn every(self, stride: u64) -> Self {
        Series { step: self.step.sat_mul(stride), ..self }
    }

    /// The series of rows with one of `factor` samples of these.
    #[must_use]
    pub fn decimated(self, factor: u64) -> Self {
        let step = self.step.checked_div(factor).filter(|s| s.sat_mul(factor) == self.step);
        Series { step: step.unwrap_or(0), ..self }
    }

    /// Channels, axis and unit as a number, for checksums.
    #[must_use]
    pub fn packed(&self) -> u64 {
        u64::from(self.channels) << 32 | (self.axis as u64) << 8 | self.unit as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INPUT: Series = Series { step: 4, channels: 1, axis: Axis::Time, unit: Unit::Samples };

    fn refusal(checked: Result<()>) -> &'static str {
        checked.err().map_or("", |e| e.template)
    }

    #[test]
    fn rows_are_consecutive_if_their_step_is_their_length() {
        for (len, text) in [(4, ""), (5, OVERLAP), (3, GAPS)] {
            assert_eq!(refusal(INPUT.consecutive(len)), text);
        }
        let three = Series { channels: 3, ..INPUT };
        assert_eq!(refusal(three.consecutive(12)), "");
        assert_eq!(refusal(three.consecutive(4)), GAPS);
        assert_eq!(refusal(three.one_channel()), CHANNELS);
        assert_eq!(refusal(three.channels_of(3)), "");
        assert_eq!(refusal(three.channels_of(2)), CHANNELS);
        assert_eq!(refusal(Series::bins(4).consecutive(4)), BINS);
        assert_eq!(refusal(Series::bins(1).consecutive(1)), "");
        assert_eq!(refusal(Series { axis: Axis::Record, ..INPUT }.one_channel()), RECORD);
    }

    #[test]
    fn parts_keep_whole_samples_or_select_results_of_one() {
        let two = Series { channels: 2, ..INPUT };
        assert_eq!(two.part(8, 2..6), Some(two));
        assert_eq!(two.part(8, 1..5), None);
        assert_eq!(two.part(2, 1..2), Some(INPUT));
        // The new half of windows of 8 samples every 4.
        assert_eq!(refusal(INPUT.part(8, 4..8).unwrap().consecutive(4)), "");
        assert_eq!(refusal(INPUT.part(8, 3..8).unwrap().consecutive(5)), OVERLAP);
        let bins = Series::bins(9).of(Unit::Power);
        assert_eq!(bins.part(9, 3..5), Some(Series::bins(2).of(Unit::Power)));
        assert_eq!(bins.part(9, 3..4), Some(Series::new(1).of(Unit::Power)));
    }

    #[test]
    fn decimation_and_strides_change_the_step() {
        assert_eq!(INPUT.decimated(2).step, 2);
        assert_eq!(refusal(INPUT.decimated(3).consecutive(2)), UNEVEN);
        assert_eq!(INPUT.every(3).step, 12);
    }
}
