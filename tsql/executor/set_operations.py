"""UNION, INTERSECT and EXCEPT: by what each distinct row's image has been seen how often."""

from collections.abc import Hashable

from tsql.executor.distinct import KeyOf, group_key
from tsql.executor.equality import image_of
from tsql.executor.run import Batches, Memory, Row, Run, Source
from tsql.planner import plan


def set_operation(node: plan.SetOperation, left: Source, right: Source) -> Source:
    """Returns the running form of a set operation."""
    if node.operator == "UNION" and node.all:
        return lambda run: _Appended(run, left, right)
    key_of = group_key(None, [image_of(type_) for type_ in node.types])
    if node.operator == "UNION":
        return lambda run: _Union(run, _Appended(run, left, right), key_of)
    return lambda run: _Counted(run, left(run), right(run), key_of, node)


class _Appended:
    """The rows of one side, then those of the other, which starts when the first is over."""

    __slots__ = ("_current", "_right", "_run")

    def __init__(self, run: Run, left: Source, right: Source) -> None:
        self._run = run
        self._current = left(run)
        self._right: Source | None = right

    async def next(self) -> list[Row] | None:
        batch = await self._current.next()
        if batch is None and self._right is not None:
            self._current, self._right = self._right(self._run), None
            batch = await self._current.next()
        return batch


class _Union:
    """Lets the first of equal rows through."""

    __slots__ = ("_key_of", "_memory", "_run", "_seen", "_source")

    def __init__(self, run: Run, source: Batches, key_of: KeyOf) -> None:
        self._run = run
        self._source = source
        self._key_of = key_of
        self._seen: set[Hashable] = set()
        self._memory = run.memory("UNION")

    async def next(self) -> list[Row] | None:
        while (batch := await self._source.next()) is not None:
            rows = new_rows(batch, self._key_of, self._seen, self._memory, self._run)
            await self._run.breathe()
            if rows:
                return rows
        return None


def new_rows(
    batch: list[Row], key_of: KeyOf, seen: set[Hashable], memory: Memory, run: Run
) -> list[Row]:
    """Returns the rows that haven't been seen, and notes them."""
    rows = []
    for row in batch:
        key = key_of(row, run.env)
        if key not in seen:
            seen.add(key)
            memory.add_row(row)
            rows.append(row)
    return rows


class _Counted:
    """INTERSECT and EXCEPT: the right side is counted, the left one passes by it."""

    def __init__(
        self, run: Run, left: Batches, right: Batches, key_of: KeyOf, node: plan.SetOperation
    ) -> None:
        self._run = run
        self._left = left
        self._right = right
        self._key_of = key_of
        self._keeps_common = node.operator == "INTERSECT"
        self._all = node.all
        self._counts: dict[Hashable, int] | None = None
        self._seen: set[Hashable] = set()
        self._memory = run.memory(node.operator)

    async def next(self) -> list[Row] | None:
        if self._counts is None:
            self._counts = await self._counted()
        while (batch := await self._left.next()) is not None:
            rows = [row for row in batch if self._passes(row, self._counts)]
            await self._run.breathe()
            if rows:
                return rows
        return None

    async def _counted(self) -> dict[Hashable, int]:
        counts: dict[Hashable, int] = {}
        while (batch := await self._right.next()) is not None:
            for row in batch:
                key = self._key_of(row, self._run.env)
                if key in counts:
                    counts[key] += 1
                else:
                    counts[key] = 1
                    self._memory.add_row(row)
            await self._run.breathe()
        return counts

    def _passes(self, row: Row, counts: dict[Hashable, int]) -> bool:
        key = self._key_of(row, self._run.env)
        if self._all:
            left = counts.get(key, 0)
            if left:
                counts[key] = left - 1
            return bool(left) is self._keeps_common
        if key in self._seen or (key in counts) is not self._keeps_common:
            return False
        self._seen.add(key)
        if not self._keeps_common:
            self._memory.add_row(row)
        return True
