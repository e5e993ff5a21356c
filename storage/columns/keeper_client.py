"""The keeper's client, in the server: starts the keeper, feeds it, asks it.

    begin(table)                 has a table's columns built, in the background
    is_ready(storage id)         whether it can be read
    versions(storage ids, N)     where its rows lie as of N; to be released after the query

The keeper may die at any time, and is started again. It then has what its manifests say, and catches
up by the keys noted since (storage/following.py). A keeper that falls behind doesn't make commits
wait: beyond a bound, news are left out, and it catches up in the same way. Where it can't be kept
running, the columns are given up until the server starts again.
"""

import asyncio
import contextlib
import shutil
import socket
import subprocess
from collections.abc import Callable, Coroutine, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from storage.columns import feed
from storage.columns.catch_up import (
    LargeTransactionMissedError,
    TooMuchMissedError,
    tell_noted,
)
from storage.columns.feed import KeeperSettings, ToServer, frame
from storage.columns.followed_table import FollowedTable, NotReadyError, Phase
from storage.columns.keeper_process import Connection, launch
from storage.columns.known_versions import KnownVersions, Versions
from storage.columns.layout import layout_of
from storage.columns.manifest import FORM, Manifest
from storage.columns.manifest_line import ManifestLine
from storage.embedded import OpenStore
from storage.errors import DatabaseError
from storage.following import NOTED_KEYS_MAX
from storage.kv.engine import Change
from storage.schema import Table
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
#: Keepers that may end, or not start at all, one after another, without having had a table ready.
STARTS_MAX: Final = 10
#: Builds that may fail, one after another.
REBUILDS_MAX: Final = 3
#: Failures are forgotten of a table that has been ready for so long, or given up so long ago.
FORGIVEN_SECONDS: Final = 600.0
#: The task that a keeper's death doesn't end.
_WRITING: Final = "manifests"


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
        self._settings = settings or KeeperSettings(floor_bytes=store.committer.disk.floor_bytes)
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
        self._may_send = asyncio.Event()
        self._news: list[tuple[int, Sequence[Change]]] = []
        self._news_count = 0
        self._feeding: asyncio.TimerHandle | None = None
        self._is_behind = False
        self._last_told = 0
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._number = 0
        self._manifests = ManifestLine(store, report)
        self._known = KnownVersions()
        self._restart_seconds = RESTART_SECONDS
        self._start_count = 0
        self._problem = ""
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closed = False

    # Life

    async def start(self) -> None:
        """Starts the keeper, and has it open the tables that have columns already."""
        self._spawn(self._manifests.run(), _WRITING)
        await self._start_keeper()

    async def close(self) -> None:
        """Ends the keeper, after a flush if that is quick: it saves the next start reading again."""
        with contextlib.suppress(NotReadyError, TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.flush()
                await self._manifests.settled()
        self._is_closed = True
        self._known.forget()
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
        # What the last keeper has left to be kept: manifests are read behind it.
        await self._manifests.settled()
        manifests = [each for each in self._manifests.all() if not self._is_needless(each)]
        self._start_count += 1
        names = {str(manifest.storage_id) for manifest in manifests}
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                await in_thread(lambda: self._remove_leftovers(names))
                self._process = launch(self._program, self._directory, theirs, self._settings)
        except OSError as error:
            ours.close()
            self._following.follower = self
            self._start_again(f"can't be started: {error.strerror}")
            return
        ours.setblocking(False)
        self._transport, _ = await self._loop.create_unix_connection(
            partial(Connection, self), sock=ours
        )
        self._may_send.set()
        self._news.clear()
        self._news_count = 0
        self._is_behind = False
        self._following.follower = self
        for manifest in manifests:
            storage_id = manifest.storage_id  # it may have gone meanwhile
            removed = self._manifests.removed
            if self._following.is_followed(storage_id) and storage_id not in removed:
                self._open(manifest)
        for table in list(self.tables.values()):
            if table.phase is not Phase.FAILED and not table.attempt:
                self._build_soon(table)

    def _is_needless(self, manifest: Manifest) -> bool:
        """Returns whether a table is given up, written in another form, or has no rows.

        Without rows it may be of one that was dropped: a crash can have come between its last
        manifest and the end of that.
        """
        storage_id = manifest.storage_id
        if storage_id in self._manifests.removed:
            return True
        if manifest.form == FORM and self._manifests.has_rows(storage_id):
            return False
        self.lost(storage_id)
        return True

    def _remove_leftovers(self, names: set[str]) -> None:
        self._directory.mkdir(exist_ok=True)
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
        table.complete_to = manifest.applied
        self._send(feed.Open(manifest))
        self._catch_up_soon(table)

    def keeper_gone(self) -> None:
        """Hears that the keeper has died."""
        if self._is_closed:
            return
        self._transport = None
        self._known.forget()
        self._fail_asked("the keeper has died")
        for task in list(self._tasks):
            if task.get_name() != _WRITING:
                task.cancel()
        for table in self.tables.values():
            table.attempt = 0
            if table.phase is Phase.READY:
                table.enter(Phase.CATCHING_UP, self._loop.time())
        assert self._process is not None
        self._process.kill()  # it may have closed its side first, and still be ending
        self._start_again(f"has ended with code {self._process.wait()}")

    def _start_again(self, what: str) -> None:
        """Has the keeper started again after a while, unless that has been of no use."""
        if self._start_count < STARTS_MAX:
            self._report(f"the columns' keeper {what}, and is started again")
            self._loop.call_later(self._restart_seconds, self._restart)
            self._restart_seconds = min(self._restart_seconds * 2, RESTART_SECONDS_MAX)
            return
        self._problem = f"the columns' keeper {what}"
        self._report(
            f"{self._problem}, {STARTS_MAX} times in a row: "
            "queries read rows by their keys until the server is started again"
        )
        for storage_id in list(self.tables):
            self._failed(storage_id, self._problem)

    def _restart(self) -> None:
        if not self._is_closed:
            self._spawn(self._start_keeper())

    def _spawn(self, coroutine: Coroutine[Any, Any, None], name: str | None = None) -> None:
        task = self._loop.create_task(coroutine, name=name)
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

    def is_worth_trying(self, storage_id: int) -> bool:
        """Returns whether a table has no columns, and hasn't been given up lately."""
        table = self.tables.get(storage_id)
        if table is None:
            return True
        is_failed = table.phase is Phase.FAILED
        return is_failed and self._loop.time() - table.entered > FORGIVEN_SECONDS

    def begin(self, table: Table) -> None:
        """Has the columns of a table built, unless they are already, or are being built."""
        storage_id = table.storage_id
        known = self.tables.get(storage_id)
        if storage_id in self._manifests.removed or (
            known is not None and known.phase is not Phase.FAILED
        ):
            return
        followed = FollowedTable(storage_id, layout_of(table), Phase.BUILDING)
        self.tables[storage_id] = followed
        if self._problem:
            followed.problem = self._problem
            followed.enter(Phase.FAILED, self._loop.time())
        elif self._transport is not None:
            self._build_soon(followed)

    async def wait_ready(self, storage_id: int) -> None:
        """Returns when a table that has been begun can be read. Raises NotReadyError."""
        while not self.is_ready(storage_id):
            table = self.tables.get(storage_id)
            if table is None or table.phase is Phase.FAILED:
                raise NotReadyError("the table has gone" if table is None else table.problem)
            waiter = self._loop.create_future()
            table.waiters.append(waiter)
            await waiter

    def _build_soon(self, table: FollowedTable) -> None:
        self._number += 1
        table.attempt = self._number
        table.enter(Phase.BUILDING, self._loop.time())
        self._spawn(self._build(table, table.attempt))

    async def _build(self, table: FollowedTable, attempt: int) -> None:
        self._following.begin(table.storage_id)
        # Before any news of it, so that what is committed after the checkpoint isn't missed.
        self._send(feed.Expect(table.storage_id, table.layout))
        checkpoint = self._directory / f"checkpoint-{attempt}"
        engine = self._committer.engine

        def make() -> None:
            # Flushed before, so that there is no log to copy; the files are linked.
            engine.flush()
            engine.checkpoint(checkpoint)
            if not self._is_wanted(table, attempt):  # nor, perhaps, does anybody wait for it
                shutil.rmtree(checkpoint, ignore_errors=True)

        try:
            self._committer.disk.check()
            await in_thread(make)
        except Exception as error:  # noqa: BLE001 - the table has its rows all the same
            if self._is_wanted(table, attempt):
                self._failed(table.storage_id, str(error))
            return
        if self._is_wanted(table, attempt):
            self._send(feed.Build(table.storage_id, str(checkpoint), attempt))

    def _is_wanted(self, table: FollowedTable, attempt: int) -> bool:
        return self.tables.get(table.storage_id) is table and table.attempt == attempt

    def _catch_up_soon(self, table: FollowedTable) -> None:
        self._number += 1
        table.attempt = self._number
        table.enter(Phase.CATCHING_UP, self._loop.time())
        self._spawn(self._catch_up(table, table.attempt))

    async def _catch_up(self, table: FollowedTable, attempt: int) -> None:
        """Tells the keeper of the items whose keys have been noted since it was complete."""
        storage_id = table.storage_id

        async def send(missed: feed.Missed) -> bool:
            await self._may_send.wait()
            is_wanted = self._is_wanted(table, attempt)
            if is_wanted:
                self._send(missed)
            return is_wanted

        while self._is_wanted(table, attempt):
            snapshot = self._committer.newest
            slices, after = self._store.slices, table.complete_to
            try:
                is_told = await tell_noted(storage_id, after, snapshot, slices, send)
            except LargeTransactionMissedError as problem:
                if self._is_wanted(table, attempt):
                    self._rebuild(table, str(problem))
            except TooMuchMissedError as problem:
                if self._is_wanted(table, attempt):
                    self._build_after_failure(table, str(problem))
            except DatabaseError as error:
                # A snapshot that was ended for what it pinned: the next one has it all, too.
                if error.sqlstate != "72000":
                    self._failed(storage_id, error.message)
            else:
                if is_told:
                    self._send(feed.CaughtUp(storage_id, snapshot.timestamp, attempt))
                return

    # What the store tells

    def told(self, timestamp: int, changes: Sequence[Change] | Path) -> None:
        """Hears what a group has changed, after its sync."""
        self._known.told(timestamp)
        self._give_up_what_lags()
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
        self._known.forget()
        self._send(feed.Forget(storage_id))
        table = self.tables.pop(storage_id, None)
        if table is not None:
            table.enter(Phase.FAILED, self._loop.time())
        self._manifests.remove(storage_id)

    def missed(self) -> None:
        """Hears that there are commits of which only notes tell."""
        self._known.forget()
        if self._transport is not None:
            self._feed()
            self._fall_behind()
            self.drained()

    def _give_up_what_lags(self) -> None:
        """Gives up tables of which too much is noted: the keeper doesn't get on."""
        counts = self._following.noted_counts
        if counts and max(counts.values()) > NOTED_KEYS_MAX:
            for storage_id in [each for each, count in counts.items() if count > NOTED_KEYS_MAX]:
                self._following.forgotten(storage_id)
                self._failed(storage_id, "too many changes are in no segment yet")

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
        self._known.forget()
        self._is_behind = True
        for table in self.tables.values():
            table.attempt = 0
            if table.phase is Phase.BUILDING:
                self._send(feed.Forget(table.storage_id))
            elif table.phase is not Phase.FAILED:
                if table.phase is Phase.READY:
                    table.complete_to = self._last_told
                    table.enter(Phase.CATCHING_UP, self._loop.time())
                self._send(feed.Behind(table.storage_id))

    def may_send(self, *, is_so: bool) -> None:
        """Hears whether the keeper takes what is sent to it."""
        if not is_so:
            self._may_send.clear()
            return
        self._may_send.set()
        self.drained()

    def drained(self) -> None:
        """Hears that the keeper has taken what was sent."""
        if self._is_behind:
            self._is_behind = False
            for table in self.tables.values():
                if table.phase is Phase.CATCHING_UP:
                    self._catch_up_soon(table)
                elif table.phase is Phase.BUILDING:
                    self._build_soon(table)

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

    async def known_versions(self, storage_ids: Sequence[int], timestamp: int) -> Versions:
        """As `versions`, of an answer from before if that still holds."""
        known = self._known
        if all(map(self.is_ready, storage_ids)):
            found = known.get(storage_ids, timestamp)
            if found is not None:
                return found
        count = known.change_count
        versions = await self.versions(storage_ids, timestamp)
        return known.keep(storage_ids, timestamp, versions, count)

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
                self._known.forget()
                kept = feed.ManifestKept(manifest.storage_id, sequence)
                self._manifests.keep(manifest, partial(self._send, kept))
            case _:
                table = self.tables.get(message.storage_id)
                if table is not None:
                    self._hear_of(table, message)

    def _hear_of(
        self,
        table: FollowedTable,
        message: feed.Progress | feed.Ready | feed.Lacking | feed.Failed,
    ) -> None:
        match message:
            case feed.Progress(_, row_count):
                table.row_count = row_count
            case feed.Ready(_, row_count, attempt) if table.attempt == attempt:
                table.row_count = row_count
                table.enter(Phase.READY, self._loop.time())
                self._restart_seconds, self._start_count = RESTART_SECONDS, 0
            case feed.Lacking(_, timestamp, attempt) if table.attempt == attempt:
                table.complete_to = timestamp
                self._catch_up_soon(table)
            case feed.Failed(_, reason):
                self._build_after_failure(table, reason)
            case _:
                return  # of an attempt that doesn't count any more

    def _build_after_failure(self, table: FollowedTable, reason: str) -> None:
        """Builds the columns of a table anew, unless that has gone wrong again and again."""
        now = self._loop.time()
        if table.phase is Phase.READY and now - table.entered > FORGIVEN_SECONDS:
            table.rebuild_count = 0
        if table.rebuild_count >= REBUILDS_MAX:
            self._failed(table.storage_id, reason)
            return
        table.rebuild_count += 1
        self._rebuild(table, reason)

    def _rebuild(self, table: FollowedTable, reason: str) -> None:
        self._report(f"the columns of storage {table.storage_id} are built anew: {reason}")
        self._known.forget()
        self._send(feed.Forget(table.storage_id))
        self._build_soon(table)

    def _settle(self, number: int, message: ToServer) -> None:
        future = self._asked.get(number)
        if future is not None and not future.done():
            future.set_result(message)

    def _failed(self, storage_id: int, reason: str) -> None:
        self._report(f"the columns of storage {storage_id} can't be kept: {reason}")
        self._known.forget()
        self._send(feed.Forget(storage_id))
        self._manifests.remove(storage_id)
        table = self.tables.get(storage_id)
        if table is not None:
            table.problem = reason
            table.attempt = 0
            table.enter(Phase.FAILED, self._loop.time())
