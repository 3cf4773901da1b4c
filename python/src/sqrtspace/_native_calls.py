"""Calls of the C library: statuses become exceptions, structs become dataclasses."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from . import _structs
from ._native import ffi, lib
from ._nodes import Array
from ._status import ERRORS, SqrtspaceError, Status

ALL: int = 2**64 - 1
"""A count: all to the end."""

ELEMENTS: dict[str, int] = {
    "int8": lib.SQS_I8,
    "uint8": lib.SQS_U8,
    "int16": lib.SQS_I16,
    "uint16": lib.SQS_U16,
    "int32": lib.SQS_I32,
    "uint32": lib.SQS_U32,
    "int64": lib.SQS_I64,
    "float32": lib.SQS_F32,
    "float64": lib.SQS_F64,
    "complex64": lib.SQS_C32,
}
"""Element types of rows by the names of NumPy."""

NAMES: dict[int, str] = {number: name for name, number in ELEMENTS.items()}
"""Names of element types by their numbers."""

T = TypeVar("T")


def element(dtype: Any) -> int:
    """The number of an element type."""
    name = np.dtype(dtype).name
    if name not in ELEMENTS:
        raise TypeError(f"rows have no element type {name}; types: {', '.join(ELEMENTS)}")
    return ELEMENTS[name]


def error(status: int, detail: str = "", os_errno: int = 0) -> SqrtspaceError:
    """The exception for a status."""
    text = detail or ffi.string(lib.sqs_status_text(status)).decode()
    if os_errno == 0 and (number := re.search(r"\berrno (\d+)", text)):
        os_errno = int(number[1])
    return ERRORS.get(status, SqrtspaceError)(text, status, os_errno)


class Failure:
    """An `sqs_error`, the last argument of calls without a handle."""

    def __init__(self) -> None:
        self.struct = new("sqs_error")

    def check(self, status: int) -> int:
        """Returns a status that is no error."""
        if status < 0:
            raise error(status, ffi.string(self.struct.text).decode(errors="replace"), self.struct.os_errno)
        return status


def check(status: int) -> int:
    """Returns a status that is no error, of a call without details."""
    if status < 0:
        raise error(status)
    return status


def detail(function: Callable[..., int], handle: Any) -> str:
    """The detail of the last error of a handle."""
    needed = ffi.new("size_t *")
    function(handle, ffi.NULL, 0, needed)
    buffer = ffi.new("char[]", max(int(needed[0]), 1))
    function(handle, buffer, len(buffer), ffi.NULL)
    return str(ffi.string(buffer).decode(errors="replace"))


def new(struct: str, **fields: Any) -> Any:
    """A zeroed struct with its `struct_size`, and fields of the given values."""
    pointer = ffi.new(struct + " *")
    pointer.struct_size = ffi.sizeof(struct)
    for name, value in fields.items():
        setattr(pointer, name, value)
    return pointer


def result(cls: type[T], struct: Any) -> T:
    """A struct of the library as a dataclass."""
    names = cls.__dataclass_fields__  # type: ignore[attr-defined]
    return cls(**{name: _value(getattr(struct, name)) for name in names})


def _value(field: Any) -> Any:
    """A number, or the text that a field holds or points to."""
    if not isinstance(field, ffi.CData):
        return field
    return ffi.string(field).decode(errors="replace") if field else ""


def address(array: Array) -> Any:
    """The start of an array as a pointer."""
    return ffi.cast("void *", array.ctypes.data)


def path_text(path: str | os.PathLike[str]) -> bytes:
    """A path as the library takes it."""
    return os.fspath(path).encode("utf-8")


def version() -> str:
    """The version of the library.

    Examples
    --------
    >>> version().count(".")
    2
    """
    return str(ffi.string(lib.sqs_version()).decode())


def abi_version() -> int:
    """The version of the library's binary interface: major * 1000 + minor."""
    return int(lib.sqs_abi_version())


class Caught:
    """Keeps the exception of a callback until the C call that ran it returns."""

    CODE = 1
    """What a callback returns after an exception."""

    def __init__(self) -> None:
        self.exception: BaseException | None = None

    def guard(self, function: Callable[..., None]) -> Callable[..., int]:
        """The function as a callback that returns a code and never raises."""

        def guarded(*args: Any) -> int:
            try:
                function(*args)
            except BaseException as exception:
                self.exception = exception
                return self.CODE
            return 0

        return guarded

    def reraise(self) -> None:
        """Raises the exception that was caught, if any, as it is."""
        exception, self.exception = self.exception, None
        if exception is not None:
            raise exception


def progress_of(struct: Any) -> _structs.Progress:
    """The progress that the library reports."""
    return result(_structs.Progress, struct)


def panic_hook(function: Callable[[str, int], None] | None) -> None:
    """Sets the function that flight builds call before they stop: file and line.

    Raises
    ------
    UnsupportedError
        The library is no flight build: always, in this package.
    """
    hook = ffi.NULL
    if function is not None:
        given = function

        def call(_ctx: Any, file: Any, size: int, line: int) -> None:
            given(bytes(ffi.buffer(file, size)).decode() if file else "", line)

        hook = ffi.callback("sqs_panic_fn", call)
    check(lib.sqs_panic_hook(hook, ffi.NULL))
    if hook != ffi.NULL:
        _KEPT.append(hook)


_KEPT: list[Any] = []

if lib.sqs_abi_check(lib.SQS_ABI_VERSION) != Status.OK:
    raise ImportError("the library is older than the header that the package was built with")
