"""The service model: the operations of the DynamoDB API, and the shapes of their requests.

service_model.json is generated from the model that botocore ships (tools/generate_dynamodb_model.py)
and never edited. Where the service is known to behave otherwise than its published model, the
difference is stated here, in `_OVERRIDES`: they come from the service's own messages, as
conformance suites recorded them.
"""

import pathlib
from typing import Final

import msgspec


class Shape(msgspec.Struct, frozen=True):
    """What a value of a request may be.

    Attributes:
        type: structure, list, map, string, integer, long, double, boolean, blob or timestamp.
        members: Of a structure, the shapes of its members.
        required: Of a structure, the members that must be there.
        key: Of a map, the shape of the keys.
        value: Of a map or a list, the shape of the elements.
        min: Least length or value.
        max: Greatest length or value.
        pattern: Of a string.
        enum: Of a string.
    """

    type: str = msgspec.field(name="t")
    members: dict[str, str] = msgspec.field(name="m", default_factory=dict)
    required: tuple[str, ...] = msgspec.field(name="r", default=())
    key: str = msgspec.field(name="k", default="")
    value: str = msgspec.field(name="v", default="")
    min: float | None = None
    max: float | None = None
    pattern: str | None = msgspec.field(name="p", default=None)
    enum: tuple[str, ...] = msgspec.field(name="e", default=())


class _Model(msgspec.Struct, frozen=True):
    operations: dict[str, str]
    shapes: dict[str, Shape]


_MODEL: Final = msgspec.json.decode(
    (pathlib.Path(__file__).parent / "service_model.json").read_bytes(), type=_Model
)

_NAME_PATTERN: Final = "[a-zA-Z0-9_.-]+"
#: Messages list enumerations in the service's order, which isn't the model's.
_ENUMS: Final[dict[str, tuple[str, ...]]] = {
    "AttributeAction": ("ADD", "DELETE", "PUT"),
    "ComparisonOperator": (
        *("IN", "NULL", "BETWEEN", "LT", "NOT_CONTAINS", "EQ", "GT"),
        *("NOT_NULL", "NE", "LE", "BEGINS_WITH", "GE", "CONTAINS"),
    ),
    "ConditionalOperator": ("OR", "AND"),
    "ProjectionType": ("ALL", "INCLUDE", "KEYS_ONLY"),
    "ReturnValue": ("ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"),
    "ScalarAttributeType": ("B", "N", "S"),
    "Select": (
        "SPECIFIC_ATTRIBUTES",
        "COUNT",
        "ALL_ATTRIBUTES",
        "ALL_PROJECTED_ATTRIBUTES",
    ),
}


#: The request of an UpdateItem that has no key: all that is wrong with it is reported.
KEYLESS_UPDATE: Final = "UpdateItemInput without Key"
#: Faults are reported in the service's order of members, where that is known to be another.
_IN_OTHER_ORDER: Final = {
    "TransactWriteItemsInput": ("TransactWriteItemsInput", ("ClientRequestToken",)),
    KEYLESS_UPDATE: ("UpdateItemInput", ("ReturnConsumedCapacity", "TableName", "ReturnValues")),
}


def _overridden(shapes: dict[str, Shape]) -> dict[str, Shape]:
    changed = dict(shapes)
    for name, enum in _ENUMS.items():
        changed[name] = msgspec.structs.replace(shapes[name], enum=enum)
    # A name, unless it is an ARN (constraints.py).
    changed["TableArn"] = Shape(type="string", min=1, max=255, pattern=_NAME_PATTERN)
    # Only global indexes have more than two key attributes.
    changed["TableKeySchema"] = Shape(type="list", value="KeySchemaElement", min=1, max=2)
    changed["KeySchema"] = Shape(type="list", value="KeySchemaElement", min=1, max=8)
    # These have texts of their own (tag_requests.py, table_requests.py).
    changed["Tag"] = msgspec.structs.replace(shapes["Tag"], required=())
    for name in ("TagKeyString", "TagValueString", "TableClass"):
        changed[name] = Shape(type="string")
    create = shapes["CreateTableInput"]
    members = {**create.members, "TableName": "TableName", "KeySchema": "TableKeySchema"}
    members["LocalSecondaryIndexes"] = members.pop("LocalSecondaryIndexes")
    changed["CreateTableInput"] = msgspec.structs.replace(
        create,
        members=members,
        required=(*create.required, "AttributeDefinitions", "KeySchema"),
    )
    for name, (shape, first) in _IN_OTHER_ORDER.items():
        members = shapes[shape].members
        ordered = {**{member: members[member] for member in first}, **members}
        changed[name] = msgspec.structs.replace(shapes[shape], members=ordered)
    local = shapes["LocalSecondaryIndex"]
    changed["LocalSecondaryIndex"] = msgspec.structs.replace(
        local, members={**local.members, "KeySchema": "TableKeySchema"}
    )
    return changed


#: The shape of each operation's request, by the operation's name; "" for no members.
OPERATIONS: Final = _MODEL.operations
SHAPES: Final = _overridden(_MODEL.shapes)
