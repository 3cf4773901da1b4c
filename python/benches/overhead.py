#!/usr/bin/env python3
"""Cost of Python beside the same work in C: `python benches/overhead.py DRIVER`, the command line of the project.

The driver's audio workload (Hann window, spectrum, strongest bin and centroid) over ten minutes at 48 kHz, its last stage in
Python; and the codec over a random walk. CPU seconds, the best of five runs.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import sqrtspace


def best(work: Callable[[], Any], runs: int = 5) -> float:
    """CPU seconds of the fastest run."""
    times = []
    for _ in range(runs):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def features(x: Any, cache: int | None) -> Any:
    """The rows of the driver's audio workload."""
    with sqrtspace.Pipeline(4096, 1024, mode="sqrt", cpu_cache_bytes=cache) as pipe:
        spectrum = pipe.rfft_magnitude(pipe.hann("input"))
        parts = [pipe.argmax(spectrum), pipe.centroid(spectrum)]

        @pipe.stage("features", parts, dtype="float32", len=2)
        def both(bin_: Any, centroid: Any, *, out: Any) -> None:
            out[:, :1] = bin_
            out[:, 1:] = centroid

        pipe.set_source(x)
        return pipe.evaluate("features")


def main() -> None:
    """Prints the figures."""
    driver = sys.argv[1]
    n = 600 * 48_000
    x = (0.5 * np.sin(2 * np.pi * 440 / 48_000 * np.arange(n))).astype(np.float32)
    print(f"audio from NumPy, blocks for 512 KiB, as in C: {best(lambda: features(x, 512 << 10)):.3f} s")
    print(f"audio from NumPy, blocks for 2 MiB, the default: {best(lambda: features(x, None)):.3f} s")
    done = subprocess.run([driver, "bench", "audio", "--n", str(n), "--mode", "sqrt", "--iters", "5"], capture_output=True, text=True)
    times = [float(ms) for ms in re.findall(r"CPU time ([\d.]+) ms user", done.stdout)]
    print(f"audio, driver: {min(times) / 1000:.3f} s" if times else f"the driver failed: {done.stderr}")
    walk = np.random.default_rng(0).integers(-3, 4, 20_000_000).cumsum().astype(np.int16)
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        raw, coded, back = (str(Path(folder, name)) for name in ("raw", "coded", "back"))
        walk.tofile(raw)
        stream = sqrtspace.encode(walk, identity=1)
        print(f"encode from NumPy: {best(lambda: sqrtspace.encode(walk), 3):.3f} s")
        files = best(lambda: sqrtspace.encode_file(raw, coded, dtype="int16", identity=1), 3)
        print(f"encode a file, in C: {files:.3f} s")
        assert Path(coded).read_bytes() == stream
        print(f"decode to NumPy: {best(lambda: sqrtspace.decode(stream), 3):.3f} s")
        print(f"decode a file, in C: {best(lambda: sqrtspace.decode_file(coded, back), 3):.3f} s")


if __name__ == "__main__":
    main()
