"""Expressions as the catalog keeps them: names of sequences and types replaced by OIDs.

PostgreSQL stores nextval('s') with the OID that 's' had when the DEFAULT was written: renaming the
sequence, or another search path, changes nothing. Here the text itself gets the OID, for '16390' is
read as a regclass just as well.
"""

from collections.abc import Callable
from typing import Any, Final

from storage.catalog_store import FIRST_RELATION_ID
from storage.objects import Address
from tsql.binder import bind_type_name
from tsql.deparse import deparse
from tsql.env import Env
from tsql.parser import Constant, ast, with_fields
from tsql.types import oids
from tsql.types.io import input_of

#: Functions whose first argument is a regclass.
_OF_REGCLASS: Final = frozenset({"nextval", "currval", "setval"})


Change = Callable[[Any], Any]


def stored_text(node: Any, env: Env) -> tuple[str, tuple[Address, ...]]:
    """Returns an expression's text, and the relations that it names by constants. Raises 42P01."""
    found: list[int] = []

    def in_sql(type_name: Any) -> Any:
        oid, _ = bind_type_name(with_fields(type_name, arrayBounds=None, typmods=None), env)
        if oid < FIRST_RELATION_ID:
            return type_name
        return with_fields(
            type_name, names=(ast.String(sval="pg_catalog"), ast.String(sval=str(oid)))
        )

    def oid_of(literal: Any) -> Any:
        oid = input_of(oids.REGCLASS)(_text(literal), -1, env)
        found.append(int(oid))
        return ast.A_Const(isnull=False, val=ast.String(sval=str(oid)))

    text = deparse(_replaced(node, oid_of, in_sql))
    return text, tuple(Address("relation", oid) for oid in dict.fromkeys(found))


def _replaced(value: Any, oid_of: Change, in_sql: Change) -> Any:
    if type(value) is tuple:
        return tuple(_replaced(item, oid_of, in_sql) for item in value)
    if not isinstance(value, ast.Node) or isinstance(value, Constant):
        return value
    if isinstance(value, ast.TypeName):
        return in_sql(value)
    if isinstance(value, ast.TypeCast) and _is_regclass(value.typeName) and _is_string(value.arg):
        return with_fields(value, arg=oid_of(value.arg))
    if _takes_a_name(value):
        call: Any = value
        first, *rest = call.args
        return with_fields(value, args=(oid_of(first), *_replaced(tuple(rest), oid_of, in_sql)))
    return with_fields(
        value, **{name: _replaced(getattr(value, name), oid_of, in_sql) for name in value}
    )


def _takes_a_name(value: Any) -> bool:
    return bool(
        isinstance(value, ast.FuncCall)
        and value.funcname
        and value.funcname[-1].sval in _OF_REGCLASS
        and value.args
        and _is_string(value.args[0])
    )


def _is_string(node: Any) -> bool:
    return isinstance(node, Constant | ast.A_Const) and isinstance(node.val, ast.String)


def _text(literal: Any) -> str:
    return str(literal.val.sval)


def _is_regclass(type_name: Any) -> bool:
    return bool(type_name.names[-1].sval == "regclass" and not type_name.arrayBounds)
