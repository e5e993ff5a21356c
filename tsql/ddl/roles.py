"""CREATE, ALTER and DROP ROLE (USER, GROUP), and membership of roles in each other."""

import functools
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from storage.catalog import Catalog
from storage.errors import DatabaseError, not_supported
from storage.objects import Address, Membership, Privileges, Role, View
from storage.user_types import user_type
from tsql.access.databases import all_databases
from tsql.access.passwords import Verifier
from tsql.access.privileges import Secured
from tsql.access.roles import (
    DATABASE_OWNER,
    FIRST_ROLE,
    find_role,
    get_role,
    is_admin,
    is_member,
    is_required,
    is_superuser,
    no_such_role,
)
from tsql.ddl.context import Ddl
from tsql.ddl.databases import replace_database
from tsql.ddl.default_privileges import PREFIX, described
from tsql.ddl.describe import describe
from tsql.ddl.owned import owned_by
from tsql.ddl.role_names import check_may_change, check_new_name, named_role
from tsql.ddl.stored_settings import changed_settings
from tsql.parser import enums
from tsql.types import oids
from tsql.types.io import input_of

_KINDS = enums.RoleStmtType
_MD5_CHARACTERS: Final = 35
#: Option -> attribute, for those that are true or false.
_FLAGS: Final = {
    "superuser": "superuser",
    "inherit": "inherit",
    "createrole": "create_role",
    "createdb": "create_database",
    "canlogin": "login",
    "isreplication": "replication",
    "bypassrls": "bypass_row_security",
}


async def create_role(node: Any, ddl: Ddl) -> str:
    """Runs a CreateRoleStmt; returns the command tag."""
    catalog, name = ddl.catalog, str(node.role)
    options = _options(node.options)
    actor = get_role(catalog, ddl.env.user)
    for option, wanted in (("superuser", "superusers"), ("isreplication", "replication users")):
        if _flag(options, option) and not actor.superuser:
            raise DatabaseError("42501", f"must be superuser to create {wanted}")
    if _flag(options, "bypassrls") and not actor.superuser:
        raise DatabaseError("42501", "must be superuser to create bypassrls users")
    if not (actor.superuser or actor.create_role):
        raise DatabaseError("42501", "permission denied to create role")
    check_new_name(name)
    taken = DatabaseError("42710", f'role "{name}" already exists')
    if find_role(catalog, name) is not None:
        raise taken
    role = Role(
        id=await ddl.catalogs.new_relation_id(),
        name=name,
        login=node.stmt_type == _KINDS.ROLESTMT_USER,
    )
    role = _changed(role, options, ddl)
    await ddl.changes.create_object(role, taken=taken)
    for spec in options.get("addroleto", ()):
        joined = get_role(catalog, named_role(spec, ddl))
        _check_may_grant(joined, ddl)
        await _add_member(joined.name, name, ddl)
    for spec in options.get("rolemembers", ()):
        await _add_member(name, named_role(spec, ddl), ddl)
    for spec in options.get("adminmembers", ()):
        await _add_member(name, named_role(spec, ddl), ddl, admin=True)
    return "CREATE ROLE"


def _options(definitions: Iterable[Any] | None) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for definition in definitions or ():
        if definition.defname in options:
            position = None if definition.location is None else definition.location + 1
            raise DatabaseError("42601", "conflicting or redundant options", position=position)
        options[definition.defname] = definition.arg
    return options


def _flag(options: dict[str, Any], name: str) -> bool:
    return name in options and bool(options[name].boolval)


def _changed(role: Role, options: dict[str, Any], ddl: Ddl) -> Role:
    """Returns the role with the options. Raises 22023, 22007."""
    changes: dict[str, Any] = {
        attribute: bool(options[option].boolval)
        for option, attribute in _FLAGS.items()
        if option in options
    }
    if "connectionlimit" in options:
        limit = options["connectionlimit"].ival
        if limit < -1:
            raise DatabaseError("22023", f"invalid connection limit: {limit}")
        changes["connection_limit"] = limit
    if "validUntil" in options:
        text = options["validUntil"].sval
        changes["valid_until"] = input_of(oids.TIMESTAMPTZ)(text, -1, ddl.env)
    if "password" in options:
        password = options["password"]
        changes["password"] = None if password is None else _verifier(password.sval, ddl)
    if "sysid" in options:
        ddl.notice("NOTICE", "00000", "SYSID can no longer be specified")
    return msgspec.structs.replace(role, **changes)


def _verifier(password: str, ddl: Ddl) -> str | None:
    if Verifier.parsed(password) is not None:
        return password
    if password.startswith("md5") and len(password) == _MD5_CHARACTERS:
        raise not_supported("MD5 passwords")
    if not password:
        message = "empty string is not a valid login password, clearing password"
        ddl.notice("NOTICE", "00000", message)
        return None
    return Verifier.of(password).text()


# ---- ALTER ---------------------------------------------------------------------------------------


async def alter_role(node: Any, ddl: Ddl) -> str:
    """Runs an AlterRoleStmt; returns the command tag."""
    catalog = ddl.catalog
    name = named_role(node.role, ddl)
    check_may_change(name, "Cannot alter reserved roles.")
    role, actor = get_role(catalog, name), get_role(catalog, ddl.env.user)
    options = _options(node.options)
    _check_may_alter(role, actor, options)
    members = options.pop("rolemembers", None)
    if options:
        await replace_role(role, _changed(role, options, ddl), ddl)
    for spec in members or ():
        if node.action > 0:
            await _add_member(name, named_role(spec, ddl), ddl)
        else:
            await _drop_member(name, named_role(spec, ddl), ddl, only_admin=False)
    return "ALTER ROLE"


def _check_may_alter(role: Role, actor: Role, options: dict[str, Any]) -> None:
    if actor.superuser:
        return
    if role.superuser or "superuser" in options:
        raise DatabaseError(
            "42501", "must be superuser to alter superuser roles or change superuser attribute"
        )
    if role.replication or "isreplication" in options:
        raise DatabaseError(
            "42501", "must be superuser to alter replication roles or change replication attribute"
        )
    if "bypassrls" in options:
        raise DatabaseError("42501", "must be superuser to change bypassrls attribute")
    if actor.create_role:
        return
    if set(options) == {"password"} and role.name == actor.name:
        return
    raise DatabaseError("42501", "permission denied")


async def replace_role(old: Role, new: Role, ddl: Ddl) -> None:
    """Changes a role; the first one is kept from then on."""
    taken = DatabaseError("42710", f'role "{new.name}" already exists')
    if ddl.catalog.object(Role, old.id) is None:
        await ddl.changes.create_object(new, taken=taken)
        return
    if await ddl.changes.lock_object(Role, old.id) is None:
        raise no_such_role(old.name)
    await ddl.changes.replace_object(new, taken=taken)


async def alter_role_settings(node: Any, ddl: Ddl) -> str:
    """Runs an AlterRoleSetStmt: what SET … a session of the role begins with."""
    if node.role is None or node.database is not None:
        raise not_supported("ALTER ROLE … SET for all roles or in one database")
    name = named_role(node.role, ddl)
    check_may_change(name, "Cannot alter reserved roles.")
    role, actor = get_role(ddl.catalog, name), get_role(ddl.catalog, ddl.env.user)
    if not actor.superuser and (
        role.superuser or (role.name != actor.name and not actor.create_role)
    ):
        wanted = "must be superuser to alter superusers" if role.superuser else "permission denied"
        raise DatabaseError("42501", wanted)
    settings = changed_settings(role.settings, node.setstmt, "ALTER ROLE")
    await replace_role(role, msgspec.structs.replace(role, settings=settings), ddl)
    return "ALTER ROLE"


# ---- DROP ----------------------------------------------------------------------------------------


async def drop_role(node: Any, ddl: Ddl) -> str:
    """Runs a DropRoleStmt; returns the command tag."""
    actor = get_role(ddl.catalog, ddl.env.user)
    if not (actor.superuser or actor.create_role):
        raise DatabaseError("42501", "permission denied to drop role")
    session_user = getattr(ddl.env.session, "session_user", ddl.env.user)
    found: list[Role] = []
    for spec in node.roles:
        name = str(spec.rolename)
        role = find_role(ddl.catalog, name)
        if role is None:
            if not node.missing_ok:
                raise no_such_role(name)
            ddl.notice("NOTICE", "00000", f'role "{name}" does not exist, skipping')
            continue
        if name == ddl.env.user:
            raise DatabaseError("55006", "current user cannot be dropped")
        if name == session_user:
            raise DatabaseError("55006", "session user cannot be dropped")
        if role.superuser and not actor.superuser:
            raise DatabaseError("42501", "must be superuser to drop superusers")
        found.append(role)
    for role in found:
        await _drop(role, ddl)
    return "DROP ROLE"


async def _drop(role: Role, ddl: Ddl) -> None:
    if is_required(role):
        message = f"cannot drop role {role.name} because it is required by the database system"
        raise DatabaseError("2BP01", message)
    await ddl.changes.lock_object(Role, role.id)
    lines = [*_dependents(role.name, ddl), *_dependents_elsewhere(role.name, ddl)]
    if lines:
        raise DatabaseError(
            "2BP01",
            f'role "{role.name}" cannot be dropped because some objects depend on it',
            detail="\n".join(lines),
        )
    for membership in ddl.catalog.objects(Membership):
        if role.name in {membership.role, membership.member}:
            await ddl.changes.lock_object(Membership, *membership.key())
            await ddl.changes.drop_object(Membership, *membership.key())
    await ddl.changes.drop_object(Role, role.id)


def _dependents_elsewhere(name: str, ddl: Ddl) -> Iterator[str]:
    """Yields what ties a role to other databases, as messages list it."""
    names = {record.id: record.name for record in all_databases(ddl.catalog)}
    for other in ddl.catalogs.others:
        database, catalog = names.get(other.keys.database_id), other.current
        if other is ddl.catalogs or database is None:
            continue
        count = len(owned_by(name, catalog)) + sum(
            any(name in {grant.grantee, grant.grantor} for grant in found.grants)
            for found in catalog.objects(Privileges)
        )
        if count:
            yield f"{count} object{'' if count == 1 else 's'} in database {database}"


def _dependents(name: str, ddl: Ddl) -> list[str]:
    """Returns what ties a role to objects, as messages list it."""
    catalog, path = ddl.catalog, ddl.env.search_path
    lines: list[tuple[int, int, str]] = [
        (record.id, 0, f"owner of database {record.name}")
        for record in all_databases(catalog)
        if record.owner == name
    ]
    for owned in owned_by(name, catalog):
        kind = owned.kind if owned.kind in {"schema", "type"} else "relation"
        shown = describe(Address(kind, owned.found.id), catalog, path)
        lines.append((owned.found.id, 0, f"owner of {shown}"))
    for found in catalog.objects(Privileges):
        if found.kind.startswith(PREFIX):
            owner, shown = described(found, ddl)
            if owner == name:
                lines.append((found.object_id, found.sub_id, f"owner of {shown}"))
            elif any(name in {grant.grantee, grant.grantor} for grant in found.grants):
                lines.append((found.object_id, found.sub_id, f"privileges for {shown}"))
            continue
        secured = secured_of(found, ddl)
        if secured is None or secured.owner == name:
            continue
        if any(name in {grant.grantee, grant.grantor} for grant in found.grants):
            shown = f"database {secured.name}"
            if found.kind != "database":
                shown = describe(Address(found.kind, found.object_id, found.sub_id), catalog, path)
            lines.append((found.object_id, found.sub_id, f"privileges for {shown}"))
    return [line for _, _, line in sorted(lines)]


def secured_of(found: Privileges, ddl: Ddl) -> Secured | None:
    """Returns the object that grants are on."""
    catalog = ddl.catalog
    match found.kind:
        case "relation":
            table = catalog.table_by_id(found.object_id)
            sequence = catalog.sequence_by_id(found.object_id)
            view = catalog.object(View, found.object_id)
            if table is not None:
                return Secured.of(table)
            if view is not None:
                return Secured.of(view)
            return None if sequence is None else Secured.of(sequence)
        case "schema":
            for schema in catalog.schemas:
                if schema.id == found.object_id:
                    return Secured.of(schema)
        case "type":
            type_ = user_type(catalog, found.object_id)
            if type_ is not None:
                return Secured("type", ("type", type_.id), type_.name, type_.owner)
        case "database":
            return Secured.database(ddl.database)
        case _:
            pass
    return None


# ---- membership ----------------------------------------------------------------------------------


async def grant_role(node: Any, ddl: Ddl) -> str:
    """Runs a GrantRoleStmt; returns the command tag."""
    catalog = ddl.catalog
    options = {option.defname: option.arg for option in node.opt or ()}
    if set(options) - {"admin"}:
        raise not_supported("INHERIT and SET options of membership")
    is_admin_option = "admin" in options
    members = [named_role(spec, ddl) for spec in node.grantee_roles]
    for granted in node.granted_roles:
        if granted.cols:
            raise DatabaseError("0LP01", "column names cannot be included in GRANT/REVOKE ROLE")
        role = get_role(catalog, granted.priv_name)
        _check_may_grant(role, ddl)
        for member in members:
            if node.is_grant:
                await _add_member(role.name, member, ddl, admin=is_admin_option)
            else:
                await _drop_member(role.name, member, ddl, only_admin=is_admin_option)
    return "GRANT ROLE" if node.is_grant else "REVOKE ROLE"


def _check_may_grant(role: Role, ddl: Ddl) -> None:
    """Raises 42501 unless the user may say who is a member of a role."""
    if role.superuser and not is_superuser(ddl.catalog, ddl.env.user):
        raise DatabaseError("42501", "must be superuser to alter superusers")
    if not is_admin(ddl.catalog, ddl.env.user, role.name):
        raise DatabaseError("42501", f'must have admin option on role "{role.name}"')


async def _add_member(role: str, member: str, ddl: Ddl, *, admin: bool = False) -> None:
    catalog = ddl.catalog
    if role == DATABASE_OWNER.name:
        raise DatabaseError("XX000", f'role "{role}" cannot have explicit members')
    if member == DATABASE_OWNER.name:
        raise DatabaseError("XX000", f'role "{member}" cannot be a member of any role')
    if role == member or role_is_in(catalog, role, member):
        message = f'role "{role}" is a member of role "{member}"'
        raise DatabaseError("0LP01", message)
    old = await ddl.changes.lock_object(Membership, role, member)
    new = Membership(role=role, member=member, grantor=ddl.env.user, admin=admin)
    if old is None:
        await ddl.changes.create_object(new)
    elif admin and not old.admin:
        await ddl.changes.replace_object(new)
    else:
        ddl.notice("NOTICE", "00000", f'role "{member}" is already a member of role "{role}"')


def role_is_in(catalog: Catalog, name: str, role: str) -> bool:
    """Returns whether a role is a member of another, not counting what superusers may."""
    if is_superuser(catalog, name):
        by_member = {(m.role, m.member) for m in catalog.objects(Membership)}
        return (role, name) in by_member
    return is_member(catalog, name, role)


async def _drop_member(role: str, member: str, ddl: Ddl, *, only_admin: bool) -> None:
    old = await ddl.changes.lock_object(Membership, role, member)
    if old is None:
        message = f'role "{member}" is not a member of role "{role}"'
        ddl.notice("WARNING", "01000", message)
    elif only_admin:
        await ddl.changes.replace_object(msgspec.structs.replace(old, admin=False))
    else:
        await ddl.changes.drop_object(Membership, role, member)


# ---- RENAME --------------------------------------------------------------------------------------


async def rename_role(node: Any, ddl: Ddl) -> str:
    """Runs a RenameStmt of a role; all that names it is changed with it."""
    old, new = str(node.subname), str(node.newname)
    catalog = ddl.catalog
    role, actor = get_role(catalog, old), get_role(catalog, ddl.env.user)
    if old == ddl.env.user:
        raise DatabaseError("0A000", "current user cannot be renamed")
    if old == getattr(ddl.env.session, "session_user", None):
        raise DatabaseError("0A000", "session user cannot be renamed")
    check_new_name(old)
    check_new_name(new)
    if find_role(catalog, new) is not None:
        raise DatabaseError("42710", f'role "{new}" already exists')
    if role.superuser and not actor.superuser:
        raise DatabaseError("42501", "must be superuser to rename superusers")
    if not (actor.superuser or actor.create_role):
        raise DatabaseError("42501", "permission denied to rename role")
    if role.id == FIRST_ROLE.id:
        raise not_supported("renaming the role that a database begins with")
    for line in _dependents_elsewhere(old, ddl):
        raise not_supported(f"renaming a role that has {line}")
    await replace_role(role, msgspec.structs.replace(role, name=new), ddl)
    renamed = functools.partial(_renamed, old, new)
    for membership in catalog.objects(Membership):
        if old in {membership.role, membership.member, membership.grantor}:
            await ddl.changes.lock_object(Membership, *membership.key())
            await ddl.changes.drop_object(Membership, *membership.key())
            await ddl.changes.create_object(
                Membership(
                    role=renamed(membership.role),
                    member=renamed(membership.member),
                    grantor=renamed(membership.grantor),
                    admin=membership.admin,
                )
            )
    await _rename_in_grants(old, new, ddl)
    await _rename_owner(old, new, ddl)
    return "ALTER ROLE"


async def _rename_owner(old: str, new: str, ddl: Ddl) -> None:
    for owned in owned_by(old, ddl.catalog):
        await owned.give_to(new, ddl)
    for record in all_databases(ddl.catalog):
        if record.owner == old:
            await replace_database(record, msgspec.structs.replace(record, owner=new), ddl)


async def _rename_in_grants(old: str, new: str, ddl: Ddl) -> None:
    renamed = functools.partial(_renamed, old, new)
    for found in ddl.catalog.objects(Privileges):
        grants = tuple(
            msgspec.structs.replace(
                grant, grantee=renamed(grant.grantee), grantor=renamed(grant.grantor)
            )
            for grant in found.grants
        )
        if grants != found.grants:
            await ddl.changes.lock_object(Privileges, *found.key())
            await ddl.changes.replace_object(msgspec.structs.replace(found, grants=grants))


def _renamed(old: str, new: str, name: str) -> str:
    return new if name == old else name
