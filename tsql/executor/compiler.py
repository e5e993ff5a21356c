"""Plans to operators: the one `match` over plan nodes."""

from collections.abc import Callable
from dataclasses import dataclass

from storage.tables import Tables
from tsql.bound import Expression
from tsql.executor.access import CompiledAccess
from tsql.executor.aggregate import aggregate_rows
from tsql.executor.distinct import distinct_rows
from tsql.executor.lock_rows import lock_rows
from tsql.executor.rows import (
    RowCount,
    catalog_rows,
    filter_rows,
    function_rows,
    gate_rows,
    limit_rows,
    one_row,
    project_rows,
    project_sets,
    projection,
    values_rows,
)
from tsql.executor.run import Batches, Run, Source
from tsql.executor.sort import first_rows, sort_rows
from tsql.executor.writes import Write, compile_delete, compile_insert, compile_update
from tsql.planner import plan
from tsql.planner.plan import Node
from tsql.planner.row_layout import width_of
from tsql.planner.walk import is_volatile

#: Starts an operator that is told how many rows will be wanted, if that is known.
Start = Callable[[Run, int | None], Batches]

_ACCESS_PATHS = (
    plan.Get,
    plan.MultiGet,
    plan.KeyRange,
    plan.IndexGet,
    plan.IndexRange,
    plan.Scan,
)


@dataclass(frozen=True, slots=True)
class Compiler:
    """Compiles the nodes of one plan; `observe` may wrap each node's operator (EXPLAIN ANALYZE)."""

    tables: Tables
    observe: Callable[[Node, Start], Start] | None = None

    def source(self, node: Node) -> Source:
        """Returns what starts the operator of a node that gives rows."""
        start = self.start(node)
        return lambda run: start(run, None)

    def start(self, node: Node) -> Start:
        """Returns likewise what may be told how many rows will be wanted."""
        start = self._start(node)
        return start if self.observe is None else self.observe(node, start)

    def _start(self, node: Node) -> Start:
        if isinstance(node, _ACCESS_PATHS):
            return CompiledAccess(node, self.tables).rows()
        match node:
            case plan.Project(source=source, targets=targets):
                return self._project(source, targets)
            case plan.Gate(source=source, condition=condition):
                gated: Start = gate_rows(self.start(source), condition)
                return gated
            case plan.LockRows():
                rows = self._rows_with_items(node.source)
                return lock_rows(rows, node.relation, node.locking, node.filter, self.tables)
            case _:
                plain = self._plain(node)
                return lambda run, _wanted: plain(run)

    def _plain(self, node: Node) -> Source:
        """Compiles the nodes to which it doesn't matter how many rows will be wanted."""
        match node:
            case plan.Filter(source=source, condition=condition):
                return filter_rows(self.source(source), condition)
            case plan.Limit(source=source, limit=limit, offset=offset):
                return limit_rows(self.start(source), RowCount(limit, offset))
            case plan.Sort(source=source, keys=keys, limit=None):
                return sort_rows(self.source(source), keys)
            case plan.Sort(source=source, keys=keys, limit=limit, offset=offset):
                return first_rows(self.source(source), keys, RowCount(limit, offset))
            case plan.Distinct(source=source, types=types, on=on):
                return distinct_rows(self.source(source), types, on)
            case plan.Aggregate(source=source, keys=keys, aggregates=aggregates):
                return aggregate_rows(self.source(source), keys, aggregates)
            case plan.ProjectSet(source=source, functions=functions):
                return project_sets(self.source(source), functions)
            case _:
                return self._leaf(node)

    def _leaf(self, node: Node) -> Source:
        match node:
            case plan.OneRow():
                return one_row
            case plan.Values(rows=rows):
                return values_rows(rows)
            case plan.FunctionScan(relation=relation):
                return function_rows(relation)
            case plan.CatalogScan(relation=relation):
                return catalog_rows(relation.rows)
            case _:
                raise AssertionError(f"{type(node).__name__} gives no rows")

    def _project(self, source: Node, targets: tuple[Expression, ...]) -> Start:
        project = projection(targets, _known_width(source))
        start = self.start(source)
        if project is None:
            return start
        may_wait = any(map(is_volatile, targets))
        return lambda run, wanted: project_rows(
            lambda run: start(run, wanted), project, may_wait=may_wait
        )(run)

    def _rows_with_items(self, node: Node) -> Source:
        """Compiles the path below LockRows, whose rows end with key and item."""
        if isinstance(node, _ACCESS_PATHS):
            start = CompiledAccess(node, self.tables).rows(with_items=True)
            return lambda run: start(run, None)
        if isinstance(node, plan.Gate):
            inner = self._rows_with_items(node.source)
            gated = gate_rows(lambda run, _wanted: inner(run), node.condition)
            return lambda run: gated(run, None)
        assert isinstance(node, plan.Sort)
        rows = self._rows_with_items(node.source)
        return sort_rows(rows, node.keys)

    def write(self, node: plan.Insert | plan.Update | plan.Delete) -> Write:
        """Returns the running form of a write."""
        match node:
            case plan.Insert():
                return compile_insert(node, self.source(node.source), self.tables)
            case plan.Update():
                return compile_update(node, self.tables)
            case plan.Delete():
                return compile_delete(node, self.tables)


def _known_width(node: Node) -> int | None:
    """Returns how wide the rows of a node are, where its columns may be all that is asked for."""
    match node:
        case plan.Limit() | plan.Sort() | plan.Filter() | plan.Gate():
            return _known_width(node.source)
        case plan.Get() | plan.MultiGet() | plan.KeyRange() | plan.IndexGet() | plan.IndexRange():
            return width_of(node.relation)
        case plan.Scan():
            return width_of(node.relation)
        case plan.Values(rows=rows):
            return len(rows[0])
        case plan.Aggregate():
            return len(node.keys) + len(node.aggregates)
        case plan.FunctionScan() | plan.CatalogScan():
            return width_of(node.relation)
        case plan.Project():
            return len(node.targets)
        case _:
            return None
