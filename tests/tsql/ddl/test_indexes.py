"""CREATE INDEX, DROP INDEX, TRUNCATE."""

import pytest

from tests.tsql.harness import Client
from tsql.database import Database


@pytest.fixture(autouse=True)
async def table(alice: Client) -> None:
    await alice.run("CREATE TABLE t (a int PRIMARY KEY, b int, c text UNIQUE)")
    await alice.run("INSERT INTO t SELECT g, g % 3, 'c' || g FROM generate_series(1, 20) g")


async def test_names(alice: Client, database: Database) -> None:
    for columns in ("a, (b + 1), lower(c)", "(b + 1), (b + 2)", "b DESC"):
        await alice.tag(f"CREATE INDEX ON t ({columns})")
    await alice.tag("CREATE INDEX ON t (b) INCLUDE (a)")
    table = database.shared.catalogs.current.table("public", "t")
    assert table is not None
    assert [index.name for index in table.indexes] == [
        "t_c_key",
        "t_a_expr_lower_idx",
        "t_expr_expr1_idx",
        "t_b_idx",
        "t_b_a_idx",
    ]


@pytest.mark.parametrize(
    ("sql", "sqlstate", "message"),
    [
        ("CREATE INDEX ON t (z)", "42703", 'column "z" does not exist'),
        ("CREATE INDEX ON nope (z)", "42P01", 'relation "nope" does not exist'),
        ("CREATE INDEX t ON t (a)", "42P07", 'relation "t" already exists'),
        ("CREATE INDEX ON t USING gin (a)", "0A000", 'access method "gin" is not supported'),
        ("CREATE INDEX ON t USING foo (a)", "42704", 'access method "foo" does not exist'),
        (
            "CREATE INDEX ON t ((random()))",
            "42P17",
            "functions in index expression must be marked IMMUTABLE",
        ),
        ("CREATE UNIQUE INDEX u ON t (b)", "23505", 'could not create unique index "u"'),
        ("CREATE INDEX ON t_c_key (a)", "42809", 'cannot create index on relation "t_c_key"'),
        ("DROP INDEX t", "42809", '"t" is not an index'),
        ("DROP TABLE t_c_key", "42809", '"t_c_key" is not a table'),
        (
            "DROP INDEX t_c_key",
            "2BP01",
            "cannot drop index t_c_key because constraint t_c_key on table t requires it",
        ),
        ("DROP INDEX nope", "42704", 'index "nope" does not exist'),
        ("DROP TABLE t, nope", "42P01", 'table "nope" does not exist'),
        ("TRUNCATE nope", "42P01", 'relation "nope" does not exist'),
    ],
)
async def test_faults(alice: Client, sql: str, sqlstate: str, message: str) -> None:
    error = await alice.error(sql)
    assert (error.sqlstate, error.message) == (sqlstate, message)
    assert await alice.value("SELECT count(*) FROM t") == 20


async def test_index_over_rows_that_are_there(alice: Client) -> None:
    await alice.run("CREATE INDEX ON t (b, c DESC)")
    assert "IndexRange" in await alice.plan("SELECT a FROM t WHERE b = 2")
    assert await alice.value("SELECT count(*) FROM t WHERE b = 2") == 7
    await alice.run("UPDATE t SET b = 2 WHERE a = 1; DELETE FROM t WHERE a = 2")
    assert await alice.value("SELECT count(*) FROM t WHERE b = 2") == 7


async def test_row_that_moves_within_a_list_of_ranges_is_updated_once(alice: Client) -> None:
    await alice.run("CREATE INDEX ON t (b)")
    assert "IndexRange" in await alice.plan("UPDATE t SET b = b + 1 WHERE b IN (0, 1, 2)")
    assert await alice.tag("UPDATE t SET b = b + 1 WHERE b IN (0, 1, 2)") == "UPDATE 20"
    assert await alice.rows("SELECT b, count(*) FROM t GROUP BY b ORDER BY b") == [
        (1, 6),
        (2, 7),
        (3, 7),
    ]


async def test_truncate_empties_table_and_indexes(alice: Client) -> None:
    await alice.run("TRUNCATE t")
    assert await alice.rows("SELECT * FROM t WHERE c = 'c1'") == []
    assert await alice.tag("INSERT INTO t VALUES (1, 1, 'c1')") == "INSERT 0 1"
    assert await alice.rows("SELECT a FROM t WHERE c = 'c1'") == [(1,)]
