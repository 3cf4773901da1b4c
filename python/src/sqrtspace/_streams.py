"""Streams through functions of the caller, and decoded bytes as samples."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np

from ._native import ffi, lib
from ._native_calls import Caught, Failure, new, result
from ._nodes import Array
from ._options import DTYPES, Options, decode_options, encode_options
from ._status import LimitError, Status
from ._structs import CodecStats, Progress
from .coders import buffer_of

LARGEST = {"max_frame_bytes": 4 << 20, "history_bytes": 4 << 20}
"""Options of a decoder for the largest frames and groups."""

_NAMES = {number: name for name, number in DTYPES.items()}
_CHUNK = 1 << 18


def bar(progress: Any, label: str) -> Callable[[Progress], Any] | None:
    """A progress function: the given one, or for True a bar of tqdm, if it is installed."""
    if progress is not True:
        return progress if callable(progress) else None
    try:
        from tqdm import tqdm
    except ImportError:
        return None
    shown = tqdm(unit="B", unit_scale=True, desc=label)

    def update(now: Progress) -> None:
        if now.total_bytes != 2**64 - 1:
            shown.total = now.total_bytes
        shown.update(now.in_bytes - shown.n)
        if now.in_bytes == shown.total:
            shown.close()

    return update


def _stream(
    read: Callable[[Any], int],
    write: Callable[[int, Any], Any] | None,
    seek: Callable[[int], Any] | None,
    total: int,
    caught: Caught,
) -> tuple[Any, list[Any]]:
    """An `sqs_stream` of functions: `read` fills a buffer, `write` gets a position and a buffer, `seek` a position."""

    def fill(_ctx: Any, data: Any, capacity: int, got: Any) -> None:
        got[0] = read(memoryview(ffi.buffer(data, capacity)))

    def store(_ctx: Any, offset: int, data: Any, size: int) -> None:
        assert write is not None
        write(int(offset), memoryview(ffi.buffer(data, size)))

    def move(_ctx: Any, offset: int) -> None:
        assert seek is not None
        seek(int(offset))

    stream = new("sqs_stream", total_bytes=total)
    # A struct does not keep a callback: its pointer does not own it.
    kept = [ffi.callback("sqs_read_fn", caught.guard(fill), error=1)]
    stream.read = kept[0]
    if write is not None:
        kept.append(ffi.callback("sqs_write_at_fn", caught.guard(store), error=1))
        stream.write = kept[-1]
    if seek is not None and total > 0:
        kept.append(ffi.callback("sqs_seek_fn", caught.guard(move), error=1))
        stream.seek = kept[-1]
    return stream, kept


def finish(status: int, failure: Failure, caught: Caught, options: Options) -> None:
    """Raises what a function of the caller raised, or the error."""
    if status < 0:
        caught.reraise()
        options.caught.reraise()
    failure.check(status)


def encode_through(
    read: Callable[[Any], int], write: Callable[[int, Any], Any], total: int, given: dict[str, Any]
) -> CodecStats:
    given = {**given, "progress": bar(given.get("progress"), "encode")}
    options, caught, failure, stats = encode_options(given), Caught(), Failure(), new("sqs_codec_stats")
    stream, kept = _stream(read, write, None, total, caught)
    status = lib.sqs_encode_stream(stream, options.struct, stats, failure.struct)
    finish(status, failure, caught, options)
    del kept
    return result(CodecStats, stats)


def decode_through(
    read: Callable[[Any], int],
    write: Callable[[int, Any], Any] | None,
    total: int,
    given: dict[str, Any],
    seek: Callable[[int], Any] | None = None,
) -> tuple[CodecStats, list[tuple[int, int]], int]:
    """Decodes a stream; statistics, missing ranges, and the length of the output.

    With `seek` a range costs its own frames alone, and the stream of an input with a damaged start is found.
    """
    given = {**given, "progress": bar(given.get("progress"), "decode"), "missing_ranges": given.get("max_missing", 4096)}
    options, caught, failure, stats = decode_options(given), Caught(), Failure(), new("sqs_codec_stats")
    stream, kept = _stream(read, write, seek, total, caught)
    length = ffi.new("uint64_t *")
    status = lib.sqs_decode_stream(stream, options.struct, length, stats, failure.struct)
    finish(status, failure, caught, options)
    del kept
    return result(CodecStats, stats), _ranges(options, stats), int(length[0])


def probe(
    read: Callable[[Any], int], total: int, given: dict[str, Any], seek: Callable[[int], Any]
) -> CodecStats:
    """Statistics after checking a range of a stream, however damaged it is."""
    options, caught, failure, stats = decode_options(given), Caught(), Failure(), new("sqs_codec_stats")
    stream, kept = _stream(read, None, seek, total, caught)
    status = lib.sqs_decode_stream(stream, options.struct, ffi.NULL, stats, failure.struct)
    if status not in (Status.ERR_RANGE, Status.ERR_DAMAGED):
        finish(status, failure, caught, options)
    del kept
    return result(CodecStats, stats)


def _ranges(options: Options, stats: Any) -> list[tuple[int, int]]:
    missing = options.struct.missing
    count = min(int(stats.missing_ranges), int(options.struct.max_missing)) if missing else 0
    return [(int(missing[i].first), int(missing[i].end)) for i in range(count)]


def reading(source: BinaryIO) -> Callable[[Any], int]:
    """A function that fills a buffer from a file object."""

    def read(room: Any) -> int:
        if hasattr(source, "readinto"):
            return int(source.readinto(room) or 0)
        data = source.read(len(room))
        room[: len(data)] = data
        return len(data)

    return read


class MemoryReader:
    """A function that fills a buffer from an array of bytes, and that can be moved to a position."""

    def __init__(self, data: Array) -> None:
        self._data = data
        self._at = 0

    def __call__(self, room: Any) -> int:
        count = min(len(room), self._data.size - self._at)
        np.frombuffer(room, np.uint8)[:count] = self._data[self._at : self._at + count]
        self._at += count
        return count

    def seek(self, position: int) -> None:
        """Sets the position of the next read."""
        self._at = position


def shaped(data: Array, stats: CodecStats) -> Array:
    """Decoded bytes as samples: (n,), or (n, channels). Bytes, and samples that are cut, stay bytes."""
    name = _NAMES.get(stats.dtype, "bytes")
    channels = max(stats.channels, 1)
    if name == "bytes":
        return data.reshape(-1, channels) if channels > 1 and data.size % channels == 0 else data
    size = 3 if name == "int24" else np.dtype(name).itemsize
    if data.size % (size * channels):
        return data
    if name == "int24":
        wide = np.zeros((data.size // 3, 4), np.uint8)
        first = 1 if stats.byte_order == lib.SQS_LITTLE_ENDIAN else -1
        wide[:, 1:] = data.reshape(-1, 3)[:, ::first]
        samples: Array = wide.view("<i4").ravel() >> 8
    else:
        order = "big" if stats.byte_order == lib.SQS_BIG_ENDIAN else "little"
        kind = np.dtype(name)
        samples = data.view(kind if order == sys.byteorder else kind.newbyteorder())
    return samples.reshape(-1, channels) if channels > 1 else samples


class Target:
    """Memory that receives decoded bytes at their positions, and grows."""

    def __init__(self, size: int) -> None:
        self.memory = np.zeros(max(size, 1 << 16), np.uint8)
        self.end = 0

    def room(self, offset: int) -> Array:
        """Memory from a position on."""
        while len(self.memory) - offset < _CHUNK:
            self.memory = np.concatenate([self.memory, np.zeros(len(self.memory), np.uint8)])
        return self.memory[offset:]

    def write(self, offset: int, data: Any) -> None:
        """Stores bytes at a position."""
        end = offset + len(data)
        while end > len(self.memory):
            self.room(len(self.memory))
        self.memory[offset:end] = data
        self.end = max(self.end, end)


def decode_memory(data: Any, options: dict[str, Any]) -> tuple[Target, CodecStats, list[tuple[int, int]]]:
    given = buffer_of(data)
    target, reader = Target(4 * given.size), MemoryReader(given)
    try:
        stats, missing, length = decode_through(reader, target.write, given.size, options, reader.seek)
    except LimitError:
        if "max_frame_bytes" in options:
            raise
        return decode_memory(data, {**options, **LARGEST})
    target.end = max(target.end, length)
    while target.end > len(target.memory):
        target.room(len(target.memory))
    return target, stats, missing
