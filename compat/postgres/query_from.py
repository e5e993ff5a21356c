"""FROM clauses of queries that are shown: relations, subqueries, functions, joins, and their aliases."""

from typing import Any, Final

from compat.postgres.expressions import END, ITEM, STEP
from compat.postgres.query_expressions import ScopedPrinter
from compat.postgres.query_names import Scope, Source
from storage.catalog import Catalog
from storage.objects import View
from tsql import bound
from tsql.binder.tree import walk
from tsql.binder.views import OID_SCHEMA
from tsql.ddl.describe import is_visible, relation_by_id
from tsql.env import Env
from tsql.identifiers import quoted
from tsql.parser import ast

_JOIN_STEP: Final = 4
_LIST_STEP: Final = 4
_KINDS: Final = {"left": "LEFT JOIN", "right": "RIGHT JOIN", "full": "FULL JOIN"}


class FromPrinter(ScopedPrinter):
    """Prints FROM."""

    def __init__(self, view: View, catalog: Catalog, env: Env, *, pretty: bool) -> None:
        super().__init__(env, pretty=pretty)
        self.view = view
        self.catalog = catalog

    def from_clause(self) -> str:
        """Returns the clause; "" if there is none."""
        text = ""
        for source in self.scope.sources:
            if not text:
                text = self.line(" FROM ", -STEP, STEP, 2) + self._item(source)
                continue
            text += ", " + self.item("L", self._item(source))
        return text

    def item(self, mark: str, text: str) -> str:
        """Returns an item of a list, that may come to stand on a line of its own."""
        width = len(self.line("", -STEP, STEP, _LIST_STEP)) - 1
        return f"{ITEM}{mark}{width};{text}{END}"

    def _item(self, source: Source) -> str:
        if source.left is not None and source.right is not None:
            return self._join(source, source.left, source.right)
        node = source.node
        is_lateral = getattr(node, "lateral", False) or _reads_beside(source.relation)
        lateral = "LATERAL " if is_lateral else ""
        return f"{lateral}{self._what(source)}{self._alias(source)}"

    def _what(self, source: Source) -> str:
        node, relation = source.node, source.relation
        match relation:
            case bound.SubqueryRelation() if not isinstance(node, ast.RangeVar):
                outer = dict(zip(relation.slots, relation.outer, strict=True))
                return f"({self.query(relation.select, outer)})"
            case bound.FunctionRelation():
                return self._functions(node, relation)
            case bound.ValuesRelation():
                return f"({self.values(relation)})"
            case bound.CteRelation() | bound.WorkingTable():
                return quoted(node.relname)
            case _:
                return f"{'' if node.inh else 'ONLY '}{self._relation(node)}"

    def _relation(self, node: Any) -> str:
        if node.schemaname != OID_SCHEMA:
            is_found = node.schemaname == "pg_catalog"
            prefix = "" if is_found else f"{quoted(node.schemaname)}."
            return f"{prefix}{quoted(node.relname)}"
        found = relation_by_id(self.catalog, self.view.relations[int(node.relname)].id)
        assert found is not None
        name = quoted(found.name)
        is_found = is_visible(self.catalog, found, self.env.search_path)
        if is_found and not self._is_with_query(found.name):
            return name
        return f"{quoted(found.schema)}.{name}"

    def _is_with_query(self, name: str) -> bool:
        scope: Scope | None = self.scope
        while scope is not None:
            clause = scope.select.written.node.withClause if scope.select.written else None
            if clause is not None and any(cte.ctename == name for cte in clause.ctes):
                return True
            scope = scope.parent
        return False

    def _functions(self, node: Any, relation: bound.FunctionRelation) -> str:
        calls = [self._in_from(call) for call in relation.calls]
        ordinality = " WITH ORDINALITY" if relation.with_ordinality else ""
        definitions = [definitions for _, definitions in node.functions]
        has_own = any(definitions)
        if len(calls) == 1 and not (has_own and relation.with_ordinality):
            return calls[0] + ordinality
        if not has_own and all(call.proc.name == "unnest" for call in relation.calls):
            inside = ", ".join(self.text(call.arguments[0]) for call in relation.calls)
            return f"UNNEST({inside}){ordinality}"
        if has_own:
            calls = [
                f"{shown} AS {self._definitions(call)}" if given else shown
                for shown, call, given in zip(calls, relation.calls, definitions, strict=True)
            ]
        return f"ROWS FROM({', '.join(calls)}){ordinality}"

    def _in_from(self, call: bound.FunctionCall) -> str:
        """Returns a call, in what grammar takes for one in FROM."""
        text = self.text(call)
        is_call = call.operator is None and not text.startswith("(") and "::" not in text[-40:]
        return text if is_call or text.endswith(")") else f"CAST({text})"

    def _definitions(self, call: bound.FunctionCall) -> str:
        columns = [
            f"{quoted(name)} {self.type_name(type_, typmod)}"
            for name, type_, typmod in call.columns or ()
        ]
        return f"({', '.join(columns)})"

    def _alias(self, source: Source) -> str:
        """Returns the alias with its columns, where it has to be there."""
        relation = source.relation
        is_shown = (
            source.alias is not None
            or source.shows_columns
            or source.name != source.default
            or isinstance(relation, bound.FunctionRelation | bound.ValuesRelation)
        )
        if not is_shown:
            return ""
        name = f" {quoted(source.name)}"
        if isinstance(relation, bound.FunctionRelation):
            node = source.node
            has_list = bool(node.coldeflist) or (
                len(relation.calls) == 1
                and bool(node.functions[0][1])
                and not relation.with_ordinality
            )
            if has_list:
                is_named = source.alias is not None
                return f"{name if is_named else ' AS'}{self._definitions(relation.calls[0])}"
        elif isinstance(relation, bound.ValuesRelation):
            return name
        return name + self._columns(source)

    def _columns(self, source: Source) -> str:
        if not source.shows_columns:
            return ""
        return f"({', '.join(quoted(name) for name, _ in source.shown)})"

    def _join(self, source: Source, left: Source, right: Source) -> str:
        node, relation = source.node, source.relation
        assert isinstance(relation, bound.JoinRelation)
        in_brackets = not self.pretty or source.alias is not None
        self.scope.entered.append(source)
        text = "(" * in_brackets + self._item(left)
        has_condition = relation.condition is not None
        kind = _KINDS.get(relation.kind) or ("JOIN" if has_condition else "CROSS JOIN")
        text += self.line(f" {kind} ", -STEP, STEP, _JOIN_STEP)
        is_nested = right.left is not None and right.alias is None
        shown = self._item(right)
        text += f"({shown})" if self.pretty and is_nested else shown
        if source.using:
            text += f" USING ({', '.join(map(quoted, source.using))})"
            if node.join_using_alias is not None:
                text += f" AS {quoted(node.join_using_alias.aliasname)}"
        elif relation.condition is not None:
            condition = self.text(relation.condition, implied=False)
            text += f" ON {self.wrapped(condition)}"
        elif relation.kind != "inner":
            text += " ON TRUE"
        self.scope.entered.remove(source)
        text += ")" * in_brackets
        return (
            text if source.alias is None else f"{text} {quoted(source.name)}{self._columns(source)}"
        )

    def values(self, relation: bound.ValuesRelation) -> str:
        """Returns VALUES with its rows."""
        rows = (",".join(self.top(part, implied=False) for part in row) for row in relation.rows)
        return "VALUES " + ", ".join(f"({row})" for row in rows)


def _reads_beside(relation: bound.Relation) -> bool:
    """Returns whether a function is called with columns of the items before it."""
    calls = relation.calls if isinstance(relation, bound.FunctionRelation) else ()
    return any(isinstance(part, bound.ColumnRef) for call in calls for part in walk(call))
