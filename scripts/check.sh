#!/usr/bin/env bash
# Format, lints, licences, types, and that the generated description and client are fresh.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo fmt --all --check
cargo clippy --locked --workspace --all-targets --quiet -- -D warnings
command -v cargo-deny >/dev/null 2>&1 || { echo "Installing cargo-deny"; cargo install --locked --quiet cargo-deny; }
cargo deny --log-level error check licenses bans sources
(cd web && npm run --silent check && npx prettier --check --log-level warn . "../tests/browser/**/*.ts")

fresh=$(mktemp)
trap 'rm -f "$fresh"' EXIT
cargo run --locked --quiet -p ijkpunt -- openapi >"$fresh"
diff -q "$fresh" web/packages/api/openapi.json >/dev/null || { echo "web/packages/api/openapi.json is stale: see CONTRIBUTING.md" >&2; exit 1; }
(cd web && npm run --silent generate -w packages/api)
git diff --exit-code --stat -- web/packages/api
