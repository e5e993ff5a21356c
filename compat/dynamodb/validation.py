"""Is a request one that its operation takes? Before any value is read or any table looked for.

Three steps, in AWS's order: the types of the JSON (wire_types.py), the constraints of the service
model (constraints.py), the parameters that must or can't go together (parameters.py). What depends
on values, on expressions or on the table comes after, in the operations.
"""

from typing import Any, Final

from compat.dynamodb.constraints import check_constraints
from compat.dynamodb.errors import in_envelope
from compat.dynamodb.parameters import RULES
from compat.dynamodb.service_model import OPERATIONS
from compat.dynamodb.wire_types import check_types

#: Operations whose answers count what is wrong, whatever it is.
_ENVELOPED: Final = frozenset({"DeleteItem", "PutItem", "UpdateItem"})

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
    if operation in _ENVELOPED:
        in_envelope(rules, body)
    else:
        rules(body)
