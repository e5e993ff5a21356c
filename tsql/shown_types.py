"""Names of the types that users made, as somebody has to write them."""

from storage.catalog import Catalog
from storage.user_types import user_type, user_type_named
from tsql.catalog import pg


def shown_type(catalog: Catalog, path: tuple[str, ...], oid: int) -> tuple[str, ...] | None:
    """Returns the parts of a type's name; None: no user has made it.

    Its schema is in front where the search path doesn't find it (PostgreSQL's TypeIsVisible).
    """
    found = user_type(catalog, oid)
    if found is None:
        return None
    seen = user_type_named(catalog, path, found.name)
    if seen is not None and seen.id == oid and found.name not in pg.types_by_name():
        return (found.name,)
    return found.schema, found.name
