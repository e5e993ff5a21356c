"""The system relations that SQL reads: shapes, recorded rows, and rows built from the live catalog.

A builder is a function registered for a relation; it yields a mapping of column to value for each
row. What is left out is NULL, or nothing where NULL can't be. Relations without a builder have
their recorded rows, or none.

    @built("pg_catalog", "pg_sequence")
    def pg_sequence(moment: Moment) -> Iterator[Mapping[str, Any]]: ...

Rows that follow from the catalog alone are made once per catalog version and relation; with `by_path=True`
for each search path (names in texts, the session's temporary tables). Those with `live=True` (sessions,
locks, settings) are made for every statement.
"""

import importlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from compat.postgres import recorded
from compat.postgres.own_relations import SCHEMA as OWN_SCHEMA
from compat.postgres.own_relations import own_relation
from compat.postgres.recorded import PG_CATALOG, Row, Shape
from compat.postgres.system_views import query_of
from storage.catalog import Catalog
from storage.records import dataclass
from tsql.access.roles import get_first_role
from tsql.bound import CatalogRelation
from tsql.env import Env

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Moment:
    """What rows are made of: the catalog that the statement sees, and the session it runs in."""

    catalog: Catalog
    env: Env

    @property
    def session(self) -> Any:
        """The session's hooks (tsql.functions.session_hooks)."""
        return self.env.session


Builder = Callable[[Moment], Iterable[Values]]


@dataclass(frozen=True, slots=True)
class _Built:
    build: Builder
    live: bool
    by_path: bool


_BUILDERS: dict[tuple[str, str], _Built] = {}


def built(
    schema: str, name: str, *, live: bool = False, by_path: bool = False
) -> Callable[[Builder], Builder]:
    """Registers the builder of a relation's rows."""

    def register(build: Builder) -> Builder:
        assert (schema, name) not in _BUILDERS, name
        _BUILDERS[schema, name] = _Built(build, live, by_path)
        return build

    return register


class _Rows:
    """Gives a relation's rows to a statement."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._built = _BUILDERS.get((shape.schema, shape.name))
        self._has_recorded = recorded.has_rows(shape.name)
        #: The name of the first role, whose they are, and the rows.
        self._recorded: tuple[str, list[Row]] | None = None
        #: The versions of the catalog and of its statistics that they are made of, the path, the rows.
        self._made: tuple[tuple[Any, ...], list[Row]] | None = None

    def __call__(self, env: Env) -> Iterable[Row]:
        rows = self._rows(env)
        first = next(rows, None)  # What has to be waited for is asked for now.
        return () if first is None else itertools.chain((first,), rows)

    def _rows(self, env: Env) -> Iterator[Row]:
        if self._has_recorded:
            owner = get_first_role(env.session.catalog).name
            if self._recorded is None or self._recorded[0] != owner:
                self._recorded = owner, list(recorded.rows(self._shape, owner))
            yield from self._recorded[1]
        built = self._built
        if built is None:
            return
        catalog: Catalog = env.session.catalog
        moment = Moment(catalog, env)
        if built.live:
            yield from map(self._shape.row, built.build(moment))
            return
        path = env.search_path if built.by_path else ()
        version = catalog.version, env.session.analyzed_count, path
        if self._made is not None and self._made[0] == version:
            yield from self._made[1]
            return
        made = []
        for values in built.build(moment):
            made.append(self._shape.row(values))
            yield made[-1]
        self._made = version, made


class PostgresCatalogs:
    """pg_catalog and information_schema (tsql.system_catalogs.SystemCatalogs)."""

    def __init__(self) -> None:
        self._relations: dict[tuple[str, str], CatalogRelation] = {}

    def relation(self, schema: str, name: str) -> CatalogRelation | None:
        if schema == OWN_SCHEMA:
            return own_relation(name)
        found = self._relations.get((schema, name))
        if found is None:
            shape = recorded.shapes().get((schema, name))
            if shape is None:
                return None
            importlib.import_module("compat.postgres.load")
            readers = recorded.relation_readers().get(shape.oid)
            kind = "view" if shape.kind == "v" else "table"
            private = None if readers is None else f"{kind} {name}"
            query = None if (schema, name) in _BUILDERS else query_of(schema, name)
            found = CatalogRelation(
                name, name, shape.fields, _Rows(shape), private, query, readers or ()
            )
            self._relations[schema, name] = found
        return found

    def relation_id(self, schema: str, name: str) -> int | None:
        shape = recorded.shapes().get((schema, name))
        if shape is not None:
            return shape.oid
        return recorded.index_ids().get(name) if schema == PG_CATALOG else None

    def relation_name(self, oid: int) -> tuple[str, str] | None:
        return recorded.names_by_oid().get(oid)

    def function_roles(self, oid: int) -> tuple[str, ...] | None:
        return recorded.function_roles().get(oid)

    def type_id(self, schema: str, name: str) -> int | None:
        return recorded.type_ids().get((schema, name))

    def type_name(self, oid: int) -> str | None:
        return recorded.type_names().get(oid)


def rows_of(schema: str, name: str, moment: Moment) -> Iterator[Values]:
    """Yields the rows of another system relation, for builders of views over it."""
    shape = recorded.shapes()[schema, name]
    names = [column.name for column in shape.columns]
    for row in _Rows(shape)(moment.env):
        yield dict(zip(names, row, strict=True))
