"""Damaged streams: what is valid, what is missing, the list of frames."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from ._nodes import Array
from ._status import Status
from ._streams import LARGEST, MemoryReader, decode_memory, decode_through, reading, shaped
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

    Raises
    ------
    DamagedError
        No frame is valid.
    FormatError
        The data is not a stream, or of a version that is not known.

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
        `missing` is empty, and `stats.ended` is 1, if the stream is whole. `stats.trailing_bytes` follow it,
        `stats.foreign_frames` are of other streams, and `stats.uncertain` is 1 if the start is damaged such that the
        stream had to be chosen by later frames.

    Raises
    ------
    FormatError
        The data is not a stream, or of a version that is not known.
    """
    settings = {**LARGEST, **options, "recover": True}
    if isinstance(data, (str, os.PathLike)):
        with open(data, "rb") as file:
            stats, missing, _ = decode_through(reading(file), None, os.path.getsize(data), settings, file.seek)
    else:
        given = buffer_of(data)
        reader = MemoryReader(given)
        stats, missing, _ = decode_through(reader, None, given.size, settings, reader.seek)
    return Recovered(np.ma.MaskedArray(np.empty(0, np.uint8)), missing, stats)


_SYNC = re.compile(rb"\xf5SQ\xb2")
_HEADER_BYTES = {1: 32, 2: 35}
_CODED = ("stored", "numeric", "lz", "ccsds121", "packets")


def _remainders() -> list[int]:
    """Remainders of the 256 bytes for CRC-32C."""
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return table


_REMAINDERS = _remainders()


def _crc32c(data: bytes) -> int:
    value = 0xFFFFFFFF
    for byte in data:
        value = value >> 8 ^ _REMAINDERS[(value ^ byte) & 0xFF]
    return value ^ 0xFFFFFFFF


def length_of(file: BinaryIO, size: int, stats: CodecStats) -> int | None:
    """Bytes of the original, from the end frame of a stream with which a file ends; None if it does not."""
    file.seek(max(size - 8, 0))
    end_bytes = int.from_bytes(file.read(4), "big")
    if not _HEADER_BYTES[1] < end_bytes <= size:
        return None
    file.seek(size - end_bytes)
    head = file.read(max(_HEADER_BYTES.values()))
    version, header_bytes = _valid(head)
    end_frame = header_bytes and head[5] & 0xF == 15 and _SYNC.match(head)
    if not end_frame or (version, _identity(head, version)) != (stats.version, stats.identity):
        return None
    return int.from_bytes(head[header_bytes - 12 : header_bytes - 4], "big")


@dataclass(frozen=True)
class _Header:
    """A valid header of a frame: docs/formats/container.md, section 3."""

    stream: tuple[int, int]
    frame: Frame


def _valid(head: bytes) -> tuple[int, int]:
    """Version and size of a header; zeros if it is damaged."""
    version = head[4] >> 4 if len(head) > 4 else 0
    size = _HEADER_BYTES.get(version, 0)
    if size == 0 or len(head) < size or _crc32c(head[: size - 4]) != int.from_bytes(head[size - 4 : size], "big"):
        return 0, 0
    return version, size


def _identity(head: bytes, version: int) -> int:
    return int.from_bytes(head[9 : 11 if version == 1 else 17], "big")


def _header(data: Array, at: int) -> _Header | None:
    """The header at a position, of version 1 or 2; None if it is damaged, or that of an end frame."""
    head = data[at : at + max(_HEADER_BYTES.values())].tobytes()
    version, size = _valid(head)
    if size == 0:
        return None
    raw, payload, first = (
        int.from_bytes(head[size - start : size - end], "big") for start, end in ((18, 15), (15, 12), (12, 4))
    )
    codec = head[5] & 0xF
    if raw == 0 or codec >= len(_CODED):
        return None
    return _Header((version, _identity(head, version)), Frame(at, size + payload + 4, first, raw, _CODED[codec]))


def inspect(data: Any, *, identity: int | None = None) -> list[Frame]:
    """Lists the valid frames of a stream or file: position, size, what it holds, codec.

    Parameters
    ----------
    data : bytes, array or path
        The stream, or the file that holds it.
    identity : int
        Identity of the stream. Default: the stream that begins where the data begins.

    Returns
    -------
    list of Frame

    Examples
    --------
    >>> import numpy as np, sqrtspace
    >>> [frame.first for frame in sqrtspace.inspect(sqrtspace.encode(np.zeros(20_000, "int32")))]
    [0, 32768, 65536]
    """
    if isinstance(data, (str, os.PathLike)):
        data = np.memmap(data, np.uint8, "r") if os.path.getsize(data) else b""
    given = buffer_of(data)
    decoder = Decoder(recover=True, identity=identity, **LARGEST)
    frames: list[Frame] = []
    waiting: list[_Header] = []
    at = fed = 0
    while (match := _SYNC.search(given.data, at)) is not None:
        at = match.start() + 1
        header = _header(given, match.start())
        if header is None:
            continue
        waiting.append(header)
        end = max(header.frame.offset + header.frame.size, fed)
        ended, decoded = _feed(decoder, given[fed:end])
        waiting = _confirm(waiting, decoder.stats(), decoded, frames)
        if frames and frames[-1] == header.frame:
            at = end
        if ended:
            return frames
        fed = min(end, given.size)
    _, decoded = _feed(decoder, given[fed:], "end")
    _confirm(waiting, decoder.stats(), decoded, frames)
    return frames


def _confirm(
    waiting: list[_Header], stats: CodecStats, decoded: list[tuple[int, int]], frames: list[Frame]
) -> list[_Header]:
    """Adds the frames that have been decoded to a list; returns the rest of those that may belong to the stream."""
    left = []
    for header in waiting:
        frame = header.frame
        if stats.version and header.stream != (stats.version, stats.identity):
            continue
        if any(first <= frame.first and frame.first + frame.raw_bytes <= end for first, end in decoded):
            frames.append(frame)
        else:
            left.append(header)
    return left


def _feed(decoder: Decoder, data: Array, flow: str = "continue") -> tuple[bool, list[tuple[int, int]]]:
    """Gives a decoder bytes of a stream: whether the stream has ended, and the ranges of the original that it outputs."""
    room = np.empty(1 << 18, np.uint8)
    decoded: list[tuple[int, int]] = []
    at = 0
    while True:
        status, consumed, written, position = decoder.step(data[at:], room, flow)
        at += consumed
        if written and decoded and decoded[-1][1] == position:
            decoded[-1] = (decoded[-1][0], position + written)
        elif written:
            decoded.append((position, position + written))
        if status is not Status.AGAIN:
            return status is Status.END, decoded
