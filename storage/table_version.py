"""A version of a table, and whether it is the one that the catalog has now.

Apart from the access that is made of it (storage/table.py), because that is compiled, and compiled
classes can't be referred to weakly.
"""

from storage.schema import Table


class TableVersion:
    """What an access to a table was made for; it lives as long as the access.

    Attributes:
        is_stale: Set when another version becomes current.
    """

    __slots__ = ("__weakref__", "is_stale", "table")

    def __init__(self, table: Table) -> None:
        self.table = table
        self.is_stale = False
