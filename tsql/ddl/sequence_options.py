"""Options of CREATE SEQUENCE, ALTER SEQUENCE and identity columns, read and applied.

As PostgreSQL's init_params: what isn't said keeps its value (or, of a new sequence, gets its
default), and the result must agree with itself: minimum < maximum, start and last value between.
"""

from collections.abc import Sequence as List
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from storage.errors import DatabaseError
from storage.schema import Sequence
from storage.sequence import State
from tsql.binder import bind_type_name
from tsql.env import Env
from tsql.parser import ast
from tsql.types import oids
from tsql.types.io import input_of

_RANGES: Final = {
    oids.INT2: (-(2**15), 2**15 - 1),
    oids.INT4: (-(2**31), 2**31 - 1),
    oids.INT8: (-(2**63), 2**63 - 1),
}
_NUMBERS: Final = frozenset({"start", "increment", "minvalue", "maxvalue", "cache", "restart"})
_TYPE_NAMES: Final = {oids.INT2: "smallint", oids.INT4: "integer", oids.INT8: "bigint"}


@dataclass(frozen=True, slots=True)
class SequenceOptions:
    """What the statement says: option -> value, None where it is named without one (NO MINVALUE).

    Attributes:
        owner: Names after OWNED BY, or None.
        sequence_name: Schema and name that an identity column asks for.
    """

    said: dict[str, Any]
    owner: tuple[str, ...] | None = None
    sequence_name: tuple[str, ...] | None = None

    @classmethod
    def of(cls, definitions: List[Any] | None, *, is_identity: bool = False) -> "SequenceOptions":
        """Returns the options of a list. Raises 42601, 22023, 22P02."""
        said: dict[str, Any] = {}
        for definition in definitions or ():
            name = definition.defname
            if name in said:
                place = definition.location
                raise DatabaseError(
                    "42601",
                    "conflicting or redundant options",
                    position=None if place is None else place + 1,
                )
            argument = definition.arg
            if name in _NUMBERS:
                said[name] = None if argument is None else _number(argument)
            elif name == "cycle":
                said[name] = bool(getattr(argument, "boolval", False))
            elif name == "as":
                said[name] = _integer_type(argument, is_identity=is_identity)
            elif name in {"owned_by", "sequence_name"}:
                said[name] = tuple(part.sval for part in argument)
            else:
                raise DatabaseError("42601", f'sequence option "{name}" not recognized')
        return cls(said, said.pop("owned_by", None), said.pop("sequence_name", None))

    def with_type(self, sql_type: int) -> "SequenceOptions":
        """Returns the options of a column's sequence, whose type is the column's."""
        return SequenceOptions({"as": sql_type, **self.said}, self.owner, self.sequence_name)


def _number(argument: Any) -> int:
    match argument:
        case ast.Integer(ival=value):
            return int(value or 0)
        case _:
            return int(input_of(oids.INT8)(str(argument.fval), -1, Env()))


def _integer_type(node: Any, *, is_identity: bool) -> int:
    oid, _ = bind_type_name(node)
    if oid not in _RANGES:
        what = "identity column" if is_identity else "sequence"
        raise DatabaseError("22023", f"{what} type must be smallint, integer, or bigint")
    return oid


def applied(sequence: Sequence, options: SequenceOptions, state: State | None) -> Sequence:
    """Returns the sequence with the options; `state` is where it stands, None for a new one.

    Raises 22023.
    """
    said = options.said
    is_new = state is None
    old_low, old_high = _RANGES[sequence.sql_type]
    sql_type = said.get("as", sequence.sql_type)
    low, high = _RANGES[sql_type]
    increment = said.get("increment", 1 if is_new else sequence.increment)
    if increment == 0:
        raise DatabaseError("22023", "INCREMENT must not be zero")
    ascends = increment > 0
    # A bound that was the type's own follows the type.
    is_other_type = not is_new and sql_type != sequence.sql_type
    maximum = said.get("maxvalue", None if is_new else sequence.maximum)
    follows = is_other_type and "maxvalue" not in said and sequence.maximum == old_high
    if maximum is None or follows:
        maximum = high if ascends or follows else -1
    _check_range("MAXVALUE", maximum, sql_type)
    minimum = said.get("minvalue", None if is_new else sequence.minimum)
    follows = is_other_type and "minvalue" not in said and sequence.minimum == old_low
    if minimum is None or follows:
        minimum = 1 if ascends and not follows else low
    _check_range("MINVALUE", minimum, sql_type)
    if minimum >= maximum:
        raise DatabaseError("22023", f"MINVALUE ({minimum}) must be less than MAXVALUE ({maximum})")
    start = said.get("start", None if is_new else sequence.start)
    if start is None:
        start = minimum if ascends else maximum
    _check_between("START", start, minimum, maximum)
    last, is_called = state if state is not None else State(start, is_called=False)
    if "restart" in said:
        last, is_called = start if said["restart"] is None else said["restart"], False
    _check_between("RESTART", last, minimum, maximum)
    cache = said.get("cache", 1 if is_new else sequence.cache)
    if cache < 1:
        raise DatabaseError("22023", f"CACHE ({cache}) must be greater than zero")
    return msgspec.structs.replace(
        sequence,
        sql_type=sql_type,
        start=start,
        increment=increment,
        minimum=minimum,
        maximum=maximum,
        cycle=said.get("cycle", False if is_new else sequence.cycle),
        cache=cache,
        begins_at=None if (last, is_called) == (start, False) else last,
        begins_called=is_called,
    )


def _check_range(word: str, value: int, sql_type: int) -> None:
    low, high = _RANGES[sql_type]
    if not low <= value <= high:
        raise DatabaseError(
            "22023",
            f"{word} ({value}) is out of range for sequence data type {_TYPE_NAMES[sql_type]}",
        )


def _check_between(word: str, value: int, minimum: int, maximum: int) -> None:
    if value < minimum:
        raise DatabaseError(
            "22023", f"{word} value ({value}) cannot be less than MINVALUE ({minimum})"
        )
    if value > maximum:
        raise DatabaseError(
            "22023", f"{word} value ({value}) cannot be greater than MAXVALUE ({maximum})"
        )
