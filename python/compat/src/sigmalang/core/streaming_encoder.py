"""Encodes files of any size in constant memory, and decodes them."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import sqrtspace

from .optimizations import GlyphBufferPool
from .streams import BoundaryHandler, BufferState, Chunk, ChunkedReader, ChunkState, StreamBuffer

PathLike = str | os.PathLike[str]

MEGABYTE = 1 << 20
SMALLEST_CHUNK, LARGEST_CHUNK = 16 << 10, 4 << 20
# A frame has at most 39 bytes more than what it encodes.
FRAME_OVERHEAD = 39


@dataclass
class StreamStats:
    """Statistics of a file. Times are in seconds, of a wall clock."""

    total_bytes_read: int = 0
    total_bytes_encoded: int = 0
    total_chunks: int = 0
    total_glyphs: int = 0
    read_time: float = 0.0
    encode_time: float = 0.0
    write_time: float = 0.0
    peak_memory_mb: float = 0.0
    avg_chunk_size: int = 0
    compression_ratio: float = 1.0
    peak_memory_bytes: int = 0
    missing: list[tuple[int, int]] = field(default_factory=list)

    def throughput_mbs(self) -> float:
        """MiB read per second."""
        seconds = self.read_time + self.encode_time + self.write_time
        return self.total_bytes_read / MEGABYTE / seconds if seconds else 0.0

    @property
    def input_bytes(self) -> int:
        """Bytes of the input."""
        return self.total_bytes_read

    @property
    def output_bytes(self) -> int:
        """Bytes of the output."""
        return self.total_bytes_encoded

    @property
    def throughput(self) -> float:
        """MiB read per second."""
        return self.throughput_mbs()


def frame_of(chunk_size: int) -> int:
    """The frame size for a chunk size: within what the encoder accepts."""
    return min(max(chunk_size, SMALLEST_CHUNK), LARGEST_CHUNK)


def _stats(result: sqrtspace.CodecStats, seconds: float, decoded: bool) -> StreamStats:
    raw, coded = result.raw_bytes, result.coded_bytes
    # Reading and writing may run beside the encoding: of the time of the call, the rest is encoding.
    read, write = result.read_ns / 1e9, result.write_ns / 1e9
    scale = min(1.0, seconds / (read + write)) if read + write else 0.0
    glyphs = result.primitive_glyphs + result.reference_glyphs + result.delta_glyphs + result.composite_glyphs
    return StreamStats(
        total_bytes_read=coded if decoded else raw,
        total_bytes_encoded=raw if decoded else coded,
        total_chunks=result.frames,
        total_glyphs=glyphs,
        read_time=read * scale,
        write_time=write * scale,
        encode_time=max(seconds - (read + write) * scale, 1e-9),
        peak_memory_mb=result.peak_bytes / MEGABYTE,
        peak_memory_bytes=result.peak_bytes,
        avg_chunk_size=raw // result.frames if result.frames else 0,
        compression_ratio=raw / coded if raw else 1.0,
    )


class StreamingEncoder:
    """Encodes files of any size in constant memory.

    Parameters
    ----------
    chunk_size : int
        Bytes that are encoded together, 16 KiB to 4 MiB. Default: 64 KiB; with `adaptive_chunking` what
        `get_optimal_chunk_size` gives for the file.
    output_buffer_size : int
        Accepted: output is written frame by frame.
    use_buffer_pool : bool
        `buffer_pool` is a GlyphBufferPool.
    adaptive_chunking : bool
        Choose the chunk size by the size of the file, unless it is given.
    context_chunks : int
        Chunks of a group, up to 256, that refer to earlier ones of it. 1: every chunk is independent.
    identity : int
        64 bits that no other file has. Default: drawn at random for each file, so that two files of the same input
        differ.
    """

    def __init__(
        self,
        chunk_size: int | None = None,
        output_buffer_size: int = 8,
        use_buffer_pool: bool = True,
        adaptive_chunking: bool = True,
        context_chunks: int = 1,
        identity: int | None = None,
    ) -> None:
        self.chunk_size = 65536 if chunk_size is None else chunk_size
        self.output_buffer_size = output_buffer_size
        self.use_buffer_pool = use_buffer_pool
        self.adaptive_chunking = adaptive_chunking
        self.context_chunks = context_chunks
        self.identity = identity
        self._given = chunk_size is not None
        self.boundary_handler = BoundaryHandler()
        self.read_buffer = StreamBuffer("read_buffer", 3)
        self.write_buffer = StreamBuffer("write_buffer", output_buffer_size)
        self.buffer_pool = GlyphBufferPool(16, max(self.chunk_size // 4, 1)) if use_buffer_pool else None
        self.stats = StreamStats()

    def options(self, threads: int = 1) -> dict[str, Any]:
        """Options of the encoder for the present chunk size."""
        return {
            "frame_bytes": frame_of(self.chunk_size),
            "restart_interval": self.context_chunks,
            "threads": threads,
            "identity": self.identity,
        }

    def encode_file(self, input_path: PathLike, output_path: PathLike, verbose: bool = False) -> StreamStats:
        """Encodes a file. The output appears complete or not at all.

        Parameters
        ----------
        input_path, output_path : path
            The files.
        verbose : bool
            Print progress and result.

        Returns
        -------
        StreamStats
        """
        return self._encode(input_path, output_path, 1, verbose)

    def encode_file_async(self, input_path: PathLike, output_path: PathLike, num_workers: int = 2) -> StreamStats:
        """Encodes a file with several threads. With an `identity` the output is that of `encode_file`, byte for byte.

        Parameters
        ----------
        input_path, output_path : path
            The files.
        num_workers : int
            Threads that encode, up to 64.

        Returns
        -------
        StreamStats
        """
        return self._encode(input_path, output_path, num_workers, False)

    def _encode(self, source: PathLike, target: PathLike, threads: int, verbose: bool) -> StreamStats:
        if self.adaptive_chunking and not self._given:
            self.chunk_size = get_optimal_chunk_size(os.path.getsize(source))
        start = time.perf_counter()
        shown = _Shown(os.fspath(source), self.chunk_size) if verbose else None
        result = sqrtspace.encode_file(source, target, progress=shown, **self.options(threads))
        self.stats = _stats(result, time.perf_counter() - start, False)
        if shown:
            shown.end(self.stats)
        return self.stats

    def get_stats(self) -> StreamStats:
        """Statistics of the last file."""
        return self.stats

    def reset(self) -> None:
        """Forgets statistics and a glyph that is not complete."""
        self.boundary_handler.reset()
        self.stats = StreamStats()


class _Shown:
    """Prints the progress, at most once a second."""

    def __init__(self, name: str, chunk_size: int) -> None:
        print(f"encoding {name} in chunks of {chunk_size / 1024:.0f} KiB")
        self.next = time.monotonic() + 1

    def __call__(self, now: sqrtspace.Progress) -> None:
        if time.monotonic() >= self.next:
            self.next += 1
            print(f"  {now.in_bytes / MEGABYTE:.1f} MiB read, {now.out_bytes / MEGABYTE:.1f} MiB written")

    def end(self, stats: StreamStats) -> None:
        """Prints the result."""
        seconds = stats.read_time + stats.encode_time + stats.write_time
        print(f"  time: {seconds:.2f} s, {stats.throughput:.1f} MiB/s")
        print(f"  ratio: {stats.compression_ratio:.2f}, memory: {stats.peak_memory_mb:.2f} MiB")
        sys.stdout.flush()


class StreamingDecoder:
    """Decodes files of a StreamingEncoder in constant memory.

    Parameters
    ----------
    chunk_size : int
        Bytes of the largest chunk that is accepted. Default: that of the file.
    """

    def __init__(self, chunk_size: int | None = None) -> None:
        self.chunk_size = chunk_size
        self.stats = StreamStats()

    def decode_file(
        self, input_path: PathLike, output_path: PathLike, sigma_encoder: object = None, recover: bool = False
    ) -> StreamStats:
        """Decodes a file.

        Parameters
        ----------
        input_path, output_path : path
            The files.
        sigma_encoder : object
            Accepted: a file holds all that its decoder needs.
        recover : bool
            Continue after damage: missing bytes are zeros, and `missing` of the statistics lists them.

        Returns
        -------
        StreamStats
        """
        limit = None if self.chunk_size is None else frame_of(self.chunk_size)
        start = time.perf_counter()
        options: dict[str, Any] = {"recover": recover, "max_frame_bytes": limit, "max_missing": 4096}
        result = sqrtspace.decode_file(input_path, output_path, **options)
        self.stats = _stats(result, time.perf_counter() - start, True)
        if result.missing_bytes or not result.ended:
            self.stats.missing = sqrtspace.verify(input_path, max_missing=4096).missing
        return self.stats


def get_optimal_chunk_size(file_size: int) -> int:
    """The chunk size for a file: 64 KiB below 10 MiB, 256 KiB below 100 MiB, 1 MiB below 1 GiB, else 4 MiB."""
    for limit, chunk in ((10, 64 << 10), (100, 256 << 10), (1024, 1 << 20)):
        if file_size < limit * MEGABYTE:
            return chunk
    return 4 << 20


def estimate_memory_usage(file_size: int, chunk_size: int) -> dict[str, int]:
    """The memory that encoding a file uses, in parts; their sum is exact, whatever the size of the file.

    Parameters
    ----------
    file_size : int
        Bytes of the file.
    chunk_size : int
        Bytes of a chunk.

    Returns
    -------
    dict
        `chunk_buffer`, `output_buffer`, `encoder_state` and `overhead`, in bytes.
    """
    frame = frame_of(chunk_size)
    total = sqrtspace.encode_work_bytes(frame_bytes=frame)
    parts = {"chunk_buffer": frame, "output_buffer": frame + FRAME_OVERHEAD, "overhead": 0}
    return {**parts, "encoder_state": total - sum(parts.values())}


def get_streaming_vs_full_memory(file_size: int) -> dict[str, float]:
    """Memory for a file: encoded in chunks, and loaded as a whole."""
    streaming = sum(estimate_memory_usage(file_size, get_optimal_chunk_size(file_size)).values())
    return {
        "streaming_mb": streaming / MEGABYTE,
        "full_load_mb": file_size / MEGABYTE,
        "reduction_ratio": file_size / streaming,
    }


__all__ = [
    "BoundaryHandler",
    "BufferState",
    "Chunk",
    "ChunkState",
    "ChunkedReader",
    "GlyphBufferPool",
    "StreamBuffer",
    "StreamStats",
    "StreamingDecoder",
    "StreamingEncoder",
    "estimate_memory_usage",
    "get_optimal_chunk_size",
    "get_streaming_vs_full_memory",
]
