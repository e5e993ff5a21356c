"""Bound statements: names and types resolved, nothing planned yet. The binder makes them, the planner reads them.

Every expression has a type OID and a typmod. Rows, while expressions run, are sequences indexed by `ColumnRef.position`
(one relation's columns in table order, then the undeclared attributes that the statement names).
"""

from dataclasses import dataclass
from typing import Any, Union

from storage.kv.store import LockMode, LockWait
from storage.schema import Index, Table
from tsql.catalog.pg import PgProc

# ---- expressions -------------------------------------------------------------------------------------------------


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
    """A column of the row: `relation` counts the FROM items from 0 (1 is the excluded row in ON CONFLICT)."""

    relation: int
    position: int
    name: str
    type: int
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class SystemColumn:
    """ctid, xmin, tableoid … of a relation's row."""

    relation: int
    name: str
    type: int
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A function or operator call; arguments already have the types that `proc` declares (polymorphics resolved).

    `argument_types` are the actual types for the CallSite; `operator` is the operator's name if written as one.
    VARIADIC "any" arguments stand one by one; `variadic_array` is True where the last one is an array that is to be
    spread when its length is known: concat(VARIADIC a).
    """

    proc: PgProc
    arguments: tuple["Expression", ...]
    type: int
    typmod: int = -1
    argument_types: tuple[int, ...] = ()
    operator: str | None = None
    variadic_array: bool = False


@dataclass(frozen=True, slots=True)
class AggregateCall:
    """An aggregate over the group's rows."""

    proc: PgProc
    arguments: tuple["Expression", ...]
    type: int
    typmod: int = -1
    argument_types: tuple[int, ...] = ()
    distinct: bool = False
    order_by: tuple["SortKey", ...] = ()
    filter: Union["Expression", None] = None
    direct_arguments: tuple["Expression", ...] = ()


@dataclass(frozen=True, slots=True)
class Relabel:
    """The same value under another type (binary-coercible cast, or a new typmod that needs no work)."""

    argument: "Expression"
    type: int
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class CoerceViaIO:
    """Output function of the argument's type, then input function of `type`."""

    argument: "Expression"
    type: int
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class ArrayCoerce:
    """Converts each element: `element` is an expression over ColumnRef(0, 0) standing for the element."""

    argument: "Expression"
    element: "Expression"
    type: int
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class And:
    """Three-valued AND."""

    arguments: tuple["Expression", ...]
    type: int = 16
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class Or:
    """Three-valued OR."""

    arguments: tuple["Expression", ...]
    type: int = 16
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class Not:
    """Three-valued NOT."""

    argument: "Expression"
    type: int = 16
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class IsNull:
    """IS [NOT] NULL; of a row: all fields (not) null."""

    argument: "Expression"
    negated: bool
    type: int = 16
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class IsBoolean:
    """IS [NOT] TRUE | FALSE | UNKNOWN; `value` None stands for UNKNOWN."""

    argument: "Expression"
    value: bool | None
    negated: bool
    type: int = 16
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class IsDistinct:
    """IS [NOT] DISTINCT FROM over the = operator's function."""

    equals: FunctionCall
    negated: bool
    type: int = 16
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class Case:
    """Searched CASE (a simple one is bound to comparisons with a CaseOperand)."""

    operand: Union["Expression", None]
    whens: tuple[tuple["Expression", "Expression"], ...]
    default: Union["Expression", None]
    type: int
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class CaseOperand:
    """The value of the simple CASE's operand, inside its WHEN conditions."""

    type: int
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class Coalesce:
    """First non-null argument."""

    arguments: tuple["Expression", ...]
    type: int
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class NullIf:
    """NULL if `equals` (over the two arguments) is true, else the first argument (at its own type)."""

    first: "Expression"
    equals: FunctionCall
    type: int
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class MinMax:
    """GREATEST or LEAST; `less` is the `<` function of the common type."""

    arguments: tuple["Expression", ...]
    greatest: bool
    less: PgProc
    type: int
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class ArrayConstructor:
    """ARRAY[…]; `nested` where the elements are arrays themselves."""

    elements: tuple["Expression", ...]
    nested: bool
    type: int
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class RowConstructor:
    """ROW(…): a tuple."""

    fields: tuple["Expression", ...]
    names: tuple[str, ...]
    type: int = 2249
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class RowComparison:
    """(a, b) op (c, d): pairwise functions; `operator` is =, <>, <, <=, > or >=.

    `equals` and `compare` hold per field the `=` function and the `<` function over the common type.
    """

    operator: str
    left: tuple["Expression", ...]
    right: tuple["Expression", ...]
    equals: tuple[PgProc, ...]
    less: tuple[PgProc, ...]
    type: int = 16
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class ArrayComparison:
    """scalar op ANY | ALL (array). IN (list) is ANY over an ArrayConstructor."""

    proc: PgProc
    scalar: "Expression"
    array: "Expression"
    any: bool
    argument_types: tuple[int, ...] = ()
    operator: str = "="
    type: int = 16
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class Subscript:
    """array[i][j] or array[l:u] (then `lower`/`upper` pairs, None for omitted), or jsonb['key']."""

    container: "Expression"
    upper: tuple[Union["Expression", None], ...]
    lower: tuple[Union["Expression", None], ...]  # empty: element access
    type: int
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class SubscriptAssignment:
    """A container with an element or a slice replaced: SET a[1] = …, doc['key'] = …."""

    container: "Expression"
    upper: tuple[Union["Expression", None], ...]
    lower: tuple[Union["Expression", None], ...]  # empty: an element
    value: "Expression"
    type: int
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class FieldAccess:
    """(record).field: position within the tuple."""

    record: "Expression"
    position: int
    type: int
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class WholeRow:
    """A relation's row as a record: t, or t.* where a value is wanted."""

    relation: int
    columns: tuple[ColumnRef, ...]
    type: int = 2249
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class Subquery:
    """An uncorrelated subquery: EXISTS, scalar, ARRAY, or op ANY/ALL; evaluated once per statement."""

    kind: str  # exists, scalar, array, any, all
    select: "BoundSelect"
    type: int
    typmod: int = -1
    test: Union["Expression", None] = None  # for any/all
    proc: PgProc | None = None
    argument_types: tuple[int, ...] = ()
    operator: str = ""


@dataclass(frozen=True, slots=True)
class GroupRef:
    """After grouping: the n-th group key, or (is_aggregate) the n-th aggregate's result."""

    position: int
    is_aggregate: bool
    type: int
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


Expression = (
    Const
    | Param
    | ColumnRef
    | SystemColumn
    | FunctionCall
    | AggregateCall
    | Relabel
    | CoerceViaIO
    | ArrayCoerce
    | And
    | Or
    | Not
    | IsNull
    | IsBoolean
    | IsDistinct
    | Case
    | CaseOperand
    | Coalesce
    | NullIf
    | MinMax
    | ArrayConstructor
    | RowConstructor
    | RowComparison
    | ArrayComparison
    | Subscript
    | SubscriptAssignment
    | FieldAccess
    | WholeRow
    | Subquery
    | GroupRef
    | SetRef
    | Default
)


@dataclass(frozen=True, slots=True)
class SortKey:
    """One ORDER BY item; `less` is the ordering function (`<`, or USING's)."""

    expression: Expression
    descending: bool
    nulls_first: bool
    less: PgProc


# ---- FROM items --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Field:
    """A result column."""

    name: str
    type: int
    typmod: int = -1
    table_id: int = 0
    column_number: int = 0


@dataclass(frozen=True, slots=True)
class TableRelation:
    """A table in FROM (or the target of a write)."""

    table: Table
    alias: str
    attributes: tuple[str, ...] = ()


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
    """A subquery in FROM, or a WITH query referred to."""

    select: "BoundSelect"
    alias: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class CatalogRelation:
    """A catalog table or a sequence: `rows(env)` is called once per execution, and may raise MustWaitError."""

    name: str
    alias: str
    fields: tuple[Field, ...]
    rows: Any


Relation = TableRelation | FunctionRelation | ValuesRelation | SubqueryRelation | CatalogRelation


# ---- statements --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Target:
    """One output column."""

    expression: Expression
    name: str
    table_id: int = 0
    column_number: int = 0


@dataclass(frozen=True, slots=True)
class RowLocking:
    """FOR UPDATE and its kin."""

    mode: LockMode
    wait: LockWait


@dataclass(frozen=True, slots=True)
class BoundSelect:
    """SELECT over at most one relation (more: 0A000 until the columnar path comes).

    With `grouped`, `group_by` are the keys, `aggregates` the distinct aggregate calls, and `targets`, `having` and
    `order_by` are expressions over GroupRef. Set-returning functions of the target list are in `set_functions`.
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
    locking: RowLocking | None = None
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class SetColumn:
    """An assignment in SET: a declared column's position (or an attribute's), and its new value."""

    position: int
    expression: Expression


RowRule = (
    SetColumn | tuple[str, Expression]
)  # of a new row: a generated column's value, or a CHECK to test


@dataclass(frozen=True, slots=True)
class OnConflict:
    """ON CONFLICT: `arbiters` are the unique indexes inferred (None in the tuple stands for the primary key).

    `update` empty and `do_nothing` True for DO NOTHING. In `update` and `where`, relation 0 is the existing row and
    relation 1 the excluded one.
    """

    arbiters: tuple[Index | None, ...]
    any_constraint: bool
    do_nothing: bool
    update: tuple[SetColumn, ...] = ()
    where: Expression | None = None


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


@dataclass(frozen=True, slots=True)
class BoundUpdate:
    """UPDATE of one table."""

    relation: TableRelation
    assignments: tuple[SetColumn, ...]
    where: Expression | None
    checks: tuple[RowRule, ...]
    returning: tuple[Target, ...] = ()
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class BoundDelete:
    """DELETE from one table."""

    relation: TableRelation
    where: Expression | None
    returning: tuple[Target, ...] = ()
    fields: tuple[Field, ...] = ()


BoundStatement = BoundSelect | BoundInsert | BoundUpdate | BoundDelete
