#!/usr/bin/env python3
"""Makes the C header golden.h of tests/golden: python3 golden.py TESTS_GOLDEN > golden.h"""
import re
import struct
import sys

folder = sys.argv[1]
EFFORT = {"Fast": 1, "Default": 5, "Best": 9}
CODEC = {"Auto": "SQS_CODEC_AUTO", "Lz": "SQS_CODEC_LZ", "Ccsds121": "SQS_CODEC_CCSDS121"}

print("/* Made of tests/golden by golden.py. */")
print("typedef struct {")
print("    const char *name;")
print("    uint32_t dtype, channels, effort, codec, text, bytes, crc;")
print("} golden_vector;")
print("static const golden_vector golden_vectors[] = {")
count = 0
for line in open(folder + "/codec.txt"):
    by_type = re.fullmatch(r"(\w+) x(\d) (\w+): (\d+) bytes, ([0-9a-f]{8})\n", line)
    by_codec = re.fullmatch(r"(\w+) (\w+) (\w+): (\d+) bytes, ([0-9a-f]{8})\n", line)
    if by_type:
        dtype, channels, effort, size, crc = by_type.groups()
        codec, text = "SQS_CODEC_AUTO", 0
    elif by_codec:
        method, dtype, effort, size, crc = by_codec.groups()
        codec, text, channels = CODEC[method], int(dtype == "Bytes"), 1 if dtype == "Bytes" else 2
    else:
        sys.exit("golden.py: not understood: " + line)
    name = line.split(":")[0]
    print(f'    {{ "{name}", SQS_{dtype.upper()}, {channels}, {EFFORT[effort]}, {codec}, {text}, {size}, 0x{crc}u }},')
    count += 1
print("};")
if count == 0:
    sys.exit("golden.py: codec.txt is empty")
digits = "".join(open(folder + "/checkpoint_builtin.hex").read().split())
data = bytes.fromhex(digits)
print("static const unsigned char golden_checkpoint[] __attribute__((aligned(8))) = {")
for i in range(0, len(data), 16):
    print("    " + ", ".join(f"0x{b:02x}" for b in data[i:i + 16]) + ",")
print("};")

FORMAT = {"u8": "B", "i16": "h", "u32": "I", "f32": "f", "c32": "f", "f64": "d"}
print("typedef struct {")
print("    const char *name;")
print("    uint32_t dtype, count, crc;")
print("    uint64_t words[3];")
print("} golden_feature;")
print("static const golden_feature golden_features[] = {")
count = 0
for line in open(folder + "/features_flight.txt"):
    parts = re.fullmatch(r"(.+): (\d+) (\w+), ([0-9a-f]{8}):((?: \S+){3})\n", line)
    if not parts:
        sys.exit("golden.py: not understood: " + line)
    name, size, dtype, crc, numbers = parts.groups()
    code = FORMAT[dtype]
    values = [(float if code in "fd" else int)(number) for number in numbers.split()]
    words = ", ".join(f"0x{struct.pack('>' + code, value).hex()}u" for value in values)
    print(f'    {{ "{name}", SQS_{dtype.upper()}, {size}, 0x{crc}u, {{ {words} }} }},')
    count += 1
print("};")
if count == 0:
    sys.exit("golden.py: features_flight.txt is empty")
