//! Saved and resumed pipelines give the bytes of one that was never stopped; files that are damaged or of another
//! pipeline are refused and change nothing.

use crate::amount::{long, some};
use crate::chain::Dice;
use crate::graphs::*;
use sqrtspace::crc::crc32c;
use sqrtspace::dtype::Dtype;
use sqrtspace::graph::{Boundary, EdgeSpec, InputSpec};
use sqrtspace::kernel::{Code, Kernel, RowShape, StageIo, StageSpec};
use sqrtspace::pipeline::{Config, Pipeline};
use sqrtspace::plan::{Mode, Request};
use sqrtspace::stages::Param;
use sqrtspace::status::Status;

pub(crate) fn save(p: &mut Pipeline<'static>) -> Vec<u8> {
    let mut file = Vec::new();
    let mut sink = |bytes: &[u8]| {
        file.extend_from_slice(bytes);
        Ok(())
    };
    let reported = p.checkpoint_save(&mut sink).unwrap();
    assert_eq!(reported, file.len() as u64);
    assert!(reported <= p.checkpoint_bytes().unwrap(), "{reported} bytes, at most {}", p.checkpoint_bytes().unwrap());
    file
}

/// Scans, halos, strides; one or two inputs; windows that overlap, meet or leave gaps.
pub(crate) fn random_graph(dice: &mut Dice) -> TestGraph {
    let inputs: Vec<_> = (0..1 + dice.below(2))
        .map(|_| {
            let (channels, window, hop) = (1 + dice.below(2) as u32, 1 + dice.below(5), 1 + dice.below(6));
            let n = (20 + dice.below(150)) * u64::from(channels);
            TestInput { channels, window, hop, samples: (0..n).map(|_| dice.next() as u32).collect() }
        })
        .collect();
    let mut rates = vec![1; inputs.len()];
    let mut stages = Vec::new();
    for _ in 0..1 + dice.below(5) {
        let anchor = rates[dice.below(rates.len() as u64) as usize];
        let nodes: Vec<usize> = (0..rates.len()).filter(|i| rates[*i] == anchor).collect();
        let edges = (0..1 + dice.below(2))
            .map(|_| TestEdge {
                from: nodes[dice.below(nodes.len() as u64) as usize],
                lookback: dice.below(4) as u32,
                lookahead: dice.below(4) as u32,
                clamp: dice.below(2) == 0,
            })
            .collect();
        let stride = 1 + dice.below(3) as u32 / 2;
        rates.push(anchor * u64::from(stride));
        let (scan, len) = (dice.below(2) == 0, 1 + dice.below(3) as usize);
        stages.push(TestStage { edges, len, stride, scratch: 4, keeps: dice.below(3) == 0, scan, reverse: false });
    }
    TestGraph { inputs, stages }
}

fn setup(dice: &mut Dice, pushed: bool) -> Setup {
    Setup {
        mode: Mode::Sqrt,
        cache_bytes: [1, 600, 4000][dice.below(3) as usize],
        lru_bytes: dice.below(2) * 500,
        pushed,
        portion: 1 + dice.below(40) as usize,
        every: dice.below(5),
        slots: 2 * dice.below(4) as u32,
        budget: u64::MAX,
        whole_ring: false,
    }
}

pub(crate) struct Run {
    pub(crate) graph: TestGraph,
    pub(crate) setup: Setup,
    /// Opened outputs and their queues.
    pub(crate) open: Vec<(usize, u64)>,
    pub(crate) asked: Vec<Request>,
}

impl Run {
    pub(crate) fn new(dice: &mut Dice, pushed: bool) -> Run {
        let graph = random_graph(dice);
        let setup = setup(dice, pushed);
        let count = graph.stages.len();
        let open = (0..count).filter(|s| s + 1 == count || dice.below(2) == 0).collect::<Vec<_>>();
        let open = open.into_iter().map(|s| (s, 1 + dice.below(6))).collect();
        Run { graph, setup, open, asked: (0..count).map(|s| request(s, 0, EVERYTHING)).collect() }
    }

    pub(crate) fn start(&self) -> Pipeline<'static> {
        let (mut p, _) = build(&self.graph, &self.setup);
        self.open.iter().for_each(|(stage, rows)| p.open_output(*stage, *rows).unwrap());
        seal(&mut p, &self.asked);
        p
    }
}

/// Random graphs, random moments, several times in a stream: all rows are those of the definition, and a resumed
/// pipeline saves the file it came from.
#[test]
fn a_stream_resumed_at_random_moments_gives_the_same_rows() {
    let mut dice = Dice(3);
    let (mut resumed, mut queued, mut in_ring) = (0, 0, 0);
    for _ in 0..if long() { 10_000 } else { some(1500) } {
        let pushed = dice.below(2) == 0;
        let run = Run::new(&mut dice, pushed);
        let oracle = run.graph.oracle();
        let mut p = run.start();
        let mut sent = vec![0usize; run.graph.inputs.len()];
        let mut got: Vec<Vec<u32>> = vec![Vec::new(); run.graph.stages.len()];
        let mut idle = 0;
        while idle < 3 {
            let mut moved = false;
            for (i, input) in run.graph.inputs.iter().enumerate().filter(|_| pushed) {
                let c = input.channels as usize;
                let all = bytes_of(&input.samples[sent[i] * c..]);
                let offer = ((1 + dice.below(40) as usize) * c * 4).min(all.len());
                let left = !all.is_empty();
                if left {
                    let took = p.push(i, &all[..offer]).unwrap();
                    sent[i] += took;
                    moved |= took > 0;
                }
                if left && sent[i] * c == input.samples.len() {
                    p.push_end(i).unwrap();
                    moved = true;
                }
            }
            let mut done = 0;
            p.step(1 + dice.below(12), &mut done).unwrap();
            moved |= done > 0;
            for (stage, _) in &run.open {
                if idle == 0 && dice.below(2) == 0 {
                    continue;
                }
                let row = run.graph.stages[*stage].len;
                let (mut rows, mut n) = (vec![0; (1 + dice.below(4) as usize) * row * 4], 0);
                p.pull(*stage, &mut rows, &mut n).unwrap();
                got[*stage].extend(rows[..n * row * 4].as_chunks::<4>().0.iter().map(|b| u32::from_ne_bytes(*b)));
                moved |= n > 0;
            }
            idle = if moved { 0 } else { idle + 1 };
            if dice.below(6) == 0 {
                let file = save(&mut p);
                let mut fresh = run.start();
                if dice.below(2) == 0 {
                    // One that did something else before.
                    fresh.step(3, &mut 0).unwrap();
                }
                let reported = fresh.checkpoint_restore(&file).unwrap();
                for (i, n) in sent.iter().enumerate().filter(|_| pushed) {
                    assert_eq!(reported.next_sample[i], *n as u64);
                }
                assert!(save(&mut fresh) == file, "a resumed pipeline saves something else");
                for (stage, _) in &run.open {
                    let (here, there) = (p.pull_position(*stage).unwrap(), fresh.pull_position(*stage).unwrap());
                    assert_eq!(here, there);
                    assert_eq!(here.0 as usize * run.graph.stages[*stage].len, got[*stage].len());
                    queued += here.1 - here.0;
                }
                in_ring += usize::from(file.len() > 400);
                p = fresh;
                resumed += 1;
            }
        }
        for (stage, _) in &run.open {
            assert!(got[*stage] == oracle[run.graph.inputs.len() + stage].concat(), "stage {stage} of {:?}", run.graph);
        }
    }
    println!("{resumed} resumes, {queued} rows waited in queues, {in_ring} files of more than 400 bytes");
    assert!(resumed > some(3000) && queued > some(1000) && in_ring > some(100));
}

/// Ranges evaluated before and after: checkpoints come along, so that a far row costs no roll forward from row 0.
#[test]
fn checkpoints_of_scans_come_along() {
    let mut dice = Dice(4);
    let mut cheaper = 0;
    for _ in 0..if long() { 3000 } else { some(600) } {
        let mut run = Run::new(&mut dice, false);
        run.setup.lru_bytes = 0;
        if dice.below(2) == 0 {
            run.open.clear();
        }
        let oracle = run.graph.oracle();
        let stage = run.graph.stages.len() - 1;
        let rows = &oracle[run.graph.inputs.len() + stage];
        let all = rows.len() as u64;
        let mut p = run.start();
        evaluate(&mut p, stage, 0, dice.below(all + 1), 7);
        let file = save(&mut p);
        let mut fresh = run.start();
        fresh.checkpoint_restore(&file).unwrap();
        let first = dice.below(all);
        let count = dice.below(all - first + 1);
        let cost = |p: &mut Pipeline<'static>| {
            let before = p.stats().stage_rows;
            assert!(evaluate(p, stage, first, count, 5) == rows[first as usize..(first + count) as usize].concat());
            p.stats().stage_rows - before
        };
        let (here, there, anew) = (cost(&mut p), cost(&mut fresh), cost(&mut run.start()));
        assert_eq!(here, there);
        cheaper += usize::from(there < anew);
    }
    println!("{cheaper} of them cheaper than from row 0");
    assert!(cheaper > some(50));
}

fn example() -> (Run, Pipeline<'static>, Vec<u8>) {
    let edge = |from, lookback, lookahead| vec![TestEdge { from, lookback, lookahead, clamp: true }];
    let stage = |edges, len, scan| TestStage { edges, len, stride: 1, scratch: 0, keeps: false, scan, reverse: false };
    let input = TestInput { channels: 1, window: 4, hop: 2, samples: (0..200).map(|i| i * i).collect() };
    let stages = vec![stage(edge(0, 0, 0), 2, true), stage(edge(1, 2, 1), 1, true)];
    let setup = Setup { every: 4, slots: 4, ..setup(&mut Dice(0), true) };
    let setup = Setup { lru_bytes: 0, cache_bytes: 600, ..setup };
    let run = Run { graph: TestGraph { inputs: vec![input], stages }, setup, open: vec![(1, 5)], asked: vec![] };
    let mut p = run.start();
    let bytes = bytes_of(&run.graph.inputs[0].samples);
    let mut at = 0;
    for _ in 0..12 {
        at += p.push(0, &bytes[at * 4..(at + 15).min(200) * 4]).unwrap();
        p.step(100, &mut 0).unwrap();
        p.pull(1, &mut [0; 12], &mut 0).unwrap();
    }
    let file = save(&mut p);
    (run, p, file)
}

#[test]
fn every_flipped_bit_and_every_cut_is_refused_and_changes_nothing() {
    let (run, mut p, file) = example();
    let check = |p: &mut Pipeline<'static>, bytes: &[u8], what: &str| {
        let e = p.checkpoint_restore(bytes).unwrap_err();
        assert!(matches!(e.status, Status::Corrupt | Status::Format), "{what}: {e}");
    };
    for at in 0..file.len() {
        for bit in 0..8 {
            let mut bytes = file.clone();
            bytes[at] ^= 1 << bit;
            check(&mut p, &bytes, &format!("bit {bit} of byte {at}"));
        }
        check(&mut p, &file[..at], &format!("cut at {at}"));
    }
    check(&mut p, &[&file[..], &[0]].concat(), "a byte too many");
    assert!(save(&mut p) == file);
    // Changes with a recomputed checksum: refused or accepted, but never out of bounds.
    let (mut taken, mut dice) = (0, Dice(1));
    for at in 56..file.len() - 4 {
        let mut bytes = file.clone();
        bytes[at] ^= 1 << dice.below(8);
        let end = bytes.len() - 4;
        let sum = crc32c(&bytes[..end]).to_be_bytes();
        bytes[end..].copy_from_slice(&sum);
        let mut fresh = run.start();
        if fresh.checkpoint_restore(&bytes).is_ok() {
            taken += 1;
            for _ in 0..50 {
                let _ = fresh.push(0, &[0; 40]);
                let _ = fresh.step(5, &mut 0);
                let _ = fresh.pull(1, &mut [0; 400], &mut 0);
            }
        }
    }
    println!("{} bytes; {taken} of the changes with a right check were taken", file.len());
    let mut fresh = run.start();
    fresh.checkpoint_restore(&file).unwrap();
    assert!(save(&mut fresh) == file);
}

#[test]
fn a_file_of_another_pipeline_is_refused_and_told_apart() {
    let (run, _, file) = example();
    type Change = fn(&mut Run);
    let changes: [(Change, &str); 8] = [
        (|r| r.graph.inputs[0].hop = 3, "input differs"),
        (|r| r.graph.inputs[0].window = 5, "input differs"),
        (|r| r.graph.stages[0].len = 3, "stage stage0 differs"),
        (|r| r.graph.stages[1].edges[0].lookback = 1, "stage stage1 differs"),
        (|r| r.graph.stages[1].scan = false, "stage stage1 differs"),
        (|r| r.graph.stages.truncate(1), "with 2 stages, not 1"),
        (|r| r.open = vec![(0, 5)], "stage stage0 differs"),
        (|r| r.setup.slots = 0, "4 checkpoints per scan, not 0"),
    ];
    for (change, text) in changes {
        let mut other =
            Run { graph: run.graph.clone(), setup: run.setup.clone(), open: run.open.clone(), asked: vec![] };
        change(&mut other);
        other.open.retain(|(s, _)| *s < other.graph.stages.len());
        if other.open.is_empty() {
            other.open.push((0, 5));
        }
        let mut p = other.start();
        let before = save(&mut p);
        let e = p.checkpoint_restore(&file).unwrap_err();
        assert!(e.status == Status::Graph && e.to_string().contains(text), "{text}: {e}");
        assert!(save(&mut p) == before);
    }
    let pulled = Run { setup: Setup { pushed: false, ..run.setup.clone() }, ..run };
    let e = pulled.start().checkpoint_restore(&file).unwrap_err();
    assert!(e.status == Status::Graph && e.to_string().contains("the other has a source for it"), "{e}");
}

/// An average of `f32` samples, and after it a scan whose state has declared words, or not.
fn average(alpha: f64, revision: u32, word: usize) -> Pipeline<'static> {
    let input = InputSpec { name: "input", dtype: Dtype::F32, channels: 1, window: 4, hop: 4, capacity: 0 };
    let config = Config { input, options: crate::chain::OPTIONS, limits: LIMITS, param_bytes: 64, host_heap: false };
    let need = Pipeline::control_bytes(LIMITS, 64, 0).unwrap();
    let mut p = Pipeline::new(&config, uninit(area(need))).unwrap();
    let edge = |name| EdgeSpec { name, lookback: 0, lookahead: 0, boundary: Boundary::Zero };
    let alpha = Param { key: "alpha", value: alpha, values: &[] };
    p.add_builtin("ema", "average", &[edge("input")], &[alpha]).unwrap();
    let mut spec = StageSpec::new(Count, RowShape { dtype: Dtype::U16, len: 1 });
    (spec.revision, spec.state_bytes, spec.state_word) = (revision, 8, word);
    p.add_stage("count", &[edge("average")], spec).unwrap();
    p.open_output(1, 8).unwrap();
    seal(&mut p, &[]);
    p
}

struct Count;
impl Kernel for Count {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let state = io.state.as_chunks_mut::<8>().0;
        for out in io.out.as_chunks_mut::<2>().0 {
            let count = u64::from_ne_bytes(state[0]) + 0x0102_0304;
            state[0] = count.to_ne_bytes();
            *out = (count as u16).to_ne_bytes();
        }
        Ok(())
    }
}

fn run_average(p: &mut Pipeline<'static>) -> Vec<u8> {
    let samples: Vec<u8> = (0..22).flat_map(|i| (i as f32 * 0.5 - 3.0).to_ne_bytes()).collect();
    p.push(0, &samples).unwrap();
    p.step(100, &mut 0).unwrap();
    p.pull(1, &mut [0; 4], &mut 0).unwrap();
    save(p)
}

#[test]
fn parameters_revisions_and_orders_of_bytes_count() {
    let file = run_average(&mut average(0.25, 1, 8));
    for (alpha, revision, stage) in [(0.5, 1, "stage average"), (0.25, 2, "stage count")] {
        let e = average(alpha, revision, 8).checkpoint_restore(&file).unwrap_err();
        assert!(e.status == Status::Graph && e.to_string().contains(stage), "{e}");
    }
    average(0.25, 1, 8).checkpoint_restore(&file).unwrap();
    // A state without declared words is for machines of one byte order.
    let mut file = run_average(&mut average(0.25, 1, 0));
    average(0.25, 1, 0).checkpoint_restore(&file).unwrap();
    assert!(matches!(file[15], 1 | 2));
    let own = file[15];
    for (order, status, text) in [
        (3 - own, Status::Unsupported, "stage count"),
        (0, Status::Format, "impossible"),
        (3, Status::Format, "impossible"),
    ] {
        file[15] = order;
        let end = file.len() - 4;
        let sum = crc32c(&file[..end]).to_be_bytes();
        file[end..].copy_from_slice(&sum);
        let e = average(0.25, 1, 0).checkpoint_restore(&file).unwrap_err();
        assert!(e.status == status && e.to_string().contains(text), "{e}");
    }
}

#[test]
fn a_sink_that_fails_changes_nothing() {
    let (_, mut p, file) = example();
    let mut calls = 0;
    let e = p.checkpoint_save(&mut |_| {
        calls += 1;
        if calls == 2 { Err(Code(42)) } else { Ok(()) }
    });
    assert_eq!((e.unwrap_err().status, calls), (Status::Callback, 2));
    assert!(save(&mut p) == file);
}

/// The bytes of a file, in hexadecimal: the same on every machine. Written anew with SQS_UPDATE_GOLDEN=1.
#[test]
fn the_bytes_are_known_and_can_be_read() {
    let golden = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let (run, _, file) = example();
    for (name, file) in
        [("checkpoint_stream.hex", file), ("checkpoint_builtin.hex", run_average(&mut average(0.25, 1, 8)))]
    {
        let lines: Vec<String> =
            file.chunks(32).map(|line| line.iter().map(|b| format!("{b:02x}")).collect()).collect();
        let text = lines.join("\n") + "\n";
        if std::env::var_os("SQS_UPDATE_GOLDEN").is_some() {
            std::fs::write(golden.join(name), &text).unwrap();
        }
        assert!(std::fs::read_to_string(golden.join(name)).unwrap() == text, "{name} came out otherwise");
    }
    let text = std::fs::read_to_string(golden.join("checkpoint_stream.hex")).unwrap();
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let bytes: Vec<u8> =
        digits.chunks(2).map(|d| u8::from_str_radix(std::str::from_utf8(d).unwrap(), 16).unwrap()).collect();
    let mut p = run.start();
    let next = p.checkpoint_restore(&bytes).unwrap().next_sample[0] as usize;
    let (mut rows, samples) = (Vec::new(), bytes_of(&run.graph.inputs[0].samples));
    let first = p.pull_position(1).unwrap().0 as usize;
    let mut at = next;
    for _ in 0..200 {
        if at < 200 {
            at += p.push(0, &samples[at * 4..]).unwrap();
        } else {
            p.push_end(0).unwrap();
        }
        p.step(100, &mut 0).unwrap();
        let (mut piece, mut n) = ([0; 20], 0);
        p.pull(1, &mut piece, &mut n).unwrap();
        rows.extend(piece[..n * 4].as_chunks::<4>().0.iter().map(|b| u32::from_ne_bytes(*b)));
    }
    assert!(rows == run.graph.oracle()[2].concat()[first..], "the rows after the golden file");
}
