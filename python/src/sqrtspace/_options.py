"""Options of encoders and decoders: names and values of the package as C structs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ._native import ffi, lib
from ._native_calls import Caught, address, check, progress_of
from ._nodes import Array
from ._structs import Progress

DTYPES: dict[str, int] = {
    "bytes": lib.SQS_BYTES,
    "int8": lib.SQS_I8,
    "uint8": lib.SQS_U8,
    "int16": lib.SQS_I16,
    "uint16": lib.SQS_U16,
    "int24": lib.SQS_I24,
    "int32": lib.SQS_I32,
    "uint32": lib.SQS_U32,
    "int64": lib.SQS_I64,
    "float32": lib.SQS_F32,
    "float64": lib.SQS_F64,
}
"""Sample types of encoded streams."""

CODECS: dict[str, int] = {
    "auto": lib.SQS_CODEC_AUTO,
    "numeric": lib.SQS_CODEC_NUMERIC,
    "lz": lib.SQS_CODEC_LZ,
    "ccsds121": lib.SQS_CODEC_CCSDS121,
    "stored": lib.SQS_CODEC_STORED,
}
"""Codecs by name."""

# Kinds of NumPy types whose samples have the type of another: same size, same bytes.
_SAME_BYTES = {"bool": "uint8", "uint64": "int64"}


def sample_type(dtype: Any) -> tuple[str, int, int]:
    """Sample type, byte order and elements per element, of a NumPy type or a name.

    Types that streams do not have become those with the same bytes: bool and uint64 as integers of the same size, complex
    numbers as two channels, times as integers; everything else as bytes.

    Examples
    --------
    >>> sample_type(">i2")
    ('int16', 1, 1)
    >>> sample_type("complex64")
    ('float32', 0, 2)
    >>> sample_type("S5")
    ('bytes', 0, 5)
    """
    if isinstance(dtype, str) and dtype in ("bytes", "int24"):
        return dtype, lib.SQS_LITTLE_ENDIAN, 1
    kind = np.dtype(dtype)
    order = lib.SQS_BIG_ENDIAN if kind.newbyteorder("=") != kind and kind.newbyteorder(">") == kind else 0
    if kind.kind == "c":
        return f"float{kind.itemsize * 4}", order, 2
    if kind.kind in "mM":
        return "int64", order, 1
    name = _SAME_BYTES.get(kind.name, kind.name)
    if name in DTYPES:
        return name, order, 1
    return "bytes", 0, kind.itemsize


class Options:
    """A struct of options with what it points to, and the exception of its progress function."""

    def __init__(self, struct: Any) -> None:
        self.struct = struct
        self.caught = Caught()
        self.kept: list[Any] = []

    def set_progress(self, progress: Callable[[Progress], Any] | None) -> None:
        """Sets the function that is called with the progress; it cancels by returning a true value, or by an exception."""
        if progress is None:
            return
        function = progress

        def call(_ctx: Any, struct: Any) -> int:
            try:
                return 1 if function(progress_of(struct)) else 0
            except BaseException as exception:
                self.caught.exception = exception
                return 1

        callback = ffi.callback("sqs_progress_fn", call, error=1)
        self.struct.progress = callback
        self.kept.append(callback)

    def set_memory(self, memory: Array | None) -> None:
        """Sets the memory to use instead of the heap."""
        if memory is not None:
            self.struct.memory = address(memory)
            self.struct.memory_bytes = memory.nbytes
            self.kept.append(memory)


def _set(struct: Any, given: dict[str, Any]) -> None:
    known = {name for name, _ in ffi.typeof(struct).item.fields}
    for name, value in given.items():
        if name not in known:
            raise TypeError(f"unknown option {name!r}; options: {', '.join(sorted(known))}")
        setattr(struct, name, value)


def encode_options(given: dict[str, Any]) -> Options:
    """An `sqs_encode_options`: fields by their names in C, `dtype` of NumPy, `codec` by name."""
    given = dict(given)
    options = Options(ffi.new("sqs_encode_options *"))
    check(lib.sqs_encode_options_init(options.struct, ffi.sizeof("sqs_encode_options")))
    options.set_progress(given.pop("progress", None))
    options.set_memory(given.pop("memory", None))
    dtype = given.pop("dtype", None)
    if dtype is not None:
        name, order, per_element = sample_type(dtype)
        given.setdefault("byte_order", order)
        given["dtype"] = DTYPES[name]
        given["channels"] = given.get("channels", 1) * per_element
    if isinstance(given.get("codec"), str):
        given["codec"] = CODECS[given["codec"]]
    if given.get("tag") is not None:
        given["flags"] = given.get("flags", 0) | lib.SQS_ENCODE_TAG
    _set(options.struct, {key: value for key, value in given.items() if value is not None})
    return options


def decode_options(given: dict[str, Any]) -> Options:
    """An `sqs_decode_options`: fields by their names in C, and its flags `recover` and `all`."""
    given = dict(given)
    options = Options(ffi.new("sqs_decode_options *"))
    check(lib.sqs_decode_options_init(options.struct, ffi.sizeof("sqs_decode_options")))
    options.set_progress(given.pop("progress", None))
    options.set_memory(given.pop("memory", None))
    flags = given.pop("flags", 0)
    if given.pop("recover", False):
        flags |= lib.SQS_DECODE_RECOVER
    if given.pop("all", False):
        flags |= lib.SQS_DECODE_ALL
    if given.get("tag") is not None:
        flags |= lib.SQS_DECODE_TAG
    if given.get("identity") is not None:
        flags |= lib.SQS_DECODE_IDENTITY
    ranges = given.pop("missing_ranges", 0)
    if ranges:
        missing = ffi.new("sqs_range[]", ranges)
        options.struct.missing = missing
        options.struct.max_missing = ranges
        options.kept.append(missing)
    options.struct.flags = flags
    _set(options.struct, {key: value for key, value in given.items() if value is not None})
    return options
