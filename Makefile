# What this project can do from a clean clone. Each target sets up what it needs.
VENV    ?= .venv
PYTHON  ?= python3
BIN     := $(VENV)/bin
PEERS   := tests/peers/node_modules/.done tests/peers/.venv/.done
ARGS    ?=

.DEFAULT_GOAL := help
.PHONY: help run test check bench format clean

help:            ## Show these lines
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.run           ## Make everything a new instance needs, then serve it on http://localhost:8000
	$(BIN)/fedlearn serve --first-run $(ARGS)

test: $(VENV)/.test $(PEERS)          ## Run all tests (ARGS="-k name" goes to pytest)
	$(BIN)/pytest -n auto --dist worksteal $(ARGS)

check: $(VENV)/.test         ## Format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.test         ## Measure, each figure beside a limit of this machine
	$(BIN)/python -m bench $(ARGS)

format: $(VENV)/.test        ## Let the formatter have its way
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:           ## Forget the environment (data/ and keys/ stay)
	rm -rf $(VENV) tests/peers/node_modules tests/peers/.venv

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade "pip>=25.1"

$(VENV)/.run: $(BIN)/python pyproject.toml
	$(BIN)/pip install --quiet --editable .
	@touch $@

$(VENV)/.test: $(BIN)/python pyproject.toml
	$(BIN)/pip install --quiet --editable ".[postgres]" --group test --group check
	@touch $@ $(VENV)/.run

tests/peers/node_modules/.done: tests/peers/package.json
	cd tests/peers && npm install --no-audit --no-fund --loglevel=error
	@touch $@

tests/peers/.venv/.done: tests/peers/herd/requirements.txt
	$(PYTHON) -m venv tests/peers/.venv
	tests/peers/.venv/bin/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@
