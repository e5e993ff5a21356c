"""Bit strings as drivers send and read them, in text and in binary; and what columns answer of them."""

import asyncpg
import pytest

from tests.drivers.test_asyncpg import connect as connect_asyncpg
from tests.drivers.test_psycopg import connect
from tests.server import Server

TEXTS = ["", "1", "0", "10101", "11111111", "111111110", "0" * 65, "10" * 50]


@pytest.mark.parametrize("binary", [False, True])
def test_psycopg_reads_what_it_sends(server: Server, binary: bool) -> None:
    with connect(server) as connection, connection.cursor(binary=binary) as cursor:
        for text in TEXTS:
            cursor.execute("SELECT %s::varbit::text, length(%s::varbit)", (text, text))
            assert cursor.fetchone() == (text, len(text))


async def test_asyncpg_gets_back_what_it_sends(server: Server) -> None:
    async with connect_asyncpg(server) as connection:
        for text in TEXTS:
            sent = asyncpg.BitString(text)
            assert await connection.fetchval("SELECT $1::varbit", sent) == sent
            assert await connection.fetchval("SELECT $1::varbit::text", sent) == text
        assert await connection.fetchval("SELECT B'0110'::bit(4)") == asyncpg.BitString("0110")
        await connection.execute("CREATE TABLE bits_sent (b bit(3), v varbit[])")
        row = (asyncpg.BitString("101"), [asyncpg.BitString("1"), asyncpg.BitString("")])
        await connection.execute("INSERT INTO bits_sent VALUES ($1, $2)", *row)
        assert tuple(await connection.fetchrow("SELECT * FROM bits_sent")) == row
        with pytest.raises(asyncpg.StringDataLengthMismatchError):
            await connection.execute(
                "INSERT INTO bits_sent (b) VALUES ($1)", asyncpg.BitString("1")
            )


def test_scans_over_tables_with_bit_strings(server: Server) -> None:
    with connect(server) as connection:
        connection.execute("CREATE TABLE bits_scanned (id int PRIMARY KEY, b varbit, n int)")
        connection.execute(
            "INSERT INTO bits_scanned SELECT i, i::bit(12)::varbit, i % 7 FROM generate_series(0, 2999) i"
        )
        connection.commit()
        found = connection.execute(
            "SELECT n, count(*), bit_or(b), max(id) FROM bits_scanned WHERE b >= B'100000000000'"
            " GROUP BY n ORDER BY n LIMIT 1"
        ).fetchone()
        assert found == (0, 136, "101111111111", 2996)
        found = connection.execute("SELECT n, sum(id) FROM bits_scanned GROUP BY n ORDER BY n")
        assert found.fetchone() == (0, sum(range(0, 3000, 7)))
