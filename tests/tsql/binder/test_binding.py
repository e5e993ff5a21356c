"""What binding gives besides types: tables read, defaults, checks, arbiters, texts of the catalog."""

import dataclasses

import pytest

from storage.catalog import Catalog
from storage.errors import DatabaseError
from storage.schema import Check, Index, KeyPart
from storage.types import Kind
from tests.tsql.binder.statements import CATALOG, ENV, TABLE, bind, column, error_of
from tsql import bound
from tsql.binder import (
    bind_default,
    bind_expression,
    bind_expression_text,
    bind_query,
    bind_type_name,
)
from tsql.bound import BoundInsert, BoundSelect, ColumnRef, Const, FunctionCall
from tsql.parser import parse, parse_expression
from tsql.types import oids


def test_a_query_names_the_tables_it_reads() -> None:
    assert bind("SELECT 1").table_versions == ()
    assert bind("SELECT (SELECT max(a) FROM t)").table_versions == ((1, 1),)


def test_a_literal_read_by_the_clock_forbids_caching() -> None:
    assert bind("SELECT '2024-01-01'::date").is_cacheable
    assert not bind("SELECT 'now'::timestamp").is_cacheable
    assert not bind("SELECT * FROM t WHERE d > 'Yesterday'").is_cacheable
    assert not bind("SELECT '{today}'::date[]").is_cacheable


def test_parameters_may_be_forbidden() -> None:
    with pytest.raises(DatabaseError) as caught:
        bind("SELECT $1", None)
    assert (caught.value.sqlstate, caught.value.position) == ("42P02", 8)


def test_given_parameter_types_are_kept() -> None:
    assert bind("SELECT $1, a = $2 FROM t", (oids.INT8, 0)).parameter_types == (
        oids.INT8,
        oids.INT4,
    )
    with pytest.raises(DatabaseError) as caught:
        bind("SELECT $1 || 'x' FROM t WHERE a = $1", (0,))
    assert caught.value.sqlstate == "42883" or caught.value.sqlstate == "42P08"


def test_insert_brings_defaults_and_checks() -> None:
    statement = bind("INSERT INTO t (a, ok) VALUES (1, DEFAULT)").statement
    assert isinstance(statement, BoundInsert)
    assert statement.defaults[8] == Const(True, oids.BOOL)
    assert statement.rows == ((Const(1, oids.INT4), Const(True, oids.BOOL)),)
    assert [rule[0] for rule in statement.checks if isinstance(rule, tuple)] == ["x"]


def test_on_conflict_finds_its_arbiters() -> None:
    part = KeyPart(column_id=2, kind=Kind.TEXT, sql_type=oids.TEXT)
    lowered = KeyPart(expression_sql="lower(b)", kind=Kind.TEXT, sql_type=oids.TEXT)
    unique = Index(
        id=7, name="t_b_key", storage_id=9, parts=(part,), unique=True, constraint="t_b_key"
    )
    functional = Index(id=8, name="low", storage_id=10, parts=(lowered,), unique=True)
    partial = Index(
        id=9, name="part", storage_id=11, parts=(part,), unique=True, predicate_sql="a > 5"
    )
    import msgspec

    table = msgspec.structs.replace(TABLE, indexes=(unique, functional, partial))
    catalog = Catalog.of([table], [], [])

    def arbiters(clause: str) -> list[str | None]:
        (parsed,) = parse(f"INSERT INTO t (a) VALUES (1) ON CONFLICT {clause} DO NOTHING")
        statement = bind_query(parsed.node, catalog, ENV).statement
        assert isinstance(statement, BoundInsert)
        assert statement.on_conflict is not None
        return [None if index is None else index.name for index in statement.on_conflict.arbiters]

    assert arbiters("(a)") == [None]
    assert arbiters("(b)") == ["t_b_key"]
    assert arbiters("(lower(b))") == ["low"]
    assert arbiters("(b) WHERE a > 5") == ["t_b_key", "part"]
    assert arbiters("ON CONSTRAINT t_b_key") == ["t_b_key"]
    assert arbiters("") == []
    for clause in ("(c)", "(a, b)", "(upper(b))"):
        with pytest.raises(DatabaseError) as caught:
            arbiters(clause)
        assert caught.value.sqlstate == "42P10"


def test_grouping_by_the_primary_key_makes_other_columns_keys() -> None:
    statement = bind("SELECT b, count(*) FROM t GROUP BY a").statement
    assert isinstance(statement, BoundSelect)
    assert [key.name for key in statement.group_by if isinstance(key, ColumnRef)] == ["a", "b"]
    assert len(statement.aggregates) == 1


def test_equal_aggregates_are_computed_once() -> None:
    statement = bind("SELECT sum(a), sum(a) + 1 FROM t HAVING sum(a) > 1 ORDER BY sum(a)").statement
    assert isinstance(statement, BoundSelect)
    assert len(statement.aggregates) == 1


def test_texts_of_the_catalog_bind_to_the_table_alone() -> None:
    expression = bind_expression_text("(j ->> 'city')", TABLE)
    assert isinstance(expression, FunctionCall)
    assert expression.arguments[0] == ColumnRef(0, 5, "j", oids.JSONB)


@pytest.mark.parametrize(
    ("sql", "purpose", "sqlstate", "message"),
    [
        ("a", "check", "42804", "argument of CHECK must be type boolean, not type integer"),
        ("sum(a) > 1", "check", "42803", "aggregate functions are not allowed in check constraints"),
        ("(SELECT true)", "check", "0A000", "cannot use subquery in check constraint"),
        ("nope > 1", "check", "42703", 'column "nope" does not exist'),
        ("now() > d", "index_predicate", "42P17", "functions in index predicate must be marked IMMUTABLE"),
        ("d::text", "index", "42P17", "functions in index expression must be marked IMMUTABLE"),
        ("generate_series(1, a)", "index", "0A000", "set-returning functions are not allowed in index expressions"),
        ("a", "default", "0A000", "cannot use column reference in DEFAULT expression"),
        ("sum(1)", "execute", "42803", "aggregate functions are not allowed in EXECUTE parameters"),
    ],
)  # fmt: skip
def test_what_the_catalogs_expressions_may_not_be(
    sql: str, purpose: str, sqlstate: str, message: str
) -> None:
    with pytest.raises(DatabaseError) as caught:
        bind_expression(parse_expression(sql), TABLE, ENV, purpose)
    assert (caught.value.sqlstate, caught.value.message) == (sqlstate, message)


def test_a_default_is_converted_as_an_assignment() -> None:
    number = column(1, "n", oids.INT4)
    assert bind_default(parse_expression("'7'"), number, ENV) == Const(7, oids.INT4)
    with pytest.raises(DatabaseError) as caught:
        bind_default(parse_expression("true"), number, ENV)
    assert caught.value.message == (
        'column "n" is of type integer but default expression is of type boolean'
    )


@pytest.mark.parametrize(
    ("name", "oid", "typmod"),
    [
        ("int", oids.INT4, -1),
        ("varchar(10)", oids.VARCHAR, 14),
        ("char", oids.BPCHAR, 5),
        ('"char"', oids.CHAR, -1),
        ("numeric(5,2)", oids.NUMERIC, (5 << 16 | 2) + 4),
        ("numeric(3,-2)", oids.NUMERIC, (3 << 16 | (-2 & 0x7FF)) + 4),
        ("timestamp(3) with time zone", oids.TIMESTAMPTZ, 3),
        ("interval day to second(2)", oids.INTERVAL, 0x1C080002),
        ("text[]", oids.TEXT_ARRAY, -1),
        ("int[3][3]", oids.INT4_ARRAY, -1),
        ("pg_catalog.float8", oids.FLOAT8, -1),
    ],
)
def test_type_names(name: str, oid: int, typmod: int) -> None:
    node = parse_expression(f"NULL::{name}").typeName
    assert bind_type_name(node) == (oid, typmod)


def test_a_missing_check_is_an_error_of_the_statement() -> None:
    import msgspec

    broken = msgspec.structs.replace(TABLE, checks=(Check(name="y", check_sql="nope > 1"),))
    (parsed,) = parse("INSERT INTO t VALUES (1)")
    with pytest.raises(DatabaseError):
        bind_query(parsed.node, Catalog.of([broken], [], []), ENV)


def test_catalog_relations_are_asked_for_names_that_no_table_has() -> None:
    fields = (bound.Field("relname", oids.NAME),)
    relation = bound.CatalogRelation("pg_class", "pg_class", fields, list)

    def lookup(schema: str, name: str) -> bound.CatalogRelation | None:
        return relation if (schema, name) == ("pg_catalog", "pg_class") else None

    for sql in ("SELECT relname FROM pg_class", "SELECT c.relname FROM pg_catalog.pg_class c"):
        (parsed,) = parse(sql)
        query = bind_query(parsed.node, CATALOG, ENV, catalog_relations=lookup)
        assert isinstance(query.statement, BoundSelect)
        assert query.statement.fields == (dataclasses.replace(fields[0]),)


def test_deep_nesting_is_an_error_not_a_crash() -> None:
    assert error_of("SELECT " + "abs(" * 2000 + "1" + ")" * 2000).sqlstate == "54001"
