"""Is a request one that its operation takes? Before any value is read or any table looked for.

Three steps, in AWS's order: the types of the JSON (wire_types.py), the constraints of the service
model (constraints.py), the parameters that must or can't go together (parameters.py). What depends
on values, on expressions or on the table comes after, in the operations.
"""

from typing import Any, Final

from compat.dynamodb.constraints import check_constraints
from compat.dynamodb.errors import DynamoError, in_envelope
from compat.dynamodb.parameters import RULES
from compat.dynamodb.service_model import OPERATIONS
from compat.dynamodb.wire_types import check_types

#: Operations whose answers count what is wrong, whatever it is.
_ENVELOPED: Final = frozenset({"DeleteItem", "PutItem", "UpdateItem"})

#: Levels of JSON, two for each of a value, from which on those operations don't count.
_OLDER_FORM_LEVELS: Final = 2 * 63

__all__ = ["OPERATIONS", "check_request"]


def check_request(operation: str, body: dict[str, Any]) -> None:
    """Raises SerializationException or ValidationException unless the request makes sense.

    Takes members that are null out of the body, and makes whole numbers of what must be.
    """
    shape = OPERATIONS[operation]
    if not shape:
        return
    check_types(shape, body)
    check_constraints(operation, shape, body)
    rules = RULES.get(operation)
    if rules is None:
        return
    if operation not in _ENVELOPED:
        rules(body)
        return
    try:
        in_envelope(rules, body)
    except DynamoError:
        if _is_very_deep(body):
            rules(body)
        raise


def _is_very_deep(body: Any) -> bool:
    """Returns whether a request has so many levels that it is judged in the older form."""
    layer = [body]
    for _ in range(_OLDER_FORM_LEVELS):
        layer = [
            child
            for parent in layer
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, dict | list)
        ]
        if not layer:
            return False
    return True
