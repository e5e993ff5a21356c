"""INSERT."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from storage.records import dataclass
from storage.schema import Column, Table
from tsql.binder import context as clauses
from tsql.binder.assignments import (
    Destination,
    assigned,
    assigned_part,
    check_writable,
    destination,
    generated_always,
    not_writable,
    overwrites,
    view_column,
)
from tsql.binder.bulk import rows_relation
from tsql.binder.context import Clause, Item, Level
from tsql.binder.defaults import default_of
from tsql.binder.from_items import table_relation
from tsql.binder.locations import error_at
from tsql.binder.on_conflict import bind_on_conflict
from tsql.binder.select import bind_query_body
from tsql.binder.targets import fields_from
from tsql.binder.view_targets import need_what_views_read
from tsql.binder.with_queries import with_queries
from tsql.binder.writes import (
    bind_returning,
    bind_target,
    defaults_of,
    note_written,
    rules_of,
)
from tsql.bound import (
    BoundInsert,
    BoundSelect,
    Const,
    Default,
    Expression,
    Field,
    SubqueryRelation,
    Target,
    reference_to,
)
from tsql.env import Env
from tsql.parser import RowTemplate, ast, enums
from tsql.types import oids

_Overriding = enums.OverridingKind
Rows = tuple[tuple[Expression, ...], ...]


def bind_insert(level: Level, node: Any) -> BoundInsert:
    """Binds an `ast.InsertStmt`."""
    item = bind_target(level, node, "a")
    table = item.base.table
    assert table is not None
    env = level.context.env
    defaults = _defaults(item, node.override, env)
    source = _Source(level, table, node, _destinations(item, node), defaults)
    rows, select, positions = source.bound()
    if item.through is not None and item.through.lost_defaults:
        raise not_writable(item.through.lost_defaults[0], "insert into")
    note_written(item, "a", positions)
    on_conflict = None
    if node.onConflictClause is not None:
        on_conflict = bind_on_conflict(level, item, node.onConflictClause)
    returning, fields = bind_returning(_returning_level(level, item), node)
    need_what_views_read(item)
    checks = rules_of(item, env)
    ctes = with_queries(level)
    return BoundInsert(
        table_relation(item),
        positions,
        rows,
        select,
        defaults,
        checks,
        on_conflict,
        returning,
        fields,
        ctes,
    )


def _defaults(item: Item, overriding: Any, env: Env) -> tuple[Expression, ...]:
    """Returns the columns' defaults; a view's are for the table values like any. Raises 428C9."""
    defaults = defaults_of(item, env)
    if item.through is None or not item.through.defaults:
        return defaults
    assert item.base.table is not None
    given = item.through.defaults
    return tuple([
        _overridden(column, default, default_of(column, env), overriding) if at in given else default
        for at, (column, default) in enumerate(zip(item.base.table.columns, defaults, strict=True))
    ])  # fmt: skip


def _overridden(
    column: Column, value: Expression, default: Expression, overriding: Any
) -> Expression:
    """Returns the value of a column that may make its own, as OVERRIDING has it. Raises 428C9."""
    if column.identity and overriding == _Overriding.OVERRIDING_USER_VALUE:
        return default
    is_always = column.identity == "a" and overriding != _Overriding.OVERRIDING_SYSTEM_VALUE
    if is_always or column.generated_sql is not None:
        message = f'cannot insert a non-DEFAULT value into column "{column.name}"'
        raise generated_always(column, message, hint=is_always)
    return value


def _returning_level(level: Level, item: Item) -> Level:
    """Returns a level that sees the target only: EXCLUDED is gone."""
    level.hidden = [other for other in level.items if other is not item]
    level.relations = [item.base]
    level.items = [item]
    return level


def _destinations(item: Item, node: Any) -> list[Destination]:
    """Returns the columns that are written. Raises 42703, 42701."""
    if not node.cols and item.through is not None:
        names = [column.name for column in item.columns]
        return [view_column(item, position, name) for position, name in enumerate(names)]
    assert item.base.table is not None
    if not node.cols:
        return [
            Destination(position, column.name, column.sql_type, column.typmod)
            for position, column in enumerate(item.base.table.columns)
        ]
    result: list[Destination] = []
    for target in node.cols:
        to = destination(item, target, is_update=False)
        if overwrites(to, result):
            message = f'column "{to.name}" specified more than once'
            raise error_at(target.location, "42701", message)
        result.append(to)
    return result


def bind_inserted(
    level: Level, item: Item, when: Any
) -> tuple[tuple[int, ...], tuple[Expression, ...]]:
    """Binds INSERT of a MERGE: the columns' positions and values. Raises 42601, 42703, 428C9."""
    assert item.table is not None
    node = ast.InsertStmt(cols=when.targetList, override=when.override)
    defaults = defaults_of(item, level.context.env)
    source = _Source(level, item.table, node, _destinations(item, node), defaults)
    return source.single(when.values or ())


@dataclass(frozen=True, slots=True)
class _Source:
    """Where an INSERT's rows come from, and where their values go."""

    level: Level
    table: Table
    node: Any
    destinations: Sequence[Destination]
    defaults: Sequence[Expression]

    def bound(self) -> tuple[Rows | None, BoundSelect | None, tuple[int, ...]]:
        """Returns rows or query, and the positions of the columns that they fill."""
        select = self.node.selectStmt
        if select is None:
            return ((),), None, ()
        if _is_plain_values(select):
            rows, query = self._values(select.valuesLists)
            return rows, query, self._positions(len(select.valuesLists[0]))
        query = self._query(select)
        return None, query, self._positions(len(query.fields))

    def _positions(self, count: int) -> tuple[int, ...]:
        return tuple(dict.fromkeys(to.position for to in self.destinations[:count]))

    def single(self, nodes: Sequence[Any]) -> tuple[tuple[int, ...], tuple[Expression, ...]]:
        """Returns positions and values of one row over the level's own items."""
        if not nodes:
            return (), ()
        values = [_value(self.level, value, clauses.VALUES) for value in nodes]
        self._check_width(len(values), nodes)
        return self._positions(len(values)), tuple(self._assigned(values, nodes))

    # ---- VALUES ----------------------------------------------------------------------------------

    def _values(self, lists: Sequence[Any]) -> tuple[Rows | None, BoundSelect | None]:
        """Binds the rows; a single one with set-returning functions is the query that it is."""
        is_single = len(lists) == 1 and not isinstance(lists, RowTemplate)
        clause = clauses.VALUES_OF_ONE_ROW if is_single else clauses.VALUES
        outer = self.level
        level = outer.beside()
        rows = []
        for row in lists:
            if len(row) != len(lists[0]):
                raise error_at(row, "42601", "VALUES lists must all be the same length")
            values = [_value(level, value, clause) for value in row]
            self._check_width(len(values), row)
            rows.append(tuple(self._assigned(values, row)))
        targets = [Target(value, "") for value in rows[0]]
        if isinstance(lists, RowTemplate):
            relation = rows_relation(lists)
            return None, BoundSelect(relation, tuple(targets), fields=fields_from(targets))
        if not level.sets:
            return tuple(rows), None
        sets = tuple(level.sets)
        query = BoundSelect(None, tuple(targets), set_functions=sets, fields=fields_from(targets))
        return None, query

    def _assigned(self, values: Sequence[Expression], nodes: Sequence[Any]) -> list[Expression]:
        """Returns the columns' values, in the order of their first mention."""
        result: dict[int, Expression] = {}
        context = self.level.context
        for value, node, to in zip(values, nodes, self.destinations, strict=False):
            check_writable(to, "insert into")
            if to.position in result and not to.parts:
                name = to.column_name(self.table)
                message = f'multiple assignments to same column "{name}"'
                raise error_at(None, "42601", message)
            if to.parts:
                before = result.get(to.position, Const(None, to.type, to.typmod))
                result[to.position] = assigned_part(self.level, before, value, to, node)
            elif isinstance(value, Default):
                result[to.position] = self._default(to)
            else:
                new = assigned(context, self.table, value, to, node)
                if to.position < len(self.table.columns):
                    column, default = self.table.columns[to.position], self.defaults[to.position]
                    new = _overridden(column, new, default, self.node.override)
                result[to.position] = new
        return list(result.values())

    def _default(self, to: Destination) -> Expression:
        """Returns the column's default; an attribute's is NULL."""
        if to.position < len(self.defaults):
            return self.defaults[to.position]
        return Const(None, oids.JSONB)

    def _check_width(self, count: int, nodes: Sequence[Any]) -> None:
        """Raises 42601 where there are more values than columns, or fewer than were named."""
        wanted, columns = len(self.destinations), self.node.cols
        if count > wanted:
            message = "INSERT has more expressions than target columns"
            raise error_at(nodes[wanted], "42601", message)
        if columns and count < wanted:
            hint = _parentheses_hint(nodes, wanted)
            message = "INSERT has more target columns than expressions"
            raise error_at(columns[count], "42601", message, hint=hint)

    # ---- SELECT ----------------------------------------------------------------------------------

    def _query(self, node: Any) -> BoundSelect:
        """Binds the source query, its columns converted to the table's."""
        outer = self.level
        level = outer.beside()
        select = bind_query_body(level, node, keep_unknowns=True)
        nodes: list[Any] = [node] * len(select.fields)
        targets = node.targetList or ()
        if len(targets) == len(select.fields):
            nodes = [target.val for target in targets]
        self._check_width(len(select.fields), nodes)
        if select.distinct:
            select = self._wrapped(select, nodes)
        expressions = [target.expression for target in select.targets]
        outputs = [Target(value, "") for value in self._assigned(expressions, nodes)]
        return replace(select, targets=tuple(outputs), fields=fields_from(outputs))

    def _wrapped(self, select: BoundSelect, nodes: Sequence[Any]) -> BoundSelect:
        """Returns a query over the query: DISTINCT sees the values before they are converted."""
        context = self.level.context
        targets = [
            replace(target, expression=assigned(context, self.table, target.expression, to, node))
            if target.expression.type == oids.UNKNOWN
            else target
            for target, to, node in zip(select.targets, self.destinations, nodes, strict=False)
        ]
        inner = replace(select, targets=tuple(targets), fields=fields_from(targets))
        columns = [_column(at, field) for at, field in enumerate(inner.fields)]
        relation = SubqueryRelation(inner, "*SELECT*", inner.fields)
        return BoundSelect(relation, tuple(columns), fields=inner.fields)


def _column(position: int, field: Field) -> Target:
    return Target(reference_to(0, position, field), field.name)


def _value(level: Level, node: Any, clause: Clause) -> Expression:
    if isinstance(node, ast.SetToDefault):
        return Default()
    return level.expression(node, clause)


def _is_plain_values(select: Any) -> bool:
    return bool(
        select.valuesLists
        and not select.sortClause
        and select.limitOffset is None
        and select.limitCount is None
        and not select.lockingClause
        and select.withClause is None
    )


def _parentheses_hint(nodes: Sequence[Any], wanted: int) -> str | None:
    """Returns the hint for VALUES ((1, 2))."""
    if len(nodes) != 1 or not isinstance(nodes[0], ast.RowExpr):
        return None
    if len(nodes[0].args or ()) != wanted:
        return None
    return (
        "The insertion source is a row expression containing the same number of columns expected by"
        " the INSERT. Did you accidentally use extra parentheses?"
    )
