"""DROP of tables, indexes, sequences, views, types and schemas.

All names are looked up before anything goes, so a missing one leaves the others. What depends on
them is tsql/ddl/dependencies.py's business.
"""

from typing import Any

from storage.catalog import IndexRef, Relation
from storage.errors import DatabaseError
from storage.objects import Address, CompositeType, DomainType
from storage.online_build import OnlineBuilds
from storage.schema import Index
from storage.transaction import EmbeddedTransaction
from tsql.ddl.context import Ddl
from tsql.ddl.dependencies import affected, check
from tsql.ddl.dependencies import relation as address_of
from tsql.ddl.describe import describe, is_visible, kind_of_relation
from tsql.ddl.drop_absent import drop_absent
from tsql.ddl.extensions import drop_extensions
from tsql.ddl.remove import check_may_drop, remove_all
from tsql.ddl.user_types import find_type, no_such_type
from tsql.parser import enums

_TYPES = enums.ObjectType
_KINDS = {
    _TYPES.OBJECT_TABLE: "table",
    _TYPES.OBJECT_INDEX: "index",
    _TYPES.OBJECT_SEQUENCE: "sequence",
    _TYPES.OBJECT_VIEW: "view",
    _TYPES.OBJECT_MATVIEW: "materialized view",
}
_ARTICLES = {"index": "an index"}


async def drop(node: Any, ddl: Ddl) -> str:
    """Runs a DropStmt; returns the command tag."""
    cascades = node.behavior == enums.DropBehavior.DROP_CASCADE
    if node.removeType == _TYPES.OBJECT_SCHEMA:
        await remove_all(_schemas(node, ddl), ddl, cascades=cascades)
        return "DROP SCHEMA"
    if node.removeType in {_TYPES.OBJECT_TYPE, _TYPES.OBJECT_DOMAIN}:
        await remove_all(_types(node, ddl), ddl, cascades=cascades)
        return f"DROP {node.removeType.name.removeprefix('OBJECT_')}"
    if node.removeType == _TYPES.OBJECT_EXTENSION:
        return await drop_extensions(node, ddl)
    kind = _KINDS.get(node.removeType)
    if kind is None:
        return drop_absent(node, ddl)
    found: list[Relation] = []
    for item in node.objects:
        names = [part.sval for part in item]
        relation = _find(names, kind, ddl, missing_ok=node.missing_ok)
        if relation is not None and relation not in found:
            found.append(relation)
    roots: list[Address] = []
    for relation in found:
        if isinstance(relation, IndexRef):
            roots.append(_index_address(relation, ddl))
        else:
            roots.append(address_of(relation.id))
    await remove_all(roots, ddl, cascades=cascades)
    return f"DROP {kind.upper()}"


def _find(names: list[str], kind: str, ddl: Ddl, *, missing_ok: bool) -> Relation | None:
    schema, name = (None, names[0]) if len(names) == 1 else (names[-2], names[-1])
    if schema is not None or ddl.find(None, name) is None:
        ddl.refuse_system_relation(schema, name)
    if schema is not None and ddl.catalog.schema(ddl.env.own_schema(schema)) is None:
        if not missing_ok:
            raise DatabaseError("3F000", f'schema "{schema}" does not exist')
        ddl.notice("NOTICE", "00000", f'schema "{schema}" does not exist, skipping')
        return None
    relation = ddl.find(schema, name)
    if relation is None:
        _check_is_no_type(names, kind, ddl)
        if not missing_ok:
            sqlstate = "42P01" if kind != "index" else "42704"
            raise DatabaseError(sqlstate, f'{kind} "{name}" does not exist')
        ddl.notice("NOTICE", "00000", f'{kind} "{name}" does not exist, skipping')
        return None
    actual = kind_of_relation(relation)
    if actual != kind:
        article = _ARTICLES.get(kind, f"a {kind}")
        use = _ARTICLES.get(actual, f"a {actual}")
        raise DatabaseError(
            "42809",
            f'"{name}" is not {article}',
            hint=f"Use DROP {actual.upper()} to remove {use}.",
        )
    return relation


def _check_is_no_type(names: list[str], kind: str, ddl: Ddl) -> None:
    """Raises 42809 for a composite type: it is among PostgreSQL's relations."""
    if isinstance(find_type(names, ddl), CompositeType):
        article = _ARTICLES.get(kind, f"a {kind}")
        hint = "Use DROP TYPE to remove a type."
        raise DatabaseError("42809", f'"{names[-1]}" is not {article}', hint=hint)


async def drop_index_online(
    node: Any, ddl: Ddl, builds: OnlineBuilds, guard: EmbeddedTransaction
) -> str:
    """Runs DROP INDEX CONCURRENTLY; `guard` keeps other DDL off the table meanwhile."""
    if len(node.objects) > 1:
        message = "DROP INDEX CONCURRENTLY does not support dropping multiple objects"
        raise DatabaseError("0A000", message)
    if node.behavior == enums.DropBehavior.DROP_CASCADE:
        raise DatabaseError("0A000", "DROP INDEX CONCURRENTLY does not support CASCADE")
    names = [part.sval for part in node.objects[0]]
    found = _find(names, "index", ddl, missing_ok=node.missing_ok)
    if not isinstance(found, IndexRef):
        return "DROP INDEX"
    index = _without_constraint(found, ddl)
    if await ddl.changes.lock_definition(found.table.id) is not None:
        root = _index_address(found, ddl)
        check_may_drop(root, ddl)
        goes = affected(ddl.catalog, [root], ddl.env.search_path)
        check(ddl, [root], goes, cascades=False)
        await builds.drop(guard, found.table.id, index.id)
    return "DROP INDEX"


def _index_address(reference: IndexRef, ddl: Ddl) -> Address:
    return Address("index", reference.table.id, name=_without_constraint(reference, ddl).name)


def _without_constraint(reference: IndexRef, ddl: Ddl) -> Index:
    """Returns the index. Raises 2BP01 if a constraint requires it."""
    index, table = reference.index, reference.table
    name = table.primary_key_constraint if index is None else index.name
    if index is None or index.constraint is not None:
        on = describe(address_of(table.id), ddl.catalog, ddl.env.search_path)
        shown = name
        if not is_visible(ddl.catalog, table, ddl.env.search_path):
            shown = f"{table.schema}.{name}"
        raise DatabaseError(
            "2BP01",
            f"cannot drop index {shown} because constraint {name} on {on} requires it",
            hint=f"You can drop constraint {name} on {on} instead.",
        )
    return index


def _types(node: Any, ddl: Ddl) -> list[Address]:
    roots = []
    for item in node.objects:
        names = [part.sval for part in item.names]
        found = find_type(names, ddl)
        if found is not None:
            if node.removeType == _TYPES.OBJECT_DOMAIN and not isinstance(found, DomainType):
                raise DatabaseError("42809", f'"{".".join(names)}" is not a domain')
            roots.append(Address("type", found.id))
            continue
        shown = ".".join(names)
        if not node.missing_ok:
            raise no_such_type(names, ddl)
        ddl.notice("NOTICE", "00000", f'type "{shown}" does not exist, skipping')
    return list(dict.fromkeys(roots))


def _schemas(node: Any, ddl: Ddl) -> list[Address]:
    roots = []
    for item in node.objects:
        schema = ddl.catalog.schema(item.sval)
        if schema is not None:
            roots.append(Address("schema", schema.id))
            continue
        if not node.missing_ok:
            raise DatabaseError("3F000", f'schema "{item.sval}" does not exist')
        ddl.notice("NOTICE", "00000", f'schema "{item.sval}" does not exist, skipping')
    return list(dict.fromkeys(roots))
