"""How directly a plan reaches its rows: what the order of joins goes by.

| reach | the plan begins with                                     |
|-------|----------------------------------------------------------|
| 3     | a whole key: Get, MultiGet, IndexGet; or a single row    |
| 2     | a range of keys or index entries with an equal beginning |
| 1     | any other range                                          |
| 0     | everything                                               |
"""

from collections.abc import Iterable

from tsql.bound import Expression, Slot
from tsql.planner import plan
from tsql.planner.plan import Equal, Node, OneOf
from tsql.planner.walk import walk


def reach(node: Node, slots: frozenset[int] | None) -> int:
    """Returns the reach; with `slots` it counts only if the key is made of some of these."""
    match node:
        case plan.Get() | plan.IndexGet() | plan.MultiGet():
            return 3 if _uses(node, slots) else 0
        case plan.KeyRange() | plan.IndexRange():
            if not _uses(node, slots):
                return 0
            return 2 if node.key else 1
        case plan.NestedLoop() | plan.HashJoin() | plan.LoopJoin():
            return reach(node.outer, slots)
        case plan.SetOperation():
            return min(reach(node.left, slots), reach(node.right, slots))
        case plan.OneRow():
            return 3 if slots is None else 0
        case _:
            source = getattr(node, "source", None)
            return 0 if source is None else reach(source, slots)


def _uses(node: plan.AccessPath, slots: frozenset[int] | None) -> bool:
    if slots is None:
        return True
    return any(
        isinstance(part, Slot) and part.number in slots
        for expression in _key_values(node)
        for part in walk(expression)
    )


def _key_values(node: plan.AccessPath) -> Iterable[Expression]:
    key: tuple[plan.Match, ...] = getattr(node, "key", ())
    for part in key:
        match part:
            case Equal(value=value):
                if value is not None:
                    yield value
            case OneOf(values=values, array=array):
                yield from values
                if array is not None:
                    yield array
    span = getattr(node, "span", None)
    if span is not None:
        for end in (span.lower, span.upper):
            if end is not None:
                yield end.value
        for row_end in (span.row_lower, span.row_upper):
            if row_end is not None:
                yield from row_end.values
