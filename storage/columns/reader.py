"""The reader: versions of tables as Arrow tables, exactly as of N, in a query process.

Parts are mapped and stay open for later queries; only the columns that a query names are looked at,
and nothing is copied but what dead rows have to be left out of.
"""

import json
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from storage.columns.conditions import Evaluator, decide, on_rows
from storage.columns.ends import read_ends
from storage.columns.extents import WIDE, covers, joined
from storage.columns.key_index import Rows
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
from storage.columns.opened_part import OpenedPart, types_of
from storage.columns.part import BEGIN, NUMERICS, of_stream, open_part
from storage.columns.paths import PathRead, chunked, open_path, path_read
from storage.columns.query_frames import Extents
from storage.columns.selection import PICKED_SHARE, Flags, Topmost
from storage.columns.zones import held_bounds

#: Parts that stay mapped.
OPEN_PARTS_MAX: Final = 4096

#: Where at most so many runs of dead rows are in a part, they are cut out of it.
SLICES_MAX: Final = 16
#: The column that tells dead rows from others.
LIVE: Final = "live"
#: Metadata of a table: columns that DuckDB makes of its others, by name; as JSON.
MADE: Final = b"made"
#: Metadata of a table of which no column is read: how many rows it has.
ROW_COUNT: Final = b"rows"


class NotAsAssumedError(Exception):
    """Numbers are larger than the query assumes: it has to be made anew.

    Attributes:
        extents: How large they are.
    """

    def __init__(self, extents: Extents) -> None:
        super().__init__("numbers are larger than assumed")
        self.extents = extents


@dataclass(frozen=True, slots=True)
class Opened:
    """The tables of a query.

    Attributes:
        tables: By their names in DuckDB. A table with a column named `live` has dead rows among the
            others: where it isn't true. Its metadata may have more columns, made of the others,
            and if it has no columns how many rows there are.
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
        self._parts: OrderedDict[str, OpenedPart] = OrderedDict()
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

    def _part(self, described: PartVersion) -> OpenedPart:
        if not described.path:
            return OpenedPart.of(of_stream(described.stream))
        path = described.path
        part = self._parts.get(path)
        if part is None:
            part = self._parts[path] = OpenedPart.of(open_part(path))
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

    part: OpenedPart
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

    def count(self, flags: Flags) -> int:
        """Returns how many of its rows have a flag."""
        if self.picked is not None:
            return int(np.count_nonzero(flags[self.picked.to_numpy()]))
        if self.live is not None:
            return len(self.rows(flags))
        return int(np.count_nonzero(flags[self.start : self.start + self.row_count]))

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
    part: OpenedPart, bounds: Sequence[tuple[ColumnSpec | PathSpec, Bound]]
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

    def flags(self, part: OpenedPart, pieces: Sequence[_Piece]) -> Flags | None:
        """Returns which rows of a part may be; None: nobody knows."""
        blocks = part.blocks_at(self._place, self._top)
        if blocks is None:
            return None
        living: Flags | None = None
        row_count = part.batch.num_rows
        if sum(piece.row_count for piece in pieces) < row_count or any(
            piece.live is not None for piece in pieces
        ):
            living = np.zeros(row_count, np.bool_)
            every = np.ones(row_count, np.bool_)
            for piece in pieces:
                living[piece.rows(every)] = True
        return self._topmost.flags(blocks, living)


def _picked(part: OpenedPart, pieces: list[_Piece], flags: Flags) -> list[_Piece]:
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
        for number, (suffix, kind) in enumerate(types_of(column))
    }
    flags = {
        condition.name: None if evaluator is None else _flags(condition, spec, pieces, evaluator)
        for condition in spec.conditions
    }
    if spec.is_counted and all(flags.values()):
        return _counted(pieces, flags)
    for condition in spec.conditions:
        found = flags[condition.name]
        if found is None:
            made[condition.name] = on_rows(condition, made)
        else:
            columns[f"{condition.name}_f"] = pa.chunked_array(
                [
                    piece.cut(pa.array(each.view(np.int8)))
                    for piece, each in zip(pieces, found, strict=True)
                ],
                pa.int8(),
            )
            made[condition.name] = f"({condition.name}_f = 1)"
    if any(piece.live is not None for piece in pieces):
        columns[LIVE] = pa.chunked_array([piece.lives() for piece in pieces])
    if not columns:
        return _rows(sum(piece.row_count for piece in pieces), made)
    return pa.table(columns).replace_schema_metadata({MADE: json.dumps(made)} if made else None)


def _rows(count: int, made: dict[str, str]) -> "pa.Table":
    """Returns a table of which only the number of rows counts; in Arrow one without columns has none."""
    metadata = {ROW_COUNT: str(count), MADE: json.dumps(made)}
    return pa.table({}).replace_schema_metadata(metadata)


def _flags(
    condition: Condition, spec: TableSpec, pieces: Sequence[_Piece], evaluator: Evaluator
) -> list[Flags] | None:
    """Returns for which rows of each piece's part a condition is true, where values decide that."""
    place = _place_of(condition, spec)
    values = [None if place is None else piece.part.values_of(place) for piece in pieces]
    found = [each for each in values if each is not None]
    if len(found) < len(values):
        return None
    key = decide(condition, list({id(each): each for each in found}.values()), evaluator)
    return None if key is None else [each.flags(key) for each in found]


def _place_of(condition: Condition, spec: TableSpec) -> ColumnSpec | PathRead | None:
    for column in spec.columns:
        if column.name == condition.column:
            return column
    for path in spec.paths:
        for reading in path.readings:
            if reading.name == condition.column:
                return path_read(path, reading)
    return None


def _counted(pieces: Sequence[_Piece], flags: dict[str, list[Flags] | None]) -> "pa.Table":
    """Returns as many rows as all conditions are true for; nothing else is read of them."""
    count = 0
    for number, piece in enumerate(pieces):
        found = [each[number] for each in flags.values() if each is not None]
        left = found[0]
        for each in found[1:]:
            left = left & each
        count += piece.count(left)
    return _rows(count, dict.fromkeys(flags, "true"))


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


def _hidden(part: OpenedPart, described: PartVersion, timestamp: int) -> Rows | None:
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


def _pieces(part: OpenedPart, hidden: Rows | None) -> list[_Piece]:
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
