"""Reading RocksDB's log files, to judge them before RocksDB does.

A log is a sequence of blocks of 32 KB. A record lies in one block or is cut into fragments:

    checksum (4) · length (2) · type (1) · bytes            little-endian; fewer than 7 bytes at the
                                                            end of a block are padding
    type    1 whole record, 2 first fragment, 3 middle, 4 last; others are RocksDB's notes to itself
    checksum = masked CRC-32C of type and bytes

`walk` follows the records from the beginning and reports the batches in them
(storage/kv/batches.py). Where the chain breaks it says so, and looks at what lies behind: a torn
tail has nothing valid behind it that was ever synced, damage in the middle has.
"""

import struct
from dataclasses import field
from pathlib import Path
from typing import Final

import google_crc32c

from storage.kv.batches import BatchRecord, record_in_log
from storage.records import dataclass

_BLOCK_SIZE: Final = 32768
_HEADER: Final = struct.Struct("<IHB")
_HEADER_SIZE: Final = _HEADER.size
_WHOLE: Final = 1
_FIRST: Final = 2
_MIDDLE: Final = 3
_LAST: Final = 4
_TYPE_MAX: Final = 11
#: Of a record only its beginning matters here.
_HEAD_SIZE: Final = 64
_MASK_DELTA: Final = 0xA282EAD8


@dataclass(slots=True)
class LogReport:
    """What a log holds.

    Attributes:
        batches: Records of the batches in the intact part, in order, with their offsets.
        broken_at: Offset at which the chain of records breaks; None if it ends cleanly.
        behind: Records of batches found behind the break.
    """

    path: Path
    batches: list[tuple[int, BatchRecord]] = field(default_factory=list)
    broken_at: int | None = None
    behind: list[BatchRecord] = field(default_factory=list)


def log_number(path: Path) -> int:
    """Returns the number in a log's name."""
    return int(path.stem)


def logs_in(directory: Path) -> list[Path]:
    """Returns the logs of a store, oldest first."""
    return sorted(directory.glob("[0-9]*.log"), key=log_number)


def _masked(checksum: int) -> int:
    return (((checksum >> 15) | (checksum << 17)) + _MASK_DELTA) & 0xFFFFFFFF


def _fragment_at(block: bytes, offset: int) -> tuple[int, int] | None:
    """Returns the type and the end of the valid fragment at an offset, or None."""
    checksum, length, kind = _HEADER.unpack_from(block, offset)
    end = offset + _HEADER_SIZE + length
    if not 1 <= kind <= _TYPE_MAX or end > len(block):
        return None
    if checksum != _masked(google_crc32c.value(block[offset + 6 : end])):
        return None
    return kind, end


class _Records:
    """Puts fragments together, as far as a batch's record needs them."""

    def __init__(self) -> None:
        self._head = b""
        self._offset = 0
        self._is_open = False

    def add(self, kind: int, payload: bytes, offset: int) -> tuple[int, bytes] | None:
        """Takes a fragment; returns offset and beginning of the record that it completes."""
        if kind == _WHOLE:
            self._is_open = False
            return offset, payload[:_HEAD_SIZE]
        if kind == _FIRST:
            self._head, self._offset, self._is_open = payload[:_HEAD_SIZE], offset, True
        elif kind in (_MIDDLE, _LAST) and self._is_open:
            if len(self._head) < _HEAD_SIZE:
                self._head = (self._head + payload)[:_HEAD_SIZE]
            if kind == _LAST:
                self._is_open = False
                return self._offset, self._head
        return None

    @property
    def is_open(self) -> bool:
        """Whether the last record is incomplete."""
        return self._is_open

    @property
    def offset(self) -> int:
        """Where the incomplete record begins."""
        return self._offset


def walk(path: Path) -> LogReport:
    """Reads a log from the beginning to the first break, and looks behind that."""
    report = LogReport(path)
    records = _Records()
    with path.open("rb") as file:
        start = 0
        while block := file.read(_BLOCK_SIZE):
            break_in_block = _walk_block(block, start, records, report)
            if break_in_block is not None:
                rest = block[break_in_block:] + file.read()
                if rest.strip(b"\0"):
                    report.broken_at = start + break_in_block
                    _look_behind(block, break_in_block, rest, report)
                break
            start += len(block)
    if report.broken_at is None and records.is_open:
        report.broken_at = records.offset
    return report


def damaged_at(path: Path) -> int | None:
    """Returns where the records of a log, or of a MANIFEST, break by damage.

    None where they end cleanly, or in a tail that is cut: nothing valid lies behind that.
    """
    with path.open("rb") as file:
        start = 0
        while block := file.read(_BLOCK_SIZE):
            offset = _walk_block(block, start, _Records(), LogReport(path))
            if offset is not None:
                rests = [block[offset + 1 :], *iter(lambda: file.read(_BLOCK_SIZE), b"")]
                is_cut = len(rests) == 1 and _is_cut(block[offset:])
                return None if is_cut and not any(map(_has_fragment, rests)) else start + offset
            start += len(block)
    return None


def _is_cut(tail: bytes) -> bool:
    """Returns whether the file's last bytes can be the beginning of a record."""
    if len(tail) < _HEADER_SIZE or not tail.strip(b"\0"):
        return True
    _, length, kind = _HEADER.unpack_from(tail)
    return bool(_WHOLE <= kind <= _LAST and _HEADER_SIZE + length > len(tail))


def _has_fragment(block: bytes) -> bool:
    return any(
        _fragment_at(block, offset) is not None for offset in range(len(block) - _HEADER_SIZE + 1)
    )


def _walk_block(block: bytes, start: int, records: _Records, report: LogReport) -> int | None:
    """Follows the records of one block; returns the offset in it at which they break."""
    offset = 0
    size = len(block)
    while offset + _HEADER_SIZE <= size:
        fragment = _fragment_at(block, offset)
        if fragment is None:
            return offset
        kind, end = fragment
        complete = records.add(kind, block[offset + _HEADER_SIZE : end], start + offset)
        if complete is not None:
            _note(report.batches, *complete)
        offset = end
    # Padding is zeros; a short block that ends in something else has a torn header.
    return offset if block[offset:].strip(b"\0") else None


def _note(batches: list[tuple[int, BatchRecord]], offset: int, head: bytes) -> None:
    record = record_in_log(head)
    if record is not None:
        batches.append((offset, record))


def _look_behind(block: bytes, break_in_block: int, rest: bytes, report: LogReport) -> None:
    """Finds batches behind a break: at any byte in its own block, then from block to block."""
    _search_bytewise(block, break_in_block + 1, report)
    first_whole = len(block) - break_in_block
    for start in range(first_whole, len(rest), _BLOCK_SIZE):
        following = rest[start : start + _BLOCK_SIZE]
        if following.strip(b"\0"):
            _search(following, report)


def _search(block: bytes, report: LogReport) -> None:
    found = LogReport(report.path)
    broken = _walk_block(block, 0, _Records(), found)
    report.behind.extend(record for _, record in found.batches)
    if broken is not None:
        _search_bytewise(block, broken + 1, report)


def _search_bytewise(block: bytes, offset: int, report: LogReport) -> None:
    records = _Records()
    while offset + _HEADER_SIZE <= len(block):
        fragment = _fragment_at(block, offset)
        if fragment is None:
            offset += 1
            continue
        kind, end = fragment
        if kind == _FIRST:  # its end is in another block; the beginning tells the number
            kind = _WHOLE
        complete = records.add(kind, block[offset + _HEADER_SIZE : end], offset)
        record = record_in_log(complete[1]) if complete else None
        if record is not None:
            report.behind.append(record)
        offset = end
