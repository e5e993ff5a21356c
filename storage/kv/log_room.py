"""Zeros ahead of the log's end, so that a sync has nothing but records to write.

An append makes the file longer, and a sync of a longer file writes its new length as well: one more
write to the disk, after the first. Bytes that replace zeros change nothing but themselves. (What is
only allocated, as RocksDB does it, counts as new.) So PostgreSQL fills its log files with zeros
before it uses them, and so does this, a piece at a time.

Zeros are only ever appended, by a descriptor of their own: they lie behind all that RocksDB has
written, whatever is believed here about its place in the file, and a mistake there costs time and
nothing else. RocksDB writes at its own place, over them. What is left of them it cuts off when it
turns to another log; where it had no time for that, recovery takes zeros for the end, and so does
the verdict before it (storage/kv/wal.py).
"""

import os
from pathlib import Path
from typing import Final

from storage.kv.wal import logs_in

#: So many zeros at a time: they are written once more than they need be, in one of dozens of syncs.
PIECE_BYTES: Final = 256 * 1024
#: For larger batches the length is a small part of what their sync writes.
BATCH_BYTES_MAX: Final = 16 * 1024
#: Less room than this is as good as none.
_ROOM_BYTES_MIN: Final = 4 * 1024
#: What the log adds to a batch: a header, sometimes two.
_HEADER_BYTES: Final = 14

_ZEROS: Final = bytes(PIECE_BYTES)


class LogRoom:
    """Room for records in the newest log of a store.

    Args:
        directory: Where the logs are.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._room = 0

    def written(self, size: int) -> None:
        """Notes that a batch of that size has been written; makes room for more if need be."""
        self._room -= size + _HEADER_BYTES
        if self._room < _ROOM_BYTES_MIN and size <= BATCH_BYTES_MAX:
            # Also if it fails: there is no room without it, and nothing worse.
            self._room = PIECE_BYTES
            self._extend()

    def _extend(self) -> None:
        try:
            log = os.open(logs_in(self._directory)[-1], os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
            try:
                os.write(log, _ZEROS)
            finally:
                os.close(log)
        except (OSError, IndexError):
            return
