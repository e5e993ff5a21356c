"""LIKE, and regular expressions of the kind that both engines read alike.

A pattern has to be known. Whether a text matches is the same for any regular expression in the
common subset; what matched isn't (PostgreSQL takes the longest), so nothing here returns that.
"""

import re
from typing import Final

from tsql.analytics.emitted import Emitted, Form
from tsql.analytics.literals import text_literal
from tsql.types import oids

#: Plain characters, ".", escaped punctuation, \d, simple brackets; each may be repeated. Groups and
#: alternatives of these. No back-references, no lookaround, no \w (it knows Unicode), no options.
_ATOM: Final = (
    r"(?:[A-Za-z0-9 _,;:@#%&=<>\"'!~`/\-]|[^\x00-\x7f]|\.|\\[.*+?()|\[\]{}^$\\/\-]|\\d"
    r"|\[\^?(?:[A-Za-z0-9 _,;:@#%&=<>\"'!~`/.+*?()|{}$](?:-[A-Za-z0-9])?)+\])"
)
_REPEATED: Final = rf"{_ATOM}(?:[*+?]|\{{[0-9]{{1,2}}(?:,(?:[0-9]{{1,2}})?)?\}})?"
_SEQUENCE: Final = rf"(?:{_REPEATED})*"
_GROUP: Final = rf"\((?:\?:)?{_SEQUENCE}(?:\|{_SEQUENCE})*\)[*+?]?"
_REGEX: Final = re.compile(
    rf"\^?(?:{_REPEATED}|{_GROUP})*\$?(?:\|\^?(?:{_REPEATED}|{_GROUP})*\$?)*"
)


def _like(*, negated: bool, ignores_case: bool = False) -> Form:
    def form(arguments: tuple[Emitted, ...]) -> Emitted | None:
        value, pattern = arguments
        if not pattern.is_literal or pattern.value is None:
            return None
        if len(pattern.value) - len(pattern.value.rstrip("\\")) & 1:
            return None  # the error at its end depends on the text
        word = "NOT LIKE" if negated else "LIKE"
        sides = [value.sql, text_literal(pattern.value)]
        if ignores_case:
            sides = [f"lower({side})" for side in sides]
        return Emitted(f"({sides[0]} {word} {sides[1]} ESCAPE '\\')", oids.BOOL)

    return form


def _regex(*, negated: bool) -> Form:
    def form(arguments: tuple[Emitted, ...]) -> Emitted | None:
        value, pattern = arguments
        if not pattern.is_literal or pattern.value is None:
            return None
        if _REGEX.fullmatch(pattern.value) is None:
            return None
        sql = f"regexp_matches({value.sql}, {text_literal(pattern.value)}, 's')"
        return Emitted(f"(NOT {sql})" if negated else sql, oids.BOOL)

    return form


PATTERNS: Final[dict[str, Form]] = {
    "bpcharlike(bpchar,text)": _like(negated=False),
    "bpcharnlike(bpchar,text)": _like(negated=True),
    "like(text,text)": _like(negated=False),
    "notlike(text,text)": _like(negated=True),
    "texticlike(text,text)": _like(negated=False, ignores_case=True),
    "texticnlike(text,text)": _like(negated=True, ignores_case=True),
    "textlike(text,text)": _like(negated=False),
    "textnlike(text,text)": _like(negated=True),
    "textregexeq(text,text)": _regex(negated=False),
    "textregexne(text,text)": _regex(negated=True),
}
