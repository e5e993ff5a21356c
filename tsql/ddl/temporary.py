"""The ends of temporary tables: at a commit, with their session, and at the start after a crash."""

import dataclasses
from typing import Any

from storage.errors import DatabaseError
from storage.keyspace import ITEMS, prefix_range, storage_prefix
from storage.objects import Address
from storage.schema import Table
from tsql.ddl.context import Ddl
from tsql.ddl.foreign_keys import references_to
from tsql.ddl.remove import remove_unasked
from tsql.parser import enums
from tsql.temporary import CommitAction, is_temporary

_ACTIONS = {
    enums.OnCommitAction.ONCOMMIT_DELETE_ROWS: CommitAction.DELETE_ROWS,
    enums.OnCommitAction.ONCOMMIT_DROP: CommitAction.DROP,
}


def check_on_commit(option: Any, relation: Any) -> None:
    """Raises 42P16 for ON COMMIT on a table that isn't temporary."""
    if option != enums.OnCommitAction.ONCOMMIT_NOOP and relation.relpersistence != "t":
        raise DatabaseError("42P16", "ON COMMIT can only be used on temporary tables")


def note_on_commit(option: Any, table: Table, ddl: Ddl) -> None:
    """Remembers what ON COMMIT says about a new table."""
    if option in _ACTIONS and ddl.temporary is not None:
        ddl.temporary.commit_actions[table.id] = _ACTIONS[option]


async def run_commit_actions(ddl: Ddl) -> None:
    """Does what ON COMMIT says, in the transaction that is about to commit. Raises 0A000."""
    assert ddl.temporary is not None
    actions = ddl.temporary.commit_actions
    dropped: list[Address] = []
    for table_id, action in list(actions.items()):
        table = ddl.catalog.table_by_id(table_id)
        if table is None:
            # Dropped in this transaction, it may come back by a rollback; else it is gone for good.
            if ddl.catalogs.current.table_by_id(table_id) is None:
                del actions[table_id]
        elif action is CommitAction.DROP:
            dropped.append(Address("relation", table_id))
        else:
            if ddl.catalog is not ddl.catalogs.current:
                _check_references(table, ddl)
            if not await _has_rows(table, ddl):
                continue
            _check_references(table, ddl)
            locked = await ddl.changes.lock_table(table_id)
            assert locked is not None
            await ddl.changes.replace_table(await ddl.catalogs.emptied(locked))
    if dropped:
        await _remove(dropped, ddl)


async def _has_rows(table: Table, ddl: Ddl) -> bool:
    prefix = storage_prefix(ITEMS, table.storage_id)
    async for entries in ddl.txn.scan(*prefix_range(prefix)):
        if entries:
            return True
    return False


def _check_references(table: Table, ddl: Ddl) -> None:
    assert ddl.temporary is not None
    for child, _ in references_to(table, ddl.catalog):
        if child.id not in ddl.temporary.commit_actions:
            raise DatabaseError(
                "0A000",
                "unsupported ON COMMIT and foreign key combination",
                detail=f'Table "{child.name}" references "{table.name}", but they do not have the'
                " same ON COMMIT setting.",
            )


async def drop_temporary_objects(ddl: Ddl) -> None:
    """Drops all that the session has made in its temporary schema, and the schema."""
    schema = None if ddl.temporary is None else ddl.catalog.schema(ddl.temporary.name)
    if schema is not None:
        await _remove([Address("schema", schema.id)], ddl)


async def drop_left_behind(ddl: Ddl) -> None:
    """Drops the temporary schemas of an earlier life of the server: no session is there yet."""
    roots = [Address("schema", each.id) for each in ddl.catalog.schemas if is_temporary(each.name)]
    if roots:
        await _remove(roots, ddl)


async def _remove(roots: list[Address], ddl: Ddl) -> None:
    await remove_unasked(roots, dataclasses.replace(ddl, notice=_say_nothing))


def _say_nothing(*_words: object, **_more: object) -> None:
    """Takes a notice that nobody is to see."""
