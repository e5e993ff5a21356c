"""Key conditions, compiled: from parameters to the keys or ranges that an access path reads.

Each function here makes a closure over a table's or an index's `KeyCode`; at run time values are
evaluated, fitted to the part's kind (tsql/planner/key_values.py) and encoded. A comparison with
NULL, or with a value that no row can have, gives no key at all.
"""

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from storage.keycode import Bound, KeyCode, Part
from storage.keyparts import value_encoder
from storage.keyspace import prefix_end
from storage.types import Array, Kind
from tsql.bound import Expression
from tsql.env import Env
from tsql.executor.expressions import compile_expression
from tsql.planner.key_values import (
    Impossible,
    fit_equal,
    fit_lower,
    fit_upper,
    fits_as_it_is,
    fixed_beginning,
)
from tsql.planner.plan import End, Equal, Match, OneOf, RowEnd, Span

Range = tuple[bytes, bytes]
Fixed = Callable[[Env], Any]
_TEXT_KINDS = frozenset({Kind.TEXT, Kind.VARCHAR, Kind.NAME})


def fixed(expression: Expression) -> Fixed:
    """Returns the closure of an expression that reads no row."""
    evaluate = compile_expression(expression)
    return lambda env: evaluate((), env)


def whole_key(code: KeyCode, matches: Sequence[Equal]) -> Callable[[Env], bytes | None]:
    """Returns the closure that makes the one key of a Get; None if no row can have it."""
    getters = [_value_getter(part, match) for part, match in zip(code.parts, matches, strict=True)]
    encode = code.encode
    if len(getters) == 1:
        (only,) = getters

        def one_part(env: Env) -> bytes | None:
            try:
                value = only(env)
            except Impossible:
                return None
            return None if value is None else encode((value,))

        return one_part

    def several_parts(env: Env) -> bytes | None:
        try:
            values = [getter(env) for getter in getters]
        except Impossible:
            return None
        return None if None in values else encode(values)

    return several_parts


def _value_getter(part: Part, match: Equal) -> Fixed:
    assert match.value is not None
    evaluate = compile_expression(match.value)
    kind, type_ = part.kind, match.type
    if fits_as_it_is(kind, type_) or not _needs_fit(kind):
        return lambda env: evaluate((), env)

    def fitted(env: Env) -> Any:
        value = evaluate((), env)
        return None if value is None else fit_equal(kind, type_, value)

    return fitted


def _needs_fit(kind: Kind) -> bool:
    return kind in {Kind.INT2, Kind.INT4, Kind.INT8, Kind.FLOAT4, Kind.DATE, Kind.TIMESTAMP}


def whole_keys(
    code: KeyCode, matches: Sequence[Match], *, reverse: bool
) -> Callable[[Env], list[bytes]]:
    """Returns the closure that makes the keys of a MultiGet: sorted, each once."""
    lists = [_values_lister(part, match) for part, match in zip(code.parts, matches, strict=True)]
    encode = code.encode

    def keys(env: Env) -> list[bytes]:
        values = [listed(env) for listed in lists]
        return sorted(
            {encode(combined) for combined in itertools.product(*values)}, reverse=reverse
        )

    return keys


_NULL_MATCH = (None,)


def _values_lister(part: Part, match: Match) -> Callable[[Env], Iterable[Any]]:
    """Returns what gives all values that the part may have; none for NULLs and misfits."""
    match match:
        case Equal(value=None):
            return lambda _env: _NULL_MATCH
        case Equal():
            get = _value_getter(part, match)

            def one(env: Env) -> Iterable[Any]:
                try:
                    value = get(env)
                except Impossible:
                    return ()
                return () if value is None else (value,)

            return one
        case OneOf():
            return _member_lister(part, match)


def _member_lister(part: Part, match: OneOf) -> Callable[[Env], Iterable[Any]]:
    kind, type_ = part.kind, match.type
    evaluates = [compile_expression(value) for value in match.values]
    array = None if match.array is None else compile_expression(match.array)

    def many(env: Env) -> Iterable[Any]:
        values: Iterable[Any]
        if array is None:
            values = [evaluate((), env) for evaluate in evaluates]
        else:
            found = array((), env)
            values = found.items if isinstance(found, Array) else ()
        result = []
        for value in values:
            if value is None:
                continue
            try:
                result.append(fit_equal(kind, type_, value))
            except Impossible:
                continue
        return result

    return many


# ---- ranges ------------------------------------------------------------------------------------


def ranges(
    code: KeyCode, matches: Sequence[Match], span: Span | None, *, reverse: bool
) -> Callable[[Env], list[Range]]:
    """Returns the closure that makes the ranges of a KeyRange or IndexRange, in reading order."""
    parts = code.parts
    lists = [_values_lister(part, match) for part, match in zip(parts, matches, strict=False)]
    bounded = _span_bounds(code, len(matches), span)
    is_one = all(isinstance(match, Equal) for match in matches)

    def one_range(env: Env) -> list[Range]:
        head = [value for listed in lists for value in listed(env)]
        if len(head) < len(lists):
            return []
        found = bounded(head, env)
        return [] if found is None or found[0] >= found[1] else [found]

    def several_ranges(env: Env) -> list[Range]:
        result = set()
        for head in itertools.product(*[listed(env) for listed in lists]):
            found = bounded(head, env)
            if found is not None and found[0] < found[1]:
                result.add(found)
        return sorted(result, reverse=reverse)

    return one_range if is_one else several_ranges


Bounded = Callable[[Sequence[Any], Env], Range | None]


def _span_bounds(code: KeyCode, position: int, span: Span | None) -> Bounded:
    if span is None:
        return lambda head, _env: code.bounds(head)
    if span.row_lower is not None or span.row_upper is not None:
        return _row_bounds(code, position, span)
    if span.beginning is not None:
        return _beginning_bounds(code, position, span)
    part = code.parts[position]
    lower, upper = _end(part, span.lower, fit_lower), _end(part, span.upper, fit_upper)

    def bounded(head: Sequence[Any], env: Env) -> Range | None:
        try:
            low, high = lower(env), upper(env)
        except Impossible:
            return None
        return code.bounds(head, low, high, not_null=True)

    return bounded


def _end(part: Part, end: End | None, fit: Callable[..., Any]) -> Callable[[Env], Bound | None]:
    if end is None:
        return lambda _env: None
    evaluate = compile_expression(end.value)
    kind, type_, inclusive = part.kind, end.type, end.inclusive

    def bound(env: Env) -> Bound | None:
        value = evaluate((), env)
        if value is None:
            raise Impossible
        fitted = fit(kind, type_, value, inclusive=inclusive)
        return None if fitted is None else Bound(*fitted)

    return bound


def _beginning_bounds(code: KeyCode, position: int, span: Span) -> Bounded:
    assert span.beginning is not None
    evaluate = compile_expression(span.beginning)
    is_pattern = span.is_pattern
    if code.parts[position].kind not in _TEXT_KINDS:
        return lambda head, _env: code.bounds(head, not_null=True)

    def bounded(head: Sequence[Any], env: Env) -> Range | None:
        text = evaluate((), env)
        if text is None:
            return None
        beginning = fixed_beginning(text) if is_pattern else text
        if not beginning:
            return code.bounds(head, not_null=True)
        return code.bounds_of_text(head, beginning)

    return bounded


def _row_bounds(code: KeyCode, position: int, span: Span) -> Bounded:
    lower, upper = _row_end(span.row_lower), _row_end(span.row_upper)

    def bounded(head: Sequence[Any], env: Env) -> Range | None:
        start, end = code.bounds(head)
        try:
            low, high = lower(env), upper(env)
            if low is not None:
                key = code.encode_prefix([*head, *low[0]])
                start = key if low[1] else prefix_end(key)
            if high is not None:
                key = code.encode_prefix([*head, *high[0]])
                end = prefix_end(key) if high[1] else key
        except Impossible:
            return None
        return start, end

    return bounded


def _row_end(end: RowEnd | None) -> Callable[[Env], tuple[list[Any], bool] | None]:
    """Returns what gives the values (x, y), and whether they are included.

    (a, b) > (x, NULL) is a > x: beyond the first NULL nothing can be said.
    """
    if end is None:
        return lambda _env: None
    evaluates = [compile_expression(value) for value in end.values]
    inclusive = end.inclusive

    def bound(env: Env) -> tuple[list[Any], bool]:
        values: list[Any] = []
        for evaluate in evaluates:
            value = evaluate((), env)
            if value is None:
                if not values:
                    raise Impossible
                return values, False
            values.append(value)
        return values, inclusive

    return bound


def encoder_of(kind: Kind, element_kind: Kind | None) -> Callable[[Any], bytes]:
    """Returns the encoding by which values of a kind are equal exactly when SQL says so."""
    return value_encoder(kind, element_kind)
