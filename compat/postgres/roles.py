"""pg_authid and the views over it: roles. pg_database, pg_auth_members."""

from collections.abc import Iterator

from compat.postgres.object_ids import DATABASE, OWNER
from compat.postgres.recorded import PG_CATALOG
from compat.postgres.system_relations import Moment, Values, built
from storage.catalog import Catalog

_OWNER_NAME = "terrascale"
_UTF8 = 6


def role_id(_catalog: Catalog, name: str) -> int:
    """Returns a role's OID; 0 for one that there isn't."""
    return OWNER if name == _OWNER_NAME else 0


@built(PG_CATALOG, "pg_authid")
def pg_authid(_moment: Moment) -> Iterator[Values]:
    yield {
        "oid": OWNER,
        "rolname": _OWNER_NAME,
        "rolsuper": True,
        "rolinherit": True,
        "rolcreaterole": True,
        "rolcreatedb": True,
        "rolcanlogin": True,
        "rolreplication": True,
        "rolbypassrls": True,
        "rolconnlimit": -1,
    }


@built(PG_CATALOG, "pg_roles")
def pg_roles(moment: Moment) -> Iterator[Values]:
    for role in pg_authid(moment):
        yield {**role, "rolpassword": "********"}


@built(PG_CATALOG, "pg_user")
def pg_user(moment: Moment) -> Iterator[Values]:
    for shadow in pg_shadow(moment):
        yield {**shadow, "passwd": "********"}


@built(PG_CATALOG, "pg_shadow")
def pg_shadow(moment: Moment) -> Iterator[Values]:
    for role in pg_authid(moment):
        if role["rolcanlogin"]:
            yield {
                "usename": role["rolname"],
                "usesysid": role["oid"],
                "usecreatedb": role["rolcreatedb"],
                "usesuper": role["rolsuper"],
                "userepl": role["rolreplication"],
                "usebypassrls": role["rolbypassrls"],
            }


@built(PG_CATALOG, "pg_database")
def pg_database(moment: Moment) -> Iterator[Values]:
    yield {
        "oid": DATABASE,
        "datname": moment.env.database,
        "datdba": OWNER,
        "encoding": _UTF8,
        "datlocprovider": "c",
        "datallowconn": True,
        "datconnlimit": -1,
        "dattablespace": 1663,
        "datcollate": "C.UTF-8",
        "datctype": "C.UTF-8",
    }
