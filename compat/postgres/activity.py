"""pg_stat_activity, pg_locks, pg_settings, pg_prepared_statements, pg_cursors: what sessions do now.

Made for every statement that reads them. Manual: 28.2.3, 54.10 to 54.24.
"""

from collections.abc import Iterator
from typing import Any, Final

from compat.postgres.recorded import PG_CATALOG
from compat.postgres.roles import role_id
from compat.postgres.system_relations import Moment, Values, built
from storage.deadlocks import advisory_numbers, table_id_of
from storage.lock_modes import TableLockMode, lock_name
from storage.types import Array
from tsql.access.roles import READ_ALL_STATS, has_privileges_of
from tsql.setting_definitions import definitions
from tsql.types.network import inet_value

_UNLISTED: Final = frozenset({"is_superuser", "role", "seed", "session_authorization"})

_BLOCK_COUNTERS: Final = (
    "current_locker_pid", "blocks_total", "blocks_done", "tuples_total", "partitions_total",
    "partitions_done",
)  # fmt: skip


@built(PG_CATALOG, "pg_stat_activity", live=True)
def pg_stat_activity(moment: Moment) -> Iterator[Values]:
    catalog, user = moment.catalog, moment.env.user
    sees_all = has_privileges_of(catalog, user, READ_ALL_STATS.name)
    for activity in moment.session.activities():
        known = {
            "datid": moment.session.database_id(activity.database),
            "datname": activity.database,
            "pid": activity.process_id,
            "usesysid": role_id(moment.catalog, activity.user) or None,
            "usename": activity.user,
            "application_name": activity.application_name,
        }
        if not (sees_all or has_privileges_of(catalog, user, activity.user)):
            yield {**known, "query": "<insufficient privilege>"}
            continue
        yield {
            **known,
            "client_addr": None if activity.client is None else inet_value(activity.client[0]),
            "client_port": -1 if activity.client is None else activity.client[1],
            "backend_start": activity.started_at,
            "xact_start": activity.transaction_started_at,
            "query_start": activity.query_started_at,
            "state_change": activity.query_started_at,
            "wait_event_type": None if activity.is_active else "Client",
            "wait_event": None if activity.is_active else "ClientRead",
            "state": activity.state,
            "query": activity.query,
            "backend_type": "client backend",
        }


@built(PG_CATALOG, "pg_locks", live=True)
def pg_locks(moment: Moment) -> Iterator[Values]:
    """Locks of tables, advisory locks, and who waits for whose row: PostgreSQL's way to show these."""
    session = moment.session
    databases = {each.process_id: each.database for each in session.activities()}
    for entry in moment.session.lock_entries():
        row: dict[str, Any] = {
            "virtualtransaction": f"{entry.process_id}/{entry.owner_id}",
            "pid": entry.process_id,
            "mode": lock_name(entry.mode),
            "granted": entry.is_granted,
            "fastpath": False,
        }
        numbers = advisory_numbers(entry.key)
        if numbers is not None:
            names = ("database", "classid", "objid", "objsubid")
            yield {**row, "locktype": "advisory", **dict(zip(names, numbers, strict=True))}
        elif isinstance(entry.mode, TableLockMode):
            relation = table_id_of(entry.key)
            database = session.database_id(databases.get(entry.process_id, moment.env.database))
            yield {**row, "locktype": "relation", "database": database, "relation": relation}
        elif not entry.is_granted:
            yield {**row, "locktype": "transactionid", "mode": "ShareLock"}


@built(PG_CATALOG, "pg_stat_progress_create_index", live=True)
def pg_stat_progress_create_index(moment: Moment) -> Iterator[Values]:
    """Builds that go on online; there are no blocks here, and rows aren't counted before."""
    for build in moment.session.index_builds():
        yield {
            **dict.fromkeys(_BLOCK_COUNTERS, 0),
            "pid": build.process_id,
            "datid": moment.session.database_id(moment.env.database),
            "datname": moment.env.database,
            "relid": build.table_id,
            "index_relid": build.index_id,
            "command": build.command,
            "phase": build.phase,
            "lockers_total": build.lockers_total,
            "lockers_done": build.lockers_done,
            "tuples_done": build.row_count,
        }


@built(PG_CATALOG, "pg_settings", live=True)
def pg_settings(moment: Moment) -> Iterator[Values]:
    settings = moment.session.settings
    for definition in sorted(definitions().values(), key=lambda found: found.name.lower()):
        if definition.name in _UNLISTED:
            continue
        value = settings.value(definition.name.lower())
        choices = None if definition.choices is None else Array.of(list(definition.choices))
        yield {
            "name": definition.name,
            "setting": value,
            "unit": definition.unit or None,
            "category": definition.category,
            "short_desc": definition.description,
            "extra_desc": definition.more or None,
            "context": definition.context,
            "vartype": definition.kind,
            "source": settings.source(definition.name.lower()),
            "min_val": definition.minimum,
            "max_val": definition.maximum,
            "enumvals": choices,
            "boot_val": definition.default,
            "reset_val": settings.reset_value(definition.name.lower()),
            "pending_restart": False,
        }


@built(PG_CATALOG, "pg_prepared_statements", live=True)
def pg_prepared_statements(moment: Moment) -> Iterator[Values]:
    for name, prepared in moment.session.prepared_statements():
        query = prepared.query
        types = () if query is None else query.parameter_types
        yield {
            "name": name,
            "statement": prepared.text,
            "parameter_types": Array.of(list(types)),
            "from_sql": prepared.from_sql,
            "generic_plans": 0,
            "custom_plans": 0,
        }


@built(PG_CATALOG, "pg_cursors", live=True)
def pg_cursors(moment: Moment) -> Iterator[Values]:
    for portal in moment.session.open_portals():
        yield {
            "name": portal.name,
            "statement": portal.prepared.text,
            "is_holdable": False,
            "is_binary": False,
            "is_scrollable": False,
            "creation_time": moment.env.statement_timestamp,
        }
    for cursor in moment.session.open_cursors():
        yield {
            "name": cursor.name,
            "statement": cursor.statement,
            "is_holdable": cursor.holds,
            "is_binary": cursor.is_binary,
            "is_scrollable": cursor.scrolls is not False,
            "creation_time": cursor.created,
        }
