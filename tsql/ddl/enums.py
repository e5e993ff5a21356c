"""CREATE TYPE … AS ENUM and ALTER TYPE … ADD VALUE, RENAME VALUE."""

from typing import Any

import msgspec

from storage.errors import DatabaseError
from storage.objects import EnumLabel, EnumType
from tsql.ddl.context import Ddl
from tsql.ddl.default_privileges import give_default_privileges
from tsql.ddl.user_types import check_name_is_free, lock_type, type_is_taken
from tsql.parser import ast
from tsql.types.enums import (
    LABEL_BYTES_MAX,
    code_between,
    first_codes,
    order_inserted,
    register_enum,
    sort_orders,
)


async def create_enum(node: Any, ddl: Ddl) -> str:
    """Runs a CreateEnumStmt; returns the command tag."""
    *schemas, name = [part.sval for part in node.typeName]
    place = ast.RangeVar(schemaname=schemas[-1] if schemas else None, relname=name)
    schema = await ddl.creation_schema(place)
    check_name_is_free(schema, name, ddl)
    names = [value.sval for value in node.vals or ()]
    for at, label in enumerate(names):
        _check_label(label)
        if label in names[:at]:
            message = 'duplicate key value violates unique constraint "pg_enum_typid_label_index"'
            raise DatabaseError("23505", message)
    array_id = await ddl.catalogs.new_relation_id()
    type_id = await ddl.catalogs.new_relation_id()
    labels = [
        EnumLabel(await ddl.catalogs.new_relation_id(), label, code)
        for label, code in zip(names, first_codes(len(names)), strict=True)
    ]
    made = EnumType(
        id=type_id,
        array_id=array_id,
        schema=schema,
        name=name,
        labels=tuple(labels),
        owner=ddl.env.user,
    )
    made = await ddl.changes.create_object(made, taken=type_is_taken(name))
    await give_default_privileges(made, ddl)
    register_enum(made)
    return "CREATE TYPE"


async def alter_enum(node: Any, ddl: Ddl) -> str:
    """Runs an AlterEnumStmt; returns the command tag. Raises 42704, 42710, 22023."""
    names = [part.sval for part in node.typeName]
    found = await lock_type(names, ddl)
    if not isinstance(found, EnumType):
        raise DatabaseError("42809", f"{'.'.join(names)} is not an enum")
    if node.oldVal is not None:
        changed = _renamed(found, node.oldVal, node.newVal)
    elif any(label.name == node.newVal for label in found.labels):
        message = f'enum label "{node.newVal}" already exists'
        if not node.skipIfNewValExists:
            raise DatabaseError("42710", message)
        ddl.notice("NOTICE", "42710", f"{message}, skipping")
        return "ALTER TYPE"
    else:
        _check_label(node.newVal)
        label_id = await ddl.catalogs.new_relation_id()
        changed = _with_label(found, node, label_id)
    await ddl.changes.replace_object(changed)
    return "ALTER TYPE"


def _renamed(found: EnumType, old: str, new: str) -> EnumType:
    _check_label(new)
    names = [label.name for label in found.labels]
    if old not in names:
        raise DatabaseError("22023", f'"{old}" is not an existing enum label')
    if new in names:
        raise DatabaseError("42710", f'enum label "{new}" already exists')
    labels = tuple(
        msgspec.structs.replace(label, name=new) if label.name == old else label
        for label in found.labels
    )
    return msgspec.structs.replace(found, labels=labels)


def _with_label(found: EnumType, node: Any, label_id: int) -> EnumType:
    labels = list(found.labels)
    at = len(labels)
    if node.newValNeighbor is not None:
        names = [label.name for label in labels]
        if node.newValNeighbor not in names:
            raise DatabaseError("22023", f'"{node.newValNeighbor}" is not an existing enum label')
        at = names.index(node.newValNeighbor) + bool(node.newValIsAfter)
    low = labels[at - 1].code if at else b""
    high = labels[at].code if at < len(labels) else None
    labels.insert(at, EnumLabel(label_id, node.newVal, code_between(low, high)))
    orders = order_inserted(sort_orders(found), at)
    labels = [
        msgspec.structs.replace(label, order=order)
        for label, order in zip(labels, orders, strict=True)
    ]
    return msgspec.structs.replace(found, labels=tuple(labels))


def _check_label(label: str) -> None:
    if len(label.encode()) > LABEL_BYTES_MAX:
        raise DatabaseError(
            "42602",
            f'invalid enum label "{label}"',
            detail=f"Labels must be {LABEL_BYTES_MAX} bytes or less.",
        )
