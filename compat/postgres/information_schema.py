"""information_schema: tables, columns, views, schemata, sequences. Manual: chapter 37.

The system's own relations are listed too, as in PostgreSQL.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from compat.postgres import recorded
from compat.postgres.expressions import column_default_text
from compat.postgres.information_types import data_type, facets
from compat.postgres.query_text import view_definition
from compat.postgres.recorded import INFORMATION_SCHEMA, PG_CATALOG
from compat.postgres.system_relations import Moment, Values, built, rows_of
from storage.objects import DomainType, View
from storage.schema import Sequence, Table
from storage.user_types import user_type_of
from tsql.binder.view_targets import updatable_columns
from tsql.catalog import pg
from tsql.temporary import is_temporary
from tsql.types import oids
from tsql.types.collations import collation_name

_KINDS: Final = {"r": "BASE TABLE", "v": "VIEW"}
_DEFAULT_COLLATION: Final = 100


def yes_or_no(is_so: bool) -> str:
    """Returns the standard's Boolean."""
    return "YES" if is_so else "NO"


def _namespaces(moment: Moment) -> dict[int, str]:
    return {row["oid"]: row["nspname"] for row in rows_of(PG_CATALOG, "pg_namespace", moment)}


def _relations(moment: Moment) -> Iterator[tuple[str, Values]]:
    """Yields schema and pg_class row of each table and view."""
    names = _namespaces(moment)
    for row in rows_of(PG_CATALOG, "pg_class", moment):
        schema = names.get(row["relnamespace"])
        if schema is None or schema == "pg_toast":
            continue
        if is_temporary(schema) and schema != moment.env.temporary_schema:
            continue
        if row["relkind"] in _KINDS:
            yield schema, row


@built(INFORMATION_SCHEMA, "tables", by_path=True)
def tables(moment: Moment) -> Iterator[Values]:
    for schema, row in _relations(moment):
        is_permanent = row["relpersistence"] != "t"
        is_table = row["relkind"] == "r"
        view = moment.catalog.object(View, row["oid"])
        is_writable = is_table or bool(
            view and any(updatable_columns(view, moment.catalog, moment.env) or ())
        )
        yield {
            "table_catalog": moment.env.database,
            "table_schema": schema,
            "table_name": row["relname"],
            "table_type": _KINDS[row["relkind"]] if is_permanent else "LOCAL TEMPORARY",
            "is_insertable_into": yes_or_no(is_writable),
            "is_typed": "NO",
            "commit_action": None,
        }


@built(INFORMATION_SCHEMA, "columns", by_path=True)
def columns(moment: Moment) -> Iterator[Values]:
    attributes: dict[int, list[Values]] = defaultdict(list)
    for row in rows_of(PG_CATALOG, "pg_attribute", moment):
        if row["attnum"] > 0:
            attributes[row["attrelid"]].append(row)
    for schema, relation in _relations(moment):
        view = moment.catalog.object(View, relation["oid"])
        writable = view and updatable_columns(view, moment.catalog, moment.env)
        for attribute in attributes[relation["oid"]]:
            column = dict(_column(moment, schema, relation, attribute))
            if writable:
                column["is_updatable"] = yes_or_no(writable[attribute["attnum"] - 1])
            yield column


def _column(moment: Moment, schema: str, relation: Values, attribute: Values) -> Values:
    database = moment.env.database
    type_, typmod = attribute["atttypid"], attribute["atttypmod"]
    result: dict[str, Any] = {
        "table_catalog": database,
        "table_schema": schema,
        "table_name": relation["relname"],
        "column_name": attribute["attname"],
        "ordinal_position": attribute["attnum"],
        "is_nullable": yes_or_no(not attribute["attnotnull"]),
        "udt_catalog": database,
        **_type(moment, type_, typmod),
        "dtd_identifier": str(attribute["attnum"]),
        "is_self_referencing": "NO",
        "is_identity": "NO",
        "identity_cycle": "NO",
        "is_generated": "NEVER",
        "is_updatable": yes_or_no(relation["relkind"] == "r"),
    }
    if attribute["attcollation"] not in {0, _DEFAULT_COLLATION}:
        result |= {
            "collation_catalog": database,
            "collation_schema": PG_CATALOG,
            "collation_name": collation_name(attribute["attcollation"]),
        }
    table = moment.catalog.table_by_id(relation["oid"])
    if table is not None:
        result |= _of_users_column(moment, table, attribute["attnum"])
    return result


def _type(moment: Moment, type_: int, typmod: int) -> Values:
    """Returns how a column's type is described: a domain by what it is over."""
    domain = moment.catalog.object(DomainType, type_)
    if domain is None:
        return {"data_type": data_type(type_), **facets(type_, typmod), **udt(moment, type_)}
    return {
        "data_type": data_type(domain.base),
        **facets(domain.base, domain.typmod),
        **udt(moment, domain.base),
        "domain_catalog": moment.env.database,
        "domain_schema": domain.schema,
        "domain_name": domain.name,
    }


def udt(moment: Moment, type_: int) -> Values:
    """Returns schema and name of a type as its catalog row has them."""
    row = pg.types().get(type_)
    if row is not None and type_ < pg.FIRST_OWN_OID:
        return {"udt_schema": PG_CATALOG, "udt_name": row.name}
    users = user_type_of(moment.catalog, type_)
    if users is not None:
        name = users.name if type_ == users.id else f"_{users.name}"
        return {"udt_schema": users.schema, "udt_name": name}
    shape = recorded.shapes()[PG_CATALOG, "pg_type"]
    name = next((row[1] for row in recorded.rows(shape) if row[0] == type_), str(type_))
    return {"udt_schema": PG_CATALOG, "udt_name": name}


def _of_users_column(moment: Moment, table: Table, column_id: int) -> dict[str, Any]:
    column = next((found for found in table.columns if found.id == column_id), None)
    if column is None:
        return {}
    text = column_default_text(table, column_id, moment.env)
    if column.generated_sql is not None:
        return {"is_generated": "ALWAYS", "generation_expression": text}
    result: dict[str, Any] = {"column_default": text}
    sequence = _identity_sequence(moment, table, column_id) if column.identity else None
    if sequence is not None:
        result |= {
            "is_identity": "YES",
            "identity_generation": "ALWAYS" if column.identity == "a" else "BY DEFAULT",
            "identity_start": str(sequence.start),
            "identity_increment": str(sequence.increment),
            "identity_maximum": str(sequence.maximum),
            "identity_minimum": str(sequence.minimum),
            "identity_cycle": yes_or_no(sequence.cycle),
        }
    return result


def _identity_sequence(moment: Moment, table: Table, column_id: int) -> Sequence | None:
    for sequence in moment.catalog.sequences:
        if (sequence.owner_table_id, sequence.owner_column_id) == (table.id, column_id):
            return sequence
    return None


@built(INFORMATION_SCHEMA, "views", by_path=True)
def views(moment: Moment) -> Iterator[Values]:
    found = {view.id: view for view in moment.catalog.objects(View)}
    for schema, row in _relations(moment):
        if row["relkind"] != "v":
            continue
        view = found.get(row["oid"])
        is_updatable = bool(view and any(updatable_columns(view, moment.catalog, moment.env) or ()))
        option = "NONE" if view is None or not view.check_option else view.check_option.upper()
        yield {
            "table_catalog": moment.env.database,
            "table_schema": schema,
            "table_name": row["relname"],
            "view_definition": None
            if view is None
            else view_definition(view, moment.catalog, moment.env),
            "check_option": option,
            "is_updatable": yes_or_no(is_updatable),
            "is_insertable_into": yes_or_no(is_updatable),
            "is_trigger_updatable": "NO",
            "is_trigger_deletable": "NO",
            "is_trigger_insertable_into": "NO",
        }


@built(INFORMATION_SCHEMA, "schemata")
def schemata(moment: Moment) -> Iterator[Values]:
    for row in rows_of(PG_CATALOG, "pg_namespace", moment):
        yield {
            "catalog_name": moment.env.database,
            "schema_name": row["nspname"],
            "schema_owner": moment.session.role_name(row["nspowner"]),
        }


@built(INFORMATION_SCHEMA, "sequences")
def sequences(moment: Moment) -> Iterator[Values]:
    for sequence in moment.catalog.sequences:
        owner = moment.catalog.table_by_id(sequence.owner_table_id or 0)
        if owner is not None and owner.column_by_id(sequence.owner_column_id or 0).identity:
            continue
        yield {
            "sequence_catalog": moment.env.database,
            "sequence_schema": sequence.schema,
            "sequence_name": sequence.name,
            "data_type": data_type(sequence.sql_type),
            **facets(sequence.sql_type, -1),
            "start_value": str(sequence.start),
            "minimum_value": str(sequence.minimum),
            "maximum_value": str(sequence.maximum),
            "increment": str(sequence.increment),
            "cycle_option": yes_or_no(sequence.cycle),
        }


@built(INFORMATION_SCHEMA, "information_schema_catalog_name")
def information_schema_catalog_name(moment: Moment) -> Iterator[Values]:
    yield {"catalog_name": moment.env.database}


@built(INFORMATION_SCHEMA, "enabled_roles", live=True)
def enabled_roles(moment: Moment) -> Iterator[Values]:
    yield {"role_name": moment.env.user}


@built(INFORMATION_SCHEMA, "character_sets")
def character_sets(moment: Moment) -> Iterator[Values]:
    yield {
        "character_set_name": "UTF8",
        "character_repertoire": "UCS",
        "form_of_use": "UTF8",
        "default_collate_catalog": moment.env.database,
        "default_collate_schema": PG_CATALOG,
        "default_collate_name": "C.utf8",
    }


@built(INFORMATION_SCHEMA, "collations")
def collations(moment: Moment) -> Iterator[Values]:
    for row in rows_of(PG_CATALOG, "pg_collation", moment):
        yield {
            "collation_catalog": moment.env.database,
            "collation_schema": PG_CATALOG,
            "collation_name": row["collname"],
            "pad_attribute": "NO PAD",
        }


@built(INFORMATION_SCHEMA, "element_types")
def element_types(moment: Moment) -> Iterator[Values]:
    for table in moment.catalog.tables:
        for column in table.columns:
            row = pg.types().get(column.sql_type)
            if row is None or row.category != "A" or column.sql_type == oids.OIDVECTOR:
                continue
            yield {
                "object_catalog": moment.env.database,
                "object_schema": table.schema,
                "object_name": table.name,
                "object_type": "TABLE",
                "collection_type_identifier": str(column.id),
                "data_type": data_type(row.element),
                "udt_catalog": moment.env.database,
                **udt(moment, row.element),
                "dtd_identifier": f"a{column.id}",
            }
