//! Results equal the definition bit for bit: for every mode, block size, split of the pushes, range and failure.

use crate::graphs::*;
use proptest::prelude::*;
use sqrtspace::plan::Mode;
use sqrtspace::status::Status;

fn edge(nodes: Vec<usize>) -> impl Strategy<Value = TestEdge> {
    (prop::sample::select(nodes), 0u32..4, 0u32..4, any::<bool>(), 0u8..3).prop_map(|(from, a, b, clamp, plain)| {
        let (lookback, lookahead) = if plain == 0 { (0, 0) } else { (a, b) };
        TestEdge { from, lookback, lookahead, clamp }
    })
}

fn input() -> impl Strategy<Value = TestInput> {
    (1u32..3, 1u64..9, 1u64..9, 0usize..90).prop_flat_map(|(channels, window, hop, n)| {
        prop::collection::vec(any::<u32>(), n * channels as usize).prop_map(move |samples| TestInput {
            channels,
            window,
            hop,
            samples,
        })
    })
}

/// Graphs with fan-in, fan-out, halos and strides. Stages of one row rate may be joined.
fn graph() -> impl Strategy<Value = TestGraph> {
    graph_with(3, false)
}

/// One stage of `scans` is a scan, where `turns` one in two of these in reverse.
pub(crate) fn graph_with(scans: u8, turns: bool) -> impl Strategy<Value = TestGraph> {
    prop::collection::vec(input(), 1..3)
        .prop_flat_map(move |inputs| {
            let n = inputs.len();
            let stage = (any::<u32>(), 1usize..5, 1u32..4, 0usize..70, any::<bool>(), (0..scans, any::<bool>()));
            (
                Just(inputs),
                prop::collection::vec((stage, prop::collection::vec((any::<u32>(), edge(vec![0])), 1..4)), 1..6),
                Just(n),
            )
        })
        .prop_map(move |(inputs, raw, n)| {
            let mut rates = vec![1u64; n];
            let mut stages = Vec::new();
            for ((pick, len, stride, scratch, keeps, scan), raw_edges) in raw {
                let anchor = rates[pick as usize % rates.len()];
                let nodes: Vec<usize> = (0..rates.len()).filter(|i| rates[*i] == anchor).collect();
                let edges = raw_edges
                    .into_iter()
                    .map(|(pick, e)| TestEdge { from: nodes[pick as usize % nodes.len()], ..e })
                    .collect();
                let stride = if stride == 3 { 2 } else { 1 };
                rates.push(anchor * u64::from(stride));
                let (scan, reverse) = (scan.0 == 0, turns && scan.0 == 0 && scan.1);
                stages.push(TestStage { edges, len, stride, scratch, keeps, scan, reverse });
            }
            TestGraph { inputs, stages }
        })
}

pub(crate) fn setup() -> impl Strategy<Value = Setup> {
    let mode = prop::sample::select(vec![Mode::Auto, Mode::Classic, Mode::Sqrt]);
    let cache = prop::sample::select(vec![1u64, 600, 3000, 30_000, 1 << 20]);
    let lru = prop::sample::select(vec![0u64, 0, 200, 2000]);
    (mode, cache, lru, any::<bool>(), 1usize..40, 0u64..6, 0u32..4).prop_map(
        |(mode, cache_bytes, lru_bytes, pushed, portion, every, slots)| Setup {
            every,
            slots: slots * 2,
            mode,
            cache_bytes,
            lru_bytes,
            pushed,
            portion,
            budget: u64::MAX,
            whole_ring: true,
        },
    )
}

fn flat(rows: &[Vec<u32>]) -> Vec<u32> {
    rows.concat()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::amount::some(2000), failure_persistence: None, max_shrink_iters: 3000, ..ProptestConfig::default() })]

    /// Any range of any stage, in any mode and block size, from sources and from pushes.
    #[test]
    fn evaluated_rows_are_those_of_the_definition(
        graph in graph(), setup in setup(), slice in 1u64..30, picks in prop::collection::vec((any::<u32>(), any::<u32>(), any::<u32>()), 1..5),
    ) {
        let oracle = graph.oracle();
        let (mut p, _) = build(&graph, &setup);
        let requests: Vec<_> = (0..graph.stages.len()).map(|s| request(s, 0, EVERYTHING)).collect();
        seal(&mut p, &requests);
        if setup.pushed {
            for (i, input) in graph.inputs.iter().enumerate() {
                let bytes = bytes_of(&input.samples);
                prop_assert_eq!(p.push(i, &bytes).unwrap() * input.channels as usize, input.samples.len());
                p.push_end(i).unwrap();
            }
        }
        for (k, (stage, first, count)) in picks.into_iter().enumerate() {
            let stage = stage as usize % graph.stages.len();
            let rows = &oracle[graph.inputs.len() + stage];
            prop_assert_eq!(p.available_rows(stage).unwrap(), rows.len() as u64);
            // Pushed samples before an evaluated range may go, so later ranges start where the first one did.
            let first = if setup.pushed || k == 0 { 0 } else { first as usize % (rows.len() + 1) };
            let end = if setup.pushed { rows.len() } else { first + count as usize % (rows.len() - first + 1) };
            let got = evaluate(&mut p, stage, first as u64, (end - first) as u64, slice);
            prop_assert_eq!(got, flat(&rows[first..end]));
        }
    }

    /// Rows pulled while samples are pushed in pieces; every output gets each row once.
    #[test]
    fn pulled_rows_are_those_of_the_definition(
        graph in graph(), cache in 1u64..20_000, capacities in prop::collection::vec(1u64..7, 6),
        pieces in prop::collection::vec((1usize..50, 1u64..9, 1usize..5), 1..20), pushed in any::<bool>(),
    ) {
        let oracle = graph.oracle();
        let setup = Setup { mode: Mode::Sqrt, cache_bytes: cache, lru_bytes: 0, pushed, portion: 7, every: 1, slots: 4, budget: u64::MAX, whole_ring: false };
        let (mut p, _) = build(&graph, &setup);
        for (s, capacity) in (0..graph.stages.len()).zip(&capacities) {
            p.open_output(s, *capacity).unwrap();
        }
        seal(&mut p, &[]);
        let mut sent = vec![0usize; graph.inputs.len()];
        let mut got: Vec<Vec<u32>> = vec![Vec::new(); graph.stages.len()];
        let mut ended = vec![!pushed; graph.inputs.len()];
        let mut idle = 0;
        for (n, most, rows) in pieces.into_iter().cycle() {
            let mut moved = false;
            for (i, input) in graph.inputs.iter().enumerate() {
                if ended[i] { continue }
                let c = input.channels as usize;
                let bytes = bytes_of(&input.samples[sent[i] * c..]);
                let offer = (n * c * 4).min(bytes.len());
                let took = p.push(i, &bytes[..offer]).unwrap();
                sent[i] += took;
                moved |= took > 0;
                if sent[i] * c == input.samples.len() {
                    p.push_end(i).unwrap();
                    ended[i] = true;
                    moved = true;
                }
            }
            let mut done = 0;
            p.step(most, &mut done).unwrap();
            prop_assert!(done <= most);
            moved |= done > 0;
            let mut all_ended = true;
            for (s, stage) in graph.stages.iter().enumerate() {
                let mut buffer = vec![0u8; rows * stage.len * 4];
                let mut n = 0;
                let status = p.pull(s, &mut buffer, &mut n).unwrap();
                all_ended &= status == Status::End;
                moved |= n > 0;
                got[s].extend(buffer[..n * stage.len * 4].as_chunks::<4>().0.iter().map(|b| u32::from_ne_bytes(*b)));
            }
            if all_ended { break }
            idle = if moved { 0 } else { idle + 1 };
            prop_assert!(idle < 1000, "nothing moves any more");
        }
        for (s, got) in got.iter().enumerate() {
            prop_assert_eq!(got, &flat(&oracle[graph.inputs.len() + s]));
        }
        prop_assert!(p.stats().peak_bytes <= p.stats().plan_bytes);
    }

    /// A call may fail anywhere: the next one continues, and the rows are the same.
    #[test]
    fn failures_leave_nothing_behind(
        graph in graph(), setup in setup(), slice in 1u64..30, fails in prop::collection::vec(0i64..6, 1..6),
    ) {
        let setup = Setup { pushed: false, ..setup };
        let oracle = graph.oracle();
        let (mut p, fail_in) = build(&graph, &setup);
        let stage = graph.stages.len() - 1;
        seal(&mut p, &[request(stage, 0, EVERYTHING)]);
        let sink = Collected::default();
        p.evaluate_begin(&request(stage, 0, EVERYTHING), sink.boxed()).unwrap();
        let mut fails = fails.into_iter();
        fail_in.set(fails.next().unwrap_or(-1));
        while p.evaluating() {
            let mut done = 0;
            if let Err(e) = p.step(slice, &mut done) {
                prop_assert!(e.status == Status::Callback && [77, 5].contains(&e.number()), "{e}");
                fail_in.set(fails.next().unwrap_or(-1));
                sink.2.set(fails.next().unwrap_or(-1));
                while p.evaluating() {
                    match p.step(slice, &mut done) {
                        Err(e) => { prop_assert_eq!(e.status, Status::Callback); fail_in.set(-1); }
                        Ok(_) => break,
                    }
                }
            }
        }
        prop_assert_eq!(sink.words(), flat(&oracle[graph.inputs.len() + stage]));
    }

    /// From the last row to the first, under any budget that works, in slices, with failures on the way.
    #[test]
    fn reversed_rows_are_those_of_the_definition(
        graph in graph(), setup in setup(), slice in 1u64..30, tight in 0u64..4000, pick in any::<u32>(),
        range in (any::<u32>(), any::<u32>()), known in any::<bool>(), fails in prop::collection::vec(0i64..40, 0..3),
    ) {
        let oracle = graph.oracle();
        let stage = pick as usize % graph.stages.len();
        let rows = &oracle[graph.inputs.len() + stage];
        let count = if known { rows.len() as u64 } else { EVERYTHING };
        let mut wide = Setup { mode: Mode::Sqrt, lru_bytes: 0, ..setup };
        let minimum = {
            let (mut p, _) = build(&graph, &wide);
            p.plan(&[reversed(stage, 0, count)]).unwrap().min_budget_bytes as u64
        };
        if tight < 3000 {
            wide.budget = minimum + tight;
        }
        let (mut p, fail_in) = build(&graph, &wide);
        seal(&mut p, &[reversed(stage, 0, count)]);
        if wide.pushed {
            for (i, input) in graph.inputs.iter().enumerate() {
                p.push(i, &bytes_of(&input.samples)).unwrap();
                p.push_end(i).unwrap();
            }
        }
        let first = range.0 as usize % (rows.len() + 1);
        let end = first + range.1 as usize % (rows.len() - first + 1);
        let sink = Descending::default();
        p.evaluate_begin(&reversed(stage, first as u64, (end - first) as u64), sink.boxed()).unwrap();
        let mut fails = fails.into_iter();
        fail_in.set(fails.next().unwrap_or(-1));
        let mut turns = 0;
        while p.evaluating() {
            let mut done = 0;
            if let Err(e) = p.step(slice, &mut done) {
                prop_assert!(e.status == Status::Callback, "{e}");
                fail_in.set(fails.next().unwrap_or(-1));
            }
            prop_assert!(done <= slice);
            turns += 1;
            prop_assert!(turns < 100_000, "nothing moves any more");
        }
        let expected: Vec<u32> = rows[first..end].iter().rev().flatten().copied().collect();
        prop_assert_eq!(sink.words(), expected);
        prop_assert!(p.stats().peak_bytes <= p.stats().plan_bytes);
        prop_assert!(p.stats().plan_bytes as u64 <= wide.budget);
    }

    /// Forward and reverse scans in any order, in either order of rows, classic or in tiles, under any budget that works, in
    /// slices, with failures on the way.
    #[test]
    fn rows_behind_reverse_scans_are_those_of_the_definition(
        graph in graph_with(2, true), setup in setup(), slice in 1u64..30, tight in 0u64..4000, pick in any::<u32>(),
        ranges in prop::collection::vec((any::<u32>(), any::<u32>()), 1..4), down in any::<bool>(),
        fails in prop::collection::vec(0i64..60, 0..3),
    ) {
        let oracle = graph.oracle();
        let stage = graph.stages.len() - 1 - pick as usize % graph.stages.len().min(2);
        let rows = &oracle[graph.inputs.len() + stage];
        let ask = |first, count| if down { reversed(stage, first, count) } else { request(stage, first, count) };
        let mut wide = Setup { lru_bytes: 0, whole_ring: true, ..setup };
        let minimum = {
            let (mut p, _) = build(&graph, &wide);
            p.plan(&[ask(0, EVERYTHING)]).unwrap().min_budget_bytes as u64
        };
        if tight < 3000 {
            wide.budget = minimum + tight;
        }
        let (mut p, fail_in) = build(&graph, &wide);
        seal(&mut p, &[ask(0, EVERYTHING)]);
        if wide.pushed {
            for (i, input) in graph.inputs.iter().enumerate() {
                p.push(i, &bytes_of(&input.samples)).unwrap();
                p.push_end(i).unwrap();
            }
        }
        let mut fails = fails.into_iter();
        for range in ranges {
            let first = range.0 as usize % (rows.len() + 1);
            let end = first + range.1 as usize % (rows.len() - first + 1);
            let (up, turned) = (Collected::default(), Descending::default());
            let sink = if down { turned.boxed() } else { up.boxed() };
            p.evaluate_begin(&ask(first as u64, (end - first) as u64), sink).unwrap();
            fail_in.set(fails.next().unwrap_or(-1));
            let mut turns = 0;
            while p.evaluating() {
                let mut done = 0;
                if let Err(e) = p.step(slice, &mut done) {
                    prop_assert!(e.status == Status::Callback, "{e}");
                    fail_in.set(fails.next().unwrap_or(-1));
                }
                prop_assert!(done <= slice);
                turns += 1;
                prop_assert!(turns < 100_000, "nothing moves any more");
            }
            let mut expected = rows[first..end].to_vec();
            if down {
                expected.reverse();
            }
            prop_assert_eq!(if down { turned.words() } else { up.words() }, flat(&expected));
        }
        prop_assert!(p.stats().peak_bytes <= p.stats().plan_bytes);
        prop_assert!(p.stats().plan_bytes as u64 <= wide.budget);
    }

    /// The reported bytes suffice; one less is refused.
    #[test]
    fn the_plan_is_exact(graph in graph(), setup in setup(), outputs in any::<bool>()) {
        let mode = if outputs { Mode::Sqrt } else { setup.mode };
        let setup = Setup { mode, whole_ring: !outputs, ..setup };
        let (mut p, _) = build(&graph, &setup);
        if outputs {
            p.open_output(0, 3).unwrap();
        }
        let (need, spill) = p.plan(&[]).map(|plan| (plan.bytes, plan.spill.len)).unwrap();
        prop_assume!(need > 0);
        let error = p.seal_with(&[], area(need - 1), area(spill)).unwrap_err();
        prop_assert_eq!((error.status, error.number()), (Status::Memory, need as i128));
        if spill > 0 {
            let error = p.seal_with(&[], area(need), area(spill - 1)).unwrap_err();
            prop_assert_eq!((error.status, error.number()), (Status::Memory, spill as i128));
        }
        p.seal_with(&[], area(need), area(spill)).unwrap();
    }
}
