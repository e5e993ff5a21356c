"""Privileges by the letters of PostgreSQL's access control lists (manual, 5.7)."""

from typing import Final

LETTERS: Final = {
    "SELECT": "r",
    "INSERT": "a",
    "UPDATE": "w",
    "DELETE": "d",
    "TRUNCATE": "D",
    "REFERENCES": "x",
    "TRIGGER": "t",
    "USAGE": "U",
    "CREATE": "C",
    "CONNECT": "c",
    "TEMPORARY": "T",
    "TEMP": "T",
    "EXECUTE": "X",
    "RULE": "",
}
#: Kind of object -> all privileges on it, in the order in which they are shown.
ALL: Final = {
    "table": "arwdDxt",
    "view": "arwdDxt",
    "column": "arwx",
    "sequence": "rwU",
    "schema": "UC",
    "database": "CTc",
    "type": "U",
}
#: What PUBLIC has without a GRANT.
PUBLIC_DEFAULTS: Final = {"database": "Tc", "type": "U"}
