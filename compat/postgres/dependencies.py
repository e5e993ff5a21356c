"""pg_depend: what relies on what among users' objects, as far as tools ask for it.

Kept: a serial's or identity's sequence and its column, an index or default and its table, a
constraint and its index, a view's rule and what its query names.
"""

from collections.abc import Iterator

from compat.postgres import object_ids
from compat.postgres.constraints import constraints_of, referenced_index_id
from compat.postgres.domains import domain_checks
from compat.postgres.object_ids import (
    PG_ATTRDEF,
    PG_CLASS,
    PG_CONSTRAINT,
    PG_NAMESPACE,
    PG_REWRITE,
    PG_TYPE,
)
from compat.postgres.recorded import PG_CATALOG
from compat.postgres.relations import indexes_of, schema_ids
from compat.postgres.system_relations import Moment, Values, built
from storage.catalog import Catalog
from storage.objects import CompositeType, DomainType, View
from storage.row_types import row_type_of
from storage.schema import ForeignKey, Table
from storage.user_types import user_types
from tsql.binder.defaults import bind_expression_text
from tsql.catalog import pg
from tsql.planner.walk import columns_of

_NORMAL, _AUTO, _INTERNAL = "n", "a", "i"


def _row(
    class_id: int, oid: int, target_class: int, target: int, kind: str, *, sub: int = 0
) -> Values:
    return {
        "classid": class_id,
        "objid": oid,
        "refclassid": target_class,
        "refobjid": target,
        "refobjsubid": sub,
        "deptype": kind,
    }


@built(PG_CATALOG, "pg_depend")
def pg_depend(moment: Moment) -> Iterator[Values]:
    catalog = moment.catalog
    namespaces = schema_ids(catalog)
    for table in catalog.tables:
        yield _row(PG_CLASS, table.id, PG_NAMESPACE, namespaces.get(table.schema, 0), _NORMAL)
        yield from _of_row_type(table)
        yield from _of_table(catalog, table)
    for sequence in catalog.sequences:
        yield _row(PG_CLASS, sequence.id, PG_NAMESPACE, namespaces.get(sequence.schema, 0), _NORMAL)
        owner = catalog.table_by_id(sequence.owner_table_id or 0)
        if owner is not None and sequence.owner_column_id is not None:
            column = owner.column_by_id(sequence.owner_column_id)
            kind = _INTERNAL if column.identity else _AUTO
            yield _row(PG_CLASS, sequence.id, PG_CLASS, owner.id, kind, sub=column.id)
    for check_id, domain, _ in domain_checks(catalog):
        yield _row(PG_CONSTRAINT, check_id, PG_TYPE, domain.id, _AUTO)
    for domain in catalog.objects(DomainType):
        yield _row(PG_TYPE, domain.id, PG_NAMESPACE, namespaces.get(domain.schema, 0), _NORMAL)
        if domain.base >= pg.FIRST_OWN_OID:
            yield _row(PG_TYPE, domain.id, PG_TYPE, domain.base, _NORMAL)
    yield from _of_types(catalog)
    for view in catalog.objects(View):
        yield _row(PG_CLASS, view.id, PG_NAMESPACE, namespaces.get(view.schema, 0), _NORMAL)
        yield from _of_row_type(view)
        yield from _of_rule(view.id, view)
    for table in catalog.tables:
        if table.query is not None:
            yield from _of_rule(table.id, table.query)


def _of_rule(relation_id: int, query: View) -> Iterator[Values]:
    """Yields what the rule of a view, or of a materialized one, depends on."""
    rule = object_ids.rule_id(relation_id)
    yield _row(PG_REWRITE, rule, PG_CLASS, relation_id, _INTERNAL)
    yield _row(PG_REWRITE, rule, PG_CLASS, relation_id, _NORMAL)
    for address in query.relies_on:
        if address.kind == "relation":
            yield _row(PG_REWRITE, rule, PG_CLASS, address.id, _NORMAL, sub=address.sub_id)
        elif address.kind == "type":
            yield _row(PG_REWRITE, rule, PG_TYPE, address.id, _NORMAL)


def _of_types(catalog: Catalog) -> Iterator[Values]:
    for found in user_types(catalog):
        yield _row(PG_TYPE, found.array_id, PG_TYPE, found.id, _INTERNAL)
        if isinstance(found, CompositeType):
            yield _row(PG_CLASS, found.relation_id, PG_TYPE, found.id, _INTERNAL)
            yield from _of_fields(found)


def _of_row_type(relation: Table | View) -> Iterator[Values]:
    found = row_type_of(relation)
    yield _row(PG_TYPE, found.id, PG_CLASS, relation.id, _INTERNAL)
    yield _row(PG_TYPE, found.array_id, PG_TYPE, found.id, _INTERNAL)
    yield from _of_fields(found)


def _of_fields(found: CompositeType) -> Iterator[Values]:
    """Yields what the columns of a relation, a composite type's too, depend on: users' types."""
    for each in found.attributes:
        if each.sql_type >= pg.FIRST_OWN_OID:
            row = _row(PG_CLASS, found.relation_id, PG_TYPE, each.sql_type, _NORMAL)
            yield {**row, "objsubid": each.number}


def _of_table(catalog: Catalog, table: Table) -> Iterator[Values]:
    yield from _of_defaults(table)
    for index in indexes_of(table):
        if index.constraint is not None:
            owner = object_ids.constraint_id(table.id, index.constraint)
            yield _row(PG_CLASS, index.id, PG_CONSTRAINT, owner, _INTERNAL)
            continue
        for part in index.parts:
            yield _row(PG_CLASS, index.id, PG_CLASS, table.id, _AUTO, sub=part.column_id or 0)
    for constraint in constraints_of(table):
        for column_id in constraint.column_ids:
            yield _row(PG_CONSTRAINT, constraint.id, PG_CLASS, table.id, _AUTO, sub=column_id)
        key = constraint.rule
        if isinstance(key, ForeignKey):
            target = key.referenced_table_id
            index_id = referenced_index_id(catalog, key)
            yield _row(PG_CONSTRAINT, constraint.id, PG_CLASS, index_id, _NORMAL)
            for column_id in key.referenced_column_ids:
                yield _row(PG_CONSTRAINT, constraint.id, PG_CLASS, target, _NORMAL, sub=column_id)


def _of_defaults(table: Table) -> Iterator[Values]:
    for column in table.columns:
        if column.default_sql is None and column.generated_sql is None:
            continue
        default = object_ids.default_id(table.id, column.id)
        kind = _AUTO if column.generated_sql is None else _INTERNAL
        yield _row(PG_ATTRDEF, default, PG_CLASS, table.id, kind, sub=column.id)
        for address in column.default_relies_on:
            if address.kind == "relation":
                yield _row(PG_ATTRDEF, default, PG_CLASS, address.id, _NORMAL)
        if column.generated_sql is not None:
            for position in sorted(columns_of(bind_expression_text(column.generated_sql, table))):
                source = table.columns[position].id
                yield _row(PG_ATTRDEF, default, PG_CLASS, table.id, _NORMAL, sub=source)
