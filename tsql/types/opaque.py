"""Types that only the system catalogs use, shown as they are kept: nothing is computed with them.

pg_node_tree holds an expression as SQL text (PostgreSQL: a parse tree), aclitem its written form.
Only access control items and transaction and command ids can be written, too; the others have no
values beyond the catalogs. Network addresses, bit strings, ranges and objects by name have, but few
statements use them: their modules are named here.
"""

from typing import Final

from tsql.env import Env
from tsql.types import oids
from tsql.types.io import input_of, output_of, text_io, text_io_later, text_output
from tsql.types.range_types import ALL_RANGES

_SHOWN: Final = (
    oids.PG_NODE_TREE,
    oids.ANYARRAY,
    oids.PG_NDISTINCT,
    oids.PG_DEPENDENCIES,
    oids.PG_MCV_LIST,
    oids.XML,
)
#: The types of tsql.types.registered.
_NAMED: Final = (
    oids.REGPROC,
    oids.REGPROCEDURE,
    oids.REGOPER,
    oids.REGOPERATOR,
    oids.REGNAMESPACE,
    oids.REGROLE,
    oids.REGCOLLATION,
    oids.REGCONFIG,
    oids.REGDICTIONARY,
)


def _written(value: str, _env: Env) -> str:
    return value


def _read(text: str, _typmod: int, _env: Env) -> str:
    return text


for _oid in _SHOWN:
    text_output(_oid, _written)
text_io(oids.ACLITEM, _read, _written)
for _oid in (oids.XID, oids.CID):
    text_io(_oid, input_of(oids.OID), output_of(oids.OID))
for _oid in (oids.INET, oids.CIDR, oids.MACADDR, oids.MACADDR8):
    text_io_later(_oid, "tsql.types.network")
text_io_later(oids.MONEY, "tsql.types.money")
for _oid in (oids.BIT, oids.VARBIT):
    text_io_later(_oid, "tsql.types.bits")
for _oid in (oids.TID, oids.PG_LSN, oids.XID8):
    text_io_later(_oid, "tsql.types.addresses")
for _oid in ALL_RANGES:
    text_io_later(_oid, "tsql.types.ranges")
for _oid in (oids.INT2VECTOR, oids.OIDVECTOR):
    text_io_later(_oid, "tsql.types.vectors")
for _oid in _NAMED:
    text_io_later(_oid, "tsql.types.registered")
