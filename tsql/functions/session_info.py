"""Who, where and when: functions about the session, the server and its settings.

Manual: 9.26, 9.27.1.
"""

import functools
import importlib.metadata
from collections.abc import Iterable
from typing import Any

from storage.errors import DatabaseError, not_supported
from storage.types import Array, Interval
from tsql.env import Env
from tsql.functions.datetime_arithmetic import add_interval
from tsql.functions.registry import implements
from tsql.functions.session_hooks import session_member
from tsql.temporary import is_temporary
from tsql.types.civil import SECOND
from tsql.types.network import inet_value
from tsql.types.timezones import session_zone

_EMPTY: tuple[Any, ...] = ()


@functools.cache
def _product_version() -> str:
    return importlib.metadata.version("terrascale")


@implements("pgsql_version", env=True)
def version(env: Env) -> str:
    server_version = _setting(env, "server_version")
    return f"PostgreSQL {server_version} (TerraScale {_product_version()}), 64-bit"


def _setting(env: Env, name: str) -> str:
    if env.get_setting is None:
        raise not_supported("function current_setting")
    return env.get_setting(name)


@implements("current_user", env=True)
def current_user(env: Env) -> str:
    return env.user


@implements("session_user", env=True)
def session_user(env: Env) -> str:
    found: str = getattr(env.session, "session_user", env.user)
    return found


@implements("current_database", env=True)
def current_database(env: Env) -> str:
    return env.database


@implements("current_schema", env=True)
def current_schema(env: Env) -> str | None:
    schemas = _existing_schemas(env, env.creation_path)
    return schemas[0] if schemas else None


def _existing_schemas(env: Env, path: tuple[str, ...]) -> list[str]:
    """Returns the schemas of a search path that exist."""
    look_up = getattr(env.session, "schema_id", None)
    built_in = {"public", "pg_catalog", "information_schema"}
    return [
        name
        for name in dict.fromkeys(path)
        if (name in built_in if look_up is None else look_up(name) is not None)
    ]


@implements("current_schemas", env=True)
def current_schemas(env: Env, with_implicit: bool) -> Array:
    schemas = _existing_schemas(env, env.creation_path)
    if with_implicit:
        if "pg_catalog" not in schemas:
            schemas.insert(0, "pg_catalog")
        schemas[:0] = _existing_schemas(env, env.search_path[: env.implicit_schema_count])
    return Array.of(schemas)


@implements("current_query", env=True)
def current_query(env: Env) -> str:
    text: str = session_member(env, "query", "function current_query")
    return text


@implements("pg_my_temp_schema", env=True)
def pg_my_temp_schema(env: Env) -> int:
    look_up = getattr(env.session, "schema_id", None)
    return 0 if look_up is None else look_up(env.temporary_schema) or 0


@implements("pg_is_other_temp_schema", env=True)
def pg_is_other_temp_schema(env: Env, schema: int) -> bool:
    look_up = getattr(env.session, "schema_name", None)
    name = None if look_up is None else look_up(schema)
    return name is not None and is_temporary(name) and name != env.temporary_schema


@implements("pg_backend_pid", env=True)
def pg_backend_pid(env: Env) -> int:
    pid: int = session_member(env, "backend_pid", "function pg_backend_pid")
    return pid


@implements("inet_client_addr", env=True)
def inet_client_addr(env: Env) -> bytes | None:
    return _address(env, "client")


@implements("inet_server_addr", env=True)
def inet_server_addr(env: Env) -> bytes | None:
    return _address(env, "server")


@implements("inet_client_port", env=True)
def inet_client_port(env: Env) -> int | None:
    end = _end(env, "client", "port")
    return None if end is None else end[1]


@implements("inet_server_port", env=True)
def inet_server_port(env: Env) -> int | None:
    end = _end(env, "server", "port")
    return None if end is None else end[1]


def _address(env: Env, name: str) -> bytes | None:
    end = _end(env, name, "addr")
    return None if end is None else inet_value(end[0])


def _end(env: Env, name: str, what: str) -> tuple[str, int] | None:
    if not hasattr(env.session, name):
        raise not_supported(f"function inet_{name}_{what}")
    end: tuple[str, int] | None = getattr(env.session, name)
    return end


@implements("pg_postmaster_start_time", env=True)
def pg_postmaster_start_time(env: Env) -> int:
    moment: int = session_member(env, "server_started_at", "function pg_postmaster_start_time")
    return moment


@implements("pg_conf_load_time", env=True)
def pg_conf_load_time(env: Env) -> int:
    moment: int = session_member(env, "settings_loaded_at", "function pg_conf_load_time")
    return moment


# ---- settings --------------------------------------------------------------------------------------


@implements("show_config_by_name", env=True)
def current_setting(env: Env, name: str) -> str:
    return _setting(env, name)


@implements("show_config_by_name_missing_ok", env=True)
def current_setting_missing_ok(env: Env, name: str, missing_ok: bool) -> str | None:
    try:
        return _setting(env, name)
    except DatabaseError as error:
        if missing_ok and error.sqlstate == "42704":
            return None
        raise


@implements("set_config_by_name", env=True)
def set_config(env: Env, name: str | None, value: str | None, is_local: bool | None) -> str:
    if name is None:
        raise DatabaseError("22004", "SET requires parameter name")
    if env.set_setting is None:
        raise not_supported("function set_config")
    return env.set_setting(name, value, bool(is_local))


# ---- transactions and notifications ----------------------------------------------------------------


@implements("txid_current()", "pg_current_xact_id()", env=True)
def txid_current(env: Env) -> int:
    number: int = session_member(env, "transaction_id", "function txid_current")(assign=True)
    return number


@implements("txid_current_if_assigned()", "pg_current_xact_id_if_assigned()", env=True)
def txid_current_if_assigned(env: Env) -> int | None:
    read = session_member(env, "transaction_id", "function txid_current_if_assigned")
    number: int | None = read(assign=False)
    return number


@implements("pg_listening_channels", env=True)
def pg_listening_channels(env: Env) -> Iterable[str]:
    names = session_member(env, "listening_channels", "function pg_listening_channels")
    return list(names())


@implements("pg_notify", env=True)
def pg_notify(env: Env, channel: str | None, payload: str | None) -> str:
    if not channel:
        raise DatabaseError("22023", "channel name cannot be empty")
    if len(channel.encode()) >= 64:
        raise DatabaseError("22023", "channel name too long")
    if payload is not None and len(payload.encode()) >= 8000:
        raise DatabaseError("22023", "payload string too long")
    session_member(env, "notify", "function pg_notify")(channel, payload or "")
    return ""


@implements("pg_blocking_pids", env=True)
def pg_blocking_pids(env: Env, pid: int) -> Array:
    find = session_member(env, "blocking_pids", "function pg_blocking_pids")
    return Array.of(tuple(find(pid)))


@implements("pg_cancel_backend", env=True)
def pg_cancel_backend(env: Env, pid: int) -> bool:
    return _signal(env, pid, "pg_cancel_backend", terminate=False)


@implements("pg_terminate_backend", env=True)
def pg_terminate_backend(env: Env, pid: int, timeout_ms: int) -> bool:
    if timeout_ms < 0:
        raise DatabaseError("22003", '"timeout" must not be negative')
    found = _signal(env, pid, "pg_terminate_backend", terminate=True)
    if found and timeout_ms:
        session_member(env, "wait_for_end", "pg_terminate_backend with a timeout")(pid, timeout_ms)
    return found


def _signal(env: Env, pid: int, name: str, *, terminate: bool) -> bool:
    signal = session_member(env, "signal_backend", f"function {name}")
    found: bool = signal(pid, terminate=terminate)
    if not found and env.notice is not None:
        message = f"PID {pid} is not a PostgreSQL backend process"
        env.notice("WARNING", "01000", message)
    return found


# ---- pg_sleep --------------------------------------------------------------------------------------


@implements("pg_sleep", env=True)
def pg_sleep(env: Env, seconds: float) -> str:
    session_member(env, "pause", "function pg_sleep")(max(seconds, 0.0))
    return ""


@implements("pg_sleep_for(interval)", env=True)
def pg_sleep_for(env: Env, span: Interval) -> str:
    now = env.clock()
    return pg_sleep(env, (add_interval(now, span, session_zone(env)) - now) / SECOND)


@implements("pg_sleep_until(timestamptz)", env=True)
def pg_sleep_until(env: Env, moment: int) -> str:
    return pg_sleep(env, (moment - env.clock()) / SECOND)


# ---- what TerraScale has none of -------------------------------------------------------------------

for _name in ("pg_is_in_recovery", "pg_jit_available"):
    implements(_name)(lambda: False)
implements("pg_trigger_depth")(lambda: 0)
implements("pg_notification_queue_usage")(lambda: 0.0)  # Notifications don't queue on disk.
implements("row_security_active")(lambda _oid: False)
implements("pg_safe_snapshot_blocking_pids")(lambda _pid: Array.of(_EMPTY))
implements("pg_prepared_xact", "pg_get_replication_slots", "pg_stat_get_wal_senders")(
    lambda: _EMPTY
)


@implements(
    "pg_event_trigger_ddl_commands",
    "pg_event_trigger_dropped_objects",
    "pg_event_trigger_table_rewrite_oid",
    "pg_event_trigger_table_rewrite_reason",
)
def event_trigger_only() -> Any:
    raise DatabaseError("39P03", "can only be called in an event trigger function")


@implements("pg_is_wal_replay_paused", "pg_wal_replay_pause", "pg_wal_replay_resume")
def recovery_only() -> Any:
    raise DatabaseError(
        "55000",
        "recovery is not in progress",
        hint="Recovery control functions can only be executed during recovery.",
    )
