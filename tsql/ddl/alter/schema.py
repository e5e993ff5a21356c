"""ALTER … SET SCHEMA: a table moves with its indexes and the sequences that it owns.

Another kind of object adds its function to `_MOVES`.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec

from storage.catalog import relations_of
from storage.errors import DatabaseError, not_supported
from storage.objects import TYPES, View
from storage.schema import Sequence, Table
from tsql.ddl.context import SYSTEM_SCHEMAS, Ddl, no_such_relation, skip_relation
from tsql.ddl.describe import kind_of_relation
from tsql.ddl.user_types import move_type
from tsql.ddl.views import change_view
from tsql.parser import enums
from tsql.temporary import is_temporary

_TYPES = enums.ObjectType
_KINDS: Final = {_TYPES.OBJECT_MATVIEW: "materialized view"}


def _called(node: Any) -> str:
    """Returns what a statement calls the kind of object that it moves."""
    return _KINDS.get(node.objectType) or (
        node.objectType.name.removeprefix("OBJECT_").replace("_", " ").lower()
    )


async def set_schema(node: Any, ddl: Ddl) -> str:
    """Runs an AlterObjectSchemaStmt; returns the command tag."""
    function = _MOVES.get(node.objectType)
    what = _called(node).upper()
    if function is None:
        raise not_supported(f"ALTER {what} … SET SCHEMA")
    await function(node, ddl)
    return f"ALTER {what}"


async def _move_relation(node: Any, ddl: Ddl) -> None:
    relation, schema = node.relation, node.newschema
    found = ddl.find(relation.schemaname, relation.relname)
    if found is None:
        if not node.missing_ok:
            raise no_such_relation(relation, ddl)
        skip_relation(relation, ddl)
        return
    kind = kind_of_relation(found)
    wanted = _called(node)
    if wanted != kind and not (
        wanted == "table" and kind in {"sequence", "view", "materialized view"}
    ):
        raise DatabaseError("42809", f'"{relation.relname}" is not a {wanted}')
    match found:
        case Table():
            locked = await ddl.changes.lock_table(found.id)
            if locked is None:
                raise no_such_relation(relation, ddl)
            ddl.require_owner(locked)
            _check_schema(found.schema, schema, ddl)
            await _move_table(locked, schema, ddl)
        case Sequence():
            ddl.require_owner(found)
            _check_not_owned(found, ddl)
            _check_schema(found.schema, schema, ddl)
            await _move_sequence(found, schema, ddl)
        case View():
            _check_schema(found.schema, schema, ddl)
            _require_free_type(found.name, schema, ddl)
            await change_view(found, ddl, schema=schema)
        case _:
            raise not_supported(f"ALTER {kind.upper()} … SET SCHEMA")


def _check_schema(old: str, schema: str, ddl: Ddl) -> None:
    if is_temporary(old) or is_temporary(ddl.env.own_schema(schema)):
        message = "cannot move objects into or out of temporary schemas"
        raise DatabaseError("0A000", message)
    if schema in SYSTEM_SCHEMAS:
        raise DatabaseError("42501", f"permission denied for schema {schema}")
    if ddl.catalog.schema(schema) is None:
        raise DatabaseError("3F000", f'schema "{schema}" does not exist')
    ddl.require_create(schema)


def _check_not_owned(sequence: Sequence, ddl: Ddl) -> None:
    table = ddl.catalog.table_by_id(sequence.owner_table_id or 0)
    if table is not None:
        raise DatabaseError(
            "0A000",
            "cannot move an owned sequence into another schema",
            detail=f'Sequence "{sequence.name}" is linked to table "{table.name}".',
        )


def _require_free(name: str, schema: str, ddl: Ddl) -> None:
    if ddl.catalog.relation(schema, name) is not None:
        raise DatabaseError("42P07", f'relation "{name}" already exists in schema "{schema}"')


def _require_free_type(name: str, schema: str, ddl: Ddl) -> None:
    if ddl.catalog.is_named(TYPES, schema, name):
        raise DatabaseError("42710", f'type "{name}" already exists in schema "{schema}"')


async def _move_table(table: Table, schema: str, ddl: Ddl) -> None:
    if table.schema == schema:
        return
    for (_, name), _ in relations_of(table):
        _require_free(name, schema, ddl)
    _require_free_type(table.name, schema, ddl)
    await ddl.changes.replace_table(msgspec.structs.replace(table, schema=schema))
    for sequence in list(ddl.catalog.sequences):
        if sequence.owner_table_id == table.id:
            await _move_sequence(sequence, schema, ddl)


async def _move_sequence(sequence: Sequence, schema: str, ddl: Ddl) -> None:
    if sequence.schema == schema:
        return
    _require_free(sequence.name, schema, ddl)
    await ddl.changes.replace_sequence(msgspec.structs.replace(sequence, schema=schema))


_MOVES: Final[dict[Any, Callable[[Any, Ddl], Awaitable[None]]]] = {
    _TYPES.OBJECT_SEQUENCE: _move_relation,
    _TYPES.OBJECT_TABLE: _move_relation,
    _TYPES.OBJECT_DOMAIN: move_type,
    _TYPES.OBJECT_TYPE: move_type,
    _TYPES.OBJECT_VIEW: _move_relation,
    _TYPES.OBJECT_MATVIEW: _move_relation,
}
