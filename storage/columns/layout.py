"""Layouts: how the declared columns of a table are held as columns.

The keeper has no catalog: it is told the layout of each table that it follows. What isn't in the
layout (a column that was added since, an undeclared attribute) is held in the Arrow type that its
stored values have by nature; where they have none in common, or don't fit their column's kind, as
they are stored. The reader makes the kind that a query wants of it, or else the key path answers.
"""

from typing import Final

import msgspec

from storage.schema import Column, Table
from storage.types import Kind

#: Held as stored: msgpack.
STORED: Final = "stored"
#: Held in the type that stored values have: int64, float64, string, binary, bool.
NATURAL: Final = "natural"
#: Digits that an Arrow decimal of 128 bits holds.
DIGITS_MAX: Final = 38
#: Digits after the point that numbers in documents are held with, and that they may have before it.
NUMBER_SCALE: Final = 18

_KINDS: Final = {
    Kind.BOOL: "bool",
    Kind.INT2: "int16",
    Kind.INT4: "int32",
    Kind.INT8: "int64",
    Kind.OID: "int64",
    Kind.FLOAT4: "float32",
    Kind.FLOAT8: "float64",
    Kind.TEXT: "text",
    Kind.VARCHAR: "text",
    Kind.CHAR: "text",
    Kind.NAME: "text",
    Kind.SINGLE_CHAR: "text",
    Kind.JSON: "text",
    Kind.BYTES: "bytea",
    Kind.UUID: "uuid",
    Kind.DATE: "date",
    Kind.TIME: "time",
    Kind.TIMESTAMP: "timestamp",
    Kind.TIMESTAMPTZ: "timestamptz",
    Kind.INTERVAL: "interval",
    Kind.JSONB: "jsonb",
}


class HeldKind(msgspec.Struct, frozen=True, array_like=True):
    """A kind (storage/columns/messages.py has the table) and, of numerics, the digits after the point."""

    kind: str
    scale: int = 0


#: By column id.
Layout = dict[int, HeldKind]


def held_kind(column: Column) -> HeldKind:
    """Returns how a declared column is held."""
    if column.kind is Kind.DECIMAL:
        scale = _numeric_scale(column.typmod)
        return HeldKind("numeric_scaled") if scale is None else HeldKind("numeric", scale)
    return HeldKind(_KINDS.get(column.kind, STORED))


def layout_of(table: Table) -> Layout:
    """Returns the layout of a table's declared columns."""
    return {column.id: held_kind(column) for column in table.columns}


def _numeric_scale(typmod: int) -> int | None:
    """Returns the scale of numeric(p, s) whose values fit; None for every other numeric."""
    if typmod < 0:
        return None
    precision = (typmod - 4) >> 16
    scale = ((typmod - 4) & 0x7FF ^ 0x400) - 0x400
    return scale if precision <= DIGITS_MAX and 0 <= scale <= precision else None
