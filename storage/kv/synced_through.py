"""The file `synced-through`: the number of the last batch that is known to be synced.

After each sync, before anybody hears of it, the batch's number is written (not synced) to one of
two slots, by turns. The file survives SIGKILL exactly, and a power cut perhaps with an older
number: a lower bound of what the logs must reach either way. If they don't, acknowledged commits
are missing (storage/kv/verdict.py). A slot is written in one piece inside one disk sector, and has
a checksum; the two slots lie in different pages.

    slot    number (8) · CRC-32C of the number (4), big-endian, at 0 and at 4096
"""

import os
import struct
from pathlib import Path
from typing import Final

import google_crc32c

_SLOT: Final = struct.Struct(">QI")
_SLOT_OFFSETS: Final = (0, 4096)
_FILE_SIZE: Final = 8192
FILE_NAME: Final = "synced-through"
#: It, and what it is while it is being made.
FILE_NAMES: Final = frozenset({FILE_NAME, f"{FILE_NAME}.new"})


class DamagedSlotsError(Exception):
    """Neither slot holds a number."""


def _encoded(number: int) -> bytes:
    return _SLOT.pack(number, google_crc32c.value(number.to_bytes(8, "big")))


def _decoded(slot: bytes) -> int | None:
    if len(slot) != _SLOT.size:
        return None
    number: int
    checksum: int
    number, checksum = _SLOT.unpack(slot)
    return number if checksum == google_crc32c.value(slot[:8]) else None


def create(path: Path, number: int = 0) -> None:
    """Makes the file, durably."""
    content = bytearray(_FILE_SIZE)
    for offset in _SLOT_OFFSETS:
        content[offset : offset + _SLOT.size] = _encoded(number)
    temporary = path.with_suffix(".new")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_directory(path.parent)


def read(path: Path) -> int:
    """Returns the number; raises DamagedSlotsError if no slot is whole, FileNotFoundError."""
    content = path.read_bytes()
    numbers = [
        number
        for offset in _SLOT_OFFSETS
        if (number := _decoded(content[offset : offset + _SLOT.size])) is not None
    ]
    if not numbers:
        raise DamagedSlotsError(str(path))
    return max(numbers)


def sync_directory(path: Path) -> None:
    """Makes the names in a directory durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class SyncedThrough:
    """The open file, being written."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        self._turn = 0

    def record(self, number: int) -> None:
        """Writes the number of a batch that is synced; numbers grow."""
        self._turn ^= 1
        os.pwrite(self._descriptor, _encoded(number), _SLOT_OFFSETS[self._turn])

    def close(self) -> None:
        os.close(self._descriptor)
