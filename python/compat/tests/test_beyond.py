"""What the streaming encoder's roadmap lists: threads, a decoder, context, recovery; and the pool of buffers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import sqrtspace
import pytest
from sigmalang.core.optimizations import GlyphBufferPool
from sigmalang.core.streaming_encoder import StreamingDecoder, StreamingEncoder


def text(n: int) -> bytes:
    words = np.random.default_rng(3).integers(0, 5000, n)
    return b" ".join(b"word%d" % w for w in words)


def test_threads_write_the_same_file(tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(text(300_000))
    encoder = StreamingEncoder(chunk_size=1 << 18, identity=7)
    encoder.encode_file(tmp_path / "in", tmp_path / "one")
    stats = encoder.encode_file_async(tmp_path / "in", tmp_path / "two", num_workers=2)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert stats.input_bytes == (tmp_path / "in").stat().st_size
    StreamingEncoder(chunk_size=1 << 18).encode_file(tmp_path / "in", tmp_path / "drawn")
    assert (tmp_path / "drawn").read_bytes() != (tmp_path / "one").read_bytes()
    StreamingDecoder().decode_file(tmp_path / "drawn", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == (tmp_path / "in").read_bytes()


def test_context_across_chunks_saves_bytes(tmp_path: Path) -> None:
    data = text(100_000)
    (tmp_path / "in").write_bytes(data)
    alone = StreamingEncoder(chunk_size=1 << 15).encode_file(tmp_path / "in", tmp_path / "a")
    group = StreamingEncoder(chunk_size=1 << 15, context_chunks=16).encode_file(tmp_path / "in", tmp_path / "b")
    assert group.output_bytes < 0.97 * alone.output_bytes
    StreamingDecoder().decode_file(tmp_path / "b", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == data


def test_a_damaged_chunk_costs_itself(tmp_path: Path) -> None:
    data = text(200_000)
    (tmp_path / "in").write_bytes(data)
    StreamingEncoder(chunk_size=1 << 16).encode_file(tmp_path / "in", tmp_path / "s")
    stream = bytearray((tmp_path / "s").read_bytes())
    stream[len(stream) // 2] ^= 1
    (tmp_path / "s").write_bytes(stream)
    with pytest.raises(sqrtspace.DamagedError):
        StreamingDecoder().decode_file(tmp_path / "s", tmp_path / "back")
    assert not (tmp_path / "back").exists()
    stats = StreamingDecoder().decode_file(tmp_path / "s", tmp_path / "back", recover=True)
    ((first, end),) = stats.missing
    back = (tmp_path / "back").read_bytes()
    assert end - first == 1 << 16 and len(back) == len(data)
    assert back[:first] == data[:first] and back[end:] == data[end:] and not any(back[first:end])


def test_verbose_prints_the_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").write_bytes(b"x" * 100_000)
    StreamingEncoder().encode_file(tmp_path / "in", tmp_path / "s", verbose=True)
    assert "ratio:" in capsys.readouterr().out


def test_a_pool_gives_its_buffers_again() -> None:
    pool = GlyphBufferPool(pool_size=2, buffer_size=8)
    one, two = pool.acquire(), pool.acquire()
    assert one is not two and one == two == b""
    third = pool.acquire()
    assert pool.get_stats()["overflow_allocations"] == 1
    # Equal content, another buffer: identity decides.
    pool.release(two)
    again = pool.acquire()
    assert again is two and again is not one
    pool.release(one)
    pool.release(one)
    assert pool.get_stats()["available_buffers"] == 1
    pool.release(third)
    assert pool.get_stats()["available_buffers"] == 1, "the pool does not grow"


def test_a_pool_suggests_its_size() -> None:
    pool = GlyphBufferPool(pool_size=16)
    for _ in range(20):
        pool.acquire()
    assert pool.suggest_resize() is None
    for _ in range(100):
        pool.acquire()
    assert pool.suggest_resize() == 24
    pool.adaptive_resize(24)
    assert pool.pool_size == 24 and pool.get_stats()["available_buffers"] == 8
    idle = GlyphBufferPool(pool_size=64)
    for _ in range(200):
        idle.release(idle.acquire())
    assert idle.suggest_resize() == 48
    idle.adaptive_resize(48)
    assert idle.get_stats()["available_buffers"] == 48
    assert GlyphBufferPool(adaptive=False).suggest_resize() is None
