"""asyncpg at everyday work: large values, notifications, statement cache, cancellation."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from tests.drivers.test_asyncpg import connect
from tests.server import Server


@pytest.fixture
async def connection(server: Server) -> AsyncIterator[Any]:
    async with connect(server) as connection:
        yield connection


async def test_large_values_come_back(connection: Any) -> None:
    text, data = "é✓x" * 200_000, bytes(range(256)) * 4096
    row = await connection.fetchrow("SELECT $1::text, $2::bytea", text, data)
    assert tuple(row) == (text, data)


async def test_ten_thousand_rows_whole_and_in_steps(connection: Any) -> None:
    select = "SELECT g, 'row ' || g FROM generate_series(1, $1::int) g"
    expected = [(n, f"row {n}") for n in range(1, 10_001)]
    assert [tuple(row) for row in await connection.fetch(select, 10_000)] == expected
    async with connection.transaction():
        cursor = await connection.cursor(select, 10_000)
        found: list[tuple[Any, ...]] = []
        while rows := await cursor.fetch(999):
            found.extend(tuple(row) for row in rows)
    assert found == expected


async def test_a_listener_is_called(server: Server, connection: Any) -> None:
    heard: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
    await connection.add_listener(
        "news", lambda _connection, _pid, channel, payload: heard.put_nowait((channel, payload))
    )
    async with connect(server) as sender:
        await sender.execute("SELECT pg_notify('news', $1)", "höra")
    async with asyncio.timeout(30):
        assert await heard.get() == ("news", "höra")
    await connection.remove_listener("news", lambda *_: None)


async def test_a_client_side_timeout_cancels_the_statement(connection: Any) -> None:
    with pytest.raises(TimeoutError):
        await connection.fetchval(
            "SELECT count(*) FROM generate_series(1, 1000000000)", timeout=0.2
        )
    assert await connection.fetchval("SELECT 2") == 2


async def test_statements_describe_themselves(connection: Any) -> None:
    statement = await connection.prepare("SELECT $1::int8 AS a, $2::varchar AS b")
    assert [p.name for p in statement.get_parameters()] == ["int8", "varchar"]
    assert [(a.name, a.type.name) for a in statement.get_attributes()] == [
        ("a", "int8"),
        ("b", "varchar"),
    ]


async def test_isolation_and_read_only_transactions(connection: Any) -> None:
    await connection.execute("CREATE TABLE guarded (id int PRIMARY KEY)")
    async with connection.transaction(readonly=True):
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            async with connection.transaction():
                await connection.execute("INSERT INTO guarded VALUES (1)")
    assert await connection.fetchval("SELECT count(*) FROM guarded") == 0


async def test_a_parameter_of_the_wrong_type_is_refused_before_it_is_sent(connection: Any) -> None:
    with pytest.raises(asyncpg.DataError):
        await connection.fetchval("SELECT $1::int", "x")
    assert await connection.fetchval("SELECT $1::int", 3) == 3


async def test_settings_of_a_session(server: Server) -> None:
    settings = {"application_name": "reports", "timezone": "Europe/Oslo"}
    async with connect(server, server_settings=settings) as connection:
        assert await connection.fetchval("SHOW application_name") == "reports"
        assert (
            await connection.fetchval("SELECT '2024-07-01 12:00+00'::timestamptz::text")
            == "2024-07-01 14:00:00+02"
        )
        await connection.reset()
        assert await connection.fetchval("SHOW timezone") == "Europe/Oslo"


async def test_a_batch_that_fails_leaves_nothing(connection: Any) -> None:
    await connection.execute("CREATE TABLE whole (id int PRIMARY KEY)")
    with pytest.raises(asyncpg.UniqueViolationError):
        await connection.executemany("INSERT INTO whole VALUES ($1)", [(1,), (2,), (1,)])
    assert await connection.fetchval("SELECT count(*) FROM whole") == 0


async def test_a_statement_whose_rows_have_changed_is_prepared_anew(server: Server) -> None:
    async with connect(server) as connection, connect(server) as other:
        await connection.execute("CREATE TABLE changing (a int PRIMARY KEY)")
        await connection.execute("INSERT INTO changing VALUES (1)")
        assert await connection.fetchrow("SELECT * FROM changing") == (1,)
        await other.execute("ALTER TABLE changing ADD COLUMN b int DEFAULT 2")
        assert await connection.fetchrow("SELECT * FROM changing") == (1, 2)
        await connection.execute("DROP TABLE changing")


async def test_a_notification_that_meets_an_answer_isnt_kept(server: Server) -> None:
    """It comes at once, too, when it is sent just as the listener's last statement is answered."""
    heard: asyncio.Queue[str] = asyncio.Queue()
    async with connect(server) as listener, connect(server) as sender:
        await listener.execute("CREATE TABLE met (n int)")
        await listener.add_listener("met", lambda *told: heard.put_nowait(told[-1]))
        for number in range(800):
            statement = f"INSERT INTO met VALUES ({number})" if number % 2 else "SELECT 1"
            await asyncio.gather(
                listener.execute(statement), sender.execute(f"NOTIFY met, '{number}'")
            )
            assert await asyncio.wait_for(heard.get(), 10) == str(number)
        await listener.execute("DROP TABLE met")
