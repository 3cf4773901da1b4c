//! The cost of checkpoints of the default number and distance, and of the checks of all memory that outlives a call, in
//! a graph without reverse scans. The CPU time of the same evaluation is measured with and without them, in turn, in one
//! process. The result is the median of the ratios.

use nix::sys::resource::{UsageWho, getrusage};
use sqrtspace::dtype::Dtype;
use sqrtspace::graph::{Boundary, EdgeSpec, GraphLimits, InputSpec};
use sqrtspace::io::{Sink, SinkBox, Source, SourceBox};
use sqrtspace::kernel::Code;
use sqrtspace::pipeline::{Config, Pipeline};
use sqrtspace::plan::{ALL, Mode, Order, PlanOptions, Request};
use sqrtspace::stages::Param;
use std::hint::black_box;
use std::mem::MaybeUninit;

/// A minute at 48 kHz.
const SAMPLES: u64 = 48_000 * 60;

struct Noise;

impl Source for Noise {
    fn read(&mut self, first: u64, out: &mut [u8], sample_bytes: usize) -> Result<usize, Code> {
        for (b, t) in out.as_chunks_mut::<4>().0.iter_mut().zip(first..) {
            let x = (t as u32).wrapping_mul(0x9E37_79B1).rotate_left(7) >> 8;
            *b = (x as f32 / 8_388_608.0 - 1.0).to_ne_bytes();
        }
        Ok(out.len() / sample_bytes)
    }
}

/// A sink that discards the rows.
struct Discard;

impl Sink for Discard {
    fn rows(&mut self, _: u64, _: usize, bytes: &[u8]) -> Result<(), Code> {
        black_box(bytes);
        Ok(())
    }
}

/// Zeroed memory, aligned to a cache line.
fn area(bytes: usize) -> &'static mut [u8] {
    let words = vec![0u64; bytes / 8 + 16].leak();
    // SAFETY: every byte is a valid u8.
    let bytes_of = unsafe { words.align_to_mut::<u8>().1 };
    let skip = bytes_of.as_ptr().align_offset(64);
    &mut bytes_of[skip..skip + bytes]
}

/// Kind, input, number parameters, and the sections of a biquad.
type Stage = (&'static str, &'static str, &'static [(&'static str, f64)], &'static [f64]);

/// Two second-order sections in the order of SciPy.
const SECTIONS: &[f64] = &[0.1, 0.2, 0.1, 1.0, -0.9, 0.3, 1.0, 2.0, 1.0, 1.0, -1.1, 0.5];

fn pipeline(window: u64, hop: u64, stages: &[Stage], checkpoints: bool) -> (Pipeline<'static>, Request) {
    let options = PlanOptions {
        mode: Mode::Sqrt,
        budget: u64::MAX,
        cache_bytes: 512 << 10,
        lru_bytes: 0,
        checkpoint_every: 0,
        checkpoint_slots: if checkpoints { 32 } else { 0 },
        sweep: None,
        choose_lru: false,
        spill: false,
        stream_only: false,
    };
    let limits = GraphLimits { stages: 8, edges: 8 };
    let input = InputSpec { name: "input", dtype: Dtype::F32, channels: 1, window, hop, capacity: 0 };
    let config = Config { input, options, limits, param_bytes: 1024, host_heap: true };
    let control = area(Pipeline::control_bytes(limits, 1024, 0).unwrap());
    // SAFETY: only initialized values are written there.
    let control = unsafe { &mut *(std::ptr::from_mut(control) as *mut [MaybeUninit<u8>]) };
    let mut p = Pipeline::new(&config, control).unwrap();
    p.set_source(0, SourceBox::new(Noise), SAMPLES, false).unwrap();
    for (kind, from, params, sos) in stages {
        let mut list: Vec<Param<'_>> =
            params.iter().map(|(key, value)| Param { key, value: *value, values: &[] }).collect();
        if !sos.is_empty() {
            list.push(Param { key: "sos", value: 0.0, values: sos });
        }
        let edge = EdgeSpec { name: from, lookback: 0, lookahead: 0, boundary: Boundary::Zero };
        p.add_builtin(kind, kind, &[edge], &list).unwrap();
    }
    let ask = Request { stage: stages.len() - 1, first: 0, count: ALL, order: Order::Forward };
    let bytes = p.plan(&[ask]).unwrap().bytes;
    p.seal(&[ask], area(bytes)).unwrap();
    p.set_checks(checkpoints);
    (p, ask)
}

/// CPU time of this process in seconds.
fn cpu_s() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_SELF).unwrap();
    let seconds = |t: nix::sys::time::TimeVal| t.tv_sec() as f64 + t.tv_usec() as f64 * 1e-6;
    seconds(usage.user_time()) + seconds(usage.system_time())
}

/// One evaluation of all rows in calls of `slice` windows (0: as in one call of `sqs_evaluate`). Returns the CPU time.
fn run((p, ask): &mut (Pipeline<'static>, Request), slice: u64) -> f64 {
    p.reset().unwrap();
    let before = cpu_s();
    p.evaluate_begin(ask, SinkBox::new(Discard)).unwrap();
    while p.evaluating() {
        match slice {
            0 => p.step_evaluation_once(u64::MAX, &mut 0).unwrap(),
            _ => p.step(slice, &mut 0).map(drop).unwrap(),
        }
    }
    cpu_s() - before
}

fn median(mut x: Vec<f64>) -> f64 {
    x.sort_by(f64::total_cmp);
    x[x.len() / 2]
}

fn main() {
    let filters: &[Stage] =
        &[("biquad", "input", &[], SECTIONS), ("ema", "biquad", &[("alpha", 0.1)], &[]), ("rms", "ema", &[], &[])];
    let audio: &[Stage] = &[
        ("hann", "input", &[], &[]),
        ("rfft_magnitude", "hann", &[], &[]),
        ("centroid", "rfft_magnitude", &[], &[]),
        ("ema", "centroid", &[("alpha", 0.1)], &[]),
    ];
    println!("a minute at 48 kHz           windows per call  without       with   more");
    for (name, window, hop, stages) in
        [("biquad, ema, rms of 256", 256, 256, filters), ("hann, fft, centroid, ema", 4096, 1024, audio)]
    {
        let (mut with, mut without) = (pipeline(window, hop, stages, true), pipeline(window, hop, stages, false));
        let block = with.0.plan_info(with.0.sealed_plan()).block;
        for slice in [0, 16 * block, block] {
            let pairs: Vec<(f64, f64)> = (0..31)
                .map(|i| {
                    if i % 2 == 0 {
                        let a = run(&mut with, slice);
                        (a, run(&mut without, slice))
                    } else {
                        let b = run(&mut without, slice);
                        (run(&mut with, slice), b)
                    }
                })
                .collect();
            let ratio = median(pairs.iter().map(|(a, b)| a / b).collect());
            let (a, b) = (median(pairs.iter().map(|p| p.0).collect()), median(pairs.iter().map(|p| p.1).collect()));
            println!("{name:28} {slice:14} {:8.1} ms {:8.1} ms {:+5.2} %", b * 1e3, a * 1e3, (ratio - 1.0) * 100.0);
        }
    }
}
