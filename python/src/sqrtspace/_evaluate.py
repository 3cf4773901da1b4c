"""Plans, evaluation, statistics, saved state. Part of `Pipeline`."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ._native import ffi, lib
from ._native_calls import ALL, address, new, path_text, result
from ._nodes import Array, Stage
from ._options import encode_options
from ._stream import Stream
from ._structs import CodecStats, PlanInfo, StageCounts, Stats

ORDERS = {"forward": lib.SQS_ORDER_FORWARD, "reverse": lib.SQS_ORDER_REVERSE}


@dataclass(frozen=True)
class Request:
    """Rows of a stage that will be evaluated.

    Parameters
    ----------
    stage : Stage or str
        The stage.
    first, count : int
        First row, and number of rows; in a plan the maximum number of one evaluation. Default: all.
    order : str
        "forward" or "reverse".
    """

    stage: Stage | str
    first: int = 0
    count: int | None = None
    order: str = "forward"


class Evaluation(Stream):
    """Plans and runs the graph."""

    def _request(self, given: Request | Stage | str) -> Any:
        request = given if isinstance(given, Request) else Request(given)
        return new(
            "sqs_request",
            stage=self._stage(request.stage).id,
            first=request.first,
            count=ALL if request.count is None else request.count,
            order=ORDERS[request.order],
        )

    def _requests(self, given: Sequence[Request | Stage | str]) -> Any:
        requests = ffi.new("sqs_request[]", max(len(given), 1))
        for i, request in enumerate(given):
            requests[i] = self._request(request)[0]
        return requests

    def plan(self, *requests: Request | Stage | str) -> PlanInfo:
        """Computes the bytes and the order of work for requests, and changes nothing.

        Parameters
        ----------
        *requests : Request, Stage or str
            Rows that will be evaluated; none: every stage without consumers.

        Returns
        -------
        PlanInfo

        Examples
        --------
        >>> import sqrtspace
        >>> pipe = sqrtspace.Pipeline(window=256, hop=64, memory_budget_bytes=1 << 20)
        >>> loud = pipe.energy("input")
        >>> pipe.plan(loud).work_bytes <= 1 << 20
        True
        """
        info = new("sqs_plan_info")
        self._call(lib.sqs_plan, self._requests(requests), len(requests), info)
        return result(PlanInfo, info)

    def explain(self, *requests: Request | Stage | str) -> str:
        """Explains a plan in English: what was considered, and why it decides as it does."""
        array = self._requests(requests)
        needed = ffi.new("size_t *")
        # The first call reports the size of the text, with the status for a text that was cut.
        lib.sqs_plan_explain(self._handle, array, len(requests), ffi.NULL, 0, needed)
        text = ffi.new("char[]", max(int(needed[0]), 1))
        self._call(lib.sqs_plan_explain, array, len(requests), text, len(text), ffi.NULL)
        return str(ffi.string(text).decode())

    def seal(self, *requests: Request | Stage | str, work: Array | None = None) -> None:
        """Fixes graph and memory for requests; nothing is allocated after it.

        Parameters
        ----------
        *requests : Request, Stage or str
            As for `plan`.
        work : array
            The work area, of `plan(...).work_bytes`; default: from where the pipeline's memory comes from.
        """
        place = ffi.NULL if work is None else address(work)
        self._call(
            lib.sqs_pipeline_seal, self._requests(requests), len(requests), place, 0 if work is None else work.nbytes
        )
        if work is not None:
            self._kept.append(work)

    def export_plan(self, *requests: Request | Stage | str) -> bytes:
        """Returns a plan as bytes, for `seal_planned` and for a C program's sqs_pipeline_seal_planned(). Before seal.

        Parameters
        ----------
        *requests : Request, Stage or str
            As for `plan`.

        Examples
        --------
        >>> import sqrtspace
        >>> pipes = [sqrtspace.Pipeline(window=256, hop=64) for _ in range(2)]
        >>> _ = [pipe.energy("input", name="loud") for pipe in pipes]
        >>> pipes[1].seal_planned(pipes[0].export_plan("loud"))
        """
        array = self._requests(requests)
        needed = ffi.new("size_t *")
        # The first call reports the size of the plan, with the status for one that does not fit.
        status = lib.sqs_plan_export(self._handle, array, len(requests), ffi.NULL, 0, needed)
        if status != lib.SQS_ERR_SPACE:
            self._call(lib.sqs_plan_export, array, len(requests), ffi.NULL, 0, needed)
        plan = ffi.new("unsigned char[]", int(needed[0]))
        self._call(lib.sqs_plan_export, array, len(requests), plan, len(plan), needed)
        return bytes(ffi.buffer(plan))

    def seal_planned(self, plan: bytes, work: Array | None = None) -> None:
        """Fixes graph and memory with a plan that `export_plan` of the same config and graph returned.

        Parameters
        ----------
        plan : bytes
            The plan.
        work : array
            As for `seal`.
        """
        kept = ffi.new("unsigned char[]", bytes(plan))
        place = ffi.NULL if work is None else address(work)
        self._call(
            lib.sqs_pipeline_seal_planned, kept, len(plan), place, 0 if work is None else work.nbytes
        )
        self._kept.append(kept)
        if work is not None:
            self._kept.append(work)

    def evaluate(
        self,
        stage: Stage | str,
        first: int = 0,
        count: int | None = None,
        *,
        order: str = "forward",
        out: Array | None = None,
    ) -> Array:
        """Evaluates rows of a stage.

        Parameters
        ----------
        stage : Stage or str
            The stage.
        first, count : int
            First row and number of rows; default: all that are available.
        order : str
            "forward", or "reverse": the last row first.
        out : array
            Receives the rows, forward, with a count: of the stage's type, C-contiguous.

        Returns
        -------
        array
            Rows, (n, len).

        Examples
        --------
        >>> import numpy as np, sqrtspace
        >>> pipe = sqrtspace.Pipeline(window=3, hop=1)
        >>> pipe.set_source(np.arange(5, dtype="float32"))
        >>> mean = pipe.mean("input")
        >>> pipe.evaluate(mean).ravel()
        array([1., 2., 3.], dtype=float32)
        """
        target = self._stage(stage)
        if count is not None and order == "forward":
            block = np.empty((count, target.len), target.dtype) if out is None else out
            if block.dtype != target.dtype or not block.flags.c_contiguous or not block.flags.writeable:
                raise TypeError(f"out must be a C-contiguous, writable array of {target.dtype}")
            written = ffi.new("uint64_t *")
            self._call(lib.sqs_evaluate, target.id, first, count, address(block), block.nbytes, written)
            return block
        if out is not None:
            raise TypeError("out needs a count, and forward order")
        gathered = _Gathered(target)
        self.evaluate_to(target, gathered.add, first, count, order=order, copy=False)
        return gathered.rows()

    def evaluate_to(
        self,
        stage: Stage | str,
        sink: Callable[[int, Array], Any],
        first: int = 0,
        count: int | None = None,
        *,
        order: str = "forward",
        copy: bool = True,
    ) -> None:
        """Evaluates rows into a function, block by block.

        Parameters
        ----------
        stage : Stage or str
            The stage.
        sink : function
            Gets the number of the first row of a block, and the rows. In reverse order that number is the highest, and
            rows descend. An exception ends the evaluation and comes out as it is.
        first, count, order
            As for `evaluate`.
        copy : bool
            False: the rows are a view, valid during the call of the function.
        """
        target = self._stage(stage)
        callback = self._sink(target, sink, copy)
        request = self._request(Request(target, first, count, order))
        self._call(lib.sqs_evaluate_to, request, callback, ffi.NULL)

    def _sink(self, stage: Stage, sink: Callable[[int, Array], Any], copy: bool) -> Any:
        def deliver(_ctx: Any, first: int, count: int, rows: Any, size: int) -> None:
            block = np.frombuffer(ffi.buffer(rows, size), stage.dtype).reshape(count, stage.len)
            sink(int(first), block.copy() if copy else block)

        return ffi.callback("sqs_sink_fn", self._caught.guard(deliver), error=1)

    def blocks(
        self,
        stage: Stage | str,
        first: int = 0,
        count: int | None = None,
        *,
        order: str = "forward",
        max_windows: int = 4096,
    ) -> Iterator[tuple[int, Array]]:
        """Evaluates rows in slices of bounded work, as an iterator: memory for one slice, whatever the number of rows.

        Parameters
        ----------
        stage, first, count, order
            As for `evaluate`.
        max_windows : int
            Windows of work between blocks.

        Yields
        ------
        first, rows : int, array
            As the sink of `evaluate_to`. Closing the iterator cancels the evaluation.
        """
        target = self._stage(stage)
        ready: deque[tuple[int, Array]] = deque()
        callback = self._sink(target, lambda at, rows: ready.append((at, rows)), True)
        self._call(lib.sqs_evaluate_begin, self._request(Request(target, first, count, order)), callback, ffi.NULL)
        try:
            while self.stats().evaluating:
                self.step(max_windows)
                while ready:
                    yield ready.popleft()
        finally:
            if self._handle:
                self.cancel()

    def cancel(self) -> None:
        """Cancels the running evaluation; rows already delivered stay delivered."""
        self._call(lib.sqs_evaluate_cancel)

    def evaluate_to_file(
        self,
        stage: Stage | str,
        path: str | os.PathLike[str],
        first: int = 0,
        count: int | None = None,
        *,
        order: str = "forward",
        **options: Any,
    ) -> CodecStats:
        """Evaluates rows into an encoded file, which appears complete or not at all.

        Parameters
        ----------
        stage, first, count, order
            As for `evaluate`.
        path : path
            The file.
        **options
            Options of the encoder: see `encode`.

        Returns
        -------
        CodecStats
        """
        stats = new("sqs_codec_stats")
        request = self._request(Request(stage, first, count, order))
        text = ffi.new("char[]", path_text(path))
        settings = encode_options(options)
        self._call(lib.sqs_evaluate_to_file, request, text, settings.struct, stats)
        return result(CodecStats, stats)

    def evaluate_encoded(
        self,
        stage: Stage | str,
        write: Callable[[bytes], Any],
        first: int = 0,
        count: int | None = None,
        **options: Any,
    ) -> None:
        """Evaluates rows through an encoder in memory of its own, into a function that gets the encoded bytes.

        Parameters
        ----------
        stage, first, count
            As for `evaluate`.
        write : function
            Gets encoded bytes, in order.
        **options
            Options of the encoder: see `encode`.
        """
        from .coders import Encoder

        target = self._stage(stage)
        encoder = Encoder(dtype=target.dtype, channels=target.len, **options)
        buffer = np.empty(1 << 16, np.uint8)

        def deliver(_ctx: Any, data: Any, size: int) -> None:
            write(bytes(ffi.buffer(data, size)))

        callback = ffi.callback("sqs_write_fn", self._caught.guard(deliver), error=1)
        sink = new("sqs_encoder_sink", encoder=encoder.handle, write=callback)
        sink.buffer = address(buffer)
        sink.buffer_bytes = buffer.nbytes
        rows = ffi.addressof(lib, "sqs_encoder_sink_rows")
        self._call(lib.sqs_evaluate_to, self._request(Request(target, first, count)), rows, sink)
        self._call(lambda _handle: lib.sqs_encoder_sink_end(sink))

    def stats(self) -> Stats:
        """Statistics since the pipeline was created. Valid on poisoned pipelines."""
        stats = new("sqs_stats")
        self._call(lib.sqs_pipeline_stats, stats)
        return result(Stats, stats)

    def stage_stats(self, stage: Stage | str) -> StageCounts:
        """Statistics of one stage: calls, rows, and with a clock its time."""
        counts = new("sqs_stage_counts")
        self._call(lib.sqs_stage_stats, self._stage(stage).id, counts)
        return result(StageCounts, counts)

    def scrub(self, max_bytes: int = 1 << 20) -> int:
        """Checks tables and stored data for damage, about `max_bytes`; returns the bytes of stored data checked."""
        checked = ffi.new("size_t *")
        self._call(lib.sqs_scrub, max_bytes, checked)
        return int(checked[0])

    def checkpoint_bytes(self) -> int:
        """Maximum size of the checkpoint file of the sealed pipeline."""
        size = ffi.new("uint64_t *")
        self._call(lib.sqs_checkpoint_bytes, size)
        return int(size[0])

    def save(self, path: str | os.PathLike[str] | None = None) -> bytes:
        """Saves all that a pipeline of the same graph needs to continue from here.

        Parameters
        ----------
        path : path
            File to write, complete or not at all; default: none.

        Returns
        -------
        bytes
            The checkpoint file.
        """
        pieces: list[bytes] = []

        def write(_ctx: Any, data: Any, size: int) -> None:
            pieces.append(bytes(ffi.buffer(data, size)))

        callback = ffi.callback("sqs_write_fn", self._caught.guard(write), error=1)
        self._call(lib.sqs_checkpoint_save, callback, ffi.NULL, ffi.NULL)
        saved = b"".join(pieces)
        if path is not None:
            temporary = f"{os.fspath(path)}.{os.getpid()}.tmp"
            try:
                with open(temporary, "wb") as file:
                    file.write(saved)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(temporary, path)
            except BaseException:
                if os.path.exists(temporary):
                    os.unlink(temporary)
                raise
        return saved

    def restore(self, saved: bytes | str | os.PathLike[str]) -> list[int]:
        """Continues where a pipeline was saved; after an error the pipeline is as before.

        Parameters
        ----------
        saved : bytes or path
            The checkpoint file.

        Returns
        -------
        list of int
            The next sample to push, for each input.
        """
        if not isinstance(saved, (bytes, bytearray, memoryview)):
            with open(saved, "rb") as file:
                saved = file.read()
        resume = new("sqs_resume")
        self._call(lib.sqs_checkpoint_restore, ffi.from_buffer(saved), len(saved), resume)
        return [int(resume.next_sample[i]) for i in range(resume.input_count)]


class _Gathered:
    """Rows of blocks, gathered into one array that doubles as it grows."""

    def __init__(self, stage: Stage) -> None:
        self.array: Array = np.empty((0, stage.len), stage.dtype)
        self.count = 0

    def add(self, _first: int, rows: Array) -> None:
        """Appends a block."""
        end = self.count + len(rows)
        if end > len(self.array):
            grown = np.empty((max(end, 2 * len(self.array)), rows.shape[1]), rows.dtype)
            grown[: self.count] = self.array[: self.count]
            self.array = grown
        self.array[self.count : end] = rows
        self.count = end

    def rows(self) -> Array:
        """The rows."""
        return self.array[: self.count]


__all__ = ["Evaluation", "Request"]
