//! Error texts about streams, callbacks, evaluations and plans, as in `texts`.

use crate::graphs::{Collected, Memory, area, request};
use crate::texts::is;
use crate::texts_graph::{CONFIG, INPUT, Zeros, create, edge, pipeline, scan, spec};
use sqrtspace::dtype::Dtype;
use sqrtspace::graph::{EdgeSpec, InputSpec};
use sqrtspace::io::{Source, SourceBox};
use sqrtspace::kernel::{Code, RowShape, StageSpec};
use sqrtspace::pipeline::{Config, Pipeline};
use sqrtspace::plan::{ALL, Mode, Order, Request};
use sqrtspace::status::{Error, Result, Status};

/// A sealed pipeline of one stage `y` with an output of 2 rows.
pub(crate) fn sealed(config: &Config<'_>, spec: StageSpec<'static>) -> Pipeline<'static> {
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
    is(
        &p.push_gap(0, 1).unwrap_err(),
        "<input>: the table has room for <0> gaps and is full: step and pull first, or <raise max_gaps>",
    );
    is(
        &p.push_gap(0, u64::MAX).unwrap_err(),
        "<input>: a gap of <18446744073709551615> samples from sample 16 on ends after 2^64 samples: push <a shorter one>",
    );
    is(&p.gap_text(0, 2), "<input>: <2> samples from sample <14> on are missing");
    p.push_end(0).unwrap();
    is(&p.push(0, &[0; 4]).unwrap_err(), "<input> has <ended>: <reset> the pipeline to push a new stream");
    is(&p.push_gap(0, 1).unwrap_err(), "<input> has <ended>: <reset> the pipeline to push a new stream");

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
    let minimum = text.split("minimum is ").nth(1).unwrap().split(':').next().unwrap().to_owned();
    is(
        &plan(&mut p, &[]),
        &"the budget is <100> bytes; the <minimum is 0>: raise <memory_budget_bytes>"
            .replace("is 0", &format!("is {minimum}")),
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
