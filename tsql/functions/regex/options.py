"""Letters that change how a regular expression is read, as flags or embedded in it."""

import dataclasses

from storage.errors import DatabaseError
from tsql.functions.regex.syntax import Options, invalid

_CHANGES: dict[str, dict[str, object]] = {
    "b": {"syntax": "basic"},
    "c": {"ignore_case": False},
    "e": {"syntax": "extended"},
    "i": {"ignore_case": True},
    "m": {"line_anchors": True, "line_stops": True},
    "n": {"line_anchors": True, "line_stops": True},
    "p": {"line_anchors": False, "line_stops": True},
    "q": {"syntax": "literal"},
    "s": {"line_anchors": False, "line_stops": False},
    "t": {"expanded": False},
    "w": {"line_anchors": True, "line_stops": False},
    "x": {"expanded": True},
}


def read_flags(flags: str) -> tuple[Options, bool]:
    """Returns what a function's flags ask for, and whether g is among them. Raises 22023."""
    options = Options()
    is_global = False
    for letter in flags:
        if letter == "g":
            is_global = True
        elif letter in _CHANGES:
            options = dataclasses.replace(options, **_CHANGES[letter])  # type: ignore[arg-type] # by name
        else:
            raise DatabaseError("22023", f'invalid regular expression option: "{letter}"')
    return options, is_global


def read_prefix(pattern: str, options: Options) -> tuple[int, Options]:
    """Reads `***:`, `***=` and `(?…)` at the start; returns where the expression itself begins."""
    start = 0
    if options.syntax != "advanced":
        return start, options
    if len(pattern) >= 4 and pattern.startswith("***"):
        if pattern[3] == "=":
            return 4, Options(syntax="literal", ignore_case=options.ignore_case)
        if pattern[3] != ":":
            raise invalid(
                "invalid regexp (reg version 0.8)"
                if pattern[3] == "?"
                else "quantifier operand invalid"
            )
        start = 4
    if pattern.startswith("(?", start) and _is_letter(pattern[start + 2 : start + 3]):
        start += 2
        while _is_letter(letter := pattern[start : start + 1]):
            if letter not in _CHANGES:
                raise invalid("invalid embedded option")
            options = dataclasses.replace(options, **_CHANGES[letter])  # type: ignore[arg-type] # by name
            start += 1
        if pattern[start : start + 1] != ")":
            raise invalid("invalid embedded option")
        start += 1
        if options.syntax == "literal":
            options = Options(syntax="literal", ignore_case=options.ignore_case)
    return start, options


def _is_letter(char: str) -> bool:
    return char.isascii() and char.isalpha()
