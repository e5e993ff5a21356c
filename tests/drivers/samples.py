"""Values of every type as Python drivers give and take them."""

import datetime
import decimal
import uuid
from typing import Any

UTC = datetime.UTC
NESTED = {"a": [1, {"b": None}, "é✓"], "n": 1.5}

#: SQL type and values that come back equal.
ROUND_TRIPS: list[tuple[str, Any]] = [
    ("bool", True),
    ("int2", -32768),
    ("int4", 2147483647),
    ("int8", -9223372036854775808),
    ("float4", 1.5),
    ("float8", 0.1),
    ("float8", float("inf")),
    ("numeric", decimal.Decimal("12345678901234567890.123456789")),
    ("numeric", decimal.Decimal("0.000100")),
    ("text", "héllo\n\t'\"\\ ✓😀"),
    ("text", ""),
    ("varchar(10)", "abc"),
    ("bytea", b"\x00\xff\x10abc"),
    ("uuid", uuid.UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")),
    ("date", datetime.date(2024, 2, 29)),
    ("time", datetime.time(12, 34, 56, 789)),
    ("timestamp", datetime.datetime(2024, 2, 29, 12, 34, 56, 123456)),  # noqa: DTZ001 - without a zone
    ("timestamptz", datetime.datetime(2024, 2, 29, 12, 34, 56, 123456, tzinfo=UTC)),
    ("interval", datetime.timedelta(days=3, hours=4, microseconds=5)),
    ("int4[]", [1, 2, None]),
    ("text[]", ["a", None, 'q"uo,te', ""]),
    ("float8[]", [1.5, -2.0]),
    ("timestamptz[]", [datetime.datetime(2024, 1, 1, tzinfo=UTC)]),
]
