"""pg_extension, pg_available_extensions: those whose functions are built in."""

from collections.abc import Iterator

from compat.postgres.recorded import PG_CATALOG
from compat.postgres.relations import schema_ids
from compat.postgres.roles import role_id
from compat.postgres.system_relations import Moment, Values, built
from storage.objects import Extension
from tsql.ddl.extensions import AVAILABLE


@built(PG_CATALOG, "pg_available_extensions")
def pg_available_extensions(moment: Moment) -> Iterator[Values]:
    """Those whose functions are built in."""
    for name, found in AVAILABLE.items():
        created = moment.catalog.named(Extension, "", name)
        yield {
            "name": name,
            "default_version": found.version,
            "installed_version": None if created is None else created.release,
            "comment": found.comment,
        }


@built(PG_CATALOG, "pg_extension")
def pg_extension(moment: Moment) -> Iterator[Values]:
    namespaces = schema_ids(moment.catalog)
    for found in moment.catalog.objects(Extension):
        yield {
            "oid": found.id,
            "extname": found.name,
            "extowner": role_id(moment.catalog, found.owner),
            "extnamespace": namespaces.get(found.schema, 0),
            "extrelocatable": True,
            "extversion": found.release,
        }
