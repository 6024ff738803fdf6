# Orderwatch: two commands matter, `make demo` and `make test`; each sets itself up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export DEMO_SEED DEMO_ORDERS

.PHONY: demo demo-check test oracle check year bench bench-activation bench-board bench-learning bench-responses bench-review bench-storm browser chaos rehearsal evaluation lock clean help
help:
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

demo: $(READY) ## the whole system with a small company; Ctrl-C stops it
	@$(BIN)/orderwatch demo up

demo-check: $(READY) ## the same, one scan, then stop; the last line is the result as JSON
	@$(BIN)/orderwatch demo check

test: $(READY) ## every test, as many at once as there are cores
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

oracle: $(READY) ## 100,000 random cases of working time against a walk day by day; a quarter of a minute
	ORACLE_CASES=20000 $(BIN)/python -m pytest tests/core/test_calendar.py -k walking

check: $(READY) ## format, lint, types, layers, SQL, policy, playbooks
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint --disable-progress-bar include/sql
	$(BIN)/orderwatch lint
	$(BIN)/orderwatch playbooks lint
	$(BIN)/orderwatch playbooks test

bench-responses: $(READY) ## how long fifty playbooks take on real Airflow; about four minutes
	$(BIN)/python bench/responses.py

year: $(READY) ## the reviews of a year of incidents, on a clock of its own; about half an hour
	@$(BIN)/python -m bench.year

bench-review: $(READY) ## what the review of an incident with ten thousand orders costs; half a minute
	@$(BIN)/python -m bench.review

bench-storm: $(READY) ## whether a hundred thousand late orders are one incident in time; about four minutes
	$(BIN)/python bench/storm.py

bench: $(READY) ## what a scan costs, as a ratio to the naive way
	$(BIN)/python bench/candidates.py

bench-board: $(READY) ## whether the board is there in 300 ms with a million open orders; about a minute
	@$(BIN)/python bench/board.py

HISTORIES ?= ../shared/data
evaluation: $(READY) ## whether the clocks of lateness are as good as claimed; HISTORIES=folder of real order histories
	@$(BIN)/python bench/evaluation.py $(HISTORIES)

bench-activation: $(READY) ## whether anybody waits while a version is put in force over a million open orders; two minutes
	$(BIN)/python bench/activation.py

bench-learning: $(READY) ## what a month's learning costs, as a ratio to a plain group-by; half a minute
	@$(BIN)/python bench/learning.py

openapi: $(READY) ## write docs/openapi.json anew
	@$(BIN)/python -m orderwatch.web.api.document

races: $(READY) ## ten thousand acts race against pauses: none slips past one; about two minutes
	RACES=10000 $(BIN)/python -m pytest tests/pipeline/people/test_races.py -k slips

KILLS ?= 1000
SEED ?= 1
chaos: $(READY) ## kill, freeze and crash the senders; KILLS, SEED, and CONTROL=send_then_record|async_commit
	@$(BIN)/python -m bench.chaos --kills $(KILLS) --seed $(SEED) --control "$(CONTROL)"

browser: $(READY) ## the pages in a real browser against the running system; pictures in .state/pictures; some ten minutes
	$(BIN)/python -m pytest tests/browser

CLEARS ?= 20
rehearsal: $(READY) ## acceptance on real Airflow: kill, clear, skip, answer, backfill; half an hour
	@$(BIN)/python -m bench.rehearsal --clears $(CLEARS)

lock: $(READY) ## compile requirements.txt anew from requirements.in
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header -q requirements.in -o requirements.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header -q requirements-bootstrap.in -o requirements-bootstrap.txt

clean: ## forget the environment and every demonstration
	rm -rf $(VENV) .state

$(READY): requirements.txt requirements-bootstrap.txt pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else f"Orderwatch needs Python 3.11 to 3.13, and {sys.executable} is {v[0]}.{v[1]}: make PYTHON=python3.12 ...")'
	@test -x $(BIN)/pip || rm -rf $(VENV); test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	@echo "installing the environment (once; about half a minute) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-bootstrap.txt
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements.txt
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@
