"""Sequences: numbers that are given out once, whatever becomes of the transaction that took them.

    key     META 'v' value id
    value   msgpack [last reserved value, whether it counts as used]

Values are reserved in blocks by a durable point operation and given out from memory, so `nextval`
rarely waits for a sync. What a block still had when the server stopped is lost, as in PostgreSQL
(which reserves 32). As there, nothing of this is transactional: a rollback gives nothing back. A
sequence without a record has not been used yet and begins where its description says, so one that is
created in a transaction can be used there at once.

ALTER SEQUENCE is transactional all the same: the changed description has a *value id* of its own,
that is, a value of its own, which becomes everybody's with the commit. Until then nobody else takes
values: `freeze` holds the sequence's lock, which every reservation by others waits for.
"""

from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec

from storage.catalog_store import CatalogStore
from storage.errors import DatabaseError
from storage.keyspace import META
from storage.kv.store import Newest, Store, Transaction
from storage.schema import Sequence
from storage.table_locks import exclusive_key

_VALUES: Final = META + b"v"
#: Reservations grow while a sequence keeps being asked, as bulk loads do.
BLOCK_SIZE_MIN: Final = 32
BLOCK_SIZE_MAX: Final = 4096

_pack: Final = msgspec.msgpack.Encoder().encode


class State(NamedTuple):
    """Where a sequence stands: as PostgreSQL's last_value and is_called."""

    last_value: int
    is_called: bool


_unpack: Final = msgspec.msgpack.Decoder(State).decode


def state_key(sequence: Sequence) -> bytes:
    """Returns the key of a sequence's current value."""
    return _VALUES + value_id(sequence).to_bytes(4, "big")


def value_id(sequence: Sequence) -> int:
    """Returns what names a sequence's current value."""
    return sequence.value_id or sequence.id


class _Reserved:
    """Values reserved and not given out yet.

    Attributes:
        is_frozen: Whether an ALTER SEQUENCE holds the lock, or did: who gets that knows that it
            came to nothing.
    """

    __slots__ = ("block_size", "blocks", "is_frozen", "last")

    def __init__(self) -> None:
        self.blocks: deque[range] = deque()
        self.block_size = BLOCK_SIZE_MIN
        self.is_frozen = False
        self.last: int | None = None

    def take(self) -> int | None:
        """Returns the next value, or None if there is none."""
        if not self.blocks or self.is_frozen:
            return None
        block = self.blocks.popleft()
        if len(block) > 1:
            self.blocks.appendleft(block[1:])
        self.last = block[0]
        return self.last


class Sequences:
    """The sequences of an open database."""

    def __init__(self, store: Store, catalogs: CatalogStore) -> None:
        self._store = store
        self._catalogs = catalogs
        #: By value id.
        self._reserved: dict[int, _Reserved] = {}

    async def next_value(self, sequence: Sequence) -> int:
        """Returns the next value. Raises 2200H at the end of a sequence that doesn't cycle, 42P01."""
        while (value := self.take(sequence)) is None:
            if not await self.reserve(sequence):
                raise DatabaseError("42P01", f'sequence "{sequence.name}" is another one by now')
        return value

    def take(self, sequence: Sequence) -> int | None:
        """Returns the next value, or None if `reserve` has to be awaited first."""
        reserved = self._reserved.get(value_id(sequence))
        return None if reserved is None else reserved.take()

    def has(self, sequence: Sequence, count: int) -> bool:
        """Returns whether so many values can be taken at once."""
        reserved = self._reserved.get(value_id(sequence))
        return (
            reserved is not None
            and not reserved.is_frozen
            and sum(map(len, reserved.blocks)) >= count
        )

    async def reserve(self, sequence: Sequence, count: int = 1) -> bool:
        """Sees to it that `count` values can be taken at once, unless the sequence ends before.

        Several may get here at the same time; each brings a block, and none is lost. Returns False
        where an ALTER or DROP SEQUENCE came first: look the sequence up again. Raises 2200H.
        """
        is_private = self._is_private(sequence)
        keys = [state_key(sequence)] if is_private else self._shared_keys(sequence)

        def reserve_block(newest: Newest) -> range | None:
            if not is_private and self._is_private(sequence):
                return None
            if reserved.is_frozen:
                reserved.is_frozen = False
                return range(0)
            return _reserved_block(newest, sequence, size)

        reserved = self._reserved.setdefault(value_id(sequence), _Reserved())
        while reserved.is_frozen or sum(map(len, reserved.blocks)) < count:
            size = max(reserved.block_size, count)
            reserved.block_size = min(reserved.block_size * 2, BLOCK_SIZE_MAX)
            try:
                block = await self._store.point(keys, reserve_block)
            except DatabaseError:
                if reserved.blocks:
                    return True  # The values that are left come first; then the error.
                raise
            if block is None:
                return False
            if block:
                reserved.blocks.append(block)
        return True

    def _is_private(self, sequence: Sequence) -> bool:
        """Returns whether this isn't what everybody sees: not committed yet, or changed since."""
        return self._catalogs.current.sequence_by_id(sequence.id) is not sequence

    @staticmethod
    def _shared_keys(sequence: Sequence) -> list[bytes]:
        """Returns what a point operation relies on; the second is locked by ALTER SEQUENCE."""
        return [state_key(sequence), exclusive_key(sequence.id)]

    async def current(self, sequence: Sequence) -> State:
        """Returns the last value given out, and whether it was; else the value to begin with."""
        reserved = self._reserved.get(value_id(sequence))
        if reserved is not None and reserved.last is not None:
            return State(reserved.last, is_called=True)
        return await self._store.point([state_key(sequence)], _reader(sequence))

    async def set_value(self, sequence: Sequence, value: int, *, is_called: bool = True) -> None:
        """Makes `value` the last value, or (not `is_called`) the next one. Raises 22003."""
        if not sequence.minimum <= value <= sequence.maximum:
            bounds = f"({sequence.minimum}..{sequence.maximum})"
            message = f'setval: value {value} is out of bounds for sequence "{sequence.name}"'
            raise DatabaseError("22003", f"{message} {bounds}")

        def write(newest: Newest) -> None:
            # A reservation that is under way ends in the old object, which nobody asks any more.
            self._reserved.pop(value_id(sequence), None)
            newest.put(state_key(sequence), _pack(State(value, is_called)))

        is_private = self._is_private(sequence)
        keys = [state_key(sequence)] if is_private else self._shared_keys(sequence)
        await self._store.point(keys, write)

    async def freeze(self, txn: Transaction, sequence: Sequence) -> None:
        """Keeps others from taking values until the transaction ends: ALTER SEQUENCE."""
        await txn.lock(exclusive_key(sequence.id))
        reserved = self._reserved.get(value_id(sequence))
        if reserved is not None:
            reserved.is_frozen = True

    def forget(self, txn: Transaction, sequence: Sequence) -> None:
        """Removes the value of a sequence with the transaction that drops it, or gives it another."""
        txn.delete(state_key(sequence))

        def forget_reserved(_timestamp: int) -> None:
            self._reserved.pop(value_id(sequence), None)

        txn.on_commit(forget_reserved)


def _state(newest: Newest, sequence: Sequence) -> State:
    record = newest.get(state_key(sequence))
    if record is not None:
        return _unpack(record)
    if sequence.begins_at is None:
        return State(sequence.start, is_called=False)
    return State(sequence.begins_at, sequence.begins_called)


def _reader(sequence: Sequence) -> Callable[[Newest], State]:
    return lambda newest: _state(newest, sequence)


def _reserved_block(newest: Newest, sequence: Sequence, size: int) -> range:
    state = _state(newest, sequence)
    first = state.last_value
    if state.is_called:
        first += sequence.increment
    if not sequence.minimum <= first <= sequence.maximum:
        first = _after_the_end(sequence)
    room = sequence.maximum - first if sequence.increment > 0 else first - sequence.minimum
    count = min(size, room // abs(sequence.increment) + 1)
    last = first + (count - 1) * sequence.increment
    newest.put(state_key(sequence), _pack(State(last, is_called=True)))
    return range(first, last + sequence.increment, sequence.increment)


def _after_the_end(sequence: Sequence) -> int:
    is_ascending = sequence.increment > 0
    if sequence.cycle:
        return sequence.minimum if is_ascending else sequence.maximum
    which, bound = ("maximum", sequence.maximum) if is_ascending else ("minimum", sequence.minimum)
    raise DatabaseError(
        "2200H", f'nextval: reached {which} value of sequence "{sequence.name}" ({bound})'
    )
