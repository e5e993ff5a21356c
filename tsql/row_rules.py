"""What storage asks SQL about rows that it writes by itself: the actions of foreign keys.

Defaults and conditions are bound without a session: in UTC, and as nobody in particular.
"""

from collections.abc import Callable
from typing import Any, Final

from storage.constraints.rules import RowRules
from storage.items import Row
from storage.schema import Column, Table
from tsql.binder.defaults import checks_of, default_of
from tsql.bound import TableRelation
from tsql.ddl.key_types import conversion
from tsql.env import Env
from tsql.executor.expressions import compile_expression
from tsql.executor.new_rows import RowChecks, RowForms

_ENV: Final = Env()


class _SqlRules:
    """NOT NULL, CHECK and DEFAULT of one table version."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._checks = RowChecks(table, checks_of(table, _ENV), are_values_raw=True)
        self._forms = RowForms(TableRelation(table, table.name))

    def default(self, position: int) -> Any:
        return compile_expression(default_of(self._table.columns[position], _ENV))((), _ENV)

    def complete(self, row: Row) -> Row:
        seen = list(self._forms.seen(row))
        self._checks.test(seen, _ENV)
        width = len(self._table.columns)
        return [*seen[:width], *row[width:]]


class SqlRowRules:
    """See `storage.tables.RuleSource`."""

    def rules(self, table: Table) -> RowRules:
        return _SqlRules(table)

    def convert(self, column: Column, other: Column) -> Callable[[Any], Any] | None:
        return conversion(column, other)
