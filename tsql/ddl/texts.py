"""Names inside the SQL texts of the catalog: what a rename changes in checks and index expressions.

PostgreSQL keeps such expressions as trees that name columns by number. Here they are text over one
table, without subqueries, so a name means a column of the table, the table, or nothing of ours.
"""

import copy
from collections.abc import Callable
from typing import Any

import msgspec

from storage.schema import Table
from tsql.deparse import deparse
from tsql.parser import ast, parse_expression


def with_column_renamed(table: Table, old: str, new: str) -> Table:
    """Returns the table with a column's new name in its texts (not in the column itself)."""

    def rename(node: Any) -> Any:
        match node:
            case ast.ColumnRef(fields=tuple(fields)) if _is_column(fields, old, table.name):
                return _with(node, fields=(*fields[:-1], ast.String(sval=new)))
            case ast.A_Indirection(
                arg=ast.ColumnRef(fields=tuple(fields)), indirection=(ast.String(sval=name), *rest)
            ) if name == old and _is_row(fields, table.name):
                return _with(node, indirection=(ast.String(sval=new), *rest))
            case _:
                return node

    return _with_texts(table, rename)


def with_table_renamed(table: Table, new: str) -> Table:
    """Returns the table with its new name in its texts (not its own name)."""

    def rename(node: Any) -> Any:
        match node:
            case ast.ColumnRef(fields=(*_, ast.String(sval=name), last)) if name == table.name:
                return _with(node, fields=(ast.String(sval=new), last))
            case ast.ColumnRef(fields=(ast.String(sval=name),)) if (
                name == table.name and table.column(name) is None
            ):
                return _with(node, fields=(ast.String(sval=new),))
            case _:
                return node

    return _with_texts(table, rename)


def _is_column(fields: tuple[Any, ...], name: str, table_name: str) -> bool:
    last = fields[-1]
    if not isinstance(last, ast.String) or last.sval != name:
        return False
    return len(fields) == 1 or fields[-2].sval == table_name


def _is_row(fields: tuple[Any, ...], table_name: str) -> bool:
    """Returns whether a reference is the table's whole row: t or t.*."""
    names = [field.sval for field in fields if isinstance(field, ast.String)]
    return bool(names) and names[-1] == table_name


def _with(node: Any, **changes: Any) -> Any:
    changed = copy.copy(node)
    for name, value in changes.items():
        object.__setattr__(changed, name, value)
    return changed


def _with_texts(table: Table, rename: Any) -> Table:
    def changed(sql: str) -> str:
        before = parse_expression(sql)
        after = _mapped(before, rename)
        return sql if after is before else deparse(after)

    return with_texts(table, changed)


def with_texts(table: Table, changed: Callable[[str], str]) -> Table:
    """Returns the table with its texts as `changed` makes them."""
    checks = tuple(
        msgspec.structs.replace(check, check_sql=changed(check.check_sql)) for check in table.checks
    )
    columns = tuple(
        column
        if column.generated_sql is None
        else msgspec.structs.replace(column, generated_sql=changed(column.generated_sql))
        for column in table.columns
    )
    indexes = []
    for index in table.indexes:
        parts = tuple(
            part
            if part.expression_sql is None
            else msgspec.structs.replace(part, expression_sql=changed(part.expression_sql))
            for part in index.parts
        )
        predicate = index.predicate_sql and changed(index.predicate_sql)
        indexes.append(msgspec.structs.replace(index, parts=parts, predicate_sql=predicate))
    return msgspec.structs.replace(table, checks=checks, columns=columns, indexes=tuple(indexes))


def _mapped(value: Any, rename: Any) -> Any:
    """Returns a tree with `rename` applied to each node; the same object if nothing changes."""
    if type(value) is tuple:
        items = [_mapped(item, rename) for item in value]
        return value if all(map(_is, items, value)) else tuple(items)
    if not isinstance(value, ast.Node):
        return value
    changes = {}
    for name in value:
        before = getattr(value, name)
        after = _mapped(before, rename)
        if after is not before:
            changes[name] = after
    return rename(_with(value, **changes) if changes else value)


def _is(one: Any, other: Any) -> bool:
    return one is other
