"""The keys of the catalog's records.

    META 's' schema             a schema
    META 't' table id           a table with its columns, indexes, checks and attribute registry
    META 'q' sequence id        a sequence (its value: storage/sequence.py)
    META 'o' class key          an object of another class (storage/objects.py)
    META 'n' schema 00 name     who has that relation name: tables, indexes, sequences, views share them
    META 'm' space 00 schema 00 name    likewise, of other spaces of names: types, roles …
    META 'i' index id           an index that is being built online: storage/online_build.py

These are the first database's. The records of any other stand behind META 'd' and its id, but for
what all databases share: roles, their members, and the databases themselves.
"""

from typing import Final

import msgspec

from storage.catalog import FIRST_DATABASE_ID, Name
from storage.keyspace import META
from storage.objects import RELATIONS, SHARED_SPACES, CatalogObject, Key, ObjectName

_DATABASES: Final = META + b"d"
_OBJECTS: Final = b"o"
_OBJECT_NAMES: Final = b"m"

_pack: Final = msgspec.msgpack.Encoder().encode


class CatalogKeys:
    """The keys of one database's records.

    Attributes:
        database_id: Its OID.
        prefix: What all keys begin with that are this database's alone (META, of the first one).
        schemas: Prefix of the schemas' keys; likewise `tables`, `sequences` and `builds`.
    """

    def __init__(self, database_id: int) -> None:
        self.database_id = database_id
        is_first = database_id == FIRST_DATABASE_ID
        self.prefix = META if is_first else _DATABASES + database_id.to_bytes(4, "big")
        self.schemas = self.prefix + b"s"
        self.tables = self.prefix + b"t"
        self.sequences = self.prefix + b"q"
        self.builds = self.prefix + b"i"
        self._names = self.prefix + b"n"

    def schema(self, name: str) -> bytes:
        """Returns the key of a schema's record."""
        return self.schemas + name.encode()

    def table(self, table_id: int) -> bytes:
        """Returns the key of a table's record."""
        return self.tables + table_id.to_bytes(4, "big")

    def sequence(self, sequence_id: int) -> bytes:
        """Returns the key of a sequence's record."""
        return self.sequences + sequence_id.to_bytes(4, "big")

    def build(self, index_id: int) -> bytes:
        """Returns the key of the record of an index that is being built online."""
        return self.builds + index_id.to_bytes(4, "big")

    def relation_name(self, name: Name) -> bytes:
        """Returns the key that says that a relation's name is taken."""
        return self._names + "\0".join(name).encode()

    def objects(self, kind: type[CatalogObject]) -> bytes:
        """Returns the prefix of the keys of a class's objects."""
        return (META if kind.is_shared else self.prefix) + _OBJECTS + kind.tag

    def object(self, kind: type[CatalogObject], key: Key) -> bytes:
        """Returns the key of an object's record."""
        return self.objects(kind) + _pack(key)

    def object_name(self, name: ObjectName) -> bytes:
        """Returns the key that says that an object's name is taken."""
        if name[0] == RELATIONS:
            return self.relation_name(name[1:])
        prefix = META if name[0] in SHARED_SPACES else self.prefix
        return prefix + _OBJECT_NAMES + "\0".join(name).encode()
