//! After seal nothing allocates, whatever is called: built-in stages, a scan by callback, in every order and way to ask.
#![cfg(feature = "fft")]

use crate::counting::{alone, counts};
use sqrtspace::ffi::*;
use std::ffi::{CStr, c_char, c_void};
use std::ptr::{null, null_mut};

/// Running sum of a one-number edge.
unsafe extern "C" fn running_sum(_: *mut c_void, io: *const sqs_stage_io) -> i32 {
    // SAFETY: the pipeline passes what the header documents.
    unsafe {
        let io = &*io;
        let edge = &*io.edges;
        let state = io.state.cast::<f64>();
        for i in 0..io.rows {
            *state += f64::from(*edge.base.cast::<u8>().add(i * edge.row_stride_bytes).cast::<f32>());
            *io.out.cast::<f64>().add(i) = *state;
        }
    }
    0
}

unsafe extern "C" fn count_rows(ctx: *mut c_void, _: u64, rows: usize, _: *const c_void, _: usize) -> i32 {
    // SAFETY: the context is a counter.
    unsafe { *ctx.cast::<usize>() += rows };
    0
}

fn from(name: &'static CStr) -> sqs_edge_desc {
    sqs_edge_desc { name: name.as_ptr(), lookback: 0, lookahead: 0, boundary: SQS_BOUNDARY_ZERO, reserved: 0 }
}

unsafe fn builtin(p: *mut sqs_pipeline, kind: &CStr, edge: &'static CStr, params: &[sqs_param]) -> u32 {
    let edges = [from(edge)];
    let desc = sqs_builtin_desc {
        struct_size: size_of::<sqs_builtin_desc>() as u32,
        flags: 0,
        kind: kind.as_ptr(),
        name: kind.as_ptr(),
        edges: edges.as_ptr(),
        params: if params.is_empty() { null() } else { params.as_ptr() },
        edge_count: 1,
        param_count: params.len() as u32,
        cost_ns_per_row: 0,
    };
    let mut id = 0;
    // SAFETY: everything outlives the call.
    assert_eq!(unsafe { sqs_stage_register_builtin(p, &desc, &mut id) }, SQS_OK, "{kind:?}");
    id
}

fn list(key: &'static CStr, values: &[f64]) -> sqs_param {
    sqs_param { key: key.as_ptr(), value: 0.0, values: values.as_ptr(), count: values.len() }
}

const SAMPLES: usize = 64 * 40;

/// Pushes, steps, pulls and asks in every way; gives the rows seen. Any status that should be good is.
unsafe fn use_it(p: *mut sqs_pipeline, stages: &[u32], pulled: u32, samples: &[f32], rows: &mut [f64]) -> usize {
    let (mut seen, mut took, mut got, mut done, mut n) = (0usize, 0usize, 0u64, 0u64, 0usize);
    let sink = (&raw mut seen).cast::<c_void>();
    let bytes = size_of_val(rows);
    let ask = |stage: u32, order: u32| sqs_request {
        struct_size: size_of::<sqs_request>() as u32,
        stage,
        first: 0,
        count: 20,
        order,
        flags: 0,
    };
    // SAFETY: buffers have the given lengths; the handle is alive.
    unsafe {
        let mut at = 0;
        while at < samples.len() {
            assert!(sqs_push(p, 0, samples[at..].as_ptr().cast(), samples.len() - at, &mut took) >= 0);
            at += took;
            assert!(sqs_step(p, 3, &mut done) >= 0);
            assert!(sqs_pull(p, pulled, rows.as_mut_ptr().cast(), 4, &mut n) >= 0);
            *sink.cast::<usize>() += n;
            if at >= 64 * 21 {
                break;
            }
        }
        for &stage in stages {
            assert_eq!(sqs_evaluate(p, stage, 0, 20, rows.as_mut_ptr().cast(), bytes, &mut got), SQS_OK);
            assert_eq!(got, 20);
            for order in [SQS_ORDER_FORWARD, SQS_ORDER_REVERSE] {
                assert_eq!(sqs_evaluate_to(p, &ask(stage, order), Some(count_rows), sink), SQS_OK);
                assert_eq!(sqs_evaluate_begin(p, &ask(stage, order), Some(count_rows), sink), SQS_OK);
                assert!(sqs_step(p, 1, &mut done) >= 0);
                assert_eq!(sqs_evaluate_cancel(p), SQS_OK);
            }
            // One that fails, and its text.
            let mut text = [0 as c_char; 200];
            assert_eq!(sqs_evaluate(p, stage, 1 << 40, 1, rows.as_mut_ptr().cast(), bytes, &mut got), SQS_ERR_RANGE);
            assert_eq!(sqs_pipeline_error_detail(p, text.as_mut_ptr(), text.len(), &mut n), SQS_OK);
            assert!(text[0] != 0);
        }
        assert_eq!(sqs_scrub(p, 1 << 16, &mut n), SQS_OK);
        assert_eq!(sqs_push_end(p, 0), SQS_OK);
        let mut stats = sqs_stats { struct_size: size_of::<sqs_stats>() as u32, ..Default::default() };
        assert_eq!(sqs_pipeline_stats(p, &mut stats), SQS_OK);
        assert!(stats.peak_bytes <= stats.plan_bytes && stats.peak_bytes > 0);
        assert_eq!(sqs_pipeline_reset(p), SQS_OK);
    }
    seen
}

#[test]
fn nothing_allocates_between_seal_and_delete() {
    let _alone = alone();
    let samples: Vec<f32> = (0..SAMPLES).map(|i| ((i * 37) % 101) as f32 - 50.0).collect();
    let mut rows = vec![0f64; 20 * 64];
    // A cache and checkpoints, and neither.
    for lru_bytes in [0, 4096] {
        // SAFETY: arguments as the header asks for.
        unsafe {
            let mut config: sqs_config = std::mem::zeroed();
            assert_eq!(sqs_config_init(&mut config, size_of::<sqs_config>()), SQS_OK);
            (config.window, config.hop, config.input_capacity) = (128, 64, SAMPLES as u64);
            config.row_cache_bytes = lru_bytes;
            let mut p = null_mut();
            assert_eq!(sqs_pipeline_new(&config, null(), &mut p, null_mut()), SQS_OK);
            builtin(p, c"hann", c"input", &[]);
            builtin(p, c"rfft_magnitude", c"hann", &[]);
            let argmax = builtin(p, c"argmax", c"rfft_magnitude", &[]);
            let centroid = builtin(p, c"centroid", c"rfft_magnitude", &[]);
            let quantile = builtin(p, c"quantile", c"input", &[list(c"q", &[0.1, 0.5])]);
            let fir = builtin(p, c"fir", c"input", &[list(c"taps", &[0.25; 65])]);
            let edge = from(c"centroid");
            let mut desc: sqs_stage_desc = std::mem::zeroed();
            desc.struct_size = size_of::<sqs_stage_desc>() as u32;
            desc.name = c"running".as_ptr();
            desc.run = Some(running_sum);
            (desc.edges, desc.edge_count) = (&edge, 1);
            (desc.dtype, desc.len) = (SQS_F64, 1);
            desc.state_bytes = 8;
            let mut running = 0;
            assert_eq!(sqs_stage_register(p, &desc, &mut running), SQS_OK);
            assert_eq!(sqs_output_open(p, running, 8), SQS_OK);

            let stages = [argmax, centroid, quantile, fir, running];
            let requests: Vec<_> = stages
                .iter()
                .flat_map(|&stage| [SQS_ORDER_FORWARD, SQS_ORDER_REVERSE].map(|order| (stage, order)))
                .map(|(stage, order)| sqs_request {
                    struct_size: size_of::<sqs_request>() as u32,
                    stage,
                    first: 0,
                    count: SQS_ALL,
                    order,
                    flags: 0,
                })
                .collect();
            let status = sqs_pipeline_seal(p, requests.as_ptr(), requests.len() as u32, null_mut(), 0);
            assert_eq!(status, SQS_OK);

            let before = counts();
            let mut seen = 0;
            for _ in 0..3 {
                seen += use_it(p, &stages, running, &samples, &mut rows);
            }
            assert_eq!(counts(), before, "allocations and frees after seal");
            // Two orders of 20 rows each of five stages, thrice, beside what was pulled and begun.
            assert!(seen > 3 * 5 * 40, "{seen}");
            sqs_pipeline_delete(p);
            // The counter counts: delete gives back.
            assert!(counts().1 > before.1);
        }
    }
}
