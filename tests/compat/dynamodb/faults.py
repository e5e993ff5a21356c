"""What a call that must fail says."""

from collections.abc import Callable
from typing import Any

import pytest

from compat.dynamodb.errors import DynamoError


def fault_of(call: Callable[[], Any]) -> tuple[str, str | None]:
    """Returns the kind and the message of the error that the call raises."""
    with pytest.raises(DynamoError) as raised:
        call()
    return raised.value.kind, raised.value.message


def refusal_of(call: Callable[[], Any]) -> str | None:
    """Returns the message of the ValidationException that the call raises."""
    kind, message = fault_of(call)
    assert kind == "ValidationException"
    return message
