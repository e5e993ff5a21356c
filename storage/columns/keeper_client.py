"""The keeper's client, in the server: starts the keeper, feeds it, asks it.

    begin(table)                 has a table's columns built, in the background
    is_ready(storage id)         whether it can be read
    versions(storage ids, N)     where its rows lie as of N; to be released after the query

The keeper may die at any time, and is started again. It then has what its manifests say, and catches
up by the keys noted since (storage/following.py). A keeper that falls behind doesn't make commits
wait: beyond a bound, news are left out, and it catches up in the same way.
"""

import asyncio
import contextlib
import enum
import shutil
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec

from storage.columns import feed
from storage.columns.feed import Frames, KeeperSettings, ToServer, frame
from storage.columns.layout import Layout, layout_of
from storage.columns.manifest import Manifest, decode_manifest, encode_manifest
from storage.columns.messages import TableVersion
from storage.embedded import OpenStore
from storage.errors import DatabaseError
from storage.following import (
    TABLES_MAX,
    decode_note,
    manifest_key,
    manifest_range,
    note_range,
)
from storage.keyspace import ITEMS, storage_prefix
from storage.kv.engine import Change
from storage.schema import Table
from storage.snapshots import Snapshot
from storage.threads import in_thread

#: News wait so long for others to go with, unless somebody asks.
FEED_SECONDS: Final = 0.05
#: Changes that wait.
FEED_CHANGES_MAX: Final = 2_000
#: Bytes that the keeper hasn't taken; beyond, news are left out.
BEHIND_BYTES: Final = 64 << 20
#: What a flush at the end may take.
CLOSE_SECONDS: Final = 1.0
RESTART_SECONDS: Final = 0.1
RESTART_SECONDS_MAX: Final = 10.0
#: Builds that may fail, one after another.
REBUILDS_MAX: Final = 3
_NOTES_AT_ONCE: Final = 64
_ITEMS_AT_ONCE: Final = 64


class Phase(enum.Enum):
    """How far a table's columns have come."""

    BUILDING = "building"
    CATCHING_UP = "catching up"
    READY = "ready"
    FAILED = "failed"


class NotReadyError(Exception):
    """The columns can't be read now, or not as of that commit timestamp; the text says why."""


@dataclass(slots=True)
class FollowedTable:
    """A table whose columns are kept.

    Attributes:
        row_count: Rows that its build has come to; then, roughly, those that it has.
        problem: Why it has failed.
        rebuild_count: How often it has been built anew since it was ready.
        build_number: Of the build that counts; an older one has come too late.
    """

    storage_id: int
    layout: Layout
    phase: Phase
    row_count: int = 0
    problem: str = ""
    rebuild_count: int = 0
    build_number: int = 0
    waiters: list["asyncio.Future[None]"] = field(default_factory=list)

    def enter(self, phase: Phase) -> None:
        """Enters a phase; wakes those who wait for it to be ready, or to have failed."""
        self.phase = phase
        if phase in {Phase.READY, Phase.FAILED}:
            waiters, self.waiters = self.waiters, []
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(None)


@dataclass(frozen=True, slots=True)
class Versions:
    """Versions of tables as of one commit timestamp; `release` them after the query."""

    tables: list[TableVersion]
    release: Callable[[], None]


class KeeperClient:
    """The columns of a store's tables.

    Args:
        directory: The data directory; columns are kept in a directory in it.
        report: Hears what an administrator may want to know.
        program: The module that is the keeper.
    """

    def __init__(
        self,
        store: OpenStore,
        directory: Path,
        report: Callable[[str], None] = lambda _: None,
        *,
        settings: KeeperSettings | None = None,
        program: str = "storage.columns.keeper",
    ) -> None:
        self._settings = settings or KeeperSettings()
        self._program = program
        self.tables: dict[int, FollowedTable] = {}
        self._store = store
        self._directory = directory / "columns"
        self._report = report
        self._loop = asyncio.get_running_loop()
        self._committer = store.committer
        self._following = store.committer.following
        self._process: subprocess.Popen[bytes] | None = None
        self._transport: asyncio.WriteTransport | None = None
        self._news: list[tuple[int, Sequence[Change]]] = []
        self._news_count = 0
        self._feeding: asyncio.TimerHandle | None = None
        self._is_behind = False
        self._last_told = 0
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._number = 0
        self._work: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()
        self._restart_seconds = RESTART_SECONDS
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closed = False

    # Life

    async def start(self) -> None:
        """Starts the keeper, and has it open the tables that have columns already."""
        self._directory.mkdir(exist_ok=True)
        self._spawn(self._do_work())
        await self._start_keeper()

    async def close(self) -> None:
        """Ends the keeper, after a flush if that is quick: it saves the next start reading again."""
        with contextlib.suppress(NotReadyError, TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.flush()
                await self._work.join()
        self._is_closed = True
        self._following.follower = None
        for task in list(self._tasks):
            task.cancel()
        if self._transport is not None:
            self._transport.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._fail_asked("the server is stopping")

    async def _start_keeper(self) -> None:
        manifests = self._manifests()
        self._remove_leftovers({str(manifest.storage_id) for manifest in manifests})
        ours, theirs = socket.socketpair()
        with theirs:
            descriptor = theirs.fileno()
            settings = msgspec.json.encode(self._settings).decode()
            arguments = [self._program, str(self._directory), str(descriptor), settings]
            self._process = subprocess.Popen(  # noqa: ASYNC220, S603 - ours, and quick
                [sys.executable, "-m", *arguments], pass_fds=[descriptor], stdin=subprocess.DEVNULL
            )
        ours.setblocking(False)
        self._transport, _ = await self._loop.create_unix_connection(
            partial(_Connection, self), sock=ours
        )
        self._news.clear()
        self._news_count = 0
        self._is_behind = False
        self._following.follower = self
        for manifest in manifests:
            self._open(manifest)
        for table in list(self.tables.values()):
            if table.phase is Phase.BUILDING:
                self._spawn(self._build(table))

    def _manifests(self) -> list[Manifest]:
        entries = self._committer.newest.scan(*manifest_range(), TABLES_MAX)
        return [decode_manifest(value) for _, value in entries]

    def _remove_leftovers(self, names: set[str]) -> None:
        for path in self._directory.iterdir():
            if path.is_dir() and path.name not in names:
                shutil.rmtree(path, ignore_errors=True)
            elif path.is_file():
                path.unlink()

    def _open(self, manifest: Manifest) -> None:
        table = self.tables.get(manifest.storage_id)
        if table is None:
            table = FollowedTable(manifest.storage_id, manifest.layout, Phase.CATCHING_UP)
            self.tables[manifest.storage_id] = table
        table.enter(Phase.CATCHING_UP)
        self._send(feed.Open(manifest))
        self._spawn(self._catch_up(table, manifest.applied))

    def keeper_gone(self) -> None:
        """Hears that the keeper has died."""
        if self._is_closed:
            return
        self._transport = None
        self._fail_asked("the keeper has died")
        for task in list(self._tasks):
            if task.get_name() != "work":
                task.cancel()
        for table in self.tables.values():
            if table.phase is Phase.READY:
                table.enter(Phase.CATCHING_UP)
        assert self._process is not None
        self._process.kill()  # it may have closed its side first, and still be ending
        code = self._process.wait()
        self._report(f"the columns' keeper has ended with code {code} and is started again")
        self._loop.call_later(self._restart_seconds, self._restart)
        self._restart_seconds = min(self._restart_seconds * 2, RESTART_SECONDS_MAX)

    def _restart(self) -> None:
        if not self._is_closed:
            self._spawn(self._start_keeper())

    def _spawn(self, coroutine: Any) -> None:
        task: asyncio.Task[None] = self._loop.create_task(coroutine)
        if coroutine.__name__ == "_do_work":
            task.set_name("work")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def process_id(self) -> int | None:
        """The keeper's process, if one runs."""
        return None if self._process is None else self._process.pid

    # Tables

    def is_ready(self, storage_id: int) -> bool:
        """Returns whether a table's columns can be read now."""
        table = self.tables.get(storage_id)
        return table is not None and table.phase is Phase.READY

    def begin(self, table: Table) -> None:
        """Has the columns of a table built, unless they are already, or are being built."""
        known = self.tables.get(table.storage_id)
        if known is not None and known.phase is not Phase.FAILED:
            return
        followed = FollowedTable(table.storage_id, layout_of(table), Phase.BUILDING)
        self.tables[table.storage_id] = followed
        if self._transport is not None:
            self._spawn(self._build(followed))

    async def wait_ready(self, storage_id: int) -> None:
        """Returns when a table that has been begun can be read. Raises NotReadyError."""
        while not self.is_ready(storage_id):
            table = self.tables.get(storage_id)
            if table is None or table.phase is Phase.FAILED:
                raise NotReadyError("the table has gone" if table is None else table.problem)
            waiter = self._loop.create_future()
            table.waiters.append(waiter)
            await waiter

    async def _build(self, table: FollowedTable) -> None:
        self._number += 1
        number = table.build_number = self._number
        self._following.begin(table.storage_id)
        # Before any news of it, so that what is committed after the checkpoint isn't missed.
        self._send(feed.Expect(table.storage_id, table.layout))
        checkpoint = self._directory / f"checkpoint-{number}"
        engine = self._committer.engine
        try:
            # Flushed before, so that there is no log to copy; the files are linked.
            await in_thread(engine.flush)
            await in_thread(lambda: engine.checkpoint(checkpoint))
        except Exception as error:  # noqa: BLE001 - the table has its rows all the same
            if self._is_wanted(table, number):
                self._failed(table.storage_id, str(error))
            return
        if self._is_wanted(table, number):
            self._send(feed.Build(table.storage_id, str(checkpoint)))
        else:
            await in_thread(lambda: shutil.rmtree(checkpoint, ignore_errors=True))

    def _is_wanted(self, table: FollowedTable, number: int) -> bool:
        return self.tables.get(table.storage_id) is table and table.build_number == number

    async def _catch_up(self, table: FollowedTable, after: int) -> None:
        """Tells the keeper of the items whose keys have been noted after a commit."""
        while True:
            snapshot = self._committer.newest
            try:
                if await self._tell_noted(table, after, snapshot):
                    self._send(feed.CaughtUp(table.storage_id, snapshot.timestamp))
                else:
                    self._rebuild(table, "a large transaction came while no keeper ran")
            except DatabaseError as error:
                if error.sqlstate != "72000":
                    self._failed(table.storage_id, error.message)
                    return
                # The snapshot was ended for what it pinned; the next one has it all, too.
            else:
                return

    async def _tell_noted(self, table: FollowedTable, after: int, snapshot: Snapshot) -> bool:
        slices = self._store.slices
        prefix = storage_prefix(ITEMS, table.storage_id)
        position, end = note_range(table.storage_id, after, snapshot.timestamp)
        keys: dict[bytes, None] = {}
        while notes := snapshot.scan(position, end, _NOTES_AT_ONCE):
            for _, value in notes:
                noted = decode_note(value)
                if noted is None:
                    return False
                keys.update(dict.fromkeys(noted))
            position = notes[-1][0] + b"\0"
            if slices.due():
                await slices.pause()
        for some in _portions([prefix + key for key in keys]):
            items = [snapshot.get(key) for key in some]
            self._send(feed.Changes(snapshot.timestamp, 0, some, items))
            if slices.due():
                await slices.pause()
        return True

    # What the store tells

    def told(self, timestamp: int, changes: Sequence[Change] | Path) -> None:
        """Hears what a group has changed, after its sync."""
        if self._transport is None:
            return
        if isinstance(changes, Path):
            self._feed()
            if self._is_behind:
                return
            self._number += 1
            path = changes.rename(self._directory / f"changes-{self._number}")
            self._send(feed.ChangeFile(timestamp, str(path)))
            self._last_told = timestamp
            return
        if self._is_behind:
            return
        self._news.append((timestamp, changes))
        self._news_count += len(changes)
        if self._news_count >= FEED_CHANGES_MAX:
            self._feed()
        elif self._feeding is None:
            self._feeding = self._loop.call_later(FEED_SECONDS, self._feed)

    def lost(self, storage_id: int) -> None:
        """Hears that a table has gone, or that it can't be followed any more."""
        self._send(feed.Forget(storage_id))
        table = self.tables.pop(storage_id, None)
        if table is not None:
            table.enter(Phase.FAILED)
        self._work.put_nowait(partial(self._remove_manifest, storage_id))

    def _feed(self) -> None:
        """Sends the news that wait."""
        if self._feeding is not None:
            self._feeding.cancel()
            self._feeding = None
        news, self._news, self._news_count = self._news, [], 0
        transport = self._transport
        if not news or transport is None or self._is_behind:
            return
        if transport.get_write_buffer_size() > BEHIND_BYTES:
            self._fall_behind()
            return
        pin = self._committer.snapshots.oldest().timestamp
        transport.write(
            b"".join(
                frame(
                    feed.Changes(
                        timestamp, pin, [key for key, _ in changes], [item for _, item in changes]
                    )
                )
                for timestamp, changes in news
            )
        )
        self._last_told = news[-1][0]

    def _fall_behind(self) -> None:
        self._is_behind = True
        for table in self.tables.values():
            if table.phase is Phase.READY:
                table.enter(Phase.CATCHING_UP)
                self._send(feed.Behind(table.storage_id))
            elif table.phase is Phase.BUILDING:
                table.build_number = 0
                self._send(feed.Forget(table.storage_id))

    def drained(self) -> None:
        """Hears that the keeper has taken what was sent."""
        if self._is_behind:
            self._is_behind = False
            for table in self.tables.values():
                if table.phase is Phase.CATCHING_UP:
                    self._spawn(self._catch_up(table, self._last_told))
                elif table.phase is Phase.BUILDING:
                    self._spawn(self._build(table))

    # Asking

    async def versions(self, storage_ids: Iterable[int], timestamp: int) -> Versions:
        """Returns versions of tables as of a commit timestamp. Raises NotReadyError."""
        wanted = list(storage_ids)
        for storage_id in wanted:
            if not self.is_ready(storage_id):
                raise NotReadyError("its columns aren't ready yet")
        self._feed()
        self._number += 1
        number = self._number
        answer = await self._ask(number, feed.Ask(number, timestamp, wanted))
        if answer.refusal:
            raise NotReadyError(answer.refusal)
        return Versions(answer.versions, partial(self._send, feed.Release(number)))

    async def figures(self) -> list[feed.TableFigures]:
        """Returns figures of all tables that the keeper has."""
        self._number += 1
        answer = await self._ask(self._number, feed.Inspect(self._number))
        return list(answer.tables)

    async def flush(self) -> None:
        """Returns when everything that was committed before is in segments."""
        self._feed()
        self._number += 1
        await self._ask(self._number, feed.Flush(self._number))

    async def _ask(self, number: int, message: feed.Message) -> Any:
        if self._transport is None:
            raise NotReadyError("the keeper is being started")
        future = self._asked[number] = self._loop.create_future()
        self._send(message)
        try:
            return await future
        except asyncio.CancelledError:
            # Nobody will use the answer.
            self._send(feed.Release(number))
            raise
        finally:
            self._asked.pop(number, None)

    def _fail_asked(self, reason: str) -> None:
        for future in self._asked.values():
            if not future.done():
                future.set_exception(NotReadyError(reason))

    def _send(self, message: feed.Message) -> None:
        if self._transport is not None:
            self._transport.write(frame(message))

    # What the keeper tells

    def hear(self, message: ToServer) -> None:
        """Hears a message of the keeper's."""
        match message:
            case feed.Answer():
                for version in message.versions:
                    if (table := self.tables.get(version.storage_id)) is not None:
                        table.row_count = version.row_count
                self._settle(message.number, message)
            case feed.Figures(number) | feed.Done(number):
                self._settle(number, message)
            case feed.NewManifest(sequence, manifest):
                self._work.put_nowait(partial(self._keep_manifest, sequence, manifest))
            case feed.Progress(storage_id, row_count):
                if storage_id in self.tables:
                    self.tables[storage_id].row_count = row_count
                    self.tables[storage_id].rebuild_count = 0
            case feed.Ready(storage_id, row_count):
                if storage_id in self.tables and not self._is_behind:
                    self.tables[storage_id].row_count = row_count
                    self.tables[storage_id].rebuild_count = 0
                    self.tables[storage_id].enter(Phase.READY)
                self._restart_seconds = RESTART_SECONDS
            case feed.Failed(storage_id, reason):
                if storage_id in self.tables:
                    self._rebuild(self.tables[storage_id], reason)

    def _rebuild(self, table: FollowedTable, reason: str) -> None:
        """Builds the columns of a table anew, unless that has just gone wrong."""
        if table.rebuild_count >= REBUILDS_MAX:
            self._failed(table.storage_id, reason)
            return
        self._report(f"the columns of storage {table.storage_id} are built anew: {reason}")
        table.rebuild_count += 1
        table.enter(Phase.BUILDING)
        self._send(feed.Forget(table.storage_id))
        self._spawn(self._build(table))

    def _settle(self, number: int, message: ToServer) -> None:
        future = self._asked.get(number)
        if future is not None and not future.done():
            future.set_result(message)

    def _failed(self, storage_id: int, reason: str) -> None:
        self._report(f"the columns of storage {storage_id} can't be kept: {reason}")
        self._following.end(storage_id)
        self._send(feed.Forget(storage_id))
        self._work.put_nowait(partial(self._remove_manifest, storage_id))
        table = self.tables.get(storage_id)
        if table is not None:
            table.problem = reason
            table.enter(Phase.FAILED)

    async def _do_work(self) -> None:
        """Writes to the store, one thing after another."""
        while True:
            action = await self._work.get()
            try:
                await action()
            except DatabaseError as error:
                # The last manifest stays; what it lacks has been noted.
                self._report(f"a manifest of columns could not be written: {error.message}")
            finally:
                self._work.task_done()

    async def _keep_manifest(self, sequence: int, manifest: Manifest) -> None:
        storage_id = manifest.storage_id
        if not self._following.is_followed(storage_id):
            return
        txn = self._store.begin()
        txn.put(manifest_key(storage_id), encode_manifest(manifest))
        txn.delete_range(*note_range(storage_id, -1, manifest.applied))
        await txn.commit()
        self._send(feed.ManifestKept(storage_id, sequence))

    async def _remove_manifest(self, storage_id: int) -> None:
        if self._following.is_followed(storage_id):
            return
        txn = self._store.begin()
        txn.delete(manifest_key(storage_id))
        txn.delete_range(*note_range(storage_id, -1, self._committer.newest.timestamp))
        await txn.commit()


def _portions(keys: list[bytes]) -> Iterable[list[bytes]]:
    return (keys[at : at + _ITEMS_AT_ONCE] for at in range(0, len(keys), _ITEMS_AT_ONCE))


class _Connection(asyncio.Protocol):
    def __init__(self, client: KeeperClient) -> None:
        self._client = client
        self._frames = Frames(ToServer)

    def data_received(self, data: bytes) -> None:
        for message in self._frames.feed(data):
            self._client.hear(message)

    def connection_lost(self, _error: Exception | None) -> None:
        self._client.keeper_gone()

    def resume_writing(self) -> None:
        self._client.drained()
