"""Types that users have made, in the table of types: their rows, and those of their arrays."""

from storage.user_types import UserType
from tsql.catalog import pg
from tsql.identifiers import quoted
from tsql.temporary import is_temporary
from tsql.types.array import array_input, array_output
from tsql.types.binary.arrays import register_array
from tsql.types.io import text_io


def shown_name(schema: str, name: str) -> str:
    """Returns a type's name as it is shown where no search path is known."""
    shown = quoted(name)
    return shown if schema == "public" or is_temporary(schema) else f"{quoted(schema)}.{shown}"


def register_type(found: UserType, like: pg.PgType, *, kind: str, category: str) -> bool:
    """Makes a type, or its new state, known; returns whether it is new.

    Args:
        found: The type.
        like: A type whose values have the same size and alignment.
        kind: pg_type's typtype.
        category: pg_type's typcategory.
    """
    shown = shown_name(found.schema, found.name)
    types = pg.types()
    is_new = found.id not in types
    types[found.id] = pg.PgType(
        found.id,
        shown,
        like.length,
        kind,
        category,
        False,
        0,
        found.array_id,
        like.delimiter,
        like.align,
        like.storage,
        like.by_value,
    )
    if is_new:
        align = "d" if like.align == "d" else "i"
        types[found.array_id] = pg.PgType(
            found.array_id, f"_{found.name}", -1, "b", "A", False, found.id, 0, ",", align, "x", False
        )  # fmt: skip
        text_io(found.array_id, array_input(found.id), array_output(found.id))
        register_array(found.array_id, found.id)
    return is_new
