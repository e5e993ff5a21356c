"""Queries as the catalog keeps them: relations by number, types and sequences by OID."""

from typing import Any, NamedTuple

from storage.catalog import IndexRef, Relation
from storage.objects import Address, View, ViewRelation
from storage.schema import Table
from tsql.binder.views import OID_SCHEMA, SYNTAX_SCHEMA
from tsql.ddl.context import Ddl
from tsql.ddl.stored_text import stored_text
from tsql.parser import Constant, ast, enums, with_fields

_SQL_SYNTAX = enums.CoercionForm.COERCE_SQL_SYNTAX
_SEQUENCE_COLUMNS = ((1, "last_value"), (2, "log_cnt"), (3, "is_called"))


class StoredQuery(NamedTuple):
    """A query's text, the relations that it reads, and those that its constants name."""

    sql: str
    relations: tuple[ViewRelation, ...]
    constants: tuple[Address, ...]


def stored_query(node: Any, ddl: Ddl) -> StoredQuery:
    """Returns a query as the catalog keeps it."""
    numbering = _Numbering(ddl)
    text, constants = stored_text(numbering.replaced(node, frozenset()), ddl.env)
    return StoredQuery(text, tuple(numbering.relations), constants)


class _Numbering:
    """Puts numbers in the place of relations' names."""

    def __init__(self, ddl: Ddl) -> None:
        self._ddl = ddl
        self.relations: list[ViewRelation] = []

    def replaced(self, value: Any, ctes: frozenset[str]) -> Any:
        """Returns the tree with numbers; `ctes` are the WITH queries that names may mean."""
        if type(value) is tuple:
            return tuple(self.replaced(item, ctes) for item in value)
        if not isinstance(value, ast.Node) or isinstance(value, Constant):
            return value
        if isinstance(value, ast.LockingClause):
            return value  # It names what the query calls its relations.
        if isinstance(value, ast.RangeVar):
            return self._relation(value, ctes)
        if isinstance(value, ast.ColumnRef) and value.fields:
            return with_fields(value, fields=value.fields[-3:])
        changes: dict[str, Any] = {}
        with_clause = getattr(value, "withClause", None)
        if with_clause is not None:
            changes["withClause"], ctes = self._with(with_clause, ctes)
        for name in value:
            if name not in changes:
                changes[name] = self.replaced(getattr(value, name), ctes)
        changed = with_fields(value, **changes)
        is_syntax = isinstance(value, ast.FuncCall) and value.funcformat == _SQL_SYNTAX
        if not is_syntax:
            return changed
        call: Any = value
        name = call.funcname[-1]
        return with_fields(changed, funcname=(ast.String(sval=SYNTAX_SCHEMA), name))

    def _with(self, clause: Any, ctes: frozenset[str]) -> tuple[Any, frozenset[str]]:
        if clause.recursive:
            ctes |= {query.ctename for query in clause.ctes}
        queries = []
        for query in clause.ctes:
            queries.append(self.replaced(query, ctes))
            ctes |= {query.ctename}
        return with_fields(clause, ctes=tuple(queries)), ctes

    def _relation(self, node: Any, ctes: frozenset[str]) -> Any:
        if node.schemaname is None and node.relname in ctes:
            return node
        found = self._ddl.find(node.schemaname, node.relname)
        if found is None or isinstance(found, IndexRef):
            # A catalog relation: those have their names for ever.
            schema = node.schemaname or "pg_catalog"
            return with_fields(node, schemaname=schema)
        alias = node.relname if node.alias is None else node.alias.aliasname
        renamed = [part.sval for part in (node.alias and node.alias.colnames) or ()]
        columns = tuple(
            (column_id, renamed[at] if at < len(renamed) else name)
            for at, (column_id, name) in enumerate(columns_of(found))
        )
        number = len(self.relations)
        is_aliased = node.alias is not None
        spec = ViewRelation(found.id, columns, is_aliased, len(renamed), found.schema)
        self.relations.append(spec)
        return with_fields(
            node,
            catalogname=None,
            schemaname=OID_SCHEMA,
            relname=str(number),
            alias=ast.Alias(aliasname=alias),
        )


def columns_of(found: Relation) -> list[tuple[int, str]]:
    """Returns ids and names of a relation's columns."""
    match found:
        case Table():
            return [(column.id, column.name) for column in found.columns]
        case View():
            return [(number, column.name) for number, column in enumerate(found.columns, 1)]
        case _:
            return list(_SEQUENCE_COLUMNS)
