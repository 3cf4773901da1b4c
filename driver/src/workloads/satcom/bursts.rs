//! Bursts of each channel: a scan over slots of power, with hysteresis, that tracks the noise floor.

use super::band::STRIDE;
use super::channels::{LAG, SLOT};
use crate::library::{Failure, Pipeline, from};

/// Maximum number of bursts in a row; later ones are dropped.
pub(crate) const EVENTS: usize = 16;
/// Numbers per burst.
pub(crate) const EVENT_LEN: usize = 4;
/// Power relative to the floor at which a burst starts, and below which it ends.
const START: f64 = 4.0;
const END: f64 = 2.0;
/// Weight of a new slot in the noise floor.
const FOLLOW: f64 = 0.02;

/// A burst that has ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Burst {
    pub(crate) channel: usize,
    /// First sample, and end (exclusive).
    pub(crate) start: f64,
    pub(crate) end: f64,
    /// Power relative to the noise floor.
    pub(crate) ratio: f64,
}

impl Burst {
    /// Reads the bursts of a row whose first window starts at sample `origin`.
    pub(crate) fn of(row: &[f32], origin: f64) -> impl Iterator<Item = Burst> + '_ {
        let count = row[0] as usize;
        row[1..].chunks_exact(EVENT_LEN).take(count).map(move |e| Burst {
            channel: e[0] as usize,
            start: origin + f64::from(e[1]),
            end: origin + f64::from(e[1]) + f64::from(e[2]),
            ratio: f64::from(e[3]),
        })
    }
}

/// Registers the stage `bursts`, and returns the length of its rows. A row holds the number of bursts that ended in it,
/// and for each the channel, the start from the row's first sample, the length, and the power relative to the floor.
pub(super) fn register(p: &mut Pipeline) -> Result<usize, Failure> {
    let params = [
        (c"start", &[START][..]),
        (c"end", &[END]),
        (c"follow", &[FOLLOW]),
        (c"events", &[EVENTS as f64]),
        (c"slot", &[SLOT as f64]),
        (c"delay", &[LAG]),
    ];
    let stride = STRIDE as u32;
    p.builtin_of(c"burst", c"bursts", &[from(c"channels").halo(0, stride - 1)], stride, &params)?;
    Ok(1 + EVENTS * EVENT_LEN)
}
