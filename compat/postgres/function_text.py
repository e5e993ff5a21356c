"""Built-in functions as SQL text: their arguments, results and definitions.

The layout is that of PostgreSQL's ruleutils.c (print_function_arguments, pg_get_functiondef).
"""

from collections.abc import Iterator
from typing import Any, Final

from compat.postgres import recorded
from storage.errors import DatabaseError, not_supported
from tsql.binder.functions import default_texts
from tsql.catalog import pg
from tsql.catalog.pg import PgProc
from tsql.functions.registry import implements
from tsql.identifiers import quoted
from tsql.types.type_names import type_name

_MODES: Final = {"i": "", "o": "OUT ", "b": "INOUT ", "v": "VARIADIC "}
_INPUTS: Final = frozenset("ibv")
_VOLATILITY: Final = {"i": " IMMUTABLE", "s": " STABLE", "v": ""}
_PARALLEL: Final = {"s": " PARALLEL SAFE", "r": " PARALLEL RESTRICTED", "u": ""}
_LANGUAGES: Final = {12: "internal", 13: "c", 14: "sql"}
#: What a function costs unless it says something else.
_COSTS: Final = {12: 1, 13: 1, 14: 100}
_ROWS: Final = 1000


def _arguments(proc: PgProc, *, with_defaults: bool) -> Iterator[str]:
    """Yields each argument with the separator before it."""
    types = proc.all_argument_types or proc.argument_types
    names = proc.argument_names or ("",) * len(types)
    modes = proc.argument_modes or ("i",) * len(types)
    defaults = iter(default_texts(proc, proc.default_count) if proc.default_count else ())
    order_by_at = _order_by_at(proc)
    inputs, first_default = 0, proc.argument_count - proc.default_count
    arguments = [each for each in zip(names, types, modes, strict=True) if each[2] != "t"]
    if order_by_at == len(arguments) + 1 and arguments and arguments[-1][2] == "v":
        # Of a hypothetical-set aggregate's VARIADIC "any", the last one stands on both sides.
        arguments.append(arguments[-1])
    for number, (name, type_, mode) in enumerate(arguments):
        inputs += mode in _INPUTS
        separator = ", " if number else ""
        if inputs == order_by_at:
            separator = " ORDER BY " if number else "ORDER BY "
        text = f"{separator}{_MODES[mode]}{f'{quoted(name)} ' if name else ''}{type_name(type_)}"
        if proc.default_count and mode in _INPUTS and inputs > first_default:
            default = next(defaults)
            text += f" DEFAULT {default}" if with_defaults else ""
        yield text


def _order_by_at(proc: PgProc) -> int | None:
    """Returns the number of the first argument after ORDER BY, of an ordered-set aggregate."""
    aggregate = pg.aggregates().get(proc.oid)
    if aggregate is None or aggregate.kind == "n":
        return None
    return aggregate.direct_argument_count + 1


@implements("pg_get_function_arguments")
def pg_get_function_arguments(oid: int) -> str | None:
    proc = pg.procs().get(oid)
    return None if proc is None else "".join(_arguments(proc, with_defaults=True))


@implements("pg_get_function_identity_arguments")
def pg_get_function_identity_arguments(oid: int) -> str | None:
    proc = pg.procs().get(oid)
    return None if proc is None else "".join(_arguments(proc, with_defaults=False))


@implements("pg_get_function_arg_default")
def pg_get_function_arg_default(oid: int, number: int) -> str | None:
    """Returns the default of the function's n-th input argument; None if it has none."""
    proc = pg.procs().get(oid)
    if proc is None or not 1 <= number <= proc.argument_count:
        return None
    at = number - 1 - (proc.argument_count - proc.default_count)
    return None if at < 0 else str(list(default_texts(proc, proc.default_count))[at])


@implements("pg_get_function_result")
def pg_get_function_result(oid: int) -> str | None:
    proc = pg.procs().get(oid)
    return None if proc is None or proc.kind == "p" else _result(proc)


def _result(proc: PgProc) -> str:
    return ("SETOF " if proc.returns_set else "") + type_name(proc.result_type)


@implements("pg_get_functiondef")
def pg_get_functiondef(oid: int) -> str | None:
    proc = pg.procs().get(oid)
    if proc is None:
        return None
    if proc.kind == "a":
        raise DatabaseError("42809", f'"{proc.name}" is an aggregate function')
    shape = recorded.shapes()[recorded.PG_CATALOG, "pg_proc"]
    names = [column.name for column in shape.columns]
    values = next(row for row in recorded.rows(shape) if row[0] == oid)
    row = dict(zip(names, values, strict=True))
    if row["prosqlbody"] is not None:
        raise not_supported("showing a function's body in SQL's own form")
    what = "PROCEDURE" if proc.kind == "p" else "FUNCTION"
    arguments = "".join(_arguments(proc, with_defaults=True))
    lines = [f"CREATE OR REPLACE {what} pg_catalog.{quoted(proc.name)}({arguments})"]
    if proc.kind != "p":
        lines.append(f" RETURNS {_result(proc)}")
    lines.append(f" LANGUAGE {_LANGUAGES[row['prolang']]}")
    if options := _options(row):
        lines.append(options)
    return "\n".join([*lines, f"AS {_body(row, what)}", ""])


def _options(row: dict[str, Any]) -> str:
    text = " WINDOW" if row["prokind"] == "w" else ""
    text += _VOLATILITY[row["provolatile"]] + _PARALLEL[row["proparallel"]]
    text += " STRICT" if row["proisstrict"] else ""
    text += " SECURITY DEFINER" if row["prosecdef"] else ""
    text += " LEAKPROOF" if row["proleakproof"] else ""
    if row["procost"] != _COSTS[row["prolang"]]:
        text += f" COST {row['procost']:g}"
    if row["prorows"] > 0 and row["prorows"] != _ROWS:
        text += f" ROWS {row['prorows']:g}"
    if row["prosupport"]:
        text += f" SUPPORT {pg.procs()[row['prosupport']].name}"
    return text


def _body(row: dict[str, Any], what: str) -> str:
    library = "" if row["probin"] is None else f"'{row['probin']}', "
    quote = f"${what.lower()}"
    while quote in row["prosrc"]:
        quote += "x"
    return f"{library}{quote}${row['prosrc']}{quote}$"
