"""Bound statements: names and types resolved, nothing planned yet. The binder makes them, the planner reads them.

Every expression has a type OID and a typmod. Rows, while expressions run, are sequences indexed by `ColumnRef.position`
(one relation's columns in table order, then the undeclared attributes that the statement names).
"""

from dataclasses import field
from typing import Any, Union

from storage.records import dataclass
from storage.schema import Index
from tsql.bound_expressions import (
    AggregateCall,
    And,
    ArrayCoerce,
    ArrayComparison,
    ArrayConstructor,
    Case,
    Coalesce,
    CoerceToDomain,
    CoerceViaIO,
    Expression,
    FieldAccess,
    FieldAssignment,
    FrameEnd,
    FunctionCall,
    GroupingCall,
    IsBoolean,
    IsDistinct,
    IsNull,
    MinMax,
    Not,
    NullIf,
    Or,
    Relabel,
    RowComparison,
    RowConstructor,
    SortKey,
    Subquery,
    SubqueryCall,
    Subscript,
    SubscriptAssignment,
    WholeRow,
    Window,
    WindowCall,
)
from tsql.bound_leaves import (
    CaseOperand,
    CatalogRelation,
    ColumnRef,
    Const,
    CteRelation,
    Default,
    Field,
    GroupingRef,
    GroupRef,
    Param,
    ParameterColumn,
    RowLocking,
    SetRef,
    Slot,
    SystemColumn,
    TableRelation,
    WindowRef,
    WorkingTable,
    reference_to,
)

__all__ = [
    "AggregateCall",
    "And",
    "ArrayCoerce",
    "ArrayComparison",
    "ArrayConstructor",
    "Case",
    "ParameterColumn",
    "reference_to",
]
__all__ += ["CaseOperand", "CatalogRelation", "Coalesce", "CoerceToDomain", "CoerceViaIO"]
__all__ += [
    "ColumnRef",
    "Const",
    "CteRelation",
    "Default",
    "Expression",
    "Field",
    "FieldAccess",
    "FieldAssignment",
]
__all__ += ["FrameEnd", "FunctionCall", "GroupRef", "GroupingCall", "GroupingRef", "IsBoolean"]
__all__ += ["IsDistinct", "IsNull", "MinMax", "Not", "NullIf", "Or", "Param", "Relabel"]
__all__ += ["RowComparison", "RowConstructor", "RowLocking", "SetRef", "Slot", "SortKey"]
__all__ += ["Subquery", "SubqueryCall", "Subscript", "SubscriptAssignment", "SystemColumn"]
__all__ += ["TableRelation", "WholeRow", "Window", "WindowCall", "WindowRef", "WorkingTable"]


@dataclass(frozen=True, slots=True)
class FunctionRelation:
    """Functions in FROM: rows of their values side by side; scalar functions give one row."""

    calls: tuple[FunctionCall, ...]
    alias: str
    fields: tuple[Field, ...]
    with_ordinality: bool = False


@dataclass(frozen=True, slots=True)
class ValuesRelation:
    """VALUES lists."""

    rows: tuple[tuple[Expression, ...], ...]
    alias: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class SubqueryRelation:
    """A subquery in FROM, a view, or a WITH query that is run where it is referred to.

    `slots` and `outer` as in Subquery, for LATERAL: the expressions are over items before it.
    """

    select: "BoundSelect"
    alias: str
    fields: tuple[Field, ...]
    slots: tuple[int, ...] = ()
    outer: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class SetOperation:
    """UNION, INTERSECT or EXCEPT of two queries whose columns have the same types."""

    operator: str
    all: bool
    left: "BoundSelect"
    right: "BoundSelect"
    fields: tuple[Field, ...]
    alias: str = "*set*"


@dataclass(frozen=True, slots=True)
class JoinRelation:
    """A join: `kind` is inner, left, right or full. ColumnRef.relation counts its leaves from the left."""

    kind: str
    left: "Relation"
    right: "Relation"
    condition: Expression | None = None


Relation = (
    TableRelation | FunctionRelation | ValuesRelation | SubqueryRelation | CatalogRelation |
    SetOperation | CteRelation | WorkingTable | JoinRelation
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """One output column; of a record, `record` tells names, types and typmods of its fields if known."""

    expression: Expression
    name: str
    table_id: int = 0
    column_number: int = 0
    record: tuple[tuple[str, int, int], ...] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class WithQuery:
    """A WITH query. A recursive one has `recursion`, and `statement` gives its first rows.

    `is_kept`: it runs once and its rows are kept; otherwise it may run where it is referred to.
    """

    number: int
    name: str
    statement: Union["BoundSelect", "BoundInsert", "BoundUpdate", "BoundDelete"]
    recursion: Union["BoundSelect", None] = None
    keeps_duplicates: bool = True
    is_kept: bool = True
    uses: int = 1


@dataclass(frozen=True, slots=True)
class RowKey:
    """The key of a row that a cursor's row is made of, for WHERE CURRENT OF.

    Attributes:
        relation: The number of the relation that gives it.
        position: Where in its row.
        is_lost_by_sorting: Whether PostgreSQL doesn't find it where the rows are sorted.
    """

    relation: int
    position: int
    is_lost_by_sorting: bool


@dataclass(frozen=True, slots=True)
class BoundSelect:
    """SELECT.

    With `grouped`, `group_by` are the keys, `aggregates` the distinct aggregate calls, and `targets`, `having` and
    `order_by` are expressions over GroupRef. Set-returning functions of the target list are in `set_functions`, window
    functions in `windows` (above the grouping, below the former). `grouping_sets` name positions of `group_by`,
    `groupings` likewise for each GROUPING() (GroupingRef). `distinct_on` is () for plain DISTINCT. `row_keys`
    stand behind the targets.
    """

    relation: Relation | None
    targets: tuple[Target, ...]
    where: Expression | None = None
    grouped: bool = False
    group_by: tuple[Expression, ...] = ()
    aggregates: tuple[AggregateCall, ...] = ()
    having: Expression | None = None
    set_functions: tuple[FunctionCall, ...] = ()
    distinct: bool = False
    distinct_on: tuple[Expression, ...] = ()
    order_by: tuple[SortKey, ...] = ()
    limit: Expression | None = None
    offset: Expression | None = None
    locking: tuple[RowLocking, ...] = ()
    fields: tuple[Field, ...] = ()
    ctes: tuple[WithQuery, ...] = ()
    windows: tuple[WindowCall, ...] = ()
    with_ties: bool = False
    grouping_sets: tuple[tuple[int, ...], ...] | None = None
    groupings: tuple[tuple[int, ...], ...] = ()
    written: Any = field(default=None, compare=False)
    row_keys: tuple[RowKey, ...] = ()


@dataclass(frozen=True, slots=True)
class SetColumn:
    """An assignment in SET: a declared column's position (or an attribute's), and its new value."""

    position: int
    expression: Expression


@dataclass(frozen=True, slots=True)
class ViewCheck:
    """WITH CHECK OPTION of a view that is written through: what a new row must meet."""

    view: str
    condition: Expression | None


#: Of a new row: a generated column's value, a CHECK to test, or a view's check option.
RowRule = SetColumn | tuple[str, Expression] | ViewCheck


NO_ARBITER = "there is no unique or exclusion constraint matching the ON CONFLICT specification"


@dataclass(frozen=True, slots=True)
class PossibleArbiter:
    """A partial unique index that is meant if the conditions imply its predicate, parameters being known."""

    index: Index
    conditions: tuple[Expression, ...]
    predicate: Expression


@dataclass(frozen=True, slots=True)
class OnConflict:
    """ON CONFLICT: `arbiters` are the unique indexes inferred (None in the tuple stands for the primary key).

    `possible` are those about which only the values of parameters will tell.
    `update` empty and `do_nothing` True for DO NOTHING. In `update` and `where`, relation 0 is the existing row and
    relation 1 the excluded one.
    """

    arbiters: tuple[Index | None, ...]
    any_constraint: bool
    do_nothing: bool
    update: tuple[SetColumn, ...] = ()
    where: Expression | None = None
    possible: tuple[PossibleArbiter, ...] = ()


@dataclass(frozen=True, slots=True)
class BoundInsert:
    """INSERT: `positions` are the target columns of each row's expressions; others get their defaults.

    `defaults` has for every column position the bound default expression (Const NULL if none). Values are already
    coerced to the columns' types (assignment casts). DEFAULT in `rows` has been replaced. A position from
    `len(table.columns)` on is an undeclared attribute's, stored with the expression's type where it doesn't show.
    """

    relation: TableRelation
    positions: tuple[int, ...]
    rows: tuple[tuple[Expression, ...], ...] | None
    select: BoundSelect | None
    defaults: tuple[Expression, ...]
    checks: tuple[RowRule, ...]
    on_conflict: OnConflict | None = None
    returning: tuple[Target, ...] = ()
    fields: tuple[Field, ...] = ()
    ctes: tuple[WithQuery, ...] = ()


@dataclass(frozen=True, slots=True)
class BoundUpdate:
    """UPDATE of one table; `source` are the items of FROM, whose relations count from 1.

    `current_of` is the cursor of WHERE CURRENT OF.
    """

    relation: TableRelation
    assignments: tuple[SetColumn, ...]
    where: Expression | None
    checks: tuple[RowRule, ...]
    returning: tuple[Target, ...] = ()
    fields: tuple[Field, ...] = ()
    source: Relation | None = None
    ctes: tuple[WithQuery, ...] = ()
    current_of: str = ""


@dataclass(frozen=True, slots=True)
class BoundDelete:
    """DELETE from one table; `source` are the items of USING, likewise."""

    relation: TableRelation
    where: Expression | None
    returning: tuple[Target, ...] = ()
    fields: tuple[Field, ...] = ()
    source: Relation | None = None
    ctes: tuple[WithQuery, ...] = ()
    current_of: str = ""


BoundStatement = BoundSelect | BoundInsert | BoundUpdate | BoundDelete
