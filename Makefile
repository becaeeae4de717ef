# Everything starts here and needs Python 3.11 to 3.13 and make, nothing else.

HOST ?= 127.0.0.1
PORT ?= 8080

# The first interpreter that fits; `make PYTHON=...` names another.
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
PYTHON ?= $(shell for each in python3 python3.13 python3.12 python3.11; do \
	"$$each" -c '$(FITS)' 2>/dev/null && echo "$$each" && break; done)

# Every declared answer is to be seen twice: in process by all tests, and from servers by those of one file.
LIVE = tests/server/test_live_cells.py
SPEC = spec/openapi.yaml
DEMO_PASSWORD = only for trying
# What needs more than Python and make has targets of its own.
APART = tests/clients tests/browser
OWES_NOTHING = --tenor-spec=$(SPEC) --tenor-min=100

.PHONY: help serve demo test test-postgresql check clients test-browser prove kill-matrix bench growth contract types format \
	lock upgrade clean interpreter

help: ## print this help
	@echo 'make serve           run the publishing API at http://$(HOST):$(PORT) (HOST and PORT choose another place)'
	@sed -n 's/^\([a-z-]*\): .*## \(.*\)/\1 \2/p' Makefile | grep -v '^serve ' \
		| while read -r name does; do printf 'make %-15s %s\n' "$$name" "$$does"; done
	@echo 'PYTHON=... names the interpreter; what is installed goes to .venv, dist, .bench and node_modules, and nowhere else.'

# Links in answers lead to where it is served, unless the environment knows better.
serve: export TENOR_PUBLIC_URL ?= http://$(HOST):$(PORT)
serve: interpreter ## run the publishing API
	@"$(PYTHON)" tools/environment.py serve
	@exec .venv/bin/tenor serve --app app:create_app --host "$(HOST)" --port "$(PORT)"

# In a store of its own, whose people have a password that everybody knows: it is for trying things out.
demo: export TENOR_DATABASE_URL = sqlite:///$(CURDIR)/var/demo.db
demo: export TENOR_PUBLIC_URL ?= http://$(HOST):$(PORT)
demo: interpreter ## run it with a small sample to read and to try things on
	@"$(PYTHON)" tools/environment.py serve
	@.venv/bin/flask --app app load-demo --password '$(DEMO_PASSWORD)'
	@echo 'That password is "$(DEMO_PASSWORD)". All of this is for trying out, and no way to run a service.'
	@echo
	@exec .venv/bin/tenor serve --app app:create_app --host "$(HOST)" --port "$(PORT)"

test: interpreter ## run every check: lint, format, types, imports, tests
	@"$(PYTHON)" tools/environment.py test
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/tenor types $(SPEC) --check handlers/contract.py
	.venv/bin/basedpyright --pythonpath .venv/bin/python
	.venv/bin/lint-imports --no-logo
	.venv/bin/python -m pytest $(addprefix --ignore=,$(LIVE) $(APART)) $(OWES_NOTHING) --tenor-ledger=.tenor/in-process
	.venv/bin/python -m pytest $(LIVE) $(OWES_NOTHING) --tenor-ledger=.tenor/live --tenor-suite=live
	@.venv/bin/tenor coverage .tenor --spec $(SPEC) --min 100 --format html --output .tenor/coverage.html
	@echo 'Each declared answer was given in process, and by a server: .tenor/coverage.html shows them.'

# The store and the API once more, where they keep things in PostgreSQL. It installs no server.
test-postgresql: interpreter ## run the tests of the store and of the API on PostgreSQL: Debian's, or TENOR_DATABASE_URL
	@"$(PYTHON)" tools/environment.py test
	.venv/bin/python -m pytest tests/publishing tests/api tests/laws --store=postgresql $(OWES_NOTHING) \
		--tenor-ledger=.tenor/postgresql --tenor-suite=postgresql
	.venv/bin/python -m pytest $(LIVE) --store=postgresql $(OWES_NOTHING) \
		--tenor-ledger=.tenor/postgresql-live --tenor-suite=postgresql-live

check: test test-postgresql clients test-browser ## run what CI runs

clients: interpreter ## build clients from the served contract, check their types, and use them
	@"$(PYTHON)" tools/environment.py test
	@"$(PYTHON)" -m tools.generators
	.venv/bin/python -m pytest tests/clients

test-browser: interpreter ## open the pages in Chromium: no attack runs, and all is pleasant to read
	@"$(PYTHON)" tools/environment.py test
	.venv/bin/python -m pytest tests/browser

prove: interpreter ## prove the contract against the code, without the tests, and write var/proof
	@"$(PYTHON)" tools/environment.py test
	@.venv/bin/tenor prove --min 85 --output var/proof

kill-matrix: interpreter ## plant violations in Tenor, in connexion and under schemathesis, and print what leaves
	@"$(PYTHON)" tools/environment.py test
	@.venv/bin/python -W ignore -m tests.matrix

bench: interpreter ## measure Tenor beside others, and write docs/benchmark.md; it needs wrk, Node and PostgreSQL
	@"$(PYTHON)" -m tools.peers
	@"$(PYTHON)" tools/environment.py test
	@.venv/bin/python -m benchmarks --keep

growth: interpreter ## measure what a request costs as contract, store, bodies and load grow, and write docs/growth.md
	@"$(PYTHON)" -m tools.peers
	@"$(PYTHON)" tools/environment.py test
	@.venv/bin/python -m benchmarks.growth
	@.bench/bin/python -m benchmarks.growth.picture benchmarks/growth/figures.json docs/growth.svg

contract: interpreter ## write handlers/contract.py anew after spec/openapi.yaml changed
	@"$(PYTHON)" tools/environment.py test
	.venv/bin/tenor types $(SPEC) --output handlers/contract.py

types: interpreter ## check the types alone
	@"$(PYTHON)" tools/environment.py test
	.venv/bin/basedpyright --pythonpath .venv/bin/python

format: interpreter ## sort imports, mend what ruff can mend, and format
	@"$(PYTHON)" tools/environment.py test
	.venv/bin/ruff check --fix-only
	.venv/bin/ruff format

lock: interpreter ## write requirements/*.txt anew after pyproject.toml changed
	@"$(PYTHON)" tools/lock.py

upgrade: interpreter ## write requirements/*.txt anew with the newest versions that fit
	@"$(PYTHON)" tools/lock.py --upgrade

clean: ## remove what make and the checks made; the store in var/ stays
	rm -rf .venv .bench .tenor dist benchmarks/node/node_modules .hypothesis .import_linter_cache .pytest_cache .ruff_cache .schemathesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

interpreter:
	@"$(or $(PYTHON),python3)" -c '$(FITS)' 2>/dev/null || { \
		echo 'Tenor needs Python 3.11, 3.12 or 3.13, and "$(or $(PYTHON),python3)" is none of them.' >&2; \
		echo 'Install one, or name one that is there: make PYTHON=/path/to/python3.12' >&2; \
		exit 2; }
