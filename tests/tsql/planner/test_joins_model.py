"""Joins and subqueries against a slow model: every row with every row, as the manual defines them.

Random trees of joins over three small tables (one with a key of two columns, one with an index, one
with neither), random conditions, EXISTS, IN and scalar subqueries with outer references. However
the planner orders and reaches the tables, the rows are the model's.
"""

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.embedded import open_memory_store
from tests.tsql.harness import Client
from tsql.database import Database, SessionOptions

COLUMNS = ("k", "a", "b")
Row = tuple[Any, ...]
#: What a name means: alias -> row.
Scope = dict[str, Row]


def _data() -> dict[str, list[Row]]:
    def value(seed: int, modulus: int) -> int | None:
        return None if seed % 7 == 3 else seed % modulus

    return {
        "t": [(n // 3, n % 3, value(n * 5, 4)) for n in range(12)],
        "u": [(n, value(n, 5), value(n * 3, 4)) for n in range(9)],
        "v": [(value(n * 2, 6), value(n, 3), value(n * 11, 5)) for n in range(8)],
    }


DATA = _data()


# ---- conditions ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reference:
    alias: str
    column: int

    def sql(self) -> str:
        return f"{self.alias}.{COLUMNS[self.column]}"

    def value(self, scope: Scope) -> Any:
        return scope[self.alias][self.column]


@dataclass(frozen=True)
class Number:
    number: int | None

    def sql(self) -> str:
        return "NULL::int" if self.number is None else str(self.number)

    def value(self, _scope: Scope) -> Any:
        return self.number


@dataclass(frozen=True)
class Comparison:
    left: Any
    operator: str
    right: Any

    def sql(self) -> str:
        return f"{self.left.sql()} {self.operator} {self.right.sql()}"

    def truth(self, scope: Scope) -> bool | None:
        a, b = self.left.value(scope), self.right.value(scope)
        if a is None or b is None:
            return None
        return bool({"=": a == b, "<": a < b, ">=": a >= b, "<>": a != b}[self.operator])


@dataclass(frozen=True)
class NullTest:
    of: Reference

    def sql(self) -> str:
        return f"{self.of.sql()} IS NULL"

    def truth(self, scope: Scope) -> bool | None:
        return self.of.value(scope) is None


@dataclass(frozen=True)
class Select:
    """A subquery over one table."""

    table: str
    alias: str
    conditions: tuple[Any, ...]

    def sql(self, target: str) -> str:
        where = " AND ".join(one.sql() for one in self.conditions) or "true"
        return f"(SELECT {target} FROM {self.table} {self.alias} WHERE {where})"

    def rows(self, scope: Scope) -> list[Row]:
        return [
            row
            for row in DATA[self.table]
            if all(one.truth({**scope, self.alias: row}) for one in self.conditions)
        ]


@dataclass(frozen=True)
class Exists:
    select: Select
    negated: bool

    def sql(self) -> str:
        return f"{'NOT ' * self.negated}EXISTS {self.select.sql('1')}"

    def truth(self, scope: Scope) -> bool | None:
        return bool(self.select.rows(scope)) is not self.negated


@dataclass(frozen=True)
class Member:
    test: Any
    select: Select
    column: int
    negated: bool

    def sql(self) -> str:
        target = f"{self.select.alias}.{COLUMNS[self.column]}"
        return f"{self.test.sql()} {'NOT ' * self.negated}IN {self.select.sql(target)}"

    def truth(self, scope: Scope) -> bool | None:
        value = self.test.value(scope)
        members = [row[self.column] for row in self.select.rows(scope)]
        found: bool | None = False
        for member in members:
            if value is None or member is None:
                found = None if found is False else found
            elif value == member:
                found = True
        return None if found is None else found is not self.negated


@dataclass(frozen=True)
class Scalar:
    """count(*) or max(column) of a subquery."""

    select: Select
    column: int | None

    def sql(self) -> str:
        if self.column is None:
            return self.select.sql("count(*)")
        return self.select.sql(f"max({self.select.alias}.{COLUMNS[self.column]})")

    def value(self, scope: Scope) -> Any:
        rows = self.select.rows(scope)
        if self.column is None:
            return len(rows)
        values = [row[self.column] for row in rows if row[self.column] is not None]
        return max(values, default=None)


# ---- trees of joins ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Leaf:
    table: str
    alias: str

    def sql(self) -> str:
        return f"{self.table} {self.alias}"

    def aliases(self) -> list[str]:
        return [self.alias]

    def scopes(self) -> Iterator[Scope]:
        for row in DATA[self.table]:
            yield {self.alias: row}


@dataclass(frozen=True)
class Join:
    kind: str
    left: Any
    right: Any
    conditions: tuple[Any, ...]

    def sql(self) -> str:
        condition = " AND ".join(one.sql() for one in self.conditions) or "true"
        return f"({self.left.sql()} {self.kind} JOIN {self.right.sql()} ON {condition})"

    def aliases(self) -> list[str]:
        return [*self.left.aliases(), *self.right.aliases()]

    def scopes(self) -> Iterator[Scope]:
        lefts, rights = list(self.left.scopes()), list(self.right.scopes())
        matched: set[int] = set()
        for left in lefts:
            is_matched = False
            for at, right in enumerate(rights):
                scope = {**left, **right}
                if all(one.truth(scope) for one in self.conditions):
                    is_matched = True
                    matched.add(at)
                    yield scope
            if not is_matched and self.kind in {"LEFT", "FULL"}:
                yield {**left, **_nulls(self.right)}
        if self.kind in {"RIGHT", "FULL"}:
            for at, right in enumerate(rights):
                if at not in matched:
                    yield {**_nulls(self.left), **right}


def _nulls(tree: Any) -> Scope:
    return {alias: (None,) * len(COLUMNS) for alias in tree.aliases()}


# ---- strategies ----------------------------------------------------------------------------------

_TABLES = st.sampled_from(sorted(DATA))
_NUMBERS = st.builds(Number, st.sampled_from([0, 1, 2, 3, None]))


def _references(aliases: list[str]) -> st.SearchStrategy[Reference]:
    return st.builds(Reference, st.sampled_from(aliases), st.integers(0, 2))


def _plain(aliases: list[str]) -> st.SearchStrategy[Any]:
    references = _references(aliases)
    operators = st.sampled_from(["=", "=", "=", "<", ">=", "<>"])
    return st.one_of(
        st.builds(Comparison, references, operators, references),
        st.builds(Comparison, references, operators, _NUMBERS),
        st.builds(NullTest, references),
    )


@st.composite
def _selects(draw: st.DrawFn, aliases: list[str]) -> Select:
    conditions = draw(st.lists(_plain(["s", *aliases]), max_size=2))
    if draw(st.booleans()):
        inner = Reference("s", draw(st.integers(0, 2)))
        conditions.append(Comparison(inner, "=", draw(_references(aliases))))
    return Select(draw(_TABLES), "s", tuple(conditions))


def _conditions(aliases: list[str]) -> st.SearchStrategy[Any]:
    references, selects = _references(aliases), _selects(aliases)
    scalars = st.builds(Scalar, selects, st.none() | st.integers(0, 2))
    return st.one_of(
        _plain(aliases),
        st.builds(Exists, selects, st.booleans()),
        st.builds(Member, references, selects, st.integers(0, 2), st.booleans()),
        st.builds(Comparison, references, st.sampled_from(["=", "<", ">="]), scalars),
    )


@st.composite
def _trees(draw: st.DrawFn, aliases: list[str]) -> Any:
    if len(aliases) == 1:
        return Leaf(draw(_TABLES), aliases[0])
    split = draw(st.integers(1, len(aliases) - 1))
    left, right = draw(_trees(aliases[:split])), draw(_trees(aliases[split:]))
    kind = draw(st.sampled_from(["INNER", "INNER", "LEFT", "LEFT", "RIGHT", "FULL"]))
    equal = Comparison(draw(_references(aliases[:split])), "=", draw(_references(aliases[split:])))
    more = draw(st.lists(_plain(aliases), max_size=1))
    if kind != "FULL" and draw(st.integers(0, 3)) == 0:
        return Join(kind, left, right, tuple(more))
    return Join(kind, left, right, (equal, *more))


@st.composite
def _queries(draw: st.DrawFn) -> tuple[Any, list[Any]]:
    aliases = ["x", "y", "z"][: draw(st.integers(1, 3))]
    tree = draw(_trees(aliases))
    return tree, draw(st.lists(_conditions(aliases), max_size=2))


async def _filled(client: Client) -> None:
    await client.tag(
        "CREATE TABLE t (k int, a int, b int, PRIMARY KEY (k, a));"
        "CREATE TABLE u (k int PRIMARY KEY, a int, b int); CREATE INDEX ON u (a);"
        "CREATE TABLE v (k int, a int, b int)"
    )
    for table, rows in DATA.items():
        values = ", ".join(
            "(" + ", ".join("NULL" if v is None else str(v) for v in row) + ")" for row in rows
        )
        await client.tag(f"INSERT INTO {table} VALUES {values}")


def _model(tree: Any, conditions: list[Any]) -> list[Row]:
    return [
        tuple(itertools.chain(*[scope[alias] for alias in tree.aliases()]))
        for scope in tree.scopes()
        if all(one.truth(scope) for one in conditions)
    ]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(queries=st.lists(_queries(), min_size=1, max_size=4), limit=st.integers(0, 5))
async def test_rows_are_the_models(queries: list[tuple[Any, list[Any]]], limit: int) -> None:
    store = await open_memory_store()
    database = await Database.open(store)
    client = Client(database.session(SessionOptions()))
    await _filled(client)
    for tree, conditions in queries:
        targets = ", ".join(f"{alias}.*" for alias in tree.aliases())
        where = " AND ".join(one.sql() for one in conditions) or "true"
        sql = f"SELECT {targets} FROM {tree.sql()} WHERE {where}"
        expected = _model(tree, conditions)
        assert Counter(await client.rows(sql)) == Counter(expected), sql
        first = [row[:2] for row in await client.rows(f"{sql} ORDER BY x.k, x.a LIMIT {limit}")]
        ordered = sorted(
            [row[:2] for row in expected], key=lambda row: [(v is None, v or 0) for v in row]
        )
        assert first == ordered[:limit], sql
    await client.session.close()
    await store.close()
