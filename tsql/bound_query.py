"""A bound statement with what it was bound to: the binder's result."""

from dataclasses import field

from storage.records import dataclass
from tsql.access.privileges import Need
from tsql.bound_merge import AnyStatement


@dataclass(frozen=True, slots=True)
class BoundQuery:
    """A bound statement with what a client may ask about it before it runs.

    Attributes:
        parameter_types: OID of each parameter, inferred where the client gave none.
        table_versions: (id, version) of every relation and type it names: when one changes, bind again.
        absent_names: (schema, name) of relations that would be found first.
        used_columns: (relation or type id, column id) of the columns and fields that it reads.
        used_keys: Ids of tables whose primary key lets it name columns that it doesn't group by.
        is_cacheable: False where a literal was read by the clock ('now'::timestamp): another use must bind anew.
        needs: Privileges that it takes to run it.
        unpopulated: Name of a materialized view that it reads and that has never been filled.
    """

    statement: AnyStatement
    parameter_types: tuple[int, ...]
    table_versions: tuple[tuple[int, int], ...] = field(default=())
    absent_names: tuple[tuple[str, str], ...] = ()
    used_columns: tuple[tuple[int, int], ...] = ()
    is_cacheable: bool = True
    needs: tuple[Need, ...] = ()
    unpopulated: str | None = None
    used_keys: tuple[int, ...] = ()
