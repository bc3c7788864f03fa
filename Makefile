# What a person or the CI does with this project. `make help` lists it.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help release run test check soak soak-subscriptions soak-memory planted-faults console browser conformance bench huge measure measure-metadata measure-tool other-postgres docs needs-run needs-test check-deploy

CARGO ?= cargo
DEMO_ARGS ?=
SOAK_ARGS ?=

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: needs-run ## Build howdah and start it on the demo project, with a PostgreSQL of its own
	scripts/build-console
	$(CARGO) build --release -p howdah
	exec target/release/howdah dev --project demo $(DEMO_ARGS)

test: needs-test check console ## Run every check and test there is
	scripts/check-deploy-offline
	$(CARGO) build --workspace --all-targets
	if $(CARGO) nextest --version >/dev/null 2>&1; then \
	  $(CARGO) nextest run --workspace; \
	else \
	  $(CARGO) test --workspace --lib --bins --tests; \
	fi
	$(CARGO) test --workspace --doc
	scripts/conformance --bin target/debug/howdah
	scripts/browser-tests --bin target/debug/howdah

check: ## Check format and lints
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings

console: needs-test ## Build the web console, check and test its sources
	scripts/build-console --required
	cd console && npm run lint && npm test

browser: needs-test console ## Use the web console in Chromium, against a real server
	$(CARGO) build -p howdah
	scripts/browser-tests --bin target/debug/howdah

SOAK_WORLDS ?= 10000
soak: needs-test ## Write for ten minutes while PostgreSQL is restarted, then compare in 10,000 random worlds (hours)
	$(CARGO) build -p howdah
	scripts/soak --bin target/debug/howdah $(SOAK_ARGS)
	HOWDAH_RANDOM_WORLDS=$(SOAK_WORLDS) $(CARGO) test -p howdah-tests --test permissions --test explaining \
	  --test permissions_to_write

planted-faults: needs-test ## Check that faults planted in the compiler of permissions are noticed
	scripts/planted-faults

conformance: needs-test ## Compare the answers with the recorded ones of the system we succeed
	$(CARGO) build -p howdah
	scripts/conformance --bin target/debug/howdah

other-postgres: needs-test ## Run the database tests on PostgreSQL 12 to 18, from packages of the npm registry
	scripts/other-postgres "12 13 14 16 17 18" $(CARGO) test -p howdah-postgres \
	  --test introspection --test hdb_catalog --test run_sql -- --skip postgis

measure: needs-run ## Measure start, idle memory and the huge schema
	$(CARGO) build --release -p howdah
	scripts/measure --bin target/release/howdah

measure-metadata: needs-run ## Measure what changes of the metadata cost, and what requests notice of them
	$(CARGO) build --release -p howdah
	scripts/measure-metadata --bin target/release/howdah

measure-tool: needs-run ## Measure 500 migrations beside psql, and how soon --help answers
	$(CARGO) build --release -p howdah
	scripts/measure-tool --bin target/release/howdah

huge: needs-run ## Measure the huge schema only
	$(CARGO) build --release -p howdah
	scripts/measure --bin target/release/howdah --only huge

bench: needs-run ## Load howdah and hand-written SQL in turn and compare
	$(CARGO) build --release -p howdah
	scripts/bench --bin target/release/howdah

release: needs-run ## Build a stripped binary with console, checksums and bill of materials into target/dist
	scripts/build-console --required
	scripts/release

soak-subscriptions: needs-test ## Measure thousands of sockets and live queries, with a client of its own
	$(CARGO) build --release -p howdah
	scripts/soak-subscriptions --bin target/release/howdah

soak-memory: needs-run ## Ask all kinds of things for an hour and watch the memory
	$(CARGO) build --release -p howdah
	scripts/soak-memory --bin target/release/howdah

check-deploy: ## Check the files of deploy/ with linters and by rendering the chart
	scripts/check-deploy

docs: ## Write docs/configuration.md anew from the table of settings
	$(CARGO) run -q -p howdah-server --example configuration_docs

needs-run:
	@scripts/install-needs run

needs-test:
	@scripts/install-needs test
