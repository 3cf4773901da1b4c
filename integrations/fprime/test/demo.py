"""The demo deployment before and after a reset, and its data products and telemetry against definitions in Python.

    demo.py PROGRAM DIRECTORY    runs SqsDemo in an empty directory
"""

import os
import shutil
import struct
import subprocess
import sys

WINDOW = 64
HEADER = ">HIIHBIIB32sBH"  # and a hash of 4 bytes
PIPELINE = 0x2000


def sample(t):
    """Sample t of the instrument."""
    return (t * 37 + t // 32 * 11) % 4001 - 2000


def f32(x):
    return struct.unpack(">f", struct.pack(">f", x))[0]


def smoothed(end):
    y, rows = float(sample(0)), []
    for t in range(end * WINDOW):
        y += 0.125 * (sample(t) - y)
        rows.append(f32(y))
    return rows


def products(directory):
    """Rows of each output by their number, as lists."""
    outputs = {0: {}, 1: {}}
    for name in sorted(os.listdir(directory)):
        data = open(os.path.join(directory, name), "rb").read()
        size = struct.unpack_from(HEADER, data)[-1]
        at = struct.calcsize(HEADER) + 4
        record, output, row, length, _, count = struct.unpack_from(">IIQIIH", data, at)
        values = struct.unpack_from(f">{count}f", data, at + 26)
        assert size == 26 + 4 * count, (name, size, count)
        for i in range(count // length):
            assert row + i not in outputs[output], (name, row + i)
            outputs[output][row + i] = list(values[i * length:(i + 1) * length])
    return outputs


def channels(path):
    """Values of telemetry channels in order: {id: [bytes]}."""
    values, data, at = {}, open(path, "rb").read(), 0
    while at < len(data):
        size, = struct.unpack_from("<H", data, at)
        packet = data[at + 2:at + 2 + size]
        # Packets of TlmChan: a descriptor, then IDs, times and values. A value's length follows from its channel.
        p = 4
        while p < len(packet):
            channel, = struct.unpack_from(">I", packet, p)
            p += 4 + 11
            length = {PIPELINE + 0: 16, PIPELINE + 1: 8, PIPELINE + 2: 8, PIPELINE + 3: 8, PIPELINE + 4: 4, PIPELINE + 5: 8}.get(channel)
            if length is None:
                break  # of another component
            values.setdefault(channel - PIPELINE, []).append(packet[p:p + length])
            p += length
        at += 2 + size
    return values


def last_u64(values):
    return struct.unpack(">Q", values[-1])[0]


def main(program, directory):
    program = os.path.abspath(program)
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)
    os.chdir(directory)
    preload = os.environ.get("PRELOAD")
    environment = {**os.environ, **({"LD_PRELOAD": preload} if preload else {})}
    logs = []
    for part, want in (("first", -9), ("second", 0)):
        with open(f"{part}.log", "w") as log:
            done = subprocess.run([program, part], stdout=log, stderr=subprocess.STDOUT, timeout=120, env=environment)
        logs.append(open(f"{part}.log").read())
        assert done.returncode == want, (part, done.returncode, logs[-1][-2000:])
    first, second = products("products1"), products("products2")
    saved = [line for line in logs[0].splitlines() if "bytes saved" in line]
    assert len(saved) == 1 and "restored, next sample" in logs[1] and "bytes checked" in logs[1], logs
    resumed = int(logs[1].split("restored, next sample ")[1].split()[0].rstrip(".)"))
    # The first run ends in the middle; the second continues with the row of the checkpoint, with the same bits.
    end = max(second[0]) + 1
    assert min(second[0]) == min(second[1]) <= max(first[0]) and 0 < resumed < (max(first[0]) + 1) * WINDOW + 400
    want = smoothed(max(end, max(first[0]) + 1))
    again = 0
    for run in (first, second):
        assert set(run[0]) == set(range(min(run[0]), max(run[0]) + 1))
        for row, values in run[1].items():
            assert values == want[row * WINDOW:(row + 1) * WINDOW], row
        for row, values in run[0].items():
            assert values == [max(want[row * WINDOW:(row + 1) * WINDOW])], row
            again += run is second and row in first[0]
    assert again > 0
    telemetry = channels("telemetry2.bin")
    assert last_u64(telemetry[1]) == end, (last_u64(telemetry[1]), end)
    raw, coded = (int(logs[1].split("data products: ")[1].split()[i].rstrip(",")) for i in (0, 3))
    assert 0 < coded < raw, (raw, coded)
    print(f"F Prime: rows 0 to {end - 1}, {again} of them sent twice with the same bits; "
          f"data products of {raw} bytes compressed to {coded}")


if __name__ == "__main__":
    main(*sys.argv[1:])
