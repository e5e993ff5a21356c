"""Subqueries in expressions: EXISTS, scalar ones, ARRAY(…), IN, op ANY and op ALL."""

from dataclasses import replace
from typing import Any

from tsql.binder.context import Level
from tsql.binder.locations import error_at, unsupported_at
from tsql.binder.operators import call_operator
from tsql.binder.pathways import array_of
from tsql.binder.tree import replaced
from tsql.bound import BoundSelect, Expression, Param, Subquery
from tsql.parser import ast, enums
from tsql.types import oids
from tsql.types.type_names import type_name

_Type = enums.SubLinkType


def bind_sublink(level: Level, node: Any) -> Expression:
    """Binds an `ast.SubLink`. Raises 42601, 0A000."""
    forbidden = level.clause.no_subqueries
    if forbidden is not None:
        raise error_at(node.location, "0A000", f"cannot use subquery in {forbidden}")
    select = level.bind_select(level.child(), node.subselect)
    match node.subLinkType:
        case _Type.EXISTS_SUBLINK:
            return Subquery("exists", select, oids.BOOL)
        case _Type.EXPR_SUBLINK:
            _check_single(select, node)
            field = select.fields[0]
            return Subquery("scalar", select, field.type, field.typmod)
        case _Type.ARRAY_SUBLINK:
            return _array(select, node)
        case _Type.ANY_SUBLINK | _Type.ALL_SUBLINK:
            return _quantified(level, select, node)
        case _:
            raise unsupported_at(node, "this form of subquery")


def _check_single(select: BoundSelect, node: Any) -> None:
    if len(select.fields) != 1:
        raise error_at(node.location, "42601", "subquery must return only one column")


def _array(select: BoundSelect, node: Any) -> Expression:
    _check_single(select, node)
    field = select.fields[0]
    array = array_of(field.type)
    if not array:
        message = f"could not find array type for data type {type_name(field.type)}"
        raise error_at(node.location, "42704", message)
    return Subquery("array", select, array, field.typmod)


def _quantified(level: Level, select: BoundSelect, node: Any) -> Expression:
    width = len(node.testexpr.args or ()) if isinstance(node.testexpr, ast.RowExpr) else 1
    if len(select.fields) != width:
        words = "many" if len(select.fields) > width else "few"
        raise error_at(node.location, "42601", f"subquery has too {words} columns")
    if width != 1:
        raise unsupported_at(node, "comparison of a row with a subquery's")
    names: Any = node.operName or "="
    place = node.location
    kind = "any" if node.subLinkType == _Type.ANY_SUBLINK else "all"
    test = level.bind(level, node.testexpr)
    # The comparison is resolved with a stand-in for the subquery's column, whose conversion is
    # then done inside the subquery.
    column = Param(0, select.fields[0].type, select.fields[0].typmod)
    call = call_operator(level, names, test, column, place, (node.testexpr, None))
    if call.type != oids.BOOL:
        message = f"operator {call.operator} must return type boolean, not type"
        raise error_at(place, "42804", f"{message} {type_name(call.type)}")
    left, right = call.arguments
    return Subquery(
        kind,
        _with_conversion(select, column, right),
        oids.BOOL,
        test=left,
        proc=call.proc,
        argument_types=call.argument_types,
        operator=call.operator or "",
    )


def _with_conversion(select: BoundSelect, column: Param, converted: Expression) -> BoundSelect:
    """Returns the subquery with its column converted as the comparison wants it."""
    if converted is column:
        return select
    target = select.targets[0]
    expression = replaced(converted, lambda node: target.expression if node is column else None)
    field = replace(select.fields[0], type=expression.type, typmod=expression.typmod)
    return replace(
        select,
        targets=(replace(target, expression=expression), *select.targets[1:]),
        fields=(field, *select.fields[1:]),
    )
