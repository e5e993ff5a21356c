"""Bound expressions (see tsql/bound.py), those with expressions inside; the others are tsql/bound_leaves.py's."""

from dataclasses import field
from typing import Any, Union

from storage.records import dataclass
from tsql.bound_leaves import (
    CaseOperand,
    ColumnRef,
    Const,
    Default,
    GroupingRef,
    GroupRef,
    Param,
    SetRef,
    Slot,
    SystemColumn,
    WindowRef,
)
from tsql.catalog.pg import PgProc


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A function or operator call; arguments already have the types that `proc` declares (polymorphics resolved).

    `argument_types` are the actual types for the CallSite; `operator` is the operator's name if written as one.
    VARIADIC "any" arguments stand one by one; `variadic_array` is True where the last one is an array that is to be
    spread when its length is known: concat(VARIADIC a). `keyword` is CURRENT_TIMESTAMP or the like as it was written,
    with the type and typmod that it has, where the call (in casts to that type) stands for one.

    `written`, here and in other nodes, is how it was written, for those that show queries as text; it is None
    unless they have asked for it (tsql/binder/written.py), and for conversions that nobody has written.
    """

    proc: PgProc
    arguments: tuple["Expression", ...]
    type: int
    typmod: int = -1
    argument_types: tuple[int, ...] = ()
    operator: str | None = None
    variadic_array: bool = False
    columns: tuple[tuple[str, int, int], ...] | None = None  # of a column definition list
    keyword: tuple[str, int, int] | None = None
    written: Any = field(default=None, compare=False)


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
    """The same value under another type (binary-coercible cast, or a new typmod that needs no work).

    `collation` is the OID of one that COLLATE names, where it matters: 0 leaves it as it is.
    """

    argument: "Expression"
    type: int
    typmod: int = -1
    written: Any = field(default=None, compare=False)
    collation: int = 0


@dataclass(frozen=True, slots=True)
class CoerceViaIO:
    """Output function of the argument's type, then input function of `type`."""

    argument: "Expression"
    type: int
    typmod: int = -1
    written: Any = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class CoerceToDomain:
    """A value of its base type as one of the domain `type`, if it meets the constraints."""

    argument: "Expression"
    type: int
    typmod: int = -1
    written: Any = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ArrayCoerce:
    """Converts each element: `element` is an expression over ColumnRef(0, 0) standing for the element."""

    argument: "Expression"
    element: "Expression"
    type: int
    typmod: int = -1
    written: Any = field(default=None, compare=False)


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
    """IS [NOT] NULL; of a row: all fields (not) null.

    `of_whole`: of a row itself, whatever its fields are: IS [NOT] DISTINCT FROM NULL.
    """

    argument: "Expression"
    negated: bool
    type: int = 16
    typmod: int = -1
    of_whole: bool = False

    @property
    def shown(self) -> str:
        """The test as it is written."""
        words = "DISTINCT FROM " if self.of_whole else ""
        return f"IS {'NOT ' * (self.negated is not self.of_whole)}{words}NULL"


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
    """ROW(…): a tuple, of a composite type perhaps; `unknown` are positions of literals without a type."""

    fields: tuple["Expression", ...]
    names: tuple[str, ...]
    type: int = 2249
    typmod: int = -1
    unknown: tuple[int, ...] = field(default=(), compare=False)


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
class FieldAssignment:
    """A row of a composite type (`type`) with one field replaced; `fields` are the types of all."""

    container: "Expression"
    position: int
    value: "Expression"
    type: int
    typmod: int = -1
    fields: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldAccess:
    """(record).field: position within the tuple."""

    record: "Expression"
    position: int
    type: int
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class WholeRow:
    """A relation's row as a value: t, or t.* where a value is wanted.

    `nullable` where an outer join may have no row: then the value is NULL. `names` are the row type's
    for its fields; the columns may have others in the query.
    """

    relation: int
    columns: tuple[ColumnRef | Slot, ...]
    type: int = 2249
    typmod: int = -1
    nullable: bool = False
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subquery:
    """A subquery: EXISTS, scalar, a row, ARRAY, or row op ANY/ALL.

    Attributes:
        kind: exists, scalar, row, array, any, all.
        slots, outer: Where the subquery finds the values of the expressions `outer`, which are over
            the row around it. Without them it is uncorrelated, and evaluated once per statement.
        test: Of any, all and row: what is compared with each row.
        comparison: The comparison; relation 0 is `test`, relation 1 the subquery's row.
    """

    kind: str
    select: Any  # a BoundSelect
    type: int
    typmod: int = -1
    slots: tuple[int, ...] = ()
    outer: tuple["Expression", ...] = ()
    test: tuple["Expression", ...] = ()
    comparison: Union["Expression", None] = None


@dataclass(frozen=True, slots=True)
class SubqueryCall:
    """Made by the planner of a correlated subquery: the n-th of the plan, for these outer values."""

    number: int
    arguments: tuple["Expression", ...]
    type: int
    typmod: int = -1
    is_volatile: bool = False


@dataclass(frozen=True, slots=True)
class FrameEnd:
    """One end of a window frame: `kind` is unbounded, current or offset; PRECEDING `is_before`."""

    kind: str
    is_before: bool
    offset: Union["Expression", None] = None
    in_range: PgProc | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """OVER (…): partitions, their order, and the frame; `mode` is rows, range or groups.

    `exclude` is "", current row, group or ties.
    """

    partition_by: tuple["SortKey", ...]
    order_by: tuple["SortKey", ...]
    mode: str
    start: FrameEnd
    end: FrameEnd
    exclude: str = ""


@dataclass(frozen=True, slots=True)
class WindowCall:
    """A window function, or an aggregate over a window's frame."""

    proc: PgProc
    arguments: tuple["Expression", ...]
    window: Window
    type: int
    typmod: int = -1
    argument_types: tuple[int, ...] = ()
    filter: Union["Expression", None] = None
    written: Any = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class GroupingCall:
    """GROUPING(…): which of these are no keys of the row's grouping set, as bits."""

    arguments: tuple["Expression", ...]
    type: int = 23
    typmod: int = -1


Expression = (
    Const | Param | ColumnRef | SystemColumn | FunctionCall | AggregateCall | Relabel |
    CoerceViaIO | CoerceToDomain | ArrayCoerce | And | Or | Not | IsNull | IsBoolean | IsDistinct | Case |
    CaseOperand | Coalesce | NullIf | MinMax | ArrayConstructor | RowConstructor |
    RowComparison | ArrayComparison | Subscript | SubscriptAssignment | FieldAssignment | FieldAccess | WholeRow |
    Subquery | SubqueryCall | WindowCall | GroupingCall | GroupRef | GroupingRef | WindowRef |
    SetRef | Slot | Default
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SortKey:
    """One ORDER BY item; `less` is the ordering function (`<`, or USING's)."""

    expression: Expression
    descending: bool
    nulls_first: bool
    less: PgProc
