#!/usr/bin/env python3
"""Writes sums.txt: exact sums over rows that lose digits easily, and the error that the manual allows.

python3 gen_sums.py > sums.txt

The format is that of stages.txt, with one row per case. TOLERANCE is the documented bound of the error, relative to the
number expected. All sums are exact fractions; roots have 50 digits.
"""
import decimal
import random
import struct
from fractions import Fraction

decimal.getcontext().prec = 60
random.seed(14)
U, HALF = Fraction(1, 2**53), Fraction(1, 2**24)
LARGEST = Fraction(2**24 - 1) * 2**104


def f32(v):
    return struct.unpack("<f", struct.pack("<f", v))[0]


def root(v):
    d = decimal.Decimal(v.numerator) / decimal.Decimal(v.denominator)
    return Fraction(d.sqrt())


def case(kind, x, want, error, **params):
    """`error`: of the arithmetic, before the result is rounded to f32."""
    if want == 0:
        return
    beyond = abs(want) >= LARGEST * (1 + HALF)
    bound = error + max(abs(want) * HALF, Fraction(1, 2**150))
    text = " ".join(f"{k}={','.join(f'{v:.9g}' for v in (p if isinstance(p, list) else [p]))}" for k, p in params.items())
    tolerance = 0 if beyond else float(bound / abs(want))
    if tolerance > 1:
        return
    print(f"case {kind} f32 {len(x)} {tolerance:.6g} {text}".rstrip())
    print(" ".join(f"{v:.9g}" for v in x))
    print("inf" if beyond and want > 0 else "-inf" if beyond else repr(float(want)))


def reductions(x):
    e, n = [Fraction(v) for v in x], len(x)
    size, steps = sum(abs(v) for v in e), Fraction(n, 16) + 6
    case("mean", x, sum(e) / n, steps * U * size / n)
    energy = sum(v * v for v in e)
    case("energy", x, energy, steps * U * energy)
    case("rms", x, root(energy / n), steps * U * root(energy / n))
    total, weighted = sum(e), sum(k * v for k, v in enumerate(e))
    if total != 0:
        away = sum(k * abs(v) for k, v in enumerate(e))
        error = (Fraction(n, 8) + 11) * U * away + abs(weighted / total) * steps * U * size
        case("centroid", x, weighted / total, error / abs(total) * (1 + steps * U * size / abs(total) * 2))
        m = [abs(v) for v in x]
        case("centroid", m, away / size, (Fraction(n, 5) + 16) * U * away / size)
    for k in sorted({n // 2 + 1, n}):
        top = sorted(e)[n - k:]
        case("top_k_sum", x, sum(top), k * U * sum(abs(v) for v in top), k=k)


def filters(x, h):
    terms = [Fraction(a) * Fraction(b) for a, b in zip(x, reversed(h))]
    size, n = sum(abs(t) for t in terms), len(x)
    error = (min(n, 32) + 1) * HALF * size + n * Fraction(1, 2**149)
    case("fir", x, sum(terms), error, taps=h)
    if n == 70:
        case("decimate", x, sum(terms), error, taps=h, factor=3)


def trends(x):
    """Rows without their mean or their line; the bound is relative to the largest element of the result."""
    e, n = [Fraction(v) for v in x], len(x)
    at = [k - Fraction(n - 1, 2) for k in range(n)]
    mean = sum(e) / n
    slope = sum(a * v for a, v in zip(at, e)) / sum(a * a for a in at) if n > 1 else 0
    for kind, s in ((0, 0), (1, slope)):
        want = [v - (mean + s * a) for a, v in zip(at, e)]
        top = max(abs(v) for v in want)
        if top == 0 or top > LARGEST:
            continue
        tolerance = ((n + 40) * U * max(abs(v) for v in e) + Fraction(1, 2**150)) / top + HALF
        if tolerance > 1:
            continue
        print(f"case detrend f32 {n} {float(tolerance):.6g} type={float(kind)}")
        print(" ".join(f"{v:.9g}" for v in x))
        print(" ".join(repr(float(v)) for v in want))


def sign():
    return random.choice((-1, 1))


for n in (1, 2, 17, 33, 70):
    rows = [
        [1e6 + i % 2 for i in range(n)],
        [f32(sign() * 2.0 ** random.uniform(-30, 30)) for _ in range(n)],
        [f32(random.uniform(-3e38, 3e38)) for _ in range(n)],
        [f32(sign() * 1.8e19) for _ in range(n)],
        [f32(sign() * 1e-24 * random.uniform(0.5, 1)) for _ in range(n)],
        [f32(random.randrange(1, 1000) * 2.0**-149) * sign() for _ in range(n)],
        [f32(1.8e37)] * n,
    ]
    # Large elements that cancel, and a small one.
    pairs = [f32(random.uniform(1e9, 1e12)) for _ in range(n // 2)]
    mixed = pairs + [-v for v in pairs]
    random.shuffle(mixed)
    rows.append(mixed + [0.75] * (n - len(mixed)))
    for x in rows:
        reductions(x)
        if n in (2, 17, 33):
            trends(x)
        filters(x, [f32(random.uniform(-1, 1)) for _ in range(n)])
        filters(x, [f32(1 / n)] * n)
