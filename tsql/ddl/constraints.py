"""Constraints of CREATE TABLE: which there are, and which are refused."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from storage.errors import DatabaseError, not_supported
from storage.schema import AT_ONCE, Timing
from tsql.parser import enums

_TYPES = enums.ConstrType


@dataclass(frozen=True, slots=True)
class KeyConstraint:
    """A PRIMARY KEY or UNIQUE constraint."""

    name: str | None
    is_primary: bool
    columns: tuple[str, ...]
    included: tuple[str, ...]
    nulls_distinct: bool = True
    timing: Timing = AT_ONCE
    options: tuple[tuple[str, str], ...] = ()


_REFUSED: Final = {
    _TYPES.CONSTR_EXCLUSION: "EXCLUDE",
}
_ATTRIBUTES: Final = {
    _TYPES.CONSTR_ATTR_DEFERRABLE: "DEFERRABLE",
    _TYPES.CONSTR_ATTR_NOT_DEFERRABLE: "NOT DEFERRABLE",
    _TYPES.CONSTR_ATTR_DEFERRED: "INITIALLY DEFERRED",
    _TYPES.CONSTR_ATTR_IMMEDIATE: "INITIALLY IMMEDIATE",
}
#: Constraints that may be put off.
_TIMED: Final = {
    _TYPES.CONSTR_PRIMARY,
    _TYPES.CONSTR_UNIQUE,
    _TYPES.CONSTR_EXCLUSION,
    _TYPES.CONSTR_FOREIGN,
}


def refuse_constraint(constraint: Any) -> None:
    """Raises 0A000 for what TerraScale doesn't check."""
    feature = _REFUSED.get(constraint.contype)
    if constraint.indexspace is not None:
        feature = "USING INDEX TABLESPACE"
    elif constraint.indexname is not None:
        feature = "USING INDEX"
    if feature is not None:
        raise not_supported(feature)


def timing_of(constraint: Any, attributes: Iterable[Any] = ()) -> Timing:
    """Returns when a constraint is tested; `attributes` stand behind a column's. Raises 42601."""
    deferrable: bool | None = True if constraint.deferrable else None
    deferred: bool | None = True if constraint.initdeferred else None
    for attribute in attributes:
        match attribute.contype:
            case _TYPES.CONSTR_ATTR_DEFERRABLE | _TYPES.CONSTR_ATTR_NOT_DEFERRABLE:
                if deferrable is not None:
                    what = "multiple DEFERRABLE/NOT DEFERRABLE clauses not allowed"
                    raise _misplaced(what, attribute)
                deferrable = attribute.contype == _TYPES.CONSTR_ATTR_DEFERRABLE
            case _:
                if deferred is not None:
                    what = "multiple INITIALLY IMMEDIATE/DEFERRED clauses not allowed"
                    raise _misplaced(what, attribute)
                deferred = attribute.contype == _TYPES.CONSTR_ATTR_DEFERRED
        if deferred and deferrable is False:
            what = "constraint declared INITIALLY DEFERRED must be DEFERRABLE"
            raise _misplaced(what, attribute)
    if deferred:
        return Timing(deferrable=True, initially_deferred=True)
    return Timing(deferrable=True) if deferrable else AT_ONCE


def with_attributes(constraints: Iterable[Any]) -> list[tuple[Any, list[Any]]]:
    """Returns a column's constraints, each with the attributes behind it. Raises 42601."""
    found: list[tuple[Any, list[Any]]] = []
    for constraint in constraints:
        name = _ATTRIBUTES.get(constraint.contype)
        if name is None:
            found.append((constraint, []))
        elif not found or found[-1][0].contype not in _TIMED:
            raise _misplaced(f"misplaced {name} clause", constraint)
        else:
            found[-1][1].append(constraint)
    return found


def _misplaced(message: str, constraint: Any) -> DatabaseError:
    position = None if constraint.location is None else constraint.location + 1
    return DatabaseError("42601", message, position=position)


def redundant_with(key: KeyConstraint, others: Iterable[KeyConstraint]) -> KeyConstraint | None:
    """Returns the constraint that already makes the same index (PostgreSQL keeps one of them)."""
    for other in others:
        if (
            other.columns == key.columns
            and other.included == key.included
            and (other.is_primary or other.nulls_distinct == key.nulls_distinct)
            and other.timing == key.timing
            and not (key.name and other.name)
        ):
            return other
    return None
