//! Handles of the C API from new to delete, with callbacks, in memory of the caller: small enough for an interpreter of
//! Rust that checks every access (`make test-miri`).

use sqrtspace::ffi::*;
use std::ffi::{CStr, c_void};
use std::ptr::{null, null_mut};

/// Memory of the caller.
struct Area(Vec<u64>);

impl Area {
    fn new(bytes: usize) -> Area {
        Area(vec![u64::MAX; bytes.div_ceil(8) + 8])
    }

    /// Aligned to 64 bytes.
    fn start(&mut self) -> *mut c_void {
        let offset = self.0.as_ptr().cast::<u8>().align_offset(64);
        self.0.as_mut_ptr().cast::<u8>().wrapping_add(offset).cast()
    }
}

/// Sum of each window, and of all windows so far in the state.
unsafe extern "C" fn sums(_: *mut c_void, io: *const sqs_stage_io) -> i32 {
    // SAFETY: the pipeline passes what the header documents.
    unsafe {
        let io = &*io;
        let edge = &*io.edges;
        let state = io.state.cast::<f64>();
        for i in 0..io.rows {
            let row = edge.base.cast::<u8>().add(i * edge.row_stride_bytes).cast::<f32>();
            *state += (0..4).map(|k| f64::from(*row.add(k))).sum::<f64>();
            *io.out.cast::<f64>().add(i) = *state;
        }
    }
    0
}

unsafe extern "C" fn append(to: *mut c_void, bytes: *const c_void, count: usize) -> i32 {
    // SAFETY: the context is a vector; the bytes are valid during the call.
    unsafe { (*to.cast::<Vec<u8>>()).extend_from_slice(std::slice::from_raw_parts(bytes.cast(), count)) };
    0
}

unsafe extern "C" fn keep(to: *mut c_void, _: u64, rows: usize, data: *const c_void, _: usize) -> i32 {
    // SAFETY: the context is a vector; the rows are numbers, valid during the call.
    unsafe { (*to.cast::<Vec<f64>>()).extend_from_slice(std::slice::from_raw_parts(data.cast(), rows)) };
    0
}

fn edge(name: &'static CStr) -> sqs_edge_desc {
    sqs_edge_desc { name: name.as_ptr(), lookback: 0, lookahead: 0, boundary: SQS_BOUNDARY_ZERO, reserved: 0 }
}

/// A pipeline in `control` and `work`, windows of 4 samples -> `sums`, whose queue is open.
unsafe fn sealed(control: &mut Area, work: &mut Option<Area>) -> (*mut sqs_pipeline, u32) {
    let mut p = null_mut();
    let (mut id, mut bytes, mut align) = (0, 0, 0);
    // SAFETY: arguments as the header asks for.
    unsafe {
        let mut config: sqs_config = std::mem::zeroed();
        assert_eq!(sqs_config_init(&mut config, size_of::<sqs_config>()), SQS_OK);
        (config.window, config.hop, config.input_capacity) = (4, 4, 64);
        assert_eq!(sqs_pipeline_control_bytes(&config, &mut bytes, &mut align), SQS_OK);
        *control = Area::new(bytes);
        let mut memory: sqs_memory = std::mem::zeroed();
        memory.struct_size = size_of::<sqs_memory>() as u32;
        (memory.control, memory.control_bytes) = (control.start(), bytes);
        assert_eq!(sqs_pipeline_new(&config, &memory, &mut p, null_mut()), SQS_OK);
        let from = edge(c"input");
        let mut desc: sqs_stage_desc = std::mem::zeroed();
        desc.struct_size = size_of::<sqs_stage_desc>() as u32;
        desc.run = Some(sums);
        (desc.name, desc.edges, desc.edge_count) = (c"sums".as_ptr(), &from, 1);
        (desc.dtype, desc.len, desc.state_bytes) = (SQS_F64, 1, 8);
        assert_eq!(sqs_stage_register(p, &desc, &mut id), SQS_OK);
        assert_eq!(sqs_output_open(p, id, 4), SQS_OK);
        let mut plan: sqs_plan_info = std::mem::zeroed();
        plan.struct_size = size_of::<sqs_plan_info>() as u32;
        let ask = all(id);
        assert_eq!(sqs_plan(p, &ask, 1, &mut plan), SQS_OK);
        let mut area = Area::new(plan.work_bytes as usize);
        assert_eq!(sqs_pipeline_seal(p, &ask, 1, area.start(), plan.work_bytes as usize), SQS_OK);
        *work = Some(area);
    }
    (p, id)
}

fn all(stage: u32) -> sqs_request {
    let struct_size = size_of::<sqs_request>() as u32;
    sqs_request { struct_size, stage, first: 0, count: 8, order: SQS_ORDER_FORWARD, flags: 0 }
}

#[test]
fn a_pipeline_in_memory_of_the_caller() {
    let samples: Vec<f32> = (0..32).map(|i| i as f32).collect();
    let want: Vec<f64> = (1..=8).map(|t| f64::from(4 * t * (4 * t - 1) / 2)).collect();
    let (mut control, mut work) = (Area::new(0), None);
    let (mut rows, mut seen, mut file) = ([0f64; 8], Vec::new(), Vec::<u8>::new());
    let (mut took, mut done, mut n, mut written, mut got) = (0, 0, 0, 0, 0);
    // SAFETY: buffers have the given lengths; handles are alive.
    unsafe {
        let (p, id) = sealed(&mut control, &mut work);
        assert_eq!(sqs_push(p, 0, samples.as_ptr().cast(), 20, &mut took), SQS_OK);
        assert!(sqs_step(p, 8, &mut done) >= 0);
        assert_eq!(sqs_pull(p, id, rows.as_mut_ptr().cast(), 2, &mut n), SQS_OK);
        assert_eq!((took, n, &rows[..2]), (20, 2, &want[..2]));
        let kept = (&raw mut file).cast();
        assert_eq!(sqs_checkpoint_save(p, Some(append), kept, &mut written), SQS_OK);
        assert_eq!(written, file.len() as u64);
        // A pointer into the pipeline, and one of NULL.
        assert_eq!(sqs_pull(p, id, p.cast(), 1, &mut n), SQS_ERR_OVERLAP);
        assert_eq!(sqs_push(p, 0, null(), 1, &mut took), SQS_ERR_ARGUMENT);
        sqs_pipeline_delete(p);

        // Another pipeline continues.
        let (p, id) = sealed(&mut control, &mut work);
        assert_eq!(sqs_checkpoint_restore(p, file.as_ptr().cast(), file.len(), null_mut()), SQS_OK);
        assert_eq!(sqs_push(p, 0, samples[20..].as_ptr().cast(), 12, &mut took), SQS_OK);
        assert_eq!(sqs_push_end(p, 0), SQS_OK);
        let mut pulled = 2;
        while pulled < 8 {
            assert!(sqs_step(p, 8, &mut done) >= 0);
            assert!(sqs_pull(p, id, rows[pulled..].as_mut_ptr().cast(), 8 - pulled, &mut n) >= 0);
            assert!(n > 0);
            pulled += n;
        }
        assert_eq!(rows[2..], want[2..]);
        let vector = (&raw mut seen).cast();
        assert_eq!(sqs_scrub(p, 1 << 16, &mut n), SQS_OK);
        assert_eq!(sqs_pipeline_reset(p), SQS_OK);
        assert_eq!(sqs_push(p, 0, samples.as_ptr().cast(), 32, &mut took), SQS_OK);
        assert_eq!(sqs_evaluate_to(p, &all(id), Some(keep), vector), SQS_OK);
        assert_eq!(sqs_evaluate(p, id, 0, 8, rows.as_mut_ptr().cast(), size_of_val(&rows), &mut got), SQS_OK);
        assert_eq!((got, &rows[..], &seen), (8, &want[..], &want));
        sqs_pipeline_delete(p);
    }
}

/// Where the encoder's bytes go, and what `write` does to the sink.
struct Target {
    sink: *mut sqs_encoder_sink,
    other: [u8; 96],
    encoded: Vec<u8>,
    calls: usize,
}

/// Changes the buffer of the sink in every second call, and tries to use the sink within the call.
unsafe extern "C" fn swap(ctx: *mut c_void, bytes: *const c_void, count: usize) -> i32 {
    let t = ctx.cast::<Target>();
    // SAFETY: the context is the target; no reference to the sink exists during the call.
    unsafe {
        (*t).encoded.extend_from_slice(std::slice::from_raw_parts(bytes.cast(), count));
        (*t).calls += 1;
        let sink = (*t).sink;
        assert_eq!(sqs_encoder_sink_end(sink), SQS_ERR_REENTRANT);
        if (*t).calls == 2 {
            (*sink).buffer = (&raw mut (*t).other).cast();
            (*sink).buffer_bytes = 96;
        }
    }
    0
}

#[test]
#[cfg(feature = "codec")]
fn a_codec_in_memory_of_the_caller() {
    let mixed = |i: u32| (i ^ i.wrapping_mul(0x9e37_79b9) >> 15).wrapping_mul(0x85eb_ca6b) >> 28;
    let data: Vec<u8> = (0..3000u32).map(|i| mixed(i) as u8).collect();
    // SAFETY: buffers have the given lengths; handles are alive.
    unsafe {
        let mut options: sqs_encode_options = std::mem::zeroed();
        assert_eq!(sqs_encode_options_init(&mut options, size_of::<sqs_encode_options>()), SQS_OK);
        (options.frame_bytes, options.effort, options.identity) = (16 << 10, 1, 7);
        let (mut bytes, mut align) = (0, 0);
        assert_eq!(sqs_encoder_bytes(&options, &mut bytes, &mut align), SQS_OK);
        let (mut memory, mut encoder) = (Area::new(bytes), null_mut());
        assert_eq!(sqs_encoder_init(memory.start(), bytes, &options, &mut encoder, null_mut()), SQS_OK);
        let mut buffer = [0u8; 64];
        let mut target = Target { sink: null_mut(), other: [0; 96], encoded: Vec::new(), calls: 0 };
        let t = &raw mut target;
        let mut sink: sqs_encoder_sink = std::mem::zeroed();
        sink.struct_size = size_of::<sqs_encoder_sink>() as u32;
        (sink.encoder, sink.buffer, sink.buffer_bytes) = (encoder, (&raw mut buffer).cast(), 64);
        sink.write = Some(swap);
        sink.ctx = t.cast();
        let s = &raw mut sink;
        (*t).sink = s;
        for (i, part) in data.chunks(700).enumerate() {
            let first = 700 * i as u64;
            assert_eq!(sqs_encoder_sink_rows(s.cast(), first, part.len(), part.as_ptr().cast(), part.len()), SQS_OK);
        }
        assert_eq!(sqs_encoder_sink_end(s), SQS_OK);
        assert!((*t).calls > 3);

        let mut options: sqs_decode_options = std::mem::zeroed();
        assert_eq!(sqs_decode_options_init(&mut options, size_of::<sqs_decode_options>()), SQS_OK);
        options.max_frame_bytes = 16 << 10;
        assert_eq!(sqs_decoder_bytes(&options, &mut bytes, &mut align), SQS_OK);
        let (mut memory, mut decoder) = (Area::new(bytes), null_mut());
        assert_eq!(sqs_decoder_init(memory.start(), bytes, &options, &mut decoder, null_mut()), SQS_OK);
        let encoded = &(*t).encoded;
        let (mut at, mut back, mut status) = (0, Vec::new(), SQS_OK);
        while status != SQS_END {
            let (mut consumed, mut written, mut offset, mut out) = (0, 0, 0, [0u8; 1000]);
            let part = &encoded[at..encoded.len().min(at + 200)];
            let flow = if at + part.len() == encoded.len() { SQS_FLOW_END } else { SQS_FLOW_CONTINUE };
            status = sqs_decoder_step(
                decoder,
                part.as_ptr().cast(),
                part.len(),
                &mut consumed,
                out.as_mut_ptr().cast(),
                out.len(),
                &mut written,
                &mut offset,
                flow,
            );
            assert!(status >= 0 && (status == SQS_END || consumed + written > 0), "{status}");
            assert!(written == 0 || offset == back.len() as u64);
            back.extend_from_slice(&out[..written]);
            at += consumed;
        }
        assert!(back == data);
    }
}
