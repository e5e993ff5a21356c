"""SET CONSTRAINTS: whether deferrable constraints are tested by each statement or by the commit."""

from collections.abc import Iterator
from typing import Any, Final

from storage.catalog import Catalog
from storage.errors import DatabaseError
from storage.schema import Table, Timing
from tsql.api import Result
from tsql.commands.command import Command, Invocation

Found = tuple[int, Timing]


async def run_set_constraints(invocation: Invocation) -> Result:
    """Runs a ConstraintsSetStmt. Raises what an immediate constraint finds, 42704, 42809."""
    node, state = invocation.node, invocation.state
    if state.control.is_single:
        state.warning("25P01", "SET CONSTRAINTS can only be used in transaction blocks")
    txn = state.control.statement_transaction()
    ids: set[int] | None = None
    if node.constraints is not None:
        ids = set()
        for relation in node.constraints:
            path = state.env.schemas(relation.schemaname or None)
            if relation.schemaname and state.catalog.schema(path[0]) is None:
                message = f'schema "{relation.schemaname}" does not exist'
                raise DatabaseError("3F000", message)
            ids.update(_ids(relation.relname, path, state.catalog, deferred=node.deferred))
    queue = state.database.tables.constraints.of(txn)
    await queue.set_modes(ids, deferred=node.deferred)
    return Result(tag="SET CONSTRAINTS")


def _ids(name: str, path: tuple[str, ...], catalog: Catalog, *, deferred: bool) -> list[int]:
    """Returns the constraints of that name in the first schema that has any."""
    for schema in path:
        found = [
            each
            for table in catalog.tables
            if table.schema == schema
            for each in _named(table, name)
        ]
        if not found:
            continue
        ids = [constraint_id for constraint_id, timing in found if timing.deferrable]
        if not ids and deferred:
            raise DatabaseError("42809", f'constraint "{name}" is not deferrable')
        return ids
    raise DatabaseError("42704", f'constraint "{name}" does not exist')


def _named(table: Table, name: str) -> Iterator[Found]:
    for key in table.foreign_keys:
        if key.name == name:
            yield key.id, key.timing
    for index in table.indexes:
        if index.constraint == name:
            yield index.id, index.timing
    if table.primary_key_constraint == name or any(check.name == name for check in table.checks):
        yield 0, Timing()


SET_CONSTRAINTS: Final[Any] = Command(run_set_constraints)
