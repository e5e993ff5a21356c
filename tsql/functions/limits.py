"""The size that a value may have, checked before it is built."""

from storage.errors import DatabaseError
from tsql.env import Env

#: Characters or bytes of one value where no Env is at hand; as Env.value_bytes_max by default.
VALUE_SIZE_MAX = 1 << 28


def too_large() -> DatabaseError:
    """Returns PostgreSQL's error for a result that would exceed the size of a value."""
    return DatabaseError("54000", "requested length too large")


def check_size(size: int, env: Env) -> None:
    """Raises 54000 if a value of that many bytes may not be built."""
    if size > env.value_bytes_max:
        raise too_large()


def index_out_of_range(index: int, last: int) -> DatabaseError:
    """Returns PostgreSQL's error for a bit or byte number beyond the value."""
    return DatabaseError("2202E", f"index {index} out of valid range, 0..{last}")
