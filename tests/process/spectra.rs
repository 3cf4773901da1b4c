//! The heap bytes that spectral stages report are an upper bound of those they allocate, while the plan is created
//! and after; and running them takes nothing.
#![cfg(feature = "fft")]

use crate::counting::{alone, restart_peak, thread};
use sqrtspace::dtype::Dtype;
use sqrtspace::kernel::{EdgeRows, RowShape, StageIo};
use sqrtspace::mem::Carver;
use sqrtspace::stages::{Build, EdgeShape, HostPlans, find};
use std::mem::MaybeUninit;

/// Bytes reported, held, and at most allocated while the stage was created, for rows of `n`.
fn measure(n: usize, area: &mut [MaybeUninit<u8>]) -> (i64, i64, i64) {
    let skip = area.as_ptr().align_offset(64);
    let mut pool = Carver::new(&mut area[skip..]).unwrap();
    let shape = RowShape { dtype: Dtype::F32, len: n };
    let edge = EdgeShape::of(shape);
    let mut plans = HostPlans::default();
    let mut build = Build {
        kind: "rfft_power",
        stage: "power",
        params: &[],
        edges: &[edge],
        pool: &mut pool,
        host_plans: Some(&mut plans),
    };
    let before = thread().live;
    restart_peak();
    let spec = find("rfft_power").unwrap()(&mut build).unwrap();
    let (held, peak) = (thread().live - before, thread().peak - before);
    (spec.host_heap_bytes as i64, held, peak)
}

#[test]
fn the_bytes_told_are_an_upper_bound() {
    let _alone = alone();
    let mut area = vec![MaybeUninit::uninit(); 4096];
    // Every small size; primes, powers, smooth and awkward numbers beyond.
    let large = [4096, 6000, 8191, 8192, 16_384, 16_382, 20_011, 32_768, 40_960, 59_049, 65_536, 65_537, 131_071];
    let larger = [131_074, 200_003, 262_144, 360_360, 400_006, 524_288, 1_000_003, 1_048_576, 2_000_006];
    for n in (1..=3000).chain((3001..12_000).step_by(83)).chain(large).chain(larger) {
        let (reported, held, peak) = measure(n, &mut area);
        assert!(peak <= reported && held <= peak, "{n}: reported {reported}, held {held}, peak {peak}");
    }
}

#[test]
fn running_takes_nothing_from_the_heap() {
    let _alone = alone();
    for n in [1usize, 2, 97, 100, 1021, 4096, 4098, 10_007] {
        let mut area = vec![MaybeUninit::<u8>::uninit(); 4096];
        let skip = area.as_ptr().align_offset(64);
        let mut pool = Carver::new(&mut area[skip..]).unwrap();
        let shape = RowShape { dtype: Dtype::F32, len: n };
        let edge = EdgeShape::of(shape);
        let mut plans = HostPlans::default();
        let mut build = Build {
            kind: "rfft_power",
            stage: "power",
            params: &[],
            edges: &[edge],
            pool: &mut pool,
            host_plans: Some(&mut plans),
        };
        let spec = find("rfft_power").unwrap()(&mut build).unwrap();
        let mut bytes = vec![0u8; 4 * n + spec.table_bytes + spec.scratch_bytes + spec.shape.bytes() + 256];
        let skip = bytes.as_ptr().align_offset(64);
        let (input, rest) = bytes[skip..].split_at_mut(4 * n);
        let (table, rest) = rest.split_at_mut(spec.table_bytes);
        let (scratch, rest) = rest.split_at_mut(spec.scratch_bytes);
        let out = &mut rest[..spec.shape.bytes()];
        let row = EdgeRows { bytes: input, shape, row_stride: 4 * n, rows: 1, lookback: 0, lookahead: 0, step: 1 };
        let edges = [row];
        let before = thread().allocations;
        spec.kernel.prepare(table).unwrap();
        let mut io =
            StageIo { first: 0, rows: 1, edges: &edges, out, state: &mut [], scratch, table, continues: false };
        spec.kernel.run(&mut io).unwrap();
        assert_eq!(thread().allocations, before, "{n}");
    }
}

/// Two stages of one size hold one plan.
#[test]
fn stages_of_one_size_share_a_plan() {
    let _alone = alone();
    let mut area = vec![MaybeUninit::<u8>::uninit(); 4096];
    let skip = area.as_ptr().align_offset(64);
    let mut pool = Carver::new(&mut area[skip..]).unwrap();
    let mut plans = HostPlans::default();
    let mut reported = Vec::new();
    for (kind, n) in [("rfft_power", 4096), ("rfft_magnitude", 4096), ("rfft_power", 1000)] {
        let shape = RowShape { dtype: Dtype::F32, len: n };
        let edge = EdgeShape::of(shape);
        let host_plans = Some(&mut plans);
        let mut build = Build { kind, stage: kind, params: &[], edges: &[edge], pool: &mut pool, host_plans };
        let before = thread().live;
        reported.push((find(kind).unwrap()(&mut build).unwrap().host_heap_bytes, thread().live - before));
    }
    assert!(reported[0].0 > 0 && reported[2].0 > 0);
    assert_eq!(reported[1], (0, 0));
}
