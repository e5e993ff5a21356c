"""What a table is: immutable descriptions that the catalog stores and every layer reads.

Ids: a *table id* names a table for its life; a *storage id* names one generation of the keys of a
table or an index (TRUNCATE and rewrites make a new one). Column ids are never reused within a
table. `sql_type`/`typmod` are opaque to storage: they belong to the SQL layer, which also writes
and reads `default_sql`, `check_sql` and expression texts.
"""

import enum

import msgspec

from storage.objects import Address, View
from storage.types import Kind


class KeyScheme(enum.StrEnum):
    """Order of a table's keys: by value, or by partition hash first."""

    RANGE = "range"
    HASH = "hash"


class ColumnPolicy(enum.StrEnum):
    """Whether attributes that aren't declared may be written and read."""

    STRICT = "strict"
    DYNAMIC = "dynamic"


class ElementState(enum.StrEnum):
    """How far a schema element has come; other servers may be one state behind."""

    DELETE_ONLY = "delete_only"
    WRITE_ONLY = "write_only"
    BACKFILLING = "backfilling"
    PUBLIC = "public"


class Projection(enum.StrEnum):
    """Which attributes an index entry carries."""

    KEYS_ONLY = "keys_only"
    INCLUDE = "include"
    ALL = "all"


class Column(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A declared column.

    Attributes:
        kind: How its values are stored; for an array, `element_kind` is its elements'.
        missing: Value of rows written before the column was added, as msgpack of its stored form
            (storage/items.py, `missing_for`); None: NULL.
        default_sql: SQL text of the DEFAULT expression, or None.
        default_relies_on: What the DEFAULT names: sequences.
        identity: 'a' for GENERATED ALWAYS AS IDENTITY, 'd' for BY DEFAULT, else ''.
        generated_sql: SQL text of a GENERATED ALWAYS AS (…) STORED expression, or None.
        generated_from: Ids of the columns that it reads.
        collation: OID of the collation that its definition names; 0: its type's. All sort alike.
    """

    id: int
    name: str
    kind: Kind
    sql_type: int
    typmod: int = -1
    element_kind: Kind | None = None
    not_null: bool = False
    default_sql: str | None = None
    default_relies_on: tuple[Address, ...] = ()
    missing: bytes | None = None
    identity: str = ""
    generated_sql: str | None = None
    generated_from: tuple[int, ...] = ()
    collation: int = 0


class KeyPart(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One component of an index key: a column, or an expression over the row (`expression_sql`).

    A path into a document is an expression like any other; `kind` is the kind of the resulting
    value.

    Attributes:
        operator_class: Its name, where it isn't the type's own: it orders alike here.
        collation: OID of the one that is named; 0: the column's or the expression's. It is shown, and
            orders nothing.
        attribute: Name of an undeclared attribute; rows where it has another kind count as NULL.
            `expression_sql` then shows it.
    """

    column_id: int | None = None
    expression_sql: str | None = None
    attribute: str | None = None
    kind: Kind
    element_kind: Kind | None = None
    sql_type: int = 0
    typmod: int = -1
    descending: bool = False
    nulls_first: bool = False
    operator_class: str = ""
    collation: int = 0


class Timing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When a constraint is tested: at the end of each statement, or of the transaction."""

    deferrable: bool = False
    initially_deferred: bool = False


AT_ONCE = Timing()


class Index(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A secondary index. Entries of a unique index with a NULL in their key are never equal.

    Attributes:
        nulls_distinct: False for NULLS NOT DISTINCT: then they are equal after all.
        constraint: Name of the UNIQUE constraint that it enforces, or None for a plain unique
        index. predicate_sql: WHERE of a partial index, or None.
        sparse: Rows with a NULL in their key have no entry, and an entry holds a whole body, with
            the attributes of its projection: an index made through DynamoDB.
        included_attributes: Undeclared attributes that it carries, by name.
        partition_part_count: How many of its parts are its partition key.
        dynamodb_settings: What only the DynamoDB door knows of it, in a form of that door's.
        query: What a materialized view is filled by; its owner and names are the table's.
        is_populated: False for a materialized view that has not been filled.
        timing: Of a DEFERRABLE constraint: then its entries are kept like a plain index's, and
            looked through when it is tested.
        is_primary: It enforces a DEFERRABLE primary key: such a table has a hidden key.
        options: Its WITH (fillfactor = …), only shown.
    """

    id: int
    name: str
    storage_id: int
    parts: tuple[KeyPart, ...]
    unique: bool = False
    nulls_distinct: bool = True
    constraint: str | None = None
    predicate_sql: str | None = None
    projection: Projection = Projection.KEYS_ONLY
    included_column_ids: tuple[int, ...] = ()
    state: ElementState = ElementState.PUBLIC
    sparse: bool = False
    included_attributes: tuple[str, ...] = ()
    partition_part_count: int = 1
    dynamodb_settings: bytes | None = None
    timing: Timing = AT_ONCE
    is_primary: bool = False
    options: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def is_exclusive(self) -> bool:
        """Whether its entries can't have a key twice, not even for the time of a statement."""
        return self.unique and not self.timing.deferrable


class Check(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A CHECK constraint. `no_inherit` is only shown: no table inherits here."""

    name: str
    check_sql: str
    column_ids: tuple[int, ...] = ()
    validated: bool = True
    no_inherit: bool = False


class Action(enum.StrEnum):
    """What happens to referencing rows when the row that they refer to goes or gets another key."""

    NO_ACTION = "NO ACTION"
    RESTRICT = "RESTRICT"
    CASCADE = "CASCADE"
    SET_NULL = "SET NULL"
    SET_DEFAULT = "SET DEFAULT"


class ForeignKey(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A FOREIGN KEY constraint, kept with the referencing table.

    The referenced table names the referencing one in `Table.referenced_by`, so that both get new
    versions when the constraint comes or goes.

    Attributes:
        column_ids: Referencing columns; the n-th refers to the n-th of `referenced_column_ids`.
        referenced_index_id: The unique index that has these columns; None: the primary key.
        set_column_ids: Those that ON DELETE SET NULL or SET DEFAULT changes; empty: all.
    """

    id: int
    name: str
    column_ids: tuple[int, ...]
    referenced_table_id: int
    referenced_column_ids: tuple[int, ...]
    referenced_index_id: int | None = None
    match_full: bool = False
    on_delete: Action = Action.NO_ACTION
    on_update: Action = Action.NO_ACTION
    set_column_ids: tuple[int, ...] = ()
    timing: Timing = AT_ONCE
    validated: bool = True


class Table(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A table. The first `partition_column_count` of its key columns make the partition key.

    Attributes:
        key_column_ids: Empty for a table with a hidden key (then `hidden_key` is True): the key is
        one int8,
            drawn from the id ranges, stored nowhere but in the key.
        primary_key_constraint: Name of the PRIMARY KEY constraint, or None (hidden key). It is also
            the name of a relation, PostgreSQL's index of that name, with `primary_key_index_id`.
        referenced_by: Ids of the tables that have foreign keys to this one (itself included).
        version: Grows with every change; plans are cached by (id, version).
        change_log: Whether writes are recorded in the change log (set by its readers).
        attributes: Undeclared attributes seen so far, in order of first appearance, with the kinds
        seen.
        dynamodb_settings: What only the DynamoDB door knows of it, in a form of that door's.
        query: What a materialized view is filled by; its owner and names are the table's.
        is_populated: False for a materialized view that has not been filled.
        is_unlogged: Whether it was made UNLOGGED. It is as durable as any other.
        primary_key_included_ids: The columns of the primary key's INCLUDE, only shown: rows have them.
        primary_key_options: Its WITH (…), only shown.
        clustered_index_id: The relation id of the index that CLUSTER goes by, only shown; 0: none.
        replica_identity: What REPLICA IDENTITY says, as pg_class has it: d, f, n or i.
        replica_index_id: With i, the relation id of the index.
    """

    id: int
    schema: str
    name: str
    storage_id: int
    columns: tuple[Column, ...]
    key_column_ids: tuple[int, ...] = ()
    partition_column_count: int = 1
    hidden_key: bool = False
    primary_key_constraint: str | None = None
    primary_key_index_id: int = 0
    scheme: KeyScheme = KeyScheme.RANGE
    policy: ColumnPolicy = ColumnPolicy.STRICT
    indexes: tuple[Index, ...] = ()
    checks: tuple[Check, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    referenced_by: tuple[int, ...] = ()
    next_column_id: int = 1
    version: int = 1
    change_log: bool = False
    keep_old_images: bool = False
    attributes: tuple[tuple[str, tuple[Kind, ...]], ...] = ()
    owner: str = "terrascale"
    options: dict[str, str] = msgspec.field(default_factory=dict)
    dynamodb_settings: bytes | None = None
    query: View | None = None
    is_populated: bool = True
    is_unlogged: bool = False
    primary_key_included_ids: tuple[int, ...] = ()
    primary_key_options: dict[str, str] = msgspec.field(default_factory=dict)
    clustered_index_id: int = 0
    replica_identity: str = "d"
    replica_index_id: int = 0

    @property
    def has_primary_key(self) -> bool:
        """Whether there is a PRIMARY KEY constraint, a deferrable one perhaps."""
        return self.primary_key_constraint is not None or any(i.is_primary for i in self.indexes)

    def column(self, name: str) -> Column | None:
        """Returns the column of that name, or None."""
        for column in self.columns:
            if column.name == name:
                return column
        return None

    def column_by_id(self, column_id: int) -> Column:
        """Returns the column with that id."""
        for column in self.columns:
            if column.id == column_id:
                return column
        raise KeyError(column_id)

    def position(self, column_id: int) -> int:
        """Returns the column's index in `columns`."""
        for position, column in enumerate(self.columns):
            if column.id == column_id:
                return position
        raise KeyError(column_id)


class Sequence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A sequence generator; its current value is kept apart (storage/sequence.py).

    Attributes:
        sql_type: OID of smallint, integer or bigint.
        cache: Values that PostgreSQL would hand out per session at once; only shown.
        owner_table_id: Table whose column owns it (serial, identity), or None.
        value_id: Names its current value; each ALTER SEQUENCE takes a new one. 0: its own id.
        begins_at, begins_called: What that value is (as last_value and is_called) before it has
            been used; None: the start value, not called.
        is_unlogged: Whether it was made UNLOGGED; one that a table owns is as its table is.
    """

    id: int
    schema: str
    name: str
    sql_type: int
    start: int = 1
    increment: int = 1
    minimum: int = 1
    maximum: int = 2**63 - 1
    cycle: bool = False
    cache: int = 1
    owner_table_id: int | None = None
    owner_column_id: int | None = None
    version: int = 1
    owner: str = "terrascale"
    value_id: int = 0
    begins_at: int | None = None
    begins_called: bool = False
    is_unlogged: bool = False
