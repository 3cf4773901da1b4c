"""Encoded files as arrays: their length from the end, their type where the start is damaged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqrtspace
from sqrtspace import files

SAMPLES = np.random.default_rng(4).integers(-3, 4, (200_000, 3)).cumsum(axis=0).astype("int16")
FORMS: list[dict[str, Any]] = [{}, {"index_entries": 256}, {"restart_interval": 8}, {"effort": 1}]


@pytest.mark.parametrize("options", FORMS)
def test_the_length_is_read_from_the_end(options: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sqrtspace.save(tmp_path / "x.sqs", SAMPLES, **options)

    def decoded(*_: Any) -> None:
        raise AssertionError("the whole file is decoded")

    monkeypatch.setattr(files, "verify", decoded)
    file = sqrtspace.open(tmp_path / "x.sqs")
    assert (file.shape, file.nbytes, file.dtype) == (SAMPLES.shape, SAMPLES.nbytes, SAMPLES.dtype)
    assert (file[-7:] == SAMPLES[-7:]).all()


def test_the_length_where_the_file_continues(tmp_path: Path) -> None:
    one, two = sqrtspace.encode(SAMPLES), sqrtspace.encode(SAMPLES[:1000])
    for rest in (b"x", bytes(1000), two):
        (tmp_path / "x.sqs").write_bytes(one + rest)
        assert len(sqrtspace.open(tmp_path / "x.sqs")) == len(SAMPLES)


def test_the_length_of_a_damaged_end_is_not_guessed(tmp_path: Path) -> None:
    stream = sqrtspace.encode(SAMPLES)
    for cut in (1, 8, 39, 1000):
        (tmp_path / "x.sqs").write_bytes(stream[:-cut])
        with pytest.raises(sqrtspace.DamagedError):
            len(sqrtspace.open(tmp_path / "x.sqs"))
    # Any flipped bit of the end frame: the right length, or none.
    for at in range(1, 44):
        flipped = bytearray(stream)
        flipped[-at] ^= 0x04
        (tmp_path / "x.sqs").write_bytes(flipped)
        try:
            assert len(sqrtspace.open(tmp_path / "x.sqs")) == len(SAMPLES)
        except sqrtspace.DamagedError:
            pass


@pytest.mark.parametrize("options", FORMS)
@pytest.mark.parametrize("lost", [1, 100, 30_000])
def test_the_type_where_the_start_is_damaged(options: dict[str, Any], lost: int, tmp_path: Path) -> None:
    stream = bytearray(sqrtspace.encode(SAMPLES, **options))
    stream[:lost] = bytes(lost)
    (tmp_path / "x.sqs").write_bytes(stream)
    file = sqrtspace.open(tmp_path / "x.sqs")
    assert (file.shape, file.dtype, file.channels) == (SAMPLES.shape, SAMPLES.dtype, 3)
    assert (file[-1000:] == SAMPLES[-1000:]).all()


def test_ranges_beyond_memory_are_not_reserved(tmp_path: Path) -> None:
    sqrtspace.save(tmp_path / "x.sqs", SAMPLES[:, 0].copy())
    file = sqrtspace.open(tmp_path / "x.sqs")
    assert (file[199_990 : 10**15] == SAMPLES[199_990:, 0]).all()
