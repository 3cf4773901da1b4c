#!/usr/bin/env python3
"""Recursion and stack of a linked program, from its machine code: graph.py PREFIX PROGRAM.elf [ROOTS]

Frames are what functions take from the stack pointer (SPARC: save; PowerPC: stwu). Calls are those that name a function; calls
through pointers are listed by caller. Prints every cycle of calls, and for each function whose name starts with ROOTS
(sqs_) the worst stack in bytes: of calls by name, and with a call through a pointer at the worst place to the deepest function
whose address the program holds. What a function of the user takes comes on top. Exits with 1 if there is a cycle or a
frame that is not constant.
"""
import re
import subprocess
import sys

sys.setrecursionlimit(10000)
prefix, elf = sys.argv[1:3]
roots = sys.argv[3] if len(sys.argv) > 3 else "sqs_"


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


starts, names = {}, {}
for line in run(prefix + "nm", "-C", elf).splitlines():
    m = re.match(r"([0-9a-f]+) [tTwW] (.*)", line)
    if m:
        starts.setdefault(int(m[1], 16), m[2])
names = starts
frame, calls, pointers, odd, here, constant = {}, {}, {}, [], None, {}
for line in run(prefix + "objdump", "-d", "--no-show-raw-insn", elf).splitlines():
    m = re.match(r"([0-9a-f]+) <.*>:$", line)
    if m:
        at = int(m[1], 16)
        if at in names:
            here, constant = at, {}
            frame.setdefault(here, 0)
            calls.setdefault(here, set())
            pointers.setdefault(here, 0)
        continue
    m = re.match(r"\s*[0-9a-f]+:\t(\S+)\s*(.*)", line)
    if not m or here is None:
        continue
    op, args = m[1], m[2]
    # SPARC
    if op == "sethi":
        c = re.match(r"%hi\((0x[0-9a-f]+|\d+)\), (%\w+)", args)
        if c:
            constant[c[2]] = int(c[1], 0)
    elif op in ("or", "add", "xor", "inc", "mov"):
        c = re.match(r"(%\w+), (-?\w+), (%\w+)$", args)
        if c and c[1] == c[3] and c[1] in constant and re.match(r"-?(0x)?[0-9a-f]+$", c[2]):
            v = int(c[2], 0)
            constant[c[1]] = (constant[c[1]] ^ v if op == "xor" else constant[c[1]] + v if op == "add" else constant[c[1]] | v)
    if op == "save":
        c = re.match(r"%sp, (-?\w+|%\w+), %sp", args)
        if c and c[1].startswith("%"):
            v = constant.get(c[1])
            size = None if v is None else -(v - (1 << 32) if v >= 1 << 31 else v)
        else:
            size = -int(c[1], 0) if c else 0 if not args else None
        if size is None or size < 0:
            odd.append(here)
        else:
            frame[here] = max(frame[here], size)
    # PowerPC
    elif op == "stwu":
        c = re.match(r"r1,(-?\d+)\(r1\)", args)
        if c:
            frame[here] = max(frame[here], -int(c[1]))
    elif op in ("stwux", "alloca"):
        odd.append(here)
    if op in ("call", "bl", "jmpl", "bctrl"):
        c = re.search(r"([0-9a-f]{4,}) <", args)
        if c:
            calls[here].add(int(c[1], 16))
        else:
            pointers[here] += 1
    else:
        # A branch to the start of another function.
        c = re.search(r"\b([0-9a-f]{6,}) <[^+>]*>$", args)
        if c and op.startswith(("b", "j")) and int(c[1], 16) != here:
            calls[here].add(int(c[1], 16))

# Functions whose address is in data or is computed in code.
taken = set()
dump = run(prefix + "objdump", "-s", "-j", ".rodata", "-j", ".data", elf)
for line in dump.splitlines():
    m = re.match(r" [0-9a-f]+ ((?:[0-9a-f]{2,8} ?)+)", line)
    if m:
        for word in re.findall(r"\b[0-9a-f]{8}\b", m[1][:36]):
            if int(word, 16) in frame:
                taken.add(int(word, 16))
taken = {t for t in taken if not names[t].startswith(roots)}
# A pipeline calls its planner through pointers: these calls lead to one function each.
for caller, callee in (("::ask_plan", "pipeline::planning::plan_now"), ("::ask_job", "pipeline::planning::job_now"),
                       ("::ask_frozen", "pipeline::planning::frozen_now")):
    for v in [v for v in frame if names[v].endswith(caller)]:
        led = {t for t in taken if names[t].endswith(callee)}
        if len(led) == 1 and pointers[v] > 0:
            calls[v] |= led
            pointers[v] = 0
    taken = {t for t in taken if not names[t].endswith(callee)}

# Tarjan's algorithm; recursion is fine here, because programs have some hundred functions.
index, low, stack, on, cycles, count = {}, {}, [], set(), [], [0]


def visit(v):
    index[v] = low[v] = count[0]
    count[0] += 1
    stack.append(v)
    on.add(v)
    for w in calls.get(v, ()):
        if w not in frame:
            continue
        if w not in index:
            visit(w)
            low[v] = min(low[v], low[w])
        elif w in on:
            low[v] = min(low[v], index[w])
    if low[v] == index[v]:
        part = []
        while True:
            w = stack.pop()
            on.discard(w)
            part.append(w)
            if w == v:
                break
        if len(part) > 1 or v in calls.get(v, ()):
            cycles.append(part)


for v in list(frame):
    if v not in index:
        visit(v)

if cycles:
    for part in cycles:
        print("cycle: " + " -> ".join(names[v] for v in part))
deep, path = {}, {}


def depth(v, jump):
    key = (v, jump)
    if key not in deep:
        deep[key] = frame.get(v, 0)
        best, way = (jump if pointers.get(v) else 0), None
        for w in calls.get(v, ()):
            if w in frame and w != v:
                d = depth(w, jump)
                if d > best:
                    best, way = d, w
        deep[key], path[key] = frame.get(v, 0) + best, way
    return deep[key]


if not cycles:
    deepest = max(taken, key=lambda t: depth(t, 0), default=None)
    jump = depth(deepest, 0) if deepest else 0
    print(f"{'function':34} {'frame':>6} {'by name':>8} {'with a pointer':>15}")
    for v in sorted(frame, key=lambda v: names[v]):
        if names[v].startswith(roots):
            print(f"{names[v]:34} {frame[v]:6} {depth(v, 0):8} {depth(v, jump):15}")
    if deepest:
        print(f"deepest function called through a pointer: {jump} bytes, {names[deepest]}")
    worst = max((v for v in frame if names[v].startswith(roots)), key=lambda v: depth(v, 0))
    chain, v = [], worst
    while v is not None:
        chain.append(f"{names[v]} ({frame[v]})")
        v = path.get((v, 0))
    print("deepest by name: " + " -> ".join(chain))
print("calls through pointers: " + "; ".join(f"{names[v]} ({n})" for v, n in sorted(pointers.items(), key=lambda p: names[p[0]]) if n))
for v in odd:
    print("frame not constant: " + names[v])
print(f"{len(frame)} functions, {len(cycles)} cycles, {len(odd)} frames not constant")
sys.exit(1 if cycles or odd or len(frame) < 10 else 0)
