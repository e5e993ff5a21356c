"""Several databases in one server: what each has of its own, and what all of them share."""

import pathlib
from typing import Any

import psycopg
import pytest

from tests.server import Server

NAMES = "SELECT array_agg(relname::text ORDER BY relname) FROM pg_class WHERE relnamespace = 2200"


def connect(
    server: Server, database: str = "terrascale", **options: Any
) -> psycopg.Connection[Any]:
    return psycopg.connect(
        host="127.0.0.1", port=server.port, dbname=database, autocommit=True,
        **{"user": "terrascale", **options},
    )  # fmt: skip


def value(connection: psycopg.Connection[Any], sql: str) -> Any:
    row = connection.execute(sql).fetchone()
    assert row is not None
    return row[0]


def test_each_has_its_own_relations_and_all_share_the_roles(server: Server) -> None:
    with connect(server) as first:
        first.execute("CREATE DATABASE shop")
        first.execute("CREATE TABLE t (a int PRIMARY KEY)")
        with connect(server, "shop") as shop:
            assert value(shop, "SELECT current_database()") == "shop"
            assert value(shop, NAMES) is None
            shop.execute("CREATE TABLE t (a serial PRIMARY KEY, b text)")
            shop.execute("CREATE TYPE mood AS ENUM ('sad', 'ok')")
            shop.execute("INSERT INTO t (b) VALUES ('x'), ('y')")
            shop.execute("CREATE ROLE keeper LOGIN")
            assert value(first, "SELECT count(*) FROM pg_roles WHERE rolname = 'keeper'") == 1
            assert value(shop, NAMES) == ["t", "t_a_seq", "t_pkey"]
            assert value(shop, "SELECT count(*) FROM t") == 2
        assert value(first, NAMES) == ["t", "t_pkey"]
        assert value(first, "SELECT count(*) FROM t") == 0
        assert value(first, "SELECT to_regtype('mood')::text") is None
        with connect(server, "shop", user="keeper") as shop:
            assert value(shop, "SELECT current_user::text") == "keeper"
        first.execute("DROP TABLE t")
        first.execute("DROP DATABASE shop")


@pytest.mark.parametrize("made", ["ENUM ('sad')", "(a int)", None])
def test_types_of_another_are_out_of_reach(server: Server, made: str | None) -> None:
    with connect(server) as first:
        first.execute(f"CREATE TYPE its AS {made}" if made else "CREATE DOMAIN its AS int")
        found = first.execute("SELECT oid, typarray FROM pg_type WHERE typname = 'its'").fetchone()
        assert found is not None
        first.execute("CREATE DATABASE away")
        with connect(server, "away") as away:
            for oid in found:
                assert value(first, f'SELECT NULL::pg_catalog."{oid}" IS NULL')
                with pytest.raises(psycopg.errors.UndefinedObject):
                    away.execute(f'SELECT NULL::pg_catalog."{oid}"')
        first.execute("DROP DATABASE away")
        first.execute("DROP TYPE its")


def test_locks_and_notifications_stay_inside(server: Server) -> None:
    with connect(server) as first:
        first.execute("CREATE DATABASE apart")
        with connect(server, "apart") as apart, connect(server, "apart") as beside:
            first.execute("SELECT pg_advisory_lock(7)")
            assert value(apart, "SELECT pg_try_advisory_lock(7)")
            assert not value(beside, "SELECT pg_try_advisory_lock(7)")
            beside.execute("LISTEN news")
            first.execute("NOTIFY news, 'elsewhere'")
            apart.execute("NOTIFY news, 'here'")
            assert [heard.payload for heard in beside.notifies(stop_after=1)] == ["here"]
        first.execute("SELECT pg_advisory_unlock(7)")
        first.execute("DROP DATABASE apart WITH (FORCE)")


def test_a_database_in_use_is_not_dropped_but_by_force(server: Server) -> None:
    with connect(server) as first:
        first.execute("CREATE DATABASE used")
        inside = connect(server, "used")
        inside.execute("CREATE TEMP TABLE t (a int)")
        with pytest.raises(psycopg.errors.ObjectInUse) as refused:
            first.execute("DROP DATABASE used")
        assert refused.value.diag.message_detail == "There is 1 other session using the database."
        first.execute("DROP DATABASE used WITH (FORCE)")
        with pytest.raises(psycopg.OperationalError, match="terminating connection"):
            inside.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError, match='database "used" does not exist'):
        connect(server, "used")


def test_who_may_come_in(server: Server) -> None:
    with connect(server) as first:
        first.execute("CREATE DATABASE closed CONNECTION LIMIT 1")
        first.execute("ALTER DATABASE closed SET work_mem = '7MB'")
        first.execute("CREATE ROLE guest LOGIN")
        with connect(server, "closed", user="guest") as inside:
            assert value(inside, "SHOW work_mem") == "7MB"
            with pytest.raises(psycopg.OperationalError, match="too many connections for database"):
                connect(server, "closed", user="guest")
        with connect(server, "closed") as inside:
            inside.execute("REVOKE CONNECT ON DATABASE closed FROM PUBLIC")
        with pytest.raises(
            psycopg.OperationalError, match='permission denied for database "closed"'
        ):
            connect(server, "closed", user="guest")
        first.execute("ALTER DATABASE closed ALLOW_CONNECTIONS false")
        with pytest.raises(
            psycopg.OperationalError, match="is not currently accepting connections"
        ):
            connect(server, "closed")
        first.execute("DROP DATABASE closed")


def test_a_role_with_something_elsewhere_is_not_dropped(server: Server) -> None:
    with connect(server) as first:
        first.execute("CREATE DATABASE far")
        first.execute("CREATE ROLE owner")
        with connect(server, "far") as far:
            far.execute("CREATE TABLE t (a int)")
            far.execute("ALTER TABLE t OWNER TO owner")
        with pytest.raises(psycopg.errors.DependentObjectsStillExist) as refused:
            first.execute("DROP ROLE owner")
        assert refused.value.diag.message_detail == "1 object in database far"
        first.execute("DROP DATABASE far WITH (FORCE)")
        first.execute("DROP ROLE owner")


def test_postgres_means_the_first_one_to_tools_that_make_others(server: Server) -> None:
    with connect(server, "postgres") as first:
        assert value(first, "SELECT current_database()") == "terrascale"


def test_a_template_with_something_in_it_is_refused(server: Server) -> None:
    with connect(server) as first:
        first.execute("CREATE DATABASE model TEMPLATE template1")
        first.execute("CREATE DATABASE copied TEMPLATE model")
        with connect(server, "model") as model:
            model.execute("CREATE TABLE t (a int)")
        first.execute("DROP DATABASE copied")
        with pytest.raises(psycopg.errors.FeatureNotSupported):
            first.execute("CREATE DATABASE copied TEMPLATE model")
        first.execute("DROP DATABASE model WITH (FORCE)")


def test_databases_outlive_a_kill(tmp_path: pathlib.Path) -> None:
    with Server(tmp_path / "data") as server:
        with connect(server) as first:
            first.execute("CREATE DATABASE kept")
            first.execute("CREATE DATABASE gone")
            with connect(server, "kept") as kept, connect(server, "gone") as gone:
                for each in (kept, gone):
                    each.execute("CREATE TABLE t (a serial PRIMARY KEY, b text UNIQUE)")
                    each.execute("INSERT INTO t (b) VALUES ('x')")
                kept.execute("CREATE TEMP TABLE mine (a int)")
                kept.execute("CREATE TYPE mood AS ENUM ('sad', 'ok')")
                kept.execute("CREATE TABLE moods (m mood PRIMARY KEY)")
                kept.execute("INSERT INTO moods VALUES ('ok')")
            first.execute("DROP DATABASE gone WITH (FORCE)")
            server.kill()
        server.start()
        with connect(server, "kept") as kept:
            assert kept.execute("SELECT a, b FROM t").fetchall() == [(1, "x")]
            assert kept.execute("SELECT m FROM moods WHERE m = 'ok'").fetchall() == [("ok",)]
            assert value(kept, "SELECT count(*) FROM pg_class WHERE relpersistence = 't'") == 0
            with pytest.raises(psycopg.errors.UniqueViolation):
                kept.execute("INSERT INTO t (b) VALUES ('x')")
            assert kept.execute("SELECT datname FROM pg_database ORDER BY 1").fetchall() == [
                ("kept",), ("terrascale",),
            ]  # fmt: skip
