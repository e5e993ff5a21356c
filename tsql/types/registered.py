"""regproc, regprocedure, regoper, regoperator, regnamespace, regrole, regcollation, …: OIDs by name.

Values are OIDs. Built-in objects are found in PostgreSQL's own rows; schemas and roles are asked of
the session, as regclass asks for relations. `lookup` is what to_regproc(…) and its like call.
Messages: PostgreSQL's utils/adt/regproc.c.
"""

from collections.abc import Callable
from typing import Final

from storage.errors import DatabaseError
from tsql.catalog import pg
from tsql.env import Env
from tsql.identifiers import quoted
from tsql.types import oids
from tsql.types.collations import collation_name, collation_oid
from tsql.types.io import input_of, text_io
from tsql.types.regclass import name_parts
from tsql.types.type_names import type_name, type_named

#: Returns the OID of a name, or None; raises for a name that means several.
Find = Callable[[str, Env], int | None]
#: Returns the text of an OID, or None if nothing has it.
Show = Callable[[int, Env], str | None]


def _last_part(text: str) -> str:
    parts = name_parts(text)
    if not parts:
        raise DatabaseError("42602", "invalid name syntax")
    if len(parts) > 1 and parts[-2] != "pg_catalog":
        return ""
    return parts[-1]


def _procedure_named(text: str, _env: Env) -> int | None:
    found = pg.procs_by_name().get(_last_part(text), [])
    if len(found) > 1:
        raise DatabaseError("42725", f'more than one function named "{text}"')
    return found[0].oid if found else None


def _procedure_name(oid: int, _env: Env) -> str | None:
    row = pg.procs().get(oid)
    if row is None:
        return None
    # A name that several functions have wouldn't be read back as this one: it shows where it is from.
    is_known = len(pg.procs_by_name()[row.name]) == 1
    return quoted(row.name) if is_known else f"pg_catalog.{quoted(row.name)}"


def _arguments(text: str, env: Env) -> tuple[str, list[int]]:
    """Returns the name and the argument types of `name(type, …)`."""
    name, parenthesis, rest = text.partition("(")
    if not parenthesis or not rest.rstrip().endswith(")"):
        raise DatabaseError("22P02", "expected a left parenthesis")
    types = []
    inside = rest.rstrip()[:-1].strip()
    for part in inside.split(",") if inside else []:
        if part.strip().lower() == "none":
            types.append(0)
            continue
        found = type_named(part, env)
        if found is None:
            raise DatabaseError("42704", f'type "{part.strip()}" does not exist')
        types.append(found)
    return name.strip(), types


def _signature_named(text: str, env: Env) -> int | None:
    name, types = _arguments(text, env)
    for row in pg.procs_by_name().get(_last_part(name), []):
        if list(row.argument_types) == types:
            return row.oid
    return None


def _signature(oid: int, _env: Env) -> str | None:
    row = pg.procs().get(oid)
    if row is None:
        return None
    return f"{quoted(row.name)}({','.join(map(type_name, row.argument_types))})"


def _operator_symbol(text: str) -> str:
    if len(text.split()) != 1:
        raise DatabaseError("42602", "invalid name syntax")
    return text.strip().removeprefix("pg_catalog.")


def _operator_named(text: str, _env: Env) -> int | None:
    found = pg.operators_by_name().get(_operator_symbol(text), [])
    if len(found) > 1:
        raise DatabaseError("42725", f"more than one operator named {text}")
    return found[0].oid if found else None


def _operator_name(oid: int, _env: Env) -> str | None:
    row = pg.operators().get(oid)
    if row is None:
        return None
    same = pg.operators_by_name()[row.name]
    return row.name if len(same) == 1 else f"pg_catalog.{row.name}"


def _operator_signature_named(text: str, env: Env) -> int | None:
    name, types = _arguments(text, env)
    if len(types) != 2:
        raise DatabaseError("42P02", "missing argument" if len(types) < 2 else "too many arguments")
    for row in pg.operators_by_name().get(_operator_symbol(name), []):
        if [row.left, row.right] == types:
            return row.oid
    return None


def _operator_signature(oid: int, _env: Env) -> str | None:
    row = pg.operators().get(oid)
    if row is None:
        return None
    left = "NONE" if not row.left else type_name(row.left)
    return f"{row.name}({left},{type_name(row.right)})"


def _from_session(member: str) -> Callable[[object, Env], object]:
    def ask(value: object, env: Env) -> object:
        look_up = getattr(env.session, member, None)
        return None if look_up is None else look_up(value)

    return ask


def _named_by(member: str) -> Find:
    ask = _from_session(member)

    def find(text: str, env: Env) -> int | None:
        parts = name_parts(text)
        if len(parts) != 1:
            raise DatabaseError("42602", "invalid name syntax")
        found = ask(parts[0], env)
        assert found is None or isinstance(found, int)
        return found

    return find


def _shown_by(member: str) -> Show:
    ask = _from_session(member)

    def show(oid: int, env: Env) -> str | None:
        found = ask(oid, env)
        return None if found is None else quoted(str(found))

    return show


def _collation_named(text: str, _env: Env) -> int | None:
    return collation_oid(_last_part(text)) or None


def _collation_name(oid: int, _env: Env) -> str | None:
    name = collation_name(oid)
    return None if name is None else quoted(name)


def _built_in(relation: str, env: Env) -> list[tuple[int, str]]:
    look_up = getattr(env.session, "built_in", None)
    return [] if look_up is None else list(look_up(relation))


def _built_in_named_by(relation: str) -> Find:
    def find(text: str, env: Env) -> int | None:
        name = _last_part(text)
        return next((oid for oid, found in _built_in(relation, env) if found == name), None)

    return find


def _built_in_shown_by(relation: str) -> Show:
    def show(oid: int, env: Env) -> str | None:
        return next(
            (quoted(name) for found, name in _built_in(relation, env) if found == oid), None
        )

    return show


#: Type -> how its objects are found and shown, SQLSTATE and words for one that isn't there.
_KINDS: Final[dict[int, tuple[Find, Show, str, str]]] = {
    oids.REGPROC: (_procedure_named, _procedure_name, "42883", "function"),
    oids.REGPROCEDURE: (_signature_named, _signature, "42883", "function"),
    oids.REGOPER: (_operator_named, _operator_name, "42883", "operator"),
    oids.REGOPERATOR: (_operator_signature_named, _operator_signature, "42883", "operator"),
    oids.REGNAMESPACE: (
        _named_by("schema_id"), _shown_by("schema_name"), "3F000", "schema",
    ),
    oids.REGROLE: (_named_by("role_id"), _shown_by("role_name"), "42704", "role"),
    oids.REGCOLLATION: (_collation_named, _collation_name, "42704", "collation"),
    oids.REGCONFIG: (
        _built_in_named_by("pg_ts_config"), _built_in_shown_by("pg_ts_config"),
        "42704", "text search configuration",
    ),
    oids.REGDICTIONARY: (
        _built_in_named_by("pg_ts_dict"), _built_in_shown_by("pg_ts_dict"),
        "42704", "text search dictionary",
    ),
}  # fmt: skip


def lookup(oid: int, text: str, env: Env) -> int | None:
    """Returns the OID of a name of one of these types, or None. Raises 42602, 42725 …."""
    return _KINDS[oid][0](text, env)


def _register(oid: int) -> None:
    find, show, sqlstate, word = _KINDS[oid]
    quotes = "" if oid in {oids.REGOPER, oids.REGOPERATOR} else '"'

    def parse(text: str, _typmod: int, env: Env) -> int:
        if text == "-":
            return 0
        if text.isdigit() and text.isascii():
            return input_of(oids.OID)(text, -1, env)  # type: ignore[no-any-return]
        found = find(text, env)
        if found is None:
            if word == "collation":
                message = f'collation "{text}" for encoding "UTF8" does not exist'
            else:
                message = f"{word} {quotes}{text}{quotes} does not exist"
            raise DatabaseError(sqlstate, message)
        return found

    def render(value: int, env: Env) -> str:
        if value == 0:
            return "-" if oid not in {oids.REGOPER, oids.REGOPERATOR} else "0"
        return show(value, env) or str(value)

    text_io(oid, parse, render)


for _oid in _KINDS:
    _register(_oid)
