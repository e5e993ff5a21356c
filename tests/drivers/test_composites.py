"""Composite types over the wire: the drivers' own codecs, both ways, in text and binary."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import asyncpg
import psycopg
import pytest
from psycopg import errors
from psycopg.types.composite import CompositeInfo, register_composite

from tests.server import Server

DEFINITIONS = """
    CREATE TYPE pair AS (a int, b text);
    CREATE TYPE shape AS (name text, corners pair[], at pair);
    CREATE TABLE shapes (id int PRIMARY KEY, s shape, p pair);
"""


@pytest.fixture
def connection(server: Server) -> Iterator[psycopg.Connection[Any]]:
    address = f"host=127.0.0.1 port={server.port} dbname=terrascale user=terrascale"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS shapes")
        connection.execute("DROP TYPE IF EXISTS shape, pair")
        connection.execute(DEFINITIONS)
        yield connection


@pytest.mark.parametrize("binary", [False, True])
def test_psycopg_registers_them(connection: psycopg.Connection[Any], binary: bool) -> None:
    pair = CompositeInfo.fetch(connection, "pair")
    shape = CompositeInfo.fetch(connection, "shape")
    assert pair is not None
    assert shape is not None
    register_composite(pair, connection)
    register_composite(shape, connection)
    assert pair.field_names == ("a", "b")
    assert pair.python_type is not None
    assert shape.python_type is not None
    corner = pair.python_type
    mark = "%b" if binary else "%t"
    value = shape.python_type("square", [corner(1, "x"), corner(2, None)], corner(3, "y, z"))
    with connection.cursor(binary=binary) as cursor:
        cursor.execute(f"INSERT INTO shapes VALUES (1, {mark}, {mark})", [value, corner(4, '"')])
        row = cursor.execute("SELECT s, p FROM shapes").fetchone()
        assert row == (value, corner(4, '"'))
        found = cursor.execute(f"SELECT id FROM shapes WHERE p = {mark}", [corner(4, '"')])
        assert found.fetchall() == [(1,)]


def test_a_row_of_other_fields_is_refused(connection: psycopg.Connection[Any]) -> None:
    with pytest.raises(errors.InvalidTextRepresentation):
        connection.execute("INSERT INTO shapes VALUES (1, NULL, %s)", ["(1,2,3)"])
    with pytest.raises(errors.DependentObjectsStillExist):
        connection.execute("DROP TYPE pair")


async def test_asyncpg_reads_and_writes_them(server: Server) -> None:
    connection = await asyncpg.connect(
        host="127.0.0.1", port=server.port, user="terrascale", database="terrascale"
    )
    try:
        await connection.execute("CREATE TYPE spot AS (x int, y float8, label text)")
        await connection.execute("CREATE TABLE spots (id int PRIMARY KEY, s spot, l spot[])")
        spot = (1, 2.5, "a")
        await connection.execute("INSERT INTO spots VALUES (1, $1, $2)", spot, [spot, None])
        row = await connection.fetchrow("SELECT s, l FROM spots WHERE s = $1::spot", spot)
        assert row is not None
        assert tuple(row["s"]) == spot
        assert row["s"]["label"] == "a"
        assert [each and tuple(each) for each in row["l"]] == [spot, None]
        statement = await connection.prepare("SELECT $1::spot")
        (parameter,) = statement.get_parameters()
        assert (parameter.name, parameter.kind) == ("spot", "composite")
        await connection.execute("UPDATE spots SET s.x = $1", 7)
        assert await connection.fetchval("SELECT (s).x FROM spots") == 7
    finally:
        await connection.close()


@pytest.mark.parametrize("binary", [False, True])
def test_psycopg_knows_a_tables_rows(connection: psycopg.Connection[Any], binary: bool) -> None:
    connection.execute("DROP TABLE IF EXISTS line, orders")
    connection.execute("CREATE TABLE orders (id int PRIMARY KEY, gone text, what text, n numeric)")
    connection.execute("ALTER TABLE orders DROP COLUMN gone")
    connection.execute("INSERT INTO orders VALUES (1, 'a \"b\"', 1.50), (2, NULL, NULL)")
    info = CompositeInfo.fetch(connection, "orders")
    assert info is not None
    register_composite(info, connection)
    assert info.field_names == ("id", "what", "n")
    row = info.python_type
    assert row is not None
    first, second = row(1, 'a "b"', Decimal("1.50")), row(2, None, None)
    with connection.cursor(binary=binary) as cursor:
        found = cursor.execute("SELECT orders FROM orders ORDER BY id").fetchall()
        assert found == [(first,), (second,)]
        assert cursor.description is not None
        assert cursor.description[0].type_code == info.oid
        listed = cursor.execute("SELECT array_agg(orders ORDER BY id) FROM orders").fetchone()
        assert listed == ([first, second],)
        mark = "%b" if binary else "%t"
        cursor.execute("CREATE TABLE line (o orders, os orders[])")
        cursor.execute(f"INSERT INTO line VALUES ({mark}, {mark})", [first, [first, second]])
        assert cursor.execute("SELECT o, os FROM line").fetchone() == (first, [first, second])
        returned = cursor.execute("DELETE FROM orders WHERE id = 1 RETURNING orders").fetchone()
        assert returned == (first,)


async def test_asyncpg_knows_a_tables_rows(server: Server) -> None:
    connection = await asyncpg.connect(
        host="127.0.0.1", port=server.port, user="terrascale", database="terrascale"
    )
    try:
        await connection.execute(
            "CREATE TABLE person (id int PRIMARY KEY, name text, born date);"
            "CREATE VIEW people AS SELECT id, name FROM person;"
            "CREATE TABLE team (id int PRIMARY KEY, lead person, members person[]);"
            "INSERT INTO person VALUES (1, 'Ann', '1999-12-31'), (2, 'Bob', NULL)"
        )
        person = await connection.fetchval("SELECT person FROM person WHERE id = 1")
        assert dict(person) == {"id": 1, "name": "Ann", "born": date(1999, 12, 31)}
        of_view = await connection.fetchval("SELECT people FROM people WHERE id = 2")
        assert dict(of_view) == {"id": 2, "name": "Bob"}
        members = [tuple(person), (2, "Bob", None), None]
        await connection.execute("INSERT INTO team VALUES (1, $1, $2)", tuple(person), members)
        team = await connection.fetchval("SELECT team FROM team WHERE lead = $1::person", person)
        assert team["lead"]["name"] == "Ann"
        assert [each and tuple(each) for each in team["members"]] == members
        await connection.execute("ALTER TABLE person ADD COLUMN left_at date")
        await connection.reload_schema_state()
        lead = await connection.fetchval("SELECT lead FROM team")
        assert tuple(lead) == (*tuple(person), None)
    finally:
        await connection.close()
