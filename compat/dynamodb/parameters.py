"""Which parameters of an operation go together: what no type or length can say.

One function an operation, listed in `RULES`; each gets a request of the right types within its
constraints and raises the first fault in AWS's order. Parameters from before expressions can't be
mixed with expressions; what they say is looked at in legacy.py.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from compat.dynamodb.errors import WrongValueError, validation
from compat.dynamodb.legacy import check_conditional_operator

Body = Mapping[str, Any]

BATCH_GET_MAX: Final = 100
BATCH_WRITE_MAX: Final = 25

_AMBIGUOUS: Final = (
    "Supplied AttributeValue has more than one datatypes set,"
    " must contain exactly one of the supported datatypes"
)
_EMPTY: Final = (
    "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
)


_WITHOUT_EXPRESSION: Final = (
    "ExpressionAttributeValues can only be specified when using expressions"
)
#: Without any of these there is nothing to check; most requests for one item are like that.
_CONCERNED: Final = frozenset(
    {
        *("ConditionExpression", "FilterExpression", "KeyConditionExpression"),
        *("ProjectionExpression", "UpdateExpression"),
        *("ExpressionAttributeNames", "ExpressionAttributeValues"),
        *("AttributesToGet", "AttributeUpdates", "ConditionalOperator", "Expected"),
        *("KeyConditions", "QueryFilter", "ScanFilter"),
    }
)
#: What ConditionalOperator joins.
_JOINED: Final = frozenset({"Expected", "QueryFilter", "ScanFilter"})


def _check_expressions(body: Body, expressions: Collection[str], legacy: Collection[str]) -> None:
    """Checks that expressions aren't mixed with legacy parameters, and placeholders have a use."""
    if _CONCERNED.isdisjoint(body):
        return
    given = [name for name in expressions if name in body]
    old = [name for name in legacy if name in body]
    if "KeyConditionExpression" not in body and "KeyConditions" in old:
        # It goes with all expressions but the one that says the same.
        old.remove("KeyConditions")
    if given and old:
        raise validation(
            "Can not use both expression and non-expression parameters in the same request:"
            f" Non-expression parameters: {{{', '.join(old)}}}"
            f" Expression parameters: {{{', '.join(given)}}}"
        )
    if "ExpressionAttributeNames" in body and not given:
        raise validation("ExpressionAttributeNames can only be specified when using expressions")
    with_values = [name for name in expressions if name != "ProjectionExpression"]
    if "ExpressionAttributeValues" in body and not any(name in body for name in with_values):
        reason = f": {' and '.join(with_values)} {'are' if len(with_values) > 1 else 'is'} null"
        raise WrongValueError(f"{_WITHOUT_EXPRESSION}{reason}", _WITHOUT_EXPRESSION)
    for member in _JOINED.intersection(legacy):
        check_conditional_operator(body, member)


def _get_item(body: Body) -> None:
    _check_expressions(body, ("ProjectionExpression",), ("AttributesToGet",))


def _put_item(body: Body) -> None:
    _check_expressions(body, ("ConditionExpression",), ("Expected", "ConditionalOperator"))
    _check_return_values(body)


def _check_return_values(body: Body) -> None:
    if body.get("ReturnValues", "NONE") not in {"NONE", "ALL_OLD"}:
        raise validation("ReturnValues can only be ALL_OLD or NONE")


def _update_item(body: Body) -> None:
    _check_expressions(
        body,
        ("UpdateExpression", "ConditionExpression"),
        ("AttributeUpdates", "Expected", "ConditionalOperator"),
    )


def _query(body: Body) -> None:
    _check_expressions(
        body,
        ("ProjectionExpression", "FilterExpression", "KeyConditionExpression"),
        ("AttributesToGet", "QueryFilter", "ConditionalOperator", "KeyConditions"),
    )
    _check_select(body, "Querying")
    if "KeyConditionExpression" not in body and "KeyConditions" not in body:
        raise validation(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the"
            " request."
        )


def _scan(body: Body) -> None:
    _check_expressions(
        body,
        ("ProjectionExpression", "FilterExpression"),
        ("AttributesToGet", "ScanFilter", "ConditionalOperator"),
    )
    _check_segments(body)
    _check_select(body, "Scanning")


def _check_segments(body: Body) -> None:
    segment, total = body.get("Segment"), body.get("TotalSegments")
    if segment is not None and total is None:
        raise validation(
            "The TotalSegments parameter is required but was not present in the request when"
            " Segment parameter is present"
        )
    if total is not None and segment is None:
        raise validation(
            "The Segment parameter is required but was not present in the request when parameter"
            " TotalSegments is present"
        )
    if segment is not None and total is not None and segment >= total:
        raise validation(
            "The Segment parameter is zero-based and must be less than parameter TotalSegments:"
            f" Segment: {segment} is not less than TotalSegments: {total}"
        )


def _check_select(body: Body, doing: str) -> None:
    """Checks Select: what it asks for must be what the other parameters give."""
    select = body.get("Select")
    projections = [name for name in ("ProjectionExpression", "AttributesToGet") if name in body]
    if select is None:
        return
    if projections and select != "SPECIFIC_ATTRIBUTES":
        wanted = "only the Count" if select == "COUNT" else select
        raise validation(f"Cannot specify the {projections[0]} when choosing to get {wanted}")
    if select == "SPECIFIC_ATTRIBUTES" and not projections:
        raise validation(
            "Must specify the AttributesToGet or ProjectionExpression when choosing to get"
            " SPECIFIC_ATTRIBUTES"
        )
    if select == "ALL_PROJECTED_ATTRIBUTES" and "IndexName" not in body:
        raise validation(
            f"ALL_PROJECTED_ATTRIBUTES can be used only when {doing} using an IndexName"
        )


def _batch_get_item(body: Body) -> None:
    requests = body["RequestItems"]
    given = {name for request in requests.values() for name in request}
    if {"ProjectionExpression", "AttributesToGet"} <= given:
        raise validation(
            "Can not use both expression and non-expression parameters in the same request:"
            " Non-expression parameters: {AttributesToGet}"
            " Expression parameters: {ProjectionExpression}"
        )
    for request in requests.values():
        _check_expressions(request, ("ProjectionExpression",), ("AttributesToGet",))
    if sum(len(request["Keys"]) for request in requests.values()) > BATCH_GET_MAX:
        raise validation("Too many items requested for the BatchGetItem call")


def _batch_write_item(body: Body) -> None:
    requests = [request for table in body["RequestItems"].values() for request in table]
    for request in requests:
        count = ("PutRequest" in request) + ("DeleteRequest" in request)
        if count != 1:
            raise validation(_AMBIGUOUS if count else _EMPTY)
    if len(requests) > BATCH_WRITE_MAX:
        raise validation("Too many items requested for the BatchWriteItem call")


_ACTIONS: Final = ("ConditionCheck", "Put", "Update", "Delete")


def _transact_write_items(body: Body) -> None:
    for item in body["TransactItems"]:
        if sum(action in item for action in _ACTIONS) != 1:
            raise validation("TransactItems can only contain one of Check, Put, Update or Delete")
    for item in body["TransactItems"]:
        for action in _ACTIONS:
            if action not in item:
                continue
            expressions = ("UpdateExpression",) if action == "Update" else ()
            _check_expressions(item[action], (*expressions, "ConditionExpression"), ())


def _transact_get_items(body: Body) -> None:
    for item in body["TransactItems"]:
        _check_expressions(item["Get"], ("ProjectionExpression",), ())


#: What to check of each operation's parameters; operations that aren't here need nothing.
RULES: Final[dict[str, Callable[[Body], None]]] = {
    "BatchGetItem": _batch_get_item,
    "BatchWriteItem": _batch_write_item,
    "DeleteItem": _put_item,
    "GetItem": _get_item,
    "PutItem": _put_item,
    "Query": _query,
    "Scan": _scan,
    "TransactGetItems": _transact_get_items,
    "TransactWriteItems": _transact_write_items,
    "UpdateItem": _update_item,
}
