#!/usr/bin/env python3
"""The codec beside others on chunks of arrays: `python benches/chunks.py [FOLDER] [--megabytes N] [--chunk BYTES]`.

Rows: numcodecs (what Zarr writes and reads), then HDF5 by h5py, if SQRTSPACE_HDF5 names the folder of the filter. The
packages pcodec, blosc2, soundfile (FLAC) and hdf5plugin add rows of theirs. FOLDER has raw recordings,
NAME_CHANNELSch.TYPE; without it signals are generated. A recording is repeated to at least --megabytes; one that is shorter
than a chunk is left out, so that no chunk repeats itself. Columns: ratio, and megabytes per CPU second, the best of --runs.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

TYPES = {"i16": "<i2", "i32": "<i4", "f32": "<f4", "u8": "u1"}


def recordings(folder: str | None, size: int, chunk: int) -> dict[str, Any]:
    """Arrays (n, channels) by name, of at least a size in bytes."""
    found: dict[str, Any] = {}
    for path in sorted(Path(folder).glob("*ch.*")) if folder else []:
        match = re.fullmatch(r"(\w+)_(\d+)ch", path.stem)
        kind = TYPES.get(path.suffix[1:])
        if match and kind:
            channels = int(match[2])
            data = np.fromfile(path, kind)
            data = data[: data.size // channels * channels].reshape(-1, channels)
            if size == 0 or data.nbytes >= chunk:
                found[match[1]] = np.tile(data, (max(-(-size // data.nbytes), 1), 1))
    if found:
        return found
    rng = np.random.default_rng(1)
    t = np.arange(2_000_000)
    return {
        "walk i16": rng.integers(-3, 4, t.size).cumsum().astype("<i2")[:, None],
        "tone f32": (np.sin(t * 0.01) + 0.01 * rng.standard_normal(t.size)).astype("<f4")[:, None],
        "counts i32": rng.poisson(40, t.size).astype("<i4")[:, None],
    }


def best(runs: int, work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of the fastest of some runs, and the result."""
    times, result = [], None
    for _ in range(runs):
        start = time.process_time()
        result = work()
        times.append(time.process_time() - start)
    return max(min(times), 1e-6), result


class Blosc2:
    """Blosc2 with zstd and shuffled bytes."""

    def encode(self, array: Any) -> bytes:
        """A chunk."""
        import blosc2

        made = blosc2.compress(array, array.itemsize, 5, blosc2.Filter.SHUFFLE, blosc2.Codec.ZSTD)
        return bytes(made)

    def decode(self, stream: bytes) -> Any:
        """Its bytes."""
        import blosc2

        return blosc2.decompress(stream)


class Flac:
    """FLAC by libsndfile, level 5, of 16-bit samples in up to 8 channels."""

    def encode(self, array: Any) -> bytes:
        """A chunk."""
        import soundfile

        if array.dtype != np.int16 or array.shape[1] > 8:
            raise TypeError("FLAC by libsndfile has 16-bit samples in up to 8 channels")
        target = io.BytesIO()
        soundfile.write(target, array, 48_000, "PCM_16", format="FLAC", compression_level=0.625)
        return target.getvalue()

    def decode(self, stream: bytes) -> Any:
        """Its samples."""
        import soundfile

        return soundfile.read(io.BytesIO(stream), dtype="int16", always_2d=True)[0]


def codecs() -> dict[str, Any]:
    """Codecs of numcodecs by name."""
    import numcodecs
    import sqrtspace.numcodecs_codec

    found = {
        "sqrtspace 5": sqrtspace.numcodecs_codec.Sqrtspace(5),
        "sqrtspace 1": sqrtspace.numcodecs_codec.Sqrtspace(1),
        "zstd 3": numcodecs.Zstd(3),
        "blosc zstd 5": numcodecs.Blosc("zstd", 5, numcodecs.Blosc.SHUFFLE),
        "blosc lz4 5": numcodecs.Blosc("lz4", 5, numcodecs.Blosc.SHUFFLE),
        "gzip 6": numcodecs.GZip(6),
    }
    try:
        from numcodecs.pcodec import PCodec

        found["pcodec 8"] = PCodec(8)
    except ImportError:
        pass
    for package, name, codec in (("blosc2", "blosc2 zstd 5", Blosc2()), ("soundfile", "FLAC 5", Flac())):
        if importlib.util.find_spec(package):
            found[name] = codec
    return found


def filters() -> dict[str, dict[str, Any]]:
    """Options of a dataset by the name of its filter."""
    found: dict[str, dict[str, Any]] = {
        "sqrtspace 5": {"compression": 313, "compression_opts": (5,)},
        "sqrtspace 1": {"compression": 313, "compression_opts": (1,)},
        "gzip 4 shuffled": {"compression": "gzip", "shuffle": True},
        "lzf shuffled": {"compression": "lzf", "shuffle": True},
        "szip": {"compression": "szip"},
    }
    if importlib.util.find_spec("hdf5plugin"):
        import hdf5plugin

        found["zstd 3 shuffled"] = {"compression": hdf5plugin.Zstd(3), "shuffle": True}
        found["blosc2 zstd 5"] = {"compression": hdf5plugin.Blosc2("zstd", 5, hdf5plugin.Blosc2.SHUFFLE)}
        found["bitshuffle zstd"] = {"compression": hdf5plugin.Bitshuffle(cname="zstd", clevel=3)}
    return found


def rows_of(array: Any, chunk: int) -> int:
    """Rows of a chunk of about a size in bytes."""
    return min(max(chunk // (array.shape[1] * array.itemsize), 1), len(array))


def zarr_row(codec: Any, array: Any, chunk: int, runs: int) -> str:
    """Ratio, and megabytes per CPU second of writing and reading."""
    rows = rows_of(array, chunk)
    parts = [array[at : at + rows] for at in range(0, len(array), rows)]
    try:
        write, streams = best(runs, lambda: [codec.encode(np.ascontiguousarray(part)) for part in parts])
    except (TypeError, ValueError, RuntimeError):
        return f"{'':>27}"
    read, back = best(runs, lambda: [codec.decode(stream) for stream in streams])
    assert b"".join(np.asarray(part).tobytes() for part in back) == array.tobytes()
    size = sum(len(np.asarray(stream).tobytes()) if not isinstance(stream, bytes) else len(stream) for stream in streams)
    return f"{array.nbytes / size:>9.2f}{array.nbytes / 1e6 / write:>9.0f}{array.nbytes / 1e6 / read:>9.0f}"


def hdf5_row(options: dict[str, Any], array: Any, path: str, chunk: int, runs: int) -> str:
    """The same for a dataset."""
    import h5py

    rows = rows_of(array, chunk)

    def write() -> int:
        with h5py.File(path, "w") as file:
            made = file.create_dataset("x", data=array, chunks=(rows, array.shape[1]), **options)
            file.flush()
            return int(made.id.get_storage_size())

    def read() -> Any:
        with h5py.File(path) as file:
            return file["x"][...]

    seconds, size = best(runs, write)
    again, back = best(runs, read)
    assert (back == array).all()
    return f"{array.nbytes / size:>9.2f}{array.nbytes / 1e6 / seconds:>9.0f}{array.nbytes / 1e6 / again:>9.0f}"


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description="the codec beside others on chunks of arrays")
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--megabytes", type=float, default=0)
    parser.add_argument("--chunk", type=int, default=1 << 20)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    given = (options.chunk, options.runs)
    data = recordings(options.folder, int(options.megabytes * 1e6), options.chunk)
    head = f"{'ratio':>9}{'write':>9}{'read':>9}"
    for name, array in data.items():
        print(f"{name}, {array.dtype}, {array.shape[1]} channels, {array.nbytes / 1e6:.1f} MB")
        print(f"  {'numcodecs':<24}{head}")
        for label, codec in codecs().items():
            print(f"  {label:<24}{zarr_row(codec, array, *given)}", flush=True)
        plugins = os.environ.get("SQRTSPACE_HDF5")
        if plugins:
            import h5py

            h5py.h5pl.prepend(plugins.encode())
            print(f"  {'HDF5':<24}{head}")
            path = f"/dev/shm/{os.getpid()}.h5"
            for label, settings in filters().items():
                try:
                    print(f"  {label:<24}{hdf5_row(settings, array, path, *given)}", flush=True)
                except (OSError, ValueError, RuntimeError) as error:
                    print(f"  {label:<24} {str(error)[:60]}")
            os.unlink(path)


if __name__ == "__main__":
    main()
