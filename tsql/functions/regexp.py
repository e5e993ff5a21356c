"""The functions and operators over POSIX regular expressions (PostgreSQL manual, chapter 9.7.3)."""

import re
from collections.abc import Iterator

from storage.errors import DatabaseError
from storage.types import Array
from tsql.env import Env
from tsql.functions.limits import check_size
from tsql.functions.regex.dissect import Span
from tsql.functions.regex.engine import Regex, compile_regex
from tsql.functions.regex.options import read_flags
from tsql.functions.regex.syntax import Options
from tsql.functions.registry import implements
from tsql.functions.similar import similar_to_escape

_ADVANCED = Options()
_IGNORING_CASE = Options(ignore_case=True)
_REPLACEMENT = re.compile(r"\\(?:([1-9])|([&\\]))")

Match = list[Span | None]


@implements("textregexeq", "nameregexeq")
def textregexeq(text: str, pattern: str) -> bool:
    return compile_regex(pattern, _ADVANCED).test(text)


@implements("textregexne", "nameregexne")
def textregexne(text: str, pattern: str) -> bool:
    return not compile_regex(pattern, _ADVANCED).test(text)


@implements("texticregexeq", "nameicregexeq")
def texticregexeq(text: str, pattern: str) -> bool:
    return compile_regex(pattern, _IGNORING_CASE).test(text)


@implements("texticregexne", "nameicregexne")
def texticregexne(text: str, pattern: str) -> bool:
    return not compile_regex(pattern, _IGNORING_CASE).test(text)


def _compile(pattern: str, flags: str, function: str, *, hint: str | None = None) -> Regex:
    """Compiles for a function that has no use for the flag g."""
    options, is_global = read_flags(flags)
    if is_global:
        raise DatabaseError(
            "22023", f'{function}() does not support the "global" option', hint=hint
        )
    return compile_regex(pattern, options)


def _check_positive(name: str, value: int) -> None:
    if value <= 0:
        raise DatabaseError("22023", f'invalid value for parameter "{name}": {value}')


def _piece(text: str, span: Span | None) -> str | None:
    return None if span is None else text[span[0] : span[1]]


def _matches(regex: Regex, text: str, start: int = 0, *, groups: bool = True) -> Iterator[Match]:
    """Yields the matches from left to right; after an empty one the search goes on a step further."""
    while start <= len(text):
        match = regex.find(text, start, groups=groups)
        if match is None:
            return
        yield match
        begin, end = _whole(match)
        start = end + (begin == end)


def _whole(match: Match) -> Span:
    span = match[0]
    assert span
    return span


def _captures(regex: Regex, text: str, match: Match) -> Array:
    """Returns what the groups of a match hold; the whole match, if there are no groups."""
    spans = match[1:] if regex.group_count else match
    return Array.of([_piece(text, span) for span in spans])


# ---- does it match, what does it match ---------------------------------------------------------


@implements("regexp_like_no_flags")
def regexp_like_no_flags(text: str, pattern: str) -> bool:
    return regexp_like(text, pattern, "")


@implements("regexp_like")
def regexp_like(text: str, pattern: str, flags: str) -> bool:
    return _compile(pattern, flags, "regexp_like").test(text)


@implements("regexp_match_no_flags")
def regexp_match_no_flags(text: str, pattern: str) -> Array | None:
    return regexp_match(text, pattern, "")


@implements("regexp_match")
def regexp_match(text: str, pattern: str, flags: str) -> Array | None:
    hint = "Use the regexp_matches function instead."
    regex = _compile(pattern, flags, "regexp_match", hint=hint)
    match = regex.find(text)
    return None if match is None else _captures(regex, text, match)


@implements("regexp_matches_no_flags")
def regexp_matches_no_flags(text: str, pattern: str) -> Iterator[Array]:
    return regexp_matches(text, pattern, "")


@implements("regexp_matches")
def regexp_matches(text: str, pattern: str, flags: str) -> Iterator[Array]:
    options, is_global = read_flags(flags)
    regex = compile_regex(pattern, options)
    for match in _matches(regex, text):
        yield _captures(regex, text, match)
        if not is_global:
            return


@implements("textregexsubstr")
def textregexsubstr(text: str, pattern: str) -> str | None:
    """Returns what the first group holds, or the whole match of a pattern without groups."""
    regex = compile_regex(pattern, _ADVANCED)
    match = regex.find(text)
    return None if match is None else _piece(text, match[1 if regex.group_count else 0])


@implements("substring(text,text,text)")
def substring_similar(text: str, pattern: str, escape: str) -> str | None:
    return textregexsubstr(text, similar_to_escape(pattern, escape))


# ---- counting and finding ----------------------------------------------------------------------


@implements("regexp_count_no_start")
def regexp_count_no_start(text: str, pattern: str) -> int:
    return regexp_count(text, pattern, 1, "")


@implements("regexp_count_no_flags")
def regexp_count_no_flags(text: str, pattern: str, start: int) -> int:
    return regexp_count(text, pattern, start, "")


@implements("regexp_count")
def regexp_count(text: str, pattern: str, start: int, flags: str) -> int:
    _check_positive("start", start)
    regex = _compile(pattern, flags, "regexp_count")
    return sum(1 for _ in _matches(regex, text, start - 1, groups=False))


def _nth_span(regex: Regex, text: str, start: int, number: int, group: int) -> Span | None:
    """Returns the extent of a group in the match with that number, None if there is none."""
    if group > regex.group_count:
        return None
    for count, match in enumerate(_matches(regex, text, start - 1, groups=group > 0), 1):
        if count == number:
            return match[group]
    return None


@implements("regexp_instr_no_start")
def regexp_instr_no_start(text: str, pattern: str) -> int:
    return regexp_instr(text, pattern, 1, 1, 0, "", 0)


@implements("regexp_instr_no_n")
def regexp_instr_no_n(text: str, pattern: str, start: int) -> int:
    return regexp_instr(text, pattern, start, 1, 0, "", 0)


@implements("regexp_instr_no_endoption")
def regexp_instr_no_endoption(text: str, pattern: str, start: int, number: int) -> int:
    return regexp_instr(text, pattern, start, number, 0, "", 0)


@implements("regexp_instr_no_flags")
def regexp_instr_no_flags(text: str, pattern: str, start: int, number: int, at_end: int) -> int:
    return regexp_instr(text, pattern, start, number, at_end, "", 0)


@implements("regexp_instr_no_subexpr")
def regexp_instr_no_subexpr(
    text: str, pattern: str, start: int, number: int, at_end: int, flags: str
) -> int:
    return regexp_instr(text, pattern, start, number, at_end, flags, 0)


@implements("regexp_instr")
def regexp_instr(
    text: str, pattern: str, start: int, number: int, at_end: int, flags: str, group: int
) -> int:
    _check_positive("start", start)
    _check_positive("n", number)
    if at_end not in (0, 1):
        raise DatabaseError("22023", f'invalid value for parameter "endoption": {at_end}')
    _check_group(group)
    regex = _compile(pattern, flags, "regexp_instr")
    span = _nth_span(regex, text, start, number, group)
    return 0 if span is None else span[at_end] + 1


def _check_group(group: int) -> None:
    if group < 0:
        raise DatabaseError("22023", f'invalid value for parameter "subexpr": {group}')


@implements("regexp_substr_no_start")
def regexp_substr_no_start(text: str, pattern: str) -> str | None:
    return regexp_substr(text, pattern, 1, 1, "", 0)


@implements("regexp_substr_no_n")
def regexp_substr_no_n(text: str, pattern: str, start: int) -> str | None:
    return regexp_substr(text, pattern, start, 1, "", 0)


@implements("regexp_substr_no_flags")
def regexp_substr_no_flags(text: str, pattern: str, start: int, number: int) -> str | None:
    return regexp_substr(text, pattern, start, number, "", 0)


@implements("regexp_substr_no_subexpr")
def regexp_substr_no_subexpr(
    text: str, pattern: str, start: int, number: int, flags: str
) -> str | None:
    return regexp_substr(text, pattern, start, number, flags, 0)


@implements("regexp_substr")
def regexp_substr(
    text: str, pattern: str, start: int, number: int, flags: str, group: int
) -> str | None:
    _check_positive("start", start)
    _check_positive("n", number)
    _check_group(group)
    regex = _compile(pattern, flags, "regexp_substr")
    return _piece(text, _nth_span(regex, text, start, number, group))


# ---- splitting ---------------------------------------------------------------------------------


def _split(regex: Regex, text: str) -> Iterator[str]:
    """Yields what lies between the matches; empty ones at an end or after a match don't split."""
    begin = 0
    previous_end = 0
    for match in _matches(regex, text, groups=False):
        match_begin, match_end = _whole(match)
        if match_begin < len(text) and match_end > previous_end:
            yield text[begin:match_begin]
            begin = match_end
        previous_end = match_end
    yield text[begin:]


@implements("regexp_split_to_table_no_flags")
def regexp_split_to_table_no_flags(text: str, pattern: str) -> Iterator[str]:
    return regexp_split_to_table(text, pattern, "")


@implements("regexp_split_to_table")
def regexp_split_to_table(text: str, pattern: str, flags: str) -> Iterator[str]:
    return _split(_compile(pattern, flags, "regexp_split_to_table"), text)


@implements("regexp_split_to_array_no_flags")
def regexp_split_to_array_no_flags(text: str, pattern: str) -> Array:
    return regexp_split_to_array(text, pattern, "")


@implements("regexp_split_to_array")
def regexp_split_to_array(text: str, pattern: str, flags: str) -> Array:
    return Array.of(list(_split(_compile(pattern, flags, "regexp_split_to_array"), text)))


# ---- replacing ---------------------------------------------------------------------------------


@implements("textregexreplace_noopt", env=True)
def regexp_replace(env: Env, text: str, pattern: str, replacement: str) -> str:
    return _replace(env, compile_regex(pattern, _ADVANCED), text, replacement, 1, 1)


@implements("textregexreplace", env=True)
def regexp_replace_flags(env: Env, text: str, pattern: str, replacement: str, flags: str) -> str:
    if "0" <= flags[:1] <= "9":
        raise DatabaseError(
            "22023",
            f'invalid regular expression option: "{flags[0]}"',
            hint="If you meant to use regexp_replace() with a start parameter, cast the fourth "
            "argument to integer explicitly.",
        )
    options, is_global = read_flags(flags)
    number = 0 if is_global else 1
    return _replace(env, compile_regex(pattern, options), text, replacement, 1, number)


@implements("textregexreplace_extended_no_n", env=True)
def regexp_replace_start(env: Env, text: str, pattern: str, replacement: str, start: int) -> str:
    return regexp_replace_extended(env, text, pattern, replacement, start, 1, "")


@implements("textregexreplace_extended_no_flags", env=True)
def regexp_replace_number(
    env: Env, text: str, pattern: str, replacement: str, start: int, number: int
) -> str:
    return regexp_replace_extended(env, text, pattern, replacement, start, number, "")


@implements("textregexreplace_extended", env=True)
def regexp_replace_extended(
    env: Env, text: str, pattern: str, replacement: str, start: int, number: int, flags: str
) -> str:
    _check_positive("start", start)
    if number < 0:
        raise DatabaseError("22023", f'invalid value for parameter "n": {number}')
    options, _ = read_flags(flags)
    return _replace(env, compile_regex(pattern, options), text, replacement, start, number)


def _replace(env: Env, regex: Regex, text: str, replacement: str, start: int, number: int) -> str:
    """Replaces the match with that number from `start` on; every one, if it is 0."""
    template = _template(replacement)
    needs_groups = any(isinstance(item, int) and item for item in template)
    pieces: list[str] = []
    begin = size = 0
    for count, match in enumerate(_matches(regex, text, start - 1, groups=needs_groups), 1):
        if number and count != number:
            continue
        match_begin, match_end = _whole(match)
        new = "".join(
            item if isinstance(item, str) else _group_text(text, match, item) for item in template
        )
        size += match_begin - begin + len(new)
        check_size(size, env)
        pieces += (text[begin:match_begin], new)
        begin = match_end
        if number:
            break
    pieces.append(text[begin:])
    return "".join(pieces)


def _group_text(text: str, match: Match, group: int) -> str:
    return (_piece(text, match[group]) or "") if group < len(match) else ""


def _template(replacement: str) -> list[str | int]:
    """Takes a replacement apart into texts and numbers of groups."""
    if "\\" not in replacement:
        return [replacement]
    items: list[str | int] = []
    position = 0
    for found in _REPLACEMENT.finditer(replacement):
        items.append(replacement[position : found.start()])
        digit, other = found.groups()
        items.append(int(digit) if digit else 0 if other == "&" else "\\")
        position = found.end()
    items.append(replacement[position:])
    return items
