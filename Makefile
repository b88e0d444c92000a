# Everything sets itself up: a virtual environment in .venv, with Aftershock installed in it.
# Nothing is needed but Python 3.11 or later, make and a package index; a C compiler makes it fast.

PYTHON := $(firstword $(foreach name,python3.13 python3.12 python3.11 python3,$(shell $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $(name))))
VENV := .venv
BIN := $(VENV)/bin
SOURCES := $(shell find simulator scenarios cli reports tui -name '*.py' -o -name '*.yaml' -o -name '*.csv')
WORKERS ?= 2

.PHONY: help demo test check bench site theory clean

help:  ## say what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(VENV)/installed  ## play Online Boutique under recorded traffic
	@$(BIN)/aftershock run online-boutique

test: $(VENV)/tools  ## run the whole test suite, on the installed build and on the plain files
	@$(BIN)/aftershock version
	@build=$$($(BIN)/aftershock version | grep -q compiled && echo compiled || echo interpreted); \
	AFTERSHOCK_EXPECT_BUILD=$$build $(BIN)/pytest -n $(WORKERS) -q
	@echo "the same files, interpreted:"
	@PYTHONPATH=$(CURDIR) AFTERSHOCK_EXPECT_BUILD=interpreted $(BIN)/pytest -n $(WORKERS) -q \
		-m "not slow and not compiled_only and not once"

check: $(VENV)/tools  ## lint, types and import layers
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@PYTHONPATH=$(CURDIR) $(BIN)/lint-imports

bench: $(VENV)/tools  ## measure speed against named rivals
	@$(BIN)/python -m pip install -q 'ciw>=3.2'
	@$(BIN)/python benchmarks/run.py

site: $(VENV)/tools  ## build the documentation as pages in site/
	@$(BIN)/zensical build --strict

theory: $(VENV)/installed  ## compare with queueing theory
	@$(BIN)/aftershock theory

$(VENV)/pip:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed, and none was found" >&2; exit 1; }
	@echo "making a virtual environment in $(VENV) with $(PYTHON)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --upgrade pip
	@touch $@

# Whatever source is newer than the installed copy has it installed afresh, so that compiled files
# can never be older than what they were compiled from.
$(VENV)/installed: $(VENV)/pip pyproject.toml setup.py $(SOURCES)
	@echo "installing Aftershock (compiling takes a minute where there is a C compiler)"
	@rm -rf build aftershock.egg-info $(VENV)/wheel
	@$(BIN)/python -m pip wheel -q --no-deps --wheel-dir $(VENV)/wheel .
	@$(BIN)/python -m pip install -q --force-reinstall --no-deps $(VENV)/wheel/*.whl
	@$(BIN)/python -m pip install -q $(VENV)/wheel/*.whl
	@rm -rf build aftershock.egg-info
	@$(BIN)/aftershock version | head -n 1
	@touch $@

$(VENV)/tools: $(VENV)/installed
	@$(BIN)/python -m pip install -q --group test --group lint --group docs
	@touch $@

clean:  ## remove all that was made
	@rm -rf $(VENV) build site aftershock.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
