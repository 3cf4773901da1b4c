//! Error texts about gaps, word for word, and the gaps that a full table releases.

use crate::chain::Dice;
use crate::gaps::{FILL, counts, setup};
use crate::graphs::*;
use crate::texts::is;
use sqrtspace::io::{Source, SourceBox};
use sqrtspace::kernel::Code;
use sqrtspace::plan::Mode;
use sqrtspace::status::Status;

/// A source whose gap function returns what it is given.
struct Odd(Result<Option<(u64, u64)>, Code>);

impl Source for Odd {
    fn read(&mut self, _: u64, out: &mut [u8], sample_bytes: usize) -> Result<usize, Code> {
        out.fill(0);
        Ok(out.len() / sample_bytes)
    }

    fn gap(&mut self, _: u64) -> Result<Option<(u64, u64)>, Code> {
        self.0
    }
}

fn one_input() -> TestGraph {
    let edge = TestEdge { from: 0, lookback: 0, lookahead: 0, clamp: false };
    let stage =
        TestStage { edges: vec![edge], len: 1, stride: 1, scratch: 0, keeps: false, scan: false, reverse: false };
    let input = TestInput { channels: 1, window: 4, hop: 2, samples: vec![7; 40] };
    TestGraph { inputs: vec![input], stages: vec![stage] }
}

#[test]
fn sources_that_return_impossible_gaps_are_refused() {
    let graph = one_input();
    let setup = setup(&mut Dice(1), false, Mode::Sqrt);
    for (answer, want) in [
        (
            Ok(Some((0, 0))),
            "the <source of input> returned a gap from sample <0> to 0: it is empty, or <before the one asked for>",
        ),
        (
            Ok(Some((9, 3))),
            "the <source of input> returned a gap from sample <9> to 3: it is empty, or <before the one asked for>",
        ),
        (Err(Code(41)), "the <source of input> returned <41> for the gap after <sample 0>"),
    ] {
        let (mut p, _) = build(&graph, &setup);
        p.set_source(0, SourceBox::new(Odd(answer)), 40, false).unwrap();
        seal(&mut p, &[request(0, 0, EVERYTHING)]);
        let e = p.rows_missing(0, 0, &mut [0; 3]).unwrap_err();
        assert_eq!(e.status, Status::Callback);
        is(&e, want);
        let e = p.push_gap(0, 1).unwrap_err();
        is(&e, "<input> has a <source>: it reports its gaps and <none can be pushed>");
        p.evaluate_begin(&request(0, 0, EVERYTHING), Collected::default().boxed()).unwrap_or(0);
        is(&p.step(9, &mut 0).unwrap_err(), want);
    }
}

/// Gaps that no row depends on are released when there is need; rows before them are then refused.
#[test]
fn gaps_are_released_when_the_table_is_full() {
    let graph = one_input();
    let setup = Setup { lru_bytes: 0, cache_bytes: 600, ..setup(&mut Dice(1), true, Mode::Sqrt) };
    let (mut p, _, _) = build_with(&graph, &setup, 2, FILL.into(), &[]);
    p.open_output(0, 3).unwrap();
    seal(&mut p, &[]);
    let mut sample = 0;
    for _ in 0..1000 {
        // A gap of one sample, then 3 samples: 2 rows, of which each has 1 missing.
        while p.push_gap(0, 1).unwrap() == 0 {
            p.step(1, &mut 0).unwrap();
        }
        sample += 1;
        for _ in 0..3 {
            while p.push(0, &[0; 4]).unwrap() == 0 {
                p.step(1, &mut 0).unwrap();
            }
            sample += 1;
        }
        while p.step(9, &mut 0).unwrap() == Status::Ok {}
        let (mut rows, mut missing, mut n) = ([0; 12], [9; 3], 0);
        p.pull_counted(0, &mut rows, &mut missing, &mut n).unwrap();
        assert!(n > 0 && missing[..n].iter().all(|m| *m == 1), "{missing:?} at sample {sample}");
    }
    let e = p.rows_missing(0, 3, &mut [0; 2]).unwrap_err();
    assert_eq!(e.status, Status::Evicted);
    is(&e, "<input>: gaps before sample <3989> are no longer held, row 3 depends on them: <raise max_gaps>");
    is(
        &p.set_gap_fill(0, 1).unwrap_err(),
        "the pipeline is <sealed>, its <graph and memory> are fixed: <create another one>",
    );
    p.reset().unwrap();
    p.push_gap(0, 3).unwrap();
    p.push(0, &[0; 4]).unwrap();
    assert_eq!(counts(&mut p, 0, 0, 1), [3]);
}
