"""The filter with h5py, h5dump and h5repack, in processes of their own: HDF5 reads HDF5_PLUGIN_PATH at its start.

The environment variable SQRTSPACE_HDF5 names the folder of libh5sqrtspace.so: see README.md.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

PLUGINS = os.environ.get("SQRTSPACE_HDF5", "")
if not PLUGINS:
    pytest.skip("SQRTSPACE_HDF5 names no folder", allow_module_level=True)
pytest.importorskip("h5py")
DTYPES = "i1 u1 <i2 >i2 u2 i4 u4 i8 u8 f4 >f4 f8 f2 c8 S5 ?"

WRITE = """
import h5py, numpy as np, sys
arrays = np.load(sys.argv[1])
with h5py.File(sys.argv[2], "w") as file:
    for name in arrays.files:
        a = arrays[name]
        for shuffle in (False, True):
            for opts in (None, (1,), (9,)):
                made = file.create_dataset(
                    f"{name} {shuffle} {opts}", data=a, chunks=tuple(max(n // 3, 1) for n in a.shape),
                    compression=313, compression_opts=opts, shuffle=shuffle, fletcher32=opts == (9,))
"""

READ = """
import h5py, numpy as np, sys
arrays = np.load(sys.argv[1])
with h5py.File(sys.argv[2]) as file:
    for key in file:
        a = arrays[key.split()[0]]
        assert file[key].dtype == a.dtype, key
        assert (file[key][...] == a).all(), key
        part = tuple(slice(1, n - 1, 2) for n in a.shape)
        assert (file[key][part] == a[part]).all(), key
    print(len(file), {key: file[key].id.get_storage_size() for key in file})
"""


def run(*call: str | Path, plugins: str | None = PLUGINS, check: bool = True) -> Any:
    environment = {key: value for key, value in os.environ.items() if key != "HDF5_PLUGIN_PATH"}
    if plugins:
        environment["HDF5_PLUGIN_PATH"] = plugins
    done = subprocess.run([str(part) for part in call], env=environment, capture_output=True, text=True, timeout=100)
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("h5")
    rng = np.random.default_rng(2)
    arrays = {}
    for dtype in DTYPES.split():
        for shape in ((5000,), (700, 3), (20, 30, 40)):
            numbers = rng.integers(-2, 3, int(np.prod(shape))).cumsum() % 100
            arrays[f"{dtype}{len(shape)}"] = numbers.astype("i1").astype(dtype).reshape(shape)
    np.savez(folder / "arrays.npz", **arrays)
    run(sys.executable, "-c", WRITE, folder / "arrays.npz", folder / "x.h5")
    return folder / "arrays.npz", folder / "x.h5"


def test_chunks_of_every_type_come_back(files: tuple[Path, Path]) -> None:
    text = run(sys.executable, "-c", READ, *files).stdout
    assert text.startswith(f"{len(DTYPES.split()) * 3 * 6} ")
    sizes = eval(text.split(" ", 1)[1])
    # Samples are coded as samples.
    assert sizes["<i21 False None"] < 10_000 / 4
    assert sizes["i43 False None"] < 96_000 / 3


def test_without_the_plugin_hdf5_reports_it(files: tuple[Path, Path], tmp_path: Path) -> None:
    failed = run(sys.executable, "-c", READ, *files, plugins=str(tmp_path), check=False)
    # The sentence differs from version to version.
    assert failed.returncode == 1 and "OSError" in failed.stderr and "plugin" in failed.stderr


def test_a_damaged_chunk_is_an_error(files: tuple[Path, Path], tmp_path: Path) -> None:
    damage = f"""
import h5py
with h5py.File({str(tmp_path / "d.h5")!r}, "w") as file:
    data = file.create_dataset("x", data=range(10000), chunks=(10000,), dtype="i4", compression=313)
with h5py.File({str(tmp_path / "d.h5")!r}) as file:
    place = file["x"].id.get_chunk_info(0)
with open({str(tmp_path / "d.h5")!r}, "r+b") as file:
    file.seek(place.byte_offset + place.size // 2)
    byte = file.read(1)[0]
    file.seek(-1, 1)
    file.write(bytes([byte ^ 1]))
with h5py.File({str(tmp_path / "d.h5")!r}) as file:
    file["x"][...]
"""
    failed = run(sys.executable, "-c", damage, check=False)
    assert failed.returncode == 1 and "OSError" in failed.stderr and "filter returned failure" in failed.stderr


def test_equal_chunks_give_equal_bytes(tmp_path: Path) -> None:
    program = f"""
import h5py, numpy as np
rng = np.random.default_rng(5)
one, two = rng.integers(-3, 4, (2, 4000)).cumsum(1).astype("i4")
chunks, identities = [], []
for name in "ab":
    with h5py.File({str(tmp_path)!r} + "/" + name, "w") as file:
        file.create_dataset("x", data=np.concatenate([one, two, one]), chunks=(4000,), compression=313)
    with h5py.File({str(tmp_path)!r} + "/" + name) as file:
        chunks += [file["x"].id.read_direct_chunk((at,))[1] for at in (0, 4000, 8000)]
first, second = chunks[:2]
assert chunks == [first, second, first] * 2 and first != second
assert first[:4] == second[:4] == bytes.fromhex("F55351B2") and first[4] >> 4 == 2
assert first[9:17] != second[9:17] and bytes(8) not in (first[9:17], second[9:17])
value = 0xCBF29CE484222325
for byte in one.tobytes():
    value = (value ^ byte) * 0x100000001B3 % 2**64
assert int.from_bytes(first[9:17], "big") == value
"""
    run(sys.executable, "-c", program)


def test_an_effort_out_of_range_is_refused(tmp_path: Path) -> None:
    call = f'import h5py; h5py.File({str(tmp_path / "e.h5")!r}, "w").create_dataset("x", data=[1, 2], compression=313, '
    assert run(sys.executable, "-c", call + "compression_opts=(10,))", check=False).returncode == 1
    run(sys.executable, "-c", call + "compression_opts=(9,))")


@pytest.mark.skipif(not shutil.which("h5repack"), reason="hdf5-tools is not installed")
def test_the_tools(files: tuple[Path, Path], tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    walk = rng.integers(-3, 4, 50_000).cumsum().astype("i4")
    np.savez(tmp_path / "a.npz", walk=walk)
    make = f"""
import h5py, numpy as np
h5py.File({str(tmp_path / "plain.h5")!r}, "w").create_dataset(
    "walk", data=np.load({str(tmp_path / "a.npz")!r})["walk"], chunks=(10000,))
"""
    run(sys.executable, "-c", make)
    run("h5repack", "-f", "UD=313,0,1,5", tmp_path / "plain.h5", tmp_path / "packed.h5")
    assert (tmp_path / "packed.h5").stat().st_size < (tmp_path / "plain.h5").stat().st_size / 4
    shown = run("h5dump", "-p", "-d", "/walk[49999]", tmp_path / "packed.h5").stdout
    assert "FILTER_ID 313" in shown and f"(49999): {walk[-1]}" in shown
    run(sys.executable, "-c", READ, tmp_path / "a.npz", tmp_path / "packed.h5")
    run("h5repack", "-f", "NONE", tmp_path / "packed.h5", tmp_path / "back.h5")
    assert "FILTER_ID" not in run("h5dump", "-p", "-H", tmp_path / "back.h5").stdout
    run(sys.executable, "-c", READ, tmp_path / "a.npz", tmp_path / "back.h5")
    missing = run("h5dump", "-d", "/walk", tmp_path / "packed.h5", plugins=None, check=False)
    assert missing.returncode != 0
    # The tools read what h5py wrote.
    assert "(4999): " in run("h5dump", "-d", "<i21 False None[4999]", files[1]).stdout
