"""pg_stat_get_…: the counters behind the statistics views. Manual: 28.2.

PostgreSQL answers zero (and NULL for times) for objects about which nothing has been collected. How often
something is read and written isn't counted here, so that is the answer for all; how many rows a table has is known.
The background writer's counters are true zeros: there is none.
"""

from collections.abc import Callable
from typing import Any

from tsql.env import Env
from tsql.functions.registry import implements
from tsql.functions.session_info import pg_postmaster_start_time

_RELATION_COUNTERS = """
numscans tuples_returned tuples_fetched tuples_inserted tuples_updated tuples_deleted
tuples_hot_updated dead_tuples mod_since_analyze ins_since_vacuum blocks_fetched
blocks_hit vacuum_count autovacuum_count analyze_count autoanalyze_count
xact_numscans xact_tuples_returned xact_tuples_fetched xact_tuples_inserted xact_tuples_updated
xact_tuples_deleted xact_tuples_hot_updated xact_blocks_fetched xact_blocks_hit
"""
_RELATION_TIMES = """
last_vacuum_time last_autovacuum_time last_analyze_time last_autoanalyze_time
"""
_FUNCTION_VALUES = """
function_calls function_total_time function_self_time
xact_function_calls xact_function_total_time xact_function_self_time
"""
_DATABASE_COUNTERS = """
db_xact_commit db_xact_rollback db_blocks_fetched db_blocks_hit db_tuples_returned
db_tuples_fetched db_tuples_inserted db_tuples_updated db_tuples_deleted db_conflict_tablespace
db_conflict_lock db_conflict_snapshot db_conflict_bufferpin db_conflict_startup_deadlock
db_conflict_all db_deadlocks db_temp_files db_temp_bytes db_sessions db_sessions_abandoned
db_sessions_fatal db_sessions_killed
"""
_DATABASE_DURATIONS = """
db_blk_read_time db_blk_write_time db_session_time db_active_time db_idle_in_transaction_time
"""
_WRITER_COUNTERS = """
bgwriter_timed_checkpoints bgwriter_requested_checkpoints bgwriter_buf_written_checkpoints
bgwriter_buf_written_clean bgwriter_maxwritten_clean buf_written_backend buf_fsync_backend buf_alloc
"""


def _constant(value: Any) -> Callable[[int], Any]:
    return lambda _oid: value


def _register(names: str, value: Any) -> None:
    for name in names.split():
        implements(f"pg_stat_get_{name}")(_constant(value))


_register(_RELATION_COUNTERS, 0)
_register(_RELATION_TIMES, None)
_register(_FUNCTION_VALUES, None)
_register(_DATABASE_COUNTERS, 0)
_register(_DATABASE_DURATIONS, 0.0)
_register("db_stat_reset_time db_checksum_failures db_checksum_last_failure", None)

for _name in _WRITER_COUNTERS.split():
    implements(f"pg_stat_get_{_name}")(lambda: 0)
for _name in ("checkpoint_write_time", "checkpoint_sync_time"):
    implements(f"pg_stat_get_{_name}")(lambda: 0.0)
implements("pg_stat_get_snapshot_timestamp")(lambda: None)  # Nothing is cached.


@implements("pg_stat_get_live_tuples", env=True)
def pg_stat_get_live_tuples(env: Env, oid: int) -> int:
    size = None if env.session is None else env.session.relation_size(oid)
    return 0 if size is None else int(size.entries)


@implements("pg_stat_get_db_numbackends", env=True)
def pg_stat_get_db_numbackends(env: Env, oid: int) -> int:
    if env.session is None:
        return 0
    databases = (activity.database for activity in env.session.activities())
    return sum(env.session.database_id(database) == oid for database in databases)


@implements("pg_stat_get_bgwriter_stat_reset_time", env=True)
def pg_stat_get_bgwriter_stat_reset_time(env: Env) -> int:
    return pg_postmaster_start_time(env)
