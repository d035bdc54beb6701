# The words people and CI use alike; `make help` lists them. Needs Python 3.11 to 3.14, make and a package index
# (whichever one your pip is set up for). Everything lands in .venv; to begin anew: make clean.

.SHELLFLAGS := -eu -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install demo test torture bench bench-quick check lint types lock clean

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# The newest usable Python on PATH, asked by running it (a pyenv shim may stand there and lead nowhere).
# Another one: make test PYTHON=/path/to/python3.12
PYTHON ?= $(firstword $(foreach minor,14 13 12 11,$(shell python3.$(minor) -c \
	'import ssl, sqlite3, venv; print("python3.$(minor)")' 2>/dev/null)))

help: ## list these words
	@awk -F ': .*## ' '/^[a-z-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

install: .venv/dev.installed ## make .venv with syncd and all that tests and checks it

demo: .venv/runtime.installed ## run the sandbox, the daemon and sample files, and show what became of each order
	@$(BIN)/syncd demo

test: .venv/dev.installed ## run every test and hold coverage to its floors: 100 % of core/, 95 % of all
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest --numprocesses=2 --dist=worksteal
	@$(BIN)/coverage combine --quiet
	@echo "Branch coverage of core/ (at least 100 %):"
	@$(BIN)/coverage report --include='syncd/core/*' --fail-under=100
	@echo "Branch coverage of all (at least 95 %):"
	@$(BIN)/coverage report --fail-under=95

# One seed again, with every call that was made: make torture SEED=4711. First each sample cut at every byte
# (about a minute): make torture CUTS=1
torture: .venv/dev.installed ## run simulated installations until Ctrl-C; SEED=N replays one, CUTS=1 first cuts files
	@$(if $(CUTS),SYNCD_CUT_STEP=1 $(BIN)/python -m pytest --quiet -s tests/integration/test_cut_anywhere.py)
	@$(BIN)/python tests/torture.py $(SEED)

check: lint types ## run every check that runs no code of ours

lint: .venv/dev.installed ## check style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev.installed ## check types
	$(BIN)/mypy

bench: .venv/dev.installed ## measure against a hand-written script, and write docs/performance.md (about half an hour)
	$(BIN)/python -m bench

bench-quick: .venv/dev.installed ## the same in small, under two minutes, on the screen only
	$(BIN)/python -m bench --quick

# For maintainers, with uv on PATH: pins move only as far as pyproject.toml and *.in force them to;
# `make lock LOCK_FLAGS=--upgrade` takes the newest of everything.
LOCK_FLAGS ?=
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-annotate --custom-compile-command 'make lock' $(LOCK_FLAGS)

lock: ## write requirements/*.lock anew (needs uv)
	@command -v uv >/dev/null || { echo 'make lock needs uv: pip install uv, or see its documentation.' >&2; exit 1; }
	$(COMPILE) pyproject.toml --output-file requirements/runtime.lock
	$(COMPILE) requirements/build.in --constraint requirements/runtime.lock --output-file requirements/build.lock
	$(COMPILE) pyproject.toml requirements/build.in requirements/dev.in --constraint requirements/runtime.lock \
		--constraint requirements/build.lock --output-file requirements/dev.lock

clean: ## remove .venv and every cache
	rm -rf .venv .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist
	find syncd tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Debian splits venv's pip off into python3-venv; where it is missing, the system's own pip reaches into the new folder.
.venv/bin/python:
	@[ -n "$(PYTHON)" ] || { echo 'syncd needs Python 3.11 to 3.14 with ssl, sqlite3 and venv; none is on PATH.' \
		'Install one, or name it: make PYTHON=/path/to/python3' >&2; exit 1; }
	@echo "Making .venv with $(PYTHON) ..."
	@$(PYTHON) -m venv --clear .venv >/dev/null 2>&1 \
		|| { $(PYTHON) -m venv --clear --without-pip .venv && $(PYTHON) -m pip --python $@ install --quiet pip; } \
		|| { rm -rf .venv; echo '$(PYTHON) cannot make a virtual environment with pip in it.' \
			'On Debian or Ubuntu: apt-get install python3-venv' >&2; exit 1; }

.venv/runtime.installed: .venv/bin/python pyproject.toml requirements/runtime.lock requirements/build.lock
	@echo "Installing syncd ..."
	@$(PIP) install --require-hashes -r requirements/runtime.lock -r requirements/build.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.installed: .venv/runtime.installed requirements/dev.lock
	@echo "Installing what tests and checks it ..."
	@$(PIP) install --require-hashes -r requirements/dev.lock
	@touch $@
