"""Conditions on texts, decided once for each string of a dictionary and not for each row.

A condition that reads one column of texts and nothing else (`country IN ('c7', 'c8')`, `city LIKE 'a%'`)
is evaluated over the dictionaries of the table's parts, by DuckDB itself; what DuckDB gets of the rows
is a column of flags. Where a part has no dictionary the condition stays with the rows.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storage.columns.messages import Condition
from storage.columns.selection import Flags, among, codes_of

#: So many strings that don't repeat themselves are a dictionary, too; of a part that is small.
_DISTINCT_MAX: Final = 65_536
#: What is kept with one part.
_KEPT_MAX: Final = 64


class Evaluator(NamedTuple):
    """Says for which texts a condition is true.

    Attributes:
        run: Returns that for SQL that reads the column `r`; None: an error.
        time_zone: What it depends on besides.
    """

    run: "Callable[[str, pa.Array], Flags | None]"
    time_zone: str


class Texts:
    """A part's texts in one column, as a dictionary, and the conditions that have been decided for it."""

    def __init__(self, array: "pa.Array | None", row_count: int) -> None:
        if array is not None and not pa.types.is_dictionary(array.type):
            array = array.dictionary_encode()
        self._array = array
        self._row_count = row_count
        self._decided: dict[Hashable, tuple[Flags, bool]] = {}

    @staticmethod
    def are_worth(array: "pa.Array") -> bool:
        """Returns whether texts are a dictionary, or easily made one."""
        return pa.types.is_dictionary(array.type) or len(array) <= _DISTINCT_MAX

    def distinct(self) -> "pa.Array":
        """Returns the texts that occur, and others perhaps."""
        return pa.array([], pa.string()) if self._array is None else self._array.dictionary

    def has_decided(self, key: Hashable) -> bool:
        """Returns whether a condition has been decided."""
        return key in self._decided

    def decide(self, key: Hashable, verdicts: Flags, *, of_null: bool) -> None:
        """Keeps for which of its texts, and whether for NULL, a condition is true."""
        if len(self._decided) >= _KEPT_MAX:
            self._decided.clear()
        self._decided[key] = verdicts, of_null

    def flags(self, key: Hashable) -> Flags:
        """Returns the rows for which a condition is true."""
        verdicts, of_null = self._decided[key]
        array = self._array
        if array is None:
            return np.full(self._row_count, of_null)
        flags = among(codes_of(array), verdicts)
        if array.null_count:
            is_valid: npt.NDArray[np.bool_] = array.is_valid().to_numpy(zero_copy_only=False)
            flags = np.where(is_valid, flags, of_null)
        return flags


def decide(condition: Condition, texts: Sequence[Texts], evaluator: Evaluator) -> Hashable | None:
    """Decides a condition for texts; returns what it is called there, or None for an error."""
    key = condition.pieces, evaluator.time_zone
    undecided = [each for each in texts if not each.has_decided(key)]
    if undecided:
        nothing = pa.nulls(1, pa.string())
        listed = pa.concat_arrays([*[each.distinct() for each in undecided], nothing])
        verdicts = evaluator.run("r".join(condition.pieces), listed)
        if verdicts is None:
            return None
        start = 0
        for each in undecided:
            end = start + len(each.distinct())
            each.decide(key, verdicts[start:end], of_null=bool(verdicts[-1]))
            start = end
    return key


def on_rows(condition: Condition, made: dict[str, str]) -> str:
    """Returns the SQL of a condition over rows; `made` has the SQL of columns that are made of others."""
    return f"({made.get(condition.column, condition.column).join(condition.pieces)})"
