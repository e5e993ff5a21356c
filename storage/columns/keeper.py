"""The keeper: follows the commits and keeps tables as columns.

    python -m storage.columns.keeper DIRECTORY SOCKET SETTINGS

SOCKET is the number of an inherited socket, over which the server talks (storage/columns/feed.py),
and SETTINGS is JSON of the `KeeperSettings`. One loop applies what comes and answers; a thread
flushes and merges; first builds have processes of their own. It ends when the server does.
"""

import contextlib
import json
import os
import selectors
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec

from storage.columns import feed
from storage.columns.feed import Frames, KeeperSettings, ToKeeper, frame
from storage.columns.kept_table import Change, Job, KeptTable, changes_of
from storage.columns.layout import Layout
from storage.columns.manifest import FORM, Manifest, SegmentRecord
from storage.columns.process import (
    KEEPER_NICENESS,
    be_nice,
    die_with_parent,
    do_without_pandas,
    read_deep_documents,
)
from storage.columns.segment import Compacted
from storage.disk import free_bytes
from storage.following import read_followed_file
from storage.keyspace import storage_id_of

#: Better than the queries', so that commits are applied while these keep all processors busy.
_READ_BYTES: Final = 1 << 20
#: Changes of a large transaction that are applied at a time.
_FILE_CHANGES: Final = 20_000


@dataclass(slots=True)
class _Build:
    """A first build under way."""

    process: "subprocess.Popen[bytes]"
    table: KeptTable
    checkpoint: Path
    attempt: int
    output: bytearray = field(default_factory=bytearray)
    last_line: str = ""


class Keeper:
    """Everything the keeper knows.

    Args:
        directory: Of all columns; a directory in it for each table.
        connection: To the server.
    """

    def __init__(
        self, directory: Path, connection: socket.socket, settings: KeeperSettings
    ) -> None:
        self._settings = settings
        self._directory = directory
        self._connection = connection
        self._frames = Frames(ToKeeper)
        self._tables: dict[int, KeptTable] = {}
        self._pin = 0
        self._sequence = 0
        #: Answers that haven't been released, and files to be removed once older ones have been.
        self._answers: set[int] = set()
        self._last_answer = 0
        self._doomed: list[tuple[int, list[Path]]] = []
        #: Files that go when a manifest without them is durable.
        self._replaced: dict[tuple[int, int], list[Path]] = {}
        self._flushes: dict[int, set[int]] = {}
        self._last_flush = time.monotonic()
        #: Files of this keeper's begin so; one before may have left, or shown, others.
        self._name = os.urandom(6).hex()
        self._selector = selectors.DefaultSelector()
        self._thread = ThreadPoolExecutor(1)
        self._finished: list[Callable[[], None]] = []
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._selector.register(connection, selectors.EVENT_READ, self._receive)
        self._selector.register(self._wake_reader, selectors.EVENT_READ, self._finish)
        self._is_open = True

    def run(self) -> None:
        """Works until the server has gone."""
        timeout = 0.0
        while self._is_open:
            ready = self._selector.select(timeout)
            for key, _ in ready:
                key.data()
            self._keep_house()
            # What may be needed soon is made while nobody waits.
            is_idle = not ready and not any(t.index_segment() for t in self._tables.values())
            timeout = self._settings.flush_seconds / 4 if is_idle else 0.0

    # Messages

    def _receive(self) -> None:
        data = self._connection.recv(_READ_BYTES)
        if not data:
            self._is_open = False
            return
        news: list[feed.Changes] = []
        for message in self._frames.feed(data):
            if isinstance(message, feed.Changes):
                news.append(message)
                continue
            self._take(news)
            news = []
            self._handle(message)
        self._take(news)

    def _send(self, message: feed.Message) -> None:
        self._connection.sendall(frame(message))

    def _handle(self, message: ToKeeper) -> None:
        match message:
            case feed.Changes():
                self._take([message])
            case feed.ChangeFile():
                self._take_file(message)
            case feed.Missed(timestamp, keys, items):
                self._each([feed.Changes(timestamp, 0, keys, items)], KeptTable.catch_up)
            case feed.Ask():
                self._answer(message)
            case feed.Release(number):
                self._answers.discard(number)
                self._remove_doomed()
            case feed.ManifestKept(storage_id, sequence):
                self._retire(self._replaced.pop((storage_id, sequence), []))
            case feed.Flush(number):
                self._flushes[number] = {i for i, t in self._tables.items() if t.is_ready}
                self._check_flushes()
            case feed.Inspect(number):
                figures = [table.figures() for table in self._tables.values()]
                self._send(feed.Figures(number, figures))
            case _:
                self._handle_table(message)

    def _handle_table(
        self,
        message: feed.Open | feed.Behind | feed.Expect | feed.Build | feed.CaughtUp | feed.Forget,
    ) -> None:
        """Handles what makes a table come, go, or start anew."""
        match message:
            case feed.Open(manifest):
                self._guarded(manifest.storage_id, partial(self._open, manifest))
            case feed.Behind(storage_id):
                if storage_id in self._tables:
                    self._tables[storage_id].is_ready = False
            case feed.Expect(storage_id, layout):
                self._guarded(storage_id, partial(self._expect, storage_id, layout))
            case feed.Build():
                self._guarded(message.storage_id, partial(self._begin_build, message))
            case feed.CaughtUp(storage_id):
                self._guarded(storage_id, partial(self._caught_up, message))
            case feed.Forget(storage_id):
                self._forget(storage_id)

    def _guarded(self, storage_id: int, action: Callable[[], None]) -> None:
        """Does something for a table; where it fails, that table has to be built anew."""
        try:
            action()
        except Exception as error:  # noqa: BLE001 - whatever it is, the store has the truth
            self._fail(storage_id, f"{type(error).__name__}: {error}")

    def _fail(self, storage_id: int, reason: str) -> None:
        self._forget(storage_id)
        self._send(feed.Failed(storage_id, reason))

    # Following

    def _take(self, messages: list[feed.Changes]) -> None:
        """Applies what groups of commits have done, all at once."""
        self._each(messages, KeptTable.take)

    def _each(
        self, messages: list[feed.Changes], give: Callable[[KeptTable, list[Change]], None]
    ) -> None:
        """Gives every table what the messages have of it."""
        by_table: dict[int, list[Change]] = {}
        for message in messages:
            self._pin = max(self._pin, message.pin)
            for storage_id, change in changes_of(message.timestamp, message.keys, message.items):
                by_table.setdefault(storage_id, []).append(change)
        for storage_id, changes in by_table.items():
            table = self._tables.get(storage_id)
            if table is not None:
                self._guarded(storage_id, partial(give, table, changes))

    def _take_file(self, message: feed.ChangeFile) -> None:
        path = Path(message.path)
        storage_ids: set[int] = set()
        with path.open("rb") as file:
            changes = iter(read_followed_file(file))
            while some := list(islice(changes, _FILE_CHANGES)):
                keys, items = [key for key, _ in some], [item for _, item in some]
                storage_ids.update(map(storage_id_of, keys))
                self._take([feed.Changes(message.timestamp, 0, keys, items)])
        path.unlink()
        for storage_id in storage_ids & self._tables.keys():
            self._tables[storage_id].is_flush_due = True

    def _open(self, manifest: Manifest) -> None:
        directory = self._directory / str(manifest.storage_id)
        table = KeptTable.opened(directory, manifest, self._new_name())
        self._tables[manifest.storage_id] = table
        if table.retired:
            self._new_manifest(table)

    def _caught_up(self, message: feed.CaughtUp) -> None:
        table = self._tables.get(message.storage_id)
        if table is not None:
            self._complete(table, message.timestamp, message.attempt)

    def _complete(self, table: KeptTable, timestamp: int, attempt: int) -> None:
        if table.complete(timestamp):
            self._send(feed.Ready(table.storage_id, table.row_count, attempt))
        else:
            self._send(feed.Lacking(table.storage_id, timestamp, attempt))

    def _new_name(self) -> str:
        """Returns what the names of a table's files begin with: those of one before may still be read."""
        return f"{self._name}-{self._next_sequence()}"

    def _forget(self, storage_id: int) -> None:
        table = self._tables.pop(storage_id, None)
        self._flushed(storage_id)
        if table is None:
            return
        # They go when nobody reads them any more; a new build makes others, beside them.
        with contextlib.suppress(OSError):
            self._retire(list(table.directory.iterdir()))

    # Building

    def _expect(self, storage_id: int, layout: Layout) -> None:
        directory = self._directory / str(storage_id)
        directory.mkdir(exist_ok=True)
        self._tables[storage_id] = KeptTable(directory, storage_id, layout, self._new_name())

    def _begin_build(self, message: feed.Build) -> None:
        table = self._tables.get(message.storage_id)
        if table is None:  # it has gone meanwhile
            shutil.rmtree(message.checkpoint, ignore_errors=True)
            return
        arguments = [
            "storage.columns.build",
            message.checkpoint,
            table.directory,
            message.storage_id,
            f"{self._new_name()}-built",
            self._settings.floor_bytes,
        ]
        process = subprocess.Popen(  # noqa: S603 - a module of our own
            [sys.executable, "-m", *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(msgspec.msgpack.encode(table.layout))
        process.stdin.close()
        build = _Build(process, table, Path(message.checkpoint), message.attempt)
        self._selector.register(
            process.stdout, selectors.EVENT_READ, partial(self._read_build, build)
        )

    def _read_build(self, build: _Build) -> None:
        assert build.process.stdout is not None
        data = os.read(build.process.stdout.fileno(), _READ_BYTES)
        if data:
            build.output += data
            *lines, rest = build.output.split(b"\n")
            build.output = bytearray(rest)
            for line in lines:
                build.last_line = line.decode()
                if "rows" in (said := json.loads(line)):
                    self._send(feed.Progress(build.table.storage_id, said["rows"]))
            return
        self._selector.unregister(build.process.stdout)
        build.process.stdout.close()
        code = build.process.wait()
        shutil.rmtree(build.checkpoint, ignore_errors=True)
        table = build.table
        if self._tables.get(table.storage_id) is table:
            self._guarded(table.storage_id, partial(self._built, build, code))

    def _built(self, build: _Build, code: int) -> None:
        table = build.table
        if code:
            self._fail(table.storage_id, f"its build ended with code {code}")
            return
        said = json.loads(build.last_line)
        records = msgspec.convert(said["segments"], list[SegmentRecord])
        timestamp = said["timestamp"]
        manifest = Manifest(
            table.storage_id, table.layout, tuple(records), timestamp, timestamp, FORM
        )
        table.take_segments(manifest)
        table.applied = table.durable_applied = timestamp
        self._new_manifest(table)
        self._complete(table, timestamp, build.attempt)

    # Answering

    def _answer(self, message: feed.Ask) -> None:
        versions = []
        for storage_id in message.storage_ids:
            table = self._tables.get(storage_id)
            refusal = "it has no columns" if table is None else table.refusal(message.timestamp)
            if table is None or refusal:
                self._send(feed.Answer(message.number, [], refusal))
                return
            versions.append(table.version(message.timestamp))
            self._retire(table.delta.retired)
            table.delta.retired = []
        self._answers.add(message.number)
        self._last_answer = message.number
        self._send(feed.Answer(message.number, versions))

    def _retire(self, files: list[Path]) -> None:
        """Removes files as soon as all answers that may name them have been released."""
        if files:
            self._doomed.append((self._last_answer, files))
            self._remove_doomed()

    def _remove_doomed(self) -> None:
        oldest = min(self._answers, default=self._last_answer + 1)
        for number, files in self._doomed:
            if number < oldest:
                for path in files:
                    path.unlink(missing_ok=True)
        self._doomed = [each for each in self._doomed if each[0] >= oldest]

    # Flushing and merging

    def _next_sequence(self) -> int:
        self._sequence += 1
        return self._sequence

    def _keep_house(self) -> None:
        is_late = time.monotonic() - self._last_flush > self._settings.flush_seconds
        if is_late:
            self._last_flush = time.monotonic()
        if self._is_disk_low():
            return
        for table in list(self._tables.values()):
            if not table.is_ready or table.is_busy:
                continue
            wanted = any(table.storage_id in waiting for waiting in self._flushes.values())
            rows = table.delta.row_count
            is_behind = table.applied > table.durable_applied
            if rows >= self._settings.flush_rows or (
                is_behind and (is_late or wanted or table.is_flush_due)
            ):
                self._start(table, table.flush_job(self._pin))
            elif (job := table.merge_job(self._pin)) is not None:
                self._start(table, job)
            elif wanted:
                self._flushed(table.storage_id)
        self._check_flushes()

    def _is_disk_low(self) -> bool:
        """Returns whether there is no room for more files: what they would make durable is noted."""
        floor = self._settings.floor_bytes
        return bool(floor) and free_bytes(self._directory) < floor

    def _flushed(self, storage_id: int) -> None:
        for waiting in self._flushes.values():
            waiting.discard(storage_id)

    def _check_flushes(self) -> None:
        for number in [n for n, waiting in self._flushes.items() if not waiting]:
            del self._flushes[number]
            self._send(feed.Done(number))

    def _start(self, table: KeptTable, job: Job) -> None:
        table.is_busy = True

        def done(future: "Future[list[Compacted]]") -> None:
            self._finished.append(partial(self._job_done, table, job, future))
            self._wake_writer.send(b"x")

        self._thread.submit(job.run).add_done_callback(done)

    def _finish(self) -> None:
        self._wake_reader.recv(4096)
        finished, self._finished = self._finished, []
        for action in finished:
            action()

    def _job_done(self, table: KeptTable, job: Job, future: "Future[list[Compacted]]") -> None:
        table.is_busy = False
        if self._tables.get(table.storage_id) is not table:
            return

        def finish() -> None:
            job.finish(future.result())
            self._new_manifest(table)

        self._guarded(table.storage_id, finish)

    def _new_manifest(self, table: KeptTable) -> None:
        """Has the table's manifest kept; only then the files go that the last one names."""
        table.sync_ends()
        sequence = self._next_sequence()
        self._replaced[table.storage_id, sequence], table.retired = table.retired, []
        self._send(feed.NewManifest(sequence, table.manifest()))


def main() -> None:
    """Runs the keeper, as the module says."""
    die_with_parent()
    be_nice(KEEPER_NICENESS)
    do_without_pandas()
    read_deep_documents()
    directory = Path(sys.argv[1])
    connection = socket.socket(fileno=int(sys.argv[2]))
    settings = msgspec.json.decode(sys.argv[3], type=KeeperSettings)
    Keeper(directory, connection, settings).run()
    # A thread that flushes is not waited for: what isn't in a manifest doesn't count.
    os._exit(0)


if __name__ == "__main__":
    main()
