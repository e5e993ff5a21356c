"""One statement on both paths: the key path's answer, and the translation's over the same rows."""

import collections
import math
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from storage.columns.duck_session import DuckSession
from storage.columns.extents import KnownExtents
from storage.errors import DatabaseError
from tests.tsql.analytics.duck import (
    ERRORS,
    NotHeldError,
    arrow_table,
    columns_of,
    extents_of,
    run,
)
from tests.tsql.harness import Answer, Client
from tsql.analytics.translate import Translation, translate
from tsql.binder import bind_query
from tsql.bound import BoundSelect, TableRelation
from tsql.executor.expressions import compile_expression
from tsql.identifiers import quoted
from tsql.parser import parse
from tsql.planner.walk import is_fixed
from tsql.types.kinds import base_of

#: float sums differ in their last digits by the order of the rows: so do PostgreSQL's.
_RELATIVE = 1e-13


@dataclass
class Outcome:
    """What became of one SELECT.

    Attributes:
        word: same, left (the columns raised an error, the key path answers), untranslated,
            different, or unraised (the key path raises an error, the columns give rows).
        text: Why not, or what differs.
    """

    word: str
    text: str = ""


class BothPaths:
    """Compares the SELECTs of a session."""

    def __init__(self, client: Client, duck: DuckSession) -> None:
        self._client = client
        self._duck = duck

    async def compare(self, sql: str) -> Outcome | None:
        """Runs a statement both ways; None for what is no SELECT that can be bound and is allowed."""
        select = self._bound(sql)
        if select is None:
            return None
        state = self._client.session._state
        env = state.statement_env(())

        def evaluate(expression: Any) -> Any:
            return compile_expression(expression)((), env)

        translation = translate(select, evaluate, env)
        query = translation.query
        if query is None:
            return Outcome("untranslated", translation.reason)
        expected = (await self._client.run(sql))[-1]
        if expected.error is not None and expected.error.sqlstate == "42501":
            return None  # privileges are looked at before a path is chosen
        try:
            tables = {
                spec.name: await self._table(spec, relation)
                for spec, relation in zip(query.tables, translation.relations, strict=True)
            }
            rows = run(self._duck, query, tables)
        except (*ERRORS, NotHeldError, DatabaseError) as error:
            if "Binder" in str(error) or "Parser" in str(error) or "Catalog" in str(error):
                return Outcome("different", f"{sql}\n{query.sql}\n{error}")
            return Outcome("left", f"{type(error).__name__}: {error}".splitlines()[0])
        types = [(one.oid, one.typmod) for one in query.results]
        # A domain's values are told as what it is over.
        if types != [base_of(field.type, field.typmod) for field in select.fields]:
            return Outcome("different", f"{sql}\ntypes {types}")
        if expected.error is not None:
            text = f"{expected.error.sqlstate} {expected.error.message}, columns {rows[:3]}"
            return Outcome("unraised", f"{sql}\n{query.sql}\n{text}")
        difference = _difference(select, expected, rows)
        if difference is not None:
            return Outcome("different", f"{sql}\n{query.sql}\n{difference}")
        known = KnownExtents()
        for spec in query.tables:
            known.learn(query, extents_of(spec, tables[spec.name]))
        narrow = translate(select, evaluate, env, known.get)
        if narrow.query is not None and narrow.query != query:
            return await self._compare_narrow(sql, select, expected, narrow)
        return Outcome("same")

    async def _compare_narrow(
        self, sql: str, select: BoundSelect, expected: Answer, translation: Translation
    ) -> Outcome:
        """Compares once more, now that it is known how large the numbers are."""
        query = translation.query
        assert query is not None
        tables = {
            spec.name: await self._table(spec, relation)
            for spec, relation in zip(query.tables, translation.relations, strict=True)
        }
        try:
            rows = run(self._duck, query, tables)
        except ERRORS as error:
            return Outcome("different", f"{sql}\n{query.sql}\n{error}")
        difference = _difference(select, expected, rows)
        if difference is not None:
            return Outcome("different", f"narrow: {sql}\n{query.sql}\n{difference}")
        return Outcome("same")

    def _bound(self, sql: str) -> BoundSelect | None:
        state = self._client.session._state
        try:
            (parsed,) = parse(sql)
            query = bind_query(
                parsed.node,
                state.catalog,
                state.env,
                (),
                catalog_relations=state.database.preparer.catalog_relations,
            )
        except (DatabaseError, ValueError):
            return None
        return query.statement if isinstance(query.statement, BoundSelect) else None

    async def _table(self, spec: Any, relation: TableRelation) -> pa.Table:
        table = relation.table
        names = [
            next(c.name for c in table.columns if c.id == column.column)
            if column.column is not None
            else column.path[0]
            for column in columns_of(spec)
        ]
        listed = ", ".join(map(quoted, names)) or "1"
        rows = await self._client.rows(
            f"SELECT {listed} FROM ONLY {quoted(table.schema)}.{quoted(table.name)}"
        )
        made = arrow_table(spec, [[row[i] for row in rows] for i in range(len(names))])
        return made if names else pa.table({"c": pa.nulls(len(rows), pa.bool_())})


def _difference(select: BoundSelect, expected: Answer, rows: list[list[Any]]) -> str | None:
    wanted = [tuple(map(_plain, row)) for row in expected.rows]
    got = [tuple(map(_plain, row)) for row in rows]
    shown = f"key path {wanted[:8]}\ncolumns  {got[:8]}"
    if len(wanted) != len(got):
        return f"{len(wanted)} and {len(got)} rows\n{shown}"
    positions = _ordered_positions(select)
    pairs = zip(wanted, got, strict=True)
    if positions and not all(_same(_at(a, positions), _at(b, positions)) for a, b in pairs):
        return f"another order\n{shown}"
    may_choose = select.limit is not None or select.offset is not None or select.distinct_on
    if may_choose and select.order_by:
        return None  # among rows of the same order
    if collections.Counter(map(repr, wanted)) == collections.Counter(map(repr, got)):
        return None
    pairs = zip(sorted(wanted, key=repr), sorted(got, key=repr), strict=True)
    return None if all(_same(a, b) for a, b in pairs) else shown


def _ordered_positions(select: BoundSelect) -> list[int]:
    """Returns the targets that the rows are sorted by, as far as they come first."""
    targets = [target.expression for target in select.targets[: len(select.fields)]]
    positions = []
    for key in select.order_by:
        if is_fixed(key.expression):
            continue
        if key.expression not in targets:
            break
        positions.append(targets.index(key.expression))
    return positions


def _at(row: tuple[Any, ...], positions: list[int]) -> tuple[Any, ...]:
    return tuple(row[position] for position in positions)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, float) and math.isnan(value) else value


def _same(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return all(
        math.isclose(a, b, rel_tol=_RELATIVE)
        if isinstance(a, float) and isinstance(b, float)
        else repr(a) == repr(b)
        for a, b in zip(one, other, strict=True)
    )
