#!/usr/bin/env python3
"""Instructions a sample on LEON3: bench.py PROGRAM.elf libcount.so

Runs the program on QEMU with the counting plugin and prints a table. Counts are exact and the same in every run; the share of
a processor is at MHZ and at IPC instructions a cycle, which is an assumption: QEMU knows nothing of caches, memory or
pipelines of a GR740.
"""
import re
import subprocess
import sys

MHZ, IPC = 250.0, 0.5
RATES = {"audio": 48e3, "biquad": 48e3}
# The workload that a comparison belongs to, if its name does not contain it.
OURS = {"encode-libaec": "encode-1", "decode-libaec": "decode-1"}

elf, plugin = sys.argv[1:3]
symbols = subprocess.run(["sparc64-linux-gnu-nm", elf], capture_output=True, text=True, check=True).stdout
mark = re.search(r"^([0-9a-f]+) . mark$", symbols, re.M)[1]
command = ["timeout", "900", "qemu-system-sparc", "-M", "leon3_generic", "-m", "64", "-nographic", "-no-reboot", "-serial", "stdio",
           "-monitor", "none", "-kernel", elf, "-plugin", f"{plugin},mark=0x{mark}"]
run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
marks = [int(n) for n in re.findall(r"^MARK (\d+)$", run.stderr, re.M)]
works = re.findall(r"^BENCH (\S+) (\d+)(?:\n(?!BENCH).*)*", run.stdout, re.M)
details = re.split(r"^BENCH ", run.stdout, flags=re.M)[1:]
if not re.search(r"^EXIT 0\b", run.stdout, re.M) or len(marks) != 2 * len(works) or not works:
    sys.exit(f"bench.py: it did not run to its end:\n{run.stdout}\n{run.stderr}")
overhead = marks[1] - marks[0]
each = {}
print(f"{'work':16} {'samples':>8} {'instructions':>13} {'a sample':>9} {'share of a core':>24}  work area, ratio")
for i, (name, samples) in enumerate(works):
    if name == "nothing":
        continue
    n, samples = marks[2 * i + 1] - marks[2 * i] - overhead, int(samples)
    each[name] = n / samples
    ours = OURS.get(name, name.split("-")[0] if not name[-1].isdigit() else name)
    rate = RATES.get(ours, 1e6)
    share = n / samples * rate / (MHZ * 1e6 * IPC)
    area = re.search(r"WORK (\d+)", details[i])
    ratio = re.search(r"RATIO (\d+)", details[i])
    again = re.search(r"AGAIN (\d+)", details[i])
    more = [area[1] + " bytes"] if area else []
    more += [f"{int(ratio[1]) / 1000:.2f}"] if ratio else []
    more += [f"rows made {int(again[1]) / 100:.2f} times"] if again and again[1] != "100" else []
    more += [f"ours is {each[ours] / each[name]:.2f} of it"] if ours in each and ours != name and not area else []
    print(f"{name:16} {samples:8} {n:13} {n / samples:9.1f} {share:10.2%} at {rate / 1e3:5.0f} kHz  {', '.join(more)}")
if "audio-kissfft" not in each:
    print("left out: KissFFT and libaec, which are not there (ci/flight-peers.sh DIR, PEERS=DIR)")
print(f"share: of one core at {MHZ:.0f} MHz and {IPC} instructions a cycle (assumed)")
