"""Duplicate keys: how a conflict of uniqueness is named, as PostgreSQL names it.

Values are shown in SQL's text form, which only the upper layer knows: it passes a `KeyRendering`.
"""

from collections.abc import Callable, Sequence
from typing import Any

from storage.errors import DatabaseError
from storage.records import dataclass
from storage.row_details import KeyDetail
from storage.schema import Index, Table


@dataclass(frozen=True, slots=True)
class KeyRendering:
    """How SQL shows keys.

    Attributes:
        value: A value, by its type's OID and modifier.
        identifier: A name, quoted if need be.
        expression: The text of an index's expression, in parentheses if need be.
    """

    value: Callable[[Any, int, int], str]
    identifier: Callable[[str], str]
    expression: Callable[[str], str] = str


def _show_plainly(value: Any, _sql_type: int, _typmod: int) -> str:
    return str(value)


#: For callers that have no SQL: Python's own text.
PLAIN_RENDERING = KeyRendering(_show_plainly, str)


@dataclass(frozen=True, slots=True)
class Conflict:
    """A row that would have been second to have a key.

    Attributes:
        index: Whose uniqueness it offends; None for the primary key.
        values: The values of the key.
        item_key: Key of the row that is there; the transaction holds its index entry's lock.
    """

    index: Index | None
    values: Sequence[Any]
    item_key: bytes


class DuplicateKeyError(DatabaseError):
    """23505, with the conflict for callers that go on from there (ON CONFLICT)."""

    def __init__(self, conflict: Conflict, table: Table, rendering: KeyRendering) -> None:
        name = constraint_name(table, conflict.index)
        key = describe_key(table, conflict.index, conflict.values, rendering)
        super().__init__(
            "23505",
            f'duplicate key value violates unique constraint "{name}"',
            schema=table.schema,
            table=table.name,
            constraint=name,
        )
        self.conflict = conflict
        ids = key_column_ids(table, conflict.index)
        self.showing(KeyDetail(table.id, ids, f"Key {key} already exists."))


def duplicated_key(
    table: Table, index: Index | None, values: Sequence[Any], rendering: KeyRendering
) -> DatabaseError:
    """Returns 23505 for two rows with one key in an index that is being built."""
    name = constraint_name(table, index)
    key = describe_key(table, index, values, rendering)
    return DatabaseError(
        "23505",
        f'could not create unique index "{name}"',
        detail="Duplicate keys exist.",
        schema=table.schema,
        table=table.name,
        constraint=name,
    ).showing(KeyDetail(table.id, key_column_ids(table, index), f"Key {key} is duplicated."))


def deferrable_arbiter(table: Table, index: Index) -> DatabaseError:
    """Returns the error of ON CONFLICT with uniqueness that is tested later."""
    return DatabaseError(
        "55000",
        "ON CONFLICT does not support deferrable unique constraints/exclusion constraints"
        " as arbiters",
        schema=table.schema,
        table=table.name,
        constraint=constraint_name(table, index),
    )


def constraint_name(table: Table, index: Index | None) -> str:
    """Returns the name by which PostgreSQL reports a unique index (None: the primary key)."""
    if index is None:
        return table.primary_key_constraint or table.name
    return index.constraint or index.name


def key_column_ids(table: Table, index: Index | None) -> tuple[int, ...] | None:
    """Returns the columns of a key; None if some of its parts are expressions."""
    if index is None:
        return tuple(table.key_column_ids)
    ids = tuple(part.column_id for part in index.parts if part.column_id is not None)
    return ids if len(ids) == len(index.parts) else None


def describe_key(
    table: Table, index: Index | None, values: Sequence[Any], rendering: KeyRendering
) -> str:
    """Returns `(a, b)=(1, x)`."""
    names, texts = [], []
    for (name, sql_type, typmod), value in zip(
        _parts(table, index, rendering), values, strict=True
    ):
        names.append(name)
        texts.append("null" if value is None else rendering.value(value, sql_type, typmod))
    return f"({', '.join(names)})=({', '.join(texts)})"


def _parts(
    table: Table, index: Index | None, rendering: KeyRendering
) -> list[tuple[str, int, int]]:
    if index is None:
        columns = [table.column_by_id(column_id) for column_id in table.key_column_ids]
        return [(rendering.identifier(c.name), c.sql_type, c.typmod) for c in columns]
    parts = []
    for part in index.parts:
        if part.column_id is not None:
            column = table.column_by_id(part.column_id)
            parts.append((rendering.identifier(column.name), column.sql_type, column.typmod))
        else:
            parts.append(
                (rendering.expression(part.expression_sql or ""), part.sql_type, part.typmod)
            )
    return parts
