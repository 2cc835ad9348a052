"""Dispatch of tasks that do nothing through dask.distributed: two worker processes on this machine, nothing durable.

Prints tasks a second and processor time a task, all processes, with the scheduler's default and with worker
saturation off.
"""

import resource
import sys
import time

import dask
from distributed import Client, LocalCluster


def nothing(x):
    return x


def used():
    return sum(
        r.ru_utime + r.ru_stime
        for r in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


def measure(name, tasks, saturation):
    dask.config.set({"distributed.scheduler.worker-saturation": saturation})
    before = used()
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        with Client(cluster) as client:
            client.gather(client.map(nothing, range(100)))
            start = time.perf_counter()
            client.gather(client.map(nothing, range(1000, 1000 + tasks)))
            elapsed = time.perf_counter() - start
    # Children are counted once they have ended, with their start: about 2 s of processor for two workers.
    cpu = used() - before
    print(f"{name:<40} {tasks / elapsed:9.0f} {cpu / tasks * 1e6:12.2f}   (not durable: the scheduler's end loses all; start included)")


if __name__ == "__main__":
    tasks = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    measure("Dask, default", tasks, 1.1)
    measure("Dask, saturation off", tasks, float("inf"))
