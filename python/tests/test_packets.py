"""Space packets: units come back, losses are counted, and other packages read them (where they are installed)."""

from __future__ import annotations

import importlib
import io
import os
from typing import Any

import numpy as np
import pytest
from sqrtspace import FormatError, packets


def peer(name: str) -> Any:
    """Another package; SQS_NEED_PEERS=1 makes a missing one an error."""
    return importlib.import_module(name) if os.environ.get("SQS_NEED_PEERS") else pytest.importorskip(name)


def unit(k: int) -> bytes:
    return bytes((i * 7 + k) & 255 for i in range(1 + k * 37 % 900))


@pytest.mark.parametrize("crc", [False, True])
@pytest.mark.parametrize("secondary", [b"", packets.time(800_000_000, 1 << 31)])
def test_units_come_back(crc: bool, secondary: bytes) -> None:
    writer = packets.PacketWriter(42, max_bytes=64, crc=crc, sequence=16000)
    stream = b"".join(b"".join(writer.packets(unit(k), secondary)) for k in range(100))
    for piece in (1, 50, len(stream)):
        reader = packets.PacketReader(42, secondary_bytes=len(secondary), crc=crc)
        units = [u for at in range(0, len(stream), piece) for u in reader.read(stream[at : at + piece])]
        assert units == [unit(k) for k in range(100)] and reader.read(last=True) == []
        assert reader.lost_packets == reader.lost_units == reader.skipped_bytes == 0


def test_losses_are_counted() -> None:
    writer = packets.PacketWriter(42, max_bytes=64)
    made = [writer.packets(unit(k)) for k in range(30)]
    assert len(made[9]) > 2
    reader = packets.PacketReader(42)
    stream = b"".join(p for k, unit_ in enumerate(made) for i, p in enumerate(unit_) if (k, i) not in {(9, 1), (20, 0)})
    assert len(reader.read(stream, last=True)) == 28
    assert reader.lost_packets == 2 and reader.lost_units == 2


def test_headers() -> None:
    packet = packets.PacketWriter(0x123, command=True, sequence=5).packets(b"abc")[0]
    assert packets.parse(packet) == packets.Packet(0x123, True, False, 3, 5, 9)
    assert packets.parse(packet[:5]) is None
    with pytest.raises(FormatError):
        packets.parse(b"\xff" * 6)
    with pytest.raises(ValueError):
        packets.PacketWriter(2048).packets(b"abc")


def test_ccsdspy_reads_what_is_written() -> None:
    ccsdspy = peer("ccsdspy")
    writer = packets.PacketWriter(7, crc=True)
    rows = (np.arange(60).reshape(20, 3) * 1000 + 5).astype(">u2")
    stream = b"".join(
        b"".join(writer.packets(row.tobytes(), packets.time(100 + i, i << 24))) for i, row in enumerate(rows)
    )
    fields = [
        ccsdspy.PacketField("seconds", "uint", 32),
        ccsdspy.PacketField("fraction", "uint", 16),
        ccsdspy.PacketArray(name="row", data_type="uint", bit_length=16, array_shape=3),
        ccsdspy.PacketField("crc", "uint", 16),
    ]
    read = ccsdspy.FixedLength(fields).load(io.BytesIO(stream), include_primary_header=True)
    assert (read["row"] == rows).all() and (read["seconds"] == 100 + np.arange(20)).all()
    assert (read["CCSDS_APID"] == 7).all() and (read["CCSDS_SEQUENCE_COUNT"] == np.arange(20)).all()


def test_spacepackets_reads_and_writes_the_same() -> None:
    ccsds = peer("spacepackets.ccsds")
    made = packets.PacketWriter(9, max_bytes=40, crc=True).packets(unit(11))
    assert len(made) > 3
    flags = [ccsds.SequenceFlags.FIRST_SEGMENT, *[ccsds.SequenceFlags.CONTINUATION_SEGMENT] * (len(made) - 2)]
    flags.append(ccsds.SequenceFlags.LAST_SEGMENT)
    for i, packet in enumerate(made):
        header = ccsds.SpacePacketHeader.unpack(packet)
        assert (header.apid, header.seq_count, header.packet_len) == (9, i, len(packet))
        assert header.seq_flags == flags[i] and header.packet_type == ccsds.PacketType.TM
        crc = peer("fastcrc").crc16.ibm_3740(packet)
        assert crc == 0
        own = ccsds.SpacePacketHeader(
            packet_type=ccsds.PacketType.TM, apid=9, seq_count=i, data_len=len(packet) - 7, seq_flags=flags[i]
        )
        assert own.pack() == packet[:6]
