"""The errors of foreign keys, worded as PostgreSQL words them.

PostgreSQL does the work of a foreign key by SQL statements of its own, and names them in the
context of the errors that come up inside.
"""

from collections.abc import Sequence
from typing import Any, Final

from storage.duplicates import KeyRendering
from storage.errors import DatabaseError
from storage.row_details import KeyDetail
from storage.schema import ForeignKey, Table


def key_text(
    table: Table, column_ids: Sequence[int], values: Sequence[Any], rendering: KeyRendering
) -> str:
    """Returns `(a, b)=(1, x)`, the names as they are (without quotes)."""
    columns = [table.column_by_id(column_id) for column_id in column_ids]
    texts = [
        "null" if value is None else rendering.value(value, column.sql_type, column.typmod)
        for column, value in zip(columns, values, strict=True)
    ]
    return f"({', '.join(column.name for column in columns)})=({', '.join(texts)})"


def missing_key(key: ForeignKey, child: Table, parent: Table, shown: str) -> DatabaseError:
    """Returns the error of a referencing row without a referenced one."""
    return _violation(
        key,
        child,
        f'insert or update on table "{child.name}" violates foreign key constraint "{key.name}"',
        f'Key is not present in table "{parent.name}".',
    ).showing(
        KeyDetail(child.id, key.column_ids, f'Key {shown} is not present in table "{parent.name}".')
    )


def mixed_nulls(key: ForeignKey, child: Table) -> DatabaseError:
    """Returns the error of a MATCH FULL key that is NULL in part."""
    return _violation(
        key,
        child,
        f'insert or update on table "{child.name}" violates foreign key constraint "{key.name}"',
        "MATCH FULL does not allow mixing of null and nonnull key values.",
    )


def still_referenced(key: ForeignKey, child: Table, parent: Table, shown: str) -> DatabaseError:
    """Returns the error of a referenced row that goes, or changes its key."""
    return _violation(
        key,
        child,
        f'update or delete on table "{parent.name}" violates foreign key constraint'
        f' "{key.name}" on table "{child.name}"',
        f'Key is still referenced from table "{child.name}".',
    ).showing(
        KeyDetail(
            parent.id,
            key.referenced_column_ids,
            f'Key {shown} is still referenced from table "{child.name}".',
        )
    )


def _violation(key: ForeignKey, child: Table, message: str, detail: str) -> DatabaseError:
    return DatabaseError(
        "23503",
        message,
        detail=detail,
        schema=child.schema,
        table=child.name,
        constraint=key.name,
    )


def lookup_text(key: ForeignKey, parent: Table) -> str:
    """Returns the context of a fault while the referenced row is looked for."""
    conditions = [
        f"{_quoted(parent.column_by_id(column_id).name)} {_EQUALS} ${n}"
        for n, column_id in enumerate(key.referenced_column_ids, 1)
    ]
    return _context(
        "SELECT 1 FROM ONLY", _name(parent), "x WHERE", " AND ".join(conditions), _SHARING
    )


def search_text(key: ForeignKey, child: Table) -> str:
    """Returns the context of a fault while referencing rows are looked for."""
    condition = _condition(key, child, 1)
    return _context("SELECT 1 FROM ONLY", _name(child), "x WHERE", condition, _SHARING)


def delete_text(key: ForeignKey, child: Table) -> str:
    """Returns the context of a fault while referencing rows are deleted."""
    return _context("DELETE FROM ONLY", _name(child), "WHERE", _condition(key, child, 1))


def update_text(key: ForeignKey, child: Table, value: str | None, *, is_delete: bool) -> str:
    """Returns the context of a fault while referencing rows are changed.

    `value` is NULL or DEFAULT; None: the new key.
    """
    ids = key.set_column_ids if is_delete and key.set_column_ids else key.column_ids
    columns = [_quoted(child.column_by_id(column_id).name) for column_id in ids]
    values = [value or f"${n}" for n in range(1, len(columns) + 1)]
    assignments = ", ".join(f"{c} = {v}" for c, v in zip(columns, values, strict=True))
    first = 1 if value else len(columns) + 1
    condition = _condition(key, child, first)
    return _context("UPDATE ONLY", _name(child), "SET", assignments, "WHERE", condition)


_EQUALS: Final = "OPERATOR(pg_catalog.=)"
_SHARING: Final = "FOR KEY SHARE OF x"


def _condition(key: ForeignKey, child: Table, first: int) -> str:
    return " AND ".join(
        f"${n} {_EQUALS} {_quoted(child.column_by_id(column_id).name)}"
        for n, column_id in enumerate(key.column_ids, first)
    )


def _name(table: Table) -> str:
    return f"{_quoted(table.schema)}.{_quoted(table.name)}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _context(*words: str) -> str:
    return f'SQL statement "{" ".join(words)}"'
