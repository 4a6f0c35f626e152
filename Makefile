# The two commands are `make run` and `make test`; the rest is for those who change things.

.DEFAULT_GOAL := help
BIN := target/release/ijkpunt
export IJKPUNT_DATA ?= data

.PHONY: help run demo build web test test-rust test-web check bench bench-items bench-statistics soak screens clean

help:            ## What can be made
	@grep -hE '^[a-z-]+: .*##|^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/ —/' | sed 's/^/make /'

run: build       ## Build all and serve a worked example on an embedded database in data/ (kept from run to run)
	$(BIN) demo

demo: build      ## Start the worked example over, on a fresh database
	$(BIN) demo --fresh

build: web       ## Build the web apps and the one binary
	cargo build --release --locked -p ijkpunt

web: web/dist/.built

web/dist/.built: web/node_modules/.installed $(shell git ls-files web 2>/dev/null)
	cd web && npm run --silent build && touch dist/.built

web/node_modules/.installed: web/package-lock.json
	cd web && npm ci --silent --no-audit --no-fund && touch node_modules/.installed

test: web        ## Everything that must be green; installs what the tests need
	scripts/install-test-tools.sh
	scripts/test.sh

check: web       ## Format, lints, licences, types, and that generated files are fresh
	scripts/check.sh

bench: build     ## Measure: a hall of 10,000 candidates, a storm of starts, whole journeys, saves beside the bare database; SQLite and PostgreSQL
	scripts/install-test-tools.sh
	ulimit -n 20000 && $(BIN) bench
	scripts/with-postgres.sh sh -c 'createdb=$$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)/createdb; "$$createdb" --maintenance-db="$$IJKPUNT_TEST_POSTGRES/postgres" bench && DATABASE_URL="$$IJKPUNT_TEST_POSTGRES/bench" sh -c "ulimit -n 20000 && $(BIN) bench"'

soak: web        ## 10,000 attempts while processes, database, network, disk and clock fail (hours); ATTEMPTS=2000 for fewer
	scripts/install-test-tools.sh
	cargo build --locked -p ijkpunt
	scripts/with-postgres.sh cargo test --locked -p tests --test machine -- --nocapture --test-threads 1
	FAULTS_ATTEMPTS=$${ATTEMPTS:-10000} scripts/with-postgres.sh cargo test --locked -p tests --test faults -- --nocapture

bench-items: build ## Measure: a package of 1,000 items in and out, and 1,000,000 stored attempts marked again (about 10 GB in TMPDIR)
	$(BIN) bench --items 1000
	$(BIN) bench --remark 1000000

bench-statistics: build ## Measure: the yearly figures over a million made-up tests, beside DuckDB
	scripts/bench-statistics.sh

screens: web     ## Take the pictures of docs/screens anew
	scripts/install-test-tools.sh
	cargo build --locked -p ijkpunt
	cd tests/browser && { [ -d node_modules ] || npm ci --silent --no-audit --no-fund; } && SCREENS=1 npx playwright test --project journey --project screens

clean:           ## Remove what was built (not the data)
	rm -rf target web/dist web/node_modules tests/browser/node_modules
