#!/usr/bin/env python3
"""The general-purpose way: max kappa_in and max kappa_out as dense cone programs in cvxopt.

Usage: solvers.py DIR    where DIR/problems.json lists problems written by `go run ./bench/solvers`:
  [{"name", "kind": "A"|"B"|"Q", "P", "N", "gamma", "file", "reps"}, ...]; file holds P x N float64 (row-major, little endian), then P
  labels and N signs, all float64.
Prints one JSON line per problem: {"name", "kind", "seconds" (best of reps), "times" (all of them), "kappa", "status"}.

With u = g*w >= 0 and A[mu, i] = y_mu g_i x_mu,i the constraints are A u - y theta >= 1, u >= 0, theta >= 0 and the second-order cone
|u| <= gamma theta; A minimises |u|^2/2, B minimises theta. Q is A without the cone: a plain quadratic program, which cvxopt solves
with a cheaper factorisation, but whose solution is A only where the norm constraint turns out inactive. Tolerances are cvxopt's
defaults (1e-7, gap 1e-6): tighter ones cost more.
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


def rows(A, y, gamma):
    """G and h of the linear constraints, and below them the cone's where gamma is given; the last column is theta's."""
    P, N = A.shape
    cone = 0 if gamma is None else N + 1
    G = np.zeros((P + N + 1 + cone, N + 1))
    G[:P, :N], G[:P, N] = -A, y
    G[P : P + N + 1] = -np.eye(N + 1)
    if cone:
        G[P + N + 1, N] = -gamma
        G[P + N + 2 :, :N] = -np.eye(N)
    h = np.zeros(len(G))
    h[:P] = -1
    return matrix(G), matrix(h), {"l": P + N + 1, "q": [cone] if cone else [], "s": []}


def solve_a(A, y, gamma):
    N = A.shape[1]
    G, h, dims = rows(A, y, gamma)
    H = np.eye(N + 1)
    H[N, N] = 0
    sol = solvers.coneqp(matrix(H), matrix(np.zeros(N + 1)), G, h, dims)
    u = np.array(sol["x"]).ravel()[:N]
    return 1 / np.sqrt(u @ u), sol["status"]


def solve_b(A, y, gamma):
    N = A.shape[1]
    G, h, dims = rows(A, y, gamma)
    c = np.zeros(N + 1)
    c[N] = 1
    sol = solvers.conelp(matrix(c), G, h, dims)
    x = sol["x"]
    return (1 / x[N] if x is not None else float("nan")), sol["status"]


SOLVE = {"A": solve_a, "B": solve_b, "Q": lambda A, y, gamma: solve_a(A, y, None)}


def main():
    directory = sys.argv[1]
    for p in json.load(open(directory + "/problems.json")):
        A, y = load(directory, p)
        times = []
        for _ in range(p["reps"]):
            start = time.perf_counter()
            kappa, status = SOLVE[p["kind"]](A, y, p["gamma"])
            times.append(time.perf_counter() - start)
        print(json.dumps({"name": p["name"], "kind": p["kind"], "seconds": min(times), "times": times, "kappa": kappa, "status": status}), flush=True)


if __name__ == "__main__":
    main()
