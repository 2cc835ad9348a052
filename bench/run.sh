#!/usr/bin/env bash
# Ours against the alternatives, in one run on the same work. Rows whose alternative is not installed say so and show ours alone.
set -euo pipefail
cd "$(dirname "$0")/.."
python=""
for candidate in /usr/bin/python3 python3; do
  if "$candidate" -c 'import cvxopt, numpy' 2>/dev/null; then python=$candidate; break; fi
done
echo "== solvers: certified interior point and active set, against cvxopt (dense cone programs)"
if [ -z "$python" ]; then
  echo "   NOT COMPARED: no python with numpy and cvxopt here (Debian: apt-get install python3-cvxopt); ours alone:"
fi
go run ./bench/solvers -compare "$python"
echo "== matrix kernels against gonum and OpenBLAS"
go test -run '^$' -bench . -benchtime 300ms ./core/linalg
if [ -z "$python" ]; then
  echo "   NOT COMPARED with OpenBLAS: no python with numpy here"
else
  for threads in 1 2; do "$python" bench/kernels.py $threads; done
fi
numpy=""
for candidate in "$python" /usr/bin/python3 python3; do
  if [ -n "$candidate" ] && "$candidate" -c 'import numpy' 2>/dev/null; then numpy=$candidate; break; fi
done
echo "== learning in noise: masked sums and updates, against plain numpy"
if [ -z "$numpy" ]; then echo "   NOT COMPARED: no python with numpy here (Debian: apt-get install python3-numpy); ours alone:"; fi
go run ./bench/learning -compare "$numpy"
echo "== spiking neuron: event-driven against fixed-step integration at equal accuracy of spike times"
go run ./bench/spiking
pandas=""
for candidate in "$python" /usr/bin/python3 python3; do
  if [ -n "$candidate" ] && { "$candidate" -c 'import duckdb' || "$candidate" -c 'import pandas'; } 2>/dev/null; then pandas=$candidate; break; fi
done
echo "== query: ten million rows grouped by two axes, beside DuckDB and pandas reading the same rows"
if [ -z "$pandas" ]; then
  echo "   NOT COMPARED: no python with duckdb or pandas here (Debian: apt-get install python3-pandas); ours alone:"
elif ! "$pandas" -c 'import duckdb' 2>/dev/null && ! "$pandas" -c 'import pyarrow' 2>/dev/null && ! "$pandas" -c 'import fastparquet' 2>/dev/null; then
  echo "   NOT COMPARED ON PARQUET: this python has neither duckdb, pyarrow nor fastparquet (Debian 12 has no package of any);"
  echo "   pandas reads CSV, and, as a bound for any reader, bare columns of doubles that need no decoding"
fi
go run ./bench/query -compare "$pandas"
echo "== dynamics of associative networks: kept fields against the dense cycle"
if [ -z "$numpy" ]; then echo "   NOT COMPARED with Python: no python with numpy here (Debian: apt-get install python3-numpy)"; fi
go run ./bench/dynamics -compare "$numpy"
echo "== balanced network: kept numbers of active inputs, against forming them at each update"
go run ./bench/oldbalance -compare "$numpy"
echo "== tempotron: exact maxima in one pass over the spikes, against grids of times"
go run ./bench/tempotron -compare "$numpy"
echo "== spikes at given times: exact events and cutting planes, against grids of times"
go run ./bench/precise
echo "== dispatch of tasks that do nothing, durable, against the floors and rivals"
bash bench/dispatch.sh
