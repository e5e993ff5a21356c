"""REINDEX: indexes built again, in place of the ones that are there.

Plain REINDEX holds the table against writers and fills a fresh storage id; CONCURRENTLY builds a
second index online, `…_ccnew`, and lets the two change places. The primary key is where the rows
are: there is nothing of it to build again.
"""

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from storage.catalog import IndexRef
from storage.embedded import OpenStore
from storage.errors import DatabaseError, not_supported
from storage.index_build import build_index
from storage.online_build import OnlineBuilds
from storage.schema import ElementState, Index, Table
from storage.transaction import EmbeddedTransaction
from tsql.access.privileges import owns
from tsql.ddl.context import SYSTEM_SCHEMAS, Ddl, no_such_relation
from tsql.ddl.names import free_name
from tsql.parser import enums

_KINDS = enums.ReindexObjectType
_OPTIONS: Final = frozenset({"verbose", "concurrently"})


@dataclasses.dataclass(frozen=True, slots=True)
class Reindex:
    """One REINDEX.

    Attributes:
        guard: The transaction that keeps other DDL off during an online build.
    """

    node: Any
    ddl: Ddl
    store: OpenStore
    builds: OnlineBuilds
    guard: EmbeddedTransaction

    @property
    def options(self) -> set[str]:
        """The options that are on."""
        return {name for name, is_on in _options(self.node) if is_on}

    async def run(self) -> str:
        """Runs it; returns the command tag."""
        match self.node.kind:
            case _KINDS.REINDEX_OBJECT_INDEX:
                await self._index()
            case _KINDS.REINDEX_OBJECT_TABLE:
                await self._table()
            case _:
                await self._tables()
        return "REINDEX"

    async def _index(self) -> None:
        relation = self.node.relation
        found = self.ddl.find(relation.schemaname, relation.relname)
        if found is None:
            raise no_such_relation(relation, self.ddl)
        if not isinstance(found, IndexRef):
            raise DatabaseError("42809", f'"{relation.relname}" is not an index')
        if not owns(self.ddl.catalog, self.ddl.env.user, found.table.owner):
            raise DatabaseError("42501", f"must be owner of index {relation.relname}")
        if found.index is not None:
            await self._build(self.ddl, found.table, {found.index.id})
        self._tell(relation.relname)

    async def _table(self) -> None:
        relation = self.node.relation
        found = self.ddl.find(relation.schemaname, relation.relname)
        if found is None and self.ddl.is_system_relation(relation.schemaname, relation.relname):
            if self._is_online:
                raise DatabaseError("0A000", "cannot reindex system catalogs concurrently")
            return  # nothing in it is stored
        if found is None:
            raise no_such_relation(relation, self.ddl)
        if not isinstance(found, Table):
            message = f'"{relation.relname}" is not a table or materialized view'
            raise DatabaseError("42809", message)
        self.ddl.require_owner(found)
        if not found.indexes and found.primary_key_constraint is None:
            what = "that can be reindexed concurrently" if self._is_online else "to reindex"
            message = f'table "{found.name}" has no indexes {what}'
            self.ddl.notice("NOTICE", "00000", message)
            return
        await self._build(self.ddl, found, {index.id for index in found.indexes})
        for name in _index_names(found):
            self._tell(name)

    async def _tables(self) -> None:
        """REINDEX SCHEMA, DATABASE and SYSTEM: each table in a transaction of its own."""
        for table in list(self._wanted_tables()):
            txn = self.store.begin()
            txn.process_id = self.guard.process_id
            try:
                changes = self.ddl.catalogs.transaction(txn)
                ddl = dataclasses.replace(self.ddl, txn=txn, changes=changes)
                await self._build(ddl, table, {index.id for index in table.indexes})
                await txn.commit()
            finally:
                await txn.rollback()
                self.ddl.catalogs.end(txn)

    def _wanted_tables(self) -> Iterable[Table]:
        name, catalog = self.node.name, self.ddl.catalog
        if self.node.kind == _KINDS.REINDEX_OBJECT_SCHEMA:
            schema = catalog.schema(name)
            if schema is None and name not in SYSTEM_SCHEMAS:
                raise DatabaseError("3F000", f'schema "{name}" does not exist')
            if schema is not None:
                self.ddl.require_owner(schema)
            return [table for table in catalog.tables if table.schema == name]
        if name is not None and name != self.ddl.env.database:
            raise DatabaseError("0A000", "can only reindex the currently open database")
        if self.node.kind == _KINDS.REINDEX_OBJECT_SYSTEM:
            if self._is_online:
                raise DatabaseError("0A000", "cannot reindex system catalogs concurrently")
            return ()
        return catalog.tables

    @property
    def _is_online(self) -> bool:
        return "concurrently" in self.options

    async def _build(self, ddl: Ddl, table: Table, index_ids: set[int]) -> None:
        if self._is_online:
            for index_id in sorted(index_ids):
                await self._build_online(table, index_id)
            return
        locked = await ddl.changes.lock_table(table.id)
        if locked is None:
            return
        indexes = [
            await _emptied(index, ddl) if index.id in index_ids else index
            for index in locked.indexes
        ]
        changed = await ddl.changes.replace_table(
            msgspec.structs.replace(locked, indexes=tuple(indexes))
        )
        access = ddl.tables.access(changed)
        for index in indexes:
            if index.id in index_ids:
                await build_index(ddl.txn, ddl.catalogs, access, index.id)

    async def _build_online(self, table: Table, index_id: int) -> None:
        ddl = self.ddl
        locked = await ddl.catalogs.transaction(self.guard).lock_definition(table.id)
        old = next((i for i in locked.indexes if i.id == index_id), None) if locked else None
        if locked is None or old is None:
            return

        def is_taken(name: str) -> bool:
            return ddl.catalog.relation(locked.schema, name) is not None

        new = msgspec.structs.replace(
            old,
            id=await ddl.catalogs.new_relation_id(),
            storage_id=await ddl.catalogs.new_storage_id(),
            name=free_name(old.name, None, "ccnew", is_taken),
            constraint=None,
        )
        await self.builds.create(
            self.guard, locked.id, new, "REINDEX CONCURRENTLY", replaces=index_id
        )

    def _tell(self, name: str) -> None:
        if "verbose" in self.options:
            self.ddl.notice("INFO", "00000", f'index "{name}" was reindexed')


async def _emptied(index: Index, ddl: Ddl) -> Index:
    storage_id = await ddl.catalogs.new_storage_id()
    return msgspec.structs.replace(index, storage_id=storage_id, state=ElementState.PUBLIC)


def _index_names(table: Table) -> list[str]:
    names = [index.name for index in table.indexes]
    if table.primary_key_constraint is not None:
        names.insert(0, table.primary_key_constraint)
    return names


def _options(node: Any) -> Iterator[tuple[str, bool]]:
    """Yields the options and whether they are on. Raises 42601, 0A000."""
    for definition in node.params or ():
        name = definition.defname
        if name == "tablespace":
            raise not_supported("REINDEX with TABLESPACE")
        if name not in _OPTIONS:
            raise DatabaseError(
                "42601",
                f'unrecognized REINDEX option "{name}"',
                position=None if definition.location is None else definition.location + 1,
            )
        argument = definition.arg
        text = str(getattr(argument, "sval", None) or getattr(argument, "boolval", True))
        yield name, text.lower() not in {"false", "off", "0"}


def online_name(node: Any) -> str | None:
    """Returns what a REINDEX is called that can't run in a transaction block, or None."""
    if any(name == "concurrently" and is_on for name, is_on in _options(node)):
        return "REINDEX CONCURRENTLY"
    return {
        _KINDS.REINDEX_OBJECT_SCHEMA: "REINDEX SCHEMA",
        _KINDS.REINDEX_OBJECT_SYSTEM: "REINDEX SYSTEM",
        _KINDS.REINDEX_OBJECT_DATABASE: "REINDEX DATABASE",
    }.get(node.kind)
