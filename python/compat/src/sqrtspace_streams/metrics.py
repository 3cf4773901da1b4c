"""Peak memory and input/output of this process."""

from __future__ import annotations

import resource
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Snapshot:
    """Figures of the process so far."""

    peak_rss_bytes: int
    read_mb: float
    write_mb: float


def peak_rss_bytes() -> int:
    """Peak resident set of this process, without what its parent had before it was started."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def snapshot() -> Snapshot:
    """The figures now."""
    moved = {"read_bytes": 0, "write_bytes": 0}
    counters = Path("/proc/self/io")
    try:
        for line in counters.read_text().splitlines():
            name, value = line.split(": ")
            if name in moved:
                moved[name] = int(value)
    except OSError:
        pass
    return Snapshot(peak_rss_bytes(), moved["read_bytes"] / 1e6, moved["write_bytes"] / 1e6)
