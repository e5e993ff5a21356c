"""The catalog as a value: which tables, indexes, sequences and schemas there are at one moment.

A `Catalog` never changes; `changed()` gives the next one. How it is kept in the store, and what DDL
does to it, is storage/catalog_store.py's.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import msgspec

from storage.schema import Index, Sequence, Table

PUBLIC: Final = "public"


class Schema(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A schema: for now, a name."""

    id: int
    name: str
    owner: str = "terrascale"


@dataclass(frozen=True, slots=True)
class IndexRef:
    """An index and the table that it belongs to; the primary key's has no `index`."""

    table: Table
    index: Index | None


Relation = Table | IndexRef | Sequence
Name = tuple[str, str]


def relations_of(table: Table) -> Iterator[tuple[Name, Relation]]:
    """Yields the names that a table takes: its own, its primary key's and its indexes'."""
    yield (table.schema, table.name), table
    if table.primary_key_constraint is not None:
        yield (table.schema, table.primary_key_constraint), IndexRef(table, None)
    for index in table.indexes:
        yield (table.schema, index.name), IndexRef(table, index)


class Changes(NamedTuple):
    """What a transaction has changed so far; None stands for dropped."""

    tables: dict[int, Table | None]
    sequences: dict[int, Sequence | None]
    schemas: dict[str, Schema | None]

    def copy(self) -> "Changes":
        return Changes(self.tables.copy(), self.sequences.copy(), self.schemas.copy())


class Catalog:
    """An immutable state of the catalog.

    Attributes:
        version: Differs between any two catalogs of this server's life.
    """

    __slots__ = ("_relations", "_schemas", "_sequences", "_tables", "version")

    _versions = itertools.count(1)

    def __init__(
        self,
        tables: Mapping[int, Table],
        sequences: Mapping[int, Sequence],
        schemas: Mapping[str, Schema],
        relations: Mapping[Name, Relation],
    ) -> None:
        self.version = next(Catalog._versions)
        self._tables = tables
        self._sequences = sequences
        self._schemas = schemas
        self._relations = relations

    @classmethod
    def of(
        cls, tables: Iterable[Table], sequences: Iterable[Sequence], schemas: Iterable[Schema]
    ) -> "Catalog":
        """Returns the catalog of these."""
        changes = Changes(
            {table.id: table for table in tables},
            {sequence.id: sequence for sequence in sequences},
            {schema.name: schema for schema in schemas},
        )
        return cls({}, {}, {}, {}).changed(changes)

    def changed(self, changes: Changes) -> "Catalog":
        """Returns the catalog after the changes."""
        tables, sequences = dict(self._tables), dict(self._sequences)
        schemas, relations = dict(self._schemas), dict(self._relations)
        for table_id in changes.tables:
            old = tables.pop(table_id, None)
            for name, _ in relations_of(old) if old else ():
                relations.pop(name, None)
        for sequence_id in changes.sequences:
            gone = sequences.pop(sequence_id, None)
            if gone is not None:
                relations.pop((gone.schema, gone.name), None)
        for table in filter(None, changes.tables.values()):
            tables[table.id] = table
            relations.update(relations_of(table))
        for sequence in filter(None, changes.sequences.values()):
            sequences[sequence.id] = sequence
            relations[sequence.schema, sequence.name] = sequence
        for schema_name, schema in changes.schemas.items():
            schemas.pop(schema_name, None)
            if schema is not None:
                schemas[schema_name] = schema
        return Catalog(tables, sequences, schemas, relations)

    def relation(self, schema: str, name: str) -> Relation | None:
        """Returns the table, index or sequence of that name, or None."""
        return self._relations.get((schema, name))

    def table(self, schema: str, name: str) -> Table | None:
        """Returns the table of that name, or None."""
        found = self._relations.get((schema, name))
        return found if isinstance(found, Table) else None

    def sequence(self, schema: str, name: str) -> Sequence | None:
        """Returns the sequence of that name, or None."""
        found = self._relations.get((schema, name))
        return found if isinstance(found, Sequence) else None

    def table_by_id(self, table_id: int) -> Table | None:
        """Returns the table with that id, or None."""
        return self._tables.get(table_id)

    def sequence_by_id(self, sequence_id: int) -> Sequence | None:
        """Returns the sequence with that id, or None."""
        return self._sequences.get(sequence_id)

    def schema(self, name: str) -> Schema | None:
        """Returns the schema of that name, or None."""
        return self._schemas.get(name)

    @property
    def tables(self) -> Iterable[Table]:
        """All tables, in the order of their ids."""
        return sorted(self._tables.values(), key=lambda table: table.id)

    @property
    def sequences(self) -> Iterable[Sequence]:
        """All sequences, in the order of their ids."""
        return sorted(self._sequences.values(), key=lambda sequence: sequence.id)

    @property
    def schemas(self) -> Iterable[Schema]:
        """All schemas, in the order of their names."""
        return sorted(self._schemas.values(), key=lambda schema: schema.name)
