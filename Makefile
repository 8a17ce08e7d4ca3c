# Everything starts from a bare checkout: `make serve` runs the portal, `make test` runs the tests.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
WORKERS ?= 2

DISTRIBUTIONS := . plugins/iwmo plugins/ijw plugins/wlz_registertoets plugins/oidc
PROJECTS := $(DISTRIBUTIONS:%=%/pyproject.toml)
PIP := $(BIN)/pip --disable-pip-version-check --quiet

.PHONY: setup serve test lint format lock system-packages clean

setup: $(VENV)/.installed $(VENV)/.assets  ## make the virtual environment and install everything

serve: setup  ## the portal beside its simulated makelaar and chain partners
	@$(BIN)/portaal serve

test: setup system-packages  ## all tests, on both databases
	@$(BIN)/pytest --numprocesses $(WORKERS) --dist worksteal

lint: setup  ## style, types, locked requirements
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@sh tools/check-requirements.sh

format: setup
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

lock: setup  ## renew the locked requirements from pyproject.toml and requirements/*.in
	@sh tools/lock.sh $(BIN)

system-packages:  ## Chromium for the browser tests, where we may install it
	@sh tools/system-packages.sh

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it with PYTHON=..."; exit 1; }
	@echo "Making the virtual environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.requirements: $(VENV)/.made requirements/dev.txt requirements/npm.txt
	@echo "Installing the locked requirements ..."
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@command -v npm >/dev/null || $(PIP) install --require-hashes -r requirements/npm.txt
	@touch $@

$(VENV)/.installed: $(VENV)/.requirements $(PROJECTS)
	@echo "Installing the portal and its products ..."
	@PATH="$(abspath $(BIN)):$$PATH" $(PIP) install --no-deps --no-build-isolation $(DISTRIBUTIONS:%=-e %)
	@touch $@ $(VENV)/.assets

$(VENV)/.assets: $(VENV)/.installed $(shell find assets -path assets/node_modules -prune -o -type f -print)
	@PATH="$(abspath $(BIN)):$$PATH" $(BIN)/python assets/build_assets.py
	@touch $@

clean:  ## forget the demonstration's data; the next `make serve` loads it anew
	rm -rf var
