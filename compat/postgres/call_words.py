"""Calls that SQL has words of its own for: EXTRACT(year FROM d), a AT TIME ZONE z, TRIM(BOTH FROM t)."""

from typing import Final

from tsql.bound import Const, Expression, FunctionCall
from tsql.types import oids

_TRIMS: Final = {"btrim": "BOTH", "ltrim": "LEADING", "rtrim": "TRAILING"}


def words_of_call(node: FunctionCall, operands: list[str], arguments: list[str]) -> str | None:
    """Returns the call in those words; None if it has none.

    `operands` are the arguments as they stand beside an operator.
    """
    name = node.proc.name
    if name in _TRIMS:
        what = f" {arguments[1]}" if len(arguments) > 1 else ""
        return f"TRIM({_TRIMS[name]}{what} FROM {arguments[0]})"
    match name, arguments:
        case "timezone", [_, _]:
            zone, time = operands
            return f"({time} AT TIME ZONE {zone})"
        case "overlaps", [a, b, c, d]:
            return f"(({a}, {b}) OVERLAPS ({c}, {d}))"
        case "extract", [_, source]:
            return f"EXTRACT({_word(node.arguments[0])} FROM {source})"
        case "is_normalized", [_, *more]:
            form = "".join(f" {_word(part)}" for part in node.arguments[1:][: len(more)])
            return f"({operands[0]} IS{form} NORMALIZED)"
        case "normalize", [text, *more]:
            words = map(_word, node.arguments[1:][: len(more)])
            return f"NORMALIZE({', '.join([text, *words])})"
        case "pg_collation_for", [value]:
            return f"COLLATION FOR ({value})"
        case "overlay", [text, new, start, *count]:
            return f"OVERLAY({text} PLACING {new} FROM {start}{_for(count)})"
        case "position", [text, part]:
            return f"POSITION(({part}) IN ({text}))"
        case "substring", [text, pattern, *escape] if node.proc.argument_types[1] == oids.TEXT:
            similar = f"SUBSTRING({text} SIMILAR {pattern} ESCAPE {''.join(escape)})"
            return similar if escape else None
        case "substring", [text, start, *count]:
            return f"SUBSTRING({text} FROM {start}{_for(count)})"
        case _:
            return None


def _for(count: list[str]) -> str:
    return "".join(f" FOR {part}" for part in count)


def _word(argument: Expression) -> str:
    return str(argument.value) if isinstance(argument, Const) else ""
