"""What depends on a part of a table that is being altered, and goes with that part."""

from storage.objects import Address
from tsql.ddl.alteration.references import drop_own_key, drop_reference_of
from tsql.ddl.alteration.removal import remove_column
from tsql.ddl.alteration.state import Alteration
from tsql.ddl.dependencies import affected, check
from tsql.ddl.remove import forget_comments, lock, remove


async def remove_dependents(alteration: Alteration, root: Address, *, cascades: bool) -> None:
    """Drops what depends on a part of the table, and what depends on that. Raises 2BP01."""
    ddl, table = alteration.ddl, alteration.table
    own_default = Address("default", root.id, root.sub_id)
    goes = affected(ddl.catalog, [root], ddl.env.search_path)
    found = [item for item in goes if item.address != own_default]
    check(ddl, [root], found, cascades=cascades)
    for item in reversed(found):
        address = item.address
        if address == root:
            await forget_comments(address, ddl)
        elif address.id == table.id and address.kind == "relation":
            await forget_comments(address, ddl)
            remove_column(alteration, alteration.table.column_by_id(address.sub_id))
        elif address.id == table.id and address.kind == "default":
            if any(column.id == address.sub_id for column in table.columns):
                alteration.change_column(address.sub_id, default_sql=None, default_relies_on=())
        elif address.kind == "index" and address.id == table.id:
            continue  # it goes with its constraint
        elif address.kind == "constraint" and address.id == table.id:
            await drop_own_key(alteration, address.name)
        elif address.kind == "constraint":
            await drop_reference_of(alteration, address.id, address.name)
        else:
            await lock(address, ddl)
            await remove(address, ddl)
