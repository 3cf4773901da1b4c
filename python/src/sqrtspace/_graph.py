"""The graph of a pipeline: inputs, sources and stages. Part of `Pipeline`."""

from __future__ import annotations

import bisect
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ._functions import FunctionStage, Reader, storable
from ._handle import Handle
from ._kinds import Kinds
from ._native import ffi, lib
from ._native_calls import ALL, NAMES, address, element, new, path_text, result
from ._nodes import Array, Edge, Input, Source, Stage, sources
from ._structs import RowInfo

BOUNDARIES = {"zero": lib.SQS_BOUNDARY_ZERO, "clamp": lib.SQS_BOUNDARY_CLAMP}
UNITS = {
    "other": lib.SQS_UNIT_OTHER,
    "samples": lib.SQS_UNIT_SAMPLES,
    "magnitude": lib.SQS_UNIT_MAGNITUDE,
    "power": lib.SQS_UNIT_POWER,
}
FLAGS = {
    "reverse": lib.SQS_STAGE_REVERSE,
    "keeps_series": lib.SQS_STAGE_KEEPS_SERIES,
    "bins": lib.SQS_STAGE_BINS,
    "needs_consecutive": lib.SQS_STAGE_NEEDS_CONSECUTIVE,
    "needs_one_channel": lib.SQS_STAGE_NEEDS_ONE_CHANNEL,
}


class Graph(Handle, Kinds):
    """Registers inputs, sources and stages."""

    def input(
        self,
        name: str,
        window: int,
        hop: int | None = None,
        *,
        dtype: Any = "float32",
        channels: int = 1,
        capacity: int = 0,
        gap_fill: int = 0,
    ) -> Input:
        """Registers an additional input: a second stream with windows of its own.

        Parameters
        ----------
        name : str
            Name, not used by another node.
        window, hop : int
            Samples of a window, and from window to window. Default of hop: window.
        dtype : dtype
            Element type of the samples.
        channels : int
            Interleaved elements of a sample.
        capacity : int
            Samples that its buffer holds; 0: the default.
        gap_fill : int
            Value of missing samples of an integer type. Others are NaN.

        Returns
        -------
        Input
        """
        hop = window if hop is None else hop
        text = ffi.new("char[]", name.encode())
        desc = new(
            "sqs_input_desc",
            name=text,
            window=window,
            hop=hop,
            capacity=capacity,
            dtype=element(dtype),
            channels=channels,
            gap_fill=gap_fill,
        )
        number = ffi.new("uint32_t *")
        self._call(lib.sqs_input_register, desc, number)
        node = Input(name, int(number[0]), window, hop, np.dtype(dtype), channels)
        self._add(node)
        return node

    def _add(self, node: Input | Stage) -> None:
        self._nodes[node.name] = node

    def node(self, name: str) -> Input | Stage:
        """The input or stage of a name."""
        if name not in self._nodes:
            raise KeyError(f"no node {name!r}; nodes: {', '.join(self._nodes)}")
        return self._nodes[name]

    def _added(self, number: int) -> Stage:
        """The stage of a number, as the library describes it."""
        rows = self._rows(lib.sqs_stage_info, number)
        stage = Stage(rows.name, number, np.dtype(NAMES[rows.dtype]), rows.len, rows.row_channels)
        self._add(stage)
        return stage

    def _rows(self, function: Callable[..., int], number: int) -> RowInfo:
        rows = new("sqs_row_info")
        self._call(function, number, rows)
        return result(RowInfo, rows)

    def info(self, node: Input | Stage | str) -> RowInfo:
        """What the rows of a stage or the windows of an input are: type, length, step, channels, unit, delay."""
        found = self.node(node) if isinstance(node, str) else node
        function = lib.sqs_input_info if isinstance(found, Input) else lib.sqs_stage_info
        return self._rows(function, found.id)

    def find(self, name: str) -> int:
        """The number of a stage, from the library."""
        number = ffi.new("uint32_t *")
        self._call(lib.sqs_stage_find, ffi.new("char[]", name.encode()), number)
        return int(number[0])

    def _input(self, given: Input | str | int) -> Input:
        for node in self._nodes.values():
            if isinstance(node, Input) and given in (node, node.name, node.id):
                return node
        raise KeyError(f"no input {given!r}")

    def _stage(self, given: Stage | str) -> Stage:
        node = self.node(given) if isinstance(given, str) else given
        if not isinstance(node, Stage):
            raise TypeError(f"{node.name!r} is an input, not a stage")
        return node

    def set_source(
        self,
        source: Array | Callable[[int, Array], int],
        input: Input | str | int = 0,
        *,
        samples: int | None = None,
        growing: bool = False,
        gaps: Sequence[tuple[int, int]] = (),
    ) -> None:
        """Makes an input read an array, a memory map or a function instead of pushed samples. Before seal.

        Parameters
        ----------
        source : array or function
            Samples (n,) or (n, channels), which are read in place and must not change; or a function that gets the number
            of the first sample and an array to fill, and returns how many samples it filled.
        input : Input, str or int
            The input.
        samples : int
            Number of samples; required for a function.
        growing : bool
            More samples may come: `extend_source`.
        gaps : sequence of (int, int)
            Ranges of samples that are missing, first and end (exclusive), ascending: they are not read.
        """
        target = self._input(input)
        if callable(source):
            if samples is None:
                raise TypeError("a function as source needs the number of samples")
            read = _reader(source, target)
            count = samples
        else:
            data = np.asarray(source)
            if data.dtype != target.dtype:
                raise TypeError(f"samples are {data.dtype}, the input {target.name!r} has {target.dtype}")
            data = data.reshape(-1, target.channels)
            count = len(data) if samples is None else samples
            read = _array_reader(data)
            self._kept.append(data)
        callback = ffi.callback("sqs_source_read_fn", self._caught.guard(read), error=1)
        flags = lib.SQS_SOURCE_GROWING if growing else 0
        source_desc = new("sqs_source", read=callback, samples=count, flags=flags)
        if gaps:
            report = ffi.callback("sqs_source_gap_fn", self._caught.guard(_gap_finder(gaps)), error=1)
            source_desc.gap = report
            self._kept.append(report)
        self._call(lib.sqs_source_set, target.id, source_desc)
        self._kept.append(callback)

    def extend_source(self, samples: int, input: Input | str | int = 0, *, growing: bool = False) -> None:
        """Sets the new length of a growing source; without `growing` it is the final one."""
        self._call(lib.sqs_source_extend, self._input(input).id, samples, lib.SQS_SOURCE_GROWING if growing else 0)

    def set_source_file(
        self,
        path: str | os.PathLike[str],
        input: Input | str | int = 0,
        *,
        byte_order: str = "little",
        offset: int = 0,
        missing: Sequence[tuple[int, int]] | None = None,
    ) -> int:
        """Makes an input read a file of raw samples. Before seal.

        Parameters
        ----------
        path : path
            The file.
        input : Input, str or int
            The input.
        byte_order : str
            "little" or "big".
        offset : int
            Position of the first sample in bytes.
        missing : sequence of (int, int)
            Ranges of bytes that are missing, as a decoder that recovers reports them.

        Returns
        -------
        int
            Number of samples.
        """
        order = {"little": lib.SQS_LITTLE_ENDIAN, "big": lib.SQS_BIG_ENDIAN}[byte_order]
        count = ffi.new("uint64_t *")
        text = ffi.new("char[]", path_text(path))
        if missing is None:
            self._call(lib.sqs_source_set_file, self._input(input).id, text, order, offset, count)
            return int(count[0])
        ranges = ffi.new("sqs_range[]", [tuple(r) for r in missing])
        self._kept.append(ranges)
        number = self._input(input).id
        self._call(lib.sqs_source_set_recovered, number, text, order, offset, ranges, _count(missing), count)
        return int(count[0])

    def _edges(self, given: Source | Sequence[Source], lookback: int, lookahead: int, boundary: str) -> list[Edge]:
        edges = []
        for source in sources(given):
            edge = source if isinstance(source, Edge) else Edge(source, lookback, lookahead, boundary)
            node = self.node(edge.node) if isinstance(edge.node, str) else edge.node
            edges.append(Edge(node, edge.lookback, edge.lookahead, edge.boundary))
        return edges

    def _edge_descs(self, edges: Sequence[Edge]) -> tuple[Any, list[Any]]:
        descs = ffi.new("sqs_edge_desc[]", len(edges))
        kept = []
        for desc, edge in zip(descs, edges, strict=True):
            assert not isinstance(edge.node, str)
            kept.append(ffi.new("char[]", edge.node.name.encode()))
            desc.name = kept[-1]
            desc.lookback = edge.lookback
            desc.lookahead = edge.lookahead
            desc.boundary = BOUNDARIES[edge.boundary]
        return descs, kept

    def _free_name(self, wanted: str) -> str:
        names = [wanted, *(f"{wanted}_{i}" for i in range(2, 10000))]
        return next(name for name in names if name not in self._nodes)

    def _kind(
        self,
        kind: str,
        source: Source | Sequence[Source],
        params: Mapping[str, object],
        name: str | None,
        lookback: int,
        lookahead: int,
        boundary: str,
        cost_ns_per_row: int,
    ) -> Stage:
        # No text for the kind: the function of its name identifies it.
        handle = getattr(lib, f"sqs_kind_{kind}")()
        edges = self._edges(source, lookback, lookahead, boundary)
        return self._register(kind, handle, edges, params, name, cost_ns_per_row)

    def builtin(
        self,
        kind: str,
        source: Source | Sequence[Source] = "input",
        /,
        *,
        name: str | None = None,
        cost_ns_per_row: int = 0,
        **params: object,
    ) -> Stage:
        """Registers a built-in stage by the name of its kind: for kinds that this package has no method for.

        Parameters
        ----------
        kind : str
            Name of the kind.
        source : node, Edge or name, or several
            What it reads.
        name : str
            Name of the stage. Default: the kind.
        cost_ns_per_row : int
            Estimated time of a row; 0: the estimate of the kind.
        **params
            Parameters; a trailing underscore is dropped (`from_`).

        Returns
        -------
        Stage
        """
        given = {key.rstrip("_"): value for key, value in params.items()}
        return self._register(kind, None, self._edges(source, 0, 0, "zero"), given, name, cost_ns_per_row)

    def _register(
        self,
        kind: str,
        handle: Any,
        edges: list[Edge],
        params: Mapping[str, object],
        name: str | None,
        cost: int,
    ) -> Stage:
        name = self._free_name(kind) if name is None else name
        given = {key: value for key, value in params.items() if value is not None}
        descs, kept_names = self._edge_descs(edges)
        values, kept = params_of(given)
        texts = [ffi.new("char[]", kind.encode()), ffi.new("char[]", name.encode())]
        desc = new("sqs_builtin_desc", name=texts[1], edges=descs, edge_count=len(edges), cost_ns_per_row=cost)
        desc.params = values
        desc.param_count = len(given)
        number = ffi.new("uint32_t *")
        if handle is None:
            desc.kind = texts[0]
            self._call(lib.sqs_stage_register_builtin, desc, number)
        else:
            self._call(lib.sqs_stage_register_kind, handle, desc, number)
        del kept, kept_names
        return self._added(int(number[0]))

    def stage(
        self,
        name: str,
        inputs: Source | Sequence[Source] = "input",
        *,
        dtype: Any = None,
        len: int | None = None,
        stride: int = 1,
        state: Any = None,
        initial: Any = None,
        reverse: bool = False,
        scratch_bytes: int = 0,
        revision: int = 0,
        cost_ns_per_row: int = 0,
        row_step: int = 0,
        row_channels: int = 0,
        unit: str = "other",
        flags: Sequence[str] = (),
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Registers the decorated function as a stage: it gets blocks of rows and returns rows.

        The function gets one read-only array for each source, (rows, len); (rows, halo, len) for an `Edge` with lookback
        or lookahead, where [:, lookback] is the row itself; (rows, window, channels) for an input with channels. The
        arrays are views of the library's memory, valid during the call. It returns the rows, (rows, len), and may be
        called any number of times for the same rows, in blocks of any size. Keyword-only parameters of these names get:
        `first`, the number of the first row; `out`, the array of the rows, to fill it instead; `state`, the state of a
        scan, to change in place; `scratch`, bytes without meaning.

        An exception in the function ends the call of the pipeline, which raises it as it is.

        Parameters
        ----------
        name : str
            Name of the stage.
        inputs : node, Edge or name, or several
            What it reads.
        dtype, len : dtype, int
            Type and number of the elements of a row. Default: those of what the function returns for two rows of zeros.
        stride : int
            Rows of the sources per row.
        state : dtype
            Type of the state, plain data: the stage is a scan, whose rows are computed in order.
        initial : value or function
            State before the first row; a function gets the state and sets it. Default: zeros.
        reverse : bool
            The state runs from the last row to the first.
        scratch_bytes : int
            Bytes of scratch memory.
        revision : int
            Changes whenever the function computes something else: saved states are bound to it.
        cost_ns_per_row : int
            Estimated time of a row for the planner.
        row_step, row_channels, unit : int, int, str
            What the rows are as a series: `sqs_stage_desc`. Units: "other", "samples", "magnitude", "power".
        flags : sequence of str
            "keeps_series", "bins", "needs_consecutive", "needs_one_channel".

        Returns
        -------
        decorator
            Returns the function; `node(name)` is the stage.

        Examples
        --------
        >>> import numpy as np, sqrtspace
        >>> pipe = sqrtspace.Pipeline(window=4, hop=2)
        >>> @pipe.stage("peak")
        ... def peak(x):
        ...     return x.max(axis=1)
        >>> pipe.set_source(np.arange(8, dtype="float32"))
        >>> pipe.evaluate("peak").ravel()
        array([3., 5., 7.], dtype=float32)
        """

        def register(function: Callable[..., Any]) -> Callable[..., Any]:
            edges = self._edges(inputs, 0, 0, "zero")
            kind = None if state is None else np.dtype(state)
            readers = [Reader(edge.node, edge, stride) for edge in edges if not isinstance(edge.node, str)]
            stage = FunctionStage(name, function, readers, kind, initial, scratch_bytes)
            if dtype is None or len is None:
                stage.infer()
            stage.dtype = stage.dtype if dtype is None else storable(np.dtype(dtype))
            stage.len = stage.len if len is None else len
            descs, kept = self._edge_descs(edges)
            text = ffi.new("char[]", name.encode())
            desc = new("sqs_stage_desc", name=text, edges=descs, edge_count=_count(edges))
            run = ffi.callback("sqs_stage_run_fn", self._caught.guard(stage.run), error=1)
            desc.run = run
            self._kept += [stage, run]
            if kind is not None:
                init = ffi.callback("sqs_state_init_fn", self._caught.guard(stage.init), error=1)
                desc.state_init = init
                desc.state_bytes = kind.itemsize
                desc.state_word = kind.itemsize if kind.itemsize in (1, 2, 4, 8) else 0
                self._kept.append(init)
            desc.flags = sum(FLAGS[flag] for flag in [*flags, *(["reverse"] if reverse else [])])
            desc.dtype = element(stage.dtype)
            desc.len = stage.len
            desc.stride = stride
            desc.scratch_bytes = scratch_bytes
            desc.revision = revision
            desc.cost_ns_per_row = cost_ns_per_row
            desc.row_step = row_step
            desc.row_channels = row_channels
            desc.row_unit = UNITS[unit]
            number = ffi.new("uint32_t *")
            self._call(lib.sqs_stage_register, desc, number)
            del kept
            self._added(int(number[0]))
            return function

        return register


def _count(items: Sequence[Any]) -> int:
    return len(items)


def params_of(given: Mapping[str, object]) -> tuple[Any, list[Any]]:
    """Parameters as an array of `sqs_param`, and what it points to."""
    params = ffi.new("sqs_param[]", max(len(given), 1))
    kept: list[Any] = []
    for param, (key, value) in zip(params, given.items(), strict=False):
        kept.append(ffi.new("char[]", key.encode()))
        param.key = kept[-1]
        numbers: Array = np.asarray(value, dtype=np.float64)
        if numbers.ndim == 0:
            param.value = float(numbers)
        else:
            flat = np.ascontiguousarray(numbers).ravel()
            kept.append(flat)
            param.values = ffi.cast("double *", flat.ctypes.data)
            param.count = flat.size
    return params, kept


def _gap_finder(gaps: Sequence[tuple[int, int]]) -> Callable[..., None]:
    """Reports the first of the gaps that ends after a sample."""
    ranges = [(int(first), int(end)) for first, end in gaps]

    def gap(_ctx: Any, start: int, first: Any, end: Any) -> None:
        at = bisect.bisect_right(ranges, start, key=lambda r: r[1])
        first[0], end[0] = ranges[at] if at < len(ranges) else (2**64 - 1, 2**64 - 1)

    return gap


def _array_reader(data: Array) -> Callable[..., None]:
    """Reads rows of samples of an array."""
    size = data.itemsize * data.shape[1]
    plain = bool(data.flags.c_contiguous)
    start = address(data) if plain else None

    def read(_ctx: Any, first: int, samples: Any, count: int, got: Any) -> None:
        if plain:
            ffi.memmove(samples, ffi.cast("char *", start) + first * size, count * size)
        else:
            block = np.ascontiguousarray(data[first : first + count])
            ffi.memmove(samples, address(block), block.nbytes)
        got[0] = count

    return read


def _reader(function: Callable[[int, Array], int], target: Input) -> Callable[..., None]:
    """Reads samples with a function of the caller."""
    size = target.dtype.itemsize * target.channels
    shape = (-1, target.channels) if target.channels > 1 else (-1,)

    def read(_ctx: Any, first: int, samples: Any, count: int, got: Any) -> None:
        room = np.frombuffer(ffi.buffer(samples, count * size), target.dtype).reshape(shape)
        got[0] = function(first, room)

    return read


__all__ = ["ALL", "Graph"]
