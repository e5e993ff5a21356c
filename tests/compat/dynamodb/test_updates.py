"""Updates: what is wrong with texts, in AWS's words and order, and the finer points by example.

Sources: "Update expressions" in the developer guide, API_UpdateItem; the words are the service's.
"""

import pytest

from compat.dynamodb.attribute_values import read_item, write_item
from compat.dynamodb.expressions import Placeholders, Update, compile_update
from tests.compat.dynamodb.faults import refusal_of
from tests.compat.dynamodb.wire_values import Wire

ONE, TWO, TEXT = {"N": "1"}, {"N": "2"}, {"S": "x"}
Values = dict[str, Wire]


def update(text: str, values: Values | None = None) -> Update:
    return compile_update(text, Placeholders(None, values))


def applied(text: str, wire: Values, values: Values | None = None) -> Values:
    return write_item(update(text, values).apply(read_item(wire)))


def numbers(*members: int) -> Wire:
    return {"L": [{"N": str(member)} for member in members]}


TYPES = "Incorrect operand type for operator or function; operator or function:"


@pytest.mark.parametrize(
    ("text", "values", "message"),
    [
        ("", None, "The expression can not be empty;"),
        ("INVALID SYNTAX HERE", None, 'Syntax error; token: "INVALID", near: "INVALID SYNTAX"'),
        ("SET", None, 'Syntax error; token: "<EOF>", near: "SET"'),
        ("SET a = :v,", {":v": ONE}, 'Syntax error; token: "<EOF>", near: ","'),
        ("SET a = :v +", {":v": ONE}, 'Syntax error; token: "<EOF>", near: "+"'),
        ("SET a = :v + :v + :v", {":v": ONE}, 'Syntax error; token: "+", near: ":v + :v"'),
        ("SET _123 = :v", {":v": ONE}, 'Syntax error; token: "_", near: "SET _123"'),
        ("SET :v = :v", {":v": ONE}, 'Syntax error; token: ":v", near: "SET :v ="'),
        ("ADD a b", None, 'Syntax error; token: "b", near: "a b"'),
        ("SET a = :v / :v", {":v": ONE}, 'Syntax error; token: "/", near: ":v / :v"'),
        ("SET hits : incr", None, 'Syntax error; token: ":", near: "hits : incr"'),
        ("SET a = :v b = :v", {":v": ONE}, 'Syntax error; token: "b", near: ":v b ="'),
        (
            "SET a = :v SET b = :v",
            {":v": ONE},
            'The "SET" section can only be used once in an update expression;',
        ),
        (
            "SET status = :v",
            {":v": ONE},
            "Attribute name is a reserved keyword; reserved keyword: status",
        ),
        ("SET a = foo(b)", None, "Invalid function name; function: foo"),
        (
            "SET a = :v",
            None,
            "An expression attribute value used in expression is not defined; attribute value: :v",
        ),
        (
            "SET #a = :v",
            {":v": ONE},
            (
                "An expression attribute name used in the document path is not defined;"
                " attribute name: #a"
            ),
        ),
        (
            "SET a = :v REMOVE a",
            {":v": ONE},
            (
                "Two document paths overlap with each other; must remove or rewrite one of these paths;"
                " path one: [a], path two: [a]"
            ),
        ),
        (
            "SET a[1][1] = :v, a[1] = :v",
            {":v": ONE},
            (
                "Two document paths overlap with each other; must remove or rewrite one of these paths;"
                " path one: [a, [1], [1]], path two: [a, [1]]"
            ),
        ),
        (
            "SET a.b.c = :v, a.b[2] = :v",
            {":v": ONE},
            (
                "Two document paths conflict with each other; must remove or rewrite one of these"
                " paths; path one: [a, b, c], path two: [a, b, [2]]"
            ),
        ),
        (
            "ADD a :v",
            {":v": TEXT},
            "Incorrect operand type for operator or function; operator: ADD, operand type: STRING",
        ),
        (
            "DELETE a :v",
            {":v": ONE},
            (
                "Incorrect operand type for operator or function; operator: DELETE,"
                " operand type: NUMBER"
            ),
        ),
        ("SET a = :v + :w", {":v": TEXT, ":w": ONE}, f"{TYPES} +, operand type: S"),
        ("SET a = b - :v", {":v": {"L": []}}, f"{TYPES} -, operand type: L"),
        ("SET a = list_append(b, :v)", {":v": ONE}, f"{TYPES} list_append, operand type: N"),
        (
            "SET a = if_not_exists(:v, b)",
            {":v": ONE},
            "Operator or function requires a document path; operator or function: if_not_exists",
        ),
        (
            "SET a = if_not_exists(b)",
            None,
            (
                "Incorrect number of operands for operator or function;"
                " operator or function: if_not_exists, number of operands: 1"
            ),
        ),
        # Kinds of faults come in an order, whatever their places.
        (
            "SET a = :w ADD b :v",
            {":v": TEXT},
            "An expression attribute value used in expression is not defined; attribute value: :w",
        ),
        (
            "SET a = list_append(list_append(:v, :v), :v)",
            {":v": {"L": []}},
            (
                "The function is not allowed to be used this way in an expression;"
                " function: list_append"
            ),
        ),
        (
            "SET a = list_append(:v, :v), a = :v",
            {":v": ONE},
            (
                "Two document paths overlap with each other; must remove or rewrite one of these paths;"
                " path one: [a], path two: [a]"
            ),
        ),
    ],
)
def test_what_is_wrong_with_an_update(text: str, values: Values | None, message: str) -> None:
    assert refusal_of(lambda: update(text, values)) == f"Invalid UpdateExpression: {message}"


NO_ATTRIBUTE = "The provided expression refers to an attribute that does not exist in the item"
WRONG_PATH = "The document path provided in the update expression is invalid for update"
WRONG_TYPE = "An operand in the update expression has an incorrect data type"
OVERFLOW = (
    "Number overflow. Attempting to store a number with magnitude larger than supported range"
)


@pytest.mark.parametrize(
    ("text", "values", "message"),
    [
        ("SET a = z", None, NO_ATTRIBUTE),
        ("SET x = :v, y = x", {":v": ONE}, NO_ATTRIBUTE),
        ("SET z.b = :v", {":v": ONE}, WRONG_PATH),
        ("SET n.b = :v", {":v": ONE}, WRONG_PATH),
        ("SET m[0] = :v", {":v": ONE}, WRONG_PATH),
        ("SET l.x = :v", {":v": ONE}, WRONG_PATH),
        ("REMOVE z.b", None, WRONG_PATH),
        ("SET a = n + m", None, WRONG_TYPE),
        ("SET a = list_append(l, n)", None, WRONG_TYPE),
        ("ADD m :v", {":v": ONE}, WRONG_TYPE),
        ("ADD n :v", {":v": {"SS": ["a"]}}, WRONG_TYPE),
        ("DELETE s :v", {":v": {"NS": ["1"]}}, WRONG_TYPE),
        ("SET n = :v + :v", {":v": {"N": "9.9e125"}}, OVERFLOW),
        ("SET n = :v + n", {":v": {"N": "1e50"}}, OVERFLOW),
        ("ADD n :v", {":v": {"N": "1e50"}}, OVERFLOW),
    ],
)
def test_what_an_item_refuses(text: str, values: Values | None, message: str) -> None:
    wire: Values = {"n": ONE, "m": {"M": {"x": ONE}}, "l": numbers(1, 2), "s": {"SS": ["a"]}}
    assert refusal_of(lambda: applied(text, wire, values)) == message


@pytest.mark.parametrize(
    ("text", "members", "result"),
    [
        ("REMOVE l[0], l[2]", [1, 2, 3], [2]),
        ("REMOVE l[0], l[1], l[2]", [1, 2, 3], []),
        ("REMOVE l[7]", [1, 2, 3], [1, 2, 3]),
        ("SET l[9] = :nine, l[5] = :five", [1, 2, 3], [1, 2, 3, 5, 9]),
        ("SET l[1] = :five REMOVE l[0]", [1, 2, 3], [5, 3]),
        ("SET l[3] = :nine REMOVE l[0]", [1, 2, 3], [2, 3, 9]),
        ("SET l = list_append(:list, l)", [1], [7, 8, 1]),
        ("SET l = list_append(l, l)", [1, 2], [1, 2, 1, 2]),
        ("SET l[1] = l[0]", [1, 2], [1, 1]),
        ("ADD l[0] :five, l[9] :nine", [1], [6, 9]),
    ],
)
def test_lists(text: str, members: list[int], result: list[int]) -> None:
    known = {":nine": {"N": "9"}, ":five": {"N": "5"}, ":list": numbers(7, 8)}
    values = {name: value for name, value in known.items() if name in text}
    assert applied(text, {"l": numbers(*members)}, values or None) == {"l": numbers(*result)}


def test_all_actions_see_the_item_as_it_was() -> None:
    assert applied("REMOVE a SET b = a", {"a": TEXT}) == {"b": TEXT}
    assert applied("SET a = b, b = a", {"a": ONE, "b": TWO}) == {"a": TWO, "b": ONE}
    assert applied("SET c = a + b ADD a :v", {"a": ONE, "b": TWO}, {":v": ONE}) == {
        "a": TWO,
        "b": TWO,
        "c": {"N": "3"},
    }


def test_sets() -> None:
    wire = {"s": {"SS": ["a", "b"]}}
    assert applied("ADD s :v", wire, {":v": {"SS": ["b", "c"]}}) == {"s": {"SS": ["a", "b", "c"]}}
    assert applied("DELETE s :v", wire, {":v": {"SS": ["b", "z"]}}) == {"s": {"SS": ["a"]}}
    assert applied("DELETE s :v", wire, {":v": {"SS": ["a", "b"]}}) == {}
    assert applied("DELETE z :v", {}, {":v": {"SS": ["a"]}}) == {}
    assert applied("ADD z :v", {}, {":v": {"NS": ["1.0"]}}) == {"z": {"NS": ["1"]}}


def test_numbers() -> None:
    assert applied("ADD n :v", {}, {":v": ONE}) == {"n": ONE}
    assert applied("SET n = if_not_exists(n, :v) + :v", {}, {":v": ONE}) == {"n": TWO}
    assert applied("SET n = n - (n - :v)", {"n": {"N": "5"}}, {":v": ONE}) == {"n": ONE}
    assert applied("SET n = n + :v", {"n": {"N": "0.1"}}, {":v": {"N": "0.2"}}) == {
        "n": {"N": "0.3"}
    }


def test_words_in_any_case_and_spaces() -> None:
    assert applied("  sEt   b=:v\nremove\ta ", {"a": ONE}, {":v": TWO}) == {"b": TWO}


def test_key_attributes_stay() -> None:
    changed = update("SET a = :v REMOVE pk.x", {":v": ONE})
    assert refusal_of(lambda: changed.check_keys(("pk",))) == (
        "One or more parameter values were invalid:"
        " Cannot update attribute pk. This attribute is part of the key"
    )
    changed.check_keys(("sk",))


def test_updated_parts() -> None:
    changed = update("SET m.x = :v, l[1] = :v REMOVE a", {":v": ONE})
    old = read_item({"m": {"M": {"x": TWO, "y": TWO}}, "l": numbers(4, 5, 6), "a": TEXT, "b": TEXT})
    assert write_item(changed.updated(old)) == {
        "m": {"M": {"x": TWO}},
        "l": numbers(5),
        "a": TEXT,
    }
    assert write_item(changed.updated(changed.apply(old))) == {
        "m": {"M": {"x": ONE}},
        "l": numbers(1),
    }


def test_maps_stay_in_the_order_of_stored_trees() -> None:
    changed = update("SET m.bb = :v, m.a = :v", {":v": ONE})
    item = changed.apply(read_item({"m": {"M": {"ccc": ONE, "b": ONE}}}))
    assert list(item["m"]) == ["a", "b", "bb", "ccc"]


def test_nesting_stays_within_32_levels() -> None:
    deep: Wire = {"S": "leaf"}
    for _ in range(30):
        deep = {"M": {"n": deep}}
    assert applied("SET m.x = :v", {"m": {"M": {}}}, {":v": deep}) == {"m": {"M": {"x": deep}}}
    assert refusal_of(
        lambda: applied("SET m.x = :v", {"m": {"M": {}}}, {":v": {"M": {"n": deep}}})
    ) == (
        "Nesting Levels have exceeded supported limits:"
        " Attributes in the item have nested levels beyond supported limit"
    )
