"""What a running statement knows besides its rows: parameters, clock readings and the settings that shape values."""

import dataclasses
from collections.abc import Callable
from typing import Any

from storage.errors import DatabaseError


class NoSessionError(DatabaseError):
    """An expression asks for the session, and is evaluated without one: as a constant, say."""

    def __init__(self, feature: str) -> None:
        super().__init__("0A000", f"{feature} is not supported")


@dataclasses.dataclass(slots=True)
class Env:
    """The environment of one statement's expressions.

    The session makes one per statement. Functions that need it declare `env=True` when they register.

    Attributes:
        parameters: Values of $1, $2, …
        time_zone: The session's TimeZone setting as given: an IANA name or a POSIX/offset form.
        date_style: ISO, SQL, Postgres or German.
        date_order: MDY, DMY or YMD.
        interval_style: postgres, postgres_verbose, sql_standard or iso_8601.
        bytea_output: hex or escape.
        extra_float_digits: PostgreSQL's setting; 1 or more prints the shortest exact text.
        transaction_timestamp: Microseconds since 2000-01-01 UTC at which the transaction began: now().
        statement_timestamp: Likewise for the statement as it came from the client.
        clock: Returns microseconds since 2000-01-01 UTC, now: clock_timestamp().
        get_setting: current_setting's source: name -> text, raising 42704 for an unknown one.
        set_setting: set_config's target: (name, value, is_local) -> text.
        session: What functions of the session itself need (sequences, advisory locks, ids): the
            members of tsql.functions.session_hooks.SessionHooks, or some of them.
        notice: Sends a notice: (severity, sqlstate, message).
        temporary_schema: The name of the session's temporary schema; "": it can have none.
        implicit_schema_count: Schemas at the head of search_path that the setting doesn't name.
    """

    parameters: tuple[Any, ...] = ()
    time_zone: str = "UTC"
    date_style: str = "ISO"
    date_order: str = "MDY"
    interval_style: str = "postgres"
    bytea_output: str = "hex"
    extra_float_digits: int = 1
    transaction_timestamp: int = 0
    statement_timestamp: int = 0
    clock: Callable[[], int] = lambda: 0
    user: str = "terrascale"
    database: str = "terrascale"
    search_path: tuple[str, ...] = ("public",)
    get_setting: Callable[[str], str] | None = None
    set_setting: Callable[[str, str | None, bool], str] | None = None
    session: Any = None
    notice: Callable[[str, str, str], None] | None = None
    #: Bytes that one value may have; beyond it 54000 (program_limit_exceeded).
    value_bytes_max: int = 1 << 28
    temporary_schema: str = ""
    implicit_schema_count: int = 0
    #: Values of outer rows, by the numbers of their slots (tsql/bound_leaves.py).
    slots: dict[int, Any] = dataclasses.field(default_factory=dict)
    #: Correlated subqueries of the running statement, as functions of their arguments.
    subqueries: Any = ()

    def schemas(self, schema: str | None) -> tuple[str, ...]:
        """Returns the schemas in which a name is looked up that has this one in front, or none."""
        if schema is None:
            return self.search_path
        return (self.own_schema(schema),)

    def own_schema(self, schema: str) -> str:
        """Returns a schema's name: pg_temp is the session's temporary one."""
        return self.temporary_schema if schema == "pg_temp" and self.temporary_schema else schema

    @property
    def creation_path(self) -> tuple[str, ...]:
        """The schemas that the setting search_path names: new objects go to the first."""
        return self.search_path[self.implicit_schema_count :]
