"""pg_extension, pg_available_extensions: those whose functions are built in."""

from collections.abc import Callable, Iterator
from typing import Any

from compat.postgres.definitions import catalog_of
from compat.postgres.recorded import PG_CATALOG
from compat.postgres.relations import schema_ids
from compat.postgres.roles import role_id
from compat.postgres.system_relations import Moment, Values, built, rows_of
from storage.objects import Extension
from tsql.ddl.extensions import AVAILABLE
from tsql.env import Env
from tsql.functions.registry import implements


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


@built(PG_CATALOG, "pg_available_extension_versions")
def pg_available_extension_versions(moment: Moment) -> Iterator[Values]:
    for name, found in AVAILABLE.items():
        created = moment.catalog.named(Extension, "", name)
        yield {
            "name": name,
            "version": found.version,
            "installed": created is not None and created.release == found.version,
            "superuser": True,
            "trusted": True,
            "relocatable": True,
            "comment": found.comment,
        }


def _function(view: str, columns: tuple[str, ...]) -> Callable[[Env], Iterator[tuple[Any, ...]]]:
    """Returns the function that a view is over."""

    def rows(env: Env) -> Iterator[tuple[Any, ...]]:
        for row in rows_of(PG_CATALOG, view, Moment(catalog_of(env), env)):
            yield tuple(row[column] for column in columns)

    return rows


implements("pg_available_extensions", env=True)(
    _function("pg_available_extensions", ("name", "default_version", "comment"))
)
implements("pg_available_extension_versions", env=True)(
    _function(
        "pg_available_extension_versions",
        ("name", "version", "superuser", "trusted", "relocatable", "schema", "requires", "comment"),
    )
)


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
