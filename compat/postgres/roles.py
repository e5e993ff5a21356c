"""pg_authid and the views over it: roles, their members, and access control lists. pg_database."""

from collections.abc import Iterator
from typing import Final

from compat.postgres.recorded import PG_CATALOG
from compat.postgres.system_relations import Moment, Values, built
from storage.catalog import Catalog
from storage.objects import Grant, Privileges
from storage.types import Array
from tsql.access.privileges import DATABASE_ID
from tsql.access.roles import all_memberships, all_roles, find_role

_UTF8 = 6
#: Letters of privileges in the order in which PostgreSQL shows them.
_ORDER: Final = "arwdDxtXUCTc"


def role_id(catalog: Catalog, name: str) -> int:
    """Returns a role's OID; 0 for one that there isn't."""
    role = find_role(catalog, name)
    return 0 if role is None else role.id


def access_list(catalog: Catalog, kind: str, object_id: int, sub_id: int = 0) -> Array | None:
    """Returns an object's aclitems; None if nothing has been granted or revoked."""
    found = catalog.object(Privileges, kind, object_id, sub_id)
    return None if found is None else Array.of([_item(grant) for grant in found.grants])


_DEFAULT_KINDS: Final = {"table": "r", "sequence": "S", "type": "T", "schema": "n"}


@built(PG_CATALOG, "pg_default_acl")
def pg_default_acl(moment: Moment) -> Iterator[Values]:
    for found in moment.catalog.objects(Privileges):
        word, _, kind = found.kind.partition(" ")
        if word == "default":
            yield {
                "oid": found.object_id * 8 + found.sub_id,
                "defaclrole": found.object_id,
                "defaclnamespace": found.sub_id,
                "defaclobjtype": _DEFAULT_KINDS[kind],
                "defaclacl": Array.of([_item(grant) for grant in found.grants]),
            }


def _item(grant: Grant) -> str:
    letters = "".join(
        letter + ("*" if letter in grant.grantable else "")
        for letter in _ORDER
        if letter in grant.privileges
    )
    return f"{grant.grantee}={letters}/{grant.grantor}"


@built(PG_CATALOG, "pg_authid")
def pg_authid(moment: Moment) -> Iterator[Values]:
    for role in all_roles(moment.catalog):
        yield {
            "oid": role.id,
            "rolname": role.name,
            "rolsuper": role.superuser,
            "rolinherit": role.inherit,
            "rolcreaterole": role.create_role,
            "rolcreatedb": role.create_database,
            "rolcanlogin": role.login,
            "rolreplication": role.replication,
            "rolbypassrls": role.bypass_row_security,
            "rolconnlimit": role.connection_limit,
            "rolpassword": role.password,
            "rolvaliduntil": role.valid_until,
        }


@built(PG_CATALOG, "pg_auth_members")
def pg_auth_members(moment: Moment) -> Iterator[Values]:
    catalog = moment.catalog
    for membership in all_memberships(catalog):
        yield {
            "roleid": role_id(catalog, membership.role),
            "member": role_id(catalog, membership.member),
            "grantor": role_id(catalog, membership.grantor),
            "admin_option": membership.admin,
        }


@built(PG_CATALOG, "pg_database", live=True)
def pg_database(moment: Moment) -> Iterator[Values]:
    for record, catalog in moment.session.databases():
        yield {
            "oid": record.id,
            "datname": record.name,
            "datdba": role_id(moment.catalog, record.owner),
            "encoding": _UTF8,
            "datlocprovider": "c",
            "datistemplate": record.is_template,
            "datallowconn": record.allows_connections,
            "datconnlimit": record.connection_limit,
            "dattablespace": 1663,
            "datcollate": "C.UTF-8",
            "datctype": "C.UTF-8",
            "datacl": access_list(catalog, "database", DATABASE_ID),
        }


@built(PG_CATALOG, "pg_db_role_setting", live=True)
def pg_db_role_setting(moment: Moment) -> Iterator[Values]:
    """What ALTER DATABASE … SET and ALTER ROLE … SET have set."""
    of_databases = [(record.id, 0, record.settings) for record, _ in moment.session.databases()]
    of_roles = [(0, role.id, role.settings) for role in all_roles(moment.catalog)]
    for database_id, role_id_, settings in (*of_databases, *of_roles):
        if settings:
            config = [f"{name}={value}" for name, value in settings.items()]
            yield {"setdatabase": database_id, "setrole": role_id_, "setconfig": Array.of(config)}
