"""Decodes data products that SqsCompressor has compressed, with the tools of PyPI's fprime-gds (version 4.4).

    SQRTSPACE_LIBRARY=libsqrtspace.so python3 sqs_dp.py decode -b Dp.fdp -d dictionary.json

takes the arguments of fprime-dp. Chunks with the algorithm SQS_FRAMES are decoded by libsqrtspace; all others as fprime-dp
does it.
"""

import ctypes
import os
import sys

from fprime_gds.common.dp import decoder
from fprime_gds.common.utils.config_manager import ConfigManager
from fprime_gds.executables import data_products

ALGORITHM = "SQS_FRAMES"
# Of sqrtspace.h.
SQS_AGAIN, SQS_END, SQS_FLOW_END = 1, 2, 2


class DecodeOptions(ctypes.Structure):
    """sqs_decode_options, set up by the library."""

    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("max_frame_bytes", ctypes.c_uint32),
        ("tag", ctypes.c_uint32),
        ("first", ctypes.c_uint64),
        ("count", ctypes.c_uint64),
        ("missing", ctypes.c_void_p),
        ("max_missing", ctypes.c_uint32),
        ("history_bytes", ctypes.c_uint32),
        ("memory", ctypes.c_void_p),
        ("memory_bytes", ctypes.c_size_t),
        ("progress", ctypes.c_void_p),
        ("ctx", ctypes.c_void_p),
        ("identity", ctypes.c_uint64),
    ]


def library():
    lib = ctypes.CDLL(os.environ.get("SQRTSPACE_LIBRARY", "libsqrtspace.so.0"))
    lib.sqs_status_text.restype = ctypes.c_char_p
    return lib


def decode(stream: bytes) -> bytes:
    """The original of a whole stream of frames. Raises DataProductError for a damaged one."""
    lib, options = library(), DecodeOptions()
    size, align, handle = ctypes.c_size_t(), ctypes.c_size_t(), ctypes.c_void_p()

    def check(status):
        if status < 0:
            raise decoder.DataProductError(f"libsqrtspace: {lib.sqs_status_text(status).decode()}")
        return status

    check(lib.sqs_decode_options_init(ctypes.byref(options), ctypes.c_size_t(ctypes.sizeof(options))))
    check(lib.sqs_decoder_bytes(ctypes.byref(options), ctypes.byref(size), ctypes.byref(align)))
    memory = ctypes.create_string_buffer(size.value + align.value)
    start = -ctypes.addressof(memory) % align.value
    check(lib.sqs_decoder_init(ctypes.c_void_p(ctypes.addressof(memory) + start), size, ctypes.byref(options),
                               ctypes.byref(handle), None))
    original, out = bytearray(), ctypes.create_string_buffer(65536)
    consumed, written, at = ctypes.c_size_t(), ctypes.c_size_t(), 0
    status = SQS_AGAIN
    while status == SQS_AGAIN:
        rest = stream[at:]
        status = check(lib.sqs_decoder_step(handle, rest, ctypes.c_size_t(len(rest)), ctypes.byref(consumed), out,
                                            ctypes.c_size_t(len(out)), ctypes.byref(written), None, SQS_FLOW_END))
        at += consumed.value
        original += out.raw[:written.value]
    if status != SQS_END:
        raise decoder.DataProductError("libsqrtspace: the stream has no end")
    return bytes(original)


class SqsDataProductDecoder(decoder.DataProductDecoder):
    """A decoder that knows SQS_FRAMES."""

    def decompress_records(self, records):
        metadata_type = ConfigManager().get_type("Svc.CompressionMetadata")
        stored = metadata_type()
        stored.val = {"algorithm": "UNCOMPRESSED"}
        plain = []
        for record in records:
            data = record.get("Data", {})
            if self.is_compression_record(record):
                values = bytes(data["values"])
                metadata = metadata_type()
                metadata.deserialize(values, 0)
                if metadata.val["algorithm"] == ALGORITHM:
                    original = decode(values[metadata.getSize():])
                    record = {**record, "Data": {**data, "values": list(stored.serialize() + original)}}
            plain.append(record)
        return super().decompress_records(plain)


def main():
    data_products.DataProductDecoder = SqsDataProductDecoder
    return data_products.main()


if __name__ == "__main__":
    sys.exit(main())
