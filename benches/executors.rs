//! The classic and the sqrt order on the audio pipeline (Hann, magnitude, argmax and centroid; window 4096, hop 1024)
//! through the C functions, with several block sizes. Times are per evaluation of ten seconds of audio; the memory is
//! allocated beforehand.

use core::ffi::{CStr, c_void};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use sqrtspace::ffi::*;
use std::hint::black_box;

const SAMPLES: usize = 480_000;
const WINDOW: u64 = 4096;
const HOP: u64 = 1024;

unsafe extern "C" fn read(ctx: *mut c_void, first: u64, dst: *mut c_void, n: usize, got: *mut usize) -> i32 {
    // SAFETY: ctx is the Vec of samples; the library requests samples within it.
    unsafe {
        let samples = &*ctx.cast::<Vec<f32>>();
        std::ptr::copy_nonoverlapping(samples.as_ptr().add(first as usize), dst.cast(), n);
        *got = n;
    }
    0
}

unsafe extern "C" fn sink(_: *mut c_void, _: u64, _: usize, data: *const c_void, _: usize) -> i32 {
    black_box(data);
    0
}

/// Concatenates the strongest bin and the centroid, so that one evaluation returns both.
unsafe extern "C" fn join(_: *mut c_void, io: *const sqs_stage_io) -> i32 {
    // SAFETY: two edges with rows of one element, and room for rows of two elements, as registered.
    unsafe {
        let (io, out) = (&*io, (*io).out.cast::<f32>());
        let (bins, centroids) = (&*io.edges, &*io.edges.add(1));
        for i in 0..io.rows {
            *out.add(2 * i) = *bins.base.byte_add(i * bins.row_stride_bytes).cast::<u32>() as f32;
            *out.add(2 * i + 1) = *centroids.base.byte_add(i * centroids.row_stride_bytes).cast::<f32>();
        }
    }
    0
}

fn must(status: sqs_status) {
    assert_eq!(status, SQS_OK);
}

struct Audio {
    handle: *mut sqs_pipeline,
    ask: sqs_request,
    block: u64,
    bytes: u64,
}

fn edge(name: &'static CStr) -> sqs_edge_desc {
    sqs_edge_desc { name: name.as_ptr(), lookback: 0, lookahead: 0, boundary: SQS_BOUNDARY_ZERO, reserved: 0 }
}

impl Audio {
    fn new(samples: &Vec<f32>, mode: u32, cache_bytes: u64) -> Audio {
        // SAFETY: all structs are plain C data with their size set; all pointers outlive the calls, and
        // the samples outlive the pipeline.
        unsafe {
            let mut config = std::mem::zeroed::<sqs_config>();
            must(sqs_config_init(&raw mut config, size_of::<sqs_config>()));
            (config.window, config.hop, config.mode, config.cpu_cache_bytes) = (WINDOW, HOP, mode, cache_bytes);
            let mut handle = std::ptr::null_mut();
            must(sqs_pipeline_new(&raw const config, std::ptr::null(), &raw mut handle, std::ptr::null_mut()));
            let mut source = std::mem::zeroed::<sqs_source>();
            source.struct_size = size_of::<sqs_source>() as u32;
            source.read = Some(read);
            source.ctx = std::ptr::from_ref(samples).cast_mut().cast();
            source.samples = samples.len() as u64;
            must(sqs_source_set(handle, 0, &raw const source));
            let mut id = 0;
            let stages: [(&CStr, &CStr, &'static CStr); 4] = [
                (c"hann", c"windowed", c"input"),
                (c"rfft_magnitude", c"spectrum", c"windowed"),
                (c"argmax", c"strongest", c"spectrum"),
                (c"centroid", c"centroid", c"spectrum"),
            ];
            for (kind, name, from) in stages {
                let from = edge(from);
                let mut desc = std::mem::zeroed::<sqs_builtin_desc>();
                desc.struct_size = size_of::<sqs_builtin_desc>() as u32;
                (desc.kind, desc.name) = (kind.as_ptr(), name.as_ptr());
                (desc.edges, desc.edge_count) = (&raw const from, 1);
                must(sqs_stage_register_builtin(handle, &raw const desc, &raw mut id));
            }
            let edges = [edge(c"strongest"), edge(c"centroid")];
            let mut desc = std::mem::zeroed::<sqs_stage_desc>();
            desc.struct_size = size_of::<sqs_stage_desc>() as u32;
            desc.name = c"tones".as_ptr();
            desc.run = Some(join);
            (desc.edges, desc.edge_count) = (edges.as_ptr(), 2);
            (desc.dtype, desc.len) = (SQS_F32, 2);
            must(sqs_stage_register(handle, &raw const desc, &raw mut id));
            let struct_size = size_of::<sqs_request>() as u32;
            let order = SQS_ORDER_FORWARD;
            let ask = sqs_request { struct_size, stage: id, first: 0, count: SQS_ALL, order, flags: 0 };
            let mut plan = sqs_plan_info { struct_size: size_of::<sqs_plan_info>() as u32, ..Default::default() };
            must(sqs_plan(handle, &raw const ask, 1, &raw mut plan));
            must(sqs_pipeline_seal(handle, &raw const ask, 1, std::ptr::null_mut(), 0));
            Audio { handle, ask, block: plan.block_windows, bytes: plan.work_bytes }
        }
    }

    fn run(&mut self) {
        // SAFETY: the handle is live.
        must(unsafe { sqs_evaluate_to(self.handle, &raw const self.ask, Some(sink), std::ptr::null_mut()) });
    }
}

impl Drop for Audio {
    fn drop(&mut self) {
        // SAFETY: the handle is live and not used afterwards.
        unsafe { sqs_pipeline_delete(self.handle) };
    }
}

fn executors(c: &mut Criterion) {
    let mut state = 1u32;
    let samples: Vec<f32> = (0..SAMPLES)
        .map(|i| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (i as f32 * 0.06).sin() + (state >> 8) as f32 / (1u32 << 24) as f32
        })
        .collect();
    let mut group = c.benchmark_group("audio, 10 s");
    group.throughput(Throughput::Elements(SAMPLES as u64)).sample_size(20);
    let mut classic = Audio::new(&samples, SQS_MODE_CLASSIC, 0);
    group.bench_function(BenchmarkId::new("classic", format!("{} KiB", classic.bytes >> 10)), |b| {
        b.iter(|| classic.run());
    });
    for kib in [128u64, 256, 512, 1024, 4096, 16384] {
        let mut sqrt = Audio::new(&samples, SQS_MODE_SQRT, kib << 10);
        let name = format!("block {}, {} KiB", sqrt.block, sqrt.bytes >> 10);
        group.bench_function(BenchmarkId::new("sqrt", name), |b| b.iter(|| sqrt.run()));
    }
    group.finish();
}

criterion_group!(benches, executors);
criterion_main!(benches);
