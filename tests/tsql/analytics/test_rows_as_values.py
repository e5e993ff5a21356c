"""Columns of composite and row types, and whole rows, are nothing that the columnar path takes."""

import pytest

from storage.embedded import open_memory_store
from tests.tsql.analytics.both_paths import BothPaths
from tests.tsql.analytics.duck import session
from tests.tsql.harness import Client
from tsql.database import Database, SessionOptions

SETUP = """
    CREATE TYPE pair AS (a int, b text);
    CREATE TABLE t (id int PRIMARY KEY, n numeric);
    CREATE TABLE u (k int PRIMARY KEY, p pair, ps pair[], r t);
    INSERT INTO u VALUES (1, ROW(1, 'x'), ARRAY[ROW(1, 'x')::pair], ROW(1, 2)), (2, ROW(NULL, NULL), '{}', NULL)
"""
STATEMENTS = (
    "SELECT p FROM u",
    "SELECT r FROM u",
    "SELECT ps FROM u",
    "SELECT u FROM u",
    "SELECT count(r) FROM u",
    "SELECT count(*) FROM u WHERE p IS NULL",
    "SELECT count(*) FROM u WHERE u IS NOT NULL",
    "SELECT sum((r).n) FROM u",
    "SELECT p, count(*) FROM u GROUP BY p",
    "SELECT k FROM u ORDER BY p",
    "SELECT count(*) FROM u a JOIN u b ON a.p = b.p",
    "SELECT count(DISTINCT p) FROM u",
    "SELECT cardinality(ps) FROM u",
    "SELECT k FROM u WHERE p = ROW(1, 'x')::pair",
    "SELECT p::text FROM u",
    "SELECT to_jsonb(r) FROM u",
)


@pytest.mark.parametrize("sql", STATEMENTS)
async def test_rows_as_values_are_left_to_the_key_path(sql: str) -> None:
    store = await open_memory_store()
    database = await Database.open(store)
    client = Client(database.session(SessionOptions(process_id=1)))
    await client.run(SETUP)
    outcome = await BothPaths(client, session()).compare(sql)
    assert outcome is not None
    assert outcome.word == "untranslated", outcome.text
    await client.session.close()
    await database.close()
    await store.close()


async def test_a_field_of_a_whole_row_is_its_column() -> None:
    store = await open_memory_store()
    database = await Database.open(store)
    client = Client(database.session(SessionOptions(process_id=1)))
    await client.run("CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t VALUES (1, 5)")
    outcome = await BothPaths(client, session()).compare("SELECT sum((t).n) FROM t")
    assert outcome is not None
    assert outcome.word == "same", outcome.text
    await client.session.close()
    await database.close()
    await store.close()
