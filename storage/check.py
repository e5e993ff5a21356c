"""`terrascale check`: are the files of a stopped store whole, and what can be saved if not?

`check` changes nothing. It pronounces the verdict that every opening pronounces
(storage/kv/verdict.py), then reads every entry, which verifies every block of every table file, and
names what is damaged and which keys it takes with it.

`check(salvage=True)` makes a new store of all entries that can be read, puts it in the place of the
damaged one, which stays beside it, and lists what was dropped. A damaged block takes only its own
entries: where reading fails, the end of the failure is searched for by halving the keys.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from storage.kv import synced_through, verdict, wal
from storage.kv.batches import BATCH_KEY, NO_BATCH, decode_record, encode_record
from storage.kv.directory import DataDirectory, DirectoryError
from storage.kv.engine import EngineError, EngineSnapshot, Entry
from storage.kv.rocksdb_store import RocksEngine, RocksSettings, repair

_SLICE_COUNT: Final = 500
_AFTER_ALL: Final = b"\xff" * 32
#: Keys are compared over this many bytes when the end of damage is searched for.
_SEARCHED_BYTES: Final = 64


@dataclass(slots=True)
class Report:
    """What was found.

    Attributes:
        lines: For people, in order.
        is_sound: Whether nothing is damaged (after a salvage: whether nothing was dropped).
    """

    lines: list[str] = field(default_factory=list)
    is_sound: bool = True

    def damaged(self, line: str) -> None:
        """Adds bad news."""
        self.lines.append(line)
        self.is_sound = False


def check(path: Path, *, salvage: bool = False) -> Report:
    """Checks a data directory whose server is stopped; see the module."""
    report = Report()
    if not (path / "format").exists():
        report.damaged(f"{path} is not a data directory: it has no file named format.")
        return report
    try:
        directory = DataDirectory(path)
    except DirectoryError as error:
        report.damaged(f"{error}.")
        return report
    try:
        if salvage:
            _salvage(directory, report)
        else:
            _check(directory, report)
    finally:
        directory.unlock()
    return report


def _check(directory: DataDirectory, report: Report) -> None:
    try:
        found = verdict.judge(directory.store, directory.synced_through)
    except verdict.DamageError as error:
        report.damaged(str(error))
        return
    if found.number == 0 and not (directory.store / "CURRENT").exists():
        report.lines.append("The store is new and empty.")
        return
    if found.torn_log is not None:
        torn = found.torn_log
        report.lines.append(
            f"{torn.path}, at byte {torn.broken_at}: a torn tail, never acknowledged; "
            "opening drops it."
        )
    count = 0
    try:
        engine = RocksEngine(directory.store, RocksSettings(is_read_only=True))
    except EngineError as error:
        report.damaged(f"{directory.store}: {error.message}. {verdict.ADVICE}")
        return
    for entry in _readable(engine.snapshot(), report):
        count += entry is not None
    engine.close()
    if report.is_sound:
        report.lines.append(f"Sound: {count} entries, {found.number} batches.")
    else:
        report.lines.append(verdict.ADVICE)


def _readable(snapshot: EngineSnapshot, report: Report) -> Iterator[Entry]:
    """Yields all entries that can be read, and reports the others."""
    position = b""
    size = _SLICE_COUNT
    while True:
        try:
            entries = snapshot.scan(position, _AFTER_ALL, size)
        except EngineError as error:
            if size > 1:
                size = 1  # what lies before the damage is read one by one
                continue
            after = _end_of_damage(snapshot, position)
            until = "the end" if after is None else after.hex()
            report.damaged(
                f"{error.message}: entries from key {position.hex()} to {until} can't be read"
            )
            if after is None:
                return
            position, size = after, _SLICE_COUNT
            continue
        yield from entries
        if len(entries) < size:
            return
        position = entries[-1][0] + b"\0"


def _end_of_damage(snapshot: EngineSnapshot, start: bytes) -> bytes | None:
    """Returns the first key behind a damaged spot that begins at `start`; None if none follows."""

    def first_from(key: bytes) -> bytes | None:
        """Returns the first readable entry's key; raises EngineError where it is damaged."""
        entries = snapshot.scan(key, _AFTER_ALL, 1)
        return entries[0][0] if entries else None

    low, high = _number_of(start), _number_of(_AFTER_ALL)
    last_found: bytes | None = None
    while low + 1 < high:
        middle = (low + high) // 2
        try:
            last_found = first_from(middle.to_bytes(_SEARCHED_BYTES, "big"))
        except EngineError:
            low = middle
        else:
            high = middle
    return last_found


def _number_of(key: bytes) -> int:
    return int.from_bytes(key[:_SEARCHED_BYTES].ljust(_SEARCHED_BYTES, b"\0"), "big")


def _salvage(directory: DataDirectory, report: Report) -> None:
    damaged = _free_name(directory.path / "damaged")
    new = directory.path / "salvaged"
    shutil.rmtree(new, ignore_errors=True)
    work = directory.path / "salvaging"
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(directory.store, work)
    _report_loss(directory, report)
    _drop_logs_behind_damage(work, report)
    number = _copy_readable(work, new, report)
    shutil.rmtree(work)
    directory.store.rename(damaged)
    new.rename(directory.store)
    synced_through.create(directory.synced_through, number)
    synced_through.sync_directory(directory.path)
    report.lines.append(f"The store was made anew up to batch {number}; the old one is {damaged}.")


def _free_name(path: Path) -> Path:
    number = 1
    while (free := path.with_name(f"{path.name}-{number}")).exists():
        number += 1
    return free


def _report_loss(directory: DataDirectory, report: Report) -> None:
    try:
        verdict.judge(directory.store, directory.synced_through)
    except verdict.DamageError as error:
        report.damaged(f"{error.path}: {error.problem}.")


def _drop_logs_behind_damage(store: Path, report: Report) -> None:
    """Leaves the logs as a torn tail would, so that they can be recovered from."""
    last = 0
    is_broken = False
    for path in wal.logs_in(store):
        found = wal.walk(path)
        numbers = [record.number for _, record in found.batches]
        if last and numbers:  # a log that goes on where the last one ended is fine after a break
            is_broken = numbers[0] > last + 1
        if is_broken:
            if numbers:
                report.damaged(
                    f"{path.name}: batches {numbers[0]} to {numbers[-1]} follow a gap "
                    "and are dropped."
                )
            path.unlink()
            continue
        last = numbers[-1] if numbers else last
        if found.broken_at is not None:
            is_broken = True
            with path.open("r+b") as log:
                log.truncate(found.broken_at)
            lost = sorted(record.number for record in found.behind)
            if lost:
                report.damaged(
                    f"{path.name}: {len(lost)} batches behind byte {found.broken_at}, "
                    f"numbers {lost[0]} to {lost[-1]}, are dropped."
                )


def _copy_readable(source: Path, target: Path, report: Report) -> int:
    """Copies all entries that can be read into a new store; returns its last batch's number."""
    engine = _open_or_repair(source, report)
    copy = RocksEngine(target, RocksSettings())
    first = (BATCH_KEY, _last_record(engine))
    batch: list[Entry] = []
    for entry in _readable(engine.snapshot(), report):
        batch.append(entry)
        if len(batch) >= _SLICE_COUNT:
            _write(copy, first, batch)
            batch = []
    _write(copy, first, batch)
    copy.flush()
    number = decode_record(first[1]).number
    copy.close()
    engine.close()
    return number


def _last_record(engine: RocksEngine) -> bytes:
    try:
        return engine.get(BATCH_KEY) or encode_record(NO_BATCH)
    except EngineError:  # numbers and timestamps go on from where no batch has been
        return encode_record(NO_BATCH)


def _write(engine: RocksEngine, first: Entry, batch: list[Entry]) -> None:
    while True:
        try:
            engine.write(first, (), batch)
        except EngineError:
            engine.flush()  # it was writing faster than it could move to table files
        else:
            return


def _open_or_repair(path: Path, report: Report) -> RocksEngine:
    if (path / "CURRENT").exists():  # without it, an opening would begin an empty store
        try:
            verdict.judge_manifest(path)
            return RocksEngine(path, RocksSettings())
        except verdict.DamageError as error:
            report.damaged(
                f"{error.path.name}: {error.problem}: the table files are put together anew."
            )
        except EngineError as error:
            report.damaged(f"{error.message}: the table files are put together anew.")
    repair(path)
    return RocksEngine(path, RocksSettings())
