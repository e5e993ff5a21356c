"""Under which collation an expression would be compared, and the refusal of what only it knows.

Everything here sorts by bytes. A column may have a collation that doesn't: its values are stored, given
back and compared for equality, but not ordered, and their letters' cases aren't changed. As in
PostgreSQL, what is made of such a value has the collation, too, until a COLLATE says another.
"""

from collections.abc import Iterable
from typing import Any, Final

from storage.errors import DatabaseError
from tsql.binder.locations import error_at
from tsql.binder.pathways import true_element
from tsql.binder.tree import parts
from tsql.bound import ColumnRef, Expression, Relabel, Subquery
from tsql.catalog.pg import FIRST_OWN_OID
from tsql.types import oids
from tsql.types.collations import collation_name, is_foreign

_COLLATABLE: Final = frozenset(
    {oids.TEXT, oids.VARCHAR, oids.BPCHAR, oids.NAME, oids.RECORD, oids.UNKNOWN}
)
#: Operators that look at nothing but the bytes of strings.
_OPERATORS: Final = frozenset({"=", "<>", "||", "~~", "!~~", "^@", "->", "->>"})
#: Likewise functions and aggregates.
_FUNCTIONS: Final = frozenset(
    {
        "length", "char_length", "character_length", "octet_length", "bit_length", "concat", "concat_ws",
        "substr", "substring", "left", "right", "btrim", "ltrim", "rtrim", "lpad", "rpad", "repeat",
        "replace", "reverse", "split_part", "strpos", "position", "starts_with", "overlay", "translate",
        "md5", "sha256", "sha512", "hashtext", "quote_literal", "quote_ident", "quote_nullable", "format",
        "ascii", "convert_to", "to_json", "to_jsonb", "json_build_object", "jsonb_build_object",
        "json_build_array", "jsonb_build_array", "row_to_json", "pg_typeof", "pg_column_size", "count",
        "array_agg", "string_agg", "json_agg", "jsonb_agg", "json_object_agg", "jsonb_object_agg",
        "text", "varchar", "bpchar", "name", "bytea", "int4", "int8", "numeric", "float8", "num_nulls",
        "num_nonnulls",
    }
)  # fmt: skip


def derived(expression: Expression) -> int:
    """Returns the OID of a collation that isn't by bytes and that the expression has; or 0."""
    pending: list[Any] = [expression]
    while pending:
        node = pending.pop()
        match node:
            case ColumnRef(collation=collation) if collation:
                return collation
            case Relabel(collation=collation) if collation:
                if is_foreign(collation):
                    return collation
                continue
            case Subquery(select=select) if node.type != oids.BOOL:
                found = next((field.collation for field in select.fields if field.collation), 0)
                if found:
                    return found
        if is_collatable(getattr(node, "type", oids.UNKNOWN)):
            pending += parts(node)
    return 0


def is_collatable(type_: int) -> bool:
    """Returns whether values of the type, or of what is in them, have a collation."""
    element = true_element(type_) or type_
    return element in _COLLATABLE or type_ >= FIRST_OWN_OID


def check_operator(name: str, operands: Iterable[Expression], place: int | None) -> None:
    """Raises 0A000 if the operator asks for the order, or the letters, of another collation."""
    if name not in _OPERATORS:
        _check(f"operator {name}", operands, place)


def check_function(name: str, arguments: Iterable[Expression], node: Any) -> None:
    """Likewise of a function or an aggregate."""
    if name not in _FUNCTIONS:
        _check(f"function {name}", arguments, node)


def check_order(keys: Iterable[Expression], node: Any) -> None:
    """Likewise of sorting."""
    _check("sorting", keys, node)


def _check(what: str, operands: Iterable[Expression], place: Any) -> None:
    for operand in operands:
        if is_collatable(operand.type) and (found := derived(operand)):
            raise _refused(what, found, place)


def _refused(what: str, collation: int, place: Any) -> DatabaseError:
    shown = collation_name(collation)
    return error_at(place, "0A000", f'{what} under collation "{shown}" is not supported')
