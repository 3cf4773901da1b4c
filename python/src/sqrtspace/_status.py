"""Statuses of the library, and an exception for each error."""
# Generated from include/sqrtspace.h by tools/generate.py. Do not edit.

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """Status of a call: 0 is success, a positive number a condition, a negative number an error."""

    OK = 0
    """Success."""

    AGAIN = 1
    """Not now: an input buffer or a queue is full, or more input is needed. Nothing is lost; call
    again later."""

    END = 2
    """The end: the input has ended and all rows were delivered, or no work is left."""

    ERR_ARGUMENT = -1
    """An argument is NULL, zero, out of range, or contradicts another one; or the handle is not
    valid."""

    ERR_STRUCT_SIZE = -2
    """A struct_size is smaller than version 1 of the struct."""

    ERR_UNSUPPORTED = -3
    """This build or version lacks the requested feature, or a newer caller set a field that it does
    not know."""

    ERR_ABI = -4
    """Header and library have different ABI versions."""

    ERR_STATE = -5
    """The call does not fit the state of the handle, such as registering after seal."""

    ERR_REENTRANT = -6
    """The call came from a callback of the same handle."""

    ERR_POISONED = -7
    """The handle is poisoned: its tables or positions are damaged, or an internal fault occurred.
    Reset or delete it."""

    ERR_NAME = -8
    """A name is unknown, already used, empty or too long."""

    ERR_LIMIT = -9
    """A table is full; its size is set in the config or the options."""

    ERR_OVERFLOW = -10
    """A size or position does not fit the integer that holds it."""

    ERR_MEMORY = -11
    """The given memory is too small, or the allocator returned none."""

    ERR_ALIGN = -12
    """A memory area or a pointer is misaligned."""

    ERR_OVERLAP = -13
    """A buffer of the caller overlaps memory of the handle, or another buffer of the call."""

    ERR_BUDGET = -14
    """The memory budget is too small; the detail gives the minimum."""

    ERR_NOT_PLANNED = -15
    """The pipeline was not sealed for this request; the detail gives the bytes needed."""

    ERR_RANGE = -16
    """Rows or samples out of range; the detail gives the number available."""

    ERR_EVICTED = -17
    """Samples that are needed have left the input buffer; the detail gives its first sample."""

    ERR_CORRUPT = -18
    """Stored data failed its check and cannot be recomputed."""

    ERR_CALLBACK = -19
    """A callback failed; its return code is in the detail."""

    ERR_IO = -20
    """The operating system refused an operation; errno is in the detail."""

    ERR_DAMAGED = -21
    """Encoded data is damaged."""

    ERR_FORMAT = -22
    """Encoded data, a file or a checkpoint has an unknown format."""

    ERR_CANCELLED = -23
    """The operation was cancelled."""

    ERR_GRAPH = -24
    """Stages do not fit together: row rates, element types or row lengths of connected stages
    differ."""

    ERR_SPACE = -25
    """The output buffer is too short; the detail gives the size needed."""

    ERR_INTERNAL = -26
    """A fault of the library. Please report it."""


class SqrtspaceError(Exception):
    """An error of the library: `status`, `detail` (one sentence) and `errno` (0 if none)."""

    status: int = 0
    errno: int | None

    def __init__(self, detail: str = "", status: int | None = None, os_errno: int = 0) -> None:
        Exception.__init__(self, detail)
        self.detail = detail
        self.errno = os_errno
        if status is not None:
            self.status = status

    def __str__(self) -> str:
        return self.detail


class ArgumentError(SqrtspaceError, ValueError):
    """An argument is NULL, zero, out of range, or contradicts another one; or the handle is not
    valid."""

    status: int = Status.ERR_ARGUMENT


class StructSizeError(SqrtspaceError):
    """A struct_size is smaller than version 1 of the struct."""

    status: int = Status.ERR_STRUCT_SIZE


class UnsupportedError(SqrtspaceError, NotImplementedError):
    """This build or version lacks the requested feature, or a newer caller set a field that it does
    not know."""

    status: int = Status.ERR_UNSUPPORTED


class AbiError(SqrtspaceError):
    """Header and library have different ABI versions."""

    status: int = Status.ERR_ABI


class StateError(SqrtspaceError):
    """The call does not fit the state of the handle, such as registering after seal."""

    status: int = Status.ERR_STATE


class ReentrantError(SqrtspaceError):
    """The call came from a callback of the same handle."""

    status: int = Status.ERR_REENTRANT


class PoisonedError(SqrtspaceError):
    """The handle is poisoned: its tables or positions are damaged, or an internal fault occurred.
    Reset or delete it."""

    status: int = Status.ERR_POISONED


class NamingError(SqrtspaceError, ValueError):
    """A name is unknown, already used, empty or too long."""

    status: int = Status.ERR_NAME


class LimitError(SqrtspaceError):
    """A table is full; its size is set in the config or the options."""

    status: int = Status.ERR_LIMIT


class TooLargeError(SqrtspaceError, OverflowError):
    """A size or position does not fit the integer that holds it."""

    status: int = Status.ERR_OVERFLOW


class NoMemoryError(SqrtspaceError, MemoryError):
    """The given memory is too small, or the allocator returned none."""

    status: int = Status.ERR_MEMORY


class AlignError(SqrtspaceError):
    """A memory area or a pointer is misaligned."""

    status: int = Status.ERR_ALIGN


class OverlapError(SqrtspaceError):
    """A buffer of the caller overlaps memory of the handle, or another buffer of the call."""

    status: int = Status.ERR_OVERLAP


class BudgetError(SqrtspaceError, MemoryError):
    """The memory budget is too small; the detail gives the minimum."""

    status: int = Status.ERR_BUDGET


class NotPlannedError(SqrtspaceError):
    """The pipeline was not sealed for this request; the detail gives the bytes needed."""

    status: int = Status.ERR_NOT_PLANNED


class RangeError(SqrtspaceError, IndexError):
    """Rows or samples out of range; the detail gives the number available."""

    status: int = Status.ERR_RANGE


class EvictedError(SqrtspaceError):
    """Samples that are needed have left the input buffer; the detail gives its first sample."""

    status: int = Status.ERR_EVICTED


class CorruptError(SqrtspaceError):
    """Stored data failed its check and cannot be recomputed."""

    status: int = Status.ERR_CORRUPT


class CallbackError(SqrtspaceError):
    """A callback failed; its return code is in the detail."""

    status: int = Status.ERR_CALLBACK


class FileError(SqrtspaceError, OSError):
    """The operating system refused an operation; errno is in the detail."""

    status: int = Status.ERR_IO


class DamagedError(SqrtspaceError):
    """Encoded data is damaged."""

    status: int = Status.ERR_DAMAGED


class FormatError(SqrtspaceError, ValueError):
    """Encoded data, a file or a checkpoint has an unknown format."""

    status: int = Status.ERR_FORMAT


class CancelledError(SqrtspaceError):
    """The operation was cancelled."""

    status: int = Status.ERR_CANCELLED


class GraphError(SqrtspaceError, ValueError):
    """Stages do not fit together: row rates, element types or row lengths of connected stages
    differ."""

    status: int = Status.ERR_GRAPH


class SpaceError(SqrtspaceError):
    """The output buffer is too short; the detail gives the size needed."""

    status: int = Status.ERR_SPACE


class InternalError(SqrtspaceError):
    """A fault of the library. Please report it."""

    status: int = Status.ERR_INTERNAL


ERRORS: dict[int, type[SqrtspaceError]] = {
    Status.ERR_ARGUMENT: ArgumentError,
    Status.ERR_STRUCT_SIZE: StructSizeError,
    Status.ERR_UNSUPPORTED: UnsupportedError,
    Status.ERR_ABI: AbiError,
    Status.ERR_STATE: StateError,
    Status.ERR_REENTRANT: ReentrantError,
    Status.ERR_POISONED: PoisonedError,
    Status.ERR_NAME: NamingError,
    Status.ERR_LIMIT: LimitError,
    Status.ERR_OVERFLOW: TooLargeError,
    Status.ERR_MEMORY: NoMemoryError,
    Status.ERR_ALIGN: AlignError,
    Status.ERR_OVERLAP: OverlapError,
    Status.ERR_BUDGET: BudgetError,
    Status.ERR_NOT_PLANNED: NotPlannedError,
    Status.ERR_RANGE: RangeError,
    Status.ERR_EVICTED: EvictedError,
    Status.ERR_CORRUPT: CorruptError,
    Status.ERR_CALLBACK: CallbackError,
    Status.ERR_IO: FileError,
    Status.ERR_DAMAGED: DamagedError,
    Status.ERR_FORMAT: FormatError,
    Status.ERR_CANCELLED: CancelledError,
    Status.ERR_GRAPH: GraphError,
    Status.ERR_SPACE: SpaceError,
    Status.ERR_INTERNAL: InternalError,
}
