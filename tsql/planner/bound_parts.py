"""What is anywhere inside a bound query, its subqueries included."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from tsql.bound import FunctionCall, Slot, Subquery, SubqueryCall, SubqueryRelation


def everything_in(root: Any) -> Iterator[Any]:
    """Yields every part of a bound query or expression."""
    pending = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, tuple):
            pending += node
        elif is_dataclass(node) and type(node).__module__.startswith("tsql.bound"):
            yield node
            pending += [getattr(node, item.name) for item in fields(node)]


def holds_volatile(root: Any) -> bool:
    """Returns whether a volatile function is called anywhere."""
    return any(
        (isinstance(node, FunctionCall) and node.proc.volatility == "v")
        or (isinstance(node, SubqueryCall) and node.is_volatile)
        for node in everything_in(root)
    )


def defined_slots(root: Any) -> set[int]:
    """Returns the slots that parts of the query give to their own parts."""
    return {
        slot
        for node in everything_in(root)
        if isinstance(node, Subquery | SubqueryRelation)
        for slot in node.slots
    }


def free_slots(root: Any) -> set[int]:
    """Returns the slots that are read and get their values outside."""
    read = {node.number for node in everything_in(root) if isinstance(node, Slot)}
    return read - defined_slots(root)
