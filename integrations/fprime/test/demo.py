"""The demo deployment before and after a reset, and its data products and telemetry against definitions in Python.

    demo.py PROGRAM DIRECTORY    runs SqsDemo in an empty directory
"""

import os
import shutil
import struct
import subprocess
import sys

WINDOW = 64
HEADER = ">IIIHBIIB32sBH"  # and a hash of 4 bytes
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


def channel(path, number):
    """The last value of a telemetry channel of 8 bytes, found by its ID."""
    data = open(path, "rb").read()
    at = data.rindex(struct.pack(">IHB", PIPELINE + number, 2, 0))
    return struct.unpack_from(">Q", data, at + 4 + 11)[0]


def main(program, directory):
    program = os.path.abspath(program)
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)
    os.chdir(directory)
    logs = []
    for part, want in (("first", -9), ("second", 0)):
        with open(f"{part}.log", "w") as log:
            done = subprocess.run([program, part], stdout=log, stderr=subprocess.STDOUT, timeout=120)
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
    # The last packet is at most a few cycles older than the last product.
    assert end - 20 <= channel("telemetry2.bin", 1) <= end, (channel("telemetry2.bin", 1), end)
    assert channel("telemetry2.bin", 2) >= (end - 20) * WINDOW
    raw, coded = (int(logs[1].split("data products: ")[1].split()[i].rstrip(",")) for i in (0, 3))
    assert 0 < coded < raw, (raw, coded)
    print(f"F Prime: rows 0 to {end - 1}, {again} of them sent twice with the same bits; "
          f"data products of {raw} bytes compressed to {coded}")


if __name__ == "__main__":
    main(*sys.argv[1:])
