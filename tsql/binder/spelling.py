"""Hints for names that are nearly right.

By PostgreSQL's measure: at most three edits, and no more than half of the name.
"""

from collections.abc import Sequence
from typing import Final

from tsql.binder.context import Item

_DISTANCE_MAX: Final = 3


def hint_for(items: Sequence[Item], name: str, qualifier: str | None) -> str | None:
    """Returns the hint that names the one or two closest columns, or None."""
    best: list[str] = []
    least = _DISTANCE_MAX + 1
    for item in items:
        penalty = 0 if qualifier is None else min(distance(qualifier, item.alias), least)
        for column in item.columns:
            edits = distance(name, column.name)
            if edits > len(name) // 2:
                continue
            edits += penalty
            if edits < least:
                best, least = [f"{item.alias}.{column.name}"], edits
            elif edits == least and edits <= _DISTANCE_MAX:
                best.append(f"{item.alias}.{column.name}")
    if len(best) not in {1, 2}:
        return None
    named = " or the column ".join(f'"{column}"' for column in best)
    return f"Perhaps you meant to reference the column {named}."


def distance(a: str, b: str) -> int:
    """Returns the number of insertions, deletions and replacements between two names."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]
