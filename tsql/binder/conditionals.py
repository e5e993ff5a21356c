"""CASE, COALESCE, GREATEST and LEAST: members of one common type (manual, section 10.5)."""

from collections.abc import Sequence
from typing import Any

from tsql.binder.coercion import (
    coerce_to_boolean,
    coerce_to_common,
    common_typmod,
    known,
    select_common_type,
)
from tsql.binder.context import Level
from tsql.binder.derived_collations import check_order
from tsql.binder.operators import call_operator, ordering_proc
from tsql.bound import Case, CaseOperand, Coalesce, Const, Expression, MinMax
from tsql.parser import enums
from tsql.types import oids


def bind_case(level: Level, node: Any) -> Expression:
    """Binds an `ast.CaseExpr`."""
    before, level.no_sets_in = level.no_sets_in, "CASE"
    try:
        return _case(level, node)
    finally:
        level.no_sets_in = before


def _case(level: Level, node: Any) -> Expression:
    operand = None
    if node.arg is not None:
        operand = known(level.context, level.bind(level, node.arg), node.arg)
    conditions, results, nodes = [], [], []
    for when in node.args:
        conditions.append(_condition(level, operand, when))
        results.append(level.bind(level, when.result))
        nodes.append(when.result)
    default: Expression = Const(None, oids.UNKNOWN)
    if node.defresult is not None:
        default = level.bind(level, node.defresult)
    target = select_common_type([default, *results], [node.defresult, *nodes], "CASE")
    context = level.context
    default = coerce_to_common(context, default, target, "CASE/ELSE", node.defresult)
    results = [
        coerce_to_common(context, result, target, "CASE/WHEN", result_node)
        for result, result_node in zip(results, nodes, strict=True)
    ]
    typmod = common_typmod([default, *results], target)
    whens = tuple(zip(conditions, results, strict=True))
    return Case(operand, whens, default, target, typmod)


def _condition(level: Level, operand: Expression | None, when: Any) -> Expression:
    condition = level.bind(level, when.expr)
    if operand is not None:
        value = CaseOperand(operand.type, operand.typmod)
        place = when.location
        condition = call_operator(level, "=", value, condition, place, (None, when.expr))
    return coerce_to_boolean(level.context, condition, "CASE/WHEN", when.expr)


def _members(level: Level, nodes: Sequence[Any], construct: str) -> tuple[list[Expression], int]:
    """Returns the members at their common type."""
    members = [level.bind(level, member) for member in nodes]
    target = select_common_type(members, nodes, construct)
    return [
        coerce_to_common(level.context, member, target, construct, member_node)
        for member, member_node in zip(members, nodes, strict=True)
    ], target


def bind_coalesce(level: Level, node: Any) -> Expression:
    """Binds an `ast.CoalesceExpr`."""
    before, level.no_sets_in = level.no_sets_in, "COALESCE"
    try:
        members, target = _members(level, node.args, "COALESCE")
    finally:
        level.no_sets_in = before
    return Coalesce(tuple(members), target, common_typmod(members, target))


def bind_min_max(level: Level, node: Any) -> Expression:
    """Binds an `ast.MinMaxExpr`."""
    greatest = node.op == enums.MinMaxOp.IS_GREATEST
    members, target = _members(level, node.args, "GREATEST" if greatest else "LEAST")
    less = ordering_proc(target, is_less=True, node=node)
    check_order(members, node)
    return MinMax(tuple(members), greatest, less, target, common_typmod(members, target))
