"""Makes types that users have made known to the type tables, with what a domain's CHECKs compile to."""

from typing import Any

from storage.objects import CatalogObject, CompositeType, DomainType, EnumType, View
from storage.schema import Table
from tsql.binder.defaults import bind_domain_check
from tsql.env import Env
from tsql.executor.expressions import compile_expression
from tsql.parser import parse_expression
from tsql.types.composites import register_composite, register_row_type
from tsql.types.domains import Test, register_domain
from tsql.types.enums import register_enum


def register_relation(written: Table | CatalogObject) -> None:
    """Makes the row type of a table or view, or its new state, known."""
    if isinstance(written, Table | View):
        register_row_type(written)


def register_type(found: CatalogObject | None) -> None:
    """Makes a type, or its new state, known; any other object is left alone."""
    match found:
        case EnumType():
            register_enum(found)
        case CompositeType():
            register_composite(found)
        case DomainType():
            register_domain(found, compile_check)
        case _:
            pass


def compile_check(domain: DomainType, sql: str, env: Env) -> Test:
    """Returns a CHECK of a domain, as a session sees its types, as a function of a row of one value."""
    evaluate = compile_expression(bind_domain_check(parse_expression(sql), domain, env))

    def test(row: tuple[Any, ...], env: Env) -> Any:
        return evaluate(row, env)

    return test
