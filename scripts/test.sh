#!/usr/bin/env bash
# Every test: the pure library, the API on both databases, the command line, the web packages, and the journey in a real browser.
set -euo pipefail
cd "$(dirname "$0")/.."

echo "── Rust: library, rules, API on SQLite and PostgreSQL, command line"
cargo build --locked -p ijkpunt
scripts/with-postgres.sh cargo test --locked --workspace --quiet

echo "── Web: types and units"
(cd web && npm run --silent check && npm test --silent)

echo "── Browser: the journey and the accessibility of every interaction, in Chromium"
(cd tests/browser && { [ -d node_modules ] || npm ci --silent --no-audit --no-fund; } && npx playwright test)
