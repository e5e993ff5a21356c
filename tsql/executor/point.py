"""Point statements: one row by its whole key, in autocommit, without a transaction.

This is the hot path. A statement of the right shape is compiled once into closures: parameters to
key bytes, one call to the store, bytes to a row. Reads look at the newest snapshot of synced
commits; writes are point operations (storage/kv/store.py), durable when they return. Whatever
doesn't fit at run time (a row lock in the way, a new attribute) makes `run` return None: the
statement then goes the general way, in a transaction.

| statement                                   | runs as                                        |
|---------------------------------------------|------------------------------------------------|
| SELECT … WHERE key = …                      | one get                                        |
| SELECT … WHERE key IN (…), unique index = … | a few gets, or two                             |
| SELECT … WHERE a range of keys              | one short scan; a long one is left to the rest |
| INSERT … VALUES, up to 100 rows             | one point operation                            |
| UPDATE, DELETE … WHERE key = …              | one point operation                            |
"""

import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeVar

from storage.kv.store import Entry, NeedsTransaction, Newest, Retry
from storage.lock_modes import LockMode
from storage.point import Evaluated
from storage.table import StaleTable, TableAccess
from storage.tables import Tables
from tsql.answer import WriteResult
from tsql.bound import Expression, FunctionCall
from tsql.env import Env
from tsql.executor.access import Predicate, row_maker
from tsql.executor.attributes import assigned_types, inserted_types
from tsql.executor.expressions import compile_expression, compile_predicate
from tsql.executor.keys import ranges, whole_key, whole_keys
from tsql.executor.new_rows import RowChecks, RowForms, new_row_maker, row_changer
from tsql.executor.projections import Projection, projection
from tsql.executor.run import Row
from tsql.executor.waits import MustWaitError, sequences_of
from tsql.functions.registry import NEXT_VALUES
from tsql.planner import plan
from tsql.planner.plan import AccessPath, Node
from tsql.planner.row_layout import width_of
from tsql.planner.statement_plan import Plan
from tsql.planner.walk import is_immutable, is_volatile, walk

#: Items that a statement may read, or rows that it may insert, in one go: some 1 ms of the loop.
POINT_ITEMS_MAX: Final = 100

T = TypeVar("T")


class Locks(Protocol):
    """The store's lock table, as far as point reads need it."""

    @property
    def is_idle(self) -> bool:
        """Whether nobody holds any lock."""

    def is_free(self, key: bytes) -> bool:
        """Returns whether nobody holds or awaits the key."""


class PointStore(Protocol):
    """The embedded store, or a transaction of it, as far as point statements need it."""

    @property
    def locks(self) -> Locks: ...

    def get_now(self, key: bytes) -> bytes | None:
        """Returns what a statement sees under the key."""

    def scan_now(
        self, start: bytes, end: bytes, limit: int, *, reverse: bool = False
    ) -> list[Entry]:
        """Returns at most `limit` (<= 1000) entries that a statement sees."""

    def point_now(
        self,
        keys: Sequence[bytes],
        operation: Callable[[Newest], T],
        *,
        mode: LockMode = LockMode.UPDATE,
        shared: Sequence[bytes] = (),
    ) -> Evaluated[T] | None:
        """Runs a point operation; None if one of the keys isn't free. Raises Retry.

        A transaction locks the keys, in that mode, and those that must stay as they are.
        """


class PointSelect:
    """A SELECT that a few gets answer."""

    __slots__ = (
        "_decode",
        "_items",
        "_limit",
        "_offset",
        "_predicate",
        "_project",
        "_readers_key",
    )

    def __init__(self, path: AccessPath, project: Projection | None, tables: Tables) -> None:
        access = tables.access(path.relation.table)
        self._readers_key = access.readers_key
        self._decode = row_maker(path.relation, access, path.columns)
        self._predicate = None if path.filter is None else compile_predicate(path.filter)
        self._project = project
        self._items = _item_getter(path, access)
        self._limit: int | None = None
        self._offset = 0

    def limited(self, limit: int | None, offset: int) -> "PointSelect":
        self._limit, self._offset = limit, offset
        return self

    def run(self, store: PointStore, env: Env) -> list[Row] | None:
        """Returns the rows, or None if there may be too many, or the table's lock is in the way."""
        locks = store.locks
        if not locks.is_idle and not locks.is_free(self._readers_key):
            return None
        items = self._items(store, env)
        if items is None:
            return None
        decode, predicate, project = self._decode, self._predicate, self._project
        rows = [decode(item) for item in items]
        if predicate is not None:
            rows = [row for row in rows if predicate(row, env)]
        if self._limit is not None or self._offset:
            end = None if self._limit is None else self._offset + self._limit
            rows = rows[self._offset : end]
        if project is not None:
            rows = [project(row, env) for row in rows]
        return rows


ItemGetter = Callable[[PointStore, Env], Sequence[bytes] | None]


def _item_getter(path: AccessPath, access: TableAccess) -> ItemGetter:
    match path:
        case plan.Get():
            return _by_key(whole_key(access.code, path.key))
        case plan.MultiGet():
            return _by_keys(whole_keys(access.code, path.key, reverse=path.reverse))
        case plan.IndexGet():
            return _by_unique_index(path, access)
        case plan.KeyRange():
            make = ranges(access.code, path.key, path.span, reverse=path.reverse)
            return _by_ranges(make, reverse=path.reverse)
        case _:
            raise AssertionError(f"{type(path).__name__} is no point read")


def _by_key(make_key: Callable[[Env], bytes | None]) -> ItemGetter:
    def get(store: PointStore, env: Env) -> Sequence[bytes]:
        key = make_key(env)
        item = None if key is None else store.get_now(key)
        return () if item is None else (item,)

    return get


def _by_keys(make_keys: Callable[[Env], list[bytes]]) -> ItemGetter:
    def get(store: PointStore, env: Env) -> Sequence[bytes] | None:
        keys = make_keys(env)
        if len(keys) > POINT_ITEMS_MAX:
            return None
        return [item for key in keys if (item := store.get_now(key)) is not None]

    return get


def _by_unique_index(path: plan.IndexGet, access: TableAccess) -> ItemGetter:
    index = access.index_access(path.index.id)
    make_key = whole_key(index.code, path.key)
    prefix = access.prefix

    def get(store: PointStore, env: Env) -> Sequence[bytes]:
        key = make_key(env)
        value = None if key is None else store.get_now(key)
        if key is None or value is None:
            return ()
        item = store.get_now(prefix + index.primary_key((key, value)))
        return () if item is None else (item,)

    return get


def _by_ranges(make: Callable[[Env], list[tuple[bytes, bytes]]], *, reverse: bool) -> ItemGetter:
    def get(store: PointStore, env: Env) -> Sequence[bytes] | None:
        items: list[bytes] = []
        for start, end in make(env):
            found: list[Entry] = store.scan_now(
                start, end, POINT_ITEMS_MAX + 1 - len(items), reverse=reverse
            )
            items += [item for _, item in found]
            if len(items) > POINT_ITEMS_MAX:
                return None
        return items

    return get


# ---- writes ------------------------------------------------------------------------------------


class PointWrite(Protocol):
    """A write that one point operation does.

    Attributes:
        sequences: OIDs of the sequences that it takes values of, and how many of each; they are to
            be reserved before it runs.
        may_defer: Whether a transaction may leave a constraint's test for later.
    """

    sequences: Mapping[int, int]
    may_defer: bool

    def run(self, store: PointStore, env: Env) -> Evaluated[WriteResult] | None:
        """Returns what it has done, to be told when that is durable; None: it has to go another way.

        Raises MustWaitError, StaleTable.
        """


def _evaluated(
    store: PointStore,
    keys: list[bytes],
    operation: Callable[[Newest], WriteResult],
    mode: LockMode = LockMode.UPDATE,
    shared: Sequence[bytes] = (),
) -> Evaluated[WriteResult] | None:
    """Runs the operation, with as many keys as it asks for; None if one of them isn't free."""
    while True:
        try:
            evaluated = store.point_now(keys, operation, mode=mode, shared=shared)
        except Retry as retry:
            keys[:] = retry.keys
            continue
        match None if evaluated is None else evaluated.error:
            case None:
                return evaluated
            case NeedsTransaction():
                return None
            case StaleTable() as error:
                raise error
            case _:
                return evaluated


class PointInsert:
    """INSERT of a few rows."""

    def __init__(self, node: plan.Insert, tables: Tables) -> None:
        assert isinstance(node.source, plan.Values)
        self._access = tables.access(node.relation.table)
        self._forms = RowForms(node.relation, inserted_types(node))
        self._values = [projection(row) for row in node.source.rows]
        self.sequences: Mapping[int, int] = Counter(
            sequences_of(itertools.chain(*node.source.rows))
            + sequences_of(node.defaults) * len(self._values)
        )
        self._make = new_row_maker(node.relation, node.positions, node.defaults)
        self._checks = RowChecks(node.relation.table, node.checks, node.positions)
        self._returning = _returning(node.returning, width_of(node.relation))
        self.may_defer = any(key.timing.deferrable for key in node.relation.table.foreign_keys)

    def run(self, store: PointStore, env: Env) -> Evaluated[WriteResult] | None:
        access, forms, checks = self._access, self._forms, self._checks
        make, returning = self._make, self._returning
        if not access.has_keys(len(self._values)):
            raise MustWaitError(access.refill_keys)  # before a sequence has given a value in vain
        rows: list[list[Any]] = []
        stored: list[tuple[bytes, Row]] = []
        keys: list[bytes] = []
        referenced: list[bytes] = []
        for values in self._values:
            row = make(() if values is None else values((), env), env)
            checks.fill(row, env)  # Its keys may be made of generated columns.
            rows.append(row)
            if not _has_key(access, row):
                # NOT NULL will say so, in its turn.
                stored.append((b"", row))
                continue
            new = forms.stored(row)
            key = access.new_key_now(new)
            assert key is not None
            stored.append((key, new))
            keys += access.insert_keys(key, new)
            if access.constraints is not None:
                referenced += access.constraints.keys_of(new)

        def insert(newest: Newest) -> WriteResult:
            held = [*keys, *referenced] if referenced else keys
            for (key, new), row in zip(stored, rows, strict=True):
                checks.test(row, env)
                access.insert_point(newest, key, new, held)
            return WriteResult(len(rows), returning(rows, env))

        return _evaluated(store, keys, insert, shared=referenced)


def _has_key(access: TableAccess, row: Row) -> bool:
    return None not in [row[position] for position in access.key_positions]


class PointUpdate:
    """UPDATE of one row by its key."""

    def __init__(self, node: plan.Update, tables: Tables) -> None:
        self.sequences: Mapping[int, int] = MappingProxyType({})
        self.may_defer = False
        path = node.source
        assert isinstance(path, plan.Get)
        self._access = tables.access(path.relation.table)
        self._forms = RowForms(path.relation, assigned_types(node.assignments))
        self._make_key = whole_key(self._access.code, path.key)
        self._predicate = None if path.filter is None else compile_predicate(path.filter)
        self._change = row_changer(node.assignments)
        given = [item.position for item in node.assignments]
        self._checks = RowChecks(path.relation.table, node.checks, given)
        self._returning = _returning(node.returning, width_of(path.relation))

    def run(self, store: PointStore, env: Env) -> Evaluated[WriteResult] | None:
        access, forms, predicate = self._access, self._forms, self._predicate
        change, checks, returning = self._change, self._checks, self._returning
        key = self._make_key(env)
        if key is None:
            return _NOTHING
        held = [key, access.exclusive_key]

        def update(newest: Newest) -> WriteResult:
            old = access.get_point(newest, key)
            if old is None:
                return WriteResult(0, [])
            seen = forms.seen(old)
            if predicate is not None and not predicate(seen, env):
                return WriteResult(0, [])
            new = change(seen, seen, env)
            checks.test(new, env)
            stored = forms.stored(new, old[-1] if forms.is_dynamic else None)
            access.update_point(newest, key, old, stored, held)
            return WriteResult(1, returning([new], env))

        return _evaluated(store, held, update, LockMode.NO_KEY_UPDATE)


class PointDelete:
    """DELETE of one row by its key."""

    def __init__(self, node: plan.Delete, tables: Tables) -> None:
        self.sequences: Mapping[int, int] = MappingProxyType({})
        self.may_defer = False
        path = node.source
        assert isinstance(path, plan.Get)
        self._access = tables.access(path.relation.table)
        self._forms = RowForms(path.relation)
        self._make_key = whole_key(self._access.code, path.key)
        self._predicate: Predicate | None = (
            None if path.filter is None else compile_predicate(path.filter)
        )
        self._returning = _returning(node.returning, width_of(path.relation))

    def run(self, store: PointStore, env: Env) -> Evaluated[WriteResult] | None:
        access, forms, predicate = self._access, self._forms, self._predicate
        returning = self._returning
        key = self._make_key(env)
        if key is None:
            return _NOTHING
        held = [key, access.exclusive_key]

        def delete(newest: Newest) -> WriteResult:
            old = access.get_point(newest, key)
            if old is None:
                return WriteResult(0, [])
            seen = forms.seen(old)
            if predicate is not None and not predicate(seen, env):
                return WriteResult(0, [])
            access.delete_point(newest, key, old, held)
            return WriteResult(1, returning([seen], env))

        return _evaluated(store, held, delete)


#: No row can have the key: there is nothing to look at, and nothing to wait for.
_NOTHING: Final = Evaluated(WriteResult(0, []), None, None)


def _returning(targets: Sequence[Any], width: int) -> Callable[[Sequence[Row], Env], list[Row]]:
    if not targets:
        return lambda _rows, _env: []
    project = projection([target.expression for target in targets], width)
    if project is None:
        return lambda rows, _env: list(rows)
    return lambda rows, env: [project(row, env) for row in rows]


# ---- which statements --------------------------------------------------------------------------

_POINT_READS = (plan.Get, plan.MultiGet, plan.IndexGet, plan.KeyRange)


def point_select(whole: Plan, tables: Tables) -> PointSelect | None:
    """Returns the point form of a SELECT, or None if it has none."""
    if whole.subqueries or whole.correlated:
        return None
    node: Node = whole.root
    if not isinstance(node, plan.Project):
        return None
    targets, node = node.targets, node.source
    if any(map(_must_not_run_here, targets)):
        return None
    limit: int | None = None
    offset = 0
    if isinstance(node, plan.Limit):
        counts = _constant_counts(node)
        if counts is None:
            return None
        limit, offset = counts
        node = node.source
    if not isinstance(node, _POINT_READS):
        return None
    if node.filter is not None and _must_not_run_here(node.filter):
        return None
    project = projection(targets, width_of(node.relation))
    return PointSelect(node, project, tables).limited(limit, offset)


#: Volatile functions that do nothing beside giving a value.
_HARMLESS: Final = NEXT_VALUES | {"drandom", "gen_random_uuid", "clock_timestamp"}


def _must_not_run_here(expression: Expression) -> bool:
    """Returns whether a function in it may change its session, or have it wait."""
    return any(
        isinstance(node, FunctionCall)
        and node.proc.volatility == "v"
        and node.proc.src not in _HARMLESS
        for node in walk(expression)
    )


def _constant_counts(node: plan.Limit) -> tuple[int | None, int] | None:
    values = []
    for expression in (node.limit, node.offset):
        if expression is not None and not is_immutable(expression):
            return None
        values.append(None if expression is None else compile_expression(expression)((), Env()))
    limit, offset = values
    if (limit is not None and limit < 0) or (offset is not None and offset < 0):
        return None
    return limit, offset or 0


def point_write(whole: Plan, tables: Tables) -> PointWrite | None:
    """Returns the point form of a write, or None if it has none."""
    if whole.subqueries or whole.correlated:
        return None
    returning = getattr(whole.root, "returning", ())
    if any(is_volatile(target.expression) for target in returning):
        return None
    match whole.root:
        case plan.Insert(source=plan.Values(rows=rows), on_conflict=None) as node:
            table = node.relation.table
            values = itertools.chain(*rows, node.defaults)
            if not _may_be_point(node, len(rows)) or any(map(_must_not_run_here, values)):
                return None
            insert = PointInsert(node, tables)
            # It would be done again in a transaction, with other values of its sequences.
            is_late = any(key.timing.initially_deferred for key in table.foreign_keys)
            return None if insert.sequences and is_late else insert
        case plan.Update(source=plan.Get(), gate=None) as node:
            expressions = [item.expression for item in node.assignments]
            return None if any(map(is_volatile, expressions)) else PointUpdate(node, tables)
        case plan.Delete(source=plan.Get(relation=relation), gate=None) as node:
            # What refers to its rows has to be looked for.
            return None if relation.table.referenced_by else PointDelete(node, tables)
        case _:
            return None


def _may_be_point(node: plan.Insert, row_count: int) -> bool:
    """Returns whether an INSERT names all the keys that it relies on."""
    table = node.relation.table
    if row_count > POINT_ITEMS_MAX or any(index.timing.deferrable for index in table.indexes):
        return False
    return all(
        key.referenced_index_id is None and (row_count == 1 or key.referenced_table_id != table.id)
        for key in table.foreign_keys
    )
