"""Objects of the catalog other than tables, sequences and schemas, all kept in one way.

A class of objects is a subclass of `CatalogObject`, named in `OBJECT_CLASSES`. It says how its
objects are told apart (`key`) and which name they take, if any; the rest (records, locks, the
private catalog of a DDL transaction, rollback to a savepoint, installation at the commit) is the
same for all of them and stands in storage/catalog.py and storage/catalog_store.py.

| class    | tag | key                          | name in space                            |
|----------|-----|------------------------------|------------------------------------------|
| View     | v   | id                           | relation (shared with tables, indexes …) |
| EnumType | e   | id                           | type                                     |
| DomainType | o | id                           | type                                     |
| CompositeType | f | id                        | type                                     |
| Comment  | c   | class, object id, sub id     |                                          |
| Role     | r   | id                           | role                                     |
| Membership | g | role, member                 |                                          |
| Privileges | p | kind, object id, sub id      |                                          |
| DatabaseRecord | d | id                       | database                                 |
| Extension | x  | id                           | extension                                |

Objects of a database are its own; those of the classes that say `is_shared` are every database's.

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
ROLES: Final = "role"
DATABASES: Final = "database"
EXTENSIONS: Final = "extension"


#: What options may say for true.
TRUE_WORDS: Final = ("true", "on", "yes", "1")


class CatalogObject(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An object of the catalog: the contract of its class.

    Attributes:
        tag: One byte that names the class in the keys of its records.
        space: Where the names of the class are unique, or None if its objects have none.
        is_shared: Whether its objects are all databases'.
    """

    tag: ClassVar[bytes]
    space: ClassVar[str | None] = None
    is_shared: ClassVar[bool] = False

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

    A view's `relies_on` may name a primary key by its table: whatever it is called.
    """

    kind: str
    id: int
    sub_id: int = 0
    name: str = ""


class ViewColumn(msgspec.Struct, frozen=True, omit_defaults=True):
    """A column of a view; a default is for what is inserted through it, collation 0 the type's own."""

    name: str
    sql_type: int
    typmod: int = -1
    default_sql: str | None = None
    collation: int = 0


class ViewRelation(msgspec.Struct, frozen=True, omit_defaults=True):
    """A relation that a view's query reads, with its columns as they were when the view was made.

    The query knows no others (so `*` is frozen), and knows them by these names whatever they are
    called since: (column id, name).

    Attributes:
        aliased: Whether the query gives it an alias.
        renamed: How many of its columns the alias gives names to.
        schema: Which it was in, for columns that are named with it.
    """

    id: int
    columns: tuple[tuple[int, str], ...] = ()
    aliased: bool = False
    renamed: int = 0
    schema: str = ""


class View(CatalogObject, frozen=True, kw_only=True, omit_defaults=True):
    """A view: a query under a name.

    Attributes:
        sql: Text of its query (tsql/ddl/stored_query.py): the n-th relation that it reads stands
            there as pg_oid."n".
        relations: Which these are.
        relies_on: What its query names.
        settings: By which its literals were read: time zone, date style and order, interval style.
        check_option: '', 'local' or 'cascaded'.
    """

    tag: ClassVar[bytes] = b"v"
    space: ClassVar[str | None] = RELATIONS

    id: int
    schema: str
    name: str
    columns: tuple[ViewColumn, ...]
    sql: str
    relations: tuple[ViewRelation, ...] = ()
    settings: tuple[str, ...] = ()
    relies_on: tuple[Address, ...] = ()
    check_option: str = ""
    options: dict[str, str] = msgspec.field(default_factory=dict)
    owner: str = "terrascale"
    version: int = 1

    @property
    def all_options(self) -> dict[str, str]:
        """All that WITH (…) may say, the check option too."""
        check = {"check_option": self.check_option} if self.check_option else {}
        return {**self.options, **check}

    @property
    def reads_as_invoker(self) -> bool:
        """Whether it reads with the rights of who asks, rather than its owner's."""
        return self.options.get("security_invoker", "false").lower() in TRUE_WORDS

    def key(self) -> Key:
        return (self.id,)

    def name_taken(self) -> ObjectName | None:
        return (RELATIONS, self.schema, self.name)


class EnumLabel(msgspec.Struct, frozen=True, omit_defaults=True):
    """A label of an enum.

    Attributes:
        id: Its OID, as pg_enum has it.
        code: What a stored value is: order-preserving, never given to another label.
        order: Its enumsortorder; None: its place in the list, from 1.
    """

    id: int
    name: str
    code: bytes
    order: float | None = None


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


class DomainCheck(msgspec.Struct, frozen=True, omit_defaults=True):
    """A CHECK constraint of a domain; in its text the value is called VALUE."""

    name: str
    check_sql: str
    validated: bool = True


class DomainType(CatalogObject, frozen=True, kw_only=True, omit_defaults=True):
    """A domain: another type's values, as far as they meet its constraints.

    Attributes:
        base: OID of the type that it is over, which may be a domain.
        typmod: Of that type.
        checks: In the order of their names, as they are tested.
        collation: OID of the one that its definition names; 0: its base's. All sort alike.
    """

    tag: ClassVar[bytes] = b"o"
    space: ClassVar[str | None] = TYPES

    id: int
    array_id: int
    schema: str
    name: str
    base: int
    typmod: int = -1
    not_null: bool = False
    default_sql: str | None = None
    default_relies_on: tuple[Address, ...] = ()
    checks: tuple[DomainCheck, ...] = ()
    collation: int = 0
    owner: str = "terrascale"
    version: int = 1

    def key(self) -> Key:
        return (self.id,)

    def name_taken(self) -> ObjectName | None:
        return (TYPES, self.schema, self.name)


class Attribute(msgspec.Struct, frozen=True, omit_defaults=True):
    """A field of a composite type; its number is never another's. `collation` is as a column's."""

    number: int
    name: str
    sql_type: int
    typmod: int = -1
    collation: int = 0


class CompositeType(CatalogObject, frozen=True, kw_only=True, omit_defaults=True):
    """A type of rows, by CREATE TYPE … AS (…).

    Attributes:
        relation_id: OID of the relation that PostgreSQL's catalogs have for it.
    """

    tag: ClassVar[bytes] = b"f"
    space: ClassVar[str | None] = TYPES

    id: int
    array_id: int
    relation_id: int
    schema: str
    name: str
    attributes: tuple[Attribute, ...] = ()
    next_number: int = 1
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


class Role(CatalogObject, frozen=True, kw_only=True, omit_defaults=True):
    """A role: a user, or a group of them.

    Attributes:
        password: A SCRAM-SHA-256 verifier in PostgreSQL's form, or None.
        connection_limit: -1: none.
        valid_until: When the password ends, in microseconds since 2000-01-01 UTC.
        settings: What ALTER ROLE … SET has set.
        comment: What COMMENT ON ROLE says of it, in every database.
    """

    tag: ClassVar[bytes] = b"r"
    space: ClassVar[str | None] = ROLES
    is_shared: ClassVar[bool] = True

    id: int
    name: str
    superuser: bool = False
    inherit: bool = True
    create_role: bool = False
    create_database: bool = False
    login: bool = False
    replication: bool = False
    bypass_row_security: bool = False
    connection_limit: int = -1
    password: str | None = None
    valid_until: int | None = None
    settings: dict[str, str] = msgspec.field(default_factory=dict)
    comment: str | None = None

    def key(self) -> Key:
        return (self.id,)

    def name_taken(self) -> ObjectName | None:
        return (ROLES, "", self.name)


class Membership(CatalogObject, frozen=True, kw_only=True, omit_defaults=True):
    """That one role is a member of another, by their names."""

    tag: ClassVar[bytes] = b"g"
    is_shared: ClassVar[bool] = True

    role: str
    member: str
    grantor: str
    admin: bool = False

    def key(self) -> Key:
        return (self.role, self.member)


class Grant(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one role has given another, like an entry of PostgreSQL's access control lists.

    Attributes:
        grantee: '' for PUBLIC.
        privileges: A letter for each (see tsql/access/letters.py).
        grantable: Those of them that the grantee may give on.
    """

    grantee: str
    grantor: str
    privileges: str
    grantable: str = ""


class Privileges(CatalogObject, frozen=True, kw_only=True, omit_defaults=True):
    """The grants on an object, or on a column of it, in the place of the ones it has by default.

    Attributes:
        kind: relation, schema, database or type.
    """

    tag: ClassVar[bytes] = b"p"

    kind: str
    object_id: int
    sub_id: int = 0
    grants: tuple[Grant, ...] = ()

    def key(self) -> Key:
        return (self.kind, self.object_id, self.sub_id)


class DatabaseRecord(CatalogObject, frozen=True, kw_only=True, omit_defaults=True):
    """A database: a catalog of its own (storage/catalog_store.py), in the same store as the others.

    Attributes:
        connection_limit: -1: none.
        settings: What ALTER DATABASE … SET has set.
    """

    tag: ClassVar[bytes] = b"d"
    space: ClassVar[str | None] = DATABASES
    is_shared: ClassVar[bool] = True

    id: int
    name: str
    owner: str = "terrascale"
    connection_limit: int = -1
    allows_connections: bool = True
    is_template: bool = False
    settings: dict[str, str] = msgspec.field(default_factory=dict)

    def key(self) -> Key:
        return (self.id,)

    def name_taken(self) -> ObjectName | None:
        return (DATABASES, "", self.name)


class Extension(CatalogObject, frozen=True, kw_only=True, omit_defaults=True):
    """An extension that CREATE EXTENSION was asked for; what it does is built in."""

    tag: ClassVar[bytes] = b"x"
    space: ClassVar[str | None] = EXTENSIONS

    id: int
    name: str
    schema: str
    release: str
    owner: str = "terrascale"

    def key(self) -> Key:
        return (self.id,)

    def name_taken(self) -> ObjectName | None:
        return (EXTENSIONS, "", self.name)


#: The spaces of names that all databases share.
SHARED_SPACES: Final = frozenset({ROLES, DATABASES})
#: All classes. A tag is never given to another class.
OBJECT_CLASSES: Final[tuple[type[CatalogObject], ...]] = (
    View,
    EnumType,
    DomainType,
    CompositeType,
    Comment,
    Role,
    Membership,
    Privileges,
    DatabaseRecord,
    Extension,
)
