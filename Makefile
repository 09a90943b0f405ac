# Two commands for everybody: `make demo` and `make test`. Needs python3 (3.11+), python3-venv, make, git.
PYTHON ?= python3
VENV := .venv
DOCS := .docs-venv
BIN := $(VENV)/bin
WORKERS ?= 2# processes that share the tests out; 0 is none but pytest itself
PIP := $(BIN)/python -m pip --disable-pip-version-check
export PYTHONDONTWRITEBYTECODE ?= 1

.PHONY: demo test check fix serve openapi docs docs-site soak bench sbom audit clean

demo: $(VENV)/.run ## a store from shipped artefacts and samples, served on http://127.0.0.1:8000 (PORT=, GREFFE_HOME=)
	@exec $(BIN)/greffe demo

serve: $(VENV)/.run
	@exec $(BIN)/greffe serve

test: $(VENV)/.test .clients .debian docs-site check ## everything that must hold before a change lands
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --durations=5 $(PYTEST_ARGS)

check: $(VENV)/.test ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

fix: $(VENV)/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

soak: $(VENV)/.test .clients .debian ## the long forms: same code, larger numbers; Spark with its Java too
	@$(BIN)/python tests/helpers/debian_packages.py default-jre-headless wrk
	@$(BIN)/python tests/helpers/client_environments.py spark
	GREFFE_SOAK=1 HYPOTHESIS_PROFILE=soak $(BIN)/python -m pytest -q $(PYTEST_ARGS)

openapi: $(VENV)/.test ## writes openapi/*.yaml from the application
	$(BIN)/python -m greffe openapi --write openapi

docs: $(VENV)/.test openapi ## writes the pages that are generated
	$(BIN)/python -m greffe.validation.reference > docs/reference/rules.md
	$(BIN)/python -m greffe config reference > docs/reference/settings.md
	$(BIN)/python tests/helpers/conformance_table.py > docs/reference/sdmx-conformance.md
	$(BIN)/python tests/helpers/to_confirm_page.py > docs/reference/to-confirm.md
	$(BIN)/python tests/helpers/reference_pages.py

docs-site: $(DOCS)/.made ## the pages as a site in dist/docs-site; a broken link or a page that no list names ends it
	$(DOCS)/bin/sphinx-build -q -W --keep-going -b html -c docs/site -d build/docs-site . dist/docs-site

sbom: $(VENV)/.test ## writes the bill of materials (CycloneDX) and the list of licences of what the container installs
	$(BIN)/python tests/helpers/bill_of_materials.py docs/reference

audit: $(VENV)/bin/python ## known vulnerabilities of what the lock installs; asks an advisory service over the network
	@test -x .clients/audit/bin/pip-audit || ($(PYTHON) -m venv .clients/audit && .clients/audit/bin/python -m pip install --quiet 'pip-audit>=2.10,<3')
	.clients/audit/bin/pip-audit --strict --disable-pip --require-hashes -r requirements/service.lock

bench: $(VENV)/.test
	$(BIN)/python benchmarks/pipeline/run.py
	$(BIN)/python benchmarks/write/run.py

# The environments: exactly what the lock files name, checked by hash. The package itself is not built, only put on the path.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Greffe needs Python 3.11 or newer; set PYTHON=")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.lock | $(VENV)/bin/python
	@echo "Installing what the lock file names (requirements/run.lock)"
	@$(PIP) install --quiet --require-hashes -r requirements/run.lock
	@$(MAKE) --no-print-directory $(VENV)/.path
	@touch $@

$(VENV)/.test: requirements/test.lock | $(VENV)/bin/python
	@echo "Installing what the lock file names (requirements/test.lock)"
	@$(PIP) install --quiet --require-hashes -r requirements/test.lock
	@$(MAKE) --no-print-directory $(VENV)/.path
	@touch $@ $(VENV)/.run

$(DOCS)/.made: requirements/docs.lock
	$(PYTHON) -m venv $(DOCS)
	@echo "Installing what the lock file names (requirements/docs.lock)"
	@$(DOCS)/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r requirements/docs.lock
	@touch $@

.clients: $(VENV)/.test FORCE ## environments of the clients that have their own
	@$(BIN)/python tests/helpers/client_environments.py

.debian: $(VENV)/.test FORCE ## what tests need of Debian: the browser, R and what reads our figures in it, a reader of PDF, an SFTP server, LibreOffice, what looks at system calls
	@$(BIN)/python tests/helpers/debian_packages.py chromium curl r-base-core r-cran-rsdmx r-cran-readr poppler-utils openssh-server libreoffice-calc-nogui strace

FORCE:

$(VENV)/.path: Makefile
	@$(BIN)/python -c "import pathlib, sysconfig; pathlib.Path(sysconfig.get_path('purelib'), 'greffe.pth').write_text(str(pathlib.Path('api').resolve()) + chr(10))"
	@printf '#!/bin/sh\nexec "%s" -m greffe "$$@"\n' "$(abspath $(BIN)/python)" > $(BIN)/greffe
	@chmod +x $(BIN)/greffe
	@touch $@

clean:
	rm -rf $(VENV) $(DOCS) .clients var dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find api tests -name __pycache__ -prune -exec rm -rf {} +
