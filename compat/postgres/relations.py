"""pg_class, pg_attribute, pg_attrdef, pg_index, pg_sequence, pg_namespace, pg_rewrite: users' relations."""

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from compat.postgres import object_ids, recorded
from compat.postgres.object_ids import BTREE, HEAP, PG_NAMESPACE
from compat.postgres.query_text import view_definition
from compat.postgres.recorded import PG_CATALOG
from compat.postgres.roles import access_list, role_id
from compat.postgres.system_relations import Moment, Values, built
from storage.catalog import PUBLIC, Catalog
from storage.kv.engine import KeyRange
from storage.objects import CompositeType, DomainType, View
from storage.row_types import row_type_id
from storage.schema import Column, ElementState, Index, KeyPart, Sequence, Table
from storage.sizes import index_range, table_range
from storage.types import Array
from tsql.access.roles import DATABASE_OWNER
from tsql.binder.attributes import attribute_type
from tsql.binder.names import column_name
from tsql.catalog import pg
from tsql.parser import parse_expression
from tsql.types import oids
from tsql.types.kinds import base_type, element_type_of
from tsql.types.vectors import vector

#: pg_type.typcollation of types that have one: "default" (name has "C").
_DEFAULT_COLLATION: Final = 100
_C_COLLATION: Final = 950
_COLLATED: Final = frozenset({oids.TEXT, oids.VARCHAR, oids.BPCHAR})


@dataclass(frozen=True, slots=True)
class Attribute:
    """A column as pg_attribute sees it."""

    number: int
    name: str
    type: int
    typmod: int = -1
    not_null: bool = False
    has_default: bool = False
    identity: str = ""
    generated: bool = False
    collation: int = 0


def default_sql(column: Column) -> str | None:
    """Returns what pg_attrdef has of a column; an identity column's sequence isn't there."""
    return None if column.identity else column.default_sql or column.generated_sql


def attributes_of_table(table: Table) -> Iterator[Attribute]:
    """Yields the declared columns, then the attributes seen so far."""
    for column in table.columns:
        yield Attribute(
            column.id,
            column.name,
            column.sql_type,
            column.typmod,
            column.not_null or column.id in table.key_column_ids,
            default_sql(column) is not None,
            column.identity,
            column.generated_sql is not None,
            column.collation,
        )
    for number, (name, _) in enumerate(table.attributes, table.next_column_id):
        yield Attribute(number, name, attribute_type(table, name))


_SEQUENCE_COLUMNS: Final = (
    Attribute(1, "last_value", oids.INT8, not_null=True),
    Attribute(2, "log_cnt", oids.INT8, not_null=True),
    Attribute(3, "is_called", oids.BOOL, not_null=True),
)


def collation_of(type_: int) -> int:
    """Returns a column's collation; 0 for a type without one."""
    element = base_type(element_type_of(base_type(type_)) or base_type(type_))
    if element == oids.NAME:
        return _C_COLLATION
    return _DEFAULT_COLLATION if element in _COLLATED else 0


@dataclass(frozen=True, slots=True)
class IndexView:
    """An index as pg_index sees it, the primary key's included."""

    id: int
    name: str
    table: Table
    parts: tuple[KeyPart, ...]
    #: Of its entries; the primary key's are the table's rows.
    keys: KeyRange
    included: tuple[int, ...] = ()
    unique: bool = True
    nulls_distinct: bool = True
    is_primary: bool = False
    predicate_sql: str | None = None
    constraint: str | None = None
    is_valid: bool = True
    is_ready: bool = True
    deferrable: bool = False
    initially_deferred: bool = False
    options: dict[str, str] = field(default_factory=dict)


def key_parts(table: Table) -> tuple[KeyPart, ...]:
    """Returns the primary key's columns as parts of an index."""
    return tuple(
        KeyPart(
            column_id=column.id,
            kind=column.kind,
            sql_type=column.sql_type,
            typmod=column.typmod,
        )
        for column in map(table.column_by_id, table.key_column_ids)
    )


def _index_view(table: Table, index: Index) -> IndexView:
    return IndexView(
        index.id,
        index.name,
        table,
        index.parts,
        index_range(index),
        index.included_column_ids,
        index.unique,
        index.nulls_distinct,
        index.is_primary,
        index.predicate_sql,
        index.constraint,
        index.state is ElementState.PUBLIC,
        index.state is not ElementState.DELETE_ONLY,
        index.timing.deferrable,
        index.timing.initially_deferred,
        index.options,
    )


def indexes_of(table: Table) -> Iterator[IndexView]:
    """Yields the table's indexes, its primary key's first."""
    name = table.primary_key_constraint
    if name is not None:
        yield IndexView(
            table.primary_key_index_id,
            name,
            table,
            key_parts(table),
            table_range(table),
            table.primary_key_included_ids,
            is_primary=True,
            constraint=name,
            options=table.primary_key_options,
        )
    for index in table.indexes:
        yield _index_view(table, index)


def index_by_id(catalog: Catalog, oid: int) -> IndexView | None:
    """Returns the index with that OID."""
    for table in catalog.tables:
        for index in indexes_of(table):
            if index.id == oid:
                return index
    return None


def part_type(table: Table, part: KeyPart) -> tuple[int, int]:
    """Returns the type and modifier of a part of an index."""
    if part.column_id is None:
        return part.sql_type, part.typmod
    column = table.column_by_id(part.column_id)
    return column.sql_type, column.typmod


def part_collation(table: Table, part: KeyPart) -> int:
    """Returns the OID of the collation of a part of an index."""
    return part.collation or own_collation(table, part)


def own_collation(table: Table, part: KeyPart) -> int:
    """Returns the collation that a part has if its index names none."""
    type_, _ = part_type(table, part)
    if part.column_id is None:
        return collation_of(type_)
    return table.column_by_id(part.column_id).collation or collation_of(type_)


def part_name(table: Table, part: KeyPart, names: set[str]) -> str:
    """Returns what pg_attribute calls a part of an index."""
    if part.column_id is not None:
        name = table.column_by_id(part.column_id).name
    else:
        name = column_name(parse_expression(part.expression_sql or ""))
        name = "expr" if name == "?column?" else name
    number = 0
    found = name
    while found in names:
        number += 1
        found = f"{name}{number}"
    return found


def schema_ids(catalog: Catalog) -> dict[str, int]:
    """Returns the OIDs of the schemas by name."""
    return {schema.name: schema.id for schema in catalog.schemas}


def _options(options: dict[str, str]) -> Array | None:
    if not options:
        return None
    return Array.of([f"{name}={value}" for name, value in options.items()])


def _persistence(catalog: Catalog, found: Table | View | Sequence | CompositeType) -> str:
    """Returns t for what a session has for itself, u for what is unlogged, p for others."""
    if found.schema.startswith("pg_temp"):
        return "t"
    if isinstance(found, Sequence) and found.owner_table_id is not None:
        owner = catalog.table_by_id(found.owner_table_id)
        return "p" if owner is None else _persistence(catalog, owner)
    return "u" if isinstance(found, Table | Sequence) and found.is_unlogged else "p"


def _relation(
    moment: Moment, found: Table | View | Sequence | CompositeType, namespace: int, **more: Any
) -> dict[str, Any]:
    return {
        "oid": found.id,
        "relname": found.name,
        "relnamespace": namespace,
        "relowner": role_id(moment.catalog, found.owner),
        "relacl": access_list(moment.catalog, "relation", found.id),
        "relpersistence": _persistence(moment.catalog, found),
        "relispopulated": True,
        "relreplident": "n",
        "reltuples": -1.0,
        **more,
    }


def _analyzed(moment: Moment, keys: KeyRange) -> dict[str, Any]:
    """Returns what ANALYZE has found, in PostgreSQL's pages of 8 kB; nobody has looked: -1 rows."""
    size = moment.session.analyzed_size(keys)
    if size is None:
        return {"reltuples": -1.0}
    return {"reltuples": float(size.entries), "relpages": -(-size.size_bytes // 8192)}


@built(PG_CATALOG, "pg_class")
def pg_class(moment: Moment) -> Iterator[Values]:
    catalog = moment.catalog
    namespaces = schema_ids(catalog)
    for table in catalog.tables:
        namespace = namespaces.get(table.schema, 0)
        indexes = list(indexes_of(table))
        yield _relation(
            moment,
            table,
            namespace,
            reltype=row_type_id(table.id),
            relam=HEAP,
            relfilenode=table.id,
            relhasindex=bool(indexes),
            relkind="r" if table.query is None else "m",
            relhasrules=table.query is not None,
            relispopulated=table.is_populated,
            relnatts=sum(1 for _ in attributes_of_table(table)),
            relchecks=len(table.checks),
            relhastriggers=bool(table.foreign_keys or table.referenced_by),
            relreplident=table.replica_identity,
            reloptions=_options(table.options),
            **_analyzed(moment, table_range(table)),
        )
        for index in indexes:
            yield {
                "oid": index.id,
                "relname": index.name,
                "relnamespace": namespace,
                "relowner": role_id(catalog, table.owner),
                "relam": BTREE,
                "relfilenode": index.id,
                "relpersistence": _persistence(catalog, table),
                "relkind": "i",
                "relnatts": len(index.parts) + len(index.included),
                "relispopulated": True,
                "relreplident": "n",
                "reloptions": _options(index.options),
                **_analyzed(moment, index.keys),
            }
    for sequence in catalog.sequences:
        namespace = namespaces.get(sequence.schema, 0)
        yield _relation(
            moment, sequence, namespace, relkind="S", relnatts=3, relfilenode=sequence.id
        )
    for view in catalog.objects(View):
        yield _relation(
            moment,
            view,
            namespaces.get(view.schema, 0),
            reltype=row_type_id(view.id),
            relkind="v",
            relnatts=len(view.columns),
            relhasrules=True,
            reloptions=_options(view.all_options),
        )

    for composite in catalog.objects(CompositeType):
        row = _relation(
            moment,
            composite,
            namespaces.get(composite.schema, 0),
            reltype=composite.id,
            relkind="c",
            relnatts=len(composite.attributes),
        )
        yield {**row, "oid": composite.relation_id}


def _attribute(relation: int, found: Attribute) -> dict[str, Any]:
    row = pg.types().get(found.type)
    is_array = row is not None and row.category == "A"
    return {
        "attrelid": relation,
        "attname": found.name,
        "atttypid": found.type,
        "attstattarget": -1,
        "attlen": -1 if row is None else row.length,
        "attnum": found.number,
        "attndims": int(is_array),
        "attcacheoff": -1,
        "atttypmod": found.typmod,
        "attbyval": row is not None and row.by_value,
        "attalign": "i" if row is None else row.align,
        "attstorage": "p" if row is None else row.storage,
        "attnotnull": found.not_null,
        "atthasdef": found.has_default,
        "attidentity": found.identity,
        "attgenerated": "s" if found.generated else "",
        "attislocal": True,
        "attcollation": found.collation or collation_of(found.type),
    }


#: The columns that every table has: name, type and number.
_SYSTEM_COLUMNS: Final = (
    ("tableoid", oids.OID, -6),
    ("cmax", oids.CID, -5),
    ("xmax", oids.XID, -4),
    ("cmin", oids.CID, -3),
    ("xmin", oids.XID, -2),
    ("ctid", oids.TID, -1),
)


@built(PG_CATALOG, "pg_attribute")
def pg_attribute(moment: Moment) -> Iterator[Values]:
    catalog = moment.catalog
    of_domains = {domain.id: domain.collation for domain in catalog.objects(DomainType)}
    for table in catalog.tables:
        for name, type_, number in _SYSTEM_COLUMNS:
            yield _attribute(table.id, Attribute(number, name, type_, not_null=True))
        for attribute in attributes_of_table(table):
            granted = access_list(catalog, "relation", table.id, attribute.number)
            values = {**_attribute(table.id, attribute), "attacl": granted}
            if not attribute.collation and of_domains.get(attribute.type):
                values["attcollation"] = of_domains[attribute.type]
            yield values
        for index in indexes_of(table):
            yield from _index_attributes(index)
    for sequence in catalog.sequences:
        for attribute in _SEQUENCE_COLUMNS:
            yield _attribute(sequence.id, attribute)
    for view in catalog.objects(View):
        for number, column in enumerate(view.columns, 1):
            found = Attribute(
                number, column.name, column.sql_type, column.typmod, collation=column.collation
            )
            yield _attribute(view.id, found)
    for composite in catalog.objects(CompositeType):
        for each in composite.attributes:
            found = Attribute(
                each.number, each.name, each.sql_type, each.typmod, collation=each.collation
            )
            yield _attribute(composite.relation_id, found)


def _index_attributes(index: IndexView) -> Iterator[Values]:
    names: set[str] = set()
    for number, part in enumerate(index.parts, 1):
        name = part_name(index.table, part, names)
        names.add(name)
        types = part_type(index.table, part)
        collation = part_collation(index.table, part)
        yield _attribute(index.id, Attribute(number, name, *types, collation=collation))
    for number, column_id in enumerate(index.included, len(index.parts) + 1):
        column = index.table.column_by_id(column_id)
        found = Attribute(number, column.name, column.sql_type, column.typmod)
        # What is only carried along is never compared.
        yield {**_attribute(index.id, found), "attcollation": 0}


@built(PG_CATALOG, "pg_attrdef")
def pg_attrdef(moment: Moment) -> Iterator[Values]:
    for table in moment.catalog.tables:
        for column in table.columns:
            text = default_sql(column)
            if text is not None:
                yield {
                    "oid": object_ids.default_id(table.id, column.id),
                    "adrelid": table.id,
                    "adnum": column.id,
                    # The same text means another thing for another column.
                    "adbin": f"{{{column.id}}}{text}",
                }


@functools.cache
def _operator_classes() -> dict[int, int]:
    """Returns the default btree operator classes by type."""
    shape = recorded.shapes()[PG_CATALOG, "pg_opclass"]
    found = {
        type_: oid
        for oid, method, _, _, _, _, type_, is_default, _ in recorded.rows(shape)
        if method == BTREE and is_default
    }
    return found | {oids.VARCHAR: found[oids.TEXT]}


@functools.cache
def _named_operator_classes() -> dict[str, int]:
    """Returns the btree operator classes by name."""
    shape = recorded.shapes()[PG_CATALOG, "pg_opclass"]
    return {name: oid for oid, method, name, *_ in recorded.rows(shape) if method == BTREE}


def operator_class(type_: int, name: str = "") -> int:
    """Returns the btree operator class of a type: that of the name, or the default one."""
    if name:
        return _named_operator_classes()[name]
    row = pg.types().get(type_)
    if row is not None and row.category == "A":
        type_ = oids.ANYARRAY
    return _operator_classes().get(type_, 0)


@built(PG_CATALOG, "pg_index")
def pg_index(moment: Moment) -> Iterator[Values]:
    for table in moment.catalog.tables:
        for index in indexes_of(table):
            yield _index(index)


def _index(index: IndexView) -> Values:
    table = index.table
    types = [part_type(table, part)[0] for part in index.parts]
    texts = [part.expression_sql for part in index.parts if part.expression_sql is not None]
    return {
        "indexrelid": index.id,
        "indrelid": table.id,
        "indnatts": len(index.parts) + len(index.included),
        "indnkeyatts": len(index.parts),
        "indisunique": index.unique,
        "indnullsnotdistinct": not index.nulls_distinct,
        "indisprimary": index.is_primary,
        "indimmediate": not index.deferrable,
        "indisvalid": index.is_valid,
        "indisready": index.is_ready,
        "indislive": True,
        "indisclustered": index.id == table.clustered_index_id,
        "indisreplident": index.id == table.replica_index_id,
        "indkey": vector([*[part.column_id or 0 for part in index.parts], *index.included]),
        "indcollation": vector([part_collation(table, part) for part in index.parts]),
        "indclass": vector(
            [
                operator_class(type_, part.operator_class)
                for type_, part in zip(types, index.parts, strict=True)
            ]
        ),
        "indoption": vector([part.descending + 2 * part.nulls_first for part in index.parts]),
        "indexprs": ", ".join(texts) if texts else None,
        "indpred": index.predicate_sql,
    }


@built(PG_CATALOG, "pg_sequence")
def pg_sequence(moment: Moment) -> Iterator[Values]:
    for sequence in moment.catalog.sequences:
        yield {
            "seqrelid": sequence.id,
            "seqtypid": sequence.sql_type,
            "seqstart": sequence.start,
            "seqincrement": sequence.increment,
            "seqmax": sequence.maximum,
            "seqmin": sequence.minimum,
            "seqcache": sequence.cache,
            "seqcycle": sequence.cycle,
        }


_PUBLIC_ID: Final = 2200
#: What initdb grants on a schema: all to its owner, USAGE to everyone.
_FIRST_GRANTS: Final = ("{owner}=UC/{owner}", "=U/{owner}")


def _first_grants(owner: str) -> Array:
    return Array.of([item.format(owner=owner) for item in _FIRST_GRANTS])


@built(PG_CATALOG, "pg_namespace")
def pg_namespace(moment: Moment) -> Iterator[Values]:
    for schema in moment.catalog.schemas:
        acl = access_list(moment.catalog, "schema", schema.id)
        if acl is None and schema.name == PUBLIC:
            acl = _first_grants(schema.owner)
        yield {
            "oid": schema.id,
            "nspname": schema.name,
            "nspowner": role_id(moment.catalog, schema.owner),
            "nspacl": acl,
        }


@built(PG_CATALOG, "pg_init_privs")
def pg_init_privs(_moment: Moment) -> Iterator[Values]:
    yield {
        "objoid": _PUBLIC_ID,
        "classoid": PG_NAMESPACE,
        "privtype": "i",
        "initprivs": _first_grants(DATABASE_OWNER.name),
    }


@built(PG_CATALOG, "pg_rewrite", by_path=True)
def pg_rewrite(moment: Moment) -> Iterable[Values]:
    materialized = [table for table in moment.catalog.tables if table.query is not None]
    candidates: tuple[View | Table, ...] = (*moment.catalog.objects(View), *materialized)
    for found in candidates:
        yield {
            "oid": object_ids.rule_id(found.id),
            "rulename": "_RETURN",
            "ev_class": found.id,
            "ev_type": "1",
            "ev_enabled": "O",
            "is_instead": True,
            "ev_qual": "<>",
            "ev_action": view_definition(found, moment.catalog, moment.env),
        }
