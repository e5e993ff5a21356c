"""ARRAY[…], subscripts, and fields of rows."""

from collections.abc import Sequence
from typing import Any, Final

from storage.errors import DatabaseError
from storage.row_types import relation_of
from tsql.binder.coercion import (
    as_base,
    coerce,
    coerce_to,
    coerce_to_common,
    select_common_type,
)
from tsql.binder.columns import as_call, record_columns
from tsql.binder.context import Level
from tsql.binder.derived_collations import is_collatable
from tsql.binder.functions import output_columns
from tsql.binder.locations import error_at
from tsql.binder.pathways import (
    CoercionContext,
    array_of,
    can_coerce,
    is_true_array,
    is_vector,
    true_element,
)
from tsql.binder.shown_names import type_name
from tsql.bound import (
    ArrayConstructor,
    ColumnRef,
    Const,
    Expression,
    FieldAccess,
    FunctionCall,
    Relabel,
    RowConstructor,
    SetRef,
    Slot,
    Subscript,
    WholeRow,
)
from tsql.catalog import pg
from tsql.parser import ast, with_fields
from tsql.types import oids
from tsql.types.collations import is_foreign
from tsql.types.composites import attributes_of, is_composite, is_row
from tsql.types.kinds import base_type

_SUBSCRIPTS_MAX: Final = 6

# ---- ARRAY[…] ------------------------------------------------------------------------------------


def bind_array(level: Level, node: Any, target: int = 0) -> Expression:
    """Binds an `ast.A_ArrayExpr`; `target` is the array type to which it is being cast, if any."""
    nodes = node.elements or ()
    target = target if is_true_array(target) else 0
    elements, nested = _elements(level, nodes, target)
    if target:
        element_type = target if nested else true_element(target)
        members = [_cast(level, e, element_type, n) for e, n in zip(elements, nodes, strict=True)]
        return ArrayConstructor(tuple(members), nested, target)
    if not elements:
        raise error_at(
            node.location,
            "42P18",
            "cannot determine type of empty array",
            hint="Explicitly cast to the desired type, for example ARRAY[]::integer[].",
        )
    common = select_common_type(elements, nodes, "ARRAY")
    if nested and not true_element(common):
        message = f"could not find element type for data type {type_name(common)}"
        raise error_at(node.location, "42704", message)
    array = common if nested else array_of(common)
    if not array:
        message = f"could not find array type for data type {type_name(common)}"
        raise error_at(node.location, "42704", message)
    members = [
        coerce_to_common(level.context, e, common, "ARRAY", n)
        for e, n in zip(elements, nodes, strict=True)
    ]
    return ArrayConstructor(tuple(members), nested, array)


def _elements(level: Level, nodes: Sequence[Any], target: int) -> tuple[list[Expression], bool]:
    """Returns the elements, and whether they are arrays themselves."""
    elements, nested = [], False
    for element in nodes:
        if isinstance(element, ast.A_ArrayExpr):
            elements.append(bind_array(level, element, target))
            nested = True
            continue
        bound = level.bind(level, element)
        nested = nested or (is_true_array(bound.type) and not is_vector(bound.type))
        elements.append(bound)
    return elements, nested


def _cast(level: Level, element: Expression, target: int, node: Any) -> Expression:
    converted = coerce_to(level.context, element, target, -1, CoercionContext.EXPLICIT, node=node)
    if converted is None:
        shown = f"{type_name(element.type)} to {type_name(target)}"
        raise error_at(node, "42846", f"cannot cast type {shown}")
    return converted


# ---- a[1], (r).f ---------------------------------------------------------------------------------


def bind_indirection(level: Level, node: Any) -> Expression:
    """Binds an `ast.A_Indirection`: any number of subscripts and fields behind an expression."""
    value = level.bind(level, node.arg)
    subscripts: list[Any] = []
    for at, part in enumerate(node.indirection):
        if isinstance(part, ast.A_Indices):
            subscripts.append(part)
            continue
        if isinstance(part, ast.A_Star):
            raise error_at(node, "0A000", 'row expansion via "*" is not supported here')
        if subscripts:
            value = subscripted(level, value, subscripts, node)
            subscripts = []
        before = node.indirection[:at]
        argument = with_fields(node, indirection=before) if before else node.arg
        value = field_of(level, value, part.sval, argument, node)
    return subscripted(level, value, subscripts, node) if subscripts else value


def field_of(level: Level, record: Expression, name: str, argument: Any, node: Any) -> Expression:
    """Returns (record).name, or name(record) if no field but a function is called so. Raises 42703, 42809.

    `argument` is what the record has been bound from.
    """
    record = as_base(record)
    at = 0 if argument is node.arg else len(argument.indirection)
    field = field_named(level, record, name, (node, at)) if is_row(record.type) else None
    if field is None:
        field = as_call(level, name, argument)
    if field is not None:
        return field
    if not is_row(record.type):
        shown = f".{name} applied to type {type_name(record.type)}"
        message = f"column notation {shown}, which is not a composite type"
        raise error_at(node, "42809", message)
    message = f'could not identify column "{name}" in record data type'
    if isinstance(record, WholeRow):
        message = f"column {level.relations[record.relation].alias}.{name} does not exist"
    elif is_composite(record.type):
        message = f'column "{name}" not found in data type {type_name(record.type)}'
    raise error_at(node, "42703", message)


def field_named(
    level: Level, record: Expression, name: str, place: tuple[Any, int]
) -> Expression | None:
    """Returns a row's field, or None if it has none of that name.

    `place`: the node that names it, and which of its names does (-1: the function's).
    """
    for position, (field, type_, typmod) in enumerate(fields_of(level, record) or ()):
        if field == name:
            noted = note_field(level, record, position)
            if noted is not None and level.context.field_places is not None:
                level.context.field_places.append((*place, noted))
            if isinstance(record, WholeRow):
                return record.columns[position]
            return field_access(level, record, position, type_, typmod)
    return None


def field_access(
    level: Level, record: Expression, position: int, type_: int, typmod: int
) -> Expression:
    """Returns a row's field, under the collation that its type names for it."""
    access = FieldAccess(record, position, type_, typmod)
    row_type = base_type(record.type)
    if not is_composite(row_type) or not is_collatable(type_):
        return access
    collation = attributes_of(row_type, level.context.env)[position].collation
    return Relabel(access, type_, typmod, collation=collation) if is_foreign(collation) else access


def note_field(level: Level, record: Expression, position: int) -> tuple[int, int] | None:
    """Notes that the statement reads a field of a composite type, a relation's column perhaps; returns which.

    A table that is being made has a row type that nobody knows yet.
    """
    if not is_composite(record.type) or record.type not in pg.types():
        return None
    number = attributes_of(record.type, level.context.env)[position].number
    field = (relation_of(record.type) or record.type, number)
    level.context.used_columns.add(field)
    return field


def fields_of(level: Level, record: Expression) -> list[tuple[str, int, int]] | None:
    """Returns names, types and typmods of a record's fields, or None where they aren't known."""
    if is_composite(record.type) and not isinstance(record, WholeRow):
        attributes = attributes_of(record.type, level.context.env)
        level.context.rely_on(record.type)
        return [(each.name, each.sql_type, each.typmod) for each in attributes]
    match record:
        case RowConstructor(fields=fields, names=names):
            return [
                (name, field.type, field.typmod) for name, field in zip(names, fields, strict=True)
            ]
        case FunctionCall():
            columns = output_columns(record)
            return None if columns is None else [(name, type_, -1) for name, type_ in columns]
        case SetRef(position=position):
            return fields_of(level, level.sets[position])
        case Slot(number=number) if number in level.slots and level.parent is not None:
            return fields_of(level.parent, level.outer[level.slots.index(number)])
        case ColumnRef(relation=relation, position=position) if relation < len(level.relations):
            of_item = level.relations[relation].columns
            known = of_item[position].record if position < len(of_item) else None
            return None if known is None else list(known)
        case _:
            return record_columns(record)


def subscripted(
    level: Level, container: Expression, subscripts: Sequence[Any], node: Any
) -> Expression:
    """Returns container[…]…. Raises 42804, 54000."""
    return bind_subscripts(level, container, subscripts, node)


def bind_subscripts(
    level: Level, container: Expression, subscripts: Sequence[Any], node: Any
) -> Subscript:
    """Returns likewise, as the subscripts that it is."""
    container = as_base(container)
    if container.type == oids.JSONB:
        return _jsonb_path(level, container, subscripts, node)
    if container.type == oids.NAME:
        return _letter_of_name(level, container, subscripts)
    element = true_element(container.type)
    if not element:
        message = f"cannot subscript type {type_name(container.type)}"
        message += " because it does not support subscripting"
        raise error_at(node, "42804", message)
    if len(subscripts) > _SUBSCRIPTS_MAX:
        raise DatabaseError(
            "54000",
            f"number of array dimensions ({len(subscripts)})"
            f" exceeds the maximum allowed ({_SUBSCRIPTS_MAX})",
        )
    is_slice = any(part.is_slice for part in subscripts)
    upper = [_index(level, part.uidx) for part in subscripts]
    if not is_slice:
        return Subscript(container, tuple(upper), (), element, container.typmod)
    # In a slice, [n] alone means [1:n].
    lower = [
        _index(level, part.lidx) if part.is_slice else Const(1, oids.INT4) for part in subscripts
    ]
    return Subscript(container, tuple(upper), tuple(lower), container.type, container.typmod)


def _letter_of_name(level: Level, container: Expression, subscripts: Sequence[Any]) -> Subscript:
    """A name is an array of 64 letters, counted from 0."""
    if any(part.is_slice for part in subscripts):
        raise DatabaseError("0A000", "slices of fixed-length arrays not implemented")
    indexes = tuple(_index(level, part.uidx) for part in subscripts)
    return Subscript(container, indexes, (), oids.CHAR, -1)


def _index(level: Level, node: Any) -> Expression | None:
    if node is None:
        return None
    index = level.bind(level, node)
    converted = coerce_to(
        level.context, index, oids.INT4, -1, CoercionContext.ASSIGNMENT, node=node
    )
    if converted is None:
        raise error_at(node, "42804", "array subscript must have type integer")
    return converted


def _jsonb_path(
    level: Level, container: Expression, subscripts: Sequence[Any], node: Any
) -> Subscript:
    if any(part.is_slice for part in subscripts):
        first = subscripts[0].lidx if subscripts[0].uidx is None else subscripts[0].uidx
        at = node if first is None else first
        raise error_at(at, "42804", "jsonb subscript does not support slices")
    path = [_jsonb_key(level, part.uidx) for part in subscripts]
    return Subscript(container, tuple(path), (), oids.JSONB)


def _jsonb_key(level: Level, node: Any) -> Expression:
    key = level.bind(level, node)
    if key.type == oids.UNKNOWN:
        return coerce(level.context, key, oids.TEXT, node=node)
    fitting = [
        type_
        for type_ in (oids.INT4, oids.TEXT)
        if can_coerce([key.type], [type_], CoercionContext.IMPLICIT)
    ]
    if len(fitting) != 1:
        raise error_at(
            node,
            "42804",
            f"subscript type {type_name(key.type)} is not supported",
            hint="jsonb subscript must be coercible to either integer or text.",
        )
    return coerce(level.context, key, fitting[0], node=node)
