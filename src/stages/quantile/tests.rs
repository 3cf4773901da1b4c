use super::*;
use crate::kernel::{EdgeRows, RowShape};
use crate::mem::{Carver, Pod, cast, cast_mut};
use crate::simd::levels;
use crate::stages::{EdgeShape, Param};
use std::mem::MaybeUninit;
use std::vec;
use std::vec::Vec;

/// xorshift64*: the same data on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32) as u32
    }
    fn unit(&mut self) -> f32 {
        self.next() as f32 / 4294967296.0
    }
    fn below(&mut self, n: usize) -> usize {
        self.next() as usize % n
    }
}

const KINDS: usize = 16;

fn data(kind: usize, n: usize, window: usize) -> (&'static str, Vec<f32>) {
    let mut r = Random(kind as u64 * 77 + n as u64 + 1);
    let bits = |r: &mut Random| f32::from_bits(r.next());
    let special = [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, -0.0, f32::MIN_POSITIVE / 8.0];
    let mut each = |f: &mut dyn FnMut(&mut Random, usize) -> f32| (0..n).map(|i| f(&mut r, i)).collect();
    match kind {
        0 => ("random", each(&mut |r, _| r.unit())),
        1 => ("any bits", each(&mut |r, _| bits(r))),
        2 => ("constant", vec![-2.5; n]),
        3 => ("sorted", each(&mut |_, i| i as f32)),
        4 => ("reversed", each(&mut |_, i| -(i as f32))),
        5 => ("two values", each(&mut |r, _| (r.next() & 1) as f32)),
        6 => ("ten values", each(&mut |r, _| (r.next() % 10) as f32 - 5.0)),
        7 => ("many NaN", each(&mut |r, _| if r.next().is_multiple_of(3) { f32::NAN } else { r.unit() })),
        8 => ("special", each(&mut |r, _| special[r.below(special.len())])),
        9 => ("zeros", each(&mut |r, _| if r.next() & 1 == 0 { 0.0 } else { -0.0 })),
        10 => ("drift", each(&mut |r, i| r.unit() + i as f32 / window as f32)),
        11 => ("steps", each(&mut |r, i| r.unit() * if (i / (window / 2 + 1)).is_multiple_of(2) { 1.0 } else { 1e6 })),
        12 => ("two clusters", each(&mut |r, _| r.unit() + if r.next() & 1 == 0 { 0.0 } else { 1e6 })),
        13 => ("period 17", each(&mut |r, i| if i.is_multiple_of(17) { 1e6 } else { 0.0 } + r.unit())),
        14 => ("all NaN", vec![f32::NAN; n]),
        _ => ("infinities", each(&mut |r, _| if r.next() & 1 == 0 { f32::INFINITY } else { f32::NEG_INFINITY })),
    }
}

/// Sorts every row.
fn naive(x: &[f32], window: usize, hop: usize, q: &[f64]) -> Vec<u32> {
    let mut y = Vec::new();
    let mut at = 0;
    while at + window <= x.len() {
        let mut row: Vec<f32> = x[at..at + window].iter().map(|v| select::plain(*v)).collect();
        row.sort_by(f32::total_cmp);
        y.extend(q.iter().map(|q| row[((window - 1) as f64 * q).round_ties_even() as usize].to_bits()));
        at += hop;
    }
    y
}

/// Bytes aligned to 64.
struct Bytes(Vec<u8>, usize);

impl Bytes {
    fn new(n: usize) -> Bytes {
        let memory = vec![0x55; n + 64];
        let at = memory.as_ptr().align_offset(64);
        Bytes(memory, at)
    }
    fn of<T: Pod>(x: &[T]) -> Bytes {
        let mut bytes = Bytes::new(size_of_val(x));
        cast_mut::<T>(bytes.get()).unwrap()[..x.len()].copy_from_slice(x);
        bytes
    }
    fn get(&mut self) -> &mut [u8] {
        let end = self.0.len() - (64 - self.1);
        &mut self.0[self.1..end]
    }
}

/// A stage over one signal, run in calls of any size.
struct Bench<T> {
    x: Bytes,
    n: usize,
    window: usize,
    hop: usize,
    ranks: Vec<usize>,
    level: Level,
    scratch: Bytes,
    out: Bytes,
    sample: std::marker::PhantomData<T>,
}

impl<T: Sample> Bench<T> {
    fn new(x: &[T], window: usize, hop: usize, q: &[f64], level: Level) -> Self {
        Bench {
            x: Bytes::of(x),
            n: x.len(),
            window,
            hop,
            ranks: q.iter().map(|q| nearest_rank(window, *q)).collect(),
            level,
            scratch: Bytes::new(RankPlan::new(window, hop, q.len()).bytes().unwrap()),
            out: Bytes::new(0),
            sample: std::marker::PhantomData,
        }
    }

    fn rows(&self) -> usize {
        if self.n < self.window { 0 } else { (self.n - self.window) / self.hop + 1 }
    }

    /// Rows `first..first + count`, and the number of element visits.
    fn call(&mut self, first: usize, count: usize, continues: bool) -> (Vec<u32>, u64) {
        let size = T::DTYPE.size();
        let from = first * self.hop * size;
        let to = from + ((count - 1) * self.hop + self.window) * size;
        let edge = EdgeRows {
            bytes: &self.x.get()[from..to],
            shape: RowShape { dtype: T::DTYPE, len: self.window },
            row_stride: self.hop * size,
            rows: count,
            ..EdgeRows::NONE
        };
        self.out = Bytes::new(4 * count * self.ranks.len());
        let mut io = StageIo {
            first: first as u64,
            rows: count,
            edges: &[edge],
            out: self.out.get(),
            state: &mut [],
            scratch: self.scratch.get(),
            table: &[],
            continues,
        };
        let plan = RankPlan::new(self.window, self.hop, self.ranks.len());
        let stage = Quantile { ranks: &self.ranks, window: self.window, hop: plan.hop, scale: 1.0, level: self.level };
        let visits = if self.window <= SMALL { stage.run(&mut io).map(|_| 0) } else { stage.slide::<T>(&mut io) };
        (cast::<u32>(self.out.get()).unwrap().to_vec(), visits.unwrap())
    }

    /// All rows, `group(row)` of them in a call.
    fn all(&mut self, continues: bool, mut group: impl FnMut(usize) -> usize) -> Vec<u32> {
        let (mut y, mut at) = (Vec::new(), 0);
        while at < self.rows() {
            let count = group(at).clamp(1, self.rows() - at);
            y.extend(self.call(at, count, continues && at > 0).0);
            at += count;
        }
        y
    }
}

const SHAPES: [(usize, usize); 14] = [
    (1, 1),
    (5, 2),
    (128, 1),
    (129, 1),
    (300, 7),
    (500, 100),
    (500, 500),
    (500, 700),
    (1024, 128),
    (1000, 999),
    (2048, 24),
    (2048, 1024),
    (5000, 1300),
    (4099, 41),
];

#[test]
fn every_data_shape_and_level_gives_the_sorted_rows() {
    let q = [0.5, 0.0, 1.0, 0.95, 0.01];
    for (window, hop) in SHAPES {
        let n = window + hop * if hop < 50 { 150 } else { 23 } + hop / 2;
        for kind in 0..KINDS {
            let (name, x) = data(kind, n, window);
            let want = naive(&x, window, hop, &q);
            for level in levels() {
                let got = Bench::new(&x, window, hop, &q, level).all(true, |_| 3);
                assert_eq!(got, want, "{name} {window} {hop} {level:?}");
            }
        }
    }
}

#[test]
fn grouping_and_kept_scratch_change_no_bits() {
    let q = [0.5, 0.95];
    for (window, hop) in [(300, 7), (1024, 128), (2048, 2048), (4099, 1000), (129, 128)] {
        for kind in 0..KINDS {
            let (name, x) = data(kind, window + hop * 40, window);
            let want = naive(&x, window, hop, &q);
            for continues in [true, false] {
                let mut r = Random(9);
                for group in [1, 3, usize::MAX, 0] {
                    let mut bench = Bench::new(&x, window, hop, &q, Level::detect());
                    let got = bench.all(continues, |_| if group == 0 { 1 + r.below(6) } else { group });
                    assert_eq!(got, want, "{name} {window} {hop} {group} {continues}");
                }
            }
        }
    }
}

#[test]
fn integers_are_ranked_as_their_values() {
    for (window, hop) in [(100, 10), (1000, 100), (3000, 700)] {
        let mut r = Random(3);
        let x: Vec<i16> = (0..window + 50 * hop).map(|_| (r.next() as i16) >> (r.next() % 16)).collect();
        let floats: Vec<f32> = x.iter().map(|v| f32::from(*v)).collect();
        let want = naive(&floats, window, hop, &[0.25, 0.75]);
        assert_eq!(Bench::new(&x, window, hop, &[0.25, 0.75], Level::detect()).all(true, |_| 2), want);
    }
}

#[test]
fn ranks_are_those_of_numpy_nearest() {
    for (n, q, rank) in [
        (32768, 0.5, 16384),
        (32768, 0.95, 31129),
        (2, 0.5, 0),
        (4, 0.5, 2),
        (6, 0.5, 2),
        (1, 0.7, 0),
        (10, 1.0, 9),
        (10, 0.0, 0),
        (101, 0.995, 100),
    ] {
        assert_eq!(nearest_rank(n, q), rank, "{n} {q}");
    }
}

#[test]
fn bad_parameters_are_refused() {
    let build = |key, values: &[f64], dtype, len| {
        let mut bytes = [MaybeUninit::<u8>::uninit(); 256];
        let at = bytes.as_ptr().align_offset(8);
        let shape = RowShape { dtype, len };
        super::build(&mut Build {
            kind: "quantile",
            stage: "quantiles",
            params: &[Param { key, value: 0.0, values }],
            edges: &[EdgeShape { stride: 10, ..EdgeShape::of(shape) }],
            pool: &mut Carver::new(&mut bytes[at..]).unwrap(),
            host_plans: None,
        })
        .map(|s| (s.shape, s.scratch_bytes, s.keeps_scratch, s.revision))
        .map_err(|e| e.status)
    };
    let ok = build("q", &[0.0, 1.0], Dtype::F32, 1000).unwrap();
    assert_eq!((ok.0, ok.2), (RowShape { dtype: Dtype::F32, len: 2 }, true));
    assert_ne!(ok.3, build("q", &[0.0, 0.5], Dtype::F32, 1000).unwrap().3);
    assert_eq!(build("q", &[0.5], Dtype::I16, 100).unwrap().1, 400);
    for values in [&[][..], &[0.5; 9], &[-0.1], &[1.1], &[f64::NAN]] {
        assert_eq!(build("q", values, Dtype::F32, 1000), Err(Status::Argument));
    }
    assert_eq!(build("p", &[0.5], Dtype::F32, 1000), Err(Status::Argument));
    assert_eq!(build("q", &[0.5], Dtype::F64, 1000), Err(Status::Graph));
    assert_eq!(build("q", &[0.5], Dtype::F32, 0), Err(Status::Argument));
}

#[test]
fn memory_follows_the_formula() {
    for (window, stride, k) in [(32768usize, 4096usize, 2usize), (1000, 300, 8), (1 << 20, 1, 1), (200, 500, 3)] {
        let hop = stride.min(window);
        let inside = select::cube_root(8 * (hop * window) as u64).max(32) as usize;
        let limit = window.min(2 * inside + 8 * window.isqrt());
        let slots = if window % hop == 0 && window / hop <= 64 { window / hop } else { 0 };
        let bytes = 4 * k * (limit + 2 * window.min(512) + 16 + 12 + 4 * slots) + 4 * (limit + 16).max(4096) + 16;
        assert_eq!(RankPlan::new(window, stride, k).bytes(), Ok(bytes));
    }
    assert!(RankPlan::new(32768, 4096, 2).bytes().unwrap() <= 64 << 10);
}

/// Element visits per row, mean and maximum, after the first row.
fn visits(x: &[f32], window: usize, hop: usize, q: &[f64]) -> (u64, u64) {
    let mut bench = Bench::new(x, window, hop, q, Level::detect());
    bench.call(0, 1, false);
    let each: Vec<u64> = (1..bench.rows()).map(|i| bench.call(i, 1, true).1).collect();
    (each.iter().sum::<u64>() / each.len() as u64, *each.iter().max().unwrap())
}

#[test]
fn visits_per_row_are_about_the_hop_and_bounded_for_any_data() {
    for (window, hop) in [(32768, 4096), (32768, 64), (8192, 1), (4096, 4095), (4096, 5000)] {
        let plan = RankPlan::new(window, hop, 1);
        for kind in 0..KINDS {
            let (name, x) = data(kind, window + hop * if hop == 1 { 3000 } else { 60 }, window);
            let (mean, worst) = visits(&x, window, hop, &[0.5]);
            let bound = 7 * window + 2 * plan.hop + 25 * plan.limit;
            assert!(worst <= bound as u64, "{name} {window} {hop}: {worst} of {bound}");
            if kind == 0 || kind == 2 || kind == 6 {
                let expected = 3 * plan.hop + 20 * plan.reach;
                assert!(mean <= expected as u64, "{name} {window} {hop}: {mean} of {expected}");
            }
        }
    }
}

#[test]
fn adversarial_data_stay_within_the_bound() {
    // Exactly the elements in the sample of some row are huge, the rest jump from hop to hop: no
    // sample represents its row, and no interval lasts.
    let (window, hop) = (4096usize, 1024usize);
    let mut r = Random(5);
    let x: Vec<f32> = (0..window + 200 * hop)
        .map(|i| {
            let rows = (i / hop).saturating_sub(window / hop - 1)..=i / hop;
            let sampled = rows.into_iter().any(|row| (i - row * hop).is_multiple_of(17));
            if sampled { 1e9 * r.unit() } else { (i / hop * 7 % 11) as f32 * 1e3 + r.unit() }
        })
        .collect();
    let q = [0.5];
    let plan = RankPlan::new(window, hop, 1);
    let (mean, worst) = visits(&x, window, hop, &q);
    assert!(worst <= (7 * window + 2 * hop + 25 * plan.limit) as u64, "{worst}");
    assert!(mean > 5 * window as u64, "no exact ranks were computed: {mean}");
    assert_eq!(Bench::new(&x, window, hop, &q, Level::detect()).all(true, |_| 5), naive(&x, window, hop, &q));
}

#[test]
fn rows_with_another_overlap_are_refused() {
    let mut x = Bytes::of(&[1.0f32; 1100]);
    let stage = Quantile { ranks: &[500], window: 1000, hop: 200, scale: 1.0, level: Level::BASELINE };
    let shape = RowShape { dtype: Dtype::F32, len: 1000 };
    let edge = EdgeRows { bytes: x.get(), shape, row_stride: 400, rows: 2, ..EdgeRows::NONE };
    let mut scratch = Bytes::new(RankPlan::new(1000, 200, 1).bytes().unwrap());
    let mut out = Bytes::new(8);
    let mut io = StageIo {
        first: 0,
        rows: 2,
        edges: &[edge],
        out: out.get(),
        state: &mut [],
        scratch: scratch.get(),
        table: &[],
        continues: false,
    };
    assert_eq!(stage.run(&mut io), Err(Code::MISFIT));
}

proptest::proptest! {
    #[test]
    fn any_shape_and_grouping_gives_the_sorted_rows(
        (window, hop) in (1usize..3000, 1usize..3000),
        kinds in (0..KINDS, 0..KINDS),
        q in proptest::collection::vec(0.0f64..=1.0, 1..=3),
        seed in 1u64..,
    ) {
        let mut r = Random(seed);
        let hop = if r.next() & 1 == 0 { hop } else { 1 + hop % 40 };
        let n = window + hop * 30;
        // Two kinds of data, one after the other and mixed.
        let (a, b) = (data(kinds.0, n, window).1, data(kinds.1, n, window).1);
        let (from, to) = (r.below(n), r.below(n));
        let x: Vec<f32> =
            (0..n).map(|i| if i < from || (i > to && r.next() & 1 == 0) { a[i] } else { b[i] }).collect();
        let level = levels()[r.below(levels().len())];
        let got = Bench::new(&x, window, hop, &q, level).all(true, |_| 1 + r.below(9));
        proptest::prop_assert_eq!(got, naive(&x, window, hop, &q));
    }
}
