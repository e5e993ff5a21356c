"""Point statements: what runs at once, what stands in the way, and when the answer may be told."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from storage.embedded import StoreComponents, open_memory_store
from storage.errors import DatabaseError
from storage.kv.memory_store import MemoryEngine
from tests.storage.engines import ManualSyncer, ScriptedEngine
from tests.tsql.harness import Client
from tsql.answer import Answer
from tsql.database import Database, SessionOptions


@pytest.fixture(autouse=True)
async def table(alice: Client) -> None:
    await alice.run("CREATE TABLE t (id int PRIMARY KEY, name text UNIQUE, n serial)")
    await alice.run("INSERT INTO t SELECT g, 'n' || g FROM generate_series(1, 5) g")


async def prepare(client: Client, sql: str, name: str = "s") -> None:
    client.session.close_statement(name)
    await client.session.parse(name, sql, [])
    await client.session.sync(failed=False)


def said(answer: Answer | None) -> Any:
    """Returns rows, tag and error."""
    return answer and (answer.rows, answer.tag, answer.error)


async def told(client: Client, *values: Any, name: str = "s") -> Answer | None:
    """Runs a prepared statement in its point form; None if it has none now."""
    point = client.session.point_statement(name)
    heard: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
    answer = None if point is None else point.run(values, heard.set_result)
    return await heard if answer is not None and answer.is_pending else answer


async def test_reads_and_writes_by_key_have_a_point_form(alice: Client) -> None:
    await prepare(alice, "SELECT name FROM t WHERE id = $1")
    answer = await told(alice, 3)
    assert answer is not None
    assert ([list(row) for row in answer.rows or ()], answer.tag) == ([["n3"]], "SELECT 1")
    await prepare(alice, "UPDATE t SET name = $1 WHERE id = $2 RETURNING id, name")
    answer = await told(alice, "new", 3)
    assert answer is not None
    assert ([list(row) for row in answer.rows or ()], answer.tag) == ([[3, "new"]], "UPDATE 1")
    await prepare(alice, "DELETE FROM t WHERE id = $1")
    assert said(await told(alice, 3)) == (None, "DELETE 1", None)
    assert said(await told(alice, 3)) == (None, "DELETE 0", None)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT set_config('a.b', 'x', false) FROM t WHERE id = 1",
        "SELECT pg_sleep(0) FROM t WHERE id = 1",
        "SELECT name FROM t WHERE id = 1 AND pg_notify('c', 'x') IS NULL",
        "INSERT INTO t VALUES (9, set_config('a.b', 'x', false))",
        "UPDATE t SET name = 'x' WHERE id = 1 RETURNING random()",
        "SELECT name FROM t WHERE id = 1 FOR UPDATE",
        "SELECT count(*) FROM t",
        "BEGIN READ ONLY",
        "COMMIT AND CHAIN",
        "SAVEPOINT a",
    ],
)
async def test_what_needs_more_than_a_call_has_none(alice: Client, sql: str) -> None:
    await prepare(alice, sql)
    assert alice.session.point_statement("s") is None


async def test_the_form_is_the_same_until_something_changes(alice: Client) -> None:
    await prepare(alice, "SELECT * FROM t WHERE id = $1")
    point = alice.session.point_statement("s")
    assert point is alice.session.point_statement("s")
    await alice.run("SET TimeZone = 'Asia/Tokyo'")
    again = alice.session.point_statement("s")
    assert again is not point
    await alice.run("CREATE TABLE other (id int PRIMARY KEY)")
    assert alice.session.point_statement("s") is not again


async def test_a_statement_whose_rows_would_look_otherwise_has_none(alice: Client) -> None:
    await prepare(alice, "SELECT * FROM t WHERE id = $1")
    assert alice.session.point_statement("s") is not None
    await alice.run("DROP TABLE t; CREATE TABLE t (id int PRIMARY KEY, other date)")
    assert alice.session.point_statement("s") is None


async def test_only_without_portals(alice: Client) -> None:
    await prepare(alice, "SELECT name FROM t WHERE id = $1")
    await alice.session.bind("p", "s", [1])
    assert alice.session.point_statement("s") is None
    await alice.session.sync(failed=False)
    assert alice.session.point_statement("s") is not None


async def test_a_read_only_session_writes_nothing(alice: Client) -> None:
    await prepare(alice, "UPDATE t SET name = 'x' WHERE id = 1")
    await alice.run("SET default_transaction_read_only = on")
    assert alice.session.point_statement("s") is None
    await alice.run("RESET default_transaction_read_only")
    assert alice.session.point_statement("s") is not None


async def test_a_row_lock_in_the_way(alice: Client, bob: Client) -> None:
    await prepare(alice, "UPDATE t SET name = 'x' WHERE id = $1")
    await bob.run("BEGIN; SELECT * FROM t WHERE id = 1 FOR UPDATE")
    assert await told(alice, 1) is None
    await bob.run("COMMIT")
    answer = await told(alice, 1)
    assert answer is not None
    assert answer.tag == "UPDATE 1"


async def test_errors_are_answers(alice: Client) -> None:
    await prepare(alice, "INSERT INTO t (id, name) VALUES ($1, $2)")
    codes = []
    for values in ((1, "x"), (9, "n2"), (None, "x")):
        answer = await told(alice, *values)
        assert answer is not None
        assert isinstance(answer.error, DatabaseError)
        codes.append(answer.error.sqlstate)
    assert codes == ["23505", "23505", "23502"]
    await prepare(alice, "SELECT 1 / (id - 1) FROM t WHERE id = $1")
    answer = await told(alice, 1)
    assert answer is not None
    assert isinstance(answer.error, DatabaseError)
    assert answer.error.sqlstate == "22012"


async def test_sequences_lose_no_values(alice: Client) -> None:
    await prepare(alice, "INSERT INTO t (id, name) VALUES ($1, NULL), ($2, NULL) RETURNING n")
    numbers = []
    for key in range(10, 200, 2):
        answer = await told(alice, key, key + 1)
        if answer is None:
            result = await alice.extended(
                "INSERT INTO t (id, name) VALUES ($1, NULL), ($2, NULL) RETURNING n", (key, key + 1)
            )
            numbers += [row[0] for row in result.rows]
        else:
            numbers += [row[0] for row in answer.rows or ()]
    assert numbers == list(range(6, 6 + len(numbers)))


async def test_a_text_is_run_by_its_template(alice: Client) -> None:
    session = alice.session
    for key in (1, 2):
        assert session.point_text(f"SELECT name FROM t WHERE id = {key}") is None
        await alice.run(f"SELECT name FROM t WHERE id = {key}")
    found = session.point_text("SELECT name FROM t WHERE id = 3")
    assert found is not None
    point, values = found
    assert values == (3,)
    assert said(point.run(values, lambda _: None)) == ([("n3",)], "SELECT 1", None)


class Slow:
    """A database whose syncs the test ends."""

    def __init__(self, database: Database, syncer: ManualSyncer) -> None:
        self.client = Client(database.session(SessionOptions(process_id=7)))
        self.syncer = syncer


@pytest.fixture
async def slow() -> AsyncIterator[Slow]:
    syncer = ManualSyncer()
    engine = ScriptedEngine(MemoryEngine())
    store = await open_memory_store(
        engine, components=StoreComponents(make_syncer=lambda _: syncer)
    )
    database = await Database.open(store)
    made = Slow(database, syncer)
    await made.client.run("CREATE TABLE t (id int PRIMARY KEY, n int)")
    await made.client.run("INSERT INTO t VALUES (1, 1)")
    yield made
    syncer.is_automatic = True
    if syncer.is_running:
        syncer.finish()
    await made.client.session.close()
    await database.close()
    await store.close()


async def test_a_write_is_told_after_its_sync_even_if_cancelled(slow: Slow) -> None:
    client, syncer = slow.client, slow.syncer
    await prepare(client, "UPDATE t SET n = n + $1 WHERE id = 1")
    syncer.is_automatic = False
    telling = asyncio.ensure_future(told(client, 1))
    while not syncer.is_running:  # noqa: ASYNC110 - the committer has no event for it
        await asyncio.sleep(0)
    client.session.cancel("57014", "canceling statement due to user request")
    assert not telling.done()
    assert await client.rows("SELECT n FROM t WHERE id = 1") == [(1,)]
    syncer.is_automatic = True
    syncer.finish()
    assert said(await telling) == (None, "UPDATE 1", None)
    # The cancellation came too late for this statement, and doesn't hit the next one.
    assert await client.rows("SELECT n, pg_sleep(0) FROM t") == [(2, "")]


async def test_an_error_that_tells_of_an_unsynced_row_waits_too(slow: Slow) -> None:
    client, syncer = slow.client, slow.syncer
    await prepare(client, "INSERT INTO t VALUES ($1, 1)")
    syncer.is_automatic = False
    first = asyncio.ensure_future(told(client, 2))
    while not syncer.is_running:  # noqa: ASYNC110 - the committer has no event for it
        await asyncio.sleep(0)
    second = asyncio.ensure_future(told(client, 2))
    await asyncio.sleep(0)
    assert not second.done()
    syncer.finish()
    refused = await second
    assert refused is not None
    assert isinstance(refused.error, DatabaseError)
    assert refused.error.sqlstate == "23505"
    assert said(await first) == (None, "INSERT 0 1", None)
