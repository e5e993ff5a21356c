"""Key conditions straight to ranges of keys, where nothing about them is odd.

    pk = :p                                  pk = :p AND sk BETWEEN :low AND :high

A text says the same of a key whatever its values are, so what it says is kept, by the text and its names. A
request then adds values, read by what reads the key's attributes. Whatever isn't plainly right is a
LongWay, as in stored_items.py.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from compat.dynamodb.definitions import KeySchema
from compat.dynamodb.expressions.key_condition import KeyPlan, plan_key_condition
from compat.dynamodb.wire_items import LongWay
from storage.keycode import Bound, KeyCode
from storage.keyspace import prefix_end

_PLANS_MAX: Final = 256
#: Of the name of an attribute and of a placeholder; longer ones are a fault or need a count.
_NAME_CHARACTERS_SURE: Final = 255

#: A text, and the names that it uses.
_Text = tuple[str, tuple[tuple[str, str], ...]]
#: A type's letter, and what reads what is behind it. Raises LongWay.
Read = tuple[str, Callable[[Any], Any]]
Range = tuple[bytes, bytes]


class PlainRanges:
    """The short way from key conditions to ranges in one version of a table."""

    def __init__(self, key: KeySchema, code: KeyCode, reads: Sequence[Read]) -> None:
        self._key = key
        self._code = code
        self._reads = reads
        self._plans: dict[_Text, KeyPlan] = {}

    def find(self, text: Any, names: Any, values: Any) -> Range:
        """Returns where what a KeyConditionExpression wants is. Raises LongWay.

        Args:
            text: The expression, as it came.
            names: ExpressionAttributeNames likewise, or None.
            values: ExpressionAttributeValues likewise.
        """
        if type(values) is not dict or type(text) is not str:
            raise LongWay
        plan = self._plan(text, names)
        if values.keys() != plan.placeholders:
            raise LongWay
        partition = _value(values, plan.partition, self._reads[0])
        if plan.sort is None:
            head = self._code.encode_prefix((partition,))
            return head, prefix_end(head)
        operands = [_value(values, name, self._reads[1]) for name in plan.operands]
        return self._sorted(partition, plan.sort, operands)

    def _sorted(self, partition: Any, operator: str, operands: list[Any]) -> Range:
        code, equal, first = self._code, (partition,), operands[0]
        match operator:
            case "=":
                head = code.encode_prefix((partition, first))
                return head, prefix_end(head)
            case "begins_with":
                return code.bounds_of_text(equal, first)
            case "BETWEEN":
                if first > operands[1]:
                    raise LongWay
                return code.bounds(equal, Bound(first, True), Bound(operands[1], True))
            case "<" | "<=":
                return code.bounds(equal, None, Bound(first, operator == "<="))
            case _:
                return code.bounds(equal, Bound(first, operator == ">="), None)

    def _plan(self, text: str, names: Any) -> KeyPlan:
        if names is not None and (type(names) is not dict or not names):
            raise LongWay
        try:
            known = text, () if names is None else tuple(names.items())
            plan = self._plans.get(known)
        except TypeError:  # a name that is a list or an object
            raise LongWay from None
        return plan or self._learn(known)

    def _learn(self, known: _Text) -> KeyPlan:
        text, names = known
        for name in names:
            for part in name:
                if type(part) is not str or not 0 < len(part) <= _NAME_CHARACTERS_SURE:
                    raise LongWay
        plan = plan_key_condition(text, dict(names), self._key)
        if plan is None or any(len(n) > _NAME_CHARACTERS_SURE for n in plan.placeholders):
            raise LongWay
        if len(self._plans) >= _PLANS_MAX:
            del self._plans[next(iter(self._plans))]
        self._plans[known] = plan
        return plan


def _value(values: dict[str, Any], name: str, read: Read) -> Any:
    value = values[name]
    if type(value) is not dict or len(value) != 1:
        raise LongWay
    letter, read_content = read
    return read_content(value.get(letter))
