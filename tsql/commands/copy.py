"""COPY: finds the table or binds the query; tsql/copy reads and writes the rows."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from storage.errors import DatabaseError, not_supported
from storage.schema import Column, Table
from tsql.access.privileges import Need, check_needs
from tsql.api import CopyOut, Result
from tsql.binder import bind_default_text, bind_expression, checks_of
from tsql.binder.attributes import all_columns
from tsql.binder.defaults import default_of
from tsql.binder.tree import walk
from tsql.bound import ColumnRef, Expression, TableRelation
from tsql.commands.command import Command, Invocation
from tsql.commands.maintenance import ddl_of
from tsql.copy.copy_from import CopyFrom, CopyTarget
from tsql.copy.copy_to import CopyWriter
from tsql.copy.options import ColumnChoice, CopyOptions, Format, copy_options
from tsql.ddl.context import Ddl, no_such_relation
from tsql.ddl.describe import kind_of_relation
from tsql.encodings import Encoding, encoding
from tsql.env import Env
from tsql.execution import (
    check_allowed,
    load_cursors,
    prepare,
    run_prepared,
    start_prepared,
)
from tsql.executor.expressions import compile_predicate
from tsql.executor.run import Batches, ReadyBatches
from tsql.identifiers import quoted
from tsql.parser import ParsedStatement, parse
from tsql.prepared import Prepared, is_query
from tsql.session_state import SessionState
from tsql.temporary import is_temporary


async def run_copy(invocation: Invocation) -> Result:
    """Runs a CopyStmt."""
    node = invocation.node
    if node.relation is not None:
        # PostgreSQL looks for the columns before it does at the options.
        table = _table(node.relation, ddl_of(invocation.state), is_from=node.is_from)
        _positions(table, all_columns(table), node.attlist)
    options = copy_options(node.options, is_from=node.is_from)
    if node.is_program:
        raise not_supported("COPY … PROGRAM")
    if node.filename is not None:
        raise not_supported(
            "COPY of a server's file", hint="Use STDIN or STDOUT (in psql: \\copy)."
        )
    if node.is_from:
        return await _copy_from(invocation, options)
    return await _copy_to(invocation, options)


def _encoding(state: SessionState, options: CopyOptions) -> Encoding:
    return options.encoding or encoding(state.settings.value("client_encoding"))


# ---- columns -----------------------------------------------------------------------------------


def _table(relation: Any, ddl: Ddl, *, is_from: bool) -> Table:
    """Returns the table that is copied. Raises 42P01, 42809."""
    found = ddl.find(relation.schemaname, relation.relname)
    if found is None:
        raise no_such_relation(relation, ddl)
    if isinstance(found, Table) and found.query is None:
        return found
    kind = kind_of_relation(found)
    hint = None
    if kind == "view" and is_from:
        hint = "To enable copying to a view, provide an INSTEAD OF INSERT trigger."
    elif kind in {"view", "materialized view"} and not is_from:
        hint = "Try the COPY (SELECT ...) TO variant."
    message = f'cannot copy {"to" if is_from else "from"} {kind} "{relation.relname}"'
    raise DatabaseError("42809", message, hint=hint)


def _check_condition(condition: Expression, table: Table, columns: Sequence[Column]) -> None:
    """Raises 42P10 for a generated column in WHERE: it has no value yet; 42703 for an attribute that no row has had."""
    for part in walk(condition):
        if not isinstance(part, ColumnRef):
            continue
        if part.position >= len(columns):
            message = f'column "{part.name}" of relation "{table.name}" does not exist'
            raise DatabaseError("42703", message)
        column = columns[part.position]
        if column.generated_sql is not None:
            raise DatabaseError(
                "42P10",
                "generated columns are not supported in COPY FROM WHERE conditions",
                detail=f'Column "{column.name}" is a generated column.',
            )


def _positions(
    table: Table, columns: Sequence[Column], names: Sequence[Any] | None
) -> tuple[int, ...]:
    """Returns the positions of the columns listed, or all. Raises 42703, 42701."""
    if names is None:
        return tuple([at for at, column in enumerate(columns) if column.generated_sql is None])
    positions: list[int] = []
    for item in names:
        position = _position(table, columns, item.sval)
        if position in positions:
            raise DatabaseError("42701", f'column "{item.sval}" specified more than once')
        if columns[position].generated_sql is not None:
            raise DatabaseError(
                "42P10",
                f'column "{item.sval}" is a generated column',
                detail="Generated columns cannot be used in COPY.",
            )
        positions.append(position)
    return tuple(positions)


def _position(table: Table, columns: Sequence[Column], name: str) -> int:
    for position, column in enumerate(columns):
        if column.name == name:
            return position
    raise DatabaseError("42703", f'column "{name}" of relation "{table.name}" does not exist')


def _check_choices(table: Table, options: CopyOptions, copied: Sequence[str]) -> None:
    columns = all_columns(table)
    choices: tuple[tuple[ColumnChoice, str], ...] = (
        (options.force_quote, "FORCE_QUOTE"),
        (options.force_not_null, "FORCE_NOT_NULL"),
        (options.force_null, "FORCE_NULL"),
    )
    for choice, what in choices:
        for name in () if isinstance(choice, bool) else choice:
            _position(table, columns, name)
            if name not in copied:
                raise DatabaseError("42P10", f'{what} column "{name}" not referenced by COPY')


# ---- FROM --------------------------------------------------------------------------------------


async def _copy_from(invocation: Invocation, options: CopyOptions) -> Result:
    node, state = invocation.node, invocation.state
    table = _table(node.relation, ddl_of(state), is_from=True)
    if not is_temporary(table.schema):
        state.control.check_writable("COPY FROM")
    await load_cursors(state)
    columns = all_columns(table)
    positions = _positions(table, columns, node.attlist)
    need = Need(table.id)
    need.on("a", [columns[position].id for position in positions])
    check_needs([need], state.catalog, state.env.user)
    _check_choices(table, options, [columns[position].name for position in positions])
    run = state.run(state.statement_env(()))
    where = None
    if node.whereClause is not None:
        condition = bind_expression(node.whereClause, table, run.env, "copy_where")
        _check_condition(condition, table, columns)
        where = compile_predicate(condition)
    relation = TableRelation(table, table.name, tuple([name for name, _ in table.attributes]))
    target = CopyTarget(
        relation, columns, positions, _defaults(table, run.env), checks_of(table, run.env), where
    )
    tables = state.database.tables
    copy = CopyFrom(target, options, _encoding(state, options), run, tables)
    await copy.start()
    return Result(copy_in=copy)


def _defaults(table: Table, env: Env) -> tuple[Expression, ...]:
    return tuple(
        default_of(column, env)
        if column.default_sql is None
        else bind_default_text(column.default_sql, column)
        for column in table.columns
    )


# ---- TO ----------------------------------------------------------------------------------------


async def _copy_to(invocation: Invocation, options: CopyOptions) -> Result:
    node, state = invocation.node, invocation.state
    if node.query is not None:
        parsed = _inner(invocation, node.query)
    else:
        table = _table(node.relation, ddl_of(state), is_from=False)
        columns = all_columns(table)
        positions = _positions(table, columns, node.attlist)
        names = [columns[position].name for position in positions]
        _check_choices(table, options, names)
        parsed = _table_query(table, names)
    prepared = prepare(state, parsed, None)
    query = prepared.query
    assert query is not None
    check_allowed(state, query)
    if query.fields is None:
        raise DatabaseError("0A000", "COPY query must have a RETURNING clause")
    env = state.statement_env(())
    batches = await _batches(state, prepared)
    writer = CopyWriter(query.fields, options, _encoding(state, options), env)
    out = CopyOut(len(query.fields), options.format is Format.BINARY, writer.chunks(batches))
    result = Result(copy_out=out)
    out.chunks = _counted(writer, out.chunks, result)
    return result


def _inner(invocation: Invocation, query: Any) -> ParsedStatement:
    if not is_query(query):
        raise not_supported("COPY of this statement")
    source = invocation.parsed
    return ParsedStatement(query, source.location, source.length, source.text)


def _table_query(table: Table, names: Sequence[str]) -> ParsedStatement:
    columns = ", ".join(quoted(name) for name in names)
    name = f"{quoted(table.schema)}.{quoted(table.name)}"
    (parsed,) = parse(f"SELECT {columns} FROM {name}")  # noqa: S608 - quoted names of the catalog
    return parsed


async def _batches(state: SessionState, prepared: Prepared) -> Batches:
    if prepared.query is not None and prepared.query.is_write:
        return ReadyBatches(list((await run_prepared(state, prepared, ())).rows or ()))
    return await start_prepared(state, prepared, ())


async def _counted(
    writer: CopyWriter, chunks: AsyncIterator[bytes], result: Result
) -> AsyncIterator[bytes]:
    async for chunk in chunks:
        yield chunk
    result.tag = f"COPY {writer.count}"


COPY = Command(run_copy)
