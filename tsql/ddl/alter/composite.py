"""ALTER TYPE … ADD, DROP, ALTER and RENAME ATTRIBUTE.

Rows of the type that tables have are written again, but for a renaming; as in PostgreSQL a field's
type can't be changed while there are any.
"""

from typing import Any

from msgspec.structs import replace

from storage.errors import DatabaseError, not_supported
from storage.objects import Address, CompositeType
from storage.row_types import is_row_type
from tsql.ddl.alter.subcommands import subcommand_name
from tsql.ddl.alteration.finish import change_attributes
from tsql.ddl.attribute_uses import bind_again, drop_uses, uses_of
from tsql.ddl.composite_values import first_use
from tsql.ddl.composites import attribute_of
from tsql.ddl.context import Ddl, no_such_relation
from tsql.ddl.field_names import FieldRename
from tsql.ddl.field_readers import check_attribute_droppable
from tsql.ddl.remove import forget_comments
from tsql.ddl.user_types import check_not_inside, find_type, hold_types, lock_type
from tsql.executor.user_types import register_type
from tsql.parser import enums

_CHANGES = enums.AlterTableType


async def alter_composite(node: Any, ddl: Ddl) -> str:
    """Runs an AlterTableStmt of a type; returns the command tag. Raises 42P01, 42701, 42703, 0A000."""
    found = await _locked(node.relation, ddl)
    changed = found
    for cmd in node.cmds:
        match cmd.subtype:
            case _CHANGES.AT_AddColumn:
                changed = await _add(changed, cmd, ddl)
            case _CHANGES.AT_DropColumn:
                changed = await _drop(changed, found, cmd, ddl)
            case _CHANGES.AT_AlterColumnType:
                changed = await _retype(changed, cmd, ddl)
            case _:
                raise not_supported(f"ALTER TYPE … {subcommand_name(cmd)}")
    if changed != found:
        await change_attributes(found, changed, ddl)
        bind_again(ddl)
    return "ALTER TYPE"


async def rename_attribute(node: Any, ddl: Ddl) -> str:
    """ALTER TYPE … RENAME ATTRIBUTE. Raises 42P01, 42703, 42701."""
    found = await _locked(node.relation, ddl)
    old, new = node.subname, node.newname
    names = {each.name for each in found.attributes}
    if old not in names:
        raise DatabaseError("42703", f'column "{old}" does not exist')
    if new in names:
        raise _exists(new, found)
    attributes = tuple(
        replace(each, name=new) if each.name == old else each for each in found.attributes
    )
    (number,) = [each.number for each in found.attributes if each.name == old]
    rename = FieldRename((found.id, number), old, new, ddl)
    await rename.prepare()
    register_type(await ddl.changes.replace_object(replace(found, attributes=attributes)))
    await rename.finish()
    return "ALTER TYPE"


async def _locked(relation: Any, ddl: Ddl) -> CompositeType:
    names = [part for part in (relation.schemaname, relation.relname) if part is not None]
    found = find_type(names, ddl)
    if not isinstance(found, CompositeType) or is_row_type(found.id):
        if ddl.find(relation.schemaname, relation.relname) is not None:
            raise DatabaseError("42809", f'"{relation.relname}" is not a composite type')
        raise no_such_relation(relation, ddl)
    locked = await lock_type(names, ddl)
    assert isinstance(locked, CompositeType)
    return locked


def _exists(name: str, found: CompositeType) -> DatabaseError:
    message = f'column "{name}" of relation "{found.name}" already exists'
    return DatabaseError("42701", message)


async def _add(found: CompositeType, cmd: Any, ddl: Ddl) -> CompositeType:
    attribute = attribute_of(cmd.def_, found.next_number, ddl)
    if any(each.name == attribute.name for each in found.attributes):
        raise _exists(attribute.name, found)
    check_not_inside(attribute.sql_type, found, ddl)
    await hold_types([attribute.sql_type], ddl)
    return replace(
        found,
        attributes=(*found.attributes, attribute),
        next_number=found.next_number + 1,
    )


async def _drop(found: CompositeType, known: CompositeType, cmd: Any, ddl: Ddl) -> CompositeType:
    """Takes an attribute away; `known` is the type as it was before the statement."""
    kept = tuple(each for each in found.attributes if each.name != cmd.name)
    if len(kept) == len(found.attributes):
        message = f'column "{cmd.name}" of relation "{found.name}" does not exist'
        if not cmd.missing_ok:
            raise DatabaseError("42703", message)
        ddl.notice("NOTICE", "00000", f"{message}, skipping")
        return found
    if any(each.name == cmd.name for each in known.attributes):
        cascades = cmd.behavior == enums.DropBehavior.DROP_CASCADE
        (gone,) = [each for each in known.attributes if each.name == cmd.name]
        check_attribute_droppable(known, gone, ddl, cascades=cascades)
        uses = uses_of(known, cmd.name, ddl)
        await drop_uses(known, cmd.name, uses, ddl, cascades=cascades)
        await forget_comments(Address("relation", known.relation_id, sub_id=gone.number), ddl)
    return replace(found, attributes=kept)


async def _retype(found: CompositeType, cmd: Any, ddl: Ddl) -> CompositeType:
    old = next((each for each in found.attributes if each.name == cmd.name), None)
    if old is None:
        message = f'column "{cmd.name}" of relation "{found.name}" does not exist'
        raise DatabaseError("42703", message)
    _check_unused(found, ddl)
    typed = attribute_of(cmd.def_, old.number, ddl)
    check_not_inside(typed.sql_type, found, ddl)
    await hold_types([typed.sql_type], ddl)
    new = replace(typed, name=old.name)
    attributes = tuple(new if each is old else each for each in found.attributes)
    return replace(found, attributes=attributes)


def _check_unused(found: CompositeType, ddl: Ddl) -> None:
    """Raises 0A000 if rows of the type are stored, in others or in arrays perhaps."""
    used = first_use(found.id, ddl.catalog)
    if used is not None:
        table, column = used
        raise DatabaseError(
            "0A000",
            f'cannot alter type "{found.name}" because column "{table.name}.{column.name}" uses it',
        )
