#!/usr/bin/env python3
"""Compares the output of size.sh with docs/flight/sizes.txt: check_size.py docs/flight/sizes.txt < NOW. The same compiler must give the same
numbers; another one may be 3 % off."""
import sys

old = open(sys.argv[1]).read().splitlines()
now = sys.stdin.read().splitlines()
same = old[0] == now[0]
wrong = len(old) != len(now) or len(now) < 4
for a, b in zip(old[2:], now[2:]):
    a, b = a.split(), b.split()
    for x, y in zip(a[2:], b[2:]):
        slack = 0 if same else int(x) * 3 // 100
        wrong |= abs(int(x) - int(y)) > slack
    wrong |= a[:2] != b[:2]
if wrong:
    sys.exit("sizes changed; if the change is intended, run make size and review them:\n" + "\n".join(now))
print("sizes: as in docs/flight/sizes.txt" + ("" if same else ", within 3 % (another compiler)"))
