#!/usr/bin/env python3
"""The streaming encoder end to end: `python benchmark_streaming_demo.py [--max 100M] [--folder FOLDER]`.

Files are generated, encoded with `encode_file` and with `encode_file_async` on two threads, decoded and compared. Columns:
elapsed and CPU seconds. On idle processors the speed-up is that of elapsed time. Other work on them makes it smaller;
`bound` is what the division of the work allows: CPU time of both threads over that of the busier one.
"""

from __future__ import annotations

import argparse
import filecmp
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from show_memory_savings import SIZES, UNITS, Generated
from sigmalang.core.streaming_encoder import StreamingDecoder, StreamingEncoder


class Threads(threading.Thread):
    """Watches the CPU time of the process's other threads, which end before it can be read from outside."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.done = threading.Event()
        self.seconds: dict[str, float] = {}
        self.before = {path.name for path in Path("/proc/self/task").iterdir()}

    def run(self) -> None:
        """Until `done`."""
        while not self.done.wait(0.005):
            for path in Path("/proc/self/task").iterdir():
                try:
                    self.seconds[path.name] = int((path / "schedstat").read_text().split()[0]) / 1e9
                except OSError:
                    pass

    def bound(self) -> float:
        """CPU time of the threads that encoded over that of the busiest."""
        own = {str(self.native_id), *self.before}
        spent = [seconds for name, seconds in self.seconds.items() if name not in own]
        return sum(spent) / max(spent) if spent and max(spent) > 0 else 1.0


def measured(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Elapsed and CPU seconds, and the result."""
    start, cpu = time.perf_counter(), time.process_time()
    result = work()
    return time.perf_counter() - start, time.process_time() - cpu, result


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description="the streaming encoder end to end")
    parser.add_argument("--max", default="100M", help="largest size, such as 10G, which needs twice that and more on the disk")
    parser.add_argument("--folder", help="where the files are written")
    options = parser.parse_args()
    text = options.max.lower()
    limit = int(float(text[:-1]) * UNITS[text[-1]]) if text[-1] in UNITS else int(text)
    print(f"{'':>9}{'':>7} {'encode_file':>14} {'encode_file_async, 2 threads':>31} {'decode':>14} {'':>8}")
    head = f"{'elapsed':>8} {'CPU s':>6}"
    print(f"{'MB':>9}{'ratio':>7} {head} {head} {'speed-up':>9} {'bound':>5} {head} {'MiB':>8}")
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        for size in [size for size in SIZES if size <= limit]:
            with open(folder / "in", "wb") as file:
                shutil.copyfileobj(Generated(size), file, 1 << 20)
            encoder = StreamingEncoder(identity=size)
            one, one_cpu, stats = measured(lambda: encoder.encode_file(folder / "in", folder / "one"))
            threads = Threads()
            threads.start()
            two, two_cpu, _ = measured(lambda: encoder.encode_file_async(folder / "in", folder / "out", num_workers=2))
            threads.done.set()
            threads.join()
            if not filecmp.cmp(folder / "one", folder / "out", shallow=False):
                raise SystemExit("two threads wrote another file")
            os.unlink(folder / "one")
            decoding, decoding_cpu, _ = measured(lambda: StreamingDecoder().decode_file(folder / "out", folder / "back"))
            if not filecmp.cmp(folder / "in", folder / "back", shallow=False):
                raise SystemExit("the decoded file differs")
            os.unlink(folder / "back")
            print(
                f"{size / 1e6:>9.0f}{stats.compression_ratio:>7.2f} {one:>8.2f} {one_cpu:>6.2f} {two:>8.2f} {two_cpu:>6.2f} "
                f"{one / two:>8.2f}x {threads.bound():>5.2f} {decoding:>8.2f} {decoding_cpu:>6.2f} {stats.peak_memory_mb:>8.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
