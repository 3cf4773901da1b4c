#!/usr/bin/env python3
"""Files on Dask: `python benches/archive.py [--files 32] [--megabytes 30] [--plot archive.png]`.

Encodes files with 1, 2 and 4 worker processes: elapsed time, speed-up, and the largest peak resident set of a worker above that of
an idle one. Every file is compared with that of one process.
"""

from __future__ import annotations

import argparse
import filecmp
import tempfile
import time
from pathlib import Path
from typing import Any

import dask
import distributed
import numpy as np
import sqrtspace
from sqrtspace import dask as archive


def peak() -> int:
    """Peak resident set of this process in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=32)
    parser.add_argument("--megabytes", type=int, default=30)
    parser.add_argument("--plot")
    options = parser.parse_args()
    rows: list[tuple[int, float, float]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rng = np.random.default_rng(0)
        paths = []
        for i in range(options.files):
            path = folder / f"r{i:03}.i16"
            rng.integers(-9, 10, options.megabytes * 500_000).cumsum().astype("int16").tofile(path)
            paths.append(str(path))
            sqrtspace.encode_file(path, folder / f"one{i:03}.sqs", dtype="int16")
        print(f"{options.files} files of {options.megabytes} MB")
        print(f"{'workers':>8}{'seconds':>9}{'speed-up':>10}{'MiB per worker':>16}")
        for count in (1, 2, 4):
            made: dict[str, Any] = {"n_workers": count, "threads_per_worker": 1, "dashboard_address": None}
            with distributed.LocalCluster(**made) as cluster, distributed.Client(cluster) as client:
                client.run(lambda: archive.encode_file.__name__)
                idle = max(client.run(peak).values())
                start = time.perf_counter()
                done = dask.compute(*archive.encode(paths, f"{folder}/{count}", dtype="int16"))
                seconds = time.perf_counter() - start
                grown = max(client.run(peak).values()) - idle
            for i, result in enumerate(done):
                assert filecmp.cmp(result.target, folder / f"one{i:03}.sqs", shallow=False)
            rows.append((count, seconds, grown / 2**20))
            print(f"{count:>8}{seconds:>9.2f}{rows[0][1] / seconds:>10.2f}{grown / 2**20:>16.1f}")
    if options.plot:
        from matplotlib import pyplot

        figure, (left, right) = pyplot.subplots(1, 2, figsize=(8, 3.5), layout="constrained")
        left.plot([row[0] for row in rows], [rows[0][1] / row[1] for row in rows], "o-")
        left.set(xlabel="workers", ylabel="speed-up", ylim=(0, None))
        right.bar([str(row[0]) for row in rows], [row[2] for row in rows])
        right.set(xlabel="workers", ylabel="peak MiB per worker above an idle one")
        figure.savefig(options.plot, dpi=120)


if __name__ == "__main__":
    main()
