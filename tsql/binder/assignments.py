"""Assignment: which column a write names, and a value made fit for it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from storage.errors import DatabaseError
from storage.records import dataclass
from storage.schema import Column, Table
from tsql.binder.attributes import attribute_type
from tsql.binder.coercion import as_base, coerce, coerce_to
from tsql.binder.columns import SYSTEM_COLUMNS
from tsql.binder.containers import bind_subscripts
from tsql.binder.context import Context, Item, Level, NotWritable
from tsql.binder.locations import error_at
from tsql.binder.nodes import is_a
from tsql.binder.pathways import CoercionContext
from tsql.binder.shown_names import type_name
from tsql.bound import (
    CoerceToDomain,
    Default,
    Expression,
    FieldAccess,
    FieldAssignment,
    SubscriptAssignment,
)
from tsql.parser import ast
from tsql.types import oids
from tsql.types.composites import attributes_of, is_composite
from tsql.types.kinds import base_of, is_domain


@dataclass(frozen=True, slots=True)
class Destination:
    """A column to write, or (`type` 0) an undeclared attribute, which takes any type.

    Attributes:
        parts: Subscripts, where only a part of the column is written.
        place: Where it is named.
        fault: Why a column of a view can't be written to.
    """

    position: int
    name: str
    type: int
    typmod: int = -1
    parts: tuple[Any, ...] = ()
    place: int | None = None
    fault: NotWritable | None = None

    def column_name(self, table: Table) -> str:
        """Returns what the table calls it."""
        if 0 <= self.position < len(table.columns):
            return table.columns[self.position].name
        return self.name


def view_column(
    item: Item, at: int, name: str, parts: tuple[Any, ...] = (), place: int | None = None
) -> Destination:
    """Returns the column of the table that the n-th of a view is."""
    through, field = item.through, item.columns[at]
    assert through is not None
    position = through.positions[at]
    if isinstance(position, NotWritable):
        return Destination(-1 - at, name, field.type, field.typmod, parts, place, position)
    assert through.base.table is not None
    column = through.base.table.columns[position]
    return Destination(position, name, column.sql_type, column.typmod, parts, place)


def check_writable(to: Destination, doing: str) -> None:
    """Raises 0A000 for a view's column that can't be written to."""
    if to.fault is not None:
        raise not_writable(to.fault, doing)


def not_writable(fault: NotWritable, doing: str) -> DatabaseError:
    """Returns the error for a view's column that isn't one of the table's."""
    message = f'cannot {doing} column "{fault.column}" of view "{fault.view}"'
    return DatabaseError("0A000", message, detail=fault.reason)


def destination(item: Item, target: Any, *, is_update: bool) -> Destination:
    """Returns the column that an `ast.ResTarget` names. Raises 42703, 0A000."""
    name = target.name
    if item.through is not None:
        return _destination_in_view(item, target, is_update=is_update)
    table = item.table
    assert table is not None
    for position, column in enumerate(table.columns):
        if column.name == name:
            parts = tuple(target.indirection or ())
            return Destination(
                position, name, column.sql_type, column.typmod, parts, target.location
            )
    _check_not_system(target, is_update=is_update)
    if not item.is_dynamic or target.indirection:
        message = f'column "{name}" of relation "{table.name}" does not exist'
        raise error_at(target.location, "42703", message)
    if name not in item.attributes:
        item.attributes.append(name)
    return Destination(len(table.columns) + item.attributes.index(name), name, 0)


def _destination_in_view(item: Item, target: Any, *, is_update: bool) -> Destination:
    for at, field in enumerate(item.columns):
        if field.name == target.name:
            parts = tuple(target.indirection or ())
            return view_column(item, at, field.name, parts, target.location)
    _check_not_system(target, is_update=is_update)
    assert item.through is not None
    message = f'column "{target.name}" of relation "{item.through.view.name}" does not exist'
    raise error_at(target.location, "42703", message)


def _check_not_system(target: Any, *, is_update: bool) -> None:
    if target.name in SYSTEM_COLUMNS and is_update:
        message = f'cannot assign to system column "{target.name}"'
        raise error_at(target.location, "0A000", message)


def overwrites(to: Destination, others: Sequence[Destination]) -> bool:
    """Returns whether a column is written twice; several different parts of one may be."""
    return any(o.position == to.position and not (o.parts and to.parts) for o in others)


def generated_always(column: Column, message: str, *, hint: bool = False) -> DatabaseError:
    """Returns the error for a value given to a column that makes its own."""
    what = "is an identity column defined as GENERATED ALWAYS."
    return DatabaseError(
        "428C9",
        message,
        detail=f'Column "{column.name}" {what if column.identity else "is a generated column."}',
        hint="Use OVERRIDING SYSTEM VALUE to override." if hint else None,
    )


def assigned_part(
    level: Level, container: Expression, expression: Expression, to: Destination, node: Any
) -> Expression:
    """Returns the column's value (`container`) with a part replaced. Raises 42804, 42703, 0A000."""
    if isinstance(expression, Default):
        what = "an array element" if is_a(to.parts[0], ast.A_Indices) else "a subfield"
        raise error_at(to.place, "0A000", f"cannot set {what} to DEFAULT")
    if container.type == oids.NAME:
        raise error_at(to.place, "0A000", "assigning to a letter of a name is not supported")
    if isinstance(container, CoerceToDomain):  # of the part before: the last one tests the whole
        container = container.argument
    changed = _replaced(level, container, to.parts, (expression, node), to)
    return CoerceToDomain(changed, to.type) if is_domain(to.type) else changed


def _replaced(
    level: Level,
    container: Expression,
    parts: tuple[Any, ...],
    value: tuple[Expression, Any],
    to: Destination,
) -> Expression:
    """Returns a container with what its parts lead to replaced by the value."""
    if not is_a(parts[0], ast.A_Indices):
        return _with_field(level, as_base(container), parts, value, to)
    count = next((at for at, part in enumerate(parts) if not is_a(part, ast.A_Indices)), len(parts))
    subscripts = bind_subscripts(level, container, parts[:count], to.place)
    if count < len(parts):
        new = _replaced(level, subscripts, parts[count:], value, to)
        if is_domain(subscripts.type):
            new = CoerceToDomain(new, subscripts.type)
    else:
        new = _fitted(level, subscripts.type, -1, value, to, "subscripted assignment to")
    type_, typmod = base_of(container.type, container.typmod)
    return SubscriptAssignment(
        subscripts.container, subscripts.upper, subscripts.lower, new, type_, typmod
    )


def _with_field(
    level: Level,
    container: Expression,
    parts: tuple[Any, ...],
    value: tuple[Expression, Any],
    to: Destination,
) -> Expression:
    name = parts[0].sval
    shown = f'cannot assign to field "{name}" of column "{to.name}" because'
    if not is_composite(container.type):
        message = f"{shown} its type {type_name(container.type)} is not a composite type"
        raise error_at(to.place, "42804", message)
    attributes = attributes_of(container.type, level.context.env)
    level.context.rely_on(container.type)
    position = next((at for at, each in enumerate(attributes) if each.name == name), None)
    if position is None:
        message = f"{shown} there is no such column in data type {type_name(container.type)}"
        raise error_at(to.place, "42703", message)
    attribute = attributes[position]
    new: Expression
    if len(parts) > 1:
        field = FieldAccess(container, position, attribute.sql_type, attribute.typmod)
        new = _replaced(level, field, parts[1:], value, to)
        if is_domain(attribute.sql_type):
            new = CoerceToDomain(new, attribute.sql_type)
    else:
        to_field = replace(to, name=name)
        new = _fitted(level, attribute.sql_type, attribute.typmod, value, to_field, "subfield")
    types = tuple([each.sql_type for each in attributes])
    return FieldAssignment(container, position, new, container.type, fields=types)


def _fitted(
    level: Level,
    type_: int,
    typmod: int,
    value: tuple[Expression, Any],
    to: Destination,
    what: str,
) -> Expression:
    """Returns the value as the part that it replaces. Raises 42804."""
    expression, node = value
    converted = coerce_to(
        level.context, expression, type_, typmod, CoercionContext.ASSIGNMENT, node=node
    )
    if converted is None:
        verb = "is of type" if what == "subfield" else "requires type"
        raise error_at(
            to.place,
            "42804",
            f'{what} "{to.name}" {verb} {type_name(type_)}'
            f" but expression is of type {type_name(expression.type)}",
            hint="You will need to rewrite or cast the expression.",
        )
    return converted


def assigned(
    context: Context, table: Table, expression: Expression, to: Destination, node: Any
) -> Expression:
    """Returns the value converted to the column's type. Raises 42804."""
    if isinstance(expression, Default):
        return expression
    if not to.type:
        return _attribute_value(context, table, expression, to, node)
    converted = coerce_to(
        context, expression, to.type, to.typmod, CoercionContext.ASSIGNMENT, node=node
    )
    if converted is None:
        raise error_at(
            node,
            "42804",
            f'column "{to.name}" is of type {type_name(to.type)}'
            f" but expression is of type {type_name(expression.type)}",
            hint="You will need to rewrite or cast the expression.",
        )
    return converted


_NUMBERS: Final = frozenset({oids.INT2, oids.INT4, oids.INT8, oids.FLOAT4, oids.FLOAT8})


def _attribute_value(
    context: Context, table: Table, expression: Expression, to: Destination, node: Any
) -> Expression:
    """Returns the value as it is; a literal without a type is read as what the attribute is."""
    seen = any(name == to.name for name, _ in table.attributes)
    if expression.type in _NUMBERS:
        # In a table of DynamoDB's all numbers are numeric, so that one kind of them stays one.
        is_numeric = seen and attribute_type(table, to.name) == oids.NUMERIC
        if is_numeric or table.dynamodb_settings is not None:
            return coerce(context, expression, oids.NUMERIC, node=node)
        return expression
    if expression.type != oids.UNKNOWN:
        return expression
    type_ = attribute_type(table, to.name) if seen else oids.TEXT
    return coerce(context, expression, type_, node=node)
