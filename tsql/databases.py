"""The databases of a store: what the sessions of each share, by name.

A database is a catalog of its own; store, committer, locks, roles and sessions are common to all. One
that CREATE DATABASE makes is open as soon as its record is installed, and one that is dropped is gone.
"""

from storage.catalog import FIRST_DATABASE_ID, Catalog, Changes
from storage.catalog_keys import CatalogKeys
from storage.catalog_store import FIRST_SCHEMA, CatalogStore
from storage.errors import FatalError
from storage.objects import OBJECT_CLASSES, DatabaseRecord
from tsql.access.databases import find_database
from tsql.access.privileges import Secured, privileges_of
from tsql.access.roles import is_superuser
from tsql.executor.columnar import Columns
from tsql.shared import SessionOptions, Shared


class Databases:
    """The open databases of a store.

    Attributes:
        first: The one that is always there.
    """

    def __init__(self, first: Shared) -> None:
        self.first = first
        self._open: dict[int, Shared] = {FIRST_DATABASE_ID: first}
        #: Those that are being dropped: nobody comes in any more.
        self._closing: set[int] = set()
        first.databases = self
        first.catalogs.on_install.append(self._installed)

    async def open_all(self) -> None:
        """Opens those that the catalog tells of."""
        store = self.first.store
        for record in self.first.catalogs.current.objects(DatabaseRecord):
            if record.id != FIRST_DATABASE_ID:
                self._add(record.id, await CatalogStore.open(store, store.coordinator, record.id))

    def _add(self, database_id: int, catalogs: CatalogStore) -> None:
        catalogs.join(self.first.catalogs)
        catalogs.on_install.append(self._installed)
        self._open[database_id] = self.first.beside(database_id, catalogs)

    def _installed(self, changes: Changes) -> None:
        for (kind, key), record in changes.objects.items():
            if kind is not DatabaseRecord:
                continue
            (database_id,) = key
            assert isinstance(database_id, int)
            if record is None:
                self._open.pop(database_id).catalogs.leave()
            elif database_id not in self._open:
                assert isinstance(record, DatabaseRecord)
                self._add(database_id, self._new_catalogs(record))

    def _new_catalogs(self, record: DatabaseRecord) -> CatalogStore:
        """Returns what CREATE DATABASE has written."""
        store, current = self.first.store, self.first.catalogs.current
        shared = [
            found for kind in OBJECT_CLASSES if kind.is_shared for found in current.objects(kind)
        ]
        catalog = Catalog.of((), (), (FIRST_SCHEMA,), shared, record.id)
        return CatalogStore(store, store.coordinator, catalog, CatalogKeys(record.id))

    def use_columns(self, columns: Columns) -> None:
        """Has the sessions of all databases look for the tables' columns there."""
        for shared in self._open.values():
            shared.columns = columns

    def all(self) -> list[Shared]:
        """Returns the open databases."""
        return list(self._open.values())

    def __contains__(self, database_id: int) -> bool:
        return database_id in self._open

    def by_id(self, database_id: int) -> Shared:
        """Returns an open database."""
        return self._open[database_id]

    def enter(self, options: SessionOptions) -> Shared:
        """Returns the database that a new session is for. Raises 3D000, 42501, 53300, 55000."""
        name, user = options.database, options.user
        catalog = self.first.catalogs.current
        record = find_database(catalog, name)
        if record is None or record.id in self._closing:
            raise FatalError("3D000", f'database "{name}" does not exist')
        shared = self._open[record.id]
        if not record.allows_connections:
            message = f'database "{name}" is not currently accepting connections'
            raise FatalError("55000", message)
        if is_superuser(catalog, user):
            return shared
        if "c" not in privileges_of(shared.catalogs.current, user, Secured.database(record)):
            raise FatalError(
                "42501",
                f'permission denied for database "{name}"',
                detail="User does not have CONNECT privilege.",
            )
        if 0 <= record.connection_limit <= self.session_count(name):
            raise FatalError("53300", f'too many connections for database "{name}"')
        return shared

    def session_count(self, name: str) -> int:
        """Returns how many sessions are in a database."""
        return sum(each.options.database == name for each in self.first.sessions.values())

    def begin_closing(self, database_id: int) -> None:
        """Keeps new sessions out of a database that is to be dropped."""
        self._closing.add(database_id)

    def end_closing(self, database_id: int) -> None:
        """Lets sessions in again, if the database is still there."""
        self._closing.discard(database_id)
