"""Arrays and files without loss: encode and decode."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np

from ._native import lib
from ._native_calls import Caught, Failure, new, path_text, result
from ._nodes import Array
from ._options import Options, decode_options, encode_options, sample_type
from ._status import Status
from ._streams import (
    LARGEST,
    MemoryReader,
    bar,
    decode_memory,
    decode_through,
    encode_through,
    finish,
    reading,
    shaped,
)
from ._structs import CodecStats
from .coders import Decoder, Encoder, buffer_of

PathLike = str | os.PathLike[str]


def array_options(array: Array, given: dict[str, Any]) -> dict[str, Any]:
    """Options for the samples of an array: its type, and the last axis of several as channels."""
    options = dict(given)
    if "dtype" not in options:
        options["dtype"] = array.dtype
        channels = array.shape[-1] if array.ndim > 1 else 1
        limit = 4096 // sample_type(array.dtype)[2] if sample_type(array.dtype)[0] != "bytes" else 4096
        options.setdefault("channels", channels if 1 <= channels <= limit else 1)
    return options


def _packed(array: Array, options: dict[str, Any]) -> Array:
    """Bytes of the samples: of three bytes each for int24."""
    if options.get("dtype") == "int24" and array.dtype.itemsize == 4:
        return np.ascontiguousarray(array.astype("<i4", copy=False)).reshape(-1, 1).view(np.uint8)[:, :3].ravel()
    return buffer_of(array)


def encode(array: Any, **options: Any) -> bytes:
    """Encodes samples or bytes into a stream.

    Parameters
    ----------
    array : array or bytes
        Samples; the last of several axes are the channels. The type is that of the array; bytes are coded as text or
        whatever they hold.
    **options
        Fields of `sqs_encode_options` by their names: `effort` (1 to 9), `codec` ("auto", "numeric", "lz", "ccsds121",
        "stored"), `frame_bytes`, `restart_interval`, `index_entries`, `threads`, `history_bytes`, `dtype` (a NumPy type,
        "int24" or "bytes"), `channels`, `head_bytes` (bytes before the first row, as the header of a WAV file),
        `memory` (array), `progress` (a function, or True for a bar of tqdm). `identity`: 64 bits that no other stream
        has. By default it is drawn at random, so that two streams of the same data differ; the same data, options and
        identity give the same bytes. See `content_identity`.

    Returns
    -------
    bytes

    Examples
    --------
    >>> import numpy as np, sqrtspace
    >>> samples = np.arange(6000, dtype="int16").reshape(-1, 2)
    >>> stream = sqrtspace.encode(samples)
    >>> len(stream) < samples.nbytes // 20
    True
    >>> bool((sqrtspace.decode(stream) == samples).all())
    True
    """
    if isinstance(array, np.ndarray):
        options = array_options(array, options)
    elif "dtype" in options and not isinstance(array, (bytes, bytearray, memoryview)):
        array = np.asarray(array)
    data = _packed(array, options) if isinstance(array, np.ndarray) else buffer_of(array)
    if options.get("threads", 1) > 1 or options.get("progress") is not None or options.get("memory") is not None:
        return _encode_threads(data, options)
    encoder = Encoder(**options)
    out = np.empty(data.size // 2 + (1 << 16), np.uint8)
    at = end = 0
    while True:
        status, consumed, written = encoder.step(data[at:], out[end:], "end")
        at, end = at + consumed, end + written
        if status is Status.END:
            return out[:end].tobytes()
        if len(out) - end < 1 << 12:
            out = np.concatenate([out, np.empty(len(out), np.uint8)])


def _encode_threads(data: Array, options: dict[str, Any]) -> bytes:
    """Encodes with threads or progress: through functions that read and write memory."""
    pieces: list[bytes] = []
    encode_through(MemoryReader(data), lambda _offset, piece: pieces.append(bytes(piece)), data.size, options)
    return b"".join(pieces)


def content_identity(data: Any) -> int:
    """An identity for a stream that follows from its data: equal data gives equal streams.

    For stores that compare or deduplicate streams by their bytes. It costs a hash (BLAKE2b) of the data.

    Parameters
    ----------
    data : array or bytes
        What is encoded.

    Returns
    -------
    int
        64 bits, not 0.

    Examples
    --------
    >>> import numpy as np, sqrtspace
    >>> samples = np.arange(1000, dtype="int16")
    >>> one, two = (sqrtspace.encode(samples, identity=sqrtspace.content_identity(samples)) for _ in range(2))
    >>> one == two, sqrtspace.encode(samples) == sqrtspace.encode(samples)
    (True, False)
    """
    return int.from_bytes(hashlib.blake2b(buffer_of(data).data, digest_size=8).digest(), "big") or 1


def encode_stream(source: BinaryIO, target: BinaryIO, *, total_bytes: int = 0, **options: Any) -> CodecStats:
    """Encodes what a file object reads into another: pipes, sockets, archives.

    Parameters
    ----------
    source, target : binary file objects
        Input, with `readinto` or `read`, and output.
    total_bytes : int
        Bytes that will be read, for the progress.
    **options
        Options of the encoder: see `encode`.

    Returns
    -------
    CodecStats
    """
    return encode_through(reading(source), lambda _offset, data: target.write(data), total_bytes, options)


def decode_stream(source: BinaryIO, target: BinaryIO | None, *, total_bytes: int = 0, **options: Any) -> CodecStats:
    """Decodes what a file object reads into another; without a target the stream is only checked.

    With `recover`, a target that can seek has the valid bytes at their positions.

    Parameters
    ----------
    source, target : binary file objects
        Input and output.
    total_bytes : int
        Bytes that will be read, for the progress.
    **options
        Options of the decoder: see `decode`.

    Returns
    -------
    CodecStats
    """
    recover = bool(options.get("recover"))

    def write(offset: int, data: Any) -> None:
        assert target is not None
        if recover:
            target.seek(offset)
        target.write(data)

    return decode_through(reading(source), None if target is None else write, total_bytes, options)[0]


def encode_file(source: PathLike, target: PathLike, **options: Any) -> CodecStats:
    """Encodes a file in constant memory; the output appears complete or not at all.

    Parameters
    ----------
    source, target : path
        Input and output.
    **options
        Options of the encoder: see `encode`.

    Returns
    -------
    CodecStats
    """
    settings = encode_options({**options, "progress": bar(options.get("progress"), "encode")})
    return _file(lib.sqs_encode_file, source, target, settings)


def decode_file(source: PathLike, target: PathLike, **options: Any) -> CodecStats:
    """Decodes a file, or `count` bytes of the original from `first`, in constant memory.

    Parameters
    ----------
    source, target : path
        Input and output.
    **options
        Options of the decoder: see `decode`.

    Returns
    -------
    CodecStats
    """
    settings = decode_options({**options, "progress": bar(options.get("progress"), "decode")})
    return _file(lib.sqs_decode_file, source, target, settings)


def _file(function: Callable[..., int], source: PathLike, target: PathLike, options: Options) -> CodecStats:
    stats, failure = new("sqs_codec_stats"), Failure()
    status = function(path_text(source), path_text(target), options.struct, stats, failure.struct)
    finish(status, failure, Caught(), options)
    return result(CodecStats, stats)


def save(path: PathLike, array: Array, **options: Any) -> CodecStats:
    """Encodes an array into a file.

    Parameters
    ----------
    path : path
        The file, which appears complete or not at all.
    array : array
        The samples; may be a memory map.
    **options
        Options of the encoder: see `encode`.

    Returns
    -------
    CodecStats
    """
    settings = array_options(array, options)
    data = _packed(array, settings)
    temporary = f"{os.fspath(path)}.{os.getpid()}.tmp"
    try:
        with open(temporary, "wb") as file:
            stats = encode_through(MemoryReader(data), lambda _offset, piece: file.write(piece), data.size, settings)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise
    return stats


def decode(data: Any, *, raw: bool = False, out: Array | None = None, **options: Any) -> Array:
    """Decodes a stream in memory.

    Parameters
    ----------
    data : bytes or array
        The stream.
    raw : bool
        Return the bytes of the original, as an array of uint8.
    out : array
        Receives the original: C-contiguous, of exactly its size.
    **options
        Fields of `sqs_decode_options` by their names: `first` and `count` (bytes of the original), `max_frame_bytes`,
        `history_bytes`, `max_missing`, `identity` (of the stream that is read; default: the stream that begins where
        the data begins), `tag` (of streams of version 1), `memory` (array), `progress` (a function, or True for a bar
        of tqdm); and `recover` (missing bytes are zeros), `all` (read all streams that follow one another; default:
        reading ends at the end of the first).

    Returns
    -------
    array
        Samples, (n,) or (n, channels), of the type of the stream; bytes as uint8.

    Raises
    ------
    DamagedError
        The stream is damaged or incomplete, without `recover`: see `recover`.
    FormatError
        The data is not a stream, or of a version that is not known.
    """
    if out is not None:
        return _decode_into(data, out, options)
    target, stats, _ = decode_memory(data, options)
    return target.memory[: target.end] if raw else shaped(target.memory[: target.end], stats)


def _decode_into(data: Any, out: Array, options: dict[str, Any]) -> Array:
    if not (out.flags.c_contiguous and out.flags.writeable):
        raise TypeError("out must be C-contiguous and writable")
    room = out.reshape(-1).view(np.uint8)
    given = buffer_of(data)
    decoder = Decoder(**{**LARGEST, **options})
    at = end = 0
    while True:
        status, consumed, written, offset = decoder.step(given[at:], room[end:], "end")
        at += consumed
        end = max(end, offset + written) if written else end
        if status is Status.END:
            break
        if end == room.size and not consumed and not written:
            raise ValueError(f"out has {room.size} bytes, and the stream more")
    if end != room.size:
        raise ValueError(f"out has {room.size} bytes, and the stream {end}")
    return out
