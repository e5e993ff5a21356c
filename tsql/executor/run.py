"""One execution of a plan: what all its operators share, and the protocol between them.

Operators are pulled: `next()` gives a batch of rows, None at the end. Nothing is kept running when
an operator is left before its end (a LIMIT was reached), so nothing needs to be closed.

    source = compile_node(node, …)      once per plan: closures, no tree left
    batches = source(run)               once per execution
    while (rows := await batches.next()) is not None: …
"""

import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import field
from typing import Any, Final, Protocol

from storage.errors import DatabaseError
from storage.kv.store import Transaction
from storage.records import dataclass
from storage.slices import Slices
from tsql.env import Env

Row = Sequence[Any]

#: What one statement may hold in memory for a sort, a DISTINCT, a GROUP BY or RETURNING. Beyond it,
#: 53200: the loop's process serves everybody.
STATEMENT_BYTES_MAX: Final = 64 << 20
#: Rows between two looks at the clock in work that doesn't read from the store.
ROWS_PER_SLICE: Final = 128
_SAMPLE_EVERY: Final = 32
_ROW_OVERHEAD_BYTES: Final = 120


class TooManyReadsError(Exception):
    """A run that was to end soon hasn't."""


class Batches(Protocol):
    """A running operator."""

    async def next(self) -> list[Row] | None:
        """Returns the next rows (at least one), or None at the end."""


class Memory:
    """Counts what a statement holds, by the size of every few rows. Raises 53200."""

    __slots__ = ("_bytes", "_limit", "_row_bytes", "_rows", "_what")

    def __init__(self, what: str, limit: int) -> None:
        self._what = what
        self._limit = limit
        self._bytes = 0
        self._rows = 0
        self._row_bytes = _ROW_OVERHEAD_BYTES

    def add_row(self, row: Row) -> None:
        """Counts one row."""
        if self._rows % _SAMPLE_EVERY == 0:
            self._row_bytes = row_bytes(row)
        self._rows += 1
        self.add(self._row_bytes)

    def add(self, size: int) -> None:
        """Counts bytes."""
        self._bytes += size
        if self._bytes > self._limit:
            raise DatabaseError(
                "53200",
                "out of memory",
                detail=f"The {self._what} needs more than {self._limit >> 20} MB.",
                hint="Narrow it down with a WHERE clause or a LIMIT.",
            )

    def reset(self) -> None:
        """Forgets what was counted."""
        self._bytes = 0


def row_bytes(row: Row) -> int:
    """Returns roughly what a row takes in memory."""
    return _ROW_OVERHEAD_BYTES + sum(map(_value_bytes, row))


def _value_bytes(value: Any) -> int:
    if isinstance(value, dict):
        return 64 + sum(_value_bytes(key) + _value_bytes(item) for key, item in value.items())
    if isinstance(value, list | tuple):
        return 56 + sum(map(_value_bytes, value))
    return 8 + sys.getsizeof(value)


@dataclass(slots=True)
class Run:
    """An execution.

    Attributes:
        env: Its parameters begin with the client's and go on with the subqueries' results.
        columns: The tables' columns (tsql.executor.columnar.Columns), or None: there are none.
        path: terrascale.path.
        reads_end: Of items and index entries that may be read: then TooManyReadsError is raised.
        is_stepped: Whether a client takes the rows some at a time.
        kept: The rows of WITH queries, by their numbers (tsql/executor/with_queries.py).
        working: The last rounds of recursive ones.
    """

    env: Env
    txn: Transaction
    slices: Slices
    memory_bytes_max: int = STATEMENT_BYTES_MAX
    columns: Any = None
    path: str = "auto"
    reads_end: int | None = None
    is_stepped: bool = False
    kept: dict[int, Any] = field(default_factory=dict)
    working: dict[int, list[Row]] = field(default_factory=dict)

    def memory(self, what: str) -> Memory:
        """Returns a counter for one operator."""
        return Memory(what, self.memory_bytes_max)

    def check_reads(self) -> None:
        """Raises TooManyReadsError."""
        counts = self.txn.counts
        if self.reads_end is not None and (
            counts.items_read + counts.index_entries_read > self.reads_end
        ):
            raise TooManyReadsError

    async def breathe(self) -> None:
        """Lets others run if this turn of the loop has lasted long enough."""
        if self.slices.due():
            await self.slices.pause()


Source = Callable[[Run], Batches]


async def all_rows(batches: Batches) -> list[Row]:
    """Returns the rest of the rows."""
    rows: list[Row] = []
    while (batch := await batches.next()) is not None:
        rows += batch
    return rows


def returned_rows(write: Callable[[], Awaitable[Any]]) -> Batches:
    """Returns the rows that a write returns; it runs when they are asked for."""
    return _Returned(write)


class _Returned:
    __slots__ = ("_write",)

    def __init__(self, write: Callable[[], Awaitable[Any]]) -> None:
        self._write: Callable[[], Awaitable[Any]] | None = write

    async def next(self) -> list[Row] | None:
        if self._write is None:
            return None
        write, self._write = self._write, None
        return (await write()).rows or None


class FailedBatches:
    """What has failed behind rows that are given first."""

    __slots__ = ("_error",)

    def __init__(self, error: DatabaseError) -> None:
        self._error = error

    async def next(self) -> list[Row] | None:
        raise self._error


class ReadyBatches:
    """Rows that are there already."""

    __slots__ = ("_rows",)

    def __init__(self, rows: list[Row]) -> None:
        self._rows: list[Row] | None = rows or None

    async def next(self) -> list[Row] | None:
        rows, self._rows = self._rows, None
        return rows
