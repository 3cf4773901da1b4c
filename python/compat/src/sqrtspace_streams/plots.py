"""Charts of the CSV files of `sqrtspace bench`."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

OUTPUT = Path("bench_out")


def _figure() -> tuple[Any, Any]:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    return pyplot.subplots(figsize=(7, 4), layout="constrained")


def _rows(path: str) -> list[dict[str, str]]:
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def _save(figure: Any, name: str) -> Path:
    OUTPUT.mkdir(exist_ok=True)
    target = OUTPUT / name
    figure.savefig(target, dpi=120)
    print(target)
    return target


def plot_bench(path: str) -> list[Path]:
    """Times and speed-up for each k and cache size: `sqrtspace bench WHICH --csv FILE`."""
    rows = _rows(path)
    labels = [f"k={row['k']}\n{row['lru_mb']} MB" for row in rows]
    at = range(len(rows))
    figure, axes = _figure()
    axes.bar([i - 0.2 for i in at], [float(row["time_classic_s"]) for row in rows], 0.4, label="classic")
    axes.bar([i + 0.2 for i in at], [float(row["time_sqrt_s"]) for row in rows], 0.4, label="sqrt")
    axes.set_xticks(list(at), labels, fontsize=7)
    axes.set_ylabel("time (s)")
    axes.legend()
    times = _save(figure, f"{Path(path).stem}_time.png")
    figure, axes = _figure()
    axes.bar(list(at), [float(row["speedup"]) for row in rows])
    axes.axhline(1, color="gray", linewidth=0.8)
    axes.set_xticks(list(at), labels, fontsize=7)
    axes.set_ylabel("time classic / time sqrt")
    return [times, _save(figure, f"{Path(path).stem}_speedup.png")]


def plot_memory(path: str) -> list[Path]:
    """Peak memory and time of both orders: `sqrtspace bench WHICH --extreme --csv FILE`."""
    rows = _rows(path)
    saved = []
    for column, label, name in (("peak_rss_mb", "peak RSS (MB)", "memory"), ("time_s", "time (s)", "time")):
        figure, axes = _figure()
        bars = axes.bar([row["mode"] for row in rows], [float(row[column]) for row in rows])
        axes.bar_label(bars, fmt="%.2f")
        axes.set_ylabel(label)
        saved.append(_save(figure, f"{Path(path).stem}_{name}.png"))
    return saved
