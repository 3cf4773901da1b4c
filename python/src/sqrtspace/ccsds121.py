"""CCSDS 121.0-B-3 bitstreams without a container, bit for bit those of libaec."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._native import ffi, lib
from ._native_calls import Failure, address, check, detail, error, new
from ._nodes import Array
from ._status import Status
from .coders import aligned, buffer_of

SIGNED: int = lib.SQS_CCSDS121_SIGNED
THREE_BYTE: int = lib.SQS_CCSDS121_3BYTE
MSB: int = lib.SQS_CCSDS121_MSB
PREPROCESS: int = lib.SQS_CCSDS121_PREPROCESS
RESTRICTED: int = lib.SQS_CCSDS121_RESTRICTED
PAD_RSI: int = lib.SQS_CCSDS121_PAD_RSI
NOT_ENFORCE: int = lib.SQS_CCSDS121_NOT_ENFORCE


def _params(bits: int, block: int, rsi: int, flags: int) -> Any:
    return new("sqs_ccsds121_params", bits=bits, block=block, rsi=rsi, flags=flags)


def _memory() -> Array:
    size, align = ffi.new("size_t *"), ffi.new("size_t *")
    check(lib.sqs_ccsds121_bytes(size, align))
    return aligned(int(size[0]), int(align[0]))


def _run(coder: Any, data: Array, out: Array) -> int:
    """Encodes or decodes all of `data` into `out`; returns the bytes written."""
    counts = ffi.new("size_t[2]")
    status = lib.sqs_ccsds121_step(
        coder, address(data), data.size, counts, address(out), out.nbytes, counts + 1, lib.SQS_FLOW_END
    )
    if status < 0:
        raise error(status, detail(lib.sqs_ccsds121_error_detail, coder))
    if status != Status.END:
        raise error(Status.ERR_SPACE, "the output is longer than its maximum size")
    return int(counts[1])


def max_encoded_bytes(samples: int, bits: int, block: int = 16, rsi: int = 128, flags: int = PREPROCESS) -> int:
    """Maximum size of the bitstream of a number of samples."""
    size = ffi.new("size_t *")
    check(lib.sqs_ccsds121_max_encoded_bytes(_params(bits, block, rsi, flags), samples, size))
    return int(size[0])


def encode(samples: Array, bits: int, block: int = 16, rsi: int = 128, flags: int | None = None) -> bytes:
    """Encodes samples.

    Parameters
    ----------
    samples : array
        Integers of 8, 16 or 32 bits, in the container of the standard for `bits`.
    bits : int
        Bits of a sample, 1 to 32.
    block, rsi : int
        Samples of a block, and blocks of a reference sample interval.
    flags : int
        Sum of the flags of this module. Default: PREPROCESS, and SIGNED for signed samples.

    Returns
    -------
    bytes

    Examples
    --------
    >>> import numpy as np
    >>> from sqrtspace import ccsds121
    >>> samples = (np.arange(256) % 7).astype("uint16")
    >>> stream = ccsds121.encode(samples, bits=12)
    >>> bool((ccsds121.decode(stream, 256, "uint16", bits=12) == samples).all())
    True
    """
    samples = np.asarray(samples)
    if flags is None:
        flags = PREPROCESS | (SIGNED if samples.dtype.kind == "i" else 0)
    params, memory = _params(bits, block, rsi, flags), _memory()
    coder, failure = ffi.new("sqs_ccsds121 **"), Failure()
    failure.check(lib.sqs_ccsds121_encoder_init(address(memory), memory.nbytes, params, coder, failure.struct))
    out = np.empty(max_encoded_bytes(samples.size, bits, block, rsi, flags), np.uint8)
    return out[: _run(coder[0], buffer_of(samples), out)].tobytes()


def decode(
    stream: bytes, samples: int, dtype: Any, bits: int, block: int = 16, rsi: int = 128, flags: int | None = None
) -> Array:
    """Decodes samples; the bitstream contains neither their number nor its parameters.

    Parameters
    ----------
    stream : bytes
        The bitstream.
    samples : int
        Number of samples.
    dtype : dtype
        Integers in the container of the standard for `bits`.
    bits, block, rsi, flags
        As for `encode`.

    Returns
    -------
    array
    """
    out = np.empty(samples, dtype)
    if flags is None:
        flags = PREPROCESS | (SIGNED if out.dtype.kind == "i" else 0)
    params, memory = _params(bits, block, rsi, flags), _memory()
    coder, failure = ffi.new("sqs_ccsds121 **"), Failure()
    failure.check(
        lib.sqs_ccsds121_decoder_init(address(memory), memory.nbytes, params, samples, coder, failure.struct)
    )
    _run(coder[0], buffer_of(stream), out)
    return out
