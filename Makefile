# Two commands suffice: `make run` opens the demo, `make test` proves it. Everything lives in .venv and BATON_HOME.
PY ?= python3
PORT ?= 8080
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help run test check fmt bench torture lock clean

help:
	@echo "make run    start the demo (PORT=n asks for a port)"
	@echo "make test   run the tests"
	@echo "make check  formatter, linter, types, import contracts"
	@echo "make torture  ten minutes of everything going wrong; the report goes to bench/TORTURE.md"
	@echo "make bench  the benchmarks; figures go to bench/RESULTS.md"

# $(1): the requirement files to install. uv does the work (pip alone takes some ten times as long); pip only brings uv.
define setup
	@$(PY) -c 'import sys; sys.exit("baton needs Python 3.11 or newer; found "+sys.version.split()[0]+"; install it (python3.11) and call: make PY=python3.11 run") if sys.version_info<(3,11) else 0' || exit 2
	@test -x $(BIN)/python || $(PY) -m venv .venv >/dev/null 2>&1 || $(PY) -m venv --without-pip --clear .venv
	@if $(BIN)/python -m pip --version >/dev/null 2>&1; then $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/boot.txt; \
	 elif $(PY) -m pip --version >/dev/null 2>&1; then $(PY) -m pip --python $(BIN)/python install -q --disable-pip-version-check --require-hashes -r requirements/boot.txt; \
	 else echo "pip is missing: apt-get install python3-venv (or python3-pip)" >&2; rm -rf .venv; exit 2; fi
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes $(foreach f,$(1),-r $(f))
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@
endef

.venv/.run: pyproject.toml requirements/boot.txt requirements/run.txt
	$(call setup,requirements/run.txt)

.venv/.dev: pyproject.toml requirements/boot.txt requirements/e2e.txt
	$(call setup,requirements/e2e.txt)

# The weights of the embedded model are fetched once; where that fails, one line says so and triage counts words.
run: .venv/.run
	@test "$(BATON_MODEL_BUILD)" = 0 || $(BIN)/baton model build >/dev/null || true
	@exec $(BIN)/baton demo --port $(PORT)

# On every core, four at most: a desk of processes takes its share of memory. Files stay whole, because the tests of one
# may share what it started, and begin in the order of tests/conftest.py.
test: .venv/.dev
	@$(BIN)/python -m pytest -q -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

check: .venv/.dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

fmt: .venv/.dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

# What we are measured beside. Where it cannot be installed, its rows say so.
bench/.venv/.ready: requirements/bench.txt
	@$(BIN)/uv venv -q --clear --python $(BIN)/python bench/.venv
	@$(BIN)/uv pip install -q --python bench/.venv/bin/python --require-hashes -r $<
	@touch $@

bench: .venv/.dev
	@$(MAKE) -s bench/.venv/.ready || echo "the other agent runtimes could not be installed"
	@$(BIN)/python -m bench

torture: .venv/.dev
	@$(BIN)/python -m tests.faults.torture --minutes 10

# Hash-pinned and without addresses; a test looks for "://" in them.
COMPILE = $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11
lock: .venv/.dev
	@$(COMPILE) pyproject.toml --group run -o requirements/run.txt
	@$(COMPILE) pyproject.toml --group dev -o requirements/dev.txt
	@$(COMPILE) pyproject.toml --group e2e -o requirements/e2e.txt
	@$(COMPILE) --group bench -o requirements/bench.txt

clean:
	@rm -rf .venv bench/.venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
