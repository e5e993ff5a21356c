"""Sequences: numbers that are given out once, whatever becomes of the transaction that took them.

    key     META 'v' sequence id
    value   msgpack [last reserved value, whether it counts as used]

Values are reserved in blocks by a durable point operation and given out from memory, so `nextval`
rarely waits for a sync. What a block still had when the server stopped is lost, as in PostgreSQL
(which reserves 32). As there, nothing of this is transactional: a rollback gives nothing back. A
sequence without a record has not been used yet and begins at its start value, so one that is
created in a transaction can be used there at once.
"""

from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec

from storage.catalog import Changes
from storage.catalog_store import CatalogStore
from storage.errors import DatabaseError
from storage.keyspace import META
from storage.kv.store import Newest, Store, Transaction
from storage.schema import Sequence

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


def state_key(sequence_id: int) -> bytes:
    """Returns the key of a sequence's current value."""
    return _VALUES + sequence_id.to_bytes(4, "big")


class _Reserved:
    """Values reserved and not given out yet."""

    __slots__ = ("block_size", "blocks", "course", "last")

    def __init__(self, course: tuple[object, ...]) -> None:
        self.course = course
        self.blocks: deque[range] = deque()
        self.block_size = BLOCK_SIZE_MIN
        self.last: int | None = None

    def take(self) -> int | None:
        """Returns the next value, or None if there is none."""
        if not self.blocks:
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
        self._reserved: dict[int, _Reserved] = {}
        catalogs.on_install.append(self._installed)

    async def next_value(self, sequence: Sequence) -> int:
        """Returns the next value. Raises 2200H at the end of a sequence that doesn't cycle."""
        while (value := self.take(sequence)) is None:
            await self.reserve(sequence)
        return value

    def take(self, sequence: Sequence) -> int | None:
        """Returns the next value, or None if `reserve` has to be awaited first."""
        reserved = self._reserved.get(sequence.id)
        return None if reserved is None else reserved.take()

    def has(self, sequence: Sequence, count: int) -> bool:
        """Returns whether so many values can be taken at once."""
        reserved = self._reserved.get(sequence.id)
        return reserved is not None and sum(map(len, reserved.blocks)) >= count

    async def reserve(self, sequence: Sequence, count: int = 1) -> None:
        """Sees to it that `count` values can be taken at once, unless the sequence ends before.

        Several may get here at the same time; each brings a block, and none is lost. Raises 2200H.
        """
        reserved = self._reserved.setdefault(sequence.id, _Reserved(_course(sequence)))
        while sum(map(len, reserved.blocks)) < count:
            size = max(reserved.block_size, count)
            reserved.block_size = min(reserved.block_size * 2, BLOCK_SIZE_MAX)
            key = state_key(sequence.id)
            try:
                block = await self._store.point([key], _reserver(sequence, size))
            except DatabaseError:
                if reserved.blocks:
                    return  # The values that are left come first; then the error.
                raise
            reserved.blocks.append(block)

    async def current(self, sequence: Sequence) -> State:
        """Returns the last value given out, and whether it was; else the value to begin with."""
        reserved = self._reserved.get(sequence.id)
        if reserved is not None and reserved.last is not None:
            return State(reserved.last, is_called=True)
        return await self._store.point([state_key(sequence.id)], _reader(sequence))

    async def set_value(self, sequence: Sequence, value: int, *, is_called: bool = True) -> None:
        """Makes `value` the last value, or (not `is_called`) the next one. Raises 22003."""
        if not sequence.minimum <= value <= sequence.maximum:
            bounds = f"({sequence.minimum}..{sequence.maximum})"
            message = f'setval: value {value} is out of bounds for sequence "{sequence.name}"'
            raise DatabaseError("22003", f"{message} {bounds}")
        key = state_key(sequence.id)

        def write(newest: Newest) -> None:
            newest.put(key, _pack(State(value, is_called)))

        # A reservation that is under way ends in the old object, which nobody asks any more.
        self._reserved.pop(sequence.id, None)
        await self._store.point([key], write)

    @staticmethod
    def forget(txn: Transaction, sequence_id: int) -> None:
        """Removes a dropped sequence's value with the transaction that drops it."""
        txn.delete(state_key(sequence_id))

    def _installed(self, changes: Changes) -> None:
        for sequence_id, sequence in changes.sequences.items():
            reserved = self._reserved.get(sequence_id)
            # A new name or owner changes nothing of what comes next.
            if reserved is not None and (sequence is None or _course(sequence) != reserved.course):
                del self._reserved[sequence_id]


def _course(sequence: Sequence) -> tuple[object, ...]:
    """Returns what decides which value follows another."""
    bounds = sequence.minimum, sequence.maximum
    return sequence.start, sequence.increment, *bounds, sequence.cycle


def _state(newest: Newest, sequence: Sequence) -> State:
    record = newest.get(state_key(sequence.id))
    return State(sequence.start, is_called=False) if record is None else _unpack(record)


def _reader(sequence: Sequence) -> Callable[[Newest], State]:
    return lambda newest: _state(newest, sequence)


def _reserver(sequence: Sequence, size: int) -> Callable[[Newest], range]:
    def reserve(newest: Newest) -> range:
        state = _state(newest, sequence)
        first = state.last_value
        if state.is_called:
            first += sequence.increment
        if not sequence.minimum <= first <= sequence.maximum:
            first = _after_the_end(sequence)
        room = sequence.maximum - first if sequence.increment > 0 else first - sequence.minimum
        count = min(size, room // abs(sequence.increment) + 1)
        last = first + (count - 1) * sequence.increment
        newest.put(state_key(sequence.id), _pack(State(last, is_called=True)))
        return range(first, last + sequence.increment, sequence.increment)

    return reserve


def _after_the_end(sequence: Sequence) -> int:
    is_ascending = sequence.increment > 0
    if sequence.cycle:
        return sequence.minimum if is_ascending else sequence.maximum
    which, bound = ("maximum", sequence.maximum) if is_ascending else ("minimum", sequence.minimum)
    raise DatabaseError(
        "2200H", f'nextval: reached {which} value of sequence "{sequence.name}" ({bound})'
    )
