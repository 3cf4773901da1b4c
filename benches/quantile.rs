//! Sliding quantiles: the stage over blocks of 16 windows, compared with a selection per window.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use sqrtspace::dtype::Dtype;
use sqrtspace::kernel::{EdgeRows, RowShape, StageIo, StageSpec};
use sqrtspace::mem::{Carver, cast_mut};
use sqrtspace::stages::{Build, EdgeShape, Param, find};
use std::hint::black_box;
use std::mem::MaybeUninit;

const Q: &[f64] = &[0.5, 0.95];
const BLOCK: usize = 16;

/// Values with the tail of latencies: reciprocals of products of uniform numbers.
fn samples(n: usize, drift: f32) -> Vec<f32> {
    let mut seed = 1u64;
    let mut unit = || {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (seed >> 40) as f32 / (1u64 << 24) as f32 + 0.01
    };
    (0..n).map(|i| 1.0 / (unit() * unit() * unit()) * (1.0 + drift * i as f32)).collect()
}

/// Memory aligned to a cache line.
fn memory(n: usize) -> &'static mut [u8] {
    let all = vec![0u8; n + 64].leak();
    let at = all.as_ptr().align_offset(64);
    &mut all[at..at + n]
}

fn stage(window: usize, hop: usize) -> StageSpec<'static> {
    let area = vec![MaybeUninit::<u8>::uninit(); 512].leak();
    let at = area.as_ptr().align_offset(8);
    let shape = RowShape { dtype: Dtype::F32, len: window };
    find("quantile").expect("the stage is built in")(&mut Build {
        kind: "quantile",
        stage: "quantiles",
        params: &[Param { key: "q", value: 0.0, values: Q }],
        edges: &[EdgeShape { stride: hop, ..EdgeShape::of(shape) }],
        pool: &mut Carver::new(&mut area[at..]).expect("aligned"),
        host_plans: None,
    })
    .expect("parameters are right")
}

fn quantiles(c: &mut Criterion) {
    let mut group = c.benchmark_group("quantile");
    for (name, window, hop, rows, drift) in [
        ("steady", 32768, 4096, 512, 0.0),
        ("drift", 32768, 4096, 512, 1e-6),
        ("hop 64", 32768, 64, 8192, 0.0),
        ("apart", 2048, 2048, 512, 0.0),
    ] {
        let x = samples(window + (rows - 1) * hop, drift);
        let input = memory(4 * x.len());
        cast_mut::<f32>(input).expect("aligned").copy_from_slice(&x);
        let spec = stage(window, hop);
        let scratch = memory(spec.scratch_bytes);
        let out = memory(4 * Q.len() * BLOCK);
        group.throughput(Throughput::Elements((rows * hop) as u64));
        group.bench_function(BenchmarkId::new("stage", name), |b| {
            b.iter(|| {
                for first in (0..rows).step_by(BLOCK) {
                    let from = 4 * first * hop;
                    let edge = EdgeRows {
                        bytes: &input[from..from + 4 * (window + (BLOCK - 1) * hop)],
                        shape: RowShape { dtype: Dtype::F32, len: window },
                        row_stride: 4 * hop,
                        rows: BLOCK,
                        ..EdgeRows::NONE
                    };
                    let mut io = StageIo {
                        first: first as u64,
                        rows: BLOCK,
                        edges: &[edge],
                        out,
                        state: &mut [],
                        scratch,
                        table: &[],
                        continues: first > 0,
                    };
                    spec.kernel.run(&mut io).expect("the stage runs");
                }
            });
        });
        let mut copy = vec![0f32; window];
        group.throughput(Throughput::Elements((BLOCK * hop) as u64));
        group.bench_function(BenchmarkId::new("select_nth_unstable", name), |b| {
            b.iter(|| {
                for row in 0..BLOCK {
                    copy.copy_from_slice(&x[row * hop..row * hop + window]);
                    for q in Q {
                        let k = ((window - 1) as f64 * q).round_ties_even() as usize;
                        black_box(copy.select_nth_unstable_by(k, f32::total_cmp).1);
                    }
                }
            });
        });
    }
    group.finish();
}

criterion_group!(benches, quantiles);
criterion_main!(benches);
