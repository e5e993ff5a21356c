"""Scratch space: an engine without a log, for what transactions spill.

It is opened when the first transaction spills and goes, files and all, some time after the last one
has ended. Nothing in it outlives the server.
"""

import asyncio
import contextlib
import itertools
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from storage.disk import free_bytes
from storage.kv.engine import Engine, EngineError, Fault

#: Opening takes ten milliseconds of the loop: one after the other use the same engine.
LINGER_SECONDS: Final = 10.0
#: What background work in the engine needs at once: a memtable's file, and one of a compaction.
ROOM_BYTES: Final = 24 << 20


class ScratchSpace:
    """The scratch engine and its users.

    Args:
        directory: On the same file system as the store, so that sorted files can be moved there.
        open_engine: Opens an engine, with nothing in it, in a directory.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        directory: Path,
        open_engine: Callable[[Path], Engine],
    ) -> None:
        self._loop = loop
        self._directory = directory
        self._open_engine = open_engine
        #: A store that this process had open before may still be taking its files away.
        self._life = secrets.token_hex(4)
        self._numbers = itertools.count(1)
        self._engine: tuple[Engine, Path] | None = None
        self._user_count = 0
        self._closing: asyncio.TimerHandle | None = None

    def enter(self) -> Engine:
        """Returns the engine for one more user."""
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None
        if self._engine is None:
            path = self.new_path("spill")
            self._engine = (self._open_engine(path), path)
        self._user_count += 1
        return self._engine[0]

    def leave(self) -> None:
        """Says that a user is done and has removed what it wrote."""
        self._user_count -= 1
        if self._user_count == 0:
            self._closing = self._loop.call_later(LINGER_SECONDS, self.close)

    def close(self) -> None:
        """Closes the engine and removes its files, beside the loop."""
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None
        if self._engine is not None:
            engine, path = self._engine
            self._engine = None
            # Nobody waits for it; the executor keeps it going.
            _ = self._loop.run_in_executor(None, _discard, engine, path)

    def check_room(self) -> None:
        """Raises EngineError (NO_SPACE) if the disk is too full for what the engine has to do."""
        if free_bytes(self._directory) < ROOM_BYTES:
            raise EngineError(Fault.NO_SPACE, "no space left for what a transaction spills")

    def new_path(self, name: str) -> Path:
        """Returns a path that nobody else uses."""
        return self._directory / f"{name}-{self._life}-{next(self._numbers)}"


def _discard(engine: Engine, path: Path) -> None:
    with contextlib.suppress(EngineError):  # what its background work has met goes with its files
        engine.close()
    shutil.rmtree(path, ignore_errors=True)
