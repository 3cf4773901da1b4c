"""Filters, spectrograms and rolling statistics with the names and arguments of SciPy and pandas, over series larger than memory.

A series is an array, a memory map, or anything with `shape`, `dtype` and slices (an encoded file, a dataset of h5py), or the
path of an encoded or a .npy file. `out` is an array for the result, or the path of a .npy file that is written row by row and
returned as a memory map. `memory_budget_bytes` limits the work area; a budget that is too small raises BudgetError with the
minimum.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._nodes import Array, Stage
from ._rolling import rolling
from ._series import BUDGET, ROW, Padded, Result, evaluate, float_type, row_length, run, series
from .pipeline import Pipeline, Request


def _sections(sos: Any) -> Array:
    sections = np.atleast_2d(np.asarray(sos, np.float64))
    if sections.ndim != 2 or sections.shape[1] != 6:
        raise ValueError("sos array must be shape (n_sections, 6)")
    return sections / sections[:, 3:4]


def sosfilt(
    sos: Any, x: Any, zi: Any = None, *, out: Any = None, memory_budget_bytes: int = BUDGET
) -> Array | tuple[Array, Array]:
    """Filters a series with second-order sections, as scipy.signal.sosfilt.

    Parameters
    ----------
    sos : array_like
        Sections, (n_sections, 6).
    x : series
        The samples.
    zi : array_like
        Initial state, (n_sections, 2). With it the final state is returned, too.
    out : array or path
        Place for the result.
    memory_budget_bytes : int
        Limit of the work area.

    Returns
    -------
    array, or (array, array)
        The filtered samples in float64; with `zi` also the final state. Equal to SciPy's within 1e-12 of the largest
        sample, for stable filters.

    Examples
    --------
    >>> import numpy as np
    >>> from sqrtspace import signal
    >>> signal.sosfilt([[0.5, 0.5, 0, 1, 0, 0]], np.arange(5.0))
    array([0. , 0.5, 1.5, 2.5, 3.5])
    """
    x, sections = series(x), _sections(sos)
    if zi is None:
        return _causal(sections, x, 1, out, memory_budget_bytes)
    state = np.asarray(zi, np.float64).reshape(len(sections), 2)
    if len(x) == 0:
        return Result(out, (0,), np.float64).done(), state.copy()
    pipe, stages, row = _cascade(sections, x, state, memory_budget_bytes)
    # The state after the last sample follows from the last two samples and results of each section.
    first = max((len(x) - 1) // row - 1, 0)
    tails = [Request(stage, first, (len(x) - 1) // row - first + 1) for stage in stages]
    result = Result(out, (len(x),), np.float64)
    with pipe:
        pipe.seal(stages[-1], *tails)
        evaluate(pipe, stages[-1], result.put)
        ends = [pipe.evaluate(tail.stage, first, tail.count).ravel()[: len(x) - first * row][-2:] for tail in tails]
    return result.done(), _final_state(sections, x, state, ends)


def _causal(sections: Array, x: Any, step: int, out: Any, budget: int) -> Array:
    """The filtered series, from rest."""
    result = Result(out, (-(-len(x) // step),), np.float64)
    if len(x) == 0:
        return result.done()
    pipe, stages, _ = _cascade([sections], x, [None], budget)
    return run(pipe, stages[-1], result, 0, step)


def _cascade(sections: Any, x: Any, states: Any, budget: int) -> tuple[Pipeline, list[Stage], int]:
    """A pipeline with a stage for each part of a filter, and the samples of its rows: zeros follow the series."""
    dtype, row = float_type(x), row_length(len(x), budget)
    pipe = Pipeline(row, dtype=dtype, memory_budget_bytes=budget, param_bytes=16384)
    Padded(x, dtype, after=np.zeros(-len(x) % row)).attach(pipe)
    stages: list[Stage] = []
    for part, state in zip(sections, states, strict=True):
        stages.append(pipe.biquad(stages[-1] if stages else "input", sos=part, zi=state, precision=64))
    return pipe, stages, row


def _final_state(sections: Array, x: Any, state: Array, ends: list[Array]) -> Array:
    """The state after the last sample, from the last two results of each section."""
    n = len(x)
    final = np.empty_like(state)
    x_end = np.asarray(x[max(n - 2, 0) : n], np.float64)
    for i, section in enumerate(sections):
        b, a, y_end = section[:3], section[3:], ends[i]
        final[i, 1] = b[2] * x_end[-1] - a[2] * y_end[-1]
        earlier = b[2] * x_end[-2] - a[2] * y_end[-2] if n > 1 else state[i, 1]
        final[i, 0] = b[1] * x_end[-1] - a[1] * y_end[-1] + earlier
        x_end = y_end
    return final


def _extended(x: Any, padtype: str | None, padlen: int) -> tuple[Array, Array]:
    """Samples before and after a series for a zero-phase filter, as scipy.signal pads."""
    n = len(x)
    head = np.asarray(x[: padlen + 1], np.float64)
    tail = np.asarray(x[max(n - padlen - 1, 0) : n], np.float64)
    if padtype == "odd":
        return 2 * head[0] - head[:0:-1], 2 * tail[-1] - tail[-2::-1]
    if padtype == "even":
        return head[:0:-1], tail[-2::-1]
    if padtype == "constant":
        return np.full(padlen, head[0]), np.full(padlen, tail[-1])
    raise ValueError(f"Unknown value '{padtype}' given to padtype. padtype must be 'even', 'odd', 'constant', or None.")


def sosfiltfilt(
    sos: Any,
    x: Any,
    padtype: str | None = "odd",
    padlen: int | None = None,
    *,
    out: Any = None,
    memory_budget_bytes: int = BUDGET,
) -> Array:
    """Filters a series forward and backward, as scipy.signal.sosfiltfilt, in a bounded work area.

    Parameters
    ----------
    sos : array_like
        Sections, (n_sections, 6).
    x : series
        The samples.
    padtype, padlen : str, int
        How the series is extended: "odd", "even", "constant" or None, and by how many samples.
    out : array or path
        Place for the result, which holds the samples between the passes, too. It may be the array `x`.
    memory_budget_bytes : int
        Limit of the work area.

    Returns
    -------
    array
        The filtered samples in float64. Equal to SciPy's within 1e-9 of the largest sample, for filters whose steady state
        is well conditioned.
    """
    x, sections = series(x), _sections(sos)
    return _zero_phase(sections, x, padtype, padlen, 1, out, memory_budget_bytes)


def _zero_phase(
    sections: Array, x: Any, padtype: str | None, padlen: int | None, step: int, out: Any, budget: int
) -> Array:
    n = len(x)
    zeros = min(int((sections[:, 2] == 0).sum()), int((sections[:, 5] == 0).sum()))
    edge = 0 if padtype is None else 3 * (2 * len(sections) + 1 - zeros) if padlen is None else padlen
    if edge < 0 or (edge and n <= edge):
        raise ValueError(f"The length of the input vector x must be greater than padlen, which is {edge}.")
    if n == 0:
        return Result(out, (0,), np.float64).done()
    before, after = _extended(x, padtype, edge) if edge else (np.empty(0), np.empty(0))
    # Whole rows: more samples of the first value. They are the steady state from which the filter starts anyway.
    start = before[0] if len(before) else float(x[0])
    row = row_length(n, budget)
    before = np.concatenate([np.full(-(n + 2 * edge) % row, start), before])
    dtype = "float64" if edge else float_type(x)
    result = Result(out, (-(-n // step),), np.float64)
    node: dict[str, Any] = {"sos": sections, "zi": 1, "precision": 64}
    source = Padded(x, dtype, before, after)
    stored = step == 1 and result.exact()
    if stored:
        # The result holds the samples between the two passes: each is computed once.
        source = _stored(source, result, row, node, budget)
    pipe = Pipeline(row, dtype=source.dtype, memory_budget_bytes=budget, param_bytes=8192)
    source.attach(pipe)
    forward = "input" if stored else pipe.biquad("input", **node)
    return run(pipe, pipe.biquad_reverse(forward, **node), result, len(before), step, order="reverse")


def _stored(source: Padded, result: Result, row: int, filter: dict[str, Any], budget: int) -> Padded:
    """Filters a series into a result, and what is before and after it into arrays."""
    head, tail = np.empty(len(source.before)), np.empty(len(source.after))
    end = len(head) + len(result)
    pipe = Pipeline(row, dtype=source.dtype, memory_budget_bytes=budget, param_bytes=8192)
    source.attach(pipe)

    def put(at: int, values: Array) -> None:
        head[at : at + len(values)] = values[: max(len(head) - at, 0)]
        result.put(at - len(head), values)
        last = values[max(end - at, 0) :]
        tail[max(at - end, 0) : max(at - end, 0) + len(last)] = last

    with pipe:
        evaluate(pipe, pipe.biquad("input", **filter), put)
    result.count = 0
    return Padded(result, np.float64, head, tail)


def lfilter(b: Any, a: Any, x: Any, *, out: Any = None, memory_budget_bytes: int = BUDGET) -> Array:
    """Filters a series with FIR taps, as scipy.signal.lfilter(b, 1, x).

    Parameters
    ----------
    b : array_like
        Taps, as scipy.signal.firwin returns them.
    a : number
        1, or a number that divides the taps. Recursive filters: `sosfilt`.
    x : series
        The samples, read in float32.
    out : array or path
        Place for the result.
    memory_budget_bytes : int
        Limit of the work area.

    Returns
    -------
    array
        The filtered samples in float32. The error is below 33 * 2^-24 times the sum of abs(b x) for each sample.

    Examples
    --------
    >>> import numpy as np
    >>> from sqrtspace import signal
    >>> signal.lfilter([1, -1], 1, [1.0, 4.0, 9.0])
    array([1., 3., 5.], dtype=float32)
    """
    denominator = np.atleast_1d(np.asarray(a, np.float64))
    if denominator.size != 1:
        raise NotImplementedError("lfilter is for FIR taps; recursive filters: sosfilt, with scipy.signal.tf2sos")
    taps = np.atleast_1d(np.asarray(b, np.float64)) / denominator[0]
    return _fir(series(x), taps, len(taps) - 1, 1, out, memory_budget_bytes)


def _fir(x: Any, taps: Array, before: int, factor: int, out: Any, budget: int) -> Array:
    """Every `factor`-th output of an FIR filter, with `before` zeros before the series."""
    n = len(x)
    count = -(-n // factor)
    result = Result(out, (count,), np.float32)
    if count == 0:
        return result.done()
    hop = max(ROW // factor, 1) * factor
    window = hop - factor + len(taps)
    rows = -(-count * factor // hop)
    after = (rows - 1) * hop + window - before - n
    shorter = n + min(after, 0)
    pipe = Pipeline(window, hop, memory_budget_bytes=budget, param_bytes=8 * len(taps) + 1024)
    Padded(x[:shorter] if after < 0 else x, "float32", np.zeros(before), np.zeros(max(after, 0))).attach(pipe)
    stage = pipe.fir("input", taps=taps) if factor == 1 else pipe.decimate("input", factor=factor, taps=taps)
    return run(pipe, stage, result)


def decimate(
    x: Any,
    q: int,
    n: int | None = None,
    ftype: str = "iir",
    zero_phase: bool = True,
    *,
    out: Any = None,
    memory_budget_bytes: int = BUDGET,
) -> Array:
    """Low-pass filters a series and keeps every q-th sample, as scipy.signal.decimate.

    Parameters
    ----------
    x : series
        The samples.
    q : int
        The factor.
    n : int
        Order of the filter: by default 8 for "iir", 20 q for "fir".
    ftype : str
        "iir": Chebyshev filter of type I (needs SciPy for its design); "fir": windowed low-pass.
    zero_phase : bool
        No delay: forward and backward for "iir", centered taps for "fir".
    out : array or path
        Place for the result.
    memory_budget_bytes : int
        Limit of the work area.

    Returns
    -------
    array
        ceil(len(x) / q) samples: float64 for "iir", float32 for "fir".
    """
    x = series(x)
    if ftype == "fir":
        order = 20 * q if n is None else n
        taps = _low_pass(order + 1, q)
        before = order // 2 if zero_phase else order
        return _fir(x, taps, before, q, out, memory_budget_bytes)
    if ftype != "iir":
        raise ValueError(f"unknown filter type {ftype!r}")
    from scipy.signal import cheby1

    sections = _sections(cheby1(8 if n is None else n, 0.05, 0.8 / q, output="sos"))
    if zero_phase:
        return _zero_phase(sections, x, "odd", None, q, out, memory_budget_bytes)
    return _causal(sections, x, q, out, memory_budget_bytes)


def _low_pass(count: int, q: int) -> Array:
    """scipy.signal.firwin(count, 1 / q): a sinc in a Hamming window, of gain 1 at frequency 0."""
    at = np.arange(count) - (count - 1) / 2
    hamming = 0.54 - 0.46 * np.cos(2 * np.pi * np.arange(count) / max(count - 1, 1))
    taps: Array = np.sinc(at / q) / q * hamming
    taps /= taps.sum()
    return taps


def _window(given: Any, n: int) -> Array | None:
    """A window as numbers; None: that of the kind hann."""
    if isinstance(given, str) and given in ("hann", "hanning"):
        return None
    if isinstance(given, str) and given in ("boxcar", "rect"):
        return np.ones(n)
    if isinstance(given, tuple) and given[0] == "tukey" and n > 1:
        # Periodic: the first n of the n + 1 points of the symmetric window.
        at = np.arange(n) / (n * given[1] / 2) if given[1] > 0 else np.ones(n)
        rise = np.minimum(np.minimum(at, (n - np.arange(n)) / (n * max(given[1], 1e-300) / 2)), 1)
        return np.asarray(0.5 * (1 - np.cos(np.pi * rise)))
    if isinstance(given, (str, tuple, float)):
        from scipy.signal import get_window

        return np.asarray(get_window(given, n), np.float64)
    return np.asarray(given, np.float64)


def spectrogram(
    x: Any,
    fs: float = 1.0,
    window: Any = ("tukey", 0.25),
    nperseg: int | None = None,
    noverlap: int | None = None,
    detrend: Any = "constant",
    scaling: str = "density",
    mode: str = "psd",
    *,
    out: Any = None,
    memory_budget_bytes: int = BUDGET,
) -> tuple[Array, Array, Array]:
    """Spectrogram of a series, as scipy.signal.spectrogram of real samples.

    Parameters
    ----------
    x : series
        The samples, read in float32.
    fs : float
        Samples per second.
    window : str, tuple or array_like
        "hann" is a kind of the library; for windows that are neither tukey nor numbers SciPy is needed.
    nperseg, noverlap : int
        Samples of a segment (default 256, or those of an array as window), and of the overlap (default nperseg // 8).
    detrend : str or False
        "constant", "linear" or False.
    scaling, mode : str
        "density" or "spectrum"; "psd" or "magnitude".
    out : array or path
        Place for the result, (segments, frequencies).
    memory_budget_bytes : int
        Limit of the work area.

    Returns
    -------
    f, t, Sxx : array, array, array
        Frequencies, times of the centers, and the spectrogram in float32, (frequencies, segments): a transposed view.
        Equal to SciPy's of float32 samples within 1e-5 of the largest value of a segment.
    """
    x = series(x)
    if nperseg is None:
        nperseg = 256 if isinstance(window, (str, tuple, float)) else len(window)
    nperseg = min(nperseg, len(x))
    hop = nperseg - (nperseg // 8 if noverlap is None else noverlap)
    if nperseg < 1 or hop < 1:
        raise ValueError("noverlap must be less than nperseg.")
    weights = _window(window, nperseg)
    squares = 3 / 8 * nperseg if weights is None else float((weights**2).sum())
    total = nperseg / 2 if weights is None else float(weights.sum())
    if weights is None and nperseg < 4:
        weights = np.sin(np.pi * np.arange(nperseg) / nperseg) ** 2
        squares, total = float((weights**2).sum()), float(weights.sum())
    scales = {"density": 1 / (fs * squares), "spectrum": 1 / total**2}
    if scaling not in scales:
        raise ValueError(f"Unknown scaling: {scaling!r}")
    if mode not in ("psd", "magnitude"):
        raise NotImplementedError(f"mode {mode!r}: psd and magnitude are available")
    # SciPy scales the magnitude as a spectrum of amplitudes.
    scale = scales[scaling] if mode == "psd" else np.sqrt(scales[scaling])
    pipe = Pipeline(nperseg, hop, dtype=_direct(x), memory_budget_bytes=memory_budget_bytes, param_bytes=8192)
    Padded(x, _direct(x)).attach(pipe)
    stage = _spectra(pipe, weights, detrend, mode)
    count = 1 + (len(x) - nperseg) // hop
    bins = nperseg // 2 + 1
    factor = np.full(bins, scale, np.float32)
    if mode == "psd":
        factor[1 : bins if nperseg % 2 else -1] *= 2
    room = np.empty((0, bins), np.float32)

    def scaled(rows: Array) -> Array:
        nonlocal room
        if len(room) < len(rows):
            room = np.empty(rows.shape, np.float32)
        return np.multiply(rows, factor, out=room[: len(rows)])

    rows = run(pipe, stage, Result(out, (count, bins), np.float32), change=scaled, flat=False)
    times = (np.arange(count) * hop + nperseg / 2) / fs
    return np.arange(bins) * fs / nperseg, times, rows.T


def _direct(x: Any) -> str:
    """The type in which spectra read a series: float32, or int16 without a conversion."""
    return "int16" if np.dtype(x.dtype) == np.int16 else "float32"


def _spectra(pipe: Pipeline, weights: Array | None, detrend: Any, mode: str) -> Stage:
    node: Any = "input"
    if detrend is not False:
        kinds = {"constant": 0, "linear": 1}
        if detrend not in kinds:
            raise NotImplementedError("detrend is constant, linear or False")
        node = pipe.detrend(node, type=kinds[detrend])
    elif pipe.node("input").dtype != np.float32:
        node = pipe.to_f32(node)
    if weights is None:
        node = pipe.hann(node)
    elif not (weights == 1).all():
        row = weights.astype(np.float32)
        length = len(row)

        def multiply(x: Array, *, out: Array) -> None:
            np.multiply(x, row, out=out)

        pipe.stage("window", node, dtype="float32", len=length, flags=["keeps_series"])(multiply)
        node = "window"
    return pipe.rfft_power(node) if mode == "psd" else pipe.rfft_magnitude(node)


__all__ = ["decimate", "lfilter", "rolling", "sosfilt", "sosfiltfilt", "spectrogram"]
