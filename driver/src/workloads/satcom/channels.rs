//! Polyphase filter bank: the power of `CHANNELS` equal channels of the band in slots of time. Channel `c` is the band
//! around `c / CHANNELS` of the sample rate; the upper half are negative frequencies.

use super::band::Band;
use crate::library::{Failure, Pipeline, from};

/// Number of channels.
pub(crate) const CHANNELS: usize = 64;
/// Taps per branch of the filter.
const TAPS: usize = 8;
/// Filter outputs whose powers are averaged in a slot.
const FRAMES: usize = 8;
/// Samples per slot.
pub(crate) const SLOT: u64 = (FRAMES * CHANNELS) as u64;
/// Delay of a slot's power in samples: half the length of the filter.
pub(super) const LAG: f64 = (TAPS * CHANNELS) as f64 / 2.0;

/// Minimum window length in samples for which the filter covers a hop.
pub(super) fn window(hop: u64) -> u64 {
    hop + ((TAPS - 1) * CHANNELS) as u64
}

/// Registers the stage `channels`: the power of each channel in each slot of a hop.
pub(super) fn register(p: &mut Pipeline, band: &Band) -> Result<(), Failure> {
    let params = [
        (c"channels", &[CHANNELS as f64][..]),
        (c"taps", &[TAPS as f64]),
        (c"frames", &[(band.hop / CHANNELS as u64) as f64]),
        (c"average", &[FRAMES as f64]),
    ];
    p.builtin(c"channelizer", c"channels", from(c"input"), &params).map(drop)
}
