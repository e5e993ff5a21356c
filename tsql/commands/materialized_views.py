"""CREATE MATERIALIZED VIEW and REFRESH MATERIALIZED VIEW: a table that remembers the query it was filled by.

REFRESH fills fresh storage, which readers see at the commit; until then it locks them out, with CONCURRENTLY too.
"""

import dataclasses
from typing import Any

import msgspec

from storage.errors import DatabaseError
from storage.objects import View, ViewColumn
from storage.row_details import KeyDetail
from storage.schema import Table
from storage.types import Record
from tsql.access.privileges import check_needs, owns
from tsql.api import Result
from tsql.binder import bind_query
from tsql.binder.views import parsed_view
from tsql.commands.command import Command, Invocation
from tsql.commands.maintenance import ddl_of
from tsql.ddl.context import Ddl, no_such_relation
from tsql.ddl.stored_query import stored_query
from tsql.ddl.views import hold, reads_temporary, relies_on, view_settings
from tsql.execution import start_select
from tsql.parser import ast
from tsql.prepared import Query
from tsql.session_state import SessionState
from tsql.types.record import record_out


def check_query(node: Any) -> None:
    """Raises 0A000 for a query that changes data."""
    clause = getattr(node, "withClause", None)
    for cte in (clause and clause.ctes) or ():
        if not isinstance(cte.ctequery, ast.SelectStmt):
            message = "materialized views must not use data-modifying statements in WITH"
            raise DatabaseError("0A000", message)


async def materialized(node: Any, table: Table, ddl: Ddl) -> Table:
    """Returns a table that is to be made as the materialized view of a query. Raises 0A000."""
    bound = bind_query(node, ddl.catalog, ddl.env, None, catalog_relations=ddl.catalog_relations)
    query = stored_query(node, ddl)
    if reads_temporary(query, ddl):
        message = "materialized views must not use temporary tables or views"
        raise DatabaseError("0A000", message)
    await hold(bound, ddl)
    view = View(
        id=table.id,
        schema=table.schema,
        name=table.name,
        columns=tuple([ViewColumn(c.name, c.sql_type, c.typmod) for c in table.columns]),
        sql=query.sql,
        relations=query.relations,
        relies_on=relies_on(bound, query, ddl),
        settings=view_settings(ddl),
        owner=table.owner,
    )
    return msgspec.structs.replace(table, query=view)


async def run_refresh(invocation: Invocation) -> Result:
    """Runs a RefreshMatViewStmt. Raises 42P01, 0A000, 55000, 42601."""
    state, node = invocation.state, invocation.node
    ddl, relation = ddl_of(state), node.relation
    found = ddl.find(relation.schemaname, relation.relname)
    if found is None:
        raise no_such_relation(relation, ddl)
    if not isinstance(found, Table) or found.query is None:
        raise DatabaseError("0A000", f'"{relation.relname}" is not a materialized view')
    if not owns(ddl.catalog, ddl.env.user, found.owner):
        raise DatabaseError("42501", f"must be owner of materialized view {found.name}")
    table = await ddl.changes.lock_table(found.id)
    if table is None or table.query is None:
        raise no_such_relation(relation, ddl)
    if node.concurrent:
        _check_concurrent(table, skips_data=node.skipData)
    view = msgspec.structs.replace(table.query, owner=table.owner)
    query = _query(view, ddl, state)
    fresh = msgspec.structs.replace(
        await ddl.catalogs.emptied(table), is_populated=not node.skipData
    )
    fresh = await ddl.changes.replace_table(fresh)
    if not node.skipData:
        try:
            await _fill(state, ddl, fresh, query)
        except DatabaseError as error:
            if error.sqlstate == "23505" and error.constraint is not None:
                if node.concurrent:
                    await _check_distinct(state, table, query)
                else:
                    _as_of_index(error)
            raise
    return Result(tag="REFRESH MATERIALIZED VIEW")


def _check_concurrent(table: Table, *, skips_data: bool) -> None:
    if not table.is_populated:
        message = "CONCURRENTLY cannot be used when the materialized view is not populated"
        raise DatabaseError("0A000", message)
    if skips_data:
        message = "CONCURRENTLY and WITH NO DATA options cannot be used together"
        raise DatabaseError("42601", message)
    if not any(
        index.unique
        and index.predicate_sql is None
        and all(part.column_id is not None for part in index.parts)
        for index in table.indexes
    ):
        raise DatabaseError(
            "55000",
            f'cannot refresh materialized view "{table.schema}.{table.name}" concurrently',
            hint="Create a unique index with no WHERE clause on one or more columns of the"
            " materialized view.",
        )


def _query(view: View, ddl: Ddl, state: SessionState) -> Query:
    bound = bind_query(
        parsed_view(view.sql),
        ddl.catalog,
        ddl.env,
        None,
        catalog_relations=ddl.catalog_relations,
        view=view,
    )
    check_needs(bound.needs, ddl.catalog, view.owner)
    return state.database.preparer.planned("SELECT", bound)


async def _fill(state: SessionState, ddl: Ddl, table: Table, query: Query) -> None:
    access = ddl.tables.access(table)
    run = state.run(state.statement_env(()))
    batches = await start_select(state, query, ())
    while (batch := await batches.next()) is not None:
        await access.insert_many(ddl.txn, [list(row) for row in batch])
        await run.breathe()


def _as_of_index(error: DatabaseError) -> None:
    """Words the error as that of an index that is built over the new rows."""
    error.message = f'could not create unique index "{error.constraint}"'
    error.detail = "Duplicate keys exist."
    if isinstance(error.shows, KeyDetail):
        text = error.shows.text.replace(" already exists.", " is duplicated.")
        error.shows = dataclasses.replace(error.shows, text=text)


async def _check_distinct(state: SessionState, table: Table, query: Query) -> None:
    """Raises 21000 if two rows without NULLs are the same, as PostgreSQL looks for before it compares with the old."""
    types = tuple(column.sql_type for column in table.columns)
    env = state.statement_env(())
    run = state.run(env)
    memory = run.memory("query")
    seen: set[str] = set()
    batches = await start_select(state, query, ())
    while (batch := await batches.next()) is not None:
        for row in batch:
            if None in row:
                continue
            text = record_out(Record.of(row, types), env)
            if text in seen:
                raise DatabaseError(
                    "21000",
                    f'new data for materialized view "{table.name}" contains duplicate rows'
                    " without any null columns",
                    detail=f"Row: {text}",
                )
            seen.add(text)
            memory.add_row((text,))
        await run.breathe()


REFRESH = Command(run_refresh, name="REFRESH MATERIALIZED VIEW")
