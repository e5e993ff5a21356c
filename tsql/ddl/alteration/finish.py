"""What ALTER TABLE does when the definition is settled: the catalog, then the rows.

| what has changed                             | the rows                                          |
|----------------------------------------------|---------------------------------------------------|
| names, defaults, constant new columns        | are not looked at                                 |
| NOT NULL, CHECK                              | are read: each must meet them                     |
| an index                                     | are read: it is built                             |
| a type, a volatile new column, primary key   | are written again, and every index is built again |
"""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from storage.errors import DatabaseError
from storage.index_build import build_index
from storage.items import Row, body_of
from storage.objects import CompositeType, DomainType
from storage.rewrite import Rewrite, newest_items, newest_rows
from storage.row_types import row_type_of
from storage.schema import Column, ColumnPolicy, ElementState, Table
from storage.table import TableAccess
from tsql.binder import bind_expression_text
from tsql.ddl.alteration.references import test_changed_types
from tsql.ddl.alteration.state import Alteration
from tsql.ddl.composite_values import Convert, columns_with, converter, first_use, holds
from tsql.ddl.context import Ddl
from tsql.env import Env
from tsql.executor.expressions import Evaluate, compile_expression
from tsql.executor.user_types import register_type
from tsql.executor.waits import computed_rows

Users = list[tuple[Table, list[Column]]]


async def finish(alteration: Alteration) -> None:
    """Writes the definition, and sees to the rows. Raises 23502, 23505, 23514, 0A000."""
    ddl, old, new = alteration.ddl, alteration.old, alteration.table
    if not alteration.converts_values and old.columns != new.columns:
        users = await _users_of_rows(alteration)
        await _finish(alteration)
        await write_values_again(row_type_of(old), row_type_of(new), users, ddl)
    else:
        await _finish(alteration)


async def _users_of_rows(alteration: Alteration) -> Users:
    """Returns what is to be written again, for the table's row type has other fields. Raises 0A000.

    It must not if the values of columns change, or a new one has any: PostgreSQL's rule.
    """
    ddl, old, new = alteration.ddl, alteration.old, alteration.table
    before, after = row_type_of(old), row_type_of(new)
    types = {each.number: (each.sql_type, each.typmod) for each in before.attributes}
    changes_values = bool(alteration.values) or any(
        types.get(each.number, (each.sql_type, each.typmod)) != (each.sql_type, each.typmod)
        for each in after.attributes
    )
    used = first_use(before.id, ddl.catalog)
    if used is not None and changes_values:
        table, column = used
        raise DatabaseError(
            "0A000",
            f'cannot alter table "{new.name}" because column "{table.name}.{column.name}"'
            " uses its row type",
        )
    numbers = [each.number for each in before.attributes]
    if used is None or numbers == [each.number for each in after.attributes]:
        return []
    return await lock_users(before, ddl)


async def lock_users(found: CompositeType, ddl: Ddl) -> Users:
    """Returns the tables with values of a type, locked, and the columns that they are in."""
    for table, _ in columns_with(found, ddl.catalog):
        await ddl.changes.lock_table(table.id)
    return columns_with(found, ddl.catalog)


async def change_attributes(found: CompositeType, changed: CompositeType, ddl: Ddl) -> None:
    """Gives a type other attributes; what they were goes, what is new is NULL."""
    users = await lock_users(found, ddl)
    register_type(await ddl.changes.replace_object(changed))
    await write_values_again(found, changed, users, ddl)


async def write_values_again(
    found: CompositeType, changed: CompositeType, users: Users, ddl: Ddl
) -> None:
    """Makes values of the type that tables have fit its other fields: what is new is NULL."""
    for known, columns in users:
        table = ddl.catalog.table_by_id(known.id)
        assert table is not None
        ddl.check_no_events(table, "ALTER TABLE")
        alteration = Alteration(ddl, table, table, is_rewrite=True, converts_values=True)
        for column in columns:
            convert = converter(column.sql_type, found, changed, ddl.catalog)
            assert convert is not None
            alteration.values[column.id] = _over_rows(table.position(column.id), convert)
            alteration.change_column(column.id, missing=None)
        await finish(alteration)
    if found.attributes != changed.attributes:
        await _renew_domains(found, ddl)


async def _renew_domains(found: CompositeType, ddl: Ddl) -> None:
    """Has the constraints of domains with such values in them compiled again: fields have other places."""
    for domain in ddl.catalog.objects(DomainType):
        if not domain.checks or not holds(domain.base, found, ddl.catalog):
            continue
        locked = await ddl.changes.lock_object(DomainType, domain.id)
        if locked is not None:
            register_type(await ddl.changes.replace_object(locked))


def _over_rows(position: int, convert: Convert) -> Evaluate:
    def evaluate(row: Any, _env: Env) -> Any:
        value = row[position]
        return None if value is None else convert(value)

    return evaluate


async def _finish(alteration: Alteration) -> None:
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
