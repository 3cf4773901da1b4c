"""`SqrtSpacePipeline`: stages are functions of 2-D arrays of rows, samples are pushed, rows are evaluated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypedDict

import numpy as np
import sqrtspace
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
StageFunction: TypeAlias = Callable[..., Any]


class Config(TypedDict, total=False):
    """Options of a pipeline."""

    window: int
    hop: int
    checkpoint_every: int
    lru_bytes: int
    max_workers: int
    input_buffer_blocks: int | None
    device: str
    backend: str
    mode: str


@dataclass
class _Stage:
    name: str
    function: StageFunction
    inputs: list[str]
    pure: bool
    # Type and shape of a row, from a call with two windows of zeros, for a type of the samples.
    rows: dict[str, tuple[np.dtype[Any], tuple[int, ...]]] = field(default_factory=dict)


class SqrtSpacePipeline:
    """A pipeline of functions over windows of pushed samples.

    Parameters
    ----------
    window, hop : int
        Samples of a window, and from window to window. Default: 4096, 1024.
    checkpoint_every : int
        Windows between checkpoints of stages with state. Functions have none here: it is checked and passed on.
    lru_bytes : int
        Bytes of the cache of rows.
    mode : str
        "classic", "sqrt" or "auto". The rows are the same in every mode.
    input_buffer_blocks : int
        Samples that are held, in blocks of `hop` samples: `push_samples` returns False beyond. Default: no limit.
    max_workers, device, backend
        Accepted and not used: functions run in the calling thread, on NumPy arrays.

    Examples
    --------
    >>> import numpy as np
    >>> pipe = SqrtSpacePipeline(window=4, hop=2)
    >>> @pipe.stage("peak", inputs=["input"])
    ... def peak(x):
    ...     return x.max(axis=1, keepdims=True)
    >>> pipe.push_samples(np.arange(8.0))
    True
    >>> pipe.evaluate("peak").ravel()
    array([3., 5., 7.])
    """

    def __init__(self, **config: Any) -> None:
        self.cfg: Config = {
            "window": 4096,
            "hop": 1024,
            "checkpoint_every": 16,
            "lru_bytes": 64 << 20,
            "max_workers": 8,
            "input_buffer_blocks": None,
            "device": "cpu",
            "backend": "numpy",
            "mode": "auto",
        }
        unknown = set(config) - set(self.cfg)
        if unknown:
            raise TypeError(f"unknown options: {', '.join(sorted(unknown))}")
        self.cfg.update(config)  # type: ignore[typeddict-item]
        for name in ("window", "hop", "checkpoint_every"):
            if self.cfg[name] < 1:
                raise ValueError(f"{name} is at least 1")
        if self.cfg["mode"] not in ("auto", "classic", "sqrt"):
            raise ValueError(f"mode {self.cfg['mode']!r} is not auto, classic or sqrt")
        self._stages: dict[str, _Stage] = {}
        self._samples: Array = np.empty(0, np.float32)
        self._used = 0
        self._evaluated = False

    def stage(
        self, name: str, inputs: Sequence[str] | None = None, pure: bool = True
    ) -> Callable[[StageFunction], StageFunction]:
        """Defines the decorated function as a stage.

        Parameters
        ----------
        name : str
            Name of the stage.
        inputs : sequence of str
            Names of stages, defined before or after, and "input" for the windows. Default: ["input"].
        pure : bool
            Accepted: every function may be called again for the same rows.

        Returns
        -------
        decorator
            Returns the function. It gets an array (rows, ...) for each input and returns rows.
        """

        def define(function: StageFunction) -> StageFunction:
            if name in self._stages or name == "input":
                raise ValueError(f"stage {name!r} is already defined")
            self._stages[name] = _Stage(name, function, list(inputs or ["input"]), pure)
            return function

        return define

    def push_samples(self, x: Array) -> bool:
        """Appends samples. False, and nothing changes, if they exceed the buffer.

        Samples that an evaluation has passed leave the buffer, except those that later windows begin with.
        """
        x = np.asarray(x)
        if x.ndim != 1:
            raise ValueError("push_samples expects a 1-D array")
        if self._evaluated:
            self._samples, self._used, self._evaluated = self._samples[self._used :], 0, False
        blocks = self.cfg["input_buffer_blocks"]
        if blocks is not None and self._samples.size + x.size > blocks * self.cfg["hop"]:
            return False
        self._samples = np.concatenate([self._samples, x]) if self._samples.size else x.copy()
        return True

    @property
    def windows(self) -> int:
        """Windows that the samples in the buffer form."""
        extra = self._samples.size - self.cfg["window"]
        return 1 + extra // self.cfg["hop"] if extra >= 0 else 0

    def evaluate(
        self, target: str, t_range: tuple[int, int] | None = None, params: dict[str, Any] | None = None
    ) -> Array:
        """Evaluates the rows of a stage, one per window in the buffer.

        Until more samples are pushed, every evaluation sees the same windows. After it, windows continue where they ended:
        the overlap is kept.

        Parameters
        ----------
        target : str
            The stage.
        t_range : (int, int)
            First window and end (exclusive), counted in the buffer. Default: all.
        params : dict
            Keyword arguments of all stage functions.

        Returns
        -------
        array
            Rows, (windows, ...).
        """
        order = self._order(target)
        count = self.windows
        first, end = (0, count) if t_range is None else slice(*t_range).indices(count)[:2]
        self._used, self._evaluated = count * self.cfg["hop"], True
        shapes = self._shapes(order, params or {})
        dtype, shape = shapes[target]
        rows = max(end - first, 0)
        if rows == 0:
            return np.empty((0, *shape), dtype)
        begin = first * self.cfg["hop"]
        stop = begin + (rows - 1) * self.cfg["hop"] + self.cfg["window"]
        with self._engine(order, shapes, params or {}, self._samples[begin:stop]) as pipe:
            return pipe.evaluate(target, 0, rows).reshape(rows, *shape)

    def pull_until(self, t_target: int, target: str | None = None, params: dict[str, Any] | None = None) -> Array:
        """Evaluates the rows before window `t_target`, of the last stage by default."""
        return self.evaluate(target or self._order()[-1].name, (0, t_target), params)

    def plan(self, target: str, params: dict[str, Any] | None = None) -> sqrtspace.PlanInfo:
        """The plan of the engine for the windows in the buffer: bytes, order of work, windows of a block."""
        order = self._order(target)
        with self._engine(order, self._shapes(order, params or {}), params or {}, self._samples) as pipe:
            return pipe.plan(sqrtspace.Request(target, 0, self.windows))

    def _order(self, target: str | None = None) -> list[_Stage]:
        """The stages that a target needs, each after its inputs."""
        if target is not None and target not in self._stages:
            raise ValueError(f"unknown stage {target!r}")
        done: list[str] = []
        # Names with a mark: False when visited for the first time, True after all inputs.
        stack = [(name, False) for name in ([target] if target else reversed(self._stages))]
        open_names: set[str] = set()
        while stack:
            name, ready = stack.pop()
            if ready:
                open_names.discard(name)
                done.append(name)
                continue
            if name == "input" or name in done:
                continue
            if name not in self._stages:
                raise ValueError(f"unknown input {name!r}")
            if name in open_names:
                raise ValueError("the stages form a cycle")
            open_names.add(name)
            stack.append((name, True))
            for source in reversed(self._stages[name].inputs):
                if source in open_names:
                    raise ValueError("the stages form a cycle")
                stack.append((source, False))
        return [self._stages[name] for name in done]

    def _shapes(self, order: list[_Stage], params: dict[str, Any]) -> dict[str, tuple[np.dtype[Any], tuple[int, ...]]]:
        """Type and shape of the rows of stages, from calls with two windows of zeros."""
        kind = self._samples.dtype
        shapes: dict[str, tuple[np.dtype[Any], tuple[int, ...]]] = {"input": (kind, (self.cfg["window"],))}
        for stage in order:
            key = f"{kind} {sorted(params)}"
            if key not in stage.rows:
                zeros = [np.zeros((2, *shapes[name][1]), shapes[name][0]) for name in stage.inputs]
                with np.errstate(all="ignore"):
                    rows = np.asarray(stage.function(*zeros, **params))
                if rows.ndim == 0 or rows.shape[0] != 2:
                    raise ValueError(f"stage {stage.name!r} returned shape {rows.shape} for 2 rows")
                shape = rows.shape[1:] or (1,)
                stage.rows[key] = (sqrtspace._functions.storable(rows.dtype), shape)
            shapes[stage.name] = stage.rows[key]
        return shapes

    def _engine(
        self,
        order: list[_Stage],
        shapes: dict[str, tuple[np.dtype[Any], tuple[int, ...]]],
        params: dict[str, Any],
        samples: Array,
    ) -> sqrtspace.Pipeline:
        pipe = sqrtspace.Pipeline(
            self.cfg["window"],
            self.cfg["hop"],
            dtype=samples.dtype,
            mode=self.cfg["mode"],
            checkpoint_every=self.cfg["checkpoint_every"],
            row_cache_bytes=self.cfg["lru_bytes"] if self.cfg["mode"] != "classic" else None,
            max_stages=max(len(order), 1),
            max_edges=max(sum(len(stage.inputs) for stage in order), 1),
        )
        for stage in order:
            dtype, shape = shapes[stage.name]
            inner = [shapes[name][1] for name in stage.inputs]
            size = int(np.prod(shape))
            pipe.stage(stage.name, inputs=stage.inputs, dtype=dtype, len=size)(_rows(stage.function, inner, params))
        pipe.set_source(samples)
        return pipe


def _rows(function: StageFunction, shapes: list[tuple[int, ...]], params: dict[str, Any]) -> StageFunction:
    """The function with its arguments in the shapes that the stages before returned."""

    def call(*arrays: Array) -> Any:
        return function(*(a.reshape(-1, *shape) for a, shape in zip(arrays, shapes, strict=True)), **params)

    return call
