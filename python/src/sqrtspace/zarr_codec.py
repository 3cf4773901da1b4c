"""A codec of Zarr format 3: the serializer "sqrtspace", from an array to bytes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import numpy as np
from zarr.abc.codec import ArrayBytesCodec
from zarr.core.common import parse_named_configuration
from zarr.registry import register_codec

from .codec import content_identity, decode, encode


@dataclass(frozen=True)
class SqrtspaceCodec(ArrayBytesCodec):
    """Encodes chunks without loss: type from the array, the last axis as channels if it is short.

    Equal chunks give equal bytes: the identity of a stream is a hash of its chunk.

    Parameters
    ----------
    effort : int
        1 (fast) to 9 (smallest).
    codec : str
        "auto", "numeric", "lz", "ccsds121" or "stored".

    Examples
    --------
    >>> import numpy as np, zarr
    >>> from sqrtspace.zarr_codec import SqrtspaceCodec
    >>> samples = np.arange(10_000, dtype="int32")
    >>> array = zarr.create_array(
    ...     {}, shape=samples.shape, chunks=(4096,), dtype="int32", serializer=SqrtspaceCodec(), compressors=None
    ... )
    >>> array[:] = samples
    >>> bool((array[:] == samples).all())
    True
    """

    is_fixed_size = False

    effort: int = 5
    codec: str = "auto"

    @classmethod
    def from_dict(cls, data: Any) -> SqrtspaceCodec:
        """The codec of a configuration."""
        given: Any = parse_named_configuration(data, "sqrtspace", require_configuration=False)[1]
        return cls(**(given or {}))

    def to_dict(self) -> Any:
        """Name and configuration."""
        return {"name": "sqrtspace", "configuration": {"effort": self.effort, "codec": self.codec}}

    def compute_encoded_size(self, input_byte_length: int, chunk_spec: Any) -> int:
        """Not known beforehand."""
        raise NotImplementedError

    def _encode_sync(self, chunk_array: Any, chunk_spec: Any) -> Any:
        given = chunk_array.as_ndarray_like()
        # The metadata of format 3 have no byte order: little-endian in the chunks.
        chunk = np.ascontiguousarray(given, given.dtype.newbyteorder("<"))
        channels = chunk.shape[-1] if chunk.ndim > 1 else 1
        samples = chunk.reshape(-1, channels) if 1 < channels <= 16 else chunk.reshape(-1)
        stream = encode(samples, effort=self.effort, codec=self.codec, identity=content_identity(samples))
        return chunk_spec.prototype.buffer.from_bytes(stream)

    def _decode_sync(self, chunk_bytes: Any, chunk_spec: Any) -> Any:
        dtype = chunk_spec.dtype.to_native_dtype()
        data = decode(np.asarray(chunk_bytes.as_array_like()).view(np.uint8), raw=True)
        chunk = data.view(dtype.newbyteorder("<")).astype(dtype, copy=False).reshape(chunk_spec.shape)
        return chunk_spec.prototype.nd_buffer.from_ndarray_like(chunk)

    async def _encode_single(self, chunk_array: Any, chunk_spec: Any) -> Any:
        return await asyncio.to_thread(self._encode_sync, chunk_array, chunk_spec)

    async def _decode_single(self, chunk_bytes: Any, chunk_spec: Any) -> Any:
        return await asyncio.to_thread(self._decode_sync, chunk_bytes, chunk_spec)


register_codec("sqrtspace", SqrtspaceCodec)
