#!/usr/bin/env bash
# Installs what the tests need and a bare Debian machine lacks, and says what it does: Chromium, PostgreSQL, fonts, PDF and sound tools.
set -euo pipefail

sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
missing=()
need() { command -v "$1" >/dev/null 2>&1 || missing+=("$2"); }
need chromium chromium
[ -n "$(ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null)" ] || missing+=(postgresql)
need pdftotext poppler-utils
need qpdf qpdf
need opusinfo opus-tools
need python3 python3
need curl curl
need faketime faketime
need pgrep procps
need cc gcc
# Read to the end: a reader that leaves early makes fc-list fail.
fc-list 2>/dev/null | grep -i "noto.*arab" >/dev/null || missing+=(fontconfig fonts-noto-core)

if [ ${#missing[@]} -gt 0 ]; then
  echo "Installing what the tests need: ${missing[*]}"
  $sudo apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

# Verifiers of credentials that are not ours, for the tests alone.
verifiers=$(dirname "$0")/../tests/verifiers
python3 -c 'import ensurepip' 2>/dev/null || { $sudo apt-get update -qq; DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends python3-venv >/dev/null; }
[ -d "$verifiers/node_modules" ] || (cd "$verifiers" && npm ci --silent --no-audit --no-fund)
[ -x "$verifiers/.venv/bin/python" ] || { python3 -m venv "$verifiers/.venv" && "$verifiers/.venv/bin/pip" install --quiet --disable-pip-version-check -r "$verifiers/requirements.txt"; }
