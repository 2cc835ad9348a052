#!/usr/bin/env python3
"""The general-purpose way: max kappa_in and max kappa_out as dense cone programs in cvxopt.

Usage: solvers.py DIR    where DIR/problems.json lists problems written by `go run ./bench/solvers`:
  [{"name", "kind": "A"|"B", "P", "N", "gamma", "file", "reps"}, ...]; file holds P x N float64 (row-major, little endian), then P
  labels and N signs, all float64.
Prints one JSON line per problem: {"name", "kind", "seconds" (best of reps), "times" (all of them), "kappa", "status"}.

With u = g*w >= 0 and A[mu, i] = y_mu g_i x_mu,i the constraints are A u - y theta >= 1, u >= 0, theta >= 0; A minimises |u|^2/2
(a quadratic program; its norm constraint is left out, which favours this side), B minimises theta subject to the second-order
cone |u| <= gamma theta. Tolerances are cvxopt's defaults (1e-7, gap 1e-6): tighter ones cost more.
"""
import json
import sys
import time

import numpy as np
from cvxopt import matrix, solvers

solvers.options["show_progress"] = False


def load(directory, p):
    raw = np.fromfile(directory + "/" + p["file"], dtype="<f8")
    P, N = p["P"], p["N"]
    X = raw[: P * N].reshape(P, N)
    y = raw[P * N : P * N + P]
    g = raw[P * N + P :]
    return X * y[:, None] * g[None, :], y


def solve_a(A, y):
    P, N = A.shape
    G = np.zeros((P + N + 1, N + 1))
    G[:P, :N], G[:P, N] = -A, y
    G[P:, :] = -np.eye(N + 1)
    h = np.zeros(P + N + 1)
    h[:P] = -1
    H = np.eye(N + 1)
    H[N, N] = 0
    sol = solvers.coneqp(matrix(H), matrix(np.zeros(N + 1)), matrix(G), matrix(h))
    u = np.array(sol["x"]).ravel()[:N]
    return 1 / np.sqrt(u @ u), sol["status"]


def solve_b(A, y, gamma):
    P, N = A.shape
    G = np.zeros((P + N + N + 1, N + 1))
    G[:P, :N], G[:P, N] = -A, y
    G[P : P + N, :N] = -np.eye(N)
    G[P + N, N] = -gamma
    G[P + N + 1 :, :N] = -np.eye(N)
    h = np.zeros(P + 2 * N + 1)
    h[:P] = -1
    c = np.zeros(N + 1)
    c[N] = 1
    sol = solvers.conelp(matrix(c), matrix(G), matrix(h), {"l": P + N, "q": [N + 1], "s": []})
    x = sol["x"]
    return (1 / x[N] if x is not None else float("nan")), sol["status"]


def main():
    directory = sys.argv[1]
    for p in json.load(open(directory + "/problems.json")):
        A, y = load(directory, p)
        times = []
        for _ in range(p["reps"]):
            start = time.perf_counter()
            kappa, status = solve_a(A, y) if p["kind"] == "A" else solve_b(A, y, p["gamma"])
            times.append(time.perf_counter() - start)
        print(json.dumps({"name": p["name"], "kind": p["kind"], "seconds": min(times), "times": times, "kappa": kappa, "status": status}), flush=True)


if __name__ == "__main__":
    main()
