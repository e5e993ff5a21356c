"""Lock modes: which conflict, which include which, and what PostgreSQL calls them.

Rows are locked in four modes (manual, table 13.3; x marks a conflict):

|               | KEY_SHARE | SHARE | NO_KEY_UPDATE | UPDATE |
|---------------|-----------|-------|---------------|--------|
| KEY_SHARE     |           |       |               | x      |
| SHARE         |           |       | x             | x      |
| NO_KEY_UPDATE |           | x     | x             | x      |
| UPDATE        | x         | x     | x             | x      |

Tables are locked in eight (table 13.2), of which one owner may hold several: SHARE and SHARE UPDATE
EXCLUSIVE don't include each other. So what an owner holds is a *mask*, a bit for each mode; and for
each mode there is a mask of those that it conflicts with, and one of those that make it needless.
Advisory locks use two of the table's modes.

|                        | AS | RS | RE | SUE | S | SRE | E | AE |
|------------------------|----|----|----|-----|---|-----|---|----|
| ACCESS_SHARE           |    |    |    |     |   |     |   | x  |
| ROW_SHARE              |    |    |    |     |   |     | x | x  |
| ROW_EXCLUSIVE          |    |    |    |     | x | x   | x | x  |
| SHARE_UPDATE_EXCLUSIVE |    |    |    | x   | x | x   | x | x  |
| SHARE                  |    |    | x  | x   |   | x   | x | x  |
| SHARE_ROW_EXCLUSIVE    |    |    | x  | x   | x | x   | x | x  |
| EXCLUSIVE              |    | x  | x  | x   | x | x   | x | x  |
| ACCESS_EXCLUSIVE       | x  | x  | x  | x   | x | x   | x | x  |
"""

import enum
from typing import Final


class LockMode(enum.IntEnum):
    """Row lock strengths, as PostgreSQL's four."""

    KEY_SHARE = 1
    SHARE = 2
    NO_KEY_UPDATE = 3
    UPDATE = 4


class TableLockMode(enum.IntEnum):
    """Table lock modes, as PostgreSQL's eight."""

    ACCESS_SHARE = 5
    ROW_SHARE = 6
    ROW_EXCLUSIVE = 7
    SHARE_UPDATE_EXCLUSIVE = 8
    SHARE = 9
    SHARE_ROW_EXCLUSIVE = 10
    EXCLUSIVE = 11
    ACCESS_EXCLUSIVE = 12


AnyLockMode = LockMode | TableLockMode

_ROWS: Final = {1: (4,), 2: (3, 4), 3: (2, 3, 4), 4: (1, 2, 3, 4)}
_TABLES: Final = {
    5: (12,),
    6: (11, 12),
    7: (9, 10, 11, 12),
    8: (8, 9, 10, 11, 12),
    9: (7, 8, 10, 11, 12),
    10: (7, 8, 9, 10, 11, 12),
    11: (6, 7, 8, 9, 10, 11, 12),
    12: (5, 6, 7, 8, 9, 10, 11, 12),
}
_CONFLICTING: Final[dict[int, tuple[int, ...]]] = {**_ROWS, **_TABLES}


def _mask(modes: tuple[int, ...]) -> int:
    return sum(1 << mode for mode in modes)


#: By mode: the mask of the modes that it conflicts with. (There is no mode 0.)
CONFLICTS: Final = (0, *(_mask(_CONFLICTING[mode]) for mode in range(1, 13)))
#: By mode: the mask of the modes of which each makes it needless.
INCLUDED_IN: Final = (
    0,
    *(
        _mask(
            tuple(
                other
                for other in _CONFLICTING
                if (other > 4) == (mode > 4) and set(_CONFLICTING[other]) >= set(conflicting)
            )
        )
        for mode, conflicting in _CONFLICTING.items()
    ),
)
_ROW_MODES: Final = tuple(LockMode)
#: The bits of the table's modes.
TABLE_MODES: Final = _mask(tuple(_TABLES))
ACCESS_SHARE_BIT: Final = 1 << TableLockMode.ACCESS_SHARE


def conflicts(one: AnyLockMode, other: AnyLockMode) -> bool:
    """Returns whether two owners can't hold these modes on one key at the same time."""
    return bool(CONFLICTS[one] >> other & 1)


def modes_of(mask: int) -> list[AnyLockMode]:
    """Returns the modes in a mask, weakest first."""
    rows = [mode for mode in LockMode if mask >> mode & 1]
    return [*rows, *(mode for mode in TableLockMode if mask >> mode & 1)]


def strongest_row_mode(mask: int) -> LockMode:
    """Returns the mode that counts of a row lock."""
    return _ROW_MODES[mask.bit_length() - 2]


def lock_name(mode: AnyLockMode) -> str:
    """Returns the mode as PostgreSQL's messages and pg_locks have it: `RowExclusiveLock`."""
    return mode.name.title().replace("_", "") + "Lock"
