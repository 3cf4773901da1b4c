//! Files restored by pipelines with another budget, other buffers, queues and checkpoints: the same rows, or a refusal that
//! names the size.

use crate::amount::{long, some};
use crate::chain::Dice;
use crate::graphs::*;
use crate::refused::Watched;
use crate::save_resume::{Run, save};
use sqrtspace::status::{Error, Status};

/// The same graph and outputs in other memory.
fn resized(run: &Run, dice: &mut Dice) -> Run {
    let mut setup = run.setup.clone();
    setup.cache_bytes = [1, 600, 4000, 64 << 10][dice.below(4) as usize];
    setup.whole_ring = dice.below(2) == 0;
    if setup.slots > 0 {
        (setup.every, setup.slots) = (dice.below(9), 2 + 2 * dice.below(5) as u32);
    }
    let open = run.open.iter().map(|(s, _)| (*s, 1 + dice.below(8))).collect();
    let mut other = Run { graph: run.graph.clone(), setup, open, asked: run.asked.clone() };
    let minimum = |other: &Run| {
        let (mut p, _) = build(&other.graph, &other.setup);
        other.open.iter().for_each(|(stage, rows)| p.open_output(*stage, *rows).unwrap());
        p.plan(&other.asked).map(|plan| plan.min_budget_bytes as u64)
    };
    if minimum(&other).is_err() {
        // All samples are fewer than one row of every output needs.
        other.setup.whole_ring = false;
    }
    if dice.below(2) == 0 {
        other.setup.budget = minimum(&other).unwrap();
    }
    other
}

/// All rows of every output from where the pipeline is, with the rest of the samples.
fn finish(w: &mut Watched, run: &Run, next: &[u64], oracle: &[Vec<Vec<u32>>]) {
    let mut sent: Vec<usize> = next.iter().map(|n| *n as usize).collect();
    let from: Vec<usize> = run.open.iter().map(|(s, _)| w.p.pull_position(*s).unwrap().0 as usize).collect();
    let mut got: Vec<Vec<u32>> = vec![Vec::new(); run.open.len()];
    let mut idle = 0;
    while idle < 3 {
        let mut moved = false;
        for (i, input) in run.graph.inputs.iter().enumerate().filter(|_| run.setup.pushed) {
            let c = input.channels as usize;
            let rest = bytes_of(&input.samples[sent[i] * c..]);
            if rest.is_empty() {
                w.p.push_end(i).unwrap();
            } else if let Ok(n) = w.p.push(i, &rest[..rest.len().min(60 * c)]) {
                sent[i] += n;
                moved |= n > 0;
            }
        }
        let mut done = 0;
        w.p.step(9, &mut done).unwrap();
        moved |= done > 0;
        for ((stage, _), got) in run.open.iter().zip(&mut got) {
            let row = run.graph.stages[*stage].len;
            let (mut rows, mut n) = (vec![0; 3 * row * 4], 0);
            w.p.pull(*stage, &mut rows, &mut n).unwrap();
            got.extend(rows[..n * row * 4].as_chunks::<4>().0.iter().map(|b| u32::from_ne_bytes(*b)));
            moved |= n > 0;
        }
        idle = if moved { 0 } else { idle + 1 };
    }
    for (((stage, _), got), from) in run.open.iter().zip(&got).zip(from) {
        let rows = &oracle[run.graph.inputs.len() + stage];
        assert!(rows[from..].concat() == *got, "stage {stage} of {:?}", run.graph);
    }
}

#[test]
fn files_fit_pipelines_of_other_sizes_or_name_what_does_not() {
    let mut dice = Dice(23);
    let (mut fitted, mut small) = (0, 0);
    for round in 0..if long() { 6000 } else { some(1200) } {
        let pushed = dice.below(2) == 0;
        let run = Run::new(&mut dice, pushed);
        let oracle = run.graph.oracle();
        let mut source = Watched::start(&run);
        let mut sent = vec![0; run.graph.inputs.len()];
        let turns = 1 + dice.below(15);
        source.drive(&run, &mut sent, turns, false, &mut dice);
        if dice.below(2) == 0 {
            source.evaluate_some(&run, &mut dice, true);
        }
        let file = save(&mut source.p);
        let other = resized(&run, &mut dice);
        let mut target = Watched::start(&other);
        let before = (target.state(&other), save(&mut target.p));
        match target.p.checkpoint_restore(&file) {
            Ok(resume) => {
                fitted += 1;
                // Rows of checkpoints that came along.
                let stage = run.graph.stages.len() - 1;
                let all = target.p.available_rows(stage).unwrap();
                let first = dice.below(all + 1);
                if !pushed {
                    let rows = &oracle[run.graph.inputs.len() + stage][first as usize..all as usize];
                    assert!(evaluate(&mut target.p, stage, first, all - first, 7) == rows.concat(), "round {round}");
                }
                finish(&mut target, &other, &resume.next_sample, &oracle);
            }
            Err(e) => {
                small += 1;
                assert!(e.status == Status::Memory && e.to_string().contains(" here holds "), "round {round}: {e}");
                assert!((target.state(&other), save(&mut target.p)) == before, "round {round}");
            }
        }
    }
    println!("{fitted} files fitted, {small} did not");
    assert!(fitted > some(400) && small > some(60));
}

fn refusal(run: &Run, file: &[u8]) -> Error {
    run.start().checkpoint_restore(file).unwrap_err()
}

/// The text has the name, the size of what was saved and the size here.
#[test]
fn a_refusal_names_the_buffer_and_both_sizes() {
    let stage = |from, lookback, scan| TestStage {
        edges: vec![TestEdge { from, lookback, lookahead: 0, clamp: false }],
        len: 1,
        stride: 1,
        scratch: 0,
        keeps: false,
        scan,
        reverse: false,
    };
    let input = TestInput { channels: 1, window: 1, hop: 1, samples: (0..20).collect() };
    let mut run = Run::new(&mut Dice(1), true);
    run.graph = TestGraph { inputs: vec![input], stages: vec![stage(0, 0, true)] };
    (run.setup.cache_bytes, run.setup.slots, run.open, run.asked) = (4000, 4, vec![(0, 8)], vec![]);
    // A buffer for 20 samples: 8 rows wait in the queue, 12 samples are left over.
    run.setup.whole_ring = true;
    let mut p = run.start();
    assert_eq!(p.push(0, &bytes_of(&run.graph.inputs[0].samples)).unwrap(), 20);
    p.step(100, &mut 0).unwrap();
    let file = save(&mut p);
    run.open = vec![(0, 7)];
    let e = refusal(&run, &file);
    assert!(e.status == Status::Memory && e.to_string().contains("8 queued rows of stage stage0"), "{e}");
    assert!(e.to_string().contains("here holds 7"), "{e}");
    run.open = vec![(0, 8)];
    run.graph.inputs[0].samples.truncate(11);
    let e = refusal(&run, &file);
    assert!(e.status == Status::Memory && e.to_string().contains("12 samples of input"), "{e}");
    assert!(e.to_string().contains("here holds 11"), "{e}");
}
