# Every target installs what it needs into .venv, and nothing elsewhere; `oracle`, `clients` and
# `bench` also use a PostgreSQL 15, installed by package name where it is missing (tools/postgres.sh).

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help install run test check oracle oracle-functions golden clients bench bench-dynamodb crash fuzz examples lock clean

help:
	@echo "make run       start the server with embedded storage in ./terrascale-data"
	@echo "make test      all tests that need Python only"
	@echo "make check     formatting, lint, types, import contracts"
	@echo "make oracle    re-record the SQL goldens from PostgreSQL 15 and show what changed"
	@echo "make golden    rewrite wire and explain goldens from our own answers (never SQL answers)"
	@echo "make clients   psql, pg_dump, node-postgres, pgjdbc, pgx, DuckDB, the AWS CLI and SDKs; dynalite as a peer"
	@echo "make bench     side by side with PostgreSQL 15, dynalite and moto, as ratios"
	@echo "make crash     kill -9, power cuts, damage and full disks: the long suites"
	@echo "make fuzz      a minute each of hostile input"
	@echo "make examples  the flights and browser-compatibility examples, whole"

$(VENV)/runtime: requirements/runtime.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/dev: requirements/dev.txt $(VENV)/runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	touch $@

# The modules that point statements run through become machine code where there is a C compiler. What
# they import is looked at, too, so any change of the packages makes them anew.
$(VENV)/compiled: tools/compile.py tools/compiled.txt $(shell git ls-files 'storage/*.py' 'tsql/*.py' 'wire/*.py') $(VENV)/runtime
	$(BIN)/python tools/compile.py
	touch $@

# Bytecode is written here, so that a start needn't compile where PYTHONDONTWRITEBYTECODE is set.
install: $(VENV)/compiled
	$(BIN)/python -m compileall -q terrascale wire compat tsql storage

run: install
	$(BIN)/terrascale serve

test: $(VENV)/dev $(VENV)/compiled
	$(BIN)/python -m pytest -m "not slow" --numprocesses auto --maxprocesses 4 --dist worksteal

check: $(VENV)/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

oracle: $(VENV)/dev
	tools/postgres.sh $(BIN)/python tools/record_sql.py tests/golden/sql
	tools/postgres.sh $(BIN)/python tools/record_isolation.py tests/golden/isolation
	git diff --stat -- tests/golden/sql tests/golden/isolation

oracle-functions: $(VENV)/dev
	tools/postgres.sh $(BIN)/python tools/record_function_cases.py tests/golden/functions
	git diff --stat -- tests/golden/functions

golden: $(VENV)/dev
	$(BIN)/python -m pytest tests/wire tests/tsql --rewrite

# The AWS CLI wants a botocore of its own; Node's lock file would name an index address.
$(VENV)/awscli/bin/aws:
	$(PYTHON) -m venv $(VENV)/awscli
	$(VENV)/awscli/bin/python -m pip install --quiet --disable-pip-version-check awscli==1.46.3

$(VENV)/node/package.json: clients/package.json
	mkdir -p $(VENV)/node
	cp clients/package.json $(VENV)/node/
	cd $(VENV)/node && npm install --no-package-lock --no-audit --no-fund --silent

PGJDBC := org.postgresql:postgresql:42.7.7
$(VENV)/java/postgresql.jar:
	mkdir -p $(VENV)/java
	mvn --quiet --batch-mode dependency:copy -Dartifact=$(PGJDBC) -DoutputDirectory=$(CURDIR)/$(VENV)/java -Dmdep.stripVersion=true

PGX := github.com/jackc/pgx/v5
$(VENV)/go/pgx_work: clients/pgx_work.go
	mkdir -p $(VENV)/go
	cp clients/pgx_work.go $(VENV)/go/main.go
	cd $(VENV)/go && rm -f go.mod go.sum && go mod init pgx_work
	cd $(VENV)/go && go get $(PGX)@v5.13.0 $(PGX)/pgxpool@v5.13.0 && go build -o pgx_work .

# The extension is made for one version of DuckDB, another than the columnar worker's.
$(VENV)/duckdb/bin/python:
	$(PYTHON) -m venv $(VENV)/duckdb
	$@ -m pip install --quiet --disable-pip-version-check duckdb==1.4.4 duckdb-ext==0.1.2 duckdb-ext-postgres==1.4.4.20260205 pytz==2025.2

clients: $(VENV)/dev $(VENV)/compiled $(VENV)/awscli/bin/aws $(VENV)/node/package.json $(VENV)/java/postgresql.jar $(VENV)/go/pgx_work $(VENV)/duckdb/bin/python
	tools/postgres.sh $(BIN)/python -m pytest -m "not slow" clients

bench: bench-dynamodb
	tools/postgres.sh $(BIN)/python -m benchmarks

bench-dynamodb: $(VENV)/dev $(VENV)/compiled
	tools/dynamodb_peers.sh
	$(BIN)/python -m benchmarks.dynamodb

crash: $(VENV)/dev $(VENV)/compiled
	$(BIN)/python -m pytest -m slow tests/crash tests/storage tests/histories tests/test_golden_columnar.py

fuzz: $(VENV)/dev $(VENV)/compiled
	$(BIN)/python -m pytest -m slow tests/fuzz

examples: $(VENV)/dev $(VENV)/compiled
	$(BIN)/python examples/flights.py
	$(BIN)/python examples/browser_compat.py

# Versions and hashes only: no index address may enter the lock.
lock: $(VENV)/dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile --quiet --universal --upgrade --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --group build pyproject.toml -o requirements/runtime.txt
	$(BIN)/uv pip compile --quiet --universal --upgrade --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --group build --group dev pyproject.toml -o requirements/dev.txt

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache
