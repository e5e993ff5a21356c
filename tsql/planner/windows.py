"""Window functions: those with one order share a sort; each further order takes one more."""

from collections.abc import Sequence
from typing import Any

from tsql.bound import SortKey, WindowCall
from tsql.planner import plan
from tsql.planner.plan import Node
from tsql.planner.walk import is_fixed


def _orders(calls: Sequence[WindowCall]) -> dict[Any, list[int]]:
    """Returns the calls' positions by the order that their rows have to come in."""
    orders: dict[Any, list[int]] = {}
    for position, call in enumerate(calls):
        key = (call.window.partition_by, call.window.order_by)
        orders.setdefault(key, []).append(position)
    return orders


def positions_of(calls: Sequence[WindowCall]) -> list[int]:
    """Returns where `windowed` puts the calls' values, counted from the first one's."""
    positions = [0] * len(calls)
    listed = [position for group in _orders(calls).values() for position in group]
    for place, position in enumerate(listed):
        positions[position] = place
    return positions


def windowed(node: Node, calls: Sequence[WindowCall]) -> Node:
    """Returns the node with the calls' values behind its rows."""
    for (partition_by, order_by), positions in _orders(calls).items():
        keys: tuple[SortKey, ...] = (*partition_by, *order_by)
        keys = tuple([key for key in keys if not is_fixed(key.expression)])
        if keys:
            node = plan.Sort(node, keys)
        node = plan.Windows(node, tuple([calls[position] for position in positions]))
    return node
