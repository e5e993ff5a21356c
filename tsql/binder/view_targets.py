"""Writing to a view: the table under it, what its columns are there, and which rows it has.

As in PostgreSQL's manual under CREATE VIEW, "Updatable Views": a view can be written to if it reads one table or one
such view, and does nothing with its rows but leave some out.

    CREATE VIEW v AS SELECT id AS a, upper(name) AS b FROM t WHERE id > 0
    UPDATE v SET a = 2 WHERE b = 'X'    is    UPDATE t SET id = 2 WHERE id > 0 AND upper(name) = 'X'

The table is relation 0 of the statement; names mean the view's columns, which are expressions over it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from storage.catalog import Catalog
from storage.errors import DatabaseError, not_supported
from storage.objects import View
from storage.schema import Table
from tsql.access.privileges import Need
from tsql.binder import context as clauses
from tsql.binder.context import Context, Item, Level, NotWritable, Through
from tsql.binder.defaults import as_plain, default_of, has_domain_default
from tsql.binder.expressions import bind
from tsql.binder.from_items import table_item
from tsql.binder.select import bind_condition, bind_query_body, bind_select
from tsql.binder.sublinks import bind_row_comparison
from tsql.binder.targets import TargetEntry, bind_targets, resolve_unknowns
from tsql.binder.tree import replaced, walk
from tsql.binder.views import OID_SCHEMA, as_it_was, numbered_relation, parsed_view
from tsql.bound import (
    And,
    ColumnRef,
    Expression,
    Field,
    Subquery,
    SystemColumn,
    ViewCheck,
    WholeRow,
    WindowCall,
)
from tsql.env import Env
from tsql.parser import ast, enums

_COMMANDS: Final = {
    "a": ("insert into", "inserting into", "INSERT"),
    "w": ("update", "updating", "UPDATE"),
    "d": ("delete from", "deleting from", "DELETE"),
}
_NOT_SINGLE: Final = (
    "Views that do not select from a single table or view are not automatically updatable."
)
_NOT_BASE: Final = "View columns that are not columns of their base relation are not updatable."
_NO_COLUMNS: Final = "Views that have no updatable columns are not automatically updatable."
_OF_SYSTEM: Final = "View columns that refer to system columns are not updatable."
_WHOLE_ROW: Final = "View columns that return whole-row references are not updatable."


class NotUpdatableError(Exception):
    """A view that can't be written to; its text is the reason."""


def view_target(
    level: Level, view: View, alias: str, letter: str, *, is_checked: bool = False
) -> Item:
    """Returns the item of a view that is written to: `letter` is the privilege, a, w or d.

    `is_checked`: a view over this one has a cascaded check option. Raises 55000.
    """
    context = level.context
    need = context.need(view.id)
    named = Need(0)
    try:
        with context.inside(view):
            item = _bound(level, view, letter, is_checked, named)
    except NotUpdatableError as reason:
        raise _cannot(view, letter, str(reason)) from None
    assert item.through is not None
    item.alias, item.schema, item.need = alias, view.schema, need
    numbers = {p: at for at, p in enumerate(item.through.positions, 1) if isinstance(p, int)}
    item.through.reads.append((need, *_named_below(item.through, named.columns.get("r", set()))))
    item.through.layers.append((need, numbers))
    return item


def _named_below(through: Through, ids: set[int]) -> tuple[Need, set[int]]:
    """Returns the need of what a view is over, and its columns that are the table's with these ids."""
    below, numbers = through.layers[-1]
    table = through.base.table
    assert table is not None
    if len(through.layers) == 1:
        return below, ids
    positions = {table.position(column_id) for column_id in ids}
    return below, {numbers[position] for position in positions if position in numbers}


def need_what_views_read(item: Item) -> None:
    """Notes that a statement that reads a view reads all that the view's query names, as its owner."""
    if item.through is None:
        return
    for need, below, columns in reversed(item.through.reads):
        if "r" in need.columns:
            below.on("r", columns)


def _bound(level: Level, view: View, letter: str, is_checked: bool, named: Need) -> Item:
    """Binds the view's query; `named` gets the columns that it names."""
    context = level.context
    tree = parsed_view(view.sql)
    number = _only_relation(tree)
    found = numbered_relation(level, number)
    is_cascaded = is_checked or view.check_option == "cascaded"
    if isinstance(found, Table):
        base = table_item(found, found.name)
        base.need = context.need(found.id)
        through = Through(view, base, positions=tuple(range(len(base.columns))))
        whole = replace(base, need=None)
        ids = {position: column.id for position, column in enumerate(found.columns)}
        through.layers.append((base.need, ids))
    elif isinstance(found, View):
        whole = view_target(level, found, found.name, letter, is_checked=is_cascaded)
        assert whole.through is not None
        through = whole.through
    else:
        raise NotUpdatableError(_NOT_SINGLE)
    (source,) = tree.fromClause
    whole.alias = source.alias.aliasname
    inner = Level(context, level.bind, level.bind_select, depth=level.depth)
    # What the view itself reads is asked for only where the statement reads the view.
    seen = _seen(level, number, whole)
    inner.relations, inner.items = [replace(through.base, need=named)], [seen]
    entries = bind_targets(inner, tree.targetList, clauses.SELECT)
    resolve_unknowns(inner, entries)
    where = bind_condition(inner, tree.whereClause, clauses.WHERE)
    _check_targets(inner, entries)
    positions = tuple([
        _position(entry.expression, whole, NotWritable(view.name, column.name, _NOT_BASE))
        for entry, column in zip(entries, view.columns, strict=True)
    ])  # fmt: skip
    _add_defaults(view, positions, through, context.env)
    through.view, through.positions = view, positions
    if letter != "d" and all(isinstance(p, NotWritable) and p.view == view.name for p in positions):
        raise NotUpdatableError(_NO_COLUMNS)
    return _item(entries, where, through, is_cascaded)


def _seen(level: Level, number: int, whole: Item) -> Item:
    """Returns what names mean in the view's query."""
    seen = as_it_was(level, number, whole)
    seen.need = None
    if whole.values is not None:
        assert seen.values is not None
        seen.values = tuple(
            whole.values[value.position] for value in seen.values if isinstance(value, ColumnRef)
        )
    return seen


def _item(
    entries: Sequence[TargetEntry],
    where: Expression | None,
    through: Through,
    is_cascaded: bool,
) -> Item:
    view = through.view
    if where is not None:
        through.conditions.append(where)
    if is_cascaded or view.check_option:
        if where is not None and any(isinstance(part, Subquery) for part in walk(where)):
            raise not_supported("a subquery in a view WITH CHECK OPTION that is written to")
        through.checks.append(ViewCheck(view.name, where))
    fields = tuple([
        Field(column.name, column.sql_type, column.typmod, view.id, number)
        for number, column in enumerate(view.columns, 1)
    ])  # fmt: skip
    values = tuple([entry.expression for entry in entries])
    return Item(0, view.name, fields, values=values, through=through, row_of=view)


def _position(expression: Expression, whole: Item, fault: NotWritable) -> int | NotWritable:
    """Returns the column of the table that a view's column is, or why it is none."""
    if whole.values is not None and whole.through is not None:
        for value, known in zip(whole.values, whole.through.positions, strict=True):
            if value == expression:
                return known
    match expression:
        case ColumnRef(relation=0, position=position):
            return position
        case SystemColumn():
            return fault._replace(reason=_OF_SYSTEM)
        case WholeRow():
            return fault._replace(reason=_WHOLE_ROW)
        case _:
            return fault


def _add_defaults(
    view: View, positions: Sequence[int | NotWritable], through: Through, env: Env
) -> None:
    assert through.base.table is not None
    through.own_defaults, lost = {}, []
    for column, position in zip(view.columns, positions, strict=True):
        has_default = column.default_sql is not None or has_domain_default(column.sql_type, env)
        if isinstance(position, int):
            below = through.base.table.columns[position]
            default = default_of(as_plain(below, column.default_sql), env)
            through.own_defaults[position] = default
            if has_default:
                through.defaults[position] = default
        elif has_default:
            lost.append(position)
    through.lost_defaults[:0] = lost


def _only_relation(tree: Any) -> int:
    """Returns the number of the one relation that a view reads. Raises NotUpdatableError."""
    for is_there, what in (
        (tree.distinctClause, "DISTINCT"),
        (tree.groupClause, "GROUP BY"),
        (tree.havingClause, "HAVING"),
        (
            tree.op != enums.SetOperation.SETOP_NONE,
            "UNION, INTERSECT, or EXCEPT",
        ),
        (tree.withClause, "WITH"),
        (tree.limitOffset or tree.limitCount, "LIMIT or OFFSET"),
    ):
        if is_there:
            raise NotUpdatableError(f"Views containing {what} are not automatically updatable.")
    sources: tuple[Any, ...] = tree.fromClause or ()
    if len(sources) != 1 or not isinstance(sources[0], ast.RangeVar):
        raise NotUpdatableError(_NOT_SINGLE)
    (source,) = sources
    if source.schemaname != OID_SCHEMA:
        raise NotUpdatableError(_NOT_SINGLE)
    return int(source.relname)


def _check_targets(inner: Level, entries: Sequence[TargetEntry]) -> None:
    """Raises NotUpdatableError for a query that does more than pick columns."""
    what = None
    if inner.has_aggregates:
        what = "aggregate functions"
    elif any(isinstance(part, WindowCall) for entry in entries for part in walk(entry.expression)):
        what = "window functions"
    elif inner.sets:
        what = "set-returning functions"
    if what is not None:
        raise NotUpdatableError(f"Views that return {what} are not automatically updatable.")


def _cannot(view: View, letter: str, reason: str) -> DatabaseError:
    doing, done, command = _COMMANDS[letter]
    return DatabaseError(
        "55000",
        f'cannot {doing} view "{view.name}"',
        detail=reason,
        hint=f"To enable {done} the view, provide an INSTEAD OF {command} trigger or an unconditional"
        f" ON {command} DO INSTEAD rule.",
    )


def with_conditions(item: Item, where: Expression | None) -> Expression | None:
    """Returns a statement's WHERE together with those of the views it writes through."""
    if item.through is None or not item.through.conditions:
        return where
    parts = [*item.through.conditions, *(() if where is None else (where,))]
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def moved(item: Item, relation: int) -> Item:
    """Returns the view's item over another relation in the place of relation 0 (EXCLUDED)."""

    def change(part: Any) -> Any:
        if isinstance(part, WholeRow) and part.relation == 0:
            columns = tuple([replaced(column, change) for column in part.columns])
            return replace(part, relation=relation, columns=columns)
        if isinstance(part, ColumnRef | SystemColumn) and part.relation == 0:
            return replace(part, relation=relation)
        return None

    assert item.values is not None
    values = tuple([replaced(value, change) for value in item.values])
    return Item(
        relation,
        "excluded",
        item.columns,
        values=values,
        through=item.through,
        row_of=item.row_of,
    )


# ---- what is asked about a view ------------------------------------------------------------------


def why_not_updatable(view: View, catalog: Catalog, env: Env) -> str | None:
    """Returns why a view can't be written to, or None if it can; what it reads isn't looked at."""
    try:
        level = _level_of(catalog, env)
        with level.context.inside(view):
            _bound(level, view, "w", False, Need(0))
    except NotUpdatableError as reason:
        return str(reason)
    except DatabaseError:
        return None
    return None


def updatable_columns(view: View, catalog: Catalog, env: Env) -> tuple[bool, ...] | None:
    """Returns which columns of a view can be written, or None if its rows can't even be deleted."""
    try:
        item = view_target(_level_of(catalog, env), view, view.name, "d")
    except DatabaseError:
        return None
    assert item.through is not None
    return tuple([isinstance(position, int) for position in item.through.positions])


def _level_of(catalog: Catalog, env: Env) -> Level:
    context = Context(catalog, env, None, None)
    context.bind_body = bind_query_body
    context.bind_row_comparison = bind_row_comparison
    return Level(context, bind, bind_select)
