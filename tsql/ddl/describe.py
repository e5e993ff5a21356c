"""What messages call an object: `table t`, `column a of table t`, `view other.v`, `type mood`."""

from collections.abc import Sequence as List

from storage.catalog import Catalog, IndexRef, Relation
from storage.objects import Address, View
from storage.schema import Sequence, Table
from storage.user_types import composite_type, user_type_named, user_type_of
from tsql.functions.text_quote import quote_ident


def kind_of_relation(found: Relation) -> str:
    """Returns table, materialized view, index, sequence or view."""
    match found:
        case Table():
            return "table" if found.query is None else "materialized view"
        case IndexRef():
            return "index"
        case Sequence():
            return "sequence"
        case View():
            return "view"


def relation_by_id(catalog: Catalog, object_id: int) -> Table | Sequence | View | None:
    """Returns the table, sequence or view with that id."""
    return (
        catalog.table_by_id(object_id)
        or catalog.sequence_by_id(object_id)
        or catalog.object(View, object_id)
    )


def is_visible(catalog: Catalog, found: Table | Sequence | View, path: List[str]) -> bool:
    """Returns whether its bare name finds it."""
    return is_visible_name(catalog, found.schema, found.name, path)


def is_visible_name(catalog: Catalog, schema: str, name: str, path: List[str]) -> bool:
    """Returns whether a relation's bare name finds the one in this schema."""
    for candidate in path:
        if catalog.relation(candidate, name) is not None:
            return candidate == schema
    return False


def qualified(schema: str, name: str) -> str:
    """Returns schema.name, quoted where SQL needs it."""
    return f"{quote_ident(schema)}.{quote_ident(name)}"


def describe(address: Address, catalog: Catalog, path: List[str]) -> str:
    """Returns what messages call the object; the schema stands there if its bare name misses it."""
    match address.kind:
        case "relation":
            return _relation(address, catalog, path)
        case "default":
            column = _relation(Address("relation", address.id, address.sub_id), catalog, path)
            return f"default value for {column}"
        case "constraint":
            table = _relation(Address("relation", address.id), catalog, path)
            return f"constraint {address.name} on {table}"
        case "index":
            return _index(address, catalog, path)
        case "type" if address.sub_id:
            return _attribute(address, catalog, path)
        case "type":
            return f"type {type_text(address.id, catalog, path)}"
        case "schema":
            names = [schema.name for schema in catalog.schemas if schema.id == address.id]
            return f"schema {names[0] if names else address.id}"
        case kind:
            return f"{kind} {address.name or address.id}"


def _index(address: Address, catalog: Catalog, path: List[str]) -> str:
    table = catalog.table_by_id(address.id)
    if table is None or is_visible_name(catalog, table.schema, address.name, path):
        return f"index {quote_ident(address.name)}"
    return f"index {qualified(table.schema, address.name)}"


def _relation(address: Address, catalog: Catalog, path: List[str]) -> str:
    found = relation_by_id(catalog, address.id)
    if found is None:
        return f"relation {address.id}"
    shown = quote_ident(found.name)
    if not is_visible(catalog, found, path):
        shown = qualified(found.schema, found.name)
    whole = f"{kind_of_relation(found)} {shown}"
    if not address.sub_id:
        return whole
    name = str(address.sub_id)
    if isinstance(found, Table):
        name = found.column_by_id(address.sub_id).name
    elif isinstance(found, View):
        name = found.columns[address.sub_id - 1].name
    return f"column {name} of {whole}"


def _attribute(address: Address, catalog: Catalog, path: List[str]) -> str:
    whole = f"composite type {type_text(address.id, catalog, path)}"
    composite = composite_type(catalog, address.id)
    attributes = composite.attributes if composite is not None else ()
    names = [each.name for each in attributes if each.number == address.sub_id]
    return f"column {names[0]} of {whole}" if names else whole


def type_text(type_id: int, catalog: Catalog, path: List[str]) -> str:
    """Returns a type's name, with its schema if the bare name misses it."""
    found = user_type_of(catalog, type_id)
    if found is None:
        return str(type_id)
    suffix = "[]" if type_id == found.array_id else ""
    first = user_type_named(catalog, path, found.name)
    if first is not None and first.id == found.id:
        return quote_ident(found.name) + suffix
    return qualified(found.schema, found.name) + suffix
