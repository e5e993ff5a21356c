"""ALTER DEFAULT PRIVILEGES: what new objects of a role's are given, everywhere or in a schema.

They are kept like grants, as Privileges of the kind 'default table' (view and materialized view, too), 'default
sequence' … on the role (object id) in a schema (sub id; 0: everywhere). What holds everywhere takes the place of the
privileges that an object begins with; what holds in a schema is added.
"""

from collections.abc import Iterable
from typing import Any, Final

from storage.catalog import Schema
from storage.errors import DatabaseError, not_supported
from storage.objects import Grant, Privileges, View
from storage.schema import Sequence, Table
from storage.user_types import UserType
from tsql.access.letters import ALL, LETTERS
from tsql.access.privileges import Secured, default_grants
from tsql.access.roles import get_role, is_member, role_by_id
from tsql.ddl.context import Ddl
from tsql.ddl.grants import Change, merged, with_grant, without_grant
from tsql.ddl.role_names import grantee, named_role
from tsql.parser import enums

_OBJECTS: Final = enums.ObjectType
_KINDS: Final = {
    _OBJECTS.OBJECT_TABLE: "table",
    _OBJECTS.OBJECT_SEQUENCE: "sequence",
    _OBJECTS.OBJECT_TYPE: "type",
    _OBJECTS.OBJECT_SCHEMA: "schema",
}
_NAMES: Final = {
    "table": "relations",
    "sequence": "sequences",
    "type": "types",
    "schema": "schemas",
}
PREFIX: Final = "default "


async def alter_default_privileges(node: Any, ddl: Ddl) -> str:
    """Runs an AlterDefaultPrivilegesStmt; returns the command tag. Raises 42501, 0LP01, 3F000."""
    roles, schemas = [ddl.env.user], [0]
    for option in node.options or ():
        if option.defname == "roles":
            roles = [named_role(spec, ddl) for spec in option.arg]
        elif option.defname == "schemas":
            schemas = [_schema_id(part.sval, ddl) for part in option.arg]
    action = node.action
    kind = _KINDS.get(action.objtype)
    if kind is None:
        what = action.objtype.name.removeprefix("OBJECT_")
        raise not_supported(f"ALTER DEFAULT PRIVILEGES ON {what}S")
    if kind == "schema" and schemas != [0]:
        message = "cannot use IN SCHEMA clause when using GRANT/REVOKE ON SCHEMAS"
        raise DatabaseError("0LP01", message)
    letters = _letters(action.privileges, kind)
    grantees = tuple(grantee(spec, ddl) for spec in action.grantees)
    for role in roles:
        if not is_member(ddl.catalog, ddl.env.user, role):
            raise DatabaseError("42501", f'must be member of role "{role}"')
        for schema_id in schemas:
            secured = Secured(kind, (PREFIX + kind, get_role(ddl.catalog, role).id), kind, role)
            change = Change(
                secured,
                0,
                letters,
                grantees,
                action.is_grant,
                bool(action.grant_option),
                action.behavior == enums.DropBehavior.DROP_CASCADE,
                action.privileges is None,
            )
            await _change(change, schema_id, ddl)
    return "ALTER DEFAULT PRIVILEGES"


def _schema_id(name: str, ddl: Ddl) -> int:
    schema = ddl.catalog.schema(name)
    if schema is None:
        raise DatabaseError("3F000", f'schema "{name}" does not exist')
    return schema.id


def _letters(privileges: Any, kind: str) -> str:
    if privileges is None:
        return ALL[kind]
    letters = ""
    for privilege in privileges:
        if privilege.cols:
            message = "default privileges cannot be set for columns"
            raise DatabaseError("0LP01", message)
        letter = LETTERS.get(str(privilege.priv_name).upper(), "")
        if not letter or letter not in ALL[kind]:
            what = "relation" if kind == "table" else kind
            name = str(privilege.priv_name).upper()
            raise DatabaseError("0LP01", f"invalid privilege type {name} for {what}")
        letters += letter
    return letters


async def _change(change: Change, schema_id: int, ddl: Ddl) -> None:
    kind, role_id = change.secured.address
    key = (kind, role_id, schema_id)
    old = await ddl.changes.lock_object(Privileges, *key)
    begin = () if schema_id else default_grants(change.secured)
    grants = list(begin if old is None else old.grants)
    for name in change.grantees:
        step = with_grant if change.grants else without_grant
        grants = step(grants, name, change.secured.owner, change)
    new = Privileges(kind=kind, object_id=role_id, sub_id=schema_id, grants=tuple(grants))
    is_default = set(new.grants) == set(begin)
    if old is None and not is_default:
        await ddl.changes.create_object(new)
    elif old is not None and is_default:
        await ddl.changes.drop_object(Privileges, *key)
    elif old is not None:
        await ddl.changes.replace_object(new)


async def give_default_privileges(
    found: Table | View | Sequence | Schema | UserType, ddl: Ddl
) -> None:
    """Gives a new object what its owner's default privileges say."""
    if not any(each.kind.startswith(PREFIX) for each in ddl.catalog.objects(Privileges)):
        return
    if isinstance(found, UserType):
        secured = Secured("type", ("type", found.id), found.name, found.owner)
    else:
        secured = Secured.of(found)
    kind = PREFIX + ("table" if secured.kind == "view" else secured.kind)
    role_id = get_role(ddl.catalog, found.owner).id
    everywhere = ddl.catalog.object(Privileges, kind, role_id, 0)
    inside = None
    schema = None if isinstance(found, Schema) else ddl.catalog.schema(found.schema)
    if schema is not None:
        inside = ddl.catalog.object(Privileges, kind, role_id, schema.id)
    if everywhere is None and inside is None:
        return
    begin: Iterable[Grant] = default_grants(secured) if everywhere is None else everywhere.grants
    grants = merged(begin, () if inside is None else inside.grants)
    if set(grants) == set(default_grants(secured)):
        return
    new = Privileges(kind=secured.address[0], object_id=secured.address[1], grants=tuple(grants))
    await ddl.changes.create_object(new)


async def forget_defaults_in(schema_id: int, ddl: Ddl) -> None:
    """Removes the default privileges in a schema that goes."""
    for found in ddl.catalog.objects(Privileges):
        if found.kind.startswith(PREFIX) and found.sub_id == schema_id:
            await ddl.changes.lock_object(Privileges, *found.key())
            await ddl.changes.drop_object(Privileges, *found.key())


def described(found: Privileges, ddl: Ddl) -> tuple[str, str]:
    """Returns whose default privileges they are, and what messages call them."""
    kind = _NAMES[found.kind.removeprefix(PREFIX)]
    role = role_by_id(ddl.catalog, found.object_id)
    owner = "" if role is None else role.name
    text = f"default privileges on new {kind} belonging to role {owner}"
    for schema in ddl.catalog.schemas:
        if schema.id == found.sub_id:
            text += f" in schema {schema.name}"
    return owner, text
