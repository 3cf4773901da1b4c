//! Parameters that change at rows: whatever is asked in whatever order, each row has the bits that it has in arrays
//! with the parameters in force at it.

use crate::amount::{long, some};
use crate::chain::Dice;
use crate::graphs::*;
use crate::save_resume::{random_graph, save};
use sqrtspace::pipeline::Pipeline;
use sqrtspace::plan::{Mode, Request};
use sqrtspace::status::{Error, Status};
use std::cell::Cell;
use std::rc::Rc;

/// The changes made: stage, row, parameter. A later one at the same row replaces the earlier one.
#[derive(Clone, Default)]
struct History(Vec<(usize, u64, u32)>);

impl History {
    fn salt(&self, stage: usize, t: usize) -> u32 {
        let of = self.0.iter().filter(|(s, row, _)| *s == stage && *row <= t as u64);
        // The last one of the highest row.
        of.fold((0, 0), |best, (_, row, salt)| if *row >= best.0 { (*row, *salt) } else { best }).1
    }

    fn oracle(&self, graph: &TestGraph) -> Vec<Vec<Vec<u32>>> {
        graph.oracle_with(|stage, t| self.salt(stage, t))
    }

    /// Changes a stage at the next row, or some rows later.
    fn change(&mut self, p: &mut Pipeline<'static>, dice: &mut Dice, stages: usize) -> Result<(), Error> {
        let (stage, salt) = (dice.below(stages as u64) as usize, dice.next() as u32 | 1);
        let next = p.change_context(stage, parameter(salt), salt, None);
        let row = match (next, dice.below(3)) {
            (Ok(row), 0) => {
                // A later row as well.
                self.0.push((stage, row, salt));
                let later = row + dice.below(20);
                let salt = salt.rotate_left(7);
                let at = p.change_context(stage, parameter(salt), salt, Some(later))?;
                assert_eq!(at, later);
                self.0.push((stage, later, salt));
                return Ok(());
            }
            (next, _) => next?,
        };
        self.0.push((stage, row, salt));
        if row > 0 {
            let late = p.change_context(stage, parameter(salt), salt, Some(row - 1)).unwrap_err();
            assert_eq!(late.status, Status::Range);
        }
        Ok(())
    }

    fn replay(&self, p: &mut Pipeline<'static>) {
        for (stage, row, salt) in &self.0 {
            p.change_context(*stage, parameter(*salt), *salt, Some(*row)).unwrap();
        }
    }
}

fn parameter(salt: u32) -> *mut std::ffi::c_void {
    std::ptr::without_provenance_mut(salt as usize)
}

fn setup(dice: &mut Dice, mode: Mode, pushed: bool, whole_ring: bool) -> Setup {
    Setup {
        mode,
        cache_bytes: [1, 600, 4000, 30_000][dice.below(4) as usize],
        lru_bytes: dice.below(2) * 500,
        pushed,
        portion: 1 + dice.below(40) as usize,
        every: dice.below(5),
        slots: 2 * dice.below(4) as u32,
        budget: u64::MAX,
        whole_ring,
    }
}

/// A pipeline with its work area, in which bits are flipped.
struct Sealed {
    p: Pipeline<'static>,
    fail_in: Rc<Cell<i64>>,
    work: *mut u8,
    bytes: usize,
}

fn start(graph: &TestGraph, setup: &Setup, room: usize, open: &[(usize, u64)], asked: &[Request]) -> Sealed {
    let (mut p, fail_in, _) = build_changing(graph, setup, room);
    open.iter().for_each(|(stage, rows)| p.open_output(*stage, *rows).unwrap());
    let plan = p.plan(asked).unwrap();
    let work = area(plan.bytes);
    let (at, bytes) = (work.as_mut_ptr(), work.len());
    p.seal_with(asked, work, area(plan.spill.len)).unwrap();
    Sealed { p, fail_in, work: at, bytes }
}

/// Flips a bit in what a stream carries or stores, between two calls.
fn flip(sealed: &Sealed, dice: &mut Dice) {
    if sealed.bytes > 0 {
        let at = dice.below(sealed.bytes as u64) as usize;
        // SAFETY: within the work area, which no call uses now.
        unsafe { *sealed.work.add(at) ^= 1 << dice.below(8) };
    }
}

/// Streams with changes at random moments, failures, damage, and pipelines that continue from a file.
#[test]
fn pulled_rows_have_the_parameters_in_force() {
    let mut dice = Dice(11);
    let (mut made, mut full, mut repaired, mut resumed) = (0, 0, 0, 0);
    for _ in 0..if long() { 6000 } else { some(900) } {
        let pushed = dice.below(2) == 0;
        let graph = random_graph(&mut dice);
        let setup = setup(&mut dice, Mode::Sqrt, pushed, false);
        let count = graph.stages.len();
        let open: Vec<_> = (0..count).map(|s| (s, 1 + dice.below(6))).collect();
        let asked: Vec<_> = (0..count).map(|s| request(s, 0, EVERYTHING)).collect();
        let room = 1 + dice.below(12) as usize;
        let damages = !pushed && dice.below(2) == 0;
        let mut run = start(&graph, &setup, room, &open, &asked);
        let mut history = History::default();
        let mut sent = vec![0usize; graph.inputs.len()];
        let mut got: Vec<Vec<u32>> = vec![Vec::new(); count];
        let mut idle = 0;
        while idle < 3 {
            let mut moved = false;
            for (i, input) in graph.inputs.iter().enumerate().filter(|_| pushed) {
                let c = input.channels as usize;
                let all = bytes_of(&input.samples[sent[i] * c..]);
                if !all.is_empty() {
                    let took = run.p.push(i, &all[..((1 + dice.below(40) as usize) * c * 4).min(all.len())]).unwrap();
                    sent[i] += took;
                    moved |= took > 0;
                    if sent[i] * c == input.samples.len() {
                        run.p.push_end(i).unwrap();
                    }
                }
            }
            if dice.below(3) == 0 {
                match history.change(&mut run.p, &mut dice, count) {
                    Ok(()) => made += 1,
                    Err(e) => {
                        assert_eq!(e.status, Status::Limit, "{e}");
                        full += 1;
                    }
                }
            }
            if dice.below(4) == 0 {
                run.fail_in.set(dice.below(4) as i64);
            }
            if damages && dice.below(2) == 0 {
                flip(&run, &mut dice);
            }
            let mut done = 0;
            match run.p.step(1 + dice.below(9), &mut done) {
                Ok(_) => moved |= done > 0,
                Err(e) => {
                    assert_eq!(e.status, Status::Callback, "{e}");
                    moved = true;
                }
            }
            run.fail_in.set(-1);
            for (s, stage) in graph.stages.iter().enumerate() {
                let mut buffer = vec![0u8; (1 + dice.below(5) as usize) * stage.len * 4];
                let mut n = 0;
                run.p.pull(s, &mut buffer, &mut n).unwrap();
                moved |= n > 0;
                got[s].extend(buffer[..n * stage.len * 4].as_chunks::<4>().0.iter().map(|b| u32::from_ne_bytes(*b)));
            }
            if dice.below(8) == 0 && !damages {
                let file = save(&mut run.p);
                let mut other = start(&graph, &setup, room.max(history.0.len()), &open, &asked);
                history.replay(&mut other.p);
                other.p.checkpoint_restore(&file).unwrap();
                run = other;
                resumed += 1;
            }
            idle = if moved { 0 } else { idle + 1 };
        }
        repaired += run.p.stats().repairs;
        let oracle = history.oracle(&graph);
        for (s, got) in got.iter().enumerate() {
            assert_eq!(got, &oracle[graph.inputs.len() + s].concat(), "stage {s} of {graph:?}, {:?}", history.0);
        }
    }
    assert!(made > 500 && full > 20 && repaired > 20 && resumed > 100, "{made} {full} {repaired} {resumed}");
}

/// Evaluations of ranges, forward and reversed, of graphs with reverse scans, in all modes and budgets, with changes
/// between them and in the middle of them.
#[test]
fn evaluated_rows_have_the_parameters_in_force() {
    let mut dice = Dice(12);
    let (mut made, mut compared) = (0, 0);
    for round in 0..if long() { 6000 } else { some(900) } {
        let mut graph = random_graph(&mut dice);
        graph.stages.iter_mut().for_each(|s| s.reverse = s.scan && dice.below(2) == 0);
        let mode = [Mode::Auto, Mode::Classic, Mode::Sqrt][dice.below(3) as usize];
        let mut setup = setup(&mut dice, mode, false, true);
        let count = graph.stages.len();
        let stage = dice.below(count as u64) as usize;
        let asked = [request(stage, 0, EVERYTHING), reversed(stage, 0, EVERYTHING)];
        if mode != Mode::Classic && dice.below(2) == 0 {
            let (mut p, _, _) = build_changing(&graph, &setup, 8);
            setup.budget = p.plan(&asked).unwrap().min_budget_bytes as u64 + dice.below(2000);
        }
        let mut run = start(&graph, &setup, 8, &[], &asked);
        let mut history = History::default();
        let rows = run.p.available_rows(stage).unwrap();
        let mut delivered = Vec::new();
        for _ in 0..6 {
            if dice.below(2) == 0 && history.change(&mut run.p, &mut dice, count).is_ok() {
                made += 1;
            }
            let first = dice.below(rows + 1);
            let end = first + dice.below(rows - first + 1).min(if dice.below(2) == 0 { 5 } else { rows });
            let down = dice.below(2) == 0;
            let (up_sink, down_sink) = (Collected::default(), Descending::default());
            let begun = match down {
                true => run.p.evaluate_begin(
                    &reversed(stage, first, end - first),
                    sqrtspace::io::SinkBox::new(down_sink.clone()),
                ),
                false => run.p.evaluate_begin(&request(stage, first, end - first), up_sink.boxed()),
            };
            begun.unwrap();
            while run.p.evaluating() {
                let mut done = 0;
                run.p.step(1 + dice.below(30), &mut done).unwrap();
                if dice.below(6) == 0 && history.change(&mut run.p, &mut dice, count).is_ok() {
                    made += 1;
                }
                if dice.below(4) == 0 && mode != Mode::Classic {
                    flip(&run, &mut dice);
                }
            }
            let words = if down { down_sink.words() } else { up_sink.words() };
            delivered.push((first as usize, end as usize, down, words));
        }
        let oracle = &history.oracle(&graph)[graph.inputs.len() + stage];
        for (first, end, down, words) in delivered {
            let mut range = oracle[first..end].to_vec();
            if down {
                range.reverse();
            }
            compared += words.len();
            assert_eq!(words, range.concat(), "round {round}: {first} to {end} of {stage}, {graph:?}, {:?}", history.0);
        }
    }
    assert!(made > some(1500) && compared > some(15_000), "{made} {compared}");
}

/// The text of an error, without that of its status.
fn without_status(e: Error) -> String {
    e.to_string().split_once(": ").unwrap().1.to_owned()
}

/// What cannot be had is refused, with a text that names it.
#[test]
fn refusals_name_what_is_missing() {
    let mut dice = Dice(13);
    let graph = TestGraph {
        inputs: vec![TestInput { channels: 1, window: 2, hop: 1, samples: (0..101).collect() }],
        stages: vec![TestStage {
            edges: vec![TestEdge { from: 0, lookback: 0, lookahead: 0, clamp: false }],
            len: 1,
            stride: 1,
            scratch: 0,
            keeps: false,
            scan: true,
            reverse: false,
        }],
    };
    let setup = Setup { every: 10, slots: 64, ..setup(&mut dice, Mode::Sqrt, false, true) };
    let asked = [request(0, 0, EVERYTHING)];
    let text = without_status;
    let mut none = start(&graph, &setup, 0, &[], &asked);
    let refused = none.p.change_context(0, parameter(1), 1, None).unwrap_err();
    assert_eq!(
        text(refused),
        "stage stage0: the pipeline has no room for changes: set max_param_changes of its config"
    );
    let mut p = start(&graph, &setup, 2, &[], &asked).p;
    assert_eq!(p.change_context(0, parameter(3), 3, Some(20)).unwrap(), 20);
    assert_eq!(p.change_context(0, parameter(5), 5, Some(50)).unwrap(), 50);
    // Replaced, at the same row: the table is full and nothing is freed.
    assert_eq!(p.change_context(0, parameter(7), 7, Some(50)).unwrap(), 50);
    let refused = p.change_context(0, parameter(9), 9, Some(60)).unwrap_err();
    assert_eq!(
        text(refused),
        "stage stage0: all 2 changes are in use: sqs_stage_params_release() frees those of earlier rows"
    );
    let words = evaluate(&mut p, 0, 0, 80, 7);
    let history = History(vec![(0, 20, 3), (0, 50, 7)]);
    assert_eq!(words, history.oracle(&graph)[1][..80].concat());
    let late = p.change_context(0, parameter(9), 9, Some(79)).unwrap_err();
    assert_eq!(text(late), "stage stage0: the rows before 80 are computed: a change at row 79 is too late for them");
    // Rows before 60 are not asked for any more: one change goes, the one in force at row 60 stays.
    assert_eq!(p.release_changes(0, 60).unwrap(), 1);
    assert_eq!(p.release_changes(0, 60).unwrap(), 0);
    assert_eq!(p.change_context(0, parameter(9), 9, None).unwrap(), 80);
    let history = History(vec![(0, 20, 3), (0, 50, 7), (0, 80, 9)]);
    assert_eq!(evaluate(&mut p, 0, 65, 35, 7), history.oracle(&graph)[1][65..].concat());
    let sink = Collected::default();
    let mut done = 0;
    let gone = p.evaluate_begin(&request(0, 45, 20), sink.boxed()).and_then(|_| p.step(9, &mut done));
    let gone = gone.unwrap_err();
    assert_eq!(gone.status, Status::Evicted);
    assert!(text(gone).contains("of stage stage0 is needed, but the parameters of the rows before 50 are released"));
    // After a reset, the parameters are those at registration.
    p.reset().unwrap();
    assert_eq!(evaluate(&mut p, 0, 0, 80, 7), graph.oracle()[1][..80].concat());
    assert_eq!(p.change_context(7, parameter(1), 1, None).unwrap_err().status, Status::Argument);
}

/// A block that fails after a scan in it has passed rows with checkpoints: the rows can get other parameters then.
#[test]
fn checkpoints_of_a_failed_block_are_dropped() {
    let edge = |from| TestEdge { from, lookback: 0, lookahead: 0, clamp: false };
    let stage = |from, scan| TestStage {
        edges: vec![edge(from)],
        len: 1,
        stride: 1,
        scratch: 0,
        keeps: false,
        scan,
        reverse: false,
    };
    let graph = TestGraph {
        inputs: vec![TestInput { channels: 1, window: 1, hop: 1, samples: (0..40).collect() }],
        stages: vec![stage(0, true), stage(1, false)],
    };
    let setup = Setup {
        cache_bytes: 30_000,
        every: 1,
        slots: 16,
        lru_bytes: 0,
        ..setup(&mut Dice(15), Mode::Sqrt, false, true)
    };
    let asked = [request(1, 0, EVERYTHING)];
    let mut run = start(&graph, &setup, 4, &[], &asked);
    let sink = Collected::default();
    run.p.evaluate_begin(&asked[0], sink.boxed()).unwrap();
    // The scan computes a block of 12 rows, with a checkpoint at each; the stage after it fails.
    run.fail_in.set(12);
    assert_eq!(run.p.step(12, &mut 0).unwrap_err().status, Status::Callback);
    run.fail_in.set(-1);
    let mut history = History::default();
    assert_eq!(run.p.change_context(0, parameter(9), 9, None).unwrap(), 0);
    history.0.push((0, 0, 9));
    run.p.evaluate_cancel();
    let want = history.oracle(&graph)[2].concat();
    // All rows, then each from the checkpoint before it.
    for first in 0..40 {
        assert_eq!(evaluate(&mut run.p, 1, first, 40 - first, 7), want[first as usize..], "from row {first}");
    }
}

/// A file is read where the same changes were made, and nowhere else.
#[test]
fn files_are_bound_to_their_changes() {
    let mut dice = Dice(14);
    let graph = TestGraph {
        inputs: vec![TestInput { channels: 1, window: 1, hop: 1, samples: (0..100).collect() }],
        stages: vec![TestStage {
            edges: vec![TestEdge { from: 0, lookback: 2, lookahead: 1, clamp: true }],
            len: 1,
            stride: 1,
            scratch: 0,
            keeps: false,
            scan: true,
            reverse: false,
        }],
    };
    let setup = setup(&mut dice, Mode::Sqrt, false, false);
    let open = [(0, 100)];
    let new = |room| start(&graph, &setup, room, &open, &[]).p;
    let mut p = new(4);
    let mut done = 0;
    p.step(10, &mut done).unwrap();
    let first = p.change_context(0, parameter(3), 3, None).unwrap();
    p.step(10, &mut done).unwrap();
    let second = p.change_context(0, parameter(5), 5, None).unwrap();
    assert!(0 < first && first < second);
    let file = save(&mut p);
    let text = |mut p: Pipeline<'static>| without_status(p.checkpoint_restore(&file).unwrap_err());
    let missing = |row| {
        format!(
            "the checkpoint has a change of stage stage0 at row {row} that is not made here: reset the pipeline, make \
             its changes, then restore"
        )
    };
    assert_eq!(text(new(0)), missing(first));
    assert_eq!(text(new(4)), missing(first));
    let with = |list: &[(u64, u32)]| {
        let mut p = new(4);
        list.iter().for_each(|(row, salt)| {
            p.change_context(0, parameter(*salt), *salt, Some(*row)).unwrap();
        });
        p
    };
    assert_eq!(text(with(&[(first, 3)])), missing(second));
    assert_eq!(text(with(&[(first, 3), (second, 6)])), missing(second));
    let more = "stage stage0 has a change at row 90 that the checkpoint has not: reset the pipeline, make the changes of \
                the checkpoint, then restore";
    assert_eq!(text(with(&[(first, 3), (second, 5), (90, 1)])), more);
    let mut other = with(&[(first, 3), (second, 5)]);
    other.checkpoint_restore(&file).unwrap();
    assert_eq!(save(&mut other), file);
    // Rows that are computed in the file cannot change here.
    assert_eq!(other.change_context(0, parameter(1), 1, Some(second - 1)).unwrap_err().status, Status::Range);
    // Each damaged byte is found, and a file of a pipeline without changes is read by one with room for them.
    let mut plain = new(0);
    plain.step(10, &mut done).unwrap();
    let file = save(&mut plain);
    let mut other = new(4);
    other.checkpoint_restore(&file).unwrap();
    assert!(other.change_context(0, parameter(1), 1, None).unwrap() >= first);
    other = with(&[(90, 1)]);
    assert_eq!(without_status(other.checkpoint_restore(&file).unwrap_err()), more);
}
