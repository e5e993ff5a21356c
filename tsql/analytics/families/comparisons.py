"""The six comparisons, by the endings that PostgreSQL's functions have."""

from typing import Final

COMPARISONS: Final = {
    "eq": "{0} = {1}",
    "ne": "{0} <> {1}",
    "lt": "{0} < {1}",
    "le": "{0} <= {1}",
    "gt": "{0} > {1}",
    "ge": "{0} >= {1}",
}


def compared(pattern: str, left: str, right: str) -> dict[str, str]:
    """Returns the comparisons of a type or two: `pattern` names the function, {} its ending."""
    return {f"{pattern.format(end)}({left},{right})": form for end, form in COMPARISONS.items()}
