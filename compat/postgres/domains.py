"""Domains in pg_constraint and information_schema, and their constraints as SQL text."""

from collections.abc import Iterator

from compat.postgres import object_ids
from compat.postgres.expressions import default_text, expression_text
from compat.postgres.relations import schema_ids
from compat.postgres.system_relations import Moment, Values
from storage.catalog import Catalog
from storage.objects import DomainCheck, DomainType
from tsql.binder.defaults import bind_domain_check, column_of_base
from tsql.env import Env
from tsql.parser import parse_expression


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
