"""Projections: "Using projection expressions in DynamoDB" in the developer guide."""

import pytest

from compat.dynamodb.attribute_values import read_item, write_item
from compat.dynamodb.expressions import Placeholders, compile_projection
from tests.compat.dynamodb.faults import refusal_of
from tests.compat.dynamodb.wire_values import Wire

ITEM: dict[str, Wire] = {
    "a": {"N": "1"},
    "m": {"M": {"x": {"S": "y"}, "deep": {"L": [{"S": "0"}, {"S": "1"}]}}},
    "l": {"L": [{"N": "0"}, {"M": {"x": {"N": "1"}, "y": {"N": "2"}}}, {"N": "2"}]},
}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("a", {"a": {"N": "1"}}),
        ("a, z", {"a": {"N": "1"}}),
        ("z", {}),
        ("m.x, a", {"m": {"M": {"x": {"S": "y"}}}, "a": {"N": "1"}}),
        ("m.z", {}),
        ("m[0]", {}),
        ("a.x", {}),
        ("l[2], l[0]", {"l": {"L": [{"N": "0"}, {"N": "2"}]}}),
        ("l[1].y, l[9]", {"l": {"L": [{"M": {"y": {"N": "2"}}}]}}),
        ("m.deep[1]", {"m": {"M": {"deep": {"L": [{"S": "1"}]}}}}),
        ("m.deep[0], m.x", {"m": {"M": {"deep": {"L": [{"S": "0"}]}, "x": {"S": "y"}}}}),
    ],
)
def test_what_the_paths_lead_to(text: str, result: dict[str, Wire]) -> None:
    projection = compile_projection(text, Placeholders(None, None))
    assert write_item(projection.apply(read_item(ITEM))) == result


@pytest.mark.parametrize(
    ("text", "names", "message"),
    [
        ("", None, "The expression can not be empty;"),
        ("!!! INVALID !!!", None, 'Syntax error; token: "!", near: "!!"'),
        ("a b", None, 'Syntax error; token: "b", near: "a b"'),
        ("a,", None, 'Syntax error; token: "<EOF>", near: ","'),
        ("a, :b", None, 'Syntax error; token: ":b", near: ", :b"'),
        ("(a)", None, 'Syntax error; token: "(", near: "(a"'),
        ("pk, status", None, "Attribute name is a reserved keyword; reserved keyword: status"),
        (
            "#a",
            {"#b": "b"},
            (
                "An expression attribute name used in the document path is not defined;"
                " attribute name: #a"
            ),
        ),
        (
            "#a, #b",
            {"#a": "a", "#b": "a"},
            (
                "Two document paths overlap with each other; must remove or rewrite one of these paths;"
                " path one: [a], path two: [a]"
            ),
        ),
        (
            "a, a.b",
            None,
            (
                "Two document paths overlap with each other; must remove or rewrite one of these paths;"
                " path one: [a], path two: [a, b]"
            ),
        ),
        (
            "a[0], a.b",
            None,
            (
                "Two document paths conflict with each other; must remove or rewrite one of these"
                " paths; path one: [a, [0]], path two: [a, b]"
            ),
        ),
    ],
)
def test_what_is_wrong_with_a_projection(
    text: str, names: dict[str, str] | None, message: str
) -> None:
    assert refusal_of(lambda: compile_projection(text, Placeholders(names, None))) == (
        f"Invalid ProjectionExpression: {message}"
    )
