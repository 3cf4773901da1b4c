"""The stream of a pipeline: push, step, pull. Part of `Pipeline`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ._graph import Graph, params_of
from ._native import ffi, lib
from ._native_calls import ALL, address, check, new, result
from ._nodes import Array, Input, Stage
from ._status import Status
from ._structs import ParamInfo, Wait

# First row of a change: the first one that is not computed.
NEXT_ROW = (1 << 64) - 1


class Stream(Graph):
    """Pushes samples and pulls rows."""

    def push(self, samples: Array, input: Input | str | int = 0) -> int:
        """Copies samples into the buffer of a pushed input: the number that fits.

        Parameters
        ----------
        samples : array
            Samples (n,) or (n, channels) of the input's type.
        input : Input, str or int
            The input.

        Returns
        -------
        int
            Samples accepted: less than given if the buffer is full.
        """
        target = self._input(input)
        data = np.ascontiguousarray(samples)
        if data.dtype != target.dtype:
            raise TypeError(f"samples are {data.dtype}, the input {target.name!r} has {target.dtype}")
        if data.size % target.channels:
            raise ValueError(f"{data.size} elements are no whole samples of {target.channels} channels")
        accepted = ffi.new("size_t *")
        self._call(lib.sqs_push, target.id, address(data), data.size // target.channels, accepted)
        return int(accepted[0])

    def push_gap(self, samples: int, input: Input | str | int = 0) -> int:
        """Appends missing samples to a pushed input: the number that fits. They keep their positions.

        Parameters
        ----------
        samples : int
            Number of missing samples.
        input : Input, str or int
            The input.

        Returns
        -------
        int
            Missing samples appended: less than given if the buffer is full.

        Examples
        --------
        >>> import numpy as np, sqrtspace
        >>> pipe = sqrtspace.Pipeline(window=4, hop=4, stream_only=True, max_gaps=8)
        >>> _ = pipe.open(pipe.max("input", name="peak"))
        >>> pipe.push(np.arange(4, dtype="float32")), pipe.push_gap(2), pipe.push(np.arange(6, 8, dtype="float32"))
        (4, 2, 2)
        >>> _ = pipe.step()
        >>> status, rows, missing = pipe.pull_counted("peak")
        >>> missing
        array([0, 2], dtype=uint64)
        """
        accepted = ffi.new("uint64_t *")
        self._call(lib.sqs_push_gap, self._input(input).id, samples, accepted)
        return int(accepted[0])

    def end(self, input: Input | str | int = 0) -> None:
        """Ends a pushed input: rows that wait for more samples can be finished."""
        self._call(lib.sqs_push_end, self._input(input).id)

    def open(self, stage: Stage | str, capacity_rows: int = 256) -> Stage:
        """Opens the output of a stage: its rows wait in a queue to be pulled. Before seal."""
        target = self._stage(stage)
        self._call(lib.sqs_output_open, target.id, capacity_rows)
        return target

    def step(self, max_windows: int = ALL) -> tuple[Status, int]:
        """Does at most `max_windows` windows of work; returns OK, AGAIN or END, and the windows done."""
        done = ffi.new("uint64_t *")
        return Status(self._call(lib.sqs_step, max_windows, done)), int(done[0])

    def step_budget(self, max_cost_ns: int) -> tuple[Status, int, int]:
        """Does work for about `max_cost_ns` nanoseconds; returns OK, AGAIN or END, the windows done and the time spent."""
        done = ffi.new("uint64_t[2]")
        status = self._call(lib.sqs_step_budget, max_cost_ns, done, done + 1)
        return Status(status), int(done[0]), int(done[1])

    def change(self, stage: Stage | str, from_row: int | None = None, **params: object) -> int:
        """Changes the parameters of a built-in stage from a row on; needs `max_param_changes` of the pipeline. After seal.

        Parameters
        ----------
        stage : Stage or str
            The stage.
        from_row : int
            First row with these parameters, not computed yet. Default: the first such row.
        **params
            All parameters: those left out have their defaults. A trailing underscore is dropped (`from_`).

        Returns
        -------
        int
            The first row with these parameters.
        """
        given = {key.rstrip("_"): value for key, value in params.items()}
        values, kept = params_of(given)
        row = ffi.new("uint64_t *")
        first = NEXT_ROW if from_row is None else from_row
        self._call(lib.sqs_stage_params, self._stage(stage).id, values, len(given), first, row)
        del kept
        return int(row[0])

    def change_context(self, stage: Stage | str, ctx: Any, revision: int, from_row: int | None = None) -> int:
        """Gives a stage of the caller another context (a C pointer) from a row on; returns the row. After seal."""
        row = ffi.new("uint64_t *")
        first = NEXT_ROW if from_row is None else from_row
        self._call(lib.sqs_stage_context, self._stage(stage).id, ffi.cast("void *", ctx), revision, first, row)
        return int(row[0])

    @staticmethod
    def parameters(kind: str) -> list[ParamInfo]:
        """The parameters of a kind of built-in stage: names, types, units, ranges, defaults."""
        name = ffi.new("char[]", kind.encode())
        found: list[ParamInfo] = []
        info = new("sqs_param_info")
        while check(lib.sqs_stage_params_describe(name, len(found), info)) == Status.OK:
            found.append(result(ParamInfo, info))
        return found

    def release_changes(self, stage: Stage | str, row: int) -> int:
        """Frees the changes of a stage that only rows before `row` are computed with; returns their number."""
        freed = ffi.new("uint64_t *")
        self._call(lib.sqs_stage_params_release, self._stage(stage).id, row, freed)
        return int(freed[0])

    def blocked_on(self) -> Wait:
        """What the stream waits for: the output or input that a step returned AGAIN for."""
        wait = new("sqs_wait")
        self._call(lib.sqs_blocked_on, wait)
        return result(Wait, wait)

    def input_position(self, input: Input | str | int = 0) -> tuple[int, int, int]:
        """First sample held, the next sample to push (the length of a source), and the room for a push."""
        place = ffi.new("uint64_t[3]")
        self._call(lib.sqs_input_position, self._input(input).id, place, place + 1, place + 2)
        return int(place[0]), int(place[1]), int(place[2])

    def available(self, stage: Stage | str) -> int:
        """Rows of a stage for the samples that its sources have, or that were pushed. After seal."""
        windows = []
        for node in self._nodes.values():
            if isinstance(node, Input):
                samples = self.input_position(node)[1]
                windows.append(1 + (samples - node.window) // node.hop if samples >= node.window else 0)
        return -(-min(windows) // self.info(stage).windows_per_row)

    def pull(self, stage: Stage | str, rows: int = 256) -> tuple[Status, Array]:
        """Copies finished rows of an opened output: OK, AGAIN or END, and up to `rows` rows."""
        target = self._stage(stage)
        block = np.empty((rows, target.len), target.dtype)
        count = ffi.new("size_t *")
        status = self._call(lib.sqs_pull, target.id, address(block), rows, count)
        return Status(status), block[: int(count[0])]

    def pull_counted(self, stage: Stage | str, rows: int = 256) -> tuple[Status, Array, Array]:
        """As `pull`, and the number of missing samples of each row: see `rows_missing`."""
        target = self._stage(stage)
        block, missing = np.empty((rows, target.len), target.dtype), np.empty(rows, "uint64")
        count = ffi.new("size_t *")
        counts = ffi.cast("uint64_t *", address(missing))
        status = self._call(lib.sqs_pull_counted, target.id, address(block), counts, rows, count)
        return Status(status), block[: int(count[0])], missing[: int(count[0])]

    def rows_missing(self, stage: Stage | str, first: int = 0, count: int = 1) -> Array:
        """The number of missing samples of rows: of all windows that a row depends on, the first one to the last one."""
        missing = np.empty(count, "uint64")
        self._call(lib.sqs_rows_missing, self._stage(stage).id, first, count, ffi.cast("uint64_t *", address(missing)))
        return missing

    def rows(self, stage: Stage | str, block: int = 256) -> Iterator[Array]:
        """Blocks of the rows of an opened output that can be computed now: steps and pulls until samples are missing.

        Parameters
        ----------
        stage : Stage or str
            The stage, opened.
        block : int
            Maximum number of rows of a block.

        Yields
        ------
        array
            Rows, (n, len), each once.

        Examples
        --------
        >>> import numpy as np, sqrtspace
        >>> pipe = sqrtspace.Pipeline(window=4, hop=4, stream_only=True)
        >>> _ = pipe.open(pipe.max("input", name="peak"))
        >>> for chunk in np.arange(16, dtype="float32").reshape(2, 8):
        ...     accepted = pipe.push(chunk)
        ...     for rows in pipe.rows("peak"):
        ...         print(rows.ravel())
        [3. 7.]
        [11. 15.]
        """
        while True:
            status, _ = self.step(block)
            pulled, rows = self.pull(stage, block)
            if len(rows):
                yield rows
            elif pulled is Status.END or status is not Status.OK:
                return

    def position(self, stage: Stage | str) -> tuple[int, int]:
        """Rows of an opened output that wait: the next, and the end (exclusive)."""
        bounds = ffi.new("uint64_t[2]")
        self._call(lib.sqs_output_position, self._stage(stage).id, bounds, bounds + 1)
        return int(bounds[0]), int(bounds[1])
