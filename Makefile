# Two commands: `make run` and `make test`. `make help` names the rest.
PORT ?= 8000
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export SERMO_LOCAL PORT VENV

.PHONY: help run test coverage lint bench chaos scan rehearsal check venv lock stop clean run-environment test-environment

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 8

run: run-environment  ## the whole site on one machine: make run PORT=8123 SERMO_LOCAL=DIR; Ctrl-C ends all of it
	@exec $(BIN)/python -m sermo.local_stack.run

test: test-environment  ## every check and every test, stopping at the first failure
	@exec $(BIN)/python -m sermo.local_stack.checks

coverage: test-environment  ## the tests alone, with branch coverage (half as long again)
	@exec $(BIN)/python -m sermo.local_stack.checks --coverage

lint: test-environment  ## the quick checks of `make test`: style, types, imports, templates
	@exec $(BIN)/python -m sermo.local_stack.checks --lint

bench: test-environment  ## what pages cost beside bare Django; loads a large community first (some 15 minutes)
	@exec $(BIN)/python -m tools.benchmarks.pages

chaos: test-environment  ## kills, stops and fills everything under load on a site of its own: make chaos SECONDS=300 SEED=1
	@exec $(BIN)/python -m tools.chaos --seconds $(or $(SECONDS),60) $(if $(SEED),--seed $(SEED))

scan: test-environment  ## bandit, semgrep, pip-audit, wapiti and sqlmap, the last two on a site of their own
	@exec $(BIN)/python -m tools.scan --seconds $(or $(SECONDS),120)

rehearsal: test-environment  ## back up a small community, destroy it, restore it, and say what was compared
	@exec $(BIN)/python -m pytest tests/backups/test_rehearsal.py -n 0 -q -s

check: lint

stop: run-environment  ## end the servers that `manage.py` or tests left running
	@exec $(BIN)/python -m sermo.local_stack.stop

venv: test-environment  ## .venv with the pinned requirements

clean:  ## remove .venv, or only the link if it is one; data in .local stays
	@$(PYTHON) sermo/local_stack/environment.py remove

run-environment test-environment:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or later is needed, and $(PYTHON) was not found. Name another with make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) sermo/local_stack/environment.py $(@:-environment=)

# Pins and hashes of everything, transitive packages too, for all platforms. What is pinned stays
# unless it must move: `make lock LOCK_OPTIONS=--upgrade`, or `--upgrade-package NAME`.
COMPILE := UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
  --generate-hashes --no-emit-index-url --annotation-style line

lock: test-environment  ## write the lock files anew from requirements/*.in and tests/requirements.in
	$(COMPILE) $(LOCK_OPTIONS) requirements/local.in -o requirements.txt
	for name in requirements/web requirements/worker; do \
	  cp requirements.txt $$name.txt && $(COMPILE) $$name.in -o $$name.txt || exit 1; done
	cat requirements.txt >> tests/requirements.txt
	$(COMPILE) $(LOCK_OPTIONS) tests/requirements.in -o tests/requirements.txt
	$(COMPILE) $(LOCK_OPTIONS) --override tools/scan/overrides.in tools/scan/requirements.in -o tools/scan/requirements.txt
