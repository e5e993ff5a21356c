"""Segments: the durable parts of a table, and making them of the delta or of other segments."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from storage.columns.ends import Timestamps, make_ends, open_ends
from storage.columns.key_index import KeyIndex, Rows
from storage.columns.manifest import SegmentRecord
from storage.columns.messages import PartVersion
from storage.columns.part import (
    BEGIN,
    KEY,
    concat,
    is_alike,
    open_part,
    sync_file,
    with_dictionaries,
    with_narrow_numbers,
    with_wide_numbers,
    write_part,
)
from storage.columns.shredded_part import with_shreds, without_shreds
from storage.columns.zones import with_zones
from storage.kv.synced_through import sync_directory

#: Dead rows that go along with an answer; where there are more, readers look for themselves.
DEAD_ROWS_MAX: Final = 512
#: DuckDB's row groups have as many.
SEGMENT_ROWS: Final = 122_880


def part_path(directory: Path, name: str) -> Path:
    """Returns where a segment's rows are."""
    return directory / f"{name}.arrow"


def ends_path(directory: Path, name: str) -> Path:
    """Returns where a segment's ends are, if any row has ended."""
    return directory / f"{name}.ends"


class Segment:
    """An open segment.

    Attributes:
        batch: Its rows, mapped.
        ends: When they end; None if all live.
        dead_count: How many have ended.
        dead_rows: Which have, while they are few; else None.
        is_touched: Whether ends have been set that may not be durable.
        is_single: Whether it isn't to be merged for being small.
    """

    def __init__(self, directory: Path, record: SegmentRecord) -> None:
        self.record = record
        self.batch = open_part(part_path(directory, record.name))
        self.ends: Timestamps | None = None
        self.dead_count = 0
        self.dead_rows: list[int] | None = []
        self.is_touched = False
        self.is_single = False
        self._path = part_path(directory, record.name)
        self._ends_path = ends_path(directory, record.name)
        self._index: KeyIndex | None = None

    @classmethod
    def taken_over(
        cls, directory: Path, record: SegmentRecord, applied: int, new_name: Callable[[], str]
    ) -> "Segment":
        """Opens a segment as an earlier keeper has left it; ends after `applied` come again.

        A query may still read what that keeper has answered, and look for ends as late as that. So
        its files stay as they are: where ends have to go, the segment gets another name.
        """
        segment = cls(directory, record)
        if not segment._ends_path.exists():
            return segment
        ends = open_ends(segment._ends_path, record.row_count)
        if not (ends > applied).any():
            segment.ends = ends
            segment._count_dead(ends)
            return segment
        name = new_name()
        part_path(directory, name).hardlink_to(segment._path)
        sync_directory(directory)
        renamed = cls(directory, msgspec.structs.replace(record, name=name))
        renamed.set_ends(np.where(ends > applied, 0, ends))
        return renamed

    def _count_dead(self, ends: Timestamps) -> None:
        dead = np.flatnonzero(ends)
        self.dead_count = len(dead)
        self.dead_rows = dead.tolist() if len(dead) <= DEAD_ROWS_MAX else None

    @property
    def files(self) -> list[Path]:
        """Its files."""
        return [self._path, self._ends_path]

    @property
    def is_indexed(self) -> bool:
        """Whether `index` is there at once."""
        return self._index is not None

    @property
    def index(self) -> KeyIndex:
        """Its keys, to be found."""
        if self._index is None:
            self._index = KeyIndex(self.batch.column(KEY))
        return self._index

    def is_mostly_dead(self, pin: int) -> bool:
        """Returns whether most rows have ended before the pin, so that nobody reads them."""
        count = self.record.row_count
        if self.ends is None or self.dead_count * 2 <= count:
            return False
        return int(np.count_nonzero((self.ends != 0) & (self.ends <= pin))) * 2 > count

    def end(self, rows: Rows, timestamps: Timestamps) -> None:
        """Ends those of the rows that live."""
        if self.ends is None:
            self.ends = make_ends(self._ends_path, self.record.row_count)
        lives = self.ends[rows] == 0
        living = rows[lives]
        self.ends[living] = timestamps[lives]
        self.dead_count += len(living)
        self.is_touched = True
        if self.dead_rows is not None:
            self.dead_rows += living.tolist()
            if len(self.dead_rows) > DEAD_ROWS_MAX:
                self.dead_rows = None

    def set_ends(self, ends: Timestamps) -> None:
        """Takes over the ends of rows that have been elsewhere before."""
        if ends.any():
            self.ends = make_ends(self._ends_path, self.record.row_count)
            self.ends[:] = ends
            self._count_dead(ends)
            self.is_touched = True

    def sync_ends(self) -> None:
        """Returns when the ends set so far are durable."""
        if self.is_touched:
            # Mapped pages are the file's: what has been set in them is synced with it.
            sync_file(self._ends_path)
            self.is_touched = False

    def version(self, timestamp: int) -> PartVersion:
        """Returns where the rows lie, as of a commit timestamp."""
        record, path = self.record, str(self._path)
        if not self.dead_count:
            return PartVersion(path, record.row_count, record.begin)
        if self.dead_rows is None:
            return PartVersion(path, record.row_count, record.begin, str(self._ends_path))
        assert self.ends is not None
        rows = np.sort(np.array(self.dead_rows, np.int32))
        dead = rows[self.ends[rows] <= timestamp]
        return PartVersion(path, record.row_count, record.begin, dead=dead.tobytes())


@dataclass(frozen=True, slots=True)
class Source:
    """Rows that new segments are made of.

    Attributes:
        ends: As they are when it begins; None if all live.
        begin: Of all rows, where the batch has no begins.
    """

    batch: "pa.RecordBatch"
    ends: Timestamps | None
    begin: int


@dataclass(frozen=True, slots=True)
class Compacted:
    """A new segment.

    Attributes:
        origins: Where its rows were: their places in the row of all sources.
    """

    record: SegmentRecord
    origins: Rows


def compact(
    sources: Sequence[Source], pin: int, directory: Path, new_name: Callable[[], str]
) -> list[Compacted]:
    """Makes durable segments of sources, in the order of keys.

    Rows that ended before the pin, which nobody reads any more, are left out. Runs in a thread: the
    sources may end rows meanwhile.
    """
    compacted: list[Compacted] = []
    sources = [
        replace(source, batch=with_wide_numbers(without_shreds(source.batch))) for source in sources
    ]
    for group in _alike(sources):
        first = 0
        batches: list[pa.RecordBatch] = []
        origins: list[Rows] = []
        has_begins = any(_newest(source) > pin for source in group)
        for source in sources:
            count = source.batch.num_rows
            if any(source is each for each in group):
                kept = _kept(source, pin)
                origins.append(first + kept)
                batch = source.batch
                batch = batch if len(kept) == count else batch.take(pa.array(kept))
                batches.append(_with_begins(batch, source.begin, wanted=has_begins))
            first += count
        origin = np.concatenate(origins)
        if not len(origin):
            continue
        rows = concat([batch for batch in batches if batch.num_rows])
        newest = max(_newest(source) for source in group)
        order = pc.sort_indices(rows.column(KEY)).to_numpy()
        for start in range(0, len(order), SEGMENT_ROWS):
            chosen = order[start : start + SEGMENT_ROWS]
            batch = rows.take(pa.array(chosen))
            begin = int(pc.max(batch.column(BEGIN)).as_py()) if has_begins else newest
            record = write_segment(directory, new_name(), batch, begin)
            compacted.append(Compacted(record, origin[chosen]))
    return compacted


def write_segment(directory: Path, name: str, batch: "pa.RecordBatch", begin: int) -> SegmentRecord:
    """Writes a durable segment."""
    path = part_path(directory, name)
    narrow = with_narrow_numbers(with_zones(with_dictionaries(batch)))
    write_part(path, with_shreds(narrow), durable=True)
    has_begins = BEGIN in batch.schema.names
    return SegmentRecord(name, batch.num_rows, begin, has_begins, path.stat().st_size)


def _alike(sources: Sequence[Source]) -> list[list[Source]]:
    groups: list[list[Source]] = []
    for source in sources:
        for group in groups:
            if all(is_alike(source.batch, each.batch) for each in group):
                group.append(source)
                break
        else:
            groups.append([source])
    return groups


def _newest(source: Source) -> int:
    if BEGIN in source.batch.schema.names:
        return int(pc.max(source.batch.column(BEGIN)).as_py())
    return source.begin


def _kept(source: Source, pin: int) -> Rows:
    if source.ends is None:
        return np.arange(source.batch.num_rows)
    return np.flatnonzero((source.ends == 0) | (source.ends > pin))


def _with_begins(batch: "pa.RecordBatch", begin: int, *, wanted: bool) -> "pa.RecordBatch":
    has = BEGIN in batch.schema.names
    if has and not wanted:
        return batch.drop_columns([BEGIN])
    if wanted and not has:
        begins = pa.repeat(pa.scalar(begin, pa.int64()), batch.num_rows)
        return batch.add_column(1, pa.field(BEGIN, pa.int64()), begins)
    return batch
