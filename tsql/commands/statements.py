"""PREPARE, EXECUTE and DEALLOCATE: prepared statements by SQL."""

import re
from typing import Any, Final

from storage.errors import DatabaseError, not_supported
from storage.schema import Column
from storage.types import Kind
from tsql.api import Result
from tsql.binder import bind_default, bind_type_name
from tsql.bound import Expression
from tsql.commands.command import Command, Fields, Invocation
from tsql.env import Env
from tsql.execution import prepare, revalidate, run_prepared
from tsql.executor.expressions import compile_expression
from tsql.parser import ParsedStatement
from tsql.prepared import Prepared, is_query
from tsql.session_state import SessionState

#: How a DEFAULT's coercion says what EXECUTE says in other words.
_MISMATCH: Final = re.compile(r"is of type (.+) but default expression is of type (.+)")


async def run_prepare(invocation: Invocation) -> Result:
    """Runs a PrepareStmt."""
    node, state = invocation.node, invocation.state
    if node.name in state.statements:
        raise DatabaseError("42P05", f'prepared statement "{node.name}" already exists')
    if not is_query(node.query):
        raise not_supported("PREPARE of this statement")
    types = tuple(
        bind_type_name(argument, invocation.state.env)[0] for argument in node.argtypes or ()
    )
    source = invocation.parsed
    inner = ParsedStatement(node.query, source.location, source.length, source.text)
    state.statements[node.name] = prepare(state, inner, types, from_sql=True)
    return Result(tag="PREPARE")


def execute_fields(state: SessionState, node: Any) -> Fields | None:
    """Returns the fields of the statement that EXECUTE runs."""
    prepared = state.prepared(node.name)
    revalidate(state, prepared, is_to_run=False)
    return None if prepared.query is None else prepared.query.fields


async def run_execute(invocation: Invocation) -> Result:
    """Runs an ExecuteStmt."""
    prepared, values = executed(invocation, invocation.node)
    return await run_prepared(invocation.state, prepared, values)


def executed(invocation: Invocation, node: Any) -> tuple[Prepared, tuple[Any, ...]]:
    """Returns what an EXECUTE runs, and with which parameters. Raises 26000, 42601, 42804."""
    state = invocation.state
    prepared = state.prepared(node.name)
    revalidate(state, prepared)
    query = prepared.query
    assert query is not None
    types = query.parameter_types
    arguments = node.params or ()
    if len(arguments) != len(types):
        raise DatabaseError(
            "42601",
            f'wrong number of parameters for prepared statement "{node.name}"',
            detail=f"Expected {len(types)} parameters but got {len(arguments)}.",
        )
    env = state.statement_env(invocation.values)
    values = []
    for number, (argument, type_) in enumerate(zip(arguments, types, strict=True), 1):
        expression = _argument(argument, type_, number, env)
        values.append(compile_expression(expression)((), env))
    return prepared, tuple(values)


def _argument(node: Any, type_: int, number: int, env: Env) -> Expression:
    """Returns an argument of EXECUTE, coerced to its parameter's type. Raises 42804."""
    column = Column(id=0, name="", kind=Kind.TEXT, sql_type=type_)
    try:
        return bind_default(node, column, env)
    except DatabaseError as error:
        found = _MISMATCH.search(error.message)
        if error.sqlstate != "42804" or found is None:
            raise
        raise DatabaseError(
            "42804",
            f"parameter ${number} of type {found[2]} cannot be coerced to the expected type"
            f" {found[1]}",
            hint="You will need to rewrite or cast the expression.",
            position=error.position,
        ) from None


async def run_deallocate(invocation: Invocation) -> Result:
    """Runs a DeallocateStmt."""
    node, state = invocation.node, invocation.state
    if node.name is None:
        state.statements.clear()
        return Result(tag="DEALLOCATE ALL")
    state.prepared(node.name)
    del state.statements[node.name]
    return Result(tag="DEALLOCATE")


PREPARE = Command(run_prepare)
EXECUTE = Command(run_execute, execute_fields)
DEALLOCATE = Command(run_deallocate)
