"""The values that there are of a domain: ALTER DOMAIN tests them.

Every table with a column of the domain, or of a domain over it, is locked; it gets a new version
although nothing in it changes, so that whatever was compiled for it is compiled again. Where values
of the domain are inside others (arrays, rows), PostgreSQL refuses, and so does this.
"""

from collections.abc import Callable, Iterator
from typing import Any

from storage.errors import DatabaseError
from storage.objects import DomainType
from storage.rewrite import newest_rows
from storage.schema import Column, Table
from tsql.ddl.composite_values import first_use_inside
from tsql.ddl.context import Ddl
from tsql.types.type_names import type_name

#: Returns whether a value may stay.
Accepts = Callable[[Any], bool]


def domains_over(domain: DomainType, ddl: Ddl) -> list[DomainType]:
    """Returns the domain and all domains over it."""
    found = [domain]
    for each in found:
        found += [other for other in ddl.catalog.objects(DomainType) if other.base == each.id]
    return found


def _used(domain: DomainType, ddl: Ddl) -> Iterator[tuple[Table, list[Column]]]:
    domains = domains_over(domain, ddl)
    ids = {each.id for each in domains}
    for each in domains:
        inside = first_use_inside(each, ddl.catalog)
        if inside is not None:
            table, column = inside
            raise DatabaseError(
                "0A000",
                f'cannot alter type "{type_name(each.id)}" because column'
                f' "{table.name}.{column.name}" uses it',
            )
    for table in ddl.catalog.tables:
        columns = [column for column in table.columns if column.sql_type in ids]
        if columns:
            yield table, columns


async def test_values(
    domain: DomainType, ddl: Ddl, accepts: Accepts, fault: tuple[str, str]
) -> None:
    """Raises `fault` (SQLSTATE, what the column contains) if a stored value isn't accepted."""
    for table, _ in list(_used(domain, ddl)):
        await ddl.changes.lock_table(table.id)
    for table, columns in list(_used(domain, ddl)):
        access = ddl.tables.access(table)
        places = [(table.position(column.id), column) for column in columns]
        async for row in newest_rows(ddl.txn, ddl.catalogs, access):
            for position, column in places:
                if accepts(row[position]):
                    continue
                raise DatabaseError(
                    fault[0],
                    f'column "{column.name}" of table "{table.name}" contains {fault[1]}',
                    schema=table.schema,
                    table=table.name,
                    column=column.name,
                )


async def renew_tables(domain: DomainType, ddl: Ddl) -> None:
    """Gives the tables with columns of the domain, or of its arrays, new versions."""
    domains = domains_over(domain, ddl)
    ids = {each.id for each in domains} | {each.array_id for each in domains}
    for table in list(ddl.catalog.tables):
        if any(column.sql_type in ids for column in table.columns):
            locked = await ddl.changes.lock_table(table.id)
            if locked is not None:
                await ddl.changes.replace_table(locked)
