"""Queries as the SQL text that PostgreSQL shows of them: what a view is made of.

    SELECT t.a,
       sum(t.b) AS sum
      FROM t
     WHERE (t.a > 1)
     GROUP BY t.a;

A view's text is bound again, with what it tells about how it was written (tsql/binder/written.py), and
printed by the rules of PostgreSQL's utils/adt/ruleutils.c: clauses in lines of their own, every column with the
name of what it is of, names where none is found twice (query_names.py).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from compat.postgres.expressions import STEP, with_breaks
from compat.postgres.query_expressions import order_of
from compat.postgres.query_from import FromPrinter
from compat.postgres.query_names import Scope
from compat.postgres.query_sources import sources_of
from compat.postgres.system_relations import PostgresCatalogs
from storage.catalog import Catalog
from storage.objects import View
from storage.records import dataclass
from storage.schema import Table
from tsql import bound
from tsql.binder import bind_query
from tsql.binder.views import parsed_view
from tsql.binder.written import WrittenQuery
from tsql.bound import BoundSelect, Expression
from tsql.env import Env
from tsql.identifiers import quoted
from tsql.parser import ast, enums
from tsql.types import oids

_SETS: Final = enums.SetOperation
_Kind: Final = enums.GroupingSetKind
_WORDS: Final[dict[Any, str]] = {
    _Kind.GROUPING_SET_ROLLUP: "ROLLUP",
    _Kind.GROUPING_SET_CUBE: "CUBE",
    _Kind.GROUPING_SET_SETS: "GROUPING SETS ",
}
_KEPT: Final = {
    enums.CTEMaterialize.CTEMaterializeDefault: "",
    enums.CTEMaterialize.CTEMaterializeAlways: "MATERIALIZED ",
    enums.CTEMaterialize.CTEMaterializeNever: "NOT MATERIALIZED ",
}
_LOCKS: Final = {
    enums.LockClauseStrength.LCS_FORKEYSHARE: "FOR KEY SHARE",
    enums.LockClauseStrength.LCS_FORSHARE: "FOR SHARE",
    enums.LockClauseStrength.LCS_FORNOKEYUPDATE: "FOR NO KEY UPDATE",
    enums.LockClauseStrength.LCS_FORUPDATE: "FOR UPDATE",
}
_WAITS: Final = {
    enums.LockWaitPolicy.LockWaitBlock: "",
    enums.LockWaitPolicy.LockWaitSkip: " SKIP LOCKED",
    enums.LockWaitPolicy.LockWaitError: " NOWAIT",
}
#: What SEARCH and CYCLE wrap a recursive query's arms into (tsql/binder/search_cycle.py).
_ORDERED_ARMS: Final = frozenset({"*TLOCRN*", "*TROCRN*"})
_CATALOGS: Final = PostgresCatalogs()


def view_definition(
    found: View | Table, catalog: Catalog, env: Env, *, pretty: bool = False, wrap: int = 0
) -> str:
    """Returns the query of a view or of a materialized one, with its semicolon."""
    view = found if isinstance(found, View) else found.query
    assert view is not None
    names = [column.name for column in found.columns]
    return _query_text(view, names, catalog, env, pretty=pretty, wrap=wrap) + ";"


def _query_text(
    view: View,
    names: Sequence[str],
    catalog: Catalog,
    env: Env,
    *,
    pretty: bool = False,
    wrap: int = 0,
) -> str:
    """Returns a view's query, whose columns are called `names`."""
    query = bind_query(
        parsed_view(view.sql),
        catalog,
        env,
        None,
        catalog_relations=_CATALOGS.relation,
        view=view,
        keeps_written=True,
    )
    assert isinstance(query.statement, BoundSelect)
    printer = _QueryPrinter(view, catalog, env, pretty=pretty)
    return with_breaks(printer.whole_query(query.statement, names), wrap)


@dataclass(frozen=True, slots=True)
class _Columns:
    """What a query's columns are called.

    Attributes:
        names: By what is around it; None: as the query says itself.
        are_seen: Whether anybody can ask for them by name: not in EXISTS, nor in the second arm of a UNION.
    """

    names: Sequence[str] | None = None
    are_seen: bool = True


class _QueryPrinter(FromPrinter):
    """Prints queries."""

    def whole_query(self, select: BoundSelect, names: Sequence[str]) -> str:
        """Returns the view's own query."""
        return self._inside(select, None, {}, _Columns(names))

    def query(
        self, select: BoundSelect, outer: dict[int, Expression], *, is_seen: bool = True
    ) -> str:
        return self._inside(select, self.scope, outer, _Columns(are_seen=is_seen))

    def _inside(
        self,
        select: BoundSelect,
        parent: Scope | None,
        outer: dict[int, Expression],
        columns: _Columns,
    ) -> str:
        scope = Scope(
            select, sources_of(select, self.view, self.catalog), parent, is_rule=parent is None
        )
        if parent is not None:
            scope.outer = {slot: (value, parent) for slot, value in outer.items()}
        before = getattr(self, "scope", None)
        indent, self.scope = self.indent, scope
        try:
            return self._statement(select, columns)
        finally:
            self.indent = indent
            if before is not None:
                self.scope = before

    def _statement(self, select: BoundSelect, columns: _Columns) -> str:
        node = select.written.node
        text = self._with(select) if node.withClause is not None else ""
        if node.op != _SETS.SETOP_NONE:
            assert isinstance(select.relation, bound.SetOperation)
            text += self._set_operation(select.relation, columns)
        else:
            text += self._basic(select, columns)
        return text + self._tail(select, is_operation=node.op != _SETS.SETOP_NONE)

    # ---- WITH ------------------------------------------------------------------------------------

    def _with(self, select: BoundSelect) -> str:
        written: WrittenQuery = select.written
        clause = written.node.withClause
        self.indent += STEP
        parts = []
        for node in clause.ctes:
            found = next(each for each in written.level.own_ctes if each.node is node)
            text = quoted(node.ctename)
            if node.aliascolnames:
                text += f"({', '.join(quoted(part.sval) for part in node.aliascolnames)})"
            text += f" AS {_KEPT[node.ctematerialized]}("
            text += self.line("") + self._with_query(found) + self.line("") + ")"
            parts.append(text + self._order_of_search(node))
        self.indent -= STEP
        words = "WITH RECURSIVE" if clause.recursive else "WITH"
        return f" {words} {', '.join(parts)}{self.line('')}"

    def _with_query(self, found: Any) -> str:
        if found.recursion is None:
            return self.query(found.statement, {})
        # The two arms of a recursive query stand for themselves: they have no query around them.
        query = found.node.ctequery
        indent = self.indent
        first = _unordered(found.statement)
        text = self._arm(first, _Columns())
        # What SEARCH and CYCLE have added stands behind the query's own columns.
        further = _unordered(found.recursion)
        further = replace(further, fields=further.fields[: len(first.fields)])
        text += self.line("") + "UNION ALL "[: 10 if query.all else 6]
        text += self.line("") + self._arm(further, _Columns(are_seen=False))
        self.indent = indent
        return text

    def _order_of_search(self, node: Any) -> str:
        text = ""
        search, cycle = node.search_clause, node.cycle_clause
        if search is not None:
            how = "BREADTH" if search.search_breadth_first else "DEPTH"
            columns = ", ".join(quoted(part.sval) for part in search.search_col_list)
            text += f" SEARCH {how} FIRST BY {columns} SET {quoted(search.search_seq_column)}"
        if cycle is not None:
            columns = ", ".join(quoted(part.sval) for part in cycle.cycle_col_list)
            text += f" CYCLE {columns} SET {quoted(cycle.cycle_mark_column)}"
            value, default = cycle.cycle_mark_value, cycle.cycle_mark_default
            if not (_is_boolean(value, True) and _is_boolean(default, False)):
                text += f" TO {self._bound(value)} DEFAULT {self._bound(default)}"
            text += f" USING {quoted(cycle.cycle_path_column)}"
        return text

    def _bound(self, node: Any) -> str:
        """Returns a constant expression that stands outside of the bound query."""
        select = ast.SelectStmt(
            targetList=(ast.ResTarget(val=node, location=0),),
            op=_SETS.SETOP_NONE,
            limitOption=enums.LimitOption.LIMIT_OPTION_DEFAULT,
        )
        statement: Any = bind_query(select, self.catalog, self.env, None, keeps_written=True)
        return self.text(statement.statement.targets[0].expression)

    # ---- UNION … ---------------------------------------------------------------------------------

    def _set_operation(self, operation: bound.SetOperation, columns: _Columns) -> str:
        left, right = operation.left, operation.right
        rest = replace(columns, are_seen=False)
        inner = _operation_of(left)
        is_same = inner is not None and (inner.operator, inner.all) == (
            operation.operator,
            operation.all,
        )
        text = ""
        if inner is not None and not is_same:
            text += "(" + self.line("", STEP)
            text += self._set_operation(inner, columns)
            text += self.line(") ", -STEP)
        else:
            text += self._set_operation(inner, columns) if inner else self._arm(left, columns)
            text += self.line("")
        text += f"{operation.operator} {'ALL ' * operation.all}"
        inner = _operation_of(right)
        if inner is None:
            return text + self.line("") + self._arm(right, rest)
        text += "(" + self.line("", STEP) + self._set_operation(inner, rest)
        self.indent -= STEP
        return text + self.line(")")

    def _arm(self, select: BoundSelect, columns: _Columns) -> str:
        select = _unwrapped(select)
        node = select.written.node
        text = self._inside(select, self.scope, {}, columns)
        is_apart = bool(
            node.withClause or node.sortClause or node.lockingClause
            or node.limitOffset is not None or node.limitCount is not None
        )  # fmt: skip
        return f"({text})" if is_apart else text

    # ---- SELECT ----------------------------------------------------------------------------------

    def _basic(self, select: BoundSelect, columns: _Columns) -> str:
        written: WrittenQuery = select.written
        node = written.node
        self.indent += STEP
        relation = select.relation
        if isinstance(relation, bound.ValuesRelation) and node.valuesLists:
            own = [column.name for column in relation.fields]
            if columns.names is None or list(columns.names) == own:
                return " " + self.values(relation)
        text = " SELECT" + self._distinct(select)
        text += self._targets(select, columns) + self.from_clause()
        if select.where is not None:
            condition = self.text(self.whole(select.where), implied=False)
            text += self.line(" WHERE ", -STEP, STEP, 1) + condition
        if node.groupClause:
            text += self.line(" GROUP BY ", -STEP, STEP, 1)
            text += "DISTINCT " * bool(node.groupDistinct) + self._group_by(select)
        if select.having is not None:
            text += self.line(" HAVING ", -STEP, STEP, 0)
            text += self.text(self.whole(select.having), implied=False)
        if node.windowClause:
            text += self.line(" WINDOW ", -STEP, STEP, 1)
            text += self.named_windows(written.level.named_windows, node.windowClause)
        return text

    def _distinct(self, select: BoundSelect) -> str:
        if not select.distinct:
            return ""
        if not select.distinct_on:
            return " DISTINCT"
        return f" DISTINCT ON ({', '.join(map(self.key, select.distinct_on))})"

    def _targets(self, select: BoundSelect, columns: _Columns) -> str:
        parts = []
        written: WrittenQuery = select.written
        for at, target in enumerate(select.targets[: len(select.fields)]):
            before = written.targets[at].expression
            item = self._target(
                # What is around it converts literals only; columns are converted as they are read.
                target.expression if before.type == oids.UNKNOWN else before,
                target.name if columns.names is None else columns.names[at],
                is_seen=columns.are_seen,
            )
            parts.append(self.item("T" if at else "F", item))
        return " " + ", ".join(parts) if parts else ""

    def _target(self, expression: Expression, name: str, *, is_seen: bool) -> str:
        node = self.whole(expression)
        own = self.bare(node)
        if own is None and not isinstance(node, bound.WholeRow) and not is_seen:
            own = "?column?"
        text = self.top(node, implied=True)
        return text if name == own else f"{text} AS {quoted(name)}"

    # ---- GROUP BY --------------------------------------------------------------------------------

    def _group_by(self, select: BoundSelect) -> str:
        written: WrittenQuery = select.written
        positions = iter(written.level.group_positions)
        items = written.node.groupClause
        if not any(isinstance(item, ast.GroupingSet) for item in items):
            return ", ".join(self.key(select.group_by[at]) for at in positions)
        return ", ".join(self._set(item, select, positions, omits=True) for item in items)

    def _set(self, node: Any, select: BoundSelect, positions: Iterator[int], *, omits: bool) -> str:
        if not isinstance(node, ast.GroupingSet):
            count = len(_columns(node))
            keys = ", ".join(self.key(select.group_by[next(positions)]) for _ in range(count))
            return keys if omits and count == 1 else f"({keys})"
        if node.kind == _Kind.GROUPING_SET_EMPTY:
            return "()"
        inner = node.kind != _Kind.GROUPING_SET_SETS
        content: tuple[Any, ...] = node.content or ()
        parts = [self._set(part, select, positions, omits=inner) for part in content]
        return f"{_WORDS[node.kind]}({', '.join(parts)})"

    # ---- ORDER BY, LIMIT, FOR UPDATE -------------------------------------------------------------

    def _tail(self, select: BoundSelect, *, is_operation: bool) -> str:
        text = ""
        if select.order_by:
            text += self.line(" ORDER BY ", -STEP, STEP, 1)
            text += self._order_by(select) if is_operation else self.sort_keys(select.order_by)
        if select.offset is not None:
            text += self.line(" OFFSET ", -STEP, STEP) + self._count(select.offset)
        count = select.written.node.limitCount
        if select.limit is not None:
            text += self._limit(select.limit, with_ties=select.with_ties)
        elif isinstance(count, ast.A_Const) and count.isnull:
            text += self.line(" LIMIT ", -STEP, STEP) + "ALL"
        if not select.written.node.lockingClause:
            return text
        return text + self._locks(select)

    def _order_by(self, select: BoundSelect) -> str:
        places = [target.expression for target in select.targets]
        return ", ".join(
            f"{places.index(key.expression) + 1}{order_of(key)}" for key in select.order_by
        )

    def _count(self, expression: Expression) -> str:
        return self.text(self.whole(expression), implied=False)

    def _limit(self, limit: Expression, *, with_ties: bool) -> str:
        if with_ties:
            first = self.line(" FETCH FIRST ", -STEP, STEP)
            return f"{first}({self._count(limit)}) ROWS WITH TIES"
        is_all = isinstance(limit, bound.Const) and limit.value is None
        return self.line(" LIMIT ", -STEP, STEP) + ("ALL" if is_all else self._count(limit))

    def _locks(self, select: BoundSelect) -> str:
        clause = select.written.node.lockingClause[-1]
        text = ""
        for lock in select.locking:
            name = quoted(self.scope.leaves[lock.relation].name)
            text += self.line(f" {_LOCKS[clause.strength]}", -STEP, STEP)
            text += f" OF {name}{_WAITS[clause.waitPolicy]}"
        return text


def _operation_of(select: BoundSelect) -> bound.SetOperation | None:
    """Returns the operation that an arm is, which is no query of its own."""
    is_operation = isinstance(select.relation, bound.SetOperation) and select.written is None
    return (
        select.relation
        if is_operation and isinstance(select.relation, bound.SetOperation)
        else None
    )


def _unwrapped(select: BoundSelect) -> BoundSelect:
    """Returns an arm's query, out of the one that converts its columns."""
    while select.written is None and isinstance(select.relation, bound.SubqueryRelation):
        select = select.relation.select
    return select


def _unordered(select: BoundSelect) -> BoundSelect:
    """Returns a recursive query's arm, out of what SEARCH or CYCLE has put around it."""
    relation = select.relation
    if isinstance(relation, bound.SubqueryRelation) and relation.alias in _ORDERED_ARMS:
        return relation.select
    return select


def _columns(node: Any) -> list[Any]:
    if isinstance(node, ast.RowExpr) and node.row_format == enums.CoercionForm.COERCE_IMPLICIT_CAST:
        return [part for item in node.args or () for part in _columns(item)]
    return [node]


def _is_boolean(node: Any, value: bool) -> bool:
    literal = getattr(node, "arg", node) if isinstance(node, ast.TypeCast) else node
    val = getattr(literal, "val", None)
    return isinstance(val, ast.Boolean) and val.boolval is value
