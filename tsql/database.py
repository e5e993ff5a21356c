"""The SQL layer over an open store: the database that is always there, and those beside it.

database = await Database.open(store)
session = database.session(SessionOptions(user="ann"))
"""

from collections.abc import AsyncIterator, Callable

import tsql.functions.load
import tsql.types.regclass  # noqa: F401 - functions and types register themselves
from storage.catalog_store import CatalogStore
from storage.embedded import OpenStore
from tsql.commands.table import later_modules
from tsql.databases import Databases
from tsql.env import Env
from tsql.functions.load import load_later
from tsql.session import Session
from tsql.shared import SessionOptions, Shared, system_clock
from tsql.system_catalogs import NoSystemCatalogs, SystemCatalogs
from tsql.temporary import is_temporary

__all__ = ["Database", "SessionOptions"]

for _module in later_modules():
    load_later(_module)


class Database:
    """Opens sessions over one store.

    Attributes:
        shared: The first database.
        all: It and the others.
    """

    def __init__(self, databases: Databases) -> None:
        self.all = databases
        self.shared = databases.first

    @classmethod
    async def open(
        cls,
        store: OpenStore,
        clock: Callable[[], int] = system_clock,
        system_catalogs: SystemCatalogs | None = None,
    ) -> "Database":
        """Loads the catalog of an open store."""
        catalogs = await CatalogStore.open(store, store.coordinator)
        shared = Shared(store, catalogs, clock, system_catalogs or NoSystemCatalogs())
        databases = Databases(shared)
        await databases.open_all()
        for each in databases.all():
            await _drop_left_behind(each)
        return cls(databases)

    def session(self, options: SessionOptions) -> Session:
        """Returns a new session. Raises 3D000, and what its settings raise (22023, 42704 …)."""
        return Session(self.all.enter(options), options)

    async def continue_builds(self) -> AsyncIterator[str]:
        """Goes on with the index builds of an earlier life; yields what has become of each."""
        for shared in self.all.all():
            async for index, error in shared.builds.resume():
                outcome = "is built" if error is None else f"is invalid: {error.message}"
                yield f'index "{index.name}" {outcome}'

    async def close(self) -> None:
        """Ends what runs beside the sessions; the store is the caller's."""
        await self.shared.parser.close()
        if self.shared.columns is not None:
            await self.shared.columns.close()


async def _drop_left_behind(shared: Shared) -> None:
    """Drops the temporary tables of sessions that a crash has ended."""
    catalogs = shared.catalogs
    if not any(is_temporary(schema.name) for schema in catalogs.current.schemas):
        return
    from tsql.ddl.context import Ddl  # noqa: PLC0415 - few starts follow a crash
    from tsql.ddl.temporary import drop_left_behind  # noqa: PLC0415

    txn = shared.store.begin()
    try:
        changes, parts = catalogs.transaction(txn), (shared.tables, shared.sequences)
        await drop_left_behind(Ddl(txn, catalogs, changes, Env(), _say_nothing, *parts))
        await txn.commit()
    finally:
        await txn.rollback()
        catalogs.end(txn)


def _say_nothing(*_words: object, **_more: object) -> None:
    """Takes a notice: there is nobody to see it."""
