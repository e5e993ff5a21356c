"""Rows that a query's bounds leave, found before DuckDB sees any.

Where a bound leaves few rows, comparing the numbers of a column as they lie and picking what is left
costs less than having DuckDB scan all columns. More rows than count may be picked, NULLs for instance:
DuckDB applies the conditions themselves to all of them.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storage.columns.messages import Bound

Flags = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.signedinteger[Any]]

#: Rows are picked where at most one in so many is left: otherwise DuckDB filters as fast.
PICKED_SHARE: Final = 32
#: One in so many rows is looked at first.
_SAMPLED: Final = 64
#: So many values, one comparison each; beyond that they are looked up.
_COMPARED_MAX: Final = 8
#: Rows of which the least and the greatest are known.
_BLOCK_ROWS: Final = 512
#: Where so many times the rows that are wanted are left, fewer can be.
_MOVED_FACTOR: Final = 4
#: So many runs of numbers are compared; beyond that each is looked up.
_RUNS_MAX: Final = 8
_MICROSECONDS: Final = (pa.timestamp("us"), pa.timestamp("us", "UTC"))


def few_within(array: "pa.Array", bound: Bound) -> Flags | None:
    """Returns which rows may be within a bound (as values are held); None: nobody knows, or many."""
    numbers = _numbers(array)
    if numbers is None or not all(
        isinstance(end, int | Decimal | None) for end in (bound.low, bound.high)
    ):
        return None
    scale = array.type.scale if pa.types.is_decimal(array.type) else 0
    sample = numbers[::_SAMPLED]
    if np.count_nonzero(_within(sample, bound, scale)) * PICKED_SHARE > 2 * len(sample):
        return None
    return _within(numbers, bound, scale)


def _within(numbers: Integers, bound: Bound, scale: int) -> Flags:
    if 0 < len(bound.values) <= _COMPARED_MAX:
        wanted = [_units(value, scale) for value in bound.values]
        return _any_of(numbers, [low for low, high in wanted if low == high])
    limits = np.iinfo(numbers.dtype)
    low = limits.min if bound.low is None else _units(bound.low, scale)[1]
    high = limits.max if bound.high is None else _units(bound.high, scale)[0]
    if low > limits.max or high < limits.min:
        return np.zeros(len(numbers), np.bool_)
    if low <= limits.min:
        return numbers <= min(high, limits.max)
    return numbers >= low if high >= limits.max else (numbers >= low) & (numbers <= high)


class Blocks:
    """The numbers of a column, with the least and the greatest of each block of rows.

    Args:
        numbers: Of all rows; none of them is NULL.
    """

    def __init__(self, numbers: Integers, scale: int) -> None:
        self.numbers = numbers
        self.scale = scale
        starts = np.arange(0, len(numbers), _BLOCK_ROWS)
        self.least: Integers = np.minimum.reduceat(numbers, starts)
        self.greatest: Integers = np.maximum.reduceat(numbers, starts)

    def flags(self, limit: int, *, is_descending: bool) -> Flags:
        """Returns which rows have a limit, or come before it."""
        flags = np.zeros(len(self.numbers), np.bool_)
        ends = self.greatest >= limit if is_descending else self.least <= limit
        for block in np.flatnonzero(ends).tolist():
            rows = slice(block * _BLOCK_ROWS, (block + 1) * _BLOCK_ROWS)
            some = self.numbers[rows]
            flags[rows] = some >= limit if is_descending else some <= limit
        return flags


def blocks_of(array: "pa.Array") -> Blocks | None:
    """Returns a column's numbers with what is known of blocks of them; None: it has others, or NULLs."""
    numbers = _numbers(array)
    if numbers is None or array.null_count:
        return None
    return Blocks(numbers, array.type.scale if pa.types.is_decimal(array.type) else 0)


class Topmost:
    """Finds rows that may be among the first of an order, part by part: none that is surely behind them."""

    def __init__(self, count: int, *, is_descending: bool) -> None:
        self._count = count
        self._is_descending = is_descending
        #: So many rows have this value or come before it.
        self._end: Decimal | None = None

    def flags(self, blocks: Blocks, living: Flags | None) -> Flags | None:
        """Returns the rows of a part that may be; None: nobody knows. Only some of them may live."""
        numbers, scale = blocks.numbers, blocks.scale
        if self._end is None and living is None:
            # Each of these is of a row.
            self._move(blocks.greatest if self._is_descending else blocks.least, scale)
        if self._end is None:
            self._move(numbers if living is None else numbers[living], scale)
        if self._end is None:
            return None
        flags = self._before_end(blocks)
        left = flags if living is None else flags & living
        if np.count_nonzero(left) > _MOVED_FACTOR * self._count:
            self._move(numbers[left], scale)
            flags = self._before_end(blocks)
        return flags

    def _before_end(self, blocks: Blocks) -> Flags:
        assert self._end is not None
        below, above = _units(self._end, blocks.scale)
        limit = above if self._is_descending else below
        return blocks.flags(limit, is_descending=self._is_descending)

    def _move(self, numbers: Integers, scale: int) -> None:
        """Has the end be at the last of the first rows among these."""
        place = len(numbers) - self._count if self._is_descending else self._count - 1
        if 0 <= place < len(numbers):
            number = int(np.partition(numbers, place)[place])
            self._end = Decimal((number < 0, Decimal(abs(number)).as_tuple().digits, -scale))


def _numbers(array: "pa.Array") -> Integers | None:
    """Returns the integers that a column consists of, unscaled ones for decimals."""
    kind = array.type
    if not len(array) or not (
        pa.types.is_signed_integer(kind)
        or pa.types.is_date32(kind)
        or pa.types.is_decimal64(kind)
        or kind in _MICROSECONDS
    ):
        return None
    found = np.frombuffer(array.buffers()[1], f"i{kind.bit_width // 8}")
    return found[array.offset : array.offset + len(array)]


def _units(value: int | Decimal, scale: int) -> tuple[int, int]:
    """Returns a number in units of a scale, rounded down and up."""
    above, below = value.as_integer_ratio()
    above *= 10**scale
    return above // below, -(-above // below)


def _any_of(numbers: Integers, wanted: Iterable[int]) -> Flags:
    limits = np.iinfo(numbers.dtype)
    flags: Flags | None = None
    for value in wanted:
        if limits.min <= value <= limits.max:
            found = numbers == value
            flags = found if flags is None else np.logical_or(flags, found, out=flags)
    return np.zeros(len(numbers), np.bool_) if flags is None else flags


def integers_of(array: "pa.Array") -> Integers:
    """Returns the integers of a column; of NULLs, any."""
    found = _numbers(array)
    return np.zeros(0, np.int8) if found is None else found


#: Numbers from one to another, both among them; None: from the first there is, or to the last.
Run = tuple[int | None, int | None]


def runs_of(chosen: Flags, first: int) -> list[Run] | None:
    """Returns the runs of numbers that are chosen, None: they are many; `chosen` begins with `first`."""
    edges = (np.flatnonzero(np.diff(chosen, prepend=False, append=False)) + first).tolist()
    if len(edges) > 2 * _RUNS_MAX:
        return None
    after = first + len(chosen)
    return [
        # Nothing is before the first number, or behind the last.
        (None if low == first else low, None if end == after else end - 1)
        for low, end in zip(edges[::2], edges[1::2], strict=True)
    ]


def among(numbers: Integers, chosen: Flags, first: int, runs: Sequence[Run] | None) -> Flags:
    """Returns which numbers are chosen: `chosen` is about `first` and those that follow it."""
    if runs is None:
        # A row without a value may have any number.
        flags: Flags = np.take(chosen, numbers.astype(np.intp) - first, mode="clip")
        return flags
    found: Flags | None = None
    for low, high in runs:
        if low is None or high is None or low == high:
            run = _on_one_side(numbers, low, high)
        else:
            run = numbers >= low
            run &= numbers <= high
        found = run if found is None else np.logical_or(found, run, out=found)
    return np.zeros(len(numbers), np.bool_) if found is None else found


def _on_one_side(numbers: Integers, low: int | None, high: int | None) -> Flags:
    if low is None:
        return np.ones(len(numbers), np.bool_) if high is None else numbers <= high
    return numbers == low if low == high else numbers >= low
