# Everything a developer runs. `make` alone lists the targets.
SHELL := /bin/bash
GO ?= go
BIN := .bin
GOLANGCI_VERSION := v2.15.0
BUF_VERSION := v1.75.0
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)

.DEFAULT_GOAL := help
.PHONY: help build test race lint vet proto fuzz fuzz-solver slow sim chaos docker scale bench golden clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

build: ## build the static binary bin/gardner
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/gardner ./cmd/gardner

test: ## the tests, as the README says
	$(GO) test ./...

race: ## the tests under the race detector
	$(GO) test -race ./...

vet:
	$(GO) vet ./...

lint: vet $(BIN)/golangci-lint ## go vet and golangci-lint (installed into .bin at a pinned version)
	$(BIN)/golangci-lint run ./...

proto: $(BIN)/buf ## lint the wire contract and generate its Go code
	cd proto && ../$(BIN)/buf lint && $(GO) generate ./...

slow: ## the slow and statistical suites (tens of minutes)
	GARDNER_SLOW=1 $(GO) test -timeout 60m ./...

FUZZTIME ?= 30s
fuzz: ## every fuzz target for FUZZTIME each (default 30s)
	@set -e; for pkg in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
	    echo "== $$pkg $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$pkg; done; done

fuzz-solver: ## 100,000 random problems through the solvers, none may stay uncertified
	GARDNER_SLOW=1 $(GO) test -timeout 60m -run 'Fuzz|Random|Certif' ./core/perceptron ./core/curve -v

SCHEDULES ?= 100000
FIRST ?= 1
sim: ## the deterministic simulation: SCHEDULES seeds (default 100000, about 5 ms each) from FIRST, faults and coverage printed
	$(GO) test ./coordinator/sim -run 'TestSchedules|TestMutantsAreFound' -schedules $(SCHEDULES) -first $(FIRST) -timeout 10h -v

KILLS ?= 500
chaos: ## real processes: KILLS (default 500) SIGKILLs, stops, cuts in one sweep; a link that goes down, a disk that goes read-only (root); equal bytes
	GARDNER_CHAOS=$(KILLS) $(GO) test ./cmd/gardner -run TestChaos -timeout 2h -v

docker: ## containers of nothing but the binary, on a network of their own: killed, restarted, cut off
	bash deploy/docker/try.sh

scale: ## 10^5 to 10^7 tasks, 1,000 workers over TLS in a reconnect storm, 10,000 simulated, 50 visitors of the page: times and memory printed
	GARDNER_SCALE=1 $(GO) test ./coordinator ./coordinator/page -run 'TestScale|TestReconnectStorm|TestManyWorkers' -timeout 1h -v

bench: ## ours against the alternatives, in one run on the same work
	bash bench/run.sh

golden: ## rewrite the golden files after a deliberate change of output
	$(GO) test ./coordinator/figure ./coordinator/query ./sweeps -update

$(BIN)/golangci-lint:
	GOBIN=$(CURDIR)/$(BIN) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)

$(BIN)/buf:
	GOBIN=$(CURDIR)/$(BIN) $(GO) install github.com/bufbuild/buf/cmd/buf@$(BUF_VERSION)

clean: ## remove what builds leave
	rm -rf bin out
