//! Bursts of each channel: a scan over slots of power, with hysteresis, that tracks the noise floor.
//!
//! A burst starts when the power of a channel exceeds 4 times its floor, and ends when it falls below twice the floor.
//! The positions of its ends within their slots follow from the power of these slots relative to a full slot.

use super::band::{Band, STRIDE};
use super::channels::{CHANNELS, LAG, SLOT, slots};
use crate::library::{Custom, Failure, Pipeline, RowBuffers, RowInputs, Shape, from};

/// Maximum number of bursts in a row; later ones are dropped.
pub(crate) const EVENTS: usize = 16;
/// Numbers per burst.
pub(crate) const EVENT_LEN: usize = 4;
/// Power relative to the floor at which a burst starts, and below which it ends.
const START: f64 = 4.0;
const END: f64 = 2.0;
/// Weight of a new slot in the noise floor.
const FOLLOW: f64 = 0.02;

/// Numbers in the state of a channel: the noise floor, and the power of the previous slot. The state starts as zeros.
const FLOOR: usize = 0;
const BEFORE: usize = 1;
/// Slot in which the burst started, plus 1; 0: no burst.
const SINCE: usize = 2;
/// Powers of the slot before the burst, of its first slot, of its last slot so far, their sum between the first and the
/// last, and the number of these.
const EDGE: usize = 3;
const FIRST: usize = 4;
const LAST: usize = 5;
const SUM: usize = 6;
const COUNT: usize = 7;
/// Length of the state of a channel.
const STATE: usize = 8;

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

struct Bursts {
    slots: usize,
    hop: u64,
}

/// Registers the stage `bursts`, and returns the length of its rows. A row holds the number of bursts that ended in it,
/// and for each the channel, the start from the row's first sample, the length, and the power relative to the floor.
pub(super) fn register(p: &mut Pipeline, band: &Band) -> Result<usize, Failure> {
    let len = 1 + EVENTS * EVENT_LEN;
    let shape = Shape { len, stride: STRIDE as u32, state: CHANNELS * STATE, scratch: CHANNELS, ..Shape::default() };
    let stage = Bursts { slots: slots(band), hop: band.hop };
    p.custom(c"bursts", &[from(c"channels").halo(0, STRIDE as u32 - 1)], shape, stage)?;
    Ok(len)
}

impl Custom for Bursts {
    fn row(&self, t: u64, inputs: RowInputs<'_>, to: &mut RowBuffers<'_>) {
        to.out.fill(0.0);
        let origin = (t * STRIDE * self.hop) as f64;
        let first = t * STRIDE * self.slots as u64;
        for window in 0..STRIDE as usize {
            let row = inputs.row(0, window as isize);
            for (i, powers) in row.chunks_exact(CHANNELS).enumerate() {
                let slot = first + (window * self.slots + i) as u64;
                if slot == 0 {
                    // The initial floor of every channel is the median over the channels.
                    to.scratch.copy_from_slice(powers);
                    to.scratch.sort_unstable_by(f32::total_cmp);
                    let floor = f64::from(to.scratch[CHANNELS / 2]);
                    to.state.chunks_exact_mut(STATE).for_each(|state| state[FLOOR] = floor);
                }
                for (channel, (state, power)) in to.state.chunks_exact_mut(STATE).zip(powers).enumerate() {
                    let Some((start, end, ratio)) = follow(state, f64::from(*power), slot) else { continue };
                    let count = to.out[0] as usize;
                    let Some(event) = to.out[1..].chunks_exact_mut(EVENT_LEN).nth(count) else { continue };
                    let figures = [channel as f64, start - origin, end - start, ratio];
                    event.iter_mut().zip(figures).for_each(|(e, v)| *e = v as f32);
                    to.out[0] += 1.0;
                }
            }
        }
    }
}

/// Updates a channel's state with the power of one more slot. Returns a burst that ended with it: start, end, ratio.
fn follow(state: &mut [f64], power: f64, slot: u64) -> Option<(f64, f64, f64)> {
    let (floor, before) = (state[FLOOR], state[BEFORE]);
    state[BEFORE] = power;
    if state[SINCE] == 0.0 {
        if power > START * floor && slot > 0 {
            state[SINCE] = slot as f64 + 1.0;
            (state[EDGE], state[FIRST], state[LAST], state[SUM], state[COUNT]) = (before, power, power, 0.0, -1.0);
        } else {
            state[FLOOR] += FOLLOW * (power - floor);
        }
        return None;
    }
    if power > END * floor {
        // The first and the last slot may be partly filled.
        state[SUM] += if state[COUNT] < 0.0 { 0.0 } else { state[LAST] };
        state[COUNT] += 1.0;
        state[LAST] = power;
        return None;
    }
    let whole = if state[COUNT] >= 1.0 { state[SUM] / state[COUNT] } else { state[FIRST].max(state[LAST]) };
    let share = |power: f64| ((power - floor) / (whole - floor)).clamp(0.0, 1.0);
    let since = state[SINCE] - 1.0;
    let alone = state[COUNT] < 0.0;
    let start = (since + 1.0 - share(state[FIRST]) - share(state[EDGE])) * SLOT as f64 + LAG;
    let cut = if alone { 0.0 } else { 1.0 - share(state[LAST]) };
    let end = (slot as f64 - cut + share(power)) * SLOT as f64 + LAG;
    state[SINCE] = 0.0;
    Some((start, end, whole / floor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_a_burst_are_located_within_their_slots() {
        let mut state = [0.0; STATE];
        state[FLOOR] = 1.0;
        // A burst from slot 3.25 to slot 7.5, at 10 times the floor.
        let powers = [1.0, 1.0, 1.0, 7.75, 10.0, 10.0, 10.0, 5.5, 1.0];
        let found: Vec<_> = powers.iter().enumerate().filter_map(|(i, p)| follow(&mut state, *p, i as u64)).collect();
        assert_eq!(found.len(), 1);
        let (start, end, ratio) = found[0];
        assert!((start - (3.25 * SLOT as f64 + LAG)).abs() < 1e-9, "{start}");
        assert!((end - (7.5 * SLOT as f64 + LAG)).abs() < 1e-9, "{end}");
        assert!((ratio - 10.0).abs() < 1e-9);
        assert_eq!(state[SINCE], 0.0);
    }
}
