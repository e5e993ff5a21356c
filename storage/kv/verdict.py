"""The verdict before opening: is anything missing that was acknowledged?

RocksDB can't be asked: with any of its recovery modes it either drops acknowledged commits behind
a damaged spot without a word, or refuses the torn tail that every power cut leaves. So our batches
are numbered (storage/kv/batches.py), and before RocksDB touches anything:

1. the table files alone are asked how far they reach;
2. the logs are walked: their batches must continue that number without a gap;
3. where the numbers end, nothing may show that a later batch was synced: not `synced-through`
   (storage/kv/synced_through.py), and no batch behind a break ("all up to n was synced when I was
   written").

If something does, acknowledged commits are lost: `DamageError` names file, offset and what to do.
If nothing does, what is missing was never acknowledged, and RocksDB may drop it (point-in-time
recovery).
"""

import tempfile
from pathlib import Path
from typing import Final

from storage.kv import synced_through, wal
from storage.kv.batches import BATCH_KEY, BatchRecord, decode_record
from storage.kv.engine import EngineError, Fault
from storage.kv.rocksdb_store import read_key_of_tables
from storage.records import dataclass

ADVICE: Final = (
    "Restore the file or a backup; or run `terrascale check --salvage`, which opens the store "
    "without what is lost and lists it."
)


class DamageError(Exception):
    """Acknowledged commits are missing, or the files that would tell are damaged.

    Attributes:
        path: The damaged file.
        offset: Where in it, or None.
    """

    def __init__(self, path: Path, offset: int | None, problem: str, advice: str = ADVICE) -> None:
        place = f"{path}" if offset is None else f"{path}, at byte {offset}"
        super().__init__(f"{place}: {problem}. {advice}")
        self.path = path
        self.offset = offset
        self.problem = problem
        self.advice = advice


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found, if nothing is missing.

    Attributes:
        number: The last batch that opening will bring.
        torn_log: A log with a tail that was never acknowledged.
    """

    number: int
    torn_log: wal.LogReport | None = None


@dataclass(slots=True)
class _Reach:
    """How far the numbers go on without a gap, and where they end."""

    number: int
    path: Path
    offset: int | None
    problem: str
    report: wal.LogReport | None = None


def judge(store: Path, synced_file: Path) -> Verdict:
    """Returns what opening will bring; raises DamageError if acknowledged commits are missing."""
    acknowledged = _acknowledged(synced_file)
    if not (store / "CURRENT").exists():
        _judge_without_current(store, acknowledged)
        return Verdict(0)
    judge_manifest(store)
    tables = _tables_reach(store)
    reports = [wal.walk(path) for path in wal.logs_in(store)]
    reach, behind = _follow(store, tables.number, reports)
    evidence = max(
        acknowledged,
        tables.synced_through,
        *(record.synced_through for record in behind),
        reach.number if not behind else 0,
    )
    if evidence > reach.number:
        missing = f"batches {reach.number + 1} to {evidence} were acknowledged and are missing"
        raise DamageError(reach.path, reach.offset, f"{reach.problem}; {missing}")
    return Verdict(reach.number, reach.report)


def _acknowledged(synced_file: Path) -> int:
    advice = (
        "Restore the file; or run `terrascale check --salvage`, which makes a new one from what "
        "the store holds."
    )
    try:
        return synced_through.read(synced_file)
    except FileNotFoundError as error:
        raise DamageError(synced_file, None, "the file is missing", advice) from error
    except synced_through.DamagedSlotsError as error:
        raise DamageError(synced_file, 0, "neither of its two numbers is whole", advice) from error


def _judge_without_current(store: Path, acknowledged: int) -> None:
    """A store without CURRENT is new, or it has lost it."""
    if acknowledged or any(store.glob("*.sst")) or any(store.glob("*.log")):
        raise DamageError(
            store / "CURRENT",
            None,
            "the file is missing, and the directory isn't new",
            "Restore the file: it holds the name of the newest MANIFEST and a line end.",
        )


def judge_manifest(store: Path) -> None:
    """Raises DamageError if a record of the MANIFEST is damaged: RocksDB may read it for ever."""
    name = (store / "CURRENT").read_bytes().decode(errors="replace").rstrip("\n")
    path = store / name
    if name.startswith("MANIFEST-") and "/" not in name and path.is_file():
        offset = wal.damaged_at(path)
        if offset is not None:
            raise DamageError(path, offset, "a record is damaged")


def _tables_reach(store: Path) -> BatchRecord:
    """Returns the last batch in the table files alone."""
    with tempfile.TemporaryDirectory(prefix="terrascale-") as empty:
        try:
            return decode_record(read_key_of_tables(store, Path(empty), BATCH_KEY))
        except EngineError as error:
            if error.fault is Fault.LOCKED:
                raise
            raise DamageError(_named_file(store, error.message), None, error.message) from error


def _named_file(store: Path, message: str) -> Path:
    """Returns the file that an error of RocksDB tells of, or the directory."""
    for word in message.replace(":", " ").replace(",", " ").split():
        name = Path(word).name
        if name.endswith(".sst") or name.startswith(("MANIFEST", "CURRENT", "OPTIONS")):
            return store / name
    return store


def _follow(
    store: Path, number: int, reports: list[wal.LogReport]
) -> tuple[_Reach, list[BatchRecord]]:
    """Follows the numbers through the logs.

    Returns where they end, and the records of all batches that lie behind that.
    """
    end_of_store = "the table files and logs end early (a log or a newer MANIFEST is missing)"
    reach = _Reach(number, store, None, end_of_store)
    for position, report in enumerate(reports):
        for offset, record in report.batches:
            if record.number > reach.number + 1:
                reach.path, reach.offset = report.path, offset
                reach.problem = (
                    f"batch {record.number} follows batch {reach.number} "
                    "(a log before it, or a part of a MANIFEST, is missing)"
                )
                return reach, _all_records(reports[position:])
            reach.number = max(reach.number, record.number)
        reach.path, reach.offset = report.path, None
        reach.problem = "the log ends early"
        if report.broken_at is not None and not _continues(reports[position + 1 :], reach.number):
            reach.offset = report.broken_at
            reach.problem = "the log is damaged"
            reach.report = report
            return reach, [*report.behind, *_all_records(reports[position + 1 :])]
    return reach, []


def _continues(later: list[wal.LogReport], number: int) -> bool:
    """Returns whether later logs go on where a broken one ends, so that the break hides nothing.

    Such a log was recovered from, and outlived that because its deletion was cut short.
    """
    firsts = [report.batches[0][1].number for report in later if report.batches]
    return bool(firsts) and firsts[0] <= number + 1


def _all_records(reports: list[wal.LogReport]) -> list[BatchRecord]:
    return [
        record
        for report in reports
        for record in (*(record for _, record in report.batches), *report.behind)
    ]
