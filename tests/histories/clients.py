"""Clients of a history: the same operations by the store's own interface, and by SQL."""

from collections.abc import Callable
from typing import Any, Protocol

from storage.deadlocks import advisory_key
from storage.kv.store import Isolation, Transaction
from storage.lock_modes import LockMode
from storage.table import TableAccess
from storage.types import Kind
from tests.storage.database import Database
from tests.storage.tables import table, with_index
from tests.tsql.harness import Client

#: id, version, code (unique)
TABLE = with_index(
    table(("id", Kind.INT4), ("v", Kind.INT8), ("code", Kind.INT4), key="id"),
    "t_code_key",
    "code",
    unique=True,
    constraint="t_code_key",
)


class HistoryClient(Protocol):
    """What a session of a history does. All of it may raise DatabaseError."""

    async def begin(self, level: Isolation) -> None: ...
    async def read(self, key: int) -> int | None: ...
    async def scan(self, first: int, last: int, *, reverse: bool) -> dict[int, int]: ...
    async def read_locked(self, key: int) -> int | None: ...
    async def update(self, key: int, version: int) -> bool: ...
    async def insert(self, key: int, version: int, code: int) -> None: ...
    async def delete(self, key: int) -> bool: ...
    async def guard(self, number: int) -> None: ...
    async def savepoint(self) -> None: ...
    async def rollback_to(self) -> None: ...
    async def commit(self) -> None: ...
    async def rollback(self) -> None: ...


class StoreClient:
    """Works with transactions and a table's operations, statement by statement as SQL does."""

    def __init__(self, database: Database, access: TableAccess, process_id: int) -> None:
        self._store = database.store
        self._access = access
        self._process_id = process_id
        self._txn: Any = None
        self._mark = 0

    @property
    def table_id(self) -> int:
        return self._access.table.id

    async def begin(self, level: Isolation) -> None:
        self._txn = self._store.begin(level)
        self._txn.process_id = self._process_id

    def _statement(self) -> Transaction:
        self._txn.refresh()
        txn: Transaction = self._txn
        return txn

    def _key(self, key: int) -> bytes:
        return self._access.key_of((key, None, None))

    async def read(self, key: int) -> int | None:
        row = await self._access.get(self._statement(), self._key(key))
        return None if row is None else int(row[1])

    async def scan(self, first: int, last: int, *, reverse: bool) -> dict[int, int]:
        found: dict[int, int] = {}
        start, end = self._key(first), self._key(last) + b"\0"
        async for entries in self._statement().scan(start, end, reverse=reverse):
            for _, item in entries:
                row = self._access.decode(item)
                found[row[0]] = row[1]
        return found

    async def _locked(self, key: int, mode: LockMode) -> Any:
        txn, name = self._statement(), self._key(key)
        if await txn.get(name) is None:
            return None
        await txn.lock(name, mode)
        return await self._access.get_newest(txn, name)

    async def read_locked(self, key: int) -> int | None:
        row = await self._locked(key, LockMode.UPDATE)
        await self._txn.settled()
        return None if row is None else int(row[1])

    async def update(self, key: int, version: int) -> bool:
        await self._access.lock_for_write(self._txn)
        row = await self._locked(key, LockMode.NO_KEY_UPDATE)
        if row is None:
            return False
        new = (row[0], version, row[2])
        await self._access.update(self._txn, self._key(key), row, new)
        return True

    async def insert(self, key: int, version: int, code: int) -> None:
        await self._access.lock_for_write(self._txn)
        await self._access.insert(self._statement(), (key, version, code))

    async def delete(self, key: int) -> bool:
        await self._access.lock_for_write(self._txn)
        row = await self._locked(key, LockMode.UPDATE)
        if row is None:
            return False
        await self._access.delete(self._txn, self._key(key), row)
        return True

    async def guard(self, number: int) -> None:
        await self._txn.lock(advisory_key(0, 0, number, 1))

    async def savepoint(self) -> None:
        self._mark = self._txn.savepoint()

    async def rollback_to(self) -> None:
        await self._txn.rollback_to(self._mark)

    async def commit(self) -> None:
        txn, self._txn = self._txn, None
        try:
            await txn.commit()
        finally:
            await txn.rollback()

    async def rollback(self) -> None:
        if self._txn is not None:
            await self._txn.settled()
            await self._txn.rollback()
            self._txn = None


class SqlClient:
    """Works with SQL, in a session."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._run: Callable[[str], Any] = client.rows

    async def begin(self, level: Isolation) -> None:
        await self._client.tag(f"BEGIN ISOLATION LEVEL {level.value}")

    async def _value(self, sql: str) -> int | None:
        rows = await self._client.rows(sql)
        return int(rows[0][0]) if rows else None

    async def read(self, key: int) -> int | None:
        return await self._value(f"SELECT v FROM t WHERE id = {key}")

    async def scan(self, first: int, last: int, *, reverse: bool) -> dict[int, int]:
        order = "DESC" if reverse else "ASC"
        rows = await self._client.rows(
            f"SELECT id, v FROM t WHERE id BETWEEN {first} AND {last} ORDER BY id {order}"
        )
        return dict(rows)

    async def read_locked(self, key: int) -> int | None:
        return await self._value(f"SELECT v FROM t WHERE id = {key} FOR UPDATE")

    async def update(self, key: int, version: int) -> bool:
        return (
            await self._client.tag(f"UPDATE t SET v = {version} WHERE id = {key}")
        ) == "UPDATE 1"

    async def insert(self, key: int, version: int, code: int) -> None:
        await self._client.tag(f"INSERT INTO t VALUES ({key}, {version}, {code})")

    async def delete(self, key: int) -> bool:
        return (await self._client.tag(f"DELETE FROM t WHERE id = {key}")) == "DELETE 1"

    async def guard(self, number: int) -> None:
        await self._client.rows(f"SELECT pg_advisory_xact_lock({number})")

    async def savepoint(self) -> None:
        await self._client.tag("SAVEPOINT s")

    async def rollback_to(self) -> None:
        await self._client.tag("ROLLBACK TO s")

    async def commit(self) -> None:
        await self._client.tag("COMMIT")

    async def rollback(self) -> None:
        await self._client.tag("ROLLBACK")
