#!/usr/bin/env python3
"""`sqrtspace.signal` beside SciPy and pandas: `python benches/series.py [--minutes 10] [--rounds 5] [CASE ...]`.

Each function runs over audio at 48 kHz in a .npy file, with its result in memory and in a file: four processes, which take
turns. Columns: the median of their CPU times, the ratio of both libraries, and by how much the peak resident set grows above the
interpreter with its imports in the first run. SciPy reads the file with np.load and writes results with np.save.
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


def serve(which: str, case: str, path: str, short: str, target: str) -> None:
    """Runs a function once for each line of the standard input, and prints its CPU time and the growth of memory."""
    import pandas  # noqa: F401
    import scipy.signal  # noqa: F401
    from sqrtspace import signal  # noqa: F401

    out = f"{path}.{which}.npy" if target == "file" else None

    def work(source: str) -> None:
        result = (ours if which == "sqrtspace" else theirs)(case, source, out)()
        if out and which != "sqrtspace":
            np.save(out, result)

    before = resident("VmRSS")
    # What is loaded at the first use.
    work(short)
    for _ in sys.stdin:
        start = time.process_time()
        work(path)
        print(json.dumps({"cpu": time.process_time() - start, "grown": resident("VmHWM") - before}), flush=True)


class Worker:
    """A process that measures a function."""

    def __init__(self, *arguments: str) -> None:
        call = [sys.executable, __file__, "--serve", *arguments]
        self.process = subprocess.Popen(call, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.cpu: list[float] = []
        self.grown = 0.0

    def measure(self) -> None:
        """One run."""
        assert self.process.stdin and self.process.stdout
        print(file=self.process.stdin, flush=True)
        found = json.loads(self.process.stdout.readline())
        self.cpu.append(found["cpu"])
        self.grown = self.grown or found["grown"] / 2**20

    def end(self) -> float:
        """Ends the process. Returns the median of the CPU times."""
        self.process.communicate()
        return float(np.median(self.cpu))


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"{', '.join(CASES)}; default: all")
    parser.add_argument("--serve", nargs=5, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(*options.serve)
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
        print(f"{options.minutes:g} min of audio, {n} samples; CPU s, the median of {options.rounds} runs")
        print(f"{'':<16}{'to memory':>10}{'SciPy':>8}{'ratio':>7}{'to a file':>12}{'SciPy':>8}{'ratio':>7}{'MiB':>8}{'SciPy':>8}")
        for case in options.cases or CASES:
            pairs = [(which, target) for target in ("memory", "file") for which in ("sqrtspace", "scipy")]
            workers = [Worker(which, case, long, short, target) for which, target in pairs]
            for _ in range(options.rounds):
                for worker in workers:
                    worker.measure()
            a, b, c, d = (worker.end() for worker in workers)
            print(
                f"{case:<16}{a:>10.2f}{b:>8.2f}{b / a:>7.2f}{c:>12.2f}{d:>8.2f}{d / c:>7.2f}"
                f"{workers[2].grown:>8.1f}{workers[1].grown:>8.1f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
