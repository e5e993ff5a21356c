"""Column references: `a`, `t.a`, `public.t.a`, whole rows `t`, and what `*` stands for."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from storage.errors import DatabaseError
from storage.objects import CompositeType, View
from storage.row_types import row_type_id
from storage.schema import Table
from tsql.binder.attributes import attribute_type
from tsql.binder.context import Item, Level, Through
from tsql.binder.locations import error_at
from tsql.binder.nodes import is_a
from tsql.binder.spelling import hint_for
from tsql.binder.tree import walk
from tsql.bound import (
    ColumnRef,
    Const,
    Expression,
    RowConstructor,
    SystemColumn,
    WholeRow,
    reference_to,
)
from tsql.parser import ast, enums, with_fields
from tsql.types import oids

SYSTEM_COLUMNS: Final = {"ctid": 27, "xmin": 28, "cmin": 29, "xmax": 28, "cmax": 29, "tableoid": 26}
_NOT_FROM_HERE: Final = "it cannot be referenced from this part of the query"


def bind_column(level: Level, node: Any) -> Expression:
    """Binds an `ast.ColumnRef`. Raises 42703, 42702, 42P01."""
    *qualifiers, last = node.fields
    names = [part.sval for part in qualifiers]
    if isinstance(last, ast.A_Star):
        at, item = _qualified_item(level, names, node)
        return lowered(level, at, whole_row(item, node, at))
    if not names:
        return _bare(level, last.sval, node)
    at, item = _qualified_item(level, names, node)
    column = column_of(at, item, last.sval, node)
    if column is None:
        call = as_call(level, last.sval, with_fields(node, fields=(*qualifiers, ast.A_Star())))
        if call is not None:
            return call
        shown = f"{names[-1]}.{last.sval}"
        message = f"column {shown} does not exist"
        hint = _hint(level, last.sval, names[-1])
        raise error_at(node, "42703", message, hint=hint)
    return lowered(level, at, column)


def as_call(level: Level, name: str, argument: Any) -> Expression | None:
    """Returns name(x), what x.name means where x has no field of that name; None: no function either."""
    call = ast.FuncCall(
        funcname=(ast.String(sval=name),),
        args=(argument,),
        funcformat=enums.CoercionForm.COERCE_EXPLICIT_CALL,
        location=argument.location,
    )
    try:
        return level.bind(level, call)
    except DatabaseError as error:
        if error.sqlstate != "42883":
            raise
        return None


def lowered(level: Level, at: Level, expression: Expression) -> Expression:
    """Returns an expression of a query around this one as this one finds it."""
    if at is level:
        return expression
    assert level.parent is not None
    above = lowered(level.parent, at, expression)
    if isinstance(above, WholeRow):
        columns = [level.outer_value(column, column.name) for column in above.columns]
        return replace(above, columns=tuple(columns))
    return level.outer_value(above, getattr(above, "name", "?column?"))


def _around(level: Level) -> Iterator[Level]:
    """Yields the level and those around it."""
    at: Level | None = level
    while at is not None:
        yield at
        at = at.parent


def _bare(level: Level, name: str, node: Any) -> Expression:
    for at in _around(level):
        found = _in_items(at, name, node)
        if found is not None:
            return lowered(level, at, found)
    for at in _around(level):
        for item in at.items:
            if item.alias == name and item.is_named and _can_see(at, item):
                _check_lateral(item, node)
                return lowered(level, at, whole_row(item, node, at))
    hint = _hint(level, name, None)
    raise error_at(node, "42703", f'column "{name}" does not exist', hint=hint)


def _hint(level: Level, name: str, qualifier: str | None) -> str | None:
    items = [
        item
        for at in _around(level)
        for item in _once([*at.relations, *at.items, *at.hidden])
        if item.values is None
    ]
    for item in items:
        if qualifier in {None, item.alias} and any(c.name == name for c in item.columns):
            where = f'column named "{name}" in table "{item.alias}"'
            return f"There is a {where}, but {_NOT_FROM_HERE}."
    return hint_for(items, name, qualifier)


def _once(items: list[Item]) -> Iterator[Item]:
    seen = set()
    for item in items:
        if id(item) not in seen:
            seen.add(id(item))
            yield item


def _can_see(level: Level, item: Item) -> bool:
    return level.is_lateral or not item.lateral_only


def _check_lateral(item: Item, node: Any) -> None:
    """Raises 42P10 for a lateral reference out of the wrong side of an outer join."""
    if item.lateral_only and not item.lateral_ok:
        raise error_at(
            node,
            "42P10",
            f'invalid reference to FROM-clause entry for table "{item.alias}"',
            detail=None
            if item.is_target
            else "The combining JOIN type must be INNER or LEFT for a LATERAL reference.",
            hint=f'There is an entry for table "{item.alias}", but {_NOT_FROM_HERE}.'
            if item.is_target
            else None,
        )


def _in_items(level: Level, name: str, node: Any) -> Expression | None:
    found: Expression | None = None
    visible = [item for item in level.items if item.is_visible and _can_see(level, item)]
    for item in visible:
        column = _declared(level, item, name, node)
        if column is None:
            continue
        if found is not None:
            raise error_at(node, "42702", f'column reference "{name}" is ambiguous')
        _check_lateral(item, node)
        found = column
    if found is not None:
        return found
    # What is no column of any item is an attribute of the dynamic one, if there is one; but the
    # item's own name is its row.
    dynamic = [item for item in level.items if item.is_dynamic and _can_see(level, item)]
    if not dynamic or any(item.alias == name and item.is_named for item in level.items):
        return None
    if len(dynamic) > 1:
        known = [i for i in dynamic if i.table and any(a == name for a, _ in i.table.attributes)]
        if len(known) != 1:
            raise error_at(node, "42702", f'column reference "{name}" is ambiguous')
        dynamic = known
    return _attribute(level, dynamic[0], name, node)


def column_of(level: Level, item: Item, name: str, node: Any) -> Expression | None:
    """Returns the item's column of that name, or None."""
    found = _declared(level, item, name, node)
    if found is None and item.is_dynamic:
        return _attribute(level, item, name, node)
    return found


def _declared(level: Level, item: Item, name: str, node: Any) -> Expression | None:
    found: Expression | None = None
    for position, column in enumerate(item.columns):
        if column.name == name:
            if found is not None:
                raise error_at(node, "42702", f'column reference "{name}" is ambiguous')
            found = item_column(level, item, position, node)
    if found is not None:
        return found
    if item.table is not None and item.is_stored and name in SYSTEM_COLUMNS:
        return SystemColumn(item.relation, name, SYSTEM_COLUMNS[name])
    is_system = item.schema in {"pg_catalog", "information_schema"} and item.columns
    if is_system and name == "tableoid":
        return Const(item.columns[0].table_id, oids.OID)
    return None


def item_column(
    level: Level, item: Item, position: int, node: Any, *, is_read: bool = True
) -> Expression:
    """Returns one of the item's columns; unless it `is_read`, that takes no privilege yet, and is no use of it."""
    field = item.columns[position]
    if field.table_id and is_read:
        level.context.used_columns.add((field.table_id, field.column_number))
    if item.values is None:
        found = reference_to(item.relation, position, field)
        level.remember(found, node)
        if is_read:
            _note_read(item, position)
        return found
    if item.through is not None:
        _note_read_through(item.through, position)
    value = item.values[position]
    if isinstance(value, ColumnRef):
        value = replace(value)
        level.remember(value, node)
        if is_read:
            note_reads(level, value)
    return value


def note_reads(level: Level, expression: Expression) -> None:
    """Notes that the statement needs the privileges to read what an expression is made of."""
    for part in walk(expression):
        if isinstance(part, ColumnRef) and part.relation < len(level.relations):
            _note_read(level.relations[part.relation], part.position)


def _note_read(item: Item, position: int) -> None:
    """Notes that the statement needs the privilege to read a column."""
    if item.need is not None and position < len(item.columns):
        item.need.on("r", (item.columns[position].column_number,))


def _note_read_through(through: Through, position: int) -> None:
    """Notes the privileges to read a column of a view that is written to, and what it is under it."""
    *under, (need, _) = through.layers
    need.on("r", (position + 1,))
    base = through.positions[position]
    for need, numbers in under:
        need.on("r", (numbers[base],) if isinstance(base, int) else ())


def _attribute(level: Level, item: Item, name: str, node: Any) -> ColumnRef:
    assert item.table is not None
    if name not in item.attributes:
        item.attributes.append(name)
    position = len(item.columns) + item.attributes.index(name)
    column = ColumnRef(item.relation, position, name, attribute_type(item.table, name))
    level.remember(column, node)
    return column


def _qualified_item(level: Level, names: list[str], node: Any) -> tuple[Level, Item]:
    """Returns the FROM item that `t`, `s.t` or `db.s.t` means, with its query. Raises 42P01, 0A000."""
    if len(names) > 3:
        message = f"improper qualified name (too many dotted names): {_shown(node)}"
        raise error_at(node, "42601", message)
    if len(names) == 3 and names[0] != level.context.env.database:
        message = f"cross-database references are not implemented: {_shown(node)}"
        raise error_at(node, "0A000", message)
    name = names[-1]
    schema = names[-2] if len(names) > 1 else None
    for at in _around(level):
        found: Item | None = None
        for item in at.items:
            if item.alias != name or not item.is_named or not _can_see(at, item):
                continue
            if schema is not None and (item.schema != schema or not item.is_plain):
                continue
            if found is not None:
                raise error_at(node, "42P09", f'table reference "{name}" is ambiguous')
            _check_lateral(item, node)
            found = item
        if found is not None:
            return at, found
    raise _missing(level, name, node)


def _missing(level: Level, name: str, node: Any) -> DatabaseError:
    invalid = f'invalid reference to FROM-clause entry for table "{name}"'
    for at in _around(level):
        for item in _once([*at.relations, *at.items, *at.hidden]):
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
    whole = item if item.whole is None else item.whole
    used = level.context.used_columns
    # Who uses a whole row depends on no column of it.
    level.context.used_columns = set()
    columns = tuple(expand(level, whole, node))
    level.context.used_columns = used
    if item.is_scalar:
        return columns[0]
    type_, names = oids.RECORD, tuple([column.name for column in whole.columns])
    match item.row_of:
        case CompositeType(id=type_, attributes=attributes):
            names = tuple([each.name for each in attributes])
        case Table() | View():
            type_ = row_type_id(item.row_of.id)
            names = tuple([each.name for each in item.row_of.columns])
        case None:
            pass
    if whole.values is not None:
        return RowConstructor(columns, names, type_)
    references = tuple([column for column in columns if isinstance(column, ColumnRef)])
    if whole.is_dynamic:
        names = tuple([column.name for column in references])
    return WholeRow(item.relation, references, type_, nullable=item.is_nullable, names=names)


def expand(level: Level, item: Item, node: Any, *, is_read: bool = True) -> Iterator[Expression]:
    """Yields the item's columns as `*` means them: declared ones, then attributes as first seen."""
    for position in range(len(item.columns)):
        yield item_column(level, item, position, node, is_read=is_read)
    if item.is_dynamic and item.table is not None:
        for name, _ in item.table.attributes:
            yield _attribute(level, item, name, node)


def names_of(item: Item) -> list[str]:
    """Returns the names of what `expand` yields."""
    names = [column.name for column in item.columns]
    if item.is_dynamic and item.table is not None:
        names += [name for name, _ in item.table.attributes]
    return names


def expand_star(level: Level, node: Any) -> list[tuple[str, Expression]] | None:
    """Returns what `*`, `t.*` or `s.t.*` stands for, with names; None for any other node."""
    if not is_a(node, ast.ColumnRef) or not isinstance(node.fields[-1], ast.A_Star):
        return None
    names = [part.sval for part in node.fields[:-1]]
    if names:
        at, item = _qualified_item(level, names, node)
        columns = [lowered(level, at, column) for column in expand(at, item, node)]
        return list(zip(names_of(item), columns, strict=True))
    visible = [item for item in level.items if item.is_visible and _can_see(level, item)]
    if not visible:
        raise error_at(node, "42601", "SELECT * with no tables specified is not valid")
    return [
        pair
        for item in visible
        for pair in zip(names_of(item), expand(level, item, node), strict=True)
    ]


def record_columns(record: Expression) -> list[tuple[str, int, int]] | None:
    """Returns names, types and typmods of a row's columns, or None where they aren't known."""
    match record:
        case WholeRow(columns=columns):
            return [(column.name, column.type, column.typmod) for column in columns]
        case _:
            return None
