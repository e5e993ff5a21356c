"""Who depends on whom, and what DROP does about it, as PostgreSQL's dependency.c.

`edges()` lists all dependencies of a catalog: nothing is stored but what the objects themselves say
(a view's `relies_on`, a column's type, a sequence's owner). An edge is

| kind     | when what it points to is dropped                                          |
|----------|----------------------------------------------------------------------------|
| NORMAL   | RESTRICT refuses, CASCADE drops the dependent too and says so              |
| AUTO     | the dependent goes silently: a sequence with the column that owns it       |
| INTERNAL | likewise; and the dependent can't be dropped by itself (identity sequence) |

`affected()` follows them from what is to be dropped, in PostgreSQL's order (newest first, which the
reports turn round), and `check()` raises 2BP01 or gives the notice. A new kind of object adds its
edges to `edges()`, its name to tsql/ddl/describe.py, and its removal to tsql/ddl/remove.py.
"""

import enum
from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Sequence as List
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from storage.catalog import Catalog
from storage.errors import DatabaseError
from storage.objects import Address, CompositeType, DomainType, View
from storage.row_types import relation_of, row_array_id, row_type_id
from storage.schema import ForeignKey, Table
from storage.user_types import UserType, user_types
from tsql.catalog import pg
from tsql.ddl.context import Ddl
from tsql.ddl.describe import describe

#: Dependents that a message names; the rest is counted.
REPORTED_MAX: Final = 100
_CASCADE_HINT: Final = "Use DROP ... CASCADE to drop the dependent objects too."


class EdgeKind(enum.Enum):
    """What becomes of a dependent."""

    NORMAL = "normal"
    AUTO = "auto"
    INTERNAL = "internal"


class Edge(NamedTuple):
    """`dependent` can't be without `referenced`."""

    dependent: Address
    referenced: Address
    kind: EdgeKind


@dataclass(frozen=True, slots=True)
class Affected:
    """An object that goes.

    Attributes:
        because_of: What it depends on, as the search came to it; None for what DROP names.
        is_silent: Whether it goes without being mentioned.
    """

    address: Address
    because_of: Address | None
    is_silent: bool


def relation(object_id: int, column_id: int = 0) -> Address:
    """Returns the address of a table, index, sequence or view, or of a column."""
    return Address("relation", object_id, column_id)


def edges(catalog: Catalog, roots: List[Address] = ()) -> Iterator[Edge]:
    """Yields all dependencies of a catalog; those of row types that nothing uses, only of the roots."""
    used = {relation_of(root.id) for root in roots if root.kind == "type"}
    for edge in _edges(catalog):
        if edge.referenced.kind == "type":
            used.add(relation_of(edge.referenced.id))
        yield edge
    for relation_id in used:
        if relation_id is not None:
            yield from _of_row_type(relation_id)


def _edges(catalog: Catalog) -> Iterator[Edge]:
    schema_ids = {schema.name: schema.id for schema in catalog.schemas}

    def in_schema(address: Address, name: str) -> Iterator[Edge]:
        if name in schema_ids:
            yield Edge(address, Address("schema", schema_ids[name]), EdgeKind.NORMAL)

    types = user_types(catalog)
    type_ids = {type_id for found in types for type_id in (found.id, found.array_id)}
    identities: set[tuple[int, int]] = set()
    for table in catalog.tables:
        yield from in_schema(relation(table.id), table.schema)
        yield from _of_table(table, type_ids)
        if table.query is not None:
            yield from _of_query(relation(table.id), table.query, catalog)
        identities.update((table.id, column.id) for column in table.columns if column.identity)
        for key in table.foreign_keys:
            yield from _of_referenced_index(
                key, table, catalog.table_by_id(key.referenced_table_id)
            )
    for sequence in catalog.sequences:
        yield from in_schema(relation(sequence.id), sequence.schema)
        if sequence.owner_table_id is not None:
            column_id = sequence.owner_column_id or 0
            owner = relation(sequence.owner_table_id, column_id)
            is_identity = (sequence.owner_table_id, column_id) in identities
            kind = EdgeKind.INTERNAL if is_identity else EdgeKind.AUTO
            yield Edge(relation(sequence.id), owner, kind)
    for view in catalog.objects(View):
        yield from in_schema(relation(view.id), view.schema)
        yield from _of_query(relation(view.id), view, catalog)
    for found in types:
        yield from in_schema(Address("type", found.id), found.schema)
        yield from _of_type(found, type_ids)
        arrays = Address("type", found.array_id)
        yield Edge(arrays, Address("type", found.id), EdgeKind.INTERNAL)


def _of_query(of: Address, view: View, catalog: Catalog) -> Iterator[Edge]:
    for address in view.relies_on:
        on = address
        if address.kind == "primary key":
            table = catalog.table_by_id(address.id)
            name = table.primary_key_constraint if table is not None else None
            on = Address("constraint", address.id, name=name or "")
        yield Edge(of, on, EdgeKind.NORMAL)


def _of_row_type(relation_id: int) -> Iterator[Edge]:
    rows = Address("type", row_type_id(relation_id))
    arrays = Address("type", row_array_id(relation_id))
    yield Edge(rows, relation(relation_id), EdgeKind.INTERNAL)
    yield Edge(arrays, rows, EdgeKind.INTERNAL)


def _of_type(found: UserType, type_ids: set[int]) -> Iterator[Edge]:
    match found:
        case DomainType():
            yield from _of_domain(found, type_ids)
        case CompositeType(attributes=attributes):
            for attribute in attributes:
                if _is_users(attribute.sql_type, type_ids):
                    of = Address("type", found.id, attribute.number)
                    yield Edge(of, Address("type", attribute.sql_type), EdgeKind.NORMAL)
        case _:
            pass


def _is_users(type_id: int, type_ids: set[int]) -> bool:
    return type_id >= pg.FIRST_OWN_OID and (type_id in type_ids or relation_of(type_id) is not None)


def _of_domain(domain: DomainType, type_ids: set[int]) -> Iterator[Edge]:
    if _is_users(domain.base, type_ids):
        yield Edge(Address("type", domain.id), Address("type", domain.base), EdgeKind.NORMAL)
    for address in domain.default_relies_on:
        yield Edge(Address("type", domain.id), address, EdgeKind.NORMAL)


def _of_table(table: Table, type_ids: set[int]) -> Iterator[Edge]:
    for column in table.columns:
        if _is_users(column.sql_type, type_ids):
            on = Address("type", column.sql_type)
            yield Edge(relation(table.id, column.id), on, EdgeKind.NORMAL)
        for column_id in column.generated_from:
            of, on = relation(table.id, column.id), relation(table.id, column_id)
            yield Edge(of, on, EdgeKind.NORMAL)
        for address in column.default_relies_on:
            yield Edge(Address("default", table.id, column.id), address, EdgeKind.NORMAL)
    for key in table.foreign_keys:
        constraint = Address("constraint", table.id, name=key.name)
        for column_id in key.column_ids:
            yield Edge(constraint, relation(table.id, column_id), EdgeKind.AUTO)
        for column_id in key.referenced_column_ids:
            on = relation(key.referenced_table_id, column_id)
            yield Edge(constraint, on, EdgeKind.NORMAL)
    for name, constraint_name in _constraint_indexes(table):
        index = Address("index", table.id, name=name)
        yield Edge(index, Address("constraint", table.id, name=constraint_name), EdgeKind.INTERNAL)


def _constraint_indexes(table: Table) -> Iterator[tuple[str, str]]:
    """Yields (index, constraint) names."""
    if table.primary_key_constraint is not None:
        yield table.primary_key_constraint, table.primary_key_constraint
    for index in table.indexes:
        if index.constraint is not None:
            yield index.name, index.constraint


def _of_referenced_index(key: ForeignKey, table: Table, parent: Table | None) -> Iterator[Edge]:
    """Yields what ties a foreign key to the index that finds what it refers to."""
    if parent is None:
        return
    name = parent.primary_key_constraint
    for index in parent.indexes:
        if index.id == key.referenced_index_id:
            name = index.name
    on = Address("index", parent.id, name=name or "")
    yield Edge(Address("constraint", table.id, name=key.name), on, EdgeKind.NORMAL)


def affected(catalog: Catalog, roots: List[Address], path: List[str]) -> list[Affected]:
    """Returns all that goes with `roots`, what nothing depends on last, roots among them.

    Raises 2BP01 for a root that is an internal part of something else.
    """
    incoming: defaultdict[tuple[str, int, str], list[Edge]] = defaultdict(list)
    owned: list[Edge] = []
    for edge in edges(catalog, roots):
        if edge.kind is not EdgeKind.NORMAL:
            owned.append(edge)
        on = edge.referenced
        incoming[on.kind, on.id, on.name].append(edge)
        if edge.kind is EdgeKind.INTERNAL and edge.dependent in roots:
            _check_owner_goes(edge, roots, catalog, path)
    found: dict[Address, Affected] = {}
    order: list[Affected] = []

    def visit(address: Address, because_of: Address | None, *, is_silent: bool) -> None:
        seen = found.get(address)
        if seen is not None:
            return
        found[address] = Affected(address, because_of, is_silent)
        dependents = [
            edge
            for edge in reversed(incoming[address.kind, address.id, address.name])
            if address.sub_id in {0, edge.referenced.sub_id}
        ]
        dependents.sort(key=_order)
        for edge in dependents:
            visit(edge.dependent, address, is_silent=edge.kind is not EdgeKind.NORMAL)
        order.append(found[address])

    for root in roots:
        visit(root, None, is_silent=True)
    order.reverse()
    # What its owner takes along isn't mentioned, whatever else it depends on.
    taken = {
        edge.dependent
        for edge in owned
        if edge.referenced in found or relation(edge.referenced.id) in found
    }
    return _without_parts([
        replace(item, is_silent=True) if item.address in taken else item for item in order
    ])  # fmt: skip


def _order(edge: Edge) -> tuple[bool, int, int]:
    """Orders what depends on one object; its fields are those of a relation, older than the type itself."""
    on = edge.referenced
    return (on.kind == "type" and on.sub_id != 0, *_age(edge.dependent))


def _age(address: Address) -> tuple[int, int]:
    """Orders the newest first, as PostgreSQL does by OID; a DEFAULT has an OID of its own there."""
    is_default = address.kind == "default"
    age = relation_of(address.id) if address.kind == "type" else None
    return -(age or address.id), -address.sub_id if is_default else address.sub_id


def _check_owner_goes(edge: Edge, roots: List[Address], catalog: Catalog, path: List[str]) -> None:
    owner = edge.referenced
    if owner in roots or relation(owner.id) in roots:
        return
    what, on = describe(edge.dependent, catalog, path), describe(owner, catalog, path)
    raise DatabaseError(
        "2BP01",
        f"cannot drop {what} because {on} requires it",
        hint=f"You can drop {on} instead.",
    )


def _without_parts(order: list[Affected]) -> list[Affected]:
    """Leaves out columns of relations that go as a whole."""
    whole = {item.address.id for item in order if _is_whole(item.address)}
    return [item for item in order if _is_whole(item.address) or item.address.id not in whole]


def _is_whole(address: Address) -> bool:
    return not (address.kind in {"default", "constraint", "index"} or address.sub_id)


def check(
    ddl: Ddl, roots: list[Address], found: list[Affected], *, cascades: bool, tells: bool = True
) -> None:
    """Raises 2BP01 for what RESTRICT refuses; says (if it `tells`) what CASCADE takes along."""
    named = set(roots)
    loud = [item for item in found if not item.is_silent and item.address not in named]
    if not loud:
        return
    catalog, path = ddl.catalog, ddl.env.search_path
    shown = loud[:REPORTED_MAX]
    rest = len(loud) - len(shown)
    if not cascades:
        lines = []
        for item in shown:
            assert item.because_of is not None
            on = describe(item.because_of, catalog, path)
            lines.append(f"{describe(item.address, catalog, path)} depends on {on}")
        what = (
            f"cannot drop {describe(roots[0], catalog, path)}"
            if len(roots) == 1
            else "cannot drop desired object(s)"
        )
        raise DatabaseError(
            "2BP01",
            f"{what} because other objects depend on it",
            detail="\n".join([*lines, *_and_more(rest)]),
            hint=_CASCADE_HINT,
        )
    if not tells:
        return
    lines = [f"drop cascades to {describe(item.address, catalog, path)}" for item in shown]
    if len(loud) == 1:
        ddl.notice("NOTICE", "00000", lines[0])
        return
    detail = "\n".join([*lines, *_and_more(rest)])
    ddl.notice("NOTICE", "00000", f"drop cascades to {len(loud)} other objects", detail=detail)


def _and_more(count: int) -> list[str]:
    if not count:
        return []
    noun = "object" if count == 1 else "objects"
    return [f"and {count} other {noun} (see server log for list)"]
