"""What `t.*` and `(record).*` stand for: in target lists, in ROW(…) and in the rows of VALUES."""

from collections.abc import Sequence
from typing import Any, Final

from storage.row_types import relation_of
from tsql.binder.coercion import as_base, coerce, is_unknown_literal
from tsql.binder.columns import expand_star
from tsql.binder.containers import bind_indirection, field_access, fields_of, note_field
from tsql.binder.context import Level
from tsql.binder.locations import error_at
from tsql.binder.nodes import is_a
from tsql.binder.shown_names import type_name
from tsql.bound import Expression, RowConstructor, WholeRow
from tsql.parser import ast
from tsql.types import oids
from tsql.types.composites import attributes_of, is_composite, is_row

_ROW_FIELDS_MAX: Final = 1664


def expand(level: Level, node: Any) -> list[tuple[str, Expression]] | None:
    """Returns names and columns of what a star stands for; None for any other node. Raises 42809."""
    if is_a(node, ast.A_Indirection) and isinstance(node.indirection[-1], ast.A_Star):
        return _fields_of_record(level, node)
    return expand_star(level, node)


def bind_list(level: Level, nodes: Sequence[Any]) -> list[tuple[Expression, Any]]:
    """Binds expressions, of which each star may be several; returns them with their nodes."""
    bound: list[tuple[Expression, Any]] = []
    for node in nodes:
        columns = expand(level, node)
        if columns is None:
            bound.append((level.bind(level, node), node))
        else:
            bound += [(column, node) for _, column in columns]
    return bound


def bind_row(level: Level, node: Any) -> Expression:
    """Binds an `ast.RowExpr`. Raises 54011."""
    fields: list[Expression] = []
    unknown: list[int] = []
    for bound, field_node in bind_list(level, node.args or ()):
        if is_unknown_literal(bound):
            unknown.append(len(fields))
            fields.append(coerce(level.context, bound, oids.TEXT, node=field_node))
        else:
            fields.append(bound)
    if len(fields) > _ROW_FIELDS_MAX:
        message = f"ROW expressions can have at most {_ROW_FIELDS_MAX} entries"
        raise error_at(node.location, "54011", message)
    names = tuple([f"f{at}" for at in range(1, len(fields) + 1)])
    return RowConstructor(tuple(fields), names, unknown=tuple(unknown))


def _fields_of_record(level: Level, node: Any) -> list[tuple[str, Expression]]:
    *parts, _ = node.indirection
    inner = ast.A_Indirection(arg=node.arg, indirection=tuple(parts)) if parts else None
    record = level.bind(level, node.arg) if inner is None else bind_indirection(level, inner)
    places = level.context.field_places or []
    for number, (place, at, field) in enumerate(places):
        if place is inner:
            # What names the field is the node that is in the tree.
            places[number] = (node, at, field)
    record = as_base(record)
    if not is_row(record.type):
        message = f"type {type_name(record.type)} is not composite"
        raise error_at(node, "42809", message)
    if isinstance(record, WholeRow):
        for position in range(len(record.columns)):
            note_field(level, record, position)
        return [(column.name, column) for column in record.columns]
    fields = fields_of(level, record)
    if fields is None:
        raise error_at(node, "42809", "record type has not been registered")
    columns: list[tuple[str, Expression]] = []
    known = _known_to_view(level, record)
    for position, (name, type_, typmod) in enumerate(fields):
        if known is not None and position not in known:
            continue
        note_field(level, record, position)
        columns.append((name, field_access(level, record, position, type_, typmod)))
    return columns


def _known_to_view(level: Level, record: Expression) -> set[int] | None:
    """Returns the places of the fields that the type had when the view was made; None where that is no matter."""
    if not level.context.views or not is_composite(record.type):
        return None
    owner = relation_of(record.type) or record.type
    numbers = {
        each.sub_id
        for each in level.context.views[-1].relies_on
        if each.id == owner and each.sub_id
    }
    attributes = attributes_of(record.type, level.context.env)
    return {at for at, each in enumerate(attributes) if each.number in numbers}
