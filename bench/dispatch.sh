#!/usr/bin/env bash
# Dispatch of tasks that do nothing: ours, the floors under it, and rivals, in one run on one machine. SCALE multiplies
# the number of our tasks. Rows whose rival is not installed say so.
set -euo pipefail
cd "$(dirname "$0")/.."
go run ./bench/dispatch -scale "${SCALE:-1}"
if command -v redis-server >/dev/null; then
  (cd bench/testdata/asynq && go run .)
else
  echo "asynq: NOT COMPARED: no redis-server here (Debian: apt-get install redis-server)"
fi
dask=""
for candidate in /usr/bin/python3 python3; do
  if "$candidate" -c 'import distributed' 2>/dev/null; then dask=$candidate; break; fi
done
if [ -n "$dask" ]; then
  "$dask" -W ignore bench/dispatch.py "${DASK_TASKS:-10000}" 2>/dev/null
else
  echo "Dask: NOT COMPARED: no python with distributed here (Debian: apt-get install python3-distributed)"
fi
