#!/usr/bin/env python3
"""The streaming encoder end to end: `python benchmark_streaming_demo.py [--max 100M]`. Files are encoded with one and with
two threads, decoded and compared."""

from __future__ import annotations

import argparse
import filecmp
import os
import shutil
import tempfile
import time
from pathlib import Path

from show_memory_savings import SIZES, UNITS, Generated
from sigmalang.core.streaming_encoder import StreamingDecoder, StreamingEncoder


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description="the streaming encoder end to end")
    parser.add_argument("--max", default="100M", help="largest size, such as 1G")
    text = parser.parse_args().max.lower()
    limit = int(float(text[:-1]) * UNITS[text[-1]]) if text[-1] in UNITS else int(text)
    print(f"{'MB':>9} {'ratio':>7} {'MB/s':>8} {'2 threads':>10} {'speed-up':>9} {'decode':>8} {'memory':>8}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for size in [size for size in SIZES if size <= limit]:
            with open(folder / "in", "wb") as file:
                shutil.copyfileobj(Generated(size), file, 1 << 20)
            encoder = StreamingEncoder()
            times = []
            for threads in (1, 2):
                start = time.perf_counter()
                stats = encoder.encode_file_async(folder / "in", folder / "out", num_workers=threads)
                times.append(time.perf_counter() - start)
            start = time.perf_counter()
            StreamingDecoder().decode_file(folder / "out", folder / "back")
            decoding = time.perf_counter() - start
            if not filecmp.cmp(folder / "in", folder / "back", shallow=False):
                raise SystemExit("the decoded file differs")
            rates = [size / 1e6 / seconds for seconds in (*times, decoding)]
            cells = f"{size / 1e6:>9.0f} {stats.compression_ratio:>7.2f} {rates[0]:>8.1f} {rates[1]:>10.1f}"
            print(f"{cells} {times[0] / times[1]:>8.2f}x {rates[2]:>8.1f} {stats.peak_memory_mb:>8.2f}")
            os.unlink(folder / "back")


if __name__ == "__main__":
    main()
