"""What the live system relations show of sessions, locks and settings."""

import pathlib

import psycopg
import pytest

from tests.server import Server


def connect(server: Server) -> psycopg.Connection:
    return psycopg.connect(host="127.0.0.1", port=server.port, user="terrascale")


def test_pg_locks_shows_tables_and_advisory_locks(server: Server) -> None:
    with connect(server) as one, connect(server) as other:
        one.execute("CREATE TABLE locked (a int PRIMARY KEY)")
        one.commit()
        one.execute("LOCK TABLE locked IN SHARE MODE")
        one.execute("SELECT pg_advisory_lock(7)")
        rows = other.execute(
            "SELECT locktype, relation::regclass::text, objid::int8, mode, granted FROM pg_locks"
            " WHERE pid = %s AND (locktype = 'advisory' OR relation = 'locked'::regclass) ORDER BY 1",
            [one.info.backend_pid],
        ).fetchall()
        assert rows == [
            ("advisory", None, 7, "ExclusiveLock", True),
            ("relation", "locked", None, "ShareLock", True),
        ]


def test_pg_stat_activity_shows_each_session(server: Server) -> None:
    with connect(server) as one, connect(server) as other:
        one.execute("SET application_name = 'watched'")
        one.commit()
        one.execute("SELECT 1")
        row = other.execute(
            "SELECT usename, state, query, xact_start IS NOT NULL FROM pg_stat_activity WHERE application_name = 'watched'"
        ).fetchone()
        assert row == ("terrascale", "idle in transaction", "SELECT 1", True)


def test_the_catalog_follows_a_transaction_and_its_rollback(server: Server) -> None:
    with connect(server) as one, connect(server) as other:
        seen = "SELECT relname FROM pg_class WHERE relname = 'passing'"
        one.execute("CREATE TABLE passing (a int)")
        assert one.execute(seen).fetchall() == [("passing",)]
        assert other.execute(seen).fetchall() == []
        one.rollback()
        assert one.execute(seen).fetchall() == []


def test_oids_are_the_same_after_a_restart(tmp_path: pathlib.Path) -> None:
    query = "SELECT conname, oid FROM pg_constraint WHERE conrelid = 'kept'::regclass ORDER BY 1"
    with Server(tmp_path / "data") as server:
        with connect(server) as one:
            one.execute("CREATE TABLE kept (a int PRIMARY KEY, b int CHECK (b > 0))")
        with connect(server) as one:
            before = one.execute(query).fetchall()
        server.kill()
        server.start()
        with connect(server) as again:
            assert again.execute(query).fetchall() == before
        assert len(before) == 2


def test_a_system_catalog_is_not_written(server: Server) -> None:
    with connect(server) as one, pytest.raises(psycopg.errors.InsufficientPrivilege):
        one.execute("DELETE FROM pg_class")
