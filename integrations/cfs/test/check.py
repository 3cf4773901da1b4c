"""What the test inside cFE must have written, computed from definitions in plain Python.

    check.py samples FILE    the recording of the test
    check.py check CF LOG LINKING    CF: the directory /cf of the mission
"""

import math
import re
import struct
import sys

PACKET, PACKETS = 128, 40
SAMPLES = 60000


def recording():
    """A slow wave with noise of a linear congruential generator, 16 bits."""
    samples, state = [], 12345
    for t in range(SAMPLES):
        state = (state * 1103515245 + 12345) % 2**31
        samples.append(int(9000 * math.sin(t / 700)) + (state >> 16) % 61 - 30)
    return samples


def message(t):
    """Sample t of the messages of sqs_test.c."""
    return (t * 37 + (t >> 5) * 11) % 4001 - 2000


def f32(x):
    return struct.unpack("<f", struct.pack("<f", x))[0]


def rows(path):
    """Rows of each output by their number, from the packets in a file."""
    outputs, at = {}, 0
    data = open(path, "rb").read()
    while at < len(data):
        first, output, count, size = struct.unpack_from("<QIHH", data, at)
        at += 16
        assert size == 4, size
        for i, row in enumerate(struct.unpack_from(f"<{count}f", data, at)):
            outputs.setdefault(output, {})[first + i] = row
        at += count * size
    return outputs


def housekeeping(path):
    lines = [line.split() for line in open(path) if line.startswith("hk ")]
    return [{k: int(v) for k, v in (word.split("=") for word in line[1:])} for line in lines]


def check_levels(levels):
    """The graph level, over messages: exact sums and maxima of integers."""
    windows = PACKETS * PACKET // 256
    for t in range(windows):
        window = [message(t * 256 + i) for i in range(256)]
        rms = math.sqrt(sum(x * x for x in window) / 256)
        assert abs(levels[0][t] - rms) <= rms * 2**-23, (t, levels[0][t], rms)
        assert levels[1][t] == max(window) and levels[2][t] == min(window), t
    assert set(levels[0]) == set(levels[1]) == set(levels[2]) == set(range(windows))
    return 3 * windows


def check_smooth(outputs, first_row):
    """The graph smooth, over the recording: y += (x - y) / 8 from the first sample."""
    y, checked = None, 0
    samples = recording()
    for t in range(SAMPLES // 64):
        smoothed = []
        for x in samples[t * 64:(t + 1) * 64]:
            y = float(x) if y is None else y + 0.125 * (x - y)
            smoothed.append(f32(y))
        if t < first_row:
            continue
        mean = sum(smoothed) / 64
        assert outputs[0][t] == max(smoothed), t
        assert abs(outputs[1][t] - mean) <= 2**-22 * max(map(abs, smoothed)), (t, outputs[1][t], mean)
        checked += 2
    return checked


def check(cf, log_path, linking):
    log = open(log_path).read()
    second = rows(f"{cf}/rows2.bin")
    hk1, hk2 = housekeeping(f"{cf}/hk1.txt"), housekeeping(f"{cf}/hk2.txt")
    recorded = struct.pack(f"<{SAMPLES}h", *recording())

    # Rows of messages come first; the rows of the file start from 0 again.
    print("rows of messages:", check_levels(levels(f"{cf}/rows1.bin")))

    # The recording comes back from the app and from FM.
    coded = open(f"{cf}/samples.sqs", "rb").read()
    for name in ("samples.back", "samples.fm"):
        assert open(f"{cf}/{name}", "rb").read() == recorded, name
    assert coded[4] >> 4 == 2 and len(coded) < 0.6 * len(recorded), len(coded)
    # The identity in the first frame is that of the two events, of the encoded and of the decoded file.
    identities = re.findall(r"SQS_APP: /cf/samples.\w+: .* stream ([0-9A-F]{16})", log)
    assert identities == 2 * [coded[9:17].hex().upper()] and int(identities[0], 16) != 0, identities
    print(f"encoded: {len(recorded)} bytes to {len(coded)}")

    # Commands: refused ones count as errors.
    last = hk1[-1]
    assert last["errors"] == 3 and last["commands"] == 9 and last["dropped"] == 1 and last["files"] == 2, last
    assert "table refused" in log and "unknown command code 99" in log and "SQS_APP: no-op" in log
    assert any(h["raw"] == len(recorded) and h["coded"] == len(coded) for h in hk1)

    # Before the reset rows were sent that the checkpoint does not know: after it they come again, with the same bits.
    # The last report but one was made with the checkpoint.
    saved = hk1[-2]["next_row"]
    resumed = hk2[1]
    assert resumed["next_sample"] == hk1[-2]["next_sample"] > 0 and resumed["next_row"] == saved > 0, (resumed, last)
    assert hk2[-1]["ended"] == 1 and hk2[-1]["next_sample"] == SAMPLES and hk2[-1]["status"] == 0, hk2[-1]
    print("rows after the reset:", check_smooth(second, saved))
    before = smooth_before(f"{cf}/rows1.bin")
    again = [t for t in before[0] if t >= saved]
    assert again and all(before[0][t] == second[0][t] and before[1][t] == second[1][t] for t in again)
    assert check_smooth({k: {**before[k], **second[k]} for k in (0, 1)}, 0) == 2 * (SAMPLES // 64)
    print(f"rows sent twice with the same bits: {len(again)}")
    # Neither of the two runs allocated in the integration; the test app did, once each.
    modules = (("sqs_lib.so", 0), ("sqs_app.so", 0), ("fm.so", 0), ("sqs_test.so", 1)) if linking == "dynamic" else ()
    for module, want in modules:
        counts = [int(n) for n in re.findall(f"allocations of {module}: (\\d+)", log)]
        assert counts == [want, want], (module, counts)
    print("allocations: none" if modules else "allocations: not counted")
    print(f"cFS, {linking} linking: passed")


def packets(path):
    data, at = open(path, "rb").read(), 0
    while at < len(data):
        first, output, count, size = struct.unpack_from("<QIHH", data, at)
        yield first, output, struct.unpack_from(f"<{count}f", data, at + 16)
        at += 16 + count * size


def levels(path):
    """Rows of the first table: all until row 0 of output 0 comes again."""
    outputs, zeros = {}, 0
    for first, output, values in packets(path):
        zeros += output == 0 and first == 0
        if zeros > 1:
            break
        for i, v in enumerate(values):
            outputs.setdefault(output, {})[first + i] = v
    return outputs


def smooth_before(path):
    """Rows of the second table, before the reset."""
    outputs, zeros = {}, 0
    for first, output, values in packets(path):
        zeros += output == 0 and first == 0
        if zeros > 1:
            for i, v in enumerate(values):
                outputs.setdefault(output, {})[first + i] = v
    return outputs


if sys.argv[1] == "samples":
    open(sys.argv[2], "wb").write(struct.pack(f"<{SAMPLES}h", *recording()))
else:
    check(*sys.argv[2:])
