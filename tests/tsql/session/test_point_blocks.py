"""Point statements in transaction blocks: the short way says and does what the long way does."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from storage.embedded import StoreComponents, open_memory_store
from storage.errors import DatabaseError
from storage.kv.memory_store import MemoryEngine
from tests.storage.engines import ManualSyncer, ScriptedEngine
from tests.tsql.harness import Client
from tsql.answer import Answer
from tsql.api import TransactionStatus
from tsql.database import Database, SessionOptions

SCHEMA = """
    CREATE TABLE p (id int PRIMARY KEY, name text);
    CREATE TABLE t (id int PRIMARY KEY, n int, u int UNIQUE, name text CHECK (name <> 'bad'));
    CREATE INDEX t_n ON t (n);
    CREATE TABLE c (id serial PRIMARY KEY, p int REFERENCES p, v int NOT NULL);
    CREATE TABLE l (id serial PRIMARY KEY, p int REFERENCES p DEFERRABLE INITIALLY DEFERRED);
    CREATE TABLE h (n int, at timestamptz);
    INSERT INTO p SELECT g, 'p' || g FROM generate_series(1, 3) g;
    INSERT INTO t SELECT g, g, g, 't' || g FROM generate_series(1, 4) g;
"""
#: Statements with up to two parameters.
STATEMENTS = {
    "read": "SELECT id, n, u, name FROM t WHERE id = $1",
    "read_index": "SELECT id, name FROM t WHERE u = $1",
    "read_range": "SELECT id, n FROM t WHERE id >= $1 AND id < $2 ORDER BY id DESC",
    "read_some": "SELECT id, n FROM t WHERE id IN ($1, $2)",
    "read_fail": "SELECT 6 / (id - $1) FROM t WHERE id = $2",
    "read_lock": "SELECT id FROM t WHERE id = $1 FOR UPDATE",
    "count": "SELECT count(*), sum(n) FROM t",
    "update": "UPDATE t SET n = n + $1 WHERE id = $2",
    "update_unique": "UPDATE t SET u = $1 WHERE id = $2 RETURNING u",
    "update_key": "UPDATE t SET id = $1 WHERE id = $2",
    "update_where": "UPDATE t SET n = 0 WHERE id = $1 AND n = $2 RETURNING *",
    "update_parent": "UPDATE p SET name = 'x' WHERE id = $1",
    "insert": "INSERT INTO t VALUES ($1, $2, $1, 'new')",
    "insert_two": "INSERT INTO t (id) VALUES ($1), ($2)",
    "insert_child": "INSERT INTO c (p, v) VALUES ($1, $2) RETURNING id",
    "insert_late": "INSERT INTO l (p) VALUES ($1) RETURNING id",
    "insert_hidden": "INSERT INTO h VALUES ($1, now())",
    "insert_bad": "INSERT INTO t VALUES ($1, $2, NULL, 'bad')",
    "delete": "DELETE FROM t WHERE id = $1 RETURNING name",
    "delete_parent": "DELETE FROM p WHERE id = $1",
    "same_time": "SELECT now() = min(at) FROM h",
}
STEPS = [
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "END",
    "START TRANSACTION",
    "SAVEPOINT s",
    "ROLLBACK TO s",
    "RELEASE s",
    "BEGIN READ ONLY",
    "BEGIN ISOLATION LEVEL REPEATABLE READ",
    "SET CONSTRAINTS ALL IMMEDIATE",
    "SET LOCAL extra_float_digits = 0",
    "ALTER TABLE t ADD COLUMN more int",
]


def parameter_count(sql: str) -> int:
    return sum(f"${number}" in sql for number in (1, 2))


@dataclass
class Side:
    """A database, and two sessions that are asked in the short way where they may be."""

    takes_points: bool
    clients: list[Client] = field(default_factory=list)
    answered_at_once: int = 0

    async def ask(self, who: int, name: str, values: tuple[int, ...], *, is_simple: bool) -> Any:
        """Returns all that is to be seen of a statement's outcome."""
        client = self.clients[who]
        sql = STATEMENTS.get(name, name)
        values = values[: parameter_count(sql)]
        if is_simple:
            for number, value in enumerate(values, 1):
                sql = sql.replace(f"${number}", str(value))
            outcome = await self._simple(client, sql)
        else:
            outcome = await self._prepared(client, name, values)
        return outcome, client.session.status, client.notices()

    async def _simple(self, client: Client, sql: str) -> Any:
        found = client.session.point_text(sql) if self.takes_points else None
        answer = None if found is None else await told(found[0], found[1])
        if answer is None:
            # Rows may have been told before a deferred constraint fails the commit.
            last = (await client.run(sql))[-1]
            return last.rows, last.tag, seen(last.error)
        return self._seen(client, answer)

    async def _prepared(self, client: Client, name: str, values: tuple[int, ...]) -> Any:
        session = client.session
        point = session.point_statement(name) if self.takes_points else None
        answer = None if point is None else await told(point, values)
        if answer is not None:
            return self._seen(client, answer)
        try:
            await session.bind("", name, values)
            result = await session.execute("", 0, sync_follows=True)
            rows = [tuple(row) for row in result.rows or ()]
            assert result.stream is None
            await session.sync(failed=False)
        except DatabaseError as error:
            session.reveal(error)
            await session.sync(failed=True)
            return [], "", seen(error)
        return rows, result.tag, None

    def _seen(self, client: Client, answer: Answer) -> Any:
        self.answered_at_once += 1
        if answer.error is not None:
            client.session.reveal(answer.error)
        return [tuple(row) for row in answer.rows or ()], answer.tag, seen(answer.error)

    def locks(self) -> list[Any]:
        entries = self.clients[0].session._state.database.store.locks.entries()
        return sorted((e.process_id, e.key, e.mode, e.is_granted) for e in entries)

    async def rows(self) -> Any:
        """All rows, and what the sequences would give next."""
        return [await self.clients[0].rows(f"SELECT * FROM {table}") for table in "ptcl"]


def seen(error: Exception | None) -> Any:
    if error is None:
        return None
    assert isinstance(error, DatabaseError), error
    return error.sqlstate, error.message, error.detail


async def told(point: Any, values: tuple[Any, ...]) -> Answer | None:
    """Runs a point form; the answer when it may be told."""
    heard: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
    answer: Answer | None = point.run(values, heard.set_result)
    return await heard if answer is not None and answer.is_pending else answer


async def open_side(*, takes_points: bool) -> tuple[Side, Any]:
    store = await open_memory_store()
    database = await Database.open(store)
    side = Side(takes_points)
    for number in (1, 2):
        side.clients.append(Client(database.session(SessionOptions(process_id=number))))
    await side.clients[0].run(SCHEMA)
    for client in side.clients:
        await client.run("SET lock_timeout = 1")
        for name, sql in [*STATEMENTS.items(), *[(step, step) for step in STEPS]]:
            await client.session.parse(name, sql, [23] * parameter_count(sql))
            await client.session.sync(failed=False)
    # Texts are run by templates from the third time on.
    for sql in [*STATEMENTS.values()]:
        for _ in range(2):
            await side.clients[1].run("BEGIN")
            await side.clients[1].run(sql.replace("$1", "2").replace("$2", "2"))
            await side.clients[1].run("ROLLBACK")

    async def close() -> None:
        for client in side.clients:
            await client.session.close()
        await database.close()
        await store.close()

    return side, close


ASKED = st.tuples(
    st.integers(0, 1),
    st.one_of(
        st.sampled_from(["BEGIN", "COMMIT"]),
        st.sampled_from(STEPS),
        *[st.sampled_from([*STATEMENTS])] * 4,
    ),
    st.tuples(st.integers(1, 6), st.integers(1, 6)),
    st.booleans(),
)


@settings(max_examples=60, deadline=None)
@example([(1, "insert_late", (4, 1), False)] * 4)
@given(st.lists(ASKED, max_size=25))
def test_the_short_way_is_the_long_way(program: list[Any]) -> None:
    asyncio.run(compare(program))


async def compare(program: list[Any]) -> None:
    (short, close_short), (long, close_long) = [
        await open_side(takes_points=takes) for takes in (True, False)
    ]
    for who, name, values, is_simple in program:
        outcomes = [
            await side.ask(who, name, values, is_simple=is_simple) for side in (short, long)
        ]
        assert outcomes[0] == outcomes[1], (who, name, values, is_simple)
        assert short.locks() == long.locks(), (who, name, values, is_simple)
    for side in (short, long):
        for client in side.clients:
            await client.run("ROLLBACK")
            client.notices()
    assert await short.rows() == await long.rows()
    await close_short()
    await close_long()


# ---- what takes the short way, and what doesn't ---------------------------------------------------


@pytest.fixture
async def side() -> AsyncIterator[Side]:
    opened, close = await open_side(takes_points=True)
    yield opened
    await close()


async def test_a_whole_transaction_at_once(side: Side) -> None:
    for is_simple in (False, True, True):
        side.answered_at_once = 0
        for name in ("BEGIN", "update", "read", "insert_child", "insert_hidden", "COMMIT"):
            outcome, *_ = await side.ask(0, name, (1, 2), is_simple=is_simple)
            assert outcome[2] is None
    assert side.answered_at_once == 6
    assert await side.clients[1].value("SELECT n FROM t WHERE id = 2") == 5


@pytest.mark.parametrize("begin", ["BEGIN ISOLATION LEVEL REPEATABLE READ", "BEGIN READ ONLY"])
async def test_blocks_with_modes_go_the_long_way(side: Side, begin: str) -> None:
    await side.ask(0, begin, (), is_simple=False)
    await side.ask(0, "update", (1, 2), is_simple=False)
    assert side.answered_at_once == 0


async def test_a_lock_in_the_way(side: Side) -> None:
    for who in (0, 1):
        await side.ask(who, "BEGIN", (), is_simple=False)
    await side.ask(0, "update", (1, 2), is_simple=False)
    side.answered_at_once = 0
    outcome, status, _ = await side.ask(1, "update", (1, 2), is_simple=False)
    assert side.answered_at_once == 0
    assert outcome[2][0] == "55P03"
    assert status is TransactionStatus.FAILED


async def test_a_statement_that_finds_nothing_locks_nothing(side: Side) -> None:
    await side.ask(0, "BEGIN", (), is_simple=False)
    await side.ask(0, "update_where", (2, 77), is_simple=False)
    await side.ask(0, "update", (1, 99), is_simple=False)
    assert side.answered_at_once == 3
    assert (await side.ask(1, "update", (1, 2), is_simple=False))[0][1] == "UPDATE 1"


async def test_an_error_ends_the_block_at_once(side: Side) -> None:
    await side.ask(0, "BEGIN", (), is_simple=False)
    await side.ask(0, "update", (1, 2), is_simple=False)
    outcome, status, _ = await side.ask(0, "insert", (2, 2), is_simple=False)
    assert (outcome[2][0], status) == ("23505", TransactionStatus.FAILED)
    assert not side.locks()
    outcome, status, _ = await side.ask(0, "COMMIT", (), is_simple=False)
    assert (outcome[1], status) == ("ROLLBACK", TransactionStatus.IDLE)


async def test_a_finished_portal_can_be_asked_again(side: Side) -> None:
    session = side.clients[0].session
    await side.ask(0, "BEGIN", (), is_simple=False)
    await side.ask(0, "read", (2, 2), is_simple=False)
    again = await session.execute("", 0)
    assert (list(again.rows or ()), again.tag) == ([], "SELECT 0")
    await side.ask(0, "update", (1, 2), is_simple=False)
    with pytest.raises(DatabaseError, match="cannot be run"):
        await session.execute("", 0)


# ---- syncs that take time ------------------------------------------------------------------------


@dataclass
class Slow:
    """A database whose syncs the test ends."""

    alice: Client
    bob: Client
    syncer: ManualSyncer


@pytest.fixture
async def slow() -> AsyncIterator[Slow]:
    syncer = ManualSyncer()
    store = await open_memory_store(
        ScriptedEngine(MemoryEngine()), components=StoreComponents(make_syncer=lambda _: syncer)
    )
    database = await Database.open(store)
    clients = [Client(database.session(SessionOptions(process_id=n))) for n in (1, 2)]
    made = Slow(clients[0], clients[1], syncer)
    await made.alice.run("CREATE TABLE t (id int PRIMARY KEY, n int)")
    await made.alice.run("INSERT INTO t VALUES (1, 1), (2, 2)")
    for client in clients:
        for name, sql in (
            ("update", "UPDATE t SET n = n + 1 WHERE id = $1 RETURNING n"),
            ("begin", "BEGIN"),
            ("commit", "COMMIT"),
        ):
            await client.session.parse(name, sql, [])
            await client.session.sync(failed=False)
    yield made
    syncer.is_automatic = True
    if syncer.is_running:
        syncer.finish()
    for client in clients:
        await client.session.close()
    await database.close()
    await store.close()


def begun(client: Client, name: str, *values: Any) -> tuple[Answer, list[Answer]]:
    """Runs a point form; returns the answer, and the list of answers that have been told."""
    heard: list[Answer] = []
    point = client.session.point_statement(name)
    assert point is not None
    answer = point.run(values, heard.append)
    assert answer is not None
    return answer, heard


async def running(syncer: ManualSyncer) -> None:
    while not syncer.is_running:  # noqa: ASYNC110 - the committer has no event for it
        await asyncio.sleep(0)


async def test_what_tells_of_an_unsynced_commit_waits_for_it_in_a_block(slow: Slow) -> None:
    begun(slow.bob, "begin")
    slow.syncer.is_automatic = False
    written, told_written = begun(slow.alice, "update", 1)
    assert written.is_pending
    seen_new, told_new = begun(slow.bob, "update", 1)
    assert seen_new.is_pending
    other, _ = begun(slow.bob, "update", 2)
    assert not other.is_pending or slow.bob.session._control.txn is not None
    await running(slow.syncer)
    assert not told_written
    assert not told_new
    slow.syncer.is_automatic = True
    slow.syncer.finish()
    assert [list(row) for row in told_new[0].rows or ()] == [[3]]
    assert told_written


async def test_what_others_have_not_touched_needs_no_wait(slow: Slow) -> None:
    begun(slow.bob, "begin")
    slow.syncer.is_automatic = False
    begun(slow.alice, "update", 1)
    await running(slow.syncer)
    other, _ = begun(slow.bob, "update", 2)
    assert not other.is_pending


async def test_a_commit_is_told_after_its_sync(slow: Slow) -> None:
    begun(slow.alice, "begin")
    begun(slow.alice, "update", 1)
    slow.syncer.is_automatic = False
    answer, told_commit = begun(slow.alice, "commit")
    assert answer.is_pending
    await running(slow.syncer)
    assert not told_commit
    assert await slow.bob.rows("SELECT n FROM t WHERE id = 1") == [(1,)]
    slow.syncer.is_automatic = True
    slow.syncer.finish()
    assert [(answer.tag, answer.error) for answer in told_commit] == [("COMMIT", None)]
    assert slow.alice.session.status is TransactionStatus.IDLE
    assert await slow.bob.rows("SELECT n FROM t WHERE id = 1") == [(2,)]
