"""ALTER … RENAME: tables, indexes, sequences, columns and constraints.

Ids stay, so rows, plans of others and what depends on the object don't notice; only texts over the
table (checks, expressions of indexes) are written with the new name. Another kind of object adds
its function to `_RENAMES`.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec

from storage.catalog import IndexRef, Relation
from storage.errors import DatabaseError, not_supported
from storage.objects import View
from storage.schema import Sequence, Table
from tsql.access.privileges import owns
from tsql.ddl.alter.composite import rename_attribute
from tsql.ddl.alter.constraints import constraint_exists
from tsql.ddl.alter.domain import rename_domain_constraint
from tsql.ddl.alteration.state import Alteration
from tsql.ddl.columns import SYSTEM_COLUMNS
from tsql.ddl.context import Ddl, no_such_relation, skip_relation
from tsql.ddl.databases import rename_database
from tsql.ddl.describe import kind_of_relation
from tsql.ddl.field_names import FieldRename
from tsql.ddl.foreign_keys import constraint_names
from tsql.ddl.roles import rename_role
from tsql.ddl.schemas import rename_schema
from tsql.ddl.texts import with_column_renamed, with_table_renamed
from tsql.ddl.user_types import check_relation_name, rename_type
from tsql.ddl.views import change_view, rename_view_column
from tsql.parser import enums

_TYPES = enums.ObjectType
_KINDS: Final = {
    _TYPES.OBJECT_TABLE: "TABLE",
    _TYPES.OBJECT_INDEX: "INDEX",
    _TYPES.OBJECT_SEQUENCE: "SEQUENCE",
    _TYPES.OBJECT_VIEW: "VIEW",
    _TYPES.OBJECT_MATVIEW: "MATERIALIZED VIEW",
    _TYPES.OBJECT_FOREIGN_TABLE: "FOREIGN TABLE",
}


async def rename(node: Any, ddl: Ddl) -> str:
    """Runs a RenameStmt; returns the command tag."""
    function = _RENAMES.get(node.renameType)
    if function is None:
        what = node.renameType.name.removeprefix("OBJECT_").replace("_", " ")
        raise not_supported(f"ALTER {what} … RENAME")
    return await function(node, ddl)


def _found(node: Any, ddl: Ddl) -> Relation | None:
    """Returns the relation that the statement names; None if IF EXISTS lets it be missing."""
    relation = node.relation
    found = ddl.find(relation.schemaname, relation.relname)
    if found is None:
        if not node.missing_ok:
            raise no_such_relation(relation, ddl)
        skip_relation(relation, ddl)
        return None
    if not isinstance(found, IndexRef):
        ddl.require_owner(found)
    elif not owns(ddl.catalog, ddl.env.user, found.table.owner):
        raise DatabaseError("42501", f"must be owner of index {relation.relname}")
    return found


# ---- relations ---------------------------------------------------------------------------------


async def _rename_relation(node: Any, ddl: Ddl) -> str:
    """ALTER TABLE, INDEX, SEQUENCE … RENAME TO: ALTER TABLE takes any of them."""
    tag = f"ALTER {_KINDS[node.renameType]}"
    found = _found(node, ddl)
    if found is None:
        return tag
    name = node.relation.relname
    kind = kind_of_relation(found)
    if node.renameType not in {_TYPES.OBJECT_TABLE, _TYPES.OBJECT_INDEX} and (
        kind.upper() != _KINDS[node.renameType]
    ):
        article = "an" if node.renameType == _TYPES.OBJECT_INDEX else "a"
        raise DatabaseError("42809", f'"{name}" is not {article} {_KINDS[node.renameType].lower()}')
    match found:
        case Table():
            await rename_table(found, node.newname, ddl)
        case IndexRef():
            await _rename_index(found, name, node.newname, ddl)
        case Sequence():
            _require_free(found.schema, node.newname, ddl)
            await ddl.changes.replace_sequence(msgspec.structs.replace(found, name=node.newname))
        case View():
            _require_free(found.schema, node.newname, ddl)
            check_relation_name(found.schema, node.newname, ddl)
            await change_view(found, ddl, name=node.newname)
    return tag


def _require_free(schema: str, name: str, ddl: Ddl) -> None:
    if ddl.catalog.relation(schema, name) is not None:
        raise DatabaseError("42P07", f'relation "{name}" already exists')


async def _locked(table: Table, node: Any, ddl: Ddl) -> Table:
    locked = await ddl.changes.lock_table(table.id)
    if locked is None:
        raise no_such_relation(node.relation, ddl)
    return locked


async def rename_table(table: Table, new: str, ddl: Ddl) -> None:
    """Gives a table another name. Raises 42P07."""
    locked = await ddl.changes.lock_table(table.id)
    if locked is None:
        raise DatabaseError("42P01", f'relation "{table.name}" does not exist')
    _require_free(locked.schema, new, ddl)
    check_relation_name(locked.schema, new, ddl)
    changed = msgspec.structs.replace(with_table_renamed(locked, new), name=new)
    await ddl.changes.replace_table(changed)


async def _rename_index(found: IndexRef, old: str, new: str, ddl: Ddl) -> None:
    locked = await ddl.changes.lock_table(found.table.id)
    if locked is None:
        raise DatabaseError("42P01", f'relation "{old}" does not exist')
    _require_free(locked.schema, new, ddl)
    await ddl.changes.replace_table(_with_index_renamed(locked, old, new))


def _with_index_renamed(table: Table, old: str, new: str) -> Table:
    """Returns the table with another name for an index, and for the constraint behind it."""
    if table.primary_key_constraint == old:
        return msgspec.structs.replace(table, primary_key_constraint=new)
    indexes = tuple(
        msgspec.structs.replace(index, name=new, constraint=index.constraint and new)
        if index.name == old
        else index
        for index in table.indexes
    )
    return msgspec.structs.replace(table, indexes=indexes)


# ---- columns -----------------------------------------------------------------------------------


async def _rename_column(node: Any, ddl: Ddl) -> str:
    tag = f"ALTER {_KINDS.get(node.relationType, 'TABLE')}"
    found = _found(node, ddl)
    if found is None:
        return tag
    old, new = node.subname, node.newname
    if not isinstance(found, Table):
        kind = kind_of_relation(found)
        if isinstance(found, View):
            await rename_view_column(found, old, new, ddl)
            return tag
        if kind == "index":
            raise DatabaseError("42703", f'column "{old}" does not exist')
        kinds = "sequences"
        raise DatabaseError(
            "42809",
            f'cannot rename columns of relation "{node.relation.relname}"',
            detail=f"This operation is not supported for {kinds}.",
        )
    table = await _locked(found, node, ddl)
    if old in SYSTEM_COLUMNS:
        raise DatabaseError("0A000", f'cannot rename system column "{old}"')
    column = table.column(old)
    if column is None:
        raise DatabaseError("42703", f'column "{old}" does not exist')
    if new in SYSTEM_COLUMNS:
        raise DatabaseError("42701", f'column name "{new}" conflicts with a system column name')
    attributes = {name for name, _ in table.attributes}
    if table.column(new) is not None or new in attributes:
        message = f'column "{new}" of relation "{table.name}" already exists'
        raise DatabaseError("42701", message)
    rename = FieldRename((table.id, column.id), old, new, ddl)
    await rename.prepare(but=table.id)
    alteration = Alteration(ddl, table, with_column_renamed(table, old, new))
    alteration.change_column(column.id, name=new)
    await ddl.changes.replace_table(alteration.table)
    await rename.finish()
    return tag


async def _rename_attribute(node: Any, ddl: Ddl) -> str:
    """ALTER TYPE … RENAME ATTRIBUTE: of a row type that is its relation's column."""
    if ddl.find(node.relation.schemaname, node.relation.relname) is None:
        return await rename_attribute(node, ddl)
    await _rename_column(node, ddl)
    return "ALTER TYPE"


# ---- constraints -------------------------------------------------------------------------------


async def _rename_constraint(node: Any, ddl: Ddl) -> str:
    found = _found(node, ddl)
    if found is None:
        return "ALTER TABLE"
    old, new = node.subname, node.newname
    if not isinstance(found, Table):
        raise DatabaseError("42809", f'"{node.relation.relname}" is not a table')
    table = await _locked(found, node, ddl)
    names = constraint_names([table])
    if old not in names:
        message = f'constraint "{old}" for table "{table.name}" does not exist'
        raise DatabaseError("42704", message)
    others = {check.name for check in table.checks} | {key.name for key in table.foreign_keys}
    if old not in others:
        _require_free(table.schema, new, ddl)
        await ddl.changes.replace_table(_with_index_renamed(table, old, new))
        return "ALTER TABLE"
    if new in names:
        raise constraint_exists(new, table)
    checks = [
        msgspec.structs.replace(check, name=new) if check.name == old else check
        for check in table.checks
    ]
    checks.sort(key=lambda check: check.name.encode())
    keys = tuple(
        msgspec.structs.replace(key, name=new) if key.name == old else key
        for key in table.foreign_keys
    )
    await ddl.changes.replace_table(
        msgspec.structs.replace(table, checks=tuple(checks), foreign_keys=keys)
    )
    return "ALTER TABLE"


_RENAMES: Final[dict[Any, Callable[[Any, Ddl], Awaitable[str]]]] = {
    _TYPES.OBJECT_ATTRIBUTE: _rename_attribute,
    _TYPES.OBJECT_COLUMN: _rename_column,
    _TYPES.OBJECT_DATABASE: rename_database,
    _TYPES.OBJECT_ROLE: rename_role,
    _TYPES.OBJECT_SCHEMA: rename_schema,
    _TYPES.OBJECT_INDEX: _rename_relation,
    _TYPES.OBJECT_SEQUENCE: _rename_relation,
    _TYPES.OBJECT_TABCONSTRAINT: _rename_constraint,
    _TYPES.OBJECT_TABLE: _rename_relation,
    _TYPES.OBJECT_DOMAIN: rename_type,
    _TYPES.OBJECT_DOMCONSTRAINT: rename_domain_constraint,
    _TYPES.OBJECT_TYPE: rename_type,
    _TYPES.OBJECT_VIEW: _rename_relation,
    _TYPES.OBJECT_MATVIEW: _rename_relation,
}
