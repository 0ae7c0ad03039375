# Two commands: `make run` and `make test`. `make help` names the rest.
PORT ?= 8000
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.complete
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet --retries 8 --timeout 60
export SERMO_LOCAL PORT
export PIP_ROOT_USER_ACTION := ignore

.PHONY: help run test lint check venv stop clean

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 8

run: $(STAMP)  ## the whole site on one machine: make run PORT=8123 SERMO_LOCAL=DIR; Ctrl-C ends all of it
	@exec $(BIN)/python -m sermo.embedded.run

test: $(STAMP)  ## every check and every test, stopping at the first failure
	@exec $(BIN)/python -m sermo.embedded.checks

lint: $(STAMP)  ## the quick checks of `make test`: style, types, imports, templates
	@exec $(BIN)/python -m sermo.embedded.checks --lint

check: lint

stop: $(STAMP)  ## end the servers that `manage.py` or tests left running
	@exec $(BIN)/python -m sermo.embedded.stop

venv: $(STAMP)  ## .venv with the pinned requirements

clean:  ## remove .venv; data in .local stays
	rm -rf $(VENV)

# The stamp is written last: an environment that was left half-finished is made anew.
$(STAMP): requirements.txt tests/requirements.txt
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or later is needed, and $(PYTHON) was not found. Name another with make PYTHON=…"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; this is $$($(PYTHON) --version). Name another with make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python lacks its venv module; on Debian and Ubuntu: sudo apt install python3-venv"; exit 1; }
	@rm -f $@
	@test -x $(BIN)/python && $(BIN)/python -m pip --version >/dev/null 2>&1 || { echo "making $(VENV)"; rm -rf $(VENV); $(PYTHON) -m venv $(VENV); }
	@echo "installing the pinned requirements"
	@$(PIP) install --prefer-binary -r requirements.txt -r tests/requirements.txt || { \
	  echo "The requirements could not be installed. If a compiler was missing: this machine has no ready-made wheel for a package above;"; \
	  echo "use Python 3.11 to 3.13 on x86-64 or ARM Linux or macOS, or install a compiler (Debian: sudo apt install build-essential python3-dev)."; \
	  echo "If the network failed: \`make venv\` again goes on where this ended."; exit 1; }
	@touch $@
