"""Random histories: sessions that interleave as chance says, and what each has seen.

Everything that is random comes of one seed: what the sessions do, and when each goes on. The store is in
memory; its syncs end when chance says so, so that commits wait in line, unsynced, for some time.
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from storage.embedded import StoreComponents, StoreSettings
from storage.errors import DatabaseError
from storage.kv.memory_store import MemoryEngine
from storage.kv.store import Isolation
from tests.histories.clients import TABLE, HistoryClient, SqlClient, StoreClient
from tests.histories.graph import INITIAL, History, Record, ViolationError
from tests.storage.database import Database
from tests.storage.engines import ManualSyncer
from tests.tsql.harness import Client
from tsql.database import Database as SqlDatabase
from tsql.database import SessionOptions

SESSIONS = 5
TRANSACTIONS = 20
OPERATIONS_MAX = 8
#: Even keys are there from the beginning and may go; odd ones come and stay.
KEYS = 16
CODES = 6
#: Keys that are only changed under an advisory lock, by reading and adding.
COUNTERS = (100, 102)
#: What ends a transaction of a history, and isn't a fault.
EXPECTED = {"40001", "40P01", "23505"}


@dataclass(frozen=True)
class _Saved:
    """What a transaction had done at its savepoint."""

    own: dict[int, int | None]
    writes: dict[int, list[int]]
    deletions: set[int]
    guarded: list[tuple[int, int | None]]


class Run:
    """One history under way."""

    def __init__(self, seed: int, level: Isolation) -> None:
        self.chance = random.Random(seed)
        self.level = level
        self.history = History([*range(0, KEYS, 2), *COUNTERS])
        self._moment = 0
        self._versions = 0

    def moment(self) -> int:
        self._moment += 1
        return self._moment

    def version(self) -> int:
        self._versions += 1
        return self._versions

    async def step(self) -> None:
        """Lets others go on, for as many turns as chance says."""
        for _ in range(self.chance.choice((0, 0, 1, 2, 5))):
            await asyncio.sleep(0)

    async def session(self, client: HistoryClient) -> None:
        for _ in range(TRANSACTIONS):
            record = Record(len(self.history.records) + 1, self.moment())
            self.history.records.append(record)
            await _Transaction(self, client, record).run()
            await self.step()


class _Transaction:
    """One transaction at work."""

    def __init__(self, run: Run, client: HistoryClient, record: Record) -> None:
        self._run = run
        self._client = client
        self._record = record
        self._own: dict[int, int | None] = {}
        self._saved: _Saved | None = None

    async def run(self) -> None:
        run, client, record = self._run, self._client, self._record
        try:
            await client.begin(run.level)
            for _ in range(run.chance.randint(1, OPERATIONS_MAX)):
                await self._operation()
                await run.step()
            if run.chance.random() < 0.1:
                await client.rollback()
                return
            record.is_committing = True
            await client.commit()
        except DatabaseError as error:
            record.is_committing = False
            await client.rollback()
            if error.sqlstate not in EXPECTED:
                raise
        else:
            record.is_committing = False
            record.is_committed = True
            record.ended = run.moment()

    async def _operation(self) -> None:
        chance = self._run.chance
        kind = chance.choices(
            ("read", "scan", "locked", "update", "insert", "delete", "counter", "save", "undo"),
            (24, 14, 5, 26, 9, 4, 8, 5, 5),
        )[0]
        key = chance.randrange(KEYS)
        match kind:
            case "read":
                self._saw(key, await self._client.read(key))
            case "scan":
                await self._scan()
            case "locked":
                self._saw(key, await self._client.read_locked(key), is_newest=True)
            case "update":
                await self._update(key)
            case "insert":
                await self._insert(key | 1)
            case "delete":
                await self._delete(key & ~1)
            case "counter":
                await self._count(chance.choice(COUNTERS))
            case "save":
                await self._save()
            case _:
                await self._undo()

    # ---- reading -----------------------------------------------------------------------------

    def _saw(self, key: int, found: int | None, *, is_newest: bool = False) -> None:
        if key in self._own:
            if found != self._own[key]:
                raise ViolationError(f"key {key}: {found} instead of the own {self._own[key]}")
        elif found is not None or not is_newest:
            self._record.reads.append((key, found))

    async def _scan(self) -> None:
        chance = self._run.chance
        first, last = sorted((chance.randrange(KEYS), chance.randrange(KEYS)))
        found = await self._client.scan(first, last, reverse=chance.random() < 0.3)
        for key in range(first, last + 1):
            self._saw(key, found.get(key))

    # ---- writing -----------------------------------------------------------------------------

    def _wrote(self, key: int, version: int, *, is_deletion: bool = False) -> None:
        record = self._record
        record.writes.setdefault(key, []).append(version)
        record.written_at[key] = self._run.moment()
        self._own[key] = None if is_deletion else version
        if is_deletion:
            record.deletions.add(version)

    async def _update(self, key: int) -> None:
        version = self._run.version()
        if await self._client.update(key, version):
            self._wrote(key, version)

    async def _insert(self, key: int) -> None:
        version = self._run.version()
        await self._client.insert(key, version, -1 - self._run.chance.randrange(CODES))
        self._wrote(key, version)
        self._record.guarded.append((key, None))

    async def _delete(self, key: int) -> None:
        if await self._client.delete(key):
            self._wrote(key, self._run.version(), is_deletion=True)

    async def _count(self, counter: int) -> None:
        """Changes a counter as an application would: by a lock, a read and a write."""
        if counter in self._own or self._saved is not None:
            return
        await self._client.guard(counter)
        found = await self._client.read(counter)
        self._saw(counter, found)
        await self._run.step()
        version = self._run.version()
        if await self._client.update(counter, version):
            self._wrote(counter, version)
            self._record.guarded.append((counter, found))

    # ---- savepoints --------------------------------------------------------------------------

    async def _save(self) -> None:
        await self._client.savepoint()
        record = self._record
        writes = {key: list(versions) for key, versions in record.writes.items()}
        deletions, guarded = set(record.deletions), list(record.guarded)
        self._saved = _Saved(dict(self._own), writes, deletions, guarded)

    async def _undo(self) -> None:
        if self._saved is None:
            return
        await self._client.rollback_to()
        saved, record = self._saved, self._record
        self._own = dict(saved.own)
        record.writes = {key: list(versions) for key, versions in saved.writes.items()}
        record.deletions = set(saved.deletions)
        record.guarded = list(saved.guarded)


# ---- databases -----------------------------------------------------------------------------------


Components = Callable[[StoreComponents], StoreComponents]


def _plain(components: StoreComponents) -> StoreComponents:
    return components


@contextlib.asynccontextmanager
async def syncing(run: Run, syncer: ManualSyncer) -> AsyncIterator[None]:
    """Ends syncs when chance says so."""

    async def keepsyncing() -> None:
        while True:
            for _ in range(run.chance.choice((1, 3, 9))):
                await asyncio.sleep(0)
            if syncer.is_running:
                syncer.finish()

    task = asyncio.ensure_future(keepsyncing())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        syncer.is_automatic = True
        if syncer.is_running:
            syncer.finish()


async def play(
    seed: int, level: Isolation, swap: Components = _plain, *, by_sql: bool = False
) -> History:
    """Runs a history and checks it. Raises ViolationError."""
    run = Run(seed, level)
    syncer = ManualSyncer()
    components = swap(StoreComponents(make_syncer=lambda _: syncer))
    database = await Database.open(MemoryEngine(), components, StoreSettings(deadlock_timeout_ms=1))
    if by_sql:
        await _play_sql(run, database, syncer)
    else:
        *clients, last = await _store_clients(run, database)
        await _play(run, clients, syncer)
        await _check_end(run, last)
    await database.store.close()
    return run.history


async def _store_clients(run: Run, database: Database) -> list[StoreClient]:
    """Makes the table with its first rows; returns a client for each session, and one more."""
    access = await database.create(TABLE)
    clients = [StoreClient(database, access, number + 1) for number in range(SESSIONS + 1)]
    await clients[-1].begin(Isolation.READ_COMMITTED)
    for key in sorted(run.history.initial):
        await clients[-1].insert(key, INITIAL, key)
    await clients[-1].commit()
    return clients


async def play_until_a_power_cut(seed: int, level: Isolation) -> History:
    """Cuts the power at some moment, opens what is left, and checks the history up to there."""
    run = Run(seed, level)
    syncer = ManualSyncer()
    engine = MemoryEngine()
    components = StoreComponents(make_syncer=lambda _: syncer)
    database = await Database.open(engine, components, StoreSettings(deadlock_timeout_ms=1))
    clients = await _store_clients(run, database)
    syncer.is_automatic = False
    tasks = [asyncio.ensure_future(run.session(client)) for client in clients[:-1]]
    for _ in range(run.chance.randint(20, 600)):
        if syncer.is_running and run.chance.random() < 0.3:
            syncer.finish()
        await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome
    database.store.abandon()
    after = await Database.open(engine.crashed(run.chance.randint(0, engine.unsynced_count)))
    table = after.catalogs.current.table_by_id(clients[0].table_id)
    assert table is not None
    reader = StoreClient(after, after.tables.access(table), SESSIONS + 1)
    await reader.begin(Isolation.READ_COMMITTED)
    run.history.resolve(await reader.scan(0, max(COUNTERS), reverse=False), run.moment())
    await reader.rollback()
    await _check_end(run, reader)
    await after.store.close()
    return run.history


async def _play_sql(run: Run, database: Database, syncer: ManualSyncer) -> None:
    sql = await SqlDatabase.open(database.store)
    sessions = [sql.session(SessionOptions(process_id=n + 1)) for n in range(SESSIONS + 1)]
    clients = [Client(session) for session in sessions]
    await clients[0].tag("CREATE TABLE t (id int PRIMARY KEY, v int8, code int UNIQUE)")
    rows = ", ".join(f"({key}, {INITIAL}, {key})" for key in sorted(run.history.initial))
    await clients[0].tag(f"INSERT INTO t VALUES {rows}")
    await _play(run, [SqlClient(client) for client in clients[:-1]], syncer)
    await _check_end(run, SqlClient(clients[-1]))
    for session in sessions:
        await session.close()
    await sql.close()


async def _play(run: Run, clients: Sequence[HistoryClient], syncer: ManualSyncer) -> None:
    syncer.is_automatic = False
    try:
        async with syncing(run, syncer), asyncio.timeout(60), asyncio.TaskGroup() as group:
            for client in clients:
                group.create_task(run.session(client))
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None


async def _check_end(run: Run, client: HistoryClient) -> None:
    await client.begin(Isolation.READ_COMMITTED)
    found = await client.scan(0, max(COUNTERS), reverse=False)
    await client.rollback()
    run.history.check(run.level)
    if found != run.history.last():
        raise ViolationError(f"the end is {found}, not {run.history.last()}")
