"""Pictures with matplotlib: spectrograms, plans, the order of a sweep, damage. Needs `sqrtspace[plot]`.

Each function draws into `axes`, or into a new figure, and returns the axes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._nodes import Array, Stage
from ._structs import PlanInfo
from .damage import Frame, Recovered
from .pipeline import Pipeline

PARTS = ["table_bytes", "input_buffer_bytes", "stream_bytes", "evaluation_bytes", "output_bytes", "row_cache_bytes"]


def _axes(axes: Any) -> Any:
    if axes is not None:
        return axes
    from matplotlib import pyplot

    return pyplot.subplots(layout="constrained")[1]


def spectrogram(f: Array, t: Array, values: Array, *, decibels: float = 80.0, axes: Any = None) -> Any:
    """A spectrogram in decibels of its maximum.

    Parameters
    ----------
    f, t, values : array
        As `sqrtspace.signal.spectrogram` returns them.
    decibels : float
        Range of the colors.
    axes : Axes
        Where to draw.

    Returns
    -------
    Axes
    """
    axes = _axes(axes)
    # No more columns and rows than pixels of a page: the largest value of each cell.
    cells = np.asarray(values, np.float32)
    for axis, limit in ((0, 1024), (1, 2048)):
        step = -(-cells.shape[axis] // limit)
        if step > 1:
            cells = np.maximum.reduceat(cells, np.arange(0, cells.shape[axis], step), axis=axis)
    top = max(float(cells.max(initial=0)), float(np.finfo(np.float32).tiny))
    shown = 10 * np.log10(np.maximum(cells, top * 10 ** (-decibels / 10)) / top)
    image = axes.imshow(shown, origin="lower", aspect="auto", extent=_extent(t, f), vmin=-decibels, vmax=0)
    axes.figure.colorbar(image, ax=axes, label="dB")
    axes.set_xlabel("time (s)")
    axes.set_ylabel("frequency (Hz)")
    return axes


def _extent(t: Array, f: Array) -> tuple[float, float, float, float]:
    half = (t[1] - t[0]) / 2 if len(t) > 1 else 0.5
    return float(t[0] - half), float(t[-1] + half), float(f[0]), float(f[-1])


def plan(plans: dict[str, PlanInfo], *, axes: Any = None) -> Any:
    """The work areas of plans, by their parts.

    Parameters
    ----------
    plans : dict
        Plans by their labels.
    axes : Axes
        Where to draw.

    Returns
    -------
    Axes
    """
    axes = _axes(axes)
    left = np.zeros(len(plans))
    labels = [f"{label}\n{'classic' if info.mode == 1 else 'sqrt'}, {info.work_bytes:,} bytes" for label, info in plans.items()]
    for part in PARTS:
        sizes = np.array([getattr(info, part) for info in plans.values()], float) / 1024
        if sizes.any():
            axes.barh(labels, sizes, left=left, label=part.removesuffix("_bytes").replace("_", " "))
        left += sizes
    axes.set_xlabel("KiB")
    axes.legend()
    return axes


def sweep(pipe: Pipeline, stage: Stage | str, count: int, *, order: str = "reverse", axes: Any = None) -> Any:
    """Which rows are delivered when, beside the work done: an evaluation of a request, step by step.

    Parameters
    ----------
    pipe : Pipeline
        The pipeline, sealed or not.
    stage : Stage or str
        The stage that is evaluated.
    count : int
        Rows of the request.
    order : str
        "forward" or "reverse".
    axes : Axes
        Where to draw.

    Returns
    -------
    Axes
    """
    axes = _axes(axes)
    before = pipe.stats().stage_rows
    at: list[tuple[int, int, int]] = []
    for first, rows in pipe.blocks(stage, 0, count, order=order, max_windows=max(count // 256, 1)):
        last = first + len(rows) if order == "forward" else first - len(rows)
        at.append((pipe.stats().stage_rows - before, first, last))
    for work, first, last in at:
        axes.plot([work, work], [first, last], color="tab:blue", linewidth=2)
    axes.set_xlabel("rows computed, of all stages")
    axes.set_ylabel("row delivered")
    return axes


def damage(found: Recovered, frames: list[Frame] | None = None, *, width: int = 128, axes: Any = None) -> Any:
    """A map of the original: what is missing, in cells of equal size, row by row.

    Parameters
    ----------
    found : Recovered
        Of `recover` or `verify`.
    frames : list of Frame
        Of `inspect`: cells are then colored by the codec of their frame.
    width : int
        Cells of a row.
    axes : Axes
        Where to draw.

    Returns
    -------
    Axes
    """
    from matplotlib.colors import ListedColormap

    axes = _axes(axes)
    length = found.stats.length_bytes if found.stats.ended else found.stats.raw_bytes + found.stats.missing_bytes
    cells = np.ones(width * max(min(-(-length // 4096), width * width) // width, 1), int)
    size = max(length / len(cells), 1e-9)
    codecs = sorted({frame.codec for frame in frames or []})
    for frame in frames or []:
        cells[int(frame.first / size) : int(np.ceil((frame.first + frame.raw_bytes) / size))] = 1 + codecs.index(frame.codec)
    for first, end in found.missing:
        cells[int(first / size) : max(int(np.ceil(end / size)), int(first / size) + 1)] = 0
    colors = ["tab:red", "tab:green", "tab:blue", "tab:cyan", "tab:olive", "tab:gray"]
    axes.imshow(cells.reshape(-1, width), cmap=ListedColormap(colors), vmin=0, vmax=len(colors) - 1, aspect="auto")
    axes.set_yticks([])
    missing = sum(end - first for first, end in found.missing)
    axes.set_title(f"{missing:,} of {length:,} bytes missing" + (f"; {', '.join(codecs)}" if codecs else ""))
    axes.set_xlabel(f"cells of {size:,.0f} bytes")
    return axes


__all__ = ["damage", "plan", "spectrogram", "sweep"]
