"""asyncpg: always binary, always prepared.

It asks the catalogs (WITH RECURSIVE over pg_type) about every type that it has no codec for.
"""

import contextlib
import decimal
import ipaddress
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from asyncpg import introspection

from tests.drivers.samples import ROUND_TRIPS
from tests.server import Server


@contextlib.asynccontextmanager
async def connect(server: Server, **options: Any) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(
        host="127.0.0.1", port=server.port, user="terrascale", database="terrascale", **options
    )
    try:
        yield connection
    finally:
        await connection.close()


@pytest.fixture
async def connection(server: Server) -> AsyncIterator[Any]:
    async with connect(server) as connection:
        yield connection


@pytest.mark.parametrize(("type_name", "value"), ROUND_TRIPS)
async def test_value_comes_back(connection: Any, type_name: str, value: Any) -> None:
    assert await connection.fetchval(f"SELECT $1::{type_name}", value) == value


@pytest.mark.parametrize("type_name", sorted({name for name, _ in ROUND_TRIPS}))
async def test_null_comes_back(connection: Any, type_name: str) -> None:
    assert await connection.fetchval(f"SELECT $1::{type_name}", None) is None


async def test_parameter_types_are_inferred(connection: Any) -> None:
    await connection.execute(
        "CREATE TABLE inferred (id int8 PRIMARY KEY, n numeric, t text, a text[])"
    )
    insert = "INSERT INTO inferred VALUES ($1, $2, $3, $4)"
    await connection.execute(insert, 1, decimal.Decimal("1.50"), "x", ["1", "2"])
    row = await connection.fetchrow(
        "SELECT * FROM inferred WHERE id = $1 AND t = $2 AND n > $3", 1, "x", 1
    )
    assert tuple(row) == (1, decimal.Decimal("1.50"), "x", ["1", "2"])
    count = "SELECT count(*) FROM inferred WHERE t = ANY ($1)"
    assert await connection.fetchval(count, ["x", "y"]) == 1


async def test_cursor_fetches_in_steps(connection: Any) -> None:
    async with connection.transaction():
        numbers = [
            row[0] async for row in connection.cursor("SELECT generate_series(1, 137)", prefetch=10)
        ]
    assert numbers == list(range(1, 138))


async def test_executemany_and_copy(connection: Any) -> None:
    await connection.execute("CREATE TABLE bulk (id int PRIMARY KEY, t text)")
    await connection.executemany(
        "INSERT INTO bulk VALUES ($1, $2)", [(n, str(n)) for n in range(100)]
    )
    await connection.copy_records_to_table("bulk", records=[(n, None) for n in range(100, 1100)])
    assert await connection.fetchval("SELECT count(*) FROM bulk") == 1100


async def test_error_leaves_the_connection_usable(connection: Any) -> None:
    with pytest.raises(asyncpg.DivisionByZeroError):
        await connection.fetchval("SELECT 1 / $1::int", 0)
    with pytest.raises(asyncpg.PostgresSyntaxError):
        await connection.fetchval("SELEC 1")
    assert await connection.fetchval("SELECT 2") == 2


async def test_prepared_statement_follows_a_schema_change(server: Server, connection: Any) -> None:
    await connection.execute("CREATE TABLE changing (id int PRIMARY KEY)")
    statement = await connection.prepare("INSERT INTO changing VALUES ($1)")
    await statement.fetch(1)
    async with connect(server) as other:
        await other.execute("CREATE UNIQUE INDEX changing_abs ON changing (abs(id))")
    with pytest.raises(asyncpg.UniqueViolationError):
        await statement.fetch(-1)


@pytest.mark.parametrize(
    ("type_name", "value"),
    [
        ("inet", ipaddress.IPv4Address("10.1.2.3")),
        ("inet", ipaddress.IPv4Interface("10.1.2.3/8")),
        ("inet", ipaddress.IPv6Address("2001:db8::1")),
        ("cidr", ipaddress.IPv6Network("2001:db8::/32")),
        ("inet[]", [ipaddress.IPv4Address("10.1.2.3"), None]),
        ("macaddr", "08:00:2b:01:02:03"),
    ],
)
async def test_network_addresses_come_back(connection: Any, type_name: str, value: Any) -> None:
    assert await connection.fetchval(f"SELECT $1::{type_name}", value) == value


async def test_pool(server: Server) -> None:
    pool = await asyncpg.create_pool(
        host="127.0.0.1",
        port=server.port,
        user="terrascale",
        database="terrascale",
        min_size=2,
        max_size=4,
    )
    async with pool:
        for number in range(10):
            assert await pool.fetchval("SELECT $1::int", number) == number


async def test_savepoint_rolls_back(connection: Any) -> None:
    await connection.execute("CREATE TABLE nest (id int PRIMARY KEY)")
    async with connection.transaction():
        await connection.execute("INSERT INTO nest VALUES (1)")
        with pytest.raises(asyncpg.UniqueViolationError):
            async with connection.transaction():
                await connection.execute("INSERT INTO nest VALUES (2), (1)")
    assert await connection.fetch("SELECT id FROM nest") == [(1,)]


async def test_enums_and_rows_are_looked_up(connection: Any) -> None:
    await connection.execute("CREATE TYPE mood AS ENUM ('sad', 'ok')")
    await connection.execute("CREATE TABLE moods (id int PRIMARY KEY, m mood, ms mood[])")
    await connection.execute("INSERT INTO moods VALUES ($1, $2, $3)", 1, "ok", ["sad", None])
    await connection.copy_records_to_table("moods", records=[(2, "sad", ["ok"])])
    statement = await connection.prepare("SELECT id, m, ms FROM moods WHERE m = ANY ($1)")
    assert [(type_.name, type_.kind) for type_ in statement.get_parameters()] == [
        ("mood[]", "array")
    ]
    assert [(each.name, each.type.name) for each in statement.get_attributes()] == [
        ("id", "int4"),
        ("m", "mood"),
        ("ms", "mood[]"),
    ]
    rows = [tuple(row) for row in await statement.fetch(["ok", "sad"])]
    assert sorted(rows) == [(1, "ok", ["sad", None]), (2, "sad", ["ok"])]


async def test_the_lookup_of_types_looks_at_few(connection: Any) -> None:
    """Each further round of the lookup reads what the last one named, not the columns of every type."""
    lines = await connection.fetch(f"EXPLAIN {introspection.INTRO_LOOKUP_TYPES}", [23])
    plan = [line[0].strip() for line in lines]
    at = plan.index("->  Last rows on typeinfo_tree")
    assert plan[at - 1] == "->  Nested loop"
    assert any("(outer.elemtype)" in line for line in plan[at:])


async def test_a_void_and_a_path_come_back(connection: Any) -> None:
    assert await connection.fetchval("SELECT pg_sleep(0)") is None
    assert await connection.fetchval("SELECT $1::jsonpath", "$.a[*]") == '$."a"[*]'
    assert await connection.fetchval("SELECT $1::tid", (5, 7)) == (5, 7)


async def test_codec_is_set_for_a_type(connection: Any) -> None:
    await connection.execute("CREATE TYPE level AS ENUM ('low', 'high')")
    await connection.set_type_codec(
        "level", schema="public", encoder=str.lower, decoder=str.upper, format="text"
    )
    assert await connection.fetchrow("SELECT $1::level, $2::level[]", "LOW", ["High"]) == (
        "LOW",
        ["HIGH"],
    )
    await connection.reset_type_codec("level", schema="public")
    assert await connection.fetchval("SELECT $1::level", "low") == "low"
    with pytest.raises(ValueError, match="unknown type"):
        await connection.set_type_codec("nosuch", encoder=str, decoder=str)
