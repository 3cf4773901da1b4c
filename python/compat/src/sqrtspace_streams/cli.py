"""The command `sqrtspace`: demos and benchmarks on generated signals."""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import sqrtspace

from .metrics import snapshot
from .pipeline import SqrtSpacePipeline

RATE = 48_000
BLOCK = 1 << 18


def tone(seconds: float = 2.0) -> Any:
    """A tone of 440 Hz."""
    t = np.arange(int(RATE * seconds), dtype=np.float32)
    return np.sin(2 * np.pi * 440.0 * t / RATE).astype(np.float32)


def latencies(n: int, seed: int = 42) -> Any:
    """Latencies with a heavy tail and spikes, written block by block: no temporary array of their size."""
    rng = np.random.default_rng(seed)
    values = np.empty(n, np.float32)
    for at in range(0, n, BLOCK):
        block = values[at : at + BLOCK]
        block[:] = rng.lognormal(2.0, 0.6, block.size)
        block[rng.integers(0, block.size, max(block.size // 500, 1))] *= 5.0
    return values


def quantile_pipeline(mode: str, win: int, hop: int, k: int, lru: int, samples: Any) -> sqrtspace.Pipeline:
    """The median and the 95th percentile of windows, and an alert where the latter is high."""
    pipe = sqrtspace.Pipeline(
        win,
        hop,
        mode=mode,
        checkpoint_every=k,
        row_cache_bytes=lru if mode != "classic" else None,
        host_defaults=mode != "classic",
    )
    pipe.quantile("input", q=[0.5, 0.95], name="quantiles")
    pipe.band("quantiles", from_=1, to=2, name="p95")
    pipe.threshold("p95", level=25.0, name="alerts")
    pipe.set_source(samples)
    return pipe


def demo(which: str, mode: str) -> None:
    """Runs a demo and prints windows, result and peak memory."""
    if which == "audio":
        pipe = SqrtSpacePipeline(mode=mode)

        @pipe.stage("fft", inputs=["input"])
        def fft(x: Any) -> Any:
            return np.abs(np.fft.rfft(x, axis=1))

        @pipe.stage("features", inputs=["fft"])
        def features(x: Any) -> Any:
            return np.argmax(x, axis=1, keepdims=True).astype(np.int32)

        pipe.push_samples(tone())
        rows = pipe.evaluate("features")
        result = f"strongest bin: {int(np.median(rows))} ({np.median(rows) * RATE / 4096:.1f} Hz)"
    else:
        with quantile_pipeline(mode, 8192, 2048, 16, 64 << 20, latencies(2_000_000)) as engine:
            rows = engine.evaluate("alerts")
        result = f"alerts: {int(rows.sum())}"
    now = snapshot()
    print(f"output windows: {len(rows)}  shape: {rows.shape}  {result}")
    print(f"mode: {mode}  peak RSS: {now.peak_rss_bytes} bytes  read: {now.read_mb:.1f} MB  written: {now.write_mb:.1f} MB")


def measured(which: str, mode: str, n: int, win: int, hop: int, k: int, lru: int) -> dict[str, Any]:
    """One evaluation: its time, and the peak memory of the process."""
    if which == "audio":
        pipe = sqrtspace.Pipeline(win, hop, mode=mode, host_defaults=mode != "classic")
        pipe.argmax(pipe.rfft_magnitude(pipe.hann("input")), name="alerts")
        pipe.set_source(np.resize(tone(), n))
    else:
        pipe = quantile_pipeline(mode, win, hop, k, lru, latencies(n, 7))
    start = time.perf_counter()
    rows = pipe.evaluate("alerts")
    seconds = time.perf_counter() - start
    peak = snapshot().peak_rss_bytes / 2**20
    return {"mode": mode, "time_s": seconds, "peak_rss_mb": peak, "windows": len(rows), "alerts": int(rows.sum())}


def isolated(which: str, mode: str, n: int, win: int, hop: int) -> dict[str, Any]:
    """One evaluation in a process of its own."""
    call = [sys.executable, "-m", "sqrtspace_streams.cli", "eval-once", which, "--mode", mode]
    call += ["--n", str(n), "--win", str(win), "--hop", str(hop)]
    result: dict[str, Any] = json.loads(subprocess.run(call, check=True, capture_output=True, text=True).stdout)
    return result


def write_csv(path: str | None, rows: list[dict[str, Any]]) -> None:
    """Writes the rows of a benchmark."""
    if path is None:
        return
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def bench(which: str, options: argparse.Namespace) -> None:
    """Both orders side by side: peak memory with --extreme, else times for several k and cache sizes."""
    n = options.n or 4_000_000
    win, hop = options.win or 16384, options.hop or 4096
    if options.extreme:
        rows = [isolated(which, mode, n, win, hop) for mode in ("classic", "sqrt")]
        print("mode     time(s)   peak_rss(MB)   windows   alerts")
        for row in rows:
            print("{mode:<8} {time_s:7.3f} {peak_rss_mb:14.1f} {windows:9d} {alerts:8d}".format(**row))
        speed = rows[0]["time_s"] / max(rows[1]["time_s"], 1e-9)
        memory = rows[0]["peak_rss_mb"] / max(rows[1]["peak_rss_mb"], 1e-9)
        print(f"classic/sqrt: time {speed:.2f}x, memory {memory:.2f}x")
        write_csv(options.csv, rows)
        return
    print("k     LRU(MB)   time_classic(s)   time_sqrt(s)   speedup(classic/sqrt)")
    table = []
    for k in (8, 16, 32):
        for lru_mb in (32, 64, 128):
            times = {
                mode: min(
                    measured(which, mode, n, win, hop, k, lru_mb << 20)["time_s"] for _ in range(options.iters)
                )
                for mode in ("classic", "sqrt")
            }
            row = {"k": k, "lru_mb": lru_mb, "time_classic_s": times["classic"], "time_sqrt_s": times["sqrt"]}
            row["speedup"] = times["classic"] / max(times["sqrt"], 1e-9)
            table.append(row)
            print("{k:<3d} {lru_mb:9d} {time_classic_s:17.3f} {time_sqrt_s:14.3f} {speedup:23.2f}".format(**row))
    write_csv(options.csv, table)


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    top = argparse.ArgumentParser(prog="sqrtspace", description="demos and benchmarks on generated signals")
    commands = top.add_subparsers(dest="command", required=True)
    show = commands.add_parser("demo", help="run a demo")
    show.add_argument("which", choices=["audio", "logs"])
    show.add_argument("--mode", choices=["auto", "classic", "sqrt"], default="auto")
    run = commands.add_parser("bench", help="run a benchmark")
    run.add_argument("which", choices=["audio", "logs"])
    run.add_argument("--iters", type=int, default=1, help="repetitions, of which the fastest counts")
    run.add_argument("--n", type=int, help="samples")
    run.add_argument("--win", type=int, help="samples of a window")
    run.add_argument("--hop", type=int, help="samples from window to window")
    run.add_argument("--extreme", action="store_true", help="each order in a process of its own, with its peak memory")
    run.add_argument("--csv", help="file for the results")
    once = commands.add_parser("eval-once")
    once.add_argument("which", choices=["audio", "logs"])
    once.add_argument("--mode", choices=["classic", "sqrt"], required=True)
    for name in ("--n", "--win", "--hop"):
        once.add_argument(name, type=int, required=True)
    return top


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command."""
    options = parser().parse_args(arguments)
    if options.command == "demo":
        demo(options.which, options.mode)
    elif options.command == "bench":
        bench(options.which, options)
    else:
        print(json.dumps(measured(options.which, options.mode, options.n, options.win, options.hop, 16, 64 << 20)))


if __name__ == "__main__":
    main()
