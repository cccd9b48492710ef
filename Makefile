# RailFair: `make run` starts it, `make test` checks it. Nothing but Python 3.12+ and make is needed.

PORT ?= 8000
PYTHON ?= $(shell for p in python3.12 python3.13 python3; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && { echo "$$p"; break; }; done)
BIN := .venv/bin
DEMO := var/demo
BENCH := var/bench

.PHONY: help setup run dashboard test container-test bench load faults $(BENCH)/railfair.db lint types check format docs lock clean

help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */  make \1\t/' | expand -t 16

setup: .venv/ready  ## make .venv, with railfair and everything in it

.venv/ready: requirements-dev.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "RailFair needs Python 3.12 or newer on the PATH (or make PYTHON=/path/to/python3.12)." >&2; exit 1; }
	@echo "Setting up .venv with $$($(PYTHON) --version) (about a minute, once)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/railfair --version >/dev/null  # compiles the kernels, and keeps them
	@touch $@

run: setup  ## serve the demo railway on http://127.0.0.1:8000 (PORT= changes it)
	@$(BIN)/railfair demo load $(DEMO)
	@$(BIN)/railfair serve --port $(PORT) --try

dashboard: setup  ## the demo, watched: Prometheus, and Grafana where there is Docker
	@deploy/watch $(PORT)

test: setup  ## set up and pass every test
	@$(BIN)/python -m pytest

container-test:  ## build the image, run the stack, replace it under load (needs Docker; 4 minutes)
	@test -n "$(PYTHON)" || { echo "make container-test needs Python 3.12 or newer on the PATH." >&2; exit 1; }
	@$(PYTHON) tests/container/check.py

bench load faults $(BENCH)/railfair.db: export RAILFAIR_DATABASE_URL := sqlite+aiosqlite:///$(BENCH)/railfair.db
bench load faults $(BENCH)/railfair.db: export RAILFAIR_TODAY := 2026-11-25
faults load: export PYTHONPATH := tests

$(BENCH)/railfair.db: setup
	@test -e $(BENCH)/demo.json || $(BIN)/railfair demo build $(BENCH) --scale national
	@$(BIN)/railfair demo load $(BENCH)

bench: $(BENCH)/railfair.db  ## measure on a railway of Britain's size (10 minutes, most of it making it once)
	@$(BIN)/python tests/bench/fares.py --date $(RAILFAIR_TODAY)
	@$(BIN)/python tests/bench/journeys.py --date $(RAILFAIR_TODAY)
	@PYTHONPATH=tests $(BIN)/python tests/bench/serving.py --date $(RAILFAIR_TODAY)
	@PYTHONPATH=tests $(BIN)/python tests/bench/routes.py --date $(RAILFAIR_TODAY)
	@PYTHONPATH=tests $(BIN)/python tests/bench/cache.py
	@PYTHONPATH=tests $(BIN)/python tests/bench/strangers.py

load: $(BENCH)/railfair.db  ## let users of all kinds ask, and write docs/performance.md (25 minutes)
	@$(BIN)/python tests/bench/load.py --write docs/performance.md

faults: $(BENCH)/railfair.db  ## break Redis, workers and more under load, and see what users notice (5 minutes)
	@$(BIN)/python tests/bench/faults.py --railway $(BENCH)

lint: setup  ## ruff (style and lint) and the import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports

types: setup  ## mypy, strict
	@$(BIN)/mypy

check: lint types test  ## lint, types and tests

format: setup  ## put the code into shape
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

docs: setup  ## write docs/api.md, the reference of the API, anew
	@PYTHONPATH=tests $(BIN)/python -m support.api_page

LOCK := uv pip compile --quiet --universal --python-version 3.12 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url pyproject.toml
lock:  ## resolve the dependencies anew (needs uv)
	$(LOCK) --output-file requirements.txt
	$(LOCK) --group dev --output-file requirements-dev.txt

clean:  ## remove .venv, caches, the demo railway and its database
	rm -rf .venv var build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
