"""The table: in which form each function and operator is emitted, by its signature.

An operator stands for the function behind it. A form is a text with the arguments as {0}, {1}…, or
a function of them, which returns None for what it doesn't know. Arguments have the types that the
function declares, and the result of a text has the type that it returns: the texts cast where
DuckDB's type would be another.
"""

import functools
from collections.abc import Callable, Mapping

from tsql.analytics.emitted import Emitted, Form, checked, key_path
from tsql.analytics.families import (
    booleans,
    bytes_uuids,
    datetimes,
    floats,
    integers,
    intervals,
    numerics,
    texts,
)
from tsql.catalog.pg import PgProc, signature

_FAMILIES = (booleans, bytes_uuids, datetimes, floats, integers, intervals, numerics, texts)


@functools.cache
def table() -> Mapping[str, Form]:
    """Returns every form by the signature of its function, sorted."""
    forms: dict[str, Form] = {}
    for family in _FAMILIES:
        for name, form in family.FORMS.items():
            assert name not in forms, name
            forms[name] = form
    return dict(sorted(forms.items()))


def lookup(*, is_utc: bool) -> Callable[[PgProc], Form | None]:
    """Returns how functions are looked up where the session's time zone is UTC, or isn't."""
    plain = table()

    def form_of(proc: PgProc) -> Form | None:
        name = signature(proc)
        return plain.get(name) or (datetimes.IN_UTC.get(name) if is_utc else None)

    return form_of


def apply(form: Form, result_type: int, arguments: tuple[Emitted, ...]) -> Emitted | None:
    """Returns the call of a form, or None for arguments that it doesn't know."""
    if callable(form):
        return form(arguments)
    values = [checked(one).sql for one in arguments]
    return Emitted(f"({form.format(*values, error=key_path(result_type))})", result_type)
