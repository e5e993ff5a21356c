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
RESERVED_NAMES: Final = frozenset({"public", "none"})


def find_role(catalog: Catalog, name: str) -> Role | None:
    """Returns the role of that name, or None."""
    found = catalog.named(Role, "", name)
    if found is None and name == FIRST_ROLE.name and catalog.object(Role, FIRST_ROLE.id) is None:
        return FIRST_ROLE
    return DATABASE_OWNER if found is None and name == DATABASE_OWNER.name else found


def role_by_id(catalog: Catalog, role_id: int) -> Role | None:
    """Returns the role with that id, or None."""
    found = catalog.object(Role, role_id)
    if found is None and role_id in {FIRST_ROLE.id, DATABASE_OWNER.id}:
        return FIRST_ROLE if role_id == FIRST_ROLE.id else DATABASE_OWNER
    return found


def all_roles(catalog: Catalog) -> list[Role]:
    """Returns all roles, in the order of their ids."""
    roles = [DATABASE_OWNER, *catalog.objects(Role)]
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
    for membership in catalog.objects(Membership):
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
