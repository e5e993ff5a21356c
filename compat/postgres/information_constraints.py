"""information_schema: constraints, the columns they use, and privileges. Manual: 37.9 to 37.56."""

from collections.abc import Iterator
from typing import Final

from compat.postgres.constraints import Constraint, constraints_of, referenced_index_id
from compat.postgres.definitions import constraint_definition
from compat.postgres.domains import check_text, domain_checks
from compat.postgres.information_schema import yes_or_no
from compat.postgres.recorded import INFORMATION_SCHEMA
from compat.postgres.relations import IndexView, index_by_id
from compat.postgres.system_relations import Moment, Values, built
from storage.schema import Check, ForeignKey, Table

_TYPES: Final = {"p": "PRIMARY KEY", "u": "UNIQUE", "c": "CHECK", "f": "FOREIGN KEY"}


def _all(moment: Moment) -> Iterator[Constraint]:
    for table in moment.catalog.tables:
        yield from constraints_of(table)


def _named(moment: Moment, constraint: Constraint) -> dict[str, object]:
    return {
        "constraint_catalog": moment.env.database,
        "constraint_schema": constraint.table.schema,
        "constraint_name": constraint.name,
    }


def _of_table(moment: Moment, table: Table) -> dict[str, object]:
    return {
        "table_catalog": moment.env.database,
        "table_schema": table.schema,
        "table_name": table.name,
    }


def _not_null_name(moment: Moment, table: Table, column_id: int) -> str:
    schema = moment.catalog.schema(table.schema)
    return f"{0 if schema is None else schema.id}_{table.id}_{column_id}_not_null"


@built(INFORMATION_SCHEMA, "table_constraints")
def table_constraints(moment: Moment) -> Iterator[Values]:
    for constraint in _all(moment):
        deferrable, deferred = False, False
        nulls_distinct = None
        match constraint.rule:
            case IndexView() as index:
                deferrable, deferred = index.deferrable, index.initially_deferred
                if not index.is_primary:
                    nulls_distinct = yes_or_no(index.nulls_distinct)
            case ForeignKey(timing=timing):
                deferrable, deferred = timing.deferrable, timing.initially_deferred
            case Check():
                pass
        yield {
            **_named(moment, constraint),
            **_of_table(moment, constraint.table),
            "constraint_type": _TYPES[constraint.letter],
            "is_deferrable": yes_or_no(deferrable),
            "initially_deferred": yes_or_no(deferred),
            "enforced": "YES",
            "nulls_distinct": nulls_distinct,
        }
    for table in moment.catalog.tables:
        for column in table.columns:
            if column.not_null or column.id in table.key_column_ids:
                yield {
                    "constraint_catalog": moment.env.database,
                    "constraint_schema": table.schema,
                    "constraint_name": _not_null_name(moment, table, column.id),
                    **_of_table(moment, table),
                    "constraint_type": "CHECK",
                    "is_deferrable": "NO",
                    "initially_deferred": "NO",
                    "enforced": "YES",
                }


@built(INFORMATION_SCHEMA, "key_column_usage")
def key_column_usage(moment: Moment) -> Iterator[Values]:
    for constraint in _all(moment):
        if constraint.letter == "c":
            continue
        for position, column_id in enumerate(constraint.column_ids, 1):
            yield {
                **_named(moment, constraint),
                **_of_table(moment, constraint.table),
                "column_name": constraint.table.column_by_id(column_id).name,
                "ordinal_position": position,
                "position_in_unique_constraint": _unique_position(moment, constraint, position),
            }


def _unique_position(moment: Moment, constraint: Constraint, position: int) -> int | None:
    key = constraint.rule
    if not isinstance(key, ForeignKey):
        return None
    index = index_by_id(moment.catalog, referenced_index_id(moment.catalog, key))
    if index is None:
        return None
    columns = [part.column_id for part in index.parts]
    return columns.index(key.referenced_column_ids[position - 1]) + 1


@built(INFORMATION_SCHEMA, "constraint_column_usage")
def constraint_column_usage(moment: Moment) -> Iterator[Values]:
    for constraint in _all(moment):
        table, column_ids = constraint.table, constraint.column_ids
        if isinstance(constraint.rule, ForeignKey):
            referenced = moment.catalog.table_by_id(constraint.rule.referenced_table_id)
            if referenced is None:
                continue
            table, column_ids = referenced, list(constraint.rule.referenced_column_ids)
        for column_id in column_ids:
            yield {
                **_of_table(moment, table),
                "column_name": table.column_by_id(column_id).name,
                **_named(moment, constraint),
            }


@built(INFORMATION_SCHEMA, "constraint_table_usage")
def constraint_table_usage(moment: Moment) -> Iterator[Values]:
    for constraint in _all(moment):
        table: Table | None = constraint.table
        if isinstance(constraint.rule, ForeignKey):
            table = moment.catalog.table_by_id(constraint.rule.referenced_table_id)
        if table is not None and constraint.letter != "c":
            yield {**_of_table(moment, table), **_named(moment, constraint)}


@built(INFORMATION_SCHEMA, "referential_constraints")
def referential_constraints(moment: Moment) -> Iterator[Values]:
    for constraint in _all(moment):
        key = constraint.rule
        if not isinstance(key, ForeignKey):
            continue
        index = index_by_id(moment.catalog, referenced_index_id(moment.catalog, key))
        if index is None:
            continue
        yield {
            **_named(moment, constraint),
            "unique_constraint_catalog": moment.env.database,
            "unique_constraint_schema": index.table.schema,
            "unique_constraint_name": index.constraint,
            "match_option": "FULL" if key.match_full else "NONE",
            "update_rule": str(key.on_update),
            "delete_rule": str(key.on_delete),
        }


@built(INFORMATION_SCHEMA, "check_constraints", by_path=True)
def check_constraints(moment: Moment) -> Iterator[Values]:
    for constraint in _all(moment):
        if constraint.letter == "c":
            text = constraint_definition(constraint, moment.env)
            clause = text.removeprefix("CHECK ").removesuffix(" NOT VALID")
            yield {**_named(moment, constraint), "check_clause": clause}
    for _, domain, check in domain_checks(moment.catalog):
        yield {
            "constraint_catalog": moment.env.database,
            "constraint_schema": domain.schema,
            "constraint_name": check.name,
            "check_clause": f"({check_text(domain, check, moment.env)})",
        }
    for table in moment.catalog.tables:
        for column in table.columns:
            if column.not_null or column.id in table.key_column_ids:
                yield {
                    "constraint_catalog": moment.env.database,
                    "constraint_schema": table.schema,
                    "constraint_name": _not_null_name(moment, table, column.id),
                    "check_clause": f"{column.name} IS NOT NULL",
                }


_TABLE_PRIVILEGES: Final = (
    "INSERT", "SELECT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER",
)  # fmt: skip


@built(INFORMATION_SCHEMA, "table_privileges")
def table_privileges(moment: Moment) -> Iterator[Values]:
    for table in moment.catalog.tables:
        for privilege in _TABLE_PRIVILEGES:
            yield {
                "grantor": table.owner,
                "grantee": table.owner,
                **_of_table(moment, table),
                "privilege_type": privilege,
                "is_grantable": "YES",
                "with_hierarchy": yes_or_no(privilege == "SELECT"),
            }


@built(INFORMATION_SCHEMA, "role_table_grants")
def role_table_grants(moment: Moment) -> Iterator[Values]:
    yield from table_privileges(moment)


@built(INFORMATION_SCHEMA, "column_privileges")
def column_privileges(moment: Moment) -> Iterator[Values]:
    for table in moment.catalog.tables:
        for column in table.columns:
            for privilege in ("INSERT", "SELECT", "UPDATE", "REFERENCES"):
                yield {
                    "grantor": table.owner,
                    "grantee": table.owner,
                    **_of_table(moment, table),
                    "column_name": column.name,
                    "privilege_type": privilege,
                    "is_grantable": "YES",
                }
