"""Bound expressions to Python closures.

    evaluate = compile_expression(expression)
    value = evaluate(row, env)

Closures nest as the expression does: calling the outermost one computes the value, innermost first,
lazily where SQL is (AND, OR, CASE, COALESCE). What can be computed once is computed here: immutable
functions of constants, in PostgreSQL's order, so that `CASE WHEN true THEN 1 ELSE 1/0 END` is 1 and
`1/0` an error even over no rows. Long chains of operators are evaluated in a loop, so that 8,000 of
them need no deep stack.

The planner has made plain positions and parameters of GroupRef, SetRef, the excluded row and
subqueries.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from storage.errors import DatabaseError, not_supported
from storage.types import Record
from tsql import bound
from tsql.bound import Expression, SortKey
from tsql.env import Env
from tsql.executor import assignment, composites, conditional, logic
from tsql.executor.calls import NATURAL, compile_call, compile_chain, pair_function
from tsql.executor.conditional import OperandCell
from tsql.executor.equality import image_of
from tsql.executor.getters import parameter_getter, slot_getter
from tsql.executor.parts import Evaluate, Part, Row, column, constant, folded, is_constant, kept
from tsql.executor.sort_keys import compile_component
from tsql.planner.hash_keys import can_hash
from tsql.planner.walk import walk
from tsql.types import oids
from tsql.types.composites import is_row, kinds_of_fields
from tsql.types.domains import check_value
from tsql.types.io import input_of, output_of
from tsql.types.kinds import base_type

__all__ = [
    "Evaluate",
    "Row",
    "compile_expression",
    "compile_predicate",
    "compile_sort_key",
    "is_constant",
]

#: From this many operators on, a chain is evaluated in a loop.
_CHAIN_LENGTH_MIN: Final = 20
_STRINGS: Final = frozenset(
    {oids.TEXT, oids.VARCHAR, oids.BPCHAR, oids.NAME, oids.UNKNOWN, oids.CSTRING}
)
#: Types whose text and input don't depend on settings.
_STEADY: Final = _STRINGS | {
    oids.BOOL, oids.INT2, oids.INT4, oids.INT8, oids.OID, oids.NUMERIC, oids.UUID, oids.JSONB,
}  # fmt: skip


def compile_expression(expression: Expression) -> Evaluate:
    """Returns the closure that evaluates the expression over a row; NULL is None.

    Raises 54001 for one that is too deep, 0A000 for what can't be evaluated, and the errors of
    constant parts.
    """
    try:
        return _Compiler().part(expression).evaluate
    except RecursionError:
        hint = "Write the statement with less nesting."
        raise DatabaseError("54001", "stack depth limit exceeded", hint=hint) from None


def compile_predicate(expression: Expression) -> Callable[[Row, Env], bool | None]:
    """Returns a closure that is true only where the expression is (NULL counts as false)."""
    return compile_expression(expression)


def compile_sort_key(keys: Sequence[SortKey]) -> Callable[[Row, Env], Any]:
    """Returns a closure from a row to what Python sorts by as ORDER BY would."""
    parts = [compile_component(key, compile_expression(key.expression)) for key in keys]
    if len(parts) == 1:
        return parts[0]
    return lambda row, env: tuple([part(row, env) for part in parts])


class _Compiler:
    """Compiles one expression; knows the simple CASEs around the part that it is at."""

    __slots__ = ("_cells",)

    def __init__(self) -> None:
        self._cells: list[OperandCell | Part] = []

    def part(self, node: Expression) -> Part:  # noqa: C901, PLR0912 - one case per node
        """Returns the compiled node."""
        match node:
            case bound.Const(value=value):
                return constant(value)
            case bound.ColumnRef(position=position):
                return column(position)
            case bound.Param(number=number):
                return Part(parameter_getter(number - 1))
            case bound.Slot(number=number):
                return Part(slot_getter(number))
            case bound.FunctionCall():
                return self._call(node)
            case bound.And(arguments=arguments):
                return self._conjunction(arguments)
            case bound.Or(arguments=arguments):
                return self._disjunction(arguments)
            case bound.Not(argument=argument):
                return logic.negation(self.part(argument))
            case bound.IsNull():
                return self._null_test(node)
            case bound.IsBoolean(argument=argument, value=value, negated=negated):
                return logic.boolean_test(self.part(argument), value, negated=negated)
            case bound.IsDistinct():
                return self._is_distinct(node)
            case bound.Relabel():
                return _relabelled(self.part(node.argument), node)
            case bound.CoerceViaIO():
                return self._through_text(node)
            case bound.CoerceToDomain(argument=argument, type=domain):
                return Part(domain_test(self._evaluate(argument), domain))
            case bound.Case():
                return self._case(node)
            case bound.CaseOperand():
                cell = self._cells[-1]
                return cell if isinstance(cell, Part) else Part(lambda _row, _env: cell.value)
            case bound.Coalesce(arguments=arguments):
                return self._coalesce(arguments)
            case bound.NullIf(first=first, equals=equals):
                return conditional.null_if(self.part(first), self.part(equals))
            case bound.MinMax():
                less = pair_function(node.less, (node.type, node.type))
                parts = self._parts(node.arguments)
                return conditional.extreme(parts, less, greatest=node.greatest)
            case _:
                return self._composite(node)

    def _composite(self, node: Expression) -> Part:
        """Returns the compiled node, of those over arrays and rows."""
        match node:
            case bound.ArrayCoerce(argument=argument, element=element):
                convert = _Compiler().part(element).evaluate
                part = self.part(argument)
                evaluate = composites.array_coerce(part.evaluate, convert)
                return folded(evaluate, [part]) if _is_steady(element) else Part(evaluate)
            case bound.ArrayConstructor(elements=elements, nested=nested):
                parts = self._parts(elements)
                evaluates = [part.evaluate for part in parts]
                return folded(composites.array_constructor(evaluates, nested), parts)
            case bound.WholeRow():
                return self._whole_row(node)
            case bound.RowConstructor():
                return self._row(node)
            case bound.FieldAssignment():
                return self._field_assignment(node)
            case bound.FieldAccess(record=record, position=position):
                return Part(composites.field_access(self._evaluate(record), position))
            case bound.RowComparison():
                return self._row_comparison(node)
            case bound.ArrayComparison():
                return self._array_comparison(node)
            case bound.Subscript(container=container, lower=lower, upper=upper):
                lowers, uppers = self._optional(lower), self._optional(upper)
                of = self._evaluate(container)
                return Part(composites.subscript(of, container.type, lowers, uppers))
            case bound.SubscriptAssignment():
                return self._assignment(node)
            case bound.SubqueryCall(number=number, arguments=arguments):
                return Part(_subquery_call(number, [self._evaluate(a) for a in arguments]))
            case _:
                raise _misplaced(node)

    def _assignment(self, node: bound.SubscriptAssignment) -> Part:
        container, value = self._evaluate(node.container), self._evaluate(node.value)
        lowers, uppers = self._optional(node.lower), self._optional(node.upper)
        if node.type == oids.JSONB:
            path = [part for part in uppers if part is not None]
            return Part(assignment.jsonb_assignment(container, path, value))
        return Part(assignment.subscript_assignment(container, lowers, uppers, value))

    def _field_assignment(self, node: bound.FieldAssignment) -> Part:
        empty = Record.of([None] * len(node.fields), node.fields, kinds_of_fields(node.fields))
        of, new = self._evaluate(node.container), self._evaluate(node.value)
        return Part(composites.field_assignment(of, node.position, new, empty))

    def _whole_row(self, node: bound.WholeRow) -> Part:
        types = tuple([field.type for field in node.columns])
        evaluates = [self._evaluate(field) for field in node.columns]
        make = composites.nullable_row if node.nullable else composites.row_constructor
        if node.type == oids.RECORD:
            return Part(make(evaluates, types, (), node.names))
        return Part(make(evaluates, types, kinds_of_fields(types)))

    def _row(self, node: bound.RowConstructor) -> Part:
        types = tuple([field.type for field in node.fields])
        evaluates = [self._evaluate(field) for field in node.fields]
        if node.type == oids.RECORD:
            # A literal without a type is text, but no value of type text: PostgreSQL's record_eq.
            types = tuple(
                [oids.UNKNOWN if at in node.unknown else type_ for at, type_ in enumerate(types)]
            )
            return Part(composites.row_constructor(evaluates, types, (), node.names))
        return Part(composites.row_constructor(evaluates, types, kinds_of_fields(types)))

    def _evaluate(self, node: Expression) -> Evaluate:
        return self.part(node).evaluate

    def _parts(self, nodes: Sequence[Expression]) -> list[Part]:
        return [self.part(node) for node in nodes]

    def _optional(self, nodes: Sequence[Expression | None]) -> list[Evaluate | None]:
        return [None if node is None else self._evaluate(node) for node in nodes]

    # ---- functions -------------------------------------------------------------------------------

    def _call(self, node: bound.FunctionCall) -> Part:
        links: list[bound.FunctionCall] = []
        at: Expression = node
        while _is_link(at):
            assert isinstance(at, bound.FunctionCall)
            links.append(at)
            at = at.arguments[0]
        if len(links) < _CHAIN_LENGTH_MIN:
            return compile_call(node, self._parts(node.arguments))
        rights = [(link, self.part(link.arguments[1])) for link in reversed(links)]
        return compile_chain(rights, self.part(at))

    def _through_text(self, node: bound.CoerceViaIO) -> Part:
        part = self.part(node.argument)
        source = node.argument.type
        evaluate = _text_conversion(part.evaluate, source, node.type, node.typmod)
        if source in _STEADY and node.type in _STEADY:
            return folded(evaluate, [part])
        return Part(evaluate)

    # ---- logic -----------------------------------------------------------------------------------

    def _conjunction(self, nodes: Sequence[Expression]) -> Part:
        parts = []
        for node in nodes:
            part = self.part(node)
            parts.append(part)
            if part.is_constant and part.value is False:
                break  # as in PostgreSQL, what follows isn't even looked at for constant errors
        return logic.conjunction(parts)

    def _disjunction(self, nodes: Sequence[Expression]) -> Part:
        parts = []
        for node in nodes:
            part = self.part(node)
            parts.append(part)
            if part.is_constant and part.value is True:
                break
        return logic.disjunction(parts)

    def _null_test(self, node: bound.IsNull) -> Part:
        part = self.part(node.argument)
        if is_row(base_type(node.argument.type)) and not node.of_whole:
            return logic.row_null_test(part, negated=node.negated)
        return logic.null_test(part, negated=node.negated)

    def _is_distinct(self, node: bound.IsDistinct) -> Part:
        parts = self._parts(node.equals.arguments)
        first, second = [part.evaluate for part in parts]
        equal = pair_function(node.equals.proc, _types(node.equals.arguments))
        negated = node.negated

        def evaluate(row: Row, env: Env) -> bool:
            a, b = first(row, env), second(row, env)
            distinct = a is not b if a is None or b is None else not equal(a, b)
            return distinct is not negated

        return folded(evaluate, parts)

    # ---- conditional -----------------------------------------------------------------------------

    def _case(self, node: bound.Case) -> Part:
        operand = None
        if node.operand is not None:
            operand = self.part(node.operand), OperandCell()
        whens: list[tuple[Part, Part]] = []
        for condition_node, result_node in node.whens:
            condition = self._condition(condition_node, operand)
            if not condition.is_constant:
                whens.append((condition, self.part(result_node)))
            elif condition.value is True:
                return conditional.case(operand, whens, self.part(result_node))
        default = constant(None) if node.default is None else self.part(node.default)
        return conditional.case(operand, whens, default)

    def _condition(self, node: Expression, operand: tuple[Part, OperandCell] | None) -> Part:
        if operand is None:
            return self.part(node)
        # Over a constant operand the conditions are constants, too: what isn't met is never evaluated.
        self._cells.append(operand[0] if operand[0].is_constant else operand[1])
        try:
            return self.part(node)
        finally:
            self._cells.pop()

    def _coalesce(self, nodes: Sequence[Expression]) -> Part:
        parts: list[Part] = []
        for node in nodes:
            part = self.part(node)
            if part.is_constant and part.value is None:
                continue
            parts.append(part)
            if part.is_constant:
                break
        return conditional.coalesce(parts)

    # ---- comparisons of many values --------------------------------------------------------------

    def _row_comparison(self, node: bound.RowComparison) -> Part:
        left = [self._evaluate(field) for field in node.left]
        right = [self._evaluate(field) for field in node.right]
        equals = [pair_function(proc, proc.argument_types) for proc in node.equals]
        less = [pair_function(proc, proc.argument_types) for proc in node.less]
        return Part(composites.row_comparison(node.operator, left, right, equals, less))

    def _array_comparison(self, node: bound.ArrayComparison) -> Part:
        scalar, array = self.part(node.scalar), self._array(node.array)
        # `x <> ALL (array)`, which NOT IN is, is NOT `x = ANY (array)`.
        negated = not node.any and node.operator == "<>"
        if (node.any and node.operator == "=") or negated:
            equals = f"{node.proc.src[:-2]}eq" if negated else node.proc.src
            found = self._membership(node, equals, scalar, array)
            if found is not None:
                return logic.negation(found) if negated else found
        types = node.argument_types or node.proc.argument_types
        compare = pair_function(node.proc, types)
        make = composites.any_of if node.any else composites.all_of
        evaluate = make(scalar.evaluate, array.evaluate, compare, node.proc.is_strict)
        return folded(evaluate, [scalar, array])

    def _array(self, node: Expression) -> Part:
        """Returns an array, kept for the statement's other rows if it is made of parameters."""
        part = self.part(node)
        if part.is_constant or not isinstance(node, bound.ArrayConstructor):
            return part
        if not all(map(_is_steady_part, walk(node))):
            return part
        return Part(kept(part.evaluate))

    def _membership(
        self, node: bound.ArrayComparison, equals: str, scalar: Part, array: Part
    ) -> Part | None:
        """Returns `scalar = ANY (array)` by a set; or None, where the types have no such images."""
        is_hashed = equals in _HASHED
        is_set = is_hashed or equals == "numeric_eq"
        if is_set and array.is_constant and composites.can_be_set(array.value):
            return folded(composites.in_set(scalar.evaluate, array.value), [scalar, array])
        if is_hashed:
            return Part(composites.in_array(scalar.evaluate, array.evaluate))
        types = node.argument_types or node.proc.argument_types
        if not can_hash(types[0], types[1]):
            return None
        images = image_of(types[0]), image_of(types[1])
        evaluate = composites.in_images(scalar.evaluate, array.evaluate, *images)
        return folded(evaluate, [scalar, array])


def domain_test(argument: Evaluate, domain: int) -> Evaluate:
    """Returns what gives the argument's value, if it is one of the domain's. Raises 23502, 23514."""

    def evaluate(row: Row, env: Env) -> Any:
        value = argument(row, env)
        check_value(domain, value, env)
        return value

    return evaluate


def _subquery_call(number: int, arguments: Sequence[Evaluate]) -> Evaluate:
    def evaluate(row: Row, env: Env) -> Any:
        values = tuple([argument(row, env) for argument in arguments])
        return env.subqueries[number](values)

    return evaluate


#: Equality functions that are Python's own, so that a set can answer for them.
_HASHED: Final = frozenset(src for src in NATURAL if src.endswith("eq"))


def _is_steady(element: Expression) -> bool:
    """Returns whether the conversion of an array's elements depends on nothing else."""
    match element:
        case bound.FunctionCall(proc=proc, arguments=arguments):
            return proc.volatility == "i" and _is_steady(arguments[0])
        case bound.CoerceViaIO(argument=argument):
            return {argument.type, element.type} <= _STEADY and _is_steady(argument)
        case bound.Relabel(argument=argument) | bound.ArrayCoerce(argument=argument):
            return _is_steady(argument)
        case bound.CoerceToDomain():
            return False
        case _:
            return True


def _is_steady_part(node: Expression) -> bool:
    """Returns whether the node makes one value of the statement's parameters, whatever the row."""
    match node:
        case bound.FunctionCall(proc=proc):
            return proc.volatility == "i" and not proc.returns_set
        case bound.Const() | bound.Param() | bound.Relabel() | bound.CoerceViaIO():
            return True
        case _:
            return isinstance(node, bound.ArrayConstructor)


def _types(nodes: Sequence[Expression]) -> tuple[int, ...]:
    return tuple([node.type for node in nodes])


def _is_link(node: Expression) -> bool:
    return (
        isinstance(node, bound.FunctionCall)
        and node.operator is not None
        and len(node.arguments) == 2
        and node.proc.is_strict
    )


def _misplaced(node: Expression) -> Exception:
    match node:
        case bound.SystemColumn(name=name):
            return not_supported(f"system column {name} here")
        case bound.AggregateCall(proc=proc):
            return not_supported(f"aggregate function {proc.name} here")
        case bound.Default():
            return DatabaseError("42601", "DEFAULT is not allowed in this context")
        case _:
            message = f"{type(node).__name__} must have been replaced before compilation"
            return AssertionError(message)


def _relabelled(part: Part, node: bound.Relabel) -> Part:
    """Returns the part; only oid and int4 show the same bits as different numbers."""
    source, target = node.argument.type, node.type
    if source in {oids.INT4, oids.INT2} and target == oids.OID:
        return _mapped(part, lambda value: value & 0xFFFFFFFF)
    if source == oids.OID and target == oids.INT4:
        return _mapped(part, lambda value: value - (1 << 32) if value >> 31 else value)
    return part


def _mapped(part: Part, convert: Callable[[int], int]) -> Part:
    argument = part.evaluate

    def evaluate(row: Row, env: Env) -> Any:
        value = argument(row, env)
        return None if value is None else convert(value)

    return folded(evaluate, [part])


def _text_conversion(argument: Evaluate, source: int, target: int, typmod: int) -> Evaluate:
    """Returns the conversion by the output function of one type and the input function of another."""
    parse = input_of(target)
    if source in _STRINGS:

        def from_text(row: Row, env: Env) -> Any:
            value = argument(row, env)
            return None if value is None else parse(value, typmod, env)

        return from_text
    render = output_of(source)
    if target in {oids.TEXT, oids.VARCHAR} and typmod < 0:

        def to_text(row: Row, env: Env) -> Any:
            value = argument(row, env)
            return None if value is None else render(value, env)

        return to_text

    def through_text(row: Row, env: Env) -> Any:
        value = argument(row, env)
        return None if value is None else parse(render(value, env), typmod, env)

    return through_text
