"""Tags in AWS's words."""

from collections.abc import Callable
from typing import Any

import pytest

from compat.dynamodb.tag_requests import read_new_tags, read_tag_keys, read_tags
from tests.compat.dynamodb.faults import refusal_of

TOO_MANY = "Number of Tags exceed the current limit for the provided ResourceArn"


def tag(key: str | None, value: str | None = "v") -> dict[str, str]:
    given = {"Key": key, "Value": value}
    return {name: text for name, text in given.items() if text is not None}


def test_letters_of_every_script_and_some_signs() -> None:
    tags = [
        tag("k" * 128, "v" * 256),
        tag("\u043a\u043b\u044e\u0447", "caf\u00e9"),
        tag("\u8868", "\u3000\u00a0"),
        tag(" ", ""),
        tag("a+b-c=d.e_f:g/h@i", "7"),
    ]
    assert read_tags(tags) == {each["Key"]: each["Value"] for each in tags}
    assert read_tags([]) == {}


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ([{}], "The Tag Key provided is invalid, Key: null"),
        ([tag("")], "The Tag Key provided is invalid, Key: "),
        ([tag("k" * 129)], f"The Tag Key provided is invalid, Key: {'k' * 129}"),
        ([tag("good"), tag("hi!")], "The Tag Key provided is invalid, Key: hi!"),
        ([tag("k", None)], "The Tag Value provided is invalid, Value: null"),
        ([tag("k", "v" * 257)], f"The Tag Value provided is invalid, Value: {'v' * 257}"),
        ([tag("k", "100%")], "The Tag Value provided is invalid, Value: 100%"),
        ([tag("k", "\U0001f511")], "The Tag Value provided is invalid, Value: \U0001f511"),
        ([tag("aws:k")], "Tag Key cannot be prefixed with aws:, Key: aws:k"),
        (
            [tag("k"), tag("k")],
            "Duplicate Tag Keys provided as input: Duplicate Tag Key found k",
        ),
        ([tag(str(number)) for number in range(51)], TOO_MANY),
    ],
)
def test_what_is_no_tag(tags: list[dict[str, str]], message: str) -> None:
    assert refusal_of(lambda: read_tags(tags)) == message


@pytest.mark.parametrize(
    ("read", "given", "message"),
    [
        (read_new_tags, [], "Atleast one Tag needs to be provided as Input."),
        (read_tag_keys, [], "Atleast one Tag Key needs to be provided as Input."),
        (read_tag_keys, [""], "The Tag Key provided is invalid, Key: "),
        (read_tag_keys, [str(number) for number in range(51)], TOO_MANY),
    ],
)
def test_what_must_be_given(read: Callable[[Any], Any], given: Any, message: str) -> None:
    assert refusal_of(lambda: read(given)) == message
