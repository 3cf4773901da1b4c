"""The programs of both READMEs, as they stand there."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from sqrtspace_streams import SqrtSpacePipeline

COMPAT = Path(__file__).resolve().parents[1]

QUICKSTART = """
import numpy as np
from sqrtspace_streams import SqrtSpacePipeline

pipe = SqrtSpacePipeline(
    window=4096,
    hop=1024,
    checkpoint_every=16,
    lru_bytes=64*1024*1024,
    mode="auto",  # "auto" | "classic" | "sqrt"
)

@pipe.stage("fft", inputs=["input"])  # "input" = raw window source
def fft(x: np.ndarray) -> np.ndarray:
    return np.abs(np.fft.rfft(x, axis=1))

@pipe.stage("features", inputs=["fft"])
def features(X: np.ndarray) -> np.ndarray:
    return np.argmax(X, axis=1, keepdims=True).astype(np.int32)

# Push samples, then evaluate
sr = 48_000
t = np.arange(sr * 2, dtype=np.float32)
sig = np.sin(2*np.pi*440.0*t/sr).astype(np.float32)
pipe.push_samples(sig)
out = pipe.evaluate("features")
print(out.shape)
"""

ENCODING = """
from sigmalang.core.streaming_encoder import StreamingEncoder

# Initialize encoder (adaptive chunk sizing)
encoder = StreamingEncoder()

# Encode file - works with any size, constant memory
stats = encoder.encode_file(
    input_path="large_file.bin",      # Can be 1GB+
    output_path="encoded.bin",
    verbose=True
)

# Get results
print(f"Processed: {stats.input_bytes / (1024*1024):.1f} MB")
print(f"Throughput: {stats.throughput:.1f} MB/s")
print(f"Compression: {stats.compression_ratio:.1%}")
"""

COMPARISON = """
from sigmalang.core.streaming_encoder import (
    get_optimal_chunk_size,
    estimate_memory_usage
)

file_size_mb = 1000

# Optimal chunk size (adaptive)
chunk_size = get_optimal_chunk_size(file_size_mb)

# Memory estimate
memory_breakdown = estimate_memory_usage(file_size_mb, chunk_size)
streaming_memory = sum(memory_breakdown.values()) / (1024 * 1024)

print(f"1GB file:")
print(f"  Full-load: {file_size_mb}MB")
print(f"  Streaming: {streaming_memory:.1f}MB")
print(f"  Reduction: {file_size_mb / streaming_memory:.1f}x")
"""

POOL = """
from sigmalang.core.optimizations import GlyphBufferPool
from sigmalang.core.streaming_encoder import StreamingEncoder
"""


def run(*arguments: str | Path, folder: Path) -> str:
    call = subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True, timeout=120)
    assert call.returncode == 0, call.stderr
    return call.stdout


def sqrtspace_command(*arguments: str, folder: Path) -> str:
    return run("-m", "sqrtspace_streams.cli", *arguments, folder=folder)


def test_the_quickstart(tmp_path: Path) -> None:
    assert run("-c", QUICKSTART, folder=tmp_path).strip() == "(90, 1)"
    scope: dict[str, Any] = {}
    exec(QUICKSTART, scope)
    # 440 Hz is nearest to bin 38 of 4096 at 48 kHz.
    assert set(scope["out"].ravel().tolist()) == {38}


def test_the_encoding_programs(tmp_path: Path) -> None:
    (tmp_path / "large_file.bin").write_bytes(bytes(range(256)) * 4096)
    text = run("-c", ENCODING, folder=tmp_path)
    assert "Processed: 1.0 MB" in text and "Compression: " in text
    assert (tmp_path / "encoded.bin").stat().st_size < 20_000
    assert "Reduction: " in run("-c", COMPARISON, folder=tmp_path)
    run("-c", POOL, folder=tmp_path)


@pytest.mark.parametrize("mode", ["auto", "classic", "sqrt"])
def test_the_demos(tmp_path: Path, mode: str) -> None:
    text = sqrtspace_command("demo", "audio", "--mode", mode, folder=tmp_path)
    assert "(90, 1)" in text and "strongest bin: 38" in text and "RSS" in text
    if mode == "auto":
        assert "alerts: " in sqrtspace_command("demo", "logs", folder=tmp_path)


def test_the_benchmark_and_its_charts(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    small = ["--n", "200000", "--win", "4096", "--hop", "1024"]
    sqrtspace_command("bench", "logs", *small, "--csv", "logs_results.csv", folder=tmp_path)
    rows = list(csv.DictReader((tmp_path / "logs_results.csv").open()))
    assert len(rows) == 9 and float(rows[0]["time_sqrt_s"]) > 0
    run(COMPAT / "bench" / "plot_bench.py", "logs_results.csv", folder=tmp_path)
    sqrtspace_command("bench", "logs", "--extreme", *small, "--csv", "extreme_logs.csv", folder=tmp_path)
    classic, sqrt = csv.DictReader((tmp_path / "extreme_logs.csv").open())
    assert classic["mode"] == "classic" and classic["alerts"] == sqrt["alerts"] and classic["windows"] == "192"
    run(COMPAT / "bench" / "plot_memory.py", "extreme_logs.csv", folder=tmp_path)
    charts = sorted(path.name for path in (tmp_path / "bench_out").iterdir())
    assert charts == [
        "extreme_logs_memory.png",
        "extreme_logs_time.png",
        "logs_results_speedup.png",
        "logs_results_time.png",
    ]


def graph(mode: str, **options: Any) -> SqrtSpacePipeline:
    pipe = SqrtSpacePipeline(window=32, hop=8, mode=mode, **options)

    # Defined before what it reads.
    @pipe.stage("both", inputs=["low", "high"])
    def both(a: Any, b: Any) -> Any:
        return a + b

    @pipe.stage("low")
    def low(x: Any) -> Any:
        return x.min(axis=1, keepdims=True)

    @pipe.stage("high", inputs=["input"])
    def high(x: Any) -> Any:
        return x.max(axis=1)

    @pipe.stage("pairs", inputs=["input"])
    def pairs(x: Any, *, gain: float = 1.0) -> Any:
        return gain * x.reshape(len(x), 16, 2)

    @pipe.stage("sums", inputs=["pairs"])
    def sums(x: Any, **_: Any) -> Any:
        return x.sum(axis=2)

    return pipe


@pytest.mark.parametrize("mode", ["auto", "classic", "sqrt"])
def test_rows_are_right_at_every_window_and_across_pushes(mode: str) -> None:
    x = np.random.default_rng(1).standard_normal(3000)
    want = sliding_window_view(x, 32)[::8]
    pipe = graph(mode, checkpoint_every=4)
    got, pushed = [], 0
    for size in (100, 7, 500, 1, 1000, 1392):
        assert pipe.push_samples(x[pushed : pushed + size])
        pushed += size
        got.append(pipe.evaluate("both"))
        # The same windows until more samples come.
        np.testing.assert_array_equal(pipe.evaluate("both"), got[-1])
    # No window is stale, none is lost between pushes.
    np.testing.assert_array_equal(np.concatenate(got)[:, 0], want.min(1) + want.max(1))


def test_ranges_parameters_and_shapes_of_rows() -> None:
    x = np.random.default_rng(1).standard_normal(300).astype("float32")
    want = sliding_window_view(x, 32)[::8].reshape(-1, 16, 2)
    pipe = graph("sqrt")
    pipe.push_samples(x)
    np.testing.assert_array_equal(pipe.evaluate("pairs", t_range=(3, 9)), want[3:9])
    np.testing.assert_allclose(pipe.evaluate("sums", params={"gain": 2.0}), 2 * want.sum(2), rtol=1e-6)
    np.testing.assert_array_equal(pipe.pull_until(4, "pairs"), want[:4])
    assert pipe.evaluate("pairs", t_range=(5, 5)).shape == (0, 16, 2)
    assert pipe.plan("both").work_bytes > 0


def test_refusals() -> None:
    pipe = graph("auto", input_buffer_blocks=10)
    assert not pipe.push_samples(np.zeros(81)) and pipe.push_samples(np.zeros(80))
    assert not pipe.push_samples(np.zeros(1))
    pipe.evaluate("both")
    assert pipe.push_samples(np.zeros(20)), "an evaluation makes room"
    with pytest.raises(ValueError, match="1-D"):
        pipe.push_samples(np.zeros((2, 2)))
    with pytest.raises(ValueError, match="already defined"):
        pipe.stage("low")(lambda x: x)
    with pytest.raises(ValueError, match="unknown stage"):
        pipe.evaluate("nothing")
    pipe.stage("lost", inputs=["nothing"])(lambda x: x)
    with pytest.raises(ValueError, match="unknown input 'nothing'"):
        pipe.evaluate("lost")
    pipe.stage("a", inputs=["b"])(lambda x: x)
    pipe.stage("b", inputs=["a"])(lambda x: x)
    with pytest.raises(ValueError, match="cycle"):
        pipe.evaluate("a")
    with pytest.raises(TypeError, match="unknown options"):
        SqrtSpacePipeline(windows=3)


def test_a_function_s_exception_comes_out() -> None:
    pipe = SqrtSpacePipeline(window=4, hop=4)

    @pipe.stage("bad", inputs=["input"])
    def bad(x: Any) -> Any:
        if x.any():
            raise ZeroDivisionError("on purpose")
        return x

    pipe.push_samples(np.ones(40))
    with pytest.raises(ZeroDivisionError, match="on purpose"):
        pipe.evaluate("bad")
