//! Bursts of each channel: a scan over slots of power, with hysteresis, that keeps track of the noise floor.
//!
//! A burst starts where a channel is 4 times over its floor, and ends where it is less than twice over it. Its ends are
//! placed within their slots by the share of a whole slot's power that these have.

use super::channels::{CHANNELS, LAG, SLOT, slots};
use super::{Band, STRIDE};
use crate::library::{Custom, Failure, Made, Pipeline, Shape, Sight, from};

/// Most bursts that a row can tell; of more the first ones.
pub(crate) const EVENTS: usize = 16;
/// Numbers of a burst.
pub(crate) const EVENT_LEN: usize = 4;
const START: f64 = 4.0;
const END: f64 = 2.0;
/// Share of a new slot in the noise floor.
const FOLLOW: f64 = 0.02;

/// What is known of a channel; 0 everywhere at the start.
const FLOOR: usize = 0;
const BEFORE: usize = 1;
/// Slot of the start, and 1; 0: no burst.
const SINCE: usize = 2;
/// Powers of the slot before the burst and of its first one, of its last one so far, and of all between them.
const EDGE: usize = 3;
const FIRST: usize = 4;
const LAST: usize = 5;
const SUM: usize = 6;
const COUNT: usize = 7;
const KNOWN: usize = 8;

/// A burst that has ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Burst {
    pub(crate) channel: usize,
    /// First sample, and the one behind the last.
    pub(crate) start: f64,
    pub(crate) end: f64,
    /// Power over the noise floor.
    pub(crate) ratio: f64,
}

impl Burst {
    /// The bursts in the numbers of a row of the result, whose first window starts at sample `origin`.
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

/// Registers the stage `bursts`, and says how long its rows are: how many bursts ended in the row, and what is known of
/// each: channel, start from the row's first sample, length, power over the floor.
pub(super) fn register(p: &mut Pipeline, band: &Band) -> Result<usize, Failure> {
    let len = 1 + EVENTS * EVENT_LEN;
    let shape = Shape { len, stride: STRIDE as u32, state: CHANNELS * KNOWN, scratch: CHANNELS };
    let stage = Bursts { slots: slots(band), hop: band.hop };
    p.custom(c"bursts", &[from(c"channels").halo(0, STRIDE as u32 - 1)], shape, stage)?;
    Ok(len)
}

impl Custom for Bursts {
    fn row(&self, t: u64, sees: Sight<'_>, made: &mut Made<'_>) {
        made.out.fill(0.0);
        let origin = (t * STRIDE * self.hop) as f64;
        let first = t * STRIDE * self.slots as u64;
        for window in 0..STRIDE as usize {
            let row = sees.row(0, window as isize);
            for (i, powers) in row.chunks_exact(CHANNELS).enumerate() {
                let slot = first + (window * self.slots + i) as u64;
                if slot == 0 {
                    // The first floor of all channels: the median of them.
                    made.scratch.copy_from_slice(powers);
                    made.scratch.sort_unstable_by(f32::total_cmp);
                    let floor = f64::from(made.scratch[CHANNELS / 2]);
                    made.state.chunks_exact_mut(KNOWN).for_each(|known| known[FLOOR] = floor);
                }
                for (channel, (known, power)) in made.state.chunks_exact_mut(KNOWN).zip(powers).enumerate() {
                    let Some((start, end, ratio)) = follow(known, f64::from(*power), slot) else { continue };
                    let told = made.out[0] as usize;
                    let Some(event) = made.out[1..].chunks_exact_mut(EVENT_LEN).nth(told) else { continue };
                    let figures = [channel as f64, start - origin, end - start, ratio];
                    event.iter_mut().zip(figures).for_each(|(e, v)| *e = v as f32);
                    made.out[0] += 1.0;
                }
            }
        }
    }
}

/// Takes in the power of a channel in one more slot; tells of a burst that ended with it: start, end, power.
fn follow(known: &mut [f64], power: f64, slot: u64) -> Option<(f64, f64, f64)> {
    let (floor, before) = (known[FLOOR], known[BEFORE]);
    known[BEFORE] = power;
    if known[SINCE] == 0.0 {
        if power > START * floor && slot > 0 {
            known[SINCE] = slot as f64 + 1.0;
            (known[EDGE], known[FIRST], known[LAST], known[SUM], known[COUNT]) = (before, power, power, 0.0, -1.0);
        } else {
            known[FLOOR] += FOLLOW * (power - floor);
        }
        return None;
    }
    if power > END * floor {
        // The first and the last slot need not be whole.
        known[SUM] += if known[COUNT] < 0.0 { 0.0 } else { known[LAST] };
        known[COUNT] += 1.0;
        known[LAST] = power;
        return None;
    }
    let whole = if known[COUNT] >= 1.0 { known[SUM] / known[COUNT] } else { known[FIRST].max(known[LAST]) };
    let share = |power: f64| ((power - floor) / (whole - floor)).clamp(0.0, 1.0);
    let since = known[SINCE] - 1.0;
    let alone = known[COUNT] < 0.0;
    let start = (since + 1.0 - share(known[FIRST]) - share(known[EDGE])) * SLOT as f64 + LAG;
    let cut = if alone { 0.0 } else { 1.0 - share(known[LAST]) };
    let end = (slot as f64 - cut + share(power)) * SLOT as f64 + LAG;
    known[SINCE] = 0.0;
    Some((start, end, whole / floor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_a_burst_lie_within_their_slots() {
        let mut known = [0.0; KNOWN];
        known[FLOOR] = 1.0;
        // From slot 3.25 to slot 7.5, at 10 times the floor.
        let powers = [1.0, 1.0, 1.0, 7.75, 10.0, 10.0, 10.0, 5.5, 1.0];
        let told: Vec<_> = powers.iter().enumerate().filter_map(|(i, p)| follow(&mut known, *p, i as u64)).collect();
        assert_eq!(told.len(), 1);
        let (start, end, ratio) = told[0];
        assert!((start - (3.25 * SLOT as f64 + LAG)).abs() < 1e-9, "{start}");
        assert!((end - (7.5 * SLOT as f64 + LAG)).abs() < 1e-9, "{end}");
        assert!((ratio - 10.0).abs() < 1e-9);
        assert_eq!(known[SINCE], 0.0);
    }
}
