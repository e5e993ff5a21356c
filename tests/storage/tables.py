"""Tables for tests: described by a line each."""

from typing import Any

import msgspec

from storage.errors import DatabaseError
from storage.schema import Column, ColumnPolicy, Index, KeyPart, KeyScheme, Table
from storage.types import Kind


def column(column_id: int, name: str, kind: Kind, **more: Any) -> Column:
    return Column(id=column_id, name=name, kind=kind, sql_type=0, **more)


def table(*columns: tuple[str, Kind] | Column, key: str = "", **more: Any) -> Table:
    """Returns a table of id 20000 with the named key columns (none: a hidden key)."""
    described = tuple(
        given if isinstance(given, Column) else column(number, *given)
        for number, given in enumerate(columns, 1)
    )
    ids = {c.name: c.id for c in described}
    key_ids = tuple(ids[name] for name in key.split())
    defaults: dict[str, Any] = {
        "id": 20000,
        "schema": "public",
        "name": "t",
        "storage_id": 7,
        "columns": described,
        "key_column_ids": key_ids,
        "hidden_key": not key_ids,
        "primary_key_constraint": "t_pkey" if key_ids else None,
        "next_column_id": len(described) + 1,
        "scheme": KeyScheme.RANGE,
        "policy": ColumnPolicy.STRICT,
    }
    return Table(**(defaults | more))


def with_index(base: Table, name: str, columns: str, **more: Any) -> Table:
    """Returns the table with one more index on the named columns."""
    number = len(base.indexes)
    found = [base.column(column_name) for column_name in columns.split()]
    parts = tuple(
        KeyPart(column_id=c.id, kind=c.kind, element_kind=c.element_kind) for c in found if c
    )
    defaults: dict[str, Any] = {
        "id": 21000 + number,
        "name": name,
        "storage_id": 100 + number,
        "parts": parts,
    }
    index = Index(**(defaults | more))
    return msgspec.structs.replace(base, indexes=(*base.indexes, index))


def whole_detail(error: DatabaseError) -> str | None:
    """Returns an error's detail as somebody is told it who may read everything."""
    error.reveal(lambda _table_id: lambda _column_id: True)
    return error.detail
