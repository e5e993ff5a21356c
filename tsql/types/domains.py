"""Domains: types whose values are another type's, as far as they meet constraints.

A value is the base type's, so whatever stores, compares or shows values never hears of the domain;
only what becomes one is tested: by the input functions here, and by CAST (bound.CoerceToDomain).

Which constraints there are depends on who asks, as an enum's labels do: the session sees its own
ALTER DOMAIN; where there is none, the newest known state answers. Compiling a constraint takes the
binder, so whoever registers a domain brings the compiler along.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from storage.errors import DatabaseError
from storage.objects import DomainType
from tsql.catalog import pg
from tsql.env import Env
from tsql.types.binary.registry import Context, binary_io, receive_column, send_of
from tsql.types.io import input_of, output_of, text_io
from tsql.types.kinds import base_of, base_type, element_type_of, register_base
from tsql.types.type_names import type_name_in
from tsql.types.users import register_type

#: Whether a value, as a row of one column, meets a constraint; None counts as yes.
Test = Callable[[tuple[Any, ...], Env], Any]
#: Makes that of a constraint's text.
Compile = Callable[[DomainType, str, Env], Test]

_newest: dict[int, DomainType] = {}
_tests: dict[tuple[int, int], list[tuple[str, Test]]] = {}
_compilers: dict[int, Compile] = {}
_KEPT_MAX: Final = 1000


def register_domain(found: DomainType, compile_check: Compile) -> None:
    """Makes a domain, or its new state, known."""
    _newest[found.id] = found
    _compilers[found.id] = compile_check
    register_base(found.id, found.base, found.typmod)
    base = pg.types()[base_type(found.id)]
    if register_type(found, base, kind="d", category=base.category):
        text_io(found.id, partial(_parse, found.id), output_of(base.oid))
        binary_io(found.id, send_of(base.oid), partial(_receive, found.id))


def domain_type(oid: int, env: Env) -> DomainType:
    """Returns the domain as the session sees it."""
    look_up = getattr(env.session, "domain_type", None)
    found: DomainType | None = None if look_up is None else look_up(oid)
    return _newest[oid] if found is None else found


def check_value(oid: int, value: Any, env: Env) -> None:
    """Raises 23502 or 23514 unless the value (None: NULL) is one of the domain's."""
    for found in _and_under(oid, env):
        if value is None and found.not_null:
            message = f"domain {type_name_in(env, oid)} does not allow null values"
            raise _fault(oid, env, "23502", message)
        for name, test in _tests_of(found, env):
            if test((value,), env) is False:
                shown = type_name_in(env, oid)
                message = f'value for domain {shown} violates check constraint "{name}"'
                raise _fault(oid, env, "23514", message, name)


def _fault(
    oid: int, env: Env, sqlstate: str, message: str, constraint: str | None = None
) -> DatabaseError:
    found = domain_type(oid, env)
    return DatabaseError(
        sqlstate, message, schema=found.schema, datatype=found.name, constraint=constraint
    )


def value_test(oid: int) -> Callable[[Any, Env], None]:
    """Returns what raises 23502 or 23514 for a value that can't be one of a domain, or of its arrays."""
    element = element_type_of(oid)
    if not element:
        return partial(check_value, oid)

    def test(value: Any, env: Env) -> None:
        for item in () if value is None else value.items:
            check_value(element, item, env)

    return test


def _and_under(oid: int, env: Env) -> list[DomainType]:
    """Returns the domain and those that it is over; what is underneath is tested first."""
    found = domain_type(oid, env)
    result = [found]
    while found.base in _newest:
        found = domain_type(found.base, env)
        result.append(found)
    result.reverse()
    return result


def _tests_of(found: DomainType, env: Env) -> list[tuple[str, Test]]:
    if not found.checks:
        return []
    key = found.id, found.version
    tests = _tests.get(key)
    if tests is None:
        if len(_tests) > _KEPT_MAX:
            _tests.clear()
        compile_check = _compilers[found.id]
        tests = [(check.name, compile_check(found, check.check_sql, env)) for check in found.checks]
        _tests[key] = tests
    return tests


def _parse(oid: int, text: str, _typmod: int, env: Env) -> Any:
    base, typmod = base_of(oid, -1)
    value = input_of(base)(text, typmod, env)
    check_value(oid, value, env)
    return value


def _receive(oid: int, raw: bytes, context: Context) -> Any:
    base, typmod = base_of(oid, -1)
    value = receive_column(base, typmod)(raw, context)
    check_value(oid, value, context.env)
    return value
