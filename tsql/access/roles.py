"""Roles of a catalog: found by name, and who is a member of whom."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from storage.catalog import Catalog
from storage.errors import DatabaseError
from storage.objects import DatabaseRecord, Membership, Role

#: The role that a database begins with; it is kept only once it has been altered.
FIRST_ROLE: Final = Role(
    id=10,
    name="terrascale",
    superuser=True,
    create_role=True,
    create_database=True,
    login=True,
    replication=True,
    bypass_row_security=True,
)
#: Whoever owns the database is this role's one member; the schema public is its own.
DATABASE_OWNER: Final = Role(id=6171, name="pg_database_owner")
#: May read every table, view and sequence. Manual: 22.5, Predefined Roles.
READ_ALL_DATA: Final = Role(id=6181, name="pg_read_all_data")
#: May insert into, update and delete from every table.
WRITE_ALL_DATA: Final = Role(id=6182, name="pg_write_all_data")
#: May see what the sessions of others do.
READ_ALL_STATS: Final = Role(id=3375, name="pg_read_all_stats")
#: May cancel and end the sessions of others, if they aren't superusers'.
SIGNAL_BACKEND: Final = Role(id=4200, name="pg_signal_backend")
#: May run CHECKPOINT.
CHECKPOINT_ROLE: Final = Role(id=4544, name="pg_checkpoint")
_MONITOR: Final = Role(id=3373, name="pg_monitor")
#: Settings and scans aren't kept from anybody here, and no statement reaches files or programs.
_MONITORED: Final = (
    Role(id=3374, name="pg_read_all_settings"),
    READ_ALL_STATS,
    Role(id=3377, name="pg_stat_scan_tables"),
)
_PREDEFINED: Final = (
    _MONITOR,
    *_MONITORED,
    SIGNAL_BACKEND,
    CHECKPOINT_ROLE,
    Role(id=4569, name="pg_read_server_files"),
    Role(id=4570, name="pg_write_server_files"),
    Role(id=4571, name="pg_execute_server_program"),
    DATABASE_OWNER,
    READ_ALL_DATA,
    WRITE_ALL_DATA,
)
_PREDEFINED_BY_NAME: Final = {role.name: role for role in _PREDEFINED}
_PREDEFINED_BY_ID: Final = {role.id: role for role in _PREDEFINED}
RESERVED_NAMES: Final = frozenset({"public", "none"})


def find_role(catalog: Catalog, name: str) -> Role | None:
    """Returns the role of that name, or None."""
    found = catalog.named(Role, "", name)
    if found is None and name == FIRST_ROLE.name and catalog.object(Role, FIRST_ROLE.id) is None:
        return FIRST_ROLE
    return _PREDEFINED_BY_NAME.get(name) if found is None else found


def is_required(role: Role) -> bool:
    """Returns whether the database has the role by itself, so that it can't be dropped."""
    return role.id == FIRST_ROLE.id or role.id in _PREDEFINED_BY_ID


def role_by_id(catalog: Catalog, role_id: int) -> Role | None:
    """Returns the role with that id, or None."""
    found = catalog.object(Role, role_id)
    if found is None and role_id == FIRST_ROLE.id:
        return FIRST_ROLE
    return _PREDEFINED_BY_ID.get(role_id) if found is None else found


def get_first_role(catalog: Catalog) -> Role:
    """Returns the role that the system's own objects belong to, whatever it is called by now."""
    return role_by_id(catalog, FIRST_ROLE.id) or FIRST_ROLE


def all_roles(catalog: Catalog) -> list[Role]:
    """Returns all roles, in the order of their ids."""
    roles = [*_PREDEFINED, *catalog.objects(Role)]
    if catalog.object(Role, FIRST_ROLE.id) is None:
        roles.append(FIRST_ROLE)
    return sorted(roles, key=lambda role: role.id)


def get_role(catalog: Catalog, name: str) -> Role:
    """Returns the role of that name. Raises 42704."""
    found = find_role(catalog, name)
    if found is None:
        raise no_such_role(name)
    return found


def no_such_role(name: str) -> DatabaseError:
    """Returns 42704."""
    return DatabaseError("42704", f'role "{name}" does not exist')


def is_superuser(catalog: Catalog, name: str) -> bool:
    """Returns whether the role may do everything."""
    role = find_role(catalog, name)
    return role is not None and role.superuser


def all_memberships(catalog: Catalog) -> Iterator[Membership]:
    """Yields who is a member of what, but for the database's owner."""
    for role in _MONITORED:
        yield Membership(role=role.name, member=_MONITOR.name, grantor=FIRST_ROLE.name, admin=False)
    yield from catalog.objects(Membership)


@lru_cache(maxsize=256)
def _memberships(catalog: Catalog) -> dict[str, tuple[Membership, ...]]:
    """Returns the memberships of each member."""
    database = catalog.object(DatabaseRecord, catalog.database_id)
    owner = Membership(
        role=DATABASE_OWNER.name,
        member=FIRST_ROLE.name if database is None else database.owner,
        grantor=FIRST_ROLE.name,
        admin=False,
    )
    found: dict[str, list[Membership]] = {owner.member: [owner]}
    for membership in all_memberships(catalog):
        found.setdefault(membership.member, []).append(membership)
    return {member: tuple(items) for member, items in found.items()}


def _closure(catalog: Catalog, name: str, *, inherits: bool) -> Iterator[str]:
    """Yields the role and all that it is a member of, as far as it inherits if asked so."""
    by_member = _memberships(catalog)
    seen, pending = {name}, [name]
    while pending:
        member = pending.pop()
        yield member
        if inherits:
            role = find_role(catalog, member)
            if role is None or not role.inherit:
                continue
        for membership in by_member.get(member, ()):
            if membership.role not in seen:
                seen.add(membership.role)
                pending.append(membership.role)


def roles_of(catalog: Catalog, name: str) -> frozenset[str]:
    """Returns the roles whose privileges a role has: its own, and what it inherits."""
    return frozenset(_closure(catalog, name, inherits=True))


def has_privileges_of(catalog: Catalog, name: str, role: str) -> bool:
    """Returns whether one role has the privileges of another."""
    return name == role or is_superuser(catalog, name) or role in roles_of(catalog, name)


def is_member(catalog: Catalog, name: str, role: str) -> bool:
    """Returns whether a role may become another by SET ROLE."""
    if name == role or is_superuser(catalog, name):
        return True
    return role in set(_closure(catalog, name, inherits=False))


def is_admin(catalog: Catalog, name: str, role: str) -> bool:
    """Returns whether a role may give membership in another."""
    if is_superuser(catalog, name):
        return True
    found = find_role(catalog, role)
    actor = find_role(catalog, name)
    if found is not None and not found.superuser and actor is not None and actor.create_role:
        return True
    mine = set(_closure(catalog, name, inherits=False))
    return any(
        membership.role == role and membership.admin and membership.member in mine
        for membership in catalog.objects(Membership)
    )
