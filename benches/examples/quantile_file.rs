//! Median and 95th percentile of a file of raw little-endian f32 samples, by the stage alone; window 32768, hop 4096.
//!
//! `quantile_file FILE [ROWS]` reads the file in blocks of ROWS windows (default 16) and prints
//! `samples wall_s user_s sys_s maxrss_KiB check1 check2`. The checks are the sum of the medians, and the sum of the
//! 95th percentiles plus 10000 for each above 25. Without the feature `simd` it runs the portable code.

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use sqrtspace::dtype::Dtype;
use sqrtspace::kernel::{EdgeRows, RowShape, StageIo};
use sqrtspace::mem::{Carver, cast};
use sqrtspace::stages::{Build, EdgeShape, Param, find};
use std::mem::MaybeUninit;
use std::{env, fs::File, io::Read, time::Instant};

const WINDOW: usize = 32768;
const HOP: usize = 4096;

fn main() {
    let mut args = env::args().skip(1);
    let path = args.next().expect("usage: quantile_file FILE [ROWS]");
    let block: usize = args.next().map_or(16, |n| n.parse().expect("ROWS is a number"));

    let mut control = [MaybeUninit::uninit(); 256];
    let slack = control.as_ptr().align_offset(8);
    let shape = RowShape { dtype: Dtype::F32, len: WINDOW };
    let spec = find("quantile").expect("the stage is built in")(&mut Build {
        kind: "quantile",
        stage: "quantiles",
        params: &[Param { key: "q", value: 0.0, values: &[0.5, 0.95] }],
        edges: &[EdgeShape { stride: HOP, ..EdgeShape::of(shape) }],
        pool: &mut Carver::new(&mut control[slack..]).expect("aligned"),
        host_plans: None,
    })
    .expect("parameters are right");

    let (wall, cpu) = (Instant::now(), getrusage(UsageWho::RUSAGE_SELF).expect("usage"));
    let mut file = File::open(path).expect("the file opens");
    let mut memory = vec![0; 4 * (WINDOW + (block - 1) * HOP) + spec.scratch_bytes + 8 * block + 3 * 64];
    let (samples, rest) = piece(&mut memory, 4 * (WINDOW + (block - 1) * HOP));
    let (scratch, rest) = piece(rest, spec.scratch_bytes);
    let (out, _) = piece(rest, 8 * block);
    let (mut have, mut total, mut first) = (0, 0, 0u64);
    let (mut check1, mut check2) = (0f64, 0f64);
    loop {
        let got = read_full(&mut file, &mut samples[4 * have..]) / 4;
        have += got;
        total += got;
        let rows = if have < WINDOW { 0 } else { (have - WINDOW) / HOP + 1 };
        let span = WINDOW + rows.saturating_sub(1) * HOP;
        if rows > 0 {
            let edge = EdgeRows { bytes: &samples[..4 * span], shape, row_stride: HOP * 4, rows, ..EdgeRows::NONE };
            let mut io = StageIo {
                first,
                rows,
                edges: &[edge],
                out: &mut out[..8 * rows],
                state: &mut [],
                scratch,
                table: &[],
                continues: first > 0,
            };
            spec.kernel.run(&mut io).expect("the stage runs");
            for y in cast::<f32>(&out[..8 * rows]).expect("aligned").chunks_exact(2) {
                check1 += f64::from(y[0]);
                check2 += f64::from(y[1]) + if y[1] > 25.0 { 1e4 } else { 0.0 };
            }
        }
        first += rows as u64;
        if got == 0 {
            break;
        }
        samples.copy_within(4 * rows * HOP..4 * have, 0);
        have -= rows * HOP;
    }
    let wall = wall.elapsed().as_secs_f64();
    let end = getrusage(UsageWho::RUSAGE_SELF).expect("usage");
    let user = (end.user_time() - cpu.user_time()).num_microseconds() as f64 * 1e-6;
    let sys = (end.system_time() - cpu.system_time()).num_microseconds() as f64 * 1e-6;
    println!("{total} {wall:.6} {user:.4} {sys:.4} {} {check1} {check2}", end.max_rss());
}

/// Splits off the next `n` bytes of `memory`, aligned to a cache line.
fn piece(memory: &mut [u8], n: usize) -> (&mut [u8], &mut [u8]) {
    let at = memory.as_ptr().align_offset(64);
    memory[at..].split_at_mut(n)
}

/// Reads until `to` is full or the file ends. Returns the number of bytes.
fn read_full(file: &mut File, to: &mut [u8]) -> usize {
    let mut got = 0;
    while got < to.len() {
        match file.read(&mut to[got..]).expect("the file reads") {
            0 => break,
            n => got += n,
        }
    }
    got
}
