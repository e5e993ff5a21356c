"""Chooses how a statement reads its table: the access path.

There are no statistics: what counts is how much of a key the conditions fix. Each key (the primary
key and every public index) is matched against the conjuncts of WHERE, part by part:

    WHERE a = 1 AND b >= 5 AND c = 'x'     key (a, b, c):  a equal, b a span; c stays a filter

and the candidates are compared by `_rank`: a whole unique key first, then more equal parts, then a
span, then an order that saves a sort, then the primary key before an index (no second read).
"""

from collections.abc import Callable, Sequence
from dataclasses import field
from typing import Any

from storage.keyparts import has_order, is_lossless
from storage.records import dataclass
from storage.schema import ElementState, Index, KeyScheme, Projection, Table
from storage.types import Array
from tsql.bound import ColumnRef, Const, Expression, SortKey, TableRelation
from tsql.planner.conditions import (
    BoundTest,
    EqualTest,
    MemberTest,
    NullTest,
    PatternTest,
    RowTest,
    Test,
    test_of,
)
from tsql.planner.implication import implied
from tsql.planner.plan import (
    AccessPath,
    End,
    Equal,
    Get,
    IndexGet,
    IndexRange,
    KeyRange,
    Match,
    MultiGet,
    OneOf,
    RowEnd,
    Scan,
    Span,
)
from tsql.planner.walk import cheap_first, columns_of, conjunction, strip_relabels

#: Whole keys that one MultiGet, or ranges that one KeyRange, may name by crossing two lists.
CROSSED_LISTS_MAX = 1000

#: The bound expressions of an index's parts and its predicate's conjuncts.
IndexExpressions = Callable[[Table, Index], tuple[tuple[Expression, ...], tuple[Expression, ...]]]


@dataclass(frozen=True, slots=True)
class Request:
    """What the statement wants of its table.

    Attributes:
        columns: Positions that it reads, or None for all.
        order_by: The order it wants its rows in, if an access path could give it.
        is_limited: Whether it wants the first rows only.
    """

    relation: TableRelation
    conjuncts: tuple[Expression, ...]
    columns: frozenset[int] | None
    order_by: tuple[SortKey, ...] = ()
    is_limited: bool = False
    may_cover: bool = True
    with_item: bool = False


@dataclass(frozen=True, slots=True)
class KeyPartTarget:
    """One part of a key: what it is over, and how it sorts."""

    expression: Expression
    descending: bool
    nullable: bool
    nulls_first: bool


@dataclass(slots=True)
class _Candidate:
    index: Index | None
    parts: tuple[KeyPartTarget, ...]
    matches: list[Match] = field(default_factory=list)
    span: Span | None = None
    used: list[Expression] = field(default_factory=list)
    kept: list[Expression] = field(default_factory=list)
    direction: int = 0  # 1: gives the wanted order forward, -1: backward, 0: doesn't

    @property
    def is_whole(self) -> bool:
        return bool(self.parts) and len(self.matches) == len(self.parts)

    @property
    def is_single(self) -> bool:
        return self.is_whole and all(isinstance(match, Equal) for match in self.matches)


@dataclass(frozen=True, slots=True)
class Choice:
    """An access path, and whether its rows come in the wanted order."""

    path: AccessPath
    is_ordered: bool


def choose(request: Request, expressions_of: IndexExpressions) -> Choice:
    """Returns the best access path for a request."""
    table = request.relation.table
    tests = [(conjunct, test_of(conjunct)) for conjunct in request.conjuncts]
    candidates = [_matched(None, primary_key_parts(table), tests)]
    for index in table.indexes:
        if index.state is not ElementState.PUBLIC or index.sparse:
            # A sparse index hasn't all rows, and may hold an attribute of one kind among several.
            continue
        expressions, predicate = expressions_of(table, index)
        if all(implied(request.conjuncts, part) for part in predicate):
            parts = _index_parts(table, index, expressions)
            candidates.append(_matched(index, parts, tests))
    for candidate in candidates:
        candidate.direction = _direction(table, candidate, request.order_by)
    best = max(candidates, key=lambda candidate: _rank(request, candidate))
    if best.index is not None and not best.matches and best.span is None and not best.direction:
        best = candidates[0]
    return Choice(_path(request, best), bool(best.direction) and bool(request.order_by))


def primary_key_parts(table: Table) -> tuple[KeyPartTarget, ...]:
    """Returns the parts of the primary key; none for a hidden one."""
    parts = []
    for column_id in table.key_column_ids:
        position = table.position(column_id)
        column = table.columns[position]
        reference = ColumnRef(0, position, column.name, column.sql_type, column.typmod)
        parts.append(KeyPartTarget(reference, False, False, False))
    return tuple(parts)


def _index_parts(
    table: Table, index: Index, expressions: Sequence[Expression]
) -> tuple[KeyPartTarget, ...]:
    parts = []
    for part, expression in zip(index.parts, expressions, strict=True):
        column = None if part.column_id is None else table.column_by_id(part.column_id)
        nullable = column is None or not column.not_null
        bare = strip_relabels(expression)
        parts.append(KeyPartTarget(bare, part.descending, nullable, part.nulls_first))
    return tuple(parts)


# ---- matching ----------------------------------------------------------------------------------


def _same(part: KeyPartTarget, target: Expression) -> bool:
    mine = part.expression
    if isinstance(mine, ColumnRef):
        return isinstance(target, ColumnRef) and target.position == mine.position
    return mine == target


def _matched(
    index: Index | None,
    parts: tuple[KeyPartTarget, ...],
    tests: list[tuple[Expression, Test | None]],
) -> _Candidate:
    candidate = _Candidate(index, parts)
    crossed = 1
    for part in parts:
        found = _equal_test(part, tests)
        if found is None:
            break
        conjunct, match = found
        if isinstance(match, OneOf):
            lists = [other for other in candidate.matches if isinstance(other, OneOf)]
            crossed *= _length(match)
            if lists and crossed > CROSSED_LISTS_MAX:
                break
        candidate.matches.append(match)
        candidate.used.append(conjunct)
    if len(candidate.matches) < len(parts):
        _add_span(candidate, tests)
    return candidate


def _length(match: OneOf) -> int:
    """Returns how many values the part may have, as far as it is known."""
    if match.array is None:
        return len(match.values)
    array = match.array
    if isinstance(array, Const) and isinstance(array.value, Array):
        return len(array.value.items)
    return CROSSED_LISTS_MAX


def _equal_test(
    part: KeyPartTarget, tests: list[tuple[Expression, Test | None]]
) -> tuple[Expression, Match] | None:
    member: tuple[Expression, Match] | None = None
    for conjunct, test in tests:
        match test:
            case EqualTest() if _same(part, test.target):
                return conjunct, Equal(test.value, test.type)
            case NullTest(negated=False) if part.nullable and _same(part, test.target):
                return conjunct, Equal(None, 0)
            case MemberTest() if member is None and _same(part, test.target):
                member = conjunct, OneOf(test.values, test.array, test.type)
            case _:
                pass
    return member


def _add_span(candidate: _Candidate, tests: list[tuple[Expression, Test | None]]) -> None:
    part = candidate.parts[len(candidate.matches)]
    lower: End | None = None
    upper: End | None = None
    not_null = False
    for conjunct, test in tests:
        match test:
            case BoundTest() if _same(part, test.target):
                end = End(test.value, "=" in test.operator, test.type)
                if test.operator in {">", ">="} and lower is None:
                    lower = end
                elif test.operator in {"<", "<="} and upper is None:
                    upper = end
                else:
                    continue
                candidate.used.append(conjunct)
            case NullTest(negated=True) if part.nullable and _same(part, test.target):
                not_null = True
                candidate.used.append(conjunct)
            case _:
                pass
    if lower is not None or upper is not None:
        candidate.span = Span(lower, upper, not_null=True)
        return
    if not _add_row_span(candidate, tests) and not _add_pattern(candidate, part, tests):
        candidate.span = Span(not_null=True) if not_null else None


def _add_row_span(candidate: _Candidate, tests: list[tuple[Expression, Test | None]]) -> bool:
    start = len(candidate.matches)
    lower: RowEnd | None = None
    upper: RowEnd | None = None
    for conjunct, test in tests:
        if not isinstance(test, RowTest):
            continue
        parts = candidate.parts[start : start + len(test.targets)]
        if len(parts) < len(test.targets) or not all(
            _same(part, target) and not part.nullable and not part.descending
            for part, target in zip(parts, test.targets, strict=True)
        ):
            continue
        end = RowEnd(test.values, "=" in test.operator, test.types)
        if test.operator in {">", ">="} and lower is None:
            lower = end
        elif test.operator in {"<", "<="} and upper is None:
            upper = end
        else:
            continue
        candidate.used.append(conjunct)
    if lower is None and upper is None:
        return False
    candidate.span = Span(row_lower=lower, row_upper=upper)
    return True


def _add_pattern(
    candidate: _Candidate, part: KeyPartTarget, tests: list[tuple[Expression, Test | None]]
) -> bool:
    for conjunct, test in tests:
        if isinstance(test, PatternTest) and _same(part, test.target):
            candidate.span = Span(beginning=test.value, is_pattern=test.is_pattern, not_null=True)
            candidate.used.append(conjunct)
            candidate.kept.append(conjunct)
            return True
    return False


# ---- order -------------------------------------------------------------------------------------


def _direction(table: Table, candidate: _Candidate, order_by: tuple[SortKey, ...]) -> int:
    """Returns 1 or -1 if reading forward or backward gives the order, else 0."""
    if not order_by or not candidate.parts:
        return 0
    if candidate.index is None and table.scheme is KeyScheme.HASH:
        partition = candidate.matches[: table.partition_column_count]
        if len(partition) < table.partition_column_count or not all(
            isinstance(match, Equal) for match in partition
        ):
            return 0
    fixed = [isinstance(match, Equal) for match in candidate.matches]
    fixed += [False] * (len(candidate.parts) - len(fixed))
    directions: set[int] = set()
    position = 0
    for key in order_by:
        target = strip_relabels(key.expression)
        if any(_same(p, target) and f for p, f in zip(candidate.parts, fixed, strict=True)):
            continue
        while position < len(candidate.parts) and fixed[position]:
            position += 1
        if position == len(candidate.parts):
            is_unique = candidate.index is None
            return _agreed(directions) if is_unique else 0
        part = candidate.parts[position]
        step = _step(part, key) if _same(part, target) else 0
        if not step:
            return 0
        directions.add(step)
        position += 1
    return _agreed(directions)


def _agreed(directions: set[int]) -> int:
    if not directions:
        return 1
    return directions.pop() if len(directions) == 1 else 0


def _step(part: KeyPartTarget, key: SortKey) -> int:
    if not key.less.src.endswith("lt"):
        return 0
    forward = key.descending == part.descending
    if part.nullable and (key.nulls_first == part.nulls_first) != forward:
        return 0
    return 1 if forward else -1


def _rank(request: Request, candidate: _Candidate) -> tuple[int, ...]:
    table = request.relation.table
    is_primary = candidate.index is None
    if is_primary and table.scheme is KeyScheme.HASH and not _is_usable_hash(table, candidate):
        return (0, 0, 0, 0, 1)
    is_unique = is_primary or bool(candidate.index and candidate.index.is_exclusive)
    no_nulls = all(not isinstance(m, Equal) or m.value is not None for m in candidate.matches)
    equal = len(candidate.matches)
    span = candidate.span
    ends = 0
    if span is not None:
        ends = 1 + (span.lower is not None and span.upper is not None)
        ends = 0 if span == Span(not_null=True) else ends
    whole = 0
    if candidate.is_whole and is_unique and no_nulls:
        whole = 2 if candidate.is_single else 1
    order = 1 if candidate.direction and (request.is_limited or is_primary) else 0
    return (whole, equal, ends, order, 1 if is_primary else 0)


def _is_usable_hash(table: Table, candidate: _Candidate) -> bool:
    return len(candidate.matches) >= table.partition_column_count


# ---- the path ----------------------------------------------------------------------------------


def _path(request: Request, best: _Candidate) -> AccessPath:
    table = request.relation.table
    if best.index is None and table.scheme is KeyScheme.HASH and not _is_usable_hash(table, best):
        best = _Candidate(None, best.parts)
    answered = [part for part in best.used if not any(part is kept for kept in best.kept)]
    rest = [part for part in request.conjuncts if not any(part is other for other in answered)]
    common: dict[str, Any] = {
        "relation": request.relation,
        "condition": tuple(best.used),
        "filter": conjunction(cheap_first(rest)),
        "columns": _columns_read(request, rest),
        "with_item": request.with_item,
    }
    reverse = best.direction < 0
    key = tuple(best.matches)
    whole = tuple(match for match in best.matches if isinstance(match, Equal))
    no_nulls = all(match.value is not None for match in whole)
    if best.index is not None:
        if best.index.is_exclusive and best.is_single and no_nulls:
            return IndexGet(**common, index=best.index, key=whole)
        covering = request.may_cover and _covers(request.relation, best.index, common["columns"])
        return IndexRange(
            **common,
            index=best.index,
            key=key,
            span=best.span,
            reverse=reverse,
            covering=covering,
        )
    if best.is_single:
        return Get(**common, key=whole)
    if best.is_whole:
        return MultiGet(**common, key=key, reverse=reverse)
    if key or best.span is not None:
        return KeyRange(**common, key=key, span=best.span, reverse=reverse)
    return Scan(**common, reverse=reverse)


def _covers(relation: TableRelation, index: Index, columns: frozenset[int] | None) -> bool:
    """Returns whether the entries of an index alone have these columns."""
    table = relation.table
    if columns is None or relation.attributes:
        return False
    if index.projection is Projection.ALL:
        return True
    covered = {table.position(column_id) for column_id in index.included_column_ids}
    keys = [part.column_id for part in index.parts if part.column_id is not None]
    for column_id in (*keys, *table.key_column_ids):
        column = table.column_by_id(column_id)
        if is_lossless(column.kind, column.element_kind):
            covered.add(table.position(column_id))
    return columns <= covered


def _columns_read(request: Request, rest: list[Expression]) -> frozenset[int] | None:
    if request.columns is None:
        return None
    return request.columns.union(*map(columns_of, rest)) if rest else request.columns


def can_be_key(table: Table, position: int) -> bool:
    """Returns whether a column's kind has an order that keys can keep."""
    column = table.columns[position]
    return has_order(column.kind, column.element_kind)
