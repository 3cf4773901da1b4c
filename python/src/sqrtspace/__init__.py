"""Windowed pipelines over long sample streams in a fixed memory budget, and a lossless codec, on NumPy arrays.

>>> import numpy as np, sqrtspace
>>> pipe = sqrtspace.Pipeline(window=4096, hop=1024, memory_budget_bytes=256 << 10)
>>> loudness = pipe.rms("input")
>>> pipe.set_source(np.ones(100_000, dtype="float32"))
>>> pipe.evaluate(loudness).shape
(94, 1)
"""

from __future__ import annotations

from . import ccsds121, packets, signal
from ._evaluate import Request
from ._native_calls import ALL, abi_version, panic_hook, version
from ._nodes import Edge, Input, Stage
from ._status import *
from ._status import ERRORS, SqrtspaceError, Status
from ._structs import CodecStats, Event, ParamInfo, PlanInfo, Progress, RowInfo, StageCounts, Stats, Wait
from .codec import content_identity, decode, decode_file, decode_stream, encode, encode_file, encode_stream, save
from .coders import (
    Decoder,
    Encoder,
    Job,
    decode_file_async,
    decode_work_bytes,
    encode_file_async,
    encode_work_bytes,
    optimal_frame_bytes,
)
from .damage import Frame, Recovered, inspect, recover, verify
from .files import DecodingReader, EncodingWriter, SqsFile
from .files import open_file as open
from .pipeline import Pipeline

__version__ = "0.1.0"

__all__ = [
    "ALL",
    "CodecStats",
    "Decoder",
    "DecodingReader",
    "Edge",
    "Encoder",
    "EncodingWriter",
    "Event",
    "Frame",
    "Input",
    "Job",
    "ParamInfo",
    "Pipeline",
    "PlanInfo",
    "Progress",
    "Recovered",
    "Request",
    "RowInfo",
    "SqrtspaceError",
    "SqsFile",
    "Stage",
    "StageCounts",
    "Stats",
    "Status",
    "Wait",
    "abi_version",
    "ccsds121",
    "content_identity",
    "decode",
    "decode_file",
    "decode_file_async",
    "decode_stream",
    "decode_work_bytes",
    "encode",
    "encode_file",
    "encode_file_async",
    "encode_stream",
    "encode_work_bytes",
    "inspect",
    "open",
    "optimal_frame_bytes",
    "packets",
    "panic_hook",
    "recover",
    "save",
    "signal",
    "verify",
    "version",
    *(error.__name__ for error in ERRORS.values()),
]
