"""DynamoDB's errors: one exception, rendered as AWS's JSON 1.0 protocol shows it.

    HTTP 400
    {"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
     "message": "The conditional request failed", "Item": {...}}

The prefix of `__type` tells which layer of AWS's stack refused: the service itself, its input
validation ("coral.validate") or the web service framework ("coral.service"). SDKs look only at what
follows the "#", but clients that read the wire may compare the whole. The framework's own errors
and cancelled transactions write "Message" with a capital letter, all others "message"; the service
model says so for those that it names.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, ParamSpec, TypeVar

import msgspec

from storage.errors import DatabaseError

Arguments = ParamSpec("Arguments")
T = TypeVar("T")

_SERVICE: Final = "com.amazonaws.dynamodb.v20120810#"
_VALIDATE: Final = "com.amazon.coral.validate#"
_FRAMEWORK: Final = "com.amazon.coral.service#"

_PREFIXES: Final[dict[str, str]] = {
    "ValidationException": _VALIDATE,
    **dict.fromkeys(
        (
            "AccessDeniedException",
            "ExpiredTokenException",
            "IncompleteSignatureException",
            "InternalFailure",
            "InvalidSignatureException",
            "MissingAuthenticationTokenException",
            "SerializationException",
            "ServiceUnavailableException",
            "UnknownOperationException",
            "UnrecognizedClientException",
        ),
        _FRAMEWORK,
    ),
    "ThrottlingException": "com.amazon.coral.availability#",
}
_CAPITAL_MESSAGE: Final = frozenset(
    {"AccessDeniedException", "SerializationException", "TransactionCanceledException"}
)
_STATUS: Final[dict[str, int]] = {
    "InternalFailure": 500,
    "InternalServerError": 500,
    "ServiceUnavailableException": 503,
}

encode: Final = msgspec.json.Encoder().encode


class DynamoError(Exception):
    """A fault as DynamoDB reports it.

    Attributes:
        kind: The exception's name, without its prefix.
        fields: Further members of the answer, in wire form: Item, CancellationReasons.
        status: The HTTP status.
    """

    def __init__(
        self, kind: str, message: str | None, fields: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.fields: Mapping[str, Any] = fields or {}
        self.status = _STATUS.get(kind, 400)

    def body(self) -> bytes:
        """Returns the answer's body."""
        prefix = _PREFIXES.get(self.kind, _SERVICE)
        answer: dict[str, Any] = {"__type": prefix + self.kind}
        if self.message is not None:
            answer["Message" if self.kind in _CAPITAL_MESSAGE else "message"] = self.message
        answer.update(self.fields)
        return encode(answer)

    def __repr__(self) -> str:
        return f"DynamoError({self.kind!r}, {self.message!r})"


class WrongValueError(DynamoError):
    """A value that can't be one; which AWS words in two ways, by operation (decision 61).

    Attributes:
        current: The text of the operations that judge values anew; `message` is the older one.
    """

    def __init__(self, message: str, current: str) -> None:
        super().__init__("ValidationException", message)
        self.current = current


def validation(message: str) -> DynamoError:
    """Returns the error for a request that can't be right."""
    return DynamoError("ValidationException", message)


def current_text(error: DynamoError) -> str | None:
    """Returns an error's text where values are judged anew."""
    return error.current if isinstance(error, WrongValueError) else error.message


def in_envelope(read: Callable[Arguments, T], *args: Arguments.args, **more: Arguments.kwargs) -> T:
    """Returns what is read of a request of PutItem, UpdateItem or DeleteItem.

    What is wrong with such a request before its table is looked for is counted, as constraints are.
    """
    try:
        return read(*args, **more)
    except DynamoError as error:
        if error.kind != "ValidationException":
            raise
        raise validation(f"1 validation error detected: {current_text(error)}") from None


def invalid_parameter(reason: str) -> DynamoError:
    """Returns the error for values that contradict the table or each other."""
    return validation(f"One or more parameter values were invalid: {reason}")


def serialization(message: str) -> DynamoError:
    """Returns the error for JSON of the wrong shape."""
    return DynamoError("SerializationException", message)


def conditional_check_failed(wire_item: Mapping[str, Any] | None = None) -> DynamoError:
    """Returns the error for a false condition, with the item in wire form where asked for."""
    fields = None if wire_item is None else {"Item": wire_item}
    return DynamoError("ConditionalCheckFailedException", "The conditional request failed", fields)


class CancellationReason(msgspec.Struct, frozen=True, omit_defaults=True, rename="pascal"):
    """Why an action of a transaction failed; code "None" for those that didn't.

    Attributes:
        item: In wire form, where ReturnValuesOnConditionCheckFailure asks for it.
    """

    code: str
    message: str | None = None
    item: Mapping[str, Any] | None = None


#: The reason of an action that is not to blame.
NO_REASON: Final = CancellationReason("None")


def transaction_canceled(reasons: Sequence[CancellationReason]) -> DynamoError:
    """Returns the error for a transaction of which some action failed; a reason for each action."""
    codes = ", ".join(reason.code for reason in reasons)
    return DynamoError(
        "TransactionCanceledException",
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
        # msgspec would leave out a code that equals its default: it has none.
        {"CancellationReasons": list(reasons)},
    )


def transaction_conflict() -> DynamoError:
    """Returns the error for a write that met a transaction in progress."""
    return DynamoError("TransactionConflictException", "Transaction is ongoing for the item")


def resource_not_found(message: str = "Requested resource not found") -> DynamoError:
    """Returns the error for a table, index or stream that isn't there."""
    return DynamoError("ResourceNotFoundException", message)


def table_not_found(name: str) -> DynamoError:
    """Returns the error of the operations on tables (DescribeTable, DeleteTable, UpdateTable)."""
    return resource_not_found(f"Requested resource not found: Table: {name} not found")


def resource_in_use(message: str) -> DynamoError:
    """Returns the error for a table that exists already or is busy."""
    return DynamoError("ResourceInUseException", message)


def limit_exceeded(message: str) -> DynamoError:
    """Returns the error for too much at once of what control operations do."""
    return DynamoError("LimitExceededException", message)


def access_denied(message: str) -> DynamoError:
    """Returns the error for a caller who may not."""
    return DynamoError("AccessDeniedException", message)


def unknown_operation() -> DynamoError:
    """Returns the error for an operation that this API doesn't have; AWS gives no message."""
    return DynamoError("UnknownOperationException", None)


def idempotent_parameter_mismatch() -> DynamoError:
    """Returns the error for a client token that came before with another request."""
    return DynamoError(
        "IdempotentParameterMismatchException",
        "The request uses the same client token as a previous, but non-identical request. Do not"
        " reuse a client token with different requests, unless the requests are identical",
    )


def internal(message: str = "Internal server error") -> DynamoError:
    """Returns the error for our own fault."""
    return DynamoError("InternalServerError", message)


def from_database(error: DatabaseError) -> DynamoError:
    """Returns an error of the storage as this API shows it; constraints are named."""
    rendering = error.rendering
    if error.constraint is not None and rendering.dynamodb_type in {
        "ValidationException",
        "ConditionalCheckFailedException",
    }:
        return invalid_parameter(f"{error.message} (constraint: {error.constraint})")
    return DynamoError(rendering.dynamodb_type, error.message)
