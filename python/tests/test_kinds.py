"""The built-in kinds as methods."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqrtspace
from sqrtspace import Edge, Pipeline
from sqrtspace._kinds import Kinds

RNG = np.random.default_rng(5)


def test_every_kind_computes_rows_of_its_type_and_length(tmp_path: Path) -> None:
    """A file of the rows has the type and the length of the stage."""
    eye = [0.9, 0.1, 0.2, 0.8]
    sos = [0.2, 0.3, 0.2, 1, -0.4, 0.1]
    given: dict[str, dict[str, Any]] = {
        "biquad": {"sos": sos},
        "biquad_reverse": {"sos": sos},
        "channelizer": {"channels": 4, "taps": 2},
        "cusum": {"threshold": 3},
        "decimate": {"factor": 2, "taps": [0.5, 0.5]},
        "drift": {"drift": 2},
        "drift_peak": {"drift": 2},
        "ema": {"alpha": 0.5},
        "fir": {"taps": [1, 2, 3]},
        "histogram": {"lo": -1, "hi": 1, "bins": 7},
        "kalman": {"q": 1, "r": 1},
        "mixer": {"frequency": 0.1},
        "pll": {"frequency": 0.1},
        "quantile": {"q": [0.1, 0.9]},
        "resample": {"up": 2, "taps": [1, 2]},
        "rolling_stats": {"window": 5},
        "threshold": {"level": 0.5},
        "top_k_sum": {"k": 3},
        "band": {"from_": 3, "to": 9},
        "window": {"type": 6, "beta": 5},
        "zero_phase_forward": {"sos": sos, "padlen": 2},
    }
    after = {
        "hmm_backward": ("hmm_forward", {"transition": eye}),
        "rts_smoother": ("kalman", {"q": 1}),
        "viterbi_traceback": ("viterbi", {}),
        "zero_phase_reverse": ("zero_phase_forward", {"sos": sos, "padlen": 2}),
    }
    kinds = [name for name in vars(Kinds) if not name.startswith("_")]
    assert len(kinds) >= 40
    for kind in kinds:
        dtype = "uint8" if kind.startswith(("viterbi", "hmm")) else "float32"
        dtype = "complex64" if kind in ("coherent", "fft", "irfft") else dtype
        pipe = Pipeline(32, 32, dtype=dtype)
        # Symbols 0 and 1 for the decoders.
        samples = (RNG.integers(0, 2, 320)).astype(dtype)
        source: Any = "input"
        params = given.get(kind, {})
        if kind in after:
            before, params = after[kind]
            extra = {"transition": eye, "emission": eye} if before == "hmm_forward" else given.get(before, {})
            source = getattr(pipe, before)("input", **extra)
        if kind == "hmm_forward":
            params = {"transition": eye, "emission": eye}
        if kind.startswith("edge_") or kind == "join":
            source = ["input", pipe.hann("input")]
        if kind == "zero_phase_reverse":
            source = [source, "input"]
        if kind == "drift":
            source = Edge("input", 2, 0)
        if kind == "drift_peak":
            source = [pipe.drift(Edge("input", 2, 0), drift=2), Edge("input", 2, 0)]
        if kind == "frame":
            source = Edge("input", 0, 2)
        stage = getattr(pipe, kind)(source, **params)
        pipe.set_source(samples)
        stats = pipe.evaluate_to_file(stage, tmp_path / kind)
        rows = sqrtspace.open(tmp_path / kind).read()
        if stage.dtype == np.complex64:
            # Streams have complex numbers as pairs.
            rows = rows.view(np.complex64)
        assert rows.dtype == stage.dtype, kind
        assert (rows.shape[1] if rows.ndim > 1 else 1) == stage.len, kind
        assert stats.raw_bytes == len(rows) * stage.row_bytes, kind


def test_sums_over_rows_find_a_carrier_as_numpy_does(tmp_path: Path) -> None:
    """Four windows are added with their phases, then four of these powers."""
    n, count = 64, 64
    at = np.arange(n * count)
    noise = RNG.normal(size=(2, n * count)).astype(np.float32)
    samples = (noise[0] + 1j * noise[1] + np.exp(2j * np.pi * 17.25 / n * at)).astype(np.complex64)
    pipe = Pipeline(n, n, dtype="complex64")
    spectrum = pipe.fft("input")
    coherent = pipe.coherent(Edge(spectrum, 0, 3), step=n, parts=4, hop=4)
    powers = pipe.noncoherent(Edge(coherent, 0, 3), hop=4, mean=1)
    pipe.set_source(samples)
    pipe.evaluate_to_file(powers, tmp_path / "powers")
    got = sqrtspace.open(tmp_path / "powers").read()
    x = np.fft.fft(samples.reshape(-1, 4, n), axis=2)
    f = np.arange(n)[:, None] + (np.arange(4) + 0.5) / 4 - 0.5
    turns = np.exp(-2j * np.pi * f[None] * np.arange(4)[:, None, None])
    want = (np.abs((x[..., None] * turns).sum(axis=1)) ** 2 / 4).reshape(-1, 4, n * 4).mean(axis=1)
    np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-4 * want.max())
    assert abs(int(got.sum(axis=0).argmax()) - (17.25 * 4 + 1.5)) <= 1


def test_resample_and_mixer_agree_with_scipy(tmp_path: Path) -> None:
    """The rows are consecutive: those of the whole signal."""
    signal = pytest.importorskip("scipy.signal")
    for up, down, taps, hop in ((1, 1, 5, 20), (3, 2, 41, 12), (2, 5, 41, 15), (7, 3, 10, 9), (147, 160, 1470, 160)):
        h = RNG.normal(size=taps).astype(np.float32)
        q = -(-taps // up) - 1
        x = RNG.normal(size=hop * 9 + q).astype(np.float32)
        pipe = Pipeline(hop + q, hop)
        stage = pipe.resample("input", up=up, down=down, taps=[float(v) for v in h])
        mixed = pipe.mixer(stage, frequency=-0.12)
        pipe.set_source(x)
        pipe.seal(stage, mixed)
        pipe.evaluate_to_file(stage, tmp_path / "resampled")
        got = sqrtspace.open(tmp_path / "resampled").read().ravel()
        want = signal.upfirdn(h.astype(float), x.astype(float), up)[q * up :: down][: 9 * hop * up // down]
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-6 * np.abs(want).max())
        pipe.evaluate_to_file(mixed, tmp_path / "mixed")
        got = sqrtspace.open(tmp_path / "mixed").read().view(np.complex64).ravel()
        turned = want * np.exp(-2j * np.pi * 0.12 * np.arange(len(want)))
        np.testing.assert_allclose(got, turned, rtol=0, atol=1e-6 * np.abs(want).max())
