"""Text to trees: pglast's nodes, made another way, with places and without its crashes."""

import pathlib
from typing import Any

import pytest
from pglast.parser import ParseError, parse_sql

from storage.errors import DatabaseError
from tsql.parser import Constant, ast, parse, parse_expression

GOLDEN = pathlib.Path(__file__).parents[2] / "golden"


def statements() -> list[str]:
    texts = []
    for path in sorted((GOLDEN / "sql").glob("*.sql")):
        texts += path.read_text(encoding="utf-8").split("\n\n")
    lines = (GOLDEN / "binder" / "statements.sql").read_text(encoding="utf-8").splitlines()
    return texts + [line for line in lines if not line.startswith("--")]


def difference(ours: Any, theirs: Any, path: str = "") -> str | None:
    """Returns the path of the first field in which two trees differ."""
    if isinstance(theirs, tuple):
        if not isinstance(ours, tuple) or len(ours) != len(theirs):
            return path
        pairs = [(a, b, f"{path}[{n}]") for n, (a, b) in enumerate(zip(ours, theirs, strict=True))]
    elif isinstance(theirs, ast.Node):
        if not isinstance(ours, type(theirs)):
            return path
        pairs = [(getattr(ours, n), getattr(theirs, n), f"{path}.{n}") for n in theirs]
        if isinstance(theirs, ast.CommentStmt):
            # An empty comment is none, in the JSON as in what the statement does.
            pairs = [(a or None, b or None, p) for a, b, p in pairs]
    else:
        return None if type(ours) is type(theirs) and ours == theirs else path
    return next((d for a, b, p in pairs if (d := difference(a, b, p)) is not None), None)


def test_trees_are_pglasts() -> None:
    compared = 0
    for text in statements():
        try:
            theirs = parse_sql(text)
        except ParseError:
            continue
        for ours, raw in zip(parse(text), theirs, strict=True):
            assert difference(ours.node, raw.stmt) is None, text
            compared += 1
    assert compared > 1000


def test_constants_know_their_places_in_characters() -> None:
    (parsed,) = parse("SELECT 'é', 12, NULL, 'ü' || 'x'")
    values = [target.val for target in parsed.node.targetList]
    assert [value.location for value in values[:3]] == [7, 12, 16]
    assert all(isinstance(value, Constant) for value in values[:3])
    assert values[3].rexpr.location == parsed.text.index("'x'")


def test_several_statements_keep_their_texts() -> None:
    parsed = parse("SELECT 'é';  SELECT 2 ;; -- nothing\n SELECT 3")
    assert [statement.text for statement in parsed] == [
        "SELECT 'é'",
        "SELECT 2",
        "SELECT 3",
    ]
    assert parse("") == []
    assert parse(" ; -- x") == []


@pytest.mark.parametrize(
    ("sql", "sqlstate", "message", "position"),
    [
        ("SELECT FROM WHERE", "42601", 'syntax error at or near "WHERE"', 13),
        ("SELECT 'é' 'ü' nope FROM FROM", "42601", "syntax error at or near \"'ü'\"", 12),
        ("SELECT 1 +", "42601", "syntax error at end of input", 11),
        ("SELECT 'abc", "42601", 'unterminated quoted string at or near "\'abc"', 8),
        ("SELECT U&'\\zzzz'", "42601", "invalid Unicode escape", 11),
        ("SELECT \0", "22021", 'invalid byte sequence for encoding "UTF8": 0x00', None),
    ],
)
def test_errors_are_postgresqls(
    sql: str, sqlstate: str, message: str, position: int | None
) -> None:
    with pytest.raises(DatabaseError) as caught:
        parse(sql)
    error = caught.value
    assert (error.sqlstate, error.message, error.position) == (sqlstate, message, position)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1" + "+1" * 30_000,
        "SELECT 'x'" + "||'x'" * 20_000,
        "SELECT 1" + " UNION ALL SELECT 1" * 20_000,
        "SELECT " + "(" * 50_000 + "1" + ")" * 50_000,
        "SELECT " + "NOT " * 20_000 + "true",
        "SELECT 1" + "::int" * 30_000,
        "SELECT " + "ARRAY[" * 10_000 + "]" * 10_000,
        "SELECT " + "CASE WHEN a THEN 1 ELSE " * 20_000 + "1" + " END" * 20_000,
    ],
    ids=lambda sql: sql[:20],
)
def test_monsters_are_refused_or_parsed(sql: str) -> None:
    assert sqlstate_of(sql) in {"00000", "54001", "42601"}


def sqlstate_of(sql: str) -> str:
    try:
        parse(sql)
    except DatabaseError as error:
        return error.sqlstate
    return "00000"


def test_a_chain_that_fits_into_a_short_statement_is_parsed() -> None:
    (parsed,) = parse("SELECT 1" + "+1" * 8000)
    depth, node = 0, parsed.node.targetList[0].val
    while isinstance(node, ast.A_Expr):
        node, depth = node.lexpr, depth + 1
    assert depth == 8000


def test_expressions_alone() -> None:
    assert isinstance(parse_expression("lower(b)"), ast.FuncCall)
    with pytest.raises(DatabaseError):
        parse_expression("1 +")
