"""Bound expressions as DuckDB SQL.

Whatever has one value for the whole statement is computed here and now, by the key path's own
evaluator: parameters, now() - interval '1 day', casts of literals. So only what varies with the row
has to be translated.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from storage.columns.messages import Extent, NumberPlace
from storage.errors import DatabaseError
from storage.types import Array
from tsql import bound
from tsql.analytics import documents, forms, paths
from tsql.analytics.emitted import (
    ORDERED,
    Emitted,
    UntranslatableError,
    called,
    cast,
    checked,
    has_type,
    key_path,
    same_scale,
)
from tsql.analytics.families.division import settled
from tsql.analytics.literals import literal
from tsql.bound import Expression
from tsql.catalog.pg import PgProc
from tsql.planner.walk import is_fixed, walk
from tsql.types import oids
from tsql.types.composites import is_row
from tsql.types.kinds import base_type, element_type_of

#: Alternatives that IN and ANY may have.
_ELEMENTS_MAX: Final = 2000
#: Length of SQL that is written several times.
_REPEATED_MAX: Final = 5000
_TEXTS: Final = frozenset({oids.TEXT, oids.VARCHAR, oids.NAME})
#: In which order they have the document and what is in it.
_CONTAINMENTS: Final = {"jsonb_contains": 1, "jsonb_contained": -1}
_INTEGERS: Final = frozenset({oids.INT2, oids.INT4, oids.INT8})


@dataclass(slots=True)
class Surroundings:
    """What a translation knows besides the statement.

    Attributes:
        evaluate: Computes an expression without a row.
        forms: The table that calls are looked up in.
        iso_dates: Whether dates are written as ISO does.
        extent_of: Says how large the numbers at a place are assumed to be; None: as large as any.
    """

    evaluate: Callable[[Expression], Any]
    form_of: Callable[[PgProc], Any]
    iso_dates: bool = True
    extent_of: Callable[[NumberPlace], Extent | None] = lambda _: None
    slots: dict[int, Emitted] = field(default_factory=dict)


class Emitter:
    """Emits the expressions of one query level.

    `column` gives references into its rows; `subquery` emits subqueries.
    """

    def __init__(
        self,
        surroundings: Surroundings,
        column: Callable[[Expression], Emitted],
        subquery: Callable[[bound.Subquery, "Emitter"], Emitted],
    ) -> None:
        self._surroundings = surroundings
        self._column = column
        self._subquery = subquery
        self._operands: list[Emitted] = []

    def value(self, expression: Expression) -> Emitted:
        """Returns an expression as a single value, ready for any use."""
        return checked(settled(self.emit(expression)))

    def condition(self, expression: Expression) -> str:
        """Returns the SQL of a condition."""
        return self.value(expression).sql

    def filter(self, expression: Expression) -> str:
        """Returns the SQL of a condition of which only counts whether it is true."""
        conditions = self.filters(expression)
        return conditions[0] if len(conditions) == 1 else f"({' AND '.join(conditions)})"

    def filters(self, expression: Expression) -> list[str]:
        """Returns the SQL of conditions that are all true where a condition is."""
        found = self._containment(expression)
        return [self.condition(expression)] if found is None else paths.contains_all(*found)

    def contained(self, condition: Expression) -> list[tuple[Emitted, Any]]:
        """Returns what has to be where, if a condition is that a document contains another."""
        found = self._containment(condition)
        return [] if found is None else paths.leaves(*found)

    def _containment(self, expression: Expression) -> tuple[Emitted, Any] | None:
        """Returns a document and the known tree that it is said to contain."""
        if isinstance(expression, bound.FunctionCall) and expression.proc.src in _CONTAINMENTS:
            document, contained = expression.arguments[:: _CONTAINMENTS[expression.proc.src]]
            tree = self.now(contained) if self._is_known(contained) else None
            if tree is not None and not self._is_known(document):
                return self.emit(document), tree
        return None

    def emit(self, expression: Expression) -> Emitted:
        """Returns an expression; it may be a quotient, or a float that nobody has checked."""
        if self._is_known(expression):
            return self.known(expression)
        match expression:
            case bound.Slot():
                return self._slot(expression)
            case bound.FunctionCall():
                return self._function(expression)
            case bound.And():
                return self._joined(expression.arguments, " AND ")
            case bound.Or():
                return self._joined(expression.arguments, " OR ")
            case bound.Not():
                return self._boolean(f"NOT {self.condition(expression.argument)}")
            case bound.IsNull() if not isinstance(expression.argument, bound.WholeRow):
                return self._is_null(expression)
            case bound.IsBoolean():
                return self._is_boolean(expression)
            case bound.IsDistinct():
                return self._is_distinct(expression)
            case bound.Relabel():
                return self._relabel(expression)
            case bound.Subquery():
                return self._subquery(expression, self)
            case _:
                return self._other(expression)

    def _other(self, expression: Expression) -> Emitted:
        match expression:
            case bound.CoerceViaIO():
                return self._through_text(expression)
            case bound.Case():
                return self._case(expression)
            case bound.CaseOperand():
                return self._operands[-1]
            case bound.Coalesce():
                return self._unified("coalesce({})", expression.arguments)
            case bound.MinMax():
                if expression.type == oids.BPCHAR:
                    raise UntranslatableError("GREATEST of char(n)")
                require_plain_order(expression.less, expression.type)
                word = "greatest" if expression.greatest else "least"
                return self._unified(word + "({})", expression.arguments)
            case bound.NullIf():
                return self._null_if(expression)
            case bound.ArrayComparison():
                return self._array_comparison(expression)
            case bound.RowComparison():
                return self._row_comparison(expression)
            case bound.Subscript(lower=(), upper=(key,)) if key is not None:
                return documents.way(self.emit(expression.container), [self._key(key)])
            case _:
                return self._column(expression)

    # ---- what is known ---------------------------------------------------------------------------

    def _is_known(self, expression: Expression) -> bool:
        return is_fixed(expression) and not any(
            isinstance(node, bound.Slot | bound.SubqueryCall) for node in walk(expression)
        )

    def known(self, expression: Expression) -> Emitted:
        """Returns an expression that has one value now as a literal."""
        return literal(self.now(expression), expression.type)

    def known_now(self, expression: Expression) -> Any:
        """Returns the value of an expression that has one for the whole statement; None for others."""
        return self.now(expression) if self._is_known(expression) else None

    def now(self, expression: Expression) -> Any:
        """Returns the value of an expression that has one for the whole statement."""
        if not self._is_known(expression):
            raise UntranslatableError("a value that is not the same for all rows")
        try:
            return self._surroundings.evaluate(expression)
        except DatabaseError as error:
            # The key path says whether, and when, that is an error.
            raise UntranslatableError(f"an expression that fails: {error.message}") from None

    def _slot(self, slot: bound.Slot) -> Emitted:
        found = self._surroundings.slots.get(slot.number)
        if found is None:
            raise UntranslatableError("a value of a row outside")
        return found

    def _function(self, call: bound.FunctionCall) -> Emitted:
        source = call.proc.src
        if source in documents.STEPS:
            return self._step(call)
        if source in documents.CASTS:
            return paths.scalar_at(self._place(call.arguments[0]), call.type)
        if source == "jsonb_exists":
            return paths.exists(self.emit(call.arguments[0]), self._key(call.arguments[1]))
        if source in _CONTAINMENTS:
            return self._contains(*call.arguments[:: _CONTAINMENTS[source]])
        return self.call(call.proc, call.arguments, call.type)

    # ---- documents -------------------------------------------------------------------------------

    def _step(self, call: bound.FunctionCall) -> Emitted:
        document = self.emit(call.arguments[0])
        if len(call.arguments) == 2 and element_type_of(call.arguments[1].type):
            keys = self.now(call.arguments[1])
            listed = [] if keys is None else list(keys.items)
        else:
            listed = [self._key(one) for one in call.arguments[1:]]
        if not listed or not all(isinstance(key, str) for key in listed):
            raise UntranslatableError("a path that isn't known")
        is_way = "path" in call.proc.src
        place = (documents.way if is_way else documents.step)(document, listed)
        return paths.text_at(place) if documents.STEPS[call.proc.src] else place

    def _contains(self, document: Expression, contained: Expression) -> Emitted:
        tree = self.now(contained)
        if tree is None:
            return Emitted("CAST(NULL AS BOOLEAN)", oids.BOOL)
        return paths.contains(self.emit(document), tree)

    def _place(self, expression: Expression) -> Emitted:
        return documents.step(self.emit(expression), [])

    def _key(self, expression: Expression) -> str:
        key = self.now(expression)
        if not isinstance(key, str):
            raise UntranslatableError("a path that isn't known")
        return key

    # ---- calls -----------------------------------------------------------------------------------

    def call(self, proc: PgProc, arguments: Sequence[Expression], type_: int) -> Emitted:
        """Returns a call of a function, if it is in the table."""
        return self.applied(proc, [settled(self.emit(one)) for one in arguments], type_)

    def applied(self, proc: PgProc, arguments: Sequence[Emitted], type_: int) -> Emitted:
        """Returns a call with arguments that are emitted already."""
        form = self._surroundings.form_of(proc)
        made = None if form is None else forms.apply(form, type_, tuple(arguments))
        if made is None:
            raise UntranslatableError(f"function {proc.name}")
        return made

    # ---- logic -----------------------------------------------------------------------------------

    @staticmethod
    def _boolean(sql: str) -> Emitted:
        return Emitted(f"({sql})", oids.BOOL)

    def _joined(self, arguments: Sequence[Expression], word: str) -> Emitted:
        return self._boolean(word.join(map(self.condition, arguments)))

    def _is_null(self, expression: bound.IsNull) -> Emitted:
        if is_row(base_type(expression.argument.type)):
            raise UntranslatableError("rows as values")
        argument = self.emit(expression.argument)
        word = "IS NOT NULL" if expression.negated else "IS NULL"
        if argument.kind == "json":
            return self._boolean(f"{'NOT ' if word == 'IS NULL' else ''}{paths.is_there(argument)}")
        return self._boolean(f"{checked(settled(argument)).sql} {word}")

    def _is_boolean(self, expression: bound.IsBoolean) -> Emitted:
        word = "NULL" if expression.value is None else str(expression.value).upper()
        negation = "IS NOT" if expression.negated else "IS"
        if word == "NULL":
            return self._boolean(f"{self.condition(expression.argument)} {negation} NULL")
        distinct = "IS DISTINCT FROM" if expression.negated else "IS NOT DISTINCT FROM"
        return self._boolean(f"{self.condition(expression.argument)} {distinct} {word}")

    def _is_distinct(self, expression: bound.IsDistinct) -> Emitted:
        left, right = map(self.value, expression.equals.arguments)
        equal = checked(self.applied(expression.equals.proc, (left, right), oids.BOOL)).sql
        same = (
            f"CASE WHEN {left.sql} IS NULL OR {right.sql} IS NULL"
            f" THEN {left.sql} IS NULL AND {right.sql} IS NULL ELSE {equal} END"
        )
        return self._boolean(same if expression.negated else f"NOT ({same})")

    # ---- values ----------------------------------------------------------------------------------

    def _relabel(self, expression: bound.Relabel) -> Emitted:
        argument = self.emit(expression.argument)
        if argument.type == expression.type:
            return argument
        if not {argument.type, expression.type} <= _TEXTS:
            raise UntranslatableError(f"the cast to {called(expression.type)}")
        return replace(argument, type=expression.type)

    def _through_text(self, expression: bound.CoerceViaIO) -> Emitted:
        argument = self.value(expression.argument)
        if expression.type not in _TEXTS or expression.typmod != -1:
            return self._from_text(argument, expression)
        if argument.type in _INTEGERS:
            return Emitted(cast(argument.sql, oids.TEXT), expression.type)
        if argument.type == oids.UUID:
            return Emitted(cast(cast_uuid(argument.sql), oids.TEXT), expression.type)
        if argument.type == oids.NUMERIC and argument.shown == argument.scale:
            return Emitted(cast(argument.sql, oids.TEXT), expression.type)
        if argument.type in {oids.DATE, oids.TIMESTAMP} and self._surroundings.iso_dates:
            text = (
                f"(CASE WHEN NOT isfinite({argument.sql}) OR extract(year FROM {argument.sql})"
                f" NOT BETWEEN 1 AND 9999 THEN {key_path(oids.TEXT)}"
                f" ELSE CAST({argument.sql} AS VARCHAR) END)"
            )
            return Emitted(text, expression.type)
        raise UntranslatableError(f"the text of {called(argument.type)}")

    def _from_text(self, argument: Emitted, expression: bound.CoerceViaIO) -> Emitted:
        if argument.type not in _TEXTS or expression.typmod != -1:
            raise UntranslatableError(f"the cast from text to {called(expression.type)}")
        return paths.of_text(argument, expression.type)

    def _case(self, expression: bound.Case) -> Emitted:
        if expression.operand is not None:
            self._operands.append(self.value(expression.operand))
        conditions = [self.condition(when) for when, _ in expression.whens]
        results = [result for _, result in expression.whens]
        if expression.default is not None:
            results.append(expression.default)
        values = self._alike(results)
        if expression.operand is not None:
            self._operands.pop()
        whens = " ".join(
            f"WHEN {condition} THEN {value.sql}"
            for condition, value in zip(conditions, values, strict=False)
        )
        default = f" ELSE {values[-1].sql}" if expression.default is not None else ""
        shown = _case_shown(conditions, values)
        return replace(_plain(values[0]), sql=f"(CASE {whens}{default} END)", shown=shown)

    def _unified(self, pattern: str, arguments: Sequence[Expression]) -> Emitted:
        values = self._alike(arguments)
        sql = pattern.format(", ".join(value.sql for value in values))
        shown = values[0].shown
        if any(value.shown != shown for value in values):
            # That of the value which is taken: the first one of equal ones.
            chosen = sql if len(sql) < _REPEATED_MAX else None
            if chosen is None:
                raise UntranslatableError("numerics of several display scales")
            whens = " ".join(f"WHEN {chosen} = {one.sql} THEN {one.shown}" for one in values)
            shown = f"(CASE {whens} END)"
        return replace(_plain(values[0]), sql=sql, shown=shown)

    def _alike(self, expressions: Sequence[Expression]) -> list[Emitted]:
        """Returns values of one type in DuckDB, too; a NULL has any scale."""
        values = [self.value(one) for one in expressions]
        numerics = [one for one in values if one.type == oids.NUMERIC and not _is_null(one)]
        if numerics:
            scale = max(one.scale for one in numerics)
            shown = numerics[0].shown
            values = [
                Emitted(
                    cast("NULL", oids.NUMERIC, scale, max(scale, 1)),
                    oids.NUMERIC,
                    scale,
                    shown,
                    digits=max(scale, 1),
                )
                if _is_null(one)
                else one
                for one in values
            ]
        return same_scale(values)

    def _null_if(self, expression: bound.NullIf) -> Emitted:
        first = self.value(expression.first)
        second = self.value(expression.equals.arguments[1])
        compared = first
        if expression.equals.arguments[0] is not expression.first:
            compared = self.value(expression.equals.arguments[0])
        equal = checked(self.applied(expression.equals.proc, (compared, second), oids.BOOL)).sql
        return replace(_plain(first), sql=f"(CASE WHEN {equal} THEN NULL ELSE {first.sql} END)")

    # ---- several at once -------------------------------------------------------------------------

    def _array_comparison(self, expression: bound.ArrayComparison) -> Emitted:
        scalar = self.value(expression.scalar)
        elements = self._elements(expression.array)
        if elements is None:
            return Emitted("CAST(NULL AS BOOLEAN)", oids.BOOL)
        if len(elements) > _ELEMENTS_MAX:
            raise UntranslatableError("a list of this length")
        if not elements:
            return self._boolean("false" if expression.any else "true")
        if expression.operator == "=" and expression.any and scalar.type in ORDERED:
            values = same_scale([scalar, *elements])
            self.applied(expression.proc, (scalar, elements[0]), oids.BOOL)
            listed = ", ".join(value.sql for value in values[1:])
            return self._boolean(f"{values[0].sql} IN ({listed})")
        tests = [
            checked(self.applied(expression.proc, (scalar, element), oids.BOOL)).sql
            for element in elements
        ]
        return self._boolean((" OR " if expression.any else " AND ").join(tests))

    def _elements(self, array: Expression) -> list[Emitted] | None:
        """Returns an array's elements; None for NULL."""
        if isinstance(array, bound.ArrayConstructor) and not array.nested:
            return [self.value(element) for element in array.elements]
        value = self.now(array)
        if value is None:
            return None
        assert isinstance(value, Array)
        type_ = element_type_of(array.type)
        return [literal(item, type_) for item in value.items]

    def _row_comparison(self, expression: bound.RowComparison) -> Emitted:
        left = [self.value(one) for one in expression.left]
        right = [self.value(one) for one in expression.right]
        equal = [
            checked(self.applied(proc, pair, oids.BOOL)).sql
            for proc, *pair in zip(expression.equals, left, right, strict=True)
        ]
        if expression.operator == "=":
            return self._boolean(" AND ".join(equal))
        if expression.operator == "<>":
            return self._boolean(" OR ".join(f"NOT {one}" for one in equal))
        return self._row_order(expression, left, right, equal)

    def _row_order(
        self,
        expression: bound.RowComparison,
        left: Sequence[Emitted],
        right: Sequence[Emitted],
        equal: Sequence[str],
    ) -> Emitted:
        """The first pair that isn't equal decides; NULL if it holds one."""
        swapped = expression.operator in {">", ">="}
        text = "true" if expression.operator in {"<=", ">="} else "false"
        for proc, one, other, same in reversed(
            list(zip(expression.less, left, right, equal, strict=True))
        ):
            pair = (other, one) if swapped else (one, other)
            less = checked(self.applied(proc, pair, oids.BOOL)).sql
            text = f"(CASE WHEN {same} IS NULL THEN NULL WHEN {same} THEN {text} ELSE {less} END)"
        return self._boolean(text)


#: The functions behind < and > of the types in ORDERED: their own order.
_ORDERINGS: Final = frozenset(
    f"{name}{end}"
    for end in ("lt", "gt")
    for name in (
        "bool", "bytea", "date_", "float4", "float8", "int2", "int4", "int8", "interval_", "name",
        "numeric_", "text_", "time_", "timestamp_", "timestamptz_", "uuid_",
    )
)  # fmt: skip


def require_plain_order(less: PgProc, type_: int) -> None:
    """Raises unless DuckDB orders the type as `less` does."""
    if type_ == oids.BPCHAR and less.name in {"bpcharlt", "bpchargt"}:
        return
    if type_ not in ORDERED or less.name not in _ORDERINGS:
        raise UntranslatableError(f"the order of {called(type_)}")


def cast_uuid(value: str) -> str:
    """Returns the bytes of a uuid as DuckDB's own type, which has PostgreSQL's text."""
    return f"CAST(hex({value}) AS UUID)"


def _is_null(value: Emitted) -> bool:
    return value.is_literal and value.value is None


def _plain(value: Emitted) -> Emitted:
    """Returns a value of the same type that nothing else is known of."""
    if not has_type(value.type):
        raise UntranslatableError(f"values of {called(value.type)}")
    return replace(
        value,
        is_literal=False,
        value=None,
        factors=(),
        unchecked=False,
        width=0,
        source=None,
    )


def _case_shown(conditions: Sequence[str], values: Sequence[Emitted]) -> int | str:
    shown = [value.shown for value in values]
    if len(set(shown)) == 1:
        return shown[0]
    whens = " ".join(
        f"WHEN {condition} THEN {one}" for condition, one in zip(conditions, shown, strict=False)
    )
    default = f" ELSE {shown[-1]}" if len(shown) > len(conditions) else ""
    return f"(CASE {whens}{default} END)"
