"""DuckDB, locked down: nothing of the machine is reached through it, whatever SQL it is given.

What may be asked at all is decided where the SQL is made (only operators and functions of a list are
emitted); these settings are the second wall. What they leave open stays inside this process and its
private directory, which no other query's spilled data ever is in.
"""

import json
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storage.columns.reader import LIVE, MADE

#: What DuckDB takes only when it connects. Set afterwards, some are shown and not enforced.
_AT_CONNECT: Final = {
    "enable_external_access": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_unsigned_extensions": "false",
    "allow_persistent_secrets": "false",
    "python_enable_replacements": "false",
    "python_scan_all_frames": "false",
}
#: Then by SQL, the last one for good. PostgreSQL's division and errors come first; of the settings
#: only the time zone and the room for spilled data stay open.
_BY_SQL: Final = (
    "SET allow_extension_repositories = 'forbidden'",
    "SET integer_division = true",
    "SET ieee_floating_point_ops = false",
    "SET allowed_configs = ['TimeZone', 'max_temp_directory_size']",
    "SET lock_configuration = true",
)


class DuckSession:
    """One connection to an empty in-memory database, over tables that are registered for a query."""

    def __init__(
        self, temporary: Path, *, memory_bytes: int, temporary_bytes: int, threads: int
    ) -> None:
        config: dict[str, Any] = {
            **_AT_CONNECT,
            "temp_directory": str(temporary),
            "memory_limit": f"{memory_bytes}B",
            "threads": str(threads),
        }
        self._connection = duckdb.connect(":memory:", config=config)
        self._spilled_bytes_max = -1
        self.limit_spilled(temporary_bytes)
        for statement in _BY_SQL:
            self._connection.execute(statement)

    def run(
        self, sql: str, tables: dict[str, pa.Table], parameters: list[Any], batch_rows: int
    ) -> pa.RecordBatchReader:
        """Starts a SELECT over tables and returns its result, which is made as it is read."""
        made = [self._registered(name, table) for name, table in tables.items()]
        views = ", ".join(filter(None, made))
        # `execute` would make the whole result first; a relation streams.
        relation = self._connection.sql(f"WITH {views} {sql}" if views else sql, params=parameters)
        return relation.to_arrow_reader(batch_rows)

    def true_for(self, sql: str, values: pa.Array) -> npt.NDArray[np.bool_] | None:
        """Returns for which values a condition on the column `r` is true; None where it is an error."""
        table = pa.table({"n": np.arange(len(values)), "r": values})
        self._connection.register("distinct_values", table)
        try:
            select = f"SELECT n FROM distinct_values WHERE {sql}"  # noqa: S608 - ours
            found = self._connection.sql(select).to_arrow_table()
        except (duckdb.DataError, duckdb.InvalidInputException):
            return None
        finally:
            self._connection.unregister("distinct_values")
        flags = np.zeros(len(values), np.bool_)
        flags[found.column("n").to_numpy()] = True
        return flags

    def _registered(self, name: str, table: pa.Table) -> str:
        """Registers a table; returns the WITH query that takes its place, if it isn't as it should be."""
        made = json.loads((table.schema.metadata or {}).get(MADE, b"{}"))
        has_dead = LIVE in table.column_names
        if not has_dead and not made:
            self._connection.register(name, table)
            return ""
        self._connection.register(f"{name}_all", table)
        listed = "".join(f', {sql} AS "{column}"' for column, sql in made.items())
        # Filtering here costs less than copying what lives.
        where = f" WHERE {LIVE}" if has_dead else ""
        select = f'SELECT *{listed} FROM "{name}_all"{where}'  # noqa: S608 - our names
        return f'"{name}" AS NOT MATERIALIZED ({select})'

    def limit_spilled(self, byte_count: int) -> None:
        """Sets how much may be spilled to disk, by all that it runs."""
        if byte_count != self._spilled_bytes_max:
            self._connection.execute(f"SET max_temp_directory_size = '{byte_count}B'")
            self._spilled_bytes_max = byte_count

    def set_time_zone(self, name: str) -> None:
        """Sets the zone that dates and times are read in."""
        quoted = name.replace("'", "''")
        self._connection.execute(f"SET TimeZone = '{quoted}'")

    def release(self, names: list[str]) -> None:
        """Lets the tables of a query go."""
        for name in names:
            self._connection.unregister(name)
            self._connection.unregister(f"{name}_all")

    def interrupt(self) -> None:
        """Asks the running query to stop; from another thread. It may take its time."""
        self._connection.interrupt()
