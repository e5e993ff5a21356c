"""A bound MERGE, beside the statements of tsql/bound.py: it is no WITH query, and gives no rows."""

from storage.records import dataclass
from tsql.bound import (
    BoundStatement,
    Expression,
    Field,
    Relation,
    RowRule,
    SetColumn,
    TableRelation,
    Target,
    WithQuery,
)


@dataclass(frozen=True, slots=True)
class MergeWhen:
    """A WHEN clause of MERGE: `action` is update, insert, delete or nothing."""

    action: str
    is_matched: bool
    condition: Expression | None
    assignments: tuple[SetColumn, ...] = ()
    positions: tuple[int, ...] = ()
    values: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class BoundMerge:
    """MERGE; the relations of `source` count from 1."""

    relation: TableRelation
    source: Relation
    condition: Expression
    whens: tuple[MergeWhen, ...]
    defaults: tuple[Expression, ...]
    checks: tuple[RowRule, ...]
    returning: tuple[Target, ...] = ()
    fields: tuple[Field, ...] = ()
    ctes: tuple[WithQuery, ...] = ()


AnyStatement = BoundStatement | BoundMerge
