"""pg_trigger: the triggers by which PostgreSQL has foreign keys and deferrable keys hold.

There are no others here.
"""

from collections.abc import Iterator
from typing import Any, Final

from compat.postgres.constraints import Constraint, constraints_of, referenced_index_id
from compat.postgres.recorded import PG_CATALOG
from compat.postgres.relations import IndexView
from compat.postgres.system_relations import Moment, Values, built
from storage.catalog import Catalog
from storage.schema import Action, ForeignKey
from tsql.catalog import pg
from tsql.derived_ids import derived
from tsql.types.vectors import vector

#: Bits of tgtype.
_ROW, _INSERT, _DELETE, _UPDATE = 1, 4, 8, 16
#: What the functions of a foreign key's actions are called.
_ACTIONS: Final = {
    Action.NO_ACTION: "noaction",
    Action.RESTRICT: "restrict",
    Action.CASCADE: "cascade",
    Action.SET_NULL: "setnull",
    Action.SET_DEFAULT: "setdefault",
}


@built(PG_CATALOG, "pg_trigger")
def pg_trigger(moment: Moment) -> Iterator[Values]:
    """Yields the rows: four of each foreign key, one of each deferrable key."""
    for table in moment.catalog.tables:
        for constraint in constraints_of(table):
            match constraint.rule:
                case ForeignKey() as key:
                    yield from _of_foreign_key(constraint, key, moment.catalog)
                case IndexView(deferrable=True) as index:
                    word = "PK" if index.is_primary else "Unique"
                    yield _row(
                        constraint, f"{word}_ConstraintTrigger", "unique_key_recheck",
                        tgtype=_ROW | _INSERT | _UPDATE, tgrelid=table.id, tgconstrindid=index.id,
                        tgdeferrable=True, tginitdeferred=index.initially_deferred,
                    )  # fmt: skip
                case _:
                    pass


def _of_foreign_key(constraint: Constraint, key: ForeignKey, catalog: Catalog) -> Iterator[Values]:
    index_id = referenced_index_id(catalog, key)
    timing = {
        "tgdeferrable": key.timing.deferrable,
        "tginitdeferred": key.timing.initially_deferred,
    }
    for action, event, letters in (
        (key.on_delete, _DELETE, "del"),
        (key.on_update, _UPDATE, "upd"),
    ):
        # Only what takes no action may be put off.
        when = timing if action is Action.NO_ACTION else {}
        name = f"RI_FKey_{_ACTIONS[action]}_{letters}"
        yield _row(
            constraint, "RI_ConstraintTrigger_a", name, tgtype=_ROW | event,
            tgrelid=key.referenced_table_id, tgconstrrelid=constraint.table.id,
            tgconstrindid=index_id, **when,
        )  # fmt: skip
    for event, letters in ((_INSERT, "ins"), (_UPDATE, "upd")):
        yield _row(
            constraint, "RI_ConstraintTrigger_c", f"RI_FKey_check_{letters}", tgtype=_ROW | event,
            tgrelid=constraint.table.id, tgconstrrelid=key.referenced_table_id,
            tgconstrindid=index_id, **timing,
        )  # fmt: skip


def _row(constraint: Constraint, prefix: str, function: str, **values: Any) -> Values:
    oid = derived("trigger", constraint.id, function)
    (proc,) = pg.procs_by_name()[function]
    return {
        "oid": oid,
        "tgname": f"{prefix}_{oid}",
        "tgfoid": proc.oid,
        "tgenabled": "O",
        "tgisinternal": True,
        "tgconstraint": constraint.id,
        "tgattr": vector([]),
        "tgargs": b"",
        **values,
    }
