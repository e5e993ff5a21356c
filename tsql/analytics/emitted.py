"""Pieces of DuckDB SQL, with what is known of their values.

A numeric is a DECIMAL(digits, scale) in DuckDB, and `shown` says how many digits PostgreSQL would
show after the point: a number, or SQL where it differs from row to row. Up to 18 digits DuckDB
computes with integers of 64 bits, which is why they are counted: what surely has no more stays
narrow, all else has 38. A quotient is kept as dividend
and divisor until somebody needs its value: what goes to the client is divided outside of DuckDB.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from storage.columns.messages import Alternative, Bound, Extent, Top
from tsql.catalog import pg
from tsql.types import oids

#: Digits of DuckDB's widest decimal.
DIGITS_MAX: Final = 38
#: Digits of those that DuckDB computes with as integers of 64 bits.
NARROW_DIGITS_MAX: Final = 18
#: A product of a larger scale leaves too few digits before the point to be worth trying.
SCALE_MAX: Final = 28
#: Digits after the point of numerics whose scale isn't declared.
WORKING_SCALE: Final = 18
#: Longest text of one expression: what is checked is written more than once.
TEXT_CHARACTERS_MAX: Final = 100_000

_FIRST_OWN_OID: Final = 16384
_TYPES: Final = {
    oids.BOOL: "BOOLEAN",
    oids.INT2: "SMALLINT",
    oids.INT4: "INTEGER",
    oids.INT8: "BIGINT",
    oids.FLOAT4: "FLOAT",
    oids.FLOAT8: "DOUBLE",
    oids.TEXT: "VARCHAR",
    oids.VARCHAR: "VARCHAR",
    oids.BPCHAR: "VARCHAR",
    oids.NAME: "VARCHAR",
    oids.BYTEA: "BLOB",
    oids.UUID: "BLOB",
    oids.DATE: "DATE",
    oids.TIME: "TIME",
    oids.TIMESTAMP: "TIMESTAMP",
    oids.TIMESTAMPTZ: "TIMESTAMP WITH TIME ZONE",
    oids.INTERVAL: "INTERVAL",
    oids.JSONB: "VARCHAR",
}
#: Types whose values DuckDB orders and compares as PostgreSQL does.
ORDERED: Final = frozenset(_TYPES) - {oids.BPCHAR, oids.JSONB} | {oids.NUMERIC}


class UntranslatableError(Exception):
    """There is no DuckDB SQL that surely gives PostgreSQL's answer; the text says for what."""


def has_type(oid: int) -> bool:
    """Returns whether values of a type have a form in DuckDB."""
    return oid in _TYPES or oid == oids.NUMERIC


def called(oid: int) -> str:
    """Returns what a type is called where something is said of it."""
    row = pg.types().get(oid) if oid < _FIRST_OWN_OID else None
    return "a type that users made" if row is None else f"type {row.name}"


def type_name(oid: int, scale: int = 0, digits: int = DIGITS_MAX) -> str:
    """Returns DuckDB's name of a type."""
    if oid == oids.NUMERIC:
        return f"DECIMAL({digits}, {scale})"
    name = _TYPES.get(oid)
    if name is None:
        raise UntranslatableError(f"values of {called(oid)}")
    return name


class PathSource(Protocol):
    """A column of documents in a table that the statement reads."""

    @property
    def document(self) -> str:
        """SQL of the document, inside of the table."""

    def extent(self, path: tuple[str, ...]) -> Extent | None:
        """Returns how large the numbers at a path are assumed to be; None: as large as any."""

    def read(self, path: tuple[str, ...], type_: str, alternatives: tuple[Alternative, ...]) -> str:
        """Returns the SQL of a column that is made of what is at a path."""

    def limit(self, path: tuple[str, ...], bound: Bound) -> None:
        """Notes what has to be at a path for a row to count; the bound has no name yet."""

    def need_top(self, path: tuple[str, ...], top: Top) -> None:
        """Notes that only the first rows by what is at a path are needed; it has no name yet."""


@dataclass(frozen=True, slots=True)
class Emitted:
    """SQL of a value.

    Attributes:
        type: OID of its type in PostgreSQL.
        scale: Of a numeric: digits after the point in DuckDB.
        digits: Of a numeric: it has no more, in DuckDB; its type there may be of fewer.
        shown: Of a numeric: its display scale; SQL where it isn't the same for all rows.
        kind: "" for a value. Otherwise what `parts` are for: quotient (dividend, divisor), var_pop,
            var_samp, stddev_pop, stddev_samp (count, sum, sum of squares, over inputs of the scale),
            or json: what is at `path` in the document.
        unchecked: Of a float: it may be an overflow, which nobody has looked for yet.
        factors: Of an unchecked product of floats: what it is a product of.
        width: Of a char(n): n, where all values have been padded to it, so that equal ones are the same; or 0.
        source: Of a document that is a table's column, and of the text at a path into it: where columns
            of what is at its paths may be had.
        is_literal, value: Whether it is known now, and as what.
    """

    sql: str
    type: int
    scale: int = 0
    shown: int | str = 0
    kind: str = ""
    parts: tuple["Emitted", ...] = ()
    unchecked: bool = False
    factors: tuple[str, ...] = ()
    width: int = 0
    path: tuple[str, ...] = ()
    source: "PathSource | None" = None
    is_literal: bool = False
    value: Any = None
    digits: int = DIGITS_MAX

    def __post_init__(self) -> None:
        if len(self.sql) > TEXT_CHARACTERS_MAX:
            raise UntranslatableError("an expression of this length")

    def pieces(self) -> list[str]:
        """Returns the SQL of all that a derived table has to hold of it."""
        if self.parts:
            return [piece for part in self.parts for piece in part.pieces()]
        return [self.sql, self.shown] if isinstance(self.shown, str) else [self.sql]

    def over(self, names: Sequence[str]) -> "Emitted":
        """Returns it as made of columns that hold its pieces."""
        if self.parts:
            parts, start = [], 0
            for part in self.parts:
                count = len(part.pieces())
                parts.append(part.over(names[start : start + count]))
                start += count
            return replace(self, parts=tuple(parts))
        if isinstance(self.shown, str):
            return replace(self, sql=names[0], shown=names[1])
        return replace(self, sql=names[0], source=None)


def key_path(oid: int, scale: int = 0) -> str:
    """Returns SQL of a type that raises the error by which a statement goes to the key path.

    A cast that fails: error() would be volatile, and not be moved by DuckDB's optimizer.
    """
    failing = "CAST('key path' AS INTEGER)" if type_name(oid, scale) in _TAKE_TEXT else "'key path'"
    return cast(failing, oid, scale)


#: Types that any text can be cast to.
_TAKE_TEXT: Final = {"VARCHAR", "BLOB"}


Form = str | Callable[[tuple[Emitted, ...]], Emitted | None]


def cast(value: str, oid: int, scale: int = 0, digits: int = DIGITS_MAX) -> str:
    """Returns SQL with an explicit type."""
    return f"CAST({value} AS {type_name(oid, scale, digits)})"


def at_scale(value: Emitted, scale: int) -> str:
    """Returns the SQL of a numeric with this many digits after the point, which are not fewer."""
    assert scale >= value.scale
    if value.scale == scale:
        return value.sql
    digits = min(value.digits + scale - value.scale, DIGITS_MAX)
    return cast(value.sql, oids.NUMERIC, scale, digits)


def wide(value: Emitted) -> str:
    """Returns the SQL of a numeric that DuckDB computes with in 38 digits."""
    return cast(value.sql, oids.NUMERIC, value.scale)


def same_scale(values: Sequence[Emitted]) -> list[Emitted]:
    """Returns numerics with equal scales and digits, other values as they are."""
    if not any(value.type == oids.NUMERIC for value in values):
        return list(values)
    scale = max(value.scale for value in values)
    digits = min(max(value.digits - value.scale for value in values) + scale, DIGITS_MAX)
    return [
        replace(value, sql=at_scale(value, scale), scale=scale, digits=digits) for value in values
    ]


def greatest_shown(shown: Sequence[int | str]) -> int | str:
    """Returns the larger display scale."""
    numbers = [one for one in shown if isinstance(one, int)]
    texts = list(dict.fromkeys(one for one in shown if isinstance(one, str)))
    if not texts:
        return max(numbers)
    if len(texts) == 1 and not any(numbers):
        return texts[0]
    return f"greatest({', '.join([*texts, *map(str, numbers)])})"


def checked(value: Emitted) -> Emitted:
    """Returns a float after a look for overflow and underflow; any other value as it is.

    Sums, differences and products of infinities are infinities or NaN: so one look at the end of a
    chain of them is enough, but for a product that has become zero.
    """
    if not value.unchecked:
        return value
    sql = value.sql
    condition = f"NOT isfinite({sql})"
    if value.factors:
        nonzero = " AND ".join(f"{factor} <> 0" for factor in dict.fromkeys(value.factors))
        condition = f"{condition} OR ({sql} = 0 AND {nonzero})"
    text = f"(CASE WHEN {condition} THEN {key_path(value.type)} ELSE {sql} END)"
    return replace(value, sql=text, unchecked=False, factors=())


def require_distinct(value: Emitted, what: str) -> None:
    """Raises unless equal values of DuckDB's are those that are equal in PostgreSQL."""
    if value.type == oids.BPCHAR and value.width:
        return
    if value.type not in ORDERED or value.kind:
        raise UntranslatableError(f"{what} over {called(value.type)}")


def compared(value: Emitted) -> str:
    """Returns the SQL by which a value is sorted and compared."""
    return without_blanks(value.sql) if value.type == oids.BPCHAR else value.sql


def without_blanks(text: str) -> str:
    """Returns the SQL of a text without blanks at its end: rtrim takes four times as long as the look."""
    return f"(CASE WHEN ends_with({text}, ' ') THEN rtrim({text}, ' ') ELSE {text} END)"
