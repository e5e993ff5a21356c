"""The system's views are views: their queries as PostgreSQL shows them, run over the catalogs here.

Recorded in data/views.jsonl (tools/generate_system_catalogs.py). Views over what the server does (sessions,
locks, settings) have rows built for them instead: the functions that PostgreSQL's queries call for that are not here.
"""

import functools
import re
from typing import Any, Final, NamedTuple

from compat.postgres import recorded
from tsql.parser import parse

#: The domains of information_schema are their base types here.
_DOMAINS: Final = {
    "sql_identifier": "name",
    "character_data": "character varying",
    "cardinal_number": "integer",
    "yes_or_no": "character varying(3)",
    "time_stamp": "timestamp(2) with time zone",
}
_DOMAIN_CAST: Final = re.compile(r"::information_schema\.(\w+)")
_TRUE_TYPE: Final = re.compile(r"information_schema\._pg_truetyp(id|mod)\((\w+)\.\*, (\w+)\.\*\)")
_TRUE_COLUMNS: Final = {"id": ("typbasetype", "atttypid"), "mod": ("typtypmod", "atttypmod")}


class SystemView(NamedTuple):
    """What is recorded of a view.

    Attributes:
        text: Its query, as pg_get_viewdef shows it.
        pretty_text: As that shows it with fewer parentheses.
        updatable: What pg_relation_is_updatable says.
    """

    text: str
    pretty_text: str
    updatable: int


@functools.cache
def _views() -> dict[tuple[str, str], SystemView]:
    return {
        (schema, name): SystemView(text, pretty_text, updatable)
        for schema, name, text, pretty_text, updatable in recorded.read("views.jsonl")
    }


def system_view(schema: str, name: str) -> SystemView | None:
    """Returns what is recorded of one of the system's views; None if there is none of that name."""
    return _views().get((schema, name))


def system_view_by_id(oid: int) -> SystemView | None:
    """Returns what is recorded of the view with that OID."""
    name = recorded.names_by_oid().get(oid)
    return None if name is None else system_view(*name)


def is_system_table(oid: int) -> bool:
    """Returns whether that is the OID of one of the catalogs, no view's."""
    name = recorded.names_by_oid().get(oid)
    return name is not None and name in recorded.shapes() and name not in _views()


@functools.cache
def query_of(schema: str, name: str) -> Any:
    """Returns the tree of a view's query, as it runs here; None if there is no such view."""
    view = system_view(schema, name)
    return None if view is None else parse(_runnable(view.text))[0].node


def _runnable(text: str) -> str:
    """Returns a query without the domains, and with calls of whole rows inlined: those of catalogs have no type."""
    return _TRUE_TYPE.sub(_true_type, _DOMAIN_CAST.sub(lambda m: f"::{_DOMAINS[m[1]]}", text))


def _true_type(match: re.Match[str]) -> str:
    of_domain, own = _TRUE_COLUMNS[match[1]]
    attribute, type_ = match[2], match[3]
    return f"CASE WHEN {type_}.typtype = 'd' THEN {type_}.{of_domain} ELSE {attribute}.{own} END"
