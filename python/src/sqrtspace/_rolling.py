"""Rolling statistics of a series. Part of `sqrtspace.signal`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ._nodes import Array
from ._series import BUDGET, Padded, Result, float_type, row_length, run, series
from .pipeline import Pipeline


class rolling:
    """Rolling statistics of a series, as pandas.Series.rolling.

    Parameters
    ----------
    x : series
        The samples.
    window : int
        Samples of a window.
    min_periods : int
        Samples that are not NaN below which a result is NaN. Default: window.
    out : array or path
        Place for the result of the method that is called.
    memory_budget_bytes : int
        Limit of the work area.

    Examples
    --------
    >>> import numpy as np
    >>> from sqrtspace import signal
    >>> signal.rolling(np.arange(5.0), 3).mean()
    array([nan, nan,  1.,  2.,  3.])
    """

    def __init__(
        self,
        x: Any,
        window: int,
        min_periods: int | None = None,
        *,
        out: Any = None,
        memory_budget_bytes: int = BUDGET,
    ) -> None:
        if window < 1:
            raise ValueError("window must be an integer 1 or greater")
        self.x = series(x)
        self.window = window
        self.min_periods = window if min_periods is None else max(min_periods, 1)
        if self.min_periods > window:
            raise ValueError(f"min_periods {min_periods} must be <= window {window}")
        self._out = out
        self._budget = memory_budget_bytes

    def _stats(self, column: int, ddof: int, change: Callable[[Array], Array] | None = None) -> Array:
        n = len(self.x)
        result = Result(self._out, (n,), np.float64)
        if n == 0:
            return result.done()
        dtype, row = float_type(self.x), row_length(n, self._budget)
        pipe = Pipeline(row, dtype=dtype, memory_budget_bytes=self._budget)
        Padded(self.x, dtype, after=np.zeros(-n % row)).attach(pipe)
        stage = pipe.rolling_stats(
            "input", window=self.window, ddof=ddof, min_periods=self.min_periods, precision=64
        )

        def pick(block: Array) -> Array:
            values = block.reshape(-1, 2)[:, column]
            return change(values) if change else values

        return run(pipe, stage, result, change=pick)

    def mean(self) -> Array:
        """Means, in float64."""
        return self._stats(0, 0)

    def var(self, ddof: int = 1) -> Array:
        """Variances, in float64."""
        return self._stats(1, ddof)

    def std(self, ddof: int = 1) -> Array:
        """Standard deviations, in float64."""
        return self._stats(1, ddof, np.sqrt)

    def quantile(self, q: float, interpolation: str = "linear") -> Array:
        """Quantiles of windows without NaN, in float64, from samples in float32.

        Parameters
        ----------
        q : float
            Probability, 0 to 1.
        interpolation : str
            "linear", "lower", "higher", "midpoint" or "nearest".

        Returns
        -------
        array
        """
        if not 0 <= q <= 1:
            raise ValueError(f"quantile value {q} not in [0, 1]")
        if self.min_periods != self.window:
            raise NotImplementedError("quantiles need whole windows: min_periods is window")
        n, last = len(self.x), self.window - 1
        at = q * last
        low, high = int(np.floor(at)), int(np.ceil(at))
        part = {"linear": at - low, "lower": 0.0, "higher": 1.0, "midpoint": 0.5, "nearest": float(round(at) - low)}
        if interpolation not in part:
            raise ValueError(f"Interpolation '{interpolation}' is not supported")
        share = part[interpolation] if high > low else 0.0
        result = Result(self._out, (n,), np.float64)
        result.put(0, np.full(min(last, n), np.nan))
        if n <= last:
            return result.done()
        pipe = Pipeline(self.window, 1, memory_budget_bytes=self._budget)
        Padded(self.x, "float32").attach(pipe)
        ranks = [low / max(last, 1), high / max(last, 1)]
        stage = pipe.quantile("input", q=ranks)

        def between(rows: Array) -> Array:
            values = rows.astype(np.float64)
            return values[:, 0] if share == 0 else values[:, 0] + (values[:, 1] - values[:, 0]) * share

        return run(pipe, stage, result, -last, change=between, flat=False)

    def median(self) -> Array:
        """Medians of windows without NaN, in float64, from samples in float32."""
        return self.quantile(0.5)

    def _extreme(self, kind: str) -> Array:
        if self.min_periods != self.window:
            raise NotImplementedError("extremes need whole windows: min_periods is window")
        n, last = len(self.x), self.window - 1
        result = Result(self._out, (n,), np.float64)
        result.put(0, np.full(min(last, n), np.nan))
        if n <= last:
            return result.done()
        pipe = Pipeline(self.window, 1, memory_budget_bytes=self._budget)
        Padded(self.x, "float32").attach(pipe)
        return run(pipe, getattr(pipe, kind)("input"), result, -last)

    def min(self) -> Array:
        """Minima of whole windows, in float64, from samples in float32."""
        return self._extreme("min")

    def max(self) -> Array:
        """Maxima of whole windows, in float64, from samples in float32."""
        return self._extreme("max")
