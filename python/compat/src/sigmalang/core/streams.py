"""Parts of a streaming encoder: chunks, a bounded queue, units that chunks cut."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class ChunkState(Enum):
    """State of a chunk."""

    EMPTY = 0
    FILLED = 1
    ENCODING = 2
    PARTIAL = 3
    DONE = 4


class BufferState(Enum):
    """State of a buffer."""

    IDLE = 0
    FILLING = 1
    FLUSHING = 2
    CLOSED = 3


@dataclass
class Chunk:
    """A piece of a file."""

    chunk_id: int
    data: bytes
    state: ChunkState = ChunkState.FILLED
    offset: int = 0
    is_final: bool = False
    pending_glyph: bytes | None = None

    def get_remaining(self) -> bytes:
        """The bytes that were not processed."""
        return self.data[self.offset :]

    def advance(self, bytes_consumed: int) -> None:
        """Counts bytes as processed."""
        self.offset = min(self.offset + bytes_consumed, len(self.data))

    def is_complete(self) -> bool:
        """True if all bytes were processed."""
        return self.offset >= len(self.data)


class StreamBuffer:
    """A queue of at most `max_size` chunks between threads: a full one blocks `put`, an empty one `get`.

    Parameters
    ----------
    name : str
        Name, for messages.
    max_size : int
        Chunks that it holds.
    """

    def __init__(self, name: str, max_size: int = 3) -> None:
        self.name = name
        self.max_size = max_size
        self.state = BufferState.IDLE
        self._queue: deque[Chunk] = deque()
        self._changed = threading.Condition()

    def _wait(self, ready: str, timeout: float | None) -> bool:
        end = None if timeout is None else time.monotonic() + timeout
        while self.state is not BufferState.CLOSED:
            if (len(self._queue) < self.max_size) if ready == "room" else bool(self._queue):
                return True
            left = None if end is None else end - time.monotonic()
            if left is not None and left <= 0:
                return False
            self._changed.wait(left)
        return ready != "room" and bool(self._queue)

    def put(self, chunk: Chunk, timeout: float | None = None) -> bool:
        """Adds a chunk. Waits for room, at most `timeout` seconds; False if none came, or the buffer is closed."""
        with self._changed:
            if not self._wait("room", timeout):
                return False
            self._queue.append(chunk)
            self.state = BufferState.FILLING
            self._changed.notify_all()
            return True

    def get(self, timeout: float | None = None) -> Chunk | None:
        """Takes the oldest chunk. Waits for one, at most `timeout` seconds; None if none came, or all of a closed
        buffer were taken."""
        with self._changed:
            if not self._wait("chunk", timeout):
                return None
            chunk = self._queue.popleft()
            self._changed.notify_all()
            return chunk

    def size(self) -> int:
        """Chunks in the buffer."""
        with self._changed:
            return len(self._queue)

    def is_full(self) -> bool:
        """True if `put` would wait."""
        return self.size() >= self.max_size

    def close(self) -> None:
        """Ends the buffer: what it holds can be taken, nothing can be added, nobody waits."""
        with self._changed:
            self.state = BufferState.CLOSED
            self._changed.notify_all()


class BoundaryHandler:
    """Cuts a stream of glyphs into glyphs, wherever chunks cut it.

    A glyph is a byte, the size of its payload as a varint of up to 4 bytes (seven bits per byte, the lowest first), and the
    payload.

    Examples
    --------
    >>> handler = BoundaryHandler()
    >>> handler.try_extract_glyphs(b"\\x01\\x02a")
    ([], b'')
    >>> handler.try_extract_glyphs(b"b\\x03\\x00")
    ([b'\\x01\\x02ab', b'\\x03\\x00'], b'')
    >>> handler.has_pending()
    False
    """

    GLYPH_HEADER_SIZE = 2
    MAX_VARINT = 4

    def __init__(self) -> None:
        self.state = "IDLE"
        self.pending_bytes = bytearray()
        self.boundary_crosses = 0

    @property
    def pending_size(self) -> int:
        """Bytes of a glyph that is not complete."""
        return len(self.pending_bytes)

    def try_extract_glyphs(self, data: bytes) -> tuple[list[bytes], bytes]:
        """The glyphs that `data` completes, and b"": what is left is kept for the next call.

        Raises
        ------
        ValueError
            The size of a payload has more than 4 bytes. The handler is as before.
        """
        buffer = bytes(self.pending_bytes) + bytes(data)
        glyphs, at = [], 0
        while at < len(buffer):
            size = self._glyph_size(buffer, at)
            if size is None or at + size > len(buffer):
                break
            glyphs.append(buffer[at : at + size])
            at += size
        self.pending_bytes = bytearray(buffer[at:])
        if not self.pending_bytes:
            self.state = "IDLE"
        else:
            self.boundary_crosses += 1
            short = len(self.pending_bytes) < self.GLYPH_HEADER_SIZE
            self.state = "PARTIAL_HEADER" if short else "PARTIAL_PAYLOAD"
        return glyphs, b""

    def _glyph_size(self, data: bytes, at: int) -> int | None:
        """Size of the glyph at a position; None if its header is not complete."""
        value = 0
        for i in range(self.MAX_VARINT):
            if at + 1 + i >= len(data):
                return None
            byte = data[at + 1 + i]
            value |= (byte & 0x7F) << (7 * i)
            if byte & 0x80 == 0:
                return 2 + i + value
        raise ValueError(f"the size of a payload has more than {self.MAX_VARINT} bytes")

    def has_pending(self) -> bool:
        """True if a glyph is not complete."""
        return bool(self.pending_bytes)

    def reset(self) -> None:
        """Forgets a glyph that is not complete."""
        self.state = "IDLE"
        self.pending_bytes = bytearray()


class ChunkedReader:
    """Reads a file in chunks of one size; the last may be shorter.

    Parameters
    ----------
    file_path : str
        The file.
    chunk_size : int
        Bytes of a chunk.
    """

    def __init__(self, file_path: str | os.PathLike[str], chunk_size: int = 65536) -> None:
        if chunk_size < 1:
            raise ValueError("chunk_size is at least 1")
        self.file_path = file_path
        self.chunk_size = chunk_size
        self.file_size = os.path.getsize(file_path)
        self.total_read = 0

    def read_chunks(self) -> Iterator[Chunk]:
        """The chunks; `is_final` marks the last one, also of a file that changes its size meanwhile."""
        self.total_read = 0
        with open(self.file_path, "rb") as file:
            data = file.read(self.chunk_size)
            number = 0
            while data:
                after = file.read(self.chunk_size)
                self.total_read += len(data)
                yield Chunk(number, data, is_final=not after)
                data, number = after, number + 1

    def get_file_size(self) -> int:
        """Size of the file in bytes."""
        return self.file_size
