"""Indexes built and dropped while others write: who waits for whom, and that entries agree with rows."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable

import pytest

from storage.embedded import OpenStore, open_memory_store
from storage.errors import DatabaseError
from storage.schema import ElementState, Index
from tests.crash.consistency import of_table, strays
from tests.tsql.harness import Client, settled
from tsql.database import Database, SessionOptions

INDEXES = {
    "plain": "INDEX CONCURRENTLY built ON t (b)",
    "descending, two columns": "INDEX CONCURRENTLY built ON t (b DESC NULLS LAST, c)",
    "expression": "INDEX CONCURRENTLY built ON t ((b % 7), lower(c))",
    "partial": "INDEX CONCURRENTLY built ON t (c) INCLUDE (b) WHERE b > 10",
    "unique": "UNIQUE INDEX CONCURRENTLY built ON t (u)",
}


async def _disagreements(database: Database, store: OpenStore) -> list[str]:
    catalogs = database.shared.catalogs
    table = catalogs.current.table("public", "t")
    assert table is not None
    found = await of_table(store, database.shared.tables.access(table))
    return found + await strays(store, catalogs)


def _index(database: Database, name: str) -> Index | None:
    table = database.shared.catalogs.current.table("public", "t")
    assert table is not None
    return next((index for index in table.indexes if index.name == name), None)


@pytest.fixture
async def store() -> AsyncIterator[OpenStore]:
    opened = await open_memory_store()
    yield opened
    await opened.close()


@pytest.fixture
async def database(store: OpenStore) -> AsyncIterator[Database]:
    opened = await Database.open(store)
    yield opened
    await opened.close()


@pytest.fixture(autouse=True)
async def rows(alice: Client) -> None:
    await alice.tag("CREATE TABLE t (a int PRIMARY KEY, b int, c text, u int)")
    await alice.tag(
        "INSERT INTO t SELECT g, g % 50, 'C' || g % 9, g FROM generate_series(1, 600) g"
    )


async def until(condition: Callable[[], bool]) -> None:
    """Lets others run until the condition holds."""
    for _ in range(10_000_000):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never comes to that")


class Writer:
    """A session that changes random rows, in autocommit and in transactions, until told to stop."""

    def __init__(self, database: Database, number: int, *, distinct: bool) -> None:
        self.client = Client(database.session(SessionOptions(process_id=100 + number)))
        self.random = random.Random(number)
        self.number = number
        self.distinct = distinct
        self.steps = 0
        self.statement_count = 0
        self.is_stopping = False

    async def run(self) -> None:
        while not self.is_stopping:
            statements = [self.statement() for _ in range(self.random.choice((1, 1, 4)))]
            if len(statements) > 1:
                end = self.random.choice(("COMMIT", "ROLLBACK"))
                statements = ["BEGIN", *statements, end]
            for statement in statements:
                await self.client.run(statement)
                await asyncio.sleep(0)
            self.steps += 1
        await self.client.run("ROLLBACK")
        await self.client.session.close()

    def statement(self) -> str:
        pick = self.random.randrange
        key, value = pick(1, 700), pick(60)
        self.statement_count += 1
        unique = str(pick(200))
        if self.distinct:
            unique = f"{self.number * 100_000 + self.statement_count} * 1000"
        return self.random.choice(
            (
                f"UPDATE t SET b = {value}, u = {unique} WHERE a = {key}",
                f"UPDATE t SET c = 'K{value}' WHERE a = {key}",
                f"UPDATE t SET a = {pick(1, 700)} WHERE a = {key}",
                f"UPDATE t SET u = {unique} + a WHERE b = {value} AND a % 5 = 0",
                f"DELETE FROM t WHERE a = {key}",
                f"INSERT INTO t VALUES ({key}, {value}, 'N', {unique})",
                f"UPDATE t SET b = b + 1 WHERE a BETWEEN {key} AND {key} + 20",
            )
        )


async def _under_load(database: Database, alice: Client, sql: str, *, distinct: bool) -> list[str]:
    """Runs a statement of alice's while others write; returns the errors, retrying deadlocks."""
    writers = [Writer(database, number, distinct=distinct) for number in range(1, 6)]
    tasks = [asyncio.ensure_future(writer.run()) for writer in writers]
    await until(lambda: all(writer.steps > 3 for writer in writers))
    answers = await alice.run(sql)
    before = [writer.steps for writer in writers]
    await until(lambda: all(w.steps > n + 3 for w, n in zip(writers, before, strict=True)))
    for writer in writers:
        writer.is_stopping = True
    await asyncio.gather(*tasks)
    return [answer.error.sqlstate for answer in answers if answer.error is not None]


@pytest.mark.parametrize("definition", INDEXES.values(), ids=INDEXES)
async def test_an_index_agrees_with_rows_that_change_meanwhile(
    database: Database, store: OpenStore, alice: Client, definition: str
) -> None:
    assert await _under_load(database, alice, f"CREATE {definition}", distinct=True) == []
    assert await _disagreements(database, store) == []
    built = _index(database, "built")
    assert built is not None
    assert built.state is ElementState.PUBLIC
    errors = await _under_load(database, alice, "REINDEX INDEX CONCURRENTLY built", distinct=True)
    assert errors == []
    assert await _disagreements(database, store) == []
    again = _index(database, "built")
    assert again is not None
    assert again.storage_id != built.storage_id
    assert _index(database, "built_ccnew") is None
    errors = await _under_load(database, alice, "DROP INDEX CONCURRENTLY built", distinct=True)
    assert errors == []
    assert await _disagreements(database, store) == []


async def test_duplicates_leave_an_invalid_index(
    database: Database, store: OpenStore, alice: Client
) -> None:
    errors = await _under_load(
        database, alice, "CREATE UNIQUE INDEX CONCURRENTLY built ON t (u)", distinct=False
    )
    assert errors == ["23505"]
    assert await _disagreements(database, store) == []
    left = _index(database, "built")
    assert left is not None
    assert left.state is ElementState.DELETE_ONLY
    assert "Scan" in await alice.plan("SELECT * FROM t WHERE u = 3")
    await alice.tag("DELETE FROM t x WHERE a > 100")
    await alice.tag("UPDATE t SET u = a")
    await alice.tag("REINDEX INDEX built")
    assert await _disagreements(database, store) == []
    assert "built" in await alice.plan("SELECT * FROM t WHERE u = 3")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE t SET u = -1 WHERE a = 5000",
        "DELETE FROM t WHERE a = 5000",
        "BEGIN; UPDATE t SET u = -1 WHERE a = 5000; COMMIT",
        "BEGIN; DELETE FROM t WHERE a >= 5000; COMMIT",
    ],
)
async def test_a_duplicate_that_goes_in_time_takes_no_entry_of_another(
    database: Database, store: OpenStore, alice: Client, bob: Client, sql: str
) -> None:
    await alice.tag("INSERT INTO t SELECT g, 1, 'x', g FROM generate_series(1000, 4000) g")
    await alice.tag("INSERT INTO t VALUES (5000, 1, 'x', 1)")  # as the row with a = 1 has
    build = asyncio.ensure_future(
        alice.tag("CREATE UNIQUE INDEX CONCURRENTLY built ON t (u) INCLUDE (b)")
    )
    running = database.shared.builds.running
    await until(lambda: any(progress.row_count for progress in running.values()))
    assert [answer.error for answer in await bob.run(sql)].count(None) >= 1
    assert await build == "CREATE INDEX"
    assert await _disagreements(database, store) == []


async def test_the_build_waits_for_writers_and_no_writer_for_it(
    database: Database, alice: Client, bob: Client
) -> None:
    carol = Client(database.session(SessionOptions(process_id=3)))
    await bob.tag("BEGIN")
    await bob.tag("UPDATE t SET b = 1000 WHERE a = 1")
    build = asyncio.ensure_future(alice.tag("CREATE INDEX CONCURRENTLY built ON t (b)"))
    running = database.shared.builds.running
    await until(lambda: any(progress.lockers_total for progress in running.values()))
    (progress,) = running.values()
    assert (progress.lockers_done, progress.lockers_total) == (0, 1)
    assert await carol.tag("UPDATE t SET b = 1001 WHERE a = 2") == "UPDATE 1"
    await carol.run("BEGIN; UPDATE t SET b = 1002 WHERE a = 3; COMMIT")
    await bob.tag("COMMIT")
    assert await build == "CREATE INDEX"
    assert await carol.rows("SELECT a FROM t WHERE b >= 1000 ORDER BY b") == [(1,), (2,), (3,)]
    await carol.session.close()


async def test_other_ddl_waits_for_the_build(
    alice: Client, bob: Client, database: Database
) -> None:
    carol = Client(database.session(SessionOptions(process_id=3)))
    await bob.run("BEGIN; UPDATE t SET b = 1000 WHERE a = 1")
    build = asyncio.ensure_future(alice.tag("CREATE INDEX CONCURRENTLY built ON t (b)"))
    assert not await settled(build)
    other = asyncio.ensure_future(carol.tag("ALTER TABLE t ADD COLUMN d int"))
    assert not await settled(other)
    await bob.tag("ROLLBACK")
    assert await build == "CREATE INDEX"
    assert await other == "ALTER TABLE"
    await carol.session.close()


async def test_a_circle_with_the_build_is_a_deadlock(
    database: Database, alice: Client, bob: Client
) -> None:
    await bob.run("BEGIN; UPDATE t SET b = 1000 WHERE a = 1")
    build = asyncio.ensure_future(alice.error("CREATE INDEX CONCURRENTLY built ON t (b)"))
    running = database.shared.builds.running
    await until(lambda: any(progress.lockers_total for progress in running.values()))
    other = asyncio.ensure_future(bob.tag("ALTER TABLE t ADD COLUMN d int"))
    done, _ = await asyncio.wait({build, other}, return_when=asyncio.FIRST_COMPLETED)
    if build in done:
        assert build.result().sqlstate == "40P01"
        assert await other == "ALTER TABLE"
    else:
        with pytest.raises(DatabaseError, match="deadlock detected"):
            other.result()
        await bob.run("ROLLBACK")
        build.cancel()


async def test_a_cancelled_build_leaves_an_invalid_index(
    database: Database, store: OpenStore, alice: Client, bob: Client
) -> None:
    await bob.run("BEGIN; UPDATE t SET b = 1000 WHERE a = 1")
    build = asyncio.ensure_future(alice.error("CREATE INDEX CONCURRENTLY built ON t (b)"))
    running = database.shared.builds.running
    await until(lambda: any(progress.lockers_total for progress in running.values()))
    alice.session.cancel("57014", "canceling statement due to user request")
    assert (await build).sqlstate == "57014"
    await bob.tag("COMMIT")
    assert database.shared.builds.running == {}
    left = _index(database, "built")
    assert left is not None
    assert left.state is ElementState.DELETE_ONLY
    await alice.tag("DROP INDEX CONCURRENTLY built")
    assert await _disagreements(database, store) == []


async def test_an_error_in_an_expression_leaves_an_invalid_index(
    database: Database, alice: Client
) -> None:
    error = await alice.error("CREATE INDEX CONCURRENTLY built ON t ((100 / (b - 3)))")
    assert error.sqlstate == "22012"
    left = _index(database, "built")
    assert left is not None
    assert left.state is ElementState.DELETE_ONLY
    assert await alice.tag("UPDATE t SET b = 3 WHERE a = 4") == "UPDATE 1"


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE INDEX CONCURRENTLY ON t (b)",
        "REINDEX TABLE CONCURRENTLY t",
        "REINDEX DATABASE terrascale",
        "DROP INDEX CONCURRENTLY t_b",
    ],
)
async def test_online_ddl_is_refused_in_a_transaction(alice: Client, sql: str) -> None:
    await alice.run("CREATE INDEX t_b ON t (b)")
    await alice.run("BEGIN")
    assert (await alice.error(sql)).sqlstate == "25001"


async def test_a_build_goes_on_after_a_restart(store: OpenStore, database: Database) -> None:
    """The server ends between two slices; the next one finishes, without doing all again."""
    client = Client(database.session(SessionOptions(process_id=1)))
    builds = database.shared.builds
    build = asyncio.ensure_future(client.tag("CREATE INDEX CONCURRENTLY built ON t (b)"))
    await until(lambda: any(each.row_count > 100 for each in builds.running.values()))
    build.cancel()
    with pytest.raises(asyncio.CancelledError):
        await build
    await client.session.close()
    again = await Database.open(store)
    left = _index(again, "built")
    assert left is not None
    assert left.state is ElementState.BACKFILLING
    bob = Client(again.session(SessionOptions(process_id=2)))
    await bob.tag("UPDATE t SET b = 77 WHERE a IN (1, 300, 600)")
    outcomes = [outcome async for outcome in again.continue_builds()]
    assert outcomes == ['index "built" is built']
    assert await _disagreements(again, store) == []
    assert "built" in await bob.plan("SELECT a FROM t WHERE b = 77")
    assert await bob.rows("SELECT a FROM t WHERE b = 77 ORDER BY a") == [(1,), (300,), (600,)]
    assert [outcome async for outcome in again.continue_builds()] == []
    await again.close()
