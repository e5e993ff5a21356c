"""SIMILAR TO: SQL's regular expressions, rewritten as PostgreSQL's.

`%` and `_` become `.*` and `.`, brackets stay, what only POSIX understands is escaped. Two
escape-double-quotes part a pattern for substring(… similar … escape …) into three: the middle is
what it returns, and the first part matches as little as it can.
"""

from storage.errors import DatabaseError
from tsql.functions.like import invalid_escape
from tsql.functions.registry import implements

_PLAIN = {"%": ".*", "_": ".", "(": "(?:", "\\": "\\\\", ".": "\\.", "^": "\\^", "$": "\\$"}
_SEPARATORS = ("){1,1}?(", "){1,1}(?:")


@implements("similar_escape")
def similar_escape(pattern: str | None, escape: str | None) -> str | None:
    if pattern is None:
        return None
    return similar_to_escape(pattern, "\\" if escape is None else escape)


@implements("similar_to_escape_1")
def similar_to_escape_default(pattern: str) -> str:
    return similar_to_escape(pattern, "\\")


@implements("similar_to_escape_2")
def similar_to_escape(pattern: str, escape: str) -> str:
    """Returns the POSIX form of an SQL regular expression."""
    if len(escape) > 1:
        raise invalid_escape()
    pieces = ["^(?:"]
    escaped = in_brackets = False
    separator_count = 0
    for char in pattern:
        if escaped:
            if char == '"' and not in_brackets:
                if separator_count == len(_SEPARATORS):
                    raise _too_many_separators()
                pieces.append(_SEPARATORS[separator_count])
                separator_count += 1
            else:
                pieces.append("\\" + char)
            escaped = False
        elif char == escape:
            escaped = True
        elif in_brackets:
            pieces.append("\\\\" if char == "\\" else char)
            in_brackets = char != "]"
        else:
            pieces.append(_PLAIN.get(char, char))
            in_brackets = char == "["
    return "".join(pieces) + ")$"


def _too_many_separators() -> DatabaseError:
    return DatabaseError(
        "2200C",
        "SQL regular expression may not contain more than two escape-double-quote separators",
    )
