"""Conditions on texts and small integers, decided once for each value and not for each row.

A condition that reads one column and nothing else (`country IN ('c7', 'c8')`, `city LIKE 'a%'`, `age > 60`)
is evaluated over the dictionaries of the table's parts, by DuckDB itself; what DuckDB gets of the rows
is a column of flags. Integers of a small range are as good as a dictionary. Where a part has neither,
the condition stays with the rows.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from storage.columns.messages import Condition
from storage.columns.selection import Flags, Integers, Run, among, integers_of, runs_of

#: So many strings that don't repeat themselves are a dictionary, too; of a part that is small.
_DISTINCT_MAX: Final = 65_536
#: Integers of a range that is no larger are few.
_RANGE_MAX: Final = 4_096
#: Types of columns that conditions may read, by DuckDB's names.
TYPES: Final = {
    "VARCHAR": pa.string(),
    "SMALLINT": pa.int16(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
}
#: What is kept with one part.
_KEPT_MAX: Final = 64
#: Values of a range that is no larger have codes of a byte, as long as there is room for them.
_CODES: Final = np.iinfo(np.int8)
_CODE_BYTES_MAX: Final = 128 << 20


class Evaluator(NamedTuple):
    """Says for which values a condition is true.

    Attributes:
        run: Returns that for SQL that reads the column `r`; None: an error.
        time_zone: What it depends on besides.
    """

    run: "Callable[[str, pa.Array], Flags | None]"
    time_zone: str


class _Decided(NamedTuple):
    """For which of a part's values a condition is true, and whether for NULL."""

    verdicts: Flags
    runs: list[Run] | None
    of_null: bool


class _Room:
    """How many bytes of codes may still be kept, in all parts of this process."""

    def __init__(self) -> None:
        self.byte_count = _CODE_BYTES_MAX


_room: Final = _Room()


class Values:
    """A part's values in one column that are few, and the conditions that have been decided for them."""

    def __init__(self, array: "pa.Array | None", row_count: int) -> None:
        if array is not None and pa.types.is_string(array.type):
            array = array.dictionary_encode()
        self._array = array
        self._row_count = row_count
        self._first = 0
        self._is_range = array is not None and not pa.types.is_dictionary(array.type)
        if self._is_range:
            self._first = pc.min(array).as_py() or 0
        self._kept_bytes = 0
        self._codes: Integers | None = None
        self._decided: dict[Hashable, _Decided] = {}

    def __del__(self) -> None:
        _room.byte_count += self._kept_bytes

    @staticmethod
    def are_few(array: "pa.Array") -> bool:
        """Returns whether values are a dictionary or a small range of integers, or easily made one."""
        if pa.types.is_signed_integer(array.type):
            ends = pc.min_max(array).as_py()
            return (ends["max"] or 0) - (ends["min"] or 0) < _RANGE_MAX
        if pa.types.is_dictionary(array.type):
            return bool(array.dictionary.type == pa.string())
        return bool(array.type == pa.string()) and len(array) <= _DISTINCT_MAX

    def distinct(self, kind: "pa.DataType") -> "pa.Array":
        """Returns the values that occur, and others perhaps."""
        if self._array is None:
            return pa.array([], kind)
        if not self._is_range:
            return self._array.dictionary
        last = pc.max(self._array).as_py() or 0
        return pa.array(np.arange(self._first, last + 1), kind)

    def has_decided(self, key: Hashable) -> bool:
        """Returns whether a condition has been decided."""
        return key in self._decided

    def decide(self, key: Hashable, verdicts: Flags, *, of_null: bool) -> None:
        """Keeps for which of its values, and whether for NULL, a condition is true."""
        if len(self._decided) >= _KEPT_MAX:
            self._decided.clear()
        if self._array is not None and self._codes is None:
            self._codes = self._coded(self._array)
        self._decided[key] = _Decided(verdicts, runs_of(verdicts, self._lowest_code), of_null)

    @property
    def _lowest_code(self) -> int:
        """The code of the first value."""
        is_shifted = self._kept_bytes > 0
        return _CODES.min if is_shifted else self._first

    def _coded(self, array: "pa.Array") -> Integers:
        """Returns what tells the values of rows apart, in a byte each if that is possible."""
        if not self._is_range:
            return integers_of(array.indices)
        numbers = integers_of(array)
        is_wide = numbers.dtype.itemsize > 1
        size = len(numbers)
        last = pc.max(array).as_py() or 0
        if not is_wide or last - self._first > _CODES.max - _CODES.min or size > _room.byte_count:
            return numbers
        # Comparing them is a matter of reading them.
        _room.byte_count -= size
        self._kept_bytes = size
        return ((numbers - self._first).astype(np.int16) + _CODES.min).astype(_CODES.dtype)

    def flags(self, key: Hashable) -> Flags:
        """Returns the rows for which a condition is true."""
        verdicts, runs, of_null = self._decided[key]
        array, codes = self._array, self._codes
        if array is None or codes is None:
            return np.full(self._row_count, of_null)
        flags = among(codes, verdicts, self._lowest_code, runs)
        if array.null_count:
            is_valid: npt.NDArray[np.bool_] = array.is_valid().to_numpy(zero_copy_only=False)
            flags = np.where(is_valid, flags, of_null)
        return flags


def decide(condition: Condition, some: Sequence[Values], evaluator: Evaluator) -> Hashable | None:
    """Decides a condition for values; returns what it is called there, or None for an error."""
    key = condition.pieces, condition.type, evaluator.time_zone
    undecided = [each for each in some if not each.has_decided(key)]
    if undecided:
        kind = TYPES[condition.type]
        try:
            listed = [each.distinct(kind) for each in undecided]
        except (pa.ArrowInvalid, OverflowError):
            return None  # integers beyond the type
        verdicts = evaluator.run(
            "r".join(condition.pieces), pa.concat_arrays([*listed, pa.nulls(1, kind)])
        )
        if verdicts is None:
            return None
        start = 0
        for each, values in zip(undecided, listed, strict=True):
            end = start + len(values)
            each.decide(key, verdicts[start:end], of_null=bool(verdicts[-1]))
            start = end
    return key


def on_rows(condition: Condition, made: dict[str, str]) -> str:
    """Returns the SQL of a condition over rows; `made` has the SQL of columns that are made of others."""
    return f"({made.get(condition.column, condition.column).join(condition.pieces)})"
