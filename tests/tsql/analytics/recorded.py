"""Recorded calls of functions, run through the columns: their arguments become columns of a table.

An argument that a form wants to know (a pattern, the name of a field) stays a constant where it
doesn't translate as a column.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pyarrow as pa

from storage.columns.duck_session import DuckSession
from storage.columns.messages import ColumnarQuery
from storage.errors import DatabaseError
from storage.schema import Table
from tests.tsql.analytics.duck import ERRORS, NotHeldError, arrow_table, columns_of, run
from tests.tsql.binder.statements import bind, column
from tsql import bound
from tsql.analytics.translate import translate
from tsql.bound import BoundSelect, ColumnRef, Const, Expression, TableRelation
from tsql.env import Env
from tsql.executor.expressions import compile_expression
from tsql.types import oids
from tsql.types.io import output_of
from tsql.types.numeric import numeric_typmod

ENV = Env()


@dataclass
class Verdict:
    """What the recorded calls of one signature showed.

    Attributes:
        agreed: Calls whose value is PostgreSQL's.
        errors: Calls that are errors in both: the key path then raises PostgreSQL's.
        left: Calls that PostgreSQL answers and DuckDB doesn't: the key path does.
        untranslated: Calls without a translation.
        differences: What must not be.
    """

    agreed: int = 0
    errors: int = 0
    left: int = 0
    untranslated: int = 0
    differences: list[str] = field(default_factory=list)


def evaluate(expression: Expression) -> Any:
    return compile_expression(expression)((), ENV)


def judge(duck: DuckSession, calls: list[list[Any]]) -> Verdict:
    """Runs the recorded calls of one signature."""
    verdict = Verdict()
    for sql, mode, sqlstate, oid, rows in calls:
        if mode != "value":
            continue
        for query, tables in _translations(sql):
            _compare(duck, verdict, query, tables, (sql, sqlstate, oid, rows))
            break
        else:
            verdict.untranslated += 1
    return verdict


def _compare(
    duck: DuckSession,
    verdict: Verdict,
    query: ColumnarQuery,
    tables: dict[str, pa.Table],
    recorded: tuple[str, str | None, int, Any],
) -> None:
    sql, sqlstate, oid, rows = recorded
    try:
        got = run(duck, query, tables)
        (result,) = query.results
        texts = [
            [None if value is None else output_of(result.oid)(value, ENV) for value in row]
            for row in got
        ]
    except (*ERRORS, DatabaseError):
        if sqlstate is None:
            verdict.left += 1
        else:
            verdict.errors += 1
        return
    if sqlstate is not None or (result.oid, texts) != (oid, rows):
        verdict.differences.append(
            f"{sql}: {result.oid} {texts}, PostgreSQL {sqlstate or (oid, rows)}\n    {query.sql}"
        )
    else:
        verdict.agreed += 1


def _translations(sql: str) -> Iterator[tuple[ColumnarQuery, dict[str, pa.Table]]]:
    """Yields the translations of a statement, those with more columns first."""
    try:
        select = bind(sql).statement
    except DatabaseError:
        return
    assert isinstance(select, BoundSelect)
    for changed, rows in _over_tables(select):
        try:
            translation = translate(changed, evaluate, ENV)
        except DatabaseError:
            continue
        query = translation.query
        if query is None:
            continue
        try:
            (spec,) = query.tables
            positions = [int(column.name[1:]) for column in columns_of(spec)]
            values = [[row[position] for row in rows] for position in positions]
            yield query, {spec.name: _with_rows(arrow_table(spec, values), len(rows))}
        except NotHeldError:
            continue


def _with_rows(table: pa.Table, count: int) -> pa.Table:
    return table if table.num_columns else pa.table({"c": pa.nulls(count, pa.bool_())})


def _over_tables(select: BoundSelect) -> Iterator[tuple[BoundSelect, list[tuple[Any, ...]]]]:
    if select.relation is not None:
        yield from _of_values(select)
        return
    call = select.targets[0].expression
    if not isinstance(call, bound.FunctionCall) or len(select.targets) != 1:
        return
    count = len(call.arguments)
    choices = [frozenset(range(count))]
    choices += [frozenset(range(count)) - {one} for one in reversed(range(count))]
    choices += [frozenset({one}) for one in range(count)]
    for declared in (True, False):
        for chosen in dict.fromkeys(choices):
            made = _over_arguments(select, call, chosen, declared=declared)
            if made is not None:
                yield made


def _over_arguments(
    select: BoundSelect, call: bound.FunctionCall, chosen: frozenset[int], *, declared: bool
) -> tuple[BoundSelect, list[tuple[Any, ...]]] | None:
    """Returns the call over a table of one row, with these arguments as columns."""
    if not chosen:
        return None
    try:
        values = [evaluate(argument) for argument in call.arguments]
    except DatabaseError:
        return None
    types = [argument.type for argument in call.arguments]
    typmods = [_typmod(value, type_, declared) for value, type_ in zip(values, types, strict=True)]
    table = _table(types, typmods)
    if table is None:
        return None
    arguments = tuple(
        ColumnRef(0, number, f"x{number}", argument.type, typmods[number])
        if number in chosen
        else Const(values[number], argument.type)
        for number, argument in enumerate(call.arguments)
    )
    target = replace(select.targets[0], expression=replace(call, arguments=arguments))
    relation = TableRelation(table, "x")
    return replace(select, relation=relation, targets=(target,)), [tuple(values)]


def _typmod(value: Any, type_: int, declared: bool) -> int:
    if type_ != oids.NUMERIC or not declared or not isinstance(value, Decimal):
        return -1
    exponent = value.as_tuple().exponent
    return numeric_typmod(38, -exponent) if isinstance(exponent, int) and exponent > -38 else -1


def _table(types: list[int], typmods: list[int]) -> Table | None:
    try:
        columns = tuple(
            column(number + 1, f"x{number}", type_, typmod)
            for number, (type_, typmod) in enumerate(zip(types, typmods, strict=True))
        )
    except AssertionError:
        return None  # not a type of columns
    return Table(id=1, schema="public", name="x", storage_id=1, columns=columns)


def _of_values(select: BoundSelect) -> Iterator[tuple[BoundSelect, list[tuple[Any, ...]]]]:
    """Yields an aggregate's query over a table instead of VALUES."""
    relation = select.relation
    if isinstance(relation, bound.SubqueryRelation):
        inner = relation.select.relation
        if not isinstance(inner, bound.ValuesRelation):
            return
        relation = inner
    if not isinstance(relation, bound.ValuesRelation):
        return
    rows = [tuple(evaluate(value) for value in row) for row in relation.rows]
    types = [field.type for field in relation.fields]
    for declared in (True, False):
        typmods = []
        for number, type_ in enumerate(types):
            found = {
                _typmod(row[number], type_, declared) for row in rows if row[number] is not None
            }
            if len(found) > 1:
                break
            typmods.append(found.pop() if found else -1)
        else:
            table = _table(types, typmods)
            if table is not None:
                yield replace(select, relation=TableRelation(table, "x")), rows
