"""What binding knows while it goes down a statement.

A `Context` is one statement's: catalog, environment, parameters. A `Level` is one query's, with its
FROM items and a link to the query around it; `Level.clause` says which clause is being bound, for
what may stand in it (no aggregates in WHERE) and for the words of those errors.
"""

import dataclasses
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import field
from typing import Any, Final, NamedTuple

from storage.catalog import Catalog, IndexRef, Relation
from storage.errors import DatabaseError
from storage.objects import CompositeType, View
from storage.records import dataclass
from storage.schema import Table
from tsql.access.privileges import Need
from tsql.access.roles import get_first_role
from tsql.binder.shown_names import name_types_for, type_name
from tsql.bound import (
    AggregateCall,
    BoundSelect,
    BoundStatement,
    CatalogRelation,
    ColumnRef,
    Expression,
    Field,
    FunctionCall,
    Param,
    Slot,
    ViewCheck,
    WindowCall,
)
from tsql.env import Env
from tsql.temporary import is_temporary
from tsql.types import oids
from tsql.types.kinds import element_type_of

#: (schema, name) -> the catalog table of that name, or None.
CatalogRelations = Callable[[str, str], CatalogRelation | None]


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a statement.

    Attributes:
        name: As errors call it.
        allows_aggregates: Whether it may hold aggregate calls.
        allows_sets: Whether it may hold set-returning functions.
        allows_windows: Whether it may hold window functions.
        no_subqueries: What errors call it where it may hold no subqueries.
    """

    name: str
    allows_aggregates: bool = False
    allows_sets: bool = False
    no_subqueries: str | None = None
    allows_windows: bool = False


SELECT: Final = Clause("SELECT", allows_aggregates=True, allows_sets=True, allows_windows=True)
WHERE: Final = Clause("WHERE")
HAVING: Final = Clause("HAVING", allows_aggregates=True)
GROUP_BY: Final = Clause("GROUP BY", allows_sets=True)
ORDER_BY: Final = Clause("ORDER BY", allows_aggregates=True, allows_sets=True, allows_windows=True)
DISTINCT_ON: Final = Clause(
    "DISTINCT ON", allows_aggregates=True, allows_sets=True, allows_windows=True
)
LIMIT: Final = Clause("LIMIT")
OFFSET: Final = Clause("OFFSET")
JOIN: Final = Clause("JOIN conditions")
WINDOW_DEFINITION: Final = Clause("window definitions", allows_aggregates=True)
WINDOW_ROWS: Final = Clause("window ROWS", allows_aggregates=True)
WINDOW_RANGE: Final = Clause("window RANGE", allows_aggregates=True)
WINDOW_GROUPS: Final = Clause("window GROUPS", allows_aggregates=True)
FROM_FUNCTION: Final = Clause("functions in FROM", allows_sets=True)
FILTER: Final = Clause("FILTER")
VALUES: Final = Clause("VALUES")
VALUES_OF_ONE_ROW: Final = Clause("VALUES", allows_sets=True)
INSERT: Final = Clause("INSERT", allows_aggregates=True, allows_sets=True)
UPDATE: Final = Clause("UPDATE")
RETURNING: Final = Clause("RETURNING")
MERGE_WHEN: Final = Clause("MERGE WHEN conditions")
CHECK: Final = Clause("check constraints", no_subqueries="check constraint")
GENERATED: Final = Clause(
    "column generation expressions", no_subqueries="column generation expression"
)
DEFAULT: Final = Clause("DEFAULT expressions", no_subqueries="DEFAULT expression")
INDEX: Final = Clause("index expressions", no_subqueries="index expression")
INDEX_PREDICATE: Final = Clause("index predicates", no_subqueries="index predicate")
TRANSFORM: Final = Clause("transform expressions", no_subqueries="transform expression")
EXECUTE: Final = Clause("EXECUTE parameters", no_subqueries="EXECUTE parameter")
COPY_WHERE: Final = Clause("COPY FROM WHERE conditions", no_subqueries="COPY FROM WHERE condition")


class NotWritable(NamedTuple):
    """Why a view's column can't be written to; the view may be one under that which is written to."""

    view: str
    column: str
    reason: str


@dataclass(slots=True)
class Through:
    """What is written through a view (tsql/binder/view_targets.py).

    Attributes:
        base: The table under it, relation 0.
        positions: Of each column of the view: its position in the table, or why it can't be written.
        defaults: Those that the views' columns have, by the table's position.
        own_defaults: What SET … = DEFAULT means: the outermost view's alone, NULL where it has none.
        lost_defaults: Columns that have a default and can't be written, so that nothing can be inserted;
            the outermost view's go first.
        conditions: Which of the table's rows it has.
        layers: From the table to the view: what is needed of each, and the numbers of its columns by
            the table's positions.
        reads: From the table to the view: what is needed of each view and of what it is over, and the ids of
            the columns that its query names there.
    """

    view: View
    base: "Item"
    positions: "tuple[int | NotWritable, ...]"
    defaults: dict[int, Expression] = field(default_factory=dict)
    own_defaults: dict[int, Expression] = field(default_factory=dict)
    lost_defaults: "list[NotWritable]" = field(default_factory=list)
    conditions: list[Expression] = field(default_factory=list)
    checks: list[ViewCheck] = field(default_factory=list)
    layers: list[tuple[Need, dict[int, int]]] = field(default_factory=list)
    reads: list[tuple[Need, Need, set[int]]] = field(default_factory=list)


@dataclass(slots=True)
class Item:
    """A FROM item (or a write's target) as names see it.

    Attributes:
        relation: Its number in ColumnRef.
        is_dynamic: Whether names that aren't declared are attributes.
        attributes: Those that the statement has named so far, in the order of their positions.
        is_visible: Whether its columns are found by their bare names.
        is_named: Whether it is found by its own name.
        is_scalar: Whether its row is a single value: FROM generate_series(1, 3) n.
        is_nullable: Whether it is on the side of an outer join that may have no row.
        values: Of a join's columns: what they are over its parts.
        is_plain: Whether it is a table under its own name, that may be written with its schema.
        is_target: Whether it is the table that is written to.
        is_stored: Whether a table's rows have system columns; EXCLUDED's don't yet.
        lateral_only: Whether it can be seen by LATERAL items only (FROM is being bound), and
            `lateral_ok` whether these may really use it.
        need: What the statement needs of it; columns are added to SELECT as they are named.
        through: If it is a view that is written to, what is written through it.
        parts: If it is a view or a subquery that is read, the items that it reads.
        row_of: The composite type that its rows have, or the table or view whose row type they have;
            None: they are records.
        whole: Of a relation in a view's query: all of it, as it is now.
    """

    relation: int
    alias: str
    columns: tuple[Field, ...]
    table: Table | None = None
    schema: str | None = None
    is_dynamic: bool = False
    attributes: list[str] = field(default_factory=list)
    is_visible: bool = True
    is_named: bool = True
    is_scalar: bool = False
    is_nullable: bool = False
    values: tuple[Expression, ...] | None = None
    is_plain: bool = True
    is_target: bool = False
    is_stored: bool = True
    lateral_only: bool = False
    lateral_ok: bool = True
    record_fields: tuple[tuple[str, int, int], ...] | None = None
    need: Need | None = None
    through: Through | None = None
    parts: list["Item"] = field(default_factory=list)
    row_of: Table | View | CompositeType | None = None
    whole: "Item | None" = None

    @property
    def base(self) -> "Item":
        """The table's item: itself, or that of the table under a view."""
        return self if self.through is None else self.through.base


@dataclass(slots=True)
class Cte:
    """A WITH query while its statement is being bound.

    Attributes:
        bind: Binds it, if nothing has yet (WITH RECURSIVE may refer to what comes later).
        depth: Of the recursive term's level.
        is_working: Whether references mean its own last rows: its recursive term is being bound.
        forbidden: Why it can't be referred to where binding is now.
        has_rows: Whether it gives any; an INSERT without RETURNING doesn't.
        uses: How often it was referred to.
        level: Of the query that it belongs to.
    """

    name: str
    number: int
    fields: tuple[Field, ...] = ()
    bind: Callable[[], None] | None = None
    depth: int = 0
    is_working: bool = False
    working_uses: int = 0
    forbidden: str | None = None
    has_rows: bool = True
    uses: int = 0
    level: "Level | None" = None


def _no_queries(*_args: Any) -> Any:
    raise AssertionError("nothing here binds queries")


FieldPlaces = list[tuple[Any, int, tuple[int, int]]]


class Context:
    """What is one statement's."""

    def __init__(
        self,
        catalog: Catalog,
        env: Env,
        parameter_types: list[int] | None,
        catalog_relations: CatalogRelations | None,
    ) -> None:
        self.catalog = catalog
        self.env = env
        name_types_for(env)
        self.catalog_relations = catalog_relations
        self._parameters = parameter_types
        self.tables: dict[int, int] = {}
        #: Names that the search path has gone past: another relation there would be found first.
        self.absent: set[tuple[str, str]] = set()
        self.reads_clock = False
        #: (relation id, column id) of what has been read by name or by `*`.
        self.used_columns: set[tuple[int, int]] = set()
        #: Tables whose primary key lets a grouped query name other columns.
        self.used_keys: set[int] = set()
        #: Views whose queries are being bound, from the outermost.
        self.views: list[View] = []
        #: Bind a query (True: keeping literals without a type), and any statement. Set by the
        #: module that knows them all; before, there can be no subqueries.
        self.bind_body: Callable[[Level, Any, bool], BoundSelect] = _no_queries
        self.bind_statement: Callable[[Level, Any], BoundStatement] = _no_queries
        self.bind_row_comparison: Callable[[Level, Any, Any, Any], Expression] = _no_queries
        self._numbers = itertools.count()
        #: Whose rights count: the user's, or those of the owner of the view that is being bound.
        self.acting_role: str | None = None
        self.needs: list[Need] = []
        self.unpopulated: str | None = None
        #: Whether bound nodes tell how they were written (tsql/binder/written.py).
        self.keeps_written = False
        #: Whether they tell of COLLATE, at least.
        self.keeps_collations = False
        #: Where fields are named, if that is asked for: a node, which of its names (-1: the function's), and the
        #: field as `used_columns` has it.
        self.field_places: FieldPlaces | None = None

    def new_number(self) -> int:
        """Returns a number for a slot or a WITH query, that nothing else in the statement has."""
        return next(self._numbers)

    def need(self, relation_id: int) -> Need:
        """Notes that the statement does something with a relation; the result says what."""
        need = Need(relation_id, self.acting_role)
        self.needs.append(need)
        return need

    def need_system_relation(self, relation: CatalogRelation) -> None:
        """Notes that the statement reads a system relation."""
        if relation.private is not None:
            need = self.need(0)
            need.private, need.readers = relation.private, relation.readers

    @contextmanager
    def inside(self, view: View) -> Iterator[None]:
        """Binds a view's query: literals are read as when it was made, rights are its owner's (or the user's)."""
        outer, used, role = self.env, (self.used_columns, self.used_keys), self.acting_role
        # Inside of another view, too, an invoker is who runs the statement.
        self.acting_role = None if view.reads_as_invoker else view.owner
        zone, style, order, intervals = view.settings
        self.env = dataclasses.replace(
            outer, time_zone=zone, date_style=style, date_order=order, interval_style=intervals
        )
        self.used_columns, self.used_keys = set(), set()
        self.views.append(view)
        try:
            yield
        finally:
            self.views.pop()
            self.env, self.acting_role = outer, role
            self.used_columns, self.used_keys = used

    @contextmanager
    def inside_system_view(self) -> Iterator[None]:
        """Binds the query of one of the system's views: its names are the system's, its rights the first role's."""
        outer, used, role = self.env, (self.used_columns, self.used_keys), self.acting_role
        self.acting_role = get_first_role(self.catalog).name
        self.env = dataclasses.replace(outer, search_path=("pg_catalog",))
        self.used_columns, self.used_keys = set(), set()
        try:
            yield
        finally:
            self.env, self.acting_role = outer, role
            self.used_columns, self.used_keys = used

    def find_relation(self, schema: str | None, name: str) -> Relation | None:
        """Returns the relation of a name, by the search path if no schema is given.

        The statement relies on it from then on: it is bound again when the relation changes.
        """
        for candidate in self.env.schemas(schema):
            found = self.catalog.relation(candidate, name)
            if found is None:
                self.absent.add((candidate, name))
                continue
            if is_temporary(candidate) and candidate != self.env.temporary_schema:
                message = "cannot access temporary tables of other sessions"
                raise DatabaseError("0A000", message)
            if not isinstance(found, IndexRef):
                self.tables[found.id] = found.version
            return found
        return None

    def rely_on(self, object_id: int) -> None:
        """Notes a relation or type that the statement holds the OID of."""
        object_id = element_type_of(object_id) or object_id
        version = self.catalog.version_of(object_id)
        if version is not None:
            self.tables[object_id] = version

    # ---- parameters ------------------------------------------------------------------------------

    def parameter(self, number: int, place: int | None) -> Param:
        """Returns $number, of type UNKNOWN if nothing has given it one yet. Raises 42P02."""
        known = self._parameters
        if known is None or number < 1 or number > 65535:
            raise DatabaseError(
                "42P02",
                f"there is no parameter ${number}",
                position=None if place is None else place + 1,
            )
        while len(known) < number:
            known.append(oids.UNKNOWN)
        return Param(number, known[number - 1] or oids.UNKNOWN)

    def infer_parameter(self, param: Param, type_: int, position: int | None) -> Param:
        """Gives a parameter of unknown type this one. Raises 42P08 if it has another already."""
        assert self._parameters is not None
        known = self._parameters[param.number - 1]
        if known in {0, oids.UNKNOWN}:
            self._parameters[param.number - 1] = type_
        elif known != type_:
            raise DatabaseError(
                "42P08",
                f"inconsistent types deduced for parameter ${param.number}",
                detail=f"{type_name(known)} versus {type_name(type_)}",
                position=position,
            )
        return Param(param.number, type_)

    def parameter_types(self) -> tuple[int, ...]:
        """Returns all parameters' types. Raises 42P18 for one that nothing has determined."""
        for number, type_ in enumerate(self._parameters or (), 1):
            if type_ in {0, oids.UNKNOWN}:
                raise DatabaseError(
                    "42P18", f"could not determine data type of parameter ${number}"
                )
        return tuple(self._parameters or ())


@dataclass(slots=True)
class Level:
    """One query: its FROM items, and what its expressions have been found to hold.

    Attributes:
        items: What names can mean now: the FROM items, while FROM is bound those before.
        relations: All relations of FROM, by their numbers.
        hidden: Items that the query has but this part of it can't name; errors hint at them.
        is_lateral: Whether what is being bound sees the FROM items before it.
        slots, outer: Values of the queries around this one that it uses: where it finds them, and
            what they are to the parent.
        ctes: WITH queries by name, for this query and those inside it.
        named_windows: The WINDOW clause, by name.
        sets: Set-returning functions of the target list; SetRef counts them.
        set_nodes: Where each of them was written.
        places: By id of a ColumnRef or AggregateCall that stands in an expression: where it was
            written, for errors that only show when the whole query is known.
        is_recursive: Whether it reads the last rows of a recursive WITH query.
        is_top: Whether it is the whole statement's, where WITH may change data.
        depth: How many expressions' subqueries it is inside of.
        no_sets_in: The construct being bound in which no set-returning function may be: CASE.
        group_positions: Which key each of GROUP BY's expressions is, in the order in which they are written.
        joins: By id of the node of a join that has columns of its own: these.
    """

    context: Context
    bind: Callable[["Level", Any], Expression]
    bind_select: Callable[["Level", Any], BoundSelect]
    parent: "Level | None" = None
    items: list[Item] = field(default_factory=list)
    relations: list[Item] = field(default_factory=list)
    hidden: list[Item] = field(default_factory=list)
    is_lateral: bool = False
    slots: list[int] = field(default_factory=list)
    outer: list[Expression] = field(default_factory=list)
    clause: Clause = SELECT
    ctes: dict[str, Cte] = field(default_factory=dict)
    own_ctes: list[Any] = field(default_factory=list)
    sets: list[FunctionCall] = field(default_factory=list)
    set_nodes: list[Any] = field(default_factory=list)
    named_windows: dict[str, Any] = field(default_factory=dict)
    has_aggregates: bool = False
    places: dict[int, Any] = field(default_factory=dict)
    kept: list[Expression] = field(default_factory=list)
    no_sets_in: str | None = None
    is_recursive: bool = False
    is_top: bool = False
    depth: int = 0
    group_positions: tuple[int, ...] = ()
    joins: dict[int, Item] = field(default_factory=dict)

    def child(self) -> "Level":
        """Returns the level of a query inside this one, that sees this one's items."""
        return Level(
            self.context,
            self.bind,
            self.bind_select,
            self,
            ctes=dict(self.ctes),
            depth=self.depth + 1,
        )

    def beside(self) -> "Level":
        """Returns the level of a query inside this one that doesn't see this one's items.

        A subquery in FROM, an arm of a UNION, a WITH query. What it uses of the queries around is
        this one's business too.
        """
        return Level(
            self.context,
            self.bind,
            self.bind_select,
            self.parent,
            hidden=[*self.relations, *self.hidden],
            slots=self.slots,
            outer=self.outer,
            ctes=dict(self.ctes),
            depth=self.depth,
        )

    def outer_value(self, expression: Expression, name: str) -> Slot:
        """Returns where this query finds a value of the query around it."""
        for slot, known in zip(self.slots, self.outer, strict=True):
            if known == expression:
                return Slot(slot, name, expression.type, expression.typmod)
        self.slots.append(self.context.new_number())
        self.outer.append(expression)
        return Slot(self.slots[-1], name, expression.type, expression.typmod)

    def mark(self) -> list[int]:
        """Returns what `forget` takes, to undo the binding of what belongs to an outer query."""
        marks = []
        at = self
        while at.parent is not None:
            marks.append(len(at.slots))
            at = at.parent
        return marks

    def forget(self, mark: list[int]) -> None:
        """Forgets the outer values that were used since the mark."""
        at = self
        for count in mark:
            del at.slots[count:]
            del at.outer[count:]
            assert at.parent is not None
            at = at.parent

    @contextmanager
    def within(self, clause: Clause) -> Iterator[None]:
        """Binds a clause."""
        before, self.clause = self.clause, clause
        try:
            yield
        finally:
            self.clause = before

    def expression(self, node: Any, clause: Clause) -> Expression:
        """Binds an expression of a clause."""
        before, self.clause = self.clause, clause
        try:
            return self.bind(self, node)
        finally:
            self.clause = before

    def remember(self, expression: ColumnRef | AggregateCall | WindowCall, node: Any) -> None:
        """Notes where an expression stands."""
        self.kept.append(expression)
        self.places[id(expression)] = node

    def place_of(self, expression: Expression) -> Any:
        """Returns the node that the expression was bound from, or None."""
        return self.places.get(id(expression))
