"""Prepared statements: SQL text on its way to something that runs, and the cache of both.

    text -> ParsedStatement -> Query (bound, planned, compiled)        SELECT, INSERT, UPDATE, DELETE
                            -> the syntax tree itself                  everything else (tsql/commands)

A `Query` is made once and serves every session: the cache is keyed by the text, the parameter types
the client gave, and the settings by which names and literals are read. It is valid as long as the
tables that it names have the versions that it was bound to.
"""

import copy
from collections.abc import Callable
from dataclasses import field, replace
from operator import itemgetter
from typing import Any, Final

from storage.catalog import Catalog
from storage.errors import DatabaseError
from storage.kv.store import Transaction
from storage.lock_modes import TableLockMode
from storage.records import dataclass
from storage.schema import Index, Table
from storage.table import StaleTable
from storage.table_locks import table_key
from storage.tables import Tables
from tsql.answer import WriteResult
from tsql.binder import CatalogRelations, bind_query
from tsql.bound import BoundSelect, Expression, Field, JoinRelation, SubqueryRelation
from tsql.bound_query import BoundQuery
from tsql.env import Env
from tsql.executor.columnar import Chooser
from tsql.executor.compiler import Compiler
from tsql.executor.point import (
    PointSelect,
    PointWrite,
    point_select,
    point_write,
)
from tsql.executor.run import Batches, Run, Source
from tsql.executor.statement_subqueries import Subqueries
from tsql.executor.writes import Write
from tsql.kept import Kept
from tsql.parser import ParsedStatement, ast, enums, parse
from tsql.planner.cursor_rows import CursorForm, with_row_keys
from tsql.planner.planner import plan_statement
from tsql.planner.statement_plan import Plan

#: Texts whose plans are kept, over all sessions: a thousand of 150 characters, 30 MB of plans.
CACHED_CHARACTERS_MAX: Final = 256 * 1024
#: A longer text is rarely sent twice.
CACHED_TEXT_CHARACTERS_MAX: Final = 8192
#: Neither is a statement that begins so far inside a longer string.
CACHED_LOCATION_MAX: Final = 1000

#: Ends the text of the query of CREATE TABLE AS: its plan must not be found by the text alone.
AS_QUERY: Final = "\0as"
_QUERY_NODES: Final = (
    ast.SelectStmt,
    ast.InsertStmt,
    ast.UpdateStmt,
    ast.DeleteStmt,
    ast.MergeStmt,
)
_COMMANDS: Final = {
    ast.SelectStmt: "SELECT",
    ast.InsertStmt: "INSERT",
    ast.UpdateStmt: "UPDATE",
    ast.DeleteStmt: "DELETE",
    ast.MergeStmt: "MERGE",
}

IndexExpressionsOf = Callable[[Table, Index], tuple[tuple[Expression, ...], tuple[Expression, ...]]]


def _locks(select: BoundSelect) -> str | None:
    """Returns what a query is called that locks rows, itself or in a subquery in FROM."""
    if select.locking:
        return f"SELECT FOR {select.locking[0].mode.name.replace('_', ' ')}"
    pending = [select.relation]
    while pending:
        match pending.pop():
            case JoinRelation(left=left, right=right):
                pending += [left, right]
            case SubqueryRelation(select=inner):
                if (found := _locks(inner)) is not None:
                    return found
            case _:
                pass
    return None


def is_query(node: Any) -> bool:
    """Returns whether a statement is bound and planned (and isn't a command)."""
    return isinstance(node, _QUERY_NODES) and into_clause(node) is None


def query_inside(parsed: ParsedStatement) -> ParsedStatement | None:
    """Returns the query inside a command that takes parameters for it, as a statement."""
    node, text = parsed.node, parsed.text
    match node:
        case ast.DeclareCursorStmt() | ast.ExplainStmt():
            # The text begins with another word than any query's: its plan is found by no other.
            inner = node.query
        case ast.CreateTableAsStmt() if is_query(node.query) and not _is_view(node):
            inner, text = node.query, text + AS_QUERY
        case ast.SelectStmt() if into_clause(node) is not None:
            inner, text = without_into(node), text + AS_QUERY
        case _:
            return None
    return ParsedStatement(inner, parsed.location, parsed.length, text)


def _is_view(node: Any) -> bool:
    return bool(node.objtype == enums.ObjectType.OBJECT_MATVIEW)


def without_into(node: Any) -> Any:
    """Returns a SELECT without its INTO."""
    changed = copy.copy(node)
    if node.intoClause is not None:
        object.__setattr__(changed, "intoClause", None)
    else:
        object.__setattr__(changed, "larg", without_into(node.larg))
    return changed


def into_clause(node: Any) -> Any:
    """Returns the INTO of a SELECT, which makes it another way to write CREATE TABLE AS, or None."""
    while isinstance(node, ast.SelectStmt):
        if node.intoClause is not None or node.larg is None:
            return node.intoClause
        node = node.larg
    return None


class Query:
    """A bound, planned statement; its operators are made when first needed.

    Attributes:
        command: SELECT, INSERT, UPDATE or DELETE.
        cursor: What is known of a cursor for it, if it was made for one.
        fields: Of its rows, or None if it returns none.
        point_read, point_write: Its form without a transaction, if it has one, once compiled.
        locks: What a SELECT that locks rows is called: SELECT FOR UPDATE.
        only_reads: Whether neither it nor a query in its WITH changes rows.
        table_locks: The modes in which it locks its tables.
        target_id: Of the table that it writes to; 0: it reads only.
    """

    __slots__ = (
        "_chooser",
        "_is_compiled",
        "_source",
        "_subqueries",
        "_tables",
        "_unpopulated",
        "_write",
        "absent_names",
        "allowed_version",
        "command",
        "cursor",
        "fields",
        "is_cacheable",
        "locks",
        "needs",
        "only_reads",
        "parameter_types",
        "plan",
        "point_read",
        "point_write",
        "table_locks",
        "table_versions",
        "target_id",
    )

    def __init__(self, command: str, bound: BoundQuery, planned: Plan, tables: Tables) -> None:
        statement = bound.statement
        self.command = command
        self.parameter_types = bound.parameter_types
        self.table_versions = bound.table_versions
        self.absent_names = bound.absent_names
        self.plan = planned
        #: Whether it means the same later: a literal 'now' has been read by the clock.
        self.is_cacheable = bound.is_cacheable
        self.locks = _locks(statement) if isinstance(statement, BoundSelect) else None
        self.cursor: CursorForm | None = None
        is_select = isinstance(statement, BoundSelect)
        self.only_reads = is_select and all(
            isinstance(cte.statement, BoundSelect) for cte in statement.ctes
        )
        self.target_id = target = (
            0 if isinstance(statement, BoundSelect) else statement.relation.table.id
        )
        others = TableLockMode.ROW_SHARE if self.locks else TableLockMode.ACCESS_SHARE
        self.table_locks = tuple(
            (table_id, TableLockMode.ROW_EXCLUSIVE if table_id == target else others)
            for table_id, _ in bound.table_versions
        )
        self.fields: tuple[Field, ...] | None = statement.fields
        if not is_select and not getattr(statement, "returning", ()):
            self.fields = None
        self.needs = bound.needs
        self._unpopulated = bound.unpopulated
        #: Of the catalog in which its user was found to have the privileges.
        self.allowed_version = 0
        self._tables = tables
        self._is_compiled = False
        self._source: Source | None = None
        self._write: Write | None = None
        self._subqueries: Subqueries | None = None
        self._chooser: Chooser | None = None
        self.point_read: PointSelect | None = None
        self.point_write: PointWrite | None = None

    def compile(self) -> None:
        """Makes the operators, once; raises the errors of constant parts, as planning does.

        Raises 55000 for a materialized view that has never been filled.
        """
        if self._is_compiled:
            return
        if self._unpopulated is not None:
            raise DatabaseError(
                "55000",
                f'materialized view "{self._unpopulated}" has not been populated',
                hint="Use the REFRESH MATERIALIZED VIEW command.",
            )
        compiler = Compiler(self._tables)
        root = self.plan.root
        if self.is_write:
            self._write = compiler.write(root)
            self.point_write = point_write(self.plan, self._tables)
        else:
            self._source = compiler.source(root)
            self.point_read = None if self.locks else point_select(self.plan, self._tables)
            if self.plan.columnar is not None:
                self._chooser = Chooser(self.plan.columnar)
        if self.plan.subqueries or self.plan.correlated or self.plan.freezes:
            self._subqueries = Subqueries(self.plan, compiler)
        self._is_compiled = True

    @property
    def is_write(self) -> bool:
        """Whether it changes rows."""
        return self.command != "SELECT"

    def tag(self, count: int) -> str:
        """Returns the command tag for a number of rows."""
        return f"INSERT 0 {count}" if self.command == "INSERT" else f"{self.command} {count}"

    def is_current(self, catalog: Catalog) -> bool:
        """Returns whether all that it was bound to is still the same."""
        version_of, relation = catalog.version_of, catalog.relation
        return all(
            version_of(object_id) == version for object_id, version in self.table_versions
        ) and all(relation(schema, name) is None for schema, name in self.absent_names)

    async def lock_tables(self, txn: Transaction) -> None:
        """Locks the tables, before anything is read. Raises StaleTable if one has changed.

        What was committed during the wait is seen, in READ COMMITTED.
        """
        for table_id, mode in self.table_locks:
            await txn.lock(table_key(table_id), mode)
        txn.refresh()
        if not self.is_current(self._tables.catalogs.seen_by(txn)):
            raise StaleTable

    async def start(self, run: Run) -> Batches:
        """Starts a SELECT. Raises StaleTable."""
        self.compile()
        await self.lock_tables(run.txn)
        if self._chooser is not None and self._chooser.is_worth_it(run):
            batches = await self._chooser.start(run, self._start_by_key)
            if batches is not None:
                return batches
        return await self._start_by_key(run)

    async def _start_by_key(self, run: Run) -> Batches:
        assert self._source is not None
        if self._subqueries is None:
            return self._source(run)
        return await self._subqueries.start(self._source, run)

    async def write(self, run: Run) -> WriteResult:
        """Runs an INSERT, UPDATE or DELETE in the run's transaction. Raises StaleTable."""
        self.compile()
        assert self._write is not None
        await self.lock_tables(run.txn)
        if self._subqueries is None:
            return await self._write(run)
        return await self._subqueries.write(self._write, run)


@dataclass(slots=True)
class Prepared:
    """A prepared statement of one session.

    Attributes:
        given_types: Parameter types as the client gave them; None: it may have no parameters.
        query: The bound statement, or None for a command (or an empty string).
        inner: The query inside a command that takes parameters for it: DECLARE CURSOR, EXPLAIN,
            CREATE TABLE AS.
        from_sql: Whether PREPARE made it (pg_prepared_statements).
        is_told: Whether the client may know how its rows look; a simple query's are told with them.
        catalog_version, settings_generation: What the query was last found valid for.
        point: Its point form (tsql/point_statement.py), once somebody has asked for it.
    """

    parsed: ParsedStatement | None
    text: str
    given_types: tuple[int, ...] | None
    query: Query | None
    from_sql: bool = False
    catalog_version: int = 0
    settings_generation: int = -1
    is_told: bool = True
    point: Any = None
    is_cursor: bool = False
    inner: "Prepared | None" = None

    @property
    def parameter_types(self) -> tuple[int, ...]:
        """Types of the values that Bind is to bring; a command takes those that it was given."""
        query = self.query or (self.inner and self.inner.query)
        return query.parameter_types if query else self.given_types or ()


@dataclass(slots=True)
class Preparer:
    """Binds and plans statements, and keeps the results.

    Attributes:
        catalog_relations: The catalog tables built in the server.
    """

    tables: Tables
    expressions_of: IndexExpressionsOf
    catalog_relations: CatalogRelations | None = None
    _queries: Kept[Query] = field(
        default_factory=lambda: Kept(CACHED_CHARACTERS_MAX, itemgetter(0))
    )

    def query(
        self,
        parsed: ParsedStatement,
        given_types: tuple[int, ...] | None,
        catalog: Catalog,
        env: Env,
        *,
        is_cursor: bool = False,
    ) -> Query:
        """Returns the query of a statement, bound to this catalog."""
        key = (parsed.text, parsed.location, given_types or (), binding_key(env), is_cursor)
        # A long text isn't even looked for: it would be read whole for its hash.
        may_be_kept = (
            len(parsed.text) <= CACHED_TEXT_CHARACTERS_MAX
            and parsed.location <= CACHED_LOCATION_MAX
        )
        found = self._queries.get(key) if may_be_kept else None
        if (
            found is not None
            and found.is_current(catalog)
            and (given_types is not None or not found.parameter_types)
        ):
            return found
        made = self._make(parsed, given_types, catalog, env, is_cursor=is_cursor)
        if made.is_cacheable and may_be_kept:
            self._queries.keep(key, made)
        return made

    def _make(
        self,
        parsed: ParsedStatement,
        given_types: tuple[int, ...] | None,
        catalog: Catalog,
        env: Env,
        *,
        is_cursor: bool,
    ) -> Query:
        bound = bind_query(
            parsed.node,
            catalog,
            env,
            given_types,
            catalog_relations=self.catalog_relations,
        )
        command = _COMMANDS[type(parsed.node)]
        if not (is_cursor and isinstance(bound.statement, BoundSelect)):
            return self.planned(command, bound)
        select, form = with_row_keys(bound.statement)
        query = self.planned(command, replace(bound, statement=select))
        query.cursor = form
        return query

    def planned(self, command: str, bound: BoundQuery) -> Query:
        """Returns the query of a bound statement."""
        try:
            planned = plan_statement(
                bound.statement, len(bound.parameter_types), self.expressions_of
            )
            return Query(command, bound, planned, self.tables)
        except RecursionError:
            raise DatabaseError("54001", "stack depth limit exceeded") from None


def binding_key(env: Env) -> tuple[Any, ...]:
    """Returns the settings by which names and literals are read."""
    return (
        env.search_path,
        env.time_zone,
        env.date_style,
        env.date_order,
        env.interval_style,
        env.user,
    )


def parse_statements(sql: str) -> list[ParsedStatement]:
    """Returns the statements of a query string."""
    return parse(sql)
