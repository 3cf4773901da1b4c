"""Rows of a pipeline in Parquet, queried by polars without loading them. Needs polars and pyarrow."""

from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import polars
import sqrtspace
from sqrtspace import arrow

RATE = 1000.0
rng = np.random.default_rng(8)
samples = rng.standard_normal(600_000).astype("float32")
samples[300_000:301_000] *= 20

pipe = sqrtspace.Pipeline(window=100, memory_budget_bytes=1 << 20)
pipe.max("input", name="peak")
pipe.set_source(samples)
target = Path(mkdtemp(), "peaks.parquet")
rows = arrow.write_parquet(target, pipe, "peak", rate=RATE)
loud = polars.scan_parquet(target).filter(polars.col("peak") > 10).select("time", "peak").collect()
print(f"{rows} rows, {len(loud)} above 10:")
print(loud)
assert rows == 6000 and loud["time"].min() >= 300 and loud["time"].max() < 301
assert len(loud) == sum(samples[at : at + 100].max() > 10 for at in range(0, 600_000, 100))
