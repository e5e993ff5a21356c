"""The data directory: what is in it, and that only one server has it.

format            the number of the data format
lock              locked (flock) while a server has the directory open
synced-through    the last batch known to be synced (storage/kv/synced_through.py)
ballast           room kept for bad times (storage/disk.py)
store/            RocksDB
scratch/          what large transactions spill; emptied at each start
"""

import fcntl
import os
import shutil
from pathlib import Path
from typing import Final

from storage.kv import synced_through
from storage.kv.synced_through import sync_directory

FORMAT: Final = 1
#: What may be in a directory that becomes a data directory: what a start cut short has left, and a file system's own.
_LEFT_BY_A_START: Final = (
    frozenset({"lock", "format.new", "lost+found"}) | synced_through.FILE_NAMES
)


class DirectoryError(Exception):
    """The data directory can't be used; the text says why, in one sentence."""


class DataDirectory:
    """An own, locked data directory. Nothing in it is touched before the lock is there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.store = path / "store"
        self.scratch = path / "scratch"
        self.synced_through = path / synced_through.FILE_NAME
        self._format = path / "format"
        try:
            self._refuse_strangers()
            if not path.exists():
                path.mkdir(parents=True)
                sync_directory(path.parent)
            self._lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise DirectoryError(f"cannot use data directory {path}: {error.strerror}") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._lock)
            raise DirectoryError(f"data directory {path} is in use by another server") from error
        try:
            self._check_format()
            self._prepare()
        except BaseException:
            os.close(self._lock)
            raise

    @property
    def is_new(self) -> bool:
        """Whether nothing has been made here yet."""
        return not self._format.exists()

    def _check_format(self) -> None:
        if self.is_new:
            return
        try:
            content = self._format.read_bytes().strip()
        except OSError as error:
            raise DirectoryError(f"cannot read {self._format}: {error.strerror}") from error
        if not content.isdigit() or len(content) > 9:
            raise DirectoryError(f"{self._format} is damaged: it should hold the number {FORMAT}")
        if int(content) > FORMAT:
            raise DirectoryError(
                f"data directory {self.path} has format {int(content)}, "
                f"and this version knows formats up to {FORMAT}"
            )

    def _prepare(self) -> None:
        """Makes what is missing, in an order that a crash in between doesn't disturb."""
        try:
            if self.is_new:
                synced_through.create(self.synced_through)
                self._write_format()
            self.store.mkdir(exist_ok=True)
            sync_directory(self.path)
            shutil.rmtree(self.scratch, ignore_errors=True)
            self.scratch.mkdir(exist_ok=True)
        except OSError as error:
            raise DirectoryError(
                f"cannot use data directory {self.path}: {error.strerror}"
            ) from error

    def _refuse_strangers(self) -> None:
        """A directory without a format file must not hold anything: it would be taken for ours, and emptied in part."""
        if not self.is_new or not self.path.exists():
            return
        if (self.store / "CURRENT").exists():
            raise DirectoryError(
                f"{self._format} is missing, but there is data in {self.path}: "
                f"if it is TerraScale's, write the number {FORMAT} into that file"
            )
        found = sorted({entry.name for entry in self.path.iterdir()} - _LEFT_BY_A_START)
        if found and self.is_new:  # else another server has begun here meanwhile
            raise DirectoryError(
                f"{self.path} is not a data directory, and not empty: it holds {found[0]}; name another, or a new one"
            )

    def _write_format(self) -> None:
        temporary = self._format.with_suffix(".new")
        with temporary.open("w") as file:
            file.write(f"{FORMAT}\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._format)
        sync_directory(self.path)

    def unlock(self) -> None:
        """Lets others have it."""
        os.close(self._lock)
