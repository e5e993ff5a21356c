"""Calls of SQL functions and aggregates, outside any statement: by text in, text out.

A `Call` knows its SQL, for PostgreSQL, and how to run itself on our implementation, so that recorded
answers and laws can be checked without a server.
"""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import tsql.functions.load  # noqa: F401 - registers
from storage.errors import DatabaseError
from tsql.catalog import pg
from tsql.env import Env
from tsql.functions.ordering import comparison_of
from tsql.functions.registry import (
    CallSite,
    Function,
    SortOrder,
    aggregate_of,
    implementation_of,
)
from tsql.types.io import input_of, output_of

Texts = Sequence[str | None]
ENV = Env()


def oid_of(type_name: str) -> int:
    return pg.types_by_name()[type_name].oid


def proc_of(signature: str) -> pg.PgProc:
    rows = pg.procs_by_name()[signature[: signature.index("(")]]
    return next(row for row in rows if pg.signature(row) == signature)


def read(type_name: str, text: str | None) -> Any:
    return None if text is None else input_of(oid_of(type_name))(text, -1, ENV)


def shown(type_name: str, value: Any) -> str | None:
    return None if value is None else output_of(oid_of(type_name))(value, ENV)


def literal(type_name: str, text: str | None) -> str:
    sql_type = '"char"' if type_name == "char" else type_name
    if text is None:
        return f"NULL::{sql_type}"
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"E'{escaped}'::{sql_type}"


def error_of(error: DatabaseError) -> list[str | None]:
    return [error.sqlstate, error.message, error.detail]


def call(signature: str, *texts: str | None, types: Sequence[str] = (), result: str = "") -> Any:
    """Calls a function; polymorphic ones are told the actual types."""
    return Call(signature, tuple(types), tuple(texts), result).answer()


@dataclass(frozen=True)
class Call:
    """One call of a function, strict or not, of one row or a set."""

    signature: str
    types: tuple[str, ...]
    texts: tuple[str | None, ...]
    result: str = ""

    @property
    def argument_types(self) -> tuple[str, ...]:
        if self.types:
            return self.types
        by_oid = pg.types()
        return tuple(by_oid[oid].name for oid in proc_of(self.signature).argument_types)

    @property
    def result_type(self) -> str:
        return self.result or pg.types()[proc_of(self.signature).result_type].name

    def sql(self) -> str:
        pairs = zip(self.argument_types, self.texts, strict=True)
        arguments = ", ".join(literal(name, text) for name, text in pairs)
        return f'SELECT "{proc_of(self.signature).name}"({arguments})'

    def function(self) -> Function:
        proc = proc_of(self.signature)
        implementation = implementation_of(proc)
        assert implementation is not None, self.signature
        oids = tuple(oid_of(name) for name in self.argument_types)
        site = CallSite(proc, oids, oid_of(self.result_type), (-1,) * len(oids))
        function = implementation.build(site)
        return functools.partial(function, ENV) if implementation.env else function

    def answer(self) -> Any:
        """Returns the result's text, or a list of them for a set; raises DatabaseError."""
        proc = proc_of(self.signature)
        pairs = zip(self.argument_types, self.texts, strict=True)
        values = [read(name, text) for name, text in pairs]
        if proc.is_strict and None in values:
            return [] if proc.returns_set else None
        answer = self.function()(*values)
        if proc.returns_set:
            return [shown(self.result_type, value) for value in answer]
        return shown(self.result_type, answer)


@dataclass(frozen=True)
class AggregateRun:
    """One aggregate over rows; with `order`, WITHIN GROUP and its direct arguments."""

    signature: str
    types: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    result: str
    direct_types: tuple[str, ...] = ()
    direct: tuple[str | None, ...] = ()
    order: tuple[SortOrder, ...] = ()

    def sql(self) -> str:
        columns = [f"c{position}" for position in range(len(self.types))]
        if self.rows:
            rows = ", ".join(
                "(" + ", ".join([str(n), *map(literal, self.types, row)]) + ")"
                for n, row in enumerate(self.rows)
            )
            source = f"(VALUES {rows}) v(o, {', '.join(columns)})"
        else:
            nulls = ", ".join(
                f"{literal(name, None)} AS {column}"
                for name, column in zip(self.types, columns, strict=True)
            )
            source = f"(SELECT 1 AS o, {nulls} WHERE false) v"
        name = proc_of(self.signature).name
        if not self.order:
            ordered = f"(SELECT * FROM {source} ORDER BY o) v"
            return f"SELECT {name}({', '.join(columns)}) FROM {ordered}"
        direct = ", ".join(map(literal, self.direct_types, self.direct))
        keys = ", ".join(
            f"{column} {'DESC' if order.descending else 'ASC'} "
            f"NULLS {'FIRST' if order.nulls_first else 'LAST'}"
            for column, order in zip(columns, self.order, strict=True)
        )
        return f"SELECT {name}({direct}) WITHIN GROUP (ORDER BY {keys}) FROM {source}"

    def answer(self) -> Any:
        """Returns the result's text; raises DatabaseError."""
        proc = proc_of(self.signature)
        implementation = aggregate_of(proc)
        assert implementation is not None, self.signature
        oids = tuple(oid_of(name) for name in (*self.direct_types, *self.types))
        site = CallSite(proc, oids, oid_of(self.result), sort=self.order)
        factory = implementation.build(site)
        environment = (ENV,) if implementation.env else ()
        state = factory(*environment, *map(read, self.direct_types, self.direct))
        rows = [tuple(map(read, self.types, row)) for row in self.rows]
        if self.order:
            rows.sort(key=functools.cmp_to_key(self._comparison()))
        for row in rows:
            if not (implementation.strict and None in row):
                state.add(*row)
        assert state.size() >= 0
        first = shown(self.result, state.result())
        assert first == shown(self.result, state.result()), "result() may be asked for again"
        return first

    def _comparison(self) -> Callable[[Any, Any], int]:
        comparisons = [comparison_of(oid_of(name)) for name in self.types]

        def compare(a: Any, b: Any) -> int:
            for x, y, compared, order in zip(a, b, comparisons, self.order, strict=True):
                if x is None or y is None:
                    if x is not y:
                        return -1 if (x is None) == order.nulls_first else 1
                elif answer := compared(x, y):
                    return -answer if order.descending else answer
            return 0

        return compare
