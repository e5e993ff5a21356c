"""Expressions inside of a query that is shown: columns of its FROM items, aggregates, windows, subqueries."""

from typing import Any, Final

from compat.postgres.expressions import Printer
from compat.postgres.query_names import Scope
from tsql import bound
from tsql.binder.tree import replaced
from tsql.binder.windows import NamedWindow
from tsql.bound import Expression
from tsql.catalog import pg
from tsql.env import Env
from tsql.identifiers import quoted
from tsql.types import oids
from tsql.types.composites import attributes_of, is_composite
from tsql.types.kinds import base_type

_NON_DEFAULT: Final = 0x1
_BETWEEN: Final = 0x10
_FUNCTIONS: Final = (bound.FunctionCall, bound.AggregateCall, bound.WindowCall)


class ScopedPrinter(Printer):
    """Prints expressions of the query whose names are `scope`."""

    knows_written = True

    def __init__(self, env: Env, *, pretty: bool) -> None:
        super().__init__(env, pretty=pretty)
        self.scope: Scope

    def query(
        self, select: bound.BoundSelect, outer: dict[int, Expression], *, is_seen: bool = True
    ) -> str:
        """Returns a query inside this one; `outer` are its slots, `is_seen` says whether its columns have names."""
        raise NotImplementedError

    def whole(self, expression: Expression) -> Expression:
        """Returns an expression of a clause with what stands below it put back: grouping, windows."""
        select = self.scope.select

        def below(node: Any) -> Any:
            match node:
                case bound.GroupRef(is_aggregate=True, position=at):
                    return select.aggregates[at]
                case bound.GroupRef(position=at):
                    return select.group_by[at]
                case bound.GroupingRef(position=at):
                    keys = tuple(select.group_by[key] for key in select.groupings[at])
                    return bound.GroupingCall(keys)
                case bound.WindowRef(position=at):
                    return replaced(select.windows[at], below)
                case bound.SetRef(position=at):
                    return replaced(select.set_functions[at], below)
                case _:
                    return None

        found: Expression = replaced(expression, below)
        return found

    def text(self, node: Expression, *, implied: bool = True) -> str:
        if not isinstance(node, bound.ColumnRef | bound.Const):
            column = self.scope.merged(node)
            if column is not None:
                return _joined(*column)
        return super().text(node, implied=implied)

    def column(self, node: bound.ColumnRef | bound.SystemColumn) -> str:
        if isinstance(node, bound.SystemColumn):
            return _joined(self.scope.leaves[node.relation].name, node.name)
        return _joined(*self.scope.column(node.relation, node.position))

    def bare(self, node: Expression) -> str | None:
        """Returns the name of the column that an expression is; None if it isn't one."""
        match node:
            case bound.ColumnRef(relation=relation, position=position):
                return self.scope.column(relation, position)[1]
            case bound.SystemColumn(name=name):
                return name
            case bound.Slot():
                at, expression = self._around(node)
                outside, self.scope = self.scope, at
                try:
                    return self.bare(expression)
                finally:
                    self.scope = outside
            case _:
                merged = self.scope.merged(node)
                return None if merged is None else merged[1]

    def top(self, node: Expression, *, implied: bool = True) -> str:
        text = self.text(node, implied=implied)
        if isinstance(node, bound.WholeRow) or _is_outer_row(node):
            return f"{text}::{self.type_name(node.type)}"
        return text

    def other(self, node: Expression) -> str:
        match node:
            case bound.AggregateCall():
                return self._aggregate(node)
            case bound.WindowCall():
                return self._window_call(node)
            case bound.GroupingCall(arguments=arguments):
                return f"GROUPING({self.listed(arguments)})"
            case bound.Subquery():
                return self._subquery(node)
            case bound.Slot():
                return self._outer(node)
            case bound.WholeRow(relation=relation, columns=columns):
                if columns and isinstance(columns[0], bound.Slot):
                    return self._outer_row(node)
                return f"{quoted(self.scope.leaves[relation].name)}.*"
            case bound.FieldAccess(record=record, position=position):
                return self.field(record, self._field_name(record, position))
            case _:
                return super().other(node)

    # ---- what is outside -------------------------------------------------------------------------

    def _around(self, node: bound.Slot) -> tuple[Scope, Expression]:
        """Returns what a slot stands for, and the scope where that is."""
        scope: Scope | None = self.scope
        while scope is not None:
            found = scope.outer.get(node.number)
            if found is not None:
                expression, at = found
                return (at, expression)
            scope = scope.parent
        raise AssertionError(f"slot {node.number}")

    def _outer(self, node: bound.Slot) -> str:
        at, expression = self._around(node)
        outside, self.scope = self.scope, at
        try:
            return self.text(self.whole(expression))
        finally:
            self.scope = outside

    def _outer_row(self, node: bound.WholeRow) -> str:
        slot = node.columns[0]
        scope = self.scope
        while isinstance(slot, bound.Slot):
            scope, found = self._around(slot)
            assert isinstance(found, bound.Slot | bound.ColumnRef)
            if isinstance(found, bound.ColumnRef):
                return f"{quoted(scope.leaves[found.relation].name)}.*"
            slot = found
        raise AssertionError(type(slot).__name__)

    def _field_name(self, record: Expression, position: int) -> str:
        type_ = base_type(record.type)
        if is_composite(type_):
            return attributes_of(type_, self.env)[position].name
        match record:
            case bound.RowConstructor(names=names) | bound.WholeRow(names=names):
                return names[position]
            case bound.FunctionCall(columns=columns) if columns is not None:
                return columns[position][0]
            case bound.Slot():
                at, expression = self._around(record)
                outside, self.scope = self.scope, at
                try:
                    return self._field_name(expression, position)
                finally:
                    self.scope = outside
            case bound.ColumnRef(relation=relation, position=column):
                source = self.scope.leaves[relation].relation
                fields: Any = getattr(source, "fields", ())
                known = fields[column].record if column < len(fields) else None
                return f"f{position + 1}" if known is None else str(known[position][0])
            case _:
                return f"f{position + 1}"

    # ---- aggregates and windows ------------------------------------------------------------------

    def _aggregate(self, node: bound.AggregateCall) -> str:
        name = quoted(node.proc.name)
        if node.direct_arguments or pg.aggregates()[node.proc.oid].kind != "n":
            direct = self.listed(node.direct_arguments)
            text = f"{name}({direct}) WITHIN GROUP (ORDER BY {self.sort_keys(node.order_by)})"
        else:
            arguments = self.listed(node.arguments) if node.arguments else "*"
            order = f" ORDER BY {self.sort_keys(node.order_by)}" if node.order_by else ""
            text = f"{name}({'DISTINCT ' * node.distinct}{arguments}{order})"
        return text + self._filter(node.filter)

    def _filter(self, condition: Expression | None) -> str:
        if condition is None:
            return ""
        return f" FILTER (WHERE {self.text(condition, implied=False)})"

    def _window_call(self, node: bound.WindowCall) -> str:
        arguments = self.listed(node.arguments)
        if not arguments and node.proc.kind == "a":
            arguments = "*"
        text = f"{quoted(node.proc.name)}({arguments}){self._filter(node.filter)}"
        over = node.written
        if over.name:
            return f"{text} OVER {quoted(over.name)}"
        return f"{text} OVER {self.window(node.window, over)}"

    def window(self, window: bound.Window, node: Any) -> str:
        """Returns a window definition."""
        parts = []
        if node.refname:
            parts.append(quoted(node.refname))
        elif window.partition_by:
            keys = ", ".join(self.key(part.expression) for part in window.partition_by)
            parts.append(f"PARTITION BY {keys}")
        if window.order_by and (not node.refname or node.orderClause):
            parts.append(f"ORDER BY {self.sort_keys(window.order_by)}")
        if node.frameOptions & _NON_DEFAULT:
            parts.append(self._frame(window, is_between=bool(node.frameOptions & _BETWEEN)))
        return f"({' '.join(parts)})"

    def _frame(self, window: bound.Window, *, is_between: bool) -> str:
        text = window.mode.upper()
        if is_between:
            text += f" BETWEEN {self._end(window.start)} AND {self._end(window.end)}"
        else:
            text += f" {self._end(window.start)}"
        return f"{text} EXCLUDE {window.exclude.upper()}" if window.exclude else text

    def _end(self, end: bound.FrameEnd) -> str:
        side = "PRECEDING" if end.is_before else "FOLLOWING"
        if end.kind == "unbounded":
            return f"UNBOUNDED {side}"
        if end.offset is None:
            return "CURRENT ROW"
        return f"{self.text(end.offset, implied=False)} {side}"

    def named_windows(self, windows: dict[str, NamedWindow], nodes: Any) -> str:
        """Returns the WINDOW clause's list."""
        return ", ".join(
            f"{quoted(node.name)} AS {self.window(windows[node.name].window, node)}"
            for node in nodes or ()
        )

    # ---- keys ------------------------------------------------------------------------------------

    def key(self, expression: Expression) -> str:
        """Returns a key of GROUP BY, ORDER BY, DISTINCT ON or PARTITION BY."""
        node = self.whole(expression)
        if isinstance(node, bound.Const):
            return self.constant(node, forced=True)
        if isinstance(node, bound.WholeRow) or self.bare(node) is not None:
            return self.text(node)
        text = self.text(node)
        is_call = (
            isinstance(node, _FUNCTIONS)
            and getattr(node, "operator", None) is None
            and getattr(node, "keyword", None) is None
        )
        return f"({text})" if self.pretty or is_call else text

    def sort_keys(self, keys: tuple[bound.SortKey, ...]) -> str:
        """Returns an ORDER BY list."""
        return ", ".join(self.key(each.expression) + order_of(each) for each in keys)

    # ---- subqueries ------------------------------------------------------------------------------

    def _subquery(self, node: bound.Subquery) -> str:
        outer = dict(zip(node.slots, node.outer, strict=True))

        def inside() -> str:
            return self.query(node.select, outer, is_seen=False)

        if node.kind in {"array", "arrays"}:
            return f"ARRAY({inside()})"
        if node.kind in {"scalar", "record"}:
            return f"({inside()})"
        if node.kind == "exists":
            return f"(EXISTS ({inside()}))"
        test = self.listed(node.test)
        if len(node.test) > 1:
            test = f"({test})"
        operator = getattr(node.comparison, "operator", "=")
        words = f"{operator} {node.kind.upper()}"
        if node.kind == "any" and operator == "=":
            words = "IN"
        elif node.kind == "row":
            words = operator
        return f"({test} {words} ({inside()}))"


def order_of(key: bound.SortKey) -> str:
    """Returns what stands behind a sort key."""
    if key.descending:
        return " DESC" if key.nulls_first else " DESC NULLS LAST"
    return " NULLS FIRST" if key.nulls_first else ""


def _joined(qualifier: str, name: str) -> str:
    return f"{quoted(qualifier)}.{quoted(name)}" if qualifier else quoted(name)


def _is_outer_row(node: Expression) -> bool:
    return isinstance(node, bound.Slot) and node.type != oids.RECORD and is_composite(node.type)
