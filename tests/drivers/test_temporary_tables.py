"""Temporary tables through psycopg: whose they are, and when they end."""

import pathlib
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from tests.server import Server

TEMPORARY = "SELECT count(*) FROM pg_class WHERE relpersistence = 't'"
SCHEMAS = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'pg_temp%'"


def connect(server: Server, **options: Any) -> psycopg.Connection[Any]:
    return psycopg.connect(
        f"host=127.0.0.1 port={server.port} user=terrascale dbname=terrascale",
        autocommit=True,
        **options,
    )


def value(connection: psycopg.Connection[Any], sql: str) -> Any:
    row = connection.execute(sql).fetchone()
    assert row is not None
    return row[0]


def is_over(observer: psycopg.Connection[Any], pid: int) -> None:
    """Returns when a session has ended: its end tells those that wait for its advisory lock."""
    observer.execute("SELECT pg_advisory_lock(%s)", (pid,))
    observer.execute("SELECT pg_advisory_unlock(%s)", (pid,))


def ended(server: Server, end: Callable[[psycopg.Connection[Any]], None]) -> tuple[int, int]:
    """Ends a session that has temporary tables; returns what is left when it is over."""
    with connect(server) as observer:
        connection = connect(server)
        connection.execute("CREATE TEMP TABLE t (id serial PRIMARY KEY, a int UNIQUE)")
        connection.execute("CREATE TEMP VIEW v AS SELECT a FROM t")
        connection.execute("INSERT INTO t (a) SELECT n FROM generate_series(1, 1000) n")
        pid = connection.info.backend_pid
        connection.execute("SELECT pg_advisory_lock(%s)", (pid,))
        assert value(observer, TEMPORARY) > 0
        end(connection)
        is_over(observer, pid)
        return value(observer, TEMPORARY), value(observer, SCHEMAS)


def test_they_go_with_their_session(server: Server) -> None:
    assert ended(server, lambda connection: connection.close()) == (0, 0)


def test_they_go_with_a_connection_that_is_lost_in_a_transaction(server: Server) -> None:
    def lose(connection: psycopg.Connection[Any]) -> None:
        connection.execute("BEGIN")
        connection.execute("CREATE TEMP TABLE another AS SELECT * FROM t")
        connection.pgconn.finish()

    assert ended(server, lose) == (0, 0)


def test_two_sessions_have_the_same_name(server: Server) -> None:
    with connect(server, prepare_threshold=0) as one, connect(server, prepare_threshold=0) as two:
        one.execute("CREATE TABLE t (a text)")
        one.execute("INSERT INTO t VALUES ('permanent')")
        for connection in (one, two, one, two):
            assert value(connection, "SELECT a FROM t") == "permanent"
        for connection, word in ((one, "one"), (two, "two")):
            connection.execute("CREATE TEMP TABLE t (a text)")
            connection.execute("INSERT INTO t VALUES (%s)", (word,))
            for _ in range(3):
                assert value(connection, "SELECT a FROM t") == word
                assert value(connection, "SELECT a FROM t WHERE a <> ''") == word
        assert value(one, "SELECT a FROM t") == "one"
        assert value(one, "SELECT a FROM public.t") == "permanent"
        one.execute("DROP TABLE t")
        assert value(one, "SELECT a FROM t") == "permanent"
        assert value(two, "SELECT a FROM t") == "two"
        one.execute("DROP TABLE t")


def test_others_cannot_read_them(server: Server) -> None:
    with connect(server) as one, connect(server) as two:
        one.execute("CREATE TEMP TABLE secret (a int)")
        schema = value(one, "SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema()")
        with pytest.raises(psycopg.errors.FeatureNotSupported, match="of other sessions"):
            two.execute(f"SELECT * FROM {schema}.secret")
        one.execute("INSERT INTO secret VALUES (1)")
        assert value(one, "SELECT a FROM secret") == 1


def test_each_session_is_listed_its_own(server: Server) -> None:
    listed = "SELECT string_agg(table_name, ',') FROM information_schema.tables WHERE table_type LIKE 'LOCAL%'"
    columns = "SELECT string_agg(column_name, ',') FROM information_schema.columns WHERE table_name LIKE 'mine_'"
    with connect(server) as one, connect(server) as two:
        one.execute("CREATE TEMP TABLE mine1 (a int)")
        two.execute("CREATE TEMP TABLE mine2 (b int)")
        for _ in range(2):
            assert (value(one, listed), value(one, columns)) == ("mine1", "a")
            assert (value(two, listed), value(two, columns)) == ("mine2", "b")


def test_names_in_texts_follow_each_sessions_path(server: Server) -> None:
    definition = "SELECT definition FROM pg_views WHERE viewname = 'by_path'"
    with connect(server) as one, connect(server) as two:
        one.execute("CREATE TABLE read_by_path (a int)")
        one.execute("CREATE VIEW by_path AS SELECT a FROM read_by_path")
        two.execute("SET search_path TO pg_catalog")
        for _ in range(2):
            assert "public." not in value(one, definition)
            assert "public.read_by_path" in value(two, definition)
        one.execute("DROP TABLE read_by_path CASCADE")


def test_on_commit_in_drivers_transactions(server: Server) -> None:
    with connect(server, prepare_threshold=0) as connection:
        connection.execute("CREATE TEMP TABLE rows (a int PRIMARY KEY) ON COMMIT DELETE ROWS")
        for _ in range(3):
            with connection.transaction():
                for number in range(5):
                    connection.execute("INSERT INTO rows VALUES (%s)", (number,))
                assert value(connection, "SELECT count(*) FROM rows") == 5
            assert value(connection, "SELECT count(*) FROM rows") == 0
            for number in range(3):
                connection.execute("INSERT INTO rows VALUES (%s)", (number,))
                assert value(connection, "SELECT count(*) FROM rows") == 0


def test_nothing_is_left_after_a_crash(tmp_path: pathlib.Path) -> None:
    with Server(tmp_path / "data") as server:
        connection = connect(server)
        connection.execute("CREATE TABLE kept (a int)")
        connection.execute("INSERT INTO kept VALUES (1)")
        connection.execute("CREATE TEMP TABLE kept (id serial PRIMARY KEY, a int)")
        connection.execute("CREATE TEMP VIEW v AS SELECT a FROM kept")
        connection.execute("INSERT INTO kept (a) VALUES (2)")
        server.kill()
        connection.close()
    with Server(tmp_path / "data") as server, connect(server) as connection:
        assert value(connection, TEMPORARY) == 0
        assert value(connection, SCHEMAS) == 0
        assert value(connection, "SELECT a FROM kept") == 1
