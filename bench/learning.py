#!/usr/bin/env python3
"""The plain way to learn in noise: numpy, one dense product and one update of all weights per presentation.

Usage: learning.py DIR    where DIR holds what `go run ./bench/learning` wrote: meta.json, x.u8 (P x N of 0 and 1), and float64 files
  labels.f64 (P), weights.f64 (N), order.f64 (cycles x P), normal.f64 (cycles x P).
Prints one JSON line: {"seconds", "errors" (of each cycle), "norm"}.
"""
import json
import sys
import time

import numpy as np


def main():
    d = sys.argv[1] + "/"
    m = json.load(open(d + "meta.json"))
    P, N, n_exc, cycles = m["P"], m["N"], m["n_exc"], m["cycles"]
    x = np.fromfile(d + "x.u8", dtype=np.uint8).reshape(P, N).astype(float)
    y, w = np.fromfile(d + "labels.f64"), np.fromfile(d + "weights.f64")
    order = np.fromfile(d + "order.f64").astype(int).reshape(cycles, P)
    normal = np.fromfile(d + "normal.f64").reshape(cycles, P)
    keep, rho, in2, out2 = 1 - m["decay"], m["rate"], m["sigma_in"] ** 2, m["sigma_out"] ** 2
    errors = []
    start = time.perf_counter()
    for c in range(cycles):
        wrong = 0
        for mu, n in zip(order[c], normal[c]):
            h = w @ x[mu] - 1 + np.sqrt(w @ w * in2 + out2) * n
            w *= keep
            if y[mu] * h < 0:
                wrong += 1
                w += rho * y[mu] * x[mu]
                np.maximum(w[:n_exc], 0, out=w[:n_exc])
                np.minimum(w[n_exc:], 0, out=w[n_exc:])
        errors.append(wrong)
    print(json.dumps({"seconds": time.perf_counter() - start, "errors": errors, "norm": float(np.sqrt(w @ w))}))


if __name__ == "__main__":
    main()
