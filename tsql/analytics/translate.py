"""The entry point: a bound SELECT to what a query process runs, or why that can't be.

    translation = translate(select, evaluate, env)
    translation.query      a ColumnarQuery, or None
    translation.reason     what is in the way

`evaluate` computes an expression that reads no row. A translation holds for the values that it gives
now: it is made anew for every execution.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from storage.columns.messages import ColumnarQuery, Extent, NumberPlace, ResultColumn
from tsql.analytics.derived import Derived, column_kind
from tsql.analytics.emitted import Emitted, UntranslatableError
from tsql.analytics.expressions import Surroundings
from tsql.analytics.forms import lookup
from tsql.analytics.statements import Statements
from tsql.bound import BoundSelect, Expression, Field, TableRelation
from tsql.env import Env
from tsql.types import oids
from tsql.types.kinds import base_of, base_type, element_type_of

_UTC: Final = frozenset({"UTC", "Etc/UTC", "GMT", "Etc/GMT", "Z", "Zulu"})


@dataclass(frozen=True, slots=True)
class Translation:
    """A SELECT as a columnar query; without one, `reason` says what can't be translated.

    Attributes:
        relations: What the query's tables are, one for each mention.
    """

    query: ColumnarQuery | None
    reason: str = ""
    relations: tuple[TableRelation, ...] = ()


def translate(
    select: BoundSelect,
    evaluate: Callable[[Expression], Any],
    env: Env,
    extent_of: Callable[[NumberPlace], Extent | None] = lambda _: None,
) -> Translation:
    """Returns a whole SELECT as a columnar query, if it has one that surely answers the same.

    What it assumes of numbers is in the query: it isn't run where that isn't so.
    """
    is_utc = env.time_zone in _UTC
    is_iso = env.date_style == "ISO"
    surroundings = Surroundings(evaluate, lookup(is_utc=is_utc), is_iso, extent_of)
    statements = Statements(surroundings)
    try:
        derived = statements.query(select, is_whole=True)
        if not statements.tables:
            return Translation(None, "no table")
        if not derived.columns:
            return Translation(None, "no columns")
        sql, results = _results(derived, select.fields)
    except UntranslatableError as error:
        return Translation(None, str(error))
    except RecursionError:
        return Translation(None, "a statement as deep as this")
    relations = tuple(one.relation for one in statements.tables)
    return Translation(ColumnarQuery(sql, statements.table_specs(sql), results), "", relations)


def _results(derived: Derived, fields: tuple[Field, ...]) -> tuple[str, tuple[ResultColumn, ...]]:
    """Returns the query with one column for each field, in the form that the client's part takes."""
    columns = [_result(column) for column in derived.under("r")]
    listed = ", ".join(f"{sql} AS c{number}" for number, (sql, _) in enumerate(columns))
    results = tuple(
        ResultColumn(*base_of(field.type, field.typmod), kind)
        for field, (_, kind) in zip(fields, columns, strict=True)
    )
    return f"SELECT {listed} FROM ({derived.sql}) AS r", results


def _result(column: Emitted) -> tuple[str, str]:
    if column.kind == "quotient":
        return _struct([piece for part in column.parts for piece in _with_scale(part)]), "quotient"
    if column.kind == "json":
        raise UntranslatableError("a part of a document as a document")
    if column.kind:
        count, total, squares = column.parts
        return _struct([count.sql, total.sql, squares.sql, str(total.shown)]), column.kind
    element = base_type(element_type_of(column.type))
    if element:
        kind = "numeric" if element == oids.NUMERIC else column_kind(element)
        return column.sql, f"{kind}[]"
    if column.type != oids.NUMERIC:
        return column.sql, column_kind(column.type)
    if column.shown == column.scale:
        return column.sql, "numeric"
    return _struct(_with_scale(column)), "numeric_scaled"


def _with_scale(value: Emitted) -> list[str]:
    return [value.sql, str(value.shown)]


def _struct(pieces: list[str]) -> str:
    """Returns a struct whose small numbers are scales."""
    fields = ", ".join(f"f{number} := {piece}" for number, piece in enumerate(pieces))
    return f"struct_pack({fields})"
