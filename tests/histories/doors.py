"""Histories of both doors at once: requests of DynamoDB's API beside SQL's transactions.

An item has two attributes, each a key of the history, so that an update of one must leave the other. Every
request that is answered is a transaction of its own, which takes place between its beginning and
its answer; SQL's transactions are SERIALIZABLE, or lock all that they read. The order of versions is that of the commits, which the
committer is watched for. All together must be strictly serializable.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any

from compat.dynamodb.dispatch import Dispatcher
from compat.dynamodb.service import DynamoSettings, Service
from compat.dynamodb.signature import Authenticator, SignedRequest
from storage.commit import Committer
from storage.embedded import StoreComponents, StoreSettings, open_memory_store
from storage.errors import DatabaseError
from storage.kv.engine import KeyRange
from storage.kv.memory_store import MemoryEngine
from storage.kv.store import Isolation
from storage.serializable import RecentWrites
from storage.table import TableAccess
from tests.histories.graph import INITIAL, History, Record, ViolationError
from tests.histories.workload import EXPECTED, Run, syncing
from tests.storage.engines import ManualSyncer
from tests.tsql.harness import Client
from tsql.database import Database, SessionOptions

DYNAMO_SESSIONS, SQL_SESSIONS = 4, 2
REQUESTS, TRANSACTIONS = 30, 12
ITEMS = 4
ATTRIBUTES = ("a", "b")
#: What ends a request of a history, and isn't a fault.
REFUSALS = {
    "ConditionalCheckFailedException",
    "TransactionCanceledException",
    "TransactionConflictException",
}
_HEADERS = {
    "content-type": "application/x-amz-json-1.0",
    "authorization": "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=x",
    "x-amz-date": "20260101T000000Z",
}
Wire = dict[str, Any]


def _key(item: int, attribute: str) -> int:
    return item * len(ATTRIBUTES) + ATTRIBUTES.index(attribute)


def _names(item: int) -> Wire:
    return {"TableName": "items", "Key": {"pk": {"N": str(item)}}}


def _number(version: int) -> Wire:
    return {"N": str(version)}


class _Overheard(RecentWrites):
    """Tells of every commit that joins the line, whether a transaction wants to know it or not."""

    def __init__(self, hear: Callable[[dict[bytes, bytes | None]], None]) -> None:
        super().__init__()
        self._hear = hear

    @property
    def is_wanted(self) -> bool:
        return True

    @is_wanted.setter
    def is_wanted(self, value: bool) -> None:
        pass

    def begin(
        self,
        reader: object,
        timestamp: int,
        unsettled: Iterable[tuple[int, Iterable[bytes], Sequence[KeyRange]]],
    ) -> int:
        if not self._readers:
            for each in unsettled:
                super().note(*each)
        return super().begin(reader, timestamp, ())

    def note(self, timestamp: int, keys: Iterable[bytes], ranges: Sequence[KeyRange] = ()) -> None:
        assert isinstance(keys, dict)
        self._hear(keys)
        if self._readers:
            super().note(timestamp, keys, ranges)


class CommitOrder:
    """The versions of each key in the order in which they were committed.

    Attributes:
        places: Where in the order a version is.
        again: (key, version) of what was committed though it had been before.
    """

    def __init__(self, committer: Committer, access: TableAccess) -> None:
        self.places: dict[int, int] = {}
        self.again: list[tuple[int, int]] = []
        self._access = access
        self._last: dict[int, int] = {}
        committer.recent = _Overheard(self._join)

    def _join(self, changes: dict[bytes, bytes | None]) -> None:
        for key, value in changes.items():
            if key.startswith(self._access.prefix) and value is not None:
                self._note(value)

    def _note(self, value: bytes) -> None:
        row = self._access.decode(value)
        for attribute in ATTRIBUTES:
            key, version = _key(int(row[0]), attribute), int(row[-1][attribute])
            if self._last.get(key, INITIAL) != version:
                if version in self.places:
                    self.again.append((key, version))
                self._last[key] = version
                self.places[version] = len(self.places) + 1


class DynamoSession:
    """Sends one request after another."""

    def __init__(self, run: Run, dispatcher: Dispatcher) -> None:
        self._run = run
        self._dispatcher = dispatcher
        self._record = Record(0, 0)

    async def ask(self, operation: str, body: Wire) -> Wire:
        """Returns the answer, with the name of an error under "error"."""
        headers = {**_HEADERS, "x-amz-target": f"DynamoDB_20120810.{operation}"}
        data = json.dumps(body).encode()
        answer = await self._dispatcher.answer(SignedRequest("POST", "/", headers, data), data)
        found: Wire = json.loads(answer.body)
        if answer.status == 200:
            return found
        kind = found["__type"].partition("#")[2]
        assert kind in REFUSALS, found
        return {**found, "error": kind}

    async def work(self) -> None:
        """Sends all requests of the session."""
        choices = (self._get, self._get_all, self._put, self._set, self._swap, self._move)
        for _ in range(REQUESTS):
            await self._run.chance.choices(choices, (3, 3, 2, 4, 4, 4))[0]()
            await self._run.step()

    def _begin(self) -> Record:
        records = self._run.history.records
        records.append(Record(len(records) + 1, self._run.moment()))
        return records[-1]

    def _end(self, record: Record) -> None:
        record.is_committed = True
        record.ended = self._run.moment()

    def _saw(self, record: Record, item: int, shown: Wire) -> None:
        for attribute in ATTRIBUTES:
            if attribute in shown:
                version = int(shown[attribute]["N"])
                record.reads.append((_key(item, attribute), version))

    def _write(self, record: Record, item: int, attribute: str) -> int:
        version = self._run.version()
        record.writes[_key(item, attribute)] = [version]
        return version

    async def _get(self) -> dict[str, int]:
        return await self._read(self._run.chance.randrange(ITEMS))

    async def _read(self, item: int) -> dict[str, int]:
        record = self._begin()
        shown = (await self.ask("GetItem", _names(item)))["Item"]
        self._saw(record, item, shown)
        self._end(record)
        return {attribute: int(shown[attribute]["N"]) for attribute in ATTRIBUTES}

    async def _get_all(self) -> None:
        record = self._begin()
        gets = [{"Get": _names(item)} for item in range(ITEMS)]
        answer = await self.ask("TransactGetItems", {"TransactItems": gets})
        for item, response in enumerate(answer["Responses"]):
            self._saw(record, item, response["Item"])
        self._end(record)

    async def _put(self) -> None:
        """Replaces an item, whatever it is."""
        item, record = self._run.chance.randrange(ITEMS), self._begin()
        new = {name: _number(self._write(record, item, name)) for name in ATTRIBUTES}
        put = {"TableName": "items", "Item": {"pk": {"N": str(item)}, **new}}
        if "error" not in await self.ask("PutItem", put):
            self._end(record)

    async def _set(self) -> None:
        """Sets one attribute, whatever it is, and may ask what it was."""
        chance = self._run.chance
        item, attribute, record = chance.randrange(ITEMS), chance.choice(ATTRIBUTES), self._begin()
        version = self._write(record, item, attribute)
        asks = {"ReturnValues": "UPDATED_OLD"} if chance.random() < 0.5 else {}
        answer = await self.ask("UpdateItem", {
            **_names(item),
            "UpdateExpression": f"SET {attribute} = :v",
            "ExpressionAttributeValues": {":v": _number(version)},
            **asks,
        })  # fmt: skip
        if "error" not in answer:
            self._saw(record, item, answer.get("Attributes", {}))
            self._end(record)

    async def _swap(self) -> None:
        """Sets one attribute if it is what it was before."""
        chance = self._run.chance
        item, attribute = chance.randrange(ITEMS), chance.choice(ATTRIBUTES)
        seen = (await self._read(item))[attribute]
        await self._run.step()
        record = self._begin()
        answer = await self.ask("UpdateItem", self._swapping(record, item, attribute, seen))
        if "error" not in answer:
            record.reads.append((_key(item, attribute), seen))
            self._end(record)

    def _swapping(self, record: Record, item: int, attribute: str, seen: int) -> Wire:
        version = self._write(record, item, attribute)
        return {
            **_names(item),
            "UpdateExpression": f"SET {attribute} = :v",
            "ConditionExpression": f"{attribute} = :seen",
            "ExpressionAttributeValues": {":v": _number(version), ":seen": _number(seen)},
        }

    async def _move(self) -> None:
        """Changes two items in a transaction if both are what they were, and may ask for it twice."""
        chance = self._run.chance
        items = chance.sample(range(ITEMS), 2)
        seen = [(item, "a", (await self._read(item))["a"]) for item in items]
        record = self._begin()
        request = {
            "TransactItems": [{"Update": self._swapping(record, *each)} for each in seen],
            "ClientRequestToken": f"token-{record.number}",
        }
        if "error" in await self.ask("TransactWriteItems", request):
            return
        record.reads += [(_key(item, attribute), found) for item, attribute, found in seen]
        self._end(record)
        if chance.random() < 0.3:
            await self._run.step()
            again = await self.ask("TransactWriteItems", request)
            if again:
                raise ViolationError(f"a token was answered {again}")


class SqlSession:
    """Runs transactions that read an item or two and change one."""

    def __init__(self, run: Run, client: Client) -> None:
        self._run = run
        self._client = client

    async def work(self) -> None:
        """Runs all transactions of the session."""
        for _ in range(TRANSACTIONS):
            records = self._run.history.records
            record = Record(len(records) + 1, self._run.moment())
            records.append(record)
            try:
                await self._transaction(record)
            except DatabaseError as error:
                await self._client.tag("ROLLBACK")
                if error.sqlstate not in EXPECTED:
                    raise
            else:
                record.is_committed = True
                record.ended = self._run.moment()
            await self._run.step()

    async def _transaction(self, record: Record) -> None:
        chance, client = self._run.chance, self._client
        locks = chance.random() < 0.5
        level = "READ COMMITTED" if locks else "SERIALIZABLE"
        await client.tag(f"BEGIN ISOLATION LEVEL {level}")
        first, second = chance.sample(range(ITEMS), 2)
        lock = " FOR UPDATE" if locks else ""
        for item in (first, second):
            ((a, b),) = await client.rows(f"SELECT a, b FROM items WHERE pk = {item}{lock}")
            record.reads += [(_key(item, "a"), int(a)), (_key(item, "b"), int(b))]
            await self._run.step()
        version, attribute = self._run.version(), chance.choice(ATTRIBUTES)
        await client.tag(f"UPDATE items SET {attribute} = {version} WHERE pk = {first}")
        record.writes[_key(first, attribute)] = [version]
        await self._run.step()
        await client.tag("COMMIT")


TABLE: Wire = {
    "TableName": "items",
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "N"}],
}


async def play(seed: int) -> History:
    """Runs a history and checks it. Raises ViolationError."""
    run = Run(seed, Isolation.SERIALIZABLE)
    run.history = History(range(ITEMS * len(ATTRIBUTES)))
    syncer = ManualSyncer()
    store = await open_memory_store(
        MemoryEngine(),
        StoreSettings(deadlock_timeout_ms=1),
        StoreComponents(make_syncer=lambda _: syncer),
    )
    database = await Database.open(store)
    beside: set[asyncio.Task[None]] = set()

    def spawn(work: Coroutine[Any, Any, None]) -> None:
        beside.add(asyncio.ensure_future(work))

    service = Service(database.shared, DynamoSettings(), spawn=spawn, now=lambda: 1_800_000_000.0)
    authenticator = Authenticator(
        {}, region="us-east-1", accepts_any_key=True, default_role="terrascale"
    )
    dispatcher = Dispatcher(service, authenticator)
    first = DynamoSession(run, dispatcher)
    await first.ask("CreateTable", TABLE)
    for item in range(ITEMS):
        new = {name: _number(INITIAL) for name in ATTRIBUTES}
        await first.ask("PutItem", {"TableName": "items", "Item": {"pk": {"N": str(item)}, **new}})
    handle = service.tables.get("items")
    order = CommitOrder(store.committer, handle.access)
    sql = [database.session(SessionOptions(process_id=n + 1)) for n in range(SQL_SESSIONS)]
    workers: list[DynamoSession | SqlSession] = [
        *[DynamoSession(run, dispatcher) for _ in range(DYNAMO_SESSIONS)],
        *[SqlSession(run, Client(session)) for session in sql],
    ]
    await _work(run, syncer, workers)
    _check(run, order)
    for session in sql:
        await session.close()
    for task in beside:
        task.cancel()
    await database.close()
    await store.close()
    return run.history


async def _work(run: Run, syncer: ManualSyncer, workers: list[DynamoSession | SqlSession]) -> None:
    syncer.is_automatic = False
    try:
        async with syncing(run, syncer), asyncio.timeout(60), asyncio.TaskGroup() as group:
            for worker in workers:
                group.create_task(worker.work())
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None


def _check(run: Run, order: CommitOrder) -> None:
    if order.again:
        raise ViolationError(f"written twice: {order.again}")
    for record in run.history.records:
        if not record.is_committed:
            continue
        for key, (version,) in record.writes.items():
            if version not in order.places:
                raise ViolationError(f"key {key}: version {version} was never written")
            record.written_at[key] = order.places[version]
    run.history.check(run.level)
