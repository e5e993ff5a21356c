"""Correlated subqueries: what they read, when they run, and that they may wait in mid-expression."""

import asyncio

import pytest

from storage.slices import Slices
from tests.tsql.harness import Client


async def _filled(client: Client) -> None:
    await client.tag(
        "CREATE TABLE o (id int PRIMARY KEY, k int, n numeric);"
        "CREATE TABLE i (id int PRIMARY KEY, k int, n numeric);"
        "INSERT INTO o SELECT g, g % 50, g % 7 FROM generate_series(1, 300) g;"
        "INSERT INTO i SELECT g, g % 40, g % 5 FROM generate_series(1, 200) g"
    )


async def _items_read(client: Client, sql: str) -> int:
    rows = await client.rows(f"EXPLAIN (ANALYZE, TIMING OFF) {sql}")
    (line,) = [text for (text,) in rows if text.startswith("Items read")]
    return int(line.split(":")[1])


@pytest.mark.parametrize(
    "condition",
    [
        "EXISTS (SELECT 1 FROM i WHERE i.k = o.k)",
        "NOT EXISTS (SELECT 1 FROM i WHERE i.k = o.k AND i.n > 2)",
        "EXISTS (SELECT 1 FROM i WHERE i.n = o.n AND i.k = o.k + 1)",
        "o.k IN (SELECT i.k FROM i WHERE i.n = o.n)",
        "o.n NOT IN (SELECT i.n FROM i)",
        "(o.k, o.n) IN (SELECT i.k, i.n FROM i)",
    ],
)
async def test_equalities_are_answered_from_one_run(alice: Client, condition: str) -> None:
    await _filled(alice)
    assert await _items_read(alice, f"SELECT o.id FROM o WHERE {condition}") == 500


async def test_a_subquery_with_a_key_reads_by_it(alice: Client) -> None:
    await _filled(alice)
    sql = "SELECT o.id FROM o WHERE o.id < 11 AND EXISTS (SELECT 1 FROM i WHERE i.id = o.k)"
    assert await _items_read(alice, sql) == 20


async def test_many_calls_by_key_turn_to_a_hash_table(alice: Client) -> None:
    await _filled(alice)
    sql = "SELECT o.id FROM o WHERE EXISTS (SELECT 1 FROM i WHERE i.id = o.id)"
    assert await _items_read(alice, sql) == 300 + 64 + 200
    assert len(await alice.rows(sql)) == 200


async def test_equal_outer_rows_run_a_subquery_once(alice: Client) -> None:
    await _filled(alice)
    sql = "SELECT o.id, (SELECT count(*) FROM i WHERE i.k > o.k) FROM o"
    assert await _items_read(alice, sql) == 300 + 50 * 200


async def test_a_branch_not_taken_runs_nothing(alice: Client) -> None:
    await _filled(alice)
    sql = "SELECT CASE WHEN o.id > 0 THEN 1 ELSE (SELECT i.id FROM i WHERE i.k = o.k) END FROM o"
    assert await _items_read(alice, sql) == 300
    error = await alice.error(sql.replace("o.id > 0", "o.id > 5"))
    assert error.sqlstate == "21000"


async def test_volatile_subqueries_run_for_every_row(alice: Client) -> None:
    await _filled(alice)
    sql = "SELECT count(DISTINCT (SELECT random() + o.k - o.k)) FROM o"
    assert await alice.value(sql) == 300


async def test_a_subquery_may_wait_in_the_middle_of_an_expression(
    alice: Client, bob: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _filled(alice)
    monkeypatch.setattr(Slices, "due", lambda _self: True)
    sql = (
        "SELECT sum((SELECT max(i.n) FROM i WHERE i.k > o.k)"
        " + (SELECT count(*) FROM i WHERE i.id = o.id AND i.k IN (SELECT o.k))) FROM o"
        " WHERE o.id < 20"
    )
    asked = asyncio.ensure_future(alice.value(sql))
    other = await bob.value("SELECT count(*) FROM i")
    assert not asked.done()
    assert (other, await asked) == (200, 95)


async def test_an_error_in_a_subquery_reaches_the_client(alice: Client) -> None:
    await _filled(alice)
    error = await alice.error("SELECT (SELECT 1 / (i.id - 5) FROM i WHERE i.id = o.id) FROM o")
    assert error.sqlstate == "22012"
    assert await alice.value("SELECT count(*) FROM o") == 300


async def test_writes_may_hold_correlated_subqueries(alice: Client) -> None:
    await _filled(alice)
    sql = "UPDATE o SET n = (SELECT count(*) FROM i WHERE i.k = o.k) WHERE o.id <= 2 RETURNING n"
    assert [str(n) for (n,) in await alice.rows(sql)] == ["5", "5"]
    sql = "DELETE FROM o WHERE NOT EXISTS (SELECT 1 FROM i WHERE i.k = o.k)"
    assert await alice.tag(sql) == "DELETE 60"
