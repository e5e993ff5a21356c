"""Plans to operators: the one `match` over plan nodes."""

from collections.abc import Callable
from dataclasses import field

from storage.errors import DatabaseError
from storage.records import dataclass
from storage.tables import Tables
from tsql.answer import WriteResult
from tsql.bound import Expression
from tsql.executor.access import CompiledAccess
from tsql.executor.aggregate import aggregate_rows
from tsql.executor.columnar import chosen_source
from tsql.executor.distinct import distinct_rows
from tsql.executor.grouping_sets import grouping_set_rows
from tsql.executor.joins import hash_join, key_loop, loop_join, nested_loop, slot_setter
from tsql.executor.lock_rows import lock_rows
from tsql.executor.projections import projection
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
    values_rows,
)
from tsql.executor.run import Batches, Run, Source, returned_rows
from tsql.executor.set_operations import set_operation
from tsql.executor.sort import first_rows, sort_rows
from tsql.executor.windows import window_rows
from tsql.executor.with_queries import KeptQueries, with_queries, working_rows
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
_WRITES = (plan.Insert, plan.Update, plan.Delete, plan.Merge)


@dataclass(frozen=True, slots=True)
class Compiler:
    """Compiles the nodes of one plan; `observe` may wrap each node's operator (EXPLAIN ANALYZE)."""

    tables: Tables
    observe: Callable[[Node, Start], Start] | None = None
    kept: KeptQueries = field(default_factory=KeptQueries)

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
            case plan.Columnar(source=source):
                chosen = chosen_source(node, self.source(source))
                return lambda run, _wanted: chosen(run)
            case plan.LockRows():
                rows = self.source(node.source)
                return lock_rows(rows, node.relations, node.filter, self.tables)
            case _:
                plain = self._plain(node)
                return lambda run, _wanted: plain(run)

    def _plain(self, node: Node) -> Source:
        """Compiles the nodes to which it doesn't matter how many rows will be wanted."""
        match node:
            case plan.Filter(source=source, condition=condition):
                return filter_rows(self.source(source), condition)
            case plan.Limit(source=source, limit=limit, offset=offset, ties=ties):
                return limit_rows(self.start(source), RowCount(limit, offset), ties)
            case plan.Sort(source=source, keys=keys, limit=None):
                return sort_rows(self.source(source), keys)
            case plan.Sort(source=source, keys=keys, limit=limit, offset=offset):
                return first_rows(self.source(source), keys, RowCount(limit, offset))
            case plan.Distinct(source=source, types=types, on=on):
                return distinct_rows(self.source(source), types, on)
            case plan.Aggregate(source=source, sets=tuple()):
                return grouping_set_rows(self.source(source), node)
            case plan.Aggregate(source=source, keys=keys, aggregates=aggregates):
                return aggregate_rows(self.source(source), keys, aggregates)
            case plan.ProjectSet(source=source, functions=functions):
                return project_sets(self.source(source), functions)
            case plan.Windows(source=source, calls=calls):
                return window_rows(self.source(source), calls)
            case plan.With():
                return self._with(node)
            case plan.Slots(source=source, slots=slots, values=values):
                return _told(self.source(source), slots, values)
            case _:
                return self._joined(node)

    def _joined(self, node: Node) -> Source:
        """Compiles the nodes that have two sources."""
        match node:
            case plan.NestedLoop(outer=outer, inner=plan.Get() as inner) if self.observe is None:
                path = CompiledAccess(inner, self.tables)
                return key_loop(node, self.source(outer), path)
            case plan.NestedLoop(outer=outer, inner=inner):
                return nested_loop(node, self.source(outer), self.source(inner))
            case plan.HashJoin(outer=outer, inner=inner):
                return hash_join(node, self.source(outer), self.source(inner))
            case plan.LoopJoin(outer=outer, inner=inner):
                return loop_join(node, self.source(outer), self.source(inner))
            case plan.SetOperation(left=left, right=right):
                return set_operation(node, self.source(left), self.source(right))
            case _:
                return self._leaf(node)

    def _with(self, node: plan.With) -> Source:
        numbers, writes = self._declared(node)
        return with_queries(self.source(node.source), numbers, writes, self.kept)

    def _declared(self, node: plan.With) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Compiles the WITH queries; returns the numbers of those to start anew, and of writes."""
        for query in node.queries:
            recursion = None if query.recursion is None else self.source(query.recursion)
            self.kept.add(query, self._rows_of(query.node), recursion)
        writes = [query.number for query in node.queries if _writes(query.node)]
        numbers = [query.number for query in node.queries] if node.starts_anew else []
        return tuple(numbers), tuple(writes)

    def _rows_of(self, node: Node) -> Source:
        """Compiles a WITH query: rows, or a write that returns some."""
        if not _writes(node):
            return self.source(node)
        write = self.write(node)
        return lambda run: returned_rows(lambda: write(run))

    def _leaf(self, node: Node) -> Source:
        match node:
            case plan.OneRow():
                return one_row
            case plan.Failure(sqlstate=sqlstate, message=message):
                raise DatabaseError(sqlstate, message)
            case plan.Values(rows=rows):
                return values_rows(rows)
            case plan.FunctionScan(relation=relation):
                return function_rows(relation)
            case plan.CatalogScan(relation=relation):
                return catalog_rows(relation.rows)
            case plan.CteScan(number=number):
                return self.kept.reader(number)
            case plan.WorkingScan(number=number):
                return working_rows(number)
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

    def write(self, node: Node) -> Write:
        """Returns the running form of a write."""
        match node:
            case plan.Insert():
                return compile_insert(node, self.source(node.source), self.tables)
            case plan.Update():
                return compile_update(node, self._joined_target(node), self.tables)
            case plan.Delete():
                return compile_delete(node, self._joined_target(node), self.tables)
            case plan.Merge():
                from tsql.executor.merge import compile_merge  # noqa: PLC0415 - when first needed

                return compile_merge(node, self.source(node.source), self.tables)
            case plan.With():
                _, writes = self._declared(node)
                return self._write_after(writes, self.write(node.source))
            case _:
                raise AssertionError(f"{type(node).__name__} writes nothing")

    def _write_after(self, numbers: tuple[int, ...], write: Write) -> Write:
        """Returns a write that runs those of its WITH queries first."""

        async def write_after(run: Run) -> WriteResult:
            for number in numbers:
                await self.kept.of(number, run).all()
            return await write(run)

        return write_after

    def _joined_target(self, node: plan.Update | plan.Delete) -> Source | None:
        return None if node.relation is None else self.source(node.source)


def _writes(node: Node) -> bool:
    return isinstance(node.source if isinstance(node, plan.With) else node, _WRITES)


def _told(source: Source, slots: tuple[int, ...], values: tuple[Expression, ...]) -> Source:
    tell = slot_setter(slots, values)

    def start(run: Run) -> Batches:
        tell((), run.env)
        return source(run)

    return start


def _known_width(node: Node) -> int | None:
    """Returns how wide the rows of a node are, where its columns may be all that is asked for."""
    match node:
        case plan.Limit() | plan.Sort() | plan.Filter() | plan.Gate() | plan.Columnar():
            return _known_width(node.source)
        case plan.Get() | plan.MultiGet() | plan.KeyRange() | plan.IndexGet() | plan.IndexRange():
            return None if node.with_item else width_of(node.relation)
        case plan.Scan():
            return None if node.with_item else width_of(node.relation)
        case plan.Values(rows=rows):
            return len(rows[0])
        case plan.Aggregate():
            return len(node.keys) + len(node.aggregates) + len(node.groupings)
        case plan.FunctionScan() | plan.CatalogScan():
            return width_of(node.relation)
        case plan.Project():
            return len(node.targets)
        case _:
            return None
