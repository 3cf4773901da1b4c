//! What reversing costs at fewest: the closed forms against published tables, and against dynamic programs that know nothing
//! of them. That pipelines make as many rows is in sweeps.rs.

use proptest::prelude::*;
use sqrtspace::schedule::{binomial, leaf};

/// The minimum number of advances to reverse a chain of weighted steps: over all positions of the first checkpoint.
/// `[s][a][b]` for steps `a .. b` with s states, that before `a` among them.
fn fewest_weighted(weights: &[u64], most_slots: usize) -> Vec<Vec<Vec<u64>>> {
    let n = weights.len();
    let sum = |a: usize, b: usize| weights[a..b].iter().sum::<u64>();
    let mut all = vec![vec![vec![0; n + 1]; n + 1]; most_slots + 1];
    for s in 1..=most_slots {
        for len in 2..=n {
            for a in 0..=n - len {
                let b = a + len;
                all[s][a][b] = match s {
                    1 => (a + 1..b).map(|t| sum(a, t)).sum(),
                    _ => (a + 1..b).map(|j| sum(a, j) + all[s - 1][j][b] + all[s][a][j]).min().unwrap(),
                };
            }
        }
    }
    all
}

#[test]
fn the_table_of_the_binomial_schedule() {
    let table = [
        (10, 3, 25),
        (20, 3, 65),
        (21, 2, 91),
        (56, 3, 266),
        (100, 5, 416),
        (100, 10, 322),
        (1000, 5, 7284),
        (1000, 10, 4636),
        (1000, 31, 3439),
        (1000, 32, 3405),
        (10_000, 20, 47_976),
        (10_000, 100, 34_747),
        (86_400, 24, 494_649),
        (1_000_000, 64, 5_135_499),
    ];
    for (steps, s, total) in table {
        assert_eq!(u128::from(steps) + binomial::extra_advances(steps, s).unwrap(), total, "T {steps}, s {s}");
    }
}

#[test]
fn the_table_of_the_leaf_buffered_schedule() {
    let table = [
        (1000, 10, 100, 900),
        (1000, 10, 10, 2220),
        (10_000, 100, 100, 9900),
        (10_000, 10, 1000, 9000),
        (1_000_000, 1000, 1000, 999_000),
        (1_000_000, 400, 2500, 997_500u64),
    ];
    for (rows, s, leaf, extra) in table {
        assert_eq!(leaf::extra_advances(rows, s, leaf), Some(u128::from(extra)), "T {rows}, s {s}, L {leaf}");
    }
    // Where the leaf does not divide the rows: below the bound, exactly as counted.
    let bounds = [
        (1_000_000, 64, 256, 2_434_560),
        (86_400, 16, 64, 272_640),
        (1_000_000, 253, 1032, 1_736_856),
        (1_000_000, 126, 516, 1_933_968),
        (1_000_000, 84, 172, 2_356_572),
    ];
    for (rows, s, leaf, bound) in bounds {
        let tiles = binomial::extra_advances(u64::div_ceil(rows, leaf), s).unwrap();
        assert_eq!(tiles * u128::from(leaf), bound);
        assert!(leaf::extra_advances(rows, s, leaf).unwrap() <= bound);
    }
}

#[test]
fn the_closed_form_is_the_least_there_is() {
    let fewest = fewest_weighted(&[1; 70], 9);
    for (s, fewest) in fewest.iter().enumerate().skip(1) {
        for (steps, &right) in fewest[0].iter().enumerate() {
            assert_eq!(binomial::extra_advances(steps as u64, s as u64), Some(u128::from(right)), "T {steps}, s {s}");
        }
    }
    // The range of splits is optimal throughout.
    for s in 2..=9 {
        for steps in 2..=70 {
            let (low, high) = binomial::splits(steps as u64, s as u64);
            assert!(low <= high);
            for j in low..=high {
                let j = j as usize;
                assert_eq!(j as u64 + fewest[s - 1][j][steps] + fewest[s][0][j], fewest[s][0][steps]);
            }
        }
    }
}

/// No schedule, and no other place of the short tile, does better than the first tile short.
#[test]
fn the_first_tile_is_the_one_to_cut() {
    for leaf in [2, 3, 7] {
        for tiles in 1..=13usize {
            for short in 1..=leaf {
                let rows = leaf * (tiles as u64 - 1) + short;
                let mut best = [u64::MAX; 5];
                for cut in 0..tiles {
                    let mut weights = vec![leaf; tiles];
                    weights[cut] = short;
                    let fewest = fewest_weighted(&weights, 4);
                    for s in 1..=4 {
                        best[s] = best[s].min(fewest[s][0][tiles]);
                    }
                }
                for (s, best) in best.iter().enumerate().skip(1) {
                    let extra = leaf::extra_advances(rows, s as u64, leaf);
                    assert_eq!(extra, Some(u128::from(*best)), "T {rows}, s {s}, L {leaf}");
                }
            }
        }
    }
}

#[test]
fn the_longest_ranges_are_split_without_delay() {
    for s in [2, 3, 50, 65_536] {
        let mut steps = 1u64 << 63;
        for _ in 0..1000 {
            let (low, high) = binomial::splits(steps, s);
            assert!(0 < low && low <= high && high < steps);
            steps = (steps - high).max(2);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::amount::some(300), failure_persistence: None, ..ProptestConfig::default() })]

    /// The largest splits, one after another, cost as much as the closed form; the first step is advanced most often.
    #[test]
    fn random_schedules_cost_what_the_formula_says(steps in 0u64..3000, s in 1u64..40) {
        let steps = if s == 1 { steps % 300 } else { steps };
        // Ranges still to be reversed: first, end, slots (that of the state before the first step among them).
        let (mut stack, mut ahead) = (vec![(0, steps, s)], vec![0u64; steps as usize]);
        while let Some((first, end, s)) = stack.pop() {
            match (end - first, s) {
                (0 | 1, _) => {}
                (_, 1) => {
                    (first..end).for_each(|t| ahead[t as usize] += end - 1 - t);
                }
                (length, _) => {
                    let split = first + binomial::splits(length, s).1;
                    (first..split).for_each(|t| ahead[t as usize] += 1);
                    stack.extend([(first, split, s), (split, end, s - 1)]);
                }
            }
        }
        prop_assert_eq!(Some(u128::from(ahead.iter().sum::<u64>())), binomial::extra_advances(steps, s));
        prop_assert_eq!(ahead.iter().max().copied().unwrap_or(0), ahead.first().copied().unwrap_or(0));
        prop_assert_eq!(ahead.first().copied().unwrap_or(0), binomial::rounds(steps, s).unwrap());
    }

    #[test]
    fn a_leaf_costs_at_most_its_tiles(rows in 0u64..5000, s in 1u64..40, leaf in 1u64..200) {
        let tiles = binomial::extra_advances(rows.div_ceil(leaf), s).unwrap();
        let extra = leaf::extra_advances(rows, s, leaf).unwrap();
        prop_assert!(extra <= u128::from(leaf) * tiles && (!rows.is_multiple_of(leaf) || extra == u128::from(leaf) * tiles));
    }
}
