# Genba: `make demo` shows a whole site at work, `make test` proves it. Everything lives in .venv; remove it by `make clean`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
NPM := $(shell command -v npm 2>/dev/null)
JOBS ?= 2
TESTS ?= 3 # at once on two cores: whole sites and foreign robots wait most of their time
SEEDS ?= 1-200
SITE_SEEDS ?= 1-20
FLEET_SEEDS ?= 1-42
KILLS ?= 40
TRIALS ?= 20000
SEED ?= 1
DEMO ?=

.PHONY: demo test lint proof fuzz bench lock clean

demo: $(VENV)/runtime.stamp
	$(BIN)/genba demo $(DEMO)

test: $(VENV)/dev.stamp $(if $(NPM),$(VENV)/npm.stamp)
	$(BIN)/python -m compileall -q edge drivers simulators tests # once, not in every process that a test starts
	$(BIN)/python -m pytest -n $(TESTS) --dist worksteal

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/mypy

# Longer than CI has time for: many virtual days with every fault, a large fleet for 42 days of 8 h and 30 robots, which are
# 10,080 robot-hours, and a real site whose parts are killed again and again.
proof: $(VENV)/dev.stamp
	$(BIN)/genba simulate --seeds $(SEEDS) --faults all --jobs $(JOBS)
	$(BIN)/genba simulate --site config/staging.yaml --seeds $(SITE_SEEDS) --faults all --jobs $(JOBS)
	$(BIN)/genba simulate --site config/picklight.yaml --seeds $(SITE_SEEDS) --faults all --jobs $(JOBS)
	$(BIN)/genba simulate --site config/putwall.yaml --seeds $(SITE_SEEDS) --faults all --jobs $(JOBS)
	$(BIN)/genba new $(VENV)/fleet.yaml --force --zones 4 --robots 30 --packs 6 --chargers 8 --tote-stations 4 --totes 200 --pickers 4
	$(BIN)/genba simulate --site $(VENV)/fleet.yaml --seeds $(FLEET_SEEDS) --hours 8 --rate 180 --faults all --jobs $(JOBS)
	GENBA_KILLS=$(KILLS) $(BIN)/python -m pytest tests/site

# What devices send is drawn and changed, and the lines it reaches say what is worth drawing on; TRIALS bounds it.
fuzz: $(VENV)/dev.stamp
	GENBA_FUZZ=$(TRIALS) GENBA_FUZZ_SEED=$(SEED) $(BIN)/python -m pytest -n $(JOBS) --timeout 0 tests/fuzz

bench: $(VENV)/dev.stamp
	$(BIN)/genba bench all

# Pins every version with its hashes, for all platforms. No registry address may get into the files.
COMPILE := $(BIN)/uv pip compile pyproject.toml - --universal --python-version 3.11 --generate-hashes --quiet \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate
PLAINLY := '(l => (Object.values(l.packages).forEach(p => delete p.funding), JSON.stringify(l, null, 2)))(require("./npm-shrinkwrap.json"))'
lock: $(VENV)/dev.stamp
	echo 'setuptools>=75' | $(COMPILE) --extra postgres --output-file requirements.lock
	echo 'setuptools>=75' | $(COMPILE) --extra postgres --extra dev --constraint requirements.lock --output-file requirements-dev.lock
	cp tests/foreign/package.json tests/foreign/npm-shrinkwrap.json $(VENV)
	cd $(VENV) && npm install --package-lock-only --omit-lockfile-registry-resolved $(QUIETLY)
	cd $(VENV) && node -p $(PLAINLY) >$(CURDIR)/tests/foreign/npm-shrinkwrap.json
	! grep -nE '://|^--|/opt/' requirements.lock requirements-dev.lock tests/foreign/npm-shrinkwrap.json

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/dev.stamp: requirements-dev.lock pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes -r requirements-dev.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	touch $(VENV)/runtime.stamp $@

# Robots, a master and Modbus peers of another make, which tests/foreign plays with. Where npm is missing these tests are left out.
QUIETLY := --ignore-scripts --no-audit --no-fund --loglevel error
$(VENV)/npm.stamp: tests/foreign/package.json tests/foreign/npm-shrinkwrap.json | $(BIN)/python
	cp $^ $(VENV)
	cd $(VENV) && npm ci --omit=optional $(QUIETLY)
	touch $@

$(VENV)/runtime.stamp: requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Genba needs Python 3.11 or newer; say for example: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
