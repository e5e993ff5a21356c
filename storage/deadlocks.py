"""Deadlocks: who waits for whom, in a circle, and how PostgreSQL tells of it."""

import struct
from collections.abc import Callable, Iterable
from typing import Final, Protocol, TypeVar

from storage.errors import DatabaseError
from storage.lock_modes import AnyLockMode, TableLockMode, lock_name

_ADVISORY_KEYSPACE: Final = b"\xfe"
_ADVISORY: Final = struct.Struct(">IIIB")
#: What is left of a lock's key behind its first two bytes: a table's id.
_TABLE_ID: Final = slice(2, 6)
#: PostgreSQL's OID of the database `postgres`; there is one database here.
DATABASE_ID: Final = 5


class Party(Protocol):
    """An owner of locks, as far as circles need it."""

    process_id: int

    @property
    def id(self) -> int: ...


class Waiting(Protocol):
    """A wait, as far as circles need it."""

    @property
    def owner(self) -> Party: ...
    @property
    def key(self) -> bytes: ...
    @property
    def mode(self) -> AnyLockMode: ...
    @property
    def is_over(self) -> bool: ...


W = TypeVar("W", bound=Waiting)


def advisory_key(database: int, class_id: int, object_id: int, sub_id: int) -> bytes:
    """Returns the lock key of an advisory lock, by the four numbers that pg_locks shows."""
    return _ADVISORY_KEYSPACE + _ADVISORY.pack(database, class_id, object_id, sub_id)


def advisory_numbers(key: bytes) -> tuple[int, int, int, int] | None:
    """Returns the four numbers of an advisory lock's key; None for another lock's."""
    if key[:1] != _ADVISORY_KEYSPACE:
        return None
    database, class_id, object_id, sub_id = _ADVISORY.unpack(key[1:])
    return database, class_id, object_id, sub_id


def table_id_of(key: bytes) -> int:
    """Returns the table whose lock has this key."""
    return int.from_bytes(key[_TABLE_ID], "big")


def node_of(party: Party) -> int:
    """Returns what waits as one: the session's process, or else the owner by itself."""
    return party.process_id or party.id


def find_circle(
    start: W,
    blockers: Callable[[W], Iterable[Party]],
    waiting_of: Callable[[int], W | None],
) -> list[tuple[W, Party]] | None:
    """Returns who waits for whom, from a waiter back to itself, or None.

    `blockers` gives those that a waiter waits for, `waiting_of` the wait of a node, if it waits.
    """
    target = node_of(start.owner)
    seen = {target}
    path: list[tuple[W, Party]] = []
    stack = [(start, iter(blockers(start)))]
    while stack:
        waiter, found = stack[-1]
        blocker = next(found, None)
        if blocker is None:
            stack.pop()
            if path:
                path.pop()
            continue
        node = node_of(blocker)
        if node == target:
            return [*path, (waiter, blocker)]
        behind = waiting_of(node)
        if node in seen or behind is None or behind.is_over:
            continue
        seen.add(node)
        path.append((waiter, blocker))
        stack.append((behind, iter(blockers(behind))))
    return None


def deadlock(circle: Iterable[tuple[Waiting, Party]]) -> DatabaseError:
    """Returns the error of whoever gives up."""
    return DatabaseError(
        "40P01",
        "deadlock detected",
        detail="\n".join(
            f"Process {node_of(waiting.owner)} waits for {_described(waiting, blocker)}; "
            f"blocked by process {node_of(blocker)}."
            for waiting, blocker in circle
        ),
        hint="See server log for query details.",
    )


def _described(waiting: Waiting, blocker: Party) -> str:
    key, mode = waiting.key, waiting.mode
    numbers = advisory_numbers(key)
    if numbers is not None:
        return f"{lock_name(mode)} on advisory lock [{','.join(map(str, numbers))}]"
    if isinstance(mode, TableLockMode):
        return f"{lock_name(mode)} on relation {table_id_of(key)} of database {DATABASE_ID}"
    return f"ShareLock on transaction {blocker.id}"
