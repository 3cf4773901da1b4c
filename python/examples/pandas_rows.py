"""Rows of a pipeline as a frame of pandas: the level of a day of samples, by the hour. Needs pandas and pyarrow."""

import numpy as np
import pandas
import sqrtspace
from sqrtspace import arrow

RATE = 20.0
rng = np.random.default_rng(7)
t = np.arange(int(86_400 * RATE)) / RATE
samples = (rng.standard_normal(t.size) * (2 + np.sin(2 * np.pi * t / 86_400))).astype("float32")

pipe = sqrtspace.Pipeline(window=200, memory_budget_bytes=1 << 20)
pipe.rms("input", name="level")
pipe.set_source(samples)
# Columns: row, first_sample, time in seconds, level.
frame = arrow.table(pipe, "level", rate=RATE).to_pandas()
frame.index = pandas.Timestamp("2026-01-01") + pandas.to_timedelta(frame["time"], unit="s")
hours = frame["level"].resample("1h").mean()
print(hours.round(2).head(8))
assert len(hours) == 24 and hours.idxmax().hour in (5, 6)
assert np.isclose(frame["level"].iloc[3], np.sqrt(np.mean(samples[600:800] ** 2)), rtol=1e-5)
