"""Paths into documents, for a query: which columns DuckDB gets of them, and what it makes of these.

A reading has an alternative for each sort of values that may be at its path. Only those of the sorts
that the table's parts have there become SQL, in a view over the table: mostly one, a column.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa

from storage.columns.messages import Alternative, ColumnSpec, PathSpec, Reading
from storage.columns.narrow import decimal_type
from storage.columns.shred import COLUMNS, TYPES, Path, Shredded, Shreds, shred

_INDICES: Final = pa.int32()


class Documents:
    """The documents of one column of a part.

    Args:
        shredded: What the part holds of them; None: nothing, and they are shredded here.
        texts: Returns them as text.
        is_text_only: Whether what is held isn't all there is, for rows without documents have one
            by default.
    """

    def __init__(
        self,
        shredded: Shredded | None,
        texts: Callable[[], "pa.Array"],
        row_count: int,
        *,
        is_text_only: bool,
    ) -> None:
        self._is_whole = shredded is not None
        self._paths = {} if shredded is None else shredded.paths
        self._open = set() if shredded is None else shredded.open
        self._texts = texts
        self.row_count = row_count
        self._is_text_only = is_text_only

    def want(self, paths: Sequence[Path]) -> None:
        """Has paths shredded that aren't yet, all at once."""
        missing = [path for path in paths if path not in self._paths]
        if missing and not self._is_whole and not self._is_text_only:
            found = shred(self._texts(), missing).paths
            self._paths |= {path: found.get(path, Shreds()) for path in missing}

    def at(self, path: Path) -> Shreds:
        """Returns what is at a path; where only the text has it, all rows are of the sort other."""
        found = self._paths.get(path)
        if found is not None and not self._is_text_only:
            return found
        if self._is_text_only or self._is_hidden(path):
            return Shreds({"x": pa.repeat(True, self.row_count)}, {"other": self.row_count})
        return Shreds()

    def _is_hidden(self, path: Path) -> bool:
        """Returns whether the text may have something at a path that nothing is held of."""
        for end in range(len(path)):
            if path[: end + 1] not in self._paths:
                return path[:end] in self._open
        return False


class PathRead(NamedTuple):
    """A reading of a path, as far as it is one column.

    Attributes:
        letter: Of the column.
        sorts: Of values for which the reading is in the column, or NULL.
    """

    document: ColumnSpec
    path: Path
    letter: str
    sorts: frozenset[str]


def path_read(spec: PathSpec, reading: Reading) -> PathRead | None:
    """Returns where a reading is one column, of texts or integers."""
    sql = {each.sort: each.sql for each in reading.alternatives}
    for letter, plain in (("s", f"{spec.name}_s"), ("i", f"CAST({spec.name}_i AS {reading.type})")):
        held = {sort for sort, text in sql.items() if text == plain}
        if held:
            return PathRead(
                spec.document, spec.path, letter, frozenset(held | COLUMNS.keys() - sql.keys())
            )
    return None


#: Some rows of a part: its documents of a column, and how to cut an array of the part's rows.
Piece = tuple[Callable[[ColumnSpec], Documents], Callable[["pa.Array"], "pa.Array"], int]


def open_path(
    spec: PathSpec, pieces: Sequence[Piece]
) -> tuple[dict[str, "pa.ChunkedArray"], dict[str, str], bool]:
    """Returns a path's columns, the SQL of its readings, and whether that names the documents."""
    found = [documents(spec.document).at(spec.path) for documents, _, _ in pieces]
    sorts = {sort for shreds in found for sort in shreds.sorts}
    is_everywhere = len(sorts) == 1 and all(
        sum(shreds.sorts.values()) == documents(spec.document).row_count
        for shreds, (documents, _, _) in zip(found, pieces, strict=True)
    )
    letters: set[str] = set()
    made: dict[str, str] = {}
    reads_document = False
    for reading in spec.readings:
        chosen = [each for each in reading.alternatives if each.sort in sorts]
        if is_everywhere and chosen and chosen[0].whole:
            made[reading.name] = chosen[0].whole
            continue
        letters.update(*[each.columns for each in chosen])
        reads_document |= any(each.reads_document for each in chosen)
        made[reading.name] = _sql(reading, chosen)
    columns = {}
    for letter in sorted(letters):
        kind = _type_of(letter, spec)
        arrays = [
            pa.nulls(row_count, kind) if array is None else cut(array)
            for shreds, (_, cut, row_count) in zip(found, pieces, strict=True)
            for array in [shreds.column(letter, kind)]
        ]
        columns[f"{spec.name}_{letter}"] = _joined(arrays, kind)
    return columns, made, reads_document


def _type_of(letter: str, spec: PathSpec) -> "pa.DataType":
    if letter in "mn" and spec.extent is not None:
        return decimal_type(spec.extent.digits, spec.extent.scale)
    return TYPES[letter]


def _sql(reading: Reading, chosen: Sequence[Alternative]) -> str:
    texts = list(dict.fromkeys(each.sql for each in chosen))
    if not texts:
        return f"CAST(NULL AS {reading.type})"
    return texts[0] if len(texts) == 1 else f"coalesce({', '.join(texts)})"


def _joined(arrays: list["pa.Array"], kind: "pa.DataType") -> "pa.ChunkedArray":
    if len({array.type for array in arrays}) == 1:
        return pa.chunked_array(arrays)
    if arrays and kind == TYPES["i"]:
        widest = max((array.type for array in arrays), key=lambda one: one.bit_width)
        return pa.chunked_array([array.cast(widest) for array in arrays])
    return chunked(arrays, kind)


def chunked(arrays: list["pa.Array"], kind: "pa.DataType") -> "pa.ChunkedArray":
    """Returns arrays of one column as one; if one has a dictionary, all get one."""
    indices = [each.type.index_type for each in arrays if pa.types.is_dictionary(each.type)]
    if not indices:
        return pa.chunked_array(arrays, kind)
    if len(indices) < len(arrays):
        indices.append(_INDICES)
    widest = max(indices, key=lambda one: one.bit_width)
    return pa.chunked_array([_with_dictionary(array, widest) for array in arrays])


def _with_dictionary(array: "pa.Array", kind: "pa.DataType") -> "pa.Array":
    if not pa.types.is_dictionary(array.type):
        indices = pa.array(np.arange(len(array), dtype=np.int32), _INDICES)
        return pa.DictionaryArray.from_arrays(indices, array)
    if array.type.index_type == kind:
        return array
    return pa.DictionaryArray.from_arrays(array.indices.cast(kind), array.dictionary)
