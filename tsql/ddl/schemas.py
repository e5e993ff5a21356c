"""CREATE SCHEMA with what is made in it at once, and ALTER SCHEMA … RENAME."""

import dataclasses
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec

from storage.catalog import Schema
from storage.errors import DatabaseError, not_supported
from storage.objects import View
from storage.user_types import UserType, user_types
from tsql.access.privileges import Secured, require
from tsql.access.roles import is_member
from tsql.ddl.context import Ddl
from tsql.ddl.create_index import create_index
from tsql.ddl.create_table import create_table
from tsql.ddl.default_privileges import give_default_privileges
from tsql.ddl.grants import grant
from tsql.ddl.role_names import named_role
from tsql.ddl.sequences import create_sequence
from tsql.ddl.views import create_view
from tsql.parser import ast, with_fields

#: What may stand in CREATE SCHEMA, in the order in which it is made; the field that names the relation.
_ELEMENTS: Final[dict[Any, tuple[str, Callable[[Any, Ddl], Awaitable[str]]]]] = {
    ast.CreateSeqStmt: ("sequence", create_sequence),
    ast.CreateStmt: ("relation", create_table),
    ast.ViewStmt: ("view", create_view),
    ast.IndexStmt: ("relation", create_index),
    ast.GrantStmt: ("", grant),
}


async def create_schema(node: Any, ddl: Ddl) -> str:
    """Runs a CreateSchemaStmt; returns the command tag."""
    name = node.schemaname
    if name is None:
        name = named_role(node.authrole, ddl)
    _check_name(name)
    if node.if_not_exists and ddl.catalog.schema(name) is not None:
        ddl.notice("NOTICE", "42P06", f'schema "{name}" already exists, skipping')
        return "CREATE SCHEMA"
    owner = ddl.env.user if node.authrole is None else named_role(node.authrole, ddl)
    require(ddl.catalog, ddl.env.user, Secured.database(ddl.database), "C")
    if not is_member(ddl.catalog, ddl.env.user, owner):
        raise DatabaseError("42501", f'must be member of role "{owner}"')
    elements = _elements(node.schemaElts or (), name)
    await give_default_privileges(await ddl.changes.create_schema(name, owner), ddl)
    env = dataclasses.replace(ddl.env, user=owner, search_path=(name, *ddl.env.search_path))
    inside = dataclasses.replace(ddl, env=env)
    for element, create in elements:
        await create(element, inside)
    return "CREATE SCHEMA"


def _check_name(name: str) -> None:
    if name.startswith("pg_"):
        raise DatabaseError(
            "42939",
            f'unacceptable schema name "{name}"',
            detail='The prefix "pg_" is reserved for system schemas.',
        )


def _elements(
    nodes: tuple[Any, ...], schema: str
) -> list[tuple[Any, Callable[[Any, Ddl], Awaitable[str]]]]:
    """Returns the statements that make the elements, in order. Raises 0A000, 42P15."""
    order = list(_ELEMENTS)
    result = []
    for node in nodes:
        if type(node) not in _ELEMENTS:
            raise not_supported(f"{type(node).__name__.removesuffix('Stmt')} in CREATE SCHEMA")
        name, create = _ELEMENTS[type(node)]
        result.append((_placed(node, name, schema), create, order.index(type(node))))
    result.sort(key=lambda item: item[2])
    return [(node, create) for node, create, _ in result]


def _placed(node: Any, name: str, schema: str) -> Any:
    """Returns the statement with its relation in the schema. Raises 42P15."""
    if not name:
        return node
    relation = getattr(node, name)
    if relation.schemaname not in {None, schema}:
        message = (
            f"CREATE specifies a schema ({relation.schemaname}) different from the one being"
            f" created ({schema})"
        )
        raise DatabaseError("42P15", message)
    return with_fields(node, **{name: with_fields(relation, schemaname=schema)})


async def rename_schema(node: Any, ddl: Ddl) -> str:
    """ALTER SCHEMA … RENAME TO. Raises 3F000, 42P06, 42501, 42939."""
    old, new = node.subname, node.newname
    schema = await ddl.changes.lock_schema(old)
    if schema is None:
        raise DatabaseError("3F000", f'schema "{old}" does not exist')
    if ddl.catalog.schema(new) is not None:
        raise DatabaseError("42P06", f'schema "{new}" already exists')
    ddl.require_owner(schema)
    require(ddl.catalog, ddl.env.user, Secured.database(ddl.database), "C")
    _check_name(new)
    await ddl.changes.add_schema_name(msgspec.structs.replace(schema, name=new))
    await _move_all(schema, new, ddl)
    await ddl.changes.drop_schema(old)
    return "ALTER SCHEMA"


async def _move_all(schema: Schema, new: str, ddl: Ddl) -> None:
    """Gives everything in a schema its new name."""
    changes, catalog = ddl.changes, ddl.catalog
    for table in [table for table in catalog.tables if table.schema == schema.name]:
        locked = await changes.lock_table(table.id)
        if locked is not None:
            await changes.replace_table(msgspec.structs.replace(locked, schema=new))
    for sequence in [each for each in catalog.sequences if each.schema == schema.name]:
        await changes.replace_sequence(msgspec.structs.replace(sequence, schema=new))
    others: list[View | UserType] = [*catalog.objects(View), *user_types(catalog)]
    for found in [each for each in others if each.schema == schema.name]:
        await changes.lock_object(type(found), found.id)
        await changes.replace_object(msgspec.structs.replace(found, schema=new))
