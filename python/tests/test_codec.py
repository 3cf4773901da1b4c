"""The codec: arrays, files, file objects, damage, against the arrays themselves."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqrtspace

RNG = np.random.default_rng(7)
DTYPES = "int8 uint8 int16 uint16 int32 uint32 int64 uint64 float32 float64 bool >i2 >f8 <f4 complex64 complex128 M8[s]"


def walk(n: int, dtype: str = "int16") -> Any:
    return RNG.integers(-3, 4, n).cumsum().astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES.split())
@pytest.mark.parametrize("shape", [(0,), (1,), (4001,), (700, 3), (5, 4, 3)])
def test_arrays_come_back(dtype: str, shape: tuple[int, ...]) -> None:
    array = walk(int(np.prod(shape))).astype("int8").astype(dtype).reshape(shape)
    stream = sqrtspace.encode(array)
    back = sqrtspace.decode(stream)
    assert back.tobytes() == array.tobytes()
    assert sqrtspace.decode(stream, raw=True).tobytes() == array.tobytes()
    if array.dtype.kind in "iuf" and dtype != "uint64" and array.size:
        assert back.dtype == array.dtype
        assert back.shape == (array.reshape(-1, shape[-1]).shape if len(shape) > 1 else shape)
    out = np.empty_like(array)
    sqrtspace.decode(stream, out=out)
    assert out.tobytes() == array.tobytes()


def test_options_codecs_and_threads_give_the_bytes_of_the_library(tmp_path: Path) -> None:
    array = walk(300_000)
    (tmp_path / "raw").write_bytes(array.tobytes())
    for options in ({}, {"threads": 2}, {"codec": "lz"}, {"frame_bytes": 1 << 20}, {"restart_interval": 8}):
        stats = sqrtspace.encode_file(tmp_path / "raw", tmp_path / "s", dtype="int16", identity=7, **options)
        stream = sqrtspace.encode(array, identity=7, **options)
        assert stream == (tmp_path / "s").read_bytes()
        assert stats.coded_bytes == len(stream) and stats.raw_bytes == array.nbytes
        np.testing.assert_array_equal(sqrtspace.decode(stream), array)
    with pytest.raises(TypeError, match="unknown option"):
        sqrtspace.encode(array, wrong=1)
    with pytest.raises(sqrtspace.ArgumentError):
        sqrtspace.encode(array, effort=10)


def test_three_byte_samples() -> None:
    array = (walk(5000, "int32") * 1000).reshape(-1, 2)
    array[0] = -(2**23), 2**23 - 1
    back = sqrtspace.decode(sqrtspace.encode(array, dtype="int24", channels=2))
    np.testing.assert_array_equal(back, array)


@pytest.mark.parametrize("entries", [0, 64])
def test_slices_of_a_file(tmp_path: Path, entries: int) -> None:
    path = tmp_path / "x.sqs"
    array = walk(200_000, "int32").reshape(-1, 2)
    sqrtspace.save(path, array, index_entries=entries)
    f = sqrtspace.open(path)
    np.testing.assert_array_equal(f[50_000 : 50_000 + 4096], array[50_000 : 50_000 + 4096])
    assert f.dtype == array.dtype and f.shape == array.shape
    for key in (
        slice(None),
        slice(5, 5),
        slice(99_990, 200_000),
        slice(100_000, 100_001),
        slice(150_000, 200_000),
        slice(-7, None),
        slice(10, 1000, 7),
        slice(1000, 10, -3),
        slice(None, None, -1),
        3,
        -1,
        (slice(10, 20), 1),
        (7, 0),
    ):
        np.testing.assert_array_equal(f[key], array[key])
    with pytest.raises(IndexError):
        f[100_000]
    np.testing.assert_array_equal(np.asarray(f), array)
    # Ranges past the end, of a file whose length is not known yet.
    np.testing.assert_array_equal(sqrtspace.open(path)[99_990:200_000], array[99_990:])
    assert sqrtspace.open(path)[150_000:200_000].shape[0] == 0


def test_damage_masks_and_lists_what_is_missing(tmp_path: Path) -> None:
    array = walk(200_000, "int32")
    stream = bytearray(sqrtspace.encode(array))
    frames = sqrtspace.inspect(bytes(stream))
    assert sum(frame.raw_bytes for frame in frames) == array.nbytes
    hit = frames[3]
    stream[hit.offset + hit.size // 2] ^= 0xFF
    with pytest.raises(sqrtspace.DamagedError):
        sqrtspace.decode(bytes(stream))
    found = sqrtspace.recover(bytes(stream))
    assert found.missing == [(hit.first, hit.first + hit.raw_bytes)]
    lost = np.zeros(array.shape, bool)
    lost[hit.first // 4 : (hit.first + hit.raw_bytes) // 4] = True
    np.testing.assert_array_equal(np.ma.getmaskarray(found.array), lost)
    np.testing.assert_array_equal(found.array.compressed(), array[~lost])
    checked = sqrtspace.verify(bytes(stream))
    assert checked.missing == found.missing and checked.stats.damaged_frames == 1
    whole = sqrtspace.verify(sqrtspace.encode(array))
    assert whole.missing == [] and whole.stats.ended == 1
    (tmp_path / "d").write_bytes(stream)
    f = sqrtspace.open(tmp_path / "d")
    assert f.recover().missing == f.verify().missing == found.missing
    assert f.inspect() == [frame for frame in frames if frame != hit]
    np.testing.assert_array_equal(f[:1000], array[:1000])
    with pytest.raises(sqrtspace.DamagedError):
        f.read()


def test_file_objects(tmp_path: Path) -> None:
    array = walk(100_000)
    with sqrtspace.open(tmp_path / "w", "wb", dtype="int16") as file:
        for part in np.array_split(array, 7):
            assert file.write(part) == part.nbytes
    with sqrtspace.open(tmp_path / "w", "rb") as reader:
        assert reader.read(10) == array.tobytes()[:10]
        assert reader.read() == array.tobytes()[10:]
    target = io.BytesIO()
    stats = sqrtspace.encode_stream(io.BytesIO(array.tobytes()), target, dtype="int16", threads=2)
    assert stats.coded_bytes == len(target.getvalue())
    back = io.BytesIO()
    sqrtspace.decode_stream(io.BytesIO(target.getvalue()), back)
    assert back.getvalue() == array.tobytes()
    assert sqrtspace.decode_stream(io.BytesIO(target.getvalue()), None).raw_bytes == array.nbytes


class Full(OSError):
    pass


def test_exceptions_of_file_objects_and_progress_come_out() -> None:
    class Target(io.BytesIO):
        def write(self, _: Any) -> int:
            raise Full

    with pytest.raises(Full):
        sqrtspace.encode_stream(io.BytesIO(bytes(100)), Target())

    def progress(_: sqrtspace.Progress) -> None:
        raise Full

    with pytest.raises(Full):
        sqrtspace.encode(walk(10**6), progress=progress)
    with pytest.raises(sqrtspace.CancelledError):
        sqrtspace.encode(walk(10**6), progress=lambda now: True)
    seen: list[int] = []
    array = walk(10**6)
    stream = sqrtspace.encode(array, progress=lambda now: seen.append(now.in_bytes), identity=7)
    assert seen[-1] == array.nbytes and stream == sqrtspace.encode(array, identity=7)
    assert sqrtspace.encode(array, progress=True, identity=7) == stream


def test_jobs(tmp_path: Path) -> None:
    array = walk(10**6)
    (tmp_path / "raw").write_bytes(array.tobytes())
    with sqrtspace.encode_file_async(tmp_path / "raw", tmp_path / "s", dtype="int16", threads=2) as job:
        assert job.wait()
        assert job.poll() and job.progress().in_bytes == array.nbytes
        assert job.stats().raw_bytes == array.nbytes
    with sqrtspace.decode_file_async(tmp_path / "s", tmp_path / "back") as job:
        while not job.wait(0.01):
            time.sleep(0)
    assert (tmp_path / "back").read_bytes() == array.tobytes()
    job = sqrtspace.encode_file_async(tmp_path / "missing", tmp_path / "s2")
    with pytest.raises(OSError, match="cannot be opened") as refused:
        job.wait()
    assert refused.value.errno == 2
    with pytest.raises(sqrtspace.FileError) as direct:
        sqrtspace.encode_file(tmp_path / "missing", tmp_path / "s2")
    assert (direct.value.errno, direct.value.status) == (2, sqrtspace.Status.ERR_IO)
    job = sqrtspace.encode_file_async(tmp_path / "raw", tmp_path / "s3", effort=9)
    job.cancel()
    with pytest.raises(sqrtspace.CancelledError):
        job.wait()
    assert not (tmp_path / "s3").exists()


def test_sizes_are_what_is_used(tmp_path: Path) -> None:
    (tmp_path / "raw").write_bytes(walk(10**6).tobytes())
    stats = sqrtspace.encode_file(tmp_path / "raw", tmp_path / "s", dtype="int16", threads=2, identity=7)
    assert stats.peak_bytes == sqrtspace.encode_work_bytes(dtype="int16", threads=2)
    stats = sqrtspace.decode_file(tmp_path / "s", tmp_path / "back", max_frame_bytes=1 << 16)
    assert stats.peak_bytes == sqrtspace.decode_work_bytes(max_frame_bytes=1 << 16)
    frame = sqrtspace.optimal_frame_bytes(260_000, dtype="int16")
    assert sqrtspace.Encoder(dtype="int16", frame_bytes=frame).memory_bytes <= 260_000
    memory = np.zeros(sqrtspace.encode_work_bytes(dtype="int16") // 8 + 1, np.uint64)
    sqrtspace.encode_file(tmp_path / "raw", tmp_path / "t", dtype="int16", memory=memory, identity=7)
    assert (tmp_path / "t").read_bytes() == (tmp_path / "s").read_bytes()


def test_coders_step_by_step() -> None:
    array = walk(50_000)
    encoder = sqrtspace.Encoder(dtype="int16")
    stream = encoder.encode(array[:20_000], "flush") + encoder.encode(array[20_000:]) + encoder.finish()
    assert encoder.stats().raw_bytes == array.nbytes
    decoder = sqrtspace.Decoder()
    room, got = np.empty(999, np.uint8), b""
    at = 0
    while True:
        status, consumed, written, offset = decoder.step(stream[at : at + 777], room, "end" if at + 777 >= len(stream) else "continue")
        assert written == 0 or offset == len(got)
        at += consumed
        got += room[:written].tobytes()
        if status is sqrtspace.Status.END:
            break
    assert got == array.tobytes() and decoder.missing() == []


def test_ccsds121_bitstreams() -> None:
    from sqrtspace import ccsds121

    for dtype, bits in (("uint8", 8), ("int16", 16), ("uint16", 12), ("int32", 24)):
        array = np.abs(walk(3000, dtype)) if dtype.startswith("u") else walk(3000, dtype)
        array = array % 200 if bits <= 12 else array
        stream = ccsds121.encode(array, bits)
        assert len(stream) <= ccsds121.max_encoded_bytes(3000, bits)
        np.testing.assert_array_equal(ccsds121.decode(stream, 3000, dtype, bits), array)
    with pytest.raises(sqrtspace.DamagedError):
        ccsds121.decode(stream[:10], 3000, "int32", 24)
    with pytest.raises(IndexError):
        ccsds121.encode(np.full(100, 4096, "uint16"), 12)
