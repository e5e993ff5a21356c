"""Where SQL functions, operators and aggregates meet their implementations.

A function is registered under its `src` (pg_proc.prosrc: `int4pl`) or, where that isn't unique or the function is
written in SQL in PostgreSQL (empty or SQL-text prosrc), under its signature (`lpad(text,int4)`); the signature wins.
Operators and function casts lead to pg_proc rows, so they need nothing of their own. Aggregates are registered under
their signature (`sum(int4)`).

    @implements("int4pl")
    def int4pl(a: int, b: int) -> int: ...

    @implements("now", env=True)                 # gets the Env as first argument
    def now(env: Env) -> int: ...

    @builds("array_append")                      # made once per call site, knows the types
    def array_append(call: CallSite) -> Function: ...

Strict functions (pg_proc.proisstrict) are never called with None: the caller answers NULL. A set-returning function
returns an iterable of values (of tuples, if it has several OUT columns). A VARIADIC "any" function gets its arguments
spread; a VARIADIC array function gets one Array. All functions raise DatabaseError with PostgreSQL's SQLSTATE and
message. A function may not loop without bound: sizes are checked against env.value_bytes_max first (54000).
"""

from collections.abc import Callable
from typing import Any, Final, Protocol, TypeVar

from storage.records import dataclass
from tsql.catalog.pg import PgProc, signature

Function = Callable[..., Any]
_FunctionT = TypeVar("_FunctionT", bound=Function)


@dataclass(frozen=True, slots=True)
class SortOrder:
    """How one column of WITHIN GROUP (ORDER BY …) is ordered."""

    descending: bool
    nulls_first: bool


@dataclass(frozen=True, slots=True)
class CallSite:
    """What is known of a call before it runs.

    Attributes:
        argument_types: Actual type OIDs, polymorphic ones resolved (variadic "any" arguments spread).
        result_type: Actual type OID.
        typmods: Type modifiers of the arguments, -1 for none.
        sort: For WITHIN GROUP: how each of its columns is ordered.
        fields: For each argument of type record, the names and types of its fields, else None.
            Empty where no argument is a record.
        result_fields: Name, type and typmod of each column of a column definition list, as in
            json_to_record(…) AS x(a int, b text); None where there is none.
    """

    proc: PgProc
    argument_types: tuple[int, ...]
    result_type: int
    typmods: tuple[int, ...] = ()
    fields: tuple[tuple[tuple[str, int], ...] | None, ...] = ()
    sort: tuple[SortOrder, ...] = ()
    result_fields: tuple[tuple[str, int, int], ...] | None = None


@dataclass(frozen=True, slots=True)
class Implementation:
    """How a function runs: `build` makes the callable; with `env` it takes the Env as its first argument."""

    build: Callable[[CallSite], Function]
    env: bool


class Accumulator(Protocol):
    """The running state of one aggregate over one group.

    Of an ordered-set aggregate (pg_aggregate's kind o or h: percentile_cont, mode, rank …) the factory
    takes the values of the direct arguments, after the Env if it wants one; `add` then gets the
    aggregated values in the order that WITHIN GROUP asks for: the executor sorts. The call site's
    `argument_types` are those of the direct arguments, then of the aggregated ones, and `sort` tells
    how these are ordered.
    """

    def add(self, *values: Any) -> None:
        """Takes one row's argument values. Rows that the aggregate's strictness skips never get here.

        An aggregate is strict unless registered with `strict=False`: rows with a NULL argument are skipped.
        """

    def result(self) -> Any:
        """Returns the aggregate's value so far, None for NULL. May be called more than once."""

    def size(self) -> int:
        """Returns roughly how many bytes the state holds beyond a constant (string_agg, array_agg): memory bound."""


@dataclass(frozen=True, slots=True)
class AggregateImplementation:
    """How an aggregate runs: `build` makes a factory of accumulators for a call site."""

    build: Callable[[CallSite], Callable[..., Accumulator]]
    strict: bool
    env: bool


_FUNCTIONS: dict[str, Implementation] = {}
_AGGREGATES: dict[str, AggregateImplementation] = {}
#: The source of the function that gives an identity column its value: nextval() without a privilege.
IDENTITY_VALUE: Final = "identity_value_oid"
NEXT_VALUES: Final = frozenset({"nextval_oid", IDENTITY_VALUE})

_load_next: Callable[[], bool] = lambda: False  # noqa: E731 - replaced by on_missing


def implements(*names: str, env: bool = False) -> Callable[[_FunctionT], _FunctionT]:
    """Registers a plain function under each `src` or signature."""

    def register(function: _FunctionT) -> _FunctionT:
        for name in names:
            assert name not in _FUNCTIONS, name
            _FUNCTIONS[name] = Implementation(lambda _call: function, env)
        return function

    return register


def builds(
    *names: str, env: bool = False
) -> Callable[[Callable[[CallSite], Function]], Callable[[CallSite], Function]]:
    """Registers a builder of functions, for those that depend on their argument types."""

    def register(build: Callable[[CallSite], Function]) -> Callable[[CallSite], Function]:
        for name in names:
            assert name not in _FUNCTIONS, name
            _FUNCTIONS[name] = Implementation(build, env)
        return build

    return register


def aggregates(
    *signatures: str, strict: bool = True, env: bool = False
) -> Callable[
    [Callable[[CallSite], Callable[..., Accumulator]]],
    Callable[[CallSite], Callable[..., Accumulator]],
]:
    """Registers a builder of accumulator factories. With `env` the factory takes the Env."""

    def register(
        build: Callable[[CallSite], Callable[..., Accumulator]],
    ) -> Callable[[CallSite], Callable[..., Accumulator]]:
        for name in signatures:
            assert name not in _AGGREGATES, name
            _AGGREGATES[name] = AggregateImplementation(build, strict, env)
        return build

    return register


def on_missing(load_next: Callable[[], bool]) -> None:
    """Sets what registers more, called until it returns False when something isn't found."""
    global _load_next  # noqa: PLW0603 - set once, by the module that knows the families
    _load_next = load_next


def implementation_of(proc: PgProc) -> Implementation | None:
    """Returns how the function runs, or None if it isn't implemented."""
    name = signature(proc)
    while True:
        found = _FUNCTIONS.get(name) or _FUNCTIONS.get(proc.src)
        if found is not None or not _load_next():
            return found


def aggregate_of(proc: PgProc) -> AggregateImplementation | None:
    """Returns how the aggregate runs, or None if it isn't implemented."""
    name = signature(proc)
    while True:
        found = _AGGREGATES.get(name)
        if found is not None or not _load_next():
            return found
