"""Rows as tables of Arrow and files of Parquet, with the windows that they belong to. Needs `sqrtspace[arrow]`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from ._nodes import Array, Stage
from .pipeline import Pipeline

METADATA = b"sqrtspace"
"""Key of the schema's metadata: JSON of window, hop, rate, start, stage."""


def schema(pipe: Pipeline, stage: Stage | str, rate: float | None = None, start: float = 0.0, hop: int = 0) -> pa.Schema:
    """The columns of a stage: `row`, `first_sample`, with a rate `time` in seconds, and its name: a number, or a list.

    Parameters
    ----------
    pipe : Pipeline
        The pipeline.
    stage : Stage or str
        The stage.
    rate, start : float
        Samples per second, and time of the first sample in seconds.
    hop : int
        Samples from row to row. Default: the hop of the input "input".

    Returns
    -------
    pyarrow.Schema
    """
    node = pipe._stage(stage)
    source = pipe._input("input")
    kind = pa.from_numpy_dtype(node.dtype)
    fields = [pa.field("row", pa.uint64()), pa.field("first_sample", pa.uint64())]
    fields += [pa.field("time", pa.float64())] if rate else []
    fields += [pa.field(node.name, kind if node.len == 1 else pa.list_(kind, node.len))]
    step = hop or source.hop
    facts = {"window": source.window, "hop": step, "rate": rate, "start": start, "stage": node.name}
    return pa.schema(fields, metadata={METADATA: json.dumps(facts).encode()})


def batch(of: pa.Schema, first: int, rows: Array) -> pa.RecordBatch:
    """Rows as a record batch; the values are not copied."""
    facts = json.loads(of.metadata[METADATA])
    number = np.arange(first, first + len(rows), dtype=np.uint64)
    samples = number * np.uint64(facts["hop"])
    flat = pa.array(np.ascontiguousarray(rows).reshape(-1))
    values = flat if rows.shape[1] == 1 else pa.FixedSizeListArray.from_arrays(flat, rows.shape[1])
    columns = [pa.array(number), pa.array(samples)]
    columns += [pa.array(facts["start"] + samples / facts["rate"])] if "time" in of.names else []
    return pa.RecordBatch.from_arrays([*columns, values], schema=of)


def batches(
    pipe: Pipeline,
    stage: Stage | str,
    first: int = 0,
    count: int | None = None,
    *,
    rate: float | None = None,
    start: float = 0.0,
    hop: int = 0,
    max_windows: int = 65536,
) -> Iterator[pa.RecordBatch]:
    """Evaluates rows into record batches, in memory for one of them.

    Parameters
    ----------
    pipe, stage, first, count
        As for `Pipeline.evaluate`.
    rate, start, hop
        As for `schema`.
    max_windows : int
        Windows of work between batches.

    Yields
    ------
    pyarrow.RecordBatch
    """
    of = schema(pipe, stage, rate, start, hop)
    for at, rows in pipe.blocks(stage, first, count, max_windows=max_windows):
        yield batch(of, at, rows)


def table(pipe: Pipeline, stage: Stage | str, first: int = 0, count: int | None = None, **options: Any) -> pa.Table:
    """Evaluates rows into a table: `pandas` and `polars` take it without a copy.

    Parameters
    ----------
    pipe, stage, first, count
        As for `Pipeline.evaluate`.
    **options
        `rate`, `start`, `hop`, `max_windows`: see `batches`.

    Returns
    -------
    pyarrow.Table

    Examples
    --------
    >>> import numpy as np, sqrtspace
    >>> from sqrtspace import arrow
    >>> pipe = sqrtspace.Pipeline(window=4, hop=2)
    >>> _ = pipe.max("input", name="peak")
    >>> pipe.set_source(np.arange(8, dtype="float32"))
    >>> arrow.table(pipe, "peak", rate=100).to_pandas()
       row  first_sample  time  peak
    0    0             0  0.00   3.0
    1    1             2  0.02   5.0
    2    2             4  0.04   7.0
    """
    names = {key: options[key] for key in ("rate", "start", "hop") if key in options}
    found = list(batches(pipe, stage, first, count, **options))
    return pa.Table.from_batches(found, schema(pipe, stage, **names))


def write_parquet(
    path: str | os.PathLike[str],
    pipe: Pipeline,
    stage: Stage | str,
    first: int = 0,
    count: int | None = None,
    *,
    compression: str = "zstd",
    **options: Any,
) -> int:
    """Evaluates rows into a file of Parquet, which appears complete or not at all.

    Parameters
    ----------
    path : path
        The file.
    pipe, stage, first, count
        As for `Pipeline.evaluate`.
    compression : str
        Compression of Parquet.
    **options
        `rate`, `start`, `hop`, `max_windows`: see `batches`.

    Returns
    -------
    int
        Rows written.
    """
    temporary = f"{os.fspath(path)}.{os.getpid()}.tmp"
    try:
        rows = write_rows(temporary, pipe, stage, first, count, compression=compression, **options)
        os.replace(temporary, path)
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise
    return rows


def write_rows(
    file: Any, pipe: Pipeline, stage: Stage | str, first: int = 0, count: int | None = None, **options: Any
) -> int:
    """As `write_parquet`, into a file object, or a path at which a part of the file may stay after an error."""
    compression = options.pop("compression", "zstd")
    names = {key: options[key] for key in ("rate", "start", "hop") if key in options}
    rows = 0
    with pa.parquet.ParquetWriter(file, schema(pipe, stage, **names), compression=compression) as writer:
        for part in batches(pipe, stage, first, count, **options):
            writer.write_batch(part)
            rows += part.num_rows
    return rows
