"""Values of composite types and row types that tables have: where they are, and making others of them."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from storage.catalog import Catalog
from storage.objects import CompositeType, DomainType, View
from storage.row_types import row_type_of
from storage.schema import Column, Table
from storage.types import Array, Record
from storage.user_types import composite_type, user_type
from tsql.types.composites import kinds_of_fields
from tsql.types.kinds import base_type, element_type_of

Convert = Callable[[Any], Any]


def first_use(type_id: int, catalog: Catalog) -> tuple[Table, Column] | None:
    """Returns a column that holds values of the type, inside others perhaps: PostgreSQL's first."""
    return next(_uses(type_id, catalog), None)


def _uses(type_id: int, catalog: Catalog) -> Iterator[tuple[Table, Column]]:
    found = user_type(catalog, type_id)
    if found is None:
        return
    yield from _direct_uses(found.array_id, catalog)
    yield from _direct_uses(type_id, catalog)


def first_use_inside(domain: DomainType, catalog: Catalog) -> tuple[Table, Column] | None:
    """Returns a column whose values have values of the domain in them: arrays, rows, rows of tables."""
    return next(_uses_inside(domain, catalog), None)


def _uses_inside(domain: DomainType, catalog: Catalog) -> Iterator[tuple[Table, Column]]:
    yield from _direct_uses(domain.array_id, catalog)
    for holder in _holders(catalog):
        match holder:
            case Table() | View() if any(c.sql_type == domain.id for c in holder.columns):
                yield from _uses(row_type_of(holder).id, catalog)
            case CompositeType() if any(a.sql_type == domain.id for a in holder.attributes):
                yield from _uses(holder.id, catalog)
            case _:
                pass


def _direct_uses(type_id: int, catalog: Catalog) -> Iterator[tuple[Table, Column]]:
    for holder in _holders(catalog):
        match holder:
            case Table(columns=columns):
                for column in columns:
                    if column.sql_type == type_id:
                        yield holder, column
            case View() if any(each.sql_type == type_id for each in holder.columns):
                yield from _uses(row_type_of(holder).id, catalog)
            case CompositeType() if any(each.sql_type == type_id for each in holder.attributes):
                yield from _uses(holder.id, catalog)
            case DomainType(base=base) if base == type_id:
                yield from _uses(holder.id, catalog)
            case _:
                pass


def _holders(catalog: Catalog) -> list[Table | View | CompositeType | DomainType]:
    """Returns what may be made of a type, oldest first."""
    holders: list[Table | View | CompositeType | DomainType] = [
        *catalog.tables, *catalog.objects(View), *catalog.objects(CompositeType),
        *catalog.objects(DomainType),
    ]  # fmt: skip
    return sorted(holders, key=lambda each: each.id)


def columns_with(found: CompositeType, catalog: Catalog) -> list[tuple[Table, list[Column]]]:
    """Returns the tables whose columns hold values of the type, inside others perhaps."""
    result = []
    for table in catalog.tables:
        columns = [each for each in table.columns if holds(each.sql_type, found, catalog)]
        if columns:
            result.append((table, columns))
    return result


def holds(type_id: int, found: CompositeType, catalog: Catalog) -> bool:
    """Returns whether values of a type are, or have in them, some of the composite one."""
    return converter(type_id, found, found, catalog) is not None


def converter(
    type_id: int, found: CompositeType, changed: CompositeType, catalog: Catalog
) -> Convert | None:
    """Returns what converts values of a type; None: they hold none of the changed one."""
    type_id = base_type(type_id)
    element = element_type_of(type_id)
    if element:
        inner = converter(element, found, changed, catalog)
        return None if inner is None else partial(_convert_array, inner)
    if type_id == found.id:
        return partial(_convert_row, found, changed)
    composite = composite_type(catalog, type_id)
    if composite is None:
        return None
    inners = [converter(each.sql_type, found, changed, catalog) for each in composite.attributes]
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
