"""Foreign keys where the moment matters: commits that aren't durable yet, and queues that grow long."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from storage.constraints import queue
from storage.embedded import StoreComponents, open_memory_store
from storage.errors import DatabaseError
from tests.storage.engines import ManualSyncer
from tests.tsql.harness import Client
from tsql.database import Database, SessionOptions


class Slow:
    """A database whose commits become durable when the test says so."""

    def __init__(self, database: Database, syncer: ManualSyncer) -> None:
        self._database = database
        self._count = 0
        self.syncer = syncer

    def client(self) -> Client:
        self._count += 1
        return Client(self._database.session(SessionOptions(process_id=self._count)))

    async def finish(self, *tasks: "asyncio.Task[Any]") -> list[Any]:
        """Lets syncs end, one after the other, until the tasks are done."""
        while not all(task.done() for task in tasks):
            await asyncio.sleep(0)
            if self.syncer.is_running:
                self.syncer.finish()
        self.syncer.is_automatic = True
        return await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
async def slow() -> AsyncIterator[Slow]:
    syncer = ManualSyncer()
    store = await open_memory_store(components=StoreComponents(make_syncer=lambda _loop: syncer))
    yield Slow(await Database.open(store), syncer)
    syncer.is_automatic = True
    if syncer.is_running:
        syncer.finish()
    await store.close()


async def _waiting(client: Client, sql: str) -> "asyncio.Task[Any]":
    """Starts a statement, and returns when it waits."""
    task = asyncio.ensure_future(client.tag(sql))
    for _ in range(10):
        await asyncio.sleep(0)
    assert not task.done()
    return task


@pytest.mark.parametrize(
    "sql", ["DELETE FROM p", "UPDATE p SET id = 2", "BEGIN; DELETE FROM p WHERE id = 1; COMMIT"]
)
async def test_a_row_that_is_not_durable_yet_counts(slow: Slow, sql: str) -> None:
    alice, bob = slow.client(), slow.client()
    await alice.tag("CREATE TABLE p (id int PRIMARY KEY)")
    await alice.tag("CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p)")
    await alice.tag("INSERT INTO p VALUES (1)")
    slow.syncer.is_automatic = False
    inserting = await _waiting(alice, "INSERT INTO c VALUES (1, 1)")
    deleting = await _waiting(bob, sql)
    inserted, error = await slow.finish(inserting, deleting)
    assert inserted == "INSERT 0 1"
    assert isinstance(error, DatabaseError)
    assert error.sqlstate == "23503"


async def test_a_row_below_a_cascade_counts(slow: Slow) -> None:
    alice, bob = slow.client(), slow.client()
    await alice.tag("CREATE TABLE a (id int PRIMARY KEY)")
    await alice.tag("CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a ON DELETE CASCADE)")
    await alice.tag("CREATE TABLE c (id int PRIMARY KEY, b int REFERENCES b)")
    await alice.tag("INSERT INTO a VALUES (1)")
    await alice.tag("INSERT INTO b VALUES (1, 1)")
    slow.syncer.is_automatic = False
    inserting = await _waiting(alice, "INSERT INTO c VALUES (1, 1)")
    deleting = await _waiting(bob, "DELETE FROM a")
    _, error = await slow.finish(inserting, deleting)
    assert isinstance(error, DatabaseError)
    assert error.sqlstate == "23503"
    assert await bob.rows("SELECT * FROM b") == [(1, 1)]


async def test_a_referenced_row_that_is_not_durable_yet_is_there(slow: Slow) -> None:
    alice, bob = slow.client(), slow.client()
    await alice.tag("CREATE TABLE p (id int PRIMARY KEY)")
    await alice.tag("CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p)")
    slow.syncer.is_automatic = False
    inserting = await _waiting(alice, "INSERT INTO p VALUES (1)")
    referring = await _waiting(bob, "INSERT INTO c VALUES (1, 1)")
    assert await slow.finish(inserting, referring) == ["INSERT 0 1", "INSERT 0 1"]


SCRIPT = (
    "CREATE TABLE p (id int PRIMARY KEY)",
    "CREATE TABLE tree (id int PRIMARY KEY, up int REFERENCES tree ON DELETE CASCADE)",
    "CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p ON DELETE CASCADE ON UPDATE CASCADE)",
    "CREATE TABLE n (id int PRIMARY KEY, p int REFERENCES p ON DELETE SET NULL)",
    "CREATE TABLE r (id int PRIMARY KEY, p int REFERENCES p)",
    "CREATE TABLE l (c int REFERENCES c ON DELETE CASCADE)",
    "CREATE TABLE d (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED)",
    "CREATE TABLE u (id int PRIMARY KEY DEFERRABLE)",
    "INSERT INTO tree SELECT n, 400 - n FROM generate_series(1, 399) n",
    "INSERT INTO tree VALUES (1000, 1001), (1001, 1002)",
    "INSERT INTO p SELECT generate_series(1, 300)",
    "INSERT INTO c SELECT n, n % 300 + 1 FROM generate_series(1, 900) n",
    "INSERT INTO c SELECT 1000 + n, 250 + n FROM generate_series(1, 100) n",
    "INSERT INTO n SELECT n, n % 300 + 1 FROM generate_series(1, 300) n",
    "INSERT INTO r SELECT n, n FROM generate_series(1, 20) n",
    "INSERT INTO l SELECT n FROM generate_series(1, 900) n",
    "INSERT INTO d SELECT n FROM generate_series(301, 400) n",
    "INSERT INTO d SELECT n FROM generate_series(200, 300) n",
    "DELETE FROM p WHERE id > 10",
    "DELETE FROM p WHERE id > 250",
    "DELETE FROM d",
    "DELETE FROM p WHERE id > 250",
    "UPDATE p SET id = -id WHERE id BETWEEN 100 AND 200",
    "UPDATE p SET id = -id WHERE id BETWEEN 10 AND 200",
    "DELETE FROM tree WHERE id > 390",
    "INSERT INTO u SELECT generate_series(1, 200)",
    "UPDATE u SET id = id + 1",
    "INSERT INTO u SELECT generate_series(100, 400)",
)
SUMS = (
    "SELECT count(*), sum(id) FROM p",
    "SELECT count(*), sum(id), sum(up) FROM tree",
    "SELECT count(*), sum(id), sum(p) FROM c",
    "SELECT count(*), sum(id), sum(p), count(p) FROM n",
    "SELECT count(*), sum(c) FROM l",
    "SELECT count(*), sum(p) FROM d",
    "SELECT count(*), sum(id) FROM u",
)


async def _outcome(client: Client) -> list[Any]:
    found: list[Any] = []
    for sql in SCRIPT:
        try:
            found.append(await client.tag(sql))
        except DatabaseError as error:
            found.append((error.sqlstate, error.message))
    for sql in SUMS:
        found += await client.rows(sql)
    return found


async def test_a_long_queue_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = []
    for long_count in (10_000, 7):
        monkeypatch.setattr(queue, "LONG_COUNT", long_count)
        store = await open_memory_store()
        outcomes.append(
            await _outcome(Client((await Database.open(store)).session(SessionOptions())))
        )
        await store.close()
    assert outcomes[0] == outcomes[1]
    assert outcomes[0].count("DELETE 50") == 1


async def test_too_many_events_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "EVENT_COUNT_MAX", 50)
    store = await open_memory_store()
    client = Client((await Database.open(store)).session(SessionOptions()))
    await client.tag("CREATE TABLE p (id int PRIMARY KEY)")
    await client.tag("CREATE TABLE d (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED)")
    with pytest.raises(DatabaseError) as error:
        await client.tag("INSERT INTO d SELECT generate_series(1, 100)")
    assert error.value.sqlstate == "53200"
    assert await client.rows("SELECT * FROM d") == []
    await store.close()
