"""A recording of MNE: its channels without loss in a file, and the alpha rhythm of each channel in windows of two seconds.

Without arguments a recording is generated and written as FIF; with one, the file that it names is read. Needs mne.
"""

import sys
from pathlib import Path
from tempfile import mkdtemp

import mne
import numpy as np
import sqrtspace

folder = Path(mkdtemp())
if len(sys.argv) > 1:
    path = sys.argv[1]
else:
    rng = np.random.default_rng(5)
    t = np.arange(60 * 256) / 256
    volts = 10e-6 * rng.standard_normal((4, t.size))
    # Channel 2 has a rhythm of 10 Hz in the second half.
    volts[2, t.size // 2 :] += 30e-6 * np.sin(2 * np.pi * 10 * t[t.size // 2 :])
    made = mne.io.RawArray(volts, mne.create_info(["Fz", "Cz", "Oz", "Pz"], 256.0, "eeg"), verbose="error")
    path = str(folder / "rhythm_raw.fif")
    made.save(path, verbose="error")

raw = mne.io.read_raw(path, verbose="error")
# FIF holds float32; MNE computes in float64.
samples = np.ascontiguousarray(raw.get_data().T.astype("float32"))
sqrtspace.save(folder / "eeg.sqs", samples)
file = sqrtspace.open(folder / "eeg.sqs")
print(f"{file.shape[0]} rows of {file.channels} channels, {samples.nbytes} bytes in {(folder / 'eeg.sqs').stat().st_size}")
assert (file.read() == samples).all()

rate = int(raw.info["sfreq"])
pipe = sqrtspace.Pipeline(window=2 * rate, channels=file.channels)
alpha = []
for channel, name in enumerate(raw.ch_names):
    bins = pipe.rfft_power(pipe.hann(pipe.channel("input", index=channel)))
    alpha.append(pipe.sum(pipe.band(bins, from_=2 * 8, to=2 * 13 + 1), name=f"alpha {name}"))
pipe.set_source(samples)
pipe.seal(*alpha)
for name, stage in zip(raw.ch_names, alpha, strict=True):
    power = pipe.evaluate(stage).ravel()
    print(f"{name}: 8 to 13 Hz, second half over first half: {power[len(power) // 2 :].mean() / power[: len(power) // 2].mean():.1f}")
if len(sys.argv) == 1:
    power = pipe.evaluate(alpha[2]).ravel()
    assert power[15:].mean() > 10 * power[:15].mean()
