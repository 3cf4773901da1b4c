//! Error texts about graphs, inputs, outputs and sources, as in `texts`.

use crate::chain::OPTIONS;
use crate::graphs::{Memory, area, uninit};
use crate::texts::is;
use sqrtspace::dtype::Dtype;
use sqrtspace::graph::{Boundary, EdgeSpec, GraphLimits, InputSpec};
use sqrtspace::io::SourceBox;
use sqrtspace::kernel::{Code, Kernel, RowShape, StageIo, StageSpec};
use sqrtspace::pipeline::{Config, Pipeline};
use sqrtspace::stages::Param;
use sqrtspace::status::Result;

pub(crate) const LIMITS: GraphLimits = GraphLimits { stages: 40, edges: 42 };
pub(crate) const INPUT: InputSpec<'_> =
    InputSpec { name: "input", dtype: Dtype::F32, channels: 1, window: 4, hop: 4, capacity: 0 };
pub(crate) const CONFIG: Config<'_> =
    Config { input: INPUT, options: OPTIONS, limits: LIMITS, param_bytes: 64, host_heap: true };

pub(crate) fn create(config: &Config<'_>) -> Pipeline<'static> {
    let bytes = Pipeline::control_bytes(config.limits, config.param_bytes, 0).unwrap();
    Pipeline::new(config, uninit(area(bytes))).unwrap()
}

pub(crate) fn pipeline() -> Pipeline<'static> {
    create(&CONFIG)
}

/// Zeros; fails where its fields ask for it.
#[derive(Clone, Copy, Default)]
pub(crate) struct Zeros {
    /// From this row on.
    pub(crate) fails: Option<u64>,
    /// In calls of several rows only.
    pub(crate) groups: bool,
    pub(crate) init: i32,
    pub(crate) table: i32,
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

pub(crate) fn spec(len: usize) -> StageSpec<'static> {
    StageSpec::new(Zeros::default(), RowShape { dtype: Dtype::F32, len })
}

pub(crate) fn scan(reverse: bool) -> StageSpec<'static> {
    StageSpec { state_bytes: 4, state_word: 4, reverse, ..spec(1) }
}

pub(crate) const fn edge(name: &str) -> EdgeSpec<'_> {
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
        &"<stage lone>: a row of <9223372036854775807> elements does not fit the <address space>"
            .replace("9223372036854775807", &(usize::MAX / 2).to_string()),
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
