"""pg_description and obj_description, col_description, shobj_description: what COMMENT ON has kept."""

import functools
from collections.abc import Iterator

from compat.postgres import recorded
from compat.postgres.definitions import catalog_of
from compat.postgres.object_ids import PG_CLASS, PG_DATABASE
from compat.postgres.recorded import PG_CATALOG
from compat.postgres.system_relations import Moment, Values, built
from storage.objects import Comment, Role
from tsql.env import Env
from tsql.functions.registry import implements

_PG_AUTHID = 1260
#: Catalogs of objects that all databases share: their comments are in pg_shdescription.
_SHARED = frozenset({PG_DATABASE, _PG_AUTHID, 1213})


@built(PG_CATALOG, "pg_description")
def pg_description(moment: Moment) -> Iterator[Values]:
    for comment in moment.catalog.objects(Comment):
        if comment.class_id not in _SHARED:
            yield {
                "objoid": comment.object_id,
                "classoid": comment.class_id,
                "objsubid": comment.sub_id,
                "description": comment.text,
            }


@built(PG_CATALOG, "pg_shdescription")
def pg_shdescription(moment: Moment) -> Iterator[Values]:
    for comment in moment.catalog.objects(Comment):
        if comment.class_id in _SHARED:
            yield {
                "objoid": comment.object_id,
                "classoid": comment.class_id,
                "description": comment.text,
            }
    for role in moment.catalog.objects(Role):
        if role.comment is not None:
            yield {"objoid": role.id, "classoid": _PG_AUTHID, "description": role.comment}


@functools.cache
def _recorded() -> dict[tuple[int, int, int], str]:
    shape = recorded.shapes()[PG_CATALOG, "pg_description"]
    return {(oid, class_id, sub): text for oid, class_id, sub, text in recorded.rows(shape)}


def _find(env: Env, class_id: int, oid: int, sub_id: int = 0) -> str | None:
    if class_id == _PG_AUTHID:
        role = catalog_of(env).object(Role, oid)
        return None if role is None else role.comment
    found = catalog_of(env).object(Comment, class_id, oid, sub_id)
    if found is not None:
        return found.text
    return _recorded().get((oid, class_id, sub_id))


def _class_id(name: str) -> int:
    shape = recorded.shapes().get((PG_CATALOG, name))
    return 0 if shape is None else shape.oid


@implements("obj_description(oid,name)", "shobj_description(oid,name)", env=True)
def obj_description(env: Env, oid: int, catalog_name: str) -> str | None:
    return _find(env, _class_id(catalog_name), oid)


@implements("obj_description(oid)", env=True)
def obj_description_of_any(env: Env, oid: int) -> str | None:
    for comment in catalog_of(env).objects(Comment):
        if comment.object_id == oid and comment.sub_id == 0:
            return comment.text
    return next((text for key, text in _recorded().items() if (key[0], key[2]) == (oid, 0)), None)


@implements("col_description(oid,int4)", env=True)
def col_description(env: Env, oid: int, column: int) -> str | None:
    return _find(env, PG_CLASS, oid, column)
