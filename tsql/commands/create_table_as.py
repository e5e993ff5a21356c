"""CREATE TABLE AS and SELECT INTO: a table made of a query's columns, and filled with its rows.

The rows go to the new table's storage, which nobody else sees before the commit, batch by batch; the
store spills what a transaction writes, so memory stays bounded.
"""

from typing import Any

import msgspec

from storage.errors import DatabaseError, not_supported
from storage.rewrite import Rewrite
from storage.schema import Column, Table
from tsql.api import Result
from tsql.bound import Field
from tsql.commands.command import Command, Invocation
from tsql.commands.maintenance import ddl_of
from tsql.commands.materialized_views import check_query, materialized
from tsql.commands.statements import executed
from tsql.ddl.alteration.state import without_position
from tsql.ddl.context import Ddl
from tsql.ddl.default_privileges import give_default_privileges
from tsql.ddl.options import table_options
from tsql.ddl.temporary import check_on_commit, note_on_commit
from tsql.ddl.user_types import hold_types
from tsql.execution import prepare, start_select
from tsql.executor.run import Batches, Row
from tsql.parser import ParsedStatement, ast, enums
from tsql.prepared import AS_QUERY, Query, into_clause, is_query, without_into
from tsql.session_state import SessionState
from tsql.types.kinds import storable_kinds
from tsql.types.type_names import type_name

#: A query's first rows, and what gives the others.
_Rows = tuple[list[Row] | None, Batches]


async def run_create_table_as(invocation: Invocation) -> Result:
    """Runs a CreateTableAsStmt, or a SelectStmt with INTO."""
    state, node = invocation.state, invocation.node
    is_statement = isinstance(node, ast.CreateTableAsStmt)
    is_view = is_statement and node.objtype == enums.ObjectType.OBJECT_MATVIEW
    tag = "CREATE MATERIALIZED VIEW" if is_view else "CREATE TABLE AS"
    into = node.into if is_statement else into_clause(node)
    query_node = node.query if is_statement else without_into(node)
    _refuse(into, is_view=is_view)
    ddl = ddl_of(state)
    with without_position():
        schema, name = await ddl.creation_schema(into.rel), into.rel.relname
    if ddl.catalog.relation(schema, name) is not None:
        message = f'relation "{name}" already exists'
        if not (is_statement and node.if_not_exists):
            raise DatabaseError("42P07", message)
        state.notice("NOTICE", "42P07", f"{message}, skipping")
        return Result(tag=tag)
    if is_view:
        check_query(query_node)
    query, values = _query(invocation, query_node, is_view=is_view)
    made = await _table(into, query, schema, ddl)
    await hold_types([column.sql_type for column in made.columns], ddl)
    if is_view:
        made = await materialized(query_node, made, ddl)
        made = msgspec.structs.replace(made, is_populated=not into.skipData)
    if into.rel.relpersistence == "u":
        made = msgspec.structs.replace(made, is_unlogged=True)
    # The query doesn't see the table that is made of it, not even in pg_class.
    rows = None if into.skipData else await _begun(state, query, values)
    table = await ddl.changes.create_table(made)
    await give_default_privileges(table, ddl)
    note_on_commit(into.onCommit, table, ddl)
    if rows is None:
        return Result(tag="SELECT 0" if isinstance(query_node, ast.ExecuteStmt) else tag)
    return Result(tag=f"SELECT {await _fill(state, ddl, table, rows)}")


def _refuse(into: Any, *, is_view: bool) -> None:
    if into.rel.relpersistence == "u" and is_view:
        raise DatabaseError("0A000", "materialized views cannot be unlogged")
    check_on_commit(into.onCommit, into.rel)
    if into.tableSpaceName is not None:
        raise not_supported("TABLESPACE")
    if into.accessMethod not in {None, "heap"}:
        raise DatabaseError("42704", f'access method "{into.accessMethod}" does not exist')


def _query(invocation: Invocation, node: Any, *, is_view: bool) -> tuple[Query, tuple[Any, ...]]:
    """Returns the query that gives the rows, and its parameters."""
    state, source = invocation.state, invocation.parsed
    if isinstance(node, ast.ExecuteStmt):
        prepared, values = executed(invocation, node)
        if prepared.query is None or prepared.query.is_write:
            raise DatabaseError("42809", "prepared statement is not a SELECT")
        return prepared.query, values
    if not is_query(node):
        raise not_supported("CREATE TABLE AS of this statement")
    parsed = ParsedStatement(node, source.location, source.length, source.text + AS_QUERY)
    query = prepare(state, parsed, None if is_view else invocation.parameter_types).query
    assert query is not None
    return query, invocation.values


async def _table(into: Any, query: Query, schema: str, ddl: Ddl) -> Table:
    fields = query.fields or ()
    names = [part.sval for part in into.colNames or ()]
    if len(names) > len(fields):
        raise DatabaseError("42601", "too many column names were specified")
    columns: list[Column] = []
    for at, field in enumerate(fields):
        name = names[at] if at < len(names) else field.name
        if any(column.name == name for column in columns):
            raise DatabaseError("42701", f'column "{name}" specified more than once')
        columns.append(_column(at + 1, name, field))
    options = table_options(into.options)
    return Table(
        id=await ddl.catalogs.new_relation_id(),
        schema=schema,
        name=into.rel.relname,
        storage_id=await ddl.catalogs.new_storage_id(),
        columns=tuple(columns),
        hidden_key=True,
        scheme=options.scheme,
        policy=options.policy,
        next_column_id=len(columns) + 1,
        owner=ddl.env.user,
        options=options.kept,
    )


def _column(column_id: int, name: str, field: Field) -> Column:
    kinds = storable_kinds(field.type)
    if kinds is None:
        shown = type_name(field.type)
        if shown in {"record", "record[]"}:
            raise DatabaseError("42P16", f'column "{name}" has pseudo-type {shown}')
        raise not_supported(f'type "{shown}" in a table')
    kind, element_kind = kinds
    return Column(
        id=column_id,
        name=name,
        kind=kind,
        element_kind=element_kind,
        sql_type=field.type,
        typmod=field.typmod,
    )


async def _begun(state: SessionState, query: Query, values: tuple[Any, ...]) -> _Rows:
    """Returns the query's first rows, and what gives the others."""
    batches = await start_select(state, query, values)
    return await batches.next(), batches


async def _fill(state: SessionState, ddl: Ddl, table: Table, rows: _Rows) -> int:
    """Fills the new table; returns the number of rows."""
    rewrite = Rewrite(ddl.txn, ddl.tables.access(table))
    run = state.run(state.statement_env(()))
    batch, batches = rows
    while batch is not None:
        for row in batch:
            await rewrite.add(list(row))
        await run.breathe()
        batch = await batches.next()
    return rewrite.count


CREATE_TABLE_AS = Command(run_create_table_as, name="CREATE TABLE AS")
