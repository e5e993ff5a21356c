"""The tables of an open database: one `TableAccess` per table version, made when first used.

It also holds what outlives a version: the blocks of hidden keys. When DDL commits, the accesses of
the versions before become stale, and their next write plans again.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Final, Protocol
from weakref import WeakSet

from storage.catalog import Catalog, Changes
from storage.catalog_store import CatalogStore
from storage.constraints.queue import ConstraintQueues
from storage.constraints.reference import Convert, same_value
from storage.constraints.rows import ForeignAndDeferred, References
from storage.constraints.rules import NoRules, RowRules
from storage.duplicates import PLAIN_RENDERING, KeyRendering
from storage.hidden_keys import HiddenKeys
from storage.index import IndexFunctions
from storage.kv.store import Coordinator, Transaction
from storage.schema import Column, Table
from storage.table import TableAccess
from storage.table_version import TableVersion

#: Compiled versions kept; beyond it the ones made first go.
ACCESS_COUNT_MAX: Final = 1000

CompileIndexes = Callable[[Table], Mapping[int, IndexFunctions]]


def _compile_nothing(_table: Table) -> Mapping[int, IndexFunctions]:
    return {}


class RuleSource(Protocol):
    """What constraints between rows need to know of SQL."""

    def rules(self, table: Table) -> RowRules:
        """Returns defaults and conditions of a table's rows."""

    def convert(self, column: Column, other: Column) -> Convert | None:
        """Returns what makes a value of one column one of the other; None: it is one."""


class _WithoutSql:
    def rules(self, _table: Table) -> RowRules:
        return NoRules()

    def convert(self, column: Column, other: Column) -> Convert | None:
        return same_value(column, other)


WITHOUT_SQL: Final = _WithoutSql()


class Tables:
    """Makes and keeps table accesses.

    Args:
        compile_indexes: Gives, by index id, the functions of a table's indexes on expressions and
            of its partial indexes; others may be left out.
        sql: For the actions of foreign keys.

    Attributes:
        constraints: What each transaction has still to test.
    """

    def __init__(
        self,
        catalogs: CatalogStore,
        coordinator: Coordinator,
        compile_indexes: CompileIndexes = _compile_nothing,
        rendering: KeyRendering = PLAIN_RENDERING,
        sql: RuleSource = WITHOUT_SQL,
    ) -> None:
        self.catalogs = catalogs
        self.constraints = ConstraintQueues()
        self._sql = sql
        self._references = References(self, sql.convert)
        self._rules: dict[tuple[int, int], RowRules] = {}
        self._coordinator = coordinator
        self._compile_indexes = compile_indexes
        self._rendering = rendering
        self._accesses: dict[tuple[int, int], TableAccess] = {}
        #: Those too whose access only a cached plan still holds.
        self._live: defaultdict[int, WeakSet[TableVersion]] = defaultdict(WeakSet)
        self._hidden_keys: dict[int, HiddenKeys] = {}
        catalogs.on_install.append(self._installed)

    def access(self, table: Table) -> TableAccess:
        """Returns the access to this version of a table."""
        found = self._accesses.get((table.id, table.version))
        if found is None:
            found = self._make(table)
            self._accesses[table.id, table.version] = found
            self._live[table.id].add(found.version)
            if len(self._accesses) > ACCESS_COUNT_MAX:
                del self._accesses[next(iter(self._accesses))]
        return found

    def catalog_of(self, txn: Transaction | None) -> Catalog:
        """Returns the catalog that a transaction sees; of None, the committed one."""
        return self.catalogs.seen_by(txn)

    def rules(self, table: Table) -> RowRules:
        """Returns what SQL says about the rows of this version."""
        found = self._rules.get((table.id, table.version))
        if found is None:
            if len(self._rules) >= ACCESS_COUNT_MAX:
                self._rules.clear()
            found = self._rules[table.id, table.version] = self._sql.rules(table)
        return found

    async def end_statement(self, txn: Transaction) -> None:
        """Tests the constraints that a statement has left to test. Raises 23503, 23505, …."""
        queue = self.constraints.known(txn)
        if queue is not None:
            await queue.end_statement()

    def _make(self, table: Table) -> TableAccess:
        hidden_keys = None
        if table.hidden_key:
            hidden_keys = self._hidden_keys.get(table.storage_id)
            if hidden_keys is None:
                hidden_keys = HiddenKeys(self._coordinator, table.storage_id)
                self._hidden_keys[table.storage_id] = hidden_keys
        access = TableAccess(
            table,
            catalogs=self.catalogs,
            rendering=self._rendering,
            functions=self._compile_indexes(table),
            hidden_keys=hidden_keys,
        )
        is_deferrable = any(index.timing.deferrable for index in table.indexes)
        if table.foreign_keys or table.referenced_by or is_deferrable:
            access.constraints = ForeignAndDeferred(access, self._references, self.constraints)
        return access

    def _installed(self, changes: Changes) -> None:
        for table_id, table in changes.tables.items():
            for version in self._live.get(table_id, ()):
                if version.table is not table:
                    version.is_stale = True
                    self._accesses.pop((table_id, version.table.version), None)
        live = {table.storage_id for table in self.catalogs.current.tables}
        for storage_id in [s for s in self._hidden_keys if s not in live]:
            # Dropped, or not committed yet: then it just takes another block.
            del self._hidden_keys[storage_id]
