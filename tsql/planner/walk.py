"""Walks over bound expressions: what one refers to, and copies of one with parts replaced.

Walks use a list of their own instead of recursion: a chain of 8,000 operators fits into 16 KB.
"""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from tsql import bound
from tsql.bound import (
    ColumnRef,
    Const,
    Expression,
    FunctionCall,
    Param,
    SortKey,
    Subquery,
    SystemColumn,
)
from tsql.types.kinds import is_domain

_LEAVES = (
    bound.Const,
    bound.Param,
    bound.ColumnRef,
    bound.SystemColumn,
    bound.CaseOperand,
    bound.GroupRef,
    bound.GroupingRef,
    bound.WindowRef,
    bound.SetRef,
    bound.Slot,
    bound.Default,
)


def children(expression: Expression) -> list[Expression]:  # noqa: C901, PLR0912 - one case a node
    """Returns the expressions directly inside one (a subquery's own are not among them)."""
    match expression:
        case bound.FunctionCall() | bound.And() | bound.Or() | bound.Coalesce() | bound.MinMax():
            return list(expression.arguments)
        case bound.AggregateCall():
            parts = [*expression.arguments, *expression.direct_arguments]
            parts += [key.expression for key in expression.order_by]
            return parts if expression.filter is None else [*parts, expression.filter]
        case (
            bound.Relabel() | bound.CoerceViaIO() | bound.Not() | bound.IsNull() | bound.IsBoolean()
        ):
            return [expression.argument]
        case bound.CoerceToDomain():
            return [expression.argument]
        case bound.ArrayCoerce():
            return [expression.argument]  # `element` stands over a row of its own
        case bound.IsDistinct():
            return [expression.equals]
        case bound.Case():
            parts = [part for pair in expression.whens for part in pair]
            return [*parts, *(p for p in (expression.operand, expression.default) if p is not None)]
        case bound.NullIf():
            return [expression.first, expression.equals]
        case bound.ArrayConstructor():
            return list(expression.elements)
        case bound.RowConstructor():
            return list(expression.fields)
        case bound.RowComparison():
            return [*expression.left, *expression.right]
        case bound.ArrayComparison():
            return [expression.scalar, expression.array]
        case bound.Subscript():
            bounds = [part for part in (*expression.upper, *expression.lower) if part is not None]
            return [expression.container, *bounds]
        case bound.SubscriptAssignment():
            bounds = [part for part in (*expression.upper, *expression.lower) if part is not None]
            return [expression.container, *bounds, expression.value]
        case bound.FieldAssignment():
            return [expression.container, expression.value]
        case bound.FieldAccess():
            return [expression.record]
        case bound.WholeRow():
            return list(expression.columns)
        case bound.Subquery():
            return [*expression.test, *expression.outer]
        case bound.SubqueryCall() | bound.GroupingCall():
            return list(expression.arguments)
        case bound.WindowCall():
            return _window_parts(expression)
        case _:
            return []


def _window_parts(call: bound.WindowCall) -> list[Expression]:
    window = call.window
    parts = list(call.arguments)
    parts += [key.expression for key in (*window.partition_by, *window.order_by)]
    offsets = (window.start.offset, window.end.offset, call.filter)
    return [*parts, *(part for part in offsets if part is not None)]


def walk(expression: Expression) -> Iterator[Expression]:
    """Yields the expression and everything inside it."""
    pending = [expression]
    while pending:
        current = pending.pop()
        yield current
        if not isinstance(current, _LEAVES):
            pending += children(current)


def columns_of(expression: Expression, relation: int = 0) -> set[int]:
    """Returns the positions of the relation's columns that the expression reads."""
    return {
        node.position
        for node in walk(expression)
        if isinstance(node, ColumnRef) and node.relation == relation
    }


def named_columns(expression: Expression) -> tuple[list[int], bool]:
    """Returns the positions of the columns that an expression over one table names, in order.

    And whether it names the whole row, too.
    """
    found: set[int] = set()
    names_row = False
    pending = [expression]
    while pending:
        current = pending.pop()
        if isinstance(current, ColumnRef):
            found.add(current.position)
        elif isinstance(current, bound.WholeRow):
            names_row = True
        elif not isinstance(current, _LEAVES):
            pending += children(current)
    return sorted(found), names_row


def needs_row(expression: Expression) -> bool:
    """Returns whether the expression reads a row at all."""
    return any(
        isinstance(node, ColumnRef | SystemColumn | bound.GroupRef | bound.SetRef | bound.WindowRef)
        for node in walk(expression)
    )


def has_system_columns(expression: Expression) -> bool:
    """Returns whether the expression reads ctid, xmin or the like."""
    return any(isinstance(node, SystemColumn) for node in walk(expression))


def is_volatile(expression: Expression) -> bool:
    """Returns whether two evaluations in one statement may differ."""
    return any(
        (isinstance(node, FunctionCall) and node.proc.volatility == "v")
        or (isinstance(node, bound.SubqueryCall) and node.is_volatile)
        for node in walk(expression)
    )


#: Their values depend on settings, on the moment or on what ALTER DOMAIN does.
_MUTABLE = (Param, bound.Slot, bound.SubqueryCall, bound.CoerceViaIO, bound.CoerceToDomain)


def is_immutable(expression: Expression) -> bool:
    """Returns whether the expression has one value for ever."""
    return is_fixed(expression) and not any(
        isinstance(node, _MUTABLE)
        or (isinstance(node, FunctionCall) and node.proc.volatility != "i")
        for node in walk(expression)
    )


def is_computable(expression: Expression) -> bool:
    """Returns whether the expression has one value for ever, parameters being known."""
    return is_fixed(expression) and not any(
        isinstance(node, bound.Slot | bound.SubqueryCall | bound.CoerceToDomain)
        or (isinstance(node, FunctionCall) and node.proc.volatility != "i")
        for node in walk(expression)
    )


def is_fixed(expression: Expression) -> bool:
    """Returns whether the expression has one value for the whole statement."""
    for node in walk(expression):
        match node:
            case ColumnRef() | SystemColumn() | bound.GroupRef() | bound.SetRef():
                return False
            case bound.WindowRef() | bound.GroupingRef() | bound.WindowCall():
                return False
            case bound.SubqueryCall(is_volatile=True):
                return False
            case bound.AggregateCall() | Subquery() | bound.Default() | bound.CaseOperand():
                return False
            case FunctionCall() if node.proc.volatility == "v" or node.proc.returns_set:
                return False
            case _:
                pass
    return True


def holds_subquery(expression: Expression) -> bool:
    """Returns whether a subquery stands anywhere inside."""
    return any(isinstance(node, Subquery) for node in walk(expression))


def conjuncts(expression: Expression | None) -> list[Expression]:
    """Returns the parts of an AND, in order, nested ones flattened."""
    if expression is None:
        return []
    result: list[Expression] = []
    pending = [expression]
    while pending:
        current = pending.pop()
        if isinstance(current, bound.And):
            pending += reversed(current.arguments)
        else:
            result.append(current)
    return result


def cheap_first(parts: list[Expression]) -> list[Expression]:
    """Returns conditions with those last that run a subquery for each row, as PostgreSQL tests them."""
    return sorted(
        parts, key=lambda part: any(isinstance(n, bound.SubqueryCall) for n in walk(part))
    )


def conjunction(parts: list[Expression]) -> Expression | None:
    """Returns the AND of the parts; None for none."""
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else bound.And(tuple(parts))


def strip_relabels(expression: Expression) -> Expression:
    """Returns the expression under casts that change no value.

    A value of a domain keeps the one to the type that the domain is over, a column doesn't.
    """
    while isinstance(expression, bound.Relabel):
        inner = expression.argument
        if is_domain(inner.type) and not isinstance(inner, ColumnRef):
            break
        expression = inner
    return expression


Replace = Callable[[Expression], Expression | None]


def replaced(expression: Expression, replace: Replace) -> Expression:
    """Returns a copy in which `replace`, asked from the outside in, has put other expressions.

    Where `replace` returns None the node stays and its parts are asked. Parts that don't change are
    shared. Two passes over an explicit list: parts before wholes.
    """
    done: dict[int, Expression] = {}
    pending: list[tuple[Expression, bool]] = [(expression, False)]
    while pending:
        node, parts_ready = pending.pop()
        if id(node) in done:
            continue
        if parts_ready:
            done[id(node)] = _with_parts(node, done)
            continue
        new = replace(node)
        if new is not None:
            done[id(node)] = new
        elif isinstance(node, _LEAVES):
            done[id(node)] = node
        else:
            pending.append((node, True))
            pending += [(part, False) for part in children(node)]
    return done[id(expression)]


def _with_parts(node: Any, done: dict[int, Expression]) -> Any:
    changes: dict[str, Any] = {}
    for item in dataclasses.fields(node):
        old = getattr(node, item.name)
        new = _part(old, done)
        if new is not old:
            changes[item.name] = new
    return dataclasses.replace(node, **changes) if changes else node


def _part(old: Any, done: dict[int, Expression]) -> Any:
    if isinstance(old, tuple) and old and type(old) is tuple:
        new = tuple(_part(item, done) for item in old)
        return old if all(a is b for a, b in zip(new, old, strict=True)) else new
    if isinstance(old, SortKey):
        inner = _part(old.expression, done)
        return old if inner is old.expression else dataclasses.replace(old, expression=inner)
    if isinstance(old, bound.Window | bound.FrameEnd):
        return _with_parts(old, done)
    return done.get(id(old), old) if dataclasses.is_dataclass(old) else old


def constant_value(expression: Expression) -> Const | Param | None:
    """Returns the constant or parameter that the expression is, relabels aside; else None."""
    bare = strip_relabels(expression)
    return bare if isinstance(bare, Const | Param) else None
