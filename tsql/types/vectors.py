"""int2vector and oidvector: the catalogs' own arrays, written as numbers with blanks between.

At run time they are Arrays whose first element has index 0, so that the array functions serve them.
"""

from collections.abc import Sequence

from storage.errors import DatabaseError
from storage.types import Array
from tsql.env import Env
from tsql.types import oids
from tsql.types.io import input_of, text_io


def vector(numbers: Sequence[int]) -> Array:
    """Returns the vector of these numbers."""
    return Array(tuple(numbers), (len(numbers),), (0,)) if numbers else Array((), (), ())


def _render(value: Array, _env: Env) -> str:
    return " ".join(map(str, value.items))


def _int2vector_in(text: str, _typmod: int, env: Env) -> Array:
    parse = input_of(oids.INT2)
    return vector([parse(part, -1, env) for part in text.split()])


def _oidvector_in(text: str, _typmod: int, env: Env) -> Array:
    parse = input_of(oids.OID)
    try:
        return vector([parse(part, -1, env) for part in text.split()])
    except DatabaseError as error:
        raise DatabaseError("22P02", f'invalid input syntax for type oid: "{text}"') from error


text_io(oids.INT2VECTOR, _int2vector_in, _render)
text_io(oids.OIDVECTOR, _oidvector_in, _render)
