"""Objects of the catalog other than tables, sequences and schemas, all kept in one way.

A class of objects is a subclass of `CatalogObject`, named in `OBJECT_CLASSES`. It says how its
objects are told apart (`key`) and which name they take, if any; the rest (records, locks, the
private catalog of a DDL transaction, rollback to a savepoint, installation at the commit) is the
same for all of them and stands in storage/catalog.py and storage/catalog_store.py.

| class    | tag | key                          | name in space                            |
|----------|-----|------------------------------|------------------------------------------|
| View     | v   | id                           | relation (shared with tables, indexes …) |
| EnumType | e   | id                           | type                                     |
| Comment  | c   | class, object id, sub id     |                                          |

A stored record is msgpack of the struct, and its form is for ever: fields are added with a default,
never renamed or given another meaning.
"""

from typing import ClassVar, Final

import msgspec

#: What tells the objects of one class apart.
Key = tuple[int | str, ...]
#: Space, schema ('' for what isn't in one) and name.
ObjectName = tuple[str, str, str]

#: Spaces of names. A relation's name is taken in the same records as a table's.
RELATIONS: Final = "relation"
TYPES: Final = "type"


class CatalogObject(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An object of the catalog: the contract of its class.

    Attributes:
        tag: One byte that names the class in the keys of its records.
        space: Where the names of the class are unique, or None if its objects have none.
    """

    tag: ClassVar[bytes]
    space: ClassVar[str | None] = None

    def key(self) -> Key:
        """Returns what tells it from the others of its class; it never changes."""
        raise NotImplementedError

    def name_taken(self) -> ObjectName | None:
        """Returns the name that it takes, or None."""
        return None


class Address(msgspec.Struct, frozen=True, omit_defaults=True, order=True):
    """What an object is called in dependencies, like PostgreSQL's (class, object id, sub id).

    | kind       | id        | sub id                                         |
    |------------|-----------|------------------------------------------------|
    | relation   | its id    | column id, or 0 for the whole                  |
    | default    | table id  | column id                                      |
    | constraint | table id  | 0; `name` tells which                          |
    | type       | its id    |                                                |
    | schema     | its id    |                                                |
    """

    kind: str
    id: int
    sub_id: int = 0
    name: str = ""


class ViewColumn(msgspec.Struct, frozen=True, omit_defaults=True):
    """A column of a view."""

    name: str
    sql_type: int
    typmod: int = -1


class View(CatalogObject, frozen=True, kw_only=True, omit_defaults=True):
    """A view: a query under a name.

    Attributes:
        sql: Text of its query, with all names as they were resolved when it was made.
        relies_on: What its query names.
        check_option: '', 'local' or 'cascaded'.
    """

    tag: ClassVar[bytes] = b"v"
    space: ClassVar[str | None] = RELATIONS

    id: int
    schema: str
    name: str
    columns: tuple[ViewColumn, ...]
    sql: str
    relies_on: tuple[Address, ...] = ()
    check_option: str = ""
    options: dict[str, str] = msgspec.field(default_factory=dict)
    owner: str = "terrascale"
    version: int = 1

    def key(self) -> Key:
        return (self.id,)

    def name_taken(self) -> ObjectName | None:
        return (RELATIONS, self.schema, self.name)


class EnumLabel(msgspec.Struct, frozen=True, omit_defaults=True):
    """A label of an enum.

    Attributes:
        id: Its OID, as pg_enum has it.
        code: What a stored value is: order-preserving, never given to another label.
    """

    id: int
    name: str
    code: bytes


class EnumType(CatalogObject, frozen=True, kw_only=True, omit_defaults=True):
    """An enum type; its labels are in order."""

    tag: ClassVar[bytes] = b"e"
    space: ClassVar[str | None] = TYPES

    id: int
    array_id: int
    schema: str
    name: str
    labels: tuple[EnumLabel, ...] = ()
    owner: str = "terrascale"
    version: int = 1

    def key(self) -> Key:
        return (self.id,)

    def name_taken(self) -> ObjectName | None:
        return (TYPES, self.schema, self.name)


class Comment(CatalogObject, frozen=True, kw_only=True, omit_defaults=True):
    """A comment on an object, by PostgreSQL's (class, object id, sub id)."""

    tag: ClassVar[bytes] = b"c"

    class_id: int
    object_id: int
    sub_id: int = 0
    text: str

    def key(self) -> Key:
        return (self.class_id, self.object_id, self.sub_id)


#: All classes. A tag is never given to another class.
OBJECT_CLASSES: Final[tuple[type[CatalogObject], ...]] = (View, EnumType, Comment)
