"""CREATE SEQUENCE and ALTER SEQUENCE."""

from typing import Any

import msgspec

from storage.errors import DatabaseError
from storage.schema import Sequence, Table
from tsql.ddl.alteration.state import without_position
from tsql.ddl.context import Ddl, no_such_relation, skip_relation
from tsql.ddl.default_privileges import give_default_privileges
from tsql.ddl.sequence_options import SequenceOptions, applied
from tsql.parser import ast
from tsql.types import oids


async def new_sequence(schema: str, name: str, options: SequenceOptions, ddl: Ddl) -> Sequence:
    """Returns a sequence as the options have it. Raises 22023."""
    bare = Sequence(id=0, schema=schema, name=name, sql_type=oids.INT8, owner=ddl.env.user)
    sequence = applied(bare, options, None)
    return msgspec.structs.replace(sequence, id=await ddl.catalogs.new_relation_id())


async def create_sequence(node: Any, ddl: Ddl) -> str:
    """Runs a CreateSeqStmt; returns the command tag."""
    relation = node.sequence
    with without_position():
        schema = await ddl.creation_schema(relation)
    if ddl.catalog.relation(schema, relation.relname) is not None:
        message = f'relation "{relation.relname}" already exists'
        if not node.if_not_exists:
            raise DatabaseError("42P07", message)
        ddl.notice("NOTICE", "42P07", f"{message}, skipping")
        return "CREATE SEQUENCE"
    options = SequenceOptions.of(node.options)
    sequence = await new_sequence(schema, relation.relname, options, ddl)
    if relation.relpersistence == "u":
        sequence = msgspec.structs.replace(sequence, is_unlogged=True)
    if options.owner is not None:
        sequence = await _owned(sequence, options.owner, ddl)
    await give_default_privileges(await ddl.changes.create_sequence(sequence), ddl)
    return "CREATE SEQUENCE"


async def alter_sequence(node: Any, ddl: Ddl) -> str:
    """Runs an AlterSeqStmt; returns the command tag."""
    relation = node.sequence
    found = ddl.find(relation.schemaname, relation.relname)
    if found is None:
        if not node.missing_ok:
            raise no_such_relation(relation, ddl)
        skip_relation(relation, ddl)
        return "ALTER SEQUENCE"
    if not isinstance(found, Sequence):
        raise DatabaseError("42809", f'"{relation.relname}" is not a sequence')
    ddl.require_owner(found)
    await change_sequence(found, SequenceOptions.of(node.options), ddl)
    return "ALTER SEQUENCE"


async def change_sequence(sequence: Sequence, options: SequenceOptions, ddl: Ddl) -> None:
    """Changes a sequence as the options say. Raises 22023, 42P01."""
    await ddl.sequences.freeze(ddl.txn, sequence)
    newest = ddl.catalog.sequence_by_id(sequence.id)
    if newest is None:
        raise DatabaseError("42P01", f'relation "{sequence.name}" does not exist')
    state = await ddl.sequences.current(newest)
    changed = applied(newest, options, state)
    if options.said:
        ddl.sequences.forget(ddl.txn, newest)
        value_id = await ddl.catalogs.new_relation_id()
        changed = msgspec.structs.replace(changed, value_id=value_id)
    else:
        changed = newest
    if options.owner is not None:
        _check_not_identity(newest, ddl)
        changed = await _owned(changed, options.owner, ddl)
    await ddl.changes.replace_sequence(changed)


async def set_sequence_logged(sequence: Sequence, ddl: Ddl, *, is_logged: bool) -> None:
    """Changes what the catalog says of a sequence. Raises 42P01."""
    await ddl.sequences.freeze(ddl.txn, sequence)
    newest = ddl.catalog.sequence_by_id(sequence.id)
    if newest is None:
        raise DatabaseError("42P01", f'relation "{sequence.name}" does not exist')
    await ddl.changes.replace_sequence(msgspec.structs.replace(newest, is_unlogged=not is_logged))


def _check_not_identity(sequence: Sequence, ddl: Ddl) -> None:
    table = ddl.catalog.table_by_id(sequence.owner_table_id or 0)
    if table is None or sequence.owner_column_id is None:
        return
    if table.column_by_id(sequence.owner_column_id).identity:
        raise DatabaseError(
            "0A000",
            "cannot change ownership of identity sequence",
            detail=f'Sequence "{sequence.name}" is linked to table "{table.name}".',
        )


async def _owned(sequence: Sequence, names: tuple[str, ...], ddl: Ddl) -> Sequence:
    """Returns the sequence owned by what OWNED BY names. Raises 42601, 42P01, 42703, 55000."""
    if names == ("none",):
        return msgspec.structs.replace(sequence, owner_table_id=None, owner_column_id=None)
    if len(names) == 1:
        raise DatabaseError(
            "42601",
            "invalid OWNED BY option",
            hint="Specify OWNED BY table.column or OWNED BY NONE.",
        )
    *schemas, relation, name = names
    found = ddl.find(schemas[-1] if schemas else None, relation)
    if found is None:
        schema = schemas[-1] if schemas else None
        raise no_such_relation(ast.RangeVar(relname=relation, schemaname=schema), ddl)
    if not isinstance(found, Table):
        raise DatabaseError(
            "42809",
            f'sequence cannot be owned by relation "{relation}"',
            detail=_kind_detail(found),
        )
    table = await ddl.changes.hold_table(found.id)
    if table is None:
        raise DatabaseError("42P01", f'relation "{relation}" does not exist')
    if table.schema != sequence.schema:
        raise DatabaseError("55000", "sequence must be in same schema as table it is linked to")
    column = table.column(name)
    if column is None:
        message = f'column "{name}" of relation "{table.name}" does not exist'
        raise DatabaseError("42703", message)
    return msgspec.structs.replace(sequence, owner_table_id=table.id, owner_column_id=column.id)


def _kind_detail(found: Any) -> str:
    kind = {"Sequence": "sequences", "View": "views"}.get(type(found).__name__, "indexes")
    return f"This operation is not supported for {kind}."
