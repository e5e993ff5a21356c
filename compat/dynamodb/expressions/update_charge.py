"""What an UpdateExpression is charged against the limit of 400 KB, whatever the item is.

The request alone tells it, before any condition is looked at:

| part                         | bytes                                                              |
|------------------------------|--------------------------------------------------------------------|
| the update                   | 3                                                                  |
| SET target = operand         | 19, the target and the operand                                     |
| ADD target value             | 19, the target and the value                                       |
| REMOVE target, DELETE target | 1 and the target                                                   |
| a target                     | its first name; 4 and the part for each further one                |
| an operand that is a path    | 1, and 14 and the part for each part; not what is there            |
| an operand that is a value   | its size                                                           |
| left + right, left - right   | 34 or 37 and the operands                                          |
| list_append, if_not_exists   | 37 or 39 and the operands                                          |

A name counts its bytes, an index of a list its digits. AWS documents none of it; others have
measured it (decision 77).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from compat.dynamodb.expressions.checks import Checks, Values
from compat.dynamodb.expressions.syntax import (
    Action,
    AddAction,
    Call,
    Operand,
    Path,
    SetAction,
    ValuePlaceholder,
)
from compat.dynamodb.item_size import ITEM_SIZE_BYTES_MAX, value_size

_UPDATE_BYTES: Final = 3
_WRITE_BYTES: Final = 19
_CLEAR_BYTES: Final = 1
_TARGET_PART_BYTES: Final = 4
_OPERAND_BYTES: Final = 1
_OPERAND_PART_BYTES: Final = 14
_FUNCTION_BYTES: Final = {"+": 34, "-": 37, "list_append": 37, "if_not_exists": 39}


@dataclass(frozen=True, slots=True)
class Charge:
    """What one text is charged.

    Attributes:
        fixed_bytes: Without the values.
        values: The placeholders whose values are charged, as often as they are.
    """

    fixed_bytes: int
    values: tuple[str, ...]

    def is_too_much(self, values: Values, request_bytes: int) -> bool:
        """Returns whether the update is over the limit.

        Args:
            values: The request's.
            request_bytes: Of its JSON; no value is larger, so that most needn't be measured.
        """
        if self.fixed_bytes + len(self.values) * request_bytes <= ITEM_SIZE_BYTES_MAX:
            return False
        charged = sum([value_size(values[name]) for name in self.values])
        return self.fixed_bytes + charged > ITEM_SIZE_BYTES_MAX


def charge_of(actions: Iterable[Action], checks: Checks) -> Charge:
    """Returns the charge of an update's actions; the checks know the names."""
    fixed = _UPDATE_BYTES
    values: list[str] = []
    for action in actions:
        fixed += _target_bytes(action.path, checks)
        match action:
            case SetAction(_, operand):
                fixed += _WRITE_BYTES + _operand_bytes(operand, checks, values)
            case AddAction(_, operand):
                fixed += _WRITE_BYTES
                values.append(operand.name)
            case _:
                fixed += _CLEAR_BYTES
    return Charge(fixed, tuple(values))


def _target_bytes(path: Path, checks: Checks) -> int:
    first, *rest = map(_part_bytes, checks.resolve(path))
    return first + sum(rest) + _TARGET_PART_BYTES * len(rest)


def _operand_bytes(operand: Operand, checks: Checks, values: list[str]) -> int:
    """Returns what an operand is charged without the values, which are added to the list."""
    match operand:
        case ValuePlaceholder(name):
            values.append(name)
            return 0
        case Call(function, arguments):
            inner = sum(_operand_bytes(argument, checks, values) for argument in arguments)
            return _FUNCTION_BYTES.get(function, 0) + inner
        case path:
            parts = [_OPERAND_PART_BYTES + _part_bytes(part) for part in checks.resolve(path)]
            return _OPERAND_BYTES + sum(parts)


def _part_bytes(part: str | int) -> int:
    return len(str(part).encode())
