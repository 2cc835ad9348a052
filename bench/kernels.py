#!/usr/bin/env python3
"""OpenBLAS at the sizes of the Go kernel benchmarks: GFLOP/s (a multiply-add is two), best of several runs, for 1 and 2 threads.

Usage: kernels.py THREADS   (the number of threads is fixed when OpenBLAS is loaded; run once for each)
Rows: syrk n x k (numpy's a @ a.T, which calls dsyrk), Cholesky of order n (lower), matrix times vector.
"""
import os
import sys
import time

os.environ["OPENBLAS_NUM_THREADS"] = sys.argv[1]
import numpy as np  # noqa: E402


def best(work, run):
    run()
    t = float("inf")
    until = time.perf_counter() + 0.3
    while time.perf_counter() < until:
        start = time.perf_counter()
        run()
        t = min(t, time.perf_counter() - start)
    return work / t / 1e9


def main():
    threads = sys.argv[1]
    r = np.random.default_rng(1)
    for n, k in [(200, 200), (500, 2000), (1000, 1000)]:
        a = r.standard_normal((n, k))
        out = np.empty((n, n))
        print("OpenBLAS syrk n=%d,k=%d threads=%s %8.1f best-GFLOP/s" % (n, k, threads, best(n * n * k, lambda: np.dot(a, a.T, out=out))))
    for n in [200, 500, 1000, 2000]:
        a = r.standard_normal((n, n))
        a = a @ a.T + n * np.eye(n)
        print("OpenBLAS cholesky n=%d threads=%s %8.1f best-GFLOP/s" % (n, threads, best(n**3 / 3, lambda: np.linalg.cholesky(a))))
    a, x, y = r.standard_normal((500, 2000)), r.standard_normal(2000), r.standard_normal(500)
    print("OpenBLAS gemv m=500,n=2000 threads=%s %8.1f best-GFLOP/s" % (threads, best(2 * 500 * 2000, lambda: a @ x)))
    print("OpenBLAS gemv transposed,m=500,n=2000 threads=%s %8.1f best-GFLOP/s" % (threads, best(2 * 500 * 2000, lambda: a.T @ y)))


if __name__ == "__main__":
    main()
