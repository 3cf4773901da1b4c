"""Files and ranges on Dask: the same bytes as in one process, with workers that are killed."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqrtspace

pytest.importorskip("distributed")
pytest.importorskip("fsspec")
import dask
import distributed
from sqrtspace import Pipeline
from sqrtspace import dask as archive


def filtered(path: str) -> tuple[Pipeline, str]:
    """A graph with state: a filter, windows of its output, and their median."""
    pipe = Pipeline(64, dtype="int16")
    pipe.biquad("input", sos=[0.02, 0.04, 0.02, 1, -1.6, 0.68], name="low")
    pipe.frame(sqrtspace.Edge("low", 0, 3), name="windows")
    pipe.quantile("windows", q=[0.5, 0.9], name="level")
    pipe.set_source_file(path)
    return pipe, "level"


READ: list[int] = []


def counted(path: str) -> tuple[Pipeline, str]:
    """The same graph, whose source counts the samples that it reads."""
    samples = np.memmap(path, "int16", "r")

    def read(first: int, room: Any) -> int:
        READ.append(len(room))
        room[...] = samples[first : first + len(room)]
        return len(room)

    pipe = Pipeline(64, dtype="int16")
    pipe.biquad("input", sos=[0.02, 0.04, 0.02, 1, -1.6, 0.68], name="low")
    pipe.frame(sqrtspace.Edge("low", 0, 3), name="windows")
    pipe.quantile("windows", q=[0.5, 0.9], name="level")
    pipe.set_source(read, samples=len(samples))
    return pipe, "level"


def slow_encode(source: str, folder: str) -> Any:
    """Encodes a file, after a note of the worker's process."""
    name = os.path.basename(source)
    Path(folder, f"{name}.{os.getpid()}.{time.time_ns()}").touch()
    time.sleep(0.5)
    return archive.encode_file(source, archive.target_of(source, folder + "/out", ".sqs"), dtype="int16")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    quiet = {"distributed.admin.large-graph-warning-threshold": "1GB", "logging.distributed": "critical"}
    with dask.config.set(quiet), distributed.LocalCluster(
        n_workers=4, threads_per_worker=1, dashboard_address=None, resources={"memory": 64 << 20}, silence_logs=50
    ) as made:
        yield made


def recordings(folder: Path, count: int, samples: int) -> list[str]:
    rng = np.random.default_rng(4)
    paths = []
    for i in range(count):
        path = folder / f"r{i:02}.i16"
        rng.integers(-9, 10, samples).cumsum().astype("int16").tofile(path)
        paths.append(str(path))
    return paths


def test_files_without_a_cluster(tmp_path: Path) -> None:
    paths = recordings(tmp_path, 3, 50_000)
    with dask.config.set(scheduler="synchronous"):
        done = dask.compute(*archive.encode(paths, f"{tmp_path}/coded", dtype="int16"))
        assert [result.whole for result in done] == [True] * 3
        for path in paths:
            one = tmp_path / "one.sqs"
            sqrtspace.encode_file(path, one, dtype="int16", identity=archive.identity_of(path))
            assert Path(archive.target_of(path, f"{tmp_path}/coded", ".sqs")).read_bytes() == one.read_bytes()
        assert len({archive.identity_of(path) for path in paths}) == 3
        given = dask.compute(*archive.encode(paths[:1], f"{tmp_path}/given", dtype="int16", identity=9))
        assert sqrtspace.verify(given[0].target).stats.identity == 9
        coded = [result.target for result in done]
        (tmp_path / "coded/r01.i16.sqs").write_bytes(b"\0" * 1000 + Path(coded[1]).read_bytes()[1000:])
        checked = dask.compute(*archive.verify(coded))
        assert [result.whole for result in checked] == [True, False, True] and checked[1].missing
        back = dask.compute(*archive.decode(coded[::2], f"{tmp_path}/back"))
        assert Path(back[1].target).read_bytes() == Path(paths[2]).read_bytes()
        with pytest.raises(sqrtspace.DamagedError):
            dask.compute(*archive.decode(coded[1:2], f"{tmp_path}/back"))
        assert sorted(path.name for path in (tmp_path / "back").iterdir()) == ["r00.i16", "r02.i16"]


def test_an_object_store(tmp_path: Path) -> None:
    paths = recordings(tmp_path, 2, 20_000)
    with dask.config.set(scheduler="synchronous"):
        done = dask.compute(*archive.encode(paths, "memory://coded", dtype="int16"))
        assert done[0].target == "memory://coded/r00.i16.sqs"
        assert all(result.whole for result in dask.compute(*archive.verify([result.target for result in done])))
        dask.compute(*archive.decode([done[1].target], str(tmp_path / "back")))
    assert (tmp_path / "back/r01.i16").read_bytes() == Path(paths[1]).read_bytes()


def test_ranges_of_a_graph_with_state_have_the_bits_of_one_run(cluster: Any, tmp_path: Path) -> None:
    (path,) = recordings(tmp_path, 1, 640_000)
    pipe, stage = filtered(path)
    want = pipe.evaluate(stage)
    with distributed.Client(cluster) as client:
        client.upload_file(__file__)
        rows = archive.evaluate(filtered, path, rows=700, resources=True)
        assert rows.numblocks == (15, 1) and rows.shape == want.shape
        np.testing.assert_array_equal(rows.compute(), want)


def test_ranges_start_from_the_nearest_state(tmp_path: Path) -> None:
    (path,) = recordings(tmp_path, 1, 640_000)
    want = counted(path)[0].evaluate("level")
    states = archive.states_of(counted, path)
    for first in range(0, len(want), 1000):
        for given, most in ((states, 1000 + len(want) // 16 + 100), (b"", first + 1100)):
            READ.clear()
            rows = archive.evaluate_range(counted, (path,), first, 1000, given)
            np.testing.assert_array_equal(rows, want[first : first + 1000])
            assert sum(READ) <= 64 * most
    assert sum(READ) > 64 * 9000, "without states the last range reads everything"


def test_rows_to_zarr_and_parquet(tmp_path: Path) -> None:
    zarr = pytest.importorskip("zarr", "3")
    parquet = pytest.importorskip("pyarrow.parquet")
    (path,) = recordings(tmp_path, 1, 100_000)
    want = filtered(path)[0].evaluate("level")
    with dask.config.set(scheduler="synchronous"):
        archive.evaluate(filtered, path, rows=500).to_zarr(str(tmp_path / "rows.zarr"))
        names = dask.compute(*archive.to_parquet(filtered, path, folder=f"{tmp_path}/rows", rows=500, rate=100.0))
        urls = dask.compute(*archive.to_parquet(filtered, path, folder="memory://rows", rows=500, rate=100.0))
    np.testing.assert_array_equal(zarr.open_array(tmp_path / "rows.zarr", mode="r")[...], want)
    table = parquet.read_table(tmp_path / "rows")
    np.testing.assert_array_equal(np.stack(table["level"].to_numpy()), want)
    assert table["row"].to_pylist() == list(range(len(want))) and len(names) == len(urls) == 4
    import fsspec

    with fsspec.open(urls[3], "rb") as file:
        assert file.read() == Path(names[3]).read_bytes()


def test_the_plan_is_the_resource_of_a_task(tmp_path: Path) -> None:
    (path,) = recordings(tmp_path, 1, 100_000)
    rows = archive.evaluate(filtered, path, rows=500, resources=True)
    given = [layer.annotations for layer in rows.dask.layers.values() if layer.annotations]
    assert len(given) == 5 and rows.numblocks == (4, 1)
    needs = archive.plan_of(filtered, path, count=500).work_bytes
    assert all(found == {"resources": {"memory": needs}} for found in given)


def test_a_killed_worker_costs_its_tasks_alone(cluster: Any, tmp_path: Path) -> None:
    paths = recordings(tmp_path, 8, 200_000)
    (tmp_path / "notes").mkdir()
    with distributed.Client(cluster) as client:
        client.upload_file(__file__)
        futures = [client.submit(slow_encode, path, str(tmp_path / "notes"), pure=True) for path in paths]
        end = time.monotonic() + 60
        while not (begun := list((tmp_path / "notes").glob("r*"))) and time.monotonic() < end:
            time.sleep(0.01)
        # The end of the process that has begun a task.
        os.kill(int(begun[0].name.split(".")[2]), 9)
        results = client.gather(futures)
    attempts = [path.name for path in (tmp_path / "notes").glob("r*")]
    assert len(attempts) >= 9, "the task of the killed worker ran again"
    assert len({name.split(".")[0] for name in attempts}) == 8 and len(attempts) <= 8 + 3
    for path, result in zip(paths, results, strict=True):
        sqrtspace.encode_file(path, tmp_path / "one.sqs", dtype="int16", identity=archive.identity_of(path))
        assert Path(result.target).read_bytes() == (tmp_path / "one.sqs").read_bytes()
    left = [path.name for path in (tmp_path / "notes/out").iterdir() if path.name.endswith(".tmp")]
    assert len(left) <= 1
