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

from typing import Union

from storage.records import dataclass
from storage.schema import Index
from tsql.bound import (
    AggregateCall,
    BoundSelect,
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
    WindowCall,
)
from tsql.bound_merge import MergeWhen

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
        with_item: Whether the item's key and bytes follow the columns.
    """

    relation: TableRelation
    condition: tuple[Expression, ...]
    filter: Expression | None
    columns: frozenset[int] | None
    with_item: bool


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
class Failure:
    """What can't be run: the error comes when the statement is, as PostgreSQL's planner's does."""

    sqlstate: str
    message: str


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


@dataclass(frozen=True, slots=True)
class CteScan:
    """The rows of a WITH query that was run once and is kept (`With`)."""

    number: int
    name: str


@dataclass(frozen=True, slots=True)
class WorkingScan:
    """The rows that the last round of a recursive WITH query has added."""

    number: int
    name: str


# ---- joins -------------------------------------------------------------------------------------

# Rows of a join are the outer side's values, then the inner side's. `kind` is inner, left (an outer
# row without inner ones comes with NULLs) or full (and the other way round). All keep the order of
# the outer rows; full adds the others behind them.


@dataclass(frozen=True, slots=True)
class NestedLoop:
    """Runs the inner side for each outer row, whose `values` it finds in `slots`."""

    outer: "Node"
    inner: "Node"
    slots: tuple[int, ...]
    values: tuple[Expression, ...]
    kind: str
    inner_width: int


@dataclass(frozen=True, slots=True)
class HashJoin:
    """Finds the inner rows of each outer row by equal keys, in a hash table of the inner side.

    `condition` is what else must be true of the two together.
    """

    outer: "Node"
    inner: "Node"
    outer_keys: tuple[Expression, ...]
    inner_keys: tuple[Expression, ...]
    kind: str
    condition: Expression | None
    outer_width: int
    inner_width: int


@dataclass(frozen=True, slots=True)
class LoopJoin:
    """Tests each outer row with each inner one; the inner side runs once and is kept."""

    outer: "Node"
    inner: "Node"
    kind: str
    condition: Expression | None
    outer_width: int
    inner_width: int


# ---- inner nodes -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filter:
    """Lets rows through for which the condition is true."""

    source: "Node"
    condition: Expression


@dataclass(frozen=True, slots=True)
class Slots:
    """Puts values, which read no row, into slots before it starts the source."""

    source: "Node"
    slots: tuple[int, ...]
    values: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class SetOperation:
    """UNION, INTERSECT, EXCEPT; `types` are the columns'."""

    operator: str
    all: bool
    left: "Node"
    right: "Node"
    types: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KeptQuery:
    """A WITH query that runs once. A recursive one has `recursion`: the rounds after the first."""

    number: int
    name: str
    node: "Node"
    recursion: Union["Node", None]
    keeps_duplicates: bool
    types: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class With:
    """Has the WITH queries ready while the source runs: each starts when it is first read.

    `starts_anew`: it is part of what may run several times in a statement.
    """

    source: "Node"
    queries: tuple[KeptQuery, ...]
    starts_anew: bool


@dataclass(frozen=True, slots=True)
class Windows:
    """Appends the values of window functions to each row; gives them in the windows' order."""

    source: "Node"
    calls: tuple[WindowCall, ...]


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
    """One row a group: its keys, then its aggregates. Without keys, one row even for no input.

    `sets` are grouping sets, each as positions of `keys`; `groupings` those of each GROUPING(),
    whose values come last.
    """

    source: "Node"
    keys: tuple[Expression, ...]
    aggregates: tuple[AggregateCall, ...]
    sets: tuple[tuple[int, ...], ...] | None = None
    groupings: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Columnar:
    """What may be answered from columns instead: `select` gives the same rows as `source`.

    Attributes:
        large_tables: Storage ids of the tables that the key path reads by ranges.
        reads_all: Whether it surely reads one of them whole.
    """

    select: BoundSelect
    source: "Node"
    large_tables: tuple[int, ...]
    reads_all: bool


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
    """Passes over `offset` rows and lets `limit` through; and those whose `ties` equal the last's."""

    source: "Node"
    limit: Expression | None
    offset: Expression | None
    ties: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class LockedRelation:
    """A relation whose rows are locked: its row begins at `offset`; key and bytes follow it."""

    relation: TableRelation
    offset: int
    locking: RowLocking


@dataclass(frozen=True, slots=True)
class LockRows:
    """Locks each row's items and reads those again that have changed (FOR UPDATE and its kin)."""

    source: "Node"
    relations: tuple[LockedRelation, ...]
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
    """Updates the rows that the access path finds; with a `gate` that is false, none.

    With FROM the source is a join instead, in whose rows the target's row begins at `offset`, its
    key and bytes behind it; `relation` then is the target. `current_of`: a cursor whose row is the only one.
    """

    source: "Node"
    assignments: tuple[SetColumn, ...]
    condition: Expression | None
    checks: tuple[RowRule, ...]
    returning: tuple[Target, ...]
    gate: Expression | None = None
    relation: TableRelation | None = None
    offset: int = 0
    current_of: str = ""


@dataclass(frozen=True, slots=True)
class Delete:
    """Deletes the rows that the access path finds, likewise."""

    source: "Node"
    condition: Expression | None
    returning: tuple[Target, ...]
    gate: Expression | None = None
    relation: TableRelation | None = None
    offset: int = 0
    current_of: str = ""


@dataclass(frozen=True, slots=True)
class Merge:
    """Merges into a table what the source's rows, joined with the table's, ask for.

    The table's row begins at `offset`, its key and bytes behind it; all are NULL where there is
    none. `condition` is the join's, for a row that has changed since.
    """

    source: "Node"
    relation: TableRelation
    offset: int
    condition: Expression
    whens: tuple[MergeWhen, ...]
    defaults: tuple[Expression, ...]
    checks: tuple[RowRule, ...]


Node = (
    Get
    | MultiGet
    | KeyRange
    | IndexGet
    | IndexRange
    | Scan
    | OneRow
    | Failure
    | Values
    | FunctionScan
    | CatalogScan
    | CteScan
    | WorkingScan
    | NestedLoop
    | HashJoin
    | LoopJoin
    | SetOperation
    | Slots
    | With
    | Windows
    | Filter
    | Gate
    | Project
    | ProjectSet
    | Aggregate
    | Columnar
    | Sort
    | Distinct
    | Limit
    | LockRows
    | Insert
    | Update
    | Delete
    | Merge
)
