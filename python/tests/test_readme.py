"""The programs of README.md run as they stand there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

README = Path(__file__).resolve().parents[1] / "README.md"


def test_the_programs_of_the_readme(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    np.save("audio.npy", np.sin(np.arange(48000) * 0.3).astype("float32"))
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.S)
    assert len(blocks) == 4
    first, stage, codec, series = blocks
    assert len(first.strip().splitlines()) == 5
    scope: dict[str, Any] = {}
    exec(first, scope)
    # The tone of 440 Hz: bins are 11.7 Hz apart.
    assert capsys.readouterr().out == "[445.3125 445.3125 445.3125]\n"
    scope["pipe"] = scope["sqrtspace"].Pipeline(window=64, hop=64)
    exec(stage, scope)
    scope["pipe"].set_source(np.load("audio.npy"))
    assert scope["pipe"].evaluate("crest").shape == (750, 1)
    exec(codec, scope)
    assert (scope["array"] == np.arange(100_000)).all()
    assert scope["f"][500_000] == 500_000
    exec(series, scope)
    assert scope["s"].shape == (2049, 43) and Path("spectrogram.npy").exists()
