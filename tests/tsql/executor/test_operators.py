"""Operators: sorts, groups and DISTINCT, within their memory and in slices."""

import pytest

from tests.tsql.harness import Client
from tsql.database import Database


@pytest.fixture(autouse=True)
async def table(alice: Client) -> None:
    await alice.run("CREATE TABLE t (a int PRIMARY KEY, b int, c text)")
    await alice.run(
        "INSERT INTO t SELECT g, (g * 7919) % 1000, repeat('x', 50) FROM generate_series(1, 5000) g"
    )


async def test_sort_merges_its_runs(alice: Client) -> None:
    rows = await alice.rows("SELECT b, a FROM t ORDER BY b DESC, a")
    assert rows == sorted(rows, key=lambda row: (-row[0], row[1]))
    assert len(rows) == 5000


async def test_first_rows_are_those_of_the_whole_sort(alice: Client) -> None:
    whole = await alice.rows("SELECT b, a FROM t ORDER BY b, a")
    assert await alice.rows("SELECT b, a FROM t ORDER BY b, a LIMIT 7 OFFSET 3") == whole[3:10]
    assert await alice.rows("SELECT b, a FROM t ORDER BY b, a OFFSET 4990") == whole[4990:]
    assert await alice.rows("SELECT b, a FROM t ORDER BY b, a LIMIT 0") == []


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("SELECT * FROM t ORDER BY c, b", "sort"),
        ("SELECT DISTINCT a, c FROM t", "DISTINCT"),
        ("SELECT a, count(*) FROM t GROUP BY a", "GROUP BY"),
        ("SELECT array_agg(c) FROM t", "aggregate"),
        ("SELECT string_agg(c, '' ORDER BY b) FROM t", "aggregate"),
        ("DELETE FROM t RETURNING *", "RETURNING clause"),
    ],
)
async def test_memory_is_bounded(alice: Client, database: Database, sql: str, what: str) -> None:
    database.shared.statement_bytes_max = 1 << 17
    error = await alice.error(sql)
    assert (error.sqlstate, error.message) == ("53200", "out of memory")
    assert what in (error.detail or "")
    assert await alice.value("SELECT count(*) FROM t") == 5000


async def test_limit_ends_an_endless_source(alice: Client) -> None:
    rows = await alice.rows(
        "SELECT g FROM generate_series(1, 2000000000) g WHERE g % 7 = 0 LIMIT 3"
    )
    assert rows == [(7,), (14,), (21,)]


@pytest.mark.parametrize(
    ("sql", "sqlstate"),
    [
        ("SELECT 1 LIMIT -1", "2201W"),
        ("SELECT 1 OFFSET -1", "2201X"),
        ("SELECT (SELECT a FROM t)", "21000"),
        ("SELECT a FROM t WHERE 1 / (a - a) = 1", "22012"),
    ],
)
async def test_faults_while_running(alice: Client, sql: str, sqlstate: str) -> None:
    assert (await alice.error(sql)).sqlstate == sqlstate


async def test_subqueries_run_once(alice: Client) -> None:
    await alice.run("CREATE SEQUENCE s")
    await alice.rows("SELECT (SELECT nextval('s')), a FROM t")
    assert await alice.value("SELECT nextval('s')") == 2


async def test_functions_in_the_target_list(alice: Client) -> None:
    assert await alice.rows("SELECT generate_series(1, 3), generate_series(1, 2), 'x'") == [
        (1, 1, "x"),
        (2, 2, "x"),
        (3, None, "x"),
    ]


async def test_condition_without_columns_is_tested_once(alice: Client) -> None:
    plan = await alice.plan("(ANALYZE, TIMING OFF) SELECT * FROM t WHERE 1 = 0")
    assert "Items read: 0" in plan
    assert await alice.tag("UPDATE t SET b = 0 WHERE false") == "UPDATE 0"
    assert await alice.tag("DELETE FROM t WHERE NULL") == "DELETE 0"


async def test_long_lists_of_parameters_are_read_once(alice: Client) -> None:
    """Neither IN nor NOT IN looks at each of its members for each row: that would take a minute."""
    members = ", ".join(f"${at}" for at in range(1, 4001))
    evens = await alice.value("SELECT count(*) FROM t WHERE b % 2 = 0")
    for column in ("b", "b::numeric", "b::float8", "b::text"):
        quote = "'" if column == "b::text" else ""
        values = ", ".join(f"{quote}{number}{quote}" for number in range(0, 8000, 2))
        counts = []
        for operator in ("IN", "NOT IN"):
            counted = f"SELECT count(*) FROM t WHERE {column} {operator} ({members})"
            await alice.run(f"PREPARE p AS {counted}")
            counts.append(await alice.value(f"EXECUTE p ({values})"))
            await alice.run("DEALLOCATE p")
        assert counts == [evens, 5000 - evens]
    await alice.run("PREPARE p AS SELECT count(*) FROM t WHERE b NOT IN ($1, $2)")
    assert await alice.value("EXECUTE p (1, NULL)") == 0
