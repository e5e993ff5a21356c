"""COMMENT ON: kept by (class, object id, sub id), as pg_description shows it."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from storage.catalog import IndexRef
from storage.errors import DatabaseError, not_supported
from storage.objects import Comment, CompositeType
from storage.schema import Table
from tsql.access.databases import get_database
from tsql.access.privileges import Secured, owns
from tsql.access.roles import find_role, get_role, is_superuser
from tsql.ddl.context import Ddl, no_such_relation
from tsql.ddl.describe import kind_of_relation
from tsql.ddl.remove import CLASS_IDS
from tsql.ddl.roles import replace_role
from tsql.ddl.stored_query import columns_of
from tsql.ddl.user_types import find_type, no_such_type, require_domain
from tsql.derived_ids import constraint_id
from tsql.parser import ast, enums

_TYPES = enums.ObjectType
_KINDS: Final = {
    _TYPES.OBJECT_TABLE: "table",
    _TYPES.OBJECT_INDEX: "index",
    _TYPES.OBJECT_SEQUENCE: "sequence",
    _TYPES.OBJECT_VIEW: "view",
    _TYPES.OBJECT_MATVIEW: "materialized view",
}
_PG_DATABASE: Final = 1262

_Key = tuple[int, int, int]


async def comment_on(node: Any, ddl: Ddl) -> str:
    """Runs a CommentStmt; returns the command tag. Raises 42P01, 42703, 42704, 42809."""
    if node.objtype == _TYPES.OBJECT_ROLE:
        return await _comment_on_role(node, ddl)
    find = _FINDERS.get(node.objtype)
    if find is None:
        what = node.objtype.name.removeprefix("OBJECT_").replace("_", " ")
        raise not_supported(f"COMMENT ON {what}")
    class_id, object_id, sub_id = find(node, ddl)
    old = await ddl.changes.lock_object(Comment, class_id, object_id, sub_id)
    if not node.comment:
        if old is not None:
            await ddl.changes.drop_object(Comment, class_id, object_id, sub_id)
        return "COMMENT"
    new = Comment(class_id=class_id, object_id=object_id, sub_id=sub_id, text=node.comment)
    if old is None:
        await ddl.changes.create_object(new)
    else:
        await ddl.changes.replace_object(new)
    return "COMMENT"


async def _comment_on_role(node: Any, ddl: Ddl) -> str:
    """COMMENT ON ROLE: kept with the role, which all databases share. Raises 42704, 42501, 0A000."""
    role, user = get_role(ddl.catalog, node.object.sval), find_role(ddl.catalog, ddl.env.user)
    if role.name.startswith("pg_"):
        raise not_supported("COMMENT ON a predefined ROLE")
    is_super = is_superuser(ddl.catalog, ddl.env.user)
    if role.superuser and not is_super:
        raise DatabaseError("42501", "must be superuser")
    if not is_super and (user is None or not user.create_role):
        raise DatabaseError("42501", "must have CREATEROLE privilege")
    await replace_role(role, msgspec.structs.replace(role, comment=node.comment or None), ddl)
    return "COMMENT"


def _range_var(names: list[str]) -> Any:
    schema = names[-2] if len(names) > 1 else None
    return ast.RangeVar(schemaname=schema, relname=names[-1])


def _relation(node: Any, ddl: Ddl) -> _Key:
    place = _range_var([part.sval for part in node.object])
    found = ddl.find(place.schemaname, place.relname)
    if found is None:
        raise no_such_relation(place, ddl)
    wanted = _KINDS[node.objtype]
    if kind_of_relation(found) != wanted:
        article = "an" if wanted == "index" else "a"
        raise DatabaseError("42809", f'"{place.relname}" is not {article} {wanted}')
    _require_owner(found, wanted, place.relname, ddl)
    return CLASS_IDS["relation"], _id_of(found), 0


def _require_owner(found: Any, kind: str, name: str, ddl: Ddl) -> None:
    """Raises 42501 unless the user owns the object; an index is its table's owner's."""
    owner = found.table.owner if isinstance(found, IndexRef) else found.owner
    if not owns(ddl.catalog, ddl.env.user, owner):
        raise DatabaseError("42501", f"must be owner of {kind} {name}")


def _id_of(found: Any) -> int:
    if isinstance(found, IndexRef):
        return found.table.primary_key_index_id if found.index is None else found.index.id
    return int(found.id)


def _column(node: Any, ddl: Ddl) -> _Key:
    *names, column = [part.sval for part in node.object]
    if not names:
        raise DatabaseError("42601", "column name must be qualified")
    place = _range_var(names)
    found = ddl.find(place.schemaname, place.relname)
    if found is None:
        return _attribute(place, names, column, ddl)
    kind = kind_of_relation(found)
    if kind in {"index", "sequence"}:
        plural = "indexes" if kind == "index" else "sequences"
        raise DatabaseError(
            "42809",
            f'cannot set comment on relation "{place.relname}"',
            detail=f"This operation is not supported for {plural}.",
        )
    _require_owner(found, "relation", place.relname, ddl)
    for column_id, name in columns_of(found):
        if name == column:
            return CLASS_IDS["relation"], _id_of(found), column_id
    message = f'column "{column}" of relation "{place.relname}" does not exist'
    raise DatabaseError("42703", message)


def _attribute(place: Any, names: list[str], name: str, ddl: Ddl) -> _Key:
    found = find_type(names, ddl)
    if not isinstance(found, CompositeType):
        raise no_such_relation(place, ddl)
    _require_owner(found, "relation", place.relname, ddl)
    for attribute in found.attributes:
        if attribute.name == name:
            return CLASS_IDS["relation"], found.relation_id, attribute.number
    message = f'column "{name}" of relation "{place.relname}" does not exist'
    raise DatabaseError("42703", message)


def _schema(node: Any, ddl: Ddl) -> _Key:
    schema = ddl.catalog.schema(node.object.sval)
    if schema is None:
        raise DatabaseError("3F000", f'schema "{node.object.sval}" does not exist')
    _require_owner(schema, "schema", schema.name, ddl)
    return CLASS_IDS["schema"], schema.id, 0


def _type(node: Any, ddl: Ddl) -> _Key:
    names = [part.sval for part in node.object.names]
    found = find_type(names, ddl)
    if found is None:
        raise no_such_type(names, ddl)
    if node.objtype == _TYPES.OBJECT_DOMAIN:
        require_domain(found, names)
    _require_owner(found, "type", found.name, ddl)
    return CLASS_IDS["type"], found.id, 0


def _domain_constraint(node: Any, ddl: Ddl) -> _Key:
    type_name, name = node.object
    names = [part.sval for part in type_name.names]
    found = find_type(names, ddl)
    if found is None:
        raise no_such_type(names, ddl)
    domain = require_domain(found, names)
    _require_owner(found, "type", found.name, ddl)
    if all(check.name != name.sval for check in domain.checks):
        message = f'constraint "{name.sval}" for domain {".".join(names)} does not exist'
        raise DatabaseError("42704", message)
    return CLASS_IDS["constraint"], constraint_id(domain.id, name.sval), 0


def _constraint(node: Any, ddl: Ddl) -> _Key:
    *names, name = [part.sval for part in node.object]
    place = _range_var(names)
    table = ddl.find(place.schemaname, place.relname)
    if table is None:
        raise no_such_relation(place, ddl)
    _require_owner(table, "relation", place.relname, ddl)
    if isinstance(table, Table):
        known = {table.primary_key_constraint}
        known |= {check.name for check in table.checks} | {key.name for key in table.foreign_keys}
        known |= {index.constraint for index in table.indexes}
        if name in known:
            return CLASS_IDS["constraint"], constraint_id(table.id, name), 0
    message = f'constraint "{name}" for table "{place.relname}" does not exist'
    raise DatabaseError("42704", message)


def _database(node: Any, ddl: Ddl) -> _Key:
    found = get_database(ddl.catalog, node.object.sval)
    if not owns(ddl.catalog, ddl.env.user, Secured.database(found).owner):
        raise DatabaseError("42501", f"must be owner of database {found.name}")
    if found.id != ddl.database.id:
        raise not_supported("COMMENT ON another DATABASE than the current one")
    return _PG_DATABASE, found.id, 0


_FINDERS: Final[dict[Any, Callable[[Any, Ddl], _Key]]] = {
    **dict.fromkeys(_KINDS, _relation),
    _TYPES.OBJECT_COLUMN: _column,
    _TYPES.OBJECT_DATABASE: _database,
    _TYPES.OBJECT_SCHEMA: _schema,
    _TYPES.OBJECT_TABCONSTRAINT: _constraint,
    _TYPES.OBJECT_DOMAIN: _type,
    _TYPES.OBJECT_DOMCONSTRAINT: _domain_constraint,
    _TYPES.OBJECT_TYPE: _type,
}
