"""The 23 tests of sigmalang's streaming encoder by their names, with what they promise checked in full."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
import sqrtspace
from sigmalang.core.streaming_encoder import (
    BoundaryHandler,
    Chunk,
    ChunkedReader,
    StreamBuffer,
    StreamingDecoder,
    StreamingEncoder,
    StreamStats,
    estimate_memory_usage,
    get_optimal_chunk_size,
    get_streaming_vs_full_memory,
)

MEGABYTE = 1 << 20


def written(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    return str(path)


class TestChunkedReader:
    def test_read_small_file(self, tmp_path: Path) -> None:
        data = np.random.default_rng(0).bytes(100 * 1024)
        chunks = list(ChunkedReader(written(tmp_path / "f", data), chunk_size=16384).read_chunks())
        assert [chunk.chunk_id for chunk in chunks] == list(range(7))
        assert b"".join(chunk.data for chunk in chunks) == data
        assert [chunk.is_final for chunk in chunks] == [False] * 6 + [True]

    def test_read_exact_multiple(self, tmp_path: Path) -> None:
        reader = ChunkedReader(written(tmp_path / "f", b"y" * 8192 * 5), chunk_size=8192)
        chunks = list(reader.read_chunks())
        assert [len(chunk.data) for chunk in chunks] == [8192] * 5
        assert [chunk.is_final for chunk in chunks] == [False] * 4 + [True]
        assert reader.total_read == reader.get_file_size() == 8192 * 5


class TestBoundaryHandler:
    def test_no_boundary_crossing(self) -> None:
        handler = BoundaryHandler()
        assert handler.try_extract_glyphs(b"\x00\x00") == ([b"\x00\x00"], b"")
        assert not handler.has_pending() and handler.boundary_crosses == 0
        # Complete glyphs are not delivered a second time.
        assert handler.try_extract_glyphs(b"\x01\x00") == ([b"\x01\x00"], b"")

    def test_incomplete_header(self) -> None:
        handler = BoundaryHandler()
        assert handler.try_extract_glyphs(b"\x00") == ([], b"")
        assert handler.has_pending() and handler.state == "PARTIAL_HEADER"
        assert handler.try_extract_glyphs(b"\x01z") == ([b"\x00\x01z"], b"")
        assert handler.state == "IDLE"

    def test_varint_spanning(self) -> None:
        glyphs = [b"\x00\x80\x01" + b"p" * 128, b"\x07\x00", b"\x05\xff\xff\x01" + b"q" * 32767]
        data = b"".join(glyphs)
        for cut in (1, 2, 3, 5, 1000):
            handler = BoundaryHandler()
            found = []
            for at in range(0, len(data), cut):
                found += handler.try_extract_glyphs(data[at : at + cut])[0]
            assert found == glyphs and not handler.has_pending()
        with pytest.raises(ValueError, match="more than 4 bytes"):
            BoundaryHandler().try_extract_glyphs(b"\x00\x80\x80\x80\x80\x01")

    def test_reset(self) -> None:
        handler = BoundaryHandler()
        handler.try_extract_glyphs(b"\x00")
        assert handler.has_pending()
        handler.reset()
        assert not handler.has_pending() and handler.state == "IDLE"


class TestStreamBuffer:
    def test_basic_put_get(self) -> None:
        buffer = StreamBuffer("test", max_size=3)
        assert all(buffer.put(Chunk(i, b"test")) for i in range(3))
        assert [chunk.chunk_id for chunk in (buffer.get(0.1), buffer.get(0.1), buffer.get(0)) if chunk] == [0, 1, 2]
        assert buffer.get(timeout=0) is None and buffer.get(timeout=0.01) is None

    def test_buffer_full(self) -> None:
        buffer = StreamBuffer("test", max_size=2)
        assert buffer.put(Chunk(0, b"x")) and buffer.put(Chunk(1, b"x"))
        assert buffer.is_full() and not buffer.put(Chunk(2, b"y"), timeout=0)
        # Backpressure: a writer waits until a reader takes a chunk.
        done: list[bool] = []
        writer = threading.Thread(target=lambda: done.append(buffer.put(Chunk(2, b"y"), timeout=10)))
        writer.start()
        assert not done
        first = buffer.get()
        writer.join()
        assert first is not None and first.chunk_id == 0 and done == [True] and buffer.size() == 2

    def test_close_buffer(self) -> None:
        buffer = StreamBuffer("test", max_size=2)
        buffer.put(Chunk(0, b"x"))
        buffer.close()
        assert buffer.state.name == "CLOSED"
        assert not buffer.put(Chunk(1, b"y")) and buffer.get() is not None and buffer.get() is None
        empty = StreamBuffer("empty")
        reader = threading.Thread(target=empty.get)
        reader.start()
        empty.close()
        reader.join(10)
        assert not reader.is_alive()


def both_ways(folder: Path, data: bytes, encoder: StreamingEncoder) -> StreamStats:
    """Encodes and decodes; the file comes back, and the statistics are those of the files."""
    source, target = written(folder / "in", data), folder / "out"
    stats = encoder.encode_file(source, str(target), verbose=False)
    assert (stats.total_bytes_read, stats.total_bytes_encoded) == (len(data), target.stat().st_size)
    StreamingDecoder().decode_file(str(target), str(folder / "back"))
    assert (folder / "back").read_bytes() == data
    return stats


class TestStreamingEncoder:
    def test_encode_small_file(self, tmp_path: Path) -> None:
        encoder = StreamingEncoder(chunk_size=256 * 1024)
        stats = both_ways(tmp_path, b"A" * (5 * MEGABYTE), encoder)
        assert stats.total_chunks == 20 and stats.compression_ratio > 1000 and stats.encode_time > 0
        assert encoder.get_stats() is stats

    def test_encode_medium_file(self, tmp_path: Path) -> None:
        # 1 MB of each: bytes that count up, from another start.
        data = b"".join(np.arange(i, i + MEGABYTE).astype("uint8").tobytes() for i in range(50))
        stats = both_ways(tmp_path, data, StreamingEncoder(chunk_size=MEGABYTE))
        assert stats.total_chunks == 50 and stats.throughput_mbs() > 20

    def test_constant_memory(self, tmp_path: Path) -> None:
        encoder = StreamingEncoder(chunk_size=MEGABYTE)
        used = [both_ways(tmp_path, b"X" * (MEGABYTE * n), encoder).peak_memory_bytes for n in (1, 100)]
        assert used[0] == used[1] == sum(estimate_memory_usage(100 * MEGABYTE, MEGABYTE).values())

    def test_empty_file(self, tmp_path: Path) -> None:
        stats = both_ways(tmp_path, b"", StreamingEncoder())
        assert stats.total_chunks == 0 and stats.compression_ratio == 1.0

    def test_single_byte_file(self, tmp_path: Path) -> None:
        assert both_ways(tmp_path, b"X", StreamingEncoder()).total_bytes_read == 1


class TestChunkSizeOptimization:
    def test_small_file_chunk_size(self) -> None:
        assert get_optimal_chunk_size(5 * MEGABYTE) == 64 * 1024

    def test_medium_file_chunk_size(self) -> None:
        assert get_optimal_chunk_size(50 * MEGABYTE) == 256 * 1024

    def test_large_file_chunk_size(self) -> None:
        assert get_optimal_chunk_size(500 * MEGABYTE) == MEGABYTE

    def test_very_large_file_chunk_size(self) -> None:
        assert get_optimal_chunk_size(2048 * MEGABYTE) == 4 * MEGABYTE


class TestMemoryEstimation:
    def test_memory_breakdown(self) -> None:
        for chunk in (64 * 1024, MEGABYTE, 4 * MEGABYTE):
            parts = estimate_memory_usage(1024 * MEGABYTE, chunk)
            assert set(parts) == {"chunk_buffer", "encoder_state", "output_buffer", "overhead"}
            assert parts["chunk_buffer"] == chunk and min(parts.values()) >= 0
            assert sum(parts.values()) == sqrtspace.encode_work_bytes(frame_bytes=chunk)

    def test_streaming_vs_full_load(self) -> None:
        compared = get_streaming_vs_full_memory(1024 * MEGABYTE)
        assert compared["full_load_mb"] == 1024
        assert compared["reduction_ratio"] == pytest.approx(1024 / compared["streaming_mb"])
        assert compared["reduction_ratio"] > 10


class TestStreamStats:
    def test_stats_initialization(self) -> None:
        stats = StreamStats()
        assert (stats.total_bytes_read, stats.total_bytes_encoded, stats.total_chunks) == (0, 0, 0)
        assert stats.throughput == 0 and stats.compression_ratio == 1.0

    def test_throughput_calculation(self) -> None:
        stats = StreamStats(total_bytes_read=MEGABYTE, encode_time=1.0)
        assert stats.throughput_mbs() == stats.throughput == 1.0

    def test_compression_ratio(self, tmp_path: Path) -> None:
        stats = both_ways(tmp_path, b"ab" * 500_000, StreamingEncoder())
        assert stats.compression_ratio == stats.input_bytes / stats.output_bytes > 100
