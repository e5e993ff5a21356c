"""A dump that pg_dump 15 makes of a PostgreSQL database, restored by psql: stops at nothing, and all is there."""

import os
import pathlib
import subprocess

import pytest

from tests.server import Server

SOURCE = pathlib.Path(__file__).with_name("dumped.sql")
TABLES = ("shop.customers", "shop.orders", "plain", "gen")
#: What must be refused afterwards, by the constraints that came with the dump.
VIOLATIONS = (
    ("23505", "INSERT INTO shop.customers (name, email) VALUES ('x', 'c7@example.org')"),
    ("23514", "INSERT INTO shop.customers (name) VALUES ('')"),
    ("23514", "INSERT INTO shop.orders (customer_id, total) VALUES (1, -1)"),
    ("23503", "INSERT INTO shop.orders (customer_id) VALUES (999)"),
    ("23502", "INSERT INTO shop.orders (customer_id) VALUES (NULL)"),
    ("23505", "INSERT INTO gen (a) VALUES (7)"),
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


@pytest.fixture(scope="module")
def source() -> dict[str, str]:
    """The environment of a database of PostgreSQL's with the tables in it."""
    run("psql", "-q", "-c", "DROP DATABASE IF EXISTS dumped", "postgres")
    run("psql", "-q", "-c", "CREATE DATABASE dumped TEMPLATE template0", "postgres")
    run("psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(SOURCE), "dumped")
    return {"PGDATABASE": "dumped"}


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
