"""JOIN: conditions, USING, NATURAL, and what names mean behind a join.

a JOIN b ON …        names mean what they mean in a and in b
a JOIN b USING (x)   besides, x is one column for both; it comes first in *
(a JOIN b ON …) j    only j is there
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from storage.errors import DatabaseError
from storage.records import dataclass
from tsql.binder import context as clauses
from tsql.binder.coercion import (
    coerce_to_boolean,
    coerce_to_common,
    common_typmod,
    select_common_type,
)
from tsql.binder.columns import expand, names_of, note_reads
from tsql.binder.context import Item, Level
from tsql.binder.operators import call_operator
from tsql.binder.with_names import no_recursion
from tsql.bound import And, Coalesce, ColumnRef, Expression, Field, JoinRelation, Relation
from tsql.parser import enums

_Type = enums.JoinType
_KINDS: Final = {
    _Type.JOIN_INNER: "inner",
    _Type.JOIN_LEFT: "left",
    _Type.JOIN_RIGHT: "right",
    _Type.JOIN_FULL: "full",
}

BindItem = Callable[[Level, Any], tuple[Relation, list[Item]]]


def add_relation(level: Level, alias: str, columns: Sequence[Field]) -> Item:
    """Returns the item of a new relation, numbered."""
    item = Item(len(level.relations), alias, tuple(columns), is_plain=False)
    level.relations.append(item)
    return item


def check_names(before: Sequence[Item], items: Sequence[Item]) -> None:
    """Raises 42712 for a name that is in use."""
    for item in items:
        if any(_is_same_name(item, other) for other in before):
            message = f'table name "{item.alias}" specified more than once'
            raise DatabaseError("42712", message)


def _is_same_name(a: Item, b: Item) -> bool:
    if a.alias != b.alias or not (a.is_named and b.is_named):
        return False
    return not (a.is_plain and b.is_plain and a.schema != b.schema)


def renamed(fields: Sequence[Field], alias: Any, name: str) -> tuple[Field, ...]:
    """Returns the columns under the names that the alias gives them. Raises 42P10."""
    given = [part.sval for part in alias.colnames or ()] if alias is not None else []
    if len(given) > len(fields):
        raise DatabaseError(
            "42P10",
            f'table "{name}" has {len(fields)} columns available but {len(given)} columns specified',
        )
    changed = [replace(field, name=new) for new, field in zip(given, fields, strict=False)]
    return (*changed, *fields[len(given) :])


def bind_join(level: Level, node: Any, bind_item: BindItem) -> tuple[Relation, list[Item]]:
    """Binds an `ast.JoinExpr`. Raises 42712, 42703, 42702, 42804."""
    kind = _KINDS[node.jointype]
    outer = "an outer join"
    with no_recursion(level, outer if kind in {"right", "full"} else None):
        left, left_items = bind_item(level, node.larg)
    for item in left_items:
        item.lateral_only, item.lateral_ok = True, kind in {"inner", "left"}
    before = len(level.items)
    level.items += left_items
    with no_recursion(level, outer if kind in {"left", "full"} else None):
        right, right_items = bind_item(level, node.rarg)
    del level.items[before:]
    check_names(left_items, right_items)
    for item in left_items:
        item.lateral_only, item.lateral_ok = False, True
    _mark_nullable(kind, left_items, right_items)
    using = [part.sval for part in node.usingClause or ()]
    if node.isNatural:
        names = [name for item in left_items if item.is_visible for name in names_of(item)]
        others = {name for item in right_items if item.is_visible for name in names_of(item)}
        using = [name for name in names if name in others]
    if not using and not node.isNatural and node.alias is None:
        condition = _condition(level, node.quals, [*left_items, *right_items])
        return JoinRelation(kind, left, right, condition), [*left_items, *right_items]
    sides = _Side.of(level, left_items, "left"), _Side.of(level, right_items, "right")
    merged = _Merged(level, kind, *sides, node)
    condition = merged.use(using)
    if node.quals is not None:
        condition = _condition(level, node.quals, [*left_items, *right_items])
    return JoinRelation(kind, left, right, condition), merged.items(left_items, right_items)


def _mark_nullable(kind: str, left: Sequence[Item], right: Sequence[Item]) -> None:
    for item in left:
        item.is_nullable = item.is_nullable or kind in {"right", "full"}
    for item in right:
        item.is_nullable = item.is_nullable or kind in {"left", "full"}


def _condition(level: Level, node: Any, items: list[Item]) -> Expression | None:
    """Binds ON, which sees nothing but the join's own parts."""
    if node is None:
        return None
    outside, level.items = level.items, items
    hidden, level.is_lateral = level.is_lateral, False
    try:
        condition = level.expression(node, clauses.JOIN)
        return coerce_to_boolean(level.context, condition, "JOIN/ON", node)
    finally:
        level.items, level.is_lateral = outside, hidden


@dataclass(slots=True)
class _Side:
    """The visible columns of one side."""

    which: str
    names: list[str]
    values: list[Expression]
    fields: list[Field]

    @classmethod
    def of(cls, level: Level, items: Sequence[Item], which: str) -> "_Side":
        side = cls(which, [], [], [])
        for item in items:
            if not item.is_visible:
                continue
            values = list(expand(level, item, None, is_read=False))
            names = names_of(item)
            fields = [
                item.columns[at] if at < len(item.columns) else Field(name, value.type)
                for at, (name, value) in enumerate(zip(names, values, strict=True))
            ]
            side.names += names
            side.values += values
            side.fields += fields
        return side

    def take(self, name: str) -> tuple[Expression, Field]:
        """Removes and returns a column of USING. Raises 42702, 42703."""
        count = self.names.count(name)
        if count > 1:
            message = f'common column name "{name}" appears more than once in {self.which} table'
            raise DatabaseError("42702", message)
        if not count:
            message = (
                f'column "{name}" specified in USING clause does not exist in {self.which} table'
            )
            raise DatabaseError("42703", message)
        at = self.names.index(name)
        del self.names[at]
        return self.values.pop(at), self.fields.pop(at)


class _Merged:
    """The columns of a join as one item."""

    def __init__(self, level: Level, kind: str, left: _Side, right: _Side, node: Any) -> None:
        self._level = level
        self._kind = kind
        self._left = left
        self._right = right
        self._node = node
        self._fields: list[Field] = []
        self._values: list[Expression] = []

    def use(self, names: Sequence[str]) -> Expression | None:
        """Merges the columns of USING; returns the condition. Raises 42701, 42702, 42703."""
        for at, name in enumerate(names):
            if name in names[:at]:
                message = f'column name "{name}" appears more than once in USING clause'
                raise DatabaseError("42701", message)
        pairs = []
        for name in names:
            left, left_field = self._left.take(name)
            right, right_field = self._right.take(name)
            note_reads(self._level, left)
            note_reads(self._level, right)
            self._level.context.used_columns |= {
                (field.table_id, field.column_number)
                for field in (left_field, right_field)
                if field.table_id
            }
            pairs.append((name, left, right))
            self._add(name, (left, right), (left_field, right_field))
        tests: list[Expression] = [
            call_operator(self._level, "=", left, right, None) for _, left, right in pairs
        ]
        if len(tests) < 2:
            return tests[0] if tests else None
        return And(tuple(tests))

    def _add(
        self, name: str, pair: tuple[Expression, Expression], fields: tuple[Field, Field]
    ) -> None:
        target = select_common_type(pair, (None, None), "JOIN/USING")
        context = self._level.context
        left, right = [coerce_to_common(context, e, target, "JOIN/USING", None) for e in pair]
        typmod = common_typmod(pair, target)
        match self._kind:
            case "right":
                value = right
            case "full":
                value = Coalesce((left, right), target, typmod)
            case "inner" if not isinstance(left, ColumnRef) and isinstance(right, ColumnRef):
                value = right
            case _:
                value = left
        origin = fields[1] if value is right else fields[0]
        is_column = isinstance(value, ColumnRef)
        self._fields.append(
            replace(origin, name=name, type=value.type, typmod=value.typmod)
            if is_column
            else Field(name, target, typmod)
        )
        self._values.append(value)

    def items(self, left: Sequence[Item], right: Sequence[Item]) -> list[Item]:
        """Returns what names mean behind the join."""
        merged_count = len(self._fields)
        self._fields += [*self._left.fields, *self._right.fields]
        self._values += [*self._left.values, *self._right.values]
        alias = self._node.alias
        fields = tuple(self._fields)
        if alias is not None:
            given = alias.colnames or ()
            if len(given) > len(fields):
                raise DatabaseError(
                    "42P10",
                    f'join expression "{alias.aliasname}" has {len(fields)} columns available'
                    f" but {len(given)} columns specified",
                )
            fields = renamed(fields, alias, alias.aliasname)
        item = Item(-1, "unnamed_join", fields, values=tuple(self._values), is_plain=False)
        item.is_named = False
        if self._level.context.keeps_written:
            self._level.joins[id(self._node)] = item
        if alias is not None:
            item.alias, item.is_named = alias.aliasname, True
            return [item]
        parts = [*left, *right]
        for part in parts:
            part.is_visible = False
        using_alias = self._node.join_using_alias
        if using_alias is not None:
            name = using_alias.aliasname
            short = Item(-1, name, fields[:merged_count], is_visible=False, is_plain=False)
            short.values = tuple(self._values[:merged_count])
            check_names(parts, [short])
            parts.append(short)
        return [*parts, item]
