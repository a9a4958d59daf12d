# Needs python3 (3.11 or newer, with venv) and make; everything else is installed into .venv.
# PYTHON=python3.12 picks another interpreter, ARGS=... is handed to pytest, the benchmarks or the resolver.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input
LOCKED := .venv/.locked
INSTALLED := .venv/.installed
COMPILED := $(wildcard src/bgagent/engine/*.pxd)
COMPILED += $(COMPILED:.pxd=.py)
PEERS := .bench-venv/.locked
CHECKERS := .crosscheck-venv/.locked
LOCKS := requirements.lock requirements-dev.lock benchmarks/requirements.lock benchmarks/crosscheck/requirements.lock
RESOLVE = uv pip compile --quiet --no-config --universal --generate-hashes --no-header --no-annotate \
	--exclude-newer "7 days" --python-version 3.11 $(ARGS)

.PHONY: help setup demo test check bench crosscheck soak lock clean
.DELETE_ON_ERROR:

help:
	@echo "make setup   install the program and its tools into .venv (every target below does it when needed)"
	@echo "make demo    one backtest on synthetic data, offline"
	@echo "make test    the whole test suite"
	@echo "make check   lint, format, types, floors, locks"
	@echo "make bench   speed, against other backtesting libraries"
	@echo "make crosscheck  fills and equity, against other backtesting libraries (ARGS=--record renews the golden files)"
	@echo "make soak    many jobs at once, for long"
	@echo "make lock    resolve the dependencies anew (needs a package index)"
	@echo "make clean   remove .venv and what building leaves behind"

setup: $(INSTALLED)

$(LOCKED): requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "bgagent needs Python 3.11 or newer, '$(PYTHON)' is not: name another one, as in: make $(or $(MAKECMDGOALS),setup) PYTHON=python3.12" >&2; \
	  exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

# the engine's loops are compiled here when a C compiler is found, and stay plain Python otherwise
$(INSTALLED): $(LOCKED) pyproject.toml setup.py $(COMPILED)
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup
	$(BIN)/nlbt demo

test: setup
	$(BIN)/python -m pytest -n 2 $(ARGS)

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	@! grep -nE '://|^-|@ |^[^#]*\.(whl|tar\.gz)' $(LOCKS) || { echo "a lock records an address or a path: run make lock" >&2; exit 1; }

$(PEERS): benchmarks/requirements.lock $(INSTALLED)
	@test -x .bench-venv/bin/python || $(BIN)/python -m venv .bench-venv
	.bench-venv/bin/python -m pip --quiet --disable-pip-version-check --no-input install --require-hashes -r benchmarks/requirements.lock
	@touch $@

bench: setup $(PEERS)
	$(BIN)/python benchmarks/run.py $(ARGS)

$(CHECKERS): benchmarks/crosscheck/requirements.lock $(INSTALLED)
	@test -x .crosscheck-venv/bin/python || $(BIN)/python -m venv .crosscheck-venv
	.crosscheck-venv/bin/python -m pip --quiet --disable-pip-version-check --no-input install --require-hashes -r benchmarks/crosscheck/requirements.lock
	@touch $@

crosscheck: setup $(CHECKERS)
	$(BIN)/python benchmarks/crosscheck/run.py $(ARGS)

soak: setup
	$(BIN)/python benchmarks/soak.py $(ARGS)

# the pins in place are kept where they still fit; ARGS=--upgrade moves them
lock: setup
	@set -e; tools=$$(mktemp -d); trap 'rm -rf "$$tools"' EXIT; \
	$(BIN)/python -m venv "$$tools"; \
	"$$tools/bin/python" -m pip --quiet --disable-pip-version-check --no-input install uv; \
	PATH="$$tools/bin:$$PATH"; \
	$(RESOLVE) pyproject.toml -o requirements.lock; \
	$(RESOLVE) pyproject.toml --extra dev -o requirements-dev.lock; \
	$(RESOLVE) benchmarks/requirements.in -o benchmarks/requirements.lock; \
	$(RESOLVE) benchmarks/crosscheck/requirements.in -o benchmarks/crosscheck/requirements.lock

clean:
	rm -rf .venv .bench-venv .crosscheck-venv build src/*.egg-info src/bgagent/engine/*.so .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
