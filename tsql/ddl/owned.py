"""Ownership: what a role owns, OWNER TO, REASSIGN OWNED and DROP OWNED."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from storage.catalog import Catalog, Schema
from storage.errors import DatabaseError, not_supported
from storage.objects import Privileges, View
from storage.schema import Sequence, Table
from storage.user_types import UserType, user_types
from tsql.access.privileges import Secured, require_owner
from tsql.access.roles import is_member, is_superuser
from tsql.ddl.context import Ddl
from tsql.ddl.databases import alter_database_owner
from tsql.ddl.role_names import named_role
from tsql.ddl.user_types import lock_type, refuse_row_type, require_domain, tag_of
from tsql.parser import enums

_TYPES = enums.ObjectType
Owned = Table | Sequence | View | UserType | Schema


@dataclass(frozen=True, slots=True)
class Owning:
    """An object and how it gets another owner."""

    kind: str
    name: str
    found: Owned
    give_to: Callable[[str, Ddl], Awaitable[None]]


def owned_by(name: str, catalog: Catalog) -> list[Owning]:
    """Returns what a role owns, in the order of the objects' ids."""
    found: list[tuple[str, Owned]] = [
        *[("table", table) for table in catalog.tables],
        *[("sequence", each) for each in catalog.sequences if each.owner_table_id is None],
        *[("view", view) for view in catalog.objects(View)],
        *[("type", each) for each in user_types(catalog)],
        *[("schema", schema) for schema in catalog.schemas],
    ]
    mine = [(kind, each) for kind, each in found if each.owner == name]
    mine.sort(key=lambda pair: pair[1].id)
    return [Owning(kind, each.name, each, _giver(each)) for kind, each in mine]


def _giver(found: Owned) -> Callable[[str, Ddl], Awaitable[None]]:
    async def give(owner: str, ddl: Ddl) -> None:
        await set_owner(found, owner, ddl)

    return give


async def set_owner(found: Owned, owner: str, ddl: Ddl) -> None:
    """Gives an object another owner; its grants by the old one are the new one's."""
    old = found.owner
    if old == owner:
        return
    match found:
        case Table():
            locked = await ddl.changes.lock_table(found.id)
            if locked is not None:
                await ddl.changes.replace_table(msgspec.structs.replace(locked, owner=owner))
            for sequence in list(ddl.catalog.sequences):
                if sequence.owner_table_id == found.id:
                    await set_owner(sequence, owner, ddl)
        case Sequence():
            await ddl.changes.replace_sequence(msgspec.structs.replace(found, owner=owner))
        case Schema():
            await ddl.changes.lock_schema(found.name)
            await ddl.changes.replace_schema(msgspec.structs.replace(found, owner=owner))
            await _pass_on(("schema", found.id), old, owner, ddl)
            return
        case _:
            await ddl.changes.lock_object(type(found), found.id)
            await ddl.changes.replace_object(msgspec.structs.replace(found, owner=owner))
    await _pass_on(("relation", found.id), old, owner, ddl)


async def _pass_on(address: tuple[str, int], old: str, new: str, ddl: Ddl) -> None:
    for found in ddl.catalog.objects(Privileges):
        if (found.kind, found.object_id) != address:
            continue
        grants = tuple(
            msgspec.structs.replace(
                grant,
                grantee=new if grant.grantee == old else grant.grantee,
                grantor=new if grant.grantor == old else grant.grantor,
            )
            for grant in found.grants
        )
        await ddl.changes.lock_object(Privileges, *found.key())
        await ddl.changes.replace_object(msgspec.structs.replace(found, grants=grants))


async def change_owner(found: Table | Sequence | View | Schema, spec: Any, ddl: Ddl) -> None:
    """ALTER … OWNER TO. Raises 42501, 42704."""
    owner = named_role(spec, ddl)
    if found.owner == owner:
        return
    _check_may_give(found, owner, ddl)
    await set_owner(found, owner, ddl)


async def _give_type(found: UserType, spec: Any, ddl: Ddl) -> None:
    """ALTER TYPE … OWNER TO. Raises 42501, 42704."""
    owner = named_role(spec, ddl)
    if found.owner == owner:
        return
    catalog, user = ddl.catalog, ddl.env.user
    if not is_superuser(catalog, user):
        if not is_member(catalog, user, owner):
            raise DatabaseError("42501", f'must be member of role "{owner}"')
        ddl.require_create(found.schema, owner)
    await set_owner(found, owner, ddl)


async def change_type_owner(node: Any, ddl: Ddl) -> str:
    """ALTER TYPE | DOMAIN … OWNER TO. Raises 42704, 42501, 42809."""
    names = [part.sval for part in node.object]
    found = await lock_type(names, ddl)
    tag = tag_of(node.objectType)
    if tag == "ALTER DOMAIN":
        require_domain(found, names)
    refuse_row_type(found, ddl)
    await _give_type(found, node.newowner, ddl)
    return tag


def _check_may_give(found: Table | Sequence | View | Schema, owner: str, ddl: Ddl) -> None:
    catalog, user = ddl.catalog, ddl.env.user
    if not is_superuser(catalog, user):
        require_owner(catalog, user, Secured.of(found))
        if not is_member(catalog, user, owner):
            raise DatabaseError("42501", f'must be member of role "{owner}"')
        if not isinstance(found, Schema):
            ddl.require_create(found.schema, owner)


async def alter_owner(node: Any, ddl: Ddl) -> str:
    """Runs an AlterOwnerStmt: of a schema or a database."""
    kind = node.objectType
    if kind == _TYPES.OBJECT_SCHEMA:
        schema = ddl.catalog.schema(node.object.sval)
        if schema is None:
            raise DatabaseError("3F000", f'schema "{node.object.sval}" does not exist')
        await change_owner(schema, node.newowner, ddl)
        return "ALTER SCHEMA"
    if kind == _TYPES.OBJECT_DATABASE:
        return await alter_database_owner(node, ddl)
    if kind in {_TYPES.OBJECT_DOMAIN, _TYPES.OBJECT_TYPE}:
        return await change_type_owner(node, ddl)
    raise not_supported(f"ALTER {kind.name.removeprefix('OBJECT_')} … OWNER TO")


async def reassign_owned(node: Any, ddl: Ddl) -> str:
    """Runs a ReassignOwnedStmt."""
    olds = [named_role(spec, ddl) for spec in node.roles]
    new = named_role(node.newrole, ddl)
    for name in (*olds, new):
        _require_member(name, "reassign objects", ddl)
    for old in olds:
        for each in owned_by(old, ddl.catalog):
            await each.give_to(new, ddl)
    return "REASSIGN OWNED"


def _require_member(name: str, what: str, ddl: Ddl) -> None:
    if not is_member(ddl.catalog, ddl.env.user, name):
        raise DatabaseError("42501", f"permission denied to {what}")
