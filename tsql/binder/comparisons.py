"""`a op b` in all its forms: operators, IN, BETWEEN, ANY, ALL, IS DISTINCT FROM, NULLIF, rows."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from tsql.binder.bulk import constant_array, first_member
from tsql.binder.coercion import coerce, coerce_to_boolean
from tsql.binder.context import Level
from tsql.binder.locations import error_at, unsupported_at
from tsql.binder.operators import call_operator, compare_with_array
from tsql.binder.pathways import array_of, common_type_of
from tsql.binder.shown_names import type_name
from tsql.binder.tree import walk
from tsql.bound import (
    And,
    ArrayConstructor,
    ColumnRef,
    Expression,
    FunctionCall,
    IsDistinct,
    IsNull,
    Not,
    NullIf,
    Or,
    RowComparison,
)
from tsql.parser import ConstantList, ast, enums
from tsql.types import oids
from tsql.types.composites import is_row
from tsql.types.kinds import base_type

_Kind = enums.A_Expr_Kind
_PLAIN: Final = frozenset(
    {_Kind.AEXPR_OP, _Kind.AEXPR_LIKE, _Kind.AEXPR_ILIKE, _Kind.AEXPR_SIMILAR}
)
_ROW_OPERATORS: Final = frozenset({"=", "<>", "<", "<=", ">", ">="})
#: Those of the operator families for patterns, which sort strings by bytes.
_PATTERN_OPERATORS: Final = {"~<~": "<", "~<=~": "<=", "~>=~": ">=", "~>~": ">"}


def bind_operator(level: Level, node: Any) -> Expression:
    """Binds an `ast.A_Expr`."""
    if node.kind in _PLAIN:
        return _chain(level, node)
    return _FORMS[node.kind](level, node)


def _chain(level: Level, node: Any) -> Expression:
    """Binds `a op b op c …` from the innermost on, in a loop: it may be thousands long."""
    links = []
    while isinstance(node, ast.A_Expr) and node.kind in _PLAIN:
        links.append(node)
        if _is_row(node.lexpr) or node.lexpr is None:
            break
        node = node.lexpr
    innermost = links.pop()
    left: Expression = _operation(level, innermost)
    before = innermost
    while links:
        link = links.pop()
        right = level.bind(level, link.rexpr)
        nodes = (before, link.rexpr)
        left = call_operator(level, link.name, left, right, link.location, nodes)
        before = link
    return left


def _operation(level: Level, node: Any) -> Expression:
    if _is_row(node.lexpr) and _is_row(node.rexpr):
        left = _row_fields(level, node.lexpr)
        right = _row_fields(level, node.rexpr)
        nodes = (node.lexpr.args or (), node.rexpr.args or ())
        return compare_rows(level, node.name, left, right, nodes, node.location)
    if _is_row(node.lexpr) and _is_scalar_sublink(node.rexpr):
        # The binder of subqueries compares by this module: it is found through the context.
        return level.context.bind_row_comparison(level, node.lexpr, node.name, node.rexpr)
    left_node = node.lexpr
    operand = None if left_node is None else level.bind(level, left_node)
    right_operand = level.bind(level, node.rexpr)
    nodes = (left_node, node.rexpr)
    return call_operator(level, node.name, operand, right_operand, node.location, nodes)


def _is_row(node: Any) -> bool:
    return isinstance(node, ast.RowExpr)


def _is_scalar_sublink(node: Any) -> bool:
    return isinstance(node, ast.SubLink) and node.subLinkType == enums.SubLinkType.EXPR_SUBLINK


def _row_fields(level: Level, node: Any) -> list[Expression]:
    return [level.bind(level, field) for field in node.args or ()]


# ---- rows ----------------------------------------------------------------------------------------


def compare_rows(
    level: Level,
    names: Any,
    left: Sequence[Expression],
    right: Sequence[Expression],
    nodes: tuple[Sequence[Any], Sequence[Any]],
    place: int | None,
) -> Expression:
    """Returns (a, b) op (c, d). Raises 42601, 42804, 0A000."""
    if len(left) != len(right):
        raise error_at(place, "42601", "unequal number of entries in row expressions")
    if not left:
        raise error_at(place, "0A000", "cannot compare rows of zero length")
    pairs = [
        call_operator(level, names, a, b, place, places)
        for a, b, places in zip(left, right, zip(*nodes, strict=True), strict=True)
    ]
    for pair in pairs:
        if pair.type != oids.BOOL:
            message = "row comparison operator must yield type boolean, not type"
            raise error_at(place, "42804", f"{message} {type_name(pair.type)}")
    if len(pairs) == 1:
        return pairs[0]
    written = pairs[0].operator or ""
    name, below = _PATTERN_OPERATORS.get(written, written), "<"
    if written in _PATTERN_OPERATORS:
        below = "~<~"
    if name not in _ROW_OPERATORS:
        raise error_at(
            place,
            "0A000",
            f"could not determine interpretation of row comparison operator {written}",
            hint="Row comparison operators must be associated with btree operator families.",
        )
    firsts = tuple([pair.arguments[0] for pair in pairs])
    seconds = tuple([pair.arguments[1] for pair in pairs])
    equals = [call_operator(level, "=", a, b, place) for a, b in zip(firsts, seconds, strict=True)]
    less = [call_operator(level, below, a, b, place) for a, b in zip(firsts, seconds, strict=True)]
    return RowComparison(
        name,
        firsts,
        seconds,
        tuple([call.proc for call in equals]),
        tuple([call.proc for call in less]),
    )


# ---- IS DISTINCT FROM, NULLIF --------------------------------------------------------------------


def _is_distinct(level: Level, node: Any) -> Expression:
    negated = node.kind == _Kind.AEXPR_NOT_DISTINCT
    left_node, right_node = node.lexpr, node.rexpr
    for null, other in ((right_node, left_node), (left_node, right_node)):
        if isinstance(null, ast.A_Const) and null.isnull:
            argument = level.bind(level, other)
            return IsNull(argument, not negated, of_whole=is_row(base_type(argument.type)))
    if _is_row(left_node) and _is_row(right_node):
        return _rows_distinct(level, node, negated)
    left, right = level.bind(level, left_node), level.bind(level, right_node)
    equals = _equality(level, left, right, node, "IS DISTINCT FROM")
    return IsDistinct(equals, negated)


def _rows_distinct(level: Level, node: Any, negated: bool) -> Expression:
    left, right = _row_fields(level, node.lexpr), _row_fields(level, node.rexpr)
    if len(left) != len(right):
        message = "unequal number of entries in row expressions"
        raise error_at(node.location, "42601", message)
    parts = tuple(
        [
            IsDistinct(_equality(level, a, b, node, "IS DISTINCT FROM"), negated=False)
            for a, b in zip(left, right, strict=True)
        ]
    )
    distinct: Expression = parts[0] if len(parts) == 1 else Or(parts)
    return Not(distinct) if negated else distinct


def _equality(
    level: Level, left: Expression, right: Expression, node: Any, construct: str
) -> FunctionCall:
    nodes = (node.lexpr, node.rexpr)
    equals = call_operator(level, node.name, left, right, node.location, nodes)
    if equals.type != oids.BOOL:
        message = f"{construct} requires = operator to yield boolean"
        raise error_at(node.location, "42804", message)
    return equals


def _null_if(level: Level, node: Any) -> Expression:
    left, right = level.bind(level, node.lexpr), level.bind(level, node.rexpr)
    equals = _equality(level, left, right, node, "NULLIF")
    first = equals.arguments[0]
    return NullIf(first, equals, first.type, first.typmod)


# ---- IN, ANY, ALL --------------------------------------------------------------------------------


def _in(level: Level, node: Any) -> Expression:
    """Binds `a IN (b, c)`: over what reads no column as one array, where the types allow it."""
    is_or = node.name[0].sval == "="
    left_node, place = node.lexpr, node.location
    if _is_row(left_node):
        return _in_rows(level, node, is_or)
    left = level.bind(level, left_node)
    if isinstance(node.rexpr, ConstantList):
        return _in_constants(level, left, node, is_or)
    members = [(level.bind(level, member), member) for member in node.rexpr]
    fixed = [pair for pair in members if not _reads_columns(pair[0])]
    others = [pair for pair in members if _reads_columns(pair[0])]
    result: list[Expression] = []
    array = _member_array(level, left, fixed) if len(fixed) > 1 else None
    if array is not None:
        result.append(
            compare_with_array(
                level, node.name, left, array, place, (left_node, None), is_any=is_or
            )
        )
    else:
        others = members
    for member, member_node in others:
        nodes = (left_node, member_node)
        test = call_operator(level, node.name, left, member, place, nodes)
        result.append(coerce_to_boolean(level.context, test, "IN", node))
    if len(result) == 1:
        return result[0]
    return Or(tuple(result)) if is_or else And(tuple(result))


def _in_constants(level: Level, left: Expression, node: Any, is_or: bool) -> Expression:
    """Binds IN over a list that the parser has taken out of the tree."""
    array = constant_array(level.context, node.rexpr, left.type)
    place, nodes = node.location, (node.lexpr, None)
    if array is None:
        call_operator(level, node.name, left, first_member(node.rexpr), place, nodes)
        raise unsupported_at(place, "IN list of such constants")
    return compare_with_array(level, node.name, left, array, place, nodes, is_any=is_or)


def _reads_columns(expression: Expression) -> bool:
    return any(isinstance(part, ColumnRef) for part in walk(expression))


def _member_array(
    level: Level, left: Expression, members: Sequence[tuple[Expression, Any]]
) -> ArrayConstructor | None:
    types = [left.type, *(member.type for member, _ in members)]
    common = common_type_of(types)
    array = array_of(common) if common not in {0, oids.RECORD} else 0
    if not array:
        return None
    elements = [coerce(level.context, member, common, node=node) for member, node in members]
    return ArrayConstructor(tuple(elements), False, array)


def _in_rows(level: Level, node: Any, is_or: bool) -> Expression:
    tests: list[Expression] = []
    for member in node.rexpr:
        left = _row_fields(level, node.lexpr)
        if not _is_row(member):
            right = level.bind(level, member)
            row = level.bind(level, node.lexpr)
            tests.append(call_operator(level, node.name, row, right, node.location))
            continue
        nodes = (node.lexpr.args or (), member.args or ())
        right_fields = _row_fields(level, member)
        tests.append(compare_rows(level, node.name, left, right_fields, nodes, node.location))
    if len(tests) == 1:
        return tests[0]
    return Or(tuple(tests)) if is_or else And(tuple(tests))


def _quantified(level: Level, node: Any) -> Expression:
    left, right = level.bind(level, node.lexpr), level.bind(level, node.rexpr)
    is_any = node.kind == _Kind.AEXPR_OP_ANY
    nodes = (node.lexpr, node.rexpr)
    return compare_with_array(level, node.name, left, right, node.location, nodes, is_any=is_any)


# ---- BETWEEN -------------------------------------------------------------------------------------


def _between(level: Level, node: Any) -> Expression:
    low, high = node.rexpr

    def test(operator: str, bound: Any) -> Expression:
        left, right = level.bind(level, node.lexpr), level.bind(level, bound)
        return call_operator(level, operator, left, right, node.location, (node.lexpr, bound))

    def inside(first: Any, last: Any) -> Expression:
        return And((test(">=", first), test("<=", last)))

    def outside(first: Any, last: Any) -> Expression:
        return Or((test("<", first), test(">", last)))

    match node.kind:
        case _Kind.AEXPR_BETWEEN:
            return inside(low, high)
        case _Kind.AEXPR_NOT_BETWEEN:
            return outside(low, high)
        case _Kind.AEXPR_BETWEEN_SYM:
            return Or((inside(low, high), inside(high, low)))
        case _:
            return And((outside(low, high), outside(high, low)))


_FORMS: Final[dict[Any, Callable[[Level, Any], Expression]]] = {
    _Kind.AEXPR_OP_ANY: _quantified,
    _Kind.AEXPR_OP_ALL: _quantified,
    _Kind.AEXPR_DISTINCT: _is_distinct,
    _Kind.AEXPR_NOT_DISTINCT: _is_distinct,
    _Kind.AEXPR_NULLIF: _null_if,
    _Kind.AEXPR_IN: _in,
    _Kind.AEXPR_BETWEEN: _between,
    _Kind.AEXPR_NOT_BETWEEN: _between,
    _Kind.AEXPR_BETWEEN_SYM: _between,
    _Kind.AEXPR_NOT_BETWEEN_SYM: _between,
}
