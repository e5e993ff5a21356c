"""Target lists: what SELECT and RETURNING give, with `*` taken apart and names found."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from storage.errors import DatabaseError
from storage.records import dataclass
from tsql.binder.coercion import known
from tsql.binder.containers import fields_of
from tsql.binder.context import Clause, Level
from tsql.binder.derived_collations import derived, is_collatable
from tsql.binder.names import column_name
from tsql.binder.stars import expand
from tsql.bound import (
    ColumnRef,
    Expression,
    Field,
    GroupRef,
    Target,
)
from tsql.types import oids

TARGETS_MAX: Final = 1664


@dataclass(slots=True)
class TargetEntry:
    """One output column while its query is being bound; later clauses may change its expression.

    `key` is what it is where it is a key of grouping sets: two columns of one expression may be two keys,
    each NULL in the sets without it.
    """

    expression: Expression
    name: str
    node: Any
    key: GroupRef | None = None

    @property
    def value(self) -> Expression:
        """What the column shows."""
        return self.expression if self.key is None else self.key


def bind_targets(level: Level, nodes: Sequence[Any], clause: Clause) -> list[TargetEntry]:
    """Binds a list of `ast.ResTarget`."""
    entries: list[TargetEntry] = []
    with level.within(clause):
        for target in nodes:
            entries += _bind(level, target)
    if len(entries) > TARGETS_MAX:
        raise DatabaseError("54011", f"target lists can have at most {TARGETS_MAX} entries")
    return entries


def _bind(level: Level, target: Any) -> Iterator[TargetEntry]:
    node = target.val
    columns = expand(level, node)
    if columns is not None:
        for name, column in columns:
            yield TargetEntry(column, name, node)
        return
    expression = level.bind(level, node)
    name = column_name(node) if target.name is None else target.name
    yield TargetEntry(expression, name, node)


def resolve_unknowns(level: Level, entries: Sequence[TargetEntry]) -> None:
    """Makes text of what nothing has given a type."""
    for entry in entries:
        entry.expression = known(level.context, entry.expression, entry.node)


def finished(level: Level, entries: Sequence[TargetEntry]) -> tuple[Target, ...]:
    """Returns the targets, each with the table's column that it is, if it is one."""
    return tuple([_target(level, entry) for entry in entries])


def _target(level: Level, entry: TargetEntry) -> Target:
    table_id, number = origin(level, entry.expression)
    fields = fields_of(level, entry.expression) if entry.expression.type == oids.RECORD else None
    record = None if fields is None else tuple(fields)
    return Target(entry.value, entry.name, table_id, number, record)


def origin(level: Level, expression: Expression) -> tuple[int, int]:
    """Returns id and number of the table's column that the expression is, or zeros."""
    if isinstance(expression, ColumnRef) and expression.relation < len(level.relations):
        item = level.relations[expression.relation]
        if expression.position < len(item.columns):
            column = item.columns[expression.position]
            return column.table_id, column.column_number
    return 0, 0


def fields_from(targets: Sequence[Target]) -> tuple[Field, ...]:
    """Returns the result columns of a list of targets."""
    return tuple(
        [
            Field(
                t.name,
                t.expression.type,
                t.expression.typmod,
                t.table_id,
                t.column_number,
                t.record,
                derived(t.expression) if is_collatable(t.expression.type) else 0,
            )
            for t in targets
        ]
    )
