"""Rows that are about to be stored: defaults and generated columns filled in, constraints tested.

Two forms of a row meet here. *Stored* rows are storage's: declared columns, and in a dynamic table
one dict of attributes. *Seen* rows are those of expressions: declared columns, then the attributes
that the statement names. In a strict table both are the same.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from storage.errors import DatabaseError
from storage.row_details import RowDetail
from storage.schema import ColumnPolicy, Table
from tsql.bound import Const, Expression, RowRule, SetColumn, TableRelation, ViewCheck
from tsql.env import Env
from tsql.executor.attributes import (
    attribute_readers,
    attribute_writers,
    read_attributes,
    written_attributes,
)
from tsql.executor.expressions import Evaluate, compile_expression
from tsql.executor.run import Row
from tsql.types.domains import value_test
from tsql.types.io import output_of
from tsql.types.kinds import is_of_domain

#: Characters of a value that "Failing row contains" shows (PostgreSQL's maxfieldlen).
_SHOWN_BYTES_MAX = 64


class RowChecks:
    """Generated columns, NOT NULL and CHECK of one table: `test` raises 23502, 23514, 44000.

    Args:
        given: Positions of the columns that the statement gives values for: a client is shown those
            of a failing row in any case. None: all.
        are_values_raw: Whether nothing has made the values those of the columns' domains yet.
    """

    def __init__(
        self,
        table: Table,
        rules: Sequence[RowRule],
        given: Iterable[int] | None = None,
        *,
        are_values_raw: bool = False,
    ) -> None:
        self._table = table
        columns = table.columns
        self._given = (
            None if given is None else frozenset(columns[n].id for n in given if n < len(columns))
        )
        self._domains = [
            (position, value_test(column.sql_type))
            for position, column in enumerate(table.columns)
            if are_values_raw and is_of_domain(column.sql_type)
        ]
        self._not_null = [
            position for position, column in enumerate(table.columns) if column.not_null
        ]
        self._generated: list[tuple[int, Evaluate]] = []
        self._checks: list[tuple[str, Evaluate]] = []
        self._views: list[tuple[str, Evaluate]] = []
        for rule in rules:
            match rule:
                case SetColumn(position=position, expression=expression):
                    self._generated.append((position, compile_expression(expression)))
                case ViewCheck(view=view, condition=condition):
                    if condition is not None:
                        self._views.append((view, compile_expression(condition)))
                case name, check:
                    self._checks.append((name, compile_expression(check)))

    def fill(self, row: list[Any], env: Env) -> None:
        """Fills in the generated columns."""
        for position, evaluate in self._generated:
            row[position] = evaluate(row, env)

    def test(self, row: list[Any], env: Env) -> None:
        """Fills in generated columns; raises the error of the first constraint that is violated."""
        if self._generated:
            self.fill(row, env)
        for position, test in self._domains:
            test(row[position], env)
        for position in self._not_null:
            if row[position] is None:
                raise self._null_error(position, row, env)
        for name, check in self._checks:
            if check(row, env) is False:
                raise self._check_error(name, row, env)
        for view, condition in self._views:
            if condition(row, env) is not True:
                message = f'new row violates check option for view "{view}"'
                raise DatabaseError("44000", message).showing(self._shown(row, env))

    def _null_error(self, position: int, row: Row, env: Env) -> DatabaseError:
        table, column = self._table, self._table.columns[position]
        return DatabaseError(
            "23502",
            f'null value in column "{column.name}" of relation "{table.name}"'
            " violates not-null constraint",
            schema=table.schema,
            table=table.name,
            column=column.name,
        ).showing(self._shown(row, env))

    def _check_error(self, name: str, row: Row, env: Env) -> DatabaseError:
        table = self._table
        return DatabaseError(
            "23514",
            f'new row for relation "{table.name}" violates check constraint "{name}"',
            schema=table.schema,
            table=table.name,
            constraint=name,
        ).showing(self._shown(row, env))

    def _shown(self, row: Row, env: Env) -> RowDetail:
        columns = tuple(
            (column.id, column.name, _shown_value(value, column.sql_type, env))
            for column, value in zip(self._table.columns, row, strict=False)
        )
        return RowDetail(self._table.id, columns, self._given)


def _shown_value(value: Any, sql_type: int, env: Env) -> str:
    if value is None:
        return "null"
    text = output_of(sql_type)(value, env)
    data = text.encode()
    if len(data) > _SHOWN_BYTES_MAX:
        text = data[:_SHOWN_BYTES_MAX].decode(errors="ignore") + "..."
    return text


class RowForms:
    """Turns a relation's stored rows into seen ones, and back.

    Args:
        assigned: Types of the values that the statement assigns, by position; its other attributes
            stay as they are.
    """

    def __init__(self, relation: TableRelation, assigned: Mapping[int, int] | None = None) -> None:
        self.is_dynamic = relation.table.policy is ColumnPolicy.DYNAMIC
        self._width = len(relation.table.columns)
        self._readers = attribute_readers(relation) if self.is_dynamic else ()
        self._writers = attribute_writers(relation, assigned or {}) if self.is_dynamic else ()

    def seen(self, stored: Row) -> Row:
        """Returns the row as expressions see it."""
        if not self.is_dynamic:
            return stored
        return [*stored[:-1], *read_attributes(stored[-1], self._readers)]

    def stored(self, seen: Row, attributes: dict[str, Any] | None = None) -> Row:
        """Returns the row as storage wants it; `attributes` are those that the row had before."""
        if not self.is_dynamic:
            return seen
        return [*seen[: self._width], written_attributes(seen, self._writers, attributes)]


def new_row_maker(
    relation: TableRelation, positions: Sequence[int], defaults: Sequence[Expression]
) -> Callable[[Row, Env], list[Any]]:
    """Returns what makes a whole (seen) row of the values given for `positions`."""
    width = len(relation.table.columns) + len(relation.attributes)
    filled: list[tuple[int, Evaluate]] = [
        (position, compile_expression(default))
        for position, default in enumerate(defaults)
        if position not in positions and not _is_null(default)
    ]
    if list(positions) == list(range(width)):
        return lambda values, _env: list(values)
    empty: list[Any] = [None] * width
    places = tuple(positions)

    def make(values: Row, env: Env) -> list[Any]:
        row = empty.copy()
        for position, value in zip(places, values, strict=True):
            row[position] = value
        for position, evaluate in filled:
            row[position] = evaluate((), env)
        return row

    return make


def _is_null(expression: Expression) -> bool:
    return isinstance(expression, Const) and expression.value is None


def row_changer(assignments: Sequence[SetColumn]) -> Callable[[Row, Row, Env], list[Any]]:
    """Returns what makes the changed (seen) row: (old row, row of the expressions, env)."""
    compiled = [(item.position, compile_expression(item.expression)) for item in assignments]
    if len(compiled) == 1:
        ((only, evaluate),) = compiled

        def change_one(old: Row, inputs: Row, env: Env) -> list[Any]:
            row = list(old)
            row[only] = evaluate(inputs, env)
            return row

        return change_one

    def change(old: Row, inputs: Row, env: Env) -> list[Any]:
        row = list(old)
        for position, evaluate in compiled:
            row[position] = evaluate(inputs, env)
        return row

    return change
