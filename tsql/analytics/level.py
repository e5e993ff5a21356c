"""One query level in DuckDB's SQL: its relations, groups, windows and order, and references to them."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from msgspec.structs import replace as replace_struct

from storage.columns.messages import Bound, Top
from tsql import bound
from tsql.analytics.bounds import SORTED_NUMBERS, Bounded, bounded, contained_bound, place_of
from tsql.analytics.calls import Call, emit_call
from tsql.analytics.derived import (
    Derived,
    Queries,
    TableInUse,
    column_spec,
    renamed,
    select_list,
    single,
)
from tsql.analytics.emitted import (
    Emitted,
    UntranslatableError,
    at_scale,
    cast,
    checked,
    compared,
    require_distinct,
)
from tsql.analytics.expressions import Emitter, require_plain_order
from tsql.analytics.families.division import settled
from tsql.bound import BoundSelect, ColumnRef, Expression, SortKey, TableRelation
from tsql.planner.row_layout import leaves_of
from tsql.planner.walk import conjuncts, is_fixed
from tsql.types import oids
from tsql.types.kinds import base_of, base_type

_SET_OPERATORS: Final = {"union": "UNION", "intersect": "INTERSECT", "except": "EXCEPT"}
_JOINS: Final = {"inner": "JOIN", "left": "LEFT JOIN", "right": "RIGHT JOIN", "full": "FULL JOIN"}
#: In the SQL of a condition: texts, queries, and columns by their relation's alias.
_TOKENS: Final = re.compile(
    r"'(?:[^']|'')*'|(?P<query>\bSELECT\b)|\b(?P<alias>a\d+)\.(?P<name>\w+)"
)
#: Of more rows than these it isn't looked for those that can't be among them.
_TOP_ROWS_MAX: Final = 1_000
#: Conditions that DuckDB decides as fast.
_NULL_TESTS: Final = ("( IS NULL)", "( IS NOT NULL)")


class Level:
    """One query level: its relations, and references into their rows."""

    def __init__(self, statements: Queries, select: BoundSelect) -> None:
        self._statements = statements
        self._select = select
        self._leaves: list[TableInUse | tuple[Emitted, ...]] = []
        self._aliases: list[str] = []
        self._grouped: tuple[Emitted, ...] | None = None
        self._groupings: tuple[Emitted, ...] = ()
        self._windows: dict[int, Emitted] = {}
        self.emitter = Emitter(statements.surroundings, self._reference, self._subquery)

    def query(self) -> Derived:
        """Returns the level's query."""
        select = self._select
        source = self._source()
        where = select.where
        for condition in conjuncts(where):
            self._note_bounds(condition)
        if select.grouped:
            source = self._group(source, where)
            conditions = [self.emitter.filter(one) for one in conjuncts(select.having)]
        else:
            conditions = self._conditions(where)
        visible = select.targets[: len(select.fields) or len(select.targets)]
        targets = [self.emitter.emit(target.expression) for target in visible]
        columns = tuple([one if one.kind else checked(one) for one in targets])
        distinct = self._distinct(columns)
        if select.distinct and not select.distinct_on:
            columns = tuple(map(single, columns))
        order = self._order(visible, columns)
        self._note_top()
        text = f"SELECT {distinct}{select_list(columns)}"
        if source:
            text += f" FROM {source}"
        if conditions:
            text += f" WHERE {' AND '.join(conditions)}"
        return Derived(text + order + self._limit(), columns)

    # ---- FROM ------------------------------------------------------------------------------------

    def _source(self) -> str:
        relation = self._select.relation
        if relation is None:
            return ""
        for _ in leaves_of(relation):
            self._aliases.append(self._statements.alias())
        return self._joined(relation)

    def _joined(self, relation: bound.Relation) -> str:
        if not isinstance(relation, bound.JoinRelation):
            return self._leaf(relation)
        left, right = self._joined(relation.left), self._joined(relation.right)
        if relation.condition is None:
            if relation.kind != "inner":
                raise UntranslatableError("an outer join without a condition")
            return f"({left} CROSS JOIN {right})"
        if relation.kind == "full" and not _has_equality(relation.condition):
            raise UntranslatableError("FULL JOIN without an equality")
        condition = self.emitter.condition(relation.condition)
        return f"({left} {_JOINS[relation.kind]} {right} ON {condition})"

    def _leaf(self, relation: bound.Relation) -> str:
        statements = self._statements
        alias = self._aliases[len(self._leaves)]
        match relation:
            case TableRelation():
                table = statements.use(relation)
                self._leaves.append(table)
                return f"{table.name} AS {alias}"
            case bound.SubqueryRelation():
                self._tell(relation.slots, relation.outer)
                derived = statements.query(relation.select)
            case bound.SetOperation():
                derived = self._set_operation(relation)
            case bound.ValuesRelation():
                derived = self._values(relation)
            case bound.CteRelation() | bound.WorkingTable():
                name, columns = statements.kept(relation.number)
                self._leaves.append(renamed(columns, alias))
                return f"{name} AS {alias}"
            case bound.FunctionRelation():
                derived = self._series(relation)
            case _:
                raise UntranslatableError("system catalogs")
        self._leaves.append(derived.under(alias))
        lateral = (
            "LATERAL " if isinstance(relation, bound.SubqueryRelation) and relation.slots else ""
        )
        return f"{lateral}({derived.sql}) AS {alias}"

    def _tell(self, slots: Sequence[int], outer: Sequence[Expression]) -> None:
        for number, expression in zip(slots, outer, strict=True):
            self._statements.surroundings.slots[number] = self.emitter.value(expression)

    def _set_operation(self, operation: bound.SetOperation) -> Derived:
        left, right = map(self._statements.query, (operation.left, operation.right))
        word = _SET_OPERATORS.get(operation.operator.lower())
        if word is None:
            raise UntranslatableError(operation.operator)
        keeps_all = operation.all and word == "UNION"
        pairs = zip(left.under("l"), right.under("r"), strict=True)
        aligned = [_aligned(one, other, keeps_all=keeps_all) for one, other in pairs]
        texts = [
            f"SELECT {select_list([pair[side] for pair in aligned])} FROM ({query.sql}) AS {alias}"
            for side, (query, alias) in enumerate(((left, "l"), (right, "r")))
        ]
        all_ = " ALL" if operation.all else ""
        return Derived(f"({texts[0]}) {word}{all_} ({texts[1]})", tuple(one for one, _ in aligned))

    def _values(self, relation: bound.ValuesRelation) -> Derived:
        rows = [[self.emitter.value(one) for one in row] for row in relation.rows]
        columns = []
        for number in range(len(relation.fields)):
            column = [row[number] for row in rows]
            scale = max(one.scale for one in column)
            shown = {one.shown for one in column if not (one.is_literal and one.value is None)}
            if len(shown) > 1:
                raise UntranslatableError("numerics of several display scales")
            type_ = base_type(relation.fields[number].type)
            for row in rows:
                row[number] = replace(row[number], sql=cast(row[number].sql, type_, scale))
            columns.append(Emitted("", type_, scale, shown.pop() if shown else 0))
        selects = " UNION ALL ".join(f"SELECT {select_list(row)}" for row in rows)
        return Derived(selects, tuple(columns))

    def _series(self, relation: bound.FunctionRelation) -> Derived:
        if len(relation.calls) != 1 or relation.with_ordinality:
            raise UntranslatableError("functions in FROM")
        (call,) = relation.calls
        if call.proc.name != "generate_series" or call.type not in {oids.INT4, oids.INT8}:
            raise UntranslatableError(f"function {call.proc.name} in FROM")
        # Only ends that are known: a series of many numbers is made in memory.
        ends = [self.emitter.known(one) for one in call.arguments]
        if any(not isinstance(one.value, int) for one in ends):
            raise UntranslatableError("a series without ends")
        name = self._statements.alias()
        arguments = ", ".join(cast(f"'{one.value}'", oids.INT8) for one in ends)
        value = cast(f"{name}.v", call.type)
        sql = f"SELECT {value} AS c0 FROM generate_series({arguments}) AS {name}(v)"
        return Derived(sql, (Emitted(value, call.type),))

    def _note_bounds(self, condition: Expression) -> None:
        """Notes what columns, and paths, have to be where a condition of WHERE isn't false or unknown."""
        found = bounded(condition, self.emitter.known_now)
        if found is None:
            for place, value in self.emitter.contained(condition):
                limit = contained_bound(value)
                if place.source is not None and limit is not None:
                    place.source.limit(place.path, limit)
        elif isinstance(found.subject, ColumnRef):
            self._note_bound_column(found.subject, found)
        elif (read := place_of(found.subject)) is not None:
            at = self.emitter.emit(read.at)
            if at.source is not None:
                ends = (found.low, found.high, found.values)
                at.source.limit(at.path, Bound("", *ends, read.letters, read.sorts))

    def _note_bound_column(self, column: ColumnRef, found: Bounded) -> None:
        leaf = self._leaves[column.relation] if column.relation < len(self._leaves) else None
        if isinstance(leaf, TableInUse):
            self._column(column)
            name = leaf.specs[column.position].name
            leaf.bounds.append(Bound(name, found.low, found.high, found.values))

    def _conditions(self, where: Expression | None) -> list[str]:
        """Returns the conditions of WHERE."""
        conditions = [sql for one in conjuncts(where) for sql in self.emitter.filters(one)]
        if not _has_only_inner_joins(self._select.relation):
            return conditions  # what is true of NULL is true of rows that aren't there
        return [self._decided(one) or one for one in conditions]

    def _decided(self, condition: str) -> str | None:
        """Returns a condition that reads one column of texts as a column of its own."""
        references: set[tuple[str, str]] = set()
        pieces, start = [], 0
        for token in _TOKENS.finditer(condition):
            if token["query"]:
                return None
            if token["alias"]:
                references.add((token["alias"], token["name"]))
                pieces.append(condition[start : token.start()])
                start = token.end()
        pieces.append(condition[start:])
        if len(references) != 1 or "".join(pieces) in _NULL_TESTS:
            return None
        ((alias, name),) = references
        leaf = self._leaves[self._aliases.index(alias)] if alias in self._aliases else None
        return leaf.decided(alias, name, tuple(pieces)) if isinstance(leaf, TableInUse) else None

    # ---- references ------------------------------------------------------------------------------

    def _reference(self, node: Expression) -> Emitted:
        match node:
            case bound.GroupRef() if self._grouped is not None:
                offset = len(self._select.group_by) if node.is_aggregate else 0
                return self._grouped[offset + node.position]
            case bound.GroupingRef() if self._groupings:
                return self._groupings[node.position]
            case bound.WindowRef():
                return self._window(node.position)
            case ColumnRef() if self._grouped is None and node.relation < len(self._leaves):
                return self._column(node)
            case _:
                raise UntranslatableError(_called(node))

    def _column(self, node: ColumnRef) -> Emitted:
        leaf = self._leaves[node.relation]
        if not isinstance(leaf, TableInUse):
            return leaf[node.position]
        spec = leaf.specs.get(node.position)
        if spec is None:
            extent_of = self._statements.surroundings.extent_of
            spec = leaf.specs[node.position] = column_spec(leaf.relation, node, extent_of)
        alias = self._aliases[node.relation]
        sql = f"{alias}.{spec.name}"
        type_, typmod = base_of(node.type, node.typmod)
        if type_ == oids.JSONB:
            extent_of = self._statements.surroundings.extent_of
            return Emitted(sql, type_, source=leaf.documents(alias, spec, extent_of))
        if spec.kind == "numeric_scaled":
            return Emitted(sql, type_, spec.scale, f"{sql}_s", digits=spec.digits)
        width = max(typmod - 4, 0) if type_ == oids.BPCHAR else 0
        return Emitted(sql, type_, spec.scale, spec.scale, width=width, digits=spec.digits)

    def _subquery(self, node: bound.Subquery, emitter: Emitter) -> Emitted:
        self._tell(node.slots, node.outer)
        derived = self._statements.query(node.select)
        if node.kind == "exists":
            return Emitted(f"EXISTS ({derived.sql})", oids.BOOL)
        if node.kind == "scalar" and len(derived.columns) == 1:
            return self._scalar(derived)
        if node.kind in {"any", "all"} and node.comparison is not None:
            return self._compared(node, derived)
        raise UntranslatableError(f"a subquery of kind {node.kind}")

    def _scalar(self, derived: Derived) -> Emitted:
        (column,) = derived.columns
        alias = self._statements.alias()
        named = renamed((column,), alias)[0]
        value = settled(named)
        pieces = [value.sql] if not isinstance(value.shown, str) else [value.sql, value.shown]
        texts = [f"(SELECT {piece} FROM ({derived.sql}) AS {alias})" for piece in pieces]
        return value.over(texts)

    def _compared(self, node: bound.Subquery, derived: Derived) -> Emitted:
        """X op ANY (SELECT …): over the subquery's rows, three-valued as SQL says."""
        alias = self._statements.alias()
        columns = tuple([settled(one) for one in derived.under(alias)])
        tests = [self.emitter.value(one) for one in node.test]

        def reference(part: Expression) -> Emitted:
            if not isinstance(part, ColumnRef):
                return self._reference(part)
            return columns[part.position] if part.relation else tests[part.position]

        assert node.comparison is not None
        inner = Emitter(self._statements.surroundings, reference, self._subquery)
        if len(tests) == 1 and _is_equality(node.comparison) and node.kind == "any":
            plain = self._in(tests[0], columns[0], derived, alias)
            inner.condition(node.comparison)  # the comparison is in the table
            return plain
        condition = inner.condition(node.comparison)
        word = "bool_or" if node.kind == "any" else "bool_and"
        nothing = "false" if node.kind == "any" else "true"
        # bool_or leaves NULLs out: an unknown one counts unless another decides.
        decided = "IS TRUE" if node.kind == "any" else "IS NOT FALSE"
        text = (
            f"(SELECT CASE WHEN count(*) = 0 THEN {nothing}"
            f" WHEN {word}({condition}) {decided if word == 'bool_or' else 'IS FALSE'}"
            f" THEN {'true' if word == 'bool_or' else 'false'}"
            f" WHEN count(*) = count({condition}) THEN {nothing} END"
            f" FROM ({derived.sql}) AS {alias})"
        )
        return Emitted(text, oids.BOOL)

    def _in(self, test: Emitted, column: Emitted, derived: Derived, alias: str) -> Emitted:
        scale = max(test.scale, column.scale)
        left, right = test.sql, column.sql
        if test.type == oids.NUMERIC:
            left, right = at_scale(test, scale), at_scale(column, scale)
        if test.type == oids.BPCHAR:
            left, right = compared(test), compared(column)
        return Emitted(f"({left} IN (SELECT {right} FROM ({derived.sql}) AS {alias}))", oids.BOOL)

    # ---- groups ----------------------------------------------------------------------------------

    def _group(self, source: str, where: Expression | None) -> str:
        select = self._select
        if not select.group_by and not select.aggregates:
            raise UntranslatableError("groups without keys and aggregates")
        conditions = self._conditions(where)
        keys = [self._key(one) for one in select.group_by]
        aggregates = [self._aggregate(call) for call in select.aggregates]
        groupings = [self._grouping(positions, keys) for positions in select.groupings]
        columns = (*keys, *aggregates, *groupings)
        text = f"SELECT {select_list(columns)}"
        if source:
            text += f" FROM {source}"
        if conditions:
            text += f" WHERE {' AND '.join(conditions)}"
        text += self._group_by(keys)
        alias = self._statements.alias()
        seen = renamed(columns, alias)
        count = len(keys) + len(aggregates)
        self._grouped, self._groupings = seen[:count], seen[count:]
        return f"({text}) AS {alias}"

    def _key(self, expression: Expression) -> Emitted:
        key = single(self.emitter.value(expression))
        require_distinct(key, "GROUP BY")
        # A number would be a position.
        if not key.is_literal:
            return key
        return replace(key, sql=cast(key.sql, key.type, key.scale, key.digits))

    def _group_by(self, keys: Sequence[Emitted]) -> str:
        select = self._select
        if select.grouping_sets is not None:
            if len({key.sql for key in keys}) < len(keys):
                raise UntranslatableError("two keys of grouping sets that are one expression")
            sets = ", ".join(
                f"({', '.join(keys[position].sql for position in positions)})"
                for positions in select.grouping_sets
            )
            return f" GROUP BY GROUPING SETS ({sets})"
        return f" GROUP BY {', '.join(key.sql for key in keys)}" if keys else ""

    def _grouping(self, positions: Sequence[int], keys: Sequence[Emitted]) -> Emitted:
        names = ", ".join(keys[position].sql for position in positions)
        return Emitted(cast(f"grouping({names})", oids.INT4), oids.INT4)

    def _aggregate(self, call: bound.AggregateCall) -> Emitted:
        order = ", ".join(map(self._sort_key, call.order_by))
        return emit_call(
            Call(
                call.proc,
                tuple(map(self.emitter.value, call.arguments)),
                call.type,
                "DISTINCT " if call.distinct else "",
                f"ORDER BY {order}" if order else "",
                self._filter(call.filter),
                direct=tuple(map(self.emitter.value, call.direct_arguments)),
            )
        )

    def _filter(self, condition: Expression | None) -> str:
        if condition is None:
            return ""
        return f" FILTER (WHERE {self.emitter.filter(condition)})"

    # ---- windows ---------------------------------------------------------------------------------

    def _window(self, position: int) -> Emitted:
        found = self._windows.get(position)
        if found is None:
            found = self._windows[position] = self._window_call(self._select.windows[position])
        return found

    def _window_call(self, call: bound.WindowCall) -> Emitted:
        window = call.window
        parts = []
        if window.partition_by:
            keys = ", ".join(self._plain_key(key.expression).sql for key in window.partition_by)
            parts.append(f"PARTITION BY {keys}")
        if window.order_by:
            parts.append(f"ORDER BY {', '.join(map(self._sort_key, window.order_by))}")
        parts.append(self._frame(window))
        over = f"{self._filter(call.filter)} OVER ({' '.join(parts)})"
        arguments = tuple(map(self.emitter.value, call.arguments))
        if any(one.type == oids.BPCHAR for one in arguments):
            raise UntranslatableError("windows over char(n)")
        return emit_call(Call(call.proc, arguments, call.type, after=over, is_window=True))

    def _frame(self, window: bound.Window) -> str:
        exclude = f" EXCLUDE {window.exclude.upper()}" if window.exclude else ""
        has_offset = any(one.offset is not None for one in (window.start, window.end))
        if window.mode == "range" and has_offset:
            types = {key.expression.type for key in window.order_by}
            if not types <= {oids.INT2, oids.INT4, oids.INT8}:
                raise UntranslatableError("RANGE with an offset of such a type")
        ends = " AND ".join(map(self._frame_end, (window.start, window.end)))
        return f"{window.mode.upper()} BETWEEN {ends}{exclude}"

    def _frame_end(self, end: bound.FrameEnd) -> str:
        word = "PRECEDING" if end.is_before else "FOLLOWING"
        match end.kind:
            case "current":
                return "CURRENT ROW"
            case "unbounded":
                return f"UNBOUNDED {word}"
            case _:
                assert end.offset is not None
                number = self.emitter.now(end.offset)
                if not isinstance(number, int) or number < 0:
                    raise UntranslatableError("a frame's offset")
                return f"{number} {word}"

    def _plain_key(self, expression: Expression) -> Emitted:
        key = self.emitter.value(expression)
        require_distinct(key, "PARTITION BY")
        return key

    # ---- ORDER BY, LIMIT, DISTINCT ---------------------------------------------------------------

    def _sort_key(self, key: SortKey) -> str:
        value = self.emitter.value(key.expression)
        return self._sorted(value, key)

    def _sorted(self, value: Emitted, key: SortKey, sql: str = "") -> str:
        require_plain_order(key.less, value.type)
        direction = "DESC" if key.descending else "ASC"
        nulls = "FIRST" if key.nulls_first else "LAST"
        return f"{sql or compared(value)} {direction} NULLS {nulls}"

    def _order(self, visible: Sequence[bound.Target], columns: Sequence[Emitted]) -> str:
        select = self._select
        keys = []
        for key in select.order_by:
            if is_fixed(key.expression):
                continue
            if select.distinct and not select.distinct_on:
                number = [target.expression for target in visible].index(key.expression)
                keys.append(self._sorted(columns[number], key, str(number + 1)))
            else:
                keys.append(self._sort_key(key))
        return f" ORDER BY {', '.join(keys)}" if keys else ""

    def _note_top(self) -> None:
        """Notes that only the first rows of a table are needed, where that is so."""
        select = self._select
        if (
            not isinstance(select.relation, TableRelation)
            or select.where is not None
            or (select.grouped or select.distinct or select.distinct_on or select.windows)
            or (select.limit is None or not select.order_by)
        ):
            return
        count = self.emitter.now(select.limit)
        skipped = 0 if select.offset is None else self.emitter.now(select.offset) or 0
        if count is None or not 0 < count + skipped <= _TOP_ROWS_MAX:
            return
        key = select.order_by[0]
        if base_type(key.expression.type) not in SORTED_NUMBERS:
            return
        top = Top("", count + skipped, key.descending)
        leaf = self._leaves[0]
        if isinstance(key.expression, ColumnRef) and isinstance(leaf, TableInUse):
            self._column(key.expression)
            leaf.top = replace_struct(top, name=leaf.specs[key.expression.position].name)
        elif (read := place_of(key.expression)) is not None:
            at = self.emitter.emit(read.at)
            if at.source is not None:
                named = replace_struct(top, letters=read.letters, sorts=read.sorts)
                at.source.need_top(at.path, named)

    def _distinct(self, columns: Sequence[Emitted]) -> str:
        select = self._select
        if select.distinct_on:
            on = ", ".join(self._plain_key(one).sql for one in select.distinct_on)
            return f"DISTINCT ON ({on}) "
        if not select.distinct:
            return ""
        for column in columns:
            require_distinct(column, "DISTINCT")
        return "DISTINCT "

    def _limit(self) -> str:
        text = ""
        for word, expression in (("LIMIT", self._select.limit), ("OFFSET", self._select.offset)):
            if expression is None:
                continue
            number = self.emitter.now(expression)
            if number is None:
                continue
            if number < 0:
                raise UntranslatableError(f"a negative {word}")
            text += f" {word} {number}"
        return text


def _aligned(one: Emitted, other: Emitted, *, keeps_all: bool) -> tuple[Emitted, Emitted]:
    """Returns columns of both sides of a set operation with the same pieces."""
    left, right = settled(one), settled(other)
    if left.type in {oids.BPCHAR, oids.JSONB}:
        raise UntranslatableError("set operations over such columns")
    if left.type != oids.NUMERIC:
        return left, right
    scale = max(left.scale, right.scale)
    shown = (left.shown, right.shown)
    if shown[0] != shown[1] or isinstance(shown[0], str):
        if not keeps_all:
            raise UntranslatableError("numerics of several display scales")
        shown = (cast(str(shown[0]), oids.INT4), cast(str(shown[1]), oids.INT4))
    return (
        Emitted(at_scale(left, scale), left.type, scale, shown[0]),
        Emitted(at_scale(right, scale), right.type, scale, shown[1]),
    )


def _is_equality(comparison: Expression) -> bool:
    return isinstance(comparison, bound.FunctionCall) and comparison.operator == "="


def _has_only_inner_joins(relation: bound.Relation | None) -> bool:
    if not isinstance(relation, bound.JoinRelation):
        return True
    return relation.kind == "inner" and all(
        map(_has_only_inner_joins, (relation.left, relation.right))
    )


def _has_equality(condition: Expression) -> bool:
    return any(_is_equality(one) for one in conjuncts(condition))


def _called(node: Any) -> str:
    return f"{type(node).__name__}"
