"""Pipelines: rows against NumPy, Python stages, memory, streams, saved state."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqrtspace
from numpy.lib.stride_tricks import sliding_window_view
from sqrtspace import Edge, Pipeline, Request, Status

RNG = np.random.default_rng(5)


def noise(n: int) -> Any:
    return RNG.standard_normal(n).astype("float32")


def windows(x: Any, window: int, hop: int) -> Any:
    return sliding_window_view(x, window)[::hop]


@pytest.mark.parametrize("mode", ["auto", "classic", "sqrt"])
def test_a_built_in_graph_is_numpy_s(mode: str) -> None:
    x = noise(20000)
    pipe = Pipeline(512, 128, mode=mode)
    power = pipe.rfft_power(pipe.hann("input"))
    total = pipe.sum(power)
    pipe.set_source(x)
    want = windows(x, 512, 128) * (np.sin(np.pi * np.arange(512) / 512) ** 2)
    rows = pipe.evaluate(total)
    assert rows.shape == (len(want), 1) and rows.dtype == np.float32
    np.testing.assert_allclose(rows[:, 0], (np.abs(np.fft.rfft(want)) ** 2).sum(1), rtol=1e-5)


def test_a_python_stage_gets_views_and_returns_rows() -> None:
    x = noise(5000)
    pipe = Pipeline(64, 16)
    seen: list[tuple[bool, tuple[int, ...]]] = []

    @pipe.stage("range", dtype="float32", len=2)
    def extremes(rows: Any) -> Any:
        seen.append((rows.flags.owndata or rows.flags.writeable, rows.strides))
        return np.stack([rows.min(axis=1), rows.max(axis=1)], axis=1)

    pipe.set_source(x)
    rows = pipe.evaluate("range")
    want = windows(x, 64, 16)
    np.testing.assert_array_equal(rows, np.stack([want.min(1), want.max(1)], 1))
    # Overlapping windows are a view: a row begins a hop after the one before it.
    assert all(not owned and strides == (64, 4) for owned, strides in seen)
    assert len(seen) < len(rows) / 8, "a call per block, not per row"


def test_type_and_length_follow_from_what_a_function_returns() -> None:
    pipe = Pipeline(32, 32)

    @pipe.stage("bins")
    def bins(x: Any) -> Any:
        return np.abs(np.fft.rfft(x, axis=1))

    @pipe.stage("top", inputs=["bins"])
    def top(x: Any) -> Any:
        return np.argmax(x, axis=1, keepdims=True).astype(np.int32)

    node = pipe.node("bins")
    assert (node.dtype, node.len) == (np.dtype("float32"), 17)
    assert pipe.node("top").dtype == np.int32
    x = noise(3200)
    pipe.set_source(x)
    np.testing.assert_array_equal(
        pipe.evaluate("top")[:, 0], np.abs(np.fft.rfft(x.reshape(-1, 32))).argmax(1).astype("i4")
    )


def test_halos_boundaries_and_strides() -> None:
    x = noise(80)
    pipe = Pipeline(4, 4)

    @pipe.stage("near", Edge("input", 2, 1, "clamp"), dtype="float32", len=1, stride=3)
    def near(rows: Any) -> Any:
        assert rows.shape[1:] == (4, 4)
        return rows.sum(axis=(1, 2))

    pipe.set_source(x)
    w = x.reshape(-1, 4)
    at = np.clip(np.arange(0, 20, 3)[:, None] + np.arange(-2, 2), 0, 19)
    np.testing.assert_allclose(pipe.evaluate("near")[:, 0], w[at].sum((1, 2)), rtol=1e-5)


def test_channels_are_an_axis() -> None:
    x = noise(600).reshape(200, 3)
    pipe = Pipeline(10, 5, channels=3)

    @pipe.stage("sum", dtype="float32", len=3)
    def total(rows: Any) -> Any:
        assert rows.shape[1:] == (10, 3)
        return rows.sum(axis=1)

    pipe.set_source(x)
    want = np.stack([x[i : i + 10].sum(0) for i in range(0, 191, 5)])
    np.testing.assert_allclose(pipe.evaluate("sum"), want, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("reverse", [False, True])
def test_a_scan_in_python(reverse: bool) -> None:
    x = noise(4000)
    pipe = Pipeline(8, 8)

    @pipe.stage("walk", dtype="float64", len=1, state="float64", initial=1.0, reverse=reverse)
    def walk(rows: Any, *, state: Any, first: int) -> Any:
        sums = rows.sum(axis=1, dtype="float64")
        if reverse:
            result = np.cumsum(sums[::-1])[::-1] + state
            state[...] = result[0]
        else:
            result = np.cumsum(sums) + state
            state[...] = result[-1]
        return result

    pipe.set_source(x)
    sums = x.reshape(-1, 8).sum(1, dtype="float64")
    want = 1 + (np.cumsum(sums[::-1])[::-1] if reverse else np.cumsum(sums))
    np.testing.assert_allclose(pipe.evaluate("walk")[:, 0], want, rtol=1e-9)
    if not reverse:
        np.testing.assert_allclose(pipe.evaluate("walk", 300, 10)[:, 0], want[300:310], rtol=1e-9)


class Stopped(Exception):
    pass


@pytest.mark.parametrize("where", ["stage", "init", "source", "sink"])
def test_an_exception_comes_out_as_itself(where: str) -> None:
    pipe = Pipeline(8, 8)
    problem = Stopped("here")
    fail = [where]

    def initial(state: Any) -> None:
        if fail == ["init"]:
            raise problem

    @pipe.stage("s", dtype="float32", len=1, state="int32", initial=initial)
    def stage(x: Any, *, state: Any) -> Any:
        if fail == ["stage"]:
            raise problem
        return x[:, 0]

    def read(first: int, out: Any) -> int:
        if fail == ["source"]:
            raise problem
        out[:] = np.arange(first, first + len(out))
        return len(out)

    pipe.set_source(read, samples=800)

    def sink(first: int, rows: Any) -> None:
        if fail == ["sink"]:
            raise problem

    with pytest.raises(Stopped) as caught:
        pipe.evaluate_to("s", sink)
    assert caught.value is problem
    # The pipeline is as before: it computes the rows once the function works.
    fail.clear()
    np.testing.assert_array_equal(pipe.evaluate("s")[:, 0], np.arange(0, 800, 8))


def test_a_stage_that_keeps_its_rows_is_refused() -> None:
    pipe = Pipeline(8, 8)
    kept = []

    @pipe.stage("s", dtype="float32", len=1)
    def stage(x: Any) -> Any:
        kept.append(x[:1])
        return x[:, 0]

    pipe.set_source(noise(80))
    with pytest.raises(RuntimeError, match="keeps rows"):
        pipe.evaluate("s")


def test_wrong_rows_of_a_stage() -> None:
    pipe = Pipeline(8, 8)

    @pipe.stage("s", dtype="float32", len=2)
    def stage(x: Any) -> Any:
        return x[:, 0]

    pipe.set_source(noise(80))
    with pytest.raises(ValueError, match=r"'s' returned shape \(\d+,\) for \d+ rows of 2 elements"):
        pipe.evaluate("s")


def test_a_call_from_a_callback_is_refused() -> None:
    pipe = Pipeline(8, 8)

    @pipe.stage("s", dtype="float32", len=1)
    def stage(x: Any) -> Any:
        pipe.plan()
        return x[:, 0]

    pipe.set_source(noise(80))
    with pytest.raises(sqrtspace.ReentrantError):
        pipe.evaluate("s")


def test_a_second_thread_is_refused_and_the_interpreter_runs_on() -> None:
    pipe = Pipeline(8, 8)
    inside, leave = threading.Event(), threading.Event()

    @pipe.stage("s", dtype="float32", len=1)
    def stage(x: Any) -> Any:
        inside.set()
        assert leave.wait(10)
        return x[:, 0]

    pipe.set_source(noise(80))
    thread = threading.Thread(target=pipe.evaluate, args=("s",))
    thread.start()
    assert inside.wait(10)
    with pytest.raises(RuntimeError, match="another thread"):
        pipe.stats()
    leave.set()
    thread.join()
    assert pipe.stats().stage_calls >= 1


def test_other_threads_run_while_the_library_works() -> None:
    x = noise(1 << 21)
    ran = 0
    done = threading.Event()

    def work() -> None:
        with Pipeline(4096, 64) as pipe:
            pipe.set_source(x)
            pipe.evaluate(pipe.quantile("input", q=[0.5]))
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    while not done.is_set():
        ran += 1
    thread.join()
    assert ran > 1000


def test_push_step_pull() -> None:
    x = noise(10000)
    pipe = Pipeline(100, 50, stream_only=True, input_capacity=1000)
    mean = pipe.open(pipe.mean("input"))
    at, got = 0, []
    while at < len(x):
        at += pipe.push(x[at:])
        got += list(pipe.rows(mean))
    pipe.end()
    got += list(pipe.rows(mean, block=3))
    np.testing.assert_allclose(np.concatenate(got)[:, 0], windows(x, 100, 50).mean(1), rtol=1e-4, atol=1e-6)
    assert pipe.position(mean) == (199, 199)
    assert pipe.pull(mean)[0] is Status.END
    assert pipe.step()[0] is Status.END


def test_reverse_blocks_and_cancel() -> None:
    x = noise(8000)
    pipe = Pipeline(8, 8)
    level = pipe.ema("input", alpha=0.1)
    pipe.set_source(x)
    pipe.seal(level, Request(level, order="reverse"))
    forward = pipe.evaluate(level)
    np.testing.assert_array_equal(pipe.evaluate(level, order="reverse")[::-1], forward)
    blocks = list(pipe.blocks(level, 10, 500, max_windows=100))
    np.testing.assert_array_equal(np.concatenate([rows for _, rows in blocks]), forward[10:510])
    assert [first for first, _ in blocks] == list(np.cumsum([10, *(len(rows) for _, rows in blocks)])[:-1])
    running = pipe.blocks(level, order="reverse", max_windows=10)
    first, rows = next(running)
    assert first == 999
    running.close()
    assert not pipe.stats().evaluating


def test_exported_plans() -> None:
    samples = noise(102400)

    def made(hop: int = 512) -> Pipeline:
        pipe = Pipeline(1024, hop)
        pipe.energy("input", name="loud")
        pipe.set_source(samples)
        return pipe

    planned, pipe = made(), made()
    plan = planned.export_plan("loud")
    pipe.seal_planned(plan)
    planned.seal("loud")
    assert np.array_equal(pipe.evaluate("loud"), planned.evaluate("loud"))
    assert pipe.stats() == planned.stats()
    with pytest.raises(sqrtspace.GraphError, match="another config or graph"):
        made(hop=256).seal_planned(plan)
    with pytest.raises(sqrtspace.CorruptError, match="CRC"):
        made().seal_planned(plan[:-1] + bytes([plan[-1] ^ 1]))
    with pytest.raises(sqrtspace.StateError, match="already"):
        pipe.seal_planned(plan)


def test_plans_budgets_and_errors() -> None:
    pipe = Pipeline(1024, 1024, memory_budget_bytes=100)
    loud = pipe.energy("input")
    with pytest.raises(sqrtspace.BudgetError, match="budget") as refused:
        pipe.plan(loud)
    assert isinstance(refused.value, MemoryError) and refused.value.status == Status.ERR_BUDGET
    assert refused.value.detail == str(refused.value) == pipe.error_detail()
    with pytest.raises(sqrtspace.ArgumentError, match="threshold"):
        pipe.threshold("input", level=float("nan"))
    with pytest.raises(KeyError, match="nothing"):
        pipe.mean("nothing")
    fine = Pipeline(1024, 1024, memory_budget_bytes=1 << 20)
    loud = fine.energy("input")
    plan = fine.plan(Request(loud, count=1000))
    assert 0 < plan.work_bytes <= 1 << 20
    assert "windows" in fine.explain(loud)
    fine.set_source(noise(102400))
    fine.seal(loud)
    assert fine.evaluate(loud).shape == (100, 1)
    stats = fine.stats()
    assert stats.peak_bytes <= stats.plan_bytes
    with pytest.raises(sqrtspace.StateError):
        fine.mean("input")
    fine.close()
    with pytest.raises(ValueError, match="closed"):
        fine.stats()


def test_rows_inputs_waits_and_times() -> None:
    events: list[sqrtspace.Event] = []
    pipe = Pipeline(64, 16, input_capacity=256, clock=time.perf_counter_ns, event=events.append)
    level = pipe.rms("input", name="level")
    rows = pipe.info(level)
    assert (rows.name, rows.len, rows.row_bytes, rows.windows_per_row) == ("level", 1, 4, 1)
    windows = pipe.info("input")
    assert (windows.name, windows.len, windows.row_step, windows.row_channels) == ("input", 64, 16, 1)
    pipe.open(level, 3)
    x = noise(300)
    assert pipe.push(x) == 256
    assert [event.text for event in events] and events[0].severity == 0
    assert pipe.input_position() == (0, 256, 0) and pipe.available(level) == 13
    status, done, spent = pipe.step_budget(10**9)
    assert status >= 0 and done > 0 and spent > 0
    assert pipe.step()[0] is Status.AGAIN
    wait = pipe.blocked_on()
    assert (wait.what, wait.id, wait.have) == (1, level.id, 3)
    counts = pipe.stage_stats(level)
    assert counts.rows >= 3 and counts.calls >= 1 and counts.time_ns >= counts.max_call_ns > 0
    with pytest.raises(sqrtspace.StateError):
        pipe.mean("input")
    assert events[-1].severity == 2 and events[-1].status == Status.ERR_STATE and events[-1].text


def test_missing_samples_keep_their_positions(tmp_path: Path) -> None:
    gaps = [(10, 12), (40, 90)]
    x = noise(400)
    held = x.copy()
    for first, end in gaps:
        held[first:end] = np.nan
    want = np.array([np.isnan(held[t : t + 16]).sum() for t in range(0, 385, 8)])
    means = np.array([held[t : t + 16].mean() for t in range(0, 385, 8)])
    source = Pipeline(16, 8)
    mean = source.mean("input", name="mean")
    source.set_source(x, gaps=gaps)
    assert np.allclose(source.evaluate(mean).ravel(), means, equal_nan=True)
    assert np.array_equal(source.rows_missing(mean, 0, 49), want)
    # The same from a file of which ranges of bytes are missing, and pushed.
    path = tmp_path / "recovered.raw"
    x.tofile(path)
    recovered = Pipeline(16, 8)
    mean = recovered.mean("input", name="mean")
    assert recovered.set_source_file(path, missing=[(4 * first + 1, 4 * end) for first, end in gaps]) == 400
    assert np.allclose(recovered.evaluate(mean).ravel(), means, equal_nan=True)
    pushed = Pipeline(16, 8, input_capacity=400, max_gaps=2)
    mean = pushed.open(pushed.mean("input", name="mean"))
    assert pushed.push(x[:10]) == 10 and pushed.push_gap(2) == 2 and pushed.push(x[12:40]) == 28
    assert pushed.push_gap(50) == 50 and pushed.push(x[90:]) == 310
    pushed.step()
    with pytest.raises(sqrtspace.LimitError):
        pushed.push_gap(1)
    _, rows, missing = pushed.pull_counted(mean)
    assert np.allclose(rows.ravel(), means, equal_nan=True) and np.array_equal(missing, want)
    counts = Pipeline(4, dtype="int16", gap_fill=-1, max_gaps=1)
    counts.input("slow", 4, dtype="uint8", gap_fill=9)
    with pytest.raises(sqrtspace.ArgumentError, match="gap_fill"):
        Pipeline(4, gap_fill=3)


def test_an_exception_in_an_event_comes_out() -> None:
    def fail(event: sqrtspace.Event) -> None:
        raise Stopped(event.text)

    pipe = Pipeline(64, 64, event=fail)
    with pytest.raises(Stopped, match="level"):
        pipe.threshold("input", level=float("nan"))


def test_memory_of_the_caller() -> None:
    size, align = Pipeline(64, 64, max_stages=4, max_edges=4, param_bytes=256).control_bytes()
    control = np.zeros(size // 8 + 1, np.uint64)
    pipe = Pipeline(64, 64, max_stages=4, max_edges=4, param_bytes=256, memory=control)
    loud = pipe.energy("input")
    x = noise(6400)
    pipe.set_source(x)
    work = np.zeros(pipe.plan(loud).work_bytes // 8 + 1, np.uint64)
    pipe.seal(loud, work=work)
    np.testing.assert_allclose(pipe.evaluate(loud)[:, 0], (x.reshape(-1, 64) ** 2).sum(1), rtol=1e-5)

    held: dict[int, Any] = {}

    def alloc(size: int, align: int) -> int:
        memory = np.zeros(size + align, np.uint8)
        at = memory.ctypes.data + -memory.ctypes.data % align
        held[at] = memory
        return int(at)

    with Pipeline(64, 64, allocator=(alloc, lambda at, size: held.pop(at).fill(0))) as other:
        loud = other.energy("input")
        other.set_source(x)
        other.evaluate(loud)
        assert len(held) == 2
    assert not held


def test_save_and_restore(tmp_path: Path) -> None:
    x = noise(4096)

    def build() -> Any:
        pipe = Pipeline(16, 16, input_capacity=512, stream_only=True)
        pipe.open(pipe.ema("input", alpha=0.05, name="level"))
        pipe.seal()
        return pipe

    def run(pipe: Any, at: int, end: int) -> list[Any]:
        rows = []
        while at < end:
            at += pipe.push(x[at:end])
            rows += list(pipe.rows("level"))
        return rows

    whole = np.concatenate(run(build(), 0, 4096))
    first = build()
    rows = run(first, 0, 2000)
    saved = first.save(tmp_path / "state")
    assert (tmp_path / "state").read_bytes() == saved and len(saved) <= first.checkpoint_bytes()
    second = build()
    (at,) = second.restore(tmp_path / "state")
    assert at == 2000
    rows += run(second, at, 4096)
    np.testing.assert_array_equal(np.concatenate(rows), whole)
    with pytest.raises(sqrtspace.CorruptError):
        build().restore(saved[:-1])
    assert second.scrub() >= 0
    second.reset()
    np.testing.assert_array_equal(np.concatenate(run(second, 0, 4096)), whole)


def test_two_inputs_files_and_growing_sources(tmp_path: Path) -> None:
    x, y = noise(1000), noise(2000)
    y.astype(">f4").tofile(tmp_path / "y")
    pipe = Pipeline(10, 10)
    pipe.input("other", 20, 20)

    @pipe.stage("dot", inputs=["input", "other"], dtype="float32", len=1)
    def dot(a: Any, b: Any) -> Any:
        return (a * b[:, ::2]).sum(axis=1)

    pipe.set_source(x, growing=True, samples=500)
    assert pipe.set_source_file(tmp_path / "y", "other", byte_order="big") == 2000
    assert pipe.find("dot") == pipe.node("dot").id
    assert len(pipe.evaluate("dot")) == 50
    pipe.extend_source(1000)
    want = (x.reshape(-1, 10) * y.reshape(-1, 20)[:, ::2]).sum(1)
    np.testing.assert_allclose(pipe.evaluate("dot")[:, 0], want, rtol=1e-4, atol=1e-5)


def test_pushed_recordings_and_out() -> None:
    x = noise(640)
    pipe = Pipeline(64, 64, input_capacity=640)
    loud = pipe.energy("input")
    assert pipe.push(x) == 640
    out = np.empty((10, 1), "float32")
    assert pipe.evaluate(loud, 0, 10, out=out) is out
    np.testing.assert_allclose(out[:, 0], (x.reshape(-1, 64) ** 2).sum(1), rtol=1e-5)
    with pytest.raises(TypeError, match="float64"):
        pipe.push(x.astype("float64"))


def test_rows_into_an_encoded_file(tmp_path: Path) -> None:
    x = noise(6400)
    pipe = Pipeline(64, 64)
    bins = pipe.rfft_magnitude("input")
    pipe.set_source(x)
    stats = pipe.evaluate_to_file(bins, tmp_path / "rows.sqs")
    rows = pipe.evaluate(bins)
    assert stats.raw_bytes == rows.nbytes
    np.testing.assert_array_equal(sqrtspace.open(tmp_path / "rows.sqs").read(), rows)
    pieces: list[bytes] = []
    pipe.evaluate_encoded(bins, pieces.append)
    np.testing.assert_array_equal(sqrtspace.decode(b"".join(pieces)), rows)
    problem = Stopped()

    def fail(_: bytes) -> None:
        raise problem

    with pytest.raises(Stopped):
        pipe.evaluate_encoded(bins, fail)
