"""Type names: `int`, `varchar(10)[]`, `timestamp(3) with time zone`."""

from typing import Any

from storage.errors import DatabaseError
from tsql.binder.locations import error_at, unsupported_at
from tsql.binder.shown_names import type_name
from tsql.catalog import pg
from tsql.env import Env
from tsql.parser import ast
from tsql.types.io import input_of
from tsql.types.kinds import array_type_of, is_elsewhere
from tsql.types.typmod import typmod_of


def bind_type_name(node: Any, env: Env | None = None) -> tuple[int, int]:
    """Returns OID and typmod of an `ast.TypeName`.

    Raises 42704 for an unknown type, 22023 for bad modifiers, 0A000 for a type that isn't there.
    """
    names = [name.sval for name in node.names]
    if node.pct_type:
        raise unsupported_at(node, "%TYPE")
    oid = _find(names, node, env)
    typmod = _typmod(oid, node, env or Env())
    if node.arrayBounds:
        array = oid if pg.types()[oid].name.startswith("_") else array_type_of(oid)
        if not array:
            message = f"could not find array type for data type {type_name(oid)}"
            raise error_at(node, "42704", message)
        oid = array
    _check_is_there(oid, node)
    return oid, typmod


def _find(names: list[str], node: Any, env: Env | None) -> int:
    *schemas, name = names
    schema = schemas[-1] if schemas else "pg_catalog"
    row = pg.types_by_name().get(name) if schema == "pg_catalog" else None
    if row is None and names[:-1] == ["pg_catalog"] and name.isdigit():
        # A stored text names a type by its OID.
        row = None if is_elsewhere(int(name), env) else pg.types().get(int(name))
    look_up = None if env is None else getattr(env.session, "type_id", None)
    if row is None and look_up is not None:
        try:
            found = look_up(schemas[-1] if schemas else None, name)
        except DatabaseError as error:
            raise error_at(node, error.sqlstate, error.message) from None
        row = pg.types().get(found) if found is not None else None
        if found is not None and row is None:
            # A type of the system's that only its relations have: of their rows, or a domain of their columns.
            raise unsupported_at(node, f"type {name}")
    if row is None and schemas and not has_schema(schema, env):
        raise error_at(node, "3F000", f'schema "{schema}" does not exist')
    if row is None:
        raise error_at(node, "42704", f'type "{".".join(names)}" does not exist')
    return row.oid


def has_schema(name: str, env: Env | None) -> bool:
    """Returns whether there is a schema of that name."""
    if name in {"pg_catalog", "public", "information_schema"}:
        return True
    if env is None:
        return False
    look_up = getattr(env.session, "schema_id", None)
    return look_up is not None and look_up(env.own_schema(name)) is not None


def _check_is_there(oid: int, node: Any) -> None:
    row = pg.types()[oid]
    if row.kind == "p":
        return
    try:
        input_of(oid)
    except DatabaseError:
        raise unsupported_at(node, f"type {type_name(oid)}") from None


def _typmod(oid: int, node: Any, env: Env) -> int:
    if not node.typmods:
        return int(node.typemod)
    values = [_modifier(value, node) for value in node.typmods]
    try:
        typmod = typmod_of(oid, values, env)
    except DatabaseError as error:
        error.position = error_at(node, "", "").position
        raise
    if typmod is None:
        written = ".".join(name.sval for name in node.names)
        message = f'type modifier is not allowed for type "{written}"'
        raise error_at(node, "42601", message)
    return typmod


def _modifier(value: Any, node: Any) -> int:
    text: str | None = None
    match value:
        case ast.A_Const(val=ast.Integer() as number):
            return int(number.ival or 0)
        case ast.A_Const(val=ast.String() as string):
            text = string.sval
        case ast.A_Const(val=ast.Float() as number):
            text = number.fval
        case ast.ColumnRef(fields=(ast.String() as string,)):
            text = string.sval
        case _:
            message = "type modifiers must be simple constants or identifiers"
            raise error_at(node, "42601", message)
    try:
        return int(text or "")
    except ValueError:
        message = f'invalid input syntax for type integer: "{text}"'
        raise error_at(node, "22P02", message) from None


def type_of_name(name: str) -> int:
    """Returns the type that a function's name could mean, as in text(x), or 0."""
    row = pg.types_by_name().get(name)
    return 0 if row is None or row.kind == "p" else row.oid
