"""Functions: which one a call means, and with what arguments (manual, section 10.3).

A call's arguments may be fewer than the function's (defaults), in another order (named), or more
(VARIADIC); `Resolution.slots` says for each of the function's arguments where it comes from.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from storage.records import dataclass
from tsql.binder import polymorphism
from tsql.binder.candidates import choose, matching
from tsql.binder.locations import error_at
from tsql.binder.pathways import CoercionContext, Method, category_of, common_type_of, pathway
from tsql.binder.shown_names import type_name
from tsql.binder.type_names import has_schema, type_of_name
from tsql.bound import FunctionCall
from tsql.catalog import pg
from tsql.catalog.pg import PgProc
from tsql.env import Env
from tsql.types import oids
from tsql.types.composites import is_row


@dataclass(frozen=True, slots=True)
class Candidate:
    """A function as this call could mean it.

    Attributes:
        types: Declared types of the arguments given, in the order in which they are given.
        slots: For each argument of the function, the number of the given one; -1 for its default.
        variadic_from: Number of the argument from which on the given ones go into the VARIADIC
            array (or are passed one by one, for VARIADIC "any"), or None.
    """

    proc: PgProc
    types: tuple[int, ...]
    slots: tuple[int, ...]
    variadic_from: int | None = None


@dataclass(frozen=True, slots=True)
class Cast:
    """The call is a cast to this type: text(x)."""

    type: int


@dataclass(frozen=True, slots=True)
class Call:
    """What is known of a call when the function is looked for.

    Attributes:
        names: Of named arguments, which are the last.
        is_variadic: The last argument is marked VARIADIC: an array that isn't taken apart.
    """

    schema: str | None
    name: str
    actual: tuple[int, ...]
    names: tuple[str, ...] = ()
    is_variadic: bool = False

    def shown(self) -> str:
        """Returns the call as errors show it: `foo(integer, b => text)`."""
        first_named = len(self.actual) - len(self.names)
        parts = []
        for at, type_ in enumerate(self.actual):
            label = f"{self.names[at - first_named]} => " if at >= first_named else ""
            parts.append(label + type_name(type_))
        name = f"{self.schema}.{self.name}" if self.schema else self.name
        return f"{name}({', '.join(parts)})"


def resolve(call: Call, node: Any, env: Env) -> Candidate | Cast:
    """Returns what the call means. Raises 42883, 42725, 3F000."""
    found = _find(call)
    if found is not None and not isinstance(found, list):
        return found
    if found:
        raise error_at(
            node.location,
            "42725",
            f"function {call.shown()} is not unique",
            hint="Could not choose a best candidate function."
            " You might need to add explicit type casts.",
        )
    if call.schema is not None and not has_schema(call.schema, env):
        raise error_at(node.location, "3F000", f'schema "{call.schema}" does not exist')
    hint = "No function matches the given name and argument types."
    if len(node.agg_order or ()) > 1 and not node.agg_within_group:
        hint = (
            "No aggregate function matches the given name and argument types. Perhaps you misplaced"
            " ORDER BY; ORDER BY must appear after all regular arguments of the aggregate."
        )
    else:
        hint += " You might need to add explicit type casts."
    raise error_at(node.location, "42883", f"function {call.shown()} does not exist", hint=hint)


def _find(call: Call) -> Candidate | Cast | list[Candidate] | None:
    """Returns the one meant, several that fit equally, or None."""
    if call.schema not in _SCHEMAS:
        return None
    candidates = list(_candidates(call))
    for candidate in candidates:
        if candidate.types == call.actual:
            return candidate
    cast = _as_cast(call) if call.schema in {None, "pg_catalog"} else None
    if cast is not None:
        return cast
    fitting = matching(candidates, call.actual)
    if len(fitting) <= 1:
        return fitting[0] if fitting else None
    best = choose(fitting, call.actual)
    return fitting if best is None else best


def _as_cast(call: Call) -> Cast | None:
    """Returns the cast that a call of one argument by a type's name is."""
    if len(call.actual) != 1 or call.names:
        return None
    (source,) = call.actual
    target = type_of_name(call.name)
    if not target:
        return None
    if source == oids.UNKNOWN:
        return Cast(target)
    way = pathway(target, source, CoercionContext.EXPLICIT)
    if way is None or way.method in {Method.FUNCTION, Method.ARRAY}:
        return None
    if way.method is Method.IO and is_row(source) and category_of(target) == "S":
        return None
    return Cast(target)


def _procs(call: Call) -> Sequence[PgProc]:
    """Returns the functions of that name, those of extensions if there are no others."""
    if call.schema == _INFORMATION_SCHEMA:
        return pg.information_schema_procs().get(call.name, ())
    found = () if call.schema == "public" else pg.procs_by_name().get(call.name, ())
    if not found and call.schema != "pg_catalog":
        return pg.extension_procs().get(call.name, ())
    return found


def _candidates(call: Call) -> Iterator[Candidate]:
    """Yields the functions of that name as calls with that many arguments."""
    expanded: list[Candidate] = []
    plain: set[tuple[int, ...]] = set()
    for proc in _procs(call):
        candidate = _named(proc, call) if call.names else _positional(proc, call)
        if candidate is None:
            continue
        if candidate.variadic_from is None:
            plain.add(candidate.types)
            yield candidate
        else:
            expanded.append(candidate)
    # Where two take the same types, the one that needs no VARIADIC array is meant.
    yield from (candidate for candidate in expanded if candidate.types not in plain)


def _positional(proc: PgProc, call: Call) -> Candidate | None:
    given, count = len(call.actual), proc.argument_count
    if proc.variadic_type and not call.is_variadic and given >= count:
        types = proc.argument_types[:-1] + (proc.variadic_type,) * (given - count + 1)
        return Candidate(proc, types, tuple(range(given)), count - 1)
    if given == count:
        return Candidate(proc, proc.argument_types, tuple(range(given)))
    if count - proc.default_count <= given < count:
        slots = tuple(range(given)) + (-1,) * (count - given)
        return Candidate(proc, proc.argument_types[:given], slots)
    return None


def _named(proc: PgProc, call: Call) -> Candidate | None:
    """Returns the candidate whose argument names match, or None."""
    names, given = _input_names(proc), len(call.actual)
    first_named = given - len(call.names)
    if proc.argument_count < given or not names or (proc.variadic_type and not call.is_variadic):
        return None
    slots = list(range(first_named)) + [-1] * (proc.argument_count - first_named)
    for at, name in enumerate(call.names, first_named):
        if name not in names[first_named:] or slots[names.index(name)] != -1:
            return None
        slots[names.index(name)] = at
    defaults_from = proc.argument_count - proc.default_count
    if any(slot == -1 and at < defaults_from for at, slot in enumerate(slots)):
        return None
    types = [0] * given
    for at, slot in enumerate(slots):
        if slot != -1:
            types[slot] = proc.argument_types[at]
    return Candidate(proc, tuple(types), tuple(slots))


#: Its functions are found by their full names alone.
_INFORMATION_SCHEMA: Final = "information_schema"
_SCHEMAS: Final = frozenset({None, "pg_catalog", "public", _INFORMATION_SCHEMA})
_INPUT_MODES: Final = frozenset("ibv")


def _input_names(proc: PgProc) -> list[str]:
    """Returns the names of the arguments that calls give."""
    names = proc.argument_names or ()
    if proc.argument_modes is None:
        return list(names)
    pairs = zip(names, proc.argument_modes, strict=False)
    return [name for name, mode in pairs if mode in _INPUT_MODES]


def output_columns(call: FunctionCall) -> list[tuple[str, int]] | None:
    """Returns names and types of the OUT columns, or None for a single nameless value."""
    proc = call.proc
    if proc.argument_modes is None or proc.all_argument_types is None:
        return None
    names = proc.argument_names or ("",) * len(proc.argument_modes)
    columns = [
        (name or f"column{at}", _actual(call, type_))
        for at, (name, type_, mode) in enumerate(
            zip(names, proc.all_argument_types, proc.argument_modes, strict=True), 1
        )
        if mode in {"o", "b", "t"}
    ]
    return columns or None


def _actual(call: FunctionCall, declared: int) -> int:
    """Returns a type as this call has it: that of its arguments for a polymorphic one."""
    if declared not in polymorphism.TYPES:
        return declared
    sources, targets = call.argument_types, call.proc.argument_types
    return polymorphism.resolve(sources, targets, declared, common_type_of)[1]


def default_texts(proc: PgProc, count: int) -> Sequence[str]:
    """Returns the SQL of the defaults of the last `count` arguments."""
    assert proc.default_values is not None
    texts = _split(proc.default_values)
    return texts[len(texts) - count :]


def _split(text: str) -> list[str]:
    """Splits at commas outside of quotes and parentheses."""
    parts, depth, quoted, start = [], 0, False, 0
    for at, char in enumerate(text):
        if char == "'":
            quoted = not quoted
        elif not quoted and char in "([":
            depth += 1
        elif not quoted and char in ")]":
            depth -= 1
        elif char == "," and not quoted and not depth:
            parts.append(text[start:at].strip())
            start = at + 1
    parts.append(text[start:].strip())
    return parts
