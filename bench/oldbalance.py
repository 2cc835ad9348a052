#!/usr/bin/env python3
"""The plain way to run the balanced network: each update forms its input from a dense row of couplings.

Usage: oldbalance.py N K M0 TIME    (TIME in tau_E: burn-in, then as much again is averaged)
Prints one JSON line: {"seconds" (an update), "rates" (E, I)}.
"""
import json
import sys
import time

import numpy as np


def main():
    N, K, m0, T = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
    J, E, theta, tau = np.array([[1, -2], [1, -1.8]]), np.array([1, 0.8]), np.array([1, 0.7]), np.array([1, 0.9])
    rng = np.random.default_rng(1)
    W = (rng.random((2 * N, 2 * N)) < K / N) * np.repeat(np.repeat(J, N, 0), N, 1) / np.sqrt(K)
    base = np.repeat(np.sqrt(K) * E * m0 - theta, N)
    x = (rng.random(2 * N) < m0).astype(float)
    total = int(2 * T * N * (1 / tau).sum())
    pop = (rng.random(total) >= (1 / tau[0]) / (1 / tau).sum()).astype(int)
    who = pop * N + rng.integers(0, N, total)
    rates, samples = np.zeros(2), 0
    start = time.perf_counter()
    for t, i in enumerate(who):
        x[i] = W[i] @ x + base[i] > 0
        if t > total // 2 and t % N == 0:
            rates += [x[:N].mean(), x[N:].mean()]
            samples += 1
    seconds = (time.perf_counter() - start) / total
    print(json.dumps({"seconds": seconds, "rates": list(rates / samples)}))


if __name__ == "__main__":
    main()
