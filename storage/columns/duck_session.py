"""DuckDB, locked down: nothing of the machine is reached through it, whatever SQL it is given.

What may be asked at all is decided where the SQL is made (only operators and functions of a list are
emitted); these settings are the second wall. What they leave open stays inside this process and its
private directory, which no other query's spilled data ever is in.
"""

import json
import re
from collections import OrderedDict
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storage.columns.reader import LIVE, MADE, ROW_COUNT

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
#: Views that stay registered.
_VIEWS_MAX: Final = 64
#: What reads rows from somewhere: where it comes once, nothing is joined.
_SOURCE: Final = re.compile(r"\bFROM (?!\()|\bJOIN\b")


class _Held:
    """What DuckDB knows as a table: the rows of one query after another, all of one schema.

    How many there are it doesn't know.
    """

    def __init__(self, view: str, schema: pa.Schema) -> None:
        self.view = view
        self.table: pa.Table | None = None
        self._schema = schema

    def __arrow_c_schema__(self) -> object:
        return self._schema.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        assert self.table is not None
        return self.table.__arrow_c_stream__(requested_schema)


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
        self._held: OrderedDict[tuple[str, pa.Schema], _Held] = OrderedDict()
        self._view_count = 0
        self._registered: list[str] = []
        self._spilled_bytes_max = -1
        self.limit_spilled(temporary_bytes)
        for statement in _BY_SQL:
            self._connection.execute(statement)

    def run(
        self, sql: str, tables: dict[str, pa.Table], parameters: list[Any], batch_rows: int
    ) -> pa.RecordBatchReader:
        """Starts a SELECT over tables and returns its result, which is made as it is read."""
        # The order of joins depends on how many rows there are.
        is_joined = len(_SOURCE.findall(sql)) > 1
        views = ", ".join(
            [
                self._known(name, table, is_joined=is_joined or len(tables) > 1)
                for name, table in tables.items()
            ]
        )
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

    def _known(self, name: str, table: pa.Table, *, is_joined: bool) -> str:
        """Has DuckDB know a table; returns the WITH query that takes its place."""
        metadata = table.schema.metadata or {}
        listed = [f'{sql} AS "{column}"' for column, sql in _made(metadata).items()]
        if ROW_COUNT in metadata:
            # Nothing is read of the rows.
            source = f"range({int(metadata[ROW_COUNT])})"
        else:
            plain = table.replace_schema_metadata()
            source = self._sized_view_of(name, plain) if is_joined else self._view_of(name, plain)
            listed.insert(0, "*")
            if LIVE in table.column_names:
                # Filtering here costs less than copying what lives.
                source += f" WHERE {LIVE}"
        select = f"SELECT {', '.join(listed or ['NULL'])} FROM {source}"  # noqa: S608 - our names
        return f'"{name}" AS NOT MATERIALIZED ({select})'

    def _sized_view_of(self, name: str, table: pa.Table) -> str:
        """Returns a view that has a table's rows, and is known to have so many."""
        view = f"{name}_all"
        self._connection.register(view, table)
        self._registered.append(view)
        return view

    def _view_of(self, name: str, table: pa.Table) -> str:
        """Returns the view that has a table's rows, for this query. Making one takes half a millisecond."""
        key = name, table.schema
        held = self._held.get(key)
        if held is None:
            if len(self._held) >= _VIEWS_MAX:
                self._connection.unregister(self._held.popitem(last=False)[1].view)
            self._view_count += 1
            held = self._held[key] = _Held(f"v{self._view_count}", table.schema)
            self._connection.register(held.view, held)
        self._held.move_to_end(key)
        held.table = table
        return held.view

    def limit_spilled(self, byte_count: int) -> None:
        """Sets how much may be spilled to disk, by all that it runs."""
        if byte_count != self._spilled_bytes_max:
            self._connection.execute(f"SET max_temp_directory_size = '{byte_count}B'")
            self._spilled_bytes_max = byte_count

    def set_time_zone(self, name: str) -> None:
        """Sets the zone that dates and times are read in."""
        quoted = name.replace("'", "''")
        self._connection.execute(f"SET TimeZone = '{quoted}'")

    def release(self) -> None:
        """Lets the tables of a query go."""
        for held in self._held.values():
            held.table = None
        while self._registered:
            self._connection.unregister(self._registered.pop())

    def interrupt(self) -> None:
        """Asks the running query to stop; from another thread. It may take its time."""
        self._connection.interrupt()


def _made(metadata: dict[bytes, bytes]) -> dict[str, str]:
    """Returns the SQL of columns that are made of a table's others, by name."""
    made: dict[str, str] = json.loads(metadata.get(MADE, b"{}"))
    return made
