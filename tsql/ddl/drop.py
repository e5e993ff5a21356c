"""DROP TABLE, DROP INDEX and DROP SCHEMA.

All names are looked up before anything goes, so a missing one leaves the others.
"""

from typing import Any

import msgspec

from storage.catalog import IndexRef, Relation
from storage.errors import DatabaseError, not_supported
from storage.schema import Sequence, Table
from storage.sequence import Sequences
from tsql.ddl.context import Ddl, kind_of_relation
from tsql.parser import enums

_TYPES = enums.ObjectType
_KINDS = {
    _TYPES.OBJECT_TABLE: "table",
    _TYPES.OBJECT_INDEX: "index",
    _TYPES.OBJECT_SEQUENCE: "sequence",
    _TYPES.OBJECT_VIEW: "view",
    _TYPES.OBJECT_MATVIEW: "materialized view",
}
_ARTICLES = {"index": "an index"}


async def drop(node: Any, ddl: Ddl) -> str:
    """Runs a DropStmt; returns the command tag."""
    if node.removeType == _TYPES.OBJECT_SCHEMA:
        return await _drop_schemas(node, ddl)
    kind = _KINDS.get(node.removeType)
    if kind is None:
        what = node.removeType.name.removeprefix("OBJECT_").replace("_", " ")
        raise not_supported(f"DROP {what}")
    found: list[Relation] = []
    for item in node.objects:
        names = [part.sval for part in item]
        relation = _find(names, kind, ddl, missing_ok=node.missing_ok)
        if relation is not None and relation not in found:
            found.append(relation)
    for relation in found:
        match relation:
            case Table():
                await drop_table(relation, ddl)
            case IndexRef():
                await _drop_index(relation, ddl)
            case _:
                await _drop_sequence(relation, ddl)
    return f"DROP {kind.upper()}"


def _find(names: list[str], kind: str, ddl: Ddl, *, missing_ok: bool) -> Relation | None:
    schema, name = (None, names[0]) if len(names) == 1 else (names[-2], names[-1])
    if schema is not None and ddl.catalog.schema(schema) is None:
        if not missing_ok:
            raise DatabaseError("3F000", f'schema "{schema}" does not exist')
        ddl.notice("NOTICE", "00000", f'schema "{schema}" does not exist, skipping')
        return None
    relation = ddl.find(schema, name)
    if relation is None:
        if not missing_ok:
            sqlstate = "42P01" if kind != "index" else "42704"
            raise DatabaseError(sqlstate, f'{kind} "{name}" does not exist')
        ddl.notice("NOTICE", "00000", f'{kind} "{name}" does not exist, skipping')
        return None
    actual = kind_of_relation(relation)
    if actual != kind:
        article = _ARTICLES.get(kind, f"a {kind}")
        use = _ARTICLES.get(actual, f"a {actual}")
        raise DatabaseError(
            "42809",
            f'"{name}" is not {article}',
            hint=f"Use DROP {actual.upper()} to remove {use}.",
        )
    return relation


async def drop_table(table: Table, ddl: Ddl) -> None:
    """Drops a table with the sequences that it owns."""
    await ddl.changes.lock_table(table.id)
    await ddl.changes.drop_table(table.id)
    for sequence in list(ddl.catalog.sequences):
        if sequence.owner_table_id == table.id:
            await _forget_sequence(sequence, ddl)


async def _drop_sequence(sequence: Sequence, ddl: Ddl) -> None:
    table = ddl.catalog.table_by_id(sequence.owner_table_id or 0)
    if table is not None and sequence.owner_column_id is not None:
        column = table.column_by_id(sequence.owner_column_id).name
        raise DatabaseError(
            "2BP01",
            f"cannot drop sequence {sequence.name} because other objects depend on it",
            detail=f"default value for column {column} of table {table.name} depends on"
            f" sequence {sequence.name}",
            hint="Use DROP ... CASCADE to drop the dependent objects too.",
        )
    await _forget_sequence(sequence, ddl)


async def _forget_sequence(sequence: Sequence, ddl: Ddl) -> None:
    await ddl.changes.drop_sequence(sequence.id)
    Sequences.forget(ddl.txn, sequence.id)


async def _drop_index(reference: IndexRef, ddl: Ddl) -> None:
    index, table = reference.index, reference.table
    name = table.primary_key_constraint if index is None else index.name
    if index is None or index.constraint is not None:
        raise DatabaseError(
            "2BP01",
            f"cannot drop index {name} because constraint {name} on table {table.name} requires it",
            hint=f"You can drop constraint {name} on table {table.name} instead.",
        )
    locked = await ddl.changes.lock_table(table.id)
    if locked is None:
        return
    rest = tuple(other for other in locked.indexes if other.id != index.id)
    await ddl.changes.replace_table(msgspec.structs.replace(locked, indexes=rest))


async def _drop_schemas(node: Any, ddl: Ddl) -> str:
    for item in node.objects:
        name = item.sval
        if ddl.catalog.schema(name) is None:
            if not node.missing_ok:
                raise DatabaseError("3F000", f'schema "{name}" does not exist')
            ddl.notice("NOTICE", "00000", f'schema "{name}" does not exist, skipping')
            continue
        tables = [table for table in ddl.catalog.tables if table.schema == name]
        cascades = node.behavior == enums.DropBehavior.DROP_CASCADE
        if tables and not cascades:
            raise DatabaseError(
                "2BP01",
                f"cannot drop schema {name} because other objects depend on it",
                detail="\n".join(
                    f"table {name}.{table.name} depends on schema {name}" for table in tables
                ),
                hint="Use DROP ... CASCADE to drop the dependent objects too.",
            )
        for table in tables:
            await drop_table(table, ddl)
        await ddl.changes.drop_schema(name)
    return "DROP SCHEMA"
