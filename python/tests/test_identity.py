"""Identities of streams: what is read where streams follow one another, lie within one another, or have lost their start."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqrtspace

RNG = np.random.default_rng(11)
GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden"


def walk(n: int, dtype: str = "int16") -> Any:
    return RNG.integers(-3, 4, n).cumsum().astype(dtype)


def walked(stream: bytes, header: int) -> list[tuple[int, int, int, int]]:
    """Frames of an undamaged stream by the lengths in their headers: position, size, first byte, bytes."""
    frames, at = [], 0
    while at < len(stream):
        fields = stream[at + header - 18 : at + header - 4]
        raw, payload, first = (int.from_bytes(part, "big") for part in (fields[:3], fields[3:6], fields[6:]))
        if raw:
            frames.append((at, header + payload + 4, first, raw))
        at += header + payload + 4
    return frames


def listed(data: bytes, identity: int | None = None) -> list[tuple[int, int, int, int]]:
    return [(f.offset, f.size, f.first, f.raw_bytes) for f in sqrtspace.inspect(data, identity=identity)]


def golden(name: str) -> dict[str, tuple[int, bytes]]:
    path = GOLDEN / name
    if not path.is_file():
        pytest.skip("the streams of the library's tests are not at hand")
    lines = (line.split() for line in path.read_text().splitlines())
    return {line[0]: (int(line[1]), bytes.fromhex(line[3])) for line in lines}


def test_an_identity_gives_the_same_bytes_and_none_other_ones(tmp_path: Path) -> None:
    array = walk(30_000)
    assert sqrtspace.encode(array, identity=5) == sqrtspace.encode(array, identity=5)
    assert sqrtspace.encode(array) != sqrtspace.encode(array)
    big = 2**64 - 1
    stream = sqrtspace.encode(array, identity=big)
    assert stream[9:17] == b"\xff" * 8 and sqrtspace.verify(stream).stats.identity == big
    (tmp_path / "raw").write_bytes(array.tobytes())
    assert sqrtspace.encode_file(tmp_path / "raw", tmp_path / "s", dtype="int16", identity=big).identity == big
    assert (tmp_path / "s").read_bytes() == stream
    sqrtspace.save(tmp_path / "s", array, identity=big)
    assert (tmp_path / "s").read_bytes() == stream
    with sqrtspace.open(tmp_path / "w", "wb", dtype="int16", identity=big) as file:
        file.write(array)
    assert (tmp_path / "w").read_bytes() == stream
    drawn = sqrtspace.verify(sqrtspace.encode(array)).stats
    assert drawn.identity not in (0, 5, big) and drawn.version == 2
    with pytest.raises(OverflowError):
        sqrtspace.encode(array, identity=2**64)


def test_content_identity_follows_the_bytes() -> None:
    array = walk(1000)
    same = sqrtspace.content_identity(array)
    assert same == sqrtspace.content_identity(array.tobytes()) == sqrtspace.content_identity(array[::-1][::-1])
    assert same != sqrtspace.content_identity(array[:-1]) and 0 < same < 2**64
    assert sqrtspace.content_identity(b"") > 0


def test_rows_after_a_header() -> None:
    samples = walk(40_000, "int32")
    data = b"RIFF, and an odd length of header"[:29] + samples.tobytes()
    options = {"dtype": "int32", "channels": 2, "identity": 1}
    plain = sqrtspace.encode(data, **options)
    headed = sqrtspace.encode(data, head_bytes=29, **options)
    assert sqrtspace.decode(headed, raw=True).tobytes() == data
    assert len(headed) < len(plain) - 1000
    target = io.BytesIO()
    sqrtspace.encode_stream(io.BytesIO(data), target, head_bytes=29, **options)
    assert target.getvalue() == headed
    assert sqrtspace.inspect(headed)[0].raw_bytes == 29


def test_streams_that_follow_one_another(tmp_path: Path) -> None:
    one, two = walk(20_000), walk(30_000)
    first, second = sqrtspace.encode(one, identity=1), sqrtspace.encode(two, identity=2)
    both = first + second
    np.testing.assert_array_equal(sqrtspace.decode(both), one)
    np.testing.assert_array_equal(sqrtspace.decode(both, all=True), np.concatenate([one, two]))
    stats = sqrtspace.verify(both).stats
    assert (stats.identity, stats.streams, stats.used_bytes, stats.trailing_bytes) == (1, 1, len(first), len(second))
    assert stats.ended == 1 and stats.uncertain == 0
    np.testing.assert_array_equal(sqrtspace.decode(both[stats.used_bytes :]), two)
    stats = sqrtspace.verify(both, all=True).stats
    assert (stats.streams, stats.used_bytes, stats.trailing_bytes) == (2, len(both), 0)
    (tmp_path / "both").write_bytes(both)
    assert sqrtspace.decode_file(tmp_path / "both", tmp_path / "back").trailing_bytes == len(second)
    assert (tmp_path / "back").read_bytes() == one.tobytes()
    assert sqrtspace.decode_file(tmp_path / "both", tmp_path / "back", all=True).streams == 2
    assert (tmp_path / "back").read_bytes() == one.tobytes() + two.tobytes()
    with sqrtspace.open(tmp_path / "both", "rb", all=True) as file:
        assert file.read() == one.tobytes() + two.tobytes()
    with sqrtspace.open(tmp_path / "both", "rb") as file:
        assert file.read() == one.tobytes()
    f = sqrtspace.open(tmp_path / "both")
    assert len(f) == 20_000
    assert f.verify().stats.trailing_bytes == len(second)
    out = np.empty_like(one)
    np.testing.assert_array_equal(sqrtspace.decode(first + bytes(1000), out=out), one)
    assert listed(both) == walked(first, 35)
    assert listed(both, identity=2) == [(at + len(first), *rest) for at, *rest in walked(second, 35)]


def test_frames_of_an_earlier_recording_are_not_taken(tmp_path: Path) -> None:
    old, new = walk(300_000, "int32"), walk(300_000, "int32")
    before, after = sqrtspace.encode(old, identity=3), sqrtspace.encode(new, identity=4)
    cut = len(after) // 2
    medium = after[:cut] + before[cut:]
    (tmp_path / "medium").write_bytes(medium)
    kept = [frame for frame in walked(after, 35) if frame[0] + frame[1] <= cut]
    for data in (medium, tmp_path / "medium"):
        found = sqrtspace.recover(data)
        assert found.stats.identity == 4 and found.stats.foreign_frames > 5
        np.testing.assert_array_equal(found.array, new[: sum(frame[3] for frame in kept) // 4])
        assert sqrtspace.verify(data).stats.foreign_frames > 5
        assert [(f.offset, f.size, f.first, f.raw_bytes) for f in sqrtspace.inspect(data)] == kept
    rest = [frame for frame in walked(before, 35) if frame[0] >= cut]
    assert listed(medium, identity=3) == rest
    found = sqrtspace.recover(medium, identity=3)
    begin = rest[0][2] // 4
    np.testing.assert_array_equal(found.array[begin:], old[begin:])
    assert np.ma.getmaskarray(found.array)[:begin].all()


@pytest.mark.parametrize("lost", [1, 4, 20, 40, 2000])
def test_a_damaged_start(tmp_path: Path, lost: int) -> None:
    # Incompressible: frames that are stored, and a stream within the first.
    inner = sqrtspace.encode(walk(2000), identity=8)
    data = RNG.bytes(1000) + inner + RNG.bytes(400_000)
    stream = sqrtspace.encode(data, identity=9, codec="stored")
    damaged = bytes(byte ^ 0xA5 for byte in stream[:lost]) + stream[lost:]
    (tmp_path / "d").write_bytes(damaged)
    frames = walked(stream, 35)
    for given in (damaged, tmp_path / "d"):
        found = sqrtspace.recover(given)
        assert found.missing == [(0, frames[0][3])] and found.stats.identity == 9
        assert found.array.compressed().tobytes() == data[frames[0][3] :]
        checked = sqrtspace.verify(given)
        assert checked.missing == found.missing and checked.stats.uncertain == (lost > 1)
    assert listed(damaged, identity=9) == frames[1:]


@pytest.mark.parametrize("restart", [1, 4])
def test_lists_of_damaged_streams(restart: int) -> None:
    array = walk(400_000, "int32")
    stream = sqrtspace.encode(array, identity=6, restart_interval=restart, frame_bytes=1 << 15)
    frames = walked(stream, 35)
    assert listed(stream) == frames and len(frames) > 40
    # Bytes that are removed within a frame, and bits that are changed in headers, payloads and checksums.
    at, size = frames[9][:2]
    hits = [at + size // 2, frames[20][0] + 8, frames[30][0] + frames[30][1] - 1, frames[33][0] + 1, frames[34][0] + 33]
    damaged = bytearray(stream)
    for hit in hits[1:]:
        damaged[hit] ^= 4
    del damaged[hits[0] : hits[0] + 100]
    valid = [sqrtspace.recover(bytes(damaged)).missing]
    want = []
    for place, length, first, raw in frames:
        lost = any(begin < first + raw and first < end for begin, end in valid[0])
        if not lost:
            want.append((place - 100 if place > hits[0] else place, length, first, raw))
    assert listed(bytes(damaged)) == want
    assert 5 <= len(frames) - len(want) <= 5 * restart


def test_frames_within_what_a_damaged_frame_claims() -> None:
    # A long frame of which only the header is left, then short ones that end before the length it claims.
    noise = RNG.bytes(60_000)
    encoder = sqrtspace.Encoder(dtype="bytes", identity=2, frame_bytes=1 << 16)
    parts = [encoder.encode(noise, "flush")] + [encoder.encode(bytes([i]) * 3000, "flush") for i in range(9)]
    stream = b"".join([*parts, encoder.finish()])
    frames = walked(stream, 35)
    size = frames[0][1]
    damaged = stream[:100] + stream[size:]
    assert listed(damaged) == [(at - size + 100, *rest) for at, *rest in frames[1:]]


def test_streams_of_version_1_are_read_and_listed() -> None:
    old, new = golden("streams.txt"), golden("streams_v2.txt")
    assert len(set(old) & set(new)) > 20
    several = 0
    for name, (length, stream) in old.items():
        decoded = sqrtspace.decode(stream, raw=True)
        assert len(decoded) == length, name
        assert listed(stream) == walked(stream, 32), name
        if name in new:
            assert decoded.tobytes() == sqrtspace.decode(new[name][1], raw=True).tobytes(), name
            assert listed(new[name][1]) == walked(new[name][1], 35), name
        assert sqrtspace.verify(stream).stats.version == 1
        several += len(walked(stream, 32)) > 1
    assert several, "one of the streams has several frames"
    stream = next(stream for _, stream in old.values() if len(walked(stream, 32)) > 1)
    tag = int.from_bytes(stream[9:11], "big")
    assert sqrtspace.decode(stream, raw=True, tag=tag).size
    with pytest.raises(sqrtspace.SqrtspaceError):
        sqrtspace.decode(stream, raw=True, tag=tag ^ 1)


def test_what_is_no_stream_is_named(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"This is no stream. " * 1000)
    for call in (sqrtspace.decode, sqrtspace.recover, sqrtspace.verify):
        with pytest.raises(sqrtspace.FormatError, match="stream"):
            call(b"This is no stream. " * 1000)
    for check in (sqrtspace.recover, sqrtspace.verify):
        with pytest.raises(sqrtspace.FormatError):
            check(tmp_path / "text")
    with pytest.raises(sqrtspace.FormatError):
        sqrtspace.decode_file(tmp_path / "text", tmp_path / "out", recover=True)
    assert not (tmp_path / "out").exists()


FORKED = """
import os, sys, sqrtspace
job = sqrtspace.encode_file_async(sys.argv[1], sys.argv[2], dtype="int16", effort=9)
child = os.fork()
if child == 0:
    refused = 0
    for call in (job.close, job.wait, job.poll, job.progress, job.stats, job.cancel):
        try:
            call()
        except sqrtspace.StateError:
            refused += 1
    del job, call
    sys.stderr.flush()
    os._exit(refused)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 6
assert job.wait()
job.close()
job.close()
"""

DROPPED = """
import sys, time, sqrtspace
from sqrtspace import coders
jobs = []
def progress(now):
    while not jobs and not coders._DROPPED:
        time.sleep(0.001)
    jobs.clear()
jobs.append(sqrtspace.encode_file_async(sys.argv[1], sys.argv[2], dtype="int16", progress=progress))
end = time.monotonic() + 30
while not coders._DROPPED and time.monotonic() < end:
    time.sleep(0.001)
((job, _),) = coders._DROPPED
assert coders.lib.sqs_codec_job_wait(job, 30_000) == sqrtspace.Status.ERR_CANCELLED
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.parametrize("program", [FORKED, DROPPED])
def test_jobs_that_cannot_be_deleted(tmp_path: Path, program: str) -> None:
    (tmp_path / "raw").write_bytes(walk(10**6).tobytes())
    call = [sys.executable, "-c", program, str(tmp_path / "raw"), str(tmp_path / "s")]
    done = subprocess.run(call, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_job_is_not_closed_by_its_own_progress(tmp_path: Path) -> None:
    (tmp_path / "raw").write_bytes(walk(10**6).tobytes())
    jobs: list[sqrtspace.Job] = []

    def progress(_: sqrtspace.Progress) -> None:
        while not jobs:
            pass
        jobs[0].close()

    jobs.append(sqrtspace.encode_file_async(tmp_path / "raw", tmp_path / "s", dtype="int16", progress=progress))
    with pytest.raises(sqrtspace.ReentrantError):
        jobs[0].wait()
    jobs[0].close()
    assert not (tmp_path / "s").exists()
