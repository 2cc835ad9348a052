"""A random network of rate neurons: from which gain on does it stay active by itself?

Reads its task from standard input and answers on standard output, as docs/own-experiment.md says.
"""
import json
import math
import random
import sys

task = json.load(sys.stdin)
N, g = task["params"]["N"], task["params"]["g"]
rng = random.Random(task["seed"])  # all randomness comes from here

J = [[rng.gauss(0, g / math.sqrt(N)) for _ in range(N)] for _ in range(N)]
x = [rng.gauss(0, 1) for _ in range(N)]
dt = 0.2
for _ in range(250):
    r = [math.tanh(v) for v in x]
    x = [v + dt * (-v + sum(map(float.__mul__, row, r))) for v, row in zip(x, J)]

rms = math.sqrt(sum(v * v for v in x) / N)
json.dump({"active": rms > 0.05, "rms": rms}, sys.stdout)
