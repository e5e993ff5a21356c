"""Plans: what a bound statement becomes before it runs. Frozen values; dispatch with `match`.

A plan is a tree. Leaves read (an access path over a table, or rows made on the spot), the others
take rows from their `source`. Rows are sequences: a table's columns in order, then what a node says
it adds. Nothing here holds a value of a run: parameters and subqueries stay symbolic, so that one
plan serves every execution of a prepared statement.

Subqueries that don't depend on a row have become parameters: the n-th of `Plan.subqueries` gives
the parameter `parameter_count + n + 1` before the statement begins.

| access path | reads                                                                   |
|-------------|-------------------------------------------------------------------------|
| Get         | one item by its whole key                                               |
| MultiGet    | items by several whole keys                                             |
| KeyRange    | items in key order between two keys, forward or backward                |
| IndexGet    | one item by the whole key of a unique index                             |
| IndexRange  | items by a range of index entries, in index order                       |
| Scan        | every item                                                              |
"""

from dataclasses import dataclass

from storage.schema import Index
from tsql.bound import (
    AggregateCall,
    CatalogRelation,
    Expression,
    FunctionCall,
    FunctionRelation,
    OnConflict,
    RowLocking,
    RowRule,
    SetColumn,
    SortKey,
    TableRelation,
    Target,
)

# ---- key conditions ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Equal:
    """The key part has this value; `value` None stands for IS NULL. `type` is the value's."""

    value: Expression | None
    type: int


@dataclass(frozen=True, slots=True)
class OneOf:
    """The key part has one of these values, or one of the elements of `array`."""

    values: tuple[Expression, ...]
    array: Expression | None
    type: int


@dataclass(frozen=True, slots=True)
class End:
    """One end of a range over the key part."""

    value: Expression
    inclusive: bool
    type: int


@dataclass(frozen=True, slots=True)
class RowEnd:
    """One end of a range over several key parts at once: (a, b) > (x, y)."""

    values: tuple[Expression, ...]
    inclusive: bool
    types: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A range over the key part behind the equal ones.

    `beginning` is a LIKE pattern whose fixed beginning bounds a text (`is_pattern`), or that
    beginning itself. `not_null` leaves NULLs out, as every comparison does.
    """

    lower: End | None = None
    upper: End | None = None
    row_lower: RowEnd | None = None
    row_upper: RowEnd | None = None
    beginning: Expression | None = None
    is_pattern: bool = False
    not_null: bool = False


Match = Equal | OneOf

# ---- access paths ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Access:
    """What every access path has.

    Attributes:
        condition: The conjuncts that the key answers: what EXPLAIN shows.
        filter: The residual filter, over the table's row.
        columns: Positions that the statement reads (decoding may leave out the others); None: all.
    """

    relation: TableRelation
    condition: tuple[Expression, ...]
    filter: Expression | None
    columns: frozenset[int] | None


@dataclass(frozen=True, slots=True)
class Get(Access):
    """Reads one item by its whole key."""

    key: tuple[Equal, ...]


@dataclass(frozen=True, slots=True)
class MultiGet(Access):
    """Reads items by whole keys, in key order."""

    key: tuple[Match, ...]
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class KeyRange(Access):
    """Reads items in key order."""

    key: tuple[Match, ...]
    span: Span | None
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class IndexGet(Access):
    """Reads one item through the whole key of a unique index."""

    index: Index
    key: tuple[Equal, ...]


@dataclass(frozen=True, slots=True)
class IndexRange(Access):
    """Reads items in index order; `covering`: the entries alone answer."""

    index: Index
    key: tuple[Match, ...]
    span: Span | None
    reverse: bool = False
    covering: bool = False


@dataclass(frozen=True, slots=True)
class Scan(Access):
    """Reads every item, in key order."""

    reverse: bool = False


AccessPath = Get | MultiGet | KeyRange | IndexGet | IndexRange | Scan

# ---- other leaves ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OneRow:
    """One row without columns: SELECT without FROM."""


@dataclass(frozen=True, slots=True)
class Values:
    """Rows of expressions."""

    rows: tuple[tuple[Expression, ...], ...]


@dataclass(frozen=True, slots=True)
class FunctionScan:
    """The values of functions in FROM, side by side."""

    relation: FunctionRelation


@dataclass(frozen=True, slots=True)
class CatalogScan:
    """The rows of a catalog relation."""

    relation: CatalogRelation


# ---- inner nodes -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filter:
    """Lets rows through for which the condition is true."""

    source: "Node"
    condition: Expression


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets all rows through, or none: the condition reads no row and is tested once."""

    source: "Node"
    condition: Expression


@dataclass(frozen=True, slots=True)
class Project:
    """Computes the targets."""

    source: "Node"
    targets: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class ProjectSet:
    """Appends the values of set-returning functions: a row for each, as long as the longest."""

    source: "Node"
    functions: tuple[FunctionCall, ...]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One row a group: its keys, then its aggregates. Without keys, one row even for no input."""

    source: "Node"
    keys: tuple[Expression, ...]
    aggregates: tuple[AggregateCall, ...]


@dataclass(frozen=True, slots=True)
class Sort:
    """Orders rows; with `limit` and `offset` keeps the first only (top-N)."""

    source: "Node"
    keys: tuple[SortKey, ...]
    limit: Expression | None = None
    offset: Expression | None = None


@dataclass(frozen=True, slots=True)
class Distinct:
    """Lets the first row of each value through: of the whole row, or of the expressions."""

    source: "Node"
    types: tuple[int, ...]
    on: tuple[Expression, ...] | None


@dataclass(frozen=True, slots=True)
class Limit:
    """Passes over `offset` rows and lets `limit` through."""

    source: "Node"
    limit: Expression | None
    offset: Expression | None


@dataclass(frozen=True, slots=True)
class LockRows:
    """Locks each row's item and reads it again where it has changed (FOR UPDATE and its kin).

    Its source gives the item's key and bytes behind the columns.
    """

    source: "Node"
    relation: TableRelation
    locking: RowLocking
    filter: Expression | None


@dataclass(frozen=True, slots=True)
class Insert:
    """Inserts rows of `source` (whose values go to `positions`); gives the RETURNING targets."""

    source: "Node"
    relation: TableRelation
    positions: tuple[int, ...]
    defaults: tuple[Expression, ...]
    checks: tuple[RowRule, ...]
    on_conflict: OnConflict | None
    returning: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Update:
    """Updates the rows that the access path finds; with a `gate` that is false, none."""

    source: AccessPath
    assignments: tuple[SetColumn, ...]
    condition: Expression | None
    checks: tuple[RowRule, ...]
    returning: tuple[Target, ...]
    gate: Expression | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """Deletes the rows that the access path finds, likewise."""

    source: AccessPath
    condition: Expression | None
    returning: tuple[Target, ...]
    gate: Expression | None = None


Node = (
    Get
    | MultiGet
    | KeyRange
    | IndexGet
    | IndexRange
    | Scan
    | OneRow
    | Values
    | FunctionScan
    | CatalogScan
    | Filter
    | Gate
    | Project
    | ProjectSet
    | Aggregate
    | Sort
    | Distinct
    | Limit
    | LockRows
    | Insert
    | Update
    | Delete
)


@dataclass(frozen=True, slots=True)
class SubqueryParameter:
    """A subquery that runs before its statement and gives a parameter; `kind` as bound."""

    node: Node
    kind: str
    type: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A statement's plan with its subqueries, in the order in which they run."""

    root: Node
    parameter_count: int
    subqueries: tuple[SubqueryParameter, ...]
