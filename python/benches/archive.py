#!/usr/bin/env python3
"""Files on Dask: `python benches/archive.py [--files 32] [--megabytes 30] [--plot archive.png]`.

Encodes generated files with 1, 2 and 4 worker processes of one thread, then with 4 of which two are killed on the way. Columns:
elapsed time, CPU time of the workers, speed-up in elapsed time, the largest peak resident set of a worker above that of an idle
one, and how many tasks began. Every file is compared with that of one process.
"""

from __future__ import annotations

import argparse
import filecmp
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import distributed
import numpy as np
import sqrtspace
from sqrtspace import dask as archive


@dataclass
class Row:
    """A line of the table."""

    workers: int
    killed: int
    seconds: float
    cpu: float
    grown: int
    tasks: int


def peak() -> int:
    """Peak resident set of this process in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def noted(source: str, folder: str, notes: str) -> tuple[str, float, int]:
    """Encodes a file after a note that it has begun: the target, its CPU seconds, and the peak of the process."""
    Path(notes, f"{Path(source).stem}.{os.getpid()}.{time.time_ns()}").touch()
    start = time.process_time()
    result = archive.encode_file(source, archive.target_of(source, folder, ".sqs"), dtype="int16")
    return result.target, time.process_time() - start, peak()


def kill_one(notes: Path, begun: int, dead: set[int]) -> None:
    """Kills the process of the latest task, after a number of tasks have begun."""
    end = time.monotonic() + 600
    while len(list(notes.iterdir())) < begun and time.monotonic() < end:
        time.sleep(0.01)
    latest = max(notes.iterdir(), key=lambda note: int(note.name.split(".")[2]))
    pid = int(latest.name.split(".")[1])
    os.kill(pid, 9)
    dead.add(pid)


def run(paths: list[str], folder: Path, count: int, killed: int) -> Row:
    """Encodes all files with a number of workers."""
    notes, target = folder / "notes", folder / "coded"
    notes.mkdir()
    made: dict[str, Any] = {"n_workers": count, "threads_per_worker": 1, "dashboard_address": None, "silence_logs": 50}
    with distributed.LocalCluster(**made) as cluster, distributed.Client(cluster) as client:
        client.run(lambda: archive.encode_file.__name__)
        idle = max(client.run(peak).values())
        start = time.perf_counter()
        futures = [client.submit(noted, path, str(target), str(notes), pure=False) for path in paths]
        dead: set[int] = set()
        for i in range(killed):
            kill_one(notes, (i + 1) * len(paths) // (killed + 1), dead)
        done = client.gather(futures)
        seconds = time.perf_counter() - start
    for path, (coded, _, _) in zip(paths, done, strict=True):
        assert filecmp.cmp(coded, folder / f"one/{Path(path).name}.sqs", shallow=False), coded
    tasks = len(list(notes.iterdir()))
    shutil.rmtree(notes)
    shutil.rmtree(target)
    return Row(count, len(dead), seconds, sum(row[1] for row in done), max(row[2] for row in done) - idle, tasks)


def draw(rows: list[Row], path: str) -> None:
    """Speed-up, and memory per worker."""
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(8, 3.5), layout="constrained")
    whole = [row for row in rows if not row.killed]
    left.plot([row.workers for row in whole], [whole[0].seconds / row.seconds for row in whole], "o-", label="elapsed time")
    left.axhline(os.cpu_count() or 1, linestyle=":", color="gray", label="processors")
    left.set(xlabel="workers", ylabel="speed-up", ylim=(0, None), xticks=[row.workers for row in whole])
    left.legend()
    labels = [f"{row.workers}, {row.killed} killed" if row.killed else str(row.workers) for row in rows]
    right.bar(labels, [row.grown / 2**20 for row in rows])
    right.set(xlabel="workers", ylabel="peak MiB per worker above an idle one")
    figure.savefig(path, dpi=120)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=32)
    parser.add_argument("--megabytes", type=int, default=30)
    parser.add_argument("--plot")
    options = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "one").mkdir()
        rng = np.random.default_rng(0)
        paths = []
        for i in range(options.files):
            path = folder / f"r{i:03}.i16"
            rng.integers(-9, 10, options.megabytes * 500_000, "int16").cumsum(dtype="int16").tofile(path)
            paths.append(str(path))
            one = folder / f"one/{path.name}.sqs"
            sqrtspace.encode_file(path, one, dtype="int16", identity=archive.identity_of(str(path)))
        print(f"{options.files} files of {options.megabytes} MB, {os.cpu_count()} processors")
        print(f"{'workers':>8}{'killed':>8}{'seconds':>9}{'CPU s':>8}{'speed-up':>10}{'MiB per worker':>16}{'tasks':>7}")
        for count, killed in ((1, 0), (2, 0), (4, 0), (4, 2)):
            row = run(paths, folder, count, killed)
            rows.append(row)
            cells = f"{row.workers:>8}{row.killed:>8}{row.seconds:>9.2f}{row.cpu:>8.2f}"
            print(f"{cells}{rows[0].seconds / row.seconds:>10.2f}{row.grown / 2**20:>16.1f}{row.tasks:>7}", flush=True)
    if options.plot:
        draw(rows, options.plot)


if __name__ == "__main__":
    main()
