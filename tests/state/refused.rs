//! Checkpoint files with changed contents and valid CRCs: a refused file changes nothing, and an accepted one is a file
//! that a pipeline could have saved.

use crate::amount::{long, some};
use crate::chain::Dice;
use crate::fields::{Field, fields};
use crate::graphs::*;
use crate::save_resume::{Run, save};
use sqrtspace::crc::crc32c;
use sqrtspace::pipeline::Pipeline;
use sqrtspace::status::Status;

/// A pipeline, and its work area, which the test reads between calls.
pub(crate) struct Watched {
    pub(crate) p: Pipeline<'static>,
    base: *const u8,
    len: usize,
}

impl Watched {
    pub(crate) fn start(run: &Run) -> Watched {
        let (mut p, _) = build(&run.graph, &run.setup);
        run.open.iter().for_each(|(stage, rows)| p.open_output(*stage, *rows).unwrap());
        let plan = p.plan(&run.asked).unwrap();
        let work = area(plan.bytes);
        let (base, len) = (work.as_ptr(), work.len());
        p.seal_with(&run.asked, work, area(plan.spill.len)).unwrap();
        Watched { p, base, len }
    }

    /// What a refused file must not change: the work area, queues, the evaluation.
    pub(crate) fn state(&self, run: &Run) -> (u32, Vec<(u64, u64)>, bool, u64) {
        // SAFETY: the leaked area, which is not borrowed between calls.
        let work = crc32c(unsafe { std::slice::from_raw_parts(self.base, self.len) });
        let positions = run.open.iter().map(|(s, _)| self.p.pull_position(*s).unwrap()).collect();
        (work, positions, self.p.evaluating(), self.p.evaluated())
    }

    /// Pushes, steps and pulls at random; ends the inputs where `end` is set.
    pub(crate) fn drive(&mut self, run: &Run, sent: &mut [usize], turns: u64, end: bool, dice: &mut Dice) {
        for _ in 0..turns {
            for (i, input) in run.graph.inputs.iter().enumerate().filter(|_| run.setup.pushed) {
                let c = input.channels as usize;
                let all = bytes_of(&input.samples[(sent[i] * c).min(input.samples.len())..]);
                let offer = ((1 + dice.below(40) as usize) * c * 4).min(all.len());
                if !all.is_empty() {
                    sent[i] += self.p.push(i, &all[..offer]).unwrap();
                } else if end {
                    self.p.push_end(i).unwrap();
                }
            }
            self.p.step(1 + dice.below(12), &mut 0).unwrap();
            for (stage, _) in &run.open {
                if dice.below(3) == 0 {
                    continue;
                }
                let row = run.graph.stages[*stage].len;
                let mut rows = vec![0; (1 + dice.below(4) as usize) * row * 4];
                self.p.pull(*stage, &mut rows, &mut 0).unwrap();
            }
        }
    }

    /// Evaluates a range of the last stage that is available, if the samples are still held.
    pub(crate) fn evaluate_some(&mut self, run: &Run, dice: &mut Dice, finish: bool) {
        let stage = run.graph.stages.len() - 1;
        let available = self.p.available_rows(stage).unwrap();
        let first = dice.below(available + 1);
        let ask = request(stage, first, dice.below(available - first + 1));
        if self.p.evaluate_begin(&ask, Collected::default().boxed()).is_ok() {
            while finish && self.p.evaluating() {
                // Samples may have left the input buffer.
                if self.p.step(3, &mut 0).is_err() {
                    self.p.evaluate_cancel();
                }
            }
        }
    }
}

/// The file with a valid length and CRC.
pub(crate) fn sealed(body: &[u8]) -> Vec<u8> {
    let mut file = body.to_vec();
    let len = file.len() as u64 + 4;
    file[16..24].copy_from_slice(&len.to_be_bytes());
    file.extend(crc32c(&file).to_be_bytes());
    file
}

/// A pipeline at a random moment, and its file.
fn moment(dice: &mut Dice) -> (Run, Vec<u8>) {
    let pushed = dice.below(2) == 0;
    let mut run = Run::new(dice, pushed);
    if dice.below(5) == 0 {
        run.open.clear();
    }
    let mut source = Watched::start(&run);
    let mut sent = vec![0; run.graph.inputs.len()];
    for _ in 0..1 + dice.below(4) {
        let (turns, end) = (1 + dice.below(12), dice.below(2) == 0);
        source.drive(&run, &mut sent, turns, end, dice);
        if dice.below(2) == 0 {
            source.evaluate_some(&run, dice, true);
        }
    }
    let file = save(&mut source.p);
    (run, file)
}

/// A pipeline that holds other contents than the file, sometimes with an evaluation that has begun.
fn victim(run: &Run, dice: &mut Dice) -> Watched {
    let mut victim = Watched::start(run);
    let mut sent = vec![0; run.graph.inputs.len()];
    let turns = dice.below(9);
    victim.drive(run, &mut sent, turns, false, dice);
    if dice.below(2) == 0 {
        victim.evaluate_some(run, dice, false);
    }
    victim
}

/// Every word as 32 and 64 bits with values at the limits, every cut, and a few words at once.
fn changes(file: &[u8], dice: &mut Dice, mut see: impl FnMut(Vec<u8>, String)) {
    let body = &file[..file.len() - 4];
    for at in (8..body.len() - 3).step_by(4) {
        for size in [4usize, 8].into_iter().filter(|n| at + n <= body.len()) {
            let old = body[at..at + size].iter().fold(0u64, |v, b| v << 8 | u64::from(*b));
            let near = [1, 2, 8, 1 << 20].map(|d| [old.wrapping_add(d), old.wrapping_sub(d)]);
            let fixed = [0, 1, 3, 1 << 31, 1 << 32, 1 << 62, u64::MAX - 1, u64::MAX];
            let scaled = [old / 2, old.wrapping_mul(2), dice.next()];
            for new in near.into_iter().flatten().chain(fixed).chain(scaled) {
                // The short form of the test has a part of them.
                if !long() && dice.below(4) > 0 {
                    continue;
                }
                let mut changed = body.to_vec();
                changed[at..at + size].copy_from_slice(&new.to_be_bytes()[8 - size..]);
                if changed != body && (at != 16 && at != 20) {
                    see(sealed(&changed), format!("byte {at}, {size} bytes, {old:x} to {new:x}"));
                }
            }
        }
    }
    for cut in (24..body.len()).step_by(if long() { 1 } else { 3 }) {
        see(sealed(&body[..cut]), format!("cut at {cut}"));
    }
    for more in [1, 4, 8] {
        see(sealed(&[body, &vec![0; more]].concat()), format!("{more} bytes too many"));
    }
    for _ in 0..some(200) {
        let mut changed = body.to_vec();
        for _ in 0..2 + dice.below(2) {
            let at = 8 + 4 * dice.below((body.len() as u64 - 8) / 4) as usize;
            let word = [dice.below(4) as u32, dice.next() as u32][dice.below(2) as usize];
            changed[at..at + 4].copy_from_slice(&word.to_be_bytes());
        }
        if changed != body {
            see(sealed(&changed), "several words".into());
        }
    }
}

/// Whatever the numbers in a file are, the pipeline runs on without a fault of its own.
fn run_on(p: &mut Pipeline<'static>, run: &Run, what: &str) {
    for _ in 0..40 {
        for i in 0..run.graph.inputs.len() {
            let _ = p.push(i, &[0; 80]);
        }
        if let Err(e) = p.step(7, &mut 0) {
            assert!(e.status != Status::Internal, "{what}: {e}");
        }
        for (stage, _) in &run.open {
            let _ = p.pull(*stage, &mut [0; 400], &mut 0);
        }
    }
}

#[test]
fn a_refused_file_changes_nothing_and_an_accepted_one_could_have_been_saved() {
    let mut dice = Dice(17);
    let (mut refused, mut accepted) = (0u64, 0u64);
    // The areas of a round are leaked, about 30 MB in the long form.
    for round in 0..if long() { 80 } else { some(40) } {
        let (run, file) = moment(&mut dice);
        let mut target = victim(&run, &mut dice);
        let (mut before, mut kept) = (target.state(&run), save(&mut target.p));
        let mut other = Dice(round as u64);
        let fields = fields(&run, &file);
        changes(&file, &mut Dice(round as u64), |bytes, what| match target.p.checkpoint_restore(&bytes) {
            Err(e) => {
                refused += 1;
                assert!(e.status != Status::Internal, "round {round}, {what}: {e}");
                assert!(target.state(&run) == before, "round {round}, {what}: refused and changed something: {e}");
            }
            Ok(_) => {
                accepted += 1;
                let touched = |f: &&Field| f.fixed && bytes[f.at..f.at + f.bytes] != file[f.at..f.at + f.bytes];
                if let Some(field) = fields.iter().find(|f| what.starts_with("byte") && touched(f)) {
                    panic!("round {round}, {what}: accepted with another {}", field.name);
                }
                // The settings of checkpoints, the capacities of queues and the ends of sources are those here.
                let mut own = 44..56 + 8 * (run.graph.inputs.len() + run.graph.stages.len()) + 12 * run.open.len();
                own.end += if run.setup.pushed { 0 } else { 32 * run.graph.inputs.len() };
                let same = bytes.get(own.clone()) == file.get(own);
                let again = save(&mut target.p);
                let differs = again.iter().zip(&bytes).position(|(a, b)| a != b).unwrap_or(bytes.len());
                assert!(!same || again == bytes, "round {round}, {what}: saves another file from byte {differs} on");
                if accepted % 8 == 0 {
                    run_on(&mut target.p, &run, &what);
                }
                target = victim(&run, &mut other);
                (before, kept) = (target.state(&run), save(&mut target.p));
            }
        });
        assert!(save(&mut target.p) == kept);
    }
    println!("{refused} files refused, {accepted} accepted");
    assert!(refused > 1000);
}

/// A file saved during an evaluation has its samples. Without outputs, a pipeline restored from it keeps them until the
/// rows are requested again; with outputs it keeps those of the stream.
#[test]
fn samples_of_an_interrupted_evaluation_are_kept() {
    let mut dice = Dice(23);
    let (mut alone, mut again) = (0, 0);
    for round in 0..some(300) {
        let mut run = Run::new(&mut dice, true);
        if dice.below(2) == 0 {
            run.open.clear();
        }
        let mut source = Watched::start(&run);
        let mut sent = vec![0; run.graph.inputs.len()];
        for _ in 0..2 {
            source.drive(&run, &mut sent, 3, false, &mut dice);
            source.evaluate_some(&run, &mut dice, true);
        }
        source.evaluate_some(&run, &mut dice, false);
        let begun = source.p.evaluating();
        if begun && dice.below(2) == 0 {
            let _ = source.p.step(1, &mut 0);
        }
        let file = save(&mut source.p);
        let mut target = Watched::start(&run);
        target.p.checkpoint_restore(&file).unwrap_or_else(|e| panic!("round {round}: {e}"));
        let kept = save(&mut target.p);
        if run.open.is_empty() {
            alone += u64::from(begun);
            assert!(kept == file, "round {round}: another file");
        }
        assert!(kept.len() <= file.len());
        target.p.checkpoint_restore(&kept).unwrap_or_else(|e| panic!("round {round}, the second time: {e}"));
        let second = save(&mut target.p);
        assert!(second == kept, "round {round}: another file the second time");
        again += 1;
    }
    println!("{again} files, {alone} with an evaluation and without outputs");
    assert!(alone > 10);
}

/// Flipped bits in the work area, which the stream repairs by starting again from checkpoints: its positions then are not
/// those of a stream that never stopped. Its files are accepted, and give the same rows.
#[test]
fn files_of_repaired_streams_are_accepted() {
    let mut dice = Dice(5);
    let mut repaired = 0;
    for round in 0..if long() { 6000 } else { some(900) } {
        let mut run = Run::new(&mut dice, false);
        run.setup.lru_bytes = 0;
        let oracle = run.graph.oracle();
        let mut source = Watched::start(&run);
        let mut sent = vec![0; run.graph.inputs.len()];
        for _ in 0..1 + dice.below(3) {
            let turns = 1 + dice.below(8);
            source.drive(&run, &mut sent, turns, false, &mut dice);
            let plan = *source.p.sealed_plan();
            let spans = [plan.stream, plan.queues];
            let span = spans[dice.below(2) as usize];
            // SAFETY: inside the leaked area, which is not borrowed between calls.
            unsafe {
                *source.base.cast_mut().add(span.at + dice.below(span.len as u64) as usize) ^= 1 << dice.below(8)
            };
            let turns = dice.below(2);
            source.drive(&run, &mut sent, turns, false, &mut dice);
        }
        let mut file = Vec::new();
        let saved = source.p.checkpoint_save(&mut |bytes| {
            file.extend_from_slice(bytes);
            Ok(())
        });
        if saved.is_err() {
            // A damaged row in a queue: it is recomputed when it is pulled.
            continue;
        }
        repaired += u64::from(source.p.stats().repairs > 0);
        let mut fresh = Watched::start(&run);
        fresh.p.checkpoint_restore(&file).unwrap_or_else(|e| panic!("round {round}: {e}"));
        assert!(save(&mut fresh.p) == file, "round {round}");
        for (stage, _) in &run.open {
            let (first, mut got) = (fresh.p.pull_position(*stage).unwrap().0 as usize, Vec::new());
            let rows = &oracle[run.graph.inputs.len() + stage];
            let (mut idle, row) = (0, run.graph.stages[*stage].len);
            while idle < 3 {
                let (mut done, mut piece, mut n) = (0, vec![0; 5 * row * 4], 0);
                fresh.p.step(20, &mut done).unwrap();
                fresh.p.pull(*stage, &mut piece, &mut n).unwrap();
                got.extend(piece[..n * row * 4].as_chunks::<4>().0.iter().map(|b| u32::from_ne_bytes(*b)));
                idle = if n > 0 || done > 0 { 0 } else { idle + 1 };
            }
            // The queues of other outputs are full now and hold the stream up.
            assert!(rows[first..].concat().starts_with(&got), "round {round}");
        }
    }
    println!("{repaired} files of streams with repairs");
    assert!(repaired > some(100) as u64);
}
