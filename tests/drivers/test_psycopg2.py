"""psycopg2: types both ways, errors, transactions, bulk loading, notifications."""

import io
import select
from collections.abc import Iterator
from typing import Any

import psycopg2
import psycopg2.errors
import psycopg2.extras
import pytest

from tests.drivers.samples import NESTED, ROUND_TRIPS
from tests.pages import address
from tests.server import Server


@pytest.fixture
def connection(server: Server) -> Iterator[Any]:
    psycopg2.extras.register_uuid()
    connection = psycopg2.connect(address("psycopg2", server.port))
    yield connection
    connection.close()


@pytest.mark.parametrize(("sql_type", "value"), ROUND_TRIPS)
def test_value_comes_back(connection: Any, sql_type: str, value: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT CAST(%s AS {sql_type})", (value,))
        (got,) = cursor.fetchone()
    if isinstance(got, memoryview):
        got = bytes(got)
    assert got == value


def test_documents(connection: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::jsonb", (psycopg2.extras.Json(NESTED),))
        assert cursor.fetchone() == (NESTED,)


def test_many_rows_errors_and_transactions(connection: Any) -> None:
    with connection, connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
        cursor.execute("CREATE TABLE old_things (id serial PRIMARY KEY, name text UNIQUE, n int)")
        rows = [(f"n{n}", n) for n in range(1000)]
        insert = "INSERT INTO old_things (name, n) VALUES %s RETURNING id"
        ids = psycopg2.extras.execute_values(cursor, insert, rows, page_size=300, fetch=True)
        assert [row["id"] for row in ids] == list(range(1, 1001))
        update = "UPDATE old_things SET n = n + %s WHERE id = %s"
        psycopg2.extras.execute_batch(cursor, update, [(1, n) for n in range(1, 101)])
        cursor.execute("SELECT sum(n) AS total FROM old_things")
        assert cursor.fetchone() == {"total": sum(range(1000)) + 100}
    with (
        pytest.raises(psycopg2.errors.UniqueViolation) as caught,
        connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM old_things WHERE n > 500")
        cursor.execute("INSERT INTO old_things (name) VALUES ('n1')")
    assert caught.value.diag.constraint_name == "old_things_name_key"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM old_things")
        assert cursor.fetchone() == (1000,)


def test_copy_both_ways_and_a_named_cursor(connection: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE copied (id int PRIMARY KEY, name text)")
        text = "".join(f"{n}\tname {n}\n" for n in range(3000))
        cursor.copy_expert("COPY copied FROM STDIN", io.StringIO(text))
        out = io.StringIO()
        cursor.copy_expert("COPY (SELECT * FROM copied ORDER BY id) TO STDOUT", out)
        assert out.getvalue() == text
    with connection.cursor("rows", scrollable=True) as named:
        named.itersize = 70
        named.execute("SELECT id FROM copied ORDER BY id")
        assert [row[0] for row in named] == list(range(3000))
        named.scroll(10, mode="absolute")
        assert named.fetchone() == (10,)


def test_notifications(connection: Any, server: Server) -> None:
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("LISTEN old_channel")
    with psycopg2.connect(address("psycopg2", server.port)) as other, other.cursor() as cursor:
        cursor.execute("NOTIFY old_channel, 'said'")
    other.commit()
    select.select([connection], [], [], 60)
    connection.poll()
    (heard,) = connection.notifies
    other.close()
    assert (heard.channel, heard.payload) == ("old_channel", "said")
