"""CLUSTER: which index a table goes by. Items are always in the order of the primary key, so it is only kept."""

from typing import Any, Final

from storage.errors import DatabaseError
from storage.schema import Table
from tsql.ddl.alter.parameters import index_to_cluster
from tsql.ddl.alteration.state import Alteration
from tsql.ddl.context import Ddl, no_such_relation

_OPTIONS: Final = frozenset({"verbose"})


async def cluster(node: Any, ddl: Ddl) -> str:
    """Runs a ClusterStmt; returns the command tag. Raises 42601, 42704, 42809, 0A000."""
    for option in node.params or ():
        if option.defname not in _OPTIONS:
            position = None if option.location is None else option.location + 1
            message = f'unrecognized CLUSTER option "{option.defname}"'
            raise DatabaseError("42601", message, position=position)
    if node.relation is None:
        return "CLUSTER"  # every clustered table once more: there is nothing to do
    table = await _locked(node.relation, ddl)
    if node.indexname is None:
        if table.clustered_index_id not in _index_ids(table):
            message = f'there is no previously clustered index for table "{table.name}"'
            raise DatabaseError("42704", message)
        return "CLUSTER"
    alteration = Alteration(ddl, table, table)
    alteration.change(clustered_index_id=index_to_cluster(node.indexname, alteration))
    await ddl.changes.replace_table(alteration.table)
    return "CLUSTER"


def _index_ids(table: Table) -> set[int]:
    ids = {index.id for index in table.indexes}
    return ids | {table.primary_key_index_id} - {0}


async def _locked(relation: Any, ddl: Ddl) -> Table:
    found = ddl.find(relation.schemaname, relation.relname)
    if found is None:
        raise no_such_relation(relation, ddl)
    if not isinstance(found, Table):
        message = f'"{relation.relname}" is not a table or materialized view'
        raise DatabaseError("42809", message)
    ddl.require_owner(found)
    locked = await ddl.changes.lock_table(found.id)
    if locked is None:
        raise no_such_relation(relation, ddl)
    return locked
