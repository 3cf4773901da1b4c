"""Runs tshark with sqs.lua on captures made here, and compares the fields: `python3 check.py FOLDER STREAMS`.

The frames are those of the golden streams, their fields read here by struct. The packets are made here from the
standard's text.
"""

import struct
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PORT = 5005


def datagram(data: bytes, port: int) -> bytes:
    """An IPv4 packet with one UDP datagram, for link type 101 (raw IP)."""
    udp = struct.pack(">HHHH", 40000, port, 8 + len(data), 0) + data
    return struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, 0x7F000001, 0x7F000001) + udp


def capture(path: Path, datagrams: list, port: int) -> None:
    with path.open("wb") as f:
        f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535 + 28, 101))
        for i, data in enumerate(datagrams):
            packet = datagram(data, port)
            f.write(struct.pack("<IIII", i, 0, len(packet), len(packet)) + packet)


def fields(path: Path, names: list, *more: str) -> list:
    """The values of the fields, a list per datagram; values of one field are joined by commas."""
    wanted = [word for name in names for word in ("-e", name)]
    lua = ["-X", f"lua_script:{HERE / 'sqs.lua'}"]
    command = ["tshark", "-n", "-r", str(path), *lua, *more, "-T", "fields", "-E", "separator=;", *wanted]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0 and "Lua" not in run.stderr, run.stderr
    return [line.split(";") for line in run.stdout.splitlines()]


def split(stream: bytes) -> list:
    """The frames of a stream of version 2."""
    all_frames = []
    while stream:
        size = 39 + int.from_bytes(stream[20:23], "big")
        all_frames.append(stream[:size])
        stream = stream[size:]
    return all_frames


def frame_fields(frame: bytes) -> list:
    raw, payload = (int.from_bytes(frame[i : i + 3], "big") for i in (17, 20))
    offset, header_crc = struct.unpack(">QI", frame[23:35])
    position = (frame[4] & 15) << 4 | frame[5] >> 4
    channels = struct.unpack(">H", frame[7:9])[0] + 1
    crc = int.from_bytes(frame[-4:], "big")
    return [
        str(frame[4] >> 4), str(position), str(frame[5] & 15), str(frame[6] & 127), str(channels),
        f"0x{frame[9:17].hex()}", str(raw), str(payload), str(offset), f"0x{header_crc:08x}", f"0x{crc:08x}",
    ]  # fmt: skip


FRAME = ["version", "position", "codec", "sample", "channels", "identity", "raw_bytes", "payload_bytes", "raw_offset"]
FRAME = [f"sqs.{name}" for name in [*FRAME, "header_crc", "payload_crc"]]


def check_frames(folder: Path, all_frames: list) -> None:
    path = folder / "frames.pcap"
    capture(path, all_frames, 9)
    got = fields(path, FRAME)
    assert got == [frame_fields(f) for f in all_frames], next(
        (a, b) for a, b in zip(got, map(frame_fields, all_frames)) if a != b
    )
    # Two frames in a datagram, and one that is cut off.
    capture(path, [all_frames[0] + all_frames[1], all_frames[0][:50], all_frames[0][:20], b"\x00" * 60], 9)
    got = fields(path, ["sqs.raw_offset", "sqs.cut"])
    first, second = (frame_fields(f)[8] for f in all_frames[:2])
    assert got[0] == [f"{first},{second}", ""], got
    assert got[1][0] == first and got[1][1] and got[2][0] == "" and got[2][1], got
    assert got[3] == ["", ""], got


def space_packet(apid: int, count: int, data: bytes, flags: int = 3, secondary: int = 0) -> bytes:
    return struct.pack(">HHH", secondary << 11 | apid, flags << 14 | count, len(data) - 1) + data


def check_packets(folder: Path, frame: bytes) -> None:
    path = folder / "packets.pcap"
    half = len(frame) // 2
    sent = [
        space_packet(100, 16382, b"\0\1\2\3" + frame, secondary=1),
        space_packet(100, 16383, frame[:half], flags=1) + space_packet(7, 5, b"x"),
        space_packet(100, 0, frame[half:], flags=2),
        space_packet(100, 3, b"after a gap"),
        space_packet(7, 6, b"no gap here"),
        space_packet(7, 7, b"this one is cut off")[:-4],
    ]
    capture(path, sent, PORT)
    names = ["apid", "count", "segment", "bytes", "missing", "secondary_header"]
    more = ("-o", f"sqs_packet.port:{PORT}", "-o", "sqs_packet.secondary:4")
    got = fields(path, [f"sqs_packet.{n}" for n in names] + ["sqs.raw_offset", "sqs_packet.cut"], *more)
    at = frame_fields(frame)[8]
    assert [g[:7] for g in got] == [
        ["100", "16382", "3", str(10 + len(frame)), "", "00010203", at],
        ["100,7", "16383,5", "1,3", f"{6 + half},7", "", "", at],
        ["100", "0", "2", str(6 + len(frame) - half), "", "", ""],
        ["100", "3", "3", "17", "2", "", ""],
        ["7", "6", "3", "17", "", "", ""],
        ["7", "7", "3", "25", "", "", ""],
    ], got
    assert [bool(g[7]) for g in got] == [False] * 5 + [True], got
    # Without the port the datagrams are not taken as packets.
    assert fields(path, ["sqs_packet.apid"]) == [[""]] * len(sent)


def main() -> None:
    folder = Path(sys.argv[1])
    lines = Path(sys.argv[2]).read_text(encoding="ascii").splitlines()
    all_frames = [frame for line in lines for frame in split(bytes.fromhex(line.split(" ")[3]))]
    check_frames(folder, all_frames)
    check_packets(folder, all_frames[0])
    print(f"{len(all_frames)} frames and 7 packets")


main()
