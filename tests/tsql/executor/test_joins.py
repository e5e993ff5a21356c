"""Joins as they run: what each reads, in which order, within which memory; locks; WITH's snapshot."""

import asyncio

import pytest

from tests.tsql.harness import Client, settled
from tsql.database import Database


async def _filled(client: Client) -> None:
    await client.tag(
        "CREATE TABLE users (id int PRIMARY KEY, name text);"
        "CREATE TABLE posts (id int PRIMARY KEY, user_id int, title text);"
        "CREATE INDEX ON posts (user_id);"
        "CREATE TABLE tags (post_id int, tag text, PRIMARY KEY (post_id, tag));"
        "INSERT INTO users SELECT g, 'u' || g FROM generate_series(1, 50) g;"
        "INSERT INTO posts SELECT g, g % 50 + 1, 'p' || g FROM generate_series(1, 200) g;"
        "INSERT INTO tags SELECT g, t FROM generate_series(1, 200) g, unnest('{a,b}'::text[]) t"
    )


async def _items_read(client: Client, sql: str) -> int:
    rows = await client.rows(f"EXPLAIN (ANALYZE, TIMING OFF) {sql}")
    (line,) = [text for (text,) in rows if text.startswith("Items read")]
    return int(line.split(":")[1])


@pytest.mark.parametrize(
    ("sql", "items"),
    [
        ("SELECT 1 FROM posts p JOIN users u ON u.id = p.user_id WHERE p.id = 7", 2),
        ("SELECT 1 FROM users u JOIN posts p ON u.id = p.user_id WHERE u.id = 7", 5),
        ("SELECT 1 FROM users u, posts p, tags t WHERE t.post_id = p.id AND p.id = 3 AND u.id = p.user_id", 4),
        ("SELECT 1 FROM users u LEFT JOIN posts p ON p.user_id = u.id WHERE u.id IN (1, 2)", 10),
        ("SELECT 1 FROM (SELECT user_id AS x, id FROM posts) v JOIN users u ON u.id = v.x WHERE v.id = 9", 2),
        ("SELECT 1 FROM users u JOIN (SELECT user_id, count(*) FROM posts GROUP BY user_id) c ON c.user_id = u.id WHERE u.id = 3", 5),
        ("SELECT 1 FROM posts p JOIN users u ON u.id = p.user_id ORDER BY p.id DESC LIMIT 3", 6),
        ("SELECT 1 FROM posts p LEFT JOIN users u ON u.id = p.user_id ORDER BY p.id LIMIT 3", 6),
        ("SELECT 1 FROM users u JOIN posts p ON p.id = ANY (ARRAY[1, 2]) AND p.user_id = u.id", 4),
        ("SELECT 1 FROM users u LEFT JOIN posts p ON p.id = u.id WHERE p.title = 'p3' AND p.id = 3", 2),
    ],
)  # fmt: skip
async def test_small_inputs_stay_small(alice: Client, sql: str, items: int) -> None:
    await _filled(alice)
    # The first slice of a scan under a LIMIT, and what is joined to it, may be longer.
    read = await _items_read(alice, sql)
    assert read <= items or ("LIMIT" in sql and read <= 2 * 64 + items)


async def test_explain_shows_a_tree(alice: Client) -> None:
    await _filled(alice)
    plan = await alice.plan(
        "SELECT u.name, t.tag FROM users u JOIN posts p ON p.user_id = u.id"
        " LEFT JOIN tags t ON t.post_id = p.id WHERE u.id = 5"
    )
    lines = [line.strip().removeprefix("->  ") for line in plan.splitlines()]
    assert lines == [
        "Nested loop, left join",
        "Nested loop",
        "Get on users u",
        "Key: id = 5",
        "IndexRange on posts p",
        "Index: posts_user_id_idx",
        "Key: user_id = (outer.id)",
        "Answers: from the index alone",
        "KeyRange on tags t",
        "Key: post_id = (outer.id)",
    ]


async def test_a_join_that_needs_too_much_memory_ends_alone(
    database: Database, alice: Client, bob: Client
) -> None:
    await _filled(alice)
    await alice.tag("CREATE TABLE wide (k int, v text)")
    await alice.tag("INSERT INTO wide SELECT g, repeat('x', 2000) FROM generate_series(1, 3000) g")
    database.shared.statement_bytes_max = 1 << 20
    for join in ("ON a.k = b.k", "ON a.k < b.k"):
        error = await alice.error(f"SELECT count(*) FROM wide a JOIN wide b {join}")
        assert error.sqlstate == "53200"
    assert await bob.value("SELECT count(*) FROM users") == 50


async def test_locked_rows_of_a_join_are_read_again(alice: Client, bob: Client) -> None:
    await _filled(alice)
    await bob.tag("BEGIN; UPDATE users SET name = 'new' WHERE id = 4")
    select = "SELECT u.name FROM posts p JOIN users u ON u.id = p.user_id WHERE p.id = 3"
    waiting = asyncio.ensure_future(alice.rows(f"{select} FOR UPDATE OF u"))
    assert not await settled(waiting)
    assert await bob.rows(select) == [("new",)]
    await bob.tag("COMMIT")
    assert await waiting == [("new",)]


async def test_parts_of_one_statement_see_the_state_before_it(alice: Client) -> None:
    await _filled(alice)
    await alice.tag("BEGIN; INSERT INTO users VALUES (60, 'mine')")
    rows = await alice.rows(
        "WITH i AS (INSERT INTO users VALUES (61, 'new') RETURNING id),"
        " d AS (DELETE FROM users WHERE id = 60 RETURNING id)"
        " SELECT id FROM users WHERE id >= 60 ORDER BY id"
    )
    assert rows == [(60,)]
    assert await alice.rows("SELECT id FROM users WHERE id >= 60") == [(61,)]
    await alice.tag("ROLLBACK")
    assert await alice.rows("SELECT id FROM users WHERE id >= 60") == []


async def test_an_update_from_a_join_touches_each_row_once(alice: Client) -> None:
    await _filled(alice)
    sql = "UPDATE users SET name = name || '+' FROM posts WHERE posts.user_id = users.id"
    assert await alice.tag(sql) == "UPDATE 50"
    assert await alice.value("SELECT count(*) FROM users WHERE name LIKE '%+'") == 50
    assert await alice.value("SELECT count(*) FROM users WHERE name LIKE '%++'") == 0


@pytest.mark.parametrize("kind", ["JOIN", "LEFT JOIN"])
async def test_a_few_outer_rows_meet_any_number_of_inner_ones(
    database: Database, alice: Client, kind: str
) -> None:
    await alice.tag("CREATE TABLE long (id int PRIMARY KEY, k int, v text)")
    await alice.tag(
        "INSERT INTO long SELECT g, g % 500, repeat('x', 500) FROM generate_series(1, 5000) g"
    )
    database.shared.statement_bytes_max = 1 << 20
    sql = f"SELECT s.n, count(l.v) FROM (VALUES (1), (2), (999)) s (n) {kind} long l ON l.k = s.n"
    rows = await alice.rows(f"{sql} GROUP BY s.n ORDER BY s.n")
    assert rows == [(1, 10), (2, 10), (999, 0)][: 3 if kind == "LEFT JOIN" else 2]


@pytest.mark.parametrize("count", [999, 1000, 1001, 1500])
async def test_a_hash_join_gives_the_same_whichever_side_it_keeps(
    alice: Client, count: int
) -> None:
    await alice.tag("CREATE TABLE n (k int); CREATE TABLE m (k int, v int)")
    await alice.tag(f"INSERT INTO n SELECT g FROM generate_series(1, {count}) g")
    await alice.tag("INSERT INTO m SELECT g % 2000, g FROM generate_series(1, 4000) g")
    sql = "SELECT n.k, m.v FROM n LEFT JOIN m ON m.k = n.k AND m.v % 3 <> 0"
    rows = await alice.rows(sql)
    expected: list[tuple[int, int | None]] = []
    for k in range(1, count + 1):
        values = [v for v in (k, k + 2000) if v % 3]
        expected += [(k, v) for v in values]
        expected += [] if values else [(k, None)]
    assert rows == expected
