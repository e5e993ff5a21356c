"""pg8000: a pure-Python driver that sends text and leaves parameter types to the server."""

import datetime
import decimal
import uuid
from typing import Any

import pg8000.dbapi
import pg8000.exceptions
import pg8000.native
import pytest

from tests.server import Server

VALUES = [
    ("bool", True),
    ("int8", 1 << 40),
    ("float8", 0.1),
    ("numeric", decimal.Decimal("12.50")),
    ("text", "é✓'\\"),
    ("bytea", b"\x00\xff"),
    ("uuid", uuid.UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")),
    ("date", datetime.date(2024, 2, 29)),
    ("timestamp", datetime.datetime(2024, 2, 29, 12, 34, 56, 123456)),  # noqa: DTZ001 - without a zone
    ("timestamptz", datetime.datetime(2024, 2, 29, 12, 34, 56, tzinfo=datetime.UTC)),
    ("jsonb", {"a": [1, None]}),
    ("int4[]", [1, 2]),
]


def connect(server: Server) -> Any:
    return pg8000.dbapi.connect(
        user="terrascale", host="127.0.0.1", port=server.port, database="terrascale"
    )


@pytest.mark.parametrize(("type_name", "value"), VALUES)
def test_value_comes_back(server: Server, type_name: str, value: Any) -> None:
    connection = connect(server)
    cursor = connection.cursor()
    parameter = '{"a": [1, null]}' if type_name == "jsonb" else value
    cursor.execute(f"SELECT CAST(%s AS {type_name})", (parameter,))
    assert cursor.fetchone() == [value]
    connection.close()


def test_transaction_and_errors(server: Server) -> None:
    connection = connect(server)
    cursor = connection.cursor()
    cursor.execute("CREATE TABLE plain (id int PRIMARY KEY, t text)")
    cursor.executemany("INSERT INTO plain VALUES (%s, %s)", [(1, "a"), (2, "b")])
    connection.commit()
    with pytest.raises(pg8000.dbapi.DatabaseError) as error:
        cursor.execute("INSERT INTO plain VALUES (%s, %s)", (1, "dup"))
    assert error.value.args[0]["C"] == "23505"
    connection.rollback()
    cursor.execute("SELECT id, t FROM plain ORDER BY id")
    assert cursor.fetchall() == ([1, "a"], [2, "b"])
    connection.close()


def test_a_parameter_type_that_is_not_there_is_refused_and_the_connection_goes_on(
    server: Server,
) -> None:
    with pg8000.native.Connection(
        "terrascale", host="127.0.0.1", port=server.port, database="terrascale", timeout=60
    ) as connection:
        with pytest.raises(pg8000.exceptions.DatabaseError, match="0A000"):
            connection.run("SELECT :v", v="(1,2)", types={"v": 600})  # a point
        assert connection.run("SELECT 1") == [[1]]
