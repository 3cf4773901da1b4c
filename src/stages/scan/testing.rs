//! Runs a scan in the order that [`crate::kernel`] guarantees, in blocks of several sizes, for tests of the scans.

use crate::dtype::Element;
use crate::kernel::{Code, EdgeRows, RowShape, StageIo, StageSpec};
use crate::mem::cast;
use crate::series::Series;
use crate::stages::testing::{Aligned, register_all};
use crate::stages::{EdgeShape, Param};
use crate::status::Result;
use std::vec;
use std::vec::Vec;

pub(crate) type Params<'a> = [(&'a str, &'a [f64])];

/// Rows of one edge; halo rows outside the stream are zero.
#[derive(Clone)]
pub(crate) struct Edge {
    bytes: Vec<u8>,
    pub(crate) shape: RowShape,
    pub(crate) lookback: usize,
    pub(crate) lookahead: usize,
    /// Interleaved channels.
    channels: usize,
}

impl Edge {
    pub(crate) fn rows<T: Element>(data: &[T], len: usize) -> Edge {
        assert_eq!(data.len() % len, 0);
        let bytes = Aligned::of(data).get().to_vec();
        Edge { bytes, shape: RowShape { dtype: T::DTYPE, len }, lookback: 0, lookahead: 0, channels: 1 }
    }

    pub(crate) fn interleaved(self, channels: usize) -> Edge {
        Edge { channels, ..self }
    }

    pub(crate) fn halo(mut self, lookback: usize, lookahead: usize) -> Edge {
        (self.lookback, self.lookahead) = (lookback, lookahead);
        self
    }

    fn count(&self) -> usize {
        self.bytes.len() / self.shape.bytes()
    }

    fn described(&self) -> EdgeShape {
        let (lookback, lookahead) = (self.lookback as u32, self.lookahead as u32);
        let edge = EdgeShape::of(self.shape);
        let series = Series { unit: edge.series.unit, ..Series::interleaved(self.shape.len, self.channels) };
        EdgeShape { lookback, lookahead, series, ..edge }
    }

    /// The rows of a block with its halo.
    fn block(&self, first: usize, rows: usize) -> Aligned {
        let row = self.shape.bytes();
        let mut block = Aligned::filled((rows + self.lookback + self.lookahead) * row, 0);
        for (i, to) in block.get().chunks_exact_mut(row).enumerate() {
            if let Some(t) = (first + i).checked_sub(self.lookback).filter(|t| *t < self.count()) {
                to.copy_from_slice(&self.bytes[t * row..(t + 1) * row]);
            }
        }
        block
    }
}

/// Registers a scan, in memory that is never freed.
pub(crate) fn register(kind: &str, params: &Params<'_>, edges: &[Edge]) -> Result<StageSpec<'static>> {
    // A single number has no list, as in the C API.
    let params: Vec<Param<'_>> = params
        .iter()
        .map(|(key, v)| match v {
            [value] => Param { key, value: *value, values: &[] },
            values => Param { key, value: 0.0, values },
        })
        .collect();
    let edges: Vec<EdgeShape> = edges.iter().map(Edge::described).collect();
    register_all(kind, &params, &edges, false)
}

/// All rows, computed in blocks of 1, 2, 3, 7 and all at once. Rows and final states must be bit-identical.
/// The state is at another address in every call.
pub(crate) fn bytes(spec: &StageSpec<'_>, edges: &[Edge]) -> Vec<u8> {
    let count = edges[0].count();
    let row = spec.shape.bytes();
    let mut table = Aligned::filled(spec.table_bytes, 0xa5);
    spec.kernel.prepare(table.get()).unwrap();
    let results: Vec<(Vec<u8>, Vec<u8>)> = [1, 2, 3, 7, count.max(1)]
        .into_iter()
        .map(|size| {
            let mut all = vec![0; count * row];
            let mut memory = Aligned::filled(spec.state_bytes + spec.state_align, 0xc3);
            spec.kernel.state_init(&mut memory.get()[spec.state_align..]).unwrap();
            let mut state = memory.get()[spec.state_align..].to_vec();
            let mut firsts: Vec<usize> = (0..count).step_by(size).collect();
            if spec.reverse {
                firsts.reverse();
            }
            for first in firsts {
                let rows = size.min(count - first);
                let mut blocks: Vec<Aligned> = edges.iter().map(|e| e.block(first, rows)).collect();
                let described: Vec<EdgeRows<'_>> = edges
                    .iter()
                    .zip(&mut blocks)
                    .map(|(e, block)| EdgeRows {
                        bytes: block.get(),
                        shape: e.shape,
                        row_stride: e.shape.bytes(),
                        rows: rows + e.lookback + e.lookahead,
                        lookback: e.lookback,
                        lookahead: e.lookahead,
                        step: 1,
                    })
                    .collect();
                let mut out = Aligned::filled(rows * row, 0x5a);
                let mut scratch = Aligned::filled(spec.scratch_bytes, (size as u8) ^ 0x3c);
                let mut memory = Aligned::filled(spec.state_bytes + spec.state_align, 0x77);
                let place = &mut memory.get()[spec.state_align..];
                place.copy_from_slice(&state);
                let mut io = StageIo {
                    first: first as u64,
                    rows,
                    edges: &described,
                    out: out.get(),
                    state: place,
                    scratch: scratch.get(),
                    table: table.get(),
                    continues: false,
                };
                spec.kernel.run(&mut io).unwrap();
                state.copy_from_slice(&memory.get()[spec.state_align..]);
                all[first * row..(first + rows) * row].copy_from_slice(out.get());
            }
            (all, state)
        })
        .collect();
    for (i, other) in results.iter().enumerate() {
        assert!(*other == results[0], "rows or state depend on the blocks: {i}");
    }
    results[0].0.clone()
}

/// Computes all rows at once from the initial state; what the stage returns.
pub(crate) fn once(spec: &StageSpec<'_>, edge: &Edge) -> Result<(), Code> {
    let (rows, mut block) = (edge.count(), edge.block(0, edge.count()));
    let mut state = Aligned::filled(spec.state_bytes, 0xc3);
    spec.kernel.state_init(state.get()).unwrap();
    let mut out = Aligned::filled(rows * spec.shape.bytes(), 0x5a);
    let mut scratch = Aligned::filled(spec.scratch_bytes, 0x3c);
    let described = EdgeRows {
        bytes: block.get(),
        shape: edge.shape,
        row_stride: edge.shape.bytes(),
        rows,
        lookback: 0,
        lookahead: 0,
        step: 1,
    };
    spec.kernel.run(&mut StageIo {
        first: 0,
        rows,
        edges: &[described],
        out: out.get(),
        state: state.get(),
        scratch: scratch.get(),
        table: &[],
        continues: false,
    })
}

/// All rows as elements.
pub(crate) fn run<U: Element>(kind: &str, params: &Params<'_>, edges: &[Edge]) -> Vec<U> {
    let spec = register(kind, params, edges).unwrap();
    assert_eq!(spec.shape.dtype, U::DTYPE, "{kind}");
    cast(Aligned::of(&bytes(&spec, edges)).get()).unwrap().to_vec()
}

/// The rows of one stage as the edge of another.
pub(crate) fn chain(kind: &str, params: &Params<'_>, edges: &[Edge]) -> Edge {
    let spec = register(kind, params, edges).unwrap();
    Edge { bytes: bytes(&spec, edges), shape: spec.shape, lookback: 0, lookahead: 0, channels: 1 }
}

/// The elements of an edge as numbers.
pub(crate) fn numbers(edge: &Edge) -> Vec<f64> {
    use crate::dtype::Dtype;
    let mut bytes = Aligned::of(&edge.bytes);
    match edge.shape.dtype {
        Dtype::F64 => cast::<f64>(bytes.get()).unwrap().to_vec(),
        Dtype::F32 => cast::<f32>(bytes.get()).unwrap().iter().map(|v| f64::from(*v)).collect(),
        Dtype::U8 => edge.bytes.iter().map(|v| f64::from(*v)).collect(),
        other => panic!("{other:?}"),
    }
}
