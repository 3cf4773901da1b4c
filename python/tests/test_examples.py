"""The examples run, where the packages that they need are installed. They check their results themselves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
NEEDS = {
    "mne_eeg": ["mne"],
    "obspy_seismogram": ["obspy", "scipy"],
    "pandas_rows": ["pandas", "pyarrow"],
    "polars_rows": ["polars", "pyarrow"],
    "wfdb_ecg": ["wfdb"],
}


def test_every_example_is_listed() -> None:
    assert sorted(path.stem for path in EXAMPLES.glob("*.py")) == sorted(NEEDS)


@pytest.mark.parametrize("name", NEEDS)
def test_an_example_runs(name: str, tmp_path: Path) -> None:
    for package in NEEDS[name]:
        pytest.importorskip(package)
    call = [sys.executable, str(EXAMPLES / f"{name}.py")]
    done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout
