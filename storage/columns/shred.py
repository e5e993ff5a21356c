"""Shredding: what is at the paths of many documents, as columns of its own.

The documents' text stays the truth, and the columns are beside it. A value at a path is of one
*sort*, and held in the columns of that sort, which are null in all other rows:

    sort      columns      what
    string    s            a string, as a dictionary where it repeats itself
    digits    s, m, e      likewise, where all strings of the part at the path are plain decimal
                           numbers: their values and, where they don't all show as many, the digits
                           after the point
    dates     s, t         likewise, where all are dates as ISO writes them
    int       i            an integer of 64 bits, where all numbers of the part at the path are
    number    n, d, f      a number of at most 18 digits after the point, and 18 before; its digits
                           after the point, likewise; the double nearest to it
    bool      b, w         and as text, for a dictionary is grouped faster
    null      z            JSON's null: true
    object    o            true
    array     a            true
    other     x            true; a number that doesn't fit, a string that SQL hasn't

Numbers and dictionaries take as few bytes as they need (narrow.py).

So several sorts may be at one path, nothing is rounded, and where a row has nothing in any column
there is nothing at the path. The path () is the document. Rare paths, deep ones and those beyond a
budget are left to the text: the objects that lack one of theirs are *open*.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from storage.columns.extents import WIDE, joined
from storage.columns.layout import DIGITS_MAX, NUMBER_SCALE
from storage.columns.messages import Bound, Extent
from storage.columns.narrow import (
    constant_scales,
    extent_of,
    is_uniform,
    narrowed,
    retyped,
    with_narrow_indices,
    with_narrow_integers,
)
from storage.columns.selection import Flags, few_within
from storage.columns.zones import Zone, is_beyond

Path = tuple[str, ...]

NUMBER: Final = pa.decimal128(DIGITS_MAX, NUMBER_SCALE)
#: Types of the columns, before they are narrow; strings may also be a dictionary.
TYPES: Final = {
    "s": pa.string(),
    "m": NUMBER,
    "e": pa.int8(),
    "t": pa.date32(),
    "i": pa.int64(),
    "n": NUMBER,
    "d": pa.int8(),
    "f": pa.float64(),
    "b": pa.bool_(),
    "w": pa.dictionary(pa.int8(), pa.string()),
    **dict.fromkeys("zoax", pa.bool_()),
}
#: Columns by sort.
COLUMNS: Final = {
    "string": "s",
    "digits": "sme",
    "dates": "st",
    "int": "i",
    "number": "ndf",
    "bool": "bw",
    "null": "z",
    "object": "o",
    "array": "a",
    "other": "x",
}
#: Paths that are followed while documents are read, and that are held in the end.
_FOLLOWED_MAX: Final = 512
_HELD_MAX: Final = 256
_DEPTH_MAX: Final = 8
#: A path that fewer than one in so many documents have isn't worth a column.
_RARE: Final = 64
#: Documents, and bytes of text, that are trees at the same time.
_SLICE_ROWS: Final = 4096
_SLICE_BYTES: Final = 4 << 20
#: A dictionary pays where a string comes this often on average.
_REPEATED_MIN: Final = 8
#: Where a larger share of a sample's strings is distinct, no dictionary is tried.
_SAMPLED_DISTINCT_MAX: Final = 0.9
_DIGITS: Final = rf"^-?[0-9]{{1,{NUMBER_SCALE}}}(\.[0-9]{{1,{NUMBER_SCALE}}})?$"
_DATES: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
#: 1 January of the year 1, in days since 1970.
_FIRST_DAY: Final = -719_162


class _Number(str):
    """The digits of a number that isn't an integer."""

    __slots__ = ()


_trees: Final = msgspec.json.Decoder(list[Any], float_hook=_Number).decode
_INT64: Final = range(-(2**63), 2**63)


@dataclass(slots=True)
class Shreds:
    """What is at one path: columns by their letters, rows by their sorts.

    Attributes:
        zones: Of columns, by letter, as far as they are known.
    """

    columns: dict[str, "pa.Array"] = field(default_factory=dict)
    sorts: dict[str, int] = field(default_factory=dict)
    zones: dict[str, Zone] = field(default_factory=dict, compare=False)
    _made: dict[str, "pa.Array"] = field(default_factory=dict, compare=False, repr=False)

    def column(self, letter: str, kind: "pa.DataType") -> "pa.Array | None":
        """Returns a column as a query wants it: its decimals of a type."""
        if letter in "mn" and letter in self.columns:
            found = self._made.get(letter)
            if found is None or found.type != kind:
                found = self._made[letter] = retyped(self.columns[letter], kind)
            return found
        values = {"d": "n", "e": "m"}.get(letter, "")
        if letter not in self.columns and values in self.columns:
            if letter not in self._made:
                self._made[letter] = constant_scales(self.columns[values])
            return self._made[letter]
        return self.columns.get(letter)

    def is_beyond(self, bound: Bound) -> bool:
        """Returns whether no value is within a bound."""
        if not self.sorts.keys() <= set(bound.sorts):
            return False
        letters = [letter for letter in bound.letters if letter in self.columns]
        return all(
            letter in self.zones and is_beyond(self.zones[letter], bound) for letter in letters
        )

    def few_within(self, bound: Bound) -> Flags | None:
        """Returns which rows may be within a bound; None: nobody knows, or many."""
        if not self.sorts.keys() <= set(bound.sorts):
            return None
        flags: Flags | None = None
        for letter in bound.letters:
            if letter in self.columns:
                found = few_within(self.columns[letter], bound)
                if found is None:
                    return None
                flags = found if flags is None else flags | found
        return flags

    def extent(self) -> Extent | None:
        """Returns how large the numbers are; None: there are none."""
        if self.sorts.keys() & {"string", "other"}:
            return WIDE  # some may be numbers
        pairs = [("i", ""), ("n", "d"), ("m", "e")]
        return joined(
            extent_of(self.columns[values], self.columns.get(shown))
            for values, shown in pairs
            if values in self.columns
        )


@dataclass(slots=True)
class Shredded:
    """Documents in columns.

    Attributes:
        paths: By path.
        open: Objects some of whose members are only in the text.
    """

    paths: dict[Path, Shreds]
    open: set[Path]


def shred(texts: "pa.Array", wanted: Collection[Path] | None = None) -> Shredded:
    """Returns documents, given as text, in columns; only at some paths, or at all that pay."""
    if pa.types.is_dictionary(texts.type):
        texts = texts.dictionary_decode()
    shredder = _Shredder(len(texts), wanted)
    start = 0
    while start < len(texts):
        count = _slice_rows(texts, start)
        shredder.take(start, texts.slice(start, count))
        start += count
    return shredder.finished()


def _slice_rows(texts: "pa.Array", start: int) -> int:
    """Returns how many documents from one on are read at a time; at least one."""
    some = texts.slice(start, _SLICE_ROWS)
    ends = np.cumsum(pc.fill_null(pc.binary_length(some), 0).to_numpy(zero_copy_only=False))
    return max(1, int(np.searchsorted(ends, _SLICE_BYTES, side="right")))


class _Shredder:
    """Goes through documents in slices, path by path."""

    def __init__(self, row_count: int, wanted: Collection[Path] | None) -> None:
        self._row_count = row_count
        self._wanted = None if wanted is None else set(wanted)
        #: What leads to the wanted paths.
        self._ways = {path[:end] for path in wanted or () for end in range(len(path) + 1)}
        self._gathered: dict[Path, _Gathered] = {}
        self._open: set[Path] = set()

    def take(self, start: int, texts: "pa.Array") -> None:
        """Takes the next rows."""
        values = [each or b"null" for each in texts.cast(pa.binary()).to_pylist()]
        trees = _trees(b"[%b]" % b",".join(values))
        if texts.null_count:
            nothing = texts.is_null().to_pylist()
            trees = [_NOTHING if none else tree for none, tree in zip(nothing, trees, strict=True)]
        self._values((), start, trees)

    def _values(self, path: Path, start: int, values: list[Any]) -> None:
        """Takes what is at a path: _NOTHING where nothing is."""
        types = set(map(type, values))
        types.discard(_Nothing)
        if not types or (self._wanted is not None and path not in self._ways):
            return
        if self._wanted is None or path in self._wanted:
            gathered = self._gathered.get(path)
            if gathered is None:
                gathered = self._gathered[path] = _Gathered()
            gathered.take(start, values, types)
        if dict not in types:
            return
        if types != {dict} or _NOTHING in values:
            values = [value if type(value) is dict else _EMPTY for value in values]
        for key in self._keys(path, values):
            self._values((*path, key), start, [value.get(key, _NOTHING) for value in values])

    def _keys(self, path: Path, objects: list[dict[str, Any]]) -> Iterable[str]:
        """Returns the members of objects that are followed."""
        # In an order of their own: the same documents are always shredded alike.
        keys = sorted(set(chain.from_iterable(objects)))
        if self._wanted is not None:
            return [key for key in keys if (*path, key) in self._ways]
        if len(path) >= _DEPTH_MAX:
            if keys:
                self._open.add(path)
            return []
        gathered = self._gathered
        new = [key for key in keys if (*path, key) not in gathered]
        room = _FOLLOWED_MAX - len(gathered)
        if len(new) > room or path in self._open:
            # What was left out once has been missed, and is left out for good.
            counts = Counter(chain.from_iterable(objects))
            new.sort(key=counts.__getitem__, reverse=True)
            taken = [] if path in self._open else new[: max(room, 0)]
            if len(taken) < len(new):
                self._open.add(path)
            return [key for key in keys if (*path, key) in gathered] + taken
        return keys

    def finished(self) -> Shredded:
        """Returns the columns."""
        paths = {path: each.finished(self._row_count) for path, each in self._gathered.items()}
        if self._wanted is None:
            self._leave_out(paths)
        return Shredded(paths, self._open)

    def _leave_out(self, paths: dict[Path, Shreds]) -> None:
        counts = {path: sum(shreds.sorts.values()) for path, shreds in paths.items()}
        order = sorted(paths, key=lambda path: (-counts[path], path))
        for place, path in enumerate(order):
            if path and (place >= _HELD_MAX or counts[path] * _RARE < self._row_count):
                del paths[path]
                self._open.add(path[:-1])
        # What is below a path that has been left out may have stayed: it occurs as often.
        self._open &= paths.keys()


class _Nothing:
    """The type of what stands where nothing is."""

    __slots__ = ()


_NOTHING: Final = _Nothing()
_EMPTY: Final[dict[str, Any]] = {}


class _Gathered:
    """What has been found at one path so far: pieces of columns, by where they begin."""

    def __init__(self) -> None:
        self._pieces: dict[str, list[tuple[int, pa.Array]]] = {}

    def take(self, start: int, values: list[Any], types: set[type]) -> None:
        """Takes the values of consecutive rows."""
        if str in types:
            self._take_strings(start, values, types)
        if int in types:
            self._take_ints(start, values, types)
        if _Number in types:
            self._take_numbers(start, values)
        if bool in types:
            flags = [value if type(value) is bool else None for value in values]
            self._add("b", start, pa.array(flags, pa.bool_()))
        for letter, kind in (("z", type(None)), ("o", dict), ("a", list)):
            if kind in types:
                self._flag(letter, start, [type(value) is kind for value in values])

    def _add(self, letter: str, start: int, array: "pa.Array") -> None:
        self._pieces.setdefault(letter, []).append((start, array))

    def _flag(self, letter: str, start: int, flags: list[bool]) -> None:
        self._add(letter, start, pa.array([flag or None for flag in flags], pa.bool_()))

    def _take_strings(self, start: int, values: list[Any], types: set[type]) -> None:
        if types != {str} or _NOTHING in values:
            values = [value if type(value) is str else None for value in values]
        array = pa.array(values, pa.string())
        if pc.any(pc.match_substring(array, "\0")).as_py():
            self._flag("x", start, [value is not None and "\0" in value for value in values])
            array = pa.array([None if v is None or "\0" in v else v for v in values], pa.string())
        self._add("s", start, array)

    def _take_ints(self, start: int, values: list[Any], types: set[type]) -> None:
        if types != {int} or _NOTHING in values:
            values = [value if type(value) is int else None for value in values]
        try:
            array = pa.array(values, pa.int64())
        except OverflowError:
            self._flag("x", start, [v is not None and v not in _INT64 for v in values])
            array = pa.array(
                [None if v is None or v not in _INT64 else v for v in values], pa.int64()
            )
        self._add("i", start, array)

    def _take_numbers(self, start: int, values: list[Any]) -> None:
        digits = [value if type(value) is _Number else None for value in values]
        text = pa.array(digits, pa.string())
        # A zero with a sign is written like that, but has no place in a decimal.
        fits = pc.and_not(
            pc.match_substring_regex(text, _DIGITS), pc.match_substring_regex(text, "^-[0.]*$")
        )
        if not pc.all(fits).as_py():
            self._flag("x", start, [flag is False for flag in fits.to_pylist()])
            text = pc.if_else(fits, text, None)
        value, shown = _decimals(text)
        self._add("n", start, value)
        self._add("d", start, shown)
        self._add("f", start, text.cast(pa.float64()))

    def finished(self, row_count: int) -> Shreds:
        """Returns the columns of all rows."""
        columns = {
            letter: _whole(pieces, TYPES[letter], row_count)
            for letter, pieces in self._pieces.items()
        }
        sorts = {sort: _count(columns.get(letters[0])) for sort, letters in COLUMNS.items()}
        sorts["digits"] = sorts["dates"] = 0
        if sorts["string"]:
            special = _read_strings(columns)
            if special is not None:
                sorts[special], sorts["string"] = sorts["string"], 0
        if sorts["int"] and sorts["number"]:
            _join_numbers(columns)
            sorts["number"] += sorts["int"]
            sorts["int"] = 0
        elif sorts["int"]:
            columns["i"] = with_narrow_integers(columns["i"])
        for values, shown in (("n", "d"), ("m", "e")):
            if values in columns:
                columns[values] = narrowed(columns[values], columns[shown])
                if is_uniform(columns[values], columns[shown]):
                    del columns[shown]
        if sorts["bool"]:
            indices = columns["b"].cast(pa.int8())
            columns["w"] = pa.DictionaryArray.from_arrays(indices, pa.array(["false", "true"]))
        sorts = {sort: count for sort, count in sorts.items() if count}
        kept = {letter for sort in sorts for letter in COLUMNS[sort] if letter in columns}
        return Shreds({letter: columns[letter] for letter in sorted(kept)}, sorts)


def _count(array: "pa.Array | None") -> int:
    return 0 if array is None else len(array) - array.null_count


def _whole(pieces: list[tuple[int, "pa.Array"]], kind: "pa.DataType", row_count: int) -> "pa.Array":
    arrays: list[pa.Array] = []
    at = 0
    for start, array in pieces:
        if start < at:
            # Flags of several reasons for the same rows.
            arrays[-1] = pc.coalesce(arrays[-1], array)
            continue
        if start > at:
            arrays.append(pa.nulls(start - at, kind))
        arrays.append(array)
        at = start + len(array)
    if at < row_count:
        arrays.append(pa.nulls(row_count - at, kind))
    return pa.concat_arrays(arrays)


def _decimals(text: "pa.Array") -> tuple["pa.Array", "pa.Array"]:
    """Returns plain numbers as decimals, and their digits after the point."""
    point = pc.find_substring(text, ".")
    behind = pc.subtract(pc.subtract(pc.binary_length(text), point), 1)
    shown = pc.if_else(pc.equal(point, -1), 0, behind)
    return text.cast(NUMBER), shown.cast(pa.int8())


def _read_strings(columns: dict[str, "pa.Array"]) -> str | None:
    """Makes a dictionary of strings if it pays; returns the sort that all are of, if there is one."""
    strings = columns["s"]
    distinct, indices = strings, None
    if _repeats(strings):
        encoded = strings.dictionary_encode()
        if len(encoded.dictionary) * _REPEATED_MIN <= len(strings):
            columns["s"] = with_narrow_indices(encoded)
            distinct, indices = encoded.dictionary, encoded.indices

    def of_rows(array: "pa.Array") -> "pa.Array":
        return array if indices is None else array.take(indices)

    if pc.all(pc.match_substring_regex(distinct, _DIGITS)).as_py():
        value, shown = _decimals(distinct)
        columns["m"], columns["e"] = of_rows(value), of_rows(shown)
        return "digits"
    if pc.all(pc.match_substring_regex(distinct, _DATES)).as_py():
        try:
            days = distinct.cast(pa.date32())
        except pa.ArrowInvalid:
            return None  # such a day isn't in the calendar
        if pc.min(days.cast(pa.int32())).as_py() >= _FIRST_DAY:
            columns["t"] = of_rows(days)
            return "dates"
    return None


def _repeats(strings: "pa.Array") -> bool:
    sample = strings.slice(0, _SLICE_ROWS)
    return bool(pc.count_distinct(sample).as_py() <= len(sample) * _SAMPLED_DISTINCT_MAX)


def _join_numbers(columns: dict[str, "pa.Array"]) -> None:
    """Has integers among the other numbers."""
    ints = columns["i"]
    columns["n"] = pc.coalesce(columns["n"], ints.cast(NUMBER))
    zeros = pc.if_else(ints.is_valid(), pa.scalar(0, pa.int8()), None)
    columns["d"] = pc.coalesce(columns["d"], zeros)
    columns["f"] = pc.coalesce(columns["f"], ints.cast(pa.float64(), safe=False))
