"""The delta: recent rows of a table that are in no segment yet.

Rows are numbered in the order in which they came, and never again: a flush takes the first ones
away. New rows wait undecoded until somebody wants to see them, or there are many. A few decoded ones
at the end go along with each answer; when there are more they become a chunk, a part of its own.
Small chunks at the end are made anew together with what follows, so that there are never many.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from storage.columns.ends import Timestamps, make_ends
from storage.columns.layout import Layout
from storage.columns.messages import PartVersion
from storage.columns.part import BEGIN, as_stream, concat, is_alike, make_batch, write_part

#: Rows whose ends share a file. A chunk lies in one block.
BLOCK_ROWS: Final = 65_536
#: Rows that wait at most until they are decoded.
WAITING_ROWS_MAX: Final = 8_192
#: Rows that go along with an answer.
TAIL_ROWS_MAX: Final = 1_024
#: A chunk with more rows stays as it is.
CHUNK_ROWS_MAX: Final = 16_384


@dataclass(slots=True)
class Chunk:
    """Some consecutive rows.

    Attributes:
        start: Number of the first one.
        begin: The newest commit among them.
    """

    start: int
    path: Path
    batch: "pa.RecordBatch"
    begin: int

    @property
    def after(self) -> int:
        """Number of the row behind the last one."""
        return self.start + int(self.batch.num_rows)


class Delta:
    """The recent rows.

    Attributes:
        first: Number of the first row that is still here.
        count: Number of the next one that comes.
        frozen: Chunks of rows before this one are being flushed, and stay as they are.
        index: Where the living row of each key is.
        retired: Files that are no longer part of it.
    """

    def __init__(self, directory: Path, layout: Layout, new_name: Callable[[], str]) -> None:
        self.first = self.count = self.frozen = 0
        self.index: dict[bytes, int] = {}
        self.retired: list[Path] = []
        self.chunks: list[Chunk] = []
        self._directory = directory
        self._layout = layout
        self._new_name = new_name
        self._tail: pa.RecordBatch | None = None
        self._keys: list[bytes] = []
        self._bodies: list[bytes] = []
        self._begins: list[int] = []
        self._blocks: dict[int, Timestamps] = {}
        self._ends_paths: dict[int, Path] = {}

    @property
    def row_count(self) -> int:
        """How many rows it has, dead ones included."""
        return self.count - self.first

    # Changing

    def add(self, key: bytes, body: bytes, timestamp: int) -> None:
        """Adds a row; an older one of the key has been ended."""
        self.index[key] = self.count
        self._keys.append(key)
        self._bodies.append(body)
        self._begins.append(timestamp)
        self.count += 1
        if len(self._keys) >= WAITING_ROWS_MAX or not self.count % BLOCK_ROWS:
            self.settle()

    def end(self, key: bytes, timestamp: int) -> bool:
        """Ends the key's living row; returns whether there is one."""
        row = self.index.pop(key, None)
        if row is None:
            return False
        self._ends(row)[row % BLOCK_ROWS] = timestamp
        return True

    def _ends(self, row: int) -> Timestamps:
        number = row // BLOCK_ROWS
        block = self._blocks.get(number)
        if block is None:
            block = self._blocks[number] = make_ends(self._ends_path(number), BLOCK_ROWS)
        return block

    def _ends_path(self, number: int) -> Path:
        path = self._ends_paths.get(number)
        if path is None:
            path = self._ends_paths[number] = self._directory / f"{self._new_name()}.ends"
        return path

    # Chunks

    def settle(self) -> None:
        """Makes a chunk of the rows at the end."""
        self._decode()
        if self._tail is not None:
            batch, self._tail = self._tail, None
            self.chunks.append(self._write(self.count - batch.num_rows, batch))

    def _decode(self) -> None:
        """Has the rows that wait decoded, behind those that have been since the last chunk."""
        if not self._keys:
            return
        begins = np.array(self._begins, np.int64)
        batch = make_batch(self._keys, self._bodies, self._layout, begins)
        self._keys, self._bodies, self._begins = [], [], []
        tail = self._tail
        if tail is not None and not is_alike(tail, batch):
            self._tail = None
            self.chunks.append(self._write(self.count - batch.num_rows - tail.num_rows, tail))
            tail = None
        self._tail = batch if tail is None else concat([tail, batch])

    def _write(self, start: int, batch: "pa.RecordBatch") -> Chunk:
        begin = int(batch.column(BEGIN)[-1].as_py())
        while self.chunks and self._may_join(self.chunks[-1], start, batch):
            last = self.chunks.pop()
            self.retired.append(last.path)
            batch, start = concat([last.batch, batch]), last.start
        path = self._directory / f"{self._new_name()}.arrow"
        write_part(path, batch, durable=False)
        return Chunk(start, path, batch, begin)

    def _may_join(self, last: Chunk, start: int, batch: "pa.RecordBatch") -> bool:
        count = last.batch.num_rows
        return (
            count <= 2 * batch.num_rows
            and count <= CHUNK_ROWS_MAX
            and last.start // BLOCK_ROWS == start // BLOCK_ROWS
            and last.start >= self.frozen
            and is_alike(last.batch, batch)
        )

    def ends_of(self, chunk: Chunk) -> Timestamps | None:
        """Returns the ends of a chunk's rows; None if all live."""
        block = self._blocks.get(chunk.start // BLOCK_ROWS)
        if block is None:
            return None
        offset = chunk.start % BLOCK_ROWS
        ends = block[offset : offset + chunk.batch.num_rows]
        return ends if ends.any() else None

    def versions(self, timestamp: int) -> list[PartVersion]:
        """Returns where the rows lie; those that waited are decoded now."""
        self._decode()
        if self._tail is not None and self._tail.num_rows > TAIL_ROWS_MAX:
            self.settle()
        parts = [self._version(chunk) for chunk in self.chunks]
        tail = self._tail
        if tail is not None:
            start = self.count - tail.num_rows
            lives = tail.column(BEGIN).to_numpy() <= timestamp
            block = self._blocks.get(start // BLOCK_ROWS)
            if block is not None:
                ends = block[start % BLOCK_ROWS :][: tail.num_rows]
                lives &= (ends == 0) | (ends > timestamp)
            visible = tail if lives.all() else tail.filter(pa.array(lives))
            parts.append(PartVersion("", visible.num_rows, 0, stream=as_stream(visible)))
        return parts

    def _version(self, chunk: Chunk) -> PartVersion:
        count = chunk.batch.num_rows
        if self.ends_of(chunk) is None:
            return PartVersion(str(chunk.path), count, chunk.begin)
        ends_path = str(self._ends_path(chunk.start // BLOCK_ROWS))
        return PartVersion(str(chunk.path), count, chunk.begin, ends_path, chunk.start % BLOCK_ROWS)

    def drop_before(self, row: int) -> None:
        """Forgets rows that are in segments now: whole chunks."""
        kept: Sequence[Chunk] = [chunk for chunk in self.chunks if chunk.start >= row]
        self.retired += [chunk.path for chunk in self.chunks if chunk.start < row]
        self.chunks = list(kept)
        self.first = row
        self.index = {key: number for key, number in self.index.items() if number >= row}
        for number in [n for n in self._blocks if (n + 1) * BLOCK_ROWS <= row]:
            del self._blocks[number]
            self.retired.append(self._ends_paths.pop(number))
