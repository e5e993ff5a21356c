"""The server's side of the query processes: which there are, who works for whom, and how they end.

Processes are started when the first query comes, and from then on one spare is kept warm, for a
start takes a fifth of a second. So many queries run at a time; the others wait in line. A process
that is to stop is asked to, and killed 50 ms later: DuckDB may not listen for seconds. One that dies
before anything of its result was given is replaced unseen, once for each query.
"""

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from storage.columns import query_frames as frames
from storage.columns.messages import ColumnarQuery, TableVersion
from storage.columns.query_answer import LOST, Answer, Intake
from storage.columns.query_frames import Failed, Start, Stop
from storage.threads import in_thread

#: Between the request to stop and the kill.
STOP_SECONDS: Final = 0.05
PROGRAM: Final = ("-m", "storage.columns.query_program")
_MEMORY_BYTES_MIN: Final = 256 << 20

_encode: Final = msgspec.msgpack.Encoder().encode


def machine_memory_bytes() -> int:
    """Returns the memory of this machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


class QuerySettings(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of the query processes.

    Attributes:
        directory: Where queries spill to and results are spooled; emptied at the start.
        running_count_max: Queries that run at a time.
        memory_bytes: What one of them may hold before it spills.
        spill_bytes: What one may spill, and what of one result may be spooled.
        floor_bytes: So much of the disk both leave free.
        threads: Of one query.
        program: What a process runs.
    """

    directory: Path
    running_count_max: int = max(1, min(4, (os.cpu_count() or 1) - 1))
    memory_bytes: int = max(_MEMORY_BYTES_MIN, machine_memory_bytes() // 8)
    spill_bytes: int = 8 << 30
    floor_bytes: int = 0
    threads: int = os.cpu_count() or 1
    program: tuple[str, ...] = PROGRAM


class QueryProcesses:
    """Runs queries over columns."""

    def __init__(self, settings: QuerySettings) -> None:
        self._settings = settings
        self._processes: set[_Process] = set()
        self._idle: list[_Process] = []
        self._running_count = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._next_number = 0
        self._is_closed = False

    @property
    def process_ids(self) -> list[int]:
        """Ids of the processes there are."""
        return [process.pid for process in self._processes]

    async def run(
        self,
        query: ColumnarQuery,
        versions: Sequence[TableVersion],
        *,
        formats: tuple[int, ...] | None = None,
        time_zone: str = "UTC",
    ) -> Answer:
        """Starts a query, when it is its turn, and returns its result as it comes."""
        number = self._next_number = self._next_number + 1
        start = Start(number, query, tuple(versions), formats, time_zone)
        settings = self._settings
        intake = Intake(
            settings.directory, settings.spill_bytes, settings.floor_bytes, _Retry(self, start)
        )
        await self._turn()
        try:
            process = await self._ready_process()
        except OSError as error:
            # Whoever asks has another way to its rows.
            self._end_turn()
            text = f"no process for the query could be started: {error.strerror}"
            intake.fail(Failed("58000", text, is_final=False))
        except BaseException:
            self._end_turn()
            raise
        else:
            process.start(start, intake)
            self._keep_spare()
        return Answer(intake)

    async def close(self) -> None:
        """Ends all processes, and what runs in them."""
        self._is_closed = True
        while self._processes or self._tasks:
            for process in self._processes:
                process.kill()
            await asyncio.gather(*[process.ended() for process in self._processes])
            await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- turns ---------------------------------------------------------------------------------

    async def _turn(self) -> None:
        if self._running_count < self._settings.running_count_max and not self._waiting:
            self._running_count += 1
            return
        place = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            await place
        except BaseException:
            if place.done() and not place.cancelled():
                self._end_turn()
            else:
                self._waiting.remove(place)
            raise

    def _end_turn(self) -> None:
        """Hands the turn on to the first in line."""
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(None)
                return
        self._running_count -= 1

    # -- processes -----------------------------------------------------------------------------

    async def _ready_process(self) -> "_Process":
        while self._idle:
            process = self._idle.pop()
            if process.is_alive:
                return process
        return await self._spawn()

    def _keep_spare(self) -> None:
        if not self._idle and not self._is_closed:
            self._in_background(self._add_spare())

    async def _add_spare(self) -> None:
        with contextlib.suppress(OSError):  # the next query says so
            # Taken last: those that have run queries have their tables open.
            self._idle.insert(0, await self._spawn())

    def _in_background(self, coroutine: Any) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _spawn(self) -> "_Process":
        directory = await self._own_directory()
        settings = self._settings
        arguments = (
            directory,
            settings.memory_bytes,
            settings.spill_bytes,
            settings.threads,
            settings.floor_bytes,
            settings.running_count_max,
        )
        command = [sys.executable, *settings.program, *map(str, arguments)]
        ours, theirs = socket.socketpair()
        started: list[subprocess.Popen[bytes]] = []
        with theirs:
            # In a thread: until the new program runs, the one that started it stands still.
            await in_thread(lambda: started.append(_started(command, theirs)))
        process = _Process(self, started[0], directory)
        self._processes.add(process)
        await asyncio.get_running_loop().create_unix_connection(lambda: process, sock=ours)
        return process

    async def _own_directory(self) -> Path:
        """Returns a new directory for one process, which only its owner reads."""
        root = self._settings.directory
        number = self._next_number = self._next_number + 1
        directory = root / str(number)

        def make() -> None:
            if not self._processes:
                shutil.rmtree(root, ignore_errors=True)
            directory.mkdir(mode=0o700, parents=True)

        await in_thread(make)
        return directory

    def finished(self, process: "_Process") -> None:
        """A process has come to the end of its query."""
        if len(self._idle) > self._settings.running_count_max:
            process.kill()
        else:
            self._idle.append(process)
        self._end_turn()

    def lost(self, process: "_Process", *, was_running: bool) -> None:
        """A process has ended."""
        if process in self._idle:
            self._idle.remove(process)
        if was_running:
            self._end_turn()
        self._in_background(self._clear(process))

    async def _clear(self, process: "_Process") -> None:
        await process.ended()
        self._processes.discard(process)
        directory = process.directory
        await in_thread(lambda: shutil.rmtree(directory, ignore_errors=True))

    def again(self, start: Start, intake: Intake) -> None:
        """Runs a query anew whose process has died."""
        if self._is_closed:
            intake.fail(LOST)
        else:
            self._in_background(self._run_again(start, intake))

    async def _run_again(self, start: Start, intake: Intake) -> None:
        await self._turn()
        try:
            # A new one: what killed the last may have killed the spare.
            process = await self._spawn()
        except OSError:
            self._end_turn()
            intake.fail(LOST)
        else:
            process.start(start, intake)


class _Retry:
    """What happens when the process of a query dies: once another takes its place."""

    __slots__ = ("_has_retried", "_processes", "_start")

    def __init__(self, processes: QueryProcesses, start: Start) -> None:
        self._processes = processes
        self._start = start
        self._has_retried = False

    def __call__(self, intake: Intake) -> None:
        if self._has_retried:
            intake.fail(LOST)
        else:
            self._has_retried = True
            self._processes.again(self._start, intake)


def _started(command: list[str], standard_input: socket.socket) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 - ours
        command,
        stdin=standard_input.fileno(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


class _Process(asyncio.Protocol):
    """One process, and the socket to it."""

    def __init__(
        self, owner: QueryProcesses, process: "subprocess.Popen[bytes]", directory: Path
    ) -> None:
        self.directory = directory
        self.pid = process.pid
        self.is_alive = True
        self._owner = owner
        self._process = process
        self._loop = asyncio.get_running_loop()
        self._transport: Any = None
        self._unread = bytearray()
        self._intake: Intake | None = None
        self._number: int | None = None
        self._kill_timer: asyncio.TimerHandle | None = None

    # -- the socket ----------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        unread = self._unread
        unread += data
        offset = 0
        while len(unread) - offset >= frames.HEAD.size:
            length, kind = frames.HEAD.unpack_from(unread, offset)
            end = offset + frames.LENGTH.size + length
            if end > len(unread):
                break
            self._take(kind, bytes(memoryview(unread)[offset + frames.HEAD.size : end]))
            offset = end
        if offset:
            del unread[:offset]

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_alive = False
        self._end_timer()
        self.kill()
        intake, self._intake = self._intake, None
        was_running = self._number is not None
        self._number = None
        self._owner.lost(self, was_running=was_running)
        if intake is not None:
            intake.source_lost()

    def _take(self, kind: bytes, payload: bytes) -> None:
        if kind == frames.READY:
            return
        is_last = kind in {frames.DONE, frames.FAILED}
        intake = self._intake
        if is_last:
            self._intake = self._number = None
            self._end_timer()
            self._transport.resume_reading()
        if intake is not None:
            intake.feed(kind, payload)
        if is_last:
            self._owner.finished(self)

    # -- the query that runs -------------------------------------------------------------------

    def start(self, start: Start, intake: Intake) -> None:
        """Gives it a query."""
        self._intake = intake
        self._number = start.number
        intake.begin(self)
        self._send(_encode(start))

    def pause(self) -> None:
        self._transport.pause_reading()

    def resume(self) -> None:
        self._transport.resume_reading()

    def stop(self) -> None:
        if self._number is None or not self.is_alive:
            return
        self._intake = None
        self._send(_encode(Stop(self._number)))
        self._transport.resume_reading()
        if self._kill_timer is None:
            self._kill_timer = self._loop.call_later(STOP_SECONDS, self.kill)

    def _send(self, request: bytes) -> None:
        self._transport.write(frames.LENGTH.pack(len(request)) + request)

    def _end_timer(self) -> None:
        if self._kill_timer is not None:
            self._kill_timer.cancel()
            self._kill_timer = None

    # -- the end -------------------------------------------------------------------------------

    def kill(self) -> None:
        """Ends the process at once."""
        self._process.kill()

    async def ended(self) -> None:
        """Returns when the process has ended."""
        await in_thread(self._reap)

    def _reap(self) -> None:
        self._process.wait()
