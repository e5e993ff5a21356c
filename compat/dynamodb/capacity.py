"""Capacity units: what an operation consumes, by AWS's rules, and how an answer shows it.

Reads round up to 4 KB, writes to 1 KB; nothing costs less than one unit, a missing item included.

| operation                    | units                                                              |
|------------------------------|--------------------------------------------------------------------|
| read, strongly consistent    | size / 4 KB, rounded up                                            |
| read, eventually consistent  | half of that                                                       |
| read in a transaction        | twice that                                                         |
| Query, Scan                  | as one read of the sum of what was evaluated                       |
| BatchGetItem                 | each item by itself                                                |
| write                        | the larger of the old and the new item / 1 KB, rounded up          |
| write in a transaction       | twice that on the table; its indexes as ever                       |

An index is written when its entry changes:

| entry                        | units on the index                                                 |
|------------------------------|--------------------------------------------------------------------|
| none before, none after      | 0                                                                  |
| appears, disappears          | its size                                                           |
| stays as it is               | 0                                                                  |
| changes, key stays           | the larger of both                                                 |
| key changes                  | both                                                               |

Sources: "DynamoDB read and write operations", "Provisioned throughput considerations for Global
Secondary Indexes" in the developer guide; API_ConsumedCapacity.
"""

from typing import Any, Final, Literal

_READ_BYTES: Final = 4096
_WRITE_BYTES: Final = 1024


def read_units(size: int, *, consistent: bool, transactional: bool = False) -> float:
    """Returns the units of one read of so many bytes."""
    units = max(-(-size // _READ_BYTES), 1)
    if transactional:
        return units * 2.0
    return float(units) if consistent else units / 2


def write_units(before: int, after: int, *, transactional: bool = False) -> float:
    """Returns the units of one write; an item that isn't there has size 0."""
    units = _whole_units(max(before, after))
    return units * 2.0 if transactional else float(units)


def index_write_units(
    before: int | None, after: int | None, *, same_key: bool, is_identical: bool
) -> float:
    """Returns the units of one write on an index.

    Args:
        before: Size of the old entry, None if there was none.
        after: Size of the new entry, likewise.
        same_key: Whether the entry stays under its key.
        is_identical: Whether it doesn't change at all.
    """
    if before is None:
        return 0.0 if after is None else float(_whole_units(after))
    if after is None:
        return float(_whole_units(before))
    if is_identical:
        return 0.0
    if same_key:
        return float(_whole_units(max(before, after)))
    return float(_whole_units(before) + _whole_units(after))


def _whole_units(size: int) -> int:
    return max(-(-size // _WRITE_BYTES), 1)


class Consumed:
    """What one table consumes in one request.

    Attributes:
        table: Units of the table itself.
        local: Units of its local secondary indexes, by name; those of 0 don't show.
        globals: Likewise of its global ones.
    """

    __slots__ = ("globals", "local", "table", "table_name", "transactional")

    def __init__(
        self, table_name: str, transactional: Literal["read", "write"] | None = None
    ) -> None:
        self.table_name = table_name
        self.transactional = transactional
        self.table = 0.0
        self.local: dict[str, float] = {}
        self.globals: dict[str, float] = {}

    def add_local(self, index: str, units: float) -> None:
        """Adds units of a local secondary index."""
        self.local[index] = self.local.get(index, 0.0) + units

    def add_global(self, index: str, units: float) -> None:
        """Adds units of a global secondary index."""
        self.globals[index] = self.globals.get(index, 0.0) + units

    def total(self) -> float:
        """Returns the units of the table and all its indexes."""
        return self.table + sum(self.local.values()) + sum(self.globals.values())

    def render(self, mode: str | None) -> dict[str, Any] | None:
        """Returns ConsumedCapacity for ReturnConsumedCapacity: NONE, TOTAL or INDEXES."""
        if mode not in {"TOTAL", "INDEXES"}:
            return None
        answer: dict[str, Any] = {"TableName": self.table_name, **self._units(self.total())}
        if mode == "INDEXES":
            answer["Table"] = self._units(self.table)
            for member, indexes in (
                ("LocalSecondaryIndexes", self.local),
                ("GlobalSecondaryIndexes", self.globals),
            ):
                shown = {name: self._units(units) for name, units in indexes.items() if units}
                if shown:
                    answer[member] = shown
        return answer

    def _units(self, units: float) -> dict[str, float]:
        if self.transactional == "read":
            return {"CapacityUnits": units, "ReadCapacityUnits": units}
        if self.transactional == "write":
            return {"CapacityUnits": units, "WriteCapacityUnits": units}
        return {"CapacityUnits": units}
