"""Subqueries in expressions: EXISTS, scalar ones, ARRAY(…), IN, op ANY and op ALL, rows.

What a subquery uses of the queries around it becomes a slot inside of it, and one of the `outer`
expressions outside: so whatever is asked of an expression (which columns does it read? may it stand
above the grouping?) sees them like any others.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from tsql.binder.comparisons import compare_rows
from tsql.binder.context import Level
from tsql.binder.derived_collations import derived
from tsql.binder.locations import error_at, unsupported_at
from tsql.binder.pathways import array_of, is_true_array
from tsql.binder.shown_names import type_name
from tsql.binder.targets import fields_from
from tsql.binder.tree import replaced
from tsql.bound import (
    BoundSelect,
    ColumnRef,
    Expression,
    Field,
    FieldAccess,
    FunctionCall,
    RowComparison,
    Subquery,
)
from tsql.parser import ast, enums
from tsql.types import oids

_Type = enums.SubLinkType


def bind_sublink(level: Level, node: Any) -> Expression:
    """Binds an `ast.SubLink`. Raises 42601, 0A000."""
    match node.subLinkType:
        case _Type.EXISTS_SUBLINK:
            select, outer = _select(level, node)
            return Subquery("exists", select, oids.BOOL, **outer)
        case _Type.EXPR_SUBLINK:
            select, outer = _select(level, node)
            _check_single(select, node)
            field = select.fields[0]
            return Subquery("scalar", select, field.type, field.typmod, **outer)
        case _Type.ARRAY_SUBLINK:
            return _array(level, node)
        case _Type.ANY_SUBLINK | _Type.ALL_SUBLINK:
            return _quantified(level, node)
        case _:
            raise unsupported_at(node, "this form of subquery")


def _select(level: Level, node: Any) -> tuple[BoundSelect, dict[str, Any]]:
    forbidden = level.clause.no_subqueries
    if forbidden is not None:
        raise error_at(node.location, "0A000", f"cannot use subquery in {forbidden}")
    inner = level.child()
    select = level.bind_select(inner, node.subselect)
    return select, {"slots": tuple(inner.slots), "outer": tuple(inner.outer)}


def _check_single(select: BoundSelect, node: Any) -> None:
    if len(select.fields) != 1:
        raise error_at(node.location, "42601", "subquery must return only one column")


def _array(level: Level, node: Any) -> Expression:
    select, outer = _select(level, node)
    _check_single(select, node)
    field = select.fields[0]
    array = array_of(field.type)
    if not array and is_true_array(field.type):
        return Subquery("arrays", select, field.type, field.typmod, **outer)
    if not array:
        message = f"could not find array type for data type {type_name(field.type)}"
        raise error_at(node.location, "42704", message)
    return Subquery("array", select, array, field.typmod, **outer)


# ---- comparisons ---------------------------------------------------------------------------------


def _quantified(level: Level, node: Any) -> Expression:
    is_row = isinstance(node.testexpr, ast.RowExpr)
    test_nodes = list(node.testexpr.args or ()) if is_row else [node.testexpr]
    kind = "any" if node.subLinkType == _Type.ANY_SUBLINK else "all"
    select, outer = _select(level, node)
    tests = [level.bind(level, test) for test in test_nodes]
    return _comparison(level, kind, (tests, test_nodes), (select, outer), node)


def bind_row_comparison(level: Level, row: Any, names: Any, node: Any) -> Expression:
    """Binds (a, b) op (SELECT …): the subquery gives one row at most."""
    select, outer = _select(level, node)
    nodes = list(row.args or ())
    tests = [level.bind(level, test) for test in nodes]
    return _comparison(level, "row", (tests, nodes), (select, outer), node, names)


def _comparison(
    level: Level,
    kind: str,
    test: tuple[Sequence[Expression], Sequence[Any]],
    query: tuple[BoundSelect, dict[str, Any]],
    node: Any,
    operator: Any = None,
) -> Expression:
    tests, test_nodes = test
    select, outer = query
    if len(select.fields) != len(tests):
        words = "many" if len(select.fields) > len(tests) else "few"
        raise error_at(node.location, "42601", f"subquery has too {words} columns")
    names: Any = operator or node.operName or "="
    place = node.location
    # The comparison is resolved with stand-ins for both sides; conversions of the subquery's
    # columns are then done inside the subquery.
    columns = [_stand_in(1, at, field) for at, field in enumerate(select.fields)]
    comparison = compare_rows(
        level, names, tests, columns, (test_nodes, [None] * len(columns)), place
    )
    if comparison.type != oids.BOOL:
        message = "operator must return type boolean, not type"
        raise error_at(place, "42804", f"{message} {type_name(comparison.type)}")
    lefts, rights = _sides(comparison)
    select = _with_conversions(select, columns, rights)
    return Subquery(
        kind,
        select,
        oids.BOOL,
        test=tuple(lefts),
        comparison=_over_stand_ins(comparison, lefts, rights),
        **outer,
    )


def _stand_in(relation: int, position: int, of: Any) -> ColumnRef:
    collation = of.collation if isinstance(of, Field) else derived(of)
    return ColumnRef(relation, position, "", of.type, of.typmod, collation=collation)


def _sides(comparison: Expression) -> tuple[list[Expression], list[Expression]]:
    match comparison:
        case FunctionCall(arguments=(left, right)):
            return [left], [right]
        case RowComparison(left=lefts, right=rights):
            return list(lefts), list(rights)
        case _:
            raise AssertionError("a comparison of rows is a call or a RowComparison")


def _over_stand_ins(
    comparison: Expression, lefts: Sequence[Expression], rights: Sequence[Expression]
) -> Expression:
    first = tuple([_stand_in(0, at, left) for at, left in enumerate(lefts)])
    second = tuple([_stand_in(1, at, right) for at, right in enumerate(rights)])
    match comparison:
        case FunctionCall():
            return replace(comparison, arguments=(*first, *second))
        case _:
            assert isinstance(comparison, RowComparison)
            return replace(comparison, left=first, right=second)


def _with_conversions(
    select: BoundSelect, columns: Sequence[ColumnRef], converted: Sequence[Expression]
) -> BoundSelect:
    """Returns the subquery with its columns converted as the comparison wants them."""
    targets = list(select.targets)
    for at, (column, wanted) in enumerate(zip(columns, converted, strict=True)):
        if wanted is column:
            continue
        expression = replaced(wanted, _put(targets[at].expression, column))
        targets[at] = replace(targets[at], expression=expression)
    if all(new is old for new, old in zip(targets, select.targets, strict=True)):
        return select
    fields = fields_from(targets[: len(select.fields)])
    return replace(select, targets=tuple(targets), fields=fields)


def _put(expression: Expression, column: ColumnRef) -> Callable[[Any], Any]:
    return lambda node: expression if node is column else None


# ---- SET (a, b) = (SELECT …) ---------------------------------------------------------------------


def bind_row_subquery(level: Level, node: Any, count: int) -> list[Expression]:
    """Returns the columns of the one row of a subquery, or NULLs. Raises 42601."""
    select, outer = _select(level, node)
    if len(select.fields) != count:
        message = "number of columns does not match number of values"
        raise error_at(node.location, "42601", message)
    row = Subquery("record", select, oids.RECORD, **outer)
    return [
        FieldAccess(row, position, field.type, field.typmod)
        for position, field in enumerate(select.fields)
    ]
