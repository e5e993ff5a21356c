"""pg_tables, pg_views, pg_indexes, pg_sequences, pg_rules and other readable views of pg_class."""

from collections.abc import Iterator
from typing import Final

from compat.postgres import recorded
from compat.postgres.definitions import index_definition
from compat.postgres.query_text import view_definition
from compat.postgres.recorded import PG_CATALOG
from compat.postgres.relations import indexes_of
from compat.postgres.system_relations import Moment, Values, built, rows_of
from storage.objects import View
from tsql.access.privileges import Secured, privileges_of


def _system_tables(moment: Moment) -> Iterator[Values]:
    namespaces = {11: PG_CATALOG, 13207: recorded.INFORMATION_SCHEMA}
    for row in rows_of(PG_CATALOG, "pg_class", moment):
        if row["relnamespace"] in namespaces:
            yield {**row, "schema": namespaces[row["relnamespace"]]}


@built(PG_CATALOG, "pg_tables")
def pg_tables(moment: Moment) -> Iterator[Values]:
    owner = moment.session.role_name(10)
    for row in _system_tables(moment):
        if row["relkind"] == "r":
            yield {
                "schemaname": row["schema"],
                "tablename": row["relname"],
                "tableowner": owner,
                "hasindexes": row["relhasindex"],
                "hasrules": False,
                "hastriggers": False,
                "rowsecurity": False,
            }
    for table in moment.catalog.tables:
        if table.query is not None:
            continue
        yield {
            "schemaname": table.schema,
            "tablename": table.name,
            "tableowner": table.owner,
            "hasindexes": bool(list(indexes_of(table))),
            "hasrules": False,
            "hastriggers": bool(table.foreign_keys or table.referenced_by),
            "rowsecurity": False,
        }


@built(PG_CATALOG, "pg_views", by_path=True)
def pg_views(moment: Moment) -> Iterator[Values]:
    owner = moment.session.role_name(10)
    for row in _system_tables(moment):
        if row["relkind"] == "v":
            yield {"schemaname": row["schema"], "viewname": row["relname"], "viewowner": owner}
    for view in moment.catalog.objects(View):
        yield {
            "schemaname": view.schema,
            "viewname": view.name,
            "viewowner": view.owner,
            "definition": view_definition(view, moment.catalog, moment.env),
        }


@built(PG_CATALOG, "pg_matviews", by_path=True)
def pg_matviews(moment: Moment) -> Iterator[Values]:
    for table in moment.catalog.tables:
        if table.query is not None:
            yield {
                "schemaname": table.schema,
                "matviewname": table.name,
                "matviewowner": table.owner,
                "hasindexes": any(True for _ in indexes_of(table)),
                "ispopulated": table.is_populated,
                "definition": view_definition(table, moment.catalog, moment.env),
            }


@built(PG_CATALOG, "pg_indexes", by_path=True)
def pg_indexes(moment: Moment) -> Iterator[Values]:
    for table in moment.catalog.tables:
        for index in indexes_of(table):
            yield {
                "schemaname": table.schema,
                "tablename": table.name,
                "indexname": index.name,
                "indexdef": index_definition(index, moment.env),
            }


@built(PG_CATALOG, "pg_sequences", live=True)
def pg_sequences(moment: Moment) -> Iterator[Values]:
    catalog, session = moment.catalog, moment.session
    last_values = {}
    for sequence in catalog.sequences:
        have = privileges_of(catalog, moment.env.user, Secured.of(sequence))
        if "r" in have or "U" in have:
            last_values[sequence.id] = session.sequence_last_value(sequence.id)
    for sequence in catalog.sequences:
        yield {
            "schemaname": sequence.schema,
            "sequencename": sequence.name,
            "sequenceowner": sequence.owner,
            "data_type": sequence.sql_type,
            "start_value": sequence.start,
            "min_value": sequence.minimum,
            "max_value": sequence.maximum,
            "increment_by": sequence.increment,
            "cycle": sequence.cycle,
            "cache_size": sequence.cache,
            "last_value": last_values.get(sequence.id),
        }


@built(PG_CATALOG, "pg_rules")
def pg_rules(_moment: Moment) -> Iterator[Values]:
    """There are none but the views' own, which PostgreSQL leaves out too."""
    return iter(())


_NO_COUNTS: Final = dict.fromkeys(
    (
        "seq_scan", "seq_tup_read", "n_tup_ins", "n_tup_upd", "n_tup_del", "n_tup_hot_upd",
        "n_live_tup", "n_dead_tup", "n_mod_since_analyze", "n_ins_since_vacuum", "vacuum_count",
        "autovacuum_count", "analyze_count", "autoanalyze_count",
    ),
    0,
)  # fmt: skip


@built(PG_CATALOG, "pg_stat_user_tables", live=True)
def pg_stat_user_tables(moment: Moment) -> Iterator[Values]:
    """Users' tables; how often they are read and written isn't counted yet, and stands at zero."""
    for table in moment.catalog.tables:
        indexed = {"idx_scan": 0, "idx_tup_fetch": 0} if list(indexes_of(table)) else {}
        names = {"relid": table.id, "schemaname": table.schema, "relname": table.name}
        size = moment.session.relation_size(table.id)
        yield {**_NO_COUNTS, **indexed, **names, "n_live_tup": size.entries}


@built(PG_CATALOG, "pg_stat_all_tables", live=True)
def pg_stat_all_tables(moment: Moment) -> Iterator[Values]:
    yield from pg_stat_user_tables(moment)


@built(PG_CATALOG, "pg_stat_user_indexes")
def pg_stat_user_indexes(moment: Moment) -> Iterator[Values]:
    for table in moment.catalog.tables:
        for index in indexes_of(table):
            yield {
                "relid": table.id,
                "indexrelid": index.id,
                "schemaname": table.schema,
                "relname": table.name,
                "indexrelname": index.name,
                "idx_scan": 0,
                "idx_tup_read": 0,
                "idx_tup_fetch": 0,
            }


@built(PG_CATALOG, "pg_stat_all_indexes")
def pg_stat_all_indexes(moment: Moment) -> Iterator[Values]:
    yield from pg_stat_user_indexes(moment)


@built(PG_CATALOG, "pg_statio_user_tables")
def pg_statio_user_tables(moment: Moment) -> Iterator[Values]:
    for table in moment.catalog.tables:
        names = {"relid": table.id, "schemaname": table.schema, "relname": table.name}
        yield {**names, "heap_blks_read": 0, "heap_blks_hit": 0}


@built(PG_CATALOG, "pg_statio_all_tables")
def pg_statio_all_tables(moment: Moment) -> Iterator[Values]:
    yield from pg_statio_user_tables(moment)
