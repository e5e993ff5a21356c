"""Column references: `a`, `t.a`, `public.t.a`, whole rows `t`, and what `*` stands for."""

from collections.abc import Iterator
from typing import Any, Final

from storage.errors import DatabaseError
from tsql.binder.attributes import attribute_type
from tsql.binder.context import Item, Level
from tsql.binder.locations import error_at, unsupported_at
from tsql.binder.nodes import is_a
from tsql.binder.spelling import hint_for
from tsql.bound import ColumnRef, Expression, SystemColumn, WholeRow
from tsql.parser import ast

SYSTEM_COLUMNS: Final = {"ctid": 27, "xmin": 28, "cmin": 29, "xmax": 28, "cmax": 29, "tableoid": 26}
_NOT_FROM_HERE: Final = "it cannot be referenced from this part of the query"


def bind_column(level: Level, node: Any) -> Expression:
    """Binds an `ast.ColumnRef`. Raises 42703, 42702, 42P01."""
    *qualifiers, last = node.fields
    names = [part.sval for part in qualifiers]
    if isinstance(last, ast.A_Star):
        return whole_row(_qualified_item(level, names, node), node, level)
    if not names:
        return _bare(level, last.sval, node)
    item = _qualified_item(level, names, node)
    column = column_of(level, item, last.sval, node)
    if column is None:
        shown = f"{names[-1]}.{last.sval}"
        message = f"column {shown} does not exist"
        hint = hint_for(level.items, last.sval, names[-1])
        raise error_at(node, "42703", message, hint=hint)
    return column


def _bare(level: Level, name: str, node: Any) -> Expression:
    found = _in_items(level, name, node)
    if found is not None:
        return found
    for item in level.items:
        if item.alias == name:
            return whole_row(item, node, level)
    _check_not_outer(level, name, node)
    hint = hint_for(level.items, name, None)
    for item in level.hidden:
        if any(column.name == name for column in item.columns):
            where = f'column named "{name}" in table "{item.alias}"'
            hint = f"There is a {where}, but {_NOT_FROM_HERE}."
    raise error_at(node, "42703", f'column "{name}" does not exist', hint=hint)


def _in_items(level: Level, name: str, node: Any) -> Expression | None:
    found: Expression | None = None
    visible = [item for item in level.items if item.is_visible]
    for item in visible:
        column = _declared(level, item, name, node)
        if column is None:
            continue
        if found is not None:
            raise error_at(node, "42702", f'column reference "{name}" is ambiguous')
        found = column
    if found is not None:
        return found
    # What is no column of any item is an attribute of the dynamic one, if there is one; but the
    # item's own name is its row.
    for item in visible:
        if item.is_dynamic and all(other.alias != name for other in level.items):
            return _attribute(level, item, name, node)
    return None


def _check_not_outer(level: Level, name: str, node: Any) -> None:
    """Raises 0A000 if it is a column of a query around this one."""
    outer = level.parent
    while outer is not None:
        for item in outer.items:
            if item.alias == name or any(column.name == name for column in item.columns):
                raise unsupported_at(node, "correlated subquery")
        outer = outer.parent


def column_of(level: Level, item: Item, name: str, node: Any) -> Expression | None:
    """Returns the item's column of that name, or None."""
    found = _declared(level, item, name, node)
    if found is None and item.is_dynamic:
        return _attribute(level, item, name, node)
    return found


def _declared(level: Level, item: Item, name: str, node: Any) -> Expression | None:
    found = None
    for position, column in enumerate(item.columns):
        if column.name == name:
            if found is not None:
                raise error_at(node, "42702", f'column reference "{name}" is ambiguous')
            found = ColumnRef(item.relation, position, name, column.type, column.typmod)
    if found is not None:
        level.remember(found, node)
        return found
    if item.table is not None and name in SYSTEM_COLUMNS:
        return SystemColumn(item.relation, name, SYSTEM_COLUMNS[name])
    return None


def _attribute(level: Level, item: Item, name: str, node: Any) -> ColumnRef:
    assert item.table is not None
    if name not in item.attributes:
        item.attributes.append(name)
    position = len(item.columns) + item.attributes.index(name)
    column = ColumnRef(item.relation, position, name, attribute_type(item.table, name))
    level.remember(column, node)
    return column


def _qualified_item(level: Level, names: list[str], node: Any) -> Item:
    """Returns the FROM item that `t`, `s.t` or `db.s.t` means. Raises 42P01, 0A000."""
    if len(names) > 3:
        message = f"improper qualified name (too many dotted names): {_shown(node)}"
        raise error_at(node, "42601", message)
    if len(names) == 3 and names[0] != level.context.env.database:
        message = f"cross-database references are not implemented: {_shown(node)}"
        raise error_at(node, "0A000", message)
    name = names[-1]
    schema = names[-2] if len(names) > 1 else None
    for item in level.items:
        if item.alias == name and schema in {None, item.schema}:
            return item
    outer = level.parent
    while outer is not None:
        if any(item.alias == name for item in outer.items):
            raise unsupported_at(node, "correlated subquery")
        outer = outer.parent
    raise _missing(level, name, node)


def _missing(level: Level, name: str, node: Any) -> DatabaseError:
    invalid = f'invalid reference to FROM-clause entry for table "{name}"'
    for item in (*level.items, *level.hidden):
        if item.alias == name:
            hint = f'There is an entry for table "{name}", but {_NOT_FROM_HERE}.'
            return error_at(node, "42P01", invalid, hint=hint)
        if item.table is not None and item.table.name == name:
            return error_at(
                node,
                "42P01",
                invalid,
                hint=f'Perhaps you meant to reference the table alias "{item.alias}".',
            )
    return error_at(node, "42P01", f'missing FROM-clause entry for table "{name}"')


def _shown(node: Any) -> str:
    return ".".join("*" if isinstance(f, ast.A_Star) else f.sval for f in node.fields)


def whole_row(item: Item, node: Any, level: Level) -> Expression:
    """Returns the item's row as a value; of a function of one value, that value."""
    columns = tuple(expand(level, item, node))
    if item.is_scalar:
        return columns[0]
    return WholeRow(item.relation, columns)


def expand(level: Level, item: Item, node: Any) -> Iterator[ColumnRef]:
    """Yields the item's columns as `*` means them: declared ones, then attributes as first seen."""
    for position, column in enumerate(item.columns):
        reference = ColumnRef(item.relation, position, column.name, column.type, column.typmod)
        level.remember(reference, node)
        yield reference
    if item.is_dynamic and item.table is not None:
        for name, _ in item.table.attributes:
            yield _attribute(level, item, name, node)


def expand_star(level: Level, node: Any) -> list[ColumnRef] | None:
    """Returns what `*`, `t.*` or `s.t.*` stands for, or None if the node is nothing of the kind."""
    if not is_a(node, ast.ColumnRef) or not isinstance(node.fields[-1], ast.A_Star):
        return None
    names = [part.sval for part in node.fields[:-1]]
    if names:
        return list(expand(level, _qualified_item(level, names, node), node))
    visible = [item for item in level.items if item.is_visible]
    if not visible:
        raise error_at(node, "42601", "SELECT * with no tables specified is not valid")
    return [column for item in visible for column in expand(level, item, node)]


def record_columns(record: Expression) -> list[tuple[str, int, int]] | None:
    """Returns names, types and typmods of a row's columns, or None where they aren't known."""
    match record:
        case WholeRow(columns=columns):
            return [(column.name, column.type, column.typmod) for column in columns]
        case _:
            return None
