# `make run` starts the studio, `make test` proves it. README says the rest.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3)
BOOTSTRAP := $(PYTHON) voicestudio/embedded/bootstrap.py
BIN := .venv/bin
NPM := cd frontend && PATH="$(CURDIR)/.venv/bin:$$PATH" npm --silent
MANAGE := PYTHONWARNINGS=ignore::RuntimeWarning $(BIN)/python manage.py
SEED ?= $(shell od -An -N3 -tu4 /dev/urandom | tr -d ' ')
.DEFAULT_GOAL := help
# A shell may forbid Python to keep what it compiled. Packages are installed uncompiled, and hundreds of
# processes start here: each would compile Django or torch anew, for 2 s of a CPU.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help install run test test-journeys test-pages test-apps test-engine test-studios check check-python check-frontend trials schema lock clean

help:
	@echo "make run     install what is missing and start the studio (PORT=8000, VAR_DIR=var)"
	@echo "make test    all checks and tests"
	@echo "make check   style, types, layers, migrations, API schema, frontend"
	@echo "make trials  the long tests (SEED=n repeats one)"
	@echo "make schema  write frontend/openapi.json anew;  make clean  remove builds, keep var/"

install:
	@$(BOOTSTRAP)

run: install
	@exec $(BIN)/python -m voicestudio.embedded run

test:
	@$(BOOTSTRAP) --browser
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory --jobs=4 --output-sync=target \
		test-journeys test-pages test-apps test-engine test-studios

# Four at once on two cores: journeys through jobs and journeys through pages, which mostly wait, the apps
# on a database, the engine's arithmetic; whole studios take the place of whichever ends first. A studio's
# own trainings are nice: arithmetic that is not would take nine tenths of a core from them, and the
# studios would still be waiting when all else is done.
STUDIOS := tests/trials tests/containers tests/test_studio_run.py
JOURNEYS := $(patsubst %,tests/journey/test_%.py,making browser clients rest rest_making leaving demo logs recording)
test-journeys:
	OMP_WAIT_POLICY=PASSIVE $(BIN)/pytest --durations=12 $(JOURNEYS)

test-pages:
	OMP_WAIT_POLICY=PASSIVE $(BIN)/pytest --durations=12 $(addprefix --ignore=,$(JOURNEYS)) tests/journey

test-apps:
	OMP_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE nice $(BIN)/pytest --durations=12 \
		$(addprefix --ignore=,tests/gpu_worker tests/journey $(STUDIOS))

test-engine:
	OMP_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE nice $(BIN)/pytest --durations=12 tests/gpu_worker

test-studios:
	OMP_WAIT_POLICY=PASSIVE $(BIN)/pytest --durations=12 $(STUDIOS)

check: install
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target check-python check-frontend

check-python:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy
	$(MANAGE) makemigrations --check --dry-run
	$(MANAGE) spectacular --validate --fail-on-warn --format openapi-json --file .openapi.json
	@cmp .openapi.json frontend/openapi.json || (echo "run 'make schema' and commit"; exit 1)

check-frontend:
	$(NPM) run check
	$(NPM) test

trials: install
	@echo "seed $(SEED)"
	SEED=$(SEED) $(BIN)/pytest -m trial -o faulthandler_timeout=7200

schema: install
	$(MANAGE) spectacular --validate --fail-on-warn --format openapi-json --file frontend/openapi.json

lock:
	$(BIN)/pip freeze | sed 's/+cpu$$//' | (sed '/^[^#]/d' requirements/lock.txt; cat) > .lock.txt
	mv .lock.txt requirements/lock.txt

clean:
	rm -rf .venv frontend/node_modules frontend/dist frontend/src/api/generated .mypy_cache .ruff_cache .pytest_cache
