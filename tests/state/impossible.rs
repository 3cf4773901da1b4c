//! Files with one number that no pipeline saves, and a valid CRC: each is refused for that number.

use crate::fields::{Field, fields};
use crate::graphs::*;
use crate::refused::{Watched, sealed};
use crate::save_resume::{Run, save};
use sqrtspace::io::SourceBox;
use sqrtspace::plan::Mode;
use sqrtspace::status::{Error, Status};

fn stage(from: usize, lookback: u32, stride: u32, scan: bool) -> TestStage {
    let edges = vec![TestEdge { from, lookback, lookahead: 0, clamp: true }];
    TestStage { edges, len: 1, stride, scratch: 0, keeps: false, scan, reverse: false }
}

/// A scan over 40 samples, a stage that reads two rows back and every second row, and a scan whose output is open.
fn run(pushed: bool) -> Run {
    let input = TestInput { channels: 1, window: 2, hop: 1, samples: (0..40).map(|i| i * i).collect() };
    let stages = vec![stage(0, 0, 1, true), stage(1, 2, 2, false), stage(2, 0, 1, true)];
    let setup = Setup {
        mode: Mode::Sqrt,
        cache_bytes: 600,
        lru_bytes: 0,
        pushed,
        portion: 7,
        every: 1,
        slots: 4,
        budget: u64::MAX,
        whole_ring: true,
    };
    let open = vec![(2, 6)];
    Run { graph: TestGraph { inputs: vec![input], stages }, setup, open, asked: vec![request(2, 0, EVERYTHING)] }
}

/// A file in the middle of the stream, whose end is known; rows wait in the queue.
fn middle(run: &Run) -> Vec<u8> {
    let mut w = Watched::start(run);
    if run.setup.pushed {
        assert_eq!(w.p.push(0, &bytes_of(&run.graph.inputs[0].samples)).unwrap(), 40);
        w.p.push_end(0).unwrap();
    }
    w.p.step(100, &mut 0).unwrap();
    w.p.pull(2, &mut [0; 8], &mut 0).unwrap();
    if !run.setup.pushed {
        evaluate(&mut w.p, 2, 3, 9, 5);
    }
    save(&mut w.p)
}

fn field<'f>(all: &'f [Field], name: &str) -> &'f Field {
    all.iter().find(|f| f.name == name).unwrap_or_else(|| panic!("{name}: {all:?}"))
}

fn value(file: &[u8], f: &Field) -> u64 {
    file[f.at..f.at + f.bytes].iter().fold(0, |v, b| v << 8 | u64::from(*b))
}

fn set(body: &mut [u8], f: &Field, to: u64) {
    body[f.at..f.at + f.bytes].copy_from_slice(&to.to_be_bytes()[8 - f.bytes..]);
}

/// The file with other values of some fields, and bytes in place of others.
struct Changed<'f> {
    file: &'f [u8],
    all: Vec<Field>,
    body: Vec<u8>,
}

impl<'f> Changed<'f> {
    fn new(run: &Run, file: &'f [u8]) -> Self {
        Changed { file, all: fields(run, file), body: file[..file.len() - 4].to_vec() }
    }

    fn value(&self, name: &str) -> u64 {
        value(self.file, field(&self.all, name))
    }

    fn set(mut self, name: &str, to: u64) -> Self {
        set(&mut self.body, field(&self.all, name), to);
        self
    }

    /// Removes bytes after a field and inserts others there.
    fn after(mut self, name: &str, remove: usize, insert: &[u8]) -> Self {
        let f = field(&self.all, name);
        let at = f.at + f.bytes;
        self.body.splice(at..at + remove, insert.iter().copied());
        self
    }

    fn refused(self, run: &Run, status: Status) -> Error {
        let mut w = Watched::start(run);
        let before = (w.state(run), save(&mut w.p));
        let e = w.p.checkpoint_restore(&sealed(&self.body)).expect_err("an impossible file is accepted");
        assert_eq!(e.status, status, "{e}");
        assert!((w.state(run), save(&mut w.p)) == before);
        e
    }
}

#[test]
fn every_number_is_checked_by_itself() {
    for pushed in [true, false] {
        let run = run(pushed);
        let file = middle(&run);
        Watched::start(&run).p.checkpoint_restore(&file).unwrap();
        let change = || Changed::new(&run, &file);
        let (end, next) = (change().value("stage 0: end"), change().value("stage 0: next"));
        assert!(end == 39 && next < 30, "{end} {next}");
        let newest = change().value("scan 0: newest");
        let cases = [
            ("head: magic", 1),
            ("head: every", 0),
            ("head: slots", 5),
            ("input 0: released", 1 << 40),
            ("stream: frontier", 1 << 40),
            ("stream: windows", 38),
            // More rows than exist; fewer than the stage after it needs.
            ("stage 0: end", 40),
            ("stage 0: end", 30),
            ("stage 0: first", 1),
            ("stage 1: delivered", 1),
            ("output 2: capacity", change().value("output 2: tail") - change().value("output 2: head") - 1),
            ("scan 0: newest", 0),
            ("scan 0: newest", newest + 1 + 40),
            ("scan 2: last", 0),
            ("scan 2: last", 41),
        ];
        for (name, to) in cases {
            println!("{name} {to}");
            change().set(name, to).refused(&run, Status::Format);
        }
    }
}

/// Without outputs a file starts with the first sample that is kept for evaluations.
#[test]
fn samples_before_those_kept_are_refused() {
    let mut alone = run(true);
    alone.open.clear();
    let mut w = Watched::start(&alone);
    w.p.push(0, &bytes_of(&alone.graph.inputs[0].samples)).unwrap();
    let file = save(&mut w.p);
    let change = || Changed::new(&alone, &file);
    let (released, first) = (change().value("input 0: released"), change().value("input 0: first"));
    assert!(released == 0 && first == 0);
    change().set("input 0: released", 1).refused(&alone, Status::Format);
}

/// At the end all rows are computed: a frontier past it changes no position, and is refused.
#[test]
fn a_frontier_past_the_end_is_refused() {
    let mut run = run(false);
    run.open = vec![(2, 60)];
    let mut w = Watched::start(&run);
    while w.p.step(100, &mut 0).unwrap() == Status::Ok {}
    let file = save(&mut w.p);
    let change = || Changed::new(&run, &file);
    assert_eq!(change().value("stage 2: next"), 20);
    change().set("stream: frontier", 200).refused(&run, Status::Format);
}

#[test]
fn samples_and_states_are_checked_with_their_bytes() {
    let pushed = run(true);
    let file = middle(&pushed);
    let change = || Changed::new(&pushed, &file);
    let (first, samples) = (change().value("input 0: first"), change().value("input 0: samples"));
    assert!(first < samples);
    // A sample that a stage still reads is missing.
    change().set("input 0: first", first + 1).after("input 0: first", 4, &[]).refused(&pushed, Status::Format);
    // No samples, and their start is past the end.
    let left = (samples - first) as usize * 4;
    let before = change().set("input 0: first", samples + 1).after("input 0: first", left, &[]);
    before.refused(&pushed, Status::Format);
    // A source has no samples in the file.
    let source = run(false);
    let other = middle(&source);
    let change = || Changed::new(&source, &other);
    let samples = change().value("input 0: samples");
    let more = change().set("input 0: first", samples - 1).after("input 0: first", 0, &[1, 2, 3, 4]);
    more.refused(&source, Status::Format);
    // The same slot twice.
    let states = change().value("scan 0: states");
    assert!(states > 0);
    let f = field(&change().all, "scan 0: states").clone();
    let state = other[f.at + f.bytes..f.at + f.bytes + 16].to_vec();
    change().set("scan 0: states", states + 1).after("scan 0: states", 0, &state).refused(&source, Status::Format);
    // More rows than the frontier has reached, all of them in the file; fewer than the stage after it reads.
    let (next, carried) = (change().value("stage 1: next"), change().value("stage 1: carried"));
    let bytes = (next - carried) as usize * 4;
    let grown = change().set("stage 1: next", carried + 64).after("stage 1: carried", bytes, &[0; 4 * 64]);
    grown.refused(&source, Status::Format);
    // The state of stage 0 comes before its rows.
    let (next, carried) = (change().value("stage 0: next"), change().value("stage 0: carried"));
    assert!(next > carried);
    change().set("stage 0: carried", carried + 1).after("stage 0: carried", 4, &[]).refused(&source, Status::Format);
    // More rows before the first one that is read than the buffer holds.
    let more = vec![0; 4 * carried as usize];
    let e = change().set("stage 0: carried", 0).after("stage 0: carried", 0, &more).refused(&source, Status::Memory);
    assert!(e.to_string().contains("rows of stage stage0 that are still needed, its buffer here holds"), "{e}");
}

/// Lengths and byte orders that do not belong to the rest of the file.
#[test]
fn the_head_is_checked() {
    let run = run(false);
    let file = middle(&run);
    for length in [0, 60, file.len() as u64 - 1, file.len() as u64 + 1, u64::MAX] {
        let mut bytes = sealed(&file[..file.len() - 4]);
        bytes[16..24].copy_from_slice(&length.to_be_bytes());
        let end = bytes.len() - 4;
        let sum = sqrtspace::crc::crc32c(&bytes[..end]).to_be_bytes();
        bytes[end..].copy_from_slice(&sum);
        let e = Watched::start(&run).p.checkpoint_restore(&bytes).unwrap_err();
        assert!(e.status == Status::Corrupt && e.to_string().contains("its header states"), "{e}");
    }
    for order in [1, 2, 3, 1 << 31] {
        Changed::new(&run, &file).set("head: order", order).refused(&run, Status::Format);
    }
}

/// A source with fewer samples than it had, and one that had ended with another length.
#[test]
fn a_source_of_another_length_is_refused() {
    let whole = run(false);
    let file = middle(&whole);
    let with = |samples: u64, growing: bool| {
        let run = run(true);
        let (mut p, _) = build(&run.graph, &run.setup);
        let memory = Memory::new(bytes_of(&(0..99).collect::<Vec<u32>>()), 7);
        p.set_source(0, SourceBox::new(memory), samples, growing).unwrap();
        p.open_output(2, 6).unwrap();
        seal(&mut p, &run.asked);
        p
    };
    with(40, false).checkpoint_restore(&file).unwrap();
    for (samples, growing) in [(39, false), (41, false), (40, true), (0, false)] {
        let mut p = with(samples, growing);
        let before = save(&mut p);
        let e = p.checkpoint_restore(&file).unwrap_err();
        assert!(e.status == Status::Range && e.to_string().contains("the source of input had 40"), "{e}");
        assert!(save(&mut p) == before);
    }
}

/// An end of the stream that the inputs do not have, with positions that agree with it; a stream without outputs.
#[test]
fn an_end_and_a_stream_that_do_not_exist_are_refused() {
    let run = run(true);
    let mut w = Watched::start(&run);
    assert_eq!(w.p.push(0, &bytes_of(&run.graph.inputs[0].samples)).unwrap(), 40);
    w.p.step(100, &mut 0).unwrap();
    let file = save(&mut w.p);
    let change = || Changed::new(&run, &file);
    assert!(change().value("stream: windows") == u64::MAX && change().value("stage 0: next") < 20);
    let ended = change().set("stream: windows", 20).set("stage 0: end", 20).set("stage 1: end", 10);
    ended.set("stage 2: end", 10).refused(&run, Status::Format);
    // A stage that no output depends on is not part of the stream.
    let mut more = self::run(true);
    more.graph.stages.push(stage(1, 0, 1, false));
    let mut w = Watched::start(&more);
    assert_eq!(w.p.push(0, &bytes_of(&more.graph.inputs[0].samples)).unwrap(), 40);
    w.p.step(100, &mut 0).unwrap();
    let file = save(&mut w.p);
    let change = || Changed::new(&more, &file);
    let next = change().value("stream: frontier");
    let position: Vec<u8> = [0, u64::MAX, next, 0, next].iter().flat_map(|v| v.to_be_bytes()).collect();
    let part = change().set("stage 3: active", 1).after("stage 3: active", 0, &position);
    part.refused(&more, Status::Graph);
    let mut silent = Run { open: vec![], ..run };
    silent.asked = vec![request(2, 0, EVERYTHING)];
    let file = save(&mut Watched::start(&silent).p);
    let position = [[0; 8], [0xFF; 8]].concat();
    let streaming = Changed::new(&silent, &file).set("stream", 1).after("stream", 0, &position);
    streaming.refused(&silent, Status::Graph);
}
