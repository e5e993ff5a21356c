"""An open database: what all sessions share.

database = await Database.open(store)
session = database.session(SessionOptions(user="ann", database="ann"))
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, Final

from storage.catalog import FIRST_DATABASE_ID, Changes
from storage.catalog_store import CatalogStore
from storage.duplicates import KeyRendering
from storage.embedded import OpenStore
from storage.index import IndexFunctions
from storage.items import Row
from storage.objects import View
from storage.online_build import OnlineBuilds
from storage.records import dataclass
from storage.schema import Index, Table
from storage.sequence import Sequences
from storage.tables import Tables
from storage.user_types import user_types
from tsql.binder import bind_expression_text
from tsql.bound import ColumnRef, Expression
from tsql.env import Env
from tsql.executor.columnar import Columns
from tsql.executor.expressions import compile_expression
from tsql.executor.run import STATEMENT_BYTES_MAX
from tsql.executor.user_types import register_relation, register_type
from tsql.identifiers import quoted
from tsql.parser import ast, parse_expression
from tsql.parser_process import ParserProcess
from tsql.planner.walk import conjuncts
from tsql.prepared import Preparer
from tsql.row_rules import SqlRowRules
from tsql.system_catalogs import SystemCatalogs
from tsql.templates import Templates
from tsql.types.composites import forget_row_type
from tsql.types.io import output_of

#: Microseconds from 1970 to 2000, where PostgreSQL's time begins.
_EPOCH_MICROSECONDS: Final = 946_684_800_000_000
_STORED_EXPRESSIONS_ENV: Final = Env()
#: What reads like a function's call.
_CALLS: Final = (ast.FuncCall, ast.CoalesceExpr, ast.MinMaxExpr, ast.SQLValueFunction)


def system_clock() -> int:
    """Returns microseconds since 2000-01-01 UTC."""
    return time.time_ns() // 1000 - _EPOCH_MICROSECONDS


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """What a session is for.

    Attributes:
        settings: From the startup packet, by the names that the client used.
        server_settings: What the server was started with, by PostgreSQL's names.
        wake: Called when a notification is there for an idle client.
        client, server: The addresses and ports of the connection's ends; None on a Unix socket.
        tls: Version, cipher and its bits, where the connection is encrypted.
    """

    user: str = "terrascale"
    database: str = "terrascale"
    settings: Mapping[str, str] = field(default_factory=dict)
    server_settings: Mapping[str, str] = field(default_factory=dict)
    process_id: int = 0
    wake: Callable[[], None] = lambda: None
    client: tuple[str, int] | None = None
    server: tuple[str, int] | None = None
    tls: tuple[str, str, int] | None = None


class Shared:
    """The parts that the sessions of one database share.

    Attributes:
        database_id: Its OID.
        databases: All open ones (a tsql.databases.Databases, which stands above this module).
        catalogs: The catalog, committed and private.
        system_catalogs: pg_catalog and information_schema.
        tables: Operations on tables, compiled per version.
        preparer: Bound and planned statements.
        templates: Plans of statements with inline literals.
        parser: Parses long statements.
        columns: The tables' columns, where there are any.
        builds: Indexes that are built online.
        sequences: Their values.
        sessions: State of the sessions there are, by process id.
        statement_bytes_max: What one statement may hold in memory (53200).
        clock: Microseconds since 2000-01-01 UTC.
    """

    def __init__(
        self,
        store: OpenStore,
        catalogs: CatalogStore,
        clock: Callable[[], int],
        system_catalogs: SystemCatalogs,
    ) -> None:
        self.database_id = FIRST_DATABASE_ID
        self.databases: Any = None
        self.store = store
        self.catalogs = catalogs
        self.clock = clock
        self.started_at = clock()
        self.statement_bytes_max = STATEMENT_BYTES_MAX
        self.sessions: dict[int, Any] = {}
        self._index_expressions: dict[tuple[int, int, int], Any] = {}
        rendering = KeyRendering(render_key_value, quoted, render_key_expression)
        self.tables = Tables(
            catalogs, store.coordinator, self.compile_indexes, rendering, SqlRowRules()
        )
        self.columns: Columns | None = None
        self.builds = OnlineBuilds(store, catalogs, self.tables)
        self.parser = ParserProcess()
        self.sequences = Sequences(store, catalogs)
        self.system_catalogs = system_catalogs
        self.preparer = Preparer(self.tables, self.index_expressions, system_catalogs.relation)
        self.templates = Templates(self.preparer)
        current = catalogs.current
        for found in user_types(current):
            register_type(found)
        relations: list[Table | View] = [*current.tables, *current.objects(View)]
        for relation in relations:
            register_relation(relation)
        catalogs.on_install.append(_register_types)
        catalogs.on_write.append(register_relation)
        catalogs.on_end.append(self._register_committed)

    def _register_committed(self, relation_id: int) -> None:
        """Makes a relation's row type known as it was before a transaction that may have gone back."""
        current = self.catalogs.current
        found = current.table_by_id(relation_id) or current.object(View, relation_id)
        if found is None:
            forget_row_type(relation_id)
        else:
            register_relation(found)

    def beside(self, database_id: int, catalogs: CatalogStore) -> "Shared":
        """Returns another database of the same store, with the same sessions and processes."""
        other = Shared(self.store, catalogs, self.clock, self.system_catalogs)
        other.database_id, other.databases = database_id, self.databases
        other.started_at, other.statement_bytes_max = self.started_at, self.statement_bytes_max
        other.sessions, other.parser, other.columns = self.sessions, self.parser, self.columns
        return other

    def index_expressions(
        self, table: Table, index: Index
    ) -> tuple[tuple[Expression, ...], tuple[Expression, ...]]:
        """Returns the bound expressions of an index's parts, and its predicate's conjuncts."""
        key = (table.id, table.version, index.id)
        found = self._index_expressions.get(key)
        if found is None:
            parts = []
            for part in index.parts:
                if part.column_id is None:
                    parts.append(bind_expression_text(part.expression_sql or "", table))
                    continue
                position = table.position(part.column_id)
                column = table.columns[position]
                parts.append(ColumnRef(0, position, column.name, column.sql_type, column.typmod))
            predicate = []
            if index.predicate_sql is not None:
                predicate = conjuncts(bind_expression_text(index.predicate_sql, table))
            if len(self._index_expressions) > 1000:
                self._index_expressions.clear()
            found = self._index_expressions[key] = (tuple(parts), tuple(predicate))
        result: tuple[tuple[Expression, ...], tuple[Expression, ...]] = found
        return result

    def compile_indexes(self, table: Table) -> dict[int, IndexFunctions]:
        """Returns the functions of the table's indexes on expressions and of its partial ones."""
        result = {}
        for index in table.indexes:
            if index.sparse:
                continue
            if index.predicate_sql is None and all(p.column_id is not None for p in index.parts):
                continue
            parts, _ = self.index_expressions(table, index)
            functions = tuple(
                None if part.column_id is not None else row_function(expression)
                for part, expression in zip(index.parts, parts, strict=True)
            )
            predicate = None
            if index.predicate_sql is not None:
                predicate = row_function(bind_expression_text(index.predicate_sql, table))
            result[index.id] = IndexFunctions(functions, predicate)
        return result


def _register_types(changes: Changes) -> None:
    for table_id, table in changes.tables.items():
        if table is None:
            forget_row_type(table_id)
        else:
            register_relation(table)
    for (kind, key), found in changes.objects.items():
        register_type(found)
        if isinstance(found, View):
            register_relation(found)
        elif found is None and kind is View:
            forget_row_type(int(key[0]))


def row_function(expression: Expression) -> Callable[[Row], Any]:
    """Returns a function of a row: what an index is made over."""
    evaluate = compile_expression(expression)
    return lambda row: evaluate(row, _STORED_EXPRESSIONS_ENV)


def render_key_expression(sql: str) -> str:
    """Returns an index's expression as `Key (…)=(…)` shows it: a bare call, or in parentheses."""
    node = parse_expression(sql)
    if isinstance(node, ast.ColumnRef) and node.fields and isinstance(node.fields[-1], ast.String):
        return f"({sql}.*)"  # A column would be the column itself; this is the whole row.
    return sql if isinstance(node, _CALLS) else f"({sql})"


def render_key_value(value: Any, sql_type: int, _typmod: int) -> str:
    """Returns a value as "Key (a)=(…) already exists." shows it."""
    return output_of(sql_type)(value, _STORED_EXPRESSIONS_ENV)
