"""An electrocardiogram of WFDB: its digital samples without loss in a file, and the beats per minute.

Without arguments a record is generated and written; with one, the record that it names is read. Needs wfdb.
"""

import sys
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import sqrtspace
import wfdb

folder = Path(mkdtemp())
if len(sys.argv) > 1:
    name = sys.argv[1]
else:
    rng = np.random.default_rng(6)
    t = np.arange(120 * 360) / 360
    # 75 beats per minute.
    beat = np.exp(-(((t % 0.8) - 0.4) ** 2) / (2 * 0.01**2))
    counts = np.stack([200 * beat, 120 * beat], axis=1) + 4 * rng.standard_normal((t.size, 2))
    wfdb.wrsamp(
        "made", fs=360, units=["mV", "mV"], sig_name=["MLII", "V5"], d_signal=counts.astype("int16"),
        fmt=["16", "16"], adc_gain=[200.0, 200.0], baseline=[0, 0], write_dir=str(folder),
    )
    name = str(folder / "made")

record = wfdb.rdrecord(name, physical=False)
samples = record.d_signal.astype("int16")
stats = sqrtspace.save(folder / "ecg.sqs", samples)
file = sqrtspace.open(folder / "ecg.sqs")
print(f"{file.shape[0]} rows of {file.channels} channels, {samples.nbytes} bytes in {(folder / 'ecg.sqs').stat().st_size}")
assert (file.read() == samples).all()

# The largest slope of windows of 50 ms: a beat is where it rises above half of its maximum.
width = int(record.fs) // 20
pipe = sqrtspace.Pipeline(window=width, dtype="int16", channels=file.channels)


@pipe.stage("slope", inputs="input", dtype="float32", len=1)
def slope(x):
    """Rows are (rows, width, channels)."""
    return np.abs(np.diff(x[:, :, 0].astype("float32"), axis=1)).max(axis=1)


pipe.set_source(samples)
steep = pipe.evaluate("slope").ravel()
high = steep > steep.max() / 2
beats = np.flatnonzero(high[1:] & ~high[:-1])
seconds = np.diff(beats) * width / record.fs
rate = 60 / np.median(seconds[seconds > 0.3])
print(f"{rate:.0f} beats per minute")
if len(sys.argv) == 1:
    assert abs(rate - 75) < 2
