"""What a transaction has still to test: at the end of the statement, or at its own.

Events are worked off in the order in which they came, and those that they cause come behind them,
as in PostgreSQL. A queue that grows long is worked off early, from its end and as far as an event
can be settled for good: that bounds it, and changes nothing else, since rows that an event relies
on stay locked.
"""

import weakref
from collections import deque
from collections.abc import Collection
from dataclasses import field
from typing import Final, Protocol

from storage.errors import DatabaseError
from storage.kv.store import Transaction
from storage.records import dataclass
from storage.schema import Timing

#: Events that wait before some are looked at early: about 3 MB.
LONG_COUNT: Final = 10_000
#: Events that one transaction may have waiting at all: about 300 MB.
EVENT_COUNT_MAX: Final = 1_000_000
_EVENTS_PER_LOOK: Final = 64


class Event(Protocol):
    """Something to test, or to do, once the statement has changed its rows."""

    @property
    def constraint_id(self) -> int: ...

    @property
    def table_id(self) -> int:
        """The table whose row was changed."""

    async def run(self, txn: Transaction) -> None:
        """Tests it. Raises 23503, 23505."""

    async def settle_early(self, txn: Transaction) -> bool:
        """Does what can be done before the end; returns whether nothing is left to do."""


@dataclass(frozen=True, slots=True)
class Modes:
    """What SET CONSTRAINTS has said: for all deferrable constraints, then for some by id."""

    everything: bool | None = None
    by_id: dict[int, bool] = field(default_factory=dict)

    def is_deferred(self, constraint_id: int, timing: Timing) -> bool:
        """Returns whether the constraint waits for the end of the transaction."""
        if not timing.deferrable:
            return False
        found = self.by_id.get(constraint_id, self.everything)
        return timing.initially_deferred if found is None else found


@dataclass(frozen=True, slots=True)
class QueueMark:
    """State of a queue when a savepoint was set; `restore` goes back to it."""

    deferred: tuple[Event, ...]
    modes: Modes


class ConstraintQueue:
    """The events of one transaction."""

    def __init__(self, txn: Transaction) -> None:
        #: Events don't know the transaction, and the queue doesn't keep it: it goes when it ends.
        self._txn_ref = weakref.ref(txn)
        self._immediate: deque[Event] = deque()
        self._deferred: list[Event] = []
        self.modes = Modes()
        self._is_settling = False

    @property
    def _txn(self) -> Transaction:
        txn = self._txn_ref()
        assert txn is not None
        return txn

    def is_deferred(self, constraint_id: int, timing: Timing) -> bool:
        """Returns whether the constraint waits for the end of the transaction."""
        return timing.deferrable and self.modes.is_deferred(constraint_id, timing)

    def add(self, event: Event, timing: Timing) -> None:
        """Puts an event at the end. Raises 53200."""
        if self.is_deferred(event.constraint_id, timing):
            self._deferred.append(event)
        else:
            self._immediate.append(event)
        if len(self._immediate) + len(self._deferred) > EVENT_COUNT_MAX:
            raise DatabaseError(
                "53200",
                "out of memory",
                detail=f"More than {EVENT_COUNT_MAX} rows wait for the test of a constraint.",
            )

    def has_events_of(self, table_id: int) -> bool:
        """Returns whether something waits because of a row of this table."""
        return any(event.table_id == table_id for event in self._deferred)

    async def relieve(self) -> None:
        """Settles events early, where many of them wait."""
        if self._is_settling or len(self._immediate) + len(self._deferred) < LONG_COUNT:
            return
        self._is_settling = True
        try:
            await self._txn.others_settled()
            kept = [event for event in self._deferred if not await self._settled_early(event)]
            self._deferred = kept
            unsettled: list[Event] = []
            while self._immediate:
                event = self._immediate.pop()
                if not await self._settled_early(event):
                    unsettled.append(event)
            self._immediate.extendleft(unsettled)
        finally:
            self._is_settling = False

    async def _settled_early(self, event: Event) -> bool:
        txn = self._txn
        await txn.pressure()
        return await event.settle_early(txn)

    async def end_statement(self) -> None:
        """Tests what a statement has left to test. Raises what the constraints raise."""
        events, txn = self._immediate, self._txn
        while events:
            # A row of the event is locked: nobody can refer to it any more. Who did before may not
            # be durable yet.
            await txn.others_settled()
            for count in range(len(events)):
                await events.popleft().run(txn)
                if count % _EVENTS_PER_LOOK == _EVENTS_PER_LOOK - 1:
                    await txn.pressure()

    async def end_transaction(self) -> None:
        """Tests all that is left."""
        while self._deferred or self._immediate:
            self._immediate.extend(self._deferred)
            self._deferred = []
            self.modes = Modes(everything=False)
            await self.end_statement()

    async def set_modes(self, ids: Collection[int] | None, *, deferred: bool) -> None:
        """SET CONSTRAINTS; None: all. What is no longer deferred is tested now."""
        if ids is None:
            self.modes = Modes(everything=deferred)
        else:
            by_id = {**self.modes.by_id, **dict.fromkeys(ids, deferred)}
            self.modes = Modes(self.modes.everything, by_id)
        if deferred:
            return
        waiting = self._deferred
        self._deferred = []
        for event in waiting:
            if ids is None or event.constraint_id in ids:
                self._immediate.append(event)
            else:
                self._deferred.append(event)
        await self.end_statement()

    def mark(self) -> QueueMark:
        """Returns what `restore` needs: call it beside `txn.savepoint()`."""
        return QueueMark(tuple(self._deferred), self.modes)

    def restore(self, mark: QueueMark | None) -> None:
        """Forgets what has come since the mark (None: all), after `txn.rollback_to()`."""
        mark = mark or QueueMark((), Modes())
        self._immediate.clear()
        self._deferred = list(mark.deferred)
        self.modes = mark.modes


class ConstraintQueues:
    """The queues of the transactions there are."""

    def __init__(self) -> None:
        self._queues: weakref.WeakKeyDictionary[Transaction, ConstraintQueue] = (
            weakref.WeakKeyDictionary()
        )

    def of(self, txn: Transaction) -> ConstraintQueue:
        """Returns the transaction's queue, made when first asked for; the commit works it off."""
        found = self._queues.get(txn)
        if found is None:
            found = self._queues[txn] = ConstraintQueue(txn)
            txn.before_commit(found.end_transaction)
        return found

    def known(self, txn: Transaction) -> ConstraintQueue | None:
        """Returns the transaction's queue, if there is one."""
        return self._queues.get(txn)
