"""Long statements made short: lists of constants, or of parameters, taken out of the parser's tree.

A statement of a megabyte is nearly always one list: rows of VALUES, or the members of IN. What is
the same in all of them stays in the tree once, as a *template*; the constants go beside it, as
plain lists that cost neither nodes nor types:

    VALUES (1, now(), 'a'), (2, now(), 'b'), …
    -> VALUES (Placeholder 0, now(), Placeholder 1)      rows [[1, "a"], [2, "b"], …]
    x IN (1, 2, 3, …)
    -> x IN (ConstantList)                                values [1, 2, 3, …]

Rows go together if they differ in nothing but constants of one *kind* per place: i (fits int4), l
(int8), n (numeric, as text), s (string), b (bool); NULL goes with any, and of numbers the widest
kind is taken, for PostgreSQL converts the others to it exactly. Parameters are of the kind p and the OID of
their declared type, p0 without one; their numbers stand for them. A list that isn't like this stays as it
is. This runs in the parser's own process (tsql/parser_worker.py).
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from tsql.parser import PLACES

Tree = Any
Rows = list[list[Any]]

#: Shorter lists stay in the tree.
LIST_LENGTH_MIN: Final = 100
_INT4: Final = range(-(2**31), 2**31)
_INT8: Final = range(-(2**63), 2**63)
_NUMBERS: Final = "iln"
#: NULL, which is of every kind.
_ANY: Final = "z"
#: What the kinds of parameters begin with.
PARAMETER: Final = "p"


def condense(tree: Tree, types: Sequence[int] = ()) -> list[list[Any]]:
    """Takes the long lists out of a decoded tree, in place; returns them.

    `types` are those that the first parameters have been declared with, 0 for none.
    """
    return _Condenser(types).condense(tree)


class _Condenser:
    """Condenses one statement's tree."""

    def __init__(self, types: Sequence[int]) -> None:
        self._types = types
        self._lists: list[list[Any]] = []

    def condense(self, tree: Tree) -> list[list[Any]]:
        pending = [tree]
        while pending:
            node = pending.pop()
            if isinstance(node, list):
                pending += node
                continue
            if not isinstance(node, dict):
                continue
            rows = node.get("valuesLists")
            if isinstance(rows, list) and len(rows) >= LIST_LENGTH_MIN:
                self._condense_rows(node, rows)
            members = _members(node)
            if members is not None:
                self._condense_members(node, members)
            pending += node.values()
        return self._lists

    def _condense_rows(self, select: dict[str, Any], rows: list[Any]) -> None:
        found = self._template(rows)
        if found is not None:
            template, kinds, values = found
            select["valuesLists"] = {
                "bulk": len(self._lists),
                "template": template,
                "kinds": kinds,
            }
            self._lists.append(values)

    def _condense_members(self, node: dict[str, Any], members: list[Any]) -> None:
        if not all("A_Const" in member or "ParamRef" in member for member in members):
            return
        found = self._template(members)
        if found is None:
            return
        template, kinds, values = found
        bulk, place = len(self._lists), template["Placeholder"]["location"]
        node["rexpr"] = {"ConstantList": {"bulk": bulk, "kind": kinds[0], "location": place}}
        self._lists.append([value for (value,) in values])

    def _template(self, rows: list[Any]) -> tuple[Any, list[str], Rows] | None:
        """Returns what the rows have in common, kinds and constants; or None if they differ."""
        first: list[Any] = []
        shape = self._shape(rows[0], first)
        kinds = [kind for kind, _ in first]
        values = []
        for row in rows:
            constants: list[Any] = []
            if self._shape(row, constants) != shape:
                return None
            for at, (kind, _) in enumerate(constants):
                common = _common_kind(kinds[at], kind)
                if common is None:
                    return None
                kinds[at] = common
            values.append([value for _, value in constants])
        _widen(values, kinds)
        return self._with_placeholders(rows[0], iter(enumerate(kinds))), kinds, values

    def _shape(self, node: Any, constants: list[tuple[str, Any]]) -> Any:
        """Returns the node without its constants, which are appended, and without places."""
        if isinstance(node, list):
            return [self._shape(item, constants) for item in node]
        if not isinstance(node, dict):
            return node
        found = self._constant(node)
        if found is not None:
            constants.append(found)
            return None
        if "A_Const" in node:
            return node
        return {
            key: self._shape(value, constants) for key, value in node.items() if key not in PLACES
        }

    def _constant(self, node: dict[str, Any]) -> tuple[str, Any] | None:
        """Returns kind and value of a literal, or of a parameter; None for anything else."""
        fields = node.get("A_Const")
        if fields is not None:
            return _constant(fields)
        fields = node.get("ParamRef")
        if fields is None:
            return None
        number = fields.get("number", 0)
        declared = self._types[number - 1] if 0 < number <= len(self._types) else 0
        return f"{PARAMETER}{declared}", number

    def _with_placeholders(self, node: Any, kinds: Iterator[tuple[int, str]]) -> Any:
        if isinstance(node, list):
            return [self._with_placeholders(item, kinds) for item in node]
        if not isinstance(node, dict):
            return node
        if self._constant(node) is not None:
            ((_, fields),) = node.items()
            number, kind = next(kinds)
            place = fields.get("location", 0)
            return {"Placeholder": {"number": number, "kind": kind, "location": place}}
        return {key: self._with_placeholders(value, kinds) for key, value in node.items()}


def _members(node: dict[str, Any]) -> list[Any] | None:
    """Returns the members of an IN list that is long."""
    if node.get("kind") != "AEXPR_IN":
        return None
    items = node.get("rexpr", {}).get("List", {}).get("items", ())
    return items if len(items) >= LIST_LENGTH_MIN else None


def _constant(fields: dict[str, Any]) -> tuple[str, Any] | None:
    """Returns kind and value of a literal; None for a bit string."""
    if "isnull" in fields:
        return _ANY, None
    if "ival" in fields:
        return "i", fields["ival"].get("ival", 0)
    if "sval" in fields:
        return "s", fields["sval"].get("sval", "")
    if "boolval" in fields:
        return "b", fields["boolval"].get("boolval", False)
    if "fval" in fields:
        return _number(fields["fval"]["fval"])
    return None


def _number(text: str) -> tuple[str, Any] | None:
    try:
        number = int(text)
    except ValueError:
        return ("n", text) if not text.startswith(("0x", "0X", "0o", "0O", "0b", "0B")) else None
    if number in _INT8:
        return ("i" if number in _INT4 else "l"), number
    return "n", text


def _common_kind(a: str, b: str) -> str | None:
    if b in {a, _ANY}:
        return a
    if a == _ANY:
        return b
    if a in _NUMBERS and b in _NUMBERS:
        return max(a, b, key=_NUMBERS.index)
    return None


def _widen(values: Rows, kinds: list[str]) -> None:
    """Makes text of the integers in columns that are numeric."""
    for at, kind in enumerate(kinds):
        if kind == "n":
            for row in values:
                if isinstance(row[at], int):
                    row[at] = str(row[at])


def count_nodes(tree: Tree) -> int:
    """Returns how many nodes a tree has."""
    count = 0
    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending += node
        elif isinstance(node, dict):
            count += 1
            pending += node.values()
    return count


def place_by_characters(tree: Tree, sql: str) -> None:
    """Makes character positions of the tree's byte offsets, in place."""
    if sql.isascii():
        return
    owners = [(node, key) for node in _dicts(tree) for key in PLACES if node.get(key, 0) > 0]
    data = sql.encode()
    statements = [node for node in _dicts(tree) if "stmt_len" in node]
    ends = [(node, node.get("stmt_location", 0) + node["stmt_len"]) for node in statements]
    offsets = {node[key] for node, key in owners} | {end for _, end in ends}
    characters = {0: 0}
    at = count = 0
    for offset in sorted(offsets):
        count += len(data[at:offset].decode("utf-8", "replace"))
        characters[offset] = count
        at = offset
    for node, end in ends:
        node["stmt_len"] = characters[end] - characters[node.get("stmt_location", 0)]
    for node, key in owners:
        node[key] = characters[node[key]]


def _dicts(tree: Tree) -> Iterator[dict[str, Any]]:
    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending += node
        elif isinstance(node, dict):
            yield node
            pending += node.values()
