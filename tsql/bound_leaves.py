"""Parts of bound statements that hold no expressions: values, references, columns, tables.

They are re-exported by tsql.bound, from where everybody takes them.
"""

from dataclasses import field
from typing import Any

from storage.kv.store import LockWait
from storage.lock_modes import LockMode
from storage.records import dataclass
from storage.schema import Table


@dataclass(frozen=True, slots=True)
class Const:
    """A value known now. `type` UNKNOWN only for a literal that nothing has given a type yet."""

    value: Any
    type: int
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class Param:
    """$n."""

    number: int
    type: int
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class ColumnRef:
    """A column of the row: `relation` counts the FROM items from 0 (1 is the excluded row in ON CONFLICT).

    `shown` is what EXPLAIN calls it, where that isn't its name; `collation` the OID of one that isn't
    by bytes.
    """

    relation: int
    position: int
    name: str
    type: int
    typmod: int = -1
    shown: str = field(default="", compare=False)
    collation: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class ParameterColumn(ColumnRef):
    """A column of parameters that nothing has given a type yet (tsql/binder/bulk.py)."""

    numbers: tuple[int, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class SystemColumn:
    """ctid, xmin, tableoid … of a relation's row."""

    relation: int
    name: str
    type: int
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class CaseOperand:
    """The value of the simple CASE's operand, inside its WHEN conditions."""

    type: int
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class GroupRef:
    """After grouping: the n-th group key, or (is_aggregate) the n-th aggregate's result."""

    position: int
    is_aggregate: bool
    type: int
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class GroupingRef:
    """After grouping: the n-th GROUPING()'s result."""

    position: int
    type: int = 23
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class SetRef:
    """In a target list with set-returning functions: the n-th function's current value."""

    position: int
    type: int
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class Default:
    """DEFAULT in VALUES or SET; replaced by the column's default before execution."""

    type: int = 705
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class Field:
    """A result column; of a record, `record` tells names, types and typmods of its fields if known.

    `collation` is the OID of one that isn't by bytes (tsql/binder/derived_collations.py).
    """

    name: str
    type: int
    typmod: int = -1
    table_id: int = 0
    column_number: int = 0
    record: tuple[tuple[str, int, int], ...] | None = field(default=None, compare=False)
    collation: int = field(default=0, compare=False)


def reference_to(relation: int, position: int, of: Field) -> ColumnRef:
    """Returns the reference to a relation's column."""
    return ColumnRef(relation, position, of.name, of.type, of.typmod, collation=of.collation)


@dataclass(frozen=True, slots=True)
class Slot:
    """A value of a row outside of this part of the plan, put there before the part runs.

    A correlated subquery's outer columns are slots inside of it, and so is what the inner side of a
    nested loop reads of the outer row.
    """

    number: int
    name: str
    type: int
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class WindowRef:
    """After windowing: the n-th window function's result."""

    position: int
    type: int
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class CteRelation:
    """A reference to a WITH query that runs once and is kept: `number` is the query's."""

    number: int
    name: str
    alias: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class WorkingTable:
    """A recursive WITH query's reference to itself: the rows of the last round."""

    number: int
    name: str
    alias: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class TableRelation:
    """A table in FROM (or the target of a write)."""

    table: Table
    alias: str
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CatalogRelation:
    """A catalog table or a sequence: `rows(env)` is called once per execution, and may raise MustWaitError.

    Attributes:
        private: What errors call a relation that not everybody may read; None: everybody may.
        readers: Roles that may read what is private, beside superusers.
        query: Of one of the system's views that is read as such: the tree of its query; its rows come from that.
    """

    name: str
    alias: str
    fields: tuple[Field, ...]
    rows: Any
    private: str | None = None
    query: Any = None
    readers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RowLocking:
    """FOR UPDATE and its kin, of one relation's rows.

    Attributes:
        problem: The SQLSTATE and message that say why they can't be locked.
    """

    relation: int
    mode: LockMode
    wait: LockWait
    problem: tuple[str, str] | None = None
