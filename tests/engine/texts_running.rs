//! Error texts about graphs, plans and running pipelines, as in `texts`.

use crate::chain::OPTIONS;
use crate::graphs::{Collected, Memory, area, request, uninit};
use crate::texts::is;
use sqrtspace::dtype::Dtype;
use sqrtspace::graph::{Boundary, EdgeSpec, GraphLimits, InputSpec};
use sqrtspace::io::{Source, SourceBox};
use sqrtspace::kernel::{Code, Kernel, RowShape, StageIo, StageSpec};
use sqrtspace::pipeline::{Config, Pipeline};
use sqrtspace::plan::{ALL, Mode, Order, Request};
use sqrtspace::stages::Param;
use sqrtspace::status::{Error, Result, Status};

const LIMITS: GraphLimits = GraphLimits { stages: 40, edges: 42 };
const INPUT: InputSpec<'_> =
    InputSpec { name: "input", dtype: Dtype::F32, channels: 1, window: 4, hop: 4, capacity: 0 };
const CONFIG: Config<'_> = Config { input: INPUT, options: OPTIONS, limits: LIMITS, param_bytes: 64, host_heap: true };

fn create(config: &Config<'_>) -> Pipeline<'static> {
    let bytes = Pipeline::control_bytes(config.limits, config.param_bytes, 0).unwrap();
    Pipeline::new(config, uninit(area(bytes))).unwrap()
}

fn pipeline() -> Pipeline<'static> {
    create(&CONFIG)
}

/// Zeros; fails where it is told to.
#[derive(Clone, Copy, Default)]
struct Zeros {
    /// From this row on.
    fails: Option<u64>,
    /// In calls of several rows only.
    groups: bool,
    init: i32,
    table: i32,
}

impl Kernel for Zeros {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        io.out.fill(0);
        let failed = self.fails.is_some_and(|row| io.first + io.rows as u64 > row) || (self.groups && io.rows > 1);
        if failed { Err(Code(7)) } else { Ok(()) }
    }

    fn state_init(&self, state: &mut [u8]) -> Result<(), Code> {
        state.fill(0);
        if self.init == 0 { Ok(()) } else { Err(Code(self.init)) }
    }

    fn prepare(&self, table: &mut [u8]) -> Result<(), Code> {
        table.fill(0);
        if self.table == 0 { Ok(()) } else { Err(Code(self.table)) }
    }
}

fn spec(len: usize) -> StageSpec<'static> {
    StageSpec::new(Zeros::default(), RowShape { dtype: Dtype::F32, len })
}

fn scan(reverse: bool) -> StageSpec<'static> {
    StageSpec { state_bytes: 4, state_word: 4, reverse, ..spec(1) }
}

const fn edge(name: &str) -> EdgeSpec<'_> {
    EdgeSpec { name, lookback: 0, lookahead: 0, boundary: Boundary::Zero }
}

/// The error of a new stage.
fn refused(p: &mut Pipeline<'static>, name: &str, edges: &[EdgeSpec<'_>], spec: StageSpec<'static>, marked: &str) {
    is(&p.add_stage(name, edges, spec).unwrap_err(), marked);
}

#[test]
fn texts_about_new_stages() {
    let p = &mut pipeline();
    let one = &[edge("input")];
    refused(p, "lone", &[], spec(1), "<stage lone>: a stage has <1 to 16> edges, not <0>");
    refused(p, "lone", one, spec(0), "<stage lone>: len is <0> and stride is 1: both must be <at least 1>");
    let odd = StageSpec { state_align: 3, ..spec(1) };
    refused(
        p,
        "lone",
        one,
        odd,
        "<stage lone>: the alignment <3> of state or scratch must be a <power of two up to 64>",
    );
    let odd = StageSpec { state_bytes: 6, state_word: 4, ..spec(1) };
    refused(
        p,
        "lone",
        one,
        odd,
        "<stage lone>: a state of <6 bytes> has words of 4: use words of <1, 2, 4 or 8 bytes>, without a rest",
    );
    refused(
        p,
        "lone",
        one,
        spec(usize::MAX / 2),
        "<stage lone>: a row of <9223372036854775807> elements does not fit the <address space>",
    );
    let odd = StageSpec { reverse: true, ..spec(1) };
    refused(p, "lone", one, odd, "<stage lone>: a reverse scan has a state of <at least 1 byte>, not of <0>");
    refused(
        p,
        &"n".repeat(40),
        one,
        spec(1),
        "the <name> 'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn' has <40> bytes: use <1 to 31>",
    );
    refused(p, "input", one, spec(1), "the name <input> belongs to <another> input or stage: use <one that is free>");
    refused(
        p,
        "lone",
        &[edge("lone")],
        spec(1),
        "<stage lone> names <itself> as its input: name <an input or earlier stage>",
    );
    refused(
        p,
        "lone",
        &[edge("gyro")],
        spec(1),
        "<stage lone>: no input or earlier stage is named <gyro>: <add it first>",
    );
    p.add_stage("half", one, StageSpec { stride: 2, ..spec(1) }).unwrap();
    let both = &[edge("input"), edge("half")];
    refused(
        p,
        "lone",
        both,
        spec(1),
        "<stage lone>: a row of its first edge is <1> windows, one of another 2: <equalize the strides>",
    );
    p.add_input(&InputSpec { name: "pair", channels: 2, ..INPUT }).unwrap();
    let kept = p.kept_series("lone", &[edge("pair")], &spec(3)).unwrap_err();
    is(&kept, "<stage lone>: len <3> must be a <multiple of the 2 channels> of pair, whose series it keeps");
    let mut from = "input".to_string();
    for level in 0..7 {
        let name = format!("turn{level}");
        p.add_stage(&name, &[edge(&from)], scan(level % 2 == 0)).unwrap();
        from = name;
    }
    refused(
        p,
        "lone",
        &[edge(&from)],
        scan(false),
        "<stage lone>: the direction of scans changes <8> times on the way from an input, <at most 7> are allowed",
    );
    is(
        &p.find_stage("nope").unwrap_err(),
        "<no stage> is named <nope>: the names are those given <when stages were registered>",
    );
}

#[test]
fn texts_about_inputs_and_tables() {
    let p = &mut pipeline();
    let gps = InputSpec { name: "gps", ..INPUT };
    let mut wrong = |input: InputSpec<'_>, marked: &str| is(&p.add_input(&input).unwrap_err(), marked);
    wrong(InputSpec { channels: 0, ..gps }, "<input gps>: channels is <0>: it must be <at least 1>");
    wrong(InputSpec { window: 0, ..gps }, "<input gps>: window is <0> and hop is 4 samples: both must be <at least 1>");
    wrong(
        InputSpec { window: 1 << 62, ..gps },
        "<input gps>: a window of <4611686018427387904> samples with hop 4 does not fit the <address space>",
    );
    for i in 1..8 {
        p.add_input(&InputSpec { name: &format!("input{i}"), ..INPUT }).unwrap();
    }
    is(&p.add_input(&gps).unwrap_err(), "<input gps> does <not fit>: a pipeline has <at most 8> inputs");

    let p = &mut create(&Config { limits: GraphLimits { stages: 1, edges: 1 }, ..CONFIG });
    refused(
        p,
        "two",
        &[edge("input"); 2],
        spec(1),
        "<stage two>: the pipeline has room for <1> edges: raise <max_edges>",
    );
    let taps = [0.25; 100];
    let list = [Param { key: "taps", value: 0.0, values: &taps }];
    let e = p.add_builtin("fir", "low", &[EdgeSpec { lookback: 0, ..edge("input") }], &list);
    assert!(e.is_err());
    p.add_stage("one", &[edge("input")], spec(1)).unwrap();
    refused(
        p,
        "two",
        &[edge("input")],
        spec(1),
        "<stage two>: the pipeline has room for <1> stages: raise <max_stages>",
    );

    let p = &mut create(&Config { input: InputSpec { window: 200, hop: 200, ..INPUT }, ..CONFIG });
    let e = p.add_builtin("fir", "low", &[edge("input")], &list).unwrap_err();
    is(&e, "<stage low>: its parameters need at least <736 bytes> more than are left: raise <param_bytes>");
    let bytes = Pipeline::control_bytes(LIMITS, 64, 0).unwrap();
    let e = Pipeline::new(&CONFIG, uninit(area(bytes - 8))).unwrap_err();
    is(&e, "the <control area> is <8 bytes> short: <max_stages, max_edges and param_bytes> set what it needs");
    let e = Pipeline::new(&CONFIG, uninit(&mut area(bytes)[1..])).unwrap_err();
    is(&e, "the <control area> must be <aligned> to <8 bytes>");
}

#[test]
fn texts_about_outputs_and_sources() {
    let p = &mut pipeline();
    let y = p.add_stage("y", &[edge("input")], spec(1)).unwrap();
    is(&p.open_output(9, 1).unwrap_err(), "<stage 9> does not exist: the pipeline has <1> stages, <numbered from 0>");
    is(
        &p.open_output(y, 0).unwrap_err(),
        "<stage y>: the queue of its output has room for <0> rows: it must be <at least 1>",
    );
    is(
        &p.open_output(y, u64::MAX).unwrap_err(),
        "<stage y>: a queue of <18446744073709551615> rows does not fit the <address space>",
    );
    p.open_output(y, 8).unwrap();
    is(&p.open_output(y, 8).unwrap_err(), "the <output of stage y> is <open already>: open each <at most once>");
    is(&p.push(0, &[0; 4]).unwrap_err(), "<the pipeline> is <not sealed>: <seal it first>");
    is(
        &p.extend_source(3, 9, false).unwrap_err(),
        "<input 3> does not exist: the pipeline has <1> inputs, <numbered from 0>",
    );
    is(
        &p.extend_source(0, 9, false).unwrap_err(),
        "<input> is <pushed> and has no source to extend: <give it one before seal>",
    );
    for i in 0..31 {
        let s = p.add_stage(&format!("s{i}"), &[edge("input")], spec(1)).unwrap();
        p.open_output(s, 1).unwrap();
    }
    let s = p.add_stage("last", &[edge("input")], spec(1)).unwrap();
    is(
        &p.open_output(s, 1).unwrap_err(),
        "<stage last>: a pipeline has <at most 32> open outputs: <pull several stages as one>",
    );

    let p = &mut pipeline();
    p.add_stage("y", &[edge("input")], spec(1)).unwrap();
    p.set_source(0, SourceBox::new(Memory::new(vec![0; 400], 9)), 10, true).unwrap();
    is(
        &p.extend_source(0, 9, true).unwrap_err(),
        "the source of <input> has <10> samples, not 9: it <only grows>, and only while growing",
    );
    let bytes = p.plan(&[]).unwrap().bytes;
    p.seal(&[], area(bytes)).unwrap();
    is(
        &p.add_stage("late", &[edge("input")], spec(1)).unwrap_err(),
        "<the pipeline> is <sealed>, its graph and memory are fixed: <create another one>",
    );
    let late = SourceBox::new(Memory::new(vec![], 9));
    is(
        &p.set_source(0, late, 10, true).unwrap_err(),
        "<input>: the pipeline is <sealed>, its source can only be set <before>",
    );
    is(&p.push(0, &[0; 4]).unwrap_err(), "<input> has a <source>: it reads its samples and <cannot be pushed>");
}

/// A sealed pipeline of one stage `y` with an output of 2 rows.
fn sealed(config: &Config<'_>, spec: StageSpec<'static>) -> Pipeline<'static> {
    let mut p = create(config);
    p.add_stage("y", &[edge("input")], spec).unwrap();
    p.open_output(0, 2).unwrap();
    let bytes = p.plan(&[]).unwrap().bytes;
    p.seal(&[], area(bytes)).unwrap();
    p
}

#[test]
fn texts_about_streams() {
    let config = Config { input: InputSpec { capacity: 16, ..INPUT }, ..CONFIG };
    let p = &mut sealed(&config, spec(1));
    is(
        &p.pull(3, &mut [0; 4], &mut 0).unwrap_err(),
        "<stage 3> does not exist: the pipeline has <1> stages, <numbered from 0>",
    );
    p.push(0, &[0; 8]).unwrap();
    is(&p.blocked(), "<input> has <2> samples and the next window needs 4: <push more>, or end it");
    is(
        &p.unfinished(0),
        "no row of <stage y> is <finished>: <call sqs_step()>, and push samples when it returns SQS_AGAIN",
    );
    p.push(0, &[0; 56]).unwrap();
    is(
        &p.full(0, 5),
        "<input> is full, <5> samples were not copied: push them <after sqs_step() and sqs_pull()>, or an evaluation",
    );
    while p.step(9, &mut 0).unwrap() == Status::Ok {}
    is(&p.blocked(), "the queue of <stage y> is full: <pull> its <2> rows");
    is(&p.pull(0, &mut [0; 3], &mut 0).unwrap_err(), "<stage y> has rows of <4 bytes>, the buffer has <3>");
    p.push_end(0).unwrap();
    is(&p.push(0, &[0; 4]).unwrap_err(), "<input> has <ended>: <reset> the pipeline to push a new stream");

    let p = &mut pipeline();
    p.add_stage("y", &[EdgeSpec { lookahead: 1, ..edge("input") }], spec(1)).unwrap();
    p.add_stage("z", &[edge("input")], spec(1)).unwrap();
    p.open_output(0, 9).unwrap();
    let bytes = p.plan(&[]).unwrap().bytes;
    p.seal(&[], area(bytes)).unwrap();
    is(
        &p.pull(1, &mut [0; 4], &mut 0).unwrap_err(),
        "the output of <stage z> is <not open>: call sqs_output_open() <before> the pipeline is sealed",
    );
    p.push(0, &[0; 16]).unwrap();

    let p = &mut pipeline();
    p.add_stage("y", &[edge("input")], spec(1)).unwrap();
    p.open_output(0, 9).unwrap();
    p.set_source(0, SourceBox::new(Memory::new(vec![0; 400], 9)), 3, true).unwrap();
    let bytes = p.plan(&[]).unwrap().bytes;
    p.seal(&[], area(bytes)).unwrap();
    is(&p.blocked(), "the source of <input> has <3> samples and the next window needs 4: <extend it>");
}

/// A source that returns a code, or more samples than fit.
struct Wrong(i32);

impl Source for Wrong {
    fn read(&mut self, _: u64, out: &mut [u8], sample_bytes: usize) -> Result<usize, Code> {
        if self.0 == 0 { Ok(out.len() / sample_bytes + 1) } else { Err(Code(self.0)) }
    }
}

#[test]
fn texts_about_callbacks() {
    let config = Config { input: InputSpec { capacity: 64, ..INPUT }, ..CONFIG };
    let run = |kernel: Zeros, state_bytes: usize, marked: &str| {
        let shape = RowShape { dtype: Dtype::F32, len: 1 };
        let mut p = sealed(&config, StageSpec { state_bytes, ..StageSpec::new(kernel, shape) });
        p.push(0, &[0; 256]).unwrap();
        is(&p.step(100, &mut 0).unwrap_err(), marked);
    };
    run(Zeros { fails: Some(1), ..Zeros::default() }, 0, "<stage y> returned <7> at <row 1>");
    run(
        Zeros { groups: true, ..Zeros::default() },
        0,
        "<stage y> returned <7> for rows from <0> on, but not for each row alone",
    );
    for (code, marked) in [
        (5, "the source of <input> returned <5> at <sample 0>"),
        (0, "the source of <input> returned <9> samples at sample 0: none, or more than <requested>"),
    ] {
        let mut p = pipeline();
        p.add_stage("y", &[edge("input")], spec(1)).unwrap();
        p.open_output(0, 2).unwrap();
        p.set_source(0, SourceBox::new(Wrong(code)), 8, false).unwrap();
        let bytes = p.plan(&[]).unwrap().bytes;
        p.seal(&[], area(bytes)).unwrap();
        is(&p.step(100, &mut 0).unwrap_err(), marked);
    }
    let mut p = pipeline();
    let shape = RowShape { dtype: Dtype::F32, len: 1 };
    p.add_stage(
        "y",
        &[edge("input")],
        StageSpec { table_bytes: 8, ..StageSpec::new(Zeros { table: 6, ..Zeros::default() }, shape) },
    )
    .unwrap();
    let bytes = p.plan(&[]).unwrap().bytes;
    is(&p.seal(&[], area(bytes)).unwrap_err(), "<stage y> returned <6> for its <table>");
    let mut p = pipeline();
    p.add_stage(
        "y",
        &[edge("input")],
        StageSpec { state_bytes: 4, ..StageSpec::new(Zeros { init: 8, ..Zeros::default() }, shape) },
    )
    .unwrap();
    p.open_output(0, 2).unwrap();
    let bytes = p.plan(&[]).unwrap().bytes;
    is(&p.seal(&[], area(bytes)).unwrap_err(), "<stage y> returned <8> for its <initial state>");
    let mut p = sealed(&config, spec(1));
    let mut written = 0;
    let e = p.checkpoint_save(&mut |_| {
        written += 1;
        Err(Code(3))
    });
    is(&e.unwrap_err(), "the <sink of the checkpoint> returned <3>: the file is <incomplete>");
}

#[test]
fn texts_about_evaluations() {
    let config = Config { input: InputSpec { capacity: 16, ..INPUT }, ..CONFIG };
    let mut p = create(&config);
    p.add_stage("y", &[edge("input")], spec(1)).unwrap();
    let ask = [request(0, 0, 2)];
    let bytes = p.plan(&ask).unwrap().bytes;
    p.seal(&ask, area(bytes)).unwrap();
    p.push(0, &[0; 64]).unwrap();
    let begin =
        |p: &mut Pipeline<'static>, ask: &Request, sink: &Collected| p.evaluate_begin(ask, sink.boxed()).unwrap_err();
    is(
        &begin(&mut p, &request(0, 3, 2), &Collected::default()),
        "<stage y>: rows up to <5> are requested, <4> are available: push more samples, or request fewer",
    );
    let reversed = Request { order: Order::Reverse, ..ask[0] };
    let e = begin(&mut p, &reversed, &Collected::default());
    let text = crate::texts::text(&e);
    let bytes = text.split(' ').rev().nth(1).unwrap().to_owned();
    is(
        &e,
        &"<stage y>: the pipeline is not sealed for this request: <seal it with it>; alone it needs <0 bytes>"
            .replace('0', &bytes),
    );
    p.evaluate_begin(&ask[0], Collected::default().boxed()).unwrap();
    is(
        &begin(&mut p, &ask[0], &Collected::default()),
        "<an evaluation> has <begun already>: <finish it with sqs_step()>, or cancel it, first",
    );
    p.evaluate_cancel();
    let sink = Collected::default();
    sink.2.set(1);
    p.evaluate_begin(&ask[0], sink.boxed()).unwrap();
    is(&p.step(9, &mut 0).unwrap_err(), "the <sink of the evaluation> returned <5> at <row 0>");
    p.evaluate_cancel();
    p.evaluate_begin(&request(0, 2, 2), Collected::default().boxed()).unwrap();
    while p.evaluating() {
        p.step(9, &mut 0).unwrap();
    }
    p.push(0, &[0; 16]).unwrap();
    is(
        &begin(&mut p, &ask[0], &Collected::default()),
        "<input>: sample <0> is needed, the input buffer starts with sample 16: raise <input_capacity>",
    );

    let mut p = pipeline();
    p.add_stage("back", &[edge("input")], scan(true)).unwrap();
    p.set_source(0, SourceBox::new(Memory::new(vec![0; 400], 9)), 12, true).unwrap();
    let ask = [Request { order: Order::Reverse, ..request(0, 0, ALL) }];
    let bytes = p.plan(&ask).unwrap().bytes;
    p.seal(&ask, area(bytes)).unwrap();
    is(
        &begin(&mut p, &ask[0], &Collected::default()),
        "<stage back> needs the <end of the stream>, which is not known yet: <end the inputs> first",
    );
}

#[track_caller]
fn plan(p: &mut Pipeline<'static>, asked: &[Request]) -> Error {
    p.plan(asked).map(|_| ()).unwrap_err()
}

#[test]
fn texts_about_plans() {
    let mut p = pipeline();
    p.add_stage("y", &[edge("input")], spec(1)).unwrap();
    p.add_stage("back", &[edge("input")], scan(true)).unwrap();
    is(&plan(&mut p, &[request(7, 0, 1)]), "<stage 7> does not exist: the pipeline has <2> stages, <numbered from 0>");
    is(&plan(&mut p, &[request(0, 0, 1); 17]), "<17> requests: a <plan> is for <at most 16>");
    is(
        &plan(&mut p, &[request(1, 0, 3)]),
        "<input> is pushed and its buffer holds <0> samples: rows in reverse need all of the range, 12: raise <input_capacity>",
    );
    p.open_output(1, 4).unwrap();
    is(
        &plan(&mut p, &[request(0, 0, 1)]),
        "<stage back> needs the <end of the stream>, its output cannot be pulled: <evaluate it>",
    );

    let mut config = CONFIG;
    config.options.budget = 100;
    let mut p = create(&config);
    p.add_stage("y", &[edge("input")], spec(1)).unwrap();
    let text = crate::texts::text(&plan(&mut p, &[]));
    let least = text.split("minimum is ").nth(1).unwrap().split(':').next().unwrap().to_owned();
    is(
        &plan(&mut p, &[]),
        &"the budget is <100> bytes; the <minimum is 0>: raise <memory_budget_bytes>"
            .replace("is 0", &format!("is {least}")),
    );

    config = CONFIG;
    config.input.capacity = 3;
    let mut p = create(&config);
    p.add_stage("y", &[edge("input")], spec(1)).unwrap();
    is(
        &plan(&mut p, &[]),
        "the buffer of <input> holds <3> samples, this graph needs at least 4: raise <input_capacity>",
    );

    config = CONFIG;
    config.options.mode = Mode::Classic;
    let mut p = create(&config);
    p.add_stage("y", &[edge("input")], spec(1)).unwrap();
    is(&plan(&mut p, &[]), "<stage y>: the <classic> order needs a request with a <count>, or sources of known length");
    p.open_output(0, 4).unwrap();
    is(
        &plan(&mut p, &[request(0, 0, 4)]),
        "the <mode> is <classic>, but opened outputs are streams, which run in blocks: set mode to <auto or sqrt>",
    );

    config = CONFIG;
    config.options.stream_only = true;
    let mut p = create(&config);
    p.add_stage("y", &[edge("input")], spec(1)).unwrap();
    is(
        &plan(&mut p, &[request(0, 0, 4)]),
        "the pipeline <only streams> (<SQS_STREAM_ONLY>): <pull the rows of its outputs>, nothing is planned for evaluations",
    );
    is(&plan(&mut p, &[]), "the pipeline <only streams> (<SQS_STREAM_ONLY>): <open an output> before it is planned");

    let mut p = pipeline();
    p.add_stage("down", &[edge("input")], scan(true)).unwrap();
    p.add_stage("up", &[edge("down")], scan(false)).unwrap();
    p.set_source(0, SourceBox::new(Memory::new(vec![], 9)), 12, true).unwrap();
    is(
        &plan(&mut p, &[request(1, 0, ALL)]),
        "<stage up> needs <two changes of direction>: its rows can be planned only for inputs of <known length>",
    );
    let mut p = pipeline();
    p.add_stage("y", &[edge("input")], StageSpec { scratch_bytes: usize::MAX - 8, ..spec(1) }).unwrap();
    is(
        &plan(&mut p, &[]),
        "a <size or position> does not fit the <address space>: use <smaller> windows, rows, queues or ranges",
    );
}

#[test]
fn texts_about_sealing() {
    let mut p = pipeline();
    p.add_stage("y", &[edge("input")], spec(1)).unwrap();
    let bytes = p.plan(&[]).unwrap().bytes;
    let e = p.seal(&[], &mut area(bytes)[..64]).unwrap_err();
    is(
        &e,
        &"the <work area> has <64> bytes, the plan needs <0> (work_bytes of the plan)".replace('0', &bytes.to_string()),
    );
    let e = p.seal(&[], &mut area(bytes + 64)[1..=bytes]).unwrap_err();
    is(&e, "the <work area> must be <aligned> to <8 bytes>");
    let mut config = CONFIG;
    config.options.mode = Mode::Classic;
    config.options.spill = true;
    let mut p = create(&config);
    p.add_stage("y", &[edge("input")], spec(100)).unwrap();
    p.add_stage("z", &[edge("y")], spec(100)).unwrap();
    p.set_source(0, SourceBox::new(Memory::new(vec![0; 4000], 99)), 1000, false).unwrap();
    let plan = p.plan(&[]).unwrap();
    let e = p.seal_with(&[], area(plan.bytes), &mut area(plan.spill.len)[..100]).unwrap_err();
    is(
        &e,
        &"the <file> for rows has <100> bytes, the plan needs <0> (spill_bytes of the plan)"
            .replace("<0>", &format!("<{}>", plan.spill.len)),
    );
}

fn saved(p: &mut Pipeline<'static>) -> Vec<u8> {
    let mut file = Vec::new();
    p.checkpoint_save(&mut |bytes| {
        file.extend_from_slice(bytes);
        Ok(())
    })
    .unwrap();
    file
}

/// The file with another word at a place, and a valid CRC.
fn changed(file: &[u8], at: usize, word: u32) -> Vec<u8> {
    let mut body = file[..file.len() - 4].to_vec();
    body[at..at + 4].copy_from_slice(&word.to_be_bytes());
    body.extend(sqrtspace::crc::crc32c(&body).to_be_bytes());
    body
}

#[test]
fn texts_about_checkpoint_files() {
    let config = Config { input: InputSpec { capacity: 64, ..INPUT }, ..CONFIG };
    let file = saved(&mut sealed(&config, spec(1)));
    let refuse =
        |p: &mut Pipeline<'static>, file: &[u8], marked: &str| is(&p.checkpoint_restore(file).unwrap_err(), marked);
    let p = &mut sealed(&config, spec(1));
    refuse(p, &changed(&file, 0, 0), "the file is <not a checkpoint>: its <first bytes> <differ>");
    refuse(p, &changed(&file, 8, 9), "the <checkpoint> has format <version 9>, this library reads <version 1>");
    refuse(
        p,
        &changed(&file, 20, 9),
        &"the <checkpoint> has <0> bytes, its header states <9>".replace("<0>", &format!("<{}>", file.len())),
    );
    refuse(p, &[&file[..file.len() - 1], &[0; 1]].concat(), "the <checkpoint> is <damaged>: its <CRC> does not match");
    refuse(p, &changed(&file, 32, 2), "the <checkpoint> is of a graph with <2> inputs, not <1>");
    refuse(p, &changed(&file, 36, 2), "the <checkpoint> is of a graph with <2> stages, not <1>");
    refuse(p, &changed(&file, 40, 2), "the <checkpoint> is of a pipeline with <2> opened outputs, not <1>");
    refuse(
        p,
        &changed(&file, 44, 2),
        "the <checkpoint> is of a pipeline with <2> checkpoints per scan, not 0: set <checkpoint_every> of both to SQS_OFF or of none",
    );
    refuse(p, &changed(&file, 72, 1), "the <checkpoint> is of <other> opened outputs: that of <stage y> differs");
    // The flag of the input and its samples.
    refuse(p, &changed(&file, 84, 2), "the checkpoint has an <impossible position>, although its <CRC> is <valid>");
    let end = file.len() - 4;
    let mut cut = file[..end - 8].to_vec();
    cut[16..24].copy_from_slice(&(end as u64 - 4).to_be_bytes());
    cut.extend(sqrtspace::crc::crc32c(&cut).to_be_bytes());
    refuse(p, &cut, "the checkpoint <ends> within <a part>, although its CRC is <valid>");
    let other = Config { input: InputSpec { hop: 2, ..config.input }, ..config };
    refuse(
        &mut sealed(&other, spec(1)),
        &file,
        "the <checkpoint> is of another graph: <input> differs in <name, type, channels, window or hop>",
    );
    refuse(
        &mut sealed(&config, spec(2)),
        &file,
        "the <checkpoint> is of another graph: <stage y> differs in <name, row, edges, state or revision>",
    );

    // A file with more samples and rows than fit; a source in place of pushed samples.
    let mut source = sealed(&config, spec(1));
    source.push(0, &[0; 200]).unwrap();
    let full = saved(&mut source);
    let few = Config { input: InputSpec { capacity: 16, ..INPUT }, ..CONFIG };
    refuse(
        &mut sealed(&few, spec(1)),
        &full,
        "the <checkpoint> has <50> samples of input, its buffer here holds 16: set <input_capacity>",
    );
    while source.step(9, &mut 0).unwrap() == Status::Ok {}
    let rows = saved(&mut source);
    let mut p = create(&config);
    p.add_stage("y", &[edge("input")], spec(1)).unwrap();
    p.open_output(0, 1).unwrap();
    let bytes = p.plan(&[]).unwrap().bytes;
    p.seal(&[], area(bytes)).unwrap();
    refuse(&mut p, &rows, "the <checkpoint> has <2> queued rows of stage y, the queue of its output here holds <1>");
    let with_source = |samples: u64| {
        let mut p = create(&config);
        p.add_stage("y", &[edge("input")], spec(1)).unwrap();
        p.open_output(0, 2).unwrap();
        p.set_source(0, SourceBox::new(Memory::new(vec![0; 400], 9)), samples, true).unwrap();
        let bytes = p.plan(&[]).unwrap().bytes;
        p.seal(&[], area(bytes)).unwrap();
        p
    };
    refuse(
        &mut with_source(9),
        &full,
        "the <checkpoint> is of another pipeline: one of the two <pushes input>, the other has a <source> for it",
    );
    let longer = saved(&mut with_source(40));
    refuse(
        &mut with_source(30),
        &longer,
        "the source of <input> had <40> samples when the checkpoint was saved, and has <30> now",
    );

    // A state of unknown words, of a machine of the other byte order.
    let opaque = StageSpec { state_bytes: 4, ..spec(1) };
    let mut p = sealed(&config, opaque);
    let file = saved(&mut p);
    let order = u32::from_be_bytes(*file[12..].first_chunk().unwrap());
    refuse(
        &mut p,
        &changed(&file, 12, 3 - order),
        "the <checkpoint> is of a machine of <another byte order>, and stage y does not declare the <word size> of its state",
    );
}
