//! Pipelines that only stream, and blocks of streams with small input buffers.

use crate::graphs::{Collected, area, request, uninit};
use sqrtspace::dtype::Dtype;
use sqrtspace::graph::{Boundary, EdgeSpec, GraphLimits, InputSpec};
use sqrtspace::pipeline::{Config, Pipeline};
use sqrtspace::plan::{Mode, Page, PlanOptions};
use sqrtspace::stages::Param;
use sqrtspace::status::Status;

const LIMITS: GraphLimits = GraphLimits { stages: 4, edges: 8 };
const WINDOW: u64 = 256;

/// Spectra of windows of 256 samples, and the mean of 4 of them before and 2 after.
fn spectra(capacity: u64, stream_only: bool, outputs: bool) -> Pipeline<'static> {
    let input = InputSpec { name: "input", dtype: Dtype::F32, channels: 1, window: WINDOW, hop: WINDOW, capacity };
    let options = PlanOptions { mode: Mode::Auto, cache_bytes: 512 << 10, stream_only, ..crate::chain::OPTIONS };
    let options = PlanOptions { lru_bytes: 10_000, checkpoint_slots: 8, ..options };
    let config = Config { input, options, limits: LIMITS, param_bytes: 1024, host_heap: false };
    let mut p = Pipeline::new(&config, uninit(area(Pipeline::control_bytes(LIMITS, 1024, 0).unwrap()))).unwrap();
    let edge = |name, lookback, lookahead| EdgeSpec { name, lookback, lookahead, boundary: Boundary::Zero };
    let number = |key, value| Param { key, value, values: &[] };
    p.add_builtin("hann", "hann", &[edge("input", 0, 0)], &[]).unwrap();
    p.add_builtin("rfft_power", "power", &[edge("hann", 0, 0)], &[]).unwrap();
    p.add_builtin("ema", "average", &[edge("input", 0, 0)], &[number("alpha", 0.25)]).unwrap();
    if outputs {
        p.open_output(1, 4).unwrap();
        p.open_output(2, 4).unwrap();
    }
    p
}

/// Streams `n` windows and returns the rows of both outputs, one after the other.
fn stream(p: &mut Pipeline<'static>, n: u64) -> Vec<u8> {
    let samples: Vec<u8> = (0..n * WINDOW).flat_map(|i| ((i * i % 997) as f32 / 7.0).to_ne_bytes()).collect();
    let (mut at, mut rows, mut idle) = (0, [Vec::new(), Vec::new()], 0);
    while idle < 3 {
        if at == samples.len() {
            p.push_end(0).unwrap();
        } else {
            at += 4 * p.push(0, &samples[at..(at + 4000).min(samples.len())]).unwrap();
        }
        let mut done = 0;
        p.step(100, &mut done).unwrap();
        for (stage, rows) in [1, 2].into_iter().zip(&mut rows) {
            let row = p.graph().stages()[stage].shape.bytes();
            let (mut piece, mut got) = (vec![0; 3 * row], 0);
            p.pull(stage, &mut piece, &mut got).unwrap();
            rows.extend_from_slice(&piece[..got * row]);
            done += got as u64;
        }
        idle = if done > 0 || at < samples.len() { 0 } else { idle + 1 };
    }
    rows.concat()
}

fn sealed(mut p: Pipeline<'static>) -> Pipeline<'static> {
    let plan = p.plan(&[]).unwrap();
    p.seal(&[], area(plan.bytes)).unwrap();
    p
}

#[test]
fn a_pipeline_that_only_streams_pays_for_the_stream_alone() {
    let (mut both, mut only) = (spectra(0, false, true), spectra(0, true, true));
    let (plan, small) = (both.plan(&[]).unwrap(), only.plan(&[]).unwrap());
    assert!(plan.eval.len > 0 && plan.cache.len > 0);
    assert_eq!((small.eval.len, small.cache.len, small.requests().count()), (0, 0, 0));
    assert_eq!(
        (small.stream, small.queues.len, small.checkpoints.len),
        (plan.stream, plan.queues.len, plan.checkpoints.len)
    );
    assert!(small.bytes < plan.bytes && small.min_budget_bytes < plan.min_budget_bytes);
    println!("{} bytes, {} with evaluations", small.bytes, plan.bytes);
    let mut text = String::new();
    only.explain(&[], &mut Page::new(&mut |piece| text.push_str(piece))).unwrap();
    assert!(text.contains("no requests: the pipeline only streams"), "{text}");
    let (mut both, mut only) = (sealed(both), sealed(only));
    let rows = stream(&mut only, 40);
    assert!(!rows.is_empty() && rows == stream(&mut both, 40));
}

#[test]
fn evaluations_of_it_are_refused_with_a_reason() {
    let refused = |e: sqrtspace::status::Error| {
        assert!(e.status == Status::NotPlanned && e.to_string().contains("SQS_STREAM_ONLY"), "{e}");
    };
    let mut p = spectra(0, true, true);
    refused(p.plan(&[request(1, 0, 5)]).unwrap_err());
    let mut p = sealed(p);
    refused(p.evaluate_begin(&request(1, 0, 1), Collected::default().boxed()).unwrap_err());
    refused(p.plan(&[request(1, 0, 5)]).unwrap_err());
    assert!(!stream(&mut p, 9).is_empty());
    let e = spectra(0, true, false).plan(&[]).unwrap_err();
    assert!(e.status == Status::State && e.to_string().contains("open an output"), "{e}");
}

/// A file of a pipeline that evaluates, too, continues in one that only streams.
#[test]
fn a_saved_pipeline_continues_as_one_that_only_streams() {
    let mut both = sealed(spectra(0, false, true));
    let samples: Vec<u8> = (0..20 * WINDOW).flat_map(|i| (i as f32).to_ne_bytes()).collect();
    both.push(0, &samples[..9000]).unwrap();
    both.step(100, &mut 0).unwrap();
    let mut file = Vec::new();
    let mut keep = |bytes: &[u8]| {
        file.extend_from_slice(bytes);
        Ok(())
    };
    both.checkpoint_save(&mut keep).unwrap();
    let mut only = sealed(spectra(20 * WINDOW, true, true));
    only.checkpoint_restore(&file).unwrap();
    let (mut here, mut there) = (vec![0; 4 * 4 * 129], vec![0; 4 * 4 * 129]);
    let (mut n, mut m) = (0, 0);
    both.pull(1, &mut here, &mut n).unwrap();
    only.pull(1, &mut there, &mut m).unwrap();
    assert!(n > 0 && n == m && here == there);
}

/// The buffer holds k windows: no block has more, and no job has buffers for more. The rows are the same.
#[test]
fn a_block_has_no_more_windows_than_the_input_buffer_supplies() {
    let rows = stream(&mut sealed(spectra(0, true, true)), 40);
    let free = spectra(0, true, true).plan(&[]).unwrap();
    assert!(free.stream_block > 8);
    let mut before = 0;
    for windows in 1..20 {
        let mut p = spectra(windows * WINDOW, true, true);
        let plan = p.plan(&[]).unwrap();
        assert!(plan.stream_block <= windows, "{windows} windows: blocks of {}", plan.stream_block);
        assert!(plan.stream.len >= before && plan.bytes <= free.bytes + (windows * WINDOW * 4) as usize);
        before = plan.stream.len;
        if windows == 1 {
            // One window of samples, rows of 256 and 129 numbers and of one average: kilobytes.
            assert!(plan.stream_block == 1 && plan.stream.len < 4 * (256 + 129 + 256 + 64) * 2, "{}", plan.stream.len);
        }
        assert!(stream(&mut sealed(p), 40) == rows, "{windows} windows");
    }
    // With evaluations as well, in either mode: their blocks are bounded by the same buffer.
    let plan = spectra(3 * WINDOW, false, true).plan(&[]).unwrap();
    assert!(plan.requests().all(|r| r.block <= 3), "{:?}", plan.requests().map(|r| r.block).collect::<Vec<_>>());
}
