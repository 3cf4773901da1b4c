"""Stages whose rows a Python function computes."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ._native import ffi
from ._native_calls import ELEMENTS
from ._nodes import Array, Edge, Input, Stage

_KEYWORDS = ("first", "out", "state", "scratch")


class Reader:
    """How the rows of an edge become an array: (rows, len), with a halo (rows, halo, len); inputs of several channels have
    (..., samples, channels) in the place of len."""

    def __init__(self, node: Input | Stage, edge: Edge, stride: int) -> None:
        self.dtype = node.dtype
        self.stride = stride
        self.before = edge.lookback
        self.halo = edge.lookback + edge.lookahead
        channels = node.channels if isinstance(node, Input) else 1
        self.row_shape = (node.len // channels, channels) if channels > 1 else (node.len,)
        item = node.dtype.itemsize
        self.row_bytes = node.len * item
        self.row_strides = (channels * item, item) if channels > 1 else (item,)

    def shape(self, rows: int) -> tuple[int, ...]:
        """Shape of the array for a number of rows."""
        return (rows, self.halo + 1, *self.row_shape) if self.halo else (rows, *self.row_shape)

    def buffer(self, edge: Any, rows: int) -> Any:
        """The memory of the rows of a call."""
        count = self.halo + (rows - 1) * self.stride
        start = ffi.cast("char *", edge.base) - self.before * edge.row_stride_bytes
        return ffi.buffer(start, count * edge.row_stride_bytes + self.row_bytes)

    def view(self, buffer: Any, edge: Any, rows: int) -> Array:
        """The rows as a read-only array in the memory of the library."""
        step = int(edge.row_stride_bytes)
        halo = (step,) if self.halo else ()
        strides = (self.stride * step, *halo, *self.row_strides)
        view = np.ndarray(self.shape(rows), self.dtype, buffer, 0, strides)
        view.flags.writeable = False
        return view


class FunctionStage:
    """A function with all that its calls need. `run` and `init` are the callbacks."""

    def __init__(
        self,
        name: str,
        function: Callable[..., Any],
        readers: Sequence[Reader],
        state: np.dtype[Any] | None,
        initial: Any,
        scratch_bytes: int,
    ) -> None:
        self.name = name
        self.function = function
        self.readers = readers
        self.state = state
        self.initial = initial
        self.scratch_bytes = scratch_bytes
        self.dtype: np.dtype[Any] = np.dtype("float32")
        self.len = 1
        parameters = inspect.signature(function).parameters.values()
        keyword = inspect.Parameter.KEYWORD_ONLY
        self.wants = [p.name for p in parameters if p.kind == keyword and p.name in _KEYWORDS]
        if state is not None and "state" not in self.wants:
            raise TypeError(f"stage {name!r} has state: its function needs a parameter `*, state`")

    def infer(self) -> None:
        """Element type and length of a row, from a call with two rows of zeros."""
        if "out" in self.wants:
            raise TypeError(f"stage {self.name!r} writes to `out`: give dtype and len")
        views = [np.zeros(reader.shape(2), reader.dtype) for reader in self.readers]
        given: dict[str, Any] = {"first": 0}
        if self.state is not None:
            given["state"] = self.initial_state()
        if self.scratch_bytes:
            given["scratch"] = np.zeros(self.scratch_bytes, np.uint8)
        rows = np.asarray(self.function(*views, **{key: given[key] for key in self.wants}))
        if rows.ndim == 0 or rows.shape[0] != 2:
            raise ValueError(f"stage {self.name!r} returned shape {rows.shape} for 2 rows; give dtype and len")
        self.dtype = storable(rows.dtype)
        self.len = rows.size // 2

    def initial_state(self) -> Array:
        """The state before the first row."""
        assert self.state is not None
        state = np.zeros((), self.state)
        if callable(self.initial):
            self.initial(state)
        elif self.initial is not None:
            state[...] = self.initial
        return state

    def init(self, _ctx: Any, memory: Any) -> None:
        """Callback: sets the state."""
        assert self.state is not None
        ffi.memmove(memory, self.initial_state().tobytes(), self.state.itemsize)

    def run(self, _ctx: Any, io: Any) -> None:
        """Callback: computes the rows of a block."""
        rows = int(io.rows)
        edges = [io.edges[i] for i in range(len(self.readers))]
        buffers = [reader.buffer(edge, rows) for reader, edge in zip(self.readers, edges, strict=True)]
        out = ffi.buffer(io.out, rows * self.len * self.dtype.itemsize)
        counts = [sys.getrefcount(buffers[i]) for i in range(len(buffers))]
        self._compute(io, edges, buffers, out, rows)
        for i in range(len(buffers)):
            # More references than before: an array in this memory still exists.
            if sys.getrefcount(buffers[i]) > counts[i]:
                raise RuntimeError(f"stage {self.name!r} keeps rows that are valid during its call only: copy them")

    def _compute(self, io: Any, edges: list[Any], buffers: list[Any], out: Any, rows: int) -> None:
        views = [
            reader.view(buffer, edge, rows) for reader, buffer, edge in zip(self.readers, buffers, edges, strict=True)
        ]
        target = np.ndarray((rows, self.len), self.dtype, out)
        given: dict[str, Any] = {}
        for key in self.wants:
            if key == "first":
                given[key] = int(io.first)
            elif key == "out":
                given[key] = target
            elif key == "state" and self.state is not None:
                given[key] = np.ndarray((), self.state, ffi.buffer(io.state, self.state.itemsize))
            elif key == "scratch":
                given[key] = np.ndarray(self.scratch_bytes, np.uint8, ffi.buffer(io.scratch, self.scratch_bytes))
        result = self.function(*views, **given)
        if result is None and "out" in self.wants:
            return
        values = np.asarray(result)
        if values.ndim == 0 or values.shape[0] != rows or values.size != target.size:
            text = f"stage {self.name!r} returned shape {values.shape} for {rows} rows of {self.len} elements"
            raise ValueError(text)
        np.copyto(target, values.reshape(target.shape), casting="same_kind")


def storable(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The element type in which rows of a NumPy type are kept."""
    replaced = {"bool": "uint8", "float16": "float32", "complex128": "complex64"}.get(dtype.name, dtype.name)
    if replaced not in ELEMENTS:
        raise TypeError(f"rows have no element type {dtype}; types: {', '.join(ELEMENTS)}")
    return np.dtype(replaced)
