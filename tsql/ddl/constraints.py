"""Constraints of CREATE TABLE: which there are, and which are refused."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from storage.errors import not_supported
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


_REFUSED: Final = {
    _TYPES.CONSTR_FOREIGN: "FOREIGN KEY",
    _TYPES.CONSTR_EXCLUSION: "EXCLUDE",
    _TYPES.CONSTR_GENERATED: "GENERATED ALWAYS AS (expression)",
    _TYPES.CONSTR_ATTR_DEFERRABLE: "DEFERRABLE",
    _TYPES.CONSTR_ATTR_DEFERRED: "INITIALLY DEFERRED",
}


def refuse_constraint(constraint: Any) -> None:
    """Raises 0A000 for what TerraScale doesn't check."""
    feature = _REFUSED.get(constraint.contype)
    if constraint.deferrable:
        feature = "DEFERRABLE"
    elif constraint.is_no_inherit:
        feature = "NO INHERIT"
    elif constraint.indexspace is not None:
        feature = "USING INDEX TABLESPACE"
    elif constraint.indexname is not None:
        feature = "USING INDEX"
    if feature is not None:
        raise not_supported(feature)


def redundant_with(key: KeyConstraint, others: Iterable[KeyConstraint]) -> KeyConstraint | None:
    """Returns the constraint that already makes the same index (PostgreSQL keeps one of them)."""
    for other in others:
        if (
            other.columns == key.columns
            and other.included == key.included
            and (other.is_primary or other.nulls_distinct == key.nulls_distinct)
            and not (key.name and other.name)
        ):
            return other
    return None
