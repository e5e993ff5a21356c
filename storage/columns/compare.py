"""`terrascale check --columns`: are the columns what the items are, item by item?

    python -m storage.columns.compare DATA_DIRECTORY

The server is stopped. Items whose keys have been noted since a manifest aren't in the columns yet:
the next start reads them again. It changes nothing, and ends with code 1 if anything differs.
"""

import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from storage.columns.documents import json_text
from storage.columns.ends import read_ends
from storage.columns.key_index import KeyIndex, Rows, hash_keys
from storage.columns.manifest import FORM, Manifest, SegmentRecord, decode_manifest
from storage.columns.part import KEY, column_of, kind_of, open_part
from storage.columns.process import read_deep_documents
from storage.columns.segment import ends_path, part_path
from storage.columns.shredded_part import is_true_to_text, without_shreds
from storage.columns.stored import stored_rows
from storage.following import TABLES_MAX, decode_note, manifest_range, note_range
from storage.items import HEADER_SIZE
from storage.keyspace import ITEMS, PREFIX_SIZE, prefix_range, storage_prefix
from storage.kv.directory import DataDirectory, DirectoryError
from storage.kv.engine import EngineSnapshot
from storage.kv.rocksdb_store import RocksEngine, RocksSettings
from storage.packing import unpack

_SLICE_ROWS: Final = 5_000
_TIMESTAMP_MAX: Final = 2**63 - 1
#: Differences that are shown of one table.
SHOWN_MAX: Final = 20


class _Rows:
    """The living rows of a segment, to be found by key."""

    def __init__(self, directory: Path, record: SegmentRecord, applied: int) -> None:
        self.name = record.name
        self.batch = open_part(part_path(directory, record.name))
        self.is_living = np.ones(record.row_count, np.bool_)
        path = ends_path(directory, record.name)
        if path.exists():
            ends = read_ends(str(path), 0, record.row_count)
            self.is_living = (ends == 0) | (ends > applied)
        self._index = KeyIndex(self.batch.column(KEY))

    def find(self, keys: "pa.Array") -> tuple[Rows, Rows]:
        """Returns positions of keys, and the living rows that have them."""
        positions, rows = self._index.find(keys, hash_keys(keys))
        living = self.is_living[rows]
        return positions[living], rows[living]


class Comparison:
    """One table's columns and items.

    Attributes:
        differences: What differs, a line each.
        item_count: Items that have been compared.
        noted_count: Keys whose items are to be read again.
    """

    def __init__(self, snapshot: EngineSnapshot, manifest: Manifest, directory: Path) -> None:
        self.differences: list[str] = []
        self.item_count = 0
        self._snapshot = snapshot
        self._manifest = manifest
        self._segments = [
            _Rows(directory, record, manifest.applied) for record in manifest.segments
        ]
        self._noted = self._notes()
        self.noted_count = 0 if self._noted is None else len(self._noted)

    @property
    def is_outdated(self) -> bool:
        """Whether the next start builds the columns anew."""
        return self._noted is None

    def _notes(self) -> set[bytes] | None:
        position, end = note_range(
            self._manifest.storage_id, self._manifest.applied, _TIMESTAMP_MAX
        )
        noted: set[bytes] = set()
        while entries := self._snapshot.scan(position, end, _SLICE_ROWS):
            for _, value in entries:
                keys = decode_note(value)
                if keys is None:
                    return None
                noted.update(keys)
            position = entries[-1][0] + b"\0"
        return noted

    def run(self) -> None:
        """Compares them."""
        assert self._noted is not None
        row_count = sum(int(segment.is_living.sum()) for segment in self._segments)
        noted = pa.array(list(self._noted), pa.binary())
        row_count -= sum(len(segment.find(noted)[1]) for segment in self._segments)
        for keys, items in self._slices():
            self._compare(keys, items)
        for segment in self._segments:
            if not is_true_to_text(segment.batch):
                self.differences.append(f"{segment.name}: documents' columns aren't their text's")
        if not self.differences and row_count != self.item_count:
            self.differences.append(f"{row_count} rows for {self.item_count} items")

    def _slices(self) -> Iterator[tuple[list[bytes], list[bytes]]]:
        assert self._noted is not None
        position, end = prefix_range(storage_prefix(ITEMS, self._manifest.storage_id))
        while entries := self._snapshot.scan(position, end, _SLICE_ROWS):
            position = entries[-1][0] + b"\0"
            chosen = [e for e in entries if e[0][PREFIX_SIZE:] not in self._noted]
            if chosen:
                yield [key[PREFIX_SIZE:] for key, _ in chosen], [item for _, item in chosen]

    def _compare(self, keys: list[bytes], items: list[bytes]) -> None:
        sought = pa.array(keys, pa.binary())
        found: dict[int, dict[int | str, Any]] = {}
        for segment in self._segments:
            positions, rows = segment.find(sought)
            batch = without_shreds(segment.batch).take(pa.array(rows))
            documents = {
                column_of(f.name)
                for f in batch.schema
                if (kind := kind_of(f)) is not None and kind.kind == "jsonb"
            }
            for position, row in zip(positions.tolist(), stored_rows(batch), strict=True):
                if position in found:
                    self.differences.append(f"key {keys[position].hex()} has two rows")
                found[position] = row
                item = unpack(items[position][HEADER_SIZE:])
                for name in documents & item.keys():
                    if item[name] is not None:
                        item[name] = json_text(item[name])
                if not _same_item(item, row):
                    self.differences.append(f"key {keys[position].hex()}: {item} is {row}")
        for position in set(range(len(keys))) - found.keys():
            self.differences.append(f"key {keys[position].hex()} has no row")
        self.item_count += len(keys)


def _same_item(item: dict[int | str, Any], row: dict[int | str, Any]) -> bool:
    return item.keys() == row.keys() and all(_same(item[name], row[name]) for name in item)


def _same(stored: Any, held: Any) -> bool:
    if isinstance(held, Decimal) and isinstance(stored, str):
        number = Decimal(stored)
        if not number:  # SQL knows no negative zero
            number = number.copy_abs()
        return f"{number:f}" == f"{held:f}"
    if isinstance(held, float) and isinstance(stored, float):
        return held == stored or (held != held and stored != stored)  # noqa: PLR0124 - NaN
    return bool(held == stored) and type(held) is type(stored)


def compare(path: Path) -> Iterator[tuple[str, bool]]:
    """Yields lines of what was found in a data directory, and whether each is good news."""
    directory = DataDirectory(path)
    try:
        engine = RocksEngine(directory.store, RocksSettings(is_read_only=True))
        snapshot = engine.snapshot()
        for _, value in snapshot.scan(*manifest_range(), TABLES_MAX):
            manifest = decode_manifest(value)
            yield from _compare_table(snapshot, manifest, path / "columns")
        engine.close()
    finally:
        directory.unlock()


def _compare_table(
    snapshot: EngineSnapshot, manifest: Manifest, columns: Path
) -> Iterator[tuple[str, bool]]:
    name = f"Columns of storage {manifest.storage_id}"
    if manifest.form != FORM:
        yield f"{name} are of another version of TerraScale, and are built anew.", True
        return
    try:
        comparison = Comparison(snapshot, manifest, columns / str(manifest.storage_id))
    except (OSError, pa.ArrowInvalid) as error:
        yield f"{name} can't be read, and are built anew: {error}", False
        return
    if comparison.is_outdated:
        yield f"{name} are built anew at the next start.", True
        return
    comparison.run()
    for line in comparison.differences[:SHOWN_MAX]:
        yield f"{name}: {line}", False
    count = len(comparison.differences)
    if count:
        yield f"{name}: {count} differences.", False
    else:
        counts = f"{comparison.item_count} items, {comparison.noted_count} more to be read again"
        yield f"{name} are sound: {counts}.", True


def main() -> int:
    """Compares, as the module says."""
    is_sound = True
    read_deep_documents()
    try:
        for line, is_good in compare(Path(sys.argv[1])):
            sys.stdout.write(f"{line}\n")
            is_sound &= is_good
    except DirectoryError as error:
        sys.stdout.write(f"{error}.\n")
        return 1
    return 0 if is_sound else 1


if __name__ == "__main__":
    sys.exit(main())
