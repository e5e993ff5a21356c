"""Throughput of tables and indexes as requests give it: provisioned, on demand at most, warm.

The texts are the service's, as they were recorded in October 2026. An index is named in them; of a
table they say "table".
"""

from collections.abc import Mapping
from typing import Any, Final

from compat.dynamodb.definitions import Throughput
from compat.dynamodb.errors import invalid_parameter, validation

Body = Mapping[str, Any]

ON_DEMAND: Final = "PAY_PER_REQUEST"
#: What a new on-demand table takes at once, by AWS's documentation of warm throughput.
WARM_ON_DEMAND: Final = Throughput(12_000, 4_000)
#: In the place of a maximum that isn't given; -1 is one that was taken away.
NOT_GIVEN: Final = 0
_UNITS_MAX: Final = 1_000_000_000_000
_INITIAL_PAGE: Final = (
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"
    "on-demand-capacity-mode.html#on-demand-capacity-mode-initial"
)


def require_no_units(wire: Body | None) -> None:
    """Raises ValidationException where a table on demand is given capacity units."""
    if wire is not None:
        raise invalid_parameter(
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode"
            f" is {ON_DEMAND}"
        )


def read_throughput(wire: Body | None, mode: str) -> Throughput | None:
    """Returns the provisioned throughput of CreateTable. Raises ValidationException."""
    if mode == ON_DEMAND:
        require_no_units(wire)
        return None
    if wire is None:
        raise invalid_parameter(
            "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is"
            " PROVISIONED"
        )
    return units(wire)


def units(wire: Body) -> Throughput:
    """Returns a ProvisionedThroughput. Raises ValidationException."""
    for name in ("ReadCapacityUnits", "WriteCapacityUnits"):
        if wire[name] > _UNITS_MAX:
            raise validation(f"Given value {wire[name]} for {name} is out of bounds")
    return Throughput(wire["ReadCapacityUnits"], wire["WriteCapacityUnits"])


def read_on_demand(wire: Body | None, mode: str, index: str | None = None) -> Throughput | None:
    """Returns the maxima of what is new. Raises ValidationException."""
    if not wire:
        return None
    maxima = []
    for name in ("MaxReadRequestUnits", "MaxWriteRequestUnits"):
        value = wire.get(name, NOT_GIVEN)
        if name in wire and mode != ON_DEMAND:
            place = "" if index is None else f" for index: {index}"
            raise invalid_parameter(
                f"{name} for OnDemandThroughput{place} cannot be specified when table BillingMode"
                " is PROVISIONED."
            )
        if name in wire and value < 1:
            raise _out_of_range(name, index)
        maxima.append(value)
    return Throughput(*maxima)


def changed_on_demand(
    wire: Body | None, mode: str, old: Throughput | None, index: str | None = None
) -> Throughput | None:
    """Returns the maxima after a change: what isn't given stays. Raises ValidationException."""
    if not wire:
        return old
    changed = old or Throughput(NOT_GIVEN, NOT_GIVEN)
    maxima = []
    for name, kept in (
        ("MaxReadRequestUnits", changed.read),
        ("MaxWriteRequestUnits", changed.write),
    ):
        value = wire.get(name, kept)
        if name in wire and mode != ON_DEMAND:
            place = "" if index is None else f" for index : {index}"
            raise invalid_parameter(
                f"{name} for OnDemandThroughput{place} cannot be specified when the table"
                " BillingMode is PROVISIONED"
            )
        if name in wire and (value == 0 or value < -1):
            raise _out_of_range(name, index)
        maxima.append(value)
    return Throughput(*maxima)


def _out_of_range(name: str, index: str | None) -> Exception:
    place = "table" if index is None else f"index : {index}"
    return invalid_parameter(
        f"Requested {name} for OnDemandThroughput for {place} is outside of valid range"
    )


def read_warm(
    wire: Body | None, provisioned: Throughput | None, index: str | None = None
) -> Throughput | None:
    """Returns the warm throughput of what is new. Raises ValidationException."""
    if not wire:
        return None
    least = WARM_ON_DEMAND if provisioned is None else provisioned
    place = "table" if index is None else f"index {index}"
    found = []
    for name, base, capacity in (
        ("ReadUnitsPerSecond", least.read, "ReadCapacityUnits"),
        ("WriteUnitsPerSecond", least.write, "WriteCapacityUnits"),
    ):
        value = wire.get(name, base)
        if value < base:
            reason = (
                f"initial throughput for OnDemand. See: {_INITIAL_PAGE}"
                if provisioned is None
                else f"{capacity} of ProvisionedThroughput"
            )
            raise invalid_parameter(
                f"Requested {name} for WarmThroughput for {place} is lower than {reason}"
            )
        found.append(value)
    return Throughput(*found)


def changed_warm(
    wire: Body | None,
    old: Throughput | None,
    provisioned: Throughput | None,
    index: str | None = None,
) -> Throughput | None:
    """Returns the warm throughput after a change, which only raises it."""
    if not wire:
        return old
    current = warm_of(old, provisioned)
    place = "table" if index is None else f"index {index}"
    found = []
    for name, least in (
        ("ReadUnitsPerSecond", current.read),
        ("WriteUnitsPerSecond", current.write),
    ):
        value = wire.get(name, least)
        if value < least:
            raise invalid_parameter(
                f"Requested {name} for WarmThroughput for {place} is lower than current"
                " WarmThroughput, decreasing WarmThroughput is not supported"
            )
        found.append(value)
    return Throughput(*found)


def warm_of(given: Throughput | None, provisioned: Throughput | None) -> Throughput:
    """Returns the warm throughput of a table or index; `provisioned` is None for one on demand."""
    base = WARM_ON_DEMAND if provisioned is None else provisioned
    if given is None:
        return base
    return Throughput(max(base.read, given.read), max(base.write, given.write))
