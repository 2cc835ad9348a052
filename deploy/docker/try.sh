#!/usr/bin/env bash
# One coordinator and two workers as containers on a network of their own: a worker and the coordinator are killed, a worker
# is cut off; in the end every task is stored once, and a tenth of them computed again has equal bits. From the project's
# root: make docker. Needs a Docker engine and docker-compose, no images.
set -euo pipefail
cd "$(dirname "$0")/../.."
if ! docker info >/dev/null 2>&1 || ! command -v docker-compose >/dev/null; then
  echo "NOT TESTED: the container, for there is no Docker engine with docker-compose here" >&2
  exit 0
fi
compose() { docker-compose -p gardner-try -f deploy/docker/compose.yaml "$@"; }
in_coordinator() { compose exec -T coordinator /gardner "$@"; }
say() { printf '\n== %s\n' "$1"; }
end() { compose down -v >/dev/null 2>&1 || true; }
trap end EXIT

say "image"
make build
docker build -q -f deploy/docker/Dockerfile -t gardner .
say "one coordinator, two workers"
compose up -d
for _ in $(seq 100); do in_coordinator status >/dev/null 2>&1 && break; sleep 0.2; done
in_coordinator submit capacity --replicates 400
sleep 3
say "a worker is killed and comes back"
docker kill gardner-try_worker_1
compose up -d
sleep 2
say "the coordinator is killed and comes back; the workers need no restart"
docker kill gardner-try_coordinator_1
compose up -d
sleep 3
in_coordinator status
say "a worker is cut off for longer than its leases live"
docker network disconnect gardner-try_default gardner-try_worker_2
sleep 25
docker network connect gardner-try_default gardner-try_worker_2
say "the end"
for _ in $(seq 300); do
  in_coordinator status capacity | grep -q 'done$' && break
  sleep 1
done
in_coordinator status capacity
in_coordinator status capacity | grep -q '1200/1200 tasks  done$'
in_coordinator verify /data/gardner.db --sample 10% --cache none | tee /dev/stderr | grep -q 'all bits equal'
say "nothing was lost"
