"""Pipelines: windows of sample streams through a graph of stages, in a fixed memory budget."""

from __future__ import annotations

from ._evaluate import Evaluation, Request
from ._nodes import Edge, Input, Stage
from ._structs import PlanInfo, Stats


class Pipeline(Evaluation):
    """A graph of stages over windows of samples, in memory that is known before it runs.

    Samples are grouped into (overlapping) windows, pass through stages, and result in rows: one per window. The rows are the
    same bits in every order, block size and budget. The names and their meaning are those of `sqrtspace.h`.

    Parameters
    ----------
    window, hop : int
        Samples of a window, and from the start of a window to the next. Default of hop: window.
    dtype : dtype
        Element type of the samples.
    channels : int
        Interleaved elements of a sample.
    mode : str
        "classic": all rows of one stage, then of the next; "sqrt": blocks of windows through all stages; "auto": the faster
        one within the budget.
    memory_budget_bytes : int
        Maximum size of the work area. A smaller one than needed is refused with the minimum.
    input_capacity : int
        Samples that the buffer of the pushed input holds. To evaluate a pushed recording at once, its length.
    checkpoint_every, checkpoint_slots : int
        Windows between checkpoints of stages with state, and their number.
    row_cache_bytes, cpu_cache_bytes : int
        Row cache, and processor cache of which a block should use at most half. The default is 2 MiB, four times that
        of C: each block costs a call of every stage, and a call of a stage in Python costs some microseconds. A block
        is no longer than a `memory_budget_bytes` allows. 0: the default of C.
    max_stages, max_edges, param_bytes : int
        Sizes of tables: by default 64 stages, 256 edges, 65536 bytes for lists of parameters.
    max_gaps : int
        Gaps of pushed inputs that are held at a time, for `push_gap`. Default: 0.
    gap_fill : int
        Value of missing samples of an integer type. Others are NaN.
    spill_dir : path
        Directory for the rows of classic requests.
    stream_only : bool
        Memory for opened outputs alone: no evaluation.
    host_defaults : bool
        Budget and processor cache from this machine, where they are not given.
    clock : function
        Returns nanoseconds, such as `time.perf_counter_ns`: times stages for `stage_stats` and `step_budget`.
    event : function
        Gets an `Event` at the end of a call: its error, damage found, an input that is full. An exception in it comes out of
        the call.
    memory : array
        The control area, of `control_bytes` bytes; then `seal` needs `work`.
    allocator : (function, function)
        Allocates (bytes, align) -> address, and frees (address, bytes).

    Notes
    -----
    Calls release the interpreter lock while the library works. A pipeline is used by one thread at a time: a call while
    another thread's call runs raises RuntimeError. An exception in a stage, source or sink comes out of the call that ran it
    as it is.

    Examples
    --------
    >>> import numpy as np, sqrtspace
    >>> pipe = sqrtspace.Pipeline(window=256, hop=128, memory_budget_bytes=256 << 10)
    >>> spectrum = pipe.rfft_magnitude(pipe.hann("input"))
    >>> tone = pipe.argmax(spectrum, name="tone")
    >>> pipe.set_source(np.sin(2 * np.pi * 0.125 * np.arange(4096)).astype("float32"))
    >>> np.unique(pipe.evaluate(tone))
    array([32], dtype=uint32)
    """


__all__ = ["Edge", "Input", "Pipeline", "PlanInfo", "Request", "Stage", "Stats"]
