# mailbot: the commands people type. Each does all its own set-up on a fresh machine.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help install demo test check format lint model bench-understanding bench-reading bench-rights fuzz drill-systemd drill-crash drill-spoof drill-mariadb

help:  ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s "$$(printf '\t')"

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || { echo "mailbot needs Python 3.11 or newer as '$(PYTHON)'; on Debian 12: apt install python3 python3-venv"; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "this Python cannot make virtual environments; on Debian: apt install python3-venv"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing pinned dependencies into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

install: $(STAMP)  ## make .venv with the program in it, no more

format: $(STAMP)  ## rewrite the code in its format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(STAMP)  ## format, ruff, mypy, arrows
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

# The tests in parts, two at a time, each a pytest of its own: sharing single tests out among workers (pytest-xdist)
# costs more than most of these tests. A new folder below tests belongs to `others` until it is named here.
core := tests/core
adapters := tests/adapters
journeys := tests/journeys tests/test_daemon.py
cli := tests/cli tests/test_readme.py
acceptance := tests/acceptance
others := tests $(addprefix --ignore=,$(core) $(adapters) $(journeys) $(cli) $(acceptance))
PARTS := journeys core cli adapters others
IN_PARTS := $(MAKE) --no-print-directory --keep-going --jobs=2 --output-sync=target

check: $(STAMP)  ## lint and the fast tests: under a minute
	@$(IN_PARTS) lint $(PARTS:%=fast-%)

fast-%:
	@echo "tests of $*:"; $(BIN)/pytest -q --hypothesis-profile=fast -m "not servers and not slow" $($*)

test: $(STAMP)  ## set up and run everything that can run here (MAILBOT_INSTALL_SERVERS=1 installs the servers)
	@[ "$$MAILBOT_INSTALL_SERVERS" != 1 ] || tests/install-servers
	@$(MAKE) --no-print-directory lint
	@$(IN_PARTS) $(patsubst %,whole-%,acceptance $(PARTS))

whole-%:
	@echo "tests of $*:"; $(BIN)/pytest -q $($*)

model: requirements.lock  ## train the reader of letters on tests/corpus anew, and measure it (half an hour on two cores)
	@test -x .venv-model/bin/python || $(PYTHON) -m venv .venv-model
	@.venv-model/bin/python -m pip install --quiet --disable-pip-version-check -e '.[model]'
	@.venv-model/bin/python -m tests.training.train
	@.venv-model/bin/python -m tests.training.report

bench-understanding: $(STAMP)  ## what reading and understanding a letter costs: time and memory, as one line of JSON
	@$(BIN)/python -m tests.bench_understanding

bench-reading: $(STAMP)  ## what reading a message costs: time and memory, as one line of JSON
	@$(BIN)/python -m tests.bench_reading

bench-rights: $(STAMP)  ## each right in a PostgreSQL of a million people and ten million visits (SUBJECTS=, VISITS=); ends in JSON
	@$(BIN)/python -m tests.bench_rights --subjects $(or $(SUBJECTS),1000000) --visits $(or $(VISITS),10000000)

.venv-fuzz/.installed: pyproject.toml
	@test -x .venv-fuzz/bin/python || $(PYTHON) -m venv .venv-fuzz
	@echo "installing the fuzzer into .venv-fuzz …"
	@.venv-fuzz/bin/python -m pip install --quiet --disable-pip-version-check -e '.[fuzz]'
	@touch $@

fuzz: .venv-fuzz/.installed  ## a coverage-guided fuzz of reading for TIME seconds (60); ends in one line of JSON
	@.venv-fuzz/bin/python -m tests.fuzz.run --seconds $(or $(TIME),60)

drill-systemd: $(STAMP)  ## boot systemd in a namespace and start, hang, reload and stop the real unit (root)
	@$(BIN)/python -m tests.drills.systemd --program mailbot

drill-crash: $(STAMP)  ## kill -9 the real program again and again; every request is handled once (root)
	@$(BIN)/python -m tests.drills.crash

drill-spoof: $(STAMP)  ## forged and tricky requests by the hundred: nobody may gain or lose by them (SEED=, ONLY=)
	@$(BIN)/python -m tests.drills.spoof --seed $(or $(SEED),1) --only "$(ONLY)"

drill-mariadb: $(STAMP)  ## every right, on every schema, on a real MariaDB; ends in one line of JSON
	@$(BIN)/python -m tests.drills.mariadb

demo: $(STAMP)  ## show everything at work on loopback with invented people (KEEP=1 leaves it running)
	@$(BIN)/mailbot demo $(if $(filter-out 0,$(KEEP)),--keep)
