"""Long series in and out of pipelines: arrays, memory maps, encoded files, and results in files."""

from __future__ import annotations

import os
import sys
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib import format as npy

from ._nodes import Array, Stage
from .coders import buffer_of
from .files import SqsFile
from .pipeline import Pipeline

BUDGET = 8 << 20
"""Default memory budget of a function of `sqrtspace.signal`."""

ROW = 4096
"""Samples of a row for filters, at least."""

LONGEST_ROW = 1 << 16


_FLOATS = ("float32", "float64", "int16")


def float_type(x: Any) -> str:
    """The type in which filters read a series."""
    name = np.dtype(x.dtype).name
    return name if name in _FLOATS and np.dtype(x.dtype).isnative else "float64"


def row_length(samples: int, budget: int) -> int:
    """Samples of a row for a filter: long rows need fewer calls, short ones less memory."""
    length = ROW
    while length < min(samples, LONGEST_ROW) and 128 * length <= budget:
        length *= 2
    return length


def series(x: Any) -> Any:
    """A series of samples: an array or what can be sliced like one; a path is an encoded file or a .npy file."""
    if isinstance(x, (str, os.PathLike)):
        x = NpyFile(x) if os.fspath(x).endswith(".npy") else SqsFile(x)
    if not (hasattr(x, "shape") and hasattr(x, "dtype") and hasattr(x, "__getitem__")):
        x = np.asarray(x)
    if len(x.shape) != 1:
        raise ValueError(f"a series has one axis, not {len(x.shape)}")
    return x


class NpyFile:
    """A .npy file that is read by slices: unlike those of a memory map, its pages are not counted as the process's.

    Parameters
    ----------
    path : path
        The file.
    """

    def __init__(self, path: Any) -> None:
        self.path = os.fspath(path)
        mapped = np.load(path, mmap_mode="r")
        if not mapped.flags.c_contiguous:
            raise ValueError("the array of the file is in Fortran's order")
        self.shape, self.dtype = mapped.shape, mapped.dtype
        self.offset = int(mapped.offset)
        self.descriptor = os.open(self.path, os.O_RDONLY)
        weakref.finalize(self, os.close, self.descriptor)

    def __len__(self) -> int:
        return int(self.shape[0])

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, slice):
            return self[key : key + 1 or None][0]
        first, end, step = key.indices(len(self))
        read = np.empty(max(end - first, 0), self.dtype)
        self.read(first, read)
        return read[::step]

    def read(self, first: int, room: Array) -> None:
        """Fills a contiguous array of the file's type with samples from `first` on."""
        read_at(self.descriptor, room, self.offset + first * self.dtype.itemsize)


def read_at(descriptor: int, room: Array, place: int) -> None:
    """Fills a contiguous array with the bytes of a file from `place` on."""
    left = room.view(np.uint8).data
    while len(left):
        count = os.preadv(descriptor, [left], place)
        if not count:
            raise EOFError(f"the file ends at {place}")
        left, place = left[count:], place + count


class Padded:
    """A series between values before and after it, in another type: a source of a pipeline.

    Parameters
    ----------
    x : series
        The samples.
    dtype : dtype
        Type in which they are read.
    before, after : array
        Samples before and after.
    """

    def __init__(self, x: Any, dtype: Any, before: Any = (), after: Any = ()) -> None:
        self.x = x
        self.dtype = np.dtype(dtype)
        self.before = np.asarray(before, self.dtype)
        self.after = np.asarray(after, self.dtype)

    def __len__(self) -> int:
        return len(self.before) + len(self.x) + len(self.after)

    def read(self, first: int, room: Array) -> int:
        """Fills an array with samples from `first` on."""
        at, end = first, first + len(room)
        for start, part in self._parts():
            stop = start + len(part)
            if at < stop and at < end:
                take = min(stop, end) - at
                target = room[at - first : at - first + take]
                if isinstance(part, (NpyFile, Result)) and part.dtype == room.dtype:
                    part.read(at - start, target)
                else:
                    target[...] = part[at - start : at - start + take]
                at += take
        return at - first

    def _parts(self) -> list[tuple[int, Any]]:
        middle = len(self.before)
        return [(0, self.before), (middle, self.x), (middle + len(self.x), self.after)]

    def attach(self, pipe: Pipeline) -> None:
        """Makes it the source of a pipeline."""
        same = self.x.dtype == self.dtype and not len(self.before) and not len(self.after)
        if same and isinstance(self.x, np.ndarray):
            pipe.set_source(self.x)
        elif same and isinstance(self.x, NpyFile):
            pipe.set_source_file(self.x.path, byte_order=sys.byteorder, offset=self.x.offset)
        else:
            pipe.set_source(self.read, samples=len(self))


class Result:
    """Where values go: a new array, a given one, or a .npy file.

    Parameters
    ----------
    out : None, array or path
        The place.
    shape : tuple
        Shape of the result; values are its first axis.
    dtype : dtype
        Type of the result.
    """

    def __init__(self, out: Any, shape: tuple[int, ...], dtype: Any) -> None:
        self.path = os.fspath(out) if isinstance(out, (str, os.PathLike)) else None
        self.shape, self.dtype = shape, np.dtype(dtype)
        self.count = self.offset = 0
        self.file: Any = None
        self.array: Array | None = None
        if self.path is not None:
            self.file = open(self.path, "w+b", buffering=0)
            header = {"descr": npy.dtype_to_descr(self.dtype), "fortran_order": False, "shape": shape}
            npy.write_array_header_1_0(self.file, header)
            self.offset = self.file.seek(0, os.SEEK_CUR)
            self.item = self.dtype.itemsize * int(np.prod(shape[1:], dtype=np.int64))
        else:
            self.array = np.empty(shape, self.dtype) if out is None else out
            if self.array.shape != shape:
                raise ValueError(f"out has shape {self.array.shape}, the result {shape}")

    def __len__(self) -> int:
        return self.shape[0]

    def exact(self) -> bool:
        """Whether it holds values as they are."""
        return self.array is None or self.array.dtype == self.dtype

    def put(self, at: int, values: Array) -> None:
        """Stores values from index `at` on; those outside of the result are dropped."""
        values = values[max(-at, 0) : max(len(self) - at, 0)]
        at = max(at, 0)
        if self.array is not None:
            self.array[at : at + len(values)] = values
        elif len(values):
            left = buffer_of(values.astype(self.dtype, copy=False)).data
            place = self.offset + at * self.item
            while len(left):
                count = os.pwrite(self.file.fileno(), left, place)
                left, place = left[count:], place + count
        self.count += len(values)

    def read(self, first: int, room: Array) -> None:
        """Fills an array of the result's type with values stored before, from index `first` on."""
        if self.array is not None:
            room[...] = self.array[first : first + len(room)]
        else:
            read_at(self.file.fileno(), room, self.offset + first * self.item)

    def done(self) -> Array:
        """The result; a file is mapped."""
        if self.count != self.shape[0]:
            raise RuntimeError(f"{self.count} rows of {self.shape[0]} were computed")
        if self.path is None:
            assert self.array is not None
            return self.array
        self.file.close()
        mapped: Array = np.load(self.path, mmap_mode="r") if self.shape[0] else np.empty(self.shape, self.dtype)
        return mapped


def evaluate(
    pipe: Pipeline,
    stage: Stage,
    put: Callable[[int, Array], Any],
    *,
    change: Callable[[Array], Array] | None = None,
    flat: bool = True,
    order: str = "forward",
) -> None:
    """Evaluates all rows.

    Parameters
    ----------
    pipe : Pipeline
        The pipeline.
    stage : Stage
        Its stage.
    put : function
        Gets the index of the first value of a block, and its values in their order.
    change : function
        Applied to every block: returns the values.
    flat : bool
        Values are the elements of rows, not the rows.
    order : str
        "forward"; or "reverse", for elements without a change.
    """

    def sink(first: int, rows: Array) -> None:
        if order == "reverse":
            # Row by row: reversed together they would be copied.
            for i, row in enumerate(rows):
                put((first - i) * len(row), row)
            return
        values = rows.reshape(-1) if flat else rows
        values = change(values) if change else values
        put(first * (len(values) // len(rows)), values)

    pipe.evaluate_to(stage, sink, order=order, copy=False)


def run(
    pipe: Pipeline,
    stage: Stage,
    result: Result,
    skip: int = 0,
    step: int = 1,
    *,
    change: Callable[[Array], Array] | None = None,
    flat: bool = True,
    order: str = "forward",
) -> Array:
    """Evaluates all rows into a result.

    Parameters
    ----------
    pipe : Pipeline
        The pipeline, which is closed.
    stage : Stage
        Its stage.
    result : Result
        Where values go.
    skip : int
        Values at the start that are no part of the result.
    step : int
        The result has every `step`-th value.
    change, flat, order
        As for `evaluate`.
    """

    def put(first: int, values: Array) -> None:
        at = first - skip
        result.put(-(-at // step), values[-at % step :: step] if step > 1 else values)

    with pipe:
        evaluate(pipe, stage, put, change=change, flat=flat, order=order)
    return result.done()
