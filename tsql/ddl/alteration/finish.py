"""What ALTER TABLE does when the definition is settled: the catalog, then the rows.

| what has changed                             | the rows                                          |
|----------------------------------------------|---------------------------------------------------|
| names, defaults, constant new columns        | are not looked at                                 |
| NOT NULL, CHECK                              | are read: each must meet them                     |
| an index                                     | are read: it is built                             |
| a type, a volatile new column, primary key   | are written again, and every index is built again |
"""

from collections.abc import Callable

from msgspec.structs import replace

from storage.errors import DatabaseError
from storage.index_build import build_index
from storage.items import Row, body_of
from storage.rewrite import Rewrite, newest_items, newest_rows
from storage.schema import ColumnPolicy, ElementState, Table
from storage.table import TableAccess
from tsql.binder import bind_expression_text
from tsql.ddl.alteration.references import test_changed_types
from tsql.ddl.alteration.state import Alteration
from tsql.executor.expressions import Evaluate, compile_expression
from tsql.executor.waits import computed_rows


async def finish(alteration: Alteration) -> None:
    """Writes the definition, and sees to the rows. Raises 23502, 23505, 23514."""
    ddl = alteration.ddl
    if alteration.is_rewrite:
        alteration.table = await ddl.catalogs.emptied(alteration.table)
        indexes = alteration.table.indexes
        alteration.new_indexes = [index.id for index in indexes]
        # All are built again: one that was invalid is so no more.
        public = ElementState.PUBLIC
        alteration.change(indexes=tuple([replace(index, state=public) for index in indexes]))
    if alteration.table != alteration.old:
        alteration.table = await ddl.changes.replace_table(alteration.table)
    access = ddl.tables.access(alteration.table)
    if alteration.is_rewrite:
        await _rewrite(alteration, access)
    present = {index.id for index in alteration.table.indexes}
    for index_id in alteration.new_indexes:
        if index_id in present:
            await build_index(ddl.txn, ddl.catalogs, access, index_id)
    if not alteration.is_rewrite:
        await _validate(alteration, access)
    await test_changed_types(alteration)
    for work in alteration.checked_later:
        await work()


async def _rewrite(alteration: Alteration, access: TableAccess) -> None:
    ddl, old = alteration.ddl, alteration.old
    make, test = _row_maker(alteration), _tester(alteration)
    rewrite = Rewrite(ddl.txn, access)
    add = rewrite.add
    if _are_items_kept(alteration):
        # Only keys change: what is read is written again as it is.
        decode = access.decode
        async for entries in newest_items(ddl.txn, ddl.catalogs, ddl.tables.access(old)):
            for _, item in entries:
                row = decode(item)
                test(row)
                await add(row, body_of(item))
    else:
        async for row in newest_rows(ddl.txn, ddl.catalogs, ddl.tables.access(old)):
            (new,) = await computed_rows((row,), make)
            test(new)
            await add(new)
    rewrite.check()


def _are_items_kept(alteration: Alteration) -> bool:
    """Returns whether items hold the same under their new keys."""
    old, new = alteration.old, alteration.table
    return not alteration.values and old.policy is new.policy and len(new.columns) > 0


async def _validate(alteration: Alteration, access: TableAccess) -> None:
    if not alteration.not_null and not alteration.checks:
        return
    ddl, test = alteration.ddl, _tester(alteration)
    async for row in newest_rows(ddl.txn, ddl.catalogs, access):
        test(row)


def _row_maker(alteration: Alteration) -> Callable[[Row], Row]:
    """Returns what makes a row of the new table of one of the old."""
    old, env = alteration.old, alteration.ddl.env
    parts: list[Evaluate] = []
    for column in alteration.table.columns:
        computed = alteration.values.get(column.id)
        if computed is None:
            computed = _getter(old, column.id)
        parts.append(computed)
    was_dynamic = old.policy is ColumnPolicy.DYNAMIC
    is_dynamic = alteration.table.policy is ColumnPolicy.DYNAMIC
    declared = {column.name for column in alteration.table.columns}

    def make(row: Row) -> Row:
        new = [part(row, env) for part in parts]
        if is_dynamic:
            attributes = row[-1] if was_dynamic else {}
            new.append({n: v for n, v in attributes.items() if n not in declared})
        return new

    return make


def _getter(old: Table, column_id: int) -> Evaluate:
    if all(column.id != column_id for column in old.columns):
        return lambda _row, _env: None
    position = old.position(column_id)
    return lambda row, _env: row[position]


def _tester(alteration: Alteration) -> Callable[[Row], None]:
    """Returns what raises 23502 or 23514 for a row that a new constraint doesn't let pass."""
    table, env = alteration.table, alteration.ddl.env
    columns = [
        (position, column)
        for position, column in enumerate(table.columns)
        if column.id in alteration.not_null and column.not_null
    ]
    checks = [
        (check.name, compile_expression(bind_expression_text(check.check_sql, table, env)))
        for check in table.checks
        if check.name in alteration.checks
    ]

    def test(row: Row) -> None:
        for position, column in columns:
            if row[position] is None:
                raise DatabaseError(
                    "23502",
                    f'column "{column.name}" of relation "{table.name}" contains null values',
                    schema=table.schema,
                    table=table.name,
                    column=column.name,
                )
        for name, check in checks:
            if check(row, env) is False:
                raise DatabaseError(
                    "23514",
                    f'check constraint "{name}" of relation "{table.name}" is violated by some row',
                    schema=table.schema,
                    table=table.name,
                    constraint=name,
                )

    return test
