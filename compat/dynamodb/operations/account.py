"""What is asked of an account, and of a table's settings beside its description."""

from typing import Any, Final

import msgspec

from compat.dynamodb.definitions import TableDefinition
from compat.dynamodb.errors import DynamoError, invalid_parameter, resource_not_found, validation
from compat.dynamodb.operations.tables import named
from compat.dynamodb.service import Body, Caller, Service
from compat.dynamodb.tables import TableHandle
from compat.dynamodb.tag_requests import check_tag_count, read_new_tags, read_tag_keys

#: AWS's default quotas.
_ACCOUNT_UNITS_MAX: Final = 80_000
_TABLE_UNITS_MAX: Final = 40_000
_ENDPOINT_MINUTES: Final = 1440


async def describe_limits(_service: Service, _caller: Caller, _body: Body) -> dict[str, Any]:
    """Tells AWS's default quotas; none is enforced."""
    return {
        "AccountMaxReadCapacityUnits": _ACCOUNT_UNITS_MAX,
        "AccountMaxWriteCapacityUnits": _ACCOUNT_UNITS_MAX,
        "TableMaxReadCapacityUnits": _TABLE_UNITS_MAX,
        "TableMaxWriteCapacityUnits": _TABLE_UNITS_MAX,
    }


async def describe_endpoints(service: Service, _caller: Caller, _body: Body) -> dict[str, Any]:
    """Tells the address under which AWS would serve the region."""
    address = f"dynamodb.{service.settings.region}.amazonaws.com"
    return {"Endpoints": [{"Address": address, "CachePeriodInMinutes": _ENDPOINT_MINUTES}]}


async def describe_time_to_live(service: Service, _caller: Caller, body: Body) -> dict[str, Any]:
    """Tells that items don't expire: they will be able to later."""
    named(service, body)
    return {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}}


async def describe_continuous_backups(
    service: Service, _caller: Caller, body: Body
) -> dict[str, Any]:
    """Tells that there is no recovery to a point in time."""
    handle = service.tables.find(body["TableName"])
    if handle is None:
        raise DynamoError("TableNotFoundException", f"Table not found: {body['TableName']}")
    return {
        "ContinuousBackupsDescription": {
            "ContinuousBackupsStatus": "ENABLED",
            "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"},
        }
    }


# ---- tags --------------------------------------------------------------------------------------


def _by_arn(service: Service, arn: str) -> TableHandle:
    own = service.table_arn("")
    if not arn.startswith("arn:"):
        raise invalid_parameter(f"ARNs must start with 'arn:': {arn}")
    before, table, name = arn.partition(":table/")
    if not table or before.split(":")[2:3] != ["dynamodb"]:
        raise invalid_parameter(f"Provided Arn is not a DynamoDB resource arn: {arn}")
    if "/index/" in name:
        raise invalid_parameter(
            "Invalid resource arn provided, only table or stream is accepted. Provided resource"
            f" arn: {arn}"
        )
    if before.split(":")[:4] != own.split(":")[:4]:
        raise validation(f"Invalid TableArn: Invalid ResourceArn provided as input {arn}")
    handle = service.tables.find(arn) if arn.startswith(own) else None
    if handle is None:
        raise resource_not_found(f"Requested resource not found: ResourceArn: {arn} not found")
    return handle


async def tag_resource(service: Service, _caller: Caller, body: Body) -> dict[str, Any]:
    """Adds tags to a table, or changes their values."""
    new = read_new_tags(body["Tags"])
    handle = _by_arn(service, body["ResourceArn"])

    def redefine(before: TableHandle) -> TableDefinition:
        tags = {**before.definition.tags, **new}
        check_tag_count(len(tags))
        return _retagged(before, tags)

    await service.changes.update(handle.table.id, redefine)
    return {}


async def untag_resource(service: Service, _caller: Caller, body: Body) -> dict[str, Any]:
    """Removes tags from a table."""
    gone = read_tag_keys(body["TagKeys"])
    handle = _by_arn(service, body["ResourceArn"])

    def redefine(before: TableHandle) -> TableDefinition:
        tags = {k: v for k, v in before.definition.tags.items() if k not in gone}
        return _retagged(before, tags)

    await service.changes.update(handle.table.id, redefine)
    return {}


async def list_tags_of_resource(service: Service, _caller: Caller, body: Body) -> dict[str, Any]:
    """Lists a table's tags, all of them: there are at most fifty."""
    handle = _by_arn(service, body["ResourceArn"])
    return {"Tags": [{"Key": k, "Value": v} for k, v in handle.definition.tags.items()]}


def _retagged(handle: TableHandle, tags: dict[str, str]) -> TableDefinition:
    definitions = [index.definition for index in handle.indexes.values()]
    return msgspec.structs.replace(
        handle.definition,
        tags=tags,
        globals=tuple(each for each in definitions if not each.is_local),
        locals=tuple(each for each in definitions if each.is_local),
    )
