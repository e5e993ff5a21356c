"""Takes objects away, with the records that nothing else would remove: values and comments."""

from typing import Final

import msgspec

from storage.catalog import Schema
from storage.errors import DatabaseError, not_supported
from storage.objects import Address, Comment, CompositeType, View
from storage.row_types import is_row_type, relation_of
from storage.schema import Sequence, Table
from storage.user_types import UserType, user_type
from tsql.access.privileges import owns
from tsql.access.roles import is_superuser
from tsql.ddl.alteration.finish import change_attributes, finish
from tsql.ddl.alteration.removal import remove_column
from tsql.ddl.alteration.state import Alteration
from tsql.ddl.context import Ddl
from tsql.ddl.default_privileges import forget_defaults_in
from tsql.ddl.dependencies import affected, check
from tsql.ddl.describe import describe, kind_of_relation, relation_by_id
from tsql.ddl.foreign_keys import forget_referencing, remove_foreign_key
from tsql.ddl.grants import forget_privileges
from tsql.derived_ids import constraint_id

#: OIDs of the system catalogs in which PostgreSQL has each kind of object: what comments name.
CLASS_IDS: Final = {"relation": 1259, "type": 1247, "schema": 2615, "constraint": 2606}


async def remove_all(roots: list[Address], ddl: Ddl, *, cascades: bool) -> None:
    """Drops objects and what depends on them. Raises 2BP01."""
    for root in roots:
        check_may_drop(root, ddl)
    await _remove_all(roots, ddl, cascades=cascades)


async def remove_unasked(roots: list[Address], ddl: Ddl) -> None:
    """Drops objects and what depends on them, whoever owns them."""
    await _remove_all(roots, ddl, cascades=True)


async def _remove_all(roots: list[Address], ddl: Ddl, *, cascades: bool) -> None:
    for root in roots:
        await lock(root, ddl)
    locked = set(roots)
    # Waiting for a lock may have let others change the catalog: look again until nothing is new.
    while True:
        found = affected(ddl.catalog, roots, ddl.env.search_path)
        new = [item.address for item in found if item.address not in locked]
        if not new:
            break
        check(ddl, roots, found, cascades=cascades, tells=False)
        for address in new:
            await lock(address, ddl)
        locked.update(new)
    check(ddl, roots, found, cascades=cascades)
    for item in reversed(found):
        await remove(item.address, ddl)


def check_may_drop(address: Address, ddl: Ddl) -> None:
    """Raises 42501 unless the user owns the object, or the schema that it is in."""
    catalog, user = ddl.catalog, ddl.env.user
    if is_superuser(catalog, user):
        return
    found: Table | Sequence | View | UserType | Schema | None = None
    match address.kind:
        case "schema":
            found = next((each for each in catalog.schemas if each.id == address.id), None)
        case "type":
            found = user_type(catalog, address.id)
        case _:
            found = relation_by_id(catalog, address.id)
    if found is None or owns(catalog, user, found.owner):
        return
    if not isinstance(found, Schema):
        schema = catalog.schema(found.schema)
        if schema is not None and owns(catalog, user, schema.owner):
            return
    kind, name = address.kind, found.name
    if address.kind == "relation" and isinstance(found, Table | Sequence | View):
        kind = kind_of_relation(found)
    elif address.kind == "index":
        name = address.name
    raise DatabaseError("42501", f"must be owner of {kind} {name}")


async def lock(address: Address, ddl: Ddl) -> None:
    """Locks what is going to be dropped, or changed."""
    match address.kind:
        case "relation" | "default" | "constraint" | "index":
            found = relation_by_id(ddl.catalog, address.id)
            if isinstance(found, Table):
                await ddl.changes.lock_table(found.id)
            elif isinstance(found, View):
                await ddl.changes.lock_object(View, found.id)
            elif isinstance(found, Sequence):
                await ddl.sequences.freeze(ddl.txn, found)
        case "type":
            found_type = user_type(ddl.catalog, address.id)
            if found_type is not None and not is_row_type(address.id):
                await ddl.changes.lock_object(type(found_type), address.id)
        case "schema":
            for schema in ddl.catalog.schemas:
                if schema.id == address.id:
                    await ddl.changes.lock_schema(schema.name)
        case _:
            pass


async def remove(address: Address, ddl: Ddl) -> None:
    """Removes one object that is locked, and nothing that depends on it."""
    match address.kind:
        case "relation" if address.sub_id:
            await _remove_column(address, ddl)
        case "relation":
            await _remove_relation(address.id, ddl)
        case "default":
            await _remove_default(address, ddl)
        case "index":
            await _remove_index(address, ddl)
        case "constraint":
            await _remove_constraint(address, ddl)
        case "type":
            await _remove_type(address, ddl)
        case "schema":
            for schema in ddl.catalog.schemas:
                if schema.id == address.id:
                    await ddl.changes.drop_schema(schema.name)
                    await forget_defaults_in(schema.id, ddl)
        case kind:
            raise not_supported(f"dropping a {kind}")
    await forget_comments(address, ddl)
    if address.kind in {"relation", "schema"}:
        await forget_privileges((address.kind, address.id), ddl)


async def _remove_relation(relation_id: int, ddl: Ddl) -> None:
    match relation_by_id(ddl.catalog, relation_id):
        case Table() as table:
            ddl.check_no_events(table, "DROP TABLE")
            for parent_id in {key.referenced_table_id for key in table.foreign_keys}:
                if parent_id != relation_id:
                    await forget_referencing(parent_id, relation_id, ddl)
            await ddl.changes.drop_table(relation_id)
            for part in _parts_of(table):
                await forget_comments(part, ddl)
        case Sequence() as sequence:
            await ddl.changes.drop_sequence(relation_id)
            ddl.sequences.forget(ddl.txn, sequence)
        case View():
            await ddl.changes.drop_object(View, relation_id)
        case None:
            pass


async def _remove_column(address: Address, ddl: Ddl) -> None:
    table = relation_by_id(ddl.catalog, address.id)
    if not isinstance(table, Table):
        what = describe(address, ddl.catalog, ddl.env.search_path)
        raise not_supported(f"dropping {what} by CASCADE")
    alteration = Alteration(ddl, table, table)
    remove_column(alteration, table.column_by_id(address.sub_id))
    await finish(alteration)


async def _remove_type(address: Address, ddl: Ddl) -> None:
    found = None if relation_of(address.id) is not None else user_type(ddl.catalog, address.id)
    if found is None:
        return  # A row type goes with its relation.
    if isinstance(found, CompositeType):
        columns = Address("relation", found.relation_id, sub_id=address.sub_id)
        await forget_comments(columns, ddl)
    if not address.sub_id:
        await ddl.changes.drop_object(type(found), address.id)
        return
    assert isinstance(found, CompositeType)
    kept = tuple(each for each in found.attributes if each.number != address.sub_id)
    await change_attributes(found, msgspec.structs.replace(found, attributes=kept), ddl)


async def _remove_constraint(address: Address, ddl: Ddl) -> None:
    table = ddl.catalog.table_by_id(address.id)
    if table is not None and any(key.name == address.name for key in table.foreign_keys):
        await remove_foreign_key(table, address.name, ddl)


async def _remove_index(address: Address, ddl: Ddl) -> None:
    table = ddl.catalog.table_by_id(address.id)
    if table is None:
        return
    rest = tuple(index for index in table.indexes if index.name != address.name)
    if len(rest) < len(table.indexes):
        await ddl.changes.replace_table(msgspec.structs.replace(table, indexes=rest))
    for index in table.indexes:
        if index.name == address.name:
            await forget_comments(Address("relation", index.id), ddl)


async def _remove_default(address: Address, ddl: Ddl) -> None:
    table = ddl.catalog.table_by_id(address.id)
    if table is None:
        return
    columns = tuple(
        msgspec.structs.replace(column, default_sql=None, default_relies_on=())
        if column.id == address.sub_id
        else column
        for column in table.columns
    )
    await ddl.changes.replace_table(msgspec.structs.replace(table, columns=columns))


def _parts_of(table: Table) -> list[Address]:
    """Returns what goes with a table without being anybody's dependent."""
    indexes = [Address("relation", index.id) for index in table.indexes]
    names = [rule.name for rule in table.checks] + [key.name for key in table.foreign_keys]
    names += [index.constraint for index in table.indexes if index.constraint is not None]
    if table.primary_key_constraint is not None:
        indexes.append(Address("relation", table.primary_key_index_id))
        names.append(table.primary_key_constraint)
    return [*indexes, *[Address("constraint", table.id, name=name) for name in names]]


async def forget_comments(address: Address, ddl: Ddl) -> None:
    """Removes the comments on an object, those on its columns too."""
    class_id, object_id = CLASS_IDS.get(address.kind), address.id
    if address.kind == "constraint":
        object_id = constraint_id(address.id, address.name)
    for comment in ddl.catalog.objects(Comment):
        is_on_it = comment.class_id == class_id and comment.object_id == object_id
        if not is_on_it or address.sub_id not in {0, comment.sub_id}:
            continue
        if await ddl.changes.lock_object(Comment, *comment.key()) is not None:
            await ddl.changes.drop_object(Comment, *comment.key())
