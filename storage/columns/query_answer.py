"""The server's end of one query's result: frames as they come, and what happens when nobody takes them.

process ──frames──> Intake ──Answer.next()──> the statement
                      │ full: the process has to wait (its socket isn't read)
                      │ full for a second: the rest goes to a file, and the process is free
"""

import asyncio
import errno
import os
import tempfile
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final, NamedTuple, Protocol

import msgspec

from storage.columns.query_frames import DONE, FAILED, HEAD, Failed
from storage.disk import free_bytes
from storage.threads import in_thread

#: What is kept of a result before its process has to wait, and when it may go on.
_KEPT_BYTES_MAX: Final = 4 << 20
_KEPT_BYTES_LOW: Final = 1 << 20
#: How long a client may let a process wait.
STALLED_SECONDS_MAX: Final = 1.0
LOST: Final = Failed("58000", "the process that ran the query has died", is_final=True)


class Frame(NamedTuple):
    """A frame of a result."""

    kind: bytes
    payload: bytes


class Source(Protocol):
    """Where an answer comes from: a process that works on it."""

    def pause(self) -> None:
        """Takes no more frames from it, until `resume`."""

    def resume(self) -> None: ...

    def stop(self) -> None:
        """Ends the query, if need be with the process. Nothing of it comes any more."""


class Spool:
    """A file of frames, written at its end and read from its beginning."""

    def __init__(self, directory: Path, floor_bytes: int) -> None:
        self._directory = directory
        self._floor_bytes = floor_bytes
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=directory)  # noqa: SIM115
        self._read_offset = 0
        self.size = 0

    def __del__(self) -> None:
        self._file.close()  # not before: a thread may still be reading

    @property
    def has_unread(self) -> bool:
        return self._read_offset < self.size

    async def write(self, frames: list[Frame]) -> None:
        """Appends frames."""
        parts: list[bytes] = []
        for kind, payload in frames:
            parts += (HEAD.pack(len(payload) + 1, kind), payload)
        data = b"".join(parts)
        await in_thread(lambda: self._write(data))
        self.size += len(data)

    def _write(self, data: bytes) -> None:
        if free_bytes(self._directory) - len(data) < self._floor_bytes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = 0
        while written < len(data):
            written += os.pwrite(self._file.fileno(), data[written:], self.size + written)

    async def read(self) -> Frame:
        """Returns the next frame; there is one."""
        taken: list[Frame] = []
        await in_thread(lambda: taken.append(self._read()))
        return taken[0]

    def _read(self) -> Frame:
        file, offset = self._file.fileno(), self._read_offset
        length, kind = HEAD.unpack(os.pread(file, HEAD.size, offset))
        payload = os.pread(file, length - 1, offset + HEAD.size)
        self._read_offset = offset + HEAD.size + len(payload)
        return Frame(kind, payload)

    def empty(self) -> None:
        """Forgets what has been read: all of it."""
        os.ftruncate(self._file.fileno(), 0)
        self._read_offset = self.size = 0


class Answer:
    """One query's result, for the statement. When it is dropped, the query ends."""

    __slots__ = ("_intake",)

    def __init__(self, intake: "Intake") -> None:
        self._intake = intake

    async def next(self) -> Frame:
        """Returns the next frame; the last one is DONE or FAILED."""
        return await self._intake.next()

    def stop(self) -> None:
        """Ends the query: nobody wants the rest."""
        self._intake.stop()

    def __del__(self) -> None:
        # A portal that is closed and a LIMIT simply leave their operators: nobody calls anything.
        self._intake.stop()


class Intake:
    """What is kept of a result between its process and its statement.

    Args:
        directory: Where it is spooled.
        spool_bytes_max: Then the process waits after all.
        floor_bytes: So much of the disk is left free.
        lost: What to do when the process dies before anything was given.
    """

    def __init__(
        self,
        directory: Path,
        spool_bytes_max: int,
        floor_bytes: int,
        lost: Callable[["Intake"], None],
    ) -> None:
        self._floor_bytes = floor_bytes
        self._directory = directory
        self._spool_bytes_max = spool_bytes_max
        self._lost = lost
        self._loop = asyncio.get_running_loop()
        self._frames: deque[Frame] = deque()
        self._kept_bytes = 0
        self._source: Source | None = None
        self._is_paused = False
        self._is_over = False
        self._waiter: asyncio.Future[None] | None = None
        self._spool_waiter: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._spool: Spool | None = None
        self._unspooled: list[Frame] = []
        self._spooling: asyncio.Task[None] | None = None
        self._has_given = False

    # -- the process's side ------------------------------------------------------------------------

    def begin(self, source: Source) -> None:
        """A process has been asked; its frames will be fed."""
        self._source = source

    def feed(self, kind: bytes, payload: bytes) -> None:
        """Takes a frame. The last one is DONE or FAILED; the source is free then."""
        frame = Frame(kind, payload)
        if kind in (DONE, FAILED):
            self._source = None
            self._is_over = True
        if self._spool is not None:
            self._unspooled.append(frame)
            self._pause()
        else:
            self._frames.append(frame)
            self._kept_bytes += len(payload)
            if self._kept_bytes > _KEPT_BYTES_MAX and not self._is_paused:
                self._pause()
                self._timer = self._loop.call_later(STALLED_SECONDS_MAX, self._stalled)
        self._wake()

    def source_lost(self) -> None:
        """The process has died."""
        self._source = None
        if self._has_given or self._spool is not None:
            self.fail(LOST)
        else:
            self._frames.clear()
            self._kept_bytes = 0
            self._is_paused = False
            self._lost(self)

    def fail(self, failed: Failed) -> None:
        """It ends here."""
        self._is_over = True
        self._frames.append(Frame(FAILED, msgspec.msgpack.encode(failed)))
        self._wake()

    def _pause(self) -> None:
        if self._source is not None and not self._is_paused:
            self._is_paused = True
            self._source.pause()

    def _resume(self) -> None:
        if self._is_paused:
            self._is_paused = False
            if self._source is not None:
                self._source.resume()

    # -- spooling ----------------------------------------------------------------------------------

    def _stalled(self) -> None:
        if self._is_paused and self._source is not None:
            self._spool = Spool(self._directory, self._floor_bytes)
            self._spooling = self._loop.create_task(self._spool_rest(self._spool))

    async def _spool_rest(self, spool: Spool) -> None:
        try:
            while not self._is_over or self._unspooled:
                frames, self._unspooled = self._unspooled, []
                if frames:
                    await spool.write(frames)
                    self._wake()
                    continue
                if not spool.has_unread:
                    spool.empty()
                if spool.size < self._spool_bytes_max:
                    self._resume()
                self._spool_waiter = self._loop.create_future()
                await self._spool_waiter
        except OSError as error:
            self.stop()
            self.fail(Failed("53100", f"could not write to temporary file: {error.strerror}", True))

    # -- the statement's side ----------------------------------------------------------------------

    async def next(self) -> Frame:
        """Returns the next frame; the last one is DONE or FAILED."""
        while True:
            frame = await self._ready()
            if frame is not None:
                self._has_given = True
                return frame
            self._waiter = self._loop.create_future()
            await self._waiter

    async def _ready(self) -> Frame | None:
        if self._frames:
            frame = self._frames.popleft()
            self._kept_bytes -= len(frame.payload)
            if self._spool is None and self._kept_bytes < _KEPT_BYTES_LOW:
                self._end_timer()
                self._resume()
            return frame
        if self._spool is not None and self._spool.has_unread:
            frame = await self._spool.read()
            self._wake()
            return frame
        return None

    def stop(self) -> None:
        """Nobody wants the rest."""
        self._end_timer()
        source, self._source = self._source, None
        if source is not None:
            source.stop()
        if self._spooling is not None:
            self._spooling.cancel()

    def _end_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wake(self) -> None:
        for waiter in (self._waiter, self._spool_waiter):
            if waiter is not None and not waiter.done():
                waiter.set_result(None)
