"""ALTER TABLE as part of transactions: all or nothing, waits, other sessions' view, and what is left behind."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from storage.embedded import OpenStore, open_memory_store
from tests.crash.consistency import of_table, strays
from tests.tsql.harness import Client, settled
from tsql.database import Database, SessionOptions

#: Beyond what a transaction keeps in memory.
MANY = 5000


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


async def disagreements(database: Database, store: OpenStore) -> list[str]:
    await store.committer.drain()
    catalogs = database.shared.catalogs
    found = await strays(store, catalogs)
    for table in catalogs.current.tables:
        found += await of_table(store, database.shared.tables.access(table))
    return found


@pytest.fixture(params=[40, MANY], ids=["in memory", "spilled"])
async def count(request: pytest.FixtureRequest, alice: Client) -> int:
    number: int = request.param
    await alice.tag("CREATE TABLE t (a int PRIMARY KEY, b int)")
    await alice.tag("CREATE INDEX t_b ON t (b)")
    await alice.tag(f"INSERT INTO t SELECT g, g % 10 FROM generate_series(1, {number}) g")
    return number


@pytest.mark.parametrize(
    "statements",
    [
        "ALTER TABLE t ALTER b TYPE text; ALTER TABLE t ALTER b TYPE int USING b::int",
        """ALTER TABLE t ALTER b TYPE text; SAVEPOINT s; ALTER TABLE t ALTER a TYPE text;
        ROLLBACK TO s; ALTER TABLE t ALTER b TYPE int USING b::int""",
        """INSERT INTO t SELECT -g, g FROM generate_series(1, {n}) g;
        ALTER TABLE t DROP CONSTRAINT t_pkey; ALTER TABLE t ADD PRIMARY KEY (a);
        DELETE FROM t WHERE a < 0""",
        "CREATE TABLE u (a int PRIMARY KEY); INSERT INTO u SELECT generate_series(1, {n}); DROP TABLE u",
        "CREATE TABLE u (a int UNIQUE); INSERT INTO u SELECT generate_series(1, {n}); TRUNCATE u",
        "SAVEPOINT s; TRUNCATE t; ROLLBACK TO s; INSERT INTO t VALUES (0, 0); DELETE FROM t WHERE a = 0",
    ],
)
@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
async def test_nothing_is_left_of_storages_that_come_and_go(
    database: Database, store: OpenStore, alice: Client, count: int, statements: str, end: str
) -> None:
    answers = await alice.run(f"BEGIN; {statements.replace('{n}', str(count))}; {end}")
    assert [answer.error for answer in answers if answer.error] == []
    assert await disagreements(database, store) == []
    assert await alice.value("SELECT count(*) FROM t") == count
    assert await alice.value("SELECT count(*) FROM t WHERE b = 3") == count // 10


async def test_a_migration_that_fails_half_way_leaves_no_trace(
    database: Database, store: OpenStore, alice: Client, count: int
) -> None:
    before = database.shared.catalogs.current.table("public", "t")
    error = await alice.error(
        "BEGIN; ALTER TABLE t ADD c serial, ALTER b TYPE bigint; CREATE TABLE u (a int);"
        " ALTER TABLE t ADD UNIQUE (b); COMMIT"
    )
    assert error.sqlstate == "23505"
    await alice.run("ROLLBACK")
    assert database.shared.catalogs.current.table("public", "t") == before
    assert database.shared.catalogs.current.relation("public", "u") is None
    assert database.shared.catalogs.current.relation("public", "t_c_seq") is None
    assert await disagreements(database, store) == []
    assert await alice.value("SELECT count(*) FROM t WHERE b = 3") == count // 10


async def test_writers_wait_for_alter_and_alter_for_writers(
    database: Database, store: OpenStore, alice: Client, bob: Client, count: int
) -> None:
    await bob.run("BEGIN; INSERT INTO t VALUES (-1, 3)")
    altering = asyncio.ensure_future(
        alice.tag("ALTER TABLE t ALTER b TYPE text, ADD c int DEFAULT 7")
    )
    assert not await settled(altering)
    await bob.tag("COMMIT")
    assert await altering == "ALTER TABLE"
    assert await bob.rows("SELECT * FROM t WHERE a = -1") == [(-1, "3", 7)]
    await alice.run("BEGIN; ALTER TABLE t ALTER b TYPE int USING b::int, DROP c")
    writing = asyncio.ensure_future(bob.tag("UPDATE t SET b = 4 WHERE a = -1"))
    assert not await settled(writing)
    assert await alice.rows("SELECT * FROM t WHERE a = -1") == [(-1, 3)]
    await alice.tag("COMMIT")
    assert await writing == "UPDATE 1"
    assert await bob.rows("SELECT * FROM t WHERE a = -1") == [(-1, 4)]
    assert await alice.value("SELECT count(*) FROM t") == count + 1
    assert await disagreements(database, store) == []


@pytest.mark.usefixtures("count")
async def test_an_insert_that_waited_takes_the_new_default(alice: Client, bob: Client) -> None:
    await alice.run("BEGIN; ALTER TABLE t ADD c int DEFAULT 5")
    writing = asyncio.ensure_future(bob.rows("INSERT INTO t (a) VALUES (-5) RETURNING *"))
    assert not await settled(writing)
    await alice.tag("COMMIT")
    assert await writing == [(-5, None, 5)]


async def test_repeatable_read_rewrites_rows_that_it_does_not_see(
    database: Database, store: OpenStore, alice: Client, bob: Client, count: int
) -> None:
    await alice.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1")
    await bob.tag("INSERT INTO t VALUES (-1, 3)")
    await alice.run("ALTER TABLE t ALTER b TYPE text; CREATE INDEX t_b2 ON t (b)")
    await alice.tag("COMMIT")
    assert await bob.rows("SELECT * FROM t WHERE a = -1") == [(-1, "3")]
    assert await bob.value("SELECT count(*) FROM t WHERE b = '3'") == count // 10 + 1
    assert await disagreements(database, store) == []


async def test_two_indexes_made_at_once_are_both_there(
    database: Database, store: OpenStore, alice: Client, bob: Client, count: int
) -> None:
    await alice.run("BEGIN; CREATE INDEX one ON t (b, a)")
    other = asyncio.ensure_future(bob.tag("CREATE INDEX two ON t ((b + 1))"))
    await settled(other)
    await alice.tag("COMMIT")
    assert await other == "CREATE INDEX"
    table = database.shared.catalogs.current.table("public", "t")
    assert table is not None
    assert [index.name for index in table.indexes] == ["t_b", "one", "two"]
    assert await disagreements(database, store) == []
    assert await alice.value("SELECT count(*) FROM t WHERE b + 1 = 4") == count // 10


@pytest.mark.parametrize("concurrently", ["", "CONCURRENTLY"])
async def test_a_snapshot_from_before_an_index_is_read_without_it(
    database: Database, alice: Client, bob: Client, concurrently: str
) -> None:
    await alice.tag("CREATE TABLE t (a int PRIMARY KEY, b int)")
    await alice.tag("INSERT INTO t SELECT g, g % 10 FROM generate_series(1, 100) g")
    await bob.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1")
    carol = Client(database.session(SessionOptions(process_id=3)))
    await alice.tag(f"CREATE INDEX {concurrently} t_b ON t (b)")
    await alice.tag("INSERT INTO t VALUES (1000, 3)")
    assert "t_b" in await alice.plan("SELECT * FROM t WHERE b = 3")
    assert await bob.value("SELECT count(*) FROM t WHERE b = 3") == 10
    assert "t_b" not in await bob.plan("SELECT * FROM t WHERE b = 3")
    assert await carol.value("SELECT count(*) FROM t WHERE b = 3") == 11
    assert await bob.tag("UPDATE t SET b = 3 WHERE a = 4") == "UPDATE 1"
    await bob.tag("COMMIT")
    assert await bob.value("SELECT count(*) FROM t WHERE b = 3") == 12
    assert "t_b" in await bob.plan("SELECT * FROM t WHERE b = 3")
    await carol.session.close()
