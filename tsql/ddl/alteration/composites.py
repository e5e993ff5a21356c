"""Other attributes of a composite type: the rows that tables have of it are written again."""

from collections.abc import Callable
from functools import partial
from typing import Any

from storage.objects import CompositeType
from storage.schema import Column, Table
from storage.types import Array, Record
from tsql.ddl.alteration.finish import finish
from tsql.ddl.alteration.state import Alteration
from tsql.ddl.context import Ddl
from tsql.env import Env
from tsql.executor.expressions import Evaluate
from tsql.executor.user_types import register_type
from tsql.types.composites import kinds_of_fields
from tsql.types.kinds import base_type, element_type_of

Convert = Callable[[Any], Any]


def columns_with(found: CompositeType, ddl: Ddl) -> list[tuple[Table, list[Column]]]:
    """Returns the tables whose columns hold values of the type, inside others perhaps."""
    result = []
    for table in ddl.catalog.tables:
        columns = [each for each in table.columns if _converter(each.sql_type, found, found, ddl)]
        if columns:
            result.append((table, columns))
    return result


async def change_attributes(found: CompositeType, changed: CompositeType, ddl: Ddl) -> None:
    """Gives a type other attributes; what they were goes, what is new is NULL."""
    for table, _ in columns_with(found, ddl):
        await ddl.changes.lock_table(table.id)
    users = columns_with(found, ddl)
    converters = {
        (table.id, column.id): _converter(column.sql_type, found, changed, ddl)
        for table, columns in users
        for column in columns
    }
    register_type(await ddl.changes.replace_object(changed))
    for table, columns in users:
        ddl.check_no_events(table, "ALTER TABLE")
        alteration = Alteration(ddl, table, table, is_rewrite=True)
        for column in columns:
            convert = converters[table.id, column.id]
            assert convert is not None
            alteration.values[column.id] = _over_rows(table.position(column.id), convert)
            alteration.change_column(column.id, missing=None)
        await finish(alteration)


def _over_rows(position: int, convert: Convert) -> Evaluate:
    def evaluate(row: Any, _env: Env) -> Any:
        value = row[position]
        return None if value is None else convert(value)

    return evaluate


def _converter(
    type_id: int, found: CompositeType, changed: CompositeType, ddl: Ddl
) -> Convert | None:
    """Returns what converts values of a type; None: they hold none of the changed one."""
    type_id = base_type(type_id)
    element = element_type_of(type_id)
    if element:
        inner = _converter(element, found, changed, ddl)
        return None if inner is None else partial(_convert_array, inner)
    if type_id == found.id:
        return partial(_convert_row, found, changed)
    composite = ddl.catalog.object(CompositeType, type_id)
    if composite is None:
        return None
    inners = [_converter(each.sql_type, found, changed, ddl) for each in composite.attributes]
    return partial(_convert_fields, inners) if any(inners) else None


def _convert_array(convert: Convert, array: Array) -> Array:
    items = tuple(None if item is None else convert(item) for item in array.items)
    return Array(items, array.dimensions, array.lower_bounds)


def _convert_fields(converts: list[Convert | None], row: Record) -> Record:
    fields = [
        value if value is None or convert is None else convert(value)
        for value, convert in zip(row, converts, strict=True)
    ]
    return Record.of(fields, row.types, row.kinds)


def _convert_row(found: CompositeType, changed: CompositeType, row: Record) -> Record:
    values = {each.number: value for each, value in zip(found.attributes, row, strict=True)}
    types = tuple([each.sql_type for each in changed.attributes])
    fields = [values.get(each.number) for each in changed.attributes]
    return Record.of(fields, types, kinds_of_fields(types))
