"""Which access path a statement takes, as EXPLAIN names it."""

import pytest

from tests.tsql.harness import Client


@pytest.fixture(autouse=True)
async def tables(alice: Client) -> None:
    await alice.run(
        """
        CREATE TABLE t (a int, b int, c text, d numeric, at date, PRIMARY KEY (a, b));
        CREATE INDEX t_c ON t (c) INCLUDE (d);
        CREATE INDEX t_d ON t (d DESC);
        CREATE UNIQUE INDEX t_at ON t (at);
        CREATE TABLE docs (id int PRIMARY KEY, doc jsonb, live bool);
        CREATE INDEX docs_city ON docs ((doc->>'city'));
        CREATE INDEX docs_live ON docs (id) WHERE live;
        CREATE TABLE hashed (a int, b int, PRIMARY KEY (a, b)) WITH (scheme = 'hash');
        CREATE TABLE nokey (a int);
        """
    )


@pytest.mark.parametrize(
    ("sql", "path", "key"),
    [
        ("SELECT * FROM t WHERE a = 1 AND b = 2", "Get on t", "(a = 1) AND (b = 2)"),
        ("SELECT * FROM t WHERE (a, b) = (1, 2)", "Get on t", None),
        ("SELECT * FROM t WHERE a = 1::int8 AND b = '2'", "Get on t", None),
        ("SELECT * FROM t WHERE a IN (1, 2) AND b = 2", "MultiGet on t", None),
        ("SELECT * FROM t WHERE a = ANY ('{1,2}') AND b IN (3, 4)", "MultiGet on t", None),
        ("SELECT * FROM t WHERE a = 1 OR a = 3", "KeyRange on t", None),
        ("SELECT * FROM t WHERE a = 1", "KeyRange on t", "a = 1"),
        ("SELECT * FROM t WHERE a = 1 AND b >= 2 AND b < 9", "KeyRange on t", None),
        ("SELECT * FROM t WHERE a > 3", "KeyRange on t", "a > 3"),
        ("SELECT * FROM t WHERE (a, b) > (1, 2) ORDER BY a, b LIMIT 5", "KeyRange on t", None),
        ("SELECT * FROM t WHERE b = 2", "Scan on t", None),
        ("SELECT * FROM t WHERE a + 0 = 1", "Scan on t", None),
        ("SELECT * FROM t WHERE a = b", "Scan on t", None),
        ("SELECT * FROM t WHERE a = random()::int", "Scan on t", None),
        ("SELECT * FROM t WHERE c = 'x'", "IndexRange on t", "c = 'x'"),
        ("SELECT * FROM t WHERE c LIKE 'x%'", "IndexRange on t", "c ~~ 'x%'"),
        ("SELECT * FROM t WHERE d > 1 AND d <= 2", "IndexRange on t", None),
        ("SELECT * FROM t WHERE at = '2024-01-01'", "IndexGet on t", None),
        ("SELECT * FROM t WHERE at = timestamp '2024-01-01'", "IndexGet on t", None),
        ("SELECT * FROM t WHERE at IS NULL", "IndexRange on t", "at IS NULL"),
        ("SELECT * FROM docs WHERE doc->>'city' = 'Oslo'", "IndexRange on docs", None),
        ("SELECT * FROM docs WHERE doc->>'town' = 'Oslo'", "Scan on docs", None),
        ("SELECT * FROM hashed WHERE a = 1", "KeyRange on hashed", "a = 1"),
        ("SELECT * FROM hashed WHERE a > 1", "Scan on hashed", None),
        ("SELECT * FROM nokey WHERE a = 1", "Scan on nokey", None),
        ("UPDATE t SET c = 'x' WHERE a = 1 AND b = 2", "Get on t", None),
        ("DELETE FROM t WHERE a = 1", "KeyRange on t", None),
        ("SELECT * FROM t WHERE a = (SELECT 1) AND b = 2", "Get on t", None),
    ],
)
async def test_path(alice: Client, sql: str, path: str, key: str | None) -> None:
    plan = await alice.plan(sql)
    assert path in plan
    if key is not None:
        assert f"Key: {key}" in plan


@pytest.mark.parametrize(
    ("sql", "has_sort", "is_backward"),
    [
        ("SELECT * FROM t ORDER BY a, b", False, False),
        ("SELECT * FROM t ORDER BY a DESC, b DESC", False, True),
        ("SELECT * FROM t ORDER BY a, b DESC", True, False),
        ("SELECT * FROM t WHERE a = 1 ORDER BY b DESC", False, True),
        ("SELECT * FROM t WHERE a = 1 ORDER BY a, b", False, False),
        ("SELECT * FROM t WHERE a IN (1, 2) ORDER BY b", True, False),
        ("SELECT * FROM t WHERE a IN (1, 2) ORDER BY a, b", False, False),
        ("SELECT * FROM t WHERE d > 0 ORDER BY d DESC", False, False),
        ("SELECT * FROM t WHERE d > 0 ORDER BY d", False, True),
        ("SELECT * FROM t ORDER BY c LIMIT 3", False, False),
        ("SELECT * FROM t ORDER BY c NULLS FIRST LIMIT 3", True, False),
        ("SELECT * FROM t ORDER BY c DESC LIMIT 3", False, True),
        ("SELECT * FROM t ORDER BY c", True, False),
        ("SELECT * FROM hashed ORDER BY a, b", True, False),
        ("SELECT * FROM hashed WHERE a = 1 ORDER BY b", False, False),
    ],
)
async def test_order_of_a_key_saves_the_sort(
    alice: Client, sql: str, *, has_sort: bool, is_backward: bool
) -> None:
    plan = await alice.plan(sql)
    assert ("Sort" in plan) is has_sort
    assert ("Direction: backward" in plan) is is_backward


async def test_index_that_has_all_columns_answers_alone(alice: Client) -> None:
    assert "from the index alone" in await alice.plan("SELECT c, d, a FROM t WHERE c = 'x'")
    assert "from the index alone" not in await alice.plan("SELECT c, at FROM t WHERE c = 'x'")
    await alice.run("INSERT INTO t VALUES (1, 2, 'x', 1.50), (1, 3, NULL, 2)")
    assert [
        tuple(map(str, row)) for row in await alice.rows("SELECT c, d, a FROM t WHERE c = 'x'")
    ] == [("x", "1.50", "1")]


async def test_min_and_max_read_one_row(alice: Client) -> None:
    await alice.run("INSERT INTO t SELECT g, g, 'c' || g, g, NULL FROM generate_series(1, 500) g")
    plan = await alice.plan("(ANALYZE, TIMING OFF) SELECT max(a) FROM t")
    assert "Items read: 1\n" in plan
    assert await alice.rows("SELECT min(d) FROM t") == [(1,)]
    assert await alice.rows("SELECT max(b) FROM t WHERE a = 7") == [(7,)]
    assert await alice.rows("SELECT max(at) FROM t") == [(None,)]


async def test_partial_index_serves_what_it_covers(alice: Client) -> None:
    await alice.run("INSERT INTO docs SELECT g, '{}', g % 2 = 0 FROM generate_series(1, 10) g")
    assert await alice.value("SELECT count(*) FROM docs WHERE live AND id < 5") == 2


async def test_limit_reads_no_more_than_it_needs(alice: Client) -> None:
    await alice.run("INSERT INTO t SELECT g, g, 'c', g, NULL FROM generate_series(1, 500) g")
    plan = await alice.plan("(ANALYZE, TIMING OFF) SELECT * FROM t ORDER BY a, b LIMIT 3")
    assert "Items read: 3\n" in plan


async def test_index_entries_are_counted_once(alice: Client) -> None:
    await alice.run(
        "INSERT INTO t SELECT g, g, 'c' || g % 2, g % 5, NULL FROM generate_series(1, 50) g"
    )
    plan = await alice.plan("(ANALYZE, TIMING OFF) SELECT * FROM t WHERE d = 3")
    assert "Items read: 10\n" in plan
    assert "Index entries read: 10\n" in plan
    covered = await alice.plan("(ANALYZE, TIMING OFF) SELECT d FROM t WHERE c = 'c1'")
    assert "Items read: 0\n" in covered
    assert "Index entries read: 25\n" in covered


async def test_json_format(alice: Client) -> None:
    text = await alice.value("EXPLAIN (FORMAT JSON) SELECT * FROM t WHERE a = 1 AND d > 2")
    for part in ('"Node Type": "KeyRange"', '"Relation Name": "t"', '"Key Condition": "a = 1"'):
        assert part in text


@pytest.mark.parametrize(
    ("options", "sqlstate", "message"),
    [
        ("FOO", "42601", 'unrecognized EXPLAIN option "foo"'),
        ("ANALYZE maybe", "42601", "analyze requires a Boolean value"),
        ("FORMAT tree", "22023", 'unrecognized value for EXPLAIN option "format": "tree"'),
    ],
)
async def test_bad_explain_options(
    alice: Client, options: str, sqlstate: str, message: str
) -> None:
    error = await alice.error(f"EXPLAIN ({options}) SELECT 1")
    assert (error.sqlstate, error.message) == (sqlstate, message)
