#!/usr/bin/env python3
"""Writes scans.txt: what SciPy and NumPy make of short streams, for the tests of the built-in stages with state.

python3 -m venv venv && venv/bin/pip install mpmath numpy scipy && venv/bin/python gen_scans.py > scans.txt

A case is three lines: `case KIND DTYPE ROW_LEN TOLERANCE [key=v,v ...]`, the input (a stream), the numbers expected.
TOLERANCE is relative to the largest number expected. Where SciPy has no such function the published recurrence is
written out over the whole stream, in double precision.
"""
import numpy as np
from mpmath import mp, mpf
from scipy import signal

rng = np.random.default_rng(7)
F = np.float32
mp.dps = 50


def case(kind, x, length, want, tol, **params):
    x = np.asarray(x)
    dtype = {"float32": "f32", "float64": "f64", "int16": "i16", "uint8": "u8", "complex64": "c32"}[x.dtype.name]
    text = " ".join(f"{k}={','.join(repr(float(v)) for v in np.ravel(p))}" for k, p in params.items())
    print(f"case {kind} {dtype} {length} {tol} {text}".rstrip())
    if dtype == "c32":
        x = np.stack([x.real, x.imag], axis=-1)
    print(" ".join(str(v) for v in x.ravel()))
    print(" ".join(f"{v:.14g}" for v in np.ravel(want).astype(float)))


def stream(n, dtype=np.float64):
    x = np.cumsum(rng.standard_normal(n)) + 5 + np.sin(np.arange(n) / 3)
    return (x * 200).astype(dtype) if dtype == np.int16 else np.round(x, 2).astype(dtype)


FILTERS = {
    "one section": signal.butter(2, 0.2, output="sos"),
    "odd order": signal.butter(3, 0.1, output="sos"),
    "first order": signal.butter(1, 0.3, output="sos"),
    "high-pass": signal.cheby1(4, 1, 0.3, "high", output="sos"),
    "band-pass": signal.ellip(4, 0.5, 60, [0.1, 0.3], "band", output="sos"),
    "two zeroes": np.array([[1, 0.5, 0, 1, -0.5, 0], [1, 0.25, 0, 1, -0.25, 0], [1, 0.2, 0.1, 1, -0.4, 0.2]]),
}


def biquads():
    for sos in FILTERS.values():
        zi = signal.sosfilt_zi(sos)
        for dtype, tol in ((np.float64, 1e-12), (F, 1e-7), (np.int16, 1e-7)):
            x = stream(30, dtype)
            wide = x.astype(float)
            case("biquad", x, 5, signal.sosfilt(sos, wide), tol, sos=sos)
            if dtype == F:
                case("biquad", x, 1, signal.sosfilt(sos, wide), 1e-12, sos=sos, precision=64)
                continue
            case("biquad", x, 10, signal.sosfilt(sos, wide, zi=zi * wide[0])[0], tol, sos=sos, zi=1)
            back = signal.sosfilt(sos, wide[::-1], zi=zi * wide[-1])[0][::-1]
            case("biquad_reverse", x, 6, back, tol, sos=sos, zi=1)
        own = rng.standard_normal(zi.shape)
        x = stream(30)
        case("biquad", x, 3, signal.sosfilt(sos, x, zi=own)[0], 1e-12, sos=sos, zi=own)
        case("biquad_reverse", x, 3, signal.sosfilt(sos, x[::-1], zi=own)[0][::-1], 1e-12, sos=sos, zi=own)


def reach(sos):
    n = 2 * len(sos) + 1
    return 3 * (n - min((sos[:, 2] == 0).sum(), (sos[:, 5] == 0).sum()))


def zero_phase():
    for sos in FILTERS.values():
        # Elliptic sections near the unit circle: rounding in the start states is amplified.
        for length, n in ((1, 30), (7, 35), (40, 80), (64, 64)):
            x = stream(n)
            case("zero_phase", x, length, signal.sosfiltfilt(sos, x), 1e-11, sos=sos, reach=reach(sos))
        x = stream(40, F)
        y = signal.sosfiltfilt(sos, x.astype(float))
        case("zero_phase", x, 10, y, 1e-7, sos=sos, reach=reach(sos))
        case("zero_phase", x, 10, y, 1e-11, sos=sos, reach=reach(sos), precision=64)
        x = stream(36, np.int16)
        case("zero_phase", x, 6, signal.sosfiltfilt(sos, x.astype(float)), 1e-7, sos=sos, reach=reach(sos))
        x = stream(32)
        for pad in (0, 1, 31):
            y = signal.sosfiltfilt(sos, x, padlen=pad)
            case("zero_phase", x, 8, y, 1e-11, sos=sos, reach=pad, padlen=pad)
        case("zero_phase_unpadded", x, 8, signal.sosfiltfilt(sos, x, padtype=None), 1e-11, sos=sos, zi=1)


def ema():
    for alpha in (0.05, 0.5, 1.0):
        for dtype, tol in ((np.float64, 1e-13), (F, 1e-7)):
            x = stream(50, dtype)
            y = signal.lfilter([alpha], [1, alpha - 1], x.astype(float), zi=[(1 - alpha) * float(x[0])])[0]
            case("ema", x, 5, y, tol, alpha=alpha)
        y = signal.lfilter([alpha], [1, alpha - 1], x.astype(float), zi=[(1 - alpha) * 3])[0]
        case("ema", x, 2, y, 1e-7, span=2 / alpha - 1, initial=3)


def rolling():
    for window in (1, 7, 33):
        for ddof in (0, 1):
            for offset in (0, 1e6):
                x = stream(80) + offset
                want = []
                for i in range(len(x)):
                    w = x[max(0, i + 1 - window):i + 1].astype(np.longdouble)
                    var = np.var(w, ddof=ddof) if len(w) > ddof else np.nan
                    want += [w.mean(), var]
                # Relative to the largest number: with the offset that is the mean.
                case("rolling_stats", x, 5, want, 1e-12 if offset == 0 else 1e-13, window=window, ddof=ddof)


def cusum():
    for reset in (0, 1):
        x = stream(60, F)
        high = low = 0.0
        want = []
        target, drift, threshold = 5.0, 0.25, 6.0
        for v in x.astype(float):
            high, low = max(0, high + v - target - drift), max(0, low - (v - target) - drift)
            alarm = {(False, False): 0, (True, False): 1, (False, True): -1, (True, True): 2}[
                high > threshold, low > threshold]
            want += [high, low, alarm]
            if alarm and reset:
                high = low = 0.0
        case("cusum", x, 4, want, 1e-7, target=target, drift=drift, threshold=threshold, reset=reset)


def pll():
    n = 120
    t = np.arange(n)
    for costas in (0, 1):
        for real in (False, True):
            f0, bandwidth, damping, arm, weight = 0.11, 0.02, 0.8, 0.15, 0.05
            phase = 0.3 + (f0 + 0.004) * t
            sign = np.where(rng.integers(0, 2, n // 20).repeat(20), 1, -1) if costas else 1
            x = 3 * sign * np.exp(2j * np.pi * phase) + 0.2 * (rng.standard_normal(n) + 1j * rng.standard_normal(n))
            x = x.real.astype(F) if real else x.astype(np.complex64)
            th = bandwidth / (damping + 1 / (4 * damping))
            d = 1 + 2 * damping * th + th * th
            kp, ki = 4 * damping * th / d, 4 * th * th / d
            theta, f, lock, v, want = 0.0, f0, 0.0, 0j, []
            for s in x.astype(complex):
                mixed = s * np.exp(-2j * np.pi * theta)
                v = v + arm * (2 * mixed - v) if real else mixed
                e = np.angle(v) / (2 * np.pi)
                if costas:
                    e = e - 0.5 if e > 0.25 else e + 0.5 if e < -0.25 else e
                f += ki * e
                lock += weight * (np.cos(2 * np.pi * e * (1 + costas)) - lock)
                want += [theta, f, lock]
                theta = (theta + f + kp * e) % 1
            more = {"arm": arm} if real else {}
            case("pll", x, 10, want, 1e-9, bandwidth=bandwidth, damping=damping, frequency=f0, costas=costas,
                 weight=weight, precision=64, **more)


def packed(x, p):
    return list(x) + list(p[np.triu_indices(len(x))])


def kalman():
    def model(d):
        if d == 1:
            return np.eye(1), np.array([[0.3]]), np.array([1.0])
        dt = 0.5
        f = np.eye(d) + np.diag([dt] * (d - 1), 1) + (np.diag([dt * dt / 2] * (d - 2), 2) if d > 2 else 0)
        g = rng.standard_normal((d, d)) * 0.2
        return f, g @ g.T, np.array([1.0, 0.5, 0.25, 0.1])[:d]

    for d in (0, 1, 2, 3, 4):
        z = stream(25)
        if d == 2:
            z[[0, 7, 8, 16, 24]] = np.nan
        r = 0.7
        if d == 0:
            dt, q = 0.5, 0.2
            f, h = np.array([[1, dt], [0, 1]]), np.array([1.0, 0])
            qm = q * np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
            params = dict(dt=dt, q=q, r=r)
            x, p = np.zeros(2), np.eye(2) * 1e6
            tol = 1e-12
        else:
            f, qm, h = model(d)
            x, p = rng.standard_normal(d), np.eye(d) * 10 + 0.5
            params = dict(transition=f, process=qm, observe=h, r=r, x0=x, p0=p)
            tol = 1e-12
        # With 50 digits: the textbook form of the covariances loses most of those of doubles where p0 is large.
        filtered, predicted = [], []
        f, qm, h, x, p, r = (np.vectorize(mpf)(v) for v in (f, qm, h, x, p, r))
        for v in z:
            predicted.append((x, p))
            if np.isfinite(v):
                v = mpf(v)
                k = p @ h / (h @ p @ h + r)
                x, p = x + k * (v - h @ x), p - np.outer(k, h @ p)
            filtered.append((x, p))
            x, p = f @ x, f @ p @ f.T + qm
        case("kalman", z, 5, [packed(*e) for e in filtered], tol, **params)
        smoothed = [filtered[-1]]
        for (x, p), (xp, pp) in zip(filtered[-2::-1], predicted[:0:-1]):
            c = p @ f.T @ np.array(mp.inverse(mp.matrix(pp.tolist())).tolist()).reshape(pp.shape)
            xs, ps = smoothed[-1]
            smoothed.append((x + c @ (xs - xp), p + c @ (ps - pp) @ c.T))
        smoothed = smoothed[::-1]
        case("rts", z, 5, [packed(*e) for e in smoothed], 1e-11, **params)
        # The estimates are the least-squares solution over the whole stream, all at once.
        if d in (1, 3):
            n = len(z)
            f, qm, h, r = (np.asarray(v).astype(float) for v in (f, qm, h, r))
            x0, p0 = np.array(params["x0"]), np.array(params["p0"])
            a, b = np.zeros((n * d, n * d)), np.zeros(n * d)
            w = np.linalg.inv(p0)
            a[:d, :d] += w
            b[:d] += w @ x0
            wq = np.linalg.inv(qm)
            for i in range(n):
                s = slice(i * d, i * d + d)
                a[s, s] += np.outer(h, h) / r
                b[s] += h * z[i] / r
                if i:
                    j = slice(i * d - d, i * d)
                    a[s, s] += wq
                    a[j, j] += f.T @ wq @ f
                    a[s, j] -= wq @ f
                    a[j, s] -= f.T @ wq
            assert np.allclose(np.linalg.solve(a, b).reshape(n, d), np.array([e[0] for e in smoothed], float), rtol=1e-6, atol=1e-6)


def hmm():
    for n in (1, 2, 5):
        a = rng.dirichlet(np.ones(n), n)
        e = rng.dirichlet(np.ones(4), n)
        pi = rng.dirichlet(np.ones(n))
        o = rng.integers(0, 4, 24).astype(np.uint8)
        for kind in ("u8", "f32", "f64"):
            b = e[:, o].T
            if kind == "f32":
                b = b.astype(F).astype(float)
            alpha, c, rows = None, [], []
            for t in range(len(o)):
                p = (pi if t == 0 else alpha @ a) * b[t]
                c.append(p.sum())
                alpha = p / p.sum()
                rows.append(alpha)
            beta, post = np.ones(n), [rows[-1]]
            for t in range(len(o) - 2, -1, -1):
                beta = a @ (b[t + 1] * beta) / c[t + 1]
                post.append(rows[t] * beta)
            want = np.hstack([rows, np.array(c)[:, None]])
            params = dict(transition=a, initial=pi)
            if kind == "u8":
                x, length, params["emission"] = o, 4, e
            else:
                x, length = b.astype(F if kind == "f32" else float), 3 * n
            case("hmm_forward", x, length, want, 1e-12, **params)
            case("posterior", x, length, post[::-1], 1e-12, **params)


def conditioned(f, qm, h, r, x0, p0, z):
    """Posterior of all states given all measurements: the joint normal distribution, conditioned at once, with 50 digits."""
    f, qm, h, x0, p0 = (np.vectorize(mpf)(np.asarray(v, float)) for v in (f, qm, h, x0, p0))
    n, d = len(z), len(x0)
    means, own = [x0], [p0]
    for _ in range(n - 1):
        means.append(f @ means[-1])
        own.append(f @ own[-1] @ f.T + qm)
    joint = np.full((n, d, n, d), mpf(0))
    for t in range(n):
        block = own[t]
        for s in range(t, n):
            joint[s, :, t], joint[t, :, s] = block, block.T
            block = f @ block
    seen = [t for t in range(n) if np.isfinite(z[t])]
    cross = np.array([joint[:, :, t] @ h for t in seen]).reshape(len(seen), n * d).T
    s = np.array([[h @ joint[a, :, b] @ h + (mpf(r) if a == b else 0) for b in seen] for a in seen])
    inverse = np.array(mp.inverse(mp.matrix(s.tolist())).tolist()).reshape(s.shape)
    x = np.concatenate(means) + cross @ inverse @ np.array([mpf(z[t]) - h @ means[t] for t in seen])
    rows = []
    for t in range(n):
        c = cross[t * d:t * d + d]
        rows.append(packed(x[t * d:t * d + d], own[t] - c @ inverse @ c.T))
    return rows


def singular():
    """Covariances without full rank: the smoother against the posterior."""
    n, dt = 40, 0.1
    z = np.round(2.5 * dt * np.arange(n) + rng.standard_normal(n), 2)
    gap = z.copy()
    gap[5:12] = np.nan
    motion = np.array([[1, dt], [0, 1]])
    one, two = np.eye(1), np.eye(2)
    tied = np.full((2, 2), 4.0)
    jerk = np.array([[1, dt, dt**2 / 2], [0, 1, dt], [0, 0, 1]])
    g = np.array([dt**3 / 6, dt**2 / 2, dt])
    snap = np.eye(4) + dt * np.eye(4, k=1) + dt**2 / 2 * np.eye(4, k=2) + dt**3 / 6 * np.eye(4, k=3)
    models = [
        (motion, np.zeros((2, 2)), [1, 0], 1.0, [0, 0], np.diag([0, 100]), z),
        (two, np.diag([0.1, 0.1]), [1, 0], 1.0, [0, 0], tied, z),
        (two, np.full((2, 2), 0.1), [1, 0.5], 1.0, [1, 1], tied, gap),
        (jerk, 3 * np.outer(g, g), [1, 0, 0], 1.0, [0, 0, 0], np.zeros((3, 3)), z),
        (jerk, 3 * np.outer(g, g), [1, 0, 0], 0.01, [0, 0, 0], np.eye(3) * 1e6, gap),
        (snap, np.zeros((4, 4)), [1, 0, 0, 0], 1.0, np.zeros(4), np.diag([0, 0, 0, 10]), z),
        (np.array([[0.5, 0.5], [0, 0]]), np.diag([0, 2.0]), [1, 1], 0.5, [0, 0], two, z),
        (one, 0 * one, [1], 1.0, [0], one, z),
        (one, 0 * one, [1], 1.0, [2], 0 * one, z),
    ]
    for d, rank_q, rank_p, units in ((2, 1, 1, 1), (3, 1, 2, 1), (4, 1, 2, 1), (4, 2, 0, 1), (3, 2, 1, 1e5), (4, 1, 4, 1e4)):
        f = rng.standard_normal((d, d))
        f = np.round(f / np.abs(np.linalg.eigvals(f)).max(), 3)
        scale = np.diag(np.where(np.arange(d) % 2, units, 1))
        f = scale @ f @ np.linalg.inv(scale)
        a, b = (np.round(rng.standard_normal((d, k)), 2) for k in (rank_q, rank_p))
        h = np.round(rng.standard_normal(d), 2) @ np.linalg.inv(scale)
        models.append((f, scale @ a @ a.T @ scale, h, 0.5, np.zeros(d), scale @ b @ b.T @ scale, gap))
    for f, qm, h, r, x0, p0, x in models:
        params = dict(transition=f, process=qm, observe=h, r=r, x0=x0, p0=np.asarray(p0, float))
        case("rts", x, 5, conditioned(f, qm, h, r, x0, p0, x), 1e-10, **params)
        means = [row[:len(x0)] for row in conditioned(f, qm, h, r, x0, p0, x)]
        case("rts", x, 8, means, 1e-10, covariance=0, **params)


for part in (biquads, zero_phase, ema, rolling, cusum, pll, kalman, hmm, singular):
    part()
