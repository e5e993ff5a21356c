"""GRANT and REVOKE on tables, columns, sequences, schemas and the database.

An object's grants are kept from its first GRANT or REVOKE on; before, it has those that its owner
and PUBLIC begin with. Who isn't the owner gives what was given with the grant option.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from storage.errors import DatabaseError, not_supported
from storage.objects import DomainType, Grant, Privileges, View
from storage.row_types import is_row_type
from storage.schema import Sequence, Table
from tsql.access.databases import get_database
from tsql.access.letters import ALL, LETTERS
from tsql.access.privileges import (
    PUBLIC,
    Secured,
    denied,
    grantable_of,
    grants_on,
    owns,
    privileges_of,
)
from tsql.binder import bind_type_name
from tsql.binder.collations import element_of
from tsql.ddl.context import Ddl, no_such_relation
from tsql.ddl.role_names import grantee, named_role
from tsql.ddl.user_types import find_type
from tsql.parser import ast, enums

_OBJECTS = enums.ObjectType
_TARGETS = enums.GrantTargetType
_PLURALS: Final = {_OBJECTS.OBJECT_TABLE: "table", _OBJECTS.OBJECT_SEQUENCE: "sequence"}


@dataclass(frozen=True, slots=True)
class Change:
    """What one GRANT or REVOKE does to one object or column."""

    secured: Secured
    column_id: int
    letters: str
    grantees: tuple[str, ...]
    grants: bool
    with_option: bool
    cascades: bool
    is_all: bool


async def grant(node: Any, ddl: Ddl) -> str:
    """Runs a GrantStmt; returns the command tag."""
    grantees = tuple(grantee(spec, ddl) for spec in node.grantees)
    if node.grantor is not None and named_role(node.grantor, ddl) != ddl.env.user:
        raise DatabaseError("0A000", "grantor must be current user")
    if node.grant_option and node.is_grant and PUBLIC in grantees:
        raise DatabaseError("0LP01", "grant options can only be granted to roles")
    for found in _objects(node, ddl):
        secured = Secured.of(found) if not isinstance(found, Secured) else found
        for column_id, letters in _wanted(node, secured, found):
            change = Change(
                secured,
                column_id,
                letters,
                grantees,
                node.is_grant,
                bool(node.grant_option),
                node.behavior == enums.DropBehavior.DROP_CASCADE,
                node.privileges is None,
            )
            await _apply(change, ddl)
    return "GRANT" if node.is_grant else "REVOKE"


# ---- what is meant -------------------------------------------------------------------------------


def _objects(node: Any, ddl: Ddl) -> list[Any]:
    kind = node.objtype
    if node.targtype == _TARGETS.ACL_TARGET_ALL_IN_SCHEMA:
        return _all_in_schemas(node, ddl)
    match kind:
        case _OBJECTS.OBJECT_TABLE | _OBJECTS.OBJECT_SEQUENCE:
            return [_relation(each, kind, ddl) for each in node.objects]
        case _OBJECTS.OBJECT_SCHEMA:
            return [_schema(each.sval, ddl) for each in node.objects]
        case _OBJECTS.OBJECT_TYPE | _OBJECTS.OBJECT_DOMAIN:
            return [_type([part.sval for part in names], kind, ddl) for names in node.objects]
        case _OBJECTS.OBJECT_DATABASE:
            for each in node.objects:
                if get_database(ddl.catalog, each.sval).id != ddl.database.id:
                    raise not_supported("GRANT on another DATABASE than the current one")
            return [Secured.database(ddl.database)]
        case _:
            what = kind.name.removeprefix("OBJECT_").replace("_", " ")
            raise not_supported(f"GRANT on {what}")


def _relation(name: Any, kind: Any, ddl: Ddl) -> Table | Sequence | View:
    found = ddl.find(name.schemaname, name.relname)
    if found is None:
        raise no_such_relation(name, ddl)
    if kind == _OBJECTS.OBJECT_SEQUENCE and not isinstance(found, Sequence):
        raise DatabaseError("42809", f'"{name.relname}" is not a sequence')
    if not isinstance(found, Table | Sequence | View):
        raise DatabaseError("42809", f'"{name.relname}" is an index')
    return found


def _schema(name: str, ddl: Ddl) -> Any:
    found = ddl.catalog.schema(name)
    if found is None:
        raise DatabaseError("3F000", f'schema "{name}" does not exist')
    return found


def _type(names: list[str], kind: Any, ddl: Ddl) -> Secured:
    """Returns a type that a user has made. Raises 42704, 42809, 0LP01, 0A000."""
    found = find_type(names, ddl)
    shown = ".".join(names)
    if found is None:
        name = ast.TypeName(names=tuple(ast.String(sval=part) for part in names), typemod=-1)
        oid, _ = bind_type_name(name, ddl.env)
        if element_of(oid) != oid:
            hint = "Set the privileges of the element type instead."
            raise DatabaseError("0LP01", "cannot set privileges of array types", hint=hint)
        if kind == _OBJECTS.OBJECT_DOMAIN:
            raise DatabaseError("42809", f'"{shown}" is not a domain')
        raise not_supported(f"GRANT on the built-in TYPE {shown}")
    if kind == _OBJECTS.OBJECT_DOMAIN and not isinstance(found, DomainType):
        raise DatabaseError("42809", f'"{shown}" is not a domain')
    if is_row_type(found.id):
        raise not_supported("GRANT on the TYPE of a table's rows")
    return Secured("type", ("type", found.id), found.name, found.owner)


def _all_in_schemas(node: Any, ddl: Ddl) -> list[Any]:
    if node.objtype not in _PLURALS:
        what = node.objtype.name.removeprefix("OBJECT_").replace("_", " ")
        raise not_supported(f"GRANT on ALL {what}S IN SCHEMA")
    found: list[Any] = []
    for each in node.objects:
        name = _schema(each.sval, ddl).name
        if _PLURALS[node.objtype] == "sequence":
            found += [each for each in ddl.catalog.sequences if each.schema == name]
        else:
            found += [each for each in ddl.catalog.tables if each.schema == name]
            found += [each for each in ddl.catalog.objects(View) if each.schema == name]
    return found


def _wanted(node: Any, secured: Secured, found: Any) -> list[tuple[int, str]]:
    """Returns (column id, letters); column 0 is the whole object. Raises 0LP01, 42703."""
    if node.privileges is None:
        return [(0, ALL[secured.kind])]
    whole = ""
    by_column: dict[int, str] = {}
    for privilege in node.privileges:
        name = "ALL" if privilege.priv_name is None else privilege.priv_name.upper()
        if not privilege.cols:
            whole += _letters(name, secured.kind)
            continue
        if secured.kind not in {"table", "view"}:
            raise DatabaseError("0LP01", "column privileges are only valid for relations")
        letters = _letters(name, "column")
        for item in privilege.cols:
            column_id = _column_id(found, item.sval)
            if column_id is None:
                message = f'column "{item.sval}" of relation "{secured.name}" does not exist'
                raise DatabaseError("42703", message)
            by_column[column_id] = by_column.get(column_id, "") + letters
    return ([(0, whole)] if whole else []) + list(by_column.items())


def _column_id(found: Table | View, name: str) -> int | None:
    if isinstance(found, View):
        names = [column.name for column in found.columns]
        return names.index(name) + 1 if name in names else None
    column = found.column(name)
    return None if column is None else column.id


def _letters(name: str, kind: str) -> str:
    if name == "ALL":
        return ALL[kind]
    letter = LETTERS.get(name)
    if letter is None:
        raise DatabaseError("42601", f'unrecognized privilege type "{name.lower()}"')
    if letter not in ALL[kind]:
        what = "table" if kind == "view" else kind
        raise DatabaseError("0LP01", f"invalid privilege type {name} for {what}")
    return letter


# ---- what is done --------------------------------------------------------------------------------


async def _apply(change: Change, ddl: Ddl) -> None:
    secured = change.secured
    grantor, allowed = _grantor(change, ddl)
    letters = "".join(dict.fromkeys(letter for letter in change.letters if letter in allowed))
    if len(letters) < len(set(change.letters)):
        _warn(change, ddl, none=not letters)
    if not letters:
        return
    change = replace(change, letters=letters)
    key = (*secured.address, change.column_id)
    old = await ddl.changes.lock_object(Privileges, *key)
    grants = list(grants_on(ddl.catalog, secured, change.column_id))
    for name in change.grantees:
        grants = (
            with_grant(grants, name, grantor, change)
            if change.grants
            else without_grant(grants, name, grantor, change)
        )
    new = Privileges(
        kind=secured.address[0],
        object_id=secured.address[1],
        sub_id=change.column_id,
        grants=tuple(grants),
    )
    if old is None:
        await ddl.changes.create_object(new)
    else:
        await ddl.changes.replace_object(new)
    if not change.grants and not change.column_id and secured.kind in {"table", "view"}:
        await _revoke_from_columns(change, grantor, ddl)


async def _revoke_from_columns(change: Change, grantor: str, ddl: Ddl) -> None:
    """A REVOKE on a table takes the privileges from its columns as well."""
    for found in ddl.catalog.objects(Privileges):
        if (found.kind, found.object_id) != change.secured.address or not found.sub_id:
            continue
        grants = list(found.grants)
        for name in change.grantees:
            grants = without_grant(grants, name, grantor, change)
        if tuple(grants) != found.grants:
            await ddl.changes.lock_object(Privileges, *found.key())
            await ddl.changes.replace_object(msgspec.structs.replace(found, grants=tuple(grants)))


def _grantor(change: Change, ddl: Ddl) -> tuple[str, str]:
    """Returns in whose name it is done, and what may be given. Raises 42501."""
    catalog, user, secured = ddl.catalog, ddl.env.user, change.secured
    if owns(catalog, user, secured.owner):
        return secured.owner, ALL["column" if change.column_id else secured.kind]
    allowed = grantable_of(catalog, user, secured, change.column_id)
    if not allowed:
        have = privileges_of(catalog, user, secured, change.column_id)
        have += privileges_of(catalog, user, secured)
        if not any(letter in have for letter in change.letters) or not have:
            raise denied(secured)
    return user, allowed


def _warn(change: Change, ddl: Ddl, *, none: bool) -> None:
    if change.is_all and not none:
        return
    verb = "granted" if change.grants else "revoked"
    how = "no privileges were" if none else "not all privileges were"
    if not none and not change.grants:
        how = "not all privileges could be"
    if none and not change.grants:
        how = "no privileges could be"
    sqlstate = "01007" if change.grants else "01006"
    ddl.notice("WARNING", sqlstate, f'{how} {verb} for "{change.secured.name}"')


def with_grant(grants: list[Grant], name: str, grantor: str, change: Change) -> list[Grant]:
    """Returns the grants with what a change gives to one role."""
    result, is_found = [], False
    for grant in grants:
        if (grant.grantee, grant.grantor) == (name, grantor):
            is_found = True
            grantable = grant.grantable + (change.letters if change.with_option else "")
            grant = Grant(  # noqa: PLW2901 - the entry as it becomes
                name, grantor, _ordered(grant.privileges + change.letters), _ordered(grantable)
            )
        result.append(grant)
    if not is_found:
        grantable = change.letters if change.with_option else ""
        result.append(Grant(name, grantor, _ordered(change.letters), _ordered(grantable)))
    return result


def merged(grants: Iterable[Grant], more: Iterable[Grant]) -> list[Grant]:
    """Returns grants together with others."""
    found = {(grant.grantee, grant.grantor): grant for grant in grants}
    for grant in more:
        key = grant.grantee, grant.grantor
        known = found.get(key, Grant(*key, ""))
        found[key] = Grant(
            *key,
            _ordered(known.privileges + grant.privileges),
            _ordered(known.grantable + grant.grantable),
        )
    return list(found.values())


def _ordered(letters: str) -> str:
    return "".join(sorted(set(letters)))


def without_grant(grants: list[Grant], name: str, grantor: str, change: Change) -> list[Grant]:
    """Returns the grants without what a change takes from one role. Raises 2BP01."""
    lost = ""
    result = []
    for grant in grants:
        if (grant.grantee, grant.grantor) != (name, grantor):
            result.append(grant)
            continue
        lost = "".join(letter for letter in grant.grantable if letter in change.letters)
        privileges = grant.privileges
        if not change.with_option:
            privileges = _less(privileges, change.letters)
        grantable = _less(grant.grantable, change.letters)
        if privileges:
            result.append(Grant(name, grantor, privileges, grantable))
    if not lost or name == change.secured.owner:
        return result
    return _dependents_revoked(result, name, lost, change)


def _less(letters: str, others: str) -> str:
    return "".join(letter for letter in letters if letter not in others)


def _dependents_revoked(grants: list[Grant], name: str, lost: str, change: Change) -> list[Grant]:
    """Takes back what a role has given on, now that it can't give it any more. Raises 2BP01."""
    still = {letter for grant in grants if grant.grantee == name for letter in grant.grantable}
    gone = "".join(letter for letter in lost if letter not in still)
    given = [
        grant
        for grant in grants
        if grant.grantor == name and any(letter in grant.privileges for letter in gone)
    ]
    if given and not change.cascades:
        raise DatabaseError(
            "2BP01", "dependent privileges exist", hint="Use CASCADE to revoke them too."
        )
    inner = replace(change, letters=gone, with_option=False)
    for grant in given:
        grants = without_grant(grants, grant.grantee, name, inner)
    return grants


async def forget_privileges(address: tuple[str, int], ddl: Ddl) -> None:
    """Removes the grants on an object that goes."""
    for found in ddl.catalog.objects(Privileges):
        if (found.kind, found.object_id) == address:
            await ddl.changes.lock_object(Privileges, *found.key())
            await ddl.changes.drop_object(Privileges, *found.key())
