"""SQL cursors: DECLARE, then FETCH and MOVE in any direction.

A cursor stands before the first row (0), on a row (1, 2, …) or behind the last one. Rows come from the
query as they are asked for. Those that have come are kept, so that it can go back: all of them (up
to a statement's memory) if it was declared SCROLL, the last some thousand if nothing was said, none
with NO SCROLL.
"""

from collections import deque
from dataclasses import field
from typing import Final

from storage.errors import DatabaseError, not_supported
from storage.records import dataclass
from storage.schema import Table
from tsql.bound import Field
from tsql.executor.run import Batches, Memory, Row, Run
from tsql.planner.cursor_rows import CursorForm

#: Rows that a cursor keeps to go back to, if it wasn't declared SCROLL or NO SCROLL.
KEPT_ROWS_MAX: Final = 10_000


@dataclass(slots=True)
class Cursor:
    """A cursor of one session.

    Attributes:
        scrolls: SCROLL, NO SCROLL, or None for neither.
        holds: Whether it goes on after its transaction's commit.
        has_failed: Whether a FETCH has ended in an error: then it can't be run any more.
        is_new: Whether the transaction that declared it is still open.
        created: When its DECLARE began, in microseconds since 2000-01-01 UTC.
        table_ids: What it reads.
        is_binary: Whether a simple query's FETCH is answered in the binary format.
        depth: How many savepoints there were; a rollback to one of them ends it.
        form: What its query tells of it.
        moved: The last keys of rows that it was on when their keys were changed, by those that it has;
            and the transaction's mark then.
        declared: The transaction's mark at its DECLARE.
    """

    name: str
    fields: tuple[Field, ...]
    batches: Batches | None
    run: Run
    scrolls: bool | None
    holds: bool
    depth: int
    statement: str = ""
    created: int = 0
    table_ids: frozenset[int] = frozenset()
    is_binary: bool = False
    form: CursorForm = CursorForm((), False, False, True)
    is_new: bool = True
    has_failed: bool = False
    position: int = 0
    declared: int = 0
    moved: dict[bytes, tuple[bytes, int]] = field(default_factory=dict)
    _rows: deque[Row] = field(default_factory=deque)
    _dropped: int = 0
    _count: int = 0
    _memory: Memory | None = None

    async def load(self) -> None:
        """Takes all rows at once: WITH HOLD, or because what they are made of is about to change."""
        if self._memory is None:
            self._memory = self.run.memory("cursor")
        await self._reach(None)

    # -- moving ------------------------------------------------------------------------------------

    async def forward(self, count: int | None) -> list[Row]:
        """Returns the next `count` rows (None: all), standing on the last one."""
        if count == 0:
            return self._here()
        wanted = None if count is None else self.position + count
        await self._reach(wanted)
        last = self._count if wanted is None else min(wanted, self._count)
        rows = [self._row(at) for at in range(self.position + 1, last + 1)]
        is_past = wanted is None or wanted > self._count
        self.position = self._count + 1 if is_past else last
        self._forget()
        return rows

    def backward(self, count: int | None) -> list[Row]:
        """Returns the `count` rows before (None: all), nearest first."""
        if count == 0:
            return self._here()
        self._check_can_go_back()
        first = 1 if count is None else max(1, self.position - count)
        rows = [self._row(at) for at in range(self.position - 1, first - 1, -1)]
        is_past = count is None or self.position - count < 1
        self.position = 0 if is_past else first
        return rows

    async def absolute(self, number: int) -> list[Row]:
        """Returns the row of a number, counted from the end if it is negative."""
        if number < 0:
            await self._reach(None)
            number = self._count + 1 + number
            if number < 1:
                self._check_can_go_back()
                self.position = 0
                return []
        if number <= self.position and self.position:
            self._check_can_go_back()
        await self._reach(number)
        self.position = min(number, self._count + 1)
        rows = self._here()
        self._forget()
        return rows

    async def relative(self, count: int) -> list[Row]:
        """Returns the row so many further on."""
        if count == 0:
            return self._here()
        return await self.absolute(max(0, self.position + count))

    def _here(self) -> list[Row]:
        return [self._row(self.position)] if 1 <= self.position <= self._count else []

    def check_can_repeat(self) -> None:
        """Raises 55000 if the row that it is on can't be fetched again: that is going back."""
        if 1 <= self.position <= self._count:
            self._check_can_go_back()

    def _check_can_go_back(self) -> None:
        if self.scrolls is False:
            raise _forward_only()

    # -- rows --------------------------------------------------------------------------------------

    def _row(self, number: int) -> Row:
        at = number - 1 - self._dropped
        if at < 0:
            raise _forward_only()
        row = self._rows[at]
        return row[: len(self.fields)] if self.form.table_ids else row

    def current_row(self, table: Table) -> list[tuple[bytes, int]]:
        """Returns the keys that the table's row under it may have now, likeliest first. Raises 24000, 0A000.

        With each comes the mark since which it is the row's.
        """
        key = self._row_key(table)
        own = (key, self.declared)
        return [self.moved.get(key, own), own]

    def move_current_row(self, table: Table, new_key: bytes, mark: int) -> None:
        """Notes that the table's row under it has another key now."""
        self.moved[self._row_key(table)] = (new_key, mark)

    def _row_key(self, table: Table) -> bytes:
        """Returns the key that the table's row under it had when it was read."""
        ids, shown = self.form.table_ids, f'cursor "{self.name}"'
        if not self.is_new or self.has_failed:
            raise DatabaseError("24000", f"{shown} is held from a previous transaction")
        count = ids.count(table.id)
        if self.form.is_locking and count > 1:
            what = f'has multiple FOR UPDATE/SHARE references to table "{table.name}"'
            raise DatabaseError("24000", f"{shown} {what}")
        if not count and self.form.may_find_more:
            raise not_supported("WHERE CURRENT OF a cursor over this query")
        if not count and self.form.is_locking:
            what = f'does not have a FOR UPDATE/SHARE reference to table "{table.name}"'
            raise DatabaseError("24000", f"{shown} {what}")
        is_on_row = 1 <= self.position <= self._count
        if is_on_row or not count:
            row = self._rows[self.position - 1 - self._dropped] if count else ()
            key: bytes | None = row[len(self.fields) + ids.index(table.id)] if count else None
            if key is None:
                what = f'is not a simply updatable scan of table "{table.name}"'
                raise DatabaseError("24000", f"{shown} {what}")
            return key
        raise DatabaseError("24000", f"{shown} is not positioned on a row")

    async def _reach(self, number: int | None) -> None:
        """Takes rows from the query until there are so many, or no more."""
        if self._memory is None and (self.scrolls or self.holds):
            self._memory = self.run.memory("cursor")
        # What isn't kept counts for the one FETCH that gives it.
        memory = self._memory or self.run.memory("cursor")
        while self.batches is not None and (number is None or self._count < number):
            batch = await self.batches.next()
            if batch is None:
                self.batches = None
                return
            for row in batch:
                memory.add_row(row)
            self._rows.extend(batch)
            self._count += len(batch)
            if number is None:
                await self.run.breathe()

    def _forget(self) -> None:
        if self.scrolls or self.holds:
            return
        kept = 1 if self.scrolls is False else KEPT_ROWS_MAX
        while self._dropped < min(self.position, self._count) - kept:
            self._rows.popleft()
            self._dropped += 1


def _forward_only() -> DatabaseError:
    return DatabaseError(
        "55000",
        "cursor can only scan forward",
        hint="Declare it with SCROLL option to enable backward scan.",
    )
