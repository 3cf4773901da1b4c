"""Encoded files as arrays and as file objects."""

from __future__ import annotations

import io
import os
from typing import Any, Literal, overload

import numpy as np

from ._nodes import Array
from ._status import DamagedError, Status
from ._streams import LARGEST, Target, decode_through, probe, reading, shaped
from .coders import Decoder, Encoder
from .damage import Frame, Recovered, inspect, length_of, recover, verify

PathLike = str | os.PathLike[str]


class SqsFile:
    """An encoded file as an array that is read by slicing: only the frames that hold a range are decoded.

    Its length is read from the end frame. Where the start is damaged, the sample type is that of the first valid
    frame.

    Parameters
    ----------
    path : path
        The file.

    Examples
    --------
    >>> import numpy as np, os, sqrtspace, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "x.sqs")
    >>> _ = sqrtspace.save(path, np.arange(10**6, dtype="int32"), index_entries=64)
    >>> f = sqrtspace.open(path)
    >>> len(f), f.dtype
    (1000000, dtype('int32'))
    >>> f[123456:123460]
    array([123456, 123457, 123458, 123459], dtype=int32)
    """

    def __init__(self, path: PathLike) -> None:
        self.path = os.fspath(path)
        stats = self._probe(0, 1)
        self.stats = stats
        self.channels = max(stats.channels, 1)
        sample = shaped(np.zeros(24 * self.channels, np.uint8), stats)
        self.dtype: np.dtype[Any] = sample.dtype
        self._row = 24 * self.channels // len(sample) if len(sample) else 1
        self._bytes: int | None = None

    def _probe(self, first: int, count: int) -> Any:
        """Statistics after reading the frames of a range, damaged ones passed over."""
        with open(self.path, "rb") as file:
            options = {**LARGEST, "recover": True, "first": first, "count": count}
            return probe(reading(file), os.path.getsize(self.path), options, file.seek)

    def _range(self, first: int, count: int, **options: Any) -> tuple[Array, Any]:
        """Bytes of the original, and the statistics."""
        target = Target(min(count, (1 << 26) if self._bytes is None else self._bytes))
        with open(self.path, "rb", buffering=0) as file:
            size = os.path.getsize(self.path)
            given = {"first": first, "count": count, **options}
            stats, _, length = decode_through(reading(file), target.write, size, given, file.seek)
        return target.memory[:length], stats

    @property
    def nbytes(self) -> int:
        """Bytes of the original."""
        if self._bytes is None:
            with open(self.path, "rb") as file:
                self._bytes = length_of(file, os.path.getsize(self.path), self.stats)
        if self._bytes is None:
            # The file does not end with the stream, or its end is damaged.
            stats = verify(self.path).stats
            if not stats.ended:
                raise DamagedError("the stream has no end: its length is not known", Status.ERR_DAMAGED)
            self._bytes = stats.length_bytes
        return self._bytes

    def __len__(self) -> int:
        return self.nbytes // self._row

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the array: (n,) or (n, channels)."""
        return (len(self), self.channels) if self.channels > 1 else (len(self),)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    def __getitem__(self, key: Any) -> Any:
        rows, rest = (key[0], key[1:]) if isinstance(key, tuple) else (key, ())
        if isinstance(rows, (int, np.integer)):
            at = int(rows) + (len(self) if rows < 0 else 0)
            if not 0 <= at < len(self):
                raise IndexError(f"sample {int(rows)} of {len(self)}")
            block = self._samples(at, 1)[0]
            return block[rest] if rest else block
        if not isinstance(rows, slice):
            raise TypeError("an encoded file is read by an index or a slice")
        start, stop, step = self._bounds(rows)
        if step < 0:
            count = len(range(start, stop, step))
            low = start + (count - 1) * step if count else start
            block = self._samples(low, start - low + 1 if count else 0)[::-1][::-step]
        else:
            block = self._samples(start, max(stop - start, 0))[::step]
        return block[(slice(None), *rest)] if rest else block

    def _bounds(self, rows: slice) -> tuple[int, int, int]:
        """Bounds of a slice. A range with given ends needs no length: reading past the end stops at it."""
        plain = rows.step in (None, 1) and rows.stop is not None and rows.stop >= 0 and (rows.start or 0) >= 0
        if plain and self._bytes is None:
            return int(rows.start or 0), int(rows.stop), 1
        return rows.indices(len(self))

    def _samples(self, first: int, count: int) -> Array:
        if count == 0:
            return shaped(np.empty(0, np.uint8), self.stats)
        try:
            data, _ = self._range(first * self._row, count * self._row)
        except IndexError:
            # The range ends after the original: that of the slice ends with it.
            count = len(self) - first
            if count <= 0:
                return shaped(np.empty(0, np.uint8), self.stats)
            data, _ = self._range(first * self._row, count * self._row)
        return shaped(data, self.stats)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        array = self._samples(0, len(self))
        return array if dtype is None else array.astype(dtype, copy=False)

    def read(self) -> Array:
        """All samples."""
        return np.asarray(self)

    def recover(self, **options: Any) -> Recovered:
        """What is valid, with the missing ranges: see `recover`."""
        return recover(self.path, **options)

    def verify(self, **options: Any) -> Recovered:
        """Checks the file: see `verify`."""
        return verify(self.path, **options)

    def inspect(self) -> list[Frame]:
        """The frames: see `inspect`."""
        return inspect(self.path)

    def close(self) -> None:
        """Does nothing: no file stays open."""

    def __enter__(self) -> SqsFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class EncodingWriter(io.RawIOBase):
    """A file object that encodes what is written to it. Closing it ends the stream.

    Parameters
    ----------
    target : path or binary file object
        Receives the stream.
    **options
        Options of the encoder: see `encode`.
    """

    def __init__(self, target: Any, **options: Any) -> None:
        super().__init__()
        self._owned = isinstance(target, (str, os.PathLike))
        self._encoder = Encoder(**options)
        self._target = io.open(target, "wb") if self._owned else target

    def writable(self) -> bool:
        """True."""
        return True

    def write(self, data: Any) -> int:
        """Encodes bytes, or the samples of an array."""
        if self.closed:
            raise ValueError("the stream is closed")
        self._target.write(self._encoder.encode(data))
        return data.nbytes if isinstance(data, np.ndarray) else memoryview(data).nbytes

    def flush(self) -> None:
        """Outputs a frame of all whole rows so far."""
        if not self.closed:
            self._target.write(self._encoder.encode(b"", "flush"))
            self._target.flush()

    def close(self) -> None:
        """Ends the stream."""
        if self.closed:
            return
        try:
            self._target.write(self._encoder.finish())
            self._target.flush()
        finally:
            if self._owned:
                self._target.close()
            # RawIOBase.close would flush again.
            self.flush = lambda: None  # type: ignore[method-assign]
            super().close()


class DecodingReader(io.RawIOBase):
    """A file object that reads the original of a stream.

    Parameters
    ----------
    source : path or binary file object
        The stream.
    **options
        Options of the decoder: see `decode`.
    """

    def __init__(self, source: Any, **options: Any) -> None:
        super().__init__()
        self._owned = isinstance(source, (str, os.PathLike))
        self._decoder = Decoder(**{"max_frame_bytes": 4 << 20, "history_bytes": 4 << 20, **options})
        self._source = io.open(source, "rb") if self._owned else source
        self._data = b""
        self._ended = False

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fills a buffer with bytes of the original; 0 at the end."""
        room = np.frombuffer(buffer, np.uint8)
        while room.size:
            status, consumed, written, _ = self._decoder.step(self._data, room, "end" if self._ended else "continue")
            self._data = self._data[consumed:]
            if written or status is Status.END:
                return written
            if not self._data:
                self._data = self._source.read(1 << 18)
                self._ended = not self._data
        return 0

    def close(self) -> None:
        """Closes a source that was given as a path."""
        if self._owned and not self.closed:
            self._source.close()
        super().close()


@overload
def open_file(path: PathLike, mode: Literal["r"] = "r", **options: Any) -> SqsFile: ...
@overload
def open_file(path: PathLike, mode: Literal["rb"], **options: Any) -> io.BufferedReader: ...
@overload
def open_file(path: PathLike, mode: Literal["wb"], **options: Any) -> EncodingWriter: ...
def open_file(path: PathLike, mode: str = "r", **options: Any) -> Any:
    """Opens an encoded file.

    Parameters
    ----------
    path : path
        The file.
    mode : str
        "r": an array that is read by slicing; "rb": a file object of the original's bytes; "wb": a file object that
        encodes what is written to it.
    **options
        For "rb" of the decoder, for "wb" of the encoder.

    Returns
    -------
    SqsFile, file object or EncodingWriter
    """
    if mode == "r":
        return SqsFile(path)
    if mode == "rb":
        return io.BufferedReader(DecodingReader(path, **options), 1 << 18)
    if mode == "wb":
        return EncodingWriter(path, **options)
    raise ValueError(f"mode {mode!r} is not r, rb or wb")
