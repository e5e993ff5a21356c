"""CREATE TYPE … AS (…)."""

from typing import Any

from storage.errors import DatabaseError, not_supported
from storage.objects import Attribute, CompositeType
from tsql.binder import bind_type_name
from tsql.binder.collations import collation_named
from tsql.catalog import pg
from tsql.ddl.alteration.state import without_position
from tsql.ddl.context import Ddl
from tsql.ddl.default_privileges import give_default_privileges
from tsql.ddl.user_types import check_name_is_free, hold_types, type_is_taken
from tsql.executor.user_types import register_type
from tsql.types.kinds import storable_kinds
from tsql.types.type_names import type_name


async def create_composite(node: Any, ddl: Ddl) -> str:
    """Runs a CompositeTypeStmt; returns the command tag. Raises 42710, 42704, 42701, 42P16."""
    place = node.typevar
    schema, name = await ddl.creation_schema(place), place.relname
    check_name_is_free(schema, name, ddl)
    attributes: list[Attribute] = []
    for definition in node.coldeflist or ():
        attribute = attribute_of(definition, len(attributes) + 1, ddl)
        if any(other.name == attribute.name for other in attributes):
            message = f'column "{attribute.name}" specified more than once'
            raise DatabaseError("42701", message)
        attributes.append(attribute)
    await hold_types([attribute.sql_type for attribute in attributes], ddl)
    made = CompositeType(
        id=await ddl.catalogs.new_relation_id(),
        array_id=await ddl.catalogs.new_relation_id(),
        relation_id=await ddl.catalogs.new_relation_id(),
        schema=schema,
        name=name,
        attributes=tuple(attributes),
        next_number=len(attributes) + 1,
        owner=ddl.env.user,
    )
    made = await ddl.changes.create_object(made, taken=type_is_taken(name))
    await give_default_privileges(made, ddl)
    register_type(made)
    return "CREATE TYPE"


def attribute_of(definition: Any, number: int, ddl: Ddl) -> Attribute:
    """Returns the field that a ColumnDef defines. Raises 42704, 42P16, 0A000."""
    with without_position():
        type_, typmod = bind_type_name(definition.typeName, ddl.env)
    collation = 0
    if definition.collClause is not None:
        collation = collation_named(definition.collClause, type_)
    if storable_kinds(type_) is None:
        row = pg.types()[type_]
        if row.kind == "p":
            message = f'column "{definition.colname}" has pseudo-type {row.name}'
            raise DatabaseError("42P16", message)
        raise not_supported(f'type "{type_name(type_)}" in a composite type')
    return Attribute(number, definition.colname, type_, typmod, collation)
