"""Walks over bound expressions reach every expression inside each kind of node."""

import dataclasses
import typing
from collections.abc import Iterator
from typing import Any

import pytest

from tsql import bound
from tsql.binder import tree
from tsql.bound import Const, FunctionCall, SortKey
from tsql.planner import walk as planner_walk

#: Expressions over rows of their own: an array's elements, a subquery's result.
_OWN_ROWS = {("ArrayCoerce", "element"), ("Subquery", "comparison")}
_KINDS = [
    kind
    for kind in typing.get_args(bound.Expression)
    if dataclasses.is_dataclass(kind) and kind not in {Const, bound.WindowCall}
]


def _filled(shape: str, marks: Iterator[Const]) -> Any:
    """Returns what a field of this type may hold, with marks for the expressions."""
    if "SortKey" in shape:
        return (SortKey(next(marks), False, False, typing.cast(Any, None)),)
    if "FunctionCall" in shape and "tuple" not in shape:
        return FunctionCall(typing.cast(Any, None), (next(marks),), 0)
    if "tuple[tuple" in shape:
        return ((next(marks), next(marks)),)
    if "tuple" in shape:
        return (next(marks), next(marks))
    return next(marks)


def _example(kind: Any) -> tuple[Any, set[Const]]:
    """Returns a node, and the marks inside that a walk has to find."""
    values: dict[str, Any] = {}
    wanted: set[Const] = set()
    for number, item in enumerate(dataclasses.fields(kind), 1):
        shape = str(item.type)
        if not any(
            name in shape for name in ("Expression", "FunctionCall", "SortKey", "ColumnRef")
        ):
            values[item.name] = None
            continue
        marks = [Const(10 * number + n, 23) for n in range(2)]
        left = iter(marks)
        values[item.name] = _filled(shape, left)
        if (kind.__name__, item.name) not in _OWN_ROWS:
            wanted |= set(marks) - set(left)
    return kind(**values), wanted


@pytest.mark.parametrize("kind", _KINDS, ids=lambda kind: kind.__name__)
def test_a_walk_finds_every_part(kind: Any) -> None:
    node, wanted = _example(kind)
    assert {part for part in tree.walk(node) if isinstance(part, Const)} == wanted
    assert {part for part in planner_walk.walk(node) if isinstance(part, Const)} == wanted


@pytest.mark.parametrize("kind", _KINDS, ids=lambda kind: kind.__name__)
def test_every_part_is_replaced_in_a_copy(kind: Any) -> None:
    node, wanted = _example(kind)
    other = {mark: Const(-mark.value, 23) for mark in wanted}
    for module in (tree, planner_walk):
        copy = module.replaced(node, other.get)
        found = {part for part in tree.walk(copy) if isinstance(part, Const)}
        assert found == set(other.values())
