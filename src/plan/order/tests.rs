//! The order of stages against the lowest peak of all orders.

use super::*;
use proptest::prelude::*;
use std::vec;
use std::vec::Vec;

type Inputs = Vec<Vec<usize>>;

fn solve(bytes: &[u64], inputs: &Inputs, max_moves: u64) -> (Ordered, Vec<usize>) {
    let mut out = vec![0; bytes.len()];
    let mut nodes = vec![Scratch::default(); bytes.len()];
    let effort = Effort { moves: max_moves, tries: u64::MAX / 2 };
    let got = bounded(bytes, inputs, &mut out, &mut nodes, effort).unwrap();
    (got, out)
}

fn bounded(
    bytes: &[u64],
    inputs: &Inputs,
    out: &mut [usize],
    nodes: &mut [Scratch],
    effort: Effort,
) -> Result<Ordered> {
    let mut readers = vec![Vec::new(); bytes.len()];
    for (v, all) in inputs.iter().enumerate() {
        all.iter().filter(|u| **u < bytes.len()).for_each(|u| readers[*u].push(v));
    }
    order(bytes, |v, k| inputs[v].get(k).copied(), |v| readers[v].iter().copied(), out, nodes, effort)
}

/// Peak of an order, from the intervals in which nodes are alive.
fn peak(bytes: &[u64], inputs: &Inputs, order: &[usize]) -> u64 {
    let n = bytes.len();
    let at = |v: usize| order.iter().position(|x| *x == v).unwrap();
    let end = |u: usize| (0..n).filter(|v| inputs[*v].contains(&u)).map(at).max().unwrap_or(n);
    (0..n).for_each(|v| assert!(inputs[v].iter().all(|u| at(*u) < at(v))));
    let alive = |t: usize| (0..n).filter(|v| at(*v) <= t && t <= end(*v)).map(|v| bytes[v]).sum();
    (0..n).map(alive).max().unwrap_or(0)
}

/// The lowest peak of all topological orders, tried one after another.
fn lowest_peak(bytes: &[u64], inputs: &Inputs, prefix: &mut Vec<usize>) -> u64 {
    if prefix.len() == bytes.len() {
        return peak(bytes, inputs, prefix);
    }
    let mut best = u64::MAX;
    for v in 0..bytes.len() {
        if !prefix.contains(&v) && inputs[v].iter().all(|u| prefix.contains(u)) {
            prefix.push(v);
            best = best.min(lowest_peak(bytes, inputs, prefix));
            prefix.pop();
        }
    }
    best
}

fn graph(n: usize) -> impl Strategy<Value = (Vec<u64>, Inputs)> {
    let sizes = prop::collection::vec(0u64..12, n);
    (sizes, prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 0..4), n)).prop_map(
        |(sizes, picks)| {
            let of = |(v, p): (usize, Vec<prop::sample::Index>)| {
                if v == 0 { vec![] } else { p.iter().map(|i| i.index(v)).collect() }
            };
            (sizes, picks.into_iter().enumerate().map(of).collect())
        },
    )
}

proptest! {
    #[test]
    fn the_search_finds_the_lowest_peak_of_all_orders((bytes, inputs) in (0usize..8).prop_flat_map(graph)) {
        let (got, out) = solve(&bytes, &inputs, u64::MAX);
        prop_assert!(got.optimal);
        prop_assert_eq!(got.peak, peak(&bytes, &inputs, &out));
        prop_assert_eq!(got.peak, lowest_peak(&bytes, &inputs, &mut Vec::new()));
    }

    #[test]
    fn a_bounded_search_is_never_worse_than_the_given_order(
        (bytes, inputs) in (8usize..40).prop_flat_map(graph), max_moves in 0u64..500
    ) {
        let (got, out) = solve(&bytes, &inputs, max_moves);
        let given: Vec<usize> = (0..bytes.len()).collect();
        prop_assert!(got.moves <= max_moves);
        prop_assert_eq!(got.peak, peak(&bytes, &inputs, &out));
        prop_assert!(got.peak <= peak(&bytes, &inputs, &given));
    }

    /// Few comparisons: the order is still one, no worse than the given one, and the bound holds.
    #[test]
    fn comparisons_are_bounded((bytes, inputs) in (1usize..60).prop_flat_map(graph), tries in 0u64..300) {
        let (mut out, mut nodes) = (vec![0; bytes.len()], vec![Scratch::default(); bytes.len()]);
        let got = bounded(&bytes, &inputs, &mut out, &mut nodes, Effort { moves: 500, tries }).unwrap();
        let given: Vec<usize> = (0..bytes.len()).collect();
        prop_assert_eq!(got.peak, peak(&bytes, &inputs, &out));
        prop_assert!(got.peak <= peak(&bytes, &inputs, &given));
        // Greedy tries one node per step at least; a move of the search compares all that can run.
        prop_assert!(got.tries <= 2 * tries + 4 * bytes.len() as u64, "{} tries", got.tries);
    }

    /// A reversed numbering is not topological; its lowest peak is the same.
    #[test]
    fn the_numbering_does_not_matter((bytes, inputs) in (1usize..8).prop_flat_map(graph)) {
        let last = bytes.len() - 1;
        let reversed: Inputs = (0..=last).map(|v| inputs[last - v].iter().map(|u| last - u).collect()).collect();
        let sizes: Vec<u64> = bytes.iter().rev().copied().collect();
        prop_assert_eq!(solve(&sizes, &reversed, u64::MAX).0.peak, solve(&bytes, &inputs, u64::MAX).0.peak);
    }
}

#[test]
fn a_large_intermediate_is_consumed_before_the_next_is_computed() {
    // Two branches of 100 bytes, each reduced to 1 byte: one after the other, not at the same
    // time.
    let bytes = [1, 100, 100, 1, 1, 1];
    let inputs = vec![vec![], vec![0], vec![0], vec![1], vec![2], vec![3, 4]];
    assert_eq!(peak(&bytes, &inputs, &[0, 1, 2, 3, 4, 5]), 201);
    assert_eq!(solve(&bytes, &inputs, 0).0.peak, 102);
}

#[test]
fn circles_and_unknown_nodes_are_refused() {
    let run = |bytes: &[u64], inputs: &[&[usize]], room: usize| {
        let (mut out, mut nodes) = (vec![0; room], vec![Scratch::default(); room]);
        let inputs = inputs.iter().map(|i| i.to_vec()).collect();
        bounded(bytes, &inputs, &mut out, &mut nodes, Effort { moves: 9, tries: 99 }).map_err(|e| e.status)
    };
    assert_eq!(run(&[1, 1], &[&[1], &[0]], 2), Err(Status::Graph));
    assert_eq!(run(&[1, 1], &[&[], &[2]], 2), Err(Status::Graph));
    assert_eq!(run(&[1, 1], &[&[], &[0]], 1), Err(Status::Limit));
    assert_eq!(run(&[u64::MAX, 1], &[&[], &[0]], 2), Err(Status::Overflow));
    assert_eq!(run(&[], &[], 0), Ok(Ordered { peak: 0, optimal: true, moves: 0, tries: 0 }));
}
