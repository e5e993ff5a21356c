"""A field's new name in the texts of the catalog that read it: (r).x, or x(r).

PostgreSQL keeps expressions as trees that name fields by number. Here they are texts: the binder tells where one of
them means the field.
"""

from collections import defaultdict
from typing import Any, Final

from msgspec.structs import replace

from storage.objects import DomainCheck, DomainType, View
from storage.schema import Table
from tsql.binder.context import FieldPlaces
from tsql.binder.defaults import domain_table, fields_in_expression
from tsql.binder.names import column_name
from tsql.binder.statements import fields_in_query
from tsql.binder.views import SYNTAX_SCHEMA, parsed_view
from tsql.ddl.context import Ddl
from tsql.ddl.domain_values import renew_tables
from tsql.ddl.texts import with_texts
from tsql.deparse import deparse
from tsql.executor.user_types import register_type
from tsql.parser import Constant, ast, enums, parse_expression, with_fields

_SQL_SYNTAX: Final = enums.CoercionForm.COERCE_SQL_SYNTAX


class FieldRename:
    """What else changes when a field gets another name. `field`: type or relation, and the field's number in it."""

    def __init__(self, field: tuple[int, int], old: str, new: str, ddl: Ddl) -> None:
        self._field, self._old, self._new, self._ddl = field, old, new, ddl
        self._tables: list[Table] = []
        self._views: list[View] = []
        self._domains: list[DomainType] = []

    async def prepare(self, *, but: int = 0) -> None:
        """Finds, locks and changes the texts of all tables `but` one, before the field has its new name."""
        ddl = self._ddl
        for table in list(ddl.catalog.tables):
            if table.id != but and self._in_table(table) != table:
                locked = await ddl.changes.lock_table(table.id)
                if locked is not None:
                    self._tables.append(self._in_table(locked))
        for view in list(ddl.catalog.objects(View)):
            if self._in_view(view) != view:
                locked_view = await ddl.changes.lock_object(View, view.id)
                if locked_view is not None:
                    self._views.append(self._in_view(locked_view))
        for domain in list(ddl.catalog.objects(DomainType)):
            if self._in_domain(domain) != domain:
                locked_domain = await ddl.changes.lock_object(DomainType, domain.id)
                if locked_domain is not None:
                    self._domains.append(self._in_domain(locked_domain))

    async def finish(self) -> None:
        """Keeps the changed texts, when the field has its new name."""
        changes = self._ddl.changes
        for domain in self._domains:
            changed = await changes.replace_object(domain)
            register_type(changed)
            await renew_tables(changed, self._ddl)
        for table in self._tables:
            await changes.replace_table(table)
        for view in self._views:
            await changes.replace_object(view)

    def _in_table(self, table: Table) -> Table:
        def changed(sql: str) -> str:
            return self._in_text(sql, table)

        result = with_texts(table, changed)
        if table.query is not None:
            result = replace(result, query=self._in_view(replace(table.query, owner=table.owner)))
        return result

    def _in_domain(self, domain: DomainType) -> DomainType:
        def changed(check: DomainCheck) -> DomainCheck:
            return replace(check, check_sql=self._in_text(check.check_sql, domain_table(domain)))

        return replace(domain, checks=tuple(map(changed, domain.checks)))

    def _in_text(self, sql: str, table: Table) -> str:
        if self._old not in sql:
            return sql
        node = parse_expression(sql)
        places = self._of_field(fields_in_expression(node, table, self._ddl.env))
        return deparse(_renamed(node, places, self._new)) if places else sql

    def _in_view(self, view: View) -> View:
        if self._old not in view.sql:
            return view
        ddl, node = self._ddl, parsed_view(view.sql)
        places = fields_in_query(node, ddl.catalog, ddl.env, ddl.catalog_relations, view)
        found = self._of_field(places)
        return replace(view, sql=deparse(_renamed(node, found, self._new))) if found else view

    def _of_field(self, places: FieldPlaces) -> dict[int, set[int]]:
        """Returns by id of the node which of its names mean the field."""
        found: defaultdict[int, set[int]] = defaultdict(set)
        for node, at, field in places:
            if field == self._field:
                found[id(node)].add(at)
        return found


def _renamed(value: Any, places: dict[int, set[int]], new: str) -> Any:
    """Returns a tree with the field's new name in these places."""
    if type(value) is tuple:
        return tuple(_renamed(item, places, new) for item in value)
    if not isinstance(value, ast.Node) or isinstance(value, Constant):
        return value
    result: Any = with_fields(
        value, **{name: _renamed(getattr(value, name), places, new) for name in value}
    )
    here = places.get(id(value), ())
    match result:
        case ast.A_Indirection(indirection=tuple(parts)) if here:
            named = [ast.String(sval=new) if at in here else part for at, part in enumerate(parts)]
            return with_fields(result, indirection=tuple(named))
        case ast.FuncCall() if here:
            return with_fields(result, funcname=(ast.String(sval=new),))
        case ast.FuncCall(funcname=tuple(names)) if result.funcformat == _SQL_SYNTAX:
            return with_fields(result, funcname=(ast.String(sval=SYNTAX_SCHEMA), names[-1]))
        case ast.ResTarget(name=None):
            # What the query calls its column stays.
            was = column_name(getattr(value, "val", None))
            return result if was == column_name(result.val) else with_fields(result, name=was)
        case _:
            return result
