"""The choice between several functions or operators of one name (manual, 10.2 and 10.3).

exact match  ->  those that the arguments can be converted to  ->  most exact matches
             ->  most exact matches or preferred types  ->  categories for unknown literals
             ->  unknown literals as the type that the known arguments share
"""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from tsql.binder.pathways import CoercionContext, can_coerce, category_of, is_preferred
from tsql.types import oids
from tsql.types.kinds import base_type


class Candidate(Protocol):
    """Something that takes arguments."""

    @property
    def types(self) -> tuple[int, ...]:
        """The types that it takes, one per argument given."""


_C = TypeVar("_C", bound=Candidate)


def matching(candidates: Sequence[_C], actual: Sequence[int]) -> list[_C]:
    """Returns those that the arguments can be converted to implicitly."""
    return [c for c in candidates if can_coerce(actual, c.types, CoercionContext.IMPLICIT)]


def choose(candidates: Sequence[_C], actual: Sequence[int]) -> _C | None:
    """Returns the one that fits best, or None where that can't be told."""
    actual = [base_type(type_) for type_ in actual]
    candidates = _best(candidates, actual, _exact_matches)
    if len(candidates) == 1:
        return candidates[0]
    candidates = _best(candidates, actual, _good_matches)
    if len(candidates) == 1:
        return candidates[0]
    if oids.UNKNOWN not in actual:
        return None
    by_category = _by_categories(candidates, actual)
    if by_category is not None:
        candidates = by_category
        if len(candidates) == 1:
            return candidates[0]
    return _by_known_type(candidates, actual)


def _exact_matches(candidate: Candidate, actual: Sequence[int]) -> int:
    pairs = zip(candidate.types, actual, strict=True)
    return sum(target == source != oids.UNKNOWN for target, source in pairs)


def _good_matches(candidate: Candidate, actual: Sequence[int]) -> int:
    count = 0
    for target, source in zip(candidate.types, actual, strict=True):
        if source == oids.UNKNOWN:
            continue
        if target == source or (
            is_preferred(target) and category_of(target) == category_of(source)
        ):
            count += 1
    return count


def _best(candidates: Sequence[_C], actual: Sequence[int], score: object) -> list[_C]:
    assert callable(score)
    scores = [score(candidate, actual) for candidate in candidates]
    best = max(scores)
    return [c for c, points in zip(candidates, scores, strict=True) if points == best]


def _by_categories(candidates: Sequence[_C], actual: Sequence[int]) -> list[_C] | None:
    """Keeps those that take unknown literals in the category that speaks loudest: strings first."""
    wanted: dict[int, tuple[str, bool]] = {}
    for at, source in enumerate(actual):
        if source != oids.UNKNOWN:
            continue
        types = [candidate.types[at] for candidate in candidates]
        categories = {category_of(target) for target in types}
        if "S" in categories:
            category = "S"
        elif len(categories) == 1:
            category = categories.pop()
        else:
            return None
        wanted[at] = (
            category,
            any(is_preferred(target) for target in types if category_of(target) == category),
        )
    kept = [c for c in candidates if _takes(c, wanted)]
    return kept or None


def _takes(candidate: Candidate, wanted: dict[int, tuple[str, bool]]) -> bool:
    for at, (category, needs_preferred) in wanted.items():
        target = candidate.types[at]
        if category_of(target) != category or (needs_preferred and not is_preferred(target)):
            return False
    return True


def _by_known_type(candidates: Sequence[_C], actual: Sequence[int]) -> _C | None:
    known = {source for source in actual if source != oids.UNKNOWN}
    if len(known) != 1:
        return None
    assumed = [next(iter(known))] * len(actual)
    fitting = [c for c in candidates if can_coerce(assumed, c.types, CoercionContext.IMPLICIT)]
    return fitting[0] if len(fitting) == 1 else None
