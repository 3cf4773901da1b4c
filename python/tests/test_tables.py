"""Tables, Parquet, pandas and polars; pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqrtspace
from sqrtspace import Pipeline, Request, signal

X = np.random.default_rng(1).standard_normal(10_000).astype("float32")


def made() -> Pipeline:
    pipe = Pipeline(64, 16)
    pipe.rms("input", name="loudness")
    pipe.rfft_magnitude("input", name="bins")
    pipe.set_source(X)
    pipe.seal("loudness", "bins")
    return pipe


def test_tables(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    from sqrtspace import arrow

    pipe = made()
    table = arrow.table(pipe, "loudness", rate=100.0, start=5.0)
    assert table.column_names == ["row", "first_sample", "time", "loudness"]
    facts = json.loads(table.schema.metadata[b"sqrtspace"])
    assert facts == {"window": 64, "hop": 16, "rate": 100.0, "start": 5.0, "stage": "loudness"}
    np.testing.assert_array_equal(table["loudness"].to_numpy(), pipe.evaluate("loudness").ravel())
    np.testing.assert_allclose(table["time"].to_numpy(), 5 + 0.16 * np.arange(len(table)))
    rows = arrow.write_parquet(tmp_path / "b.parquet", pipe, "bins", 10, 100)
    back = pa.parquet.read_table(tmp_path / "b.parquet")
    assert rows == len(back) == 100 and back["row"].to_pylist() == list(range(10, 110))
    np.testing.assert_array_equal(np.stack(back["bins"].to_numpy()), pipe.evaluate("bins", 10, 100))
    assert json.loads(back.schema.metadata[b"sqrtspace"])["hop"] == 16
    with pytest.raises(sqrtspace.NotPlannedError):
        other = Pipeline(64, 16, stream_only=True)
        other.open(other.rms("input"))
        arrow.write_parquet(tmp_path / "c.parquet", other, "rms")
    assert [path.name for path in tmp_path.iterdir()] == ["b.parquet"]


def test_pandas_and_polars() -> None:
    pytest.importorskip("pyarrow")
    pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    from sqrtspace import arrow

    pipe = made()
    frame = arrow.table(pipe, "loudness", rate=100.0).to_pandas()
    assert frame.loudness.max() == pipe.evaluate("loudness").max()
    loud: Any = polars.from_arrow(arrow.table(pipe, "loudness", rate=100.0)).filter(polars.col("loudness") > 1)
    assert len(loud) == (pipe.evaluate("loudness") > 1).sum()


def test_pictures(tmp_path: Path) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from sqrtspace import plot

    drawn = plot.spectrogram(*signal.spectrogram(X, 1000.0))
    (image,) = drawn.images
    assert image.get_array().shape == (129, 44) and float(image.get_array().max()) == 0
    pipe = made()
    parts = plot.plan({"rms": pipe.plan("loudness"), "bins": pipe.plan("bins")})
    assert sum(bar.get_width() for bar in parts.patches) == pytest.approx(
        sum(sum(getattr(pipe.plan(name), part) for part in plot.PARTS) for name in ("loudness", "bins")) / 1024
    )
    scan = Pipeline(8, memory_budget_bytes=20_000)
    scan.ema("input", alpha=0.1)
    scan.set_source(X)
    scan.seal(Request("ema", order="reverse"))
    lines = plot.sweep(scan, "ema", 1250).lines
    ends = [line.get_ydata() for line in lines]
    assert ends[0][0] == 1249 and ends[-1][1] == -1
    assert all(a[1] == b[0] for a, b in zip(ends, ends[1:], strict=False))
    stream = bytearray(sqrtspace.encode(X))
    frames = sqrtspace.inspect(bytes(stream))
    stream[frames[1].offset + 50] ^= 4
    cells = plot.damage(sqrtspace.verify(bytes(stream)), frames).images[0].get_array()
    assert (cells == 0).sum() == pytest.approx(cells.size * frames[1].raw_bytes / X.nbytes, abs=2)
    drawn.figure.savefig(tmp_path / "a.png")
