"""The committer: one line of commits, in groups, each durable before anybody hears of it.

    point operation ─┐                      ┌ loop: write batch (unsynced) ┐
    point operation ─┼─> group (≤ 200 rows) ┤ thread: sync                 ├─> snapshot, answers
    transaction ─────┘                      └ loop: record the number      ┘

Everything that arrives during a sync joins the next group. Point operations are evaluated at once,
one after another, against the *newest state*: groups that wait, over the engine (which shows what
is written, synced or not). Readers never see that state: they take the newest snapshot, which is
made in the moment when all that is written is synced. Whoever has looked at the newest state
answers only when the group that it may have looked at is durable.

A group's outcome is one of three: durable; *refused* (it never reached the log: 53100); or
*unknown* (the write or the sync failed, and the log may still bring it back: 40003). The first
failure latches: no more is written, and nothing that was in flight is shown. After a write failed
for want of space the engine is opened anew as soon as there is room. A failed sync is never
repeated, because the kernel may have dropped the pages: the process ends, and a supervisor starts
it again.

Large transactions come as an `IngestGroup`: sorted files that become visible in one step.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from time import perf_counter
from typing import Final, Protocol

from storage.clock import Clock, TimestampSource
from storage.commit_contracts import Reopening, SyncedNumbers
from storage.commit_errors import again, unknown, write_error
from storage.disk import Disk, no_room
from storage.errors import DatabaseError
from storage.following import FollowedFile, Following
from storage.kv.batches import BATCH_KEY, BatchRecord, encode_record
from storage.kv.engine import Change, Engine, EngineError, Fault, KeyRange
from storage.serializable import RecentWrites
from storage.snapshots import Snapshot, SnapshotRegister
from storage.syncer import Syncer

#: A batch of this many rows holds the loop for half a millisecond.
GROUP_ROWS_MAX: Final = 200
#: How long a group waits for one more of those that it expects: less than a fast sync.
PATIENCE_SECONDS: Final = 0.0001
#: How long it waits altogether.
GATHER_SECONDS_MAX: Final = 0.001
#: An engine that is busy without a stall for so long waits for room on the disk.
RECOVERY_SECONDS: Final = 1.0
STALL_RETRY_SECONDS: Final = 0.002
REOPEN_RETRY_SECONDS: Final = 0.25
#: Beside the table files that an opening makes of the logs: its MANIFEST and the like.
REOPEN_ROOM_BYTES: Final = 1 << 20


class Member(Protocol):
    """A transaction in a group."""

    def durable(self) -> None:
        """Runs when the commit is durable and nobody can see it yet."""

    def ended(self) -> None:
        """Runs when the outcome is settled, good or bad: locks are released here."""


#: Hears why a commit isn't durable, or None.
Listener = Callable[[DatabaseError | None], None]


class Group:
    """Commits that become durable together.

    Attributes:
        changes: What the batch does to each key.
        commit_count: How many commits are in it.
        ranges: Ranges that go, before the changes.
        timestamp: The highest commit timestamp in it.
        is_settled: Whether the outcome is known.
        failure: Why it isn't durable, then.
        spans: Ranges in which a large transaction writes.
        followed: What it does to tables that are followed (storage/following.py).
    """

    __slots__ = (
        "_listeners",
        "_loop",
        "changes",
        "commit_count",
        "failure",
        "followed",
        "is_closed",
        "is_settled",
        "members",
        "number",
        "ranges",
        "spans",
        "timestamp",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.changes: dict[bytes, bytes | None] = {}
        self.ranges: Sequence[KeyRange] = ()
        self.spans: Sequence[KeyRange] = ()
        self.commit_count = 0
        self.members: list[Member] = []
        self.timestamp = 0
        self.number = 0
        self.is_closed = False
        self.is_settled = False
        self.failure: DatabaseError | None = None
        self.followed: Sequence[Change] | FollowedFile | None = None
        self._loop = loop
        self._listeners: list[Listener] = []

    def changes_key(self, key: bytes) -> bool:
        """Returns whether the batch does anything to a key."""
        return key in self.changes or (bool(self.ranges) and _is_in(key, self.ranges))

    async def settled(self) -> None:
        """Returns when the group is durable; raises if it isn't going to be."""
        await self.outcome()
        if self.failure is not None:
            raise again(self.failure)

    async def outcome(self) -> None:
        """Returns when the outcome is known."""
        if not self.is_settled:
            # One future for each: who is cancelled takes his own with him, and nobody else's.
            waiter = self._loop.create_future()

            def wake(_failure: DatabaseError | None) -> None:
                if not waiter.done():
                    waiter.set_result(None)

            self._listeners.append(wake)
            await waiter

    def when_settled(self, listener: Listener) -> None:
        """Has `listener(failure)` called as soon as the outcome is known, which it isn't yet.

        Listeners are called one after another, in the committer's own turn: what only has to be
        sent needs no turn, and no task, of its own.
        """
        self._listeners.append(listener)

    def settle(self, failure: DatabaseError | None) -> None:
        """Makes the outcome known."""
        self.is_settled = True
        self.failure = failure
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            try:
                listener(None if failure is None else again(failure))
            except Exception as error:  # noqa: BLE001 - reported to the loop, whatever it is
                context = {"message": "a listener of a commit failed", "exception": error}
                self._loop.call_exception_handler(context)


class IngestGroup(Group):
    """One large transaction, in files that are ready.

    Attributes:
        ingest: Moves the files in, as the batch of the given record; returns when that is durable.
    """

    __slots__ = ("ingest",)

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        ingest: Callable[[BatchRecord], None],
        spans: Sequence[KeyRange],
    ) -> None:
        super().__init__(loop)
        self.ingest = ingest
        self.spans = spans
        self.is_closed = True

    def changes_key(self, key: bytes) -> bool:
        return _is_in(key, self.spans)


class Committer:
    """Owns the engine, the newest snapshot and the line of groups.

    Args:
        engine: Open, with everything in it synced.
        last: The record of the last batch in it.
        die: Ends the process; called with the reason when a write or sync failed.
    """

    def __init__(  # noqa: PLR0913 - the composition root passes every component
        self,
        engine: Engine,
        last: BatchRecord,
        *,
        loop: asyncio.AbstractEventLoop,
        clock: Clock,
        syncer: Syncer,
        synced_numbers: SyncedNumbers,
        disk: Disk,
        reopen: Reopening | None,
        die: Callable[[str], None],
    ) -> None:
        self.engine = engine
        self.timestamps = TimestampSource(clock, last.timestamp)
        self.disk: Disk = disk
        self.snapshots = SnapshotRegister()
        self.recent = RecentWrites()
        self.following = Following()
        self._clock = clock
        self._number = self._synced_number = last.number
        self._loop = loop
        self._syncer = syncer
        self._synced_numbers = synced_numbers
        self._reopen = reopen
        self._die = die
        self._waiting: deque[Group] = deque()
        self._in_flight: Group | None = None
        self._busy_since: float | None = None
        self._errors_before_stall: int | None = None
        self._is_scheduled = False
        self._expected_count = 1
        self._gathered_count = 0
        self._gather_end = 0.0
        self._patience_end = 0.0
        self._failure: DatabaseError | None = None
        self.newest = self._make_snapshot(last.timestamp)

    # The newest state

    def get_newest(self, key: bytes) -> bytes | None:
        """Returns the newest value; who uses it answers after `unsettled()` has settled."""
        if self._failure is not None:
            raise again(self._failure)
        for group in reversed(self._waiting):
            if key in group.changes:
                return group.changes[key]
            if group.ranges and _is_in(key, group.ranges):
                return None
        try:
            return self.engine.get(key)
        except EngineError as error:
            raise DatabaseError("58030", "could not read", detail=error.message) from error

    def unsettled(self) -> Group | None:
        """Returns the last group that the newest state shows, or None if all is durable."""
        return self._waiting[-1] if self._waiting else self._in_flight

    def is_unsettled(self, key: bytes) -> bool:
        """Returns whether what `get_newest` gives of the key isn't durable yet."""
        if self._in_flight is not None and self._in_flight.changes_key(key):
            return True
        return bool(self._waiting) and any(group.changes_key(key) for group in self._waiting)

    def unsettled_writes(self) -> list[tuple[int, Iterable[bytes], Sequence[KeyRange]]]:
        """Returns the timestamp, keys and ranges of all groups that no snapshot shows yet."""
        groups = list(self._waiting)
        if self._in_flight is not None:
            groups.insert(0, self._in_flight)
        return [
            (g.timestamp, (), g.spans)
            if isinstance(g, IngestGroup)
            else (g.timestamp, g.changes, g.ranges)
            for g in groups
        ]

    # Joining

    def check_writable(self, *, only_deletes: bool = False) -> None:
        """Raises 53100 (or why the store takes no writes now) before a write has had any effect."""
        if self._failure is not None:
            raise again(self._failure)
        if self.disk.is_low and not only_deletes:
            self.disk.check()

    def join(
        self,
        changes: dict[bytes, bytes | None],
        timestamp: int,
        *,
        member: Member | None = None,
        ranges: Sequence[KeyRange] = (),
    ) -> Group:
        """Adds a commit to the line, in the order of timestamps.

        Returns the group that it is in.
        """
        if self.recent.is_wanted:
            self.recent.note(timestamp, changes, ranges)
        group = self._group_for(len(changes), alone=bool(ranges))
        group.changes.update(changes)
        group.commit_count += 1
        group.timestamp = timestamp
        if member is not None:
            group.members.append(member)
        if ranges:
            group.ranges = ranges
            group.is_closed = True
        if not self._is_scheduled:
            self._schedule()
        return group

    def join_ingest(
        self,
        member: Member,
        ingest: Callable[[BatchRecord], None],
        spans: Sequence[KeyRange],
        followed: FollowedFile | None = None,
    ) -> Group:
        """Adds a large transaction, which writes in these ranges, to the line.

        The commit timestamp is the group's. `followed` is the file for the follower.
        """
        group = IngestGroup(self._loop, ingest, spans)
        group.followed = followed
        group.timestamp = self.timestamps.next()
        if self.recent.is_wanted:
            self.recent.note(group.timestamp, (), spans)
        group.members.append(member)
        self._waiting.append(group)
        self._schedule()
        return group

    def _group_for(self, row_count: int, *, alone: bool) -> Group:
        if self._waiting and not alone:
            last = self._waiting[-1]
            if not last.is_closed and len(last.changes) + row_count <= GROUP_ROWS_MAX:
                return last
        group = Group(self._loop)
        self._waiting.append(group)
        return group

    # Writing

    def _schedule(self) -> None:
        if self._in_flight is None and not self._is_scheduled:
            self._is_scheduled = True
            # Whatever else is ready in this turn of the loop joins the group first.
            self._gathered_count = 0
            self._gather_end = perf_counter() + GATHER_SECONDS_MAX
            self._loop.call_soon(self._gather)

    def _gather(self) -> None:
        """Writes the first group, once as many commits have joined it as may be expected.

        Clients that were answered together tend to come back together, but not in one turn of the
        loop; one sync for all of them costs as much as one for the first.
        """
        if len(self._waiting) == 1 and not self._waiting[0].is_closed:
            count = self._waiting[0].commit_count
            if count < self._expected_count:
                now = perf_counter()
                if count > self._gathered_count:
                    self._gathered_count = count
                    self._patience_end = min(now + PATIENCE_SECONDS, self._gather_end)
                if now < self._patience_end:
                    self._loop.call_soon(self._gather)
                    return
        self._write()

    def _write(self) -> None:
        self._is_scheduled = False
        if self._in_flight is not None or not self._waiting or self._failure is not None:
            return
        try:
            self.disk.look()
        except OSError as error:
            # The directory is gone, or its file system can't be asked: no write would be safe.
            message = f"the data directory can't be looked at: {error.strerror}"
            self._fail(EngineError(Fault.IO, message), is_sync=False)
            return
        group = self._waiting.popleft()
        self._expected_count = max(group.commit_count, self._expected_count * 3 // 4)
        group.number = self._number + 1
        record = BatchRecord(group.number, self._synced_number, group.timestamp)
        if isinstance(group, IngestGroup):
            self._begin_ingest(group, record)
            return
        if self.engine.is_stalled():
            self._retry(group)
            return
        try:
            first = (BATCH_KEY, encode_record(record))
            changes: Iterable[Change] = group.changes.items()
            if self.following.prefixes or group.ranges:
                group.followed, notes = self.following.notes(group)
                changes = [*changes, *notes]
            self.engine.write(first, group.ranges, changes)
        except EngineError as error:
            if error.fault is Fault.BUSY:
                if self._is_recovering():
                    self._refuse(group)
                else:
                    self._retry(group)
                return
            self._in_flight = group
            self._fail(error, is_sync=False)
            return
        self._busy_since = None
        self._errors_before_stall = None
        self._number = group.number
        self._in_flight = group
        self._syncer.start(self.engine.sync, self._synced)

    def _retry(self, group: Group) -> None:
        """Puts the group back until background work has caught up.

        On a full disk that can last: background work waits for room too, or fails. Nothing has been
        written yet, so everybody is refused instead.
        """
        self._waiting.appendleft(group)
        errors = self.engine.background_errors()
        if self._errors_before_stall is None:
            self._errors_before_stall = errors
        has_failed = errors > self._errors_before_stall
        if has_failed or self._free_bytes() < self._needed_bytes():
            self._refuse()
            return
        self._is_scheduled = True
        self._loop.call_later(STALL_RETRY_SECONDS, self._write)

    def _refuse(self, *first: Group) -> None:
        """Refuses all who wait; nothing of theirs has been written."""
        refused = [*first, *self._waiting]
        self._waiting.clear()
        for each in refused:
            self._settle(each, no_room())

    def _free_bytes(self) -> int:
        """Returns the room on the disk; 0 where it can't be asked."""
        try:
            return self.disk.free_bytes()
        except OSError:
            return 0

    def _is_recovering(self) -> bool:
        """Returns whether the engine takes no writes although nothing stalls, and hasn't for a while.

        So it does when a compaction has met the end of the disk, until there is room for it.
        """
        now = self._loop.time()
        if self.engine.is_stalled():
            self._busy_since = None
            return False
        if self._busy_since is None:
            self._busy_since = now
        return now - self._busy_since >= RECOVERY_SECONDS

    def _begin_ingest(self, group: IngestGroup, record: BatchRecord) -> None:
        """Flushes in the thread, so that the ingest finds nothing to wait for, and then ingests."""

        def flushed(error: EngineError | None) -> None:
            if error is not None and error.fault is Fault.NO_SPACE:
                # Nothing has reached the store: this one is refused, and the line goes on.
                self._in_flight = None
                self._settle(group, no_room())
                self._write()
                return
            try:
                if error is not None:
                    raise error
                group.ingest(record)
            except EngineError as problem:
                self._fail(problem, is_sync=False)
                return
            self._number = group.number
            self._synced(None)

        self._in_flight = group
        self._syncer.start(self.engine.flush, flushed, is_long=True)

    def _synced(self, error: EngineError | None) -> None:
        group = self._in_flight
        assert group is not None
        if error is not None:
            self._fail(error, is_sync=True)
            return
        try:
            self._synced_numbers.record(group.number)
        except OSError as problem:
            self._fail(EngineError(Fault.IO, str(problem)), is_sync=True)
            return
        self._synced_number = group.number
        for member in group.members:
            self._guarded(member.durable)
        self.newest = self._make_snapshot(group.timestamp)
        self._in_flight = None
        if self.following.prefixes:
            self._guarded(lambda: self.following.tell(group))
        # Those who are answered now come back while the others, who came during the sync, wait.
        came_meanwhile = self._waiting[0].commit_count if self._waiting else 0
        self._expected_count = max(self._expected_count, group.commit_count + came_meanwhile)
        self._settle(group, None)
        if self._waiting:
            self._schedule()

    def _make_snapshot(self, timestamp: int) -> Snapshot:
        snapshot = Snapshot(self.engine.snapshot(), timestamp, self._clock.now_ms())
        self.snapshots.add(snapshot)
        return snapshot

    def _settle(self, group: Group, failure: DatabaseError | None) -> None:
        for member in group.members:
            self._guarded(member.ended)
        group.settle(failure)

    def _guarded(self, action: Callable[[], None]) -> None:
        """Runs what others have asked for; their mistakes don't stop the line."""
        try:
            action()
        except Exception as error:  # noqa: BLE001 - reported to the loop, whatever it is
            context = {"message": "an action at commit failed", "exception": error}
            self._loop.call_exception_handler(context)

    # Failing

    def _fail(self, error: EngineError, *, is_sync: bool) -> None:
        is_full = error.fault is Fault.NO_SPACE
        self._failure = write_error(error)
        in_flight, self._in_flight = self._in_flight, None
        refused = list(self._waiting)
        self._waiting.clear()
        if in_flight is not None:
            self._settle(in_flight, unknown(error))
        for group in refused:
            self._settle(group, self._failure)
        if is_sync or not is_full or self._reopen is None:
            self._die(f"could not {'sync' if is_sync else 'write'}: {error.message}")
            return
        # What it compacts would eat the room that is waited for, and fail for want of more.
        self.engine.stop_background()
        self.disk.drop_ballast()
        needed_bytes = self._needed_bytes()
        self._loop.call_later(REOPEN_RETRY_SECONDS, self._try_reopen, needed_bytes)

    def _try_reopen(self, needed_bytes: int) -> None:
        """Opens the engine anew once there is room; until then the old one serves reads."""
        assert self._reopen is not None
        if self._free_bytes() < needed_bytes:
            self._loop.call_later(REOPEN_RETRY_SECONDS, self._try_reopen, needed_bytes)
            return
        try:
            self.engine, last = self._reopen(self.engine)
        except EngineError:
            # It has left a part of a table file, and takes that away at the next attempt.
            self._loop.call_later(REOPEN_RETRY_SECONDS, self._try_reopen, needed_bytes)
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, this process can't go on
            self._die(f"could not open the store again: {error}")
            return
        self.timestamps.last = max(self.timestamps.last, last.timestamp)
        has_come_back = last.number > self._synced_number
        self._number = self._synced_number = last.number
        self._synced_numbers.record(last.number)
        self.newest = self._make_snapshot(self.timestamps.last)
        self._failure = None
        if has_come_back and self.following.follower is not None:
            self._guarded(self.following.follower.missed)

    def _needed_bytes(self) -> int:
        """Returns what the engine needs to move its logs into table files."""
        return self.engine.figures().log_bytes + REOPEN_ROOM_BYTES

    # Resting

    async def drain(self) -> None:
        """Returns when nothing waits and nothing is in flight."""
        while (group := self.unsettled()) is not None:
            await group.outcome()

    def keep_house(self) -> None:
        """Ends snapshots that pin too much.

        The newest is made anew, lest it pins what was flushed.
        """
        if self._failure is not None:
            return
        if self._in_flight is None:
            self.newest = self._make_snapshot(self.newest.timestamp)
        self.snapshots.end_costly(
            self.newest, self._clock.now_ms(), self.engine.figures().pinned_bytes
        )

    def close_engine(self) -> None:
        """Closes the engine such that the next opening is quick.

        Raises EngineError where it has met damage: what was acknowledged is in the logs all the same.
        """
        try:
            if self._failure is None:
                self.engine.flush()
        finally:
            self.engine.close()


def _is_in(key: bytes, ranges: Sequence[KeyRange]) -> bool:
    return any(start <= key < end for start, end in ranges)
