"""The value model: what a value is at run time, whatever door it came through.

| kind                     | Python value                                                             |
|--------------------------|--------------------------------------------------------------------------|
| bool                     | bool                                                                     |
| int2 int4 int8 oid       | int                                                                      |
| float4 float8            | float (a float4 is rounded to single precision when made)                |
| numeric                  | decimal.Decimal; its exponent is minus the display scale; NaN, ±Infinity |
| text varchar name "char" | str                                                                      |
| char(n)                  | str, blank-padded to n                                                   |
| bytea                    | bytes                                                                    |
| uuid                     | bytes of length 16                                                       |
| date                     | int, days since 2000-01-01; DATE_INFINITY, DATE_MINUS_INFINITY           |
| time                     | int, microseconds since midnight (24:00:00 allowed)                      |
| timetz                   | TimeTz                                                                   |
| timestamp timestamptz    | int, microseconds since 2000-01-01 00:00 (UTC);                          |
|                          | TIMESTAMP_INFINITY, TIMESTAMP_MINUS_INFINITY                             |
| interval                 | Interval                                                                 |
| json                     | str, the text as written                                                 |
| jsonb                    | a tree: dict, list, str, bool, int or Decimal; JSON null is None         |
|                          | inside a tree and JSON_NULL at its top (None at the top is SQL's         |
|                          | NULL). Keys are unique and in PostgreSQL's order (length in bytes,       |
|                          | then bytes). Through DynamoDB a tree may also hold bytes,                |
|                          | StringSet, NumberSet and BinarySet                                       |
| arrays                   | Array                                                                    |
| ranges                   | Range                                                                    |
| multiranges              | tuple of Range: not empty, ascending, with gaps in between               |
| composite types          | Record, with the kinds of its fields                                     |
| SQL NULL                 | None                                                                     |

Two values of one SQL type are equal in SQL if and only if their key encodings are equal
(storage/keycode.py).
"""

import enum
from collections.abc import Iterable
from typing import Any, Final, NamedTuple


class Kind(enum.IntEnum):
    """How a value is encoded in keys and items. Stored in the catalog: numbers are never reused."""

    BOOL = 1
    INT2 = 2
    INT4 = 3
    INT8 = 4
    OID = 5
    FLOAT4 = 6
    FLOAT8 = 7
    DECIMAL = 8
    TEXT = 9
    VARCHAR = 10
    CHAR = 11  # char(n): trailing blanks don't count in comparisons
    NAME = 12
    SINGLE_CHAR = 13  # PostgreSQL's "char": one byte
    BYTES = 14
    UUID = 15
    DATE = 16
    TIME = 17
    TIMETZ = 18
    TIMESTAMP = 19
    TIMESTAMPTZ = 20
    INTERVAL = 21
    JSON = 22
    JSONB = 23
    ARRAY = 24
    STRING_SET = 25
    NUMBER_SET = 26
    BINARY_SET = 27
    NETWORK = 28  # inet, cidr, macaddr: bytes whose order is the values'
    RANGE = 32
    MULTIRANGE = 33
    COMPOSITE = 34


DATE_INFINITY: Final = 2**31 - 1
DATE_MINUS_INFINITY: Final = -(2**31)
TIMESTAMP_INFINITY: Final = 2**63 - 1
TIMESTAMP_MINUS_INFINITY: Final = -(2**63)
MICROSECONDS_PER_DAY: Final = 86_400_000_000


class Interval(NamedTuple):
    """An interval as PostgreSQL keeps it: three parts that don't convert into each other.

    Equality of the tuple is identity of the parts; SQL's equality (30 days = 1 month) is
    `span()`'s.
    """

    months: int
    days: int
    microseconds: int

    def span(self) -> int:
        """Returns the microseconds by which SQL compares intervals.

        Months of 30 days, days of 24 hours.
        """
        return (self.months * 30 + self.days) * MICROSECONDS_PER_DAY + self.microseconds


class TimeTz(NamedTuple):
    """A time of day with its offset.

    Attributes:
        microseconds: Local time since midnight.
        zone: Seconds WEST of Greenwich, as PostgreSQL stores it (UTC+1 is -3600).
    """

    microseconds: int
    zone: int


class Array(NamedTuple):
    """An array: elements in row-major order, the length and the lower bound of each dimension.

    The empty array has no dimensions. An element is None for NULL.
    """

    items: tuple[Any, ...]
    dimensions: tuple[int, ...]
    lower_bounds: tuple[int, ...]

    @classmethod
    def of(cls, items: "tuple[Any, ...] | list[Any]") -> "Array":
        """Returns the one-dimensional array with lower bound 1 (or the empty array)."""
        items = tuple(items)
        return cls(items, (len(items),), (1,)) if items else cls((), (), ())


#: A place between values: (0, value, 0) is before the value, (0, value, 1) behind it; (1, 0, …) the
#: same for numeric's NaN; (-1,) is before all values and (2,) behind them. Tuples sort as places do.
Cut = tuple[Any, ...]


class Range(NamedTuple):
    """A range as the places where it begins and ends; the empty range has the cuts () and ().

    So the tuples' order and equality are the ranges', ranges that touch share a cut, and one contains
    another if its cuts enclose the other's.
    """

    start: Cut
    end: Cut


EMPTY_RANGE: Final = Range((), ())


class Record(tuple[Any, ...]):  # noqa: SLOT001 - tuples can't have slots with something in them
    """A row as a value.

    Attributes:
        types: OIDs of the fields' types.
        kinds: (kind, kind of an array's elements) of each field; only values of composite types, which
            may be stored, have them.
        names: Of the fields, of a row that is of no composite type.
    """

    types: tuple[int, ...]
    kinds: "tuple[tuple[Kind, Kind | None], ...]"
    names: tuple[str, ...]

    @classmethod
    def of(
        cls,
        values: Iterable[Any],
        types: tuple[int, ...],
        kinds: "tuple[tuple[Kind, Kind | None], ...]" = (),
        names: tuple[str, ...] = (),
    ) -> "Record":
        """Returns the record of these fields."""
        record = cls(values)
        record.types = types
        record.kinds = kinds
        record.names = names
        return record


class JsonNull:
    """The type of JSON_NULL: JSON's null as a whole jsonb value, which isn't SQL's NULL."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "JSON_NULL"


JSON_NULL: Final = JsonNull()


class StringSet(frozenset[str]):
    """DynamoDB's SS."""


class NumberSet(frozenset[Any]):
    """DynamoDB's NS, of Decimal."""


class BinarySet(frozenset[bytes]):
    """DynamoDB's BS."""


class Typed(NamedTuple):
    """An undeclared attribute's value of a kind that the bare value doesn't show: a date is an int.

    Of kinds bool, int8, float8, numeric, text, bytea, jsonb and the sets, attributes hold the bare
    value.
    """

    kind: Kind
    value: Any
