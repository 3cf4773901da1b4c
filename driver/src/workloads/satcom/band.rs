//! The shape of the search: numbers of windows and rows that are summed, and the frequencies and times of the result.

/// Windows in a coherent sum, which keeps phases.
pub(crate) const COHERENT: u32 = 4;
/// Coherent sums in a sum of powers.
pub(crate) const POWERS: u32 = 4;
/// Windows per row of the result.
pub(crate) const STRIDE: u64 = (COHERENT * POWERS) as u64;
/// Rows of a track.
pub(crate) const TRACK: u32 = 8;
/// Maximum drift that is searched, up and down, in bins from the first row of a track to its last.
pub(crate) const DRIFT: i32 = 8;

/// The received band and its windows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Band {
    pub(crate) window: u64,
    pub(crate) hop: u64,
    /// Real samples, with half the spectrum of IQ samples.
    pub(crate) real: bool,
    /// Sample rate in Hz.
    pub(crate) rate: f64,
}

impl Band {
    /// Bins in the spectrum of a window.
    pub(super) fn coarse(&self) -> usize {
        self.window as usize / if self.real { 2 } else { 1 }
    }

    /// Bins in a coherent sum.
    pub(crate) fn bins(&self) -> usize {
        self.coarse() * COHERENT as usize
    }

    /// Distance of the bins of a coherent sum in Hz.
    pub(crate) fn bin_hz(&self) -> f64 {
        self.rate / (self.window as f64 * f64::from(COHERENT))
    }

    /// The frequency of a bin in Hz. Bins ascend; a bin's frequency is the middle of its share of the band.
    pub(crate) fn hertz(&self, bin: f64) -> f64 {
        let c = f64::from(COHERENT);
        let low = if self.real { 0.0 } else { self.coarse() as f64 / 2.0 };
        ((bin + 0.5) / c - 0.5 - low) * self.rate / self.window as f64
    }

    /// Seconds between rows of the result.
    pub(crate) fn row_s(&self) -> f64 {
        (STRIDE * self.hop) as f64 / self.rate
    }

    /// The middle of a row of the result, in seconds.
    pub(crate) fn middle_s(&self, row: u64) -> f64 {
        let first = (row * STRIDE * self.hop) as f64;
        (first + ((STRIDE - 1) * self.hop + self.window) as f64 / 2.0) / self.rate
    }
}
