"""COPY: finds the table or binds the query; tsql/copy reads and writes the rows."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from storage.errors import DatabaseError, not_supported
from storage.schema import Table
from tsql.access.privileges import Need, check_needs
from tsql.api import CopyOut, Result
from tsql.binder import bind_default_text, bind_expression, checks_of
from tsql.bound import Const, Expression, TableRelation
from tsql.commands.command import Command, Invocation
from tsql.commands.maintenance import ddl_of
from tsql.copy.copy_from import CopyFrom, CopyTarget
from tsql.copy.copy_to import CopyWriter
from tsql.copy.options import ColumnChoice, CopyOptions, Format, copy_options
from tsql.encodings import Encoding, encoding
from tsql.execution import check_allowed, prepare, run_prepared, start_prepared
from tsql.executor.expressions import compile_predicate
from tsql.executor.run import Batches, ReadyBatches
from tsql.identifiers import quoted
from tsql.parser import ParsedStatement, parse
from tsql.prepared import Prepared, is_query
from tsql.session_state import SessionState


async def run_copy(invocation: Invocation) -> Result:
    """Runs a CopyStmt."""
    node = invocation.node
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


def _positions(table: Table, names: Sequence[Any] | None) -> tuple[int, ...]:
    """Returns the positions of the columns listed, or all. Raises 42703, 42701."""
    if names is None:
        return tuple(
            [at for at, column in enumerate(table.columns) if column.generated_sql is None]
        )
    positions: list[int] = []
    for item in names:
        position = _position(table, item.sval)
        if position in positions:
            raise DatabaseError("42701", f'column "{item.sval}" specified more than once')
        if table.columns[position].generated_sql is not None:
            raise DatabaseError(
                "42P10",
                f'column "{item.sval}" is a generated column',
                detail="Generated columns cannot be used in COPY.",
            )
        positions.append(position)
    return tuple(positions)


def _position(table: Table, name: str) -> int:
    for position, column in enumerate(table.columns):
        if column.name == name:
            return position
    raise DatabaseError("42703", f'column "{name}" of relation "{table.name}" does not exist')


def _check_choice(table: Table, choice: ColumnChoice, copied: Sequence[str], what: str) -> None:
    if isinstance(choice, bool):
        return
    for name in choice:
        _position(table, name)
        if name not in copied:
            raise DatabaseError("42P10", f'{what} column "{name}" not referenced by COPY')


def _check_choices(table: Table, options: CopyOptions, copied: Sequence[str]) -> None:
    _check_choice(table, options.force_quote, copied, "FORCE_QUOTE")
    _check_choice(table, options.force_not_null, copied, "FORCE_NOT_NULL")
    _check_choice(table, options.force_null, copied, "FORCE_NULL")


# ---- FROM --------------------------------------------------------------------------------------


async def _copy_from(invocation: Invocation, options: CopyOptions) -> Result:
    node, state = invocation.node, invocation.state
    state.control.check_writable("COPY FROM")
    for cursor in state.cursors.values():
        await cursor.load()
    table = ddl_of(state).table(node.relation)
    positions = _positions(table, node.attlist)
    need = Need(table.id)
    need.on("a", [table.columns[position].id for position in positions])
    check_needs([need], state.catalog, state.env.user)
    _check_choices(table, options, [table.columns[position].name for position in positions])
    run = state.run(state.statement_env(()))
    where = None
    if node.whereClause is not None:
        condition = bind_expression(node.whereClause, table, run.env, "copy_where")
        where = compile_predicate(condition)
    relation = TableRelation(table, table.name)
    target = CopyTarget(relation, positions, _defaults(table), checks_of(table, run.env), where)
    tables = state.database.tables
    copy = CopyFrom(target, options, _encoding(state, options), run, tables)
    await copy.start()
    return Result(copy_in=copy)


def _defaults(table: Table) -> tuple[Expression, ...]:
    return tuple(
        Const(None, column.sql_type)
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
        table = ddl_of(state).table(node.relation)
        names = [table.columns[position].name for position in _positions(table, node.attlist)]
        _check_choices(table, options, names)
        parsed = _table_query(table, names)
    prepared = prepare(state, parsed, ())
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
