"""The FROM items of a query that is shown, with the names that they and their columns have."""

import itertools
from collections.abc import Iterator
from typing import Any

from compat.postgres.query_names import Source
from compat.postgres.system_relations import PostgresCatalogs
from storage.catalog import Catalog
from storage.objects import View, ViewRelation
from tsql.binder.views import OID_SCHEMA
from tsql.binder.written import WrittenQuery
from tsql.bound import BoundSelect, FunctionRelation, JoinRelation, Relation, SubqueryRelation
from tsql.ddl.describe import relation_by_id
from tsql.ddl.stored_query import columns_of
from tsql.parser import ast

_CATALOGS = PostgresCatalogs()


def sources_of(select: BoundSelect, view: View, catalog: Catalog) -> list[Source]:
    """Returns the items of a query's FROM clause."""
    written: WrittenQuery = select.written
    nodes: tuple[Any, ...] = written.node.fromClause or ()
    relation = select.relation
    if relation is None or written.node.op:
        return []
    if not nodes:
        return [_values(relation)]
    relations: list[Relation] = []
    for _ in nodes[1:]:
        assert isinstance(relation, JoinRelation)
        relations.append(relation.right)
        relation = relation.left
    relations.append(relation)
    reader = _Reader(written, view, catalog)
    return [
        reader.source(node, part) for node, part in zip(nodes, reversed(relations), strict=True)
    ]


def _values(relation: Relation) -> Source:
    """Returns the source that VALUES is to itself."""
    names = tuple(field.name for field in getattr(relation, "fields", ()))
    return Source(
        None,
        relation,
        0,
        default="*VALUES*",
        real=names,
        positions=tuple(range(len(names))),
        known=names,
    )


def _names(alias: Any) -> tuple[str, ...]:
    return tuple(part.sval for part in (alias and alias.colnames) or ())


class _Reader:
    def __init__(self, written: WrittenQuery, view: View, catalog: Catalog) -> None:
        self._level = written.level
        self._view = view
        self._catalog = catalog
        self._numbers: Iterator[int] = itertools.count()

    def source(self, node: Any, relation: Relation) -> Source:
        match node:
            case ast.JoinExpr():
                return self._join(node, relation)
            case ast.RangeVar(schemaname=schema) if schema == OID_SCHEMA:
                return self._stored(node, relation)
            case ast.RangeVar():
                return self._named(node, relation)
            case _:
                return self._made(node, relation)

    def _join(self, node: Any, relation: Relation) -> Source:
        assert isinstance(relation, JoinRelation)
        left, right = self.source(node.larg, relation.left), self.source(node.rarg, relation.right)
        using = [part.sval for part in node.usingClause or ()]
        if node.isNatural:
            using = [name for name in left.known if name in right.known]
        pairs: list[tuple[int | None, int | None]] = [
            (left.known.index(name), right.known.index(name)) for name in using
        ]
        known = [
            *using,
            *(name for name in left.known if name not in using),
            *(name for name in right.known if name not in using),
        ]
        pairs += [(at, None) for at, name in enumerate(left.known) if name not in using]
        pairs += [(None, at) for at, name in enumerate(right.known) if name not in using]
        aliases = _names(node.alias)
        item = self._level.joins.get(id(node))
        return Source(
            node,
            relation,
            alias=node.alias.aliasname if node.alias else None,
            aliases=aliases,
            known=(*aliases, *known[len(aliases) :]),
            left=left,
            right=right,
            using=using,
            pairs=pairs,
            values=() if item is None else item.values,
        )

    def _leaf(self, node: Any, relation: Relation, real: tuple[str, ...], **more: Any) -> Source:
        alias, aliases = node.alias, _names(node.alias)
        return Source(
            node,
            relation,
            next(self._numbers),
            alias=alias.aliasname if alias else None,
            aliases=aliases,
            real=real,
            positions=tuple(range(len(real))),
            known=(*aliases, *real[len(aliases) :]),
            **more,
        )

    def _stored(self, node: Any, relation: Relation) -> Source:
        """Returns what the view has under a number; its columns may have been renamed since."""
        spec: ViewRelation = self._view.relations[int(node.relname)]
        found = relation_by_id(self._catalog, spec.id)
        assert found is not None
        now = columns_of(found)
        places = {column_id: at for at, (column_id, _) in enumerate(now)}
        known = [(column_id, name) for column_id, name in spec.columns if column_id in places]
        alias = node.alias.aliasname
        return Source(
            node,
            relation,
            next(self._numbers),
            alias=alias if spec.aliased else None,
            aliases=tuple(name for _, name in spec.columns[: spec.renamed]),
            default=found.name,
            real=tuple(name for _, name in now),
            positions=tuple(places[column_id] for column_id, _ in known),
            known=tuple(name for _, name in known),
        )

    def _named(self, node: Any, relation: Relation) -> Source:
        cte = None if node.schemaname else self._level.ctes.get(node.relname)
        if cte is not None:
            real = tuple(field.name for field in cte.fields)
            is_aliased = bool(_names(node.alias))
            return self._leaf(node, relation, real, default=node.relname, is_aliased=is_aliased)
        found = _CATALOGS.relation(node.schemaname, node.relname)
        fields: Any = () if found is None else found.fields
        real = tuple(field.name for field in fields)
        return self._leaf(node, relation, real, default=node.relname)

    def _made(self, node: Any, relation: Relation) -> Source:
        """Returns a subquery's or a function's source."""
        if isinstance(relation, SubqueryRelation):
            real = tuple(field.name for field in relation.select.fields)
            is_aliased = bool(_names(node.alias))
            default = relation.alias
            return self._leaf(node, relation, real, default=default, is_aliased=is_aliased)
        assert isinstance(relation, FunctionRelation)
        real = tuple(field.name for field in relation.fields)
        return self._leaf(
            node, relation, real, default=relation.alias, is_aliased=True, is_function=True
        )
