"""docs/formats/sqs.ksy describes all golden streams, by an interpreter of its own and, where SQS_KSY_PYTHON names the folder
of what kaitai-struct-compiler makes of it for Python, by that."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

import kaitai
import pytest
from sqrtspace.damage import _crc32c as crc32c

ROOT = Path(__file__).resolve().parents[2]
yaml = pytest.importorskip("yaml")
if not (ROOT / "docs/formats/sqs.ksy").exists():
    pytest.skip("the package alone, without the repository", allow_module_level=True)
KSY = yaml.safe_load((ROOT / "docs/formats/sqs.ksy").read_text(encoding="utf-8"))
STREAMS = [
    (version, *line.split(" "))
    for version, name in [(1, "streams.txt"), (2, "streams_v2.txt")]
    for line in (ROOT / "tests/golden" / name).read_text(encoding="utf-8").splitlines()
]


def number(value: Any) -> int:
    return int(getattr(value, "value", value))


def check(stream: Any, version: int, length: int, data: bytes) -> set[int]:
    """Positions, lengths and checksums of all frames. Returns their codecs."""
    at, raw, codecs = 0, 0, set()
    for frame in stream.frames:
        h = frame.header
        head = {1: 32, 2: 35}[version]
        body = data[at + head : at + head + h.len_payload]
        checked = body if version == 1 else data[at + head - 4 : at + head] + body
        assert (h.version, h.ofs_raw) == (version, raw)
        assert crc32c(data[at : at + head - 4]) == h.crc_header and crc32c(checked) == frame.crc_payload
        raw += h.len_raw
        at += head + h.len_payload + 4
        codecs.add(number(h.codec))
    assert at == len(data) and raw == length
    end = stream.frames[-1].payload
    assert end.len_frame == {1: 32, 2: 35}[version] + stream.frames[-1].header.len_payload + 4
    if getattr(end, "index", None) is not None:
        positions = [entry.ofs_frame for entry in end.index.payload.entries]
        assert positions == sorted(positions) and all(data[p : p + 4] == b"\xf5SQ\xb2" for p in positions)
    return codecs


def rows_of(stream: Any) -> int:
    """Rows of all numeric groups, times the bytes of a row: with the bytes after the last rows, those of numeric frames."""
    widths, total = [1, 1, 1, 2, 2, 3, 4, 4, 8, 4, 8], 0
    for frame in stream.frames:
        h = frame.header
        if number(h.codec) != 1:
            continue
        for glyph in frame.payload.groups:
            if number(glyph.kind) == 3:
                total += glyph.payload.num_rows.value * widths[number(h.sample)] * h.channels
                assert len(glyph.payload.planes) == h.channels
            else:
                total += glyph.len.value
        total -= h.len_raw
    return total


def test_all_golden_streams_are_described() -> None:
    seen: set[int] = set()
    for version, name, length, _, text in STREAMS:
        data = bytes.fromhex(text)
        stream = kaitai.parse(KSY, data)
        seen |= check(stream, version, int(length), data)
        assert rows_of(stream) == 0, name
    assert seen == {0, 1, 2, 3, 4, 15} and len(STREAMS) > 140


def test_other_bytes_are_refused() -> None:
    data = bytes.fromhex(STREAMS[-1][4])
    for bad in [b"\0" + data[1:], data[:-1], data[:20]]:
        with pytest.raises((ValueError, EOFError, IndexError)):
            kaitai.parse(KSY, bad)


def test_the_compiled_description_reads_the_same() -> None:
    folder = os.environ.get("SQS_KSY_PYTHON")
    if not folder:
        pytest.skip("SQS_KSY_PYTHON is not set")
    sys.path.insert(0, folder)
    compiled = importlib.import_module("sqs").Sqs
    for version, name, length, _, text in STREAMS:
        data = bytes.fromhex(text)
        stream = compiled.from_bytes(data)
        check(stream, version, int(length), data)
        assert rows_of(stream) == 0, name
