"""Undeclared attributes of dynamic tables as columns: their types.

An attribute that has only been seen with one kind has that kind's SQL type (a set: the array type),
one with integers and decimals is numeric, any other is jsonb; so is one that was never seen, and reads as NULL.
"""

from typing import Final

from storage.schema import Column, Table
from storage.types import Kind
from tsql.types import oids

TYPES_OF_KINDS: Final = {
    Kind.BOOL: oids.BOOL,
    Kind.INT2: oids.INT2,
    Kind.INT4: oids.INT4,
    Kind.INT8: oids.INT8,
    Kind.OID: oids.OID,
    Kind.FLOAT4: oids.FLOAT4,
    Kind.FLOAT8: oids.FLOAT8,
    Kind.DECIMAL: oids.NUMERIC,
    Kind.TEXT: oids.TEXT,
    Kind.VARCHAR: oids.TEXT,
    Kind.CHAR: oids.TEXT,
    Kind.NAME: oids.TEXT,
    Kind.SINGLE_CHAR: oids.TEXT,
    Kind.BYTES: oids.BYTEA,
    Kind.UUID: oids.UUID,
    Kind.DATE: oids.DATE,
    Kind.TIME: oids.TIME,
    Kind.TIMETZ: oids.TIMETZ,
    Kind.TIMESTAMP: oids.TIMESTAMP,
    Kind.TIMESTAMPTZ: oids.TIMESTAMPTZ,
    Kind.INTERVAL: oids.INTERVAL,
    Kind.JSONB: oids.JSONB,
    Kind.STRING_SET: oids.TEXT_ARRAY,
    Kind.NUMBER_SET: oids.NUMERIC_ARRAY,
    Kind.BINARY_SET: oids.BYTEA_ARRAY,
}
#: Numbers that are the same as numerics: one kind of them may follow the other without a change of what is compared.
_EXACT_NUMBERS: Final = frozenset({Kind.INT2, Kind.INT4, Kind.INT8, Kind.DECIMAL})


def all_columns(table: Table) -> tuple[Column, ...]:
    """Returns what `*` means: the declared columns, then the attributes as first seen, likewise as columns.

    Those have no id: rights on single columns can't be had on them.
    """
    attributes = [
        Column(
            id=0,
            name=name,
            kind=kinds[0] if len(kinds) == 1 else Kind.JSONB,
            sql_type=attribute_type(table, name),
        )
        for name, kinds in table.attributes
    ]
    return (*table.columns, *attributes)


def attribute_type(table: Table, name: str) -> int:
    """Returns the SQL type of an undeclared attribute."""
    for attribute, kinds in table.attributes:
        if attribute == name:
            if len(kinds) == 1:
                return TYPES_OF_KINDS.get(kinds[0], oids.JSONB)
            if _EXACT_NUMBERS.issuperset(kinds):
                return oids.NUMERIC
    return oids.JSONB
