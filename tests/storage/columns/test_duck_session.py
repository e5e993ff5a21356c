"""DuckDB's session: what it reaches, and what it doesn't."""

import pathlib
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from storage.columns.duck_session import DuckSession
from storage.columns.reader import MADE, ROW_COUNT


@pytest.fixture
def session(tmp_path: pathlib.Path) -> DuckSession:
    (tmp_path / "beside.csv").write_text("1\n")
    return DuckSession(tmp_path, memory_bytes=200 << 20, temporary_bytes=1 << 30, threads=1)


def rows(session: DuckSession, sql: str) -> list[dict[str, object]]:
    tables = {"t0": pa.table({"c0": [1, 2, 3]})}
    try:
        result: list[dict[str, object]] = session.run(sql, tables, [], 1000).read_all().to_pylist()
        return result
    finally:
        session.release()


def test_it_answers_over_registered_tables(session: DuckSession) -> None:
    assert rows(session, "SELECT sum(c0)::BIGINT AS s FROM t0") == [{"s": 6}]
    assert rows(session, "SELECT count(*) AS n FROM t0") == [{"n": 3}]


def test_dead_rows_are_left_out(session: DuckSession) -> None:
    dead = pa.table({"c0": [1, 2, 3, 4], "live": [True, False, True, False]})
    plain = pa.table({"c0": [5, 6]})
    for table, total in ((dead, 4), (plain, 11), (dead, 4), (dead, 4), (plain, 11)):
        found = session.run("SELECT sum(c0)::BIGINT AS s FROM t0", {"t0": table}, [], 100)
        assert found.read_all().to_pylist() == [{"s": total}]
        session.release()


def test_tables_of_one_schema_follow_one_another(session: DuckSession) -> None:
    sql = "SELECT count(*) AS n, min(a.c0) AS c FROM t0 a, t0 b, t1 c WHERE a.c0 = b.c0 AND a.c0 = c.c0"
    for first in range(100):
        t0 = pa.table({"c0": pa.chunked_array([[first], [first + 1, first + 2]])})
        t1 = pa.table({"c0": [first + 1]})
        found = session.run(sql, {"t0": t0, "t1": t1}, [], 100).read_all().to_pylist()
        assert found == [{"n": 1, "c": first + 1}]
        session.release()
    kept = pa.total_allocated_bytes()
    for width in range(1, 100):
        columns = {f"c{n}": pa.nulls(100_000, pa.int64()) for n in range(width)}
        sql = f"SELECT count(c{width - 1}) AS n FROM t0"
        found = session.run(sql, {"t0": pa.table(columns)}, [], 100).read_all().to_pylist()
        assert found == [{"n": 0}]
        session.release()
        del columns
    assert pa.total_allocated_bytes() < kept + (1 << 20)


class Explaining:
    """A connection that has each query explained before it runs."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.plan = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def sql(self, text: str, **options: Any) -> Any:
        self.plan = self._connection.sql(f"EXPLAIN {text}", **options).fetchall()[0][1]
        return self._connection.sql(text, **options)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) AS n FROM t0 AS a JOIN t1 AS b ON a.c0 = b.c0",
        "SELECT count(*) AS n FROM t1 AS b WHERE b.c0 IN (SELECT a.c0 FROM t0 AS a)",
        "SELECT count(*) AS n FROM (SELECT a.c0 FROM t0 AS a) AS a JOIN (VALUES (1), (2)) AS b (c0) ON a.c0 = b.c0",
    ],
)
def test_what_is_joined_is_known_to_be_large(
    session: DuckSession, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    explaining = Explaining(session._connection)
    monkeypatch.setattr(session, "_connection", explaining)
    tables = {"t0": pa.table({"c0": range(54_321)}), "t1": pa.table({"c0": [1, 2]})}
    for _ in range(2):
        chosen = {name: table for name, table in tables.items() if f" {name} " in sql}
        assert session.run(sql, chosen, [], 100).read_all().to_pylist() == [{"n": 2}]
        session.release()
        assert "~54,321 rows" in explaining.plan


def test_more_tables_than_there_are_views(session: DuckSession) -> None:
    tables = {f"t{number}": pa.table({f"c{number}": [number]}) for number in range(80)}
    sql = "SELECT " + " + ".join(f"c{n}" for n in range(80)) + " AS n FROM " + ", ".join(tables)
    assert session.run(sql, tables, [], 100).read_all().to_pylist() == [{"n": 79 * 40}]
    session.release()


def test_rows_of_which_nothing_is_read(session: DuckSession) -> None:
    made = {ROW_COUNT: "70000", MADE: '{"k0": "true"}'}
    table = pa.table({}).replace_schema_metadata(made)
    for sql in ("SELECT count(*) AS n FROM t0 WHERE t0.k0", "SELECT count(*) AS n FROM t0"):
        assert session.run(sql, {"t0": table}, [], 100).read_all().to_pylist() == [{"n": 70000}]
    plain = pa.table({}).replace_schema_metadata({ROW_COUNT: "3"})
    rows = session.run("SELECT 1 AS one FROM t0", {"t0": plain}, [], 100).read_all().to_pylist()
    assert rows == [{"one": 1}] * 3


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM 'beside.csv'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM glob('/*')",
        "COPY (SELECT 1) TO '/tmp/out.csv'",
        "ATTACH '/tmp/other.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "EXPORT DATABASE '/tmp/out'",
        "SET threads = 4",
        "SET memory_limit = '100GB'",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "SELECT * FROM session",  # a variable of this very function's caller
    ],
)
def test_it_reaches_nothing_else(session: DuckSession, sql: str) -> None:
    with pytest.raises(duckdb.Error):
        rows(session, sql)


def test_division_is_postgresqls(session: DuckSession) -> None:
    assert rows(session, "SELECT 7 / 2 AS q") == [{"q": 3}]
    with pytest.raises(duckdb.Error, match="zero"):
        rows(session, "SELECT 1 / (c0 - 1) FROM t0")
