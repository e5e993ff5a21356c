#!/usr/bin/env bash
# Runs a command beside a fresh PostgreSQL 15, the oracle: tools/postgres.sh COMMAND…
# The command finds it by PGHOST, PGPORT and PGUSER; psql and pgbench of that version come first in PATH.
# Locale C.UTF-8 and encoding UTF8, as TerraScale compares text. fsync stays on.
set -euo pipefail

bin=$(ls -d /usr/lib/postgresql/15/bin 2>/dev/null || true)
if [ -z "$bin" ]; then
    sudo=$([ "$(id -u)" = 0 ] || echo sudo)
    $sudo apt-get update -qq && $sudo apt-get install -y -qq postgresql-15 >/dev/null
    bin=/usr/lib/postgresql/15/bin
fi

# PostgreSQL refuses to run as root.
as_owner() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

root=$(mktemp -d "${TMPDIR:-/tmp}/terrascale-oracle.XXXXXX")
if [ "$(id -u)" = 0 ]; then chown postgres "$root"; fi
stop() {
    as_owner "$bin/pg_ctl" -D "$root/data" -m immediate -w stop >/dev/null 2>&1 || true
    rm -rf "$root"
}
trap stop EXIT

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cd "$root"
as_owner "$bin/initdb" -D "$root/data" --locale=C.UTF-8 --encoding=UTF8 -U postgres -A trust >/dev/null
as_owner "$bin/pg_ctl" -D "$root/data" -l "$root/log" -w start \
    -o "-p $port -k $root -c listen_addresses=127.0.0.1 -c timezone=UTC ${POSTGRES_OPTIONS:-}" >/dev/null
cd "$OLDPWD"
PATH="$bin:$PATH" PGHOST=127.0.0.1 PGPORT=$port PGUSER=postgres PGDATABASE=postgres "$@"
