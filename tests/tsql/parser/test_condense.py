"""Long lists leave the tree and come back as the same values."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from storage.errors import DatabaseError
from tests.tsql.binder.statements import CATALOG, ENV
from tsql.binder import bind_query
from tsql.bound import BoundInsert, BoundSelect, CatalogRelation
from tsql.env import Env
from tsql.executor.expressions import compile_expression
from tsql.parser import ConstantList, ParsedStatement, RowTemplate, parse, statements_of
from tsql.parser_worker import NODES_MAX, parsed
from tsql.types.io import output_of


def through_worker(sql: str) -> list[ParsedStatement]:
    header, lists = parsed(sql)
    if header.error is not None:
        sqlstate, message, position, hint = header.error
        raise DatabaseError(sqlstate, message, position=position, hint=hint)
    rows = msgspec.msgpack.decode(msgspec.msgpack.encode(lists))
    return list(statements_of(sql, header.tree, rows))


def rows_of(statement: Any) -> list[list[Any]]:
    """Evaluates what a VALUES or an INSERT … VALUES gives, as texts."""
    query = bind_query(statement.node, CATALOG, ENV).statement
    if isinstance(query, BoundInsert):
        if query.rows is not None:
            return [[_text(value, ()) for value in row] for row in query.rows]
        assert query.select is not None
        query = query.select
    assert isinstance(query, BoundSelect)
    targets = [target.expression for target in query.targets]
    if isinstance(query.relation, CatalogRelation):
        return [[_text(target, row) for target in targets] for row in query.relation.rows(Env())]
    rows = getattr(query.relation, "rows", ())
    return [[_text(value, ()) for value in row] for row in rows]


def _text(expression: Any, row: Any) -> str | None:
    value = compile_expression(expression)(row, ENV)
    return None if value is None else output_of(expression.type)(value, ENV)


def repeated(row: str, count: int = 150) -> str:
    return ", ".join(row.replace("#", str(number)) for number in range(count))


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO t (a, b) VALUES " + repeated("(#, 'row #')"),
        "INSERT INTO t (a, b, c) VALUES " + repeated("(#, NULL, #.5)") + ", (7, 'x', 3)",
        "INSERT INTO t (a, d) VALUES " + repeated("(#, '2024-01-01 10:00:01')"),
        "INSERT INTO t (a, e, ok) VALUES " + repeated("(#, ARRAY[#, 1], # % 2 = 0)"),
        "INSERT INTO t (a, ok, f) VALUES " + repeated("(#, true, -#)") + ", (1, false, NULL)",
        "INSERT INTO t (a, c) VALUES " + repeated("(#, 1)") + ", (1, 2.25), (2, 999)",
        "INSERT INTO t (a, ok) VALUES " + repeated("(#, DEFAULT)"),
        "INSERT INTO t (a, v) VALUES " + repeated("(#, upper('x#'))"),
        "VALUES " + repeated("(#, 'é#')"),
        "VALUES " + repeated("(#)") + ", (1.5)",
        "VALUES " + repeated("(NULL, #)") + ", ('x', 99999999999)",
    ],
)
def test_condensed_rows_are_the_same_rows(sql: str) -> None:
    (whole,) = parse(sql)
    (condensed,) = through_worker(sql)
    select = getattr(condensed.node, "selectStmt", None) or condensed.node
    assert isinstance(select.valuesLists, RowTemplate)
    assert rows_of(condensed) == rows_of(whole)
    assert condensed.text == whole.text


@pytest.mark.parametrize(
    "row", ["(#, 'x'), (#, 1)", "(lower('a')), (upper('a'))", "(1 + #), (1 - #)", "(x'0#')"]
)
def test_rows_of_different_kinds_stay(row: str) -> None:
    (statement,) = through_worker(f"VALUES {repeated(row)}")
    assert not isinstance(statement.node.valuesLists, RowTemplate)


def test_rows_of_different_lengths_stay_an_error() -> None:
    (statement,) = through_worker(f"VALUES {repeated('(#)')}, (1, 2)")
    with pytest.raises(DatabaseError, match="VALUES lists must all be the same length"):
        bind_query(statement.node, CATALOG, ENV)


@pytest.mark.parametrize(
    ("test", "members", "row", "value"),
    [
        ("a IN", repeated("#"), (77,), True),
        ("a IN", repeated("#"), (777,), False),
        ("a NOT IN", repeated("#"), (777,), True),
        ("a IN", repeated("#") + ", NULL", (777,), None),
        ("c IN", repeated("#"), (0, 0, Decimal("77.0")), True),
        ("c IN", repeated("#.5"), (0, 0, Decimal(77)), False),
        ("f IN", repeated("#"), (0,) * 6 + (5.0,), True),
        ("a IN", repeated("#") + ", 99999999999", (5,), True),
        ("b IN", repeated("'#'"), (0, "7"), True),
        ("a IN", repeated("'#'"), (7,), True),
        ("d IN", repeated("'2024-01-01 00:00:00+#'", 15) * 1 + ", " + repeated("'2024-01-01'"), (0,) * 4, False),
        ("v IN", repeated("'#'"), (0,) * 7 + ("149",), True),
        ("a::text IN", repeated("'#'"), (7,), True),
    ],
)  # fmt: skip
def test_condensed_members_are_the_same_members(
    test: str, members: str, row: tuple[Any, ...], value: Any
) -> None:
    (statement,) = through_worker(f"SELECT {test} ({members}) FROM t")
    assert isinstance(statement.node.targetList[0].val.rexpr, ConstantList)
    query = bind_query(statement.node, CATALOG, ENV).statement
    assert isinstance(query, BoundSelect)
    assert compile_expression(query.targets[0].expression)(row, ENV) is value


def test_members_that_cannot_be_compared_are_the_same_error() -> None:
    (statement,) = through_worker(f"SELECT ok IN ({repeated('#')}) FROM t")
    with pytest.raises(DatabaseError) as caught:
        bind_query(statement.node, CATALOG, ENV)
    assert caught.value.sqlstate == "42883"
    (statement,) = through_worker(f"SELECT a IN ({repeated(chr(39) + 'x#' + chr(39))}) FROM t")
    with pytest.raises(DatabaseError) as caught:
        bind_query(statement.node, CATALOG, ENV)
    assert caught.value.sqlstate == "22P02"


def test_places_count_characters() -> None:
    sql = "SELECT 'é', nope FROM t; SELECT 'ü', a FROM nope2"
    first, second = through_worker(sql)
    assert [first.text, second.text] == ["SELECT 'é', nope FROM t", "SELECT 'ü', a FROM nope2"]
    for statement, word in ((first, "nope "), (second, "nope2")):
        with pytest.raises(DatabaseError) as caught:
            bind_query(statement.node, CATALOG, ENV)
        assert caught.value.position == sql.index(word) + 1


def test_what_is_too_large_for_the_loop_is_refused() -> None:
    assert len(through_worker("SELECT " + ", ".join(["a + 1"] * 1000) + " FROM t")) == 1
    with pytest.raises(DatabaseError) as caught:
        through_worker("SELECT 1 WHERE false" + " OR a = 2" * NODES_MAX)
    assert caught.value.sqlstate == "54001"


def test_errors_are_the_parsers() -> None:
    with pytest.raises(DatabaseError) as caught:
        through_worker("SELECT 'é' FROM FROM")
    assert (caught.value.sqlstate, caught.value.position) == ("42601", 17)
