"""Databases of a catalog, found by name. All of them share the roles; the rest is each one's own."""

from typing import Final

from storage.catalog import FIRST_DATABASE_ID, Catalog
from storage.errors import DatabaseError
from storage.objects import DatabaseRecord

#: The database that is always there; it is kept only once it has been altered.
FIRST_DATABASE: Final = DatabaseRecord(id=FIRST_DATABASE_ID, name="terrascale")


def find_database(catalog: Catalog, name: str) -> DatabaseRecord | None:
    """Returns the database of that name, or None."""
    found = catalog.named(DatabaseRecord, "", name)
    is_kept = catalog.object(DatabaseRecord, FIRST_DATABASE.id) is not None
    return (
        FIRST_DATABASE if found is None and name == FIRST_DATABASE.name and not is_kept else found
    )


def all_databases(catalog: Catalog) -> list[DatabaseRecord]:
    """Returns all databases, in the order of their ids."""
    kept = catalog.objects(DatabaseRecord)
    is_kept = catalog.object(DatabaseRecord, FIRST_DATABASE.id) is not None
    return kept if is_kept else [FIRST_DATABASE, *kept]


def get_database(catalog: Catalog, name: str) -> DatabaseRecord:
    """Returns the database of that name. Raises 3D000."""
    found = find_database(catalog, name)
    if found is None:
        raise DatabaseError("3D000", f'database "{name}" does not exist')
    return found
