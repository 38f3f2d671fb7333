# Needs only Python 3.11+, make and git. Everything is installed into .venv, from the lock files, hashes checked.
# Nothing is done again while the lock files and pyproject.toml stay as they are.

PYTHON ?= python3
DEMO   ?= demo
BIN    := .venv/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
# The tests make many small files and synchronise each: quicker in memory, where a machine has room for that.
SCRATCH = $$(test -w /dev/shm && echo /dev/shm || echo "$${TMPDIR:-/tmp}")
COMPILE = UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
          --generate-hashes

.DEFAULT_GOAL := help
.PHONY: help demo google test check lint types contracts bench year soak lock picture clean

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*##/  \1	/p' $(MAKEFILE_LIST) | expand -t 14

demo: .venv/.runtime  ## build a working example in ./demo and say which file to open
	@$(BIN)/agendad demo $(DEMO)
	@printf '\nThe command is $(BIN)/agendad; `. $(BIN)/activate` puts it on your PATH.\n'

google: .venv/.dev  ## a Google to try things on until Ctrl-C, with the demonstration in ./demo-google
	@echo 'in another terminal: $(BIN)/agendad --config demo-google plan'
	@PYTHONPATH=tests $(BIN)/python -m emulator --port 0 --demo demo-google

test: .venv/.dev  ## run the tests
	@TMPDIR=$(SCRATCH) $(BIN)/python -m pytest -n auto --dist worksteal

check: test lint types contracts  ## everything that must hold before a change lands

lint: .venv/.dev  ## style
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

types: .venv/.dev  ## mypy --strict
	@$(BIN)/mypy

contracts: .venv/.dev  ## the direction of imports, and the purity of the core
	@$(BIN)/lint-imports

bench: .venv/.dev  ## print the stated figures, each beside its peer
	@set -e; for script in benchmarks/[a-z]*.py; do echo "== $$script"; $(BIN)/python $$script; done

year: .venv/.dev  ## live a year of the cto pack, and write docs/year.md
	@PYTHONPATH=tests/e2e $(BIN)/python -m year

soak: .venv/.dev  ## the long randomised tests
	@$(BIN)/python -m pytest -m soak

lock: .venv/.dev  ## write the lock files anew from pyproject.toml (UPGRADE=--upgrade takes newer versions)
	@$(COMPILE) $(UPGRADE) pyproject.toml -o requirements.lock
	@$(COMPILE) $(UPGRADE) -c requirements.lock --group dev pyproject.toml -o requirements-dev.lock

picture: .venv/.runtime  ## take the picture of the README anew (with CHROMIUM=chromium)
	@$(BIN)/python docs/images/before_after.py

clean:  ## remove what the other targets made
	@rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "agendad needs Python 3.11 or newer; name one with: make PYTHON=...")'
	@$(PYTHON) -m venv .venv

.venv/.runtime: requirements.lock pyproject.toml | .venv/bin/python
	@echo "installing agendad into .venv ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --editable .
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.runtime
	@echo "installing the development tools into .venv ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@
