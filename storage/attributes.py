"""The attribute registry of dynamic tables: which undeclared attributes there are, of what kinds.

SQL types an undeclared attribute by the kinds it has had, so the write that brings a new one also
changes the table's record in the catalog, in the same transaction.

An attribute's value says by itself what kind it has. `to_attribute` and `from_attribute` lead from
SQL's values, whose kind their type tells, and back.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

from storage.catalog_store import CatalogStore
from storage.items import Row
from storage.kv.store import Transaction
from storage.packing import KIND_BY_TYPE, kind_of
from storage.schema import Table
from storage.types import Array, BinarySet, Kind, NumberSet, StringSet, Typed

Kinds = Mapping[str, Collection[Kind]]

_SET_TYPES: Final[dict[Kind, type[frozenset[Any]]]] = {
    Kind.STRING_SET: StringSet,
    Kind.NUMBER_SET: NumberSet,
    Kind.BINARY_SET: BinarySet,
}
#: Kinds whose values need no mark, for all that SQL may make of them is the same value.
_BARE_KINDS: Final = frozenset(
    {Kind.BOOL, Kind.INT2, Kind.INT4, Kind.INT8, Kind.FLOAT4, Kind.FLOAT8, Kind.DECIMAL}
    | {Kind.TEXT, Kind.VARCHAR, Kind.CHAR, Kind.NAME, Kind.SINGLE_CHAR}
    | {Kind.BYTES, Kind.JSONB}
)


def to_attribute(value: Any, kind: Kind) -> Any:
    """Returns the attribute value for an SQL value of a kind; of a set kind, for an array."""
    if value is None or kind in _BARE_KINDS:
        return value
    set_type = _SET_TYPES.get(kind)
    if set_type is not None:
        return set_type(value.items)
    return Typed(kind, value)


def from_attribute(value: Any) -> Any:
    """Returns the SQL value of an attribute; of a set, the array of its members in order."""
    if isinstance(value, Typed):
        return value.value
    if isinstance(value, StringSet):
        return Array.of(sorted(value, key=str.encode))
    if isinstance(value, NumberSet | BinarySet):
        return Array.of(sorted(value))
    return value


class AttributeRegistry:
    """The registry of one table version. Rows end with the dict of their attributes."""

    def __init__(self, table: Table, catalogs: CatalogStore) -> None:
        self._table_id = table.id
        self._catalogs = catalogs
        self._known: Kinds = {name: frozenset(kinds) for name, kinds in table.attributes}

    def knows(self, row: Row) -> bool:
        """Returns whether the row brings nothing new."""
        known, kinds = self._known, KIND_BY_TYPE
        for name, value in row[-1].items():
            if value is not None and (kinds.get(type(value)) or kind_of(value)) not in known.get(
                name, ()
            ):
                return False
        return True

    async def register(self, txn: Transaction, row: Row) -> None:
        """Enters what the row brings; other transactions that bring something wait for this one."""
        if self.knows(row):
            return
        seen = self._catalogs.seen_by(txn).table_by_id(self._table_id)
        unknown = _unknown(row, dict(seen.attributes) if seen else {})
        if unknown:
            await self._catalogs.transaction(txn).register_attributes(self._table_id, unknown)


def _unknown(row: Row, known: Kinds) -> list[tuple[str, Kind]]:
    return [
        (name, kind)
        for name, value in row[-1].items()
        if value is not None and (kind := kind_of(value)) not in known.get(name, ())
    ]
