"""Encoders and decoders in memory of the caller, and jobs in the background."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from ._native import ffi, lib
from ._native_calls import Failure, address, check, detail, error, new, path_text, progress_of, result
from ._nodes import Array
from ._options import Options, decode_options, encode_options
from ._status import Status
from ._structs import CodecStats, Progress

FLOWS = {"continue": lib.SQS_FLOW_CONTINUE, "flush": lib.SQS_FLOW_FLUSH, "end": lib.SQS_FLOW_END}


def buffer_of(data: Any) -> Array:
    """The bytes of an object with the buffer protocol, without a copy where they are contiguous."""
    if isinstance(data, np.ndarray):
        flat: Array = np.ascontiguousarray(data).reshape(-1)
        return flat.view(np.uint8)
    return np.frombuffer(data, np.uint8)


def aligned(size: int, align: int) -> Array:
    """Memory of a size, aligned."""
    memory = np.empty(size + align, np.uint8)
    start = -memory.ctypes.data % align
    return memory[start : start + size]


def _size(function: Callable[..., int], *args: Any) -> tuple[int, int]:
    size, align = ffi.new("size_t *"), ffi.new("size_t *")
    check(function(*args, size, align))
    return int(size[0]), int(align[0])


class _Coder:
    """A coder in memory of its own: counts of a step, details of errors."""

    detail_of: Any
    handle: Any

    def __init__(self) -> None:
        self._counts = ffi.new("size_t[2]")
        self._offset = ffi.new("uint64_t *")

    def _check(self, status: int) -> Status:
        if status < 0:
            raise error(status, detail(self.detail_of, self.handle))
        return Status(status)


class Encoder(_Coder):
    """Encodes a stream in memory that is known beforehand; nothing is allocated after it is created.

    Parameters
    ----------
    **options
        Options of the encoder: see `encode`. `threads` and `progress` do not apply.

    Examples
    --------
    >>> import numpy as np, sqrtspace
    >>> encoder = sqrtspace.Encoder(dtype="int16")
    >>> stream = encoder.encode(np.arange(1000, dtype="int16")) + encoder.finish()
    >>> sqrtspace.decode(stream)[-1]
    np.int16(999)
    """

    detail_of = lib.sqs_encoder_error_detail

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self._options = encode_options(options)
        size, align = _size(lib.sqs_encoder_bytes, self._options.struct)
        self.memory_bytes = size
        self._memory = aligned(size, align)
        handle = ffi.new("sqs_encoder **")
        failure = Failure()
        failure.check(
            lib.sqs_encoder_init(address(self._memory), size, self._options.struct, handle, failure.struct)
        )
        self.handle = handle[0]

    def step(self, data: Any, out: Array, flow: str = "continue") -> tuple[Status, int, int]:
        """Consumes bytes of `data` and fills `out`, until either is exhausted.

        Parameters
        ----------
        data : bytes or array
            Bytes of the original.
        out : array
            Receives bytes of the stream.
        flow : str
            "continue", "flush" or "end".

        Returns
        -------
        status, consumed, written : Status, int, int
            OK: all is done; AGAIN: call again with the rest; END: the stream is complete.
        """
        given = buffer_of(data)
        status = lib.sqs_encoder_step(
            self.handle,
            address(given),
            given.size,
            self._counts,
            address(out),
            out.nbytes,
            self._counts + 1,
            FLOWS[flow],
        )
        return self._check(status), int(self._counts[0]), int(self._counts[1])

    def encode(self, data: Any, flow: str = "continue") -> bytes:
        """Consumes all of `data` and returns the bytes of the stream that it completes."""
        given = buffer_of(data)
        out = np.empty(max(given.size + (1 << 14), 1 << 16), np.uint8)
        pieces, at = [], 0
        while True:
            status, consumed, written = self.step(given[at:], out, flow)
            at += consumed
            pieces.append(out[:written].tobytes())
            if status is not Status.AGAIN:
                return b"".join(pieces)

    def finish(self) -> bytes:
        """Ends the stream: what remains of it."""
        return self.encode(b"", "end")

    def stats(self) -> CodecStats:
        """Statistics so far."""
        stats = new("sqs_codec_stats")
        self._check(lib.sqs_encoder_stats(self.handle, stats))
        return result(CodecStats, stats)


class Decoder(_Coder):
    """Decodes a stream in memory that is known beforehand; nothing is allocated after it is created.

    Parameters
    ----------
    **options
        `max_frame_bytes`, `history_bytes`, `first`, `max_missing`, `identity`, `tag`, `recover`, `all`: see `decode`.
    """

    detail_of = lib.sqs_decoder_error_detail

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self._options = decode_options(options)
        size, align = _size(lib.sqs_decoder_bytes, self._options.struct)
        self.memory_bytes = size
        self._memory = aligned(size, align)
        handle = ffi.new("sqs_decoder **")
        failure = Failure()
        failure.check(
            lib.sqs_decoder_init(address(self._memory), size, self._options.struct, handle, failure.struct)
        )
        self.handle = handle[0]

    def step(self, data: Any, out: Array, flow: str = "continue") -> tuple[Status, int, int, int]:
        """Consumes bytes of the stream and fills `out`, until either is exhausted.

        Parameters
        ----------
        data : bytes or array
            Bytes of the stream.
        out : array
            Receives bytes of the original.
        flow : str
            "continue" or "end".

        Returns
        -------
        status, consumed, written, offset : Status, int, int, int
            As for `Encoder.step`; offset: position in the original of what was written.
        """
        given = buffer_of(data)
        status = lib.sqs_decoder_step(
            self.handle,
            address(given),
            given.size,
            self._counts,
            address(out),
            out.nbytes,
            self._counts + 1,
            self._offset,
            FLOWS[flow],
        )
        return self._check(status), int(self._counts[0]), int(self._counts[1]), int(self._offset[0])

    def stats(self) -> CodecStats:
        """Statistics so far, damage included."""
        stats = new("sqs_codec_stats")
        self._check(lib.sqs_decoder_stats(self.handle, stats))
        return result(CodecStats, stats)

    def missing(self) -> list[tuple[int, int]]:
        """Ranges of the original that are missing so far, (first, end); complete after the end."""
        count = ffi.new("size_t *")
        lib.sqs_decoder_missing(self.handle, ffi.NULL, 0, count)
        ranges = ffi.new("sqs_range[]", max(int(count[0]), 1))
        self._check(lib.sqs_decoder_missing(self.handle, ranges, int(count[0]), count))
        return [(int(ranges[i].first), int(ranges[i].end)) for i in range(int(count[0]))]


class Job:
    """A file that is encoded or decoded in the background. Closing it cancels it and waits."""

    def __init__(self, start: Callable[..., int], source: Any, target: Any, options: Options) -> None:
        self._options = options
        job = ffi.new("sqs_codec_job **")
        failure = Failure()
        failure.check(start(path_text(source), path_text(target), options.struct, job, failure.struct))
        self._job = job[0]

    def _result(self, status: int) -> bool:
        if status < 0:
            self._options.caught.reraise()
            raise error(status, detail(lib.sqs_codec_job_error_detail, self._job))
        return status == Status.OK

    def poll(self) -> bool:
        """True when the output is complete. Raises the error that ended the job."""
        return self._result(lib.sqs_codec_job_poll(self._job, ffi.NULL))

    def progress(self) -> Progress:
        """The progress so far."""
        progress = ffi.new("sqs_progress *")
        if lib.sqs_codec_job_poll(self._job, progress) == Status.ERR_STATE:
            raise error(Status.ERR_STATE)
        return progress_of(progress)

    def wait(self, timeout: float | None = None) -> bool:
        """Waits until the job ends, or for a time in seconds; True when the output is complete."""
        limit = 2**32 - 1 if timeout is None else min(int(timeout * 1000), 2**32 - 2)
        return self._result(lib.sqs_codec_job_wait(self._job, limit))

    def cancel(self) -> None:
        """Requests the job to stop; it ends with CancelledError and leaves no output."""
        check(lib.sqs_codec_job_cancel(self._job))

    def stats(self) -> CodecStats:
        """Statistics of a job that has ended."""
        stats = new("sqs_codec_stats")
        if check(lib.sqs_codec_job_stats(self._job, stats)) == Status.AGAIN:
            raise error(Status.ERR_STATE, "the job is running")
        return result(CodecStats, stats)

    def close(self) -> None:
        """Deletes the job: cancels it if it is running, and waits for its threads.

        Raises
        ------
        StateError
            Called in a forked child of the process that started the job: its threads do not exist there.
        ReentrantError
            Called from the job's own progress.
        """
        check(lib.sqs_codec_job_delete(self._job))
        self._job = ffi.NULL

    def __enter__(self) -> Job:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        job = getattr(self, "_job", None)
        if job and lib.sqs_codec_job_delete(job) == Status.ERR_REENTRANT:
            # The job's own progress dropped it: its threads still use the options.
            lib.sqs_codec_job_cancel(job)
            _DROPPED.append((job, self._options))


_DROPPED: list[Any] = []


def encode_file_async(source: str | os.PathLike[str], target: str | os.PathLike[str], **options: Any) -> Job:
    """Encodes a file in the background.

    Parameters
    ----------
    source, target : path
        Input and output.
    **options
        Options of the encoder: see `encode`.

    Returns
    -------
    Job
    """
    return Job(lib.sqs_encode_file_async, source, target, encode_options(options))


def decode_file_async(source: str | os.PathLike[str], target: str | os.PathLike[str], **options: Any) -> Job:
    """Decodes a file in the background.

    Parameters
    ----------
    source, target : path
        Input and output.
    **options
        Options of the decoder: see `decode`.

    Returns
    -------
    Job
    """
    return Job(lib.sqs_decode_file_async, source, target, decode_options(options))


def encode_work_bytes(**options: Any) -> int:
    """Memory that encoding a file with these options uses, exactly, whatever its size."""
    size = ffi.new("size_t *")
    check(lib.sqs_encode_work_bytes(encode_options(options).struct, size))
    return int(size[0])


def decode_work_bytes(**options: Any) -> int:
    """Memory that decoding a file with these options uses, exactly, whatever its size."""
    size = ffi.new("size_t *")
    check(lib.sqs_decode_work_bytes(decode_options(options).struct, size))
    return int(size[0])


def optimal_frame_bytes(limit_bytes: int, **options: Any) -> int:
    """The frame size with which an `Encoder` uses at most `limit_bytes` of memory."""
    frame = ffi.new("uint32_t *")
    check(lib.sqs_optimal_frame_bytes(encode_options(options).struct, limit_bytes, frame))
    return int(frame[0])
