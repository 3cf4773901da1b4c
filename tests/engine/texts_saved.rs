//! Error texts about checkpoint files and damaged memory, as in `texts`.

use crate::graphs::{Memory, area};
use crate::texts::is;
use crate::texts_graph::{CONFIG, INPUT, create, edge, spec};
use crate::texts_running::sealed;
use sqrtspace::crc::crc32c;
use sqrtspace::graph::InputSpec;
use sqrtspace::io::SourceBox;
use sqrtspace::kernel::StageSpec;
use sqrtspace::mem::Span;
use sqrtspace::pipeline::{Config, Pipeline};
use sqrtspace::status::Status;

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
    body.extend(crc32c(&body).to_be_bytes());
    body
}

fn refuse(p: &mut Pipeline<'static>, file: &[u8], marked: &str) {
    is(&p.checkpoint_restore(file).unwrap_err(), marked);
}

#[test]
fn texts_about_checkpoint_files() {
    let config = Config { input: InputSpec { capacity: 64, ..INPUT }, ..CONFIG };
    let file = saved(&mut sealed(&config, spec(1)));
    let refuse =
        |p: &mut Pipeline<'static>, file: &[u8], marked: &str| is(&p.checkpoint_restore(file).unwrap_err(), marked);
    let p = &mut sealed(&config, spec(1));
    refuse(p, &changed(&file, 0, 0), "the file is <not a checkpoint>: its <first bytes> <differ>");
    refuse(p, &changed(&file, 8, 9), "the <checkpoint> has format <version 9>, this library reads versions <up to 3>");
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
    // The flag of the stream, and that of the input.
    refuse(p, &changed(&file, 116, 0), "the <checkpoint> is of a pipeline with <other> <opened outputs>");
    refuse(p, &changed(&file, 84, 2), "the checkpoint has an <impossible position>, although its <CRC> is <valid>");
    let end = file.len() - 4;
    let mut cut = file[..end - 8].to_vec();
    cut[16..24].copy_from_slice(&(end as u64 - 4).to_be_bytes());
    cut.extend(crc32c(&cut).to_be_bytes());
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

#[test]
fn texts_about_buffers_of_checkpoint_files() {
    let config = Config { input: InputSpec { capacity: 64, ..INPUT }, ..CONFIG };
    let mut source = sealed(&config, spec(1));
    source.push(0, &[0; 200]).unwrap();
    let full = saved(&mut source);
    let few = Config { input: InputSpec { capacity: 16, ..INPUT }, ..CONFIG };
    refuse(
        &mut sealed(&few, spec(1)),
        &full,
        "the <checkpoint> has <50> samples of input, its buffer here holds 16: set <input_capacity>",
    );
    let roomy = Config { param_bytes: 128, ..config };
    let mut with_gap = create(&roomy);
    with_gap.reserve_gaps(2).unwrap();
    with_gap.add_stage("y", &[edge("input")], spec(1)).unwrap();
    with_gap.open_output(0, 2).unwrap();
    let bytes = with_gap.plan(&[]).unwrap().bytes;
    with_gap.seal(&[], area(bytes)).unwrap();
    with_gap.push_gap(0, 2).unwrap();
    refuse(
        &mut sealed(&config, spec(1)),
        &saved(&mut with_gap),
        "the <checkpoint> has <1> gaps up to input, the table here has room for 0: raise <max_gaps>",
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
}

#[test]
fn texts_about_damaged_memory() {
    let config = Config { input: InputSpec { capacity: 64, ..INPUT }, ..CONFIG };
    let sealed = || {
        let mut p = create(&config);
        p.add_stage("y", &[edge("input")], spec(1)).unwrap();
        p.open_output(0, 2).unwrap();
        let work = area(p.plan(&[]).unwrap().bytes);
        let base = work.as_mut_ptr();
        p.seal(&[], work).unwrap();
        p.push(0, &[0; 64]).unwrap();
        (p, base)
    };
    // SAFETY: a leaked area, which is not borrowed between calls.
    let flip = |base: *mut u8, span: Span| unsafe { *base.add(span.at) ^= 1 };
    let (mut p, base) = sealed();
    flip(base, p.sealed_plan().rings[0]);
    is(
        &p.step(9, &mut 0).unwrap_err(),
        "<input>: samples from <0> on are damaged in its buffer and cannot be repaired: <reset> the pipeline",
    );
    let (mut p, base) = sealed();
    flip(base, p.sealed_plan().rings[0]);
    let save = |p: &mut Pipeline<'static>| p.checkpoint_save(&mut |_| Ok(())).unwrap_err();
    is(&save(&mut p), "<input>: samples in its buffer are <damaged> and cannot be repaired: <reset> the pipeline");
    let (mut p, base) = sealed();
    while p.step(9, &mut 0).unwrap() == Status::Ok {}
    flip(base, p.sealed_plan().queues);
    is(&save(&mut p), "row <0> in the queue of <stage y> is damaged: <pull it> to have it recomputed, then save again");
}
