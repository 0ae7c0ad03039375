# Two commands: `make run` and `make test`. `make help` names the rest.
PORT ?= 8000
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What runs the site, and on top of it what checks it. Each stamp is written last; an environment
# in which an installation broke off is made anew, for pip takes half a package for a whole one.
RUN := $(VENV)/.run
TEST := $(VENV)/.test
BEGUN := $(VENV)/.begun
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet --retries 8 --timeout 60
export SERMO_LOCAL PORT
export PIP_ROOT_USER_ACTION := ignore

.PHONY: help run test lint bench check venv stop clean

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 8

run: $(RUN)  ## the whole site on one machine: make run PORT=8123 SERMO_LOCAL=DIR; Ctrl-C ends all of it
	@exec $(BIN)/python -m sermo.local_stack.run

test: $(TEST)  ## every check and every test, stopping at the first failure
	@exec $(BIN)/python -m sermo.local_stack.checks

lint: $(TEST)  ## the quick checks of `make test`: style, types, imports, templates
	@exec $(BIN)/python -m sermo.local_stack.checks --lint

bench: $(TEST)  ## what pages cost beside bare Django; loads a large community first (some 15 minutes)
	@exec $(BIN)/python -m tools.benchmarks.pages

check: lint

stop: $(RUN)  ## end the servers that `manage.py` or tests left running
	@exec $(BIN)/python -m sermo.local_stack.stop

venv: $(TEST)  ## .venv with the pinned requirements

clean:  ## remove .venv; data in .local stays
	rm -rf $(VENV)

$(RUN): requirements.txt
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or later is needed, and $(PYTHON) was not found. Name another with make PYTHON=…"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; this is $$($(PYTHON) --version). Name another with make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python lacks its venv module; on Debian and Ubuntu: sudo apt install python3-venv"; exit 1; }
	@rm -f $(RUN) $(TEST)
	@test ! -e $(BEGUN) && $(BIN)/python -m pip --version >/dev/null 2>&1 || { echo "making $(VENV)"; rm -rf $(VENV); $(PYTHON) -m venv $(VENV) || { echo "$(VENV) could not be made; is this directory yours, and is there room?"; exit 1; }; }
	@echo "installing the pinned requirements (once; about 600 MB)"
	@touch $(BEGUN) && $(PIP) install $(PIP_OPTIONS) -r requirements.txt || { $(PIP_HELP); exit 1; }
	@rm $(BEGUN) && touch $@

$(TEST): $(RUN) tests/requirements.txt
	@echo "installing the tools of the tests"
	@touch $(BEGUN) && $(PIP) install $(PIP_OPTIONS) -r tests/requirements.txt || { rm -f $(RUN); $(PIP_HELP); exit 1; }
	@rm $(BEGUN) && touch $@

# Modules are compiled when they are first imported, which is faster than compiling all of them.
PIP_OPTIONS := --prefer-binary --no-compile
define PIP_HELP
echo "The requirements could not be installed. If the network failed, the same command goes on where this ended."; \
echo "If a compiler was missing, a package above has no ready-made wheel for this machine: take Python 3.11 to 3.13 on"; \
echo "x86-64 or ARM (make PYTHON=python3.12), or install a compiler (Debian: sudo apt install build-essential python3-dev)."
endef
