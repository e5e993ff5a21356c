"""What SQL functions and system relations may ask of a session's catalog, and of its fellow sessions.

The other half of tsql.functions.session_hooks.SessionHooks; names are looked up in the catalog that
the session's transaction sees.
"""

from collections.abc import Iterator
from typing import Any, Final

from storage.catalog import Catalog, IndexRef
from storage.kv.engine import KeyRange
from storage.lock_owners import LockEntry
from storage.objects import CompositeType, DatabaseRecord, DomainType, EnumType, View
from storage.online_build import BuildProgress
from storage.records import dataclass
from storage.schema import Table
from storage.sizes import NOTHING, RangeSize, index_range, table_range
from storage.user_types import array_type_named, composite_type, user_type, user_type_named
from tsql.access.databases import all_databases, find_database
from tsql.access.privileges import Secured, require
from tsql.access.roles import find_role, role_by_id
from tsql.api import TransactionStatus
from tsql.catalog.pg import FIRST_OWN_OID
from tsql.cursor import Cursor
from tsql.identifiers import quoted
from tsql.portal import Portal
from tsql.prepared import Prepared
from tsql.settings import Settings
from tsql.shown_types import shown_type

#: Schemas that are built in.
PG_CATALOG: Final = "pg_catalog"
_BUILT_IN_SCHEMAS: Final = {PG_CATALOG: 11, "information_schema": 13207, "pg_toast": 99}

_IDLE_STATES: Final = {
    TransactionStatus.IDLE: "idle",
    TransactionStatus.IN_TRANSACTION: "idle in transaction",
    TransactionStatus.FAILED: "idle in transaction (aborted)",
}


@dataclass(frozen=True, slots=True)
class Activity:
    """What a session is doing: a row of pg_stat_activity. Times are microseconds since 2000."""

    process_id: int
    user: str
    database: str
    application_name: str
    started_at: int
    transaction_started_at: int | None
    query_started_at: int
    state: str
    query: str
    client: tuple[str, int] | None = None
    tls: tuple[str, str, int] | None = None

    @property
    def is_active(self) -> bool:
        """Whether a statement runs."""
        return self.state == "active"


class SessionCatalog:
    """The catalog as one session sees it."""

    def __init__(self, state: Any) -> None:
        self._state = state

    @property
    def catalog(self) -> Catalog:
        """The catalog that the session's transaction sees."""
        catalog: Catalog = self._state.catalog
        return catalog

    @property
    def settings(self) -> Settings:
        """The session's settings."""
        settings: Settings = self._state.settings
        return settings

    # -- relations -------------------------------------------------------------------------------

    def relation_id(self, schema: str | None, name: str) -> int | None:
        """Returns the OID of a relation that the name finds."""
        if schema is not None:
            self._require_usage(schema)
        system = self._state.database.system_catalogs
        env = self._state.env
        path = env.schemas(schema)
        if schema is None and PG_CATALOG not in path:
            implicit = env.implicit_schema_count
            path = (*path[:implicit], PG_CATALOG, *path[implicit:])
        for candidate in path:
            found = self.catalog.relation(candidate, name)
            if found is None:
                oid: int | None = system.relation_id(candidate, name)
                if oid is not None:
                    return oid
                composite = self.catalog.named(CompositeType, candidate, name)
                if composite is not None:
                    return composite.relation_id
                continue
            if isinstance(found, IndexRef):
                index = found.index
                return found.table.primary_key_index_id if index is None else index.id
            return int(found.id)
        return None

    def has_relation(self, oid: int) -> bool:
        """Returns whether there is a relation of that OID."""
        return self._name_of(oid) is not None

    def _name_of(self, oid: int) -> tuple[str, str] | None:
        catalog = self.catalog
        found = catalog.table_by_id(oid) or catalog.sequence_by_id(oid) or catalog.object(View, oid)
        if found is not None:
            return found.schema, found.name
        for table in catalog.tables:
            if table.primary_key_constraint is not None and oid == table.primary_key_index_id:
                return table.schema, table.primary_key_constraint
            for index in table.indexes:
                if oid == index.id:
                    return table.schema, index.name
        for composite in catalog.objects(CompositeType):
            if oid == composite.relation_id:
                return composite.schema, composite.name
        system: tuple[str, str] | None = self._state.database.system_catalogs.relation_name(oid)
        return system

    def relation_name(self, oid: int) -> str | None:
        """Returns a relation's name as SQL text, with its schema where the search path misses it."""
        found = self._name_of(oid)
        if found is None:
            return None
        schema, name = found
        if self.relation_id(None, name) == oid:
            return quoted(name)
        return f"{quoted(schema)}.{quoted(name)}"

    def column_number(self, relation: int, name: str) -> int | None:
        """Returns a column's number."""
        table: Table | None = self.catalog.table_by_id(relation)
        if table is not None:
            return next((column.id for column in table.columns if column.name == name), None)
        view = self.catalog.object(View, relation)
        names = self._system_columns(relation) if view is None else [c.name for c in view.columns]
        return names.index(name) + 1 if name in names else None

    def _system_columns(self, relation: int) -> list[str]:
        catalogs = self._state.database.system_catalogs
        place = catalogs.relation_name(relation)
        found = None if place is None else catalogs.relation(*place)
        return [] if found is None else [field.name for field in found.fields]

    # -- types -----------------------------------------------------------------------------------

    def type_id(self, schema: str | None, name: str) -> int | None:
        """Returns the OID of a users' type, a row type perhaps, or of arrays of one. Raises 42501."""
        if schema is not None:
            self._require_usage(schema)
        schemas = self._state.env.schemas(schema)
        found = user_type_named(self.catalog, schemas, name)
        if found is not None:
            return found.id
        found = array_type_named(self.catalog, schemas, name)
        if found is not None:
            return found.array_id
        system: int | None = self._state.database.system_catalogs.type_id(
            schema or PG_CATALOG, name
        )
        return system

    def shown_type(self, oid: int) -> str | None:
        """Returns the name of a type, a users' one with its schema unless the path finds it."""
        if oid < FIRST_OWN_OID:
            system: str | None = self._state.database.system_catalogs.type_name(oid)
            return system
        names = shown_type(self.catalog, self._state.env.search_path, oid)
        return None if names is None else ".".join(map(quoted, names))

    def has_type(self, oid: int) -> bool:
        """Returns whether a type that CREATE TYPE or CREATE DOMAIN made is the database's."""
        return user_type(self.catalog, oid) is not None

    def enum_type(self, oid: int) -> EnumType | None:
        """Returns an enum as the session's transaction sees it."""
        return self.catalog.object(EnumType, oid)

    def domain_type(self, oid: int) -> DomainType | None:
        """Returns a domain as the session's transaction sees it."""
        return self.catalog.object(DomainType, oid)

    def composite_type(self, oid: int) -> CompositeType | None:
        """Returns a composite type as the session's transaction sees it."""
        return composite_type(self.catalog, oid)

    def is_safe_label(self, found: EnumType, code: bytes) -> bool:
        """Returns whether a label is committed, or as new as its whole type."""
        current: Catalog = self._state.database.catalogs.current
        committed = current.object(EnumType, found.id)
        if committed is None or committed is found:
            return True
        return any(label.code == code for label in committed.labels)

    # -- schemas and roles -----------------------------------------------------------------------

    def _require_usage(self, schema_name: str) -> None:
        schema = self.catalog.schema(schema_name)
        if schema is not None:
            require(self.catalog, self._state.current_user, Secured.of(schema), "U")

    def schema_id(self, name: str) -> int | None:
        """Returns a schema's OID, or None."""
        found = self.catalog.schema(name)
        return _BUILT_IN_SCHEMAS.get(name) if found is None else found.id

    def schema_name(self, oid: int) -> str | None:
        """Returns a schema's name, or None."""
        for name, found in _BUILT_IN_SCHEMAS.items():
            if found == oid:
                return name
        return next((schema.name for schema in self.catalog.schemas if schema.id == oid), None)

    def role_id(self, name: str) -> int | None:
        """Returns a role's OID, or None."""
        found = find_role(self.catalog, name)
        return None if found is None else found.id

    def role_name(self, oid: int) -> str | None:
        """Returns a role's name, or None."""
        found = role_by_id(self.catalog, oid)
        return None if found is None else found.name

    def databases(self) -> Iterator[tuple[DatabaseRecord, Catalog]]:
        """Yields all databases, each with its catalog."""
        shared = self._state.database
        for record in all_databases(self.catalog):
            if record.id == shared.database_id:
                yield record, self.catalog
            elif record.id in shared.databases:
                yield record, shared.databases.by_id(record.id).catalogs.current

    def database_id(self, name: str) -> int | None:
        """Returns a database's OID, or None."""
        found = find_database(self.catalog, name)
        return None if found is None else found.id

    def built_in(self, relation: str) -> Iterator[tuple[int, str]]:
        """Yields OID and name of the built-in objects of one of pg_catalog's relations."""
        found = self._state.database.system_catalogs.relation(PG_CATALOG, relation)
        for oid, name, *_ in () if found is None else found.rows(self._state.env):
            yield oid, name

    # -- sessions --------------------------------------------------------------------------------

    def activities(self) -> Iterator[Activity]:
        """Yields what each session is doing."""
        for state in list(self._state.database.sessions.values()):
            yield _activity(state, is_active=state is self._state or state.interrupts.is_guarding)

    def prepared_statements(self) -> Iterator[tuple[str, Prepared]]:
        """Yields the session's named prepared statements."""
        for name, prepared in self._state.statements.items():
            if name:
                yield name, prepared

    def open_cursors(self) -> Iterator[Cursor]:
        """Yields the session's SQL cursors."""
        return iter(list(self._state.cursors.values()))

    def open_portals(self) -> Iterator[Portal]:
        """Yields the portals that Bind has made."""
        return iter(list(self._state.portals.values()))

    def index_builds(self) -> Iterator[BuildProgress]:
        """Yields the indexes that are being built online."""
        return iter(list(self._state.database.builds.running.values()))

    def stored_bytes(self) -> int:
        """Returns how many bytes the store's tables take on disk, all together."""
        size: int = self._state.database.store.committer.engine.figures().table_bytes
        return size

    def relation_size(self, oid: int) -> RangeSize | None:
        """Returns what a table or index holds; nothing for other relations, None for none at all."""
        keys = self._range_of(oid)
        if keys is not None:
            size: RangeSize = self._state.database.store.sizes.of(keys)
            return size
        return NOTHING if self._name_of(oid) is not None else None

    def analyzed_size(self, keys: KeyRange) -> RangeSize | None:
        """Returns what ANALYZE found in a range, None if it hasn't looked."""
        found: dict[KeyRange, RangeSize] = self._state.database.store.sizes.analyzed
        return found.get(keys)

    @property
    def analyzed_count(self) -> int:
        """How often ANALYZE has looked at something."""
        return int(self._state.database.store.sizes.analyzed_count)

    def _range_of(self, oid: int) -> KeyRange | None:
        table = self.catalog.table_by_id(oid)
        if table is not None:
            return table_range(table)
        for other in self.catalog.tables:
            for index in other.indexes:
                if oid == index.id:
                    return index_range(index)
        return None

    def lock_entries(self) -> Iterator[LockEntry]:
        """Yields the locks that are held and waited for."""
        entries: Iterator[LockEntry] = self._state.database.store.locks.entries()
        return entries


def _activity(state: Any, *, is_active: bool) -> Activity:
    env, control = state.env, state.control
    return Activity(
        state.options.process_id,
        state.options.user,
        state.options.database,
        state.settings.value("application_name"),
        state.started_at,
        env.transaction_timestamp if control.is_open or is_active else None,
        env.statement_timestamp,
        "active" if is_active else _IDLE_STATES[control.status],
        state.functions.query,
        state.options.client,
        state.options.tls,
    )
