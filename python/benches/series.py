#!/usr/bin/env python3
"""`sqrtspace.signal` beside SciPy and pandas: `python benches/series.py [--minutes 10]`.

Each function runs in a process of its own, over audio at 48 kHz in a .npy file. Columns: the best CPU and elapsed time of three
runs, and by how much the peak resident set grows above the interpreter with its imports. Results of sqrtspace go to a file;
SciPy needs them in memory.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

RATE = 48_000
CASES = ["spectrogram", "sosfilt", "sosfiltfilt", "lfilter", "decimate fir", "decimate iir", "rolling mean", "rolling median"]


def resident(line_name: str) -> int:
    """Resident set in bytes: now (VmRSS), or its peak (VmHWM)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(line_name))


def ours(case: str, path: str, out: str | None) -> Any:
    """The function of sqrtspace, from a file to a file."""
    import scipy.signal
    from sqrtspace import signal

    sos = scipy.signal.butter(4, 0.1, output="sos")
    taps = scipy.signal.firwin(63, 0.2)
    calls: dict[str, Any] = {
        "spectrogram": lambda: signal.spectrogram(path, RATE, "hann", 4096, 3072, out=out)[2],
        "sosfilt": lambda: signal.sosfilt(sos, path, out=out),
        "sosfiltfilt": lambda: signal.sosfiltfilt(sos, path, out=out),
        "lfilter": lambda: signal.lfilter(taps, 1, path, out=out),
        "decimate fir": lambda: signal.decimate(path, 8, ftype="fir", out=out),
        "decimate iir": lambda: signal.decimate(path, 8, out=out),
        "rolling mean": lambda: signal.rolling(path, 1000, out=out).mean(),
        "rolling median": lambda: signal.rolling(path, 1000, out=out).median(),
    }
    return calls[case]


def theirs(case: str, path: str, _out: str | None) -> Any:
    """The function of SciPy or pandas, from a file to memory."""
    import scipy.signal

    sos = scipy.signal.butter(4, 0.1, output="sos")
    taps = scipy.signal.firwin(63, 0.2)

    def load() -> Any:
        return np.load(path)

    def rolled() -> Any:
        import pandas

        return pandas.Series(load().astype("float64")).rolling(1000)

    calls: dict[str, Any] = {
        "spectrogram": lambda: scipy.signal.spectrogram(load(), RATE, "hann", 4096, 3072)[2],
        "sosfilt": lambda: scipy.signal.sosfilt(sos, load()),
        "sosfiltfilt": lambda: scipy.signal.sosfiltfilt(sos, load()),
        "lfilter": lambda: scipy.signal.lfilter(taps.astype("float32"), np.ones(1, "float32"), load()),
        "decimate fir": lambda: scipy.signal.decimate(load(), 8, ftype="fir"),
        "decimate iir": lambda: scipy.signal.decimate(load(), 8),
        "rolling mean": lambda: rolled().mean(),
        "rolling median": lambda: rolled().median(),
    }
    return calls[case]


def one(which: str, case: str, path: str, short: str) -> None:
    """Measures a function in this process."""
    make = ours if which == "sqrtspace" else theirs
    out = path + ".out.npy"
    import pandas  # noqa: F401
    import scipy.signal  # noqa: F401
    from sqrtspace import signal  # noqa: F401

    before, cpu, wall = resident("VmRSS"), [], []
    # What is loaded at the first use.
    make(case, short, out)()
    for _ in range(3):
        start, start_cpu = time.perf_counter(), time.process_time()
        make(case, path, out)()
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - start_cpu)
    print(json.dumps({"cpu": min(cpu), "wall": min(wall), "grown": resident("VmHWM") - before}))


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        one(*options.one)
        return
    with tempfile.TemporaryDirectory() as folder:
        n = int(options.minutes * 60 * RATE)
        rng = np.random.default_rng(7)
        long, short = os.path.join(folder, "long.npy"), os.path.join(folder, "short.npy")
        x = (0.5 * np.sin(2 * np.pi * 440 / RATE * np.arange(n))).astype(np.float32)
        x += 0.05 * rng.standard_normal(n, dtype=np.float32)
        np.save(long, x)
        np.save(short, x[:100_000])
        del x
        print(f"{options.minutes:g} min of audio, {n} samples")
        print(f"{'':<16}{'CPU s':>8}{'elapsed s':>11}{'MiB':>8}   {'SciPy CPU s':>11}{'elapsed s':>11}{'MiB':>8}{'CPU ratio':>11}")
        for case in CASES:
            rows = []
            for which in ("sqrtspace", "scipy"):
                call = [sys.executable, __file__, "--one", which, case, long, short]
                rows.append(json.loads(subprocess.run(call, check=True, capture_output=True, text=True).stdout))
            a, b = rows
            print(
                f"{case:<16}{a['cpu']:>8.2f}{a['wall']:>11.2f}{a['grown'] / 2**20:>8.1f}   "
                f"{b['cpu']:>11.2f}{b['wall']:>11.2f}{b['grown'] / 2**20:>8.1f}{b['cpu'] / a['cpu']:>11.2f}"
            )


if __name__ == "__main__":
    main()
