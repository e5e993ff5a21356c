"""The catalog as a value: which tables, indexes, sequences, schemas and other objects there are.

A `Catalog` is the state of one moment and never changes; `changed()` gives the next one. How it is
kept in the store, and what DDL does to it, is storage/catalog_store.py's. Views, types, comments
and what else there is beside tables are `CatalogObject`s (storage/objects.py), all treated alike.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple, TypeVar, cast

import msgspec

from storage.objects import RELATIONS, CatalogObject, Key, ObjectName, View
from storage.records import dataclass
from storage.row_types import relation_of
from storage.schema import Index, Sequence, Table

PUBLIC: Final = "public"
#: The database that is always there; its id is PostgreSQL's of `postgres`.
FIRST_DATABASE_ID: Final = 5

AnyObject = TypeVar("AnyObject", bound=CatalogObject)


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


Relation = Table | IndexRef | Sequence | View
Name = tuple[str, str]
#: An object's class and its key.
ObjectKey = tuple[type[CatalogObject], Key]


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
    objects: dict[ObjectKey, CatalogObject | None]

    @classmethod
    def none(cls) -> "Changes":
        """Returns no changes."""
        return cls({}, {}, {}, {})

    def copy(self) -> "Changes":
        return Changes(
            self.tables.copy(), self.sequences.copy(), self.schemas.copy(), self.objects.copy()
        )


class Catalog:
    """An immutable state of the catalog.

    Attributes:
        database_id: The OID of the database whose catalog it is.
        version: Differs between any two catalogs of this server's life.
    """

    __slots__ = (
        "_named", "_objects", "_relations", "_schemas", "_sequences", "_tables", "database_id",
        "version",
    )  # fmt: skip

    _versions = itertools.count(1)

    def __init__(self, database_id: int = FIRST_DATABASE_ID) -> None:
        self.database_id = database_id
        self.version = next(Catalog._versions)
        self._tables: Mapping[int, Table] = {}
        self._sequences: Mapping[int, Sequence] = {}
        self._schemas: Mapping[str, Schema] = {}
        self._relations: Mapping[Name, Relation] = {}
        self._objects: Mapping[type[CatalogObject], Mapping[Key, CatalogObject]] = {}
        self._named: Mapping[ObjectName, CatalogObject] = {}

    @classmethod
    def of(
        cls,
        tables: Iterable[Table],
        sequences: Iterable[Sequence],
        schemas: Iterable[Schema],
        objects: Iterable[CatalogObject] = (),
        database_id: int = FIRST_DATABASE_ID,
    ) -> "Catalog":
        """Returns the catalog of these."""
        changes = Changes(
            {table.id: table for table in tables},
            {sequence.id: sequence for sequence in sequences},
            {schema.name: schema for schema in schemas},
            {(type(found), found.key()): found for found in objects},
        )
        return cls(database_id).changed(changes)

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
        after = Catalog(self.database_id)
        after._tables, after._sequences = tables, sequences
        after._schemas, after._relations = schemas, relations
        after._objects, after._named = self._objects, self._named
        if changes.objects:
            after._change_objects(changes.objects, relations)
        return after

    def _change_objects(
        self, changed: Mapping[ObjectKey, CatalogObject | None], relations: dict[Name, Relation]
    ) -> None:
        objects = dict(self._objects)
        named = dict(self._named)
        for kind in {kind for kind, _ in changed}:
            objects[kind] = dict(objects.get(kind, {}))
        # The old names go first: one that an object leaves may be another's new one.
        for kind, key in changed:
            old = objects[kind].get(key)
            name = old.name_taken() if old is not None else None
            if name is not None:
                named.pop(name, None)
                if name[0] == RELATIONS:
                    relations.pop(name[1:], None)
        for (kind, key), new in changed.items():
            of_kind = cast(dict[Key, CatalogObject], objects[kind])
            of_kind.pop(key, None)
            if new is None:
                continue
            of_kind[key] = new
            name = new.name_taken()
            if name is not None:
                named[name] = new
                if isinstance(new, View):
                    relations[new.schema, new.name] = new
        self._objects, self._named = objects, named

    def object(self, kind: type[AnyObject], *key: int | str) -> AnyObject | None:
        """Returns the object of a class with that key, or None."""
        return cast(AnyObject | None, self._objects.get(kind, {}).get(key))

    def named(self, kind: type[AnyObject], schema: str, name: str) -> AnyObject | None:
        """Returns the object of a class with that name, or None."""
        assert kind.space is not None
        found = self._named.get((kind.space, schema, name))
        return found if isinstance(found, kind) else None

    def is_named(self, space: str, schema: str, name: str) -> bool:
        """Returns whether an object of any class has taken the name."""
        return (space, schema, name) in self._named

    def objects(self, kind: type[AnyObject]) -> list[AnyObject]:
        """Returns all objects of a class, in the order of their keys."""
        found = self._objects.get(kind, {})
        return [cast(AnyObject, found[key]) for key in sorted(found)]

    def version_of(self, object_id: int) -> int | None:
        """Returns the version of a table, sequence, view or type; None if there is none (any more).

        A plan holds as long as all that it was made from keep their versions.
        """
        table = self._tables.get(object_id)
        if table is not None:
            return table.version
        of_rows = relation_of(object_id)
        if of_rows is not None:
            return self.version_of(of_rows)
        sequence = self._sequences.get(object_id)
        if sequence is not None:
            return sequence.version
        for of_kind in self._objects.values():
            found = of_kind.get((object_id,))
            if found is not None:
                return getattr(found, "version", None)
        return None

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
