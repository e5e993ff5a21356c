"""Undeclared attributes of a dynamic table are columns, whether they have been seen or not."""

from tests.tsql.binder.statements import bind, error_of
from tsql import bound
from tsql.bound import BoundInsert, BoundSelect, BoundUpdate, ColumnRef, Const, TableRelation
from tsql.types import oids


def select(sql: str) -> BoundSelect:
    statement = bind(sql).statement
    assert isinstance(statement, BoundSelect)
    return statement


def test_attributes_have_the_type_that_was_seen() -> None:
    statement = select("SELECT n, m, s, never FROM dyn")
    assert [field.type for field in statement.fields] == [
        oids.NUMERIC,
        oids.JSONB,
        oids.TEXT_ARRAY,
        oids.JSONB,
    ]


def test_attributes_stand_behind_the_columns_in_order_of_mention() -> None:
    statement = select("SELECT m, id FROM dyn WHERE n > 1 AND never IS NULL")
    assert isinstance(statement.relation, TableRelation)
    assert statement.relation.attributes == ("m", "n", "never")
    first = statement.targets[0].expression
    assert isinstance(first, ColumnRef)
    assert first.position == 1


def test_star_gives_columns_then_attributes_as_first_seen() -> None:
    assert [field.name for field in select("SELECT * FROM dyn").fields] == ["id", "n", "m", "s"]


def test_a_qualified_name_is_an_attribute_too() -> None:
    assert select("SELECT d.never FROM dyn d").fields[0].type == oids.JSONB


def test_a_relation_name_stays_the_whole_row() -> None:
    assert isinstance(select("SELECT dyn FROM dyn").targets[0].expression, bound.WholeRow)


def test_insert_takes_any_attribute_with_the_values_own_type() -> None:
    statement = bind("INSERT INTO dyn (id, x, y, n) VALUES (1, 'a', 2, '3.5')").statement
    assert isinstance(statement, BoundInsert)
    assert statement.positions == (0, 1, 2, 3)
    assert statement.relation.attributes == ("x", "y", "n")
    assert statement.rows is not None
    types = [value.type for value in statement.rows[0]]
    assert types == [oids.INT8, oids.TEXT, oids.INT4, oids.NUMERIC]


def test_insert_without_names_fills_the_declared_columns() -> None:
    assert error_of("INSERT INTO dyn VALUES (1, 2)").sqlstate == "42601"


def test_update_sets_attributes_and_default_clears_them() -> None:
    statement = bind("UPDATE dyn SET x = n + 1, m = DEFAULT WHERE id = 1").statement
    assert isinstance(statement, BoundUpdate)
    values = [item.expression for item in statement.assignments]
    assert values[0].type == oids.NUMERIC
    assert values[1] == Const(None, oids.JSONB)


def test_excluded_has_the_attributes_at_the_same_positions() -> None:
    statement = bind(
        "INSERT INTO dyn (id, x) VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET x = excluded.x, y = excluded.z"
    ).statement
    assert isinstance(statement, BoundInsert)
    assert statement.relation.attributes == ("x", "z", "y")
    assert statement.on_conflict is not None
    first, second = (item.expression for item in statement.on_conflict.update)
    assert isinstance(first, ColumnRef)
    assert isinstance(second, ColumnRef)
    assert (first.relation, first.position) == (1, 1)
    assert (second.relation, second.position) == (1, 2)


def test_a_strict_table_has_no_other_columns() -> None:
    assert error_of("SELECT never FROM t").sqlstate == "42703"
    assert error_of("UPDATE t SET never = 1").sqlstate == "42703"
