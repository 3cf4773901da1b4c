"""CCSDS space packets: units of bytes as packets of one application process, and back (docs/formats/packets.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ._native import ffi, lib
from ._native_calls import address, check, new
from ._status import Status
from .coders import buffer_of


@dataclass(frozen=True)
class Packet:
    """The primary header of a packet."""

    apid: int
    command: bool
    secondary: bool
    segment: int
    """0 continuation, 1 first, 2 last segment, 3 a whole unit."""
    sequence: int
    bytes: int
    """Size of the packet, which may be more than the input has."""


def parse(data: Any) -> Packet | None:
    """The primary header at the start of `data`; None if it has less than 6 bytes.

    Raises
    ------
    FormatError
        No packet begins here.
    """
    given, packet = buffer_of(data), new("sqs_packet")
    if check(lib.sqs_packet_parse(address(given), given.size, packet)) == Status.AGAIN:
        return None
    return Packet(
        packet.apid, bool(packet.command), bool(packet.secondary), packet.segment, packet.sequence, packet.bytes
    )


def time(seconds: int, fraction: int = 0, coarse: int = 4, fine: int = 2) -> bytes:
    """The T-field of an unsegmented time code (CUC): seconds, and a fraction in units of 2^-32 s."""
    out = np.zeros(coarse + fine, np.uint8)
    check(lib.sqs_packet_time(seconds, fraction, coarse, fine, address(out), out.size))
    return out.tobytes()


def _flags(crc: bool, command: bool) -> int:
    return (lib.SQS_PACKET_CRC if crc else 0) | (lib.SQS_PACKET_COMMAND if command else 0)


class PacketWriter:
    """Writes units as packets.

    Parameters
    ----------
    apid : int
        Application process identifier, 0 to 2047.
    max_bytes : int
        Maximum size of a packet; 0 means 65542.
    crc, command : bool
        Whether packets end with a checksum, and whether they are commands.
    sequence : int
        Sequence count of the first packet.

    Examples
    --------
    >>> from sqrtspace.packets import PacketReader, PacketWriter
    >>> packets = PacketWriter(42, max_bytes=100, crc=True).packets(bytes(250))
    >>> [len(packet) for packet in packets]
    [100, 100, 74]
    >>> reader = PacketReader(42, crc=True)
    >>> reader.read(packets[0] + packets[1] + packets[2], last=True) == [bytes(250)]
    True
    """

    def __init__(
        self,
        apid: int,
        max_bytes: int = 0,
        crc: bool = False,
        command: bool = False,
        sequence: int = 0,
    ) -> None:
        self._struct = new(
            "sqs_packet_writer",
            apid=apid,
            flags=_flags(crc, command),
            max_bytes=max_bytes,
            sequence=sequence,
        )

    def packets(self, unit: Any, secondary: bytes = b"") -> list[bytes]:
        """The packets of a unit, each with this secondary header."""
        given, head = buffer_of(unit), buffer_of(secondary)
        out = np.empty(self._struct.max_bytes or 65542, np.uint8)
        written, packets, status = ffi.new("size_t *"), [], Status.AGAIN
        self._struct.unit_at = 0
        while status == Status.AGAIN:
            status = Status(
                check(
                    lib.sqs_packet_write(
                        self._struct, address(head), head.size, address(given), given.size, address(out), out.size, written
                    )
                )
            )
            packets.append(out[: int(written[0])].tobytes())
        return packets


class PacketReader:
    """Reads units from packets of one application process. Parameters are those of :class:`PacketWriter`, and the
    size of the secondary header of packets that have one and of the longest unit.

    Lost packets and units are counted: `packets`, `other_packets`, `lost_packets`, `repeated_packets`, `lost_units`,
    `skipped_bytes`.
    """

    def __init__(
        self,
        apid: int,
        secondary_bytes: int = 0,
        crc: bool = False,
        command: bool = False,
        max_unit_bytes: int = 1 << 22,
    ) -> None:
        self._struct = new(
            "sqs_packet_reader", apid=apid, flags=_flags(crc, command), secondary_bytes=secondary_bytes
        )
        self._unit = np.empty(max_unit_bytes, np.uint8)
        self._rest = b""

    def read(self, data: Any = b"", last: bool = False) -> list[bytes]:
        """The units that are complete after `data`. `last`: no data follows."""
        given = buffer_of(self._rest + bytes(data))
        used, size, at, units = ffi.new("size_t *"), ffi.new("size_t *"), 0, []
        flow, status = lib.SQS_FLOW_END if last else lib.SQS_FLOW_CONTINUE, Status.AGAIN
        while status == Status.AGAIN:
            part = given[at:]
            status = Status(
                check(
                    lib.sqs_packet_read(
                        self._struct, address(part), part.size, used, address(self._unit), self._unit.size, size, flow
                    )
                )
            )
            at += int(used[0])
            if status == Status.AGAIN:
                units.append(self._unit[: int(size[0])].tobytes())
        self._rest = given[at:].tobytes()
        return units

    def __getattr__(self, name: str) -> int:
        if name in ("packets", "other_packets", "lost_packets", "repeated_packets", "lost_units", "skipped_bytes"):
            return int(getattr(self._struct, name))
        raise AttributeError(name)
