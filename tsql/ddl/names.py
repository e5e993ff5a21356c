"""Names that PostgreSQL makes up: t_pkey, t_a_b_key, t_a_check, t_a_idx.

A name is at most 63 bytes: the longer one of its two parts is cut, byte by byte, until all fits; a
name that is taken gets a number (indexcmds.c, makeObjectName and ChooseRelationName).
"""

from collections.abc import Callable, Sequence
from typing import Final

NAME_BYTES_MAX: Final = 63


def object_name(first: str, second: str | None, label: str) -> str:
    """Returns first_second_label, cut to the length of a name."""
    one, two = first.encode(), (second or "").encode()
    overhead = len(label) + 1 + (1 if second else 0)
    room = NAME_BYTES_MAX - overhead
    while len(one) + len(two) > room:
        if len(one) > len(two):
            one = one[:-1]
        else:
            two = two[:-1]
    parts = [_whole(one), _whole(two), label] if second else [_whole(one), label]
    return "_".join(parts)


def _whole(data: bytes) -> str:
    """Returns the text without a character that was cut in the middle."""
    return data.decode(errors="ignore")


def free_name(first: str, second: str | None, label: str, is_taken: Callable[[str], bool]) -> str:
    """Returns the first of first_second_label, …_label1, …_label2 that isn't taken."""
    number = 0
    while True:
        name = object_name(first, second, f"{label}{number or ''}")
        if not is_taken(name):
            return name
        number += 1


def index_columns_part(names: Sequence[str]) -> str:
    """Returns the middle part of an index's name: its columns, joined until they are too long."""
    joined = ""
    for name in names:
        joined = f"{joined}_{name}" if joined else name
        if len(joined.encode()) >= NAME_BYTES_MAX + 1:
            break
    return joined


def index_part_names(names: Sequence[str | None]) -> list[str]:
    """Returns the parts' names, expressions (None) as expr, expr1, …; repeated names numbered."""
    result: list[str] = []
    for name in names:
        base = name or "expr"
        candidate, number = base, 0
        while candidate in result:
            number += 1
            candidate = f"{base}{number}"
        result.append(candidate)
    return result
