//! Reference texts of the kinds that gather and combine rows, and of `sum`, `max` and `min`.

use super::{Manual, NanPolicy, ParamInfo, ParamKind, SCALE, param};

pub(in crate::stages) const EDGE_MAX: Manual = Manual {
    summary: "The largest of the elements of several edges: y[i] = max over e of x_e[i].",
    source: "numpy.max([x0, x1, ...], axis=0)",
    ..EDGE_SUM
};
pub(in crate::stages) const EDGE_MEAN: Manual = Manual {
    summary: "Mean of the elements of several edges: y[i] = sum over e of x_e[i] / edges.",
    source: "numpy.mean([x0, x1, ...], axis=0)",
    ..EDGE_SUM
};
pub(in crate::stages) const EDGE_MIN: Manual = Manual {
    summary: "The smallest of the elements of several edges: y[i] = min over e of x_e[i].",
    source: "numpy.min([x0, x1, ...], axis=0)",
    ..EDGE_SUM
};
pub(in crate::stages) const EDGE_SUM: Manual = Manual {
    summary: "Sum of the elements of several edges: y[i] = sum over e of x_e[i].",
    input: "2 to 16 edges with rows of the same type (f32, f64 or i16), length, channels and step",
    output: "n elements; f64 for f64 input, else f32",
    nan: NanPolicy::Spreads,
    notes: "Computed in f64, in the order of the edges, and rounded once. Both zeros are +0 in edge_max \
            and edge_min.",
    source: "numpy.sum([x0, x1, ...], axis=0)",
    params: &[SCALE],
};
pub(in crate::stages) const FRAME: Manual = Manual {
    summary: "Windows of consecutive rows: y is the rows t hop - lookback to t hop + lookahead of the edge, one after \
              another.",
    input: "consecutive rows of any type and any number of channels; the edge has the lookback or the lookahead",
    output: "(lookback + 1 + lookahead) n elements of the same type",
    nan: NanPolicy::Copied,
    notes: "Use it to filter samples first and to cut them into overlapping windows afterwards. Rows before the first \
            and after the last one are those of the boundary of the edge. With lookahead only, row t is the window \
            that starts at row t hop.",
    source: "numpy.lib.stride_tricks.sliding_window_view(x, rows * n), every (hop n)-th row",
    params: &[HOP],
};
const HOP: ParamInfo =
    param("hop", ParamKind::Integer, "rows", "1 to 1048576", "1", "rows of the edge from one row to the next");
pub(in crate::stages) const MAX: Manual =
    Manual { summary: "The largest element: max x[i].", notes: "Both zeros are +0.", source: "numpy.max(x)", ..SUM };
pub(in crate::stages) const MIN: Manual =
    Manual { summary: "The smallest element: min x[i].", source: "numpy.min(x)", ..MAX };
pub(in crate::stages) const SUM: Manual = Manual {
    summary: "Sum of the elements: sum x[i]; of a row of powers, its energy.",
    input: "f32 or i16, one channel",
    output: "1 f32",
    nan: NanPolicy::Spreads,
    notes: "f32 is summed in f64, i16 exactly; the result is rounded once.",
    source: "numpy.sum(x)",
    params: &[SCALE],
};
