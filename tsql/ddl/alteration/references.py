"""FOREIGN KEY in ALTER TABLE: added, validated, dropped, and dropped along with what it needs."""

import functools
from typing import Any

import msgspec

from storage.schema import ForeignKey, Table, Timing
from tsql.ddl.alteration.state import Alteration
from tsql.ddl.foreign_keys import (
    ForeignKeyClause,
    check_comparable,
    forget_referencing,
    new_foreign_key,
    references_to,
    remove_foreign_key,
    test_rows,
)


async def add_reference(alteration: Alteration, clause: ForeignKeyClause) -> None:
    """Adds a foreign key; unless it is NOT VALID, every row must meet it."""
    key, alteration.table = await new_foreign_key(clause, alteration.table, alteration.ddl)
    if clause.is_valid:
        alteration.checked_later.append(functools.partial(_test, alteration, key.name))


async def _test(alteration: Alteration, name: str) -> None:
    for key in alteration.table.foreign_keys:
        if key.name == name:
            await test_rows(key, alteration.table, alteration.ddl)


async def validate_reference(alteration: Alteration, key: ForeignKey) -> None:
    """VALIDATE CONSTRAINT of a foreign key."""
    if key.validated:
        return
    await alteration.ddl.changes.lock_table(key.referenced_table_id)
    valid = msgspec.structs.replace(key, validated=True)
    keys = tuple(valid if each is key else each for each in alteration.table.foreign_keys)
    alteration.change(foreign_keys=keys)
    alteration.checked_later.append(functools.partial(_test, alteration, key.name))


async def change_timing(alteration: Alteration, name: str, timing: Timing) -> bool:
    """ALTER CONSTRAINT of a foreign key; returns whether the table has one of that name."""
    table, ddl = alteration.table, alteration.ddl
    found = next((key for key in table.foreign_keys if key.name == name), None)
    if found is None:
        return False
    changed = msgspec.structs.replace(found, timing=timing)
    keys = tuple(changed if each is found else each for each in table.foreign_keys)
    alteration.change(foreign_keys=keys)
    if found.referenced_table_id != table.id:
        # Both tables know when it is tested: what has been compiled of either is out of date.
        parent = await ddl.changes.lock_table(found.referenced_table_id)
        if parent is not None:
            await ddl.changes.replace_table(parent)
    return True


async def drop_own_key(alteration: Alteration, name: str) -> None:
    """Drops a foreign key of the table itself, if it has one of that name."""
    table = alteration.table
    gone = [key for key in table.foreign_keys if key.name == name]
    rest = tuple(key for key in table.foreign_keys if key.name != name)
    alteration.change(foreign_keys=rest)
    for parent_id in {key.referenced_table_id for key in gone}:
        parent = alteration.ddl.catalog.table_by_id(parent_id)
        if parent is not None:
            alteration.ddl.check_no_events(parent, "ALTER TABLE")
        if any(key.referenced_table_id == parent_id for key in rest):
            continue
        if parent_id == table.id:
            _forget(alteration, table.id)
        else:
            await forget_referencing(parent_id, table.id, alteration.ddl)


async def drop_reference_of(alteration: Alteration, child_id: int, name: str) -> None:
    """Drops another table's foreign key to the table."""
    ddl = alteration.ddl
    child = await ddl.changes.lock_table(child_id)
    if child is None or all(key.name != name for key in child.foreign_keys):
        return
    changed = await remove_foreign_key(child, name, ddl, tells_parent=False)
    if all(key.referenced_table_id != alteration.table.id for key in changed.foreign_keys):
        _forget(alteration, child_id)


def _forget(alteration: Alteration, child_id: int) -> None:
    by = tuple(each for each in alteration.table.referenced_by if each != child_id)
    alteration.change(referenced_by=by)


async def test_changed_types(alteration: Alteration) -> None:
    """After a change of a column's type: tests whether its foreign keys still hold."""
    table, ddl = alteration.table, alteration.ddl
    changed = {
        column.id
        for column in table.columns
        for old in alteration.old.columns
        if old.id == column.id and old.sql_type != column.sql_type
    }
    if not changed:
        return
    for key in table.foreign_keys:
        if changed.intersection(key.column_ids):
            await _check_again(table, key, ddl)
    for child, key in references_to(table, ddl.catalog):
        if child.id != table.id and changed.intersection(key.referenced_column_ids):
            await _check_again(child, key, ddl)


async def _check_again(child: Table, key: ForeignKey, ddl: Any) -> None:
    await ddl.changes.lock_table(child.id)
    await ddl.changes.lock_table(key.referenced_table_id)
    parent = ddl.catalog.table_by_id(key.referenced_table_id)
    for column_id, other_id in zip(key.column_ids, key.referenced_column_ids, strict=True):
        check_comparable(key.name, child.column_by_id(column_id), parent.column_by_id(other_id))
    await test_rows(key, child, ddl)
