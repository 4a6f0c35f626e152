#!/usr/bin/env bash
# Starts a PostgreSQL of its own on a private port, runs the command with IJKPUNT_TEST_POSTGRES set, and takes everything away again.
set -euo pipefail

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$bin" ] || { echo "PostgreSQL is not installed: run scripts/install-test-tools.sh" >&2; exit 2; }

# PostgreSQL refuses to run as root.
as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

folder=$(mktemp -d "${TMPDIR:-/tmp}/ijkpunt-postgres.XXXXXX")
[ "$(id -u)" != 0 ] || chown postgres "$folder"
chmod 755 "$folder"
# A port that nothing listens on at this moment.
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' 2>/dev/null || node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')

cleanup() {
  as_postgres "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap cleanup EXIT

cd "$folder"
as_postgres "$bin/initdb" -D "$folder/data" -U ijkpunt --auth=trust --encoding=UTF8 --locale=C.UTF-8 >/dev/null
as_postgres "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/log" \
  -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories=$folder -c max_connections=400 ${IJKPUNT_POSTGRES_OPTIONS:-}" start >/dev/null
cd - >/dev/null

export IJKPUNT_TEST_POSTGRES="postgres://ijkpunt@127.0.0.1:$port"
"$@"
