"""The handle of a pipeline: its config, its calls, its end. Part of `Pipeline`."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from ._native import ffi, lib
from ._native_calls import Caught, Failure, address, check, detail, element, error, new, result
from ._nodes import Array, Input, Stage
from ._structs import Event

MODES = {"auto": lib.SQS_MODE_AUTO, "classic": lib.SQS_MODE_CLASSIC, "sqrt": lib.SQS_MODE_SQRT}
SIZES = {
    "max_stages": 64,
    "max_edges": 256,
    "param_bytes": 65536,
}
"""Sizes of tables, where the defaults of C are small."""


def config_of(given: dict[str, Any]) -> tuple[Any, list[Any]]:
    """An `sqs_config`, and what it points to. Fields by their names in C; None: the default."""
    config = ffi.new("sqs_config *")
    check(lib.sqs_config_init(config, ffi.sizeof("sqs_config")))
    kept: list[Any] = []
    for name, value in given.items():
        if value is None:
            continue
        if name == "mode":
            value = MODES[value]
        elif name == "dtype":
            value = element(value)
        elif name == "spill_dir":
            value = ffi.new("char[]", os.fsencode(value))
            kept.append(value)
        setattr(config, name, value)
    for name, size in SIZES.items():
        setattr(config, name, getattr(config, name) or size)
    return config, kept


H = TypeVar("H", bound="Handle")


CPU_CACHE_BYTES = 2 << 20
"""Default of `cpu_cache_bytes`: MEASUREMENTS.md compares it with that of C, 512 KiB."""


class Handle:
    """An `sqs_pipeline` with what its callbacks need."""

    def __init__(
        self,
        window: int,
        hop: int | None = None,
        *,
        dtype: Any = "float32",
        channels: int = 1,
        mode: str = "auto",
        memory_budget_bytes: int | None = None,
        input_capacity: int | None = None,
        checkpoint_every: int | None = None,
        checkpoint_slots: int | None = None,
        row_cache_bytes: int | None = None,
        cpu_cache_bytes: int | None = None,
        max_stages: int | None = None,
        max_edges: int | None = None,
        param_bytes: int | None = None,
        max_gaps: int | None = None,
        gap_fill: int | None = None,
        max_param_changes: int | None = None,
        param_change_bytes: int | None = None,
        spill_dir: str | os.PathLike[str] | None = None,
        stream_only: bool = False,
        host_defaults: bool = False,
        clock: Callable[[], int] | None = None,
        event: Callable[[Event], Any] | None = None,
        memory: Array | None = None,
        allocator: tuple[Callable[[int, int], int], Callable[[int, int], None]] | None = None,
    ) -> None:
        hop = window if hop is None else hop
        if cpu_cache_bytes is None and not host_defaults:
            cpu_cache_bytes = CPU_CACHE_BYTES
        given = {
            "window": window,
            "hop": hop,
            "dtype": dtype,
            "channels": channels,
            "mode": mode,
            "memory_budget_bytes": memory_budget_bytes,
            "input_capacity": input_capacity,
            "checkpoint_every": checkpoint_every,
            "checkpoint_slots": checkpoint_slots,
            "row_cache_bytes": row_cache_bytes,
            "cpu_cache_bytes": cpu_cache_bytes,
            "max_stages": max_stages,
            "max_edges": max_edges,
            "param_bytes": param_bytes,
            "max_gaps": max_gaps,
            "gap_fill": gap_fill,
            "max_param_changes": max_param_changes,
            "param_change_bytes": param_change_bytes,
            "spill_dir": spill_dir,
            "flags": lib.SQS_STREAM_ONLY if stream_only else 0,
        }
        self._handle: Any = ffi.NULL
        self._lock = threading.RLock()
        self._caught = Caught()
        config, kept = config_of(given)
        self._kept: list[Any] = []
        self._watch(config, clock, event)
        if host_defaults:
            check(lib.sqs_config_host_defaults(config))
        self._config = config
        place = self._memory(memory, allocator)
        handle = ffi.new("sqs_pipeline **")
        failure = Failure()
        status = lib.sqs_pipeline_new(config, place, handle, failure.struct)
        self._caught.reraise()
        failure.check(status)
        del kept
        self._handle = handle[0]
        self._nodes: dict[str, Input | Stage] = {}
        self._nodes["input"] = Input("input", 0, window, hop, np.dtype(dtype), channels)

    def _watch(self, config: Any, clock: Callable[[], int] | None, event: Callable[[Event], Any] | None) -> None:
        """Sets clock and receiver of events."""
        if clock is not None:
            read = clock
            ticks = ffi.callback("sqs_clock_fn", lambda _ctx: read())
            config.clock = ticks
            self._kept.append(ticks)
        if event is not None:
            receive = event
            guarded = self._caught.guard(lambda _ctx, struct: receive(result(Event, struct)))
            log = ffi.callback("sqs_event_fn", lambda ctx, struct: (guarded(ctx, struct), None)[1])
            config.event = log
            self._kept.append(log)

    def _memory(self, control: Array | None, allocator: Any) -> Any:
        """Where the memory comes from: the control area, two functions, or the heap."""
        if control is None and allocator is None:
            return ffi.NULL
        place = new("sqs_memory")
        if control is not None:
            place.control = address(control)
            place.control_bytes = control.nbytes
            self._kept.append(control)
        else:
            alloc, free = allocator
            taken = ffi.callback("sqs_alloc_fn", lambda _ctx, size, align: ffi.cast("void *", alloc(size, align)))
            given = ffi.callback(
                "sqs_free_fn", lambda _ctx, memory, size: free(int(ffi.cast("uintptr_t", memory)), size)
            )
            # A struct does not keep a callback: its pointer does not own it.
            place.alloc, place.free = taken, given
            self._kept += [taken, given]
        self._kept.append(place)
        return place

    def control_bytes(self) -> tuple[int, int]:
        """Size and alignment of the control area of a pipeline with this config."""
        size = ffi.new("size_t *")
        align = ffi.new("size_t *")
        check(lib.sqs_pipeline_control_bytes(self._config, size, align))
        return int(size[0]), int(align[0])

    @property
    def config(self) -> dict[str, int]:
        """The fields of the config as numbers."""
        fields = [name for name, kind in ffi.typeof("sqs_config").fields if kind.type.kind == "primitive"]
        return {name: int(getattr(self._config, name)) for name in fields}

    def error_detail(self) -> str:
        """The detail of the last error, in one sentence; empty before the first."""
        return detail(lib.sqs_pipeline_error_detail, self._handle)

    def _call(self, function: Callable[..., int], *args: Any) -> int:
        """Calls the library. Raises what a callback raised, or the error; returns other statuses."""
        if self._handle == ffi.NULL:
            raise ValueError("the pipeline is closed")
        if not self._lock.acquire(blocking=False):
            raise RuntimeError("the pipeline is in use by another thread")
        try:
            status = function(self._handle, *args)
            self._caught.reraise()
            if status < 0:
                raise error(status, self.error_detail())
            return status
        finally:
            self._lock.release()

    def reset(self) -> None:
        """Returns to row 0 of new input; keeps graph, plan and memory. The only way to use a poisoned pipeline again."""
        self._call(lib.sqs_pipeline_reset)

    def close(self) -> None:
        """Deletes the pipeline and frees its memory. A closed pipeline raises ValueError."""
        handle, self._handle = self._handle, ffi.NULL
        lib.sqs_pipeline_delete(handle)

    def __enter__(self: H) -> H:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            self.close()
