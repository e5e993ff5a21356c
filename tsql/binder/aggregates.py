"""Aggregate calls (manual, section 4.2.7).

sum(DISTINCT a)    string_agg(a, ',' ORDER BY b) FILTER (WHERE c)
percentile_cont(0.5) WITHIN GROUP (ORDER BY a)
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from storage.records import dataclass
from tsql.binder import context as clauses
from tsql.binder.coercion import (
    coerce,
    coerce_to_boolean,
    coerce_to_common,
    known,
    select_common_type,
)
from tsql.binder.context import Level
from tsql.binder.derived_collations import check_function
from tsql.binder.functions import Candidate
from tsql.binder.locations import error_at, unsupported_at
from tsql.binder.operators import check_has_equality
from tsql.binder.shown_names import type_name
from tsql.binder.sorting import sort_key
from tsql.binder.tree import walk
from tsql.bound import (
    AggregateCall,
    ColumnRef,
    Expression,
    SetRef,
    Slot,
    SortKey,
    SystemColumn,
    WindowCall,
)
from tsql.catalog import pg
from tsql.functions.registry import aggregate_of


@dataclass(frozen=True, slots=True)
class AggregateSyntax:
    """What was resolved of the call: `types` are the arguments' resolved types."""

    candidate: Candidate
    types: Sequence[int]
    result: int
    nodes: tuple[Any, ...]


def bind_aggregate(
    level: Level, syntax: AggregateSyntax, arguments: list[Expression], node: Any
) -> AggregateCall:
    """Binds the call. Raises 42803, 42809, 42P10, 0A000."""
    proc = syntax.candidate.proc
    _check_syntax(syntax, node)
    _check_nesting(level, arguments, node)
    direct_count = len(node.args or ()) if node.agg_within_group else 0
    if pg.aggregates()[proc.oid].kind == "h":
        given = _hypothetical(level, syntax, arguments, node)
    else:
        given = [
            coerce(level.context, argument, type_, node=argument_node)
            for argument, type_, argument_node in zip(
                arguments, syntax.types, syntax.nodes, strict=True
            )
        ]
    aggregated = given[direct_count:]
    keys = _sort_keys(level, aggregated, node)
    if node.agg_distinct:
        keys = _distinct_keys(arguments, aggregated, keys, node)
    if aggregate_of(proc) is None:
        shown = ", ".join(type_name(type_) for type_ in proc.argument_types)
        raise unsupported_at(node.location, f"aggregate function {proc.name}({shown})")
    check_function(proc.name, given, node)
    call = AggregateCall(
        proc,
        tuple(aggregated),
        syntax.result,
        -1,
        tuple([argument.type for argument in given]),
        bool(node.agg_distinct),
        keys,
        _filter(level, node),
        tuple(given[:direct_count]),
    )
    level.remember(call, node)
    level.has_aggregates = True
    return call


def aggregate_owner(level: Level, arguments: Sequence[Expression], node: Any) -> Level:
    """Returns the query whose aggregate a call is: the innermost whose columns it is over.

    FILTER and ORDER BY count, the direct arguments of WITHIN GROUP don't. Raises 42803.
    """
    if level.parent is None:
        return level
    count = len(node.args or ()) if node.agg_within_group else 0
    aggregated, direct = list(arguments[count:]), arguments[:count]
    if node.agg_filter is not None:
        aggregated.append(level.expression(node.agg_filter, clauses.FILTER))
    if not node.agg_within_group:
        aggregated += [level.bind(level, item.node) for item in node.agg_order or ()]
    owner = owner_of(level, aggregated)
    if owner is not level and any(
        isinstance(part, ColumnRef) for argument in direct for part in walk(argument)
    ):
        message = (
            "outer-level aggregate cannot contain a lower-level variable in its direct arguments"
        )
        raise error_at(node.args[0], "42803", message)
    return owner


def owner_of(level: Level, expressions: Sequence[Expression]) -> Level:
    """Returns the innermost query whose columns expressions are over."""
    owners: list[Level] = []
    for expression in expressions:
        for part in walk(expression):
            if isinstance(part, ColumnRef | SystemColumn | AggregateCall):
                return level
            if isinstance(part, Slot):
                owners.append(_owner(level, part.number))
    return max(owners, key=lambda owner: owner.depth) if owners else level


def _owner(level: Level, slot: int) -> Level:
    """Returns the query around the level to whose row a slot belongs."""
    while slot in level.slots:
        value = level.outer[level.slots.index(slot)]
        assert level.parent is not None
        level = level.parent
        if not isinstance(value, Slot):
            break
        slot = value.number
    return level


def _hypothetical(
    level: Level, syntax: AggregateSyntax, arguments: list[Expression], node: Any
) -> list[Expression]:
    """Returns the arguments of rank and its kin: each direct one of one type with what it sorts among.

    Raises 42883, 42804.
    """
    count, name = len(node.args or ()), syntax.candidate.proc.name
    if count * 2 != len(arguments):
        shown = ", ".join(type_name(argument.type) for argument in arguments)
        raise error_at(
            node.location,
            "42883",
            f"function {name}({shown}) does not exist",
            hint=f"To use the hypothetical-set aggregate {name}, the number of hypothetical direct"
            f" arguments (here {count}) must match the number of ordering columns"
            f" (here {len(arguments) - count}).",
        )
    given = list(arguments)
    for at in range(count):
        places = (at + count, at)
        pair = [arguments[place] for place in places]
        nodes = [syntax.nodes[place] for place in places]
        target = select_common_type(pair, nodes, "WITHIN GROUP")
        for place, argument, its_node in zip(places, pair, nodes, strict=True):
            given[place] = coerce_to_common(
                level.context, argument, target, "WITHIN GROUP", its_node
            )
    return given


def _check_syntax(syntax: AggregateSyntax, node: Any) -> None:
    proc = syntax.candidate.proc
    is_ordered_set = pg.aggregates()[proc.oid].kind != "n"
    name = proc.name
    if is_ordered_set and not node.agg_within_group:
        message = f"WITHIN GROUP is required for ordered-set aggregate {name}"
        raise error_at(node.location, "42809", message)
    if is_ordered_set and node.agg_distinct:
        raise error_at(node.location, "0A000", "cannot use DISTINCT with WITHIN GROUP")
    if not is_ordered_set and node.agg_within_group:
        message = f"{name} is not an ordered-set aggregate, so it cannot have WITHIN GROUP"
        raise error_at(node.location, "42809", message)
    if not node.args and not node.agg_star and not node.agg_within_group:
        message = f"{name}(*) must be used to call a parameterless aggregate function"
        raise error_at(node.location, "42809", message)


def _check_nesting(level: Level, arguments: Sequence[Expression], node: Any) -> None:
    for argument in arguments:
        for part in walk(argument):
            if isinstance(part, AggregateCall):
                place = level.place_of(part)
                message = "aggregate function calls cannot be nested"
                raise error_at(None if place is None else place.location, "42803", message)
            if isinstance(part, SetRef):
                message = "aggregate function calls cannot contain set-returning function calls"
                hint = (
                    "You might be able to move the set-returning function into a LATERAL FROM item."
                )
                place = level.set_nodes[part.position].location
                raise error_at(place, "0A000", message, hint=hint)
            if isinstance(part, WindowCall):
                message = "aggregate function calls cannot contain window function calls"
                place = level.place_of(part)
                raise error_at(None if place is None else place.location, "42803", message)
    if level.is_recursive:
        message = "aggregate functions are not allowed in a recursive query's recursive term"
        raise error_at(node.location, "42P19", message)
    if not level.clause.allows_aggregates:
        message = f"aggregate functions are not allowed in {level.clause.name}"
        raise error_at(node.location, "42803", message)


def _sort_keys(level: Level, aggregated: list[Expression], node: Any) -> tuple[SortKey, ...]:
    items = node.agg_order or ()
    if node.agg_within_group:
        return tuple(
            [sort_key(argument, item) for argument, item in zip(aggregated, items, strict=False)]
        )
    keys = []
    for item in items:
        expression = known(level.context, level.bind(level, item.node), item.node)
        _check_nesting(level, [expression], node)
        keys.append(sort_key(expression, item))
    return tuple(keys)


def _distinct_keys(
    written: Sequence[Expression],
    aggregated: Sequence[Expression],
    keys: Sequence[SortKey],
    node: Any,
) -> tuple[SortKey, ...]:
    """Returns the sort keys over the arguments as they are aggregated: converted. Raises 42P10."""
    for argument, argument_node in zip(aggregated, node.args or (), strict=False):
        check_has_equality(argument.type, argument_node)
    result = []
    for key, item in zip(keys, node.agg_order or (), strict=True):
        if key.expression in written:
            at = written.index(key.expression)
            result.append(replace(key, expression=aggregated[at]))
        else:
            raise error_at(
                item.node,
                "42P10",
                "in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list",
            )
    return tuple(result)


def _filter(level: Level, node: Any) -> Expression | None:
    if node.agg_filter is None:
        return None
    condition = level.expression(node.agg_filter, clauses.FILTER)
    return coerce_to_boolean(level.context, condition, "FILTER", node.agg_filter)
