#!/usr/bin/env python3
"""The plain way to run an associative network: every update forms its field from all weights.

Usage: dynamics.py DIR SIGMA    where DIR holds weights.f64 (N x N), thresholds.f64 and x.f64 (N), as `go run ./bench/dynamics` writes them.
Prints one JSON line: {"numpy", "python" (seconds a cycle, a numpy dot product or a plain loop an update), "flips" (a cycle)}.
"""
import json
import random
import sys
import time

import numpy as np


def main():
    d, sigma = sys.argv[1] + "/", float(sys.argv[2])
    theta, start = np.fromfile(d + "thresholds.f64"), np.fromfile(d + "x.f64")
    N = len(theta)
    J = np.fromfile(d + "weights.f64").reshape(N, N)

    x, best, flips, cycles = start.copy(), float("inf"), 0, 30
    rng = np.random.default_rng(1)
    for _ in range(cycles):
        t = time.perf_counter()
        for i in rng.permutation(N):
            now = float(J[i] @ x - theta[i] + sigma * rng.standard_normal() > 0)
            if now != x[i]:
                x[i] = now
                flips += 1
        best = min(best, time.perf_counter() - t)

    # A plain loop: 100 updates, scaled to a cycle.
    rows, y, thresholds = [r.tolist() for r in J[:100]], start.tolist(), theta.tolist()
    t = time.perf_counter()
    for i in range(100):
        h = -thresholds[i]
        for w, v in zip(rows[i], y):
            h += w * v
        y[i] = 1.0 if h + sigma * random.gauss(0, 1) > 0 else 0.0
    plain = (time.perf_counter() - t) * N / 100
    print(json.dumps({"numpy": best, "python": plain, "flips": flips / cycles}))


if __name__ == "__main__":
    main()
