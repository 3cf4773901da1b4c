"""Damaged streams: what is valid, what is missing, the list of frames."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from ._nodes import Array
from ._status import Status
from ._streams import LARGEST, decode_memory, decode_through, memory_reader, reading, shaped
from ._structs import CodecStats
from .coders import Decoder, buffer_of


@dataclass(frozen=True)
class Recovered:
    """What is valid of a damaged stream.

    Parameters
    ----------
    array : masked array
        The samples; masked where a byte is missing.
    missing : list of (int, int)
        Missing ranges in bytes of the original: first, end.
    stats : CodecStats
        Statistics of the decoder.
    """

    array: np.ma.MaskedArray[Any, Any]
    missing: list[tuple[int, int]]
    stats: CodecStats


@dataclass(frozen=True)
class Frame:
    """A frame of a stream: where it lies, what it holds, how it is coded."""

    offset: int
    size: int
    first: int
    raw_bytes: int
    codec: str


def recover(data: Any, **options: Any) -> Recovered:
    """Decodes what is valid of a damaged stream.

    Parameters
    ----------
    data : bytes, array or path
        The stream, or the file that holds it.
    **options
        Options of the decoder: see `decode`.

    Returns
    -------
    Recovered

    Examples
    --------
    >>> import numpy as np, sqrtspace
    >>> stream = bytearray(sqrtspace.encode(np.arange(100_000, dtype="int32")))
    >>> stream[len(stream) // 2] ^= 0x10
    >>> found = sqrtspace.recover(stream)
    >>> [end - first for first, end in found.missing]
    [32768]
    >>> found.array.count()
    np.int64(91808)
    """
    if isinstance(data, (str, os.PathLike)):
        data = np.memmap(data, np.uint8, "r") if os.path.getsize(data) else b""
    target, stats, missing = decode_memory(data, {**options, "recover": True})
    array = shaped(target.memory[: target.end], stats)
    row = max(target.end // len(array), 1) if len(array) else 1
    mask = np.zeros(array.shape, bool)
    for first, end in missing:
        mask[first // row : -(-end // row)] = True
    return Recovered(np.ma.MaskedArray(array, mask), missing, stats)


def verify(data: Any, **options: Any) -> Recovered:
    """Checks a stream or a file without an output: statistics and missing ranges; `array` is empty.

    Parameters
    ----------
    data : bytes, array or path
        The stream, or the file that holds it.
    **options
        Options of the decoder: see `decode`.

    Returns
    -------
    Recovered
        `missing` is empty, and `stats.ended` is 1, if the stream is whole.
    """
    settings = {**LARGEST, **options, "recover": True}
    if isinstance(data, (str, os.PathLike)):
        with open(data, "rb") as file:
            stats, missing, _ = decode_through(reading(file), None, os.path.getsize(data), settings)
    else:
        given = buffer_of(data)
        stats, missing, _ = decode_through(memory_reader(given), None, given.size, settings)
    return Recovered(np.ma.MaskedArray(np.empty(0, np.uint8)), missing, stats)


_CODED = ("stored", "numeric", "lz", "ccsds121")


def inspect(data: Any) -> list[Frame]:
    """Lists the valid frames of a stream or file: position, size, what it holds, codec.

    Parameters
    ----------
    data : bytes, array or path
        The stream, or the file that holds it.

    Returns
    -------
    list of Frame
    """
    if isinstance(data, (str, os.PathLike)):
        data = np.memmap(data, np.uint8, "r") if os.path.getsize(data) else b""
    given = buffer_of(data)
    decoder = Decoder(recover=True, **LARGEST)
    frames: list[Frame] = []
    bounds = [*_starts(given), given.size]
    last, begin = decoder.stats(), bounds[0]
    for at, end in zip(bounds, bounds[1:], strict=False):
        # What lies between two starts: a frame, or the part of one whose payload contains the mark.
        offset = _feed(decoder, given[at:end])
        now = decoder.stats()
        if now.frames > last.frames:
            if (now.skipped_bytes, now.damaged_frames) != (last.skipped_bytes, last.damaged_frames):
                begin = next(c for c in reversed(bounds) if c < end and _holds_frame(given[c:end]))
            codec = next(c for c in _CODED if getattr(now, f"{c}_frames") > getattr(last, f"{c}_frames"))
            frames.append(Frame(begin, end - begin, offset, now.raw_bytes - last.raw_bytes, codec))
            last, begin = now, end
    return frames


def _starts(data: Array) -> list[int]:
    """Positions of the mark that a stream, and every frame of it, begins with."""
    mark = data[:4].tobytes()
    found, at = [], 0
    step = 1 << 20
    while at < data.size:
        part = data[at : at + step + 3].tobytes()
        found += [at + match.start() for match in re.finditer(re.escape(mark), part) if match.start() < step]
        at += step
    return found or [0]


def _feed(decoder: Decoder, data: Array) -> int:
    """Gives a decoder bytes of a stream; the position in the original of the first byte that it outputs."""
    room = np.empty(1 << 18, np.uint8)
    offset, at, first = 0, 0, True
    while True:
        status, consumed, written, position = decoder.step(data[at:], room)
        at += consumed
        if written and first:
            offset, first = position, False
        if status is not Status.AGAIN:
            return offset


def _holds_frame(data: Array) -> bool:
    decoder = Decoder(recover=True, **LARGEST)
    _feed(decoder, data)
    return decoder.stats().frames == 1 and decoder.stats().skipped_bytes == 0
