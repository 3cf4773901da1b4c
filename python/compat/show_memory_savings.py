#!/usr/bin/env python3
"""Measured memory of the streaming encoder beside that of loading the file: `python show_memory_savings.py [--max 10G]`.

Each size is encoded in a process of its own, from a generated stream, so that no disk space is needed. The columns are the
memory that the encoder reports, and what the peak resident set of the process grows by.
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
from typing import Any

import sqrtspace
from sigmalang.core.streaming_encoder import estimate_memory_usage, get_optimal_chunk_size
from sqrtspace_streams.metrics import peak_rss_bytes

SIZES = [10**6, 10**7, 10**8, 10**9, 10**10]
UNITS = {"k": 10**3, "m": 10**6, "g": 10**9}


class Generated(io.RawIOBase):
    """A stream of text of a given length."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.left = size
        self.block = b"".join(b"sample %d, %d;" % (i, i * i % 1009) for i in range(5000))

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes."""
        count = min(len(buffer), self.left, len(self.block))
        buffer[:count] = self.block[:count]
        self.left -= count
        return count


class Discarded(io.RawIOBase):
    """Counts what is written."""

    size = 0

    def write(self, data: Any) -> int:
        """Counts."""
        self.size += len(data)
        return len(data)


def measure(size: int) -> dict[str, int]:
    """Encodes a stream of a size in this process."""
    chunk = get_optimal_chunk_size(size)
    sqrtspace.encode(bytes(1000))
    source, target = Generated(size), Discarded()
    before = peak_rss_bytes()
    stats = sqrtspace.encode_stream(source, target, frame_bytes=chunk)
    return {"chunk": chunk, "used": stats.peak_bytes, "grown": peak_rss_bytes() - before, "encoded": target.size}


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description="measured memory of the streaming encoder")
    parser.add_argument("--max", default="1G", help="largest size, such as 100M or 10G")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one)))
        return
    text = options.max.lower()
    limit = int(float(text[:-1]) * UNITS[text[-1]]) if text[-1] in UNITS else int(text)
    print(f"{'file':>9} {'chunk':>9} {'full load':>10} {'encoder':>10} {'estimate':>10} {'RSS grows':>10} {'reduction':>10}")
    for size in [size for size in SIZES if size <= limit]:
        call = [sys.executable, __file__, "--one", str(size)]
        row = json.loads(subprocess.run(call, check=True, capture_output=True, text=True).stdout)
        estimate = sum(estimate_memory_usage(size, row["chunk"]).values())
        cells = [size, row["chunk"], size, row["used"], estimate, row["grown"]]
        print(" ".join(f"{cell / 1e6:>{width}.2f}" for cell, width in zip(cells, (9, 9, 10, 10, 10, 10))), end="")
        print(f"{size / row['used']:>10.1f}x")
    print("in MB of 10^6 bytes")


if __name__ == "__main__":
    main()
