"""What a DDL statement works with, and how it finds the relations that it names."""

from dataclasses import dataclass
from typing import Any, Final, Protocol

from storage.catalog import Catalog, Relation, Schema
from storage.catalog_store import CatalogStore, CatalogTransaction
from storage.errors import DatabaseError, not_supported
from storage.kv.store import Transaction
from storage.objects import DatabaseRecord, View
from storage.schema import Sequence, Table
from storage.sequence import Sequences
from storage.tables import Tables
from tsql.access.databases import get_database
from tsql.access.privileges import Secured, privileges_of, require, require_owner
from tsql.binder import CatalogRelations
from tsql.env import Env
from tsql.temporary import TemporarySchema, is_temporary

#: Schemas whose tables are made by the server.
SYSTEM_SCHEMAS: Final = frozenset({"pg_catalog", "information_schema"})


class Notice(Protocol):
    """What sends a notice to the client."""

    def __call__(
        self, severity: str, sqlstate: str, message: str, *, detail: str | None = None
    ) -> None: ...


@dataclass(slots=True)
class Ddl:
    """One DDL statement at work.

    Attributes:
        notice: Sends (severity, sqlstate, message) and a detail.
        temporary: The session's temporary schema, if it can have one.
    """

    txn: Transaction
    catalogs: CatalogStore
    changes: CatalogTransaction
    env: Env
    notice: Notice
    tables: Tables
    sequences: Sequences
    catalog_relations: CatalogRelations | None = None
    temporary: TemporarySchema | None = None

    @property
    def catalog(self) -> Catalog:
        """The catalog as this transaction sees it now."""
        return self.changes.catalog

    @property
    def database(self) -> DatabaseRecord:
        """The database that the session is in."""
        return get_database(self.catalog, self.env.database)

    async def creation_schema(self, relation: Any) -> str:
        """Returns the schema in which a relation is to be made; the temporary one is made here.

        Raises 3F000, 42501, 42P16.
        """
        name, own = relation.schemaname, self.env.temporary_schema
        is_to_be_temporary = relation.relpersistence == "t"
        if (name is None and is_to_be_temporary) or (
            name is not None and own == self.env.own_schema(name)
        ):
            return await self._temporary_schema(relation)
        schema = self._named_creation_schema(relation)
        if is_temporary(schema):
            if schema == own:
                return await self._temporary_schema(relation)
            message = "cannot create relations in temporary schemas of other sessions"
            if relation.relpersistence == "u":
                message = "only temporary relations may be created in temporary schemas"
            raise DatabaseError("42P16", message, position=_position(relation))
        if is_to_be_temporary:
            message = "cannot create temporary relation in non-temporary schema"
            raise DatabaseError("42P16", message, position=_position(relation))
        return schema

    async def _temporary_schema(self, relation: Any) -> str:
        """Returns the session's temporary schema, made if it isn't there. Raises 42501, 42P16."""
        temporary, user = self.temporary, self.env.user
        if relation.relpersistence == "u":
            message = "only temporary relations may be created in temporary schemas"
            raise DatabaseError("42P16", message, position=_position(relation))
        if temporary is None:
            raise not_supported("a temporary table outside of a session")
        database = Secured.database(self.database)
        if "T" not in privileges_of(self.catalog, user, database):
            message = f'permission denied to create temporary tables in database "{database.name}"'
            if temporary.has_begun:
                message = f"permission denied for schema {temporary.name}"
            raise DatabaseError("42501", message, position=_position(relation))
        if self.catalog.schema(temporary.name) is None:
            # As in PostgreSQL it isn't the user's: to be in it takes no privilege but the session's.
            await self.changes.create_schema(temporary.name, database.owner)
        temporary.begin()
        return temporary.name

    def _named_creation_schema(self, relation: Any) -> str:
        name = relation.schemaname
        position = _position(relation)
        if name is None:
            for candidate in self.env.creation_path:
                if candidate == self.env.temporary_schema:
                    return candidate
                if self.catalog.schema(candidate) is not None:
                    self._require_create_at(candidate, relation)
                    return candidate
            message = "no schema has been selected to create in"
            raise DatabaseError("3F000", message, position=position)
        if name in SYSTEM_SCHEMAS:
            raise DatabaseError(
                "42501",
                f'permission denied to create "{name}.{relation.relname}"',
                detail="System catalog modifications are currently disallowed.",
            )
        if self.catalog.schema(name) is None:
            raise DatabaseError("3F000", f'schema "{name}" does not exist', position=position)
        if not is_temporary(name):
            self._require_create_at(name, relation)
        return str(name)

    def _require_create_at(self, schema_name: str, relation: Any) -> None:
        try:
            self.require_create(schema_name)
        except DatabaseError as error:
            error.position = _position(relation)
            raise

    def find(self, schema: str | None, name: str) -> Relation | None:
        """Returns the relation of that name, by the search path if no schema is given."""
        if schema is not None:
            self._require_usage(schema)
        for candidate in self.env.schemas(schema):
            found = self.catalog.relation(candidate, name)
            if found is not None:
                return found
        return None

    def is_system_relation(self, schema: str | None, name: str) -> bool:
        """Returns whether pg_catalog or information_schema has a relation of that name."""
        lookup = self.catalog_relations
        return lookup is not None and lookup(schema or "pg_catalog", name) is not None

    def refuse_system_relation(self, schema: str | None, name: str) -> None:
        """Raises 42501 if the system has a relation of that name."""
        if self.is_system_relation(schema, name):
            raise DatabaseError("42501", f'permission denied: "{name}" is a system catalog')

    def require_owner(self, found: Table | Sequence | View | Schema) -> None:
        """Raises 42501 unless the user owns the object."""
        require_owner(self.catalog, self.env.user, Secured.of(found))

    def require(self, found: Table | Sequence | View | Schema, letters: str) -> None:
        """Raises 42501 unless the user has these privileges on the object."""
        require(self.catalog, self.env.user, Secured.of(found), letters)

    def require_create(self, schema_name: str, user: str | None = None) -> None:
        """Raises 42501 unless the user may make something in a schema."""
        schema = self.catalog.schema(schema_name)
        if schema is not None:
            require(self.catalog, user or self.env.user, Secured.of(schema), "C")

    def check_no_events(self, table: Table, command: str) -> None:
        """Raises 55006 if a cursor reads the table, or a deferred constraint has still to test its rows."""
        reads = getattr(self.env.session, "has_cursor_over", None)
        if reads is not None and reads(table.id):
            raise DatabaseError(
                "55006",
                f'cannot {command} "{table.name}" because it is being used by active queries in'
                " this session",
            )
        queue = self.tables.constraints.known(self.txn)
        if queue is not None and queue.has_events_of(table.id):
            raise DatabaseError(
                "55006",
                f'cannot {command} "{table.name}" because it has pending trigger events',
            )

    def _require_usage(self, schema_name: str) -> None:
        if self.env.own_schema(schema_name) == self.env.temporary_schema:
            return
        schema = self.catalog.schema(schema_name)
        if schema is not None:
            require(self.catalog, self.env.user, Secured.of(schema), "U")

    def table(self, relation: Any) -> Table:
        """Returns the table that a RangeVar names. Raises 42P01, 42809."""
        found = self.find(relation.schemaname, relation.relname)
        if found is None:
            raise no_such_relation(relation, self)
        if not isinstance(found, Table) or found.query is not None:
            raise DatabaseError("42809", f'"{relation.relname}" is not a table')
        return found


def _position(relation: Any) -> int | None:
    return None if relation.location is None else relation.location + 1


def no_such_relation(relation: Any, ddl: Ddl) -> DatabaseError:
    """Returns the error for a RangeVar that names nothing; raises 42501 if one of the system's has the name."""
    name = relation.relname
    ddl.refuse_system_relation(relation.schemaname, name)
    if relation.schemaname is None:
        return DatabaseError("42P01", f'relation "{name}" does not exist')
    missing = no_such_schema(relation.schemaname, ddl)
    return missing or DatabaseError(
        "42P01", f'relation "{relation.schemaname}.{name}" does not exist'
    )


def no_such_schema(name: str, ddl: Ddl) -> DatabaseError | None:
    """Returns 3F000 if there is no schema of that name, or else None."""
    if name in SYSTEM_SCHEMAS or ddl.catalog.schema(ddl.env.own_schema(name)) is not None:
        return None
    return DatabaseError("3F000", f'schema "{name}" does not exist')


def skip_relation(relation: Any, ddl: Ddl) -> None:
    """Says that IF EXISTS lets a relation be missing. Raises 42501 if one of the system's has the name."""
    ddl.refuse_system_relation(relation.schemaname, relation.relname)
    ddl.notice("NOTICE", "00000", f'relation "{relation.relname}" does not exist, skipping')
