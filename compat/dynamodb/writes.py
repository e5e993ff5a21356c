"""Writing items: a few of them by key, as one point operation, durable when it returns.

An action names one item and decides, from what the item is now, what becomes of it. All actions of a
request are evaluated one after another against the newest state, with nothing in between: a
condition holds when the write is made, and no write needs a second attempt.

    action.decide(old item or None) -> new item | None (it goes) | UNCHANGED

Where a point operation isn't enough (an attribute that the table's registry hasn't seen, a foreign
key), the same actions run in a transaction: lock, read the newest state, decide, write, commit.
A lock that a transaction holds is waited for; then it is a conflict.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from compat.dynamodb.attribute_values import Item
from compat.dynamodb.errors import DynamoError, from_database, transaction_conflict
from compat.dynamodb.item_size import BOUND_FACTOR
from compat.dynamodb.tables import TableHandle
from compat.dynamodb.wire_items import LongWay
from storage.catalog_store import CatalogStore
from storage.embedded import OpenStore
from storage.errors import DatabaseError
from storage.items import Row
from storage.kv.store import NeedsTransaction, Newest, Transaction
from storage.table import StaleTable
from tsql.env import Env

#: How long a write waits for a transaction that has locked its item.
LOCK_TIMEOUT_MS: Final = 1000
_FOREIGN_KEY_VIOLATION: Final = "23503"
_CONFLICTS: Final = frozenset({"55P03", "40P01", "40001"})
#: Seconds from 1970, where the system's clock begins, to 2000, where SQL's does.
_SQL_EPOCH_SECONDS: Final = 946_684_800


class _Unchanged:
    """The type of UNCHANGED."""


UNCHANGED: Final = _Unchanged()
Decision = Item | None | _Unchanged
Decide = Callable[[Item | None], Decision]


@dataclass(slots=True)
class Action:
    """What is to become of one item.

    Attributes:
        key: Of the item, encoded.
        put: What is put, if nobody asks what was there before: then it isn't looked at.
        part: What does it looking at a part of the item only, if there is such a way.
        is_put: Whether what it makes takes the place of all that was there.
    """

    handle: TableHandle
    key: bytes
    decide: Decide
    put: Item | None = None
    part: "PartUpdate | None" = None
    is_put: bool = False


@dataclass(slots=True)
class PartUpdate:
    """An update that looks at a few attributes of an item; the rest of it stays packed.

    Attributes:
        names: The attributes that it looks at, or changes.
        targets: Those that it changes.
        decide: Makes of these attributes, and of the bytes that the whole item has at most,
            what becomes of them. Raises LongWay.
    """

    names: Collection[str]
    targets: Collection[str]
    decide: Callable[[Item, int], Item]


@dataclass(slots=True)
class Outcome:
    """What an item was and is; the same object where nothing has changed."""

    old: Item | None
    new: Item | None


#: Makes the actions of a request, anew when a table has changed meanwhile.
Prepare = Callable[[], Sequence[Action]]
#: Looks and writes beside the actions, in the same point operation or transaction.
Beside = Callable[[Newest], None]


#: Makes one error of what became of each action (None: it would have been done).
Judge = Callable[[Sequence[DynamoError | None]], DynamoError]


class ConflictError(Exception):
    """An item is locked by a transaction that doesn't end.

    Attributes:
        keys: Those of the request that are locked now; maybe none any more.
    """

    def __init__(self, keys: Sequence[bytes] = ()) -> None:
        super().__init__("an item is locked")
        self.keys = keys


class Writer:
    """Runs actions."""

    def __init__(self, store: OpenStore, catalogs: CatalogStore) -> None:
        self._store = store
        self._catalogs = catalogs

    async def write(self, prepare: Prepare) -> list[Outcome]:
        """Runs the actions, all or none. Raises DynamoError."""
        try:
            return await self.attempt(prepare)
        except ConflictError:
            raise transaction_conflict() from None

    async def attempt(
        self,
        prepare: Prepare,
        keys: Sequence[bytes] = (),
        beside: Beside | None = None,
        judge: Judge | None = None,
    ) -> list[Outcome]:
        """Likewise; raises ConflictError for a locked item.

        `beside` runs before the actions; `keys` are those that it relies on. With `judge`, all
        actions are evaluated even if one of them fails.
        """
        while True:
            actions = prepare()
            held = [*keys, *[action.key for action in actions]]
            held += {action.handle.access.exclusive_key for action in actions}

            def operation(
                newest: Newest, actions: Sequence[Action] = actions, held: list[bytes] = held
            ) -> list[Outcome]:
                if beside is not None:
                    beside(newest)
                if judge is None:
                    return [_apply(newest, action, held) for action in actions]
                return _apply_all(newest, actions, held, judge)

            try:
                return await self._store.point(held, operation, lock_timeout_ms=LOCK_TIMEOUT_MS)
            except StaleTable:
                continue
            except NeedsTransaction:
                done = await self._transaction(actions, keys, beside, judge)
                if done is not None:
                    return done
            except DatabaseError as error:
                raise self._told(error, held) from error

    # ---- in a transaction ------------------------------------------------------------------------

    async def _transaction(
        self,
        actions: Sequence[Action],
        keys: Sequence[bytes],
        beside: Beside | None,
        judge: Judge | None,
    ) -> list[Outcome] | None:
        """Runs the actions in a transaction; None if a table has changed meanwhile."""
        txn = self._store.begin()
        txn.lock_timeout_ms = LOCK_TIMEOUT_MS
        try:
            for access in {action.handle.access for action in actions}:
                await access.lock_for_write(txn)
            for key in sorted({*keys, *[action.key for action in actions]}):
                await txn.lock(key)
            if beside is not None:
                await self._run_beside(txn, keys, beside)
            outcomes = await _apply_all_in(txn, actions, judge)
            await txn.commit()
        except StaleTable:
            return None
        except DatabaseError as error:
            raise self._told(error, [action.key for action in actions]) from error
        except DynamoError:
            await txn.settled()
            raise
        finally:
            await txn.rollback()
            self._catalogs.end(txn)
        return outcomes

    def _told(self, error: DatabaseError, keys: Sequence[bytes]) -> Exception:
        if error.sqlstate in _CONFLICTS:
            return ConflictError([key for key in keys if not self._store.locks.is_free(key)])
        return from_database(error)

    async def _run_beside(self, txn: Transaction, keys: Sequence[bytes], beside: Beside) -> None:
        values = {key: await txn.get_newest(key) for key in keys}
        beside(_Beside(values, txn))


class _Beside:
    """Shows a transaction's locked keys as a point operation's newest state."""

    def __init__(self, values: dict[bytes, bytes | None], txn: Transaction) -> None:
        self._values = values
        self._txn = txn
        self.counts = txn.counts

    def get(self, key: bytes) -> bytes | None:
        return self._values[key]

    def put(self, key: bytes, value: bytes) -> None:
        self._txn.put(key, value)

    def put_item(self, key: bytes, body: bytes) -> None:
        self._txn.put_item(key, body)

    def delete(self, key: bytes) -> None:
        self._txn.delete(key)

    def log_change(self, *arguments: Any) -> None:
        self._txn.log_change(*arguments)


def _apply_all(
    newest: Newest, actions: Sequence[Action], held: list[bytes], judge: Judge
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    faults: list[DynamoError | None] = []
    for action in actions:
        try:
            outcomes.append(_apply(newest, action, held))
            faults.append(None)
        except DynamoError as error:
            faults.append(error)
        except DatabaseError as error:
            if error.sqlstate == _FOREIGN_KEY_VIOLATION and len(actions) > 1:
                # What the item refers to may be another action's: the commit tests it.
                raise NeedsTransaction from error
            faults.append(from_database(error))
    if len(outcomes) < len(actions):
        raise judge(faults)
    return outcomes


async def _apply_all_in(
    txn: Transaction, actions: Sequence[Action], judge: Judge | None
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    faults: list[DynamoError | None] = []
    for action in actions:
        try:
            outcomes.append(await _apply_in(txn, action))
            faults.append(None)
        except DynamoError as error:
            if judge is None:
                raise
            faults.append(error)
        except DatabaseError as error:
            if judge is None or error.sqlstate in _CONFLICTS:
                raise
            faults.append(from_database(error))
    if judge is not None and len(outcomes) < len(actions):
        raise judge(faults)
    return outcomes


def _apply(newest: Newest, action: Action, held: list[bytes]) -> Outcome:
    handle, key = action.handle, action.key
    access = handle.access
    if action.put is not None and handle.is_bare:
        row, put = _new_row(action, None, action.put)
        access.replace_point(newest, key, row)
        return Outcome(None, put)
    if action.part is not None and handle.is_open:
        try:
            outcome = apply_part(newest, handle, key, action.part)
        except LongWay:
            outcome = None
        if outcome is not None:
            return outcome
    old_row = access.get_point(newest, key)
    old = None if old_row is None else handle.documents.item(old_row)
    new = action.decide(old)
    if isinstance(new, _Unchanged):
        return Outcome(old, old)
    if new is None:
        if old_row is not None:
            access.delete_point(newest, key, old_row, held)
        return Outcome(old, None)
    row, new = _new_row(action, old_row, new)
    if old_row is None:
        access.insert_point(newest, key, row, held)
    else:
        # The key is the same; how it was written first stays.
        for position in access.key_positions:
            row[position] = old_row[position]
        access.update_point(newest, key, old_row, row, held)
    return Outcome(old, new)


def apply_part(
    newest: Newest, handle: TableHandle, key: bytes, update: PartUpdate
) -> Outcome | None:
    """Updates an item of an open table by a part of it; None if it isn't there.

    Raises LongWay before it writes.
    """
    plain, stored = handle.plain, newest.get(key)
    if plain is None or stored is None:
        return None
    packed, old = plain.part(stored, update.names)
    new = update.decide(old, len(stored) * BOUND_FACTOR)
    body = plain.with_part(packed, new, update.targets)
    handle.access.replace_body_point(newest, key, body)
    return Outcome(old, new)


async def _apply_in(txn: Transaction, action: Action) -> Outcome:
    handle, key = action.handle, action.key
    access = handle.access
    old_row = await access.get_newest(txn, key)
    old = None if old_row is None else handle.documents.item(old_row)
    new = action.decide(old)
    if isinstance(new, _Unchanged):
        return Outcome(old, old)
    if new is None:
        if old_row is not None:
            await access.delete(txn, key, old_row)
        return Outcome(old, None)
    row, new = _new_row(action, old_row, new)
    if old_row is None:
        await access.insert(txn, row)
    else:
        await access.update(txn, key, old_row, row)
    return Outcome(old, new)


def _new_row(action: Action, old_row: Row | None, new: Item) -> tuple[list[Any], Item]:
    """Returns the row of a new item, which passes the table's checks, and the item as it then is."""
    handle = action.handle
    row = handle.documents.row(new)
    if handle.checks is None:
        return row, new
    moment = int((handle.now() - _SQL_EPOCH_SECONDS) * 1_000_000)
    env = Env(transaction_timestamp=moment, statement_timestamp=moment, clock=lambda: moment)
    try:
        if handle.defaults and (old_row is None or action.is_put):
            missing = [each for each in handle.defaults if row[each[0]] is None]
            for position, evaluate in missing:
                row[position] = evaluate(row, env)
            if missing:
                new = handle.documents.item(row)
        handle.checks.test(row, env)
    except DatabaseError as error:
        raise from_database(error) from error
    return row, new
