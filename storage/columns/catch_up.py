"""Catching up: the keeper is told of the items whose keys have been noted while it wasn't."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Final

from storage.columns import feed
from storage.following import NOTED_KEYS_MAX, decode_note, note_range
from storage.keyspace import ITEMS, storage_prefix
from storage.slices import Slices
from storage.snapshots import Snapshot

_NOTES_AT_ONCE: Final = 64
_ITEMS_AT_ONCE: Final = 64


class TooMuchMissedError(Exception):
    """More keys were noted than the server wants to hold; the text says so."""


class LargeTransactionMissedError(Exception):
    """Notes can't bring back what a large transaction did; the text says so."""


async def tell_noted(
    storage_id: int,
    after: int,
    snapshot: Snapshot,
    slices: Slices,
    send: Callable[[feed.Missed], Awaitable[bool]],
) -> bool:
    """Sends what a table's items are at a snapshot whose keys were noted after a commit.

    `send` returns False if nobody wants the rest; then this does, too. Raises TooMuchMissedError,
    LargeTransactionMissedError, and DatabaseError where the snapshot has ended.
    """
    keys = list(await _noted(storage_id, after, snapshot, slices))
    for some in _portions(storage_prefix(ITEMS, storage_id), keys):
        items = [snapshot.get(key) for key in some]
        if not await send(feed.Missed(snapshot.timestamp, some, items)):
            return False
        if slices.due():
            await slices.pause()
    return True


async def _noted(
    storage_id: int, after: int, snapshot: Snapshot, slices: Slices
) -> dict[bytes, None]:
    position, end = note_range(storage_id, after, snapshot.timestamp)
    keys: dict[bytes, None] = {}
    while notes := snapshot.scan(position, end, _NOTES_AT_ONCE):
        for _, value in notes:
            noted = decode_note(value)
            if noted is None:
                msg = "a large transaction came while no keeper ran"
                raise LargeTransactionMissedError(msg)
            keys.update(dict.fromkeys(noted))
        if len(keys) > NOTED_KEYS_MAX:
            msg = "more was changed than it can catch up by"
            raise TooMuchMissedError(msg)
        position = notes[-1][0] + b"\0"
        if slices.due():
            await slices.pause()
    return keys


def _portions(prefix: bytes, keys: list[bytes]) -> Iterator[list[bytes]]:
    for at in range(0, len(keys), _ITEMS_AT_ONCE):
        yield [prefix + key for key in keys[at : at + _ITEMS_AT_ONCE]]
