//! A recording that grows: any past row on demand within the gap bound, in the same memory, the same rows as a stream.

use crate::amount::{long, some};
use crate::chain::*;
use crate::graphs::*;
use sqrtspace::pipeline::Pipeline;
use sqrtspace::plan::PlanOptions;
use sqrtspace::status::Status;

const WORDS: usize = 4;
const SLOTS: u64 = 64;

fn windows() -> u64 {
    if long() { 10_000_000 } else { some(1_000_000) }
}

fn options() -> PlanOptions {
    PlanOptions { checkpoint_every: 1, checkpoint_slots: SLOTS as u32, ..OPTIONS }
}

/// All rows, from the definition: a row is a word.
fn definition(end: u64) -> Vec<u32> {
    let mut state = start(WORDS);
    let row = |t| {
        let mut row = [0];
        advance(&mut state, t, sample(t));
        show(&state, t, &mut row);
        row[0]
    };
    (0..end).map(row).collect()
}

fn rows(p: &mut Pipeline<'static>, first: u64, count: u64) -> Vec<u32> {
    let kept = Kept::default();
    p.evaluate_begin(&request(0, first, count), kept.boxed()).unwrap();
    while p.evaluating() {
        let mut done = 0;
        p.step(u64::MAX, &mut done).unwrap();
    }
    kept.0.borrow().as_chunks::<4>().0.iter().map(|b| u32::from_ne_bytes(*b)).collect()
}

/// What a row costs at most where the stream has `end` rows: the way from the checkpoint below it, and the block it is in.
fn bound(end: u64, block: u64) -> u64 {
    (2 * end / SLOTS).max(1) + block
}

#[test]
fn any_past_row_of_a_growing_recording_is_there_on_demand() {
    let end = windows();
    let oracle = definition(end);
    let (mut p, made) = chain(WORDS, 1, options(), Some((0, true)));
    let asked = [request(0, 0, EVERYTHING)];
    let plan = p.plan(&asked).unwrap();
    let block = p.plan_info(&plan).block;
    seal(&mut p, &asked);
    let mut dice = Dice(3);
    let (mut there, mut asks, mut worst) = (0, 0, 0.0f64);
    while there < end {
        // From single windows to long pieces.
        let size = 1 << (1 + dice.below(18));
        let piece = 1 + dice.below(size);
        let before = there;
        there = (there + piece).min(end);
        p.extend_source(0, there, there < end).unwrap();
        let from = made.get();
        assert!(rows(&mut p, before, there - before) == oracle[before as usize..there as usize]);
        // It continues where the last piece ended, or from the checkpoint before.
        assert!(made.get() - from <= bound(there, block) + there - before);
        for _ in 0..8 {
            let row = dice.below(there);
            let count = 1 + dice.below(3).min(there - row - 1);
            let from = made.get();
            assert_eq!(rows(&mut p, row, count), oracle[row as usize..(row + count) as usize]);
            let cost = made.get() - from;
            assert!(cost <= bound(there, block) + count, "{cost} rows made for row {row} of {there}");
            worst = worst.max(cost as f64 / (2 * there / SLOTS).max(1) as f64);
            asks += 1;
        }
    }
    let stats = p.stats();
    assert_eq!(stats.stage_rows, made.get());
    assert!(stats.peak_bytes <= plan.bytes && stats.plan_bytes == plan.bytes);
    assert_eq!(stats.crc_failures, 0);
    assert_eq!(p.available_rows(0).unwrap(), end);
    println!("{end} windows, {asks} asks, work area {} bytes, at most {worst:.2} gaps of rows computed", plan.bytes);
}

#[test]
fn a_pushed_stream_gives_the_same_rows() {
    let end = windows();
    let (mut p, made) = chain(WORDS, 1, options(), None);
    p.open_output(0, 5000).unwrap();
    seal(&mut p, &[]);
    let oracle = definition(end);
    let mut dice = Dice(4);
    let (mut sent, mut got, mut buffer) = (0, 0usize, vec![0u8; 20_000]);
    loop {
        if sent < end {
            let count = (1 + dice.below(6000)).min(end - sent);
            let samples: Vec<u32> = (sent..sent + count).map(sample).collect();
            sent += p.push(0, &bytes_of(&samples)).unwrap() as u64;
            if sent == end {
                p.push_end(0).unwrap();
            }
        }
        p.step(1 + dice.below(8000), &mut 0).unwrap();
        let mut n = 0;
        let status = p.pull(0, &mut buffer, &mut n).unwrap();
        let words = buffer[..n * 4].as_chunks::<4>().0.iter().map(|b| u32::from_ne_bytes(*b));
        assert!(words.eq(oracle[got..got + n].iter().copied()), "from row {got} on");
        got += n;
        if status == Status::End {
            break;
        }
    }
    assert_eq!((got as u64, made.get()), (end, end));
}
