//! Built-in stages on rows of 4096 samples, and the audio chain (Hann, magnitude, argmax, centroid; hop 1024) block by
//! block, compared with a hand-written loop that uses realfft. Times are per row.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use realfft::RealFftPlanner;
use sqrtspace::dtype::Dtype;
use sqrtspace::kernel::{EdgeRows, RowShape, StageIo, StageSpec};
use sqrtspace::mem::{Carver, cast_mut};
use sqrtspace::stages::{Build, EdgeShape, Param, find};
use std::hint::black_box;
use std::mem::MaybeUninit;

const WINDOW: usize = 4096;
const HOP: usize = 1024;
const ROWS: usize = 64;

type Params = &'static [(&'static str, &'static [f64])];

/// Memory aligned to a cache line.
struct Area(Vec<u8>, usize, usize);

impl Area {
    fn new(len: usize) -> Self {
        let bytes = vec![0u8; len + 64];
        let start = bytes.as_ptr().align_offset(64);
        Area(bytes, start, len)
    }
    fn get(&self) -> &[u8] {
        &self.0[self.1..self.1 + self.2]
    }
    fn get_mut(&mut self) -> &mut [u8] {
        &mut self.0[self.1..self.1 + self.2]
    }
}

/// A stage with the memory that an executor provides.
struct Stage {
    spec: StageSpec<'static>,
    table: Area,
    scratch: Area,
    out: Area,
}

impl Stage {
    fn new(kind: &'static str, params: Params, shape: RowShape, host_heap: bool, block: usize) -> Self {
        let area = Box::leak(vec![MaybeUninit::<u8>::uninit(); 1 << 18].into_boxed_slice());
        let skip = area.as_ptr().align_offset(64);
        let mut pool = Carver::new(&mut area[skip..]).unwrap();
        let params: Vec<Param<'_>> =
            params.iter().map(|(key, values)| Param { key, value: values[0], values }).collect();
        let edge = EdgeShape::of(shape);
        let mut plans = sqrtspace::stages::HostPlans::default();
        let host_plans = host_heap.then_some(&mut plans);
        let mut build = Build { kind, stage: kind, params: &params, edges: &[edge], pool: &mut pool, host_plans };
        let spec = find(kind).unwrap()(&mut build).unwrap();
        let mut table = Area::new(spec.table_bytes);
        spec.kernel.prepare(table.get_mut()).unwrap();
        let (scratch, out) = (Area::new(spec.scratch_bytes), Area::new(spec.shape.bytes() * block));
        Stage { spec, table, scratch, out }
    }

    fn run(&mut self, first: usize, rows: usize, edge: EdgeRows<'_>) {
        let bytes = rows * self.spec.shape.bytes();
        let mut io = StageIo {
            first: first as u64,
            rows,
            edges: &[edge],
            out: &mut self.out.get_mut()[..bytes],
            state: &mut [],
            scratch: self.scratch.get_mut(),
            table: self.table.get(),
            continues: false,
        };
        self.spec.kernel.run(&mut io).unwrap();
    }

    fn rows(&self, rows: usize) -> EdgeRows<'_> {
        let shape = self.spec.shape;
        edge(&self.out.get()[..rows * shape.bytes()], shape, shape.bytes(), rows)
    }
}

fn edge(bytes: &[u8], shape: RowShape, row_stride: usize, rows: usize) -> EdgeRows<'_> {
    EdgeRows { bytes, shape, row_stride, rows, lookback: 0, lookahead: 0, step: 1 }
}

fn signal(n: usize) -> Vec<f32> {
    let mut state = 7u32;
    (0..n)
        .map(|i| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0 + (i as f32 * 0.3).sin()
        })
        .collect()
}

/// The hand-written loop: window, transform, magnitude and features, row by row.
fn fused(samples: &[f32]) -> impl FnMut() -> (f64, f64) + '_ {
    const L: usize = 16;
    let (w, h) = (WINDOW, HOP);
    let r = RealFftPlanner::<f32>::new().plan_fft_forward(w);
    let (mut x, mut y, mut s) = (r.make_input_vec(), r.make_output_vec(), r.make_scratch_vec());
    let hann: Vec<f32> = (0..w).map(|i| 0.5 - 0.5 * (2.0 * std::f32::consts::PI * i as f32 / w as f32).cos()).collect();
    let nb = w / 2 + 1;
    let mut m = vec![0f32; nb + 63];
    move || {
        let (mut s1, mut s2) = (0f64, 0f64);
        let mut p = 0;
        while p + w <= samples.len() {
            let v = &samples[p..p + w];
            p += h;
            for i in 0..w {
                x[i] = v[i] * hann[i];
            }
            r.process_with_scratch(&mut x, &mut y, &mut s).unwrap();
            let (mut mx, mut sa, mut sb) = ([0f32; L], [0f32; L], [0f32; L]);
            let mut ks: [f32; L] = std::array::from_fn(|i| i as f32);
            for (c, d) in y[..nb - 1].chunks_exact(L).zip(m.chunks_exact_mut(L)) {
                for i in 0..L {
                    let q = (c[i].re * c[i].re + c[i].im * c[i].im).sqrt();
                    d[i] = q;
                    mx[i] = if q > mx[i] { q } else { mx[i] };
                    sa[i] += q;
                    sb[i] += q * ks[i];
                    ks[i] += L as f32;
                }
            }
            let q = y[nb - 1].re.abs();
            m[nb - 1] = q;
            let top = mx.iter().fold(q, |a, &b| a.max(b));
            let sa: f32 = sa.iter().sum::<f32>() + q;
            let sb: f32 = sb.iter().sum::<f32>() + q * (nb - 1) as f32;
            s1 += m.iter().position(|&z| z == top).unwrap() as f64;
            s2 += f64::from(sb / sa);
        }
        (s1, s2)
    }
}

fn chain(c: &mut Criterion) {
    let samples = signal(WINDOW + (ROWS - 1) * HOP);
    let mut group = c.benchmark_group("audio");
    group.throughput(Throughput::Elements(ROWS as u64));
    let mut by_hand = fused(&samples);
    let expected = by_hand();
    group.bench_function("fused loop with realfft", |b| b.iter(|| black_box(by_hand())));
    let mut input = Area::new(samples.len() * 4);
    cast_mut::<f32>(input.get_mut()).unwrap().copy_from_slice(&samples);
    for (block, heap) in [(1usize, true), (4, true), (16, true), (4, false)] {
        let shape = RowShape { dtype: Dtype::F32, len: WINDOW };
        let mut hann = Stage::new("hann", &[], shape, true, block);
        let mut magnitude = Stage::new("rfft_magnitude", &[], hann.spec.shape, heap, block);
        let mut argmax = Stage::new("argmax", &[], magnitude.spec.shape, true, block);
        let mut centroid = Stage::new("centroid", &[], magnitude.spec.shape, true, block);
        let mut all = || {
            let mut sums = (0f64, 0f64);
            for first in (0..ROWS).step_by(block) {
                let span = first * HOP * 4..((first + block - 1) * HOP + WINDOW) * 4;
                hann.run(first, block, edge(&input.get()[span], shape, HOP * 4, block));
                magnitude.run(first, block, hann.rows(block));
                argmax.run(first, block, magnitude.rows(block));
                centroid.run(first, block, magnitude.rows(block));
                let (tops, _) = argmax.out.get().as_chunks::<4>();
                let (centers, _) = centroid.out.get().as_chunks::<4>();
                sums.0 += tops.iter().map(|v| f64::from(u32::from_ne_bytes(*v))).sum::<f64>();
                sums.1 += centers.iter().map(|v| f64::from(f32::from_ne_bytes(*v))).sum::<f64>();
            }
            sums
        };
        let got = all();
        assert!(got.0 == expected.0 && (got.1 / expected.1 - 1.0).abs() < 1e-5, "{got:?} {expected:?}");
        let memory = if heap { "stages in blocks of" } else { "stages in caller memory in blocks of" };
        group.bench_function(BenchmarkId::new(memory, block), |b| b.iter(|| black_box(all())));
    }
    group.finish();
}

fn single(c: &mut Criterion) {
    let block = 4;
    let samples = signal(WINDOW * block);
    let mut input = Area::new(samples.len() * 4);
    cast_mut::<f32>(input.get_mut()).unwrap().copy_from_slice(&samples);
    let mut group = c.benchmark_group("stage");
    group.throughput(Throughput::Elements(block as u64));
    let stages: &[(&'static str, Params)] = &[
        ("hann", &[]),
        ("rfft_magnitude", &[]),
        ("argmax", &[]),
        ("centroid", &[]),
        ("mean", &[]),
        ("rms", &[]),
        ("band", &[("from", &[100.0]), ("to", &[2000.0])]),
        ("decibel", &[]),
        ("decimate", &[("factor", &[4.0])]),
        ("detrend", &[]),
        ("fir", &[("taps", &[0.03; 32])]),
        ("histogram", &[("lo", &[-2.0]), ("hi", &[2.0]), ("bins", &[64.0])]),
        ("threshold", &[("level", &[0.5])]),
        ("to_f32", &[("scale", &[0.5])]),
        ("top_k_sum", &[("k", &[32.0])]),
        ("window", &[("type", &[4.0])]),
    ];
    let own: &[(&'static str, Params, bool)] = &[("rfft_magnitude", &[], false)];
    let own = own.iter().map(|(k, p, heap)| (k, p, *heap));
    for (kind, params, host_heap) in stages.iter().map(|(k, p)| (k, p, true)).chain(own) {
        let shape = RowShape { dtype: Dtype::F32, len: WINDOW };
        let mut stage = Stage::new(kind, params, shape, host_heap, block);
        let memory = if host_heap { "" } else { " in caller memory" };
        group.bench_function(format!("{kind}{memory}"), |b| {
            b.iter(|| {
                stage.run(0, block, edge(black_box(input.get()), shape, WINDOW * 4, block));
                black_box(stage.out.get());
            });
        });
    }
    group.finish();
}

criterion_group!(benches, chain, single);
criterion_main!(benches);
