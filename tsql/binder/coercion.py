"""Conversions as expressions.

A literal is read by its type's input function, anything else becomes a cast function's call, the
same value under another type, or a fitted length.

    coerce              for arguments: the conversion must exist
    coerce_to           CAST and assignment: None where there is no conversion; with the typmod
    coerce_to_common    CASE, COALESCE, VALUES, ARRAY: their members to one type
"""

from collections.abc import Sequence
from typing import Any, Final

from storage.errors import DatabaseError
from tsql.binder import polymorphism
from tsql.binder.context import Context
from tsql.binder.locations import error_at, position_of
from tsql.binder.pathways import (
    ANYTHING,
    CoercionContext,
    Method,
    Pathway,
    can_coerce,
    category_of,
    length_pathway,
    pathway,
    prefers,
    true_element,
)
from tsql.binder.shown_names import type_name
from tsql.bound import (
    ArrayCoerce,
    ArrayConstructor,
    CoerceToDomain,
    CoerceViaIO,
    ColumnRef,
    Const,
    Expression,
    FunctionCall,
    Param,
    ParameterColumn,
    Relabel,
    RowConstructor,
    WholeRow,
)
from tsql.catalog import pg
from tsql.functions.registry import implementation_of
from tsql.types import oids
from tsql.types.composites import attributes_of, is_composite
from tsql.types.io import input_of
from tsql.types.kinds import base_of, base_type, is_domain

#: Types whose input depends on the moment: 'now', 'today'.
_CLOCK_TYPES: Final = frozenset(
    {oids.DATE, oids.TIME, oids.TIMETZ, oids.TIMESTAMP, oids.TIMESTAMPTZ}
)
_CLOCK_WORDS: Final = ("now", "today", "tomorrow", "yesterday")


def coerce(
    context: Context,
    expression: Expression,
    target: int,
    how: CoercionContext = CoercionContext.IMPLICIT,
    *,
    typmod: int = -1,
    node: Any = None,
) -> Expression:
    """Returns the expression as one of type `target`; that it can be must be known.

    `typmod` only matters where input or cast functions take it; `coerce_to` sees to it always.
    """
    source = expression.type
    if source == target or target in ANYTHING:
        return expression
    if target in polymorphism.TYPES and source != oids.UNKNOWN:
        return as_base(expression) if target in polymorphism.ARRAYS else expression
    if source == oids.RECORD and is_composite(base_type(target)):
        return _coerce_row(context, expression, target, how, node)
    if is_domain(target):
        return _coerce_to_domain(context, expression, target, how, node)
    if is_domain(source):
        expression = as_base(expression)
        source = expression.type
        if source == target:
            return expression
    if source == oids.UNKNOWN:
        return _coerce_unknown(context, expression, target, typmod, node)
    if target == oids.RECORD and is_composite(source):
        return expression  # As in PostgreSQL a row stays of its type.
    way = pathway(target, source, how)
    if way is not None:
        return _convert(expression, target, typmod, (way.method, way.function), how)
    if (
        source == oids.RECORD_ARRAY
        or is_composite(source)
        or target in {oids.RECORD, oids.RECORD_ARRAY}
    ):
        return Relabel(expression, target)
    raise DatabaseError(
        "XX000",
        f"failed to find conversion function from {type_name(source)} to {type_name(target)}",
    )


def as_base(expression: Expression) -> Expression:
    """Returns a value of a domain as one of the type that it is over; any other as it is."""
    if not is_domain(expression.type):
        return expression
    return Relabel(expression, *base_of(expression.type, -1))


def _coerce_row(
    context: Context, expression: Expression, target: int, how: CoercionContext, node: Any
) -> Expression:
    """Returns a row whose fields are known as one of a composite type. Raises 42846."""
    fields, type_ = row_fields(expression), base_type(target)
    attributes = attributes_of(type_, context.env)
    context.rely_on(target)
    context.rely_on(type_)
    nodes = getattr(node, "args", None) or ()
    nodes = nodes if len(nodes) == len(fields) else (node,) * len(fields)
    shown = f"cannot cast type record to {type_name(target)}"
    if len(fields) != len(attributes):
        few = "few" if len(fields) < len(attributes) else "many"
        detail = f"Input has too {few} columns."
        raise error_at(node, "42846", shown, detail=detail)
    converted = []
    for number, (field, attribute) in enumerate(zip(fields, attributes, strict=True), 1):
        part = coerce_to(
            context, field, attribute.sql_type, attribute.typmod, how, node=nodes[number - 1]
        )
        if part is None:
            detail = (
                f"Cannot cast type {type_name(field.type)} to {type_name(attribute.sql_type)}"
                f" in column {number}."
            )
            raise error_at(nodes[number - 1], "42846", shown, detail=detail)
        converted.append(part)
    names = tuple([attribute.name for attribute in attributes])
    row = RowConstructor(tuple(converted), names, type_)
    return CoerceToDomain(row, target) if is_domain(target) else row


def row_fields(expression: Expression) -> tuple[Expression, ...]:
    """Returns the fields of a row that is written out, or a table's; () for any other."""
    match expression:
        case RowConstructor(fields=fields, type=oids.RECORD, unknown=unknown):
            return tuple(
                [
                    Const(part.value, oids.UNKNOWN)
                    if at in unknown and isinstance(part, Const)
                    else part
                    for at, part in enumerate(fields)
                ]
            )
        case WholeRow(columns=columns):
            return columns
        case _:
            return ()


def _coerce_to_domain(
    context: Context, expression: Expression, domain: int, how: CoercionContext, node: Any
) -> Expression:
    context.rely_on(domain)
    if isinstance(expression, Param) and expression.type == oids.UNKNOWN:
        # Its input function has tested it already, unless it is NULL.
        parameter = context.infer_parameter(expression, domain, position_of(node))
        return CoerceToDomain(as_base(parameter), domain)
    if isinstance(expression, ParameterColumn):
        return CoerceToDomain(as_base(_inferred_column(context, expression, domain, node)), domain)
    base, typmod = base_of(domain, -1)
    value = coerce(context, expression, base, how, typmod=typmod, node=node)
    return CoerceToDomain(fit_length(value, typmod, how), domain)


def _coerce_unknown(
    context: Context, expression: Expression, target: int, typmod: int, node: Any
) -> Expression:
    match expression:
        case Const(value=None):
            return Const(None, target)
        case Const(value=text):
            return literal(context, text, target, typmod, position_of(node))
        case Param():
            return context.infer_parameter(expression, target, position_of(node))
        case ParameterColumn():
            return _inferred_column(context, expression, target, node)
        case _:
            own_typmod = typmod if target == oids.INTERVAL else -1
            return CoerceViaIO(expression, target, own_typmod)


def _inferred_column(
    context: Context, column: ParameterColumn, target: int, node: Any
) -> ColumnRef:
    """Gives parameters of unknown type this one. Raises 42P08 if one has another already."""
    for number in column.numbers:
        context.infer_parameter(Param(number, oids.UNKNOWN), target, position_of(node))
    return ColumnRef(column.relation, column.position, column.name, target)


def literal(context: Context, text: str, target: int, typmod: int, position: int | None) -> Const:
    """Returns an unknown literal read as the type. Raises what its input function does, with the position."""
    # Only interval's input needs its fields; lengths are fitted by the functions for that, whose
    # rules for explicit casts differ from the input functions'.
    own_typmod = typmod if target == oids.INTERVAL else -1
    element = true_element(target)
    if (element or target) in _CLOCK_TYPES and any(word in text.lower() for word in _CLOCK_WORDS):
        context.reads_clock = True
    try:
        value = input_of(target)(text, own_typmod, context.env)
        if target in {oids.REGCLASS, oids.REGTYPE}:
            context.rely_on(value)
        return Const(value, target, own_typmod)
    except DatabaseError as error:
        if error.position is None:
            error.position = position
        raise


def _convert(
    expression: Expression, target: int, typmod: int, way: tuple[Method, int], how: CoercionContext
) -> Expression:
    method, function = way
    if method is Method.RELABEL:
        return Relabel(expression, target)
    if method is Method.IO:
        return CoerceViaIO(expression, target)
    if method is Method.FUNCTION:
        return _cast_call(expression, function, target, typmod, how)
    element = ColumnRef(0, 0, "", true_element(expression.type), expression.typmod)
    inner = pathway(true_element(target), element.type, how)
    assert inner is not None
    return ArrayCoerce(
        expression, _element(element, true_element(target), typmod, inner, how), target
    )


def _element(
    element: ColumnRef, target: int, typmod: int, way: Pathway, how: CoercionContext
) -> Expression:
    """Returns an array's element as one of another type."""
    base, base_typmod = base_of(target, typmod)
    value = as_base(element)
    if value.type != base:
        value = _convert(value, base, base_typmod, (way.method, way.function), how)
    if not is_domain(target):
        return value
    return CoerceToDomain(fit_length(value, base_typmod, how), target)


def _cast_call(
    expression: Expression, function: int, target: int, typmod: int, how: CoercionContext
) -> FunctionCall:
    """Returns the call of a cast function; some take the typmod, and whether the cast is explicit."""
    proc = pg.procs()[function]
    if implementation_of(proc) is None:
        raise DatabaseError(
            "0A000",
            f"cast from {type_name(expression.type)} to {type_name(target)} is not supported",
        )
    arguments: list[Expression] = [expression]
    if proc.argument_count >= 2:
        arguments.append(Const(typmod, oids.INT4))
    if proc.argument_count == 3:
        arguments.append(Const(how is CoercionContext.EXPLICIT, oids.BOOL))
    types = (expression.type, *proc.argument_types[1:])
    result_typmod = typmod if proc.argument_count >= 2 else -1
    return FunctionCall(proc, tuple(arguments), target, result_typmod, types)


def fit_length(expression: Expression, typmod: int, how: CoercionContext) -> Expression:
    """Returns the expression with its value fitted to the type modifier."""
    if typmod == expression.typmod:
        return expression
    way = length_pathway(expression.type) if typmod >= 0 else None
    if way is None:
        return Relabel(expression, expression.type, typmod)
    if way.method is Method.FUNCTION:
        return _cast_call(expression, way.function, expression.type, typmod, how)
    element = ColumnRef(0, 0, "", true_element(expression.type), expression.typmod)
    return ArrayCoerce(expression, fit_length(element, typmod, how), expression.type, typmod)


def coerce_to(
    context: Context,
    expression: Expression,
    target: int,
    typmod: int,
    how: CoercionContext,
    *,
    node: Any = None,
) -> Expression | None:
    """Returns the expression converted to type and typmod, or None if there is no such conversion."""
    if not can_coerce([expression.type], [target], how) and not _is_row_cast(expression, target):
        return None
    converted = coerce(context, expression, target, how, typmod=typmod, node=node)
    return fit_length(converted, typmod, how)


def _is_row_cast(expression: Expression, target: int) -> bool:
    if target == oids.RECORD:
        return isinstance(expression, RowConstructor)
    is_row = isinstance(expression, RowConstructor | WholeRow)
    return is_row and expression.type == oids.RECORD and is_composite(base_type(target))


# ---- what a clause asks for ----------------------------------------------------------------------


def coerce_to_boolean(
    context: Context, expression: Expression, construct: str, node: Any
) -> Expression:
    """Returns the expression as a condition of `construct`: WHERE, AND, CASE/WHEN … Raises 42804."""
    return coerce_to_specific(context, expression, oids.BOOL, construct, node)


def coerce_to_specific(
    context: Context, expression: Expression, target: int, construct: str, node: Any
) -> Expression:
    """Returns the expression as the type that `construct` takes. Raises 42804."""
    if expression.type == target:
        return expression
    converted = coerce_to(context, expression, target, -1, CoercionContext.ASSIGNMENT, node=node)
    if converted is None:
        raise error_at(
            node,
            "42804",
            f"argument of {construct} must be type {type_name(target)},"
            f" not type {type_name(expression.type)}",
        )
    return converted


def select_common_type(
    expressions: Sequence[Expression], nodes: Sequence[Any], construct: str
) -> int:
    """Returns the type of CASE, COALESCE, VALUES … from their members' (manual, 10.5). Raises 42804."""
    chosen = expressions[0].type
    if chosen != oids.UNKNOWN and all(e.type == chosen for e in expressions[1:]):
        return chosen
    chosen = base_type(chosen)
    for expression, node in zip(expressions[1:], nodes[1:], strict=True):
        other = base_type(expression.type)
        if other in {oids.UNKNOWN, chosen}:
            continue
        if chosen == oids.UNKNOWN:
            chosen = other
        elif category_of(other) != category_of(chosen):
            raise error_at(
                node,
                "42804",
                f"{construct} types {type_name(chosen)} and {type_name(other)} cannot be matched",
            )
        elif prefers(other, chosen):
            chosen = other
    return oids.TEXT if chosen == oids.UNKNOWN else chosen


def coerce_to_common(
    context: Context, expression: Expression, target: int, construct: str, node: Any
) -> Expression:
    """Returns a member of CASE, COALESCE … at the common type. Raises 42846."""
    if expression.type == target:
        return expression
    if can_coerce([expression.type], [target], CoercionContext.IMPLICIT):
        return coerce(context, expression, target, node=node)
    raise error_at(
        node,
        "42846",
        f"{construct} could not convert type {type_name(expression.type)} to {type_name(target)}",
    )


def common_typmod(expressions: Sequence[Expression], target: int) -> int:
    """Returns the typmod that all have, if they all have the type too; else -1."""
    first = expressions[0].typmod
    if all(e.type == target and e.typmod == first for e in expressions):
        return first
    return -1


def known(context: Context, expression: Expression, node: Any) -> Expression:
    """Returns the expression as text if nothing has given it a type."""
    if expression.type != oids.UNKNOWN:
        return expression
    return coerce(context, expression, oids.TEXT, node=node)


def is_unknown_literal(expression: Expression) -> bool:
    """Returns whether it is a literal without a type."""
    return isinstance(expression, Const) and expression.type == oids.UNKNOWN


def array_constructor(elements: tuple[Expression, ...], array: int) -> ArrayConstructor:
    """Returns the array of scalars."""
    return ArrayConstructor(elements, False, array)
