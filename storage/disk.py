"""Room on the disk: refusing writes before the engine meets the end.

Once an append to the log has failed for want of space, RocksDB refuses every write until it is
opened anew. So inserts and updates are refused (53100) while less than a *floor* is free; deletes
and reads go on, with what is below the floor. A *ballast* file is the second line: it goes when
little is left, so that deletes, and an opening after all, find room; it comes back when there is
plenty.
"""

import os
from pathlib import Path
from typing import Final, Protocol

from storage.errors import DatabaseError
from storage.records import dataclass

MIB: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class DiskSettings:
    """How much room is kept.

    Attributes:
        floor_bytes: Below this, inserts and updates are refused. At least twice the logs' size: a
            full log and the table file made from it. 0 turns the floor off.
        ballast_bytes: Size of the ballast file; 0 for none.
    """

    floor_bytes: int = 192 * MIB
    ballast_bytes: int = 32 * MIB


def free_bytes(directory: str | Path) -> int:
    """Returns what an unprivileged process may still write where a directory lies."""
    figures = os.statvfs(directory)
    return figures.f_bavail * figures.f_frsize


class Disk(Protocol):
    """What the committer asks about room.

    Attributes:
        floor_bytes: What is kept free for deletes, and for moving logs into table files.
    """

    floor_bytes: int

    @property
    def is_low(self) -> bool:
        """Whether less than the floor was free at the last look."""

    def free_bytes(self) -> int:
        """Returns what an unprivileged process may still write."""

    def look(self) -> None:
        """Measures the free space."""

    def check(self, more_bytes: int = 0) -> None:
        """Raises 53100 if there is no room for inserts and updates (of so many bytes)."""

    def drop_ballast(self) -> None:
        """Frees what is kept for bad times."""


class DiskGuard:
    """Watches the file system of a directory."""

    def __init__(self, directory: Path, settings: DiskSettings) -> None:
        self._directory = str(directory)
        self._ballast = directory / "ballast"
        self._settings = settings
        self.floor_bytes = settings.floor_bytes
        self._has_ballast = self._ballast.exists()
        self.is_low = False
        self.look()

    def free_bytes(self) -> int:
        return free_bytes(self._directory)

    def look(self) -> None:
        """Measures the free space, and moves the ballast accordingly; 2 µs if nothing changes."""
        free = self.free_bytes()
        floor = self._settings.floor_bytes
        self.is_low = free < floor
        if self._has_ballast:
            if self.is_low and free < floor // 2:
                self.drop_ballast()
        elif free > floor + 2 * self._settings.ballast_bytes:
            self._make_ballast()

    def check(self, more_bytes: int = 0) -> None:
        if self.is_low:
            self.look()
        floor = self._settings.floor_bytes
        if self.is_low or (more_bytes and floor and self.free_bytes() - more_bytes < floor):
            raise no_room()

    def drop_ballast(self) -> None:
        self._ballast.unlink(missing_ok=True)
        self._has_ballast = False

    def _make_ballast(self) -> None:
        if self._settings.ballast_bytes == 0:
            return
        try:
            with self._ballast.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, self._settings.ballast_bytes)
        except OSError:
            self.drop_ballast()
            return
        self._has_ballast = True


class UnlimitedDisk:
    """The disk of a store that has none."""

    is_low = False
    floor_bytes = 0

    def free_bytes(self) -> int:
        return 1 << 62

    def look(self) -> None:
        return

    def check(self, more_bytes: int = 0) -> None:
        return

    def drop_ballast(self) -> None:
        return


def no_room() -> DatabaseError:
    """Returns the error for a write that was refused for want of space."""
    return DatabaseError(
        "53100",
        "could not write: no space left on device",
        hint="Free some disk space, or delete rows. Deletes and reads go on.",
    )
