"""The reader: versions of tables as Arrow tables, exactly as of N, in a query process.

Parts are mapped and stay open for later queries; only the columns that a query names are looked at,
and nothing is copied but what dead rows have to be left out of.
"""

import json
from collections import OrderedDict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from storage.columns.conditions import Evaluator, Texts, decide, on_rows
from storage.columns.decode import Field
from storage.columns.ends import Timestamps, read_ends
from storage.columns.extents import WIDE, covers, joined
from storage.columns.held import Held, hold, reheld
from storage.columns.key_index import Rows
from storage.columns.layout import DIGITS_MAX, NATURAL, STORED, HeldKind
from storage.columns.messages import (
    Bound,
    ColumnSpec,
    Condition,
    Extent,
    PartVersion,
    PathSpec,
    TableSpec,
    TableVersion,
    Top,
)
from storage.columns.narrow import (
    constant_scales,
    decimal_type,
    extent_of,
    is_uniform,
    narrowed,
    retyped,
)
from storage.columns.part import BEGIN, NUMERICS, column_name, kind_of, of_stream, open_part
from storage.columns.paths import Documents, chunked, open_path
from storage.columns.query_frames import Extents
from storage.columns.selection import PICKED_SHARE, Flags, Topmost, few_within
from storage.columns.shred import STRINGS, Shredded
from storage.columns.shredded_part import shreds_of
from storage.columns.zones import Zone, held_bounds, is_beyond, zones_of

#: Parts that stay mapped.
OPEN_PARTS_MAX: Final = 4096

#: Where at most so many runs of dead rows are in a part, they are cut out of it.
SLICES_MAX: Final = 16
#: The column that tells dead rows from others.
LIVE: Final = "live"
#: Metadata of a table: columns that DuckDB makes of its others, by name; as JSON.
MADE: Final = b"made"

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


class NotAsAssumedError(Exception):
    """Numbers are larger than the query assumes: it has to be made anew.

    Attributes:
        extents: How large they are.
    """

    def __init__(self, extents: Extents) -> None:
        super().__init__("numbers are larger than assumed")
        self.extents = extents


@dataclass(slots=True)
class _Part:
    """An open part.

    Attributes:
        columns: What queries have read, by the column's specification, made ready for DuckDB.
        numbers: Its numerics, narrow, with their display scales where these differ.
        extents: How large they are.
        shredded: What it holds of documents, by their column.
        zones: Between which values its columns are.
        documents: Documents that queries have read paths of, by their column's specification.
        texts: Texts that conditions have been about.
    """

    batch: "pa.RecordBatch"
    kinds: dict[str, HeldKind | None]
    shredded: dict[str, Shredded]
    zones: dict[str, Zone]
    columns: "dict[ColumnSpec, list[tuple[str, pa.Array]]]" = field(default_factory=dict)
    numbers: "dict[ColumnSpec, tuple[pa.Array, pa.Array | None]]" = field(default_factory=dict)
    extents: dict[ColumnSpec, Extent | None] = field(default_factory=dict)
    documents: dict[ColumnSpec, Documents] = field(default_factory=dict)
    texts: dict[Hashable, Texts | None] = field(default_factory=dict)
    ends: Timestamps | None = None

    @classmethod
    def of(cls, batch: "pa.RecordBatch") -> "_Part":
        kinds = {each.name: kind_of(each) for each in batch.schema}
        return cls(batch, kinds, shreds_of(batch), zones_of(batch))

    def column(self, column: ColumnSpec) -> "list[tuple[str, pa.Array]]":
        """Returns the arrays of a column, by suffix of its name; which one query calls it doesn't matter."""
        if column.kind in NUMERICS:
            # As it is read now, and not as it was when numbers were smaller.
            key = msgspec.structs.replace(_any_numeric(column), kind=column.kind)
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

    def numbers_at(self, place: ColumnSpec | PathSpec, top: Top) -> "pa.Array | None":
        """Returns the only column that has what an order sorts by."""
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

    def texts_of(self, place: ColumnSpec | PathSpec) -> Texts | None:
        """Returns the texts that a condition reads; None where there are others, or too many."""
        if isinstance(place, PathSpec):
            key: Hashable = (_anonymous(place.document), place.path)
        else:
            key = _anonymous(place)
        if key not in self.texts:
            self.texts[key] = self._texts_of(place)
        return self.texts[key]

    def _texts_of(self, place: ColumnSpec | PathSpec) -> Texts | None:
        if isinstance(place, PathSpec):
            shreds = self.documents_of(place.document).at(place.path)
            if not shreds.are_texts:
                return None
            array = shreds.columns.get("s")
        else:
            array = self.column(place)[0][1]
        return (
            Texts(array, self.batch.num_rows) if array is None or Texts.are_worth(array) else None
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


def _anonymous(column: ColumnSpec) -> ColumnSpec:
    return msgspec.structs.replace(column, name="", missing=repr(column.missing))


def _any_numeric(column: ColumnSpec) -> ColumnSpec:
    return msgspec.structs.replace(_anonymous(column), kind="numeric", scale=0, digits=0)


def _name_of(column: ColumnSpec) -> str:
    """Returns how parts call a column."""
    return column_name(column.path[0] if column.column is None else column.column)


@dataclass(frozen=True, slots=True)
class Opened:
    """The tables of a query.

    Attributes:
        tables: By their names in DuckDB. A table with a column named `live` has dead rows among the
            others: where it isn't true. Its metadata may have more columns, made of the others.
        extents: What of their numbers isn't as the query assumes.
        pruned_count: Parts that are left out, for none of their rows is within the query's bounds.
        row_count: Visible rows of the others, of which the tables may have fewer.
    """

    tables: "dict[str, pa.Table]"
    extents: Extents = ()
    pruned_count: int = 0
    row_count: int = 0


class Reader:
    """Opens tables; one for each query process."""

    def __init__(self) -> None:
        self._parts: OrderedDict[str, _Part] = OrderedDict()
        self._paths: dict[int, set[str]] = {}

    def open_tables(
        self, specs: Sequence[TableSpec], versions: Sequence[TableVersion]
    ) -> dict[str, "pa.Table"]:
        """Returns the tables by their names in DuckDB, as `open` does."""
        return self.open(specs, versions).tables

    def open(
        self,
        specs: Sequence[TableSpec],
        versions: Sequence[TableVersion],
        evaluator: Evaluator | None = None,
    ) -> "Opened":
        """Returns tables as of their versions. Raises NotHeldError, NotAsAssumedError."""
        by_storage = {version.storage_id: version for version in versions}
        selected = {spec.name: self._pieces(spec, by_storage[spec.storage_id]) for spec in specs}
        measured = [one for spec in specs for one in _measured(spec, selected[spec.name].pieces)]
        extents = tuple([(*place, found) for place, assumed, found in measured if found != assumed])
        if not all(assumed == WIDE or covers(assumed, found) for _, assumed, found in measured):
            raise NotAsAssumedError(extents)
        tables = {spec.name: _table(spec, selected[spec.name].pieces, evaluator) for spec in specs}
        return Opened(
            tables,
            extents,
            sum(one.pruned_count for one in selected.values()),
            sum(one.row_count for one in selected.values()),
        )

    def _pieces(self, spec: TableSpec, version: TableVersion) -> "_Selected":
        """Returns what is to be read of a table."""
        self._close_others(version)
        pieces: list[_Piece] = []
        places: dict[str, ColumnSpec | PathSpec] = {path.name: path for path in spec.paths}
        places |= {column.name: column for column in spec.columns}
        bounds = [(places[bound.name], bound) for bound in held_bounds(spec)]
        topmost = None if spec.top is None else _TopRows(places[spec.top.name], spec.top)
        row_count = pruned_count = 0
        for described in version.parts:
            part = self._part(described)
            part.want(spec.paths)
            if any(part.is_beyond(place, bound) for place, bound in bounds):
                pruned_count += 1
                continue
            found = _pieces(part, _hidden(part, described, version.timestamp))
            row_count += sum(piece.row_count for piece in found)
            flags = _flags_within(part, bounds) if topmost is None else topmost.flags(part, found)
            pieces += found if flags is None else _picked(part, found, flags)
        return _Selected(pieces, row_count, pruned_count)

    def _close_others(self, version: TableVersion) -> None:
        """Lets go of the table's parts that this version doesn't have: merged ones, mostly."""
        paths = {part.path for part in version.parts}
        for path in self._paths.get(version.storage_id, set()) - paths:
            self._parts.pop(path, None)
        self._paths[version.storage_id] = paths

    def _part(self, described: PartVersion) -> _Part:
        if not described.path:
            return _Part.of(of_stream(described.stream))
        path = described.path
        part = self._parts.get(path)
        if part is None:
            part = self._parts[path] = _Part.of(open_part(path))
            if len(self._parts) > OPEN_PARTS_MAX:
                self._parts.popitem(last=False)
        else:
            self._parts.move_to_end(path)
        if described.ends_path and part.ends is None:
            part.ends = read_ends(described.ends_path, described.ends_offset, described.row_count)
        return part


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some rows of a part: consecutive ones, picked ones, or all, with those that live marked."""

    part: _Part
    start: int
    row_count: int
    live: "pa.Array | None" = None
    picked: "pa.Array | None" = None

    def column(self, column: ColumnSpec, number: int) -> "pa.Array":
        """Returns the rows' values of a column; `number` counts the arrays that it is made of."""
        return self.cut(self.part.column(column)[number][1])

    def cut(self, array: "pa.Array") -> "pa.Array":
        """Returns its rows of an array of all the part's rows."""
        if self.picked is not None:
            return array.take(self.picked)
        return array if self.row_count == len(array) else array.slice(self.start, self.row_count)

    def rows(self, flags: Flags) -> Rows:
        """Returns those of its rows, as places in the part, that have a flag."""
        if self.live is not None:
            return np.flatnonzero(flags & self.live.to_numpy(zero_copy_only=False))
        return np.flatnonzero(flags[self.start : self.start + self.row_count]) + self.start

    def lives(self) -> "pa.Array":
        """Returns which rows live."""
        return pa.repeat(True, self.row_count) if self.live is None else self.live


@dataclass(frozen=True, slots=True)
class _Selected:
    """What is to be read of a table: pieces, their rows before any were picked, and parts left out."""

    pieces: list[_Piece]
    row_count: int
    pruned_count: int


def _flags_within(
    part: _Part, bounds: Sequence[tuple[ColumnSpec | PathSpec, Bound]]
) -> Flags | None:
    """Returns which rows of a part may be within all bounds; None: nobody knows, or many."""
    flags: Flags | None = None
    for place, bound in bounds:
        found = part.few_within(place, bound)
        if found is not None:
            flags = found if flags is None else flags & found
    return flags


class _TopRows:
    """Which rows of parts may be among the first of an order."""

    def __init__(self, place: ColumnSpec | PathSpec, top: Top) -> None:
        self._place = place
        self._top = top
        self._topmost = Topmost(top.count, is_descending=top.is_descending)

    def flags(self, part: _Part, pieces: Sequence[_Piece]) -> Flags | None:
        """Returns which rows of a part may be; None: nobody knows."""
        array = part.numbers_at(self._place, self._top)
        if array is None:
            return None
        living: Flags | None = None
        if sum(piece.row_count for piece in pieces) < len(array) or any(
            piece.live is not None for piece in pieces
        ):
            living = np.zeros(len(array), np.bool_)
            every = np.ones(len(array), np.bool_)
            for piece in pieces:
                living[piece.rows(every)] = True
        return self._topmost.flags(array, living)


def _picked(part: _Part, pieces: list[_Piece], flags: Flags) -> list[_Piece]:
    """Returns the rows of a part's pieces that have a flag, if they are few; else the pieces."""
    if np.count_nonzero(flags) * PICKED_SHARE > len(flags):
        return pieces
    rows = [piece.rows(flags) for piece in pieces]
    left = np.concatenate(rows) if rows else np.zeros(0, np.int64)
    return [_Piece(part, 0, len(left), None, pa.array(left))] if len(left) else []


def _measured(
    spec: TableSpec, pieces: "Sequence[_Piece]"
) -> Iterator[tuple[tuple[str, str], Extent, Extent]]:
    """Yields places of numbers, how large they are assumed to be, and how large they are."""
    parts = {id(piece.part): piece.part for piece in pieces}.values()
    for column in spec.columns:
        if column.kind in NUMERICS:
            found = joined(part.extent(column) for part in parts)
            if found is not None:
                assumed = Extent(column.digits, column.scale, column.kind == "numeric")
                yield (spec.name, column.name), assumed, found
    for path in spec.paths:
        are_numbers = any(reading.type.startswith("DECIMAL") for reading in path.readings)
        if are_numbers or path.extent is not None:
            places = [part.documents_of(path.document).at(path.path) for part in parts]
            found = joined(place.extent() for place in places)
            if found is not None:
                yield (spec.name, path.name), path.extent or WIDE, found


def _table(spec: TableSpec, pieces: "Sequence[_Piece]", evaluator: Evaluator | None) -> "pa.Table":
    """Returns the rows of pieces as a query's table."""
    wanted = {column.name: column for column in spec.columns}
    columns, made = _open_paths(spec, pieces, wanted)
    columns |= {
        column.name + suffix: chunked([piece.column(column, number) for piece in pieces], kind)
        for column in wanted.values()
        for number, (suffix, kind) in enumerate(_types_of(column))
    }
    for condition in spec.conditions:
        flags = None if evaluator is None else _flags(condition, spec, pieces, evaluator)
        if flags is None:
            made[condition.name] = on_rows(condition, made)
        else:
            columns[f"{condition.name}_f"] = flags
            made[condition.name] = f"({condition.name}_f = 1)"
    if any(piece.live is not None for piece in pieces):
        columns[LIVE] = pa.chunked_array([piece.lives() for piece in pieces])
    if not columns:
        # A table without columns has no rows, in Arrow.
        columns["rows"] = pa.nulls(sum(piece.row_count for piece in pieces), pa.bool_())
    return pa.table(columns).replace_schema_metadata({MADE: json.dumps(made)} if made else None)


def _flags(
    condition: Condition, spec: TableSpec, pieces: Sequence[_Piece], evaluator: Evaluator
) -> "pa.ChunkedArray | None":
    """Returns for which rows a condition is true, where that can be decided by their dictionaries."""
    place = _place_of(condition, spec)
    texts = [None if place is None else piece.part.texts_of(place) for piece in pieces]
    found = [each for each in texts if each is not None]
    if len(found) < len(texts):
        return None
    key = decide(condition, list({id(each): each for each in found}.values()), evaluator)
    if key is None:
        return None
    flags = [
        piece.cut(pa.array(each.flags(key).view(np.int8)))
        for piece, each in zip(pieces, found, strict=True)
    ]
    return pa.chunked_array(flags, pa.int8())


def _place_of(condition: Condition, spec: TableSpec) -> ColumnSpec | PathSpec | None:
    for column in spec.columns:
        if column.name == condition.column:
            return column
    for path in spec.paths:
        for reading in path.readings:
            if reading.name == condition.column:
                strings = [each for each in reading.alternatives if each.sort in STRINGS]
                is_plain = all(each.sql == f"{path.name}_s" for each in strings)
                return path if strings and is_plain else None
    return None


def _open_paths(
    spec: TableSpec, pieces: Sequence[_Piece], wanted: dict[str, ColumnSpec]
) -> tuple[dict[str, "pa.ChunkedArray"], dict[str, str]]:
    """Returns the columns of paths and what is made of them; documents that this reads get wanted."""
    columns: dict[str, pa.ChunkedArray] = {}
    made: dict[str, str] = {}
    rows = [(piece.part.documents_of, piece.cut, piece.row_count) for piece in pieces]
    for each in spec.paths:
        found, readings, reads_document = open_path(each, rows)
        columns |= found
        made |= readings
        if reads_document:
            wanted[each.document.name] = each.document
    return columns, made


def _hidden(part: _Part, described: PartVersion, timestamp: int) -> Rows | None:
    """Returns the rows that aren't visible, in order; None: all are."""
    hidden: Rows | None = None
    if described.dead:
        hidden = np.frombuffer(described.dead, np.int32).astype(np.int64)
    elif described.ends_path:
        assert part.ends is not None
        ended = np.flatnonzero(part.ends)
        hidden = ended[part.ends[ended] <= timestamp]
    if described.begin > timestamp:
        later = np.flatnonzero(part.batch.column(BEGIN).to_numpy() > timestamp)
        hidden = later if hidden is None else np.union1d(hidden, later)
    return hidden if hidden is not None and len(hidden) else None


def _pieces(part: _Part, hidden: Rows | None) -> list[_Piece]:
    """Returns what is left without the hidden rows: slices, or all rows with a mark on each."""
    count = part.batch.num_rows
    if hidden is None:
        return [_Piece(part, 0, count)]
    # A run of hidden rows begins where the row before isn't hidden.
    firsts = np.flatnonzero(np.diff(hidden, prepend=-2) != 1)
    if len(firsts) > SLICES_MAX:
        live = np.ones(count, np.bool_)
        live[hidden] = False
        return [_Piece(part, 0, count, pa.array(live))]
    lasts = np.append(firsts[1:], len(hidden)) - 1
    starts = [0, *(hidden[lasts] + 1).tolist()]
    afters = [*hidden[firsts].tolist(), count]
    return [
        _Piece(part, start, after - start)
        for start, after in zip(starts, afters, strict=True)
        if after > start
    ]


def _types_of(column: ColumnSpec) -> list[tuple[str, "pa.DataType"]]:
    """Returns the Arrow types of what a column becomes, by suffix of its name."""
    if column.kind in NUMERICS:
        values = ("", decimal_type(column.digits, column.scale))
        return [values] if column.kind == "numeric" else [values, ("_s", pa.int8())]
    return [("", _TYPES[column.kind])]


def _column(part: _Part, column: ColumnSpec) -> list[tuple[str, "pa.Array"]]:
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


def _plain_column(part: _Part, column: ColumnSpec) -> list[tuple[str, "pa.Array"]]:
    name = _name_of(column)
    kind = part.kinds[name]
    assert kind is not None
    held = Held(kind, part.batch.column(name))
    if kind.kind in {NATURAL, STORED}:
        held = reheld(HeldKind(column.kind), held)
    return _in_kind(held, column)


def _numeric(part: _Part, column: ColumnSpec) -> "tuple[pa.Array, pa.Array | None]":
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
