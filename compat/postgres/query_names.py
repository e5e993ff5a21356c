"""What a query that is shown calls its relations and columns: no name twice where both could be meant.

    SELECT … FROM t, (SELECT … FROM t)     the inner one is shown as t_1
    a JOIN b USING (x)                     x is x on both sides, or gets an alias that is

The rules are PostgreSQL's (set_deparse_for_query of utils/adt/ruleutils.c): relations in the order in which
they were written, those of the queries around first; a column of USING before all others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import Any

from storage.records import dataclass
from tsql.bound import BoundSelect, ColumnRef, Expression, Relation


@dataclass(slots=True, eq=False)
class Source:
    """A FROM item, or a join of two.

    Attributes:
        number: By which columns refer to it; -1 for a join.
        alias: That somebody has written, with the names that it gives to columns.
        default: Its name if it has no alias; None for a join.
        real: Its columns' own names; what `positions` count.
        positions: Of its columns when the query was made, in order.
        known: What these were called then.
        is_aliased: Whether its columns' aliases are shown, changed or not.
        name: What the query calls it; "" for a join without an alias.
        columns: What it calls its columns.
        shown: All columns that it has by now, and which of the query's each is; None: it is new.
        using: Of a join: its columns of USING.
        pairs: Of a join's columns: of which of the left one's they are, and which of the right one's.
        values: Of a join's columns: what they are, if USING has made some of them.
    """

    node: Any
    relation: Relation
    number: int = -1
    alias: str | None = None
    aliases: tuple[str, ...] = ()
    default: str | None = None
    real: tuple[str, ...] = ()
    positions: tuple[int, ...] = ()
    known: tuple[str, ...] = ()
    is_aliased: bool = False
    is_function: bool = False
    name: str = ""
    columns: list[str | None] = field(default_factory=list)
    shown: list[tuple[str, int | None]] = field(default_factory=list)
    shows_columns: bool = False
    reserved: tuple[str, ...] = ()
    left: "Source | None" = None
    right: "Source | None" = None
    using: list[str] = field(default_factory=list)
    pairs: list[tuple[int | None, int | None]] = field(default_factory=list)
    values: tuple[Expression, ...] = ()

    def parts(self) -> Iterator["Source"]:
        """Yields the items under a join and the joins, from left to right, each after its parts."""
        if self.left is not None and self.right is not None:
            yield from self.left.parts()
            yield from self.right.parts()
        yield self

    def value(self, at: int) -> Expression | tuple[int, int] | None:
        """Returns what the n-th column is: a column (relation, position), or what USING has made."""
        if self.left is None or self.right is None:
            return self.number, self.positions[at]
        if self.values:
            value = self.values[at]
            return (value.relation, value.position) if isinstance(value, ColumnRef) else value
        left, right = self.pairs[at]
        if left is not None:
            return self.left.value(left)
        return None if right is None else self.right.value(right)


class Scope:
    """The names of one query."""

    def __init__(
        self, select: BoundSelect, sources: list[Source], parent: "Scope | None", *, is_rule: bool
    ) -> None:
        self.select = select
        self.sources = sources
        self.parent = parent
        #: Values of the query around that this one uses: slot -> what it is there, and where that is.
        self.outer: dict[int, tuple[Expression, Scope]] = {}
        #: Joins that are being printed, whose aliases don't hide what is inside them.
        self.entered: list[Source] = []
        taken: set[str] = set() if parent is None else set(parent.taken)
        self.taken: set[str] = taken | {"old", "new"} if is_rule else taken
        self._counters: dict[str, int] = {}
        self._using: list[str] = []
        self._all = [part for source in sources for part in source.parts()]
        self._is_global = any(_is_dangerous(part) for part in self._all)
        self.leaves = {part.number: part for part in self._all if part.number >= 0}
        for part in self._all:
            self._name(part)
        for source in sources:
            self._choose_using(source, ())
        for part in self._all:
            self._choose_columns(part)

    # ---- relations -------------------------------------------------------------------------------

    def _name(self, source: Source) -> None:
        wanted = source.default if source.alias is None else source.alias
        if wanted is None:
            return
        name = wanted
        while name in self.taken:
            self._counters[wanted] = self._counters.get(wanted, 0) + 1
            name = f"{wanted}_{self._counters[wanted]}"
        self.taken.add(name)
        source.name = name

    # ---- columns ---------------------------------------------------------------------------------

    def _unique(self, wanted: str, source: Source, others: Sequence[str] = ()) -> str:
        taken = {*source.columns, *self._using, *source.reserved, *others}
        name, number = wanted, 0
        while name in taken:
            number += 1
            name = f"{wanted}_{number}"
        return name

    def _choose_using(self, join: Source, reserved: tuple[str, ...]) -> None:
        """Chooses the names of USING's columns, and gives them to both sides."""
        left, right = join.left, join.right
        if left is None or right is None:
            return
        _extend(join)
        if join.alias is None:
            for name, pair in zip(join.columns, join.pairs, strict=False):
                if name is not None:
                    _push(left, right, pair, name)
        for at, written in enumerate(join.using):
            name = join.columns[at]
            if name is None:
                wanted = join.aliases[at] if at < len(join.aliases) else written
                name = self._unique(wanted, join)
                if self._is_global:
                    self._using.append(name)
                join.columns[at] = name
            join.using[at] = name
            reserved = (*reserved, name)
            _push(left, right, join.pairs[at], name)
        left.reserved = right.reserved = reserved
        self._choose_using(left, reserved)
        self._choose_using(right, reserved)

    def _choose_columns(self, source: Source) -> None:
        if source.left is None or source.right is None:
            self._choose_own(source)
        else:
            self._choose_joined(source, source.left, source.right)

    def _choose_own(self, source: Source) -> None:
        _extend(source)
        aliases = dict(zip(source.positions, source.aliases, strict=False))
        changed = False
        for at, real in enumerate(source.real):
            name = source.columns[at]
            if name is None:
                name = self._unique(aliases.get(at, real), source)
                source.columns[at] = name
            changed = changed or name != real
        source.shows_columns = source.is_aliased or changed
        known = {position: at for at, position in enumerate(source.positions)}
        source.shown = [(str(name), known.get(at)) for at, name in enumerate(source.columns)]

    def _choose_joined(self, join: Source, left: Source, right: Source) -> None:
        _extend(join)
        for at in range(len(join.using), len(join.pairs)):
            from_left, from_right = join.pairs[at]
            child = left.columns[_slot(left, from_left)] if from_left is not None else None
            if from_right is not None and child is None:
                child = right.columns[_slot(right, from_right)]
            assert child is not None
            if join.alias is None:
                join.columns[at] = child
                continue
            if join.columns[at] is None:
                wanted = join.aliases[at] if at < len(join.aliases) else child
                join.columns[at] = self._unique(wanted, join)
            join.shows_columns = join.shows_columns or join.columns[at] != child
        join.shown = [(str(join.columns[at]), at) for at in range(len(join.using))]
        self._show_joined(join, left, 0)
        self._show_joined(join, right, 1)

    def _show_joined(self, join: Source, side: Source, which: int) -> None:
        """Adds a side's columns to those of the join, without those of USING."""
        places = {pair[which]: at for at, pair in enumerate(join.pairs) if pair[which] is not None}
        for name, at in side.shown:
            if at is not None:
                place = places[at]
                if place >= len(join.using):
                    join.shown.append((str(join.columns[place]), place))
                continue
            new = name
            if join.alias is not None:
                taken = [each for each, _ in join.shown]
                new = self._unique(name, join, taken)
                join.shows_columns = join.shows_columns or new != name
            join.shown.append((new, None))

    # ---- references ------------------------------------------------------------------------------

    def _outermost_alias(self, inside: Source) -> Source | None:
        """Returns the aliased join that hides an item."""
        for source in self._all[::-1]:
            if source.left is None or source.alias is None or source in self.entered:
                continue
            if any(part is inside for part in source.parts() if part is not source):
                return source
        return None

    def column(self, relation: int, position: int) -> tuple[str, str]:
        """Returns what a column and what it is in are called; "" where the column's name is enough."""
        leaf = self.leaves[relation]
        join = self._outermost_alias(leaf)
        if join is not None:
            for at in range(len(join.pairs)):
                if join.value(at) == (relation, position):
                    return join.name, str(join.columns[at])
        return leaf.name, str(leaf.columns[position])

    def merged(self, expression: Expression) -> tuple[str, str] | None:
        """Returns what a column is called that USING has made of two; None if the expression isn't one."""
        for source in self._all:
            for at, value in enumerate(source.values):
                if value is not expression or isinstance(value, ColumnRef):
                    continue
                join = self._outermost_alias(source) or source
                if join is source and source in self.entered:
                    continue
                for number in range(len(join.pairs)):
                    if join.value(number) is expression:
                        return join.name, str(join.columns[number])
                return source.name, str(source.columns[at])
        return None


def _is_dangerous(source: Source) -> bool:
    """Returns whether a join has a column of its own and no name to call it by."""
    merged = source.values[: len(source.using)]
    return source.alias is None and any(not isinstance(value, ColumnRef) for value in merged)


def _extend(source: Source) -> None:
    count = len(source.real) if source.left is None else len(source.pairs)
    source.columns += [None] * (count - len(source.columns))


def _slot(source: Source, at: int) -> int:
    """Returns where the n-th column that was known when the query was made is now."""
    return source.positions[at] if source.left is None else at


def _push(left: Source, right: Source, pair: tuple[int | None, int | None], name: str) -> None:
    for source, at in zip((left, right), pair, strict=True):
        if at is not None:
            _extend(source)
            source.columns[_slot(source, at)] = name
