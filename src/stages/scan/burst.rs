//! Burst detector: bursts of each channel of a power series, by hysteresis over a noise floor that it follows.
//!
//! Each result of a channel is the power of a slot of time. With the floor `f` of the channel and the power `p` of a
//! slot:
//!
//! - outside a burst: `p > start f` starts one; otherwise `f = f + follow (p - f)`;
//! - in a burst: `p <= end f` ends it. The floor is kept.
//!
//! The position of an end within a slot follows from the power of this slot over the floor, relative to the mean of
//! the slots between the first and the last. At the first slot every channel has the median over the channels as its
//! floor, and none starts.
//!
//! Input: `f32` rows of consecutive powers of one or more interleaved channels, as `channelizer` with `average`
//! computes them; the edge may have a lookahead of `a` rows: a row of the stage then reads `a + 1` of them. Output:
//! `1 + 4 events` `f32` a row: the number of bursts that ended in it, and for each channel, start, length (in samples
//! from the start of the row) and power relative to the floor; zeros after them. Further bursts of the row are not
//! listed. Computed in `f64` with basic operations: the same bits on every machine.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `start` | power over the floor above which a burst starts, at least 1; default 4 |
//! | `end` | power over the floor up to which it ends, 1 to `start`; default 2 |
//! | `follow` | weight of a new slot in the floor, above 0, at most 1; default 0.02 |
//! | `events` | bursts listed in a row, 1 to 4096; default 16 |
//! | `slot` | samples of a slot; default 1 |
//! | `delay` | samples added to start and end: that of the filter before; default 0 |
//!
//! State: whether there was a first slot; for each channel: floor, power of the slot before, first slot of the burst
//! plus 1 (0: none), powers before the burst, of its first and of its last slot, the sum between these, and their
//! number. A power that is not finite counts as missing: it does not change the state.

use super::with_state;
use crate::checked;
use crate::dtype::Dtype;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::mem::cast_mut;
use crate::series::{Axis, Series};
use crate::stages::params::{FINITE, POSITIVE, Range, WEIGHT};
use crate::stages::{Build, shape};
use crate::status::{Result, Status};
use crate::util::slice::{Put, select};
use crate::util::unsigned::Unsigned;

/// Numbers per burst.
const FIGURES: usize = 4;
/// Words of the state of a channel.
const WORDS: usize = 8;

const START: Range = Range {
    min: 1.0,
    above: false,
    max: f64::MAX,
    text: "stage {m}: the parameter {n}{v} must be a finite number, at least 1",
};

pub(crate) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["start", "end", "follow", "events", "slot", "delay"])?;
    let edge = b.edge_with_halo()?;
    if edge.lookback > 0 {
        let text = "stage {m}: the edge of {n} may have lookahead, not a lookback of {a} rows";
        return Err(b.error(Status::Argument, text).a(edge.lookback));
    }
    b.consecutive(edge, edge.channels())?;
    b.takes(edge, &[Dtype::F32])?;
    let start = b.real("start", Some(4.0), &START)?;
    let end = b.real("end", Some(if start < 2.0 { start } else { 2.0 }), &START)?;
    if end > start {
        return Err(b.refused("end", None, end, "stage {m}: the parameter {n}{v} must be at most that of start"));
    }
    let events = checked::size(b.count("events", Some(16), 1, 4096)?)?;
    let channels = edge.channels();
    let kernel = Bursts {
        start,
        end,
        follow: b.real("follow", Some(0.02), &WEIGHT)?,
        slot: b.real("slot", Some(1.0), &POSITIVE)?,
        delay: b.real("delay", Some(0.0), &FINITE)?,
        channels,
    };
    let len = checked::add(1, checked::mul(events, FIGURES)?)?;
    let mut spec = StageSpec::new(kernel, shape(Dtype::F32, len)?);
    spec.series = Series { axis: Axis::Record, ..Series::new(len) };
    spec.stride = edge.lookahead.saturating_add(1);
    spec.scratch_bytes = shape(Dtype::F32, channels)?.bytes();
    spec.revision = b.revision();
    spec.cost_ns = checked::count(edge.shape.len).sat_mul(checked::count(edge.rows())).sat_mul(3);
    with_state(spec, checked::add(1, checked::mul(channels, WORDS)?)?)
}

struct Bursts {
    start: f64,
    end: f64,
    follow: f64,
    slot: f64,
    delay: f64,
    channels: usize,
}

/// The state of a channel.
struct Channel<'a> {
    floor: &'a mut f64,
    before: &'a mut f64,
    since: &'a mut f64,
    edge: &'a mut f64,
    first: &'a mut f64,
    last: &'a mut f64,
    sum: &'a mut f64,
    count: &'a mut f64,
}

impl<'a> Channel<'a> {
    fn of(words: &'a mut [f64; WORDS]) -> Self {
        let [floor, before, since, edge, first, last, sum, count] = words;
        Channel { floor, before, since, edge, first, last, sum, count }
    }
}

impl Bursts {
    /// Updates a channel with the power of one more slot. Returns a burst that ended with it: start, end and ratio.
    fn follow(&self, c: &mut Channel<'_>, power: f64, slot: f64, begins: bool) -> Option<(f64, f64, f64)> {
        let (floor, before) = (*c.floor, *c.before);
        *c.before = power;
        if *c.since == 0.0 {
            if power > self.start * floor && !begins {
                *c.since = slot + 1.0;
                (*c.edge, *c.first, *c.last, *c.sum, *c.count) = (before, power, power, 0.0, -1.0);
            } else {
                *c.floor += self.follow * (power - floor);
            }
            return None;
        }
        if power > self.end * floor {
            // The first and the last slot may be partly filled.
            *c.sum += if *c.count < 0.0 { 0.0 } else { *c.last };
            *c.count += 1.0;
            *c.last = power;
            return None;
        }
        let larger = if *c.first > *c.last { *c.first } else { *c.last };
        let whole = if *c.count >= 1.0 { *c.sum / *c.count } else { larger };
        let over = whole - floor;
        let share = |power: f64| if over > 0.0 { ((power - floor) / over).clamp(0.0, 1.0) } else { 0.0 };
        let start = *c.since - share(*c.first) - share(*c.edge);
        let cut = if *c.count < 0.0 { 0.0 } else { 1.0 - share(*c.last) };
        let end = slot - cut + share(power);
        *c.since = 0.0;
        Some((start * self.slot + self.delay, end * self.slot + self.delay, whole / floor))
    }
}

/// The median of the finite powers of a slot, the upper one of two; none without any.
fn median(powers: &[f32], scratch: &mut [f32]) -> Option<f64> {
    let mut count = 0usize;
    for (to, p) in scratch.iter_mut().zip(powers.iter().filter(|p| p.is_finite())) {
        *to = *p;
        count = count.sat_add(1);
    }
    select(scratch.get_mut(..count)?, count / 2).map(f64::from)
}

impl Kernel for Bursts {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let rows = io.input::<f32>(0)?;
        let each = io.edges.first().map_or(1, |e| e.step);
        let len = rows.row_len().checked_div(self.channels).unwrap_or(0);
        let slots = checked::count(len).sat_mul(checked::count(each));
        let (begun, channels) = cast_mut::<f64>(io.state).and_then(|s| s.split_first_mut()).ok_or(Code::MISFIT)?;
        let scratch = cast_mut::<f32>(io.scratch).ok_or(Code::MISFIT)?;
        let out = cast_mut::<f32>(io.out).ok_or(Code::MISFIT)?;
        let row_len = out.len().checked_div(io.rows).unwrap_or(0).max(1);
        for (i, y) in out.chunks_exact_mut(row_len).enumerate() {
            y.fill(0.0);
            let Some((count, events)) = y.split_first_mut() else { continue };
            let mut events = events.chunks_exact_mut(FIGURES);
            let first = io.first.wrapping_add(checked::count(i)).wrapping_mul(slots);
            let origin = first as f64 * self.slot;
            let window = (0..each).map(|m| rows.row(i.sat_mul(each).sat_add(m)));
            let powers = window.flat_map(|row| row.chunks_exact(self.channels.max(1)));
            for (powers, slot) in powers.zip(first..) {
                let floor = if *begun == 0.0 { median(powers, scratch) } else { None };
                if let Some(floor) = floor {
                    *begun = 1.0;
                    channels.iter_mut().step_by(WORDS).for_each(|f| *f = floor);
                }
                let states = channels.as_chunks_mut::<WORDS>().0.iter_mut().zip(0u32..);
                for ((state, channel), power) in states.zip(powers).filter(|(_, p)| p.is_finite()) {
                    let mut state = Channel::of(state);
                    let found = self.follow(&mut state, f64::from(*power), slot as f64, floor.is_some());
                    let Some((start, end, ratio)) = found else { continue };
                    if let Some(event) = events.next() {
                        event.put(&[f64::from(channel), start - origin, end - start, ratio].map(|v| v as f32));
                        *count += 1.0;
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Edge, register, run};
    use std::vec;
    use std::vec::Vec;

    /// Bursts of a row as channel, start from the first sample, end and ratio.
    fn listed(rows: &[f32], events: usize, samples: f64) -> Vec<[f64; 4]> {
        let mut all = Vec::new();
        for (t, row) in rows.chunks(1 + 4 * events).enumerate() {
            for e in row[1..].chunks(4).take(row[0] as usize) {
                let start = t as f64 * samples + f64::from(e[1]);
                all.push([f64::from(e[0]), start, start + f64::from(e[2]), f64::from(e[3])]);
            }
        }
        all
    }

    #[test]
    fn the_ends_of_a_burst_are_located_within_their_slots() {
        // A burst from slot 3.25 to slot 7.5, at 10 times the floor.
        let powers = [1.0f32, 1.0, 1.0, 7.75, 10.0, 10.0, 10.0, 5.5, 1.0, 1.0];
        for rows in [1, 2, 5, 10] {
            let got: Vec<f32> = run("burst", &[("slot", &[512.0]), ("delay", &[256.0])], &[Edge::rows(&powers, rows)]);
            let found = listed(&got, 16, rows as f64 * 512.0);
            assert_eq!(found, [[0.0, 3.25 * 512.0 + 256.0, 7.5 * 512.0 + 256.0, 10.0]], "{rows}");
        }
    }

    /// Powers of two to the levels: a burst of whole slots is found in its slots.
    #[test]
    fn whole_bursts_of_many_channels_are_found_and_others_are_not() {
        let (channels, slots) = (5, 200);
        let planted = [(0, 10, 14, 8.0f32), (2, 12, 13, 16.0), (2, 40, 90, 64.0), (4, 3, 9, 3.5), (1, 150, 152, 5.0)];
        let mut powers = vec![1.0f32; channels * slots];
        for (c, from, to, level) in planted {
            (from..to).for_each(|t| powers[t * channels + c] = level);
        }
        // The series of a channelizer: interleaved channels.
        let chain = Edge::rows(&powers, channels).interleaved(channels);
        let got: Vec<f32> = run("burst", &[("events", &[2.0])], &[chain]);
        let mut found = listed(&got, 2, 1.0);
        found.sort_by(|a, b| a.partial_cmp(b).unwrap());
        // The one below 4 times the floor is not.
        let want = [[0.0, 10.0, 14.0, 8.0], [1.0, 150.0, 152.0, 5.0], [2.0, 12.0, 13.0, 16.0], [2.0, 40.0, 90.0, 64.0]];
        assert_eq!(found, want);
    }

    #[test]
    fn powers_that_are_not_finite_are_missing_and_further_bursts_are_not_listed() {
        let mut powers = vec![1.0f32; 60];
        for from in [5, 15, 25] {
            powers[from..from + 3].fill(100.0);
        }
        let params: &[(&str, &[f64])] = &[("events", &[2.0])];
        let got: Vec<f32> = run("burst", params, &[Edge::rows(&powers, 60)]);
        assert_eq!(got, [2.0, 0.0, 5.0, 3.0, 100.0, 0.0, 15.0, 3.0, 100.0]);
        // Before the first slot and between bursts.
        for at in [0, 10, 30] {
            for bad in [f32::NAN, f32::INFINITY] {
                let mut with = powers.clone();
                with[at] = bad;
                assert_eq!(run::<f32>("burst", params, &[Edge::rows(&with, 60)]), got, "{at} {bad}");
            }
        }
        assert_eq!(run::<f32>("burst", params, &[Edge::rows(&[f32::NAN; 6], 6)]), [0.0; 9]);
    }

    #[test]
    fn edges_and_parameters_are_checked() {
        let x = Edge::rows(&[1f32; 12], 4);
        assert!(register("burst", &[], &[x.clone().halo(1, 0)]).is_err());
        assert!(register("burst", &[("start", &[3.0]), ("end", &[3.5])], core::slice::from_ref(&x)).is_err());
        assert!(register("burst", &[("start", &[1.5])], core::slice::from_ref(&x)).is_ok());
        assert_eq!(register("burst", &[], &[x.halo(0, 15)]).unwrap().stride, 16);
    }
}
