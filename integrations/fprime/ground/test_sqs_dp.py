"""sqs_dp.py on data products made here: test_sqs_dp.py LIBRARY DUMP.

DUMP is a directory where the unit test of SqsCompressor has left a chunk (chunk.raw) and what it became (chunk.sqs): the
data product has the bytes of the flight component. The dictionary has what fprime-dp asks of it.
"""

import json
import os
import struct
import subprocess
import sys
import tempfile
import zlib
from binascii import crc32

RECORD, COMPRESSION = 0x100, 0x200
HERE = os.path.dirname(os.path.abspath(__file__))


def integer(name, size):
    return {"name": name, "kind": "integer", "size": size, "signed": name[0] == "I"}


def alias(name, to):
    return {"kind": "alias", "qualifiedName": name, "type": to, "underlyingType": to}


def enum(name, to, constants):
    return {"kind": "enum", "qualifiedName": name, "representationType": to, "default": f"{name}.{constants[0][0]}",
            "enumeratedConstants": [{"name": n, "value": v} for n, v in constants]}


def dictionary():
    u8, u16, u32 = integer("U8", 8), integer("U16", 16), integer("U32", 32)
    types = [
        alias("FwDpIdType", u32), alias("FwDpPriorityType", u32), alias("FwSizeStoreType", u16),
        alias("FwPacketDescriptorType", u16), alias("FwTimeContextStoreType", u8),
        enum("Fw.DpCfg.ProcType", u8, [("PROC_TYPE_ZERO", 1)]),
        enum("Fw.DpState", u8, [("UNTRANSMITTED", 0), ("PARTIAL", 1), ("TRANSMITTED", 2)]),
        enum("Svc.CompressionAlgorithm", u8, [("UNCOMPRESSED", 0), ("ZLIB_DEFLATE", 1), ("SQS_FRAMES", 83)]),
        {"kind": "struct", "qualifiedName": "Svc.CompressionMetadata", "default": {"algorithm": 0},
         "members": {"algorithm": {"type": {"name": "Svc.CompressionAlgorithm", "kind": "qualifiedIdentifier"}, "index": 0}}},
    ]
    records = [
        {"name": "Flight.instrument.Samples", "id": RECORD, "type": integer("I16", 16), "array": True},
        {"name": "Flight.dpCompressProc.CompressionRecord", "id": COMPRESSION, "type": u8, "array": True},
    ]
    return {
        "metadata": {"deploymentName": "Flight", "frameworkVersion": "4.0.0", "projectVersion": "1.0.0",
                     "libraryVersions": [], "dictionarySpecVersion": "1.0.0"},
        "typeDefinitions": types, "records": records, "containers": [{"name": "Flight.instrument.C", "id": 1, "defaultPriority": 1}],
        "constants": [{"kind": "constant", "qualifiedName": "Fw.DpCfg.CONTAINER_USER_DATA_SIZE", "type": u32, "value": 32}],
        "commands": [], "parameters": [], "events": [], "telemetryChannels": [], "telemetryPacketSets": [],
    }


def product(data):
    """A data product of records."""
    header = struct.pack(">HIIHBIIB32sBH", 5, 1, 1, 0, 0, 7, 8, 0, bytes(32), 0, len(data))
    return header + struct.pack(">I", crc32(header)) + data + struct.pack(">I", crc32(data))


def compressed(algorithm, data):
    return struct.pack(">IHB", COMPRESSION, len(data) + 1, algorithm) + data


def main(library, dump):
    raw = open(os.path.join(dump, "chunk.raw"), "rb").read()
    sqs = open(os.path.join(dump, "chunk.sqs"), "rb").read()
    # The chunk is the middle of the records: before it comes a chunk of zlib with their header, after it one that was kept.
    before, after = struct.pack(">h", 1234) * 500, bytes(range(100))
    whole = struct.pack(">IH", RECORD, (len(before) + len(raw) + len(after)) // 2) + before + raw + after
    head = whole[:6 + len(before)]
    chunks = compressed(1, zlib.compress(head)) + compressed(83, sqs) + compressed(0, after)
    damaged = bytearray(sqs)
    damaged[len(sqs) // 2] ^= 1
    environment = {**os.environ, "SQRTSPACE_LIBRARY": library}
    with tempfile.TemporaryDirectory() as directory:
        path = lambda name: os.path.join(directory, name)
        json.dump(dictionary(), open(path("dictionary.json"), "w"))

        def run(name, data):
            open(path(name), "wb").write(product(data))
            command = [sys.executable, os.path.join(HERE, "sqs_dp.py"), "decode", "-b", path(name), "-d", path("dictionary.json"),
                       "-o", path(name + ".json")]
            done = subprocess.run(command, env=environment, capture_output=True, text=True)
            return done.returncode, done.stdout + done.stderr

        code, text = run("whole.fdp", whole)
        assert code == 0, text
        code, text = run("chunks.fdp", chunks)
        assert code == 0, text
        want, got = (json.load(open(path(name)))["Records"] for name in ("whole.fdp.json", "chunks.fdp.json"))
        assert want == got and len(got) == 1, got
        values = got[0]["Data"]["values"]
        assert values == list(struct.unpack(f">{len(whole[6:]) // 2}h", whole[6:]))
        code, text = run("damaged.fdp", compressed(83, bytes(damaged)))
        assert code != 0 and "damaged" in text, text
        code, text = run("cut.fdp", compressed(83, sqs[:-1]))
        assert code != 0, text
    print(f"fprime-gds: {len(chunks)} bytes of data products decoded to {len(whole)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
