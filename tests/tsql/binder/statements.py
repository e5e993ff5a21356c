"""What binding a statement shows, and the table that the recorded statements are about.

`tests/golden/binder/statements.sql` has a statement a line; `-- refused` before one says that PostgreSQL binds it and
TerraScale answers 0A000. `statements.jsonl` is what PostgreSQL 15 said of each: the types of its parameters and columns,
or its error; and for a SELECT without FROM the row.
"""

import pathlib
from typing import Any

from storage.catalog import Catalog
from storage.errors import DatabaseError
from storage.schema import Check, Column, ColumnPolicy, Table
from storage.types import Kind
from tsql import bound
from tsql.binder import bind_query
from tsql.bound import BoundSelect, Expression
from tsql.bound_query import BoundQuery
from tsql.catalog.pg import FIRST_OWN_OID
from tsql.env import Env
from tsql.executor.expressions import compile_expression
from tsql.parser import parse
from tsql.types import oids
from tsql.types.io import output_of
from tsql.types.kinds import kinds_of_type
from tsql.types.numeric import numeric_typmod

FOLDER = pathlib.Path(__file__).parents[2] / "golden" / "binder"
TABLE_SQL = (
    "CREATE TABLE t (a int PRIMARY KEY, b text, c numeric(5,2), d timestamptz, e int[], j jsonb, f float8,"
    " v varchar(10), ok bool DEFAULT true, CONSTRAINT x CHECK (a > 0))"
)


def column(number: int, name: str, type_: int, typmod: int = -1, **more: Any) -> Column:
    kinds = kinds_of_type(type_)
    assert kinds is not None
    kind, element = kinds
    return Column(
        id=number, name=name, kind=kind, element_kind=element, sql_type=type_, typmod=typmod, **more
    )


TABLE = Table(
    id=1,
    schema="public",
    name="t",
    storage_id=1,
    columns=(
        column(1, "a", oids.INT4, not_null=True),
        column(2, "b", oids.TEXT),
        column(3, "c", oids.NUMERIC, numeric_typmod(5, 2)),
        column(4, "d", oids.TIMESTAMPTZ),
        column(5, "e", oids.INT4_ARRAY),
        column(6, "j", oids.JSONB),
        column(7, "f", oids.FLOAT8),
        column(8, "v", oids.VARCHAR, 14),
        column(9, "ok", oids.BOOL, default_sql="true"),
    ),
    key_column_ids=(1,),
    primary_key_constraint="t_pkey",
    checks=(Check(name="x", check_sql="a > 0"),),
)
DYNAMIC = Table(
    id=2,
    schema="public",
    name="dyn",
    storage_id=2,
    columns=(column(1, "id", oids.INT8, not_null=True),),
    key_column_ids=(1,),
    policy=ColumnPolicy.DYNAMIC,
    attributes=(
        ("n", (Kind.DECIMAL,)),
        ("m", (Kind.DECIMAL, Kind.TEXT)),
        ("s", (Kind.STRING_SET,)),
    ),
)
CATALOG = Catalog.of([TABLE, DYNAMIC], [], [])
ENV = Env(user="postgres", database="h_binder")


def bind(sql: str, parameter_types: tuple[int, ...] | None = ()) -> BoundQuery:
    (parsed,) = parse(sql)
    return bind_query(parsed.node, CATALOG, ENV, parameter_types)


def target(sql: str) -> Expression:
    """Returns the first target of a SELECT."""
    statement = bind(sql).statement
    assert isinstance(statement, BoundSelect)
    return statement.targets[0].expression


def evaluate(sql: str, row: tuple[Any, ...] = (), *parameters: Any) -> Any:
    """Returns the value of a SELECT's first target over a row."""
    return compile_expression(target(sql))(row, Env(parameters=parameters))


def error_of(sql: str) -> DatabaseError:
    """Returns the error that binding raises."""
    try:
        bind(sql)
    except DatabaseError as error:
        return error
    raise AssertionError(f"no error: {sql}")


def described(sql: str) -> dict[str, Any]:
    """Returns what a client learns of a statement, in the form that is recorded."""
    try:
        query = bind(sql)
    except DatabaseError as error:
        fields = (error.sqlstate, error.message, error.detail, error.hint, error.position)
        return {"error": list(fields)}
    statement = query.statement
    shown = isinstance(statement, BoundSelect) or statement.returning
    result: dict[str, Any] = {
        "parameters": list(query.parameter_types),
        "fields": [[f.name, recorded_type(f.type), f.typmod] for f in statement.fields]
        if shown
        else None,
    }
    if is_constant(query):
        result["row"] = row_of(query)
    return result


def recorded_type(oid: int) -> int:
    """Returns a type as recorded: row types have other OIDs here, so they are all `record`."""
    return oid if oid < FIRST_OWN_OID else oids.RECORD


def is_constant(query: BoundQuery) -> bool:
    """Whether it is a SELECT of expressions that can be evaluated without a plan."""
    statement = query.statement
    return (
        isinstance(statement, BoundSelect)
        and bool(statement.targets)
        and statement.relation is None
        and statement.where is None
        and not statement.grouped
        and not statement.set_functions
        and not query.parameter_types
        and not any(_holds_subquery(target.expression) for target in statement.targets)
    )


def _holds_subquery(expression: Any) -> bool:
    return "Subquery(" in repr(expression)


def row_of(query: BoundQuery) -> list[Any]:
    """Returns the row as texts, or [SQLSTATE, message] in a list of its own."""
    assert isinstance(query.statement, bound.BoundSelect)
    texts = []
    try:
        for item in query.statement.targets:
            value = compile_expression(item.expression)((), ENV)
            text = None if value is None else output_of(item.expression.type)(value, ENV)
            texts.append(text)
    except DatabaseError as error:
        return [[error.sqlstate, error.message]]
    return texts
