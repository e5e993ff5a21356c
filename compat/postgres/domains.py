"""Domains in pg_constraint and information_schema, and their constraints as SQL text."""

from collections.abc import Iterator

from compat.postgres import object_ids
from compat.postgres.expressions import default_text, expression_text
from compat.postgres.information_schema import udt
from compat.postgres.information_types import facets
from compat.postgres.recorded import INFORMATION_SCHEMA
from compat.postgres.relations import schema_ids
from compat.postgres.system_relations import Moment, Values, built
from storage.catalog import Catalog
from storage.objects import DomainCheck, DomainType, View
from storage.schema import Table
from tsql.binder.defaults import bind_domain_check, column_of_base
from tsql.catalog import pg
from tsql.env import Env
from tsql.parser import parse_expression
from tsql.types.type_names import type_name


def domain_default(domain: DomainType, env: Env) -> str | None:
    """Returns a domain's DEFAULT as PostgreSQL shows it."""
    if domain.default_sql is None:
        return None
    return default_text(domain.default_sql, column_of_base(domain), env)


def check_text(domain: DomainType, check: DomainCheck, env: Env, *, pretty: bool = False) -> str:
    """Returns the condition of a domain's CHECK, with its value called VALUE."""
    bound = bind_domain_check(parse_expression(check.check_sql), domain, env)
    return expression_text(bound, env, pretty=pretty, name_of=lambda _name: "VALUE")


def domain_checks(catalog: Catalog) -> Iterator[tuple[int, DomainType, DomainCheck]]:
    """Yields each domain's constraints, with their OIDs."""
    for domain in catalog.objects(DomainType):
        for check in domain.checks:
            yield object_ids.constraint_id(domain.id, check.name), domain, check


def domain_check_definition(catalog: Catalog, oid: int, env: Env, *, pretty: bool) -> str | None:
    """Returns a domain's constraint as it would be written behind ADD CONSTRAINT name, or None."""
    for check_id, domain, check in domain_checks(catalog):
        if check_id == oid:
            text = f"CHECK ({check_text(domain, check, env, pretty=pretty)})"
            return text if check.validated else text + " NOT VALID"
    return None


def domain_constraint_rows(moment: Moment) -> Iterator[Values]:
    """Yields the rows of pg_constraint."""
    namespaces = schema_ids(moment.catalog)
    for check_id, domain, check in domain_checks(moment.catalog):
        yield {
            "oid": check_id,
            "conname": check.name,
            "connamespace": namespaces.get(domain.schema, 0),
            "contype": "c",
            "convalidated": check.validated,
            "contypid": domain.id,
            "confupdtype": " ",
            "confdeltype": " ",
            "confmatchtype": " ",
            "conislocal": True,
            "conbin": check_text(domain, check, moment.env),
        }


def named(moment: Moment, domain: DomainType) -> Values:
    """Returns the columns that say which domain a row is about."""
    return {
        "domain_catalog": moment.env.database,
        "domain_schema": domain.schema,
        "domain_name": domain.name,
    }


@built(INFORMATION_SCHEMA, "domains")
def domains(moment: Moment) -> Iterator[Values]:
    for domain in moment.catalog.objects(DomainType):
        yield {
            **named(moment, domain),
            "data_type": _data_type(domain.base),
            **facets(domain.base, domain.typmod),
            "domain_default": domain_default(domain, moment.env),
            "udt_catalog": moment.env.database,
            **udt(moment, domain.base),
            "dtd_identifier": "1",
        }


def _data_type(base: int) -> str:
    """Returns what `domains` calls a type: arrays, too, by their names."""
    return "USER-DEFINED" if base >= pg.FIRST_OWN_OID else type_name(base)


@built(INFORMATION_SCHEMA, "domain_constraints")
def domain_constraints(moment: Moment) -> Iterator[Values]:
    for _, domain, check in domain_checks(moment.catalog):
        yield {
            "constraint_catalog": moment.env.database,
            "constraint_schema": domain.schema,
            "constraint_name": check.name,
            **named(moment, domain),
            "is_deferrable": "NO",
            "initially_deferred": "NO",
        }


@built(INFORMATION_SCHEMA, "domain_udt_usage")
def domain_udt_usage(moment: Moment) -> Iterator[Values]:
    for domain in moment.catalog.objects(DomainType):
        yield {
            "udt_catalog": moment.env.database,
            **udt(moment, domain.base),
            **named(moment, domain),
        }


@built(INFORMATION_SCHEMA, "column_domain_usage")
def column_domain_usage(moment: Moment) -> Iterator[Values]:
    found: list[Table | View] = [*moment.catalog.tables, *moment.catalog.objects(View)]
    for relation in found:
        for column in relation.columns:
            domain = moment.catalog.object(DomainType, column.sql_type)
            if domain is not None:
                yield {
                    **named(moment, domain),
                    "table_catalog": moment.env.database,
                    "table_schema": relation.schema,
                    "table_name": relation.name,
                    "column_name": column.name,
                }
