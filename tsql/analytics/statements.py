"""Bound SELECTs as DuckDB SQL.

A query becomes a derived table whose columns are c0, c1…, one for each piece of each target
(`Emitted.pieces`). Grouping is a derived table of its own, with the keys and the aggregates, so that
whatever is above it sees plain columns. Aliases are unique in the whole statement: an outer row's
value inside of a subquery is simply its SQL.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from storage.columns.messages import TableSpec
from tsql import bound
from tsql.analytics.derived import Derived, TableInUse, single
from tsql.analytics.emitted import Emitted, UntranslatableError
from tsql.analytics.expressions import Surroundings
from tsql.analytics.level import Level
from tsql.bound import BoundSelect, TableRelation


@dataclass(slots=True)
class Statements:
    """Translates the queries of one statement.

    Attributes:
        tables: The tables read so far.
    """

    surroundings: Surroundings
    tables: list[TableInUse] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _with: dict[int, tuple[str, tuple[Emitted, ...]]] = field(default_factory=dict)

    def table_specs(self, sql: str) -> tuple[TableSpec, ...]:
        """Returns what the tables are made of; columns that nobody reads are left out."""
        return tuple(one.spec(sql) for one in self.tables)

    def alias(self) -> str:
        """Returns a name that nothing else has."""
        return f"a{next(self._numbers)}"

    def query(self, select: BoundSelect, *, is_whole: bool = False) -> Derived:
        """Returns a query. Of a whole statement, LIMIT without ORDER BY picks no rows at random."""
        if select.locking:
            raise UntranslatableError("row locks")
        if select.set_functions:
            raise UntranslatableError("set-returning functions in the target list")
        if select.with_ties:
            raise UntranslatableError("WITH TIES")
        prefix = self._with_clause(select)
        level = Level(self, select)
        derived = level.query()
        has_limit = select.limit is not None or select.offset is not None
        if is_whole and has_limit and not select.order_by and not select.grouped:
            raise UntranslatableError("LIMIT without ORDER BY")
        return replace(derived, sql=f"{prefix}{derived.sql}")

    # ---- WITH ------------------------------------------------------------------------------------

    def _with_clause(self, select: BoundSelect) -> str:
        texts = []
        is_recursive = False
        for query in select.ctes:
            statement = query.statement
            if not isinstance(statement, BoundSelect):
                raise UntranslatableError("WITH queries that write")
            if not query.uses:
                continue
            name = f"w{query.number}"
            if query.recursion is None:
                derived = self.query(statement)
                text = derived.sql
            else:
                is_recursive = True
                derived, text = self._recursive(query, statement, name)
            self._with[query.number] = name, derived.columns
            count = len([piece for column in derived.columns for piece in column.pieces()])
            columns = ", ".join(f"c{number}" for number in range(max(count, 1)))
            kept = " MATERIALIZED" if query.is_kept and query.recursion is None else ""
            texts.append(f"{name}({columns}) AS{kept} ({text})")
        if not texts:
            return ""
        return f"WITH {'RECURSIVE ' if is_recursive else ''}{', '.join(texts)} "

    def _recursive(
        self, query: bound.WithQuery, first: BoundSelect, name: str
    ) -> tuple[Derived, str]:
        assert query.recursion is not None
        base = self.query(first)
        columns = tuple([single(column) for column in base.columns])
        self._with[query.number] = name, columns
        step = self.query(query.recursion)
        again = [single(column) for column in step.columns]
        if [(one.scale, one.shown) for one in again] != [(c.scale, c.shown) for c in columns]:
            raise UntranslatableError("a recursion whose numerics change their scale")
        word = "UNION ALL" if query.keeps_duplicates else "UNION"
        return replace(base, columns=columns), f"({base.sql}) {word} ({step.sql})"

    def kept(self, number: int) -> tuple[str, tuple[Emitted, ...]]:
        """Returns a WITH query's name and columns."""
        found = self._with.get(number)
        if found is None:
            raise UntranslatableError("a WITH query outside")
        return found

    # ---- tables ----------------------------------------------------------------------------------

    def use(self, relation: TableRelation) -> TableInUse:
        """Returns a table of this mention."""
        made = TableInUse(relation, f"t{len(self.tables)}")
        self.tables.append(made)
        return made
