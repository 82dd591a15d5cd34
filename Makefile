# Everything is done through these targets. Python 3.11 or newer and make are all they need.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/
INSTALL := $(RUN)python -m pip install -qq --disable-pip-version-check -c constraints.txt
WANTED := import sys; sys.exit(sys.version_info < (3, 11) and \
    "The course needs Python 3.11 or newer, and this is %d.%d. Name another: make PYTHON=python3.12 ..." % sys.version_info[:2])

.PHONY: help lab test demo build check bench

help:
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-6s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

lab: $(VENV)/.lab  ## open the lessons in JupyterLab (ARGS="--no-browser --port 8899")
	@$(RUN)nnlib lab $(ARGS)

test: check  ## run every test, and the solutions
	$(RUN)python -m pytest -n logical --dist loadfile --nbval --nbval-sanitize-with tests/nbval.cfg \
	    tests nnlib $(wildcard solutions/*/*.ipynb) $(ARGS)

demo: $(VENV)/.lab  ## grade a sample class in a temporary folder (LESSON=04_backpropagation)
	@$(RUN)nnlib demo $(LESSON) $(ARGS)

build: $(VENV)/.test  ## rebuild solutions and lessons from their sources
	@$(RUN)nnlib build $(ARGS)

check: $(VENV)/.test  ## check style and types
	$(RUN)ruff check
	$(RUN)ruff format --check
	$(RUN)mypy

bench: $(VENV)/.test  ## measure speed against peers
	@for script in $(wildcard benchmarks/[a-z]*.py); do $(RUN)python $$script $(ARGS) || exit 1; done

# Stamps: installed again only when what is asked for has changed.

$(VENV)/bin/python:
	@$(PYTHON) -c '$(WANTED)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.lab: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing into $(VENV); this takes a minute or two ..."
	@$(INSTALL) -e .
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing into $(VENV); this takes a minute or two ..."
	@$(INSTALL) -e ".[test]"
	@touch $@ $(VENV)/.lab
