"""sqrtspace.signal against SciPy and pandas."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqrtspace
from sqrtspace import signal

scipy = pytest.importorskip("scipy.signal")
pandas = pytest.importorskip("pandas")
RNG = np.random.default_rng(11)


@pytest.fixture(autouse=True)
def same_samples() -> None:
    """Every test has the same samples, whichever others run."""
    global RNG
    RNG = np.random.default_rng(11)


LENGTHS = [1, 2, 100, 4095, 4096, 4097, 20011]
FILTERS = {
    "low": scipy.butter(4, 0.1, output="sos"),
    "band": scipy.butter(3, [0.2, 0.3], "bandpass", output="sos"),
    "cheby": scipy.cheby1(8, 0.05, 0.8 / 4, output="sos"),
    "fir": np.array([[0.5, 1.0, 0, 1, 0, 0]]),
}


def samples(n: int, dtype: str = "float64") -> Any:
    x = RNG.standard_normal(n)
    return (1000 * x).astype(dtype) if dtype.startswith(("int", "uint")) else x.astype(dtype)


def near(got: Any, want: Any, tolerance: float) -> None:
    assert got.shape == want.shape
    if want.size:
        assert np.abs(got - want).max() <= tolerance * max(np.abs(want).max(), 1e-300)


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("n", LENGTHS)
def test_sosfilt(name: str, n: int) -> None:
    sos = FILTERS[name]
    for dtype in ("float64", "float32", "int16", "int32", ">f4"):
        x = samples(n, dtype)
        near(signal.sosfilt(sos, x), scipy.sosfilt(sos, x.astype("float64")), 1e-12)
    zi = RNG.standard_normal((len(sos), 2))
    x = samples(n)
    (y, zf), (want, want_zf) = signal.sosfilt(sos, x, zi=zi), scipy.sosfilt(sos, x, zi=zi)
    near(y, want, 1e-12)
    near(zf, want_zf, 1e-10)
    cut = n // 2
    first, state = signal.sosfilt(sos, x[:cut], zi=zi)
    second, _ = signal.sosfilt(sos, x[cut:], zi=state)
    near(np.concatenate([first, second]), want, 1e-9)


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("padtype", ["odd", "even", "constant", None])
@pytest.mark.parametrize("n", LENGTHS[2:])
def test_sosfiltfilt(name: str, padtype: str | None, n: int) -> None:
    x = samples(n)
    near(signal.sosfiltfilt(FILTERS[name], x, padtype), scipy.sosfiltfilt(FILTERS[name], x, padtype=padtype), 1e-9)
    if padtype == "odd":
        near(
            signal.sosfiltfilt(FILTERS[name], x, padlen=50), scipy.sosfiltfilt(FILTERS[name], x, padlen=50), 1e-9
        )
        with pytest.raises(ValueError, match="must be greater than padlen"):
            signal.sosfiltfilt(FILTERS[name], x[:5])


@pytest.mark.parametrize("n", LENGTHS)
def test_lfilter(n: int) -> None:
    x = samples(n, "float32")
    for taps in (scipy.firwin(31, 0.2), scipy.firwin(500, 0.05), np.array([3.0])):
        want = scipy.lfilter(taps, 1, x.astype("float64"))
        bound = 33 * 2.0**-24 * scipy.lfilter(abs(taps), 1, abs(x.astype("float64"))) + 1e-30
        assert (np.abs(signal.lfilter(taps, 1, x) - want) <= bound).all()
    near(signal.lfilter([2.0, 4], 2, x), scipy.lfilter([2.0, 4], 2, x.astype("float64")), 1e-6)
    with pytest.raises(NotImplementedError):
        signal.lfilter([1.0], [1.0, 0.5], x)


@pytest.mark.parametrize("q", [2, 5, 13])
@pytest.mark.parametrize("n", [600, 4096, 20011])
def test_decimate(q: int, n: int) -> None:
    x = samples(n)
    for zero_phase in (True, False):
        near(signal.decimate(x, q, zero_phase=zero_phase), scipy.decimate(x, q, zero_phase=zero_phase), 1e-8)
        fir = signal.decimate(x.astype("float32"), q, ftype="fir", zero_phase=zero_phase)
        near(fir, scipy.decimate(x, q, ftype="fir", zero_phase=zero_phase), 1e-5)
    near(signal.decimate(x, q, 30, "fir"), scipy.decimate(x, q, 30, "fir"), 1e-5)


@pytest.mark.parametrize("window", [("tukey", 0.25), "hann", "boxcar", "hamming", ("kaiser", 8.0)])
@pytest.mark.parametrize("scaling", ["density", "spectrum"])
@pytest.mark.parametrize("mode", ["psd", "magnitude"])
def test_spectrogram(window: Any, scaling: str, mode: str) -> None:
    for nperseg, noverlap in ((256, None), (255, 100), (100, 0)):
        for detrend in ("constant", "linear", False):
            x = samples(5000, "float32") + 3
            given = {"fs": 8000.0, "window": window, "nperseg": nperseg, "noverlap": noverlap, "detrend": detrend}
            f, t, s = signal.spectrogram(x, scaling=scaling, mode=mode, **given)
            wf, wt, ws = scipy.spectrogram(x.astype("float64"), scaling=scaling, mode=mode, **given)
            np.testing.assert_allclose(f, wf)
            np.testing.assert_allclose(t, wt)
            assert s.shape == ws.shape
            assert (np.abs(s - ws) <= 1e-5 * ws.max(axis=0)).all()


def test_spectrogram_defaults_and_types() -> None:
    x = samples(3000, "int16")
    for got, want in zip(signal.spectrogram(x), scipy.spectrogram(x.astype("float64")), strict=True):
        np.testing.assert_allclose(got, want, atol=1e-5 * want.max())
    with pytest.raises(NotImplementedError):
        signal.spectrogram(x, mode="complex")
    with pytest.raises(ValueError, match="noverlap"):
        signal.spectrogram(x, nperseg=100, noverlap=100)


@pytest.mark.parametrize("window", [1, 2, 7, 5000])
@pytest.mark.parametrize("min_periods", [None, 1])
def test_rolling_statistics(window: int, min_periods: int | None) -> None:
    x = samples(20011) + 1
    x[RNG.integers(0, len(x), 50)] = np.nan
    mine, theirs = signal.rolling(x, window, min_periods), pandas.Series(x).rolling(window, min_periods)
    for name, arguments in (("mean", {}), ("var", {}), ("std", {}), ("var", {"ddof": 0})):
        got, want = getattr(mine, name)(**arguments), getattr(theirs, name)(**arguments).to_numpy()
        np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("window", [1, 2, 7, 100, 1001])
def test_rolling_ranks(window: int) -> None:
    x = samples(5003, "float32")
    mine, theirs = signal.rolling(x, window), pandas.Series(x.astype("float64")).rolling(window)
    for interpolation in ("linear", "lower", "higher", "midpoint"):
        for q in (0, 0.05, 0.5, 0.73, 1):
            want = theirs.quantile(q, interpolation).to_numpy()
            np.testing.assert_allclose(mine.quantile(q, interpolation), want, rtol=1e-9, atol=1e-12)
    for name in ("median", "min", "max"):
        np.testing.assert_allclose(getattr(mine, name)(), getattr(theirs, name)().to_numpy(), rtol=1e-9)
    assert np.isnan(signal.rolling(x[:2], 3).median()).all()


def test_files_in_and_out(tmp_path: Path) -> None:
    x = samples(50_000, "float32")
    sqrtspace.save(tmp_path / "x.sqs", x, index_entries=64)
    np.save(tmp_path / "x.npy", x)
    want = signal.sosfilt(FILTERS["low"], x)
    np.save(tmp_path / "i.npy", x.astype("float64"))
    near(signal.sosfilt(FILTERS["low"], tmp_path / "i.npy"), want, 1e-12)
    for given in (tmp_path / "x.npy", np.memmap(tmp_path / "x.npy", "float32", "r", 128), sqrtspace.open(tmp_path / "x.sqs")):
        np.testing.assert_array_equal(signal.sosfilt(FILTERS["low"], given), want)
    got = signal.sosfilt(FILTERS["low"], tmp_path / "x.sqs", out=tmp_path / "y.npy")
    assert isinstance(got, np.memmap)
    np.testing.assert_array_equal(np.load(tmp_path / "y.npy"), want)
    _, _, s = signal.spectrogram(x, out=tmp_path / "s.npy")
    np.testing.assert_array_equal(s, signal.spectrogram(x)[2])
    room = np.empty(50_000)
    assert signal.sosfiltfilt(FILTERS["low"], x, out=room) is room
    with pytest.raises(ValueError, match="shape"):
        signal.sosfilt(FILTERS["low"], x, out=np.empty(3))
    with pytest.raises(ValueError, match="one axis"):
        signal.sosfilt(FILTERS["low"], x.reshape(2, -1))


@pytest.mark.parametrize("dtype", ["float64", "float32", "int16"])
def test_zero_phase_in_place_in_files_and_in_parts_of_rows(dtype: str, tmp_path: Path) -> None:
    """Samples between the passes are stored in the result or computed twice: the same bits."""
    x, sos = samples(300_000, dtype), FILTERS["cheby"]
    want = signal.sosfiltfilt(sos, x)
    near(want, scipy.sosfiltfilt(sos, x.astype("float64")), 1e-9)
    np.testing.assert_array_equal(signal.sosfiltfilt(sos, x, out=tmp_path / "y.npy"), want)
    np.testing.assert_array_equal(signal.sosfiltfilt(sos, x, out=np.empty(len(x), "float32")), want.astype("float32"))
    np.testing.assert_array_equal(signal.sosfiltfilt(sos, x, memory_budget_bytes=2 << 20), want)
    np.testing.assert_array_equal(signal.decimate(x, 4), want[::4])
    np.testing.assert_array_equal(signal.decimate(x, 7, out=tmp_path / "d.npy"), signal.decimate(x, 7))
    if dtype.startswith("float"):
        assert signal.sosfiltfilt(sos, x, out=x) is x
        np.testing.assert_array_equal(x, want.astype(dtype))


def test_the_final_state_of_a_long_series() -> None:
    x, sos = samples(300_000), FILTERS["band"]
    zi = RNG.standard_normal((len(sos), 2))
    (y, zf), (want, want_zf) = signal.sosfilt(sos, x, zi=zi), scipy.sosfilt(sos, x, zi=zi)
    near(y, want, 1e-12)
    near(zf, want_zf, 1e-10)


def test_budgets_are_kept() -> None:
    x = samples(400_000)
    near(
        signal.sosfiltfilt(FILTERS["low"], x, memory_budget_bytes=2 << 20), scipy.sosfiltfilt(FILTERS["low"], x), 1e-9
    )
    with pytest.raises(sqrtspace.BudgetError, match="budget"):
        signal.sosfiltfilt(FILTERS["low"], x, memory_budget_bytes=10_000)


PROGRAM = """
import sys, numpy as np
from sqrtspace import signal
from pathlib import Path

def peak():
    return next(int(l.split()[1]) for l in Path("/proc/self/status").read_text().splitlines() if l.startswith("VmHWM"))

# What is loaded at the first use.
signal.spectrogram(np.zeros(10000, "float32"), nperseg=4096, window="hann")
before = peak()
signal.spectrogram(sys.argv[1], 48000, "hann", 4096, 3072, out=sys.argv[2])
print(peak() - before)
"""


def test_a_long_spectrogram_takes_little_memory(tmp_path: Path) -> None:
    """A minute of audio from a file to a file: 11 MB in, 23 MB out."""
    x = np.sin(np.arange(60 * 48000) * 0.1).astype("float32")
    with open(tmp_path / "x.npy", "wb") as file:
        np.save(file, x)
    call = [sys.executable, "-c", PROGRAM, str(tmp_path / "x.npy"), str(tmp_path / "s.npy")]
    grown = int(subprocess.run(call, check=True, capture_output=True, text=True).stdout)
    assert grown < 16 << 10
