"""Key conditions: "Key condition expressions for the Query operation" in the developer guide.

What may be said of indexes with up to four attributes of either kind: "Multi-attribute keys
pattern". The words are the service's.
"""

from decimal import Decimal

import pytest

from compat.dynamodb.attribute_values import Value
from compat.dynamodb.definitions import KeySchema
from compat.dynamodb.expressions import (
    KeyCondition,
    KeyRange,
    Placeholders,
    check_filter,
    compile_condition,
    compile_key_condition,
)
from tests.compat.dynamodb.faults import refusal_of
from tests.compat.dynamodb.wire_values import Wire

SIMPLE = KeySchema(("p",), (), {"p": "S"})
COMPOSITE = KeySchema(("p",), ("c",), {"p": "S", "c": "N"})
TEXTS = KeySchema(("p",), ("t",), {"p": "S", "t": "S"})
WIDE = KeySchema(("h", "i"), ("a", "b", "c"), dict.fromkeys("hiabc", "S"))
VALUES: dict[str, Wire] = {":p": {"S": "x"}, ":n": {"N": "3"}, ":m": {"N": "7"}, ":e": {"S": ""}}


def read(text: str, key: KeySchema) -> KeyCondition:
    values = {name: value for name, value in VALUES.items() if name in text}
    return compile_key_condition(text, Placeholders(None, values or None), key)


THREE, SEVEN = Decimal(3), Decimal(7)


@pytest.mark.parametrize(
    ("text", "key", "equal", "rest"),
    [
        ("p = :p", SIMPLE, ("x",), None),
        ("p = :p", COMPOSITE, ("x",), None),
        ("p = :p AND c = :n", COMPOSITE, ("x", THREE), None),
        ("c = :n and p = :p", COMPOSITE, ("x", THREE), None),
        ("(p = :p) AND (c > :n)", COMPOSITE, ("x",), KeyRange(">", (THREE,))),
        ("(:n > c AND :p = p)", COMPOSITE, ("x",), KeyRange("<", (THREE,))),
        (":n <= c AND p = :p", COMPOSITE, ("x",), KeyRange(">=", (THREE,))),
        ("p=:p AND c BETWEEN :n AND :m", COMPOSITE, ("x",), KeyRange("BETWEEN", (THREE, SEVEN))),
        ("p = :p AND begins_with(t, :p)", TEXTS, ("x",), KeyRange("begins_with", ("x",))),
        ("h = :p AND i = :p", WIDE, ("x", "x"), None),
        ("i = :p AND a = :p AND h = :p", WIDE, ("x", "x", "x"), None),
        ("h=:p AND i=:p AND a=:p AND b<:p", WIDE, ("x", "x", "x"), KeyRange("<", ("x",))),
        ("h=:p AND i=:p AND a=:p AND b=:p AND c=:p", WIDE, ("x",) * 5, None),
    ],
)
def test_what_is_read(
    text: str, key: KeySchema, equal: tuple[Value, ...], rest: KeyRange | None
) -> None:
    assert read(text, key) == KeyCondition(equal, rest)


GAP = "RANGE key attributes {} must have equality conditions specified in the query because a"
GAP += " condition is present on key attribute {}"


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        ("", COMPOSITE, "Invalid KeyConditionExpression: The expression can not be empty;"),
        (
            "p",
            COMPOSITE,
            'Invalid KeyConditionExpression: Syntax error; token: "<EOF>", near: "p"',
        ),
        (
            "((p = :p))",
            COMPOSITE,
            "Invalid KeyConditionExpression: The expression has redundant parentheses;",
        ),
        ("c = :n", COMPOSITE, "Query condition missed key schema element: p"),
        ("a = :p", COMPOSITE, "Query condition missed key schema element: p"),
        ("p = :p AND a = :p", COMPOSITE, "Query condition missed key schema element: c"),
        ("p = :p AND a = :p", SIMPLE, "Query key condition not supported"),
        ("p < :p", COMPOSITE, "Query key condition not supported"),
        (
            "p=:p AND c<:n AND a<:p",
            COMPOSITE,
            (
                "The number of query conditions (3) exceeds the number of key attributes defined in"
                " the schema (2)"
            ),
        ),
        (
            "p = :p AND p = :p",
            COMPOSITE,
            (
                "Invalid KeyConditionExpression:"
                " KeyConditionExpressions must only contain one condition per key"
            ),
        ),
        (
            "p = :p AND c.x = :n",
            COMPOSITE,
            "KeyConditionExpressions cannot have conditions on nested attributes",
        ),
        ("p = :p OR c = :n", COMPOSITE, "Invalid operator used in KeyConditionExpression: OR"),
        ("NOT p = :p", COMPOSITE, "Invalid operator used in KeyConditionExpression: NOT"),
        ("p <> :p", COMPOSITE, "Invalid operator used in KeyConditionExpression: <>"),
        ("p IN (:p)", COMPOSITE, "Invalid operator used in KeyConditionExpression: IN"),
        (
            "attribute_exists(p)",
            COMPOSITE,
            "Invalid operator used in KeyConditionExpression: attribute_exists",
        ),
        (
            "p = :p AND size(c) = :n",
            COMPOSITE,
            "KeyConditionExpressions cannot contain nested operations",
        ),
        (
            "p = c",
            COMPOSITE,
            (
                "Invalid condition in KeyConditionExpression:"
                " Multiple attribute names used in one condition"
            ),
        ),
        (
            ":p = :p",
            COMPOSITE,
            "Invalid condition in KeyConditionExpression: No key attribute specified",
        ),
        (
            "p = :p AND begins_with(:p, t)",
            TEXTS,
            (
                "Invalid condition in KeyConditionExpression:"
                " begins_with operator must have the key attribute as its first operand"
            ),
        ),
        (
            "p = :p AND begins_with(c, :n)",
            COMPOSITE,
            (
                "Invalid KeyConditionExpression: Incorrect operand type for operator or function;"
                " operator or function: begins_with, operand type: N"
            ),
        ),
        (
            "p = :n",
            COMPOSITE,
            (
                "One or more parameter values were invalid:"
                " Condition parameter type does not match schema type"
            ),
        ),
        (
            "p = :e",
            COMPOSITE,
            (
                "One or more parameter values are not valid. The AttributeValue for a key attribute"
                " cannot contain an empty string value. Key: p"
            ),
        ),
        ("h = :p", WIDE, "Query condition missed key schema element: i"),
        ("h=:p AND i=:p AND b=:p", WIDE, GAP.format("a", "b")),
        ("h=:p AND i=:p AND a>:p AND b=:p", WIDE, GAP.format("a", "b")),
        ("h=:p AND i=:p AND c=:p", WIDE, GAP.format("a, b", "c")),
    ],
)
def test_what_is_wrong_with_a_key_condition(text: str, key: KeySchema, message: str) -> None:
    assert refusal_of(lambda: read(text, key)) == message


def test_a_filter_looks_at_no_key_attribute() -> None:
    condition = compile_condition(
        "attribute_exists(a) AND attribute_exists(c)", Placeholders(None, None)
    )
    check_filter(condition, SIMPLE)
    assert refusal_of(lambda: check_filter(condition, COMPOSITE)) == (
        "Filter Expression can only contain non-primary key attributes: Primary key attribute: c"
    )
