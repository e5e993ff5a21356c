"""Walks over bound expressions, and copies of them with parts replaced.

Both follow the fields of the nodes, so that a new kind of node needs nothing here. They keep their
own stack: a chain of 8,000 operators fits into a short statement.
"""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, Final

from tsql.bound import Const, Expression, SortKey, Subquery

#: By class; a constant's value may be a dataclass, too.
_FIELDS: dict[Any, tuple[str, ...]] = {Const: ()}


def _fields(cls: Any) -> tuple[str, ...]:
    """Returns the names of the fields that may hold expressions."""
    known = _FIELDS.get(cls)
    if known is None:
        known = _FIELDS[cls] = tuple(
            field.name
            for field in dataclasses.fields(cls)
            if field.type not in (int, str, bool) and field.name not in _NO_EXPRESSIONS
        )
    return known


#: `equals` is a tuple of functions in RowComparison, but in IsDistinct the call itself.
_NO_EXPRESSIONS: Final = frozenset(
    {"proc", "select", "element", "comparison", "in_range", "slots", "written"}
)


def parts(node: Any) -> Iterator[Any]:
    """Yields the expressions directly inside the node; a subquery's own are not among them."""
    for name in _fields(type(node)):
        yield from _within(getattr(node, name))


def _within(value: Any) -> Iterator[Any]:
    if isinstance(value, tuple):
        for item in value:
            yield from _within(item)
    elif isinstance(value, SortKey):
        yield value.expression
    elif dataclasses.is_dataclass(value):
        yield value


def walk(expression: Expression) -> Iterator[Any]:
    """Yields the expression and everything inside it, from left to right."""
    pending = [expression]
    while pending:
        node = pending.pop()
        yield node
        pending += reversed(list(parts(node)))


def replaced(expression: Expression, replace: Callable[[Any], Any]) -> Any:
    """Returns a copy in which each node for which `replace` has something else is that instead.

    `replace` sees a node before its parts, and what it returns is not looked into.
    """
    done: dict[int, Any] = {}
    pending = [(expression, False)]
    while pending:
        node, is_ready = pending.pop()
        if id(node) in done:
            continue
        if is_ready:
            done[id(node)] = _with_parts(node, done)
            continue
        other = replace(node)
        if other is not None:
            done[id(node)] = other
            continue
        pending.append((node, True))
        pending += [(part, False) for part in reversed(list(parts(node)))]
    return done[id(expression)]


def _with_parts(node: Any, done: dict[int, Any]) -> Any:
    changes = {}
    for name in _fields(type(node)):
        old = getattr(node, name)
        new = _renewed(old, done)
        if new is not old:
            changes[name] = new
    return dataclasses.replace(node, **changes) if changes else node


def _renewed(value: Any, done: dict[int, Any]) -> Any:
    if isinstance(value, tuple):
        items = [_renewed(item, done) for item in value]
        if all(new is old for new, old in zip(items, value, strict=True)):
            return value
        return tuple(items)
    if isinstance(value, SortKey):
        new = done[id(value.expression)]
        return value if new is value.expression else dataclasses.replace(value, expression=new)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return done[id(value)]
    return value


def holds_subquery(expression: Expression) -> bool:
    """Returns whether there is a subquery in the expression."""
    return any(isinstance(node, Subquery) for node in walk(expression))
