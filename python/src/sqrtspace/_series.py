"""Long series in and out of pipelines: arrays, memory maps, encoded files, and results in files."""

from __future__ import annotations

import os
import sys
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
"""Samples of a row for filters."""


_FLOATS = ("float32", "float64", "int16")


def float_type(x: Any) -> str:
    """The type in which filters read a series."""
    name = np.dtype(x.dtype).name
    return name if name in _FLOATS and np.dtype(x.dtype).isnative else "float64"


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

    def __len__(self) -> int:
        return int(self.shape[0])

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, slice):
            return self[key : key + 1 or None][0]
        first, end, step = key.indices(len(self))
        place = self.offset + first * self.dtype.itemsize
        return np.fromfile(self.path, self.dtype, max(end - first, 0), offset=place)[::step]


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
                room[at - first : at - first + take] = part[at - start : at - start + take]
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
    """Where rows go: a new array, a given one, or a .npy file that is written row by row.

    Parameters
    ----------
    out : None, array or path
        The place.
    shape : tuple
        Shape of the result; rows are its first axis.
    dtype : dtype
        Type of the result.
    """

    def __init__(self, out: Any, shape: tuple[int, ...], dtype: Any) -> None:
        self.path = os.fspath(out) if isinstance(out, (str, os.PathLike)) else None
        self.shape, self.dtype = shape, np.dtype(dtype)
        self.end = 0
        self.file: Any = None
        self.array: Array | None = None
        if self.path is not None:
            self.file = open(self.path, "wb")
            header = {"descr": npy.dtype_to_descr(self.dtype), "fortran_order": False, "shape": shape}
            npy.write_array_header_1_0(self.file, header)
        else:
            self.array = np.empty(shape, self.dtype) if out is None else out
            if self.array.shape != shape:
                raise ValueError(f"out has shape {self.array.shape}, the result {shape}")

    def write(self, rows: Array) -> None:
        """Appends rows; those beyond the end are dropped."""
        rows = rows[: self.shape[0] - self.end]
        if self.file is not None:
            self.file.write(buffer_of(rows.astype(self.dtype, copy=False)).data)
        else:
            assert self.array is not None
            self.array[self.end : self.end + len(rows)] = rows
        self.end += len(rows)

    def done(self) -> Array:
        """The result; a file is mapped."""
        if self.end != self.shape[0]:
            raise RuntimeError(f"{self.end} rows of {self.shape[0]} were computed")
        if self.path is None:
            assert self.array is not None
            return self.array
        self.file.close()
        mapped: Array = np.load(self.path, mmap_mode="r") if self.shape[0] else np.empty(self.shape, self.dtype)
        return mapped


def run(
    pipe: Pipeline,
    stage: Stage,
    result: Result,
    skip: int = 0,
    change: Callable[[Array], Array] | None = None,
    flat: bool = True,
) -> Array:
    """Evaluates all rows into a result.

    Parameters
    ----------
    pipe : Pipeline
        The pipeline, which is closed.
    stage : Stage
        Its stage.
    result : Result
        Where rows go.
    skip : int
        Elements (or rows) at the start that are no part of the result.
    change : function
        Applied to every block.
    flat : bool
        The elements of rows are one series.
    """
    left = skip

    def sink(_first: int, rows: Array) -> None:
        nonlocal left
        block = rows.reshape(-1) if flat else rows
        block, left = block[left:], max(left - len(block), 0)
        if len(block):
            result.write(change(block) if change else block)

    with pipe:
        pipe.evaluate_to(stage, sink, copy=False)
    return result.done()
