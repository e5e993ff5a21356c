"""Types that only the system catalogs use, kept as they are written: nothing is computed with them.

pg_node_tree holds an expression as SQL text (PostgreSQL: a parse tree), aclitem its written form.
The others have no values here, but columns.
"""

from typing import Any

from storage.errors import DatabaseError
from tsql.env import Env
from tsql.types import oids
from tsql.types.io import input_of, output_of, text_io
from tsql.types.type_names import type_name


def _no_input(oid: int) -> Any:
    def refuse(_text: str, _typmod: int, _env: Env) -> Any:
        raise DatabaseError("0A000", f"cannot accept a value of type {type_name(oid)}")

    return refuse


def _written(value: str, _env: Env) -> str:
    return value


for _oid in (
    oids.PG_NODE_TREE,
    oids.ANYARRAY,
    oids.PG_NDISTINCT,
    oids.PG_DEPENDENCIES,
    oids.PG_MCV_LIST,
):
    text_io(_oid, _no_input(_oid), _written)


def _as_written(text: str, _typmod: int, _env: Env) -> str:
    return text


for _oid in (oids.ACLITEM, oids.PG_LSN, oids.INET, oids.TID):
    text_io(_oid, _as_written, _written)
for _oid in (oids.XID, oids.CID):
    text_io(_oid, input_of(oids.OID), output_of(oids.OID))
text_io(oids.XID8, input_of(oids.INT8), output_of(oids.INT8))
