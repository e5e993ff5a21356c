"""Conditions: what is wrong with texts, in AWS's words and order, and what needs an example.

Sources: "Condition and filter expressions, operators, and functions" and "Constraints" (Expression
parameters) in the developer guide; the words are the service's, as users and conformance suites
recorded them.
"""

import pytest

from compat.dynamodb.attribute_values import read_item
from compat.dynamodb.expressions import Placeholders, compile_condition
from tests.compat.dynamodb.faults import refusal_of
from tests.compat.dynamodb.wire_values import Wire

N1, N2, S1 = {"N": "1"}, {"N": "2"}, {"S": "a"}


def matches(text: str, wire: dict[str, Wire], values: dict[str, Wire] | None = None) -> bool:
    return compile_condition(text, Placeholders(None, values)).matches(read_item(wire))


def fault(
    text: str, values: dict[str, Wire] | None = None, names: dict[str, str] | None = None
) -> str | None:
    message = refusal_of(lambda: compile_condition(text, Placeholders(names, values)))
    assert message is not None
    assert message.startswith("Invalid ConditionExpression: ")
    return message.removeprefix("Invalid ConditionExpression: ")


@pytest.mark.parametrize(
    ("text", "token", "near"),
    [
        ("a =", "<EOF>", "="),
        ("a", "<EOF>", "a"),
        ("a b", "b", "a b"),
        ("a = :v :v", ":v", ":v :v"),
        ("event-id = :v", "-", "event-id"),
        ("_a = :v", "_", "_a"),
        ("a = 'x'", "'", "= 'x"),
        ("a != :v", "!", "a !="),
        ("a == :v", "=", "== :v"),
        ("a = # ", "#", "= #"),
        ("a = : ", ":", "= :"),
        ("a[x] = :v", "x", "[x]"),
        ("a[ = :v", "=", "[ = :v"),
        ("a. = :v", "=", ". = :v"),
        ("(a = :v", "<EOF>", ":v"),
        ("a = :v)", ")", ":v)"),
        ("AND a = :v", "AND", "AND a"),
        ("a BETWEEN :v", "<EOF>", ":v"),
        ("a BETWEEN :v OR :v", "OR", ":v OR :v"),
        ("a IN :v", ":v", "IN :v"),
        ("size() = :v", ")", "() ="),
        ("attribute_exists(a", "<EOF>", "a"),
    ],
)
def test_syntax_errors_show_the_token_and_what_is_near(text: str, token: str, near: str) -> None:
    assert fault(text, {":v": N1}) == f'Syntax error; token: "{token}", near: "{near}"'


REDUNDANT = "The expression has redundant parentheses;"
MISUSED = "The function is not allowed to be used this way in an expression; function:"
TYPES = "Incorrect operand type for operator or function; operator or function:"
DISTINCT = (
    "The first operand must be distinct from the remaining operands for this operator or function;"
    " operator:"
)
COUNT = "Incorrect number of operands for operator or function; operator or function:"
UNDEFINED_NAME = (
    "An expression attribute name used in the document path is not defined; attribute name:"
)
UNDEFINED_VALUE = (
    "An expression attribute value used in expression is not defined; attribute value:"
)


@pytest.mark.parametrize(
    ("text", "values", "message"),
    [
        ("", None, "The expression can not be empty;"),
        (" \n", None, "The expression can not be empty;"),
        ("((a = :v))", {":v": N1}, REDUNDANT),
        ("a = :v AND ((b = :v))", {":v": N1}, REDUNDANT),
        ("((a)) = :v", {":v": N1}, REDUNDANT),
        ("(" * 500 + "a = :v" + ")" * 500, {":v": N1}, REDUNDANT),
        ("foo(a)", None, "Invalid function name; function: foo"),
        ("SIZE(a) = :v", {":v": N1}, "Invalid function name; function: SIZE"),
        ("size(a)", None, f"{MISUSED} size"),
        ("contains(a, b) = :v", {":v": N1}, f"{MISUSED} contains"),
        ("attribute_exists(attribute_exists(a))", None, f"{MISUSED} attribute_exists"),
        (
            "status = :v",
            {":v": N1},
            "Attribute name is a reserved keyword; reserved keyword: status",
        ),
        (
            "a.Order = :v",
            {":v": N1},
            "Attribute name is a reserved keyword; reserved keyword: Order",
        ),
        ("#a = :v", {":v": N1}, f"{UNDEFINED_NAME} #a"),
        ("a = :w", {":v": N1}, f"{UNDEFINED_VALUE} :w"),
        ("attribute_exists(a, b)", None, f"{COUNT} attribute_exists, number of operands: 2"),
        ("contains(a)", None, f"{COUNT} contains, number of operands: 1"),
        (
            "attribute_exists(:v)",
            {":v": N1},
            "Operator or function requires a document path; operator or function: attribute_exists",
        ),
        ("a = a", None, f"{DISTINCT} =, first operand: [a]"),
        ("a.b[1] = a.b[1]", None, f"{DISTINCT} =, first operand: [a, b, [1]]"),
        ("contains(a, a)", None, f"{DISTINCT} contains, first operand: [a]"),
        ("begins_with(a, :v)", {":v": N1}, f"{TYPES} begins_with, operand type: N"),
        ("begins_with(:v, a)", {":v": {"BOOL": True}}, f"{TYPES} begins_with, operand type: BOOL"),
        ("size(:v) = a", {":v": N1}, f"{TYPES} size, operand type: N"),
        ("size(size(a)) = :v", {":v": N1}, f"{TYPES} size, operand type: N"),
        ("begins_with(a, size(b))", None, f"{TYPES} begins_with, operand type: N"),
        ("a < :v", {":v": {"BOOL": True}}, f"{TYPES} <, operand type: BOOL"),
        (":v >= a", {":v": {"L": []}}, f"{TYPES} >=, operand type: L"),
        (
            "a BETWEEN :v AND :w",
            {":v": {"NULL": True}, ":w": N1},
            f"{TYPES} BETWEEN, operand type: NULL",
        ),
        (
            "a BETWEEN :v AND :w",
            {":v": N2, ":w": N1},
            (
                "The BETWEEN operator requires upper bound to be greater than or equal to lower bound;"
                " lower bound operand: AttributeValue: {N:2},"
                " upper bound operand: AttributeValue: {N:1}"
            ),
        ),
        (
            "a BETWEEN :v AND :w",
            {":v": N1, ":w": S1},
            (
                "The BETWEEN operator requires same data type for lower and upper bounds;"
                " lower bound operand: AttributeValue: {N:1},"
                " upper bound operand: AttributeValue: {S:a}"
            ),
        ),
        (
            "attribute_type(a, :v)",
            {":v": {"S": "NUMBER"}},
            (
                "Invalid attribute type name found; type: NUMBER,"
                " valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"
            ),
        ),
        ("attribute_type(a, :v)", {":v": N1}, f"{TYPES} attribute_type, operand type: N"),
        (
            "attribute_type(a, b)",
            None,
            f"{TYPES} attribute_type, operand type: {{NS,SS,L,BS,N,M,B,BOOL,NULL,S}}",
        ),
        # Faults of the text come before those of the values, whatever their places.
        ("a = :w AND foo(b)", None, "Invalid function name; function: foo"),
        ("foo(status)", None, "Invalid function name; function: foo"),
        ("#a = :w AND ((b = :v))", None, REDUNDANT),
        ("contains(a, a) AND b = :w", None, f"{DISTINCT} contains, first operand: [a]"),
    ],
)
def test_what_is_wrong_with_a_condition(
    text: str, values: dict[str, Wire] | None, message: str
) -> None:
    assert fault(text, values) == message


def test_limits() -> None:
    # "The maximum length of any expression string is 4 KB", of operators and functions 300, of
    # operands of IN 100.
    long = "attribute_exists(" + "a" * 4079 + ")"
    assert len(long) == 4097
    assert fault(long) == (
        "Expression size has exceeded the maximum allowed size; expression size: 4097"
    )
    compile_condition("attribute_exists(" + "a" * 4078 + ")", Placeholders(None, None))
    many = " OR ".join(["a=:v"] * 200)
    assert fault(many, {":v": N1}) == (
        "The expression contains too many operators; operator count: 301"
    )
    assert matches(" OR ".join(["a=:v"] * 150), {"a": N1}, {":v": N1})
    operands = ", ".join([":v"] * 101)
    assert fault(f"a IN ({operands})", {":v": N1}) == (
        "The IN operator is provided with too many operands; number of operands: 101"
    )


def test_precedence_and_words_in_any_case() -> None:
    values = {":one": N1, ":two": N2}
    assert matches("a = :one or a = :two AND b = :two", {"a": N1}, values)
    assert not matches("(a = :one or a = :two) and b = :two", {"a": N1}, values)
    assert matches("Not a = :two aNd a = :one", {"a": N1}, values)
    assert not matches("NOT (a = :two OR a = :one)", {"a": N1}, values)
    assert matches("NOT NOT a = :one", {"a": N1}, {":one": N1})


@pytest.mark.parametrize(
    ("wire", "units"),
    [
        ({"S": ""}, "0"),
        ({"S": "é"}, "1"),
        ({"S": "\U0001f600"}, "2"),
        ({"B": "YWJj"}, "3"),
        ({"SS": ["a", "b"]}, "2"),
        ({"L": [N1, N1, N1]}, "3"),
        ({"M": {"x": N1}}, "1"),
    ],
)
def test_size_counts_utf16_units_bytes_and_members(wire: Wire, units: str) -> None:
    assert matches("size(a) = :n", {"a": wire}, {":n": {"N": units}})


def test_what_has_no_size_compares_with_nothing() -> None:
    for wire in ({"N": "1"}, {"BOOL": True}, {"NULL": True}):
        assert not matches("size(a) >= :n", {"a": wire}, {":n": {"N": "0"}})


def test_true_is_not_one() -> None:
    assert not matches("a = :v", {"a": {"BOOL": True}}, {":v": N1})
    assert not matches("contains(a, :v)", {"a": {"L": [{"BOOL": True}]}}, {":v": N1})
    assert not matches("a = :v", {"a": {"L": [{"BOOL": True}]}}, {":v": {"L": [N1]}})


def test_numbers_are_equal_by_value() -> None:
    assert matches("a = :v", {"a": {"N": "1.0"}}, {":v": N1})
    assert matches("contains(a, :v)", {"a": {"NS": ["1.0", "5"]}}, {":v": N1})
    assert matches("a = :v", {"a": {"NS": ["1.0", "2"]}}, {":v": {"NS": ["2", "1"]}})


def test_a_missing_attribute_differs_from_everything() -> None:
    assert matches("q <> z", {})
    for operator in ("=", "<", "<=", ">", ">="):
        assert not matches(f"q {operator} z", {})
    assert not matches("q BETWEEN y AND z", {})


def test_names_with_any_characters_by_placeholder() -> None:
    placeholders = Placeholders({"#0": "a.b-c d", "#x": "size"}, {":v": N1})
    condition = compile_condition("#0.#x = :v", placeholders)
    assert condition.matches(read_item({"a.b-c d": {"M": {"size": N1}}}))
    assert condition.attribute_names() == ("a.b-c d",)


@pytest.mark.parametrize(
    ("names", "values", "message"),
    [
        ({}, None, "ExpressionAttributeNames must not be empty"),
        (None, {}, "ExpressionAttributeValues must not be empty"),
        (
            {"a": "b"},
            None,
            'ExpressionAttributeNames contains invalid key: Syntax error; key: "a"',
        ),
        (
            {"#": "b"},
            None,
            'ExpressionAttributeNames contains invalid key: Syntax error; key: "#"',
        ),
        (
            None,
            {":a-b": N1},
            'ExpressionAttributeValues contains invalid key: Syntax error; key: ":a-b"',
        ),
        (
            None,
            {":v": {}},
            (
                "ExpressionAttributeValues contains invalid value: Supplied AttributeValue is empty,"
                " must contain exactly one of the supported datatypes for key :v"
            ),
        ),
        (
            None,
            {":v": {"SS": []}},
            (
                "ExpressionAttributeValues contains invalid value: One or more parameter values were"
                " invalid: An string set  may not be empty for key :v"
            ),
        ),
    ],
)
def test_what_is_wrong_with_placeholders(
    names: dict[str, str] | None, values: dict[str, Wire] | None, message: str
) -> None:
    assert refusal_of(lambda: Placeholders(names, values)) == message


def test_placeholders_without_a_use() -> None:
    placeholders = Placeholders({"#a": "a", "#b": "b"}, {":v": N1, ":w": N1})
    compile_condition("#a = :v", placeholders)
    assert refusal_of(placeholders.check_all_used) == (
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}"
    )
    compile_condition("attribute_exists(#b)", placeholders)
    assert refusal_of(placeholders.check_all_used) == (
        "Value provided in ExpressionAttributeValues unused in expressions: keys: {:w}"
    )
    compile_condition("#b = :w", placeholders)
    placeholders.check_all_used()


def test_huge_names_are_not_kept() -> None:
    placeholders = Placeholders({"#a": "n" * 5000}, {":v": N1})
    assert placeholders.names_key is None
    assert compile_condition("#a = :v", placeholders).matches({"n" * 5000: 1})
