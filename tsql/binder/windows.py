"""Window functions: OVER (…), the WINDOW clause, and frames.

A call is bound where it stands, with its whole window. When the query is complete, `windows_apart`
takes the calls out of its expressions and leaves WindowRefs: they are computed above the grouping
and below what uses them.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from storage.records import dataclass
from tsql.binder import context as clauses
from tsql.binder.coercion import coerce, coerce_to_boolean, coerce_to_specific, known
from tsql.binder.context import Clause, Level
from tsql.binder.derived_collations import check_function
from tsql.binder.functions import Candidate
from tsql.binder.locations import error_at, unsupported_at
from tsql.binder.operators import check_has_equality, ordering_proc
from tsql.binder.pathways import CoercionContext, can_coerce
from tsql.binder.shown_names import type_name
from tsql.binder.sorting import sort_key
from tsql.binder.tree import replaced, walk
from tsql.bound import (
    BoundSelect,
    ColumnRef,
    Expression,
    FrameEnd,
    SetRef,
    SortKey,
    Window,
    WindowCall,
    WindowRef,
)
from tsql.catalog import pg
from tsql.functions.registry import aggregate_of, implementation_of
from tsql.types import oids

# Bits of WindowDef.frameOptions.
_NON_DEFAULT: Final = 0x1
_RANGE: Final = 0x2
_ROWS: Final = 0x4
_GROUPS: Final = 0x8
_EXCLUDE_CURRENT_ROW: Final = 0x8000
_EXCLUDE_GROUP: Final = 0x10000
_EXCLUDE_TIES: Final = 0x20000
#: For each end of the frame: unbounded preceding, unbounded following, current row, offset
#: preceding, offset following.
_START_BITS: Final = (0x20, 0x80, 0x200, 0x800, 0x2000)
_END_BITS: Final = (0x40, 0x100, 0x400, 0x1000, 0x4000)
_OFFSETS_OF_MODE: Final = {
    "rows": clauses.WINDOW_ROWS,
    "range": clauses.WINDOW_RANGE,
    "groups": clauses.WINDOW_GROUPS,
}
_CURRENT: Final = FrameEnd("current", is_before=False)
_UNBOUNDED: Final = FrameEnd("unbounded", is_before=True)


@dataclass(frozen=True, slots=True)
class NamedWindow:
    """A window of the WINDOW clause."""

    window: Window
    has_frame: bool


def check_windows(level: Level, nodes: Sequence[Any] | None) -> None:
    """Notes the WINDOW clause; each is bound when first named, or at the end. Raises 42P20."""
    for node in nodes or ():
        if node.name in level.named_windows:
            message = f'window "{node.name}" is already defined'
            raise error_at(node.location, "42P20", message)
        level.named_windows[node.name] = node


def bind_window_call(
    level: Level, candidate: Candidate, arguments: list[Expression], result: int, node: Any
) -> WindowCall:
    """Binds a call with OVER. Raises 42P20, 0A000."""
    proc = candidate.proc
    _check_syntax(level, proc, node)
    for argument in arguments:
        _check_argument(level, argument)
    is_there = aggregate_of(proc) is not None if proc.kind == "a" else True
    if not is_there:
        shown = ", ".join(type_name(type_) for type_ in proc.argument_types)
        raise unsupported_at(node.location, f"aggregate function {proc.name}({shown})")
    condition = None
    if node.agg_filter is not None:
        condition = level.expression(node.agg_filter, clauses.FILTER)
        condition = coerce_to_boolean(level.context, condition, "FILTER", node.agg_filter)
    over = node.over
    bound = _named(level, over.name, over) if over.name else _window(level, over)
    types = tuple([argument.type for argument in arguments])
    check_function(proc.name, arguments, node)
    written = over if level.context.keeps_written else None
    call = WindowCall(proc, tuple(arguments), bound.window, result, -1, types, condition, written)
    level.remember(call, node)
    return call


def _check_syntax(level: Level, proc: pg.PgProc, node: Any) -> None:
    name = proc.name
    if not level.clause.allows_windows:
        message = f"window functions are not allowed in {level.clause.name}"
        raise error_at(node.location, "42P20", message)
    if proc.kind == "a" and pg.aggregates()[proc.oid].kind != "n":
        message = f"OVER is not supported for ordered-set aggregate {name}"
        raise error_at(node.location, "0A000", message)
    if proc.kind == "a" and not node.args and not node.agg_star:
        message = f"{name}(*) must be used to call a parameterless aggregate function"
        raise error_at(node.location, "42809", message)
    for present, sqlstate, message in (
        (node.agg_within_group, "42809", f"window function {name} cannot have WITHIN GROUP"),
        (node.agg_distinct, "0A000", "DISTINCT is not implemented for window functions"),
        (node.agg_order, "0A000", "aggregate ORDER BY is not implemented for window functions"),
        (
            node.agg_filter is not None and proc.kind == "w",
            "0A000",
            "FILTER is not implemented for non-aggregate window functions",
        ),
    ):
        if present:
            raise error_at(node.location, sqlstate, message)


def _check_argument(level: Level, argument: Expression) -> None:
    for part in walk(argument):
        if isinstance(part, WindowCall):
            place = level.place_of(part)
            message = "window function calls cannot be nested"
            raise error_at(None if place is None else place.location, "42P20", message)
        if isinstance(part, SetRef):
            place = level.set_nodes[part.position].location
            message = "window function calls cannot contain set-returning function calls"
            hint = "You might be able to move the set-returning function into a LATERAL FROM item."
            raise error_at(place, "0A000", message, hint=hint)


# ---- windows -------------------------------------------------------------------------------------


def bind_named_windows(level: Level) -> None:
    """Binds those of the WINDOW clause that nothing has named."""
    for name, node in list(level.named_windows.items()):
        _named(level, name, node)


def _named(level: Level, name: str, node: Any) -> NamedWindow:
    found = level.named_windows.get(name)
    if found is None:
        raise error_at(node.location, "42704", f'window "{name}" does not exist')
    if not isinstance(found, NamedWindow):
        # A window may be made from those before it only.
        later = level.named_windows
        names = list(later)
        level.named_windows = {key: later[key] for key in names[: names.index(name)]}
        try:
            bound = _window(level, found)
        finally:
            level.named_windows = later
        level.named_windows[name] = found = bound
    return found


def _window(level: Level, node: Any) -> NamedWindow:
    """Binds an `ast.WindowDef`."""
    base = _base(level, node)
    context = level.context
    keys: list[SortKey] = []
    for part in node.partitionClause or ():
        expression = known(context, level.expression(part, clauses.WINDOW_DEFINITION), part)
        check_has_equality(expression.type, part)
        less = ordering_proc(expression.type, is_less=True, node=part)
        if all(key.expression != expression for key in keys):
            keys.append(SortKey(expression, False, False, less))
    order: list[SortKey] = []
    for item in node.orderClause or ():
        expression = level.expression(item.node, clauses.WINDOW_DEFINITION)
        expression = known(context, expression, item.node)
        if all(key.expression != expression for key in order):
            order.append(sort_key(expression, item))
    if base is not None:
        keys = list(base.partition_by)
        order = list(base.order_by) or order
    return _framed(level, node, tuple(keys), tuple(order))


def _base(level: Level, node: Any) -> Window | None:
    """Returns the window that this one is made from: OVER (w ORDER BY …)."""
    name = node.refname
    if not name:
        return None
    base = _named(level, name, node)
    if node.partitionClause:
        message = f'cannot override PARTITION BY clause of window "{name}"'
        raise error_at(node.location, "42P20", message)
    if node.orderClause and base.window.order_by:
        message = f'cannot override ORDER BY clause of window "{name}"'
        raise error_at(node.location, "42P20", message)
    if base.has_frame:
        is_bare = not node.orderClause and not node.frameOptions & _NON_DEFAULT
        raise error_at(
            node.location,
            "42P20",
            f'cannot copy window "{name}" because it has a frame clause',
            hint="Omit the parentheses in this OVER clause." if is_bare and not node.name else None,
        )
    return base.window


def _framed(
    level: Level, node: Any, keys: tuple[SortKey, ...], order: tuple[SortKey, ...]
) -> NamedWindow:
    options = node.frameOptions
    mode = "rows" if options & _ROWS else "groups" if options & _GROUPS else "range"
    has_offset = bool(options & (_START_BITS[3] | _START_BITS[4] | _END_BITS[3] | _END_BITS[4]))
    if mode == "range" and has_offset and len(order) != 1:
        message = "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column"
        raise error_at(node.location, "42P20", message)
    if mode == "groups" and not order:
        raise error_at(node.location, "42P20", "GROUPS mode requires an ORDER BY clause")
    start = _end(level, (options, _START_BITS), node.startOffset, mode, order)
    end = _end(level, (options, _END_BITS), node.endOffset, mode, order)
    exclude = ""
    if options & _EXCLUDE_CURRENT_ROW:
        exclude = "current row"
    elif options & _EXCLUDE_GROUP:
        exclude = "group"
    elif options & _EXCLUDE_TIES:
        exclude = "ties"
    window = Window(keys, order, mode, start, end, exclude)
    return NamedWindow(window, bool(options & _NON_DEFAULT))


def _end(
    level: Level,
    options: tuple[int, tuple[int, ...]],
    node: Any,
    mode: str,
    order: tuple[SortKey, ...],
) -> FrameEnd:
    bits, (first, last, current, before, after) = options
    if bits & first:
        return _UNBOUNDED
    if bits & last:
        return replace(_UNBOUNDED, is_before=False)
    if bits & current or not bits & (before | after):
        return _CURRENT
    clause = _OFFSETS_OF_MODE[mode]
    is_before = bool(bits & before)
    offset = level.expression(node, clause)
    in_range = None
    if mode == "range":
        offset, in_range = _range_offset(level, offset, order[0].expression, node)
    else:
        name = mode.upper()
        offset = coerce_to_specific(level.context, offset, oids.INT8, name, node)
    _check_no_variables(level, offset, clause)
    return FrameEnd("offset", is_before, offset, in_range)


def _check_no_variables(level: Level, offset: Expression, clause: Clause) -> None:
    for part in walk(offset):
        if isinstance(part, ColumnRef):
            name = clause.name.removeprefix("window ")
            message = f"argument of {name} must not contain variables"
            raise error_at(level.place_of(part), "42P10", message)


def _range_offset(
    level: Level, offset: Expression, column: Expression, node: Any
) -> tuple[Expression, pg.PgProc]:
    """Returns the offset at its type, and the function that compares by it. Raises 0A000."""
    base = {oids.VARCHAR: oids.TEXT}.get(column.type, column.type)
    procs = [row for row in pg.procs_by_name()["in_range"] if row.argument_types[0] == base]
    subject = "RANGE with offset PRECEDING/FOLLOWING is not supported for column type"
    if not procs:
        raise error_at(node, "0A000", f"{subject} {type_name(column.type)}")
    wanted = base if offset.type == oids.UNKNOWN else offset.type
    fitting = [
        row
        for row in procs
        if can_coerce([offset.type], [row.argument_types[2]], CoercionContext.IMPLICIT)
    ]
    exact = [row for row in fitting if row.argument_types[2] == wanted]
    chosen = exact or fitting
    if not chosen:
        raise error_at(
            node,
            "0A000",
            f"{subject} {type_name(column.type)} and offset type {type_name(offset.type)}",
            hint="Cast the offset value to an appropriate type.",
        )
    if len(chosen) > 1:
        raise error_at(
            node,
            "0A000",
            "RANGE with offset PRECEDING/FOLLOWING has multiple interpretations for column type"
            f" {type_name(column.type)} and offset type {type_name(offset.type)}",
            hint="Cast the offset value to the exact intended type.",
        )
    (proc,) = chosen
    if implementation_of(proc) is None:
        raise unsupported_at(node, f"RANGE with an offset over {type_name(column.type)}")
    return coerce(level.context, offset, proc.argument_types[2], node=node), proc


# ---- when the query is complete ------------------------------------------------------------------


def windows_apart(select: BoundSelect) -> BoundSelect:
    """Returns the query with its window calls in `windows`, and references to them."""
    calls: list[WindowCall] = []

    def reference(node: Any) -> Any:
        if not isinstance(node, WindowCall):
            return None
        if node not in calls:
            calls.append(node)
        return WindowRef(calls.index(node), node.type, node.typmod)

    def apart(expression: Expression) -> Any:
        return replaced(expression, reference)

    targets = tuple([replace(t, expression=apart(t.expression)) for t in select.targets])
    order_by = tuple([replace(k, expression=apart(k.expression)) for k in select.order_by])
    sets = tuple([apart(call) for call in select.set_functions])
    distinct_on = tuple(map(apart, select.distinct_on))
    if not calls:
        return select
    return replace(
        select,
        targets=targets,
        order_by=order_by,
        set_functions=sets,
        distinct_on=distinct_on,
        windows=tuple(calls),
    )
