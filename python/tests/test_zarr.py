"""The codecs of numcodecs and Zarr."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqrtspace

numcodecs = pytest.importorskip("numcodecs")
pytest.importorskip("sqrtspace.numcodecs_codec")
DTYPES = "int8 uint8 int16 uint16 int32 uint32 int64 uint64 float32 float64 bool >i2 >f8 complex64 M8[s] S5"
RNG = np.random.default_rng(3)


def chunk(dtype: str, shape: tuple[int, ...]) -> Any:
    numbers = RNG.integers(0, 9, int(np.prod(shape))).cumsum() % 100
    return numbers.astype("int8").astype(dtype).reshape(shape)


@pytest.mark.parametrize("dtype", DTYPES.split())
@pytest.mark.parametrize("shape", [(0,), (5000,), (40, 3), (6, 5, 4)])
def test_numcodecs(dtype: str, shape: tuple[int, ...]) -> None:
    codec = numcodecs.get_codec({"id": "sqrtspace", "effort": 3})
    assert codec.get_config() == {"id": "sqrtspace", "effort": 3, "codec": "auto"}
    array = chunk(dtype, shape)
    stream = codec.encode(array)
    assert codec.decode(stream).tobytes() == array.tobytes()
    if array.size:
        out = np.empty_like(array)
        codec.decode(stream, out=out)
        assert out.tobytes() == array.tobytes()
    turned = np.asfortranarray(array)
    assert codec.decode(codec.encode(turned)).tobytes() == turned.tobytes(order="A")
    assert codec.decode(codec.encode(array.tobytes())).tobytes() == array.tobytes()


def test_equal_chunks_give_equal_bytes(tmp_path: Path) -> None:
    codec = numcodecs.get_codec({"id": "sqrtspace"})
    one, two = chunk("int16", (5000,)), chunk("int16", (5000,))
    assert codec.encode(one) == codec.encode(one.copy()) != codec.encode(two)
    streams = [codec.encode(array) for array in (one, two, one[:0])]
    identities = {sqrtspace.verify(stream).stats.identity for stream in streams}
    assert len(identities) == 3 and 0 not in identities
    zarr = pytest.importorskip("zarr", "3")
    from sqrtspace.zarr_codec import SqrtspaceCodec

    for name in "ab":
        made = zarr.create_array(
            tmp_path / name, shape=(10_000,), chunks=(5000,), dtype="i2", serializer=SqrtspaceCodec(), compressors=None
        )
        made[:] = np.concatenate([one, one])
    chunks = [path.read_bytes() for name in "ab" for path in sorted((tmp_path / name / "c").iterdir())]
    assert len(chunks) == 4 and len(set(chunks)) == 1


def test_the_codecs_are_found_without_an_import(tmp_path: Path) -> None:
    if not any(point.name == "sqrtspace" for point in entry_points(group="numcodecs.codecs")):
        pytest.skip("the package is not installed")
    call = 'import numcodecs; print(numcodecs.get_codec({"id": "sqrtspace"}))'
    text = subprocess.run([sys.executable, "-c", call], check=True, capture_output=True, text=True).stdout
    assert text.startswith("Sqrtspace(")
    zarr = pytest.importorskip("zarr", "3")
    from sqrtspace.zarr_codec import SqrtspaceCodec

    made = zarr.create_array(tmp_path / "a", shape=(9,), dtype="i2", serializer=SqrtspaceCodec(), compressors=None)
    made[:] = np.arange(9)
    call = f'import zarr; print(zarr.open_array({str(tmp_path / "a")!r})[:].sum())'
    assert subprocess.run([sys.executable, "-c", call], check=True, capture_output=True, text=True).stdout == "36\n"


@pytest.mark.parametrize("dtype", "int16 uint8 float32 float64 int64 uint64 bool complex64 >i4".split())
@pytest.mark.parametrize("shape", [(10_000,), (300, 7), (20, 30, 4)])
def test_zarr_3(tmp_path: Path, dtype: str, shape: tuple[int, ...]) -> None:
    zarr = pytest.importorskip("zarr", "3")
    from sqrtspace.zarr_codec import SqrtspaceCodec

    array = chunk(dtype, shape)
    chunks = tuple(max(n // 3, 1) for n in shape)
    made = zarr.create_array(
        tmp_path / "a",
        shape=shape,
        chunks=chunks,
        dtype=array.dtype,
        serializer=SqrtspaceCodec(effort=4),
        compressors=None,
    )
    made[...] = array
    back = zarr.open_array(tmp_path / "a", mode="r")
    np.testing.assert_array_equal(back[...], array)
    assert '"sqrtspace"' in (tmp_path / "a" / "zarr.json").read_text()
    part = tuple(slice(1, n - 1, 2) for n in shape)
    np.testing.assert_array_equal(back[part], array[part])


def test_xarray(tmp_path: Path) -> None:
    xarray = pytest.importorskip("xarray")
    pytest.importorskip("zarr", "3")
    from sqrtspace.zarr_codec import SqrtspaceCodec

    given = xarray.Dataset(
        {"level": (("time", "axis"), RNG.integers(-5, 6, (5000, 3)).cumsum(0).astype("int16"))},
        {"time": np.arange(5000) * 0.01},
    )
    coded = {"serializer": SqrtspaceCodec(), "compressors": None}
    given.to_zarr(tmp_path / "s", encoding={"level": coded, "time": coded}, zarr_format=3, consolidated=False)
    xarray.testing.assert_identical(xarray.open_zarr(tmp_path / "s", consolidated=False).load(), given)
