"""What all types of users have in common: names, owners, and being held while a column is made."""

from typing import Any

import msgspec

from storage.catalog import IndexRef
from storage.errors import DatabaseError
from storage.objects import TYPES, CompositeType, DomainType, View
from storage.row_types import is_row_type, relation_of
from storage.schema import Sequence
from storage.user_types import UserType, user_type_named, user_type_of
from tsql.access.privileges import Secured, owns, require
from tsql.catalog import pg
from tsql.ddl.composite_values import holds
from tsql.ddl.context import Ddl, no_such_schema
from tsql.types.type_names import type_name_in


def find_type(names: list[str], ddl: Ddl) -> UserType | None:
    """Returns the type of a name, by the search path if no schema is given."""
    *schemas, name = names
    path = ddl.env.schemas(schemas[-1] if schemas else None)
    return user_type_named(ddl.catalog, path, name)


def no_such_type(names: list[str], ddl: Ddl) -> DatabaseError:
    """Returns 42704, or 3F000 if there is no such schema."""
    if len(names) > 1 and (missing := no_such_schema(names[-2], ddl)) is not None:
        return missing
    return DatabaseError("42704", f'type "{".".join(names)}" does not exist')


async def lock_type(names: list[str], ddl: Ddl) -> UserType:
    """Returns the type of a name, locked for a change. Raises 42704, 42501."""
    found = find_type(names, ddl)
    locked: UserType | None = None
    if found is not None and is_row_type(found.id):
        locked = found
    elif found is not None:
        locked = await ddl.changes.lock_object(type(found), found.id)
    if locked is not None and not owns(ddl.catalog, ddl.env.user, locked.owner):
        raise DatabaseError("42501", f"must be owner of type {locked.name}")
    if locked is None:
        raise no_such_type(names, ddl)
    return locked


def require_domain(found: UserType, names: list[str]) -> DomainType:
    """Returns the type as the domain that it must be. Raises 42809."""
    if not isinstance(found, DomainType):
        raise DatabaseError("42809", f"{'.'.join(names)} is not a domain")
    return found


def refuse_row_type(found: UserType, ddl: Ddl) -> None:
    """Raises 42809 for a row type, where only a type that was made as one will do."""
    if is_row_type(found.id):
        message = f"{type_name_in(ddl.env, found.id)} is a table's row type"
        raise DatabaseError("42809", message, hint="Use ALTER TABLE instead.")


def type_is_taken(name: str) -> DatabaseError:
    """Returns 42710."""
    return DatabaseError("42710", f'type "{name}" already exists')


def check_name_is_free(schema: str, name: str, ddl: Ddl) -> None:
    """Raises 42710 for a new type's name that a type has, a row type perhaps."""
    relation = ddl.catalog.relation(schema, name)
    has_row_type = relation is not None and not isinstance(relation, IndexRef | Sequence)
    if has_row_type or ddl.catalog.is_named(TYPES, schema, name):
        raise type_is_taken(name)


async def rename_type(node: Any, ddl: Ddl) -> str:
    """ALTER TYPE | DOMAIN … RENAME TO. Raises 42704, 42710, 42809."""
    names = [part.sval for part in node.object]
    found = await lock_type(names, ddl)
    tag = tag_of(node.renameType)
    if tag == "ALTER DOMAIN":
        require_domain(found, names)
    refuse_row_type(found, ddl)
    taken = type_is_taken(node.newname)
    changed = msgspec.structs.replace(found, name=node.newname)
    await ddl.changes.replace_object(changed, taken=taken)
    return tag


def tag_of(kind: Any) -> str:
    """Returns the command tag of an ALTER of that kind of type."""
    return f"ALTER {kind.name.removeprefix('OBJECT_')}"


async def move_type(node: Any, ddl: Ddl) -> None:
    """ALTER TYPE | DOMAIN … SET SCHEMA. Raises 42704, 3F000, 42710, 42809."""
    names = [part.sval for part in node.object]
    found = await lock_type(names, ddl)
    if tag_of(node.objectType) == "ALTER DOMAIN":
        require_domain(found, names)
    refuse_row_type(found, ddl)
    if ddl.catalog.schema(node.newschema) is None:
        raise DatabaseError("3F000", f'schema "{node.newschema}" does not exist')
    message = f'type "{found.name}" already exists in schema "{node.newschema}"'
    changed = msgspec.structs.replace(found, schema=node.newschema)
    await ddl.changes.replace_object(changed, taken=DatabaseError("42710", message))


async def hold_types(type_ids: list[int], ddl: Ddl) -> None:
    """Keeps the users' types among these until a column of theirs is made. Raises 42501, 42704."""
    for type_id in dict.fromkeys(type_ids):
        found = user_type_of(ddl.catalog, type_id) if type_id >= pg.FIRST_OWN_OID else None
        if found is None:
            continue
        if not is_row_type(found.id):
            require_usage(found, ddl)
        if await hold_type(found, ddl) is None:
            raise DatabaseError("42704", f'type "{found.name}" does not exist')


def require_usage(found: UserType, ddl: Ddl) -> None:
    """Raises 42501 unless the user may use the type."""
    require(ddl.catalog, ddl.env.user, _secured(found, ddl), "U")


def _secured(found: UserType, ddl: Ddl) -> Secured:
    return Secured("type", ("type", found.id), type_name_in(ddl.env, found.id), found.owner)


async def hold_type(found: UserType, ddl: Ddl) -> object | None:
    """Keeps a type from being dropped, a row type's relation; returns it, None if it is gone."""
    relation_id = relation_of(found.id)
    if relation_id is None:
        return await ddl.changes.hold_object(type(found), found.id)
    if ddl.catalog.object(View, relation_id) is not None:
        return await ddl.changes.hold_object(View, relation_id)
    return await ddl.changes.hold_table(relation_id)


def check_not_inside(type_id: int, container: CompositeType, ddl: Ddl) -> None:
    """Raises 42P16 for a field of a type whose values are, or hold, rows of what it is to be a field of."""
    if holds(type_id, container, ddl.catalog):
        shown = type_name_in(ddl.env, container.id)
        message = f"composite type {shown} cannot be made a member of itself"
        raise DatabaseError("42P16", message)


def check_relation_name(schema: str, name: str, ddl: Ddl) -> None:
    """Raises 42P07 or 42710 for a new name of a table or view that a type has."""
    if ddl.catalog.named(CompositeType, schema, name) is not None:
        raise DatabaseError("42P07", f'relation "{name}" already exists')
    if ddl.catalog.is_named(TYPES, schema, name):
        raise type_is_taken(name)
