"""A seismogram of ObsPy: its counts without loss in a file, and a band-pass filter in a memory budget.

Without arguments ObsPy's example is read; with one, the file that it names. Needs obspy.
"""

import sys
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import obspy
import sqrtspace
from scipy.signal import iirfilter
from sqrtspace import signal

trace = obspy.read(*sys.argv[1:2])[0]
rate = trace.stats.sampling_rate
target = Path(mkdtemp(), "seismogram.sqs")

sqrtspace.save(target, trace.data, index_entries=256)
file = sqrtspace.open(target)
print(f"{trace.id}: {len(file)} samples of {file.dtype}, {trace.data.nbytes} bytes in {target.stat().st_size}")
assert (file.read() == trace.data).all()

sos = iirfilter(4, [1, 10], btype="band", ftype="butter", fs=rate, output="sos")
filtered = signal.sosfilt(sos, target)
theirs = trace.copy().filter("bandpass", freqmin=1, freqmax=10, corners=4, zerophase=False).data
print(f"largest difference from ObsPy's filter: {np.abs(filtered - theirs).max():.1e}")
assert np.allclose(filtered, theirs, atol=1e-9 * np.abs(theirs).max())

# Back into a trace, with its header.
back = obspy.Trace(np.asarray(filtered), header=trace.stats)
assert back.stats.starttime == trace.stats.starttime
