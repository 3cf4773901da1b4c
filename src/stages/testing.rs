//! Runs a stage as the executors do, for tests of the stages.

use super::{Build, EdgeShape, Param, find};
use crate::dtype::{Dtype, Element};
use crate::kernel::{EdgeRows, RowShape, StageIo, StageSpec};
use crate::limits::BUFFER_ALIGN;
use crate::mem::{Carver, cast, cast_mut};
use crate::series::Series;
use crate::status::Result;
use core::mem::MaybeUninit;
use std::boxed::Box;
use std::vec;
use std::vec::Vec;

/// Bytes aligned as buffers of the work area are.
pub(crate) struct Aligned {
    bytes: Vec<u8>,
    start: usize,
    len: usize,
}

impl Aligned {
    pub(crate) fn filled(len: usize, value: u8) -> Self {
        let bytes = vec![value; len + BUFFER_ALIGN];
        let start = bytes.as_ptr().align_offset(BUFFER_ALIGN);
        Aligned { bytes, start, len }
    }

    pub(crate) fn of<T: Element>(data: &[T]) -> Self {
        let mut all = Aligned::filled(size_of_val(data), 0);
        cast_mut::<T>(all.get()).unwrap().copy_from_slice(data);
        all
    }

    pub(crate) fn get(&mut self) -> &mut [u8] {
        &mut self.bytes[self.start..self.start + self.len]
    }
}

/// Rows of one input of a stage.
#[derive(Clone)]
pub(crate) struct Input<'a, T> {
    pub(crate) data: &'a [T],
    pub(crate) len: usize,
    pub(crate) stride: usize,
    pub(crate) channels: usize,
}

impl<'a, T: Element> Input<'a, T> {
    /// Rows of `len` elements, one after another.
    pub(crate) fn rows(data: &'a [T], len: usize) -> Self {
        Input { data, len, stride: len, channels: 1 }
    }

    pub(crate) fn edge(&self) -> EdgeShape {
        let shape = RowShape { dtype: T::DTYPE, len: self.len };
        let (step, channels) = ((self.stride / self.channels) as u64, self.channels as u32);
        let edge = EdgeShape::of(shape);
        EdgeShape { stride: self.stride, series: Series { step, channels, ..edge.series }, ..edge }
    }

    fn count(&self) -> usize {
        if self.data.len() < self.len { 0 } else { 1 + (self.data.len() - self.len) / self.stride }
    }
}

/// Registers a stage of one edge, in memory that is never freed.
pub(crate) fn register(
    kind: &str,
    params: &[(&str, &[f64])],
    edge: EdgeShape,
    host_heap: bool,
) -> Result<StageSpec<'static>> {
    let params: Vec<Param<'_>> =
        params.iter().map(|(key, v)| Param { key, value: v.first().copied().unwrap_or(0.0), values: v }).collect();
    register_all(kind, &params, &[edge], host_heap)
}

/// Registers a stage, in memory that is never freed.
pub(crate) fn register_all(
    kind: &str,
    params: &[Param<'_>],
    edges: &[EdgeShape],
    host_heap: bool,
) -> Result<StageSpec<'static>> {
    let area = Box::leak(vec![MaybeUninit::<u8>::uninit(); 1 << 16].into_boxed_slice());
    let start = area.as_ptr().align_offset(BUFFER_ALIGN);
    let mut pool = Carver::new(&mut area[start..])?;
    let mut plans = super::HostPlans::default();
    let host_plans = host_heap.then_some(&mut plans);
    find(kind)?(&mut Build { kind, stage: kind, params, edges, pool: &mut pool, host_plans })
}

/// All rows of the stage, computed in blocks of 1, of 3 and all at once, which must be bit-identical.
pub(crate) fn run<T: Element, U: Element>(kind: &str, params: &[(&str, &[f64])], input: &Input<'_, T>) -> Vec<U> {
    run_on(true, kind, params, input)
}

/// As [`run`], with or without the host's heap.
pub(crate) fn run_on<T: Element, U: Element>(
    host_heap: bool,
    kind: &str,
    params: &[(&str, &[f64])],
    input: &Input<'_, T>,
) -> Vec<U> {
    let spec = register(kind, params, input.edge(), host_heap).unwrap();
    assert_eq!(spec.shape.dtype, U::DTYPE, "{kind}");
    let (mut data, mut table) = (Aligned::of(input.data), Aligned::filled(spec.table_bytes, 0xa5));
    spec.kernel.prepare(table.get()).unwrap();
    let (count, row_bytes) = (input.count(), spec.shape.bytes());
    let mut results: Vec<Vec<u8>> = [1, 3, count.max(1)]
        .into_iter()
        .map(|block| {
            let mut all = Vec::new();
            for first in (0..count).step_by(block) {
                let rows = block.min(count - first);
                // Before a call, scratch and output may have any content.
                let mut out = Aligned::filled(rows * row_bytes, 0x5a);
                let mut scratch = Aligned::filled(spec.scratch_bytes, 0x3c + block as u8);
                let size = T::DTYPE.size();
                let span = first * input.stride * size..((first + rows - 1) * input.stride + input.len) * size;
                let edge = EdgeRows {
                    bytes: &data.get()[span],
                    shape: input.edge().shape,
                    row_stride: input.stride * size,
                    rows,
                    lookback: 0,
                    lookahead: 0,
                    step: 1,
                };
                let mut io = StageIo {
                    first: first as u64,
                    rows,
                    edges: &[edge],
                    out: out.get(),
                    state: &mut [],
                    scratch: scratch.get(),
                    table: table.get(),
                    continues: false,
                };
                spec.kernel.run(&mut io).unwrap();
                all.extend_from_slice(out.get());
            }
            all
        })
        .collect();
    assert_eq!(results[0], results[1], "{kind}: rows differ between blocks of 1 and 3");
    assert_eq!(results[0], results[2], "{kind}: rows differ between blocks of 1 and all");
    let mut bytes = Aligned::of(&results.swap_remove(0));
    cast::<U>(bytes.get()).unwrap().to_vec()
}

/// All rows as `f64`, for any output type.
pub(crate) fn run_f64<T: Element>(kind: &str, params: &[(&str, &[f64])], input: &Input<'_, T>) -> Vec<f64> {
    match register(kind, params, input.edge(), true).unwrap().shape.dtype {
        Dtype::U8 => run::<T, u8>(kind, params, input).into_iter().map(f64::from).collect(),
        Dtype::I16 => run::<T, i16>(kind, params, input).into_iter().map(f64::from).collect(),
        Dtype::U32 => run::<T, u32>(kind, params, input).into_iter().map(f64::from).collect(),
        _ => run::<T, f32>(kind, params, input).into_iter().map(f64::from).collect(),
    }
}

/// Noise with a square wave of period 10, the same on every machine.
pub(crate) fn signal(n: usize, seed: u32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
    (0..n)
        .map(|i| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = (state >> 8) as f32 / 8_388_608.0 - 1.0;
            noise + if i % 10 < 5 { 1.5 } else { -1.5 }
        })
        .collect()
}

/// Asserts that `got` is within `tolerance` of `want`, relative to the largest finite element of `want`.
pub(crate) fn close(got: &[f64], want: &[f64], tolerance: f64, what: &str) {
    assert_eq!(got.len(), want.len(), "{what}");
    let scale = want.iter().filter(|v| v.is_finite()).fold(0f64, |m, v| m.max(v.abs()));
    for (i, (g, w)) in got.iter().zip(want).enumerate() {
        let same = g == w || (g.is_nan() && w.is_nan()) || (g - w).abs() <= tolerance * scale;
        assert!(same, "{what}: element {i} is {g}, expected {w} (scale {scale})");
    }
}

/// A case of the files that the scripts in `tests/data` write.
pub(crate) struct Case<'t> {
    /// First line of the case.
    pub(crate) head: &'t str,
    pub(crate) kind: &'t str,
    pub(crate) dtype: &'t str,
    /// Length of a row.
    pub(crate) len: usize,
    pub(crate) tolerance: f64,
    lists: Vec<(&'t str, Vec<f64>)>,
    pub(crate) input: Vec<f64>,
    pub(crate) want: Vec<f64>,
}

impl Case<'_> {
    pub(crate) fn params(&self) -> Vec<(&str, &[f64])> {
        self.lists.iter().map(|(k, v)| (*k, &v[..])).collect()
    }
}

/// All cases of a file: `case KIND DTYPE ROW_LEN TOLERANCE [key=v,v ...]`, the input, the numbers expected.
pub(crate) fn cases(text: &str) -> Vec<Case<'_>> {
    let numbers = |s: &str, by: char| -> Vec<f64> { s.split(by).map(|v| v.parse().unwrap()).collect() };
    let mut lines = text.lines();
    let mut cases = Vec::new();
    while let Some(head) = lines.next() {
        let mut words = head.split(' ').skip(1);
        let (kind, dtype) = (words.next().unwrap(), words.next().unwrap());
        let len = words.next().unwrap().parse().unwrap();
        let tolerance = words.next().unwrap().parse().unwrap();
        let lists = words.map(|w| w.split_once('=').unwrap()).map(|(k, v)| (k, numbers(v, ','))).collect();
        let (input, want) = (numbers(lines.next().unwrap(), ' '), numbers(lines.next().unwrap(), ' '));
        cases.push(Case { head, kind, dtype, len, tolerance, lists, input, want });
    }
    cases
}
