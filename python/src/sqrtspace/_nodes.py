"""Nodes of a graph: inputs, stages, and the edges between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[Any]
"""An array of any type."""

Numbers: TypeAlias = "ArrayLike"
"""A list of numbers, or an array, which is flattened."""


@dataclass(frozen=True)
class Input:
    """An input of a pipeline."""

    name: str
    id: int
    window: int
    hop: int
    dtype: np.dtype[Any]
    channels: int

    @property
    def len(self) -> int:
        """Elements of a row: those of a window."""
        return self.window * self.channels


@dataclass(frozen=True)
class Stage:
    """A stage of a pipeline: its number, and type and length of its rows."""

    name: str
    id: int
    dtype: np.dtype[Any]
    len: int
    channels: int = 1

    @property
    def row_bytes(self) -> int:
        """Size of a row in bytes."""
        return self.len * self.dtype.itemsize


@dataclass(frozen=True)
class Edge:
    """An edge of a stage, with the rows around its own that the stage reads.

    Parameters
    ----------
    node : Input, Stage or str
        What the stage reads.
    lookback, lookahead : int
        Rows before and after the stage's own.
    boundary : str
        Rows outside of the range: "zero" or "clamp".
    """

    node: Input | Stage | str
    lookback: int = 0
    lookahead: int = 0
    boundary: str = "zero"


Source: TypeAlias = "Input | Stage | Edge | str"
"""What a stage can read."""


def sources(given: Source | Sequence[Source]) -> list[Source]:
    """One or several sources as a list."""
    if isinstance(given, (Input, Stage, Edge, str)):
        return [given]
    return list(given)
