#!/usr/bin/env python3
"""Paths to a panic in a linked program: panics.py PREFIX PROGRAM.elf

PREFIX is that of the binutils (sparc64-linux-gnu-). Lists every call of core's panics with its place in the source, and
exits with 1 if it finds one. The program must be linked with --gc-sections, so that it contains reachable functions only.
"""
import re
import subprocess
import sys

prefix, elf = sys.argv[1:3]
# The panic functions of core, in either mangling, after demangling.
PANIC = re.compile(r"\bcore::(panicking::|(?:option|result|cell)::\w*(?:unwrap|expect|panic)\w*failed|slice::.*fail|str::.*fail"
                   r"|.*::panic_\w+$)|\bpanic_bounds_check|\balloc::.*(?:handle_error|capacity_overflow)")


def run(*command, text=None):
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


code = run(prefix + "objdump", "-d", "--no-show-raw-insn", elf)
names, calls, inside = {}, [], None
for line in code.splitlines():
    head = re.match(r"([0-9a-f]+) <(.*)>:$", line)
    if head:
        inside = head[2]
        continue
    # A call, or a branch out of the function (a tail call).
    to = re.match(r"\s*([0-9a-f]+):\t\S+.*\s([0-9a-f]+) <([^+>]*)>$", line)
    if to and to[3] != inside:
        calls.append((to[1], inside, to[3]))
wanted = sorted({name for call in calls for name in call[1:]})
filt = re.sub(r"\[[0-9a-f]{16}\]", "", run(prefix + "c++filt", text="\n".join(wanted) + "\n")).split("\n")
names = dict(zip(wanted, filt))
found = [call for call in calls if PANIC.search(names[call[2]]) and not PANIC.search(names[call[1]])]
for address, caller, panic in found:
    place = run(prefix + "addr2line", "-i", "-e", elf, "0x" + address).split("\n")
    place = [re.sub(r"^.*/(?=src/)", "", re.sub(r"^.*/library/core/src", "core", p)) for p in place if p]
    ours = next((p for p in place if p.startswith("src/")), place[0] if place else "?")
    print(f"{ours}: {names[caller]} -> {names[panic]}   [{' < '.join(place[:4])}]")
symbols = run(prefix + "nm", "-C", elf)
left = sorted({line.split(None, 2)[-1] for line in symbols.splitlines() if PANIC.search(line.split(None, 2)[-1])})
print(f"{len(found)} ways to a panic, {len(left)} panics linked" + (": " + ", ".join(left) if left else ""))
sys.exit(1 if found or left else 0)
