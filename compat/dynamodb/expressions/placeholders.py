"""ExpressionAttributeNames and ExpressionAttributeValues of one request.

One request's expressions share them: each must be defined, and used by one of them.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from compat.dynamodb.attribute_values import Value, read_value
from compat.dynamodb.errors import DynamoError, WrongValueError, current_text, validation

_NAME: Final = re.compile(r"#[A-Za-z0-9_]+")
_VALUE: Final = re.compile(r":[A-Za-z0-9_]+")
#: Of a placeholder.
KEY_CHARACTERS_MAX: Final = 255
#: Compiled expressions are kept only with names that aren't huge.
_CACHED_NAMES_CHARACTERS_MAX: Final = 2_000


class Placeholders:
    """The placeholders of one request, and which of them have been used.

    Attributes:
        names: The attribute names, by placeholder.
        values: The values, by placeholder.
        names_key: The names as a key of a cache; None if they are too long for that.
    """

    def __init__(self, names: Mapping[str, str] | None, values: Mapping[str, Any] | None) -> None:
        """Reads the placeholders from the wire. Raises ValidationException."""
        self.names: Mapping[str, str] = {}
        self.values: Mapping[str, Value] = {}
        self.names_key: tuple[tuple[str, str], ...] | None = ()
        self._used: set[str] = set()
        if names is not None:
            _check_keys(names, _NAME, "ExpressionAttributeNames")
            self.names = names
            for key, name in names.items():
                if not name:
                    raise validation(
                        "ExpressionAttributeNames contains invalid value: Empty attribute name"
                        f" for key {key}"
                    )
            self.names_key = _names_key(names)
        if values is not None:
            _check_keys(values, _VALUE, "ExpressionAttributeValues")
            self.values = _read_values(values)

    @classmethod
    def plain(
        cls, names: Mapping[str, str] | None, values: Mapping[str, Value] | None
    ) -> "Placeholders":
        """Returns placeholders of whose names and values no fault is known but one of syntax.

        An odd placeholder is none that an expression could use: `check_all_used` tells of it.
        """
        found = cls(None, None)
        if names is not None:
            found.names = names
            found.names_key = _names_key(names)
        if values is not None:
            found.values = values
        return found

    def use(self, placeholders: Iterable[str]) -> None:
        """Notes that an expression uses these."""
        self._used.update(placeholders)

    def check_all_used(self) -> None:
        """Raises ValidationException if a placeholder has no use in the expressions so far."""
        for parameter, defined in (
            ("ExpressionAttributeNames", self.names),
            ("ExpressionAttributeValues", self.values),
        ):
            unused = [key for key in defined if key not in self._used]
            if unused:
                raise validation(
                    f"Value provided in {parameter} unused in expressions:"
                    f" keys: {{{', '.join(unused)}}}"
                )


def _names_key(names: Mapping[str, str]) -> tuple[tuple[str, str], ...] | None:
    length = sum(map(len, names)) + sum(map(len, names.values()))
    return tuple(names.items()) if length <= _CACHED_NAMES_CHARACTERS_MAX else None


def _check_keys(keys: Mapping[str, Any], form: re.Pattern[str], parameter: str) -> None:
    if not keys:
        raise validation(f"{parameter} must not be empty")
    for key in keys:
        if len(key) > KEY_CHARACTERS_MAX:
            raise validation(
                f"{parameter} contains invalid key: The expression attribute map contains a key that"
                f" is too long; size of key: {len(key)}"
            )
        if form.fullmatch(key) is None:
            raise validation(f'{parameter} contains invalid key: Syntax error; key: "{key}"')


def _read_values(wire: Mapping[str, Any]) -> dict[str, Value]:
    values = {}
    for key, value in wire.items():
        try:
            values[key] = read_value(value)
        except DynamoError as error:
            wrapped = (
                f"ExpressionAttributeValues contains invalid value: {error.message} for key {key}"
            )
            raise WrongValueError(wrapped, current_text(error) or wrapped) from None
    return values
