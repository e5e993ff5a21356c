"""pg_type, pg_enum: row types of users' relations, enums."""

from collections.abc import Iterator
from typing import Any

from compat.postgres import recorded
from compat.postgres.domains import domain_default
from compat.postgres.recorded import PG_CATALOG
from compat.postgres.relations import schema_ids
from compat.postgres.roles import access_list, role_id
from compat.postgres.system_relations import Moment, Values, built
from storage.objects import CompositeType, DomainType, EnumType, View
from storage.row_types import row_type_of
from storage.schema import Table
from storage.user_types import array_name
from tsql.catalog import pg
from tsql.types import oids
from tsql.types.enums import sort_orders
from tsql.types.kinds import element_type_of


def _procedure(name: str) -> int:
    return pg.procs_by_name()[name][0].oid


def _array(oid: int, element: int, name: str, namespace: int, owner: int) -> dict[str, Any]:
    return {
        "oid": oid,
        "typname": name[:63],
        "typnamespace": namespace,
        "typowner": owner,
        "typlen": -1,
        "typtype": "b",
        "typcategory": "A",
        "typisdefined": True,
        "typdelim": ",",
        "typsubscript": _procedure("array_subscript_handler"),
        "typelem": element,
        "typinput": _procedure("array_in"),
        "typoutput": _procedure("array_out"),
        "typreceive": _procedure("array_recv"),
        "typsend": _procedure("array_send"),
        "typanalyze": _procedure("array_typanalyze"),
        "typalign": "i",
        "typstorage": "x",
        "typtypmod": -1,
    }


def _rows_of_composite(
    found: CompositeType, array_of: str, namespace: int, owner: int
) -> Iterator[Values]:
    oid, array, name = found.id, found.array_id, found.name
    yield {
        "oid": oid,
        "typname": name,
        "typnamespace": namespace,
        "typowner": owner,
        "typlen": -1,
        "typtype": "c",
        "typcategory": "C",
        "typisdefined": True,
        "typdelim": ",",
        "typrelid": found.relation_id,
        "typarray": array,
        "typinput": _procedure("record_in"),
        "typoutput": _procedure("record_out"),
        "typreceive": _procedure("record_recv"),
        "typsend": _procedure("record_send"),
        "typalign": "d",
        "typstorage": "x",
        "typtypmod": -1,
    }
    yield {**_array(array, oid, array_of, namespace, owner), "typalign": "d"}


def _enum(enum: EnumType, array_of: str, namespace: int, owner: int) -> Iterator[Values]:
    yield {
        "oid": enum.id,
        "typname": enum.name,
        "typnamespace": namespace,
        "typowner": owner,
        "typlen": 4,
        "typbyval": True,
        "typtype": "e",
        "typcategory": "E",
        "typisdefined": True,
        "typdelim": ",",
        "typarray": enum.array_id,
        "typinput": _procedure("enum_in"),
        "typoutput": _procedure("enum_out"),
        "typreceive": _procedure("enum_recv"),
        "typsend": _procedure("enum_send"),
        "typalign": "i",
        "typstorage": "p",
        "typtypmod": -1,
    }
    yield _array(enum.array_id, enum.id, array_of, namespace, owner)


def _domain(
    domain: DomainType, like: Values, default: str | None, place: tuple[str, int, int]
) -> Iterator[Values]:
    """Yields a domain's rows; `like` is the row of the type that it is over.

    `place` is the name of its arrays, its schema and its owner.
    """
    array_of, namespace, owner = place
    collation = domain.collation or like.get("typcollation", 0)
    shared = (
        "typlen", "typbyval", "typcategory", "typdelim", "typoutput", "typsend", "typanalyze",
        "typalign", "typstorage",
    )  # fmt: skip
    yield {
        **{name: like[name] for name in shared if name in like},
        "oid": domain.id,
        "typname": domain.name,
        "typnamespace": namespace,
        "typowner": owner,
        "typtype": "d",
        "typisdefined": True,
        "typarray": domain.array_id,
        "typinput": _procedure("domain_in"),
        "typreceive": _procedure("domain_recv"),
        "typnotnull": domain.not_null,
        "typbasetype": domain.base,
        "typtypmod": domain.typmod,
        "typndims": int(element_type_of(domain.base) != 0),
        "typdefault": default,
        "typdefaultbin": default,
        "typcollation": collation,
    }
    align = "d" if like.get("typalign") == "d" else "i"
    array = _array(domain.array_id, domain.id, array_of, namespace, owner)
    yield {**array, "typalign": align, "typcollation": collation}


def _built_in_types() -> dict[int, Values]:
    shape = recorded.shapes()[PG_CATALOG, "pg_type"]
    names = [column.name for column in shape.columns]
    return {row[0]: dict(zip(names, row, strict=True)) for row in recorded.rows(shape)}


@built(PG_CATALOG, "pg_type")
def pg_type(moment: Moment) -> Iterator[Values]:
    for row in _types(moment):
        acl = access_list(moment.catalog, "type", row["oid"])
        yield row if acl is None else {**row, "typacl": acl}


def _types(moment: Moment) -> Iterator[Values]:
    catalog = moment.catalog
    namespaces = schema_ids(catalog)
    relations: list[Table | View] = [*catalog.tables, *catalog.objects(View)]
    has_domains = bool(catalog.objects(DomainType))
    known = _built_in_types() if has_domains else {}
    for composite in (*map(row_type_of, relations), *catalog.objects(CompositeType)):
        namespace = namespaces.get(composite.schema, 0)
        owner, array_of = role_id(catalog, composite.owner), array_name(catalog, composite)
        rows = list(_rows_of_composite(composite, array_of, namespace, owner))
        yield from rows
        if has_domains:
            known |= {row["oid"]: row for row in rows}
    for enum in catalog.objects(EnumType):
        namespace = namespaces.get(enum.schema, 0)
        owner, array_of = role_id(catalog, enum.owner), array_name(catalog, enum)
        rows = list(_enum(enum, array_of, namespace, owner))
        yield from rows
        known |= {row["oid"]: row for row in rows}
    for domain in catalog.objects(DomainType):
        namespace = namespaces.get(domain.schema, 0)
        like = known.get(domain.base, {})
        default = domain_default(domain, moment.env)
        place = array_name(catalog, domain), namespace, role_id(catalog, domain.owner)
        rows = list(_domain(domain, like, default, place))
        yield from rows
        known |= {row["oid"]: row for row in rows}


@built(PG_CATALOG, "pg_enum")
def pg_enum(moment: Moment) -> Iterator[Values]:
    for enum in moment.catalog.objects(EnumType):
        for order, label in zip(sort_orders(enum), enum.labels, strict=True):
            yield {
                "oid": label.id,
                "enumtypid": enum.id,
                "enumsortorder": order,
                "enumlabel": label.name,
            }


def type_exists(moment: Moment, oid: int) -> bool:
    """Returns whether there is a type of that OID."""
    if oid in pg.types() or oid == oids.UNKNOWN:
        return True
    return any(row["oid"] == oid for row in pg_type(moment))
