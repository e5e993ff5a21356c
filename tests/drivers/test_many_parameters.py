"""Statements with as many parameters as the protocol has room for: rows of VALUES, members of IN."""

from collections.abc import Sequence
from typing import Any

import psycopg
import pytest
from psycopg import errors, pq

from tests.drivers.test_psycopg_work import connect
from tests.server import Server

PARAMETERS_MAX = 65_535
INT4, INT8 = 23, 20


def rows_of(count: int, width: int, row: str = "") -> str:
    """Returns `($1, $2), ($3, $4), …`; `row` has another form for one, with {} for its parameters."""
    form = row or f"({', '.join(['{}'] * width)})"
    places = [f"${at}" for at in range(1, count * width + 1)]
    return ", ".join(form.format(*places[at : at + width]) for at in range(0, len(places), width))


def run(
    connection: psycopg.Connection, sql: str, values: Sequence[Any], types: Sequence[int] = ()
) -> list[tuple[bytes | None, ...]]:
    """Runs a statement whose parameters come as text, of no types or of these."""
    given = [None if value is None else str(value).encode() for value in values]
    result = connection.pgconn.exec_params(sql.encode(), given, types or None)
    if result.status not in {pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK}:
        raise errors.lookup((result.error_field(pq.DiagnosticField.SQLSTATE) or b"").decode())(
            result.error_message.decode()
        )
    width = range(result.nfields)
    return [tuple(result.get_value(row, at) for at in width) for row in range(result.ntuples)]


def test_many_rows_are_inserted_by_one_statement(server: Server) -> None:
    with connect(server) as connection:
        connection.execute("CREATE DOMAIN named AS text CHECK (VALUE <> '')")
        connection.execute("CREATE TYPE shade AS ENUM ('light', 'dark')")
        connection.execute("CREATE TABLE many (id int8 PRIMARY KEY, n named, s shade, at date)")
        count = PARAMETERS_MAX // 4
        values = [
            value
            for at in range(count)
            for value in (at, f"n{at}", "dark" if at % 2 else None, "2024-02-29")
        ]
        run(connection, f"INSERT INTO many VALUES {rows_of(count, 4)}", values)
        counted = "SELECT count(*), sum(id), max(n), count(s), max(at)::text FROM many"
        expected = (count, sum(range(count)), "n9999", count // 2, "2024-02-29")
        assert connection.execute(counted).fetchone() == expected
        connection.commit()
        values[-3] = ""
        with pytest.raises(errors.CheckViolation):
            run(connection, f"INSERT INTO many VALUES {rows_of(count, 4)}", values)
        connection.rollback()
        values[-3], values[-1] = "x", "2024-13-45"
        with pytest.raises(errors.DatetimeFieldOverflow):
            run(connection, f"INSERT INTO many VALUES {rows_of(count, 4)}", values)


def test_values_of_many_parameters(server: Server) -> None:
    with connect(server) as connection:
        numbers = range(PARAMETERS_MAX)
        rows = run(connection, f"VALUES {rows_of(PARAMETERS_MAX, 1, '({}::text)')}", numbers)
        assert rows == [(str(number).encode(),) for number in numbers]
        typed = f"SELECT sum(x), pg_typeof(max(x)) FROM (VALUES {rows_of(9000, 1)}) v(x)"
        assert run(connection, typed, range(9000), [INT8] * 9000) == [(b"40495500", b"bigint")]
        mixed = [INT4, INT8] * 4500
        assert run(connection, typed, range(9000), mixed) == [(b"40495500", b"bigint")]


@pytest.mark.parametrize("operator", ["IN", "NOT IN"])
def test_members_of_many_parameters(server: Server, operator: str) -> None:
    with connect(server) as connection:
        members = ", ".join(f"${at}" for at in range(1, PARAMETERS_MAX + 1))
        test = f"SELECT g FROM generate_series(65530, 65540) g WHERE g {operator} ({members})"
        found = [number for (number,) in run(connection, test, range(PARAMETERS_MAX))]
        inside = [str(number).encode() for number in range(65530, 65535)]
        outside = [str(number).encode() for number in range(65535, 65541)]
        assert found == (inside if operator == "IN" else outside)
