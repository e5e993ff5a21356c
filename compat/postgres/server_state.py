"""Views of what PostgreSQL's server does that has no counterpart here: they have one row of zeros, or none.

PostgreSQL has a row in pg_stat_wal whatever has happened, but none in pg_stat_wal_receiver where nothing is received:
each has what an idle server of PostgreSQL's shows.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from compat.postgres.recorded import PG_CATALOG
from compat.postgres.system_relations import Moment, Values, built
from tsql.access.roles import READ_ALL_STATS, has_privileges_of
from tsql.functions.session_info import pg_postmaster_start_time
from tsql.session_catalog import Activity

#: What goes on in no server of ours, or is nothing that there is here: files of settings, shared memory.
_EMPTY: Final = (
    "pg_backend_memory_contexts", "pg_config", "pg_file_settings", "pg_hba_file_rules", "pg_ident_file_mappings",
    "pg_publication_tables", "pg_replication_origin_status", "pg_shmem_allocations", "pg_stat_progress_analyze",
    "pg_stat_progress_basebackup", "pg_stat_progress_cluster", "pg_stat_progress_copy", "pg_stat_progress_vacuum",
    "pg_stat_replication", "pg_stat_replication_slots", "pg_stat_subscription", "pg_stat_subscription_stats",
    "pg_stat_wal_receiver", "pg_stats_ext", "pg_stats_ext_exprs",
)  # fmt: skip
#: Views with one row, and its counters.
_COUNTERS: Final = {
    "pg_stat_archiver": ("archived_count", "failed_count"),
    "pg_stat_recovery_prefetch": (
        "prefetch", "hit", "skip_init", "skip_new", "skip_fpw", "skip_rep", "wal_distance",
        "block_distance", "io_depth",
    ),
    "pg_stat_wal": (
        "wal_records", "wal_fpi", "wal_bytes", "wal_buffers_full", "wal_write", "wal_sync",
        "wal_write_time", "wal_sync_time",
    ),
}  # fmt: skip
#: Of counters that aren't integers.
_ZEROS: Final = {"wal_bytes": Decimal(0), "wal_write_time": 0.0, "wal_sync_time": 0.0}
_CACHES: Final = (
    "CommitTs", "MultiXactMember", "MultiXactOffset", "Notify", "Serial", "Subtrans", "Xact", "other",
)  # fmt: skip
_CACHE_COUNTERS: Final = (
    "blks_zeroed", "blks_hit", "blks_read", "blks_written", "blks_exists", "flushes", "truncates",
)  # fmt: skip


def _register_counters(name: str, counters: tuple[str, ...]) -> None:
    @built(PG_CATALOG, name, live=True)
    def build(moment: Moment) -> Iterator[Values]:
        yield {
            **{counter: _ZEROS.get(counter, 0) for counter in counters},
            "stats_reset": pg_postmaster_start_time(moment.env),
        }


for _name in _EMPTY:
    built(PG_CATALOG, _name)(lambda _moment: ())
for _name, _counters in _COUNTERS.items():
    _register_counters(_name, _counters)


@built(PG_CATALOG, "pg_stat_slru", live=True)
def pg_stat_slru(moment: Moment) -> Iterator[Values]:
    for name in _CACHES:
        reset = pg_postmaster_start_time(moment.env)
        yield {**dict.fromkeys(_CACHE_COUNTERS, 0), "name": name, "stats_reset": reset}


@built(PG_CATALOG, "pg_stat_gssapi", live=True)
def pg_stat_gssapi(moment: Moment) -> Iterator[Values]:
    for activity, is_told in _sessions(moment):
        told = {"gss_authenticated": False, "encrypted": False} if is_told else {}
        yield {"pid": activity.process_id, **told}


@built(PG_CATALOG, "pg_stat_ssl", live=True)
def pg_stat_ssl(moment: Moment) -> Iterator[Values]:
    for activity, is_told in _sessions(moment):
        row: dict[str, object] = {"pid": activity.process_id}
        if is_told:
            row["ssl"] = activity.tls is not None
        if is_told and activity.tls is not None:
            row["version"], row["cipher"], row["bits"] = activity.tls
        yield row


def _sessions(moment: Moment) -> Iterator[tuple[Activity, bool]]:
    """Yields the sessions there are, and whether the reader may know about each."""
    catalog, user = moment.catalog, moment.env.user
    sees_all = has_privileges_of(catalog, user, READ_ALL_STATS.name)
    for activity in moment.session.activities():
        yield activity, sees_all or has_privileges_of(catalog, user, activity.user)
