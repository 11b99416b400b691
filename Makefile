# make run    the demo: a terminal with an example plant, and the IT desk beside it
# make test   set up and run every test
# See also: make lint, make screenshots, make translations, make test-long, make bench-storage, make bench-forward, make bench-scan, make bench-search, make bench-start, make bench-touch, make clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Tests run side by side in this many processes; 0 is one that a debugger can stop.
WORKERS ?= 2

.PHONY: run test test-long bench-storage bench-forward bench-scan bench-search bench-start bench-touch lint pictures screens screenshots translations wheel clean

run: $(VENV)/.run
	$(BIN)/kiosk demo $(ARGS)

test: $(VENV)/.test
	$(BIN)/pytest --numprocesses $(WORKERS) $(ARGS)

# The long proofs: the same tests with the large numbers.
test-long: $(VENV)/.test
	KIOSK_LONG=1 $(BIN)/pytest --numprocesses $(WORKERS) $(ARGS)

# What saving costs with 0 to 100,000 tickets kept, and how long a start takes then.
bench-storage: $(VENV)/.test
	$(BIN)/python tests/bench/storage.py

# How fast reports reach a real Redmine, beside a bare loop of requests.
bench-forward: $(VENV)/.test
	PYTHONPATH=tests $(BIN)/python -m bench.forwarding

# How many labels are read and how long it takes, beside other decoders.
bench-scan: $(VENV)/.test
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[bench]'
	PYTHONPATH=tests $(BIN)/python -m bench.scanning

# From the command to the start screen, beside Chromium and Qt Quick (whose window needs Debian's libxcb-cursor0).
bench-start: $(VENV)/.test
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[bench]'
	$(BIN)/python tests/bench/starting.py

# From a finger on a button to the first changed pixel.
bench-touch: $(VENV)/.test
	PYTHONPATH=tests $(BIN)/python -m bench.touching

# From a key to what was found, among 10,000 machines.
bench-search: $(VENV)/.test
	PYTHONPATH=tests:tests/ui $(BIN)/python -m bench.searching

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python translations/update.py --check

# Every screen at every size, written to screenshots/.
screenshots: $(VENV)/.test
	$(BIN)/python tests/ui/shots.py screenshots

# Every screen in every language, palette and size: faults are printed, contact sheets written to screenshots/.
screens: $(VENV)/.test
	$(BIN)/python tests/ui/screens.py screenshots/screens $(ARGS)

# The main screens anew, for the test that compares them; look at them before they are committed.
pictures: $(VENV)/.test
	KIOSK_UPDATE_PICTURES=1 $(BIN)/pytest --numprocesses 0 tests/ui/test_reference_pictures.py

# After a text was added or changed in the code: bring the catalogues up to date.
translations: $(VENV)/.test
	$(BIN)/python translations/update.py

wheel: $(VENV)/.run
	$(BIN)/pip wheel --quiet --no-deps --wheel-dir dist .

$(VENV)/.run: pyproject.toml .ci/setup
	@PYTHON=$(PYTHON) .ci/setup run
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is %s. Try: make run PYTHON=python3.12" % sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[camera,desk,mail,serial]'
	@touch $@

$(VENV)/.test: $(VENV)/.run
	@PYTHON=$(PYTHON) .ci/setup test
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

clean:
	rm -rf $(VENV) build dist screenshots var .pytest_cache .mypy_cache .ruff_cache .hypothesis
