"""bool: Python's bool.

Input takes any unambiguous prefix of true, false, yes and no, the words on and off (`o` alone could
be either), 1 and 0, in any case, with blanks around.
"""

from storage.errors import DatabaseError
from tsql.env import Env
from tsql.types import oids
from tsql.types.io import text_io

BLANKS = " \t\n\r\v\f"

_WORDS = {"1": True, "0": False, "on": True, "off": False, "of": False} | {
    word[:length]: value
    for word, value in (("true", True), ("false", False), ("yes", True), ("no", False))
    for length in range(1, len(word) + 1)
}


def _bool_in(text: str, typmod: int, env: Env) -> bool:
    try:
        return _WORDS[text.strip(BLANKS).lower()]
    except KeyError:
        raise DatabaseError("22P02", f'invalid input syntax for type boolean: "{text}"') from None


def _bool_out(value: bool, env: Env) -> str:
    return "t" if value else "f"


text_io(oids.BOOL, _bool_in, _bool_out)
