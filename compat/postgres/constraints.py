"""pg_constraint: CHECK, PRIMARY KEY, UNIQUE and FOREIGN KEY constraints."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from compat.postgres import object_ids
from compat.postgres.domains import domain_constraint_rows
from compat.postgres.recorded import PG_CATALOG
from compat.postgres.relations import IndexView, indexes_of, schema_ids
from compat.postgres.system_relations import Moment, Values, built
from storage.catalog import Catalog
from storage.schema import Action, Check, ForeignKey, Table
from storage.types import Array
from tsql.catalog import pg

#: pg_constraint.confupdtype and confdeltype.
ACTION_LETTERS: Final = {
    Action.NO_ACTION: "a",
    Action.RESTRICT: "r",
    Action.CASCADE: "c",
    Action.SET_NULL: "n",
    Action.SET_DEFAULT: "d",
}


@dataclass(frozen=True, slots=True)
class Constraint:
    """A constraint of a table, of whichever kind: its `rule` tells."""

    id: int
    name: str
    table: Table
    rule: Check | IndexView | ForeignKey

    @property
    def letter(self) -> str:
        """pg_constraint.contype."""
        match self.rule:
            case Check():
                return "c"
            case ForeignKey():
                return "f"
            case IndexView(is_primary=True):
                return "p"
            case _:
                return "u"

    @property
    def column_ids(self) -> list[int]:
        """The table's columns that it is about; 0 for an expression."""
        match self.rule:
            case IndexView() as index:
                return [part.column_id or 0 for part in index.parts]
            case Check(column_ids=found) | ForeignKey(column_ids=found):
                return list(found)


def constraints_of(table: Table) -> Iterator[Constraint]:
    """Yields the table's constraints."""
    for index in indexes_of(table):
        if index.constraint is not None:
            oid = object_ids.constraint_id(table.id, index.constraint)
            yield Constraint(oid, index.constraint, table, index)
    for check in table.checks:
        yield Constraint(object_ids.constraint_id(table.id, check.name), check.name, table, check)
    for key in table.foreign_keys:
        yield Constraint(object_ids.constraint_id(table.id, key.name), key.name, table, key)


def constraint_by_id(catalog: Catalog, oid: int) -> Constraint | None:
    """Returns the constraint with that OID."""
    for table in catalog.tables:
        for constraint in constraints_of(table):
            if constraint.id == oid:
                return constraint
    return None


def referenced_index_id(catalog: Catalog, key: ForeignKey) -> int:
    """Returns the OID of the index that a foreign key relies on."""
    if key.referenced_index_id is not None:
        return key.referenced_index_id
    table = catalog.table_by_id(key.referenced_table_id)
    return 0 if table is None else table.primary_key_index_id


def _equality(left: int, right: int) -> int:
    for operator in pg.operators_by_name()["="]:
        if operator.left == left and operator.right == right:
            return operator.oid
    return 0


def _foreign_key(catalog: Catalog, table: Table, key: ForeignKey) -> dict[str, Any]:
    referenced = catalog.table_by_id(key.referenced_table_id)
    pairs = []
    if referenced is not None:
        for own, other in zip(key.column_ids, key.referenced_column_ids, strict=True):
            pairs.append(
                (referenced.column_by_id(other).sql_type, table.column_by_id(own).sql_type)
            )
    return {
        "condeferrable": key.timing.deferrable,
        "condeferred": key.timing.initially_deferred,
        "convalidated": key.validated,
        "conindid": referenced_index_id(catalog, key),
        "confrelid": key.referenced_table_id,
        "confupdtype": ACTION_LETTERS[key.on_update],
        "confdeltype": ACTION_LETTERS[key.on_delete],
        "confmatchtype": "f" if key.match_full else "s",
        "connoinherit": True,
        "conkey": Array.of(list(key.column_ids)),
        "confkey": Array.of(list(key.referenced_column_ids)),
        "conpfeqop": Array.of([_equality(left, right) for left, right in pairs]),
        "conppeqop": Array.of([_equality(left, left) for left, _ in pairs]),
        "conffeqop": Array.of([_equality(right, right) for _, right in pairs]),
        "confdelsetcols": Array.of(list(key.set_column_ids)) if key.set_column_ids else None,
    }


@built(PG_CATALOG, "pg_constraint")
def pg_constraint(moment: Moment) -> Iterator[Values]:
    catalog = moment.catalog
    namespaces = schema_ids(catalog)
    for table in catalog.tables:
        for constraint in constraints_of(table):
            row: dict[str, Any] = {
                "oid": constraint.id,
                "conname": constraint.name,
                "connamespace": namespaces.get(table.schema, 0),
                "contype": constraint.letter,
                "convalidated": True,
                "conrelid": table.id,
                "confupdtype": " ",
                "confdeltype": " ",
                "confmatchtype": " ",
                "conislocal": True,
            }
            match constraint.rule:
                case Check() as check:
                    row["convalidated"] = check.validated
                    row["connoinherit"] = check.no_inherit
                    row["conkey"] = Array.of(list(check.column_ids))
                    row["conbin"] = check.check_sql
                case ForeignKey() as key:
                    row |= _foreign_key(catalog, table, key)
                case IndexView() as index:
                    row["conindid"] = index.id
                    row["connoinherit"] = True
                    row["condeferrable"] = index.deferrable
                    row["condeferred"] = index.initially_deferred
                    row["conkey"] = Array.of([part.column_id for part in index.parts])
            yield row
    yield from domain_constraint_rows(moment)
