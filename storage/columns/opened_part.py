"""A part that is open in a query process: its columns as queries read them, kept for the next one."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from storage.columns.conditions import Values
from storage.columns.decode import Field
from storage.columns.ends import Timestamps
from storage.columns.extents import joined
from storage.columns.held import Held, hold, reheld
from storage.columns.layout import DIGITS_MAX, NATURAL, STORED, HeldKind
from storage.columns.messages import Bound, ColumnSpec, Extent, PathSpec, Top
from storage.columns.narrow import (
    constant_scales,
    decimal_type,
    extent_of,
    is_uniform,
    narrowed,
    retyped,
)
from storage.columns.part import NUMERICS, column_name, kind_of
from storage.columns.paths import Documents, PathRead
from storage.columns.selection import Blocks, Flags, blocks_of, few_within
from storage.columns.shred import Shredded
from storage.columns.shredded_part import shreds_of
from storage.columns.zones import Zone, is_beyond, zones_of

_TYPES: Final = {
    "bool": pa.bool_(),
    "int16": pa.int16(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "float32": pa.float32(),
    "float64": pa.float64(),
    "date": pa.date32(),
    "time": pa.time64("us"),
    "timestamp": pa.timestamp("us"),
    "timestamptz": pa.timestamp("us", "UTC"),
    "interval": pa.month_day_nano_interval(),
    "uuid": pa.binary(16),
    "text": pa.string(),
    "bytea": pa.binary(),
    "jsonb": pa.string(),
}
#: Kinds of integers that are held as they are stored.
_INTEGERS: Final = {"int16", "int32", "int64", NATURAL}
#: Kinds whose values are also values of another.
_WIDENED: Final = {
    ("int16", "int32"),
    ("int16", "int64"),
    ("int32", "int64"),
    ("float32", "float64"),
}


class NotHeldError(Exception):
    """A column isn't held in the kind that the query reads: the key path has it."""


@dataclass(slots=True)
class OpenedPart:
    """An open part.

    Attributes:
        columns: What queries have read, by the column's specification, made ready for DuckDB.
        numbers: Its numerics, narrow, with their display scales where these differ.
        extents: How large they are.
        shredded: What it holds of documents, by their column.
        zones: Between which values its columns are.
        documents: Documents that queries have read paths of, by their column's specification.
        values: What conditions have been about.
        blocks: What queries have sorted by.
    """

    batch: "pa.RecordBatch"
    kinds: dict[str, HeldKind | None]
    shredded: dict[str, Shredded]
    zones: dict[str, Zone]
    columns: "dict[Hashable, list[tuple[str, pa.Array]]]" = field(default_factory=dict)
    numbers: "dict[Hashable, tuple[pa.Array, pa.Array | None]]" = field(default_factory=dict)
    extents: dict[Hashable, Extent | None] = field(default_factory=dict)
    documents: dict[Hashable, Documents] = field(default_factory=dict)
    values: dict[Hashable, Values | None] = field(default_factory=dict)
    blocks: dict[Hashable, Blocks | None] = field(default_factory=dict)
    ends: Timestamps | None = None

    @classmethod
    def of(cls, batch: "pa.RecordBatch") -> "OpenedPart":
        kinds = {each.name: kind_of(each) for each in batch.schema}
        return cls(batch, kinds, shreds_of(batch), zones_of(batch))

    def column(self, column: ColumnSpec) -> "list[tuple[str, pa.Array]]":
        """Returns the arrays of a column, by suffix of its name; which one query calls it doesn't matter."""
        if column.kind in NUMERICS:
            # As it is read now, and not as it was when numbers were smaller.
            key = (column.kind, _any_numeric(column))
            found = self.columns.get(key)
            if found is None or found[0][1].type != decimal_type(column.digits, column.scale):
                found = self.columns[key] = _column(self, column)
            return found
        anonymous = _anonymous(column)
        found = self.columns.get(anonymous)
        if found is None:
            found = self.columns[anonymous] = _column(self, column)
        return found

    def extent(self, column: ColumnSpec) -> Extent | None:
        """Returns how large a column's numbers are; None: it has none."""
        anonymous = _any_numeric(column)
        if anonymous not in self.extents:
            found = [extent_of(*self.numeric(column))] if _name_of(column) in self.kinds else []
            if self.has_missing(column):
                found.append(extent_of(*_missing_number(column)))
            self.extents[anonymous] = joined(found)
        return self.extents[anonymous]

    def numeric(self, column: ColumnSpec) -> "tuple[pa.Array, pa.Array | None]":
        """Returns a column's numerics, narrow, and their display scales where these differ."""
        anonymous = _any_numeric(column)
        found = self.numbers.get(anonymous)
        if found is None:
            found = self.numbers[anonymous] = _numeric(self, column)
        return found

    def is_beyond(self, place: ColumnSpec | PathSpec, bound: Bound) -> bool:
        """Returns whether none of its rows is within a bound, as far as zones tell."""
        if isinstance(place, PathSpec):
            return self.documents_of(place.document).at(place.path).is_beyond(bound)
        zone = self.zones.get(_name_of(place))
        return zone is not None and self._is_held_as(place) and is_beyond(zone, bound)

    def few_within(self, place: ColumnSpec | PathSpec, bound: Bound) -> Flags | None:
        """Returns which rows may be within a bound; None: nobody knows, or many."""
        if isinstance(place, PathSpec):
            return self.documents_of(place.document).at(place.path).few_within(bound)
        if not self._is_held_as(place):
            return None
        if place.kind in NUMERICS:
            return few_within(self.numeric(place)[0], bound)
        return few_within(self.batch.column(_name_of(place)), bound)

    def blocks_at(self, place: ColumnSpec | PathSpec, top: Top) -> Blocks | None:
        """Returns the only column that has what an order sorts by, if it is one of numbers."""
        if isinstance(place, PathSpec):
            key: Hashable = _anonymous(place.document), place.path, top.letters, top.sorts
        else:
            key = _anonymous(place)
        if key not in self.blocks:
            array = self._numbers_at(place, top)
            self.blocks[key] = None if array is None else blocks_of(array)
        return self.blocks[key]

    def _numbers_at(self, place: ColumnSpec | PathSpec, top: Top) -> "pa.Array | None":
        if isinstance(place, PathSpec):
            shreds = self.documents_of(place.document).at(place.path)
            letters = [letter for letter in top.letters if letter in shreds.columns]
            is_certain = shreds.sorts.keys() <= set(top.sorts) and len(letters) == 1
            return shreds.columns[letters[0]] if is_certain else None
        if not self._is_held_as(place):
            return None
        return (
            self.numeric(place)[0] if place.kind in NUMERICS else self.batch.column(_name_of(place))
        )

    def values_of(self, place: ColumnSpec | PathRead) -> Values | None:
        """Returns the values that a condition reads; None where there are others, or too many."""
        if isinstance(place, PathRead):
            key: Hashable = (_anonymous(place.document), *place[1:])
        else:
            key = _anonymous(place)
        if key not in self.values:
            self.values[key] = self._values_of(place)
        return self.values[key]

    def _values_of(self, place: ColumnSpec | PathRead) -> Values | None:
        if isinstance(place, PathRead):
            shreds = self.documents_of(place.document).at(place.path)
            if not shreds.sorts.keys() <= place.sorts:
                return None
            array = shreds.columns.get(place.letter)
        else:
            array = self.column(place)[0][1]
        return (
            Values(array, self.batch.num_rows) if array is None or Values.are_few(array) else None
        )

    def _is_held_as(self, column: ColumnSpec) -> bool:
        """Returns whether all rows have a column, in the form that its bounds are in."""
        kind = self.kinds.get(_name_of(column))
        if kind is None or self.has_missing(column):
            return False
        kinds = {kind.kind, column.kind}
        return len(kinds) == 1 or kinds <= NUMERICS or kinds <= _INTEGERS

    def has_missing(self, column: ColumnSpec) -> bool:
        """Returns whether some rows don't have the column."""
        name = _name_of(column)
        return name not in self.kinds or f"{name}_p" in self.kinds

    def want(self, paths: Sequence[PathSpec]) -> None:
        """Has what is at paths into its documents ready."""
        wanted: dict[ColumnSpec, list[tuple[str, ...]]] = {}
        for path in paths:
            wanted.setdefault(path.document, []).append(path.path)
        for document, some in wanted.items():
            self.documents_of(document).want(some)

    def documents_of(self, column: ColumnSpec) -> Documents:
        """Returns the documents of a column."""
        anonymous = _anonymous(column)
        found = self.documents.get(anonymous)
        if found is None:
            has_default = self.has_missing(column)
            found = self.documents[anonymous] = Documents(
                self.shredded.get(_name_of(column)),
                lambda: self.column(column)[0][1],
                self.batch.num_rows,
                is_text_only=column.missing is not None and has_default,
            )
        return found


def _anonymous(column: ColumnSpec) -> Hashable:
    """Returns what a column is, whatever a query calls it."""
    return column.kind, column.scale, column.digits, _any_numeric(column)


def _any_numeric(column: ColumnSpec) -> Hashable:
    """Returns what a column of numerics is, however large a query assumes them to be."""
    missing = None if column.missing is None else repr(column.missing)
    return column.column, column.path, missing


def _name_of(column: ColumnSpec) -> str:
    """Returns how parts call a column."""
    return column_name(column.path[0] if column.column is None else column.column)


def types_of(column: ColumnSpec) -> list[tuple[str, "pa.DataType"]]:
    """Returns the Arrow types of what a column becomes, by suffix of its name."""
    if column.kind in NUMERICS:
        values = ("", decimal_type(column.digits, column.scale))
        return [values] if column.kind == "numeric" else [values, ("_s", pa.int8())]
    return [("", _TYPES[column.kind])]


def _column(part: OpenedPart, column: ColumnSpec) -> list[tuple[str, "pa.Array"]]:
    """Returns a part's values of a column, by suffix of its name."""
    batch, names = part.batch, part.kinds
    name = _name_of(column)
    is_numeric = column.kind in NUMERICS
    missing: list[tuple[str, pa.Array]] | None = None
    if part.has_missing(column):
        if is_numeric:
            missing = _decimals(_missing_number(column), column)
        else:
            missing = _in_kind(hold(HeldKind(column.kind), Field([column.missing])), column)
    if name not in names:
        assert missing is not None
        return [(suffix, pa.repeat(array[0], batch.num_rows)) for suffix, array in missing]
    found = _decimals(part.numeric(column), column) if is_numeric else _plain_column(part, column)
    if missing is None:
        return found
    present = batch.column(f"{name}_p")
    return [
        (suffix, pc.if_else(present, _plain(array), default[0]))
        for (suffix, array), (_, default) in zip(found, missing, strict=True)
    ]


def _plain_column(part: OpenedPart, column: ColumnSpec) -> list[tuple[str, "pa.Array"]]:
    name = _name_of(column)
    kind = part.kinds[name]
    assert kind is not None
    held = Held(kind, part.batch.column(name))
    if kind.kind in {NATURAL, STORED}:
        held = reheld(HeldKind(column.kind), held)
    return _in_kind(held, column)


def _numeric(part: OpenedPart, column: ColumnSpec) -> "tuple[pa.Array, pa.Array | None]":
    """Returns a part's numerics, narrow, and their display scales where these differ."""
    name = _name_of(column)
    kind = part.kinds[name]
    assert kind is not None
    shown = f"{name}_s"
    scales = part.batch.column(shown) if shown in part.kinds else None
    held = Held(kind, part.batch.column(name), scales)
    if kind.kind in {NATURAL, STORED}:
        held = reheld(HeldKind("numeric_scaled"), held)
    return _narrow(held, column)


def _missing_number(column: ColumnSpec) -> "tuple[pa.Array, pa.Array | None]":
    return _narrow(hold(HeldKind("numeric_scaled"), Field([column.missing])), column)


def _narrow(held: Held, column: ColumnSpec) -> "tuple[pa.Array, pa.Array | None]":
    if held.kind.kind not in NUMERICS:
        raise _not_held(held, column)
    values, scales = held.values, held.scales
    if values.type.precision == DIGITS_MAX:
        values = narrowed(values, scales)
        scales = None if is_uniform(values, scales) else scales
    return values, scales


def _decimals(
    numbers: "tuple[pa.Array, pa.Array | None]", column: ColumnSpec
) -> list[tuple[str, "pa.Array"]]:
    """Returns numerics as the query wants them, by suffix."""
    narrow, scales = numbers
    try:
        values = retyped(narrow, decimal_type(column.digits, column.scale))
    except pa.ArrowInvalid as error:
        raise NotHeldError(str(error)) from error
    if column.kind == "numeric":
        return [("", values)]
    return [("", values), ("_s", constant_scales(narrow) if scales is None else scales)]


def _in_kind(held: Held, column: ColumnSpec) -> list[tuple[str, "pa.Array"]]:
    """Returns held values as the query wants them, by suffix."""
    kind, values = held.kind.kind, held.values
    wanted = column.kind
    if kind == wanted:
        return [("", values)]
    if (kind, wanted) in _WIDENED:
        return [("", values.cast(_TYPES[wanted]))]
    raise _not_held(held, column)


def _not_held(held: Held, column: ColumnSpec) -> NotHeldError:
    msg = f"column {column.column} is held as {held.kind.kind} and read as {column.kind}"
    return NotHeldError(msg)


def _plain(array: "pa.Array") -> "pa.Array":
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
