"""A codec of numcodecs: `numcodecs.get_codec({"id": "sqrtspace"})`, for Zarr format 2 and whatever uses numcodecs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numcodecs.abc import Codec
from numcodecs.compat import ensure_contiguous_ndarray, ndarray_copy
from numcodecs.registry import register_codec

from .codec import content_identity, decode, encode


class Sqrtspace(Codec):
    """Encodes chunks without loss; type and channels from the chunk. Equal chunks give equal bytes.

    Parameters
    ----------
    effort : int
        1 (fast) to 9 (smallest).
    codec : str
        "auto", "numeric", "lz", "ccsds121" or "stored".

    Examples
    --------
    >>> import numcodecs, numpy as np
    >>> codec = numcodecs.get_codec({"id": "sqrtspace"})
    >>> chunk = np.arange(1000, dtype="int16")
    >>> bool((codec.decode(codec.encode(chunk)).view("int16") == chunk).all())
    True
    """

    codec_id = "sqrtspace"

    def __init__(self, effort: int = 5, codec: str = "auto") -> None:
        self.effort = effort
        self.codec = codec

    def encode(self, buf: Any) -> bytes:
        """Encodes an array or a buffer."""
        chunk = buf if isinstance(buf, np.ndarray) else ensure_contiguous_ndarray(buf)
        if chunk.dtype == object:
            raise TypeError("objects have no bytes: give an object codec")
        # The bytes in the order in which they lie in memory; Zarr stores Fortran's order as such.
        channels = chunk.shape[-1] if chunk.ndim > 1 and chunk.flags.c_contiguous else 1
        flat = chunk.reshape(-1, order="A")
        samples = flat.reshape(-1, channels) if 1 < channels <= 16 else flat
        identity = content_identity(samples)
        return encode(samples, effort=self.effort, codec=self.codec, identity=identity)

    def decode(self, buf: Any, out: Any = None) -> Any:
        """Decodes to bytes, or into `out`."""
        data = ensure_contiguous_ndarray(buf).view(np.uint8)
        decoded = decode(data, raw=True)
        return decoded if out is None else ndarray_copy(decoded, out)


register_codec(Sqrtspace)
