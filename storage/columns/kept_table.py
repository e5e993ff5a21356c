"""The columns of one table, as the keeper has them: segments, delta, and how they change."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from storage.columns.delta import Delta
from storage.columns.feed import TableFigures
from storage.columns.key_index import hash_keys
from storage.columns.layout import HeldKind
from storage.columns.manifest import FORM, Manifest
from storage.columns.messages import TableVersion
from storage.columns.segment import (
    SEGMENT_ROWS,
    Compacted,
    Segment,
    Source,
    compact,
    ends_path,
    part_path,
)
from storage.columns.shredded_part import counts_of
from storage.items import HEADER_SIZE
from storage.keyspace import PREFIX_SIZE

#: Segments below this size are merged, as soon as there are this many.
SMALL_ROWS: Final = SEGMENT_ROWS // 2
SMALL_COUNT: Final = 4
#: So many segments are merged at a time.
MERGED_COUNT_MAX: Final = 8

#: Bytes of changes that wait until a table is ready; where there are more, it catches up by notes.
HELD_BACK_BYTES_MAX: Final = 64 << 20

#: A commit timestamp, the item's key without its prefix, its body or None.
Change = tuple[int, bytes, bytes | None]


def changes_of(
    timestamp: int, keys: Sequence[bytes], items: Sequence[bytes | None]
) -> Iterator[tuple[int, Change]]:
    """Yields (storage id, change) of what commits have done."""
    for key, item in zip(keys, items, strict=True):
        storage_id = int.from_bytes(key[1:PREFIX_SIZE], "big")
        body = None if item is None else item[HEADER_SIZE:]
        yield storage_id, (timestamp, key[PREFIX_SIZE:], body)


class Job:
    """Work for the thread, and what the loop does with its result."""

    def __init__(
        self, run: Callable[[], list[Compacted]], finish: Callable[[list[Compacted]], None]
    ) -> None:
        self.run = run
        self.finish = finish


class KeptTable:
    """One table.

    Args:
        name: What the names of its new files begin with; no keeper before had the same.

    Attributes:
        applied: All its commits up to this one are in it.
        reachable: The oldest commit timestamp at which it can be read.
        is_ready: Whether it has been built, and has caught up.
        held_back: Changes that have to wait until it is.
        is_lacking: Whether there were too many of them: none has been kept since.
        is_busy: Whether a job of it runs.
        is_flush_due: Whether it is to be flushed soon, however little there is: no note can bring
            back what a large transaction has changed.
        retired: Files that no new version has.
        durable_applied: All commits up to this one are in segments.
    """

    def __init__(
        self, directory: Path, storage_id: int, layout: dict[int, HeldKind], name: str
    ) -> None:
        self.storage_id = storage_id
        self.layout = layout
        self.directory = directory
        self.segments: list[Segment] = []
        self.applied = self.reachable = self.durable_applied = 0
        self.is_ready = False
        self.is_busy = self.is_flush_due = self.is_lacking = False
        self.held_back: list[Change] = []
        self._held_back_bytes = 0
        self.retired: list[Path] = []
        self._name = name
        self._file_count = 0
        self.delta = Delta(directory, layout, self.new_name)

    @classmethod
    def opened(cls, directory: Path, manifest: Manifest, name: str) -> "KeptTable":
        """Returns a table as its manifest has it; what else lies in the directory goes."""
        table = cls(directory, manifest.storage_id, manifest.layout, name)
        table.applied = table.durable_applied = manifest.applied
        table.reachable = manifest.reachable
        table.take_segments(manifest)
        files = {path for segment in table.segments for path in segment.files}
        named = {
            path
            for record in manifest.segments
            for path in (part_path(directory, record.name), ends_path(directory, record.name))
        }
        # They stay until a manifest without them is durable.
        table.retired = sorted(named - files)
        for path in directory.iterdir():
            if path not in files and path not in named:
                path.unlink()
        return table

    def take_segments(self, manifest: Manifest) -> None:
        """Opens the segments of a manifest."""
        self.segments += [
            Segment.taken_over(self.directory, record, manifest.applied, self.new_name)
            for record in manifest.segments
        ]

    def new_name(self) -> str:
        """Returns a name that no file has had: readers keep files open, and know them by name."""
        self._file_count += 1
        return f"{self._name}-{self._file_count}"

    # Following

    def take(self, changes: Iterable[Change]) -> None:
        """Applies changes, or holds them back."""
        if self.is_ready:
            self._apply(list(changes))
        elif not self.is_lacking:
            for change in changes:
                self.held_back.append(change)
                self._held_back_bytes += len(change[1]) + len(change[2] or b"")
            if self._held_back_bytes > HELD_BACK_BYTES_MAX:
                self._let_go()
                self.is_lacking = True

    def catch_up(self, changes: Iterable[Change]) -> None:
        """Applies what came before everything that is held back."""
        self._apply(list(changes))

    def complete(self, timestamp: int) -> bool:
        """Hears that it has everything up to a commit; returns whether it is ready by that.

        Otherwise what came later has been too much to be held back: it has to catch up from there.
        """
        self.reachable = max(self.reachable, timestamp)
        self.applied = max(self.applied, timestamp)
        self.is_ready = not self.is_lacking
        held_back = self._let_go()
        self.is_lacking = False
        self._apply([change for change in held_back if change[0] > timestamp])
        return self.is_ready

    def _let_go(self) -> list[Change]:
        held_back, self.held_back, self._held_back_bytes = self.held_back, [], 0
        return held_back

    def _apply(self, changes: list[Change]) -> None:
        if not changes:
            return
        self._end_in_segments(changes)
        delta = self.delta
        for timestamp, key, body in changes:
            delta.end(key, timestamp)
            if body is not None:
                delta.add(key, body, timestamp)
        self.applied = changes[-1][0]

    def _end_in_segments(self, changes: list[Change]) -> None:
        """Ends the rows in segments whose keys are changed; what is in the delta isn't there."""
        if not self.segments:
            return
        index = self.delta.index
        first: dict[bytes, int] = {}
        for timestamp, key, _ in changes:
            if key not in index:
                first.setdefault(key, timestamp)
        if not first:
            return
        keys = pa.array(list(first), pa.binary())
        timestamps = np.fromiter(first.values(), np.int64, len(first))
        hashes = hash_keys(keys)
        order = np.argsort(hashes)
        keys, timestamps, hashes = keys.take(pa.array(order)), timestamps[order], hashes[order]
        for segment in self.segments:
            positions, rows = segment.index.find(keys, hashes)
            if len(rows):
                segment.end(rows, timestamps[positions])

    # Reading

    def refusal(self, timestamp: int) -> str:
        """Returns why the table can't be read at a commit timestamp, or an empty text."""
        if not self.is_ready:
            return "its columns aren't ready yet"
        if timestamp < self.reachable:
            return "its columns don't reach back so far"
        return ""

    @property
    def row_count(self) -> int:
        """Rows that live, or somewhat more."""
        living = (s.record.row_count - s.dead_count for s in self.segments)
        return sum(living) + self.delta.row_count

    def version(self, timestamp: int) -> TableVersion:
        """Returns where the rows lie as of a commit timestamp."""
        parts = [segment.version(timestamp) for segment in self.segments] + self.delta.versions(
            timestamp
        )
        return TableVersion(
            self.storage_id,
            timestamp,
            self.row_count,
            len(self.segments),
            self.delta.row_count,
            tuple(parts),
        )

    def figures(self) -> TableFigures:
        """Returns figures for people."""
        return TableFigures(
            self.storage_id,
            self.is_ready,
            self.applied,
            self.reachable,
            self.delta.row_count,
            len(self.delta.chunks),
            [
                (s.record.name, s.record.row_count, s.dead_count, s.record.byte_count)
                for s in self.segments
            ],
            counts_of(s.batch for s in self.segments),
        )

    # Flushing and merging

    def manifest(self) -> Manifest:
        """Returns what is durable, once ends are synced."""
        records = tuple(segment.record for segment in self.segments)
        return Manifest(
            self.storage_id, self.layout, records, self.durable_applied, self.reachable, FORM
        )

    def index_segment(self) -> bool:
        """Indexes the keys of one segment ahead of need; returns False if all are indexed."""
        for segment in self.segments:
            if not segment.is_indexed:
                return segment.index is not None
        return False

    def sync_ends(self) -> None:
        """Returns when all ends that are set are durable."""
        for segment in self.segments:
            segment.sync_ends()

    def flush_job(self, pin: int) -> Job:
        """Returns the work of bringing the whole delta into segments."""
        self.is_flush_due = False
        delta, applied = self.delta, self.applied
        delta.settle()
        delta.frozen = after = delta.count
        chunks = list(delta.chunks)
        sources = [Source(c.batch, _copied(delta.ends_of(c)), c.begin) for c in chunks]

        def finish(compacted: list[Compacted]) -> None:
            ends = _joined([(c.batch.num_rows, delta.ends_of(c)) for c in chunks])
            self._add_segments(compacted, ends)
            delta.drop_before(after)
            self.retired += delta.retired
            delta.retired = []
            self.reachable = max(self.reachable, pin)
            self.durable_applied = applied

        return Job(lambda: compact(sources, pin, self.directory, self.new_name), finish)

    def merge_job(self, pin: int) -> Job | None:
        """Returns the work of merging small and mostly dead segments, if there are enough."""
        chosen = self._to_merge(pin)
        if not chosen:
            return None
        sources = [Source(s.batch, _copied(s.ends), s.record.begin) for s in chosen]

        def finish(compacted: list[Compacted]) -> None:
            ends = _joined([(s.record.row_count, s.ends) for s in chosen])
            self.segments = [s for s in self.segments if s not in chosen]
            self._add_segments(compacted, ends)
            row_count = sum(new.record.row_count for new in compacted)
            if len(compacted) >= len(chosen) and row_count == len(ends):
                # They aren't alike: they would come out like this again and again.
                for segment in self.segments[-len(compacted) :]:
                    segment.is_single = True
            self.retired += [path for segment in chosen for path in segment.files]
            self.reachable = max(self.reachable, pin)

        return Job(lambda: compact(sources, pin, self.directory, self.new_name), finish)

    def _to_merge(self, pin: int) -> list[Segment]:
        dead = [s for s in self.segments if s.is_mostly_dead(pin)]
        small = [
            s
            for s in self.segments
            if s.record.row_count < SMALL_ROWS and s not in dead and not s.is_single
        ]
        chosen = dead + (small if len(small) >= SMALL_COUNT else [])
        return chosen[:MERGED_COUNT_MAX]

    def _add_segments(self, compacted: Sequence[Compacted], ends: np.ndarray) -> None:
        for new in compacted:
            segment = Segment(self.directory, new.record)
            segment.set_ends(ends[new.origins])
            self.segments.append(segment)


def _copied(ends: np.ndarray | None) -> np.ndarray | None:
    return None if ends is None else np.array(ends)


def _joined(pieces: Sequence[tuple[int, np.ndarray | None]]) -> np.ndarray:
    """Returns the ends of consecutive rows, as they are now."""
    return np.concatenate(
        [np.zeros(count, np.int64) if ends is None else ends for count, ends in pieces]
        or [np.zeros(0, np.int64)]
    )
