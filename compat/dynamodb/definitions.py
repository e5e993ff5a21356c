"""What a DynamoDB table is: the definition that CreateTable gives and DescribeTable shows.

These structs are kept in the catalog as JSON, with the table and with each index: names of fields
are part of the data format, and a field that is new needs a default. What they may hold is checked
before (compat/dynamodb/key_schema.py).
"""

from typing import Any

import msgspec


class KeySchema(msgspec.Struct, frozen=True, omit_defaults=True):
    """The key of a table or an index.

    Attributes:
        hash: Names of its HASH attributes, in order; a table has one, a global index up to four.
        range: Likewise of its RANGE attributes.
        types: S, N or B of each.
    """

    hash: tuple[str, ...]
    range: tuple[str, ...] = ()
    types: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """All attributes of the key, in order."""
        return self.hash + self.range

    def type_of(self, name: str) -> str:
        """Returns S, N or B."""
        return self.types[name]


class Throughput(msgspec.Struct, frozen=True):
    """Capacity units per second; of an on-demand maximum, -1 for none and 0 for none given."""

    read: int
    write: int


class IndexDefinition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A secondary index. `projection` is ALL, KEYS_ONLY or INCLUDE."""

    name: str
    key: KeySchema
    projection: str
    non_key: tuple[str, ...] = ()
    is_local: bool = False
    throughput: Throughput | None = None
    on_demand: Throughput | None = None
    warm_throughput: Throughput | None = None


class TableDefinition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A table.

    Attributes:
        attributes: (name, S, N or B) of AttributeDefinitions, in the order given.
        billing_mode: PROVISIONED or PAY_PER_REQUEST.
        throughput: Of the provisioned mode.
        table_class: STANDARD or STANDARD_INFREQUENT_ACCESS.
        stream: StreamSpecification as given, likewise `sse`.
        created_at: Seconds since 1970; the door sets it.
        billing_changed_at: Likewise, when the billing mode last became on-demand.
        class_changed_at: Likewise, when UpdateTable last changed the table class.
    """

    name: str
    key: KeySchema
    attributes: tuple[tuple[str, str], ...]
    globals: tuple[IndexDefinition, ...] = ()
    locals: tuple[IndexDefinition, ...] = ()
    billing_mode: str = "PROVISIONED"
    throughput: Throughput | None = None
    on_demand: Throughput | None = None
    warm_throughput: Throughput | None = None
    table_class: str | None = None
    deletion_protected: bool = False
    stream: dict[str, Any] | None = None
    sse: dict[str, Any] | None = None
    tags: dict[str, str] = msgspec.field(default_factory=dict)
    created_at: float = 0.0
    billing_changed_at: float | None = None
    throughput_changed_at: float | None = None
    decreases_today: int = 0
    resource_policy: str | None = None
    class_changed_at: float | None = None
