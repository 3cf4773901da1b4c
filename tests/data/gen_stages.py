#!/usr/bin/env python3
"""Writes stages.txt: what SciPy and NumPy make of small rows, for the tests of the built-in stages.

python3 -m venv venv && venv/bin/pip install numpy scipy && venv/bin/python gen_stages.py > stages.txt

A case is three lines: `case KIND DTYPE ROW_LEN TOLERANCE [key=v,v ...]`, the input (rows one after another), the rows
expected. TOLERANCE is relative to the largest number expected.
"""
import numpy as np
from scipy import signal

rng = np.random.default_rng(20)
F = np.float32


def case(kind, x, want, tol, **params):
    dtype = {"float32": "f32", "int16": "i16"}.get(x.dtype.name, x.dtype.name)
    text = " ".join(f"{k}={','.join(repr(float(v)) for v in np.atleast_1d(p))}" for k, p in params.items())
    print(f"case {kind} {dtype} {x.shape[1]} {tol} {text}".rstrip())
    print(" ".join(str(v) for v in x.ravel()))
    print(" ".join(f"{v:.10g}" for v in np.asarray(want).ravel().astype(float)))


def noise(rows, n):
    return (rng.standard_normal((rows, n)) * 3).astype(F)


def spectra():
    for n in (1, 2, 3, 4, 5, 7, 8, 13, 30, 31, 32, 66, 97, 130):
        x = noise(2, n)
        s = np.fft.rfft(x.astype(np.float64), axis=1)
        case("rfft_magnitude", x, np.abs(s), 1e-6)
        case("rfft_power", x, np.abs(s) ** 2, 2e-6)


def hann():
    for n in (1, 2, 3, 7, 16, 61, 100):
        w = signal.get_window("hann", n, fftbins=True)
        x = noise(2, n)
        case("hann", x, x * w, 1e-7)
        i = rng.integers(-32768, 32768, (2, n)).astype(np.int16)
        case("hann", i, i / 32768.0 * w, 1e-7, scale=1 / 32768)


def features():
    special = [[1, 5, 5, 2], [np.nan, -3, -2, np.nan], [-np.inf, -np.inf, np.nan, -np.inf], [0, np.inf, 1, np.inf]]
    special = np.array(special, F)
    case("argmax", special, np.nanargmax(special, axis=1), 0)
    for n in (1, 3, 17, 64, 101, 200):
        x = noise(3, n)
        case("argmax", x, np.argmax(x, axis=1), 0)
        m = np.abs(x).astype(np.float64)
        case("centroid", np.abs(x), (m * np.arange(n)).sum(axis=1) / m.sum(axis=1), 1e-6)
        case("mean", x, x.astype(np.float64).mean(axis=1), 1e-5)
    case("centroid", np.array([[0, 0, 0], [1, np.nan, 1], [np.inf, 1, 1]], F), [0, np.nan, np.nan], 0)


def filters():
    for n, taps in ((1, 1), (5, 2), (64, 7), (101, 37), (200, 64)):
        x, h = noise(2, n), rng.standard_normal(taps)
        x64 = x.astype(np.float64)
        case("fir", x, [np.convolve(r, h, "valid") for r in x64], 1e-6, taps=h)
        case("decimate", x, [np.convolve(r, h, "valid")[::3] for r in x64], 1e-6, taps=h, factor=3)
    for n, q in ((45, 2), (211, 5), (300, 3)):
        x, h = noise(2, n), signal.firwin(20 * q + 1, 1 / q, window="hamming")
        case("decimate", x, [np.convolve(r, h, "valid")[::q] for r in x.astype(np.float64)], 1e-6, factor=q)
    # One bad sample reaches as many outputs as there are taps.
    x = noise(1, 12)
    x[0, 5] = np.nan
    case("fir", x, np.convolve(x[0].astype(np.float64), [1, 2, 3], "valid"), 1e-6, taps=[1, 2, 3])


def statistics():
    for n in (1, 3, 50, 131):
        x = noise(2, n)
        x64 = x.astype(np.float64)
        i = rng.integers(-32768, 32768, (2, n)).astype(np.int16)
        for v, v64 in ((x, x64), (i, i.astype(np.float64))):
            case("energy", v, (v64**2).sum(axis=1), 1e-6)
            case("rms", v, np.sqrt((v64**2).mean(axis=1)), 1e-6)
        for k in (1, n // 2 + 1, n):
            case("top_k_sum", x, np.sort(x64, axis=1)[:, n - k:].sum(axis=1), 1e-6, k=k)
        for lo, hi, bins in ((-5, 5, 10), (-1.3, 2.9, 7), (0, 1, 1)):
            want = [np.histogram(r, bins, (lo, hi))[0] for r in x]
            case("histogram", x, want, 0, lo=lo, hi=hi, bins=bins)
            inside = np.clip(x, F(lo), F(hi))
            case("histogram", x, [np.histogram(r, bins, (lo, hi))[0] for r in inside], 0, lo=lo, hi=hi, bins=bins, clamp=1)
        case("threshold", x, x64 > 0.5, 0, level=0.5)
        case("threshold", i, i < -3.5, 0, level=-3.5, below=1)
        case("to_f32", i, i * 0.001 + 20, 1e-6, scale=0.001, offset=20)
        case("band", x, x[:, n // 3 : n // 3 + n // 2 + 1], 1e-8, **{"from": n // 3, "to": n // 3 + n // 2 + 1})


def trends():
    # Of one or two samples nothing is left but SciPy's rounding.
    for n in (3, 16, 50, 131):
        x = noise(2, n) + F(100) + F(0.5) * np.arange(n, dtype=F)
        i = rng.integers(-32768, 32768, (2, n)).astype(np.int16)
        for v in (x, i):
            v64 = v.astype(np.float64)
            case("detrend", v, signal.detrend(v64, type="linear"), 1e-6)
            case("detrend", v, signal.detrend(v64, type="constant"), 1e-6, type=0)


def comparisons():
    # Elements on edges and levels, and next to them.
    for lo, hi, bins in ((0, 1, 10), (-0.3, 0.9, 7), (0.1, 0.7, 12), (1e6, 1e6 + 100, 320)):
        near = np.linspace(lo, hi, min(bins, 40) + 1).astype(F)
        x = np.concatenate([near, np.nextafter(near, F(-1e9)), np.nextafter(near, F(1e9))])[None, :]
        case("histogram", x, [np.histogram(r, bins, (lo, hi))[0] for r in x], 0, lo=lo, hi=hi, bins=bins)
        i = np.round(x * 7).astype(np.int64).clip(-30000, 30000).astype(np.int16)
        case("histogram", i, [np.histogram(r, bins, (lo, hi))[0] for r in i], 0, lo=lo, hi=hi, bins=bins)
    for level in (0.1, 0.3, -0.7, 16777217.0):
        near = F(level)
        x = np.array([[np.nextafter(near, F(-1e9)), near, np.nextafter(near, F(1e9))]])
        case("threshold", x, x > level, 0, level=level)
        case("threshold", x, x < level, 0, level=level, below=1)


def ends():
    for n in (1, 3, 16, 50, 131):
        x = noise(2, n)
        i = rng.integers(-32768, 32768, (2, n)).astype(np.int16)
        for v in (x, i):
            v64 = v.astype(np.float64)
            case("sum", v, v64.sum(axis=1), 1e-7)
            case("sum", v, v64.sum(axis=1) * 0.3, 1e-7, scale=0.3)
            case("max", v, v64.max(axis=1), 1e-8)
            case("min", v, v64.min(axis=1) / 4, 1e-8, scale=0.25)
    x = np.array([[1, np.nan, 3], [-np.inf, 2, np.inf], [np.inf, 5, 6]], F)
    case("sum", x, [np.nan, np.nan, np.inf], 0)
    case("max", x, [np.nan, np.inf, np.inf], 0)
    case("min", x, [np.nan, -np.inf, 5], 0)


def windows():
    names = ["boxcar", "hann", "hamming", "blackman", "blackmanharris", "flattop", ("kaiser", 8.6), ("kaiser", 0.5),
             ("dpss", 2.5), ("dpss", 4)]
    for n in (1, 2, 9, 10, 33, 64):
        for name in names:
            for symmetric in (0, 1):
                if name[0] == "dpss" and n < 9:
                    continue
                w = signal.get_window(name, n, fftbins=not symmetric)
                x = noise(2, n)
                number = {"boxcar": 0, "hann": 1, "hamming": 2, "blackman": 3, "blackmanharris": 4, "flattop": 5,
                          "kaiser": 6, "dpss": 7}[name if isinstance(name, str) else name[0]]
                more = {} if isinstance(name, str) else {"beta" if name[0] == "kaiser" else "nw": name[1]}
                case("window", x, x * w, 1e-7, type=number, symmetric=symmetric, **more)


def decibels():
    x = np.concatenate([noise(1, 30), np.exp(noise(1, 30) * 9).astype(F)], axis=1)
    case("decibel", x, 20 * np.log10(np.abs(x.astype(np.float64))), 1e-7)
    case("decibel", x, np.maximum(10 * np.log10(np.abs(x.astype(np.float64)) / 0.3), -40), 1e-7,
         reference=0.3, factor=10, floor=-40)


def channels():
    # A mixer to 0 and a filter for each channel: firwin and lfilter of the mixed samples.
    for c, taps, over, frames in ((4, 3, 1, 4), (8, 8, 1, 3), (8, 4, 2, 6), (16, 8, 2, 2)):
        n, every = c * taps, c // over
        h = signal.firwin(n, 1 / c)
        x = noise(1, n + every * (frames - 1))
        at = np.arange(x.shape[1])
        # The formula reads h[i] x[t D + i]: the filter backward in time; h is even.
        y = [signal.lfilter(h[::-1], 1, x[0] * np.exp(-2j * np.pi * k * at / c))[n - 1::every] for k in range(c)]
        power = (np.abs(np.array(y)) ** 2).T
        case("channelizer", x, power, 2e-6, channels=c, taps=taps, oversample=over, average=1)
        case("channelizer", x, power.mean(axis=0), 2e-6, channels=c, taps=taps, oversample=over, average=frames)


hann()
spectra()
features()
filters()
statistics()
trends()
comparisons()
ends()
windows()
decibels()
channels()
