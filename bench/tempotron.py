#!/usr/bin/env python3
"""The plain way to teach a tempotron: numpy, potentials on a grid of times.

Usage: tempotron.py WORK WINDOW STEP RATE MOMENTUM    where WORK is the JSON file that `go run ./bench/tempotron` writes.
Prints one JSON line: {"seconds" (a presentation, the grid formed each time), "kept" (all grids kept in memory), "peaks"}.
"""
import json
import sys
import time

import numpy as np

TAU_M, TAU_S = 15.0, 3.75


def main():
    work = json.load(open(sys.argv[1]))
    window, step, rate, momentum = map(float, sys.argv[2:6])
    times, labels, start = np.array(work["Times"]), np.array(work["Labels"]), np.array(work["Weights"])
    peak = np.log(TAU_M / TAU_S) * TAU_M * TAU_S / (TAU_M - TAU_S)
    V0 = 1 / (np.exp(-peak / TAU_M) - np.exp(-peak / TAU_S))
    grid = np.arange(0, window + step, step)

    def psp(mu):
        late = np.maximum(grid[None, :] - times[mu][:, None], 0)
        return V0 * (np.exp(-late / TAU_M) - np.exp(-late / TAU_S))

    def cycle(w, change, of):
        for mu, y in enumerate(labels):
            z = of(mu)
            v = w @ z
            j = v.argmax()
            if (v[j] > 1) != (y > 0):
                change *= momentum
                change += rate * y * z[:, j]
                w += change

    peaks = [float((start @ psp(mu)).max()) for mu in range(len(labels))]
    w, change = start.copy(), np.zeros(len(start))
    t = time.perf_counter()
    cycle(w, change, psp)
    seconds = (time.perf_counter() - t) / len(labels)
    grids = [psp(mu) for mu in range(len(labels))]
    t = time.perf_counter()
    for _ in range(5):
        cycle(w, change, grids.__getitem__)
    kept = (time.perf_counter() - t) / (5 * len(labels))
    print(json.dumps({"seconds": seconds, "kept": kept, "peaks": peaks}))


if __name__ == "__main__":
    main()
