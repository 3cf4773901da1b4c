"""Archives of recordings on Dask: one task per file, or per range of a long recording. Needs `sqrtspace[dask]`.

Paths are those of fsspec: files, or URLs of object stores. A task writes under a temporary name and moves the file at its end.
A task that runs again, after its worker was killed, writes the same bytes: the identity of a stream follows from the name and
the state of the input, unless it is given.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import dask
import dask.array
import fsspec
import numpy as np

from ._evaluate import Request
from ._nodes import Array
from .codec import decode_stream, encode_stream
from .pipeline import Pipeline, PlanInfo


@dataclass(frozen=True)
class FileResult:
    """What a task did with a file.

    Parameters
    ----------
    source, target : str
        Input and output; no output after a check.
    raw_bytes, coded_bytes : int
        Bytes of the original and of the stream.
    missing : list of (int, int)
        Missing ranges of a damaged stream.
    whole : bool
        The stream is complete and undamaged.
    peak_bytes : int
        Memory that the codec used.
    """

    source: str
    target: str
    raw_bytes: int
    coded_bytes: int
    missing: list[tuple[int, int]]
    whole: bool
    peak_bytes: int


def target_of(source: str, folder: str, suffix: str) -> str:
    """Name of the output for an input: in a folder, with another suffix."""
    name = source.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    stem = name[: -len(".sqs")] if suffix != ".sqs" and name.endswith(".sqs") else name
    return f"{folder.rstrip('/')}/{stem}{suffix}"


def _moved(target: str, write: Callable[[Any], Any]) -> Any:
    """Writes a file under a temporary name, and moves it when it is complete."""
    system, path = fsspec.core.url_to_fs(target)
    system.makedirs(os.path.dirname(path), exist_ok=True)
    temporary = f"{path}.{uuid.uuid4().hex}.tmp"
    try:
        with system.open(temporary, "wb") as file:
            result = write(file)
        system.mv(temporary, path)
    except BaseException:
        if system.exists(temporary):
            system.rm(temporary)
        raise
    return result


def identity_of(source: str) -> int:
    """The identity of the stream of an input: a hash of its name and state (size, time of change), as fsspec has them."""
    system, path = fsspec.core.url_to_fs(source)
    digest = hashlib.blake2b(f"{source} {system.ukey(path)}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") or 1


def encode_file(source: str, target: str, **options: Any) -> FileResult:
    """Encodes a file: the work of a task."""
    if options.get("identity") is None:
        options["identity"] = identity_of(source)

    def write(file: Any) -> Any:
        with fsspec.open(source, "rb") as given:
            return encode_stream(given, file, **options)

    stats = _moved(target, write)
    return FileResult(source, target, stats.raw_bytes, stats.coded_bytes, [], True, stats.peak_bytes)


def decode_file(source: str, target: str, **options: Any) -> FileResult:
    """Decodes a file: the work of a task."""

    def write(file: Any) -> Any:
        with fsspec.open(source, "rb") as given:
            return decode_stream(given, file, **options)

    stats = _moved(target, write)
    return FileResult(source, target, stats.raw_bytes, stats.coded_bytes, [], bool(stats.ended), stats.peak_bytes)


def verify_file(source: str, **options: Any) -> FileResult:
    """Checks a file: the work of a task."""
    from ._streams import LARGEST, decode_through, reading

    with fsspec.open(source, "rb") as given:
        settings = {**LARGEST, **options, "recover": True}
        stats, missing, _ = decode_through(reading(given), None, 0, settings)
    whole = bool(stats.ended) and not missing
    return FileResult(source, "", stats.raw_bytes, stats.coded_bytes, missing, whole, stats.peak_bytes)


def _tasks(work: Callable[..., Any], rows: Sequence[tuple[Any, ...]], options: dict[str, Any]) -> list[Any]:
    """A delayed call for each row of arguments, named by them: the same call is one task."""
    task = dask.delayed(work, pure=True)
    return [task(*row, **options) for row in rows]


def encode(sources: Sequence[str], folder: str, **options: Any) -> list[Any]:
    """Encodes files into a folder: a delayed FileResult for each.

    Parameters
    ----------
    sources : sequence of str
        Paths or URLs.
    folder : str
        Path or URL of the folder; outputs are named NAME.sqs.
    **options
        Options of the encoder: see `sqrtspace.encode`.

    Returns
    -------
    list of Delayed
        For `dask.compute`.
    """
    return _tasks(encode_file, [(source, target_of(source, folder, ".sqs")) for source in sources], options)


def decode(sources: Sequence[str], folder: str, suffix: str = "", **options: Any) -> list[Any]:
    """Decodes files into a folder: a delayed FileResult for each.

    Parameters
    ----------
    sources : sequence of str
        Paths or URLs.
    folder : str
        Path or URL of the folder.
    suffix : str
        Suffix of the outputs, after their names without .sqs.
    **options
        Options of the decoder: see `sqrtspace.decode`.

    Returns
    -------
    list of Delayed
    """
    return _tasks(decode_file, [(source, target_of(source, folder, suffix)) for source in sources], options)


def verify(sources: Sequence[str], **options: Any) -> list[Any]:
    """Checks files: a delayed FileResult for each."""
    return _tasks(verify_file, [(source,) for source in sources], options)


Build = Callable[..., tuple[Pipeline, Any]]
"""A function that makes a pipeline with its source, and returns it with the stage: importable by workers."""


def available(build: Build, *arguments: Any) -> tuple[int, int, np.dtype[Any]]:
    """Rows that a stage has, the elements of a row, and their type."""
    pipe, stage = build(*arguments)
    with pipe:
        node = pipe._stage(stage)
        pipe.seal(Request(node, 0, 1))
        return pipe.available(node), node.len, node.dtype


def states_of(build: Build, *arguments: Any) -> bytes:
    """The states of scans along a recording, as `Pipeline.save` writes them; none for graphs without state.

    Computes the rows that the scans need and the last row of the stage: the work of the task that ranges wait for.
    """
    pipe, stage = build(*arguments)
    with pipe:
        pipe.seal(Request(stage, 0, 1))
        rows = pipe.available(pipe._stage(stage))
        if rows == 0 or pipe.plan(Request(stage, 0, 1)).checkpoint_slots == 0:
            return b""
        pipe.evaluate(stage, rows - 1, 1)
        return pipe.save()


def _range(build: Build, arguments: tuple[Any, ...], first: int, count: int, states: bytes) -> tuple[Pipeline, Any]:
    pipe, stage = build(*arguments)
    pipe.seal(Request(stage, first, count))
    if states:
        pipe.restore(states)
    return pipe, stage


def evaluate_range(build: Build, arguments: tuple[Any, ...], first: int, count: int, states: bytes = b"") -> Array:
    """Evaluates a range of rows: the work of a task.

    Scans start from the nearest of the states before the range, without states from the beginning. Both give the bits
    of a whole run.
    """
    pipe, stage = _range(build, arguments, first, count, states)
    with pipe:
        return pipe.evaluate(stage, first, count)


def write_range(
    build: Build,
    arguments: tuple[Any, ...],
    first: int,
    count: int,
    states: bytes,
    target: str,
    options: dict[str, Any],
) -> str:
    """Evaluates a range of rows into a file of Parquet: the work of a task."""
    from .arrow import write_rows

    pipe, stage = _range(build, arguments, first, count, states)
    with pipe:
        _moved(target, lambda file: write_rows(file, pipe, stage, first, count, **options))
    return target


def plan_of(build: Build, *arguments: Any, count: int) -> PlanInfo:
    """The plan of a task for a number of rows: `work_bytes` is the memory that its worker needs for it."""
    pipe, stage = build(*arguments)
    with pipe:
        return pipe.plan(Request(stage, 0, count))


def _ranges(
    work: Callable[..., Any],
    build: Build,
    arguments: tuple[Any, ...],
    total: int,
    rows: int,
    resources: bool,
    *more: Callable[[int], Any],
) -> list[tuple[int, Any]]:
    """A task for each range of rows, which waits for the states of scans: counts of rows, and delayed results."""
    plan = plan_of(build, *arguments, count=min(rows, total))
    needs = {"resources": {"memory": plan.work_bytes}} if resources else {}
    parts = []
    with dask.annotate(**needs):
        states: Any = b""
        if plan.checkpoint_slots and total > rows:
            states = dask.delayed(states_of, pure=True)(build, *arguments)
        task = dask.delayed(work, pure=True)
        for number, first in enumerate(range(0, total, rows)):
            count = min(rows, total - first)
            parts.append((count, task(build, arguments, first, count, states, *(value(number) for value in more))))
    return parts


def evaluate(build: Build, *arguments: Any, rows: int = 4096, resources: bool = False) -> Any:
    """Evaluates all rows of a stage: an array of Dask, one task for each range of rows.

    A graph with state has one task more, which computes the scans once and keeps their states along the recording. A
    range starts from the nearest one before it: with the 32 checkpoints of a plan at most a sixteenth of the recording
    is computed again.

    Parameters
    ----------
    build : function
        Makes a pipeline with its source, and returns it with the stage. Workers import it, and call it for each range.
    *arguments
        Arguments of `build`: the path of a recording.
    rows : int
        Rows of a range.
    resources : bool
        Report the bytes of the plan to the scheduler, as the resource "memory" of each task: workers need
        `resources={"memory": BYTES}`.

    Returns
    -------
    dask.array.Array
        Rows, (n, len). The same bits as one evaluation of all rows. Its method `to_zarr` writes an array of Zarr.
    """
    total, length, dtype = available(build, *arguments)
    if total == 0:
        return dask.array.zeros((0, length), dtype=dtype)
    parts = _ranges(evaluate_range, build, arguments, total, rows, resources)
    blocks = [dask.array.from_delayed(part, (count, length), dtype=dtype) for count, part in parts]
    return dask.array.concatenate(blocks, axis=0)


def to_parquet(
    build: Build, *arguments: Any, folder: str, rows: int = 4096, resources: bool = False, **options: Any
) -> list[Any]:
    """Evaluates all rows of a stage into files of Parquet, one for each range of rows. Needs `sqrtspace[arrow]`.

    Parameters
    ----------
    build, *arguments, rows, resources
        As for `evaluate`.
    folder : str
        Path or URL of the folder. Files are named by their order: part-00000.parquet.
    **options
        As for `sqrtspace.arrow.write_parquet`.

    Returns
    -------
    list of Delayed
        For `dask.compute`: the names of the files.
    """
    total = available(build, *arguments)[0]

    def target(number: int) -> str:
        return f"{folder.rstrip('/')}/part-{number:05}.parquet"

    parts = _ranges(write_range, build, arguments, total, rows, resources, target, lambda _: options)
    return [part for _, part in parts]


__all__ = [
    "FileResult",
    "available",
    "decode",
    "decode_file",
    "encode",
    "encode_file",
    "evaluate",
    "evaluate_range",
    "identity_of",
    "plan_of",
    "states_of",
    "target_of",
    "to_parquet",
    "verify",
    "verify_file",
    "write_range",
]
