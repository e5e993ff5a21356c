"""pg_get_expr, pg_get_constraintdef, pg_get_indexdef, pg_get_serial_sequence, …: objects as SQL text.

Manual: 9.26.4. Texts are PostgreSQL's, to the parentheses, for tools compare them. An expression's
stored text (what stands in a pg_node_tree column) names columns of one table; it is bound again and
shown by compat/postgres/expressions.py.
"""

import re
from itertools import starmap
from typing import Final

from compat.postgres import recorded
from compat.postgres.constraints import Constraint, constraint_by_id
from compat.postgres.domains import domain_check_definition
from compat.postgres.expressions import column_default_text, expression_text
from compat.postgres.relations import IndexView, index_by_id, own_collation
from storage.catalog import Catalog
from storage.errors import DatabaseError
from storage.objects import View
from storage.schema import Action, Check, ForeignKey, KeyPart, Sequence, Table
from storage.types import Record
from tsql.access.privileges import Secured, privileges_of
from tsql.binder.defaults import bind_expression_text
from tsql.bound import Expression
from tsql.env import Env
from tsql.functions.registry import implements
from tsql.identifiers import quoted
from tsql.parser import ast, parse_expression
from tsql.types import oids
from tsql.types.collations import collation_name
from tsql.types.regclass import name_parts


def catalog_of(env: Env) -> Catalog:
    """Returns the catalog that the session sees."""
    catalog: Catalog = env.session.catalog
    return catalog


#: What pg_attrdef.adbin begins with: the column's number.
_OF_COLUMN: Final = re.compile(r"\{([0-9]+)\}")

# ---- expressions -----------------------------------------------------------------------------------


@implements("pg_get_expr", env=True)
def pg_get_expr(env: Env, text: str, relation: int) -> str | None:
    return _expression_of(env, text, relation)


@implements("pg_get_expr_ext", env=True)
def pg_get_expr_ext(env: Env, text: str, relation: int, pretty: bool) -> str | None:
    return _expression_of(env, text, relation, pretty=pretty)


def _expression_of(env: Env, text: str, relation: int, *, pretty: bool = False) -> str | None:
    table = catalog_of(env).table_by_id(relation)
    if table is None:
        return text
    of_column = _OF_COLUMN.match(text)
    if of_column is not None:
        column_id = int(of_column[1])
        is_there = any(column.id == column_id for column in table.columns)
        return column_default_text(table, column_id, env, pretty=pretty) if is_there else None
    parts = _separate(text, table)
    return ", ".join(
        expression_text(bind_expression_text(part, table, shown=True), env, pretty=pretty)
        for part in parts
    )


def _separate(text: str, table: Table) -> list[str]:
    """Returns the expressions of pg_index.indexprs, which stand in one text."""
    for index in table.indexes:
        parts = [part.expression_sql for part in index.parts if part.expression_sql is not None]
        if ", ".join(parts) == text:
            return parts
    return [text]


# ---- indexes ---------------------------------------------------------------------------------------


def _needs_parentheses(sql: str) -> bool:
    """Returns whether an index expression is written in parentheses: all but function calls are."""
    return not isinstance(parse_expression(sql), ast.FuncCall | ast.CoalesceExpr)


def _part_text(index: IndexView, part: KeyPart, env: Env, *, pretty: bool = False) -> str:
    if part.column_id is not None:
        return quoted(index.table.column_by_id(part.column_id).name)
    assert part.expression_sql is not None
    bound: Expression = bind_expression_text(part.expression_sql, index.table, shown=True)
    text = expression_text(bound, env, pretty=pretty)
    return f"({text})" if _needs_parentheses(part.expression_sql) else text


def _order_text(table: Table, part: KeyPart) -> str:
    named = f" {part.operator_class}" if part.operator_class else ""
    if part.collation and part.collation != own_collation(table, part):
        named = f" COLLATE {quoted(collation_name(part.collation) or '')}{named}"
    if part.descending:
        return f"{named} DESC{'' if part.nulls_first else ' NULLS LAST'}"
    return f"{named}{' NULLS FIRST' if part.nulls_first else ''}"


def qualified(schema: str, name: str) -> str:
    """Returns schema.name as SQL."""
    return f"{quoted(schema)}.{quoted(name)}"


def index_definition(index: IndexView, env: Env, *, pretty: bool = False) -> str:
    """Returns CREATE INDEX for an index."""
    table = index.table
    keys = ", ".join(
        _part_text(index, part, env, pretty=pretty) + _order_text(table, part)
        for part in index.parts
    )
    unique = "UNIQUE " if index.unique else ""
    shown = (
        quoted(table.name)
        if pretty and is_visible(env, table)
        else qualified(table.schema, table.name)
    )
    text = f"CREATE {unique}INDEX {quoted(index.name)} ON {shown} USING btree ({keys})"
    if index.included:
        names = ", ".join(quoted(table.column_by_id(found).name) for found in index.included)
        text += f" INCLUDE ({names})"
    if index.unique and not index.nulls_distinct:
        text += " NULLS NOT DISTINCT"
    if index.options:
        text += f" WITH ({', '.join(starmap(_option_text, index.options.items()))})"
    if index.predicate_sql is not None:
        condition = bind_expression_text(index.predicate_sql, table, shown=True)
        text += f" WHERE {expression_text(condition, env, pretty=pretty)}"
    return text


def _option_text(name: str, value: str) -> str:
    doubled = value.replace("'", "''")
    return f"{quoted(name)}={value}" if quoted(value) == value else f"{quoted(name)}='{doubled}'"


def is_visible(env: Env, found: Table | View | Sequence) -> bool:
    """Returns whether a relation's bare name finds it."""
    visible: bool = env.session.relation_id(None, found.name) == found.id
    return visible


@implements("pg_get_indexdef", env=True)
def pg_get_indexdef(env: Env, oid: int) -> str | None:
    index = index_by_id(catalog_of(env), oid)
    return recorded.index_definition(oid) if index is None else index_definition(index, env)


@implements("pg_get_indexdef_ext", env=True)
def pg_get_indexdef_ext(env: Env, oid: int, column: int, pretty: bool) -> str | None:
    index = index_by_id(catalog_of(env), oid)
    if index is None:
        return recorded.index_definition(oid) if column == 0 else None
    if column == 0:
        return index_definition(index, env, pretty=pretty)
    if column <= len(index.parts):
        return _part_text(index, index.parts[column - 1], env, pretty=pretty)
    if column <= len(index.parts) + len(index.included):
        found = index.included[column - len(index.parts) - 1]
        return quoted(index.table.column_by_id(found).name)
    return ""


# ---- constraints -----------------------------------------------------------------------------------


def constraint_definition(constraint: Constraint, env: Env, *, pretty: bool = False) -> str:
    """Returns a constraint as it would be written behind ADD CONSTRAINT name."""
    table = constraint.table
    match constraint.rule:
        case Check() as check:
            condition = bind_expression_text(check.check_sql, table, shown=True)
            text = f"CHECK ({expression_text(condition, env, pretty=pretty)})"
            text += " NO INHERIT" * check.no_inherit
            return text if check.validated else text + " NOT VALID"
        case ForeignKey() as key:
            return _foreign_key_definition(table, key, env, pretty=pretty)
        case IndexView() as index:
            word = "PRIMARY KEY" if index.is_primary else "UNIQUE"
            if not index.nulls_distinct:
                word += " NULLS NOT DISTINCT"
            names = _names(table, [part.column_id or 0 for part in index.parts])
            text = f"{word} ({names})"
            if index.included:
                text += f" INCLUDE ({_names(table, index.included)})"
            return text + _timing(index.deferrable, index.initially_deferred)


def _names(table: Table, column_ids: tuple[int, ...] | list[int]) -> str:
    return ", ".join(quoted(table.column_by_id(found).name) for found in column_ids)


def _timing(deferrable: bool, deferred: bool) -> str:
    return " DEFERRABLE" * deferrable + " INITIALLY DEFERRED" * deferred


def _foreign_key_definition(table: Table, key: ForeignKey, env: Env, *, pretty: bool) -> str:
    other = catalog_of(env).table_by_id(key.referenced_table_id)
    assert other is not None
    shown = quoted(other.name) if is_visible(env, other) else qualified(other.schema, other.name)
    text = (
        f"FOREIGN KEY ({_names(table, key.column_ids)})"
        f" REFERENCES {shown}({_names(other, key.referenced_column_ids)})"
    )
    if key.match_full:
        text += " MATCH FULL"
    if key.on_update is not Action.NO_ACTION:
        text += f" ON UPDATE {key.on_update}"
    if key.on_delete is not Action.NO_ACTION:
        text += f" ON DELETE {key.on_delete}"
        if key.set_column_ids:
            text += f" ({_names(table, key.set_column_ids)})"
    text += _timing(key.timing.deferrable, key.timing.initially_deferred)
    return text if key.validated else text + " NOT VALID"


#: Of the checks of information_schema's domains, the only built-in constraints without a relation: (text, pretty).
_DOMAIN_CHECKS: Final = {
    13222: ("CHECK ((VALUE >= 0))", "CHECK (VALUE >= 0)"),
    13235: (
        (
            "CHECK (((VALUE)::text = ANY"
            " ((ARRAY['YES'::character varying, 'NO'::character varying])::text[])))"
        ),
        (
            "CHECK (VALUE::text = ANY"
            " (ARRAY['YES'::character varying, 'NO'::character varying]::text[]))"
        ),
    ),
}


@implements("pg_get_constraintdef", env=True)
def pg_get_constraintdef(env: Env, oid: int) -> str | None:
    return pg_get_constraintdef_ext(env, oid, pretty=False)


@implements("pg_get_constraintdef_ext", env=True)
def pg_get_constraintdef_ext(env: Env, oid: int, pretty: bool) -> str | None:
    found = constraint_by_id(catalog_of(env), oid)
    if found is None:
        of_domain = domain_check_definition(catalog_of(env), oid, env, pretty=pretty)
        if of_domain is not None:
            return of_domain
        built_in = _DOMAIN_CHECKS.get(oid)
        return None if built_in is None else built_in[pretty]
    return constraint_definition(found, env, pretty=pretty)


# ---- sequences -------------------------------------------------------------------------------------


@implements("pg_get_serial_sequence", env=True)
def pg_get_serial_sequence(env: Env, relation: str, column_name: str) -> str | None:
    catalog = catalog_of(env)
    parts = name_parts(relation)
    if not parts:
        raise DatabaseError("42602", "invalid name syntax")
    oid = (
        env.session.relation_id(parts[0] if len(parts) > 1 else None, parts[-1]) if parts else None
    )
    if oid is None:
        raise DatabaseError("42P01", f'relation "{relation}" does not exist')
    table = catalog.table_by_id(oid)
    column = None if table is None else table.column(column_name)
    if table is None or column is None:
        raise DatabaseError(
            "42703", f'column "{column_name}" of relation "{parts[-1]}" does not exist'
        )
    for sequence in catalog.sequences:
        if (sequence.owner_table_id, sequence.owner_column_id) == (oid, column.id):
            return qualified(sequence.schema, sequence.name)
    return None


@implements("pg_sequence_parameters", env=True)
def pg_sequence_parameters(env: Env, oid: int) -> Record:
    catalog = catalog_of(env)
    found = catalog.sequence_by_id(oid)
    if found is None:
        is_there: bool = env.session.has_relation(oid)
        message = f"cache lookup failed for sequence {oid}"
        if not is_there:
            message = f"relation with OID {oid} does not exist"
        raise DatabaseError("XX000" if is_there else "42P01", message)
    if not set("rwU") & set(privileges_of(catalog, env.user, Secured.of(found))):
        raise DatabaseError("42501", f"permission denied for sequence {found.name}")
    values = (
        found.start, found.minimum, found.maximum, found.increment, found.cycle, found.cache,
        found.sql_type,
    )  # fmt: skip
    types = (*[oids.INT8] * 4, oids.BOOL, oids.INT8, oids.OID)
    return Record.of(values, types)
