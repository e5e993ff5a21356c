"""The first build of a table's columns, in a process of its own: reads a checkpoint of the store.

    python -m storage.columns.build CHECKPOINT DIRECTORY STORAGE_ID NAME FLOOR < layout > outcome

The segments' names begin with NAME. It gives up where fewer than FLOOR bytes are free. The layout
comes as msgpack on standard input. On standard output, one line of JSON after each segment, {"rows":
so many so far}, and at the end {"timestamp": of the checkpoint's last commit, "segments": [their
records]}. It runs where nobody else wants the processor, and ends with whoever started it.
"""

import errno
import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
import pyarrow as pa

from storage.columns.layout import HeldKind
from storage.columns.manifest import SegmentRecord
from storage.columns.part import make_batch
from storage.columns.process import (
    be_idle,
    die_with_parent,
    do_without_pandas,
    read_deep_documents,
)
from storage.columns.segment import SEGMENT_ROWS, write_segment
from storage.disk import free_bytes
from storage.items import HEADER_SIZE
from storage.keyspace import ITEMS, PREFIX_SIZE, prefix_range, storage_prefix
from storage.kv.batches import BATCH_KEY, decode_record
from storage.kv.engine import EngineSnapshot, Entry
from storage.kv.rocksdb_store import RocksEngine, RocksSettings

_SLICE_ROWS: Final = 10_000


def _slices(snapshot: EngineSnapshot, storage_id: int) -> Iterator[list[Entry]]:
    position, end = prefix_range(storage_prefix(ITEMS, storage_id))
    while entries := snapshot.scan(position, end, _SLICE_ROWS):
        yield entries
        position = entries[-1][0] + b"\0"


def _build(
    snapshot: EngineSnapshot,
    write: Callable[[str, "pa.RecordBatch", int], SegmentRecord],
    storage_id: int,
    name: str,
    layout: dict[int, HeldKind],
) -> Iterator[SegmentRecord]:
    timestamp = decode_record(snapshot.get(BATCH_KEY)).timestamp
    keys: list[bytes] = []
    bodies: list[bytes] = []
    number = 0

    def finished() -> SegmentRecord:
        nonlocal number
        number += 1
        batch = make_batch(keys[:SEGMENT_ROWS], bodies[:SEGMENT_ROWS], layout, None)
        del keys[:SEGMENT_ROWS], bodies[:SEGMENT_ROWS]
        return write(f"{name}-{number}", batch, timestamp)

    for entries in _slices(snapshot, storage_id):
        keys += [key[PREFIX_SIZE:] for key, _ in entries]
        bodies += [item[HEADER_SIZE:] for _, item in entries]
        if len(keys) >= SEGMENT_ROWS:
            yield finished()
    if keys:
        yield finished()


def main() -> None:
    """Builds, as the module says."""
    die_with_parent()
    be_idle()
    do_without_pandas()
    read_deep_documents()
    checkpoint, directory = Path(sys.argv[1]), Path(sys.argv[2])
    storage_id, name, floor_bytes = int(sys.argv[3]), sys.argv[4], int(sys.argv[5])
    layout = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=dict[int, HeldKind])
    engine = RocksEngine(checkpoint, RocksSettings(is_read_only=True))
    snapshot = engine.snapshot()
    records = []
    for record in _build(snapshot, partial(write_segment, directory), storage_id, name, layout):
        records.append(record)
        _say({"rows": sum(each.row_count for each in records)})
        if free_bytes(directory) < floor_bytes:
            sys.exit(errno.ENOSPC)
    timestamp = decode_record(snapshot.get(BATCH_KEY)).timestamp
    engine.close()
    _say({"timestamp": timestamp, "segments": [list(msgspec.structs.astuple(r)) for r in records]})


def _say(line: object) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
