"""DuckDB's session: what it reaches, and what it doesn't."""

import pathlib

import duckdb
import pyarrow as pa
import pytest

from storage.columns.duck_session import DuckSession


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
