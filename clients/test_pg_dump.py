"""Dumps that pg_dump 15 makes of a PostgreSQL database, restored here; and of this one, restored by PostgreSQL."""

import os
import pathlib
import subprocess
from collections.abc import Iterator

import pytest

from clients.peers import empty_database
from tests.server import Server

SOURCE = pathlib.Path(__file__).with_name("dumped.sql")
TABLES = ("shop.customers", "shop.orders", "plain", "gen", "typed")
#: What must be refused afterwards, by the constraints that came with the dump.
VIOLATIONS = (
    ("23505", "INSERT INTO shop.customers (name, email) VALUES ('x', 'c7@example.org')"),
    ("23514", "INSERT INTO shop.customers (name) VALUES ('')"),
    ("23514", "INSERT INTO shop.orders (customer_id, total) VALUES (1, -1)"),
    ("23503", "INSERT INTO shop.orders (customer_id) VALUES (999)"),
    ("23502", "INSERT INTO shop.orders (customer_id) VALUES (NULL)"),
    ("23505", "INSERT INTO gen (a) VALUES (7)"),
    ("23514", "INSERT INTO typed VALUES (99, NULL, NULL, 101)"),
    ("428C9", "INSERT INTO gen (a, b) VALUES (700, 1)"),
)


def run(*command: str, **environment: str) -> str:
    result = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, **environment},
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def ours(server: Server) -> dict[str, str]:
    return {
        "PGHOST": "127.0.0.1",
        "PGPORT": str(server.port),
        "PGUSER": "terrascale",
        "PGDATABASE": "terrascale",
    }


def fresh_database(name: str) -> dict[str, str]:
    """Returns the environment of an empty database of PostgreSQL's."""
    run("psql", "-q", "-c", f"DROP DATABASE IF EXISTS {name}", "postgres")
    run("psql", "-q", "-c", f"CREATE DATABASE {name} TEMPLATE template0", "postgres")
    return {"PGDATABASE": name}


@pytest.fixture(scope="module")
def source() -> dict[str, str]:
    """The environment of a database of PostgreSQL's with the tables in it."""
    environment = fresh_database("dumped")
    run("psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(SOURCE), **environment)
    return environment


@pytest.mark.parametrize("form", ["--format=plain", "--inserts", "--column-inserts"])
def test_a_dump_is_restored(source: dict[str, str], tmp_path: pathlib.Path, form: str) -> None:
    dump = tmp_path / "dump.sql"
    run("pg_dump", form, "--no-owner", "-f", str(dump), **source)
    with Server(tmp_path / "data") as server:
        there = ours(server)
        run("psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(dump), **there)
        for table in TABLES:
            copy = f"COPY (SELECT * FROM {table} ORDER BY 1) TO STDOUT"
            settings = {"PGTZ": "UTC"}
            theirs = run("psql", "-c", copy, **source, **settings)
            assert run("psql", "-c", copy, **there, **settings) == theirs, table
            assert theirs.count("\n") > 10
        for asked in (
            "SELECT * FROM shop.big ORDER BY id",
            "SELECT * FROM shop.red ORDER BY id",
            "SELECT obj_description('shop.customers'::regclass)",
            "SELECT col_description('shop.customers'::regclass, 3)",
        ):
            assert run("psql", "-Atc", asked, **there) == run("psql", "-Atc", asked, **source)
        for expression in (
            "nextval('shop.customers_id_seq')",
            "nextval('shop.orders_id_seq')",
            "nextval('standalone')",
        ):
            asked = f"SELECT {expression}"
            assert run("psql", "-Atc", asked, **there) == run("psql", "-Atc", asked, **source)
        with server.connect() as client:
            for sqlstate, sql in VIOLATIONS:
                (result,) = client.simple_query(sql)
                assert result.error is not None, sql
                assert result.error["sqlstate"] == sqlstate, (sql, result.error)
            plan = "EXPLAIN SELECT id FROM shop.orders WHERE doc->>'k' = '7' AND total > 10"
            (result,) = client.simple_query(plan)
            assert "orders_doc" in str(result.rows)


def dumped(environment: dict[str, str]) -> list[str]:
    """Returns a database as pg_dump writes it, without the time and where it comes from."""
    text = run("pg_dump", "--no-owner", "--restrict-key=x", **environment, PGTZ="UTC")
    return _lines(text)


@pytest.fixture(scope="module")
def moved(source: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that the source has been moved to."""
    folder = tmp_path_factory.mktemp("moved")
    dump = folder / "dump.sql"
    run("pg_dump", "--no-owner", "-f", str(dump), **source)
    with Server(folder / "data") as server:
        run("psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(dump), **ours(server))
        yield server


@pytest.mark.parametrize("form", ["plain", "custom", "directory", "tar"])
def test_a_dump_of_ours_is_restored_by_postgresql(
    source: dict[str, str], moved: Server, tmp_path: pathlib.Path, form: str
) -> None:
    """What comes back is what went out, to the letter."""
    dump, target = tmp_path / "dump", fresh_database("restored")
    run("pg_dump", f"--format={form}", "--no-owner", "-f", str(dump), **ours(moved))
    if form == "plain":
        run("psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(dump), **target)
    else:
        run("pg_restore", "--exit-on-error", "--no-owner", "-d", "restored", str(dump))
    assert dumped(target) == dumped(source)


@pytest.mark.parametrize("form", ["custom", "directory"])
def test_pg_restore_writes_here(source: dict[str, str], tmp_path: pathlib.Path, form: str) -> None:
    dump = tmp_path / "dump"
    run("pg_dump", f"--format={form}", "-f", str(dump), **source)
    with Server(tmp_path / "data") as server:
        there = ours(server)
        run("pg_restore", "--exit-on-error", "--no-owner", "-d", "terrascale", str(dump), **there)
        target = fresh_database("restored")
        again = tmp_path / "again"
        run("pg_dump", "--no-owner", "-f", str(again), **there)
        run("psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(again), **target)
    assert dumped(target) == dumped(source)


def test_parts_are_dumped(source: dict[str, str], moved: Server) -> None:
    for flags in (
        ("--schema-only", "--table=shop.customers"),
        ("--data-only", "--schema=public", "--inserts", "--rows-per-insert=7"),
        ("--section=post-data",),
        ("--exclude-table=shop.*", "--clean", "--if-exists"),
    ):
        command = ("pg_dump", "--no-owner", "--restrict-key=x", *flags)
        theirs, mine = run(*command, **source), run(*command, **ours(moved))
        assert _lines(mine) == _lines(theirs), flags


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("-- Dumped from")]


def test_pg_dumpall_takes_roles_and_databases_along(
    source: dict[str, str], moved: Server, tmp_path: pathlib.Path
) -> None:
    dump = tmp_path / "all.sql"
    run("pg_dumpall", "-f", str(dump), **ours(moved))
    empty_database()
    drop = ("-c", "DROP DATABASE terrascale", "-c", "DROP ROLE terrascale")
    run("psql", "-q", *drop, "postgres")
    run("psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(dump), "postgres")
    assert dumped({"PGDATABASE": "terrascale"}) == dumped(source)
    run("psql", "-q", *drop, "postgres")
