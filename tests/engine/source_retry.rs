//! A source that fails once and is read again: the rows are those of a source that never fails, also where samples moved
//! within their buffer before the failure.

use crate::chain::{Kept, OPTIONS};
use crate::graphs::{area, request, seal, uninit};
use sqrtspace::dtype::Dtype;
use sqrtspace::graph::{Boundary, EdgeSpec, GraphLimits, InputSpec};
use sqrtspace::io::{Source, SourceBox};
use sqrtspace::kernel::Code;
use sqrtspace::pipeline::{Config, Pipeline};
use sqrtspace::plan::{Mode, PlanOptions};
use std::cell::Cell;
use std::rc::Rc;

/// Fails at one read.
struct Flaky {
    calls: Rc<Cell<u64>>,
    fail_at: u64,
}

impl Source for Flaky {
    fn read(&mut self, first: u64, out: &mut [u8], _: usize) -> Result<usize, Code> {
        self.calls.set(self.calls.get() + 1);
        if self.calls.get() == self.fail_at {
            return Err(Code(7));
        }
        for (i, b) in out.iter_mut().enumerate() {
            *b = ((first + i as u64).wrapping_mul(0x9E37_79B9) >> 16) as u8;
        }
        Ok(out.len())
    }
}

/// All rows, and the number of reads. The read `fail_at`, counted from 1, fails.
fn run(fail_at: u64) -> (Vec<u8>, u64) {
    let limits = GraphLimits { stages: 2, edges: 2 };
    let input = InputSpec { name: "input", dtype: Dtype::U8, channels: 1, window: 65536, hop: 1024, capacity: 0 };
    let config = Config {
        input,
        options: PlanOptions { mode: Mode::Sqrt, ..OPTIONS },
        limits,
        param_bytes: 256,
        host_heap: false,
    };
    let mut p = Pipeline::new(&config, uninit(area(Pipeline::control_bytes(limits, 256, 0).unwrap()))).unwrap();
    let edge = EdgeSpec { name: "input", lookback: 0, lookahead: 0, boundary: Boundary::Zero };
    p.add_builtin("to_f32", "numbers", &[edge], &[]).unwrap();
    let calls = Rc::new(Cell::new(0));
    p.set_source(0, SourceBox::new(Flaky { calls: calls.clone(), fail_at }), 400_000, false).unwrap();
    seal(&mut p, &[request(0, 0, 200)]);
    let kept = Kept::default();
    p.evaluate_begin(&request(0, 0, 200), kept.boxed()).unwrap();
    let mut failed = 0u32;
    while p.evaluating() {
        if p.step(1, &mut 0).is_err() {
            failed += 1;
        }
    }
    assert_eq!(failed, u32::from(fail_at > 0), "a read fails once");
    (kept.0.take(), calls.get())
}

#[test]
fn a_failed_read_changes_no_row() {
    let (good, calls) = run(0);
    assert!(calls > 5, "the samples have to move");
    for fail_at in 1..=calls {
        assert!(run(fail_at).0 == good, "read {fail_at} failed");
    }
}
