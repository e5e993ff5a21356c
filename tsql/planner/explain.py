"""EXPLAIN: a plan as a tree of what it does, in words, and what it has cost once it has run.

    Limit 10
      -> Get on people                       the access path, and the table
           Key: id = 3                       what the key answers
           Filter: (age > 30)                what is tested on each row that was read

With ANALYZE each node says how many rows it gave, and each access path what it read.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from storage.schema import Index
from tsql.bound import SortKey
from tsql.identifiers import quoted
from tsql.planner import plan
from tsql.planner.plan import Node
from tsql.planner.show import show, show_all
from tsql.planner.statement_plan import Plan


@dataclass(slots=True)
class Profile:
    """What one node has done: the rows that it gave, and what was read meanwhile.

    Attributes:
        seconds: From being asked for rows to giving them, that of the nodes below included.
        problem: Why the key path had to stand in for the columns.
    """

    rows: int = 0
    seconds: float | None = None
    counts: dict[str, int] = field(default_factory=dict)
    problem: str = ""


@dataclass(slots=True)
class Description:
    """A node in words.

    Attributes:
        name: What it is: "Get", "Sort".
        details: (label, text) in the order in which they are shown.
        relation: The name of what it reads or writes.
        alias: What the statement calls that.
        is_of_query: Whether that is a WITH query.
    """

    name: str
    details: list[tuple[str, Any]] = field(default_factory=list)
    children: list["Description"] = field(default_factory=list)
    relation: str | None = None
    node: Node | None = None
    alias: str | None = None
    is_of_query: bool = False

    @property
    def title(self) -> str:
        """The first line of text: what it is, and on what."""
        if self.relation is None:
            return self.name
        title = f"{self.name} on {quoted(self.relation)}"
        return title if self.alias in {None, self.relation} else f"{title} {quoted(self.alias)}"


def describe(whole: Plan, from_columns: Mapping[int, Description]) -> Description:
    """Returns the whole plan in words; parts that the columns answer come as they are described.

    They are found by the identity of their nodes.
    """
    if whole.columnar is not None and id(whole.columnar) in from_columns:
        return from_columns[id(whole.columnar)]
    root = _describe(whole.root, from_columns)
    for number, subquery in enumerate(whole.subqueries, whole.parameter_count + 1):
        child = _describe(subquery.node, from_columns)
        child.details.insert(0, ("Gives", f"${number}"))
        child.name = f"Subquery: {child.name}"
        root.children.append(child)
    for number, correlated in enumerate(whole.correlated, 1):
        form = correlated.node
        if correlated.hashed is not None and not correlated.is_keyed:
            form = correlated.hashed.node
        child = _describe(form, from_columns)
        child.details.insert(0, ("Gives", f"subquery {number}"))
        child.name = f"Subquery, for each row: {child.name}"
        if form is not correlated.node:
            child.name = f"Subquery, in a hash table: {_named(form).name}"
        root.children.append(child)
    return root


def _describe(node: Node, from_columns: Mapping[int, Description]) -> Description:
    if isinstance(node, plan.Columnar):
        found = from_columns.get(id(node))
        return _describe(node.source, from_columns) if found is None else found
    if isinstance(node, plan.Filter) and isinstance(node.source, _UNFILTERED):
        # What is read and what is taken of it are one step to the reader, as they are of tables.
        description = _named(node.source)
        description.details.append(("Filter", show(node.condition)))
        description.node = node
        return description
    description = _named(node)
    description.node = node
    description.children += [_describe(child, from_columns) for child in _children(node)]
    return description


_UNFILTERED = plan.CatalogScan | plan.FunctionScan | plan.CteScan | plan.WorkingScan


def columnar_forms(whole: Plan) -> Iterator[plan.Columnar]:
    """Yields what the columns may be asked: the whole first, if it may."""
    if whole.columnar is not None:
        yield whole.columnar
    nodes = [whole.root, *[subquery.node for subquery in whole.subqueries]]
    while nodes:
        node = nodes.pop()
        if isinstance(node, plan.Columnar):
            yield node
        nodes += _children(node)


def _children(node: Node) -> Iterator[Node]:
    match node:
        case plan.NestedLoop() | plan.HashJoin() | plan.LoopJoin():
            yield node.outer
            yield node.inner
        case plan.SetOperation():
            yield node.left
            yield node.right
        case plan.With():
            for query in node.queries:
                yield query.node
                if query.recursion is not None:
                    yield query.recursion
            yield node.source
        case _:
            source = getattr(node, "source", None)
            if source is not None:
                yield source


def _named(node: Node) -> Description:
    match node:
        case plan.Project(source=source) if not isinstance(source, plan.OneRow):
            return Description("Project")
        case plan.Filter(condition=condition):
            return Description("Filter", [("Filter", show(condition))])
        case plan.Gate(condition=condition):
            return Description("Only if", [("Condition", show(condition))])
        case plan.Sort(keys=keys, limit=limit):
            name = "Sort" if limit is None else "Sort, first rows only"
            return Description(name, [("By", _sort_keys(keys))])
        case plan.Limit():
            return Description("Limit", list(_counts(node)))
        case plan.Distinct(on=on):
            return Description("Distinct", [] if on is None else [("On", _shown(on))])
        case plan.Aggregate():
            return _aggregate(node)
        case plan.ProjectSet(functions=functions):
            return Description("Rows of functions", [("Functions", _shown(functions))])
        case plan.LockRows():
            return Description("Lock rows", [(_alias(one), _mode(one)) for one in node.relations])
        case plan.Insert():
            return _insert(node)
        case plan.Update() | plan.Delete() | plan.Merge():
            name = type(node).__name__
            return _on_table(name, [], node if node.relation else node.source)
        case _:
            return _joined(node)


def _joined(node: Node) -> Description:
    """Describes joins, set operations, and what WITH queries and windows take."""
    match node:
        case plan.NestedLoop(kind=kind):
            return Description(_join_name("Nested loop", kind))
        case plan.HashJoin(kind=kind):
            pairs = zip(node.outer_keys, node.inner_keys, strict=True)
            keys = " AND ".join(f"({show(a)} = {show(b)})" for a, b in pairs)
            return Description(_join_name("Hash join", kind), [("Key", keys), *_condition(node)])
        case plan.LoopJoin(kind=kind):
            return Description(_join_name("Loop", kind), list(_condition(node)))
        case plan.SetOperation():
            return Description(f"{node.operator.capitalize()}{' all' * node.all}")
        case plan.Slots(values=values):
            return Description("Told", [("Values", _shown(values))])
        case plan.With(queries=queries):
            return Description("With", [("Queries", ", ".join(q.name for q in queries))])
        case plan.CteScan(name=name):
            return Description("With query", relation=name, is_of_query=True)
        case plan.WorkingScan(name=name):
            return Description("Last rows", relation=name, is_of_query=True)
        case plan.Windows(calls=calls):
            return Description("Window functions", [("Computes", _shown(calls))])
        case _:
            return _leaf(node)


def _join_name(name: str, kind: str) -> str:
    return name if kind == "inner" else f"{name}, {kind} join"


def _condition(node: plan.HashJoin | plan.LoopJoin) -> Iterator[tuple[str, Any]]:
    if node.condition is not None:
        yield "Filter", show(node.condition)


def _alias(locked: plan.LockedRelation) -> str:
    return locked.relation.alias


def _mode(locked: plan.LockedRelation) -> str:
    return locked.locking.mode.name.replace("_", " ")


def _leaf(node: Node) -> Description:
    match node:
        case plan.Failure(message=message):
            return Description("Error", [("Message", message)])
        case plan.OneRow() | plan.Project():
            return Description("One row")
        case plan.Values(rows=rows):
            return Description("Values", [("Rows", len(rows))])
        case plan.FunctionScan(relation=functions):
            return Description("Function scan", [("Function", _shown(functions.calls))])
        case plan.CatalogScan(relation=catalog):
            return Description("Catalog scan", relation=catalog.name, alias=catalog.alias)
        case _:
            return _access(node)


def _access(node: Any) -> Description:
    name = type(node).__name__
    details: list[tuple[str, Any]] = []
    index: Index | None = getattr(node, "index", None)
    if index is not None:
        details.append(("Index", index.name))
    if node.condition:
        details.append(("Key", show_all(node.condition)))
    if getattr(node, "reverse", False):
        details.append(("Direction", "backward"))
    if getattr(node, "covering", False):
        details.append(("Answers", "from the index alone"))
    if node.filter is not None:
        details.append(("Filter", show(node.filter)))
    return _on_table(name, details, node)


def _on_table(name: str, details: list[tuple[str, Any]], node: Any) -> Description:
    relation = node.relation
    return Description(name, details, relation=relation.table.name, alias=relation.alias)


def _sort_keys(keys: Sequence[SortKey]) -> str:
    texts = []
    for key in keys:
        text = show(key.expression)
        if key.descending:
            text += " DESC"
        if key.nulls_first != key.descending:
            text += " NULLS FIRST" if key.nulls_first else " NULLS LAST"
        texts.append(text)
    return ", ".join(texts)


def _shown(expressions: Sequence[Any]) -> str:
    return ", ".join(map(show, expressions))


def _counts(node: plan.Limit) -> Iterator[tuple[str, Any]]:
    if node.limit is not None:
        yield "Rows", show(node.limit)
    if node.offset is not None:
        yield "After", show(node.offset)


def _aggregate(node: plan.Aggregate) -> Description:
    details: list[tuple[str, Any]] = []
    if node.keys:
        details.append(("By", _shown(node.keys)))
    if node.sets is not None:
        sets = [f"({', '.join(show(node.keys[at]) for at in one)})" for one in node.sets]
        details.append(("Sets", ", ".join(sets)))
    if node.aggregates:
        details.append(("Computes", _shown(node.aggregates)))
    return Description("Group" if node.keys else "Aggregate", details)


def _insert(node: plan.Insert) -> Description:
    details: list[tuple[str, Any]] = []
    if node.on_conflict is not None:
        action = "do nothing" if node.on_conflict.do_nothing else "update"
        details.append(("On conflict", action))
    return _on_table("Insert", details, node)


# ---- rendering ---------------------------------------------------------------------------------


Profiles = dict[int, Profile]


def text_lines(root: Description, profiles: Profiles | None) -> list[str]:
    """Returns the plan as lines of text."""
    return list(_lines(root, profiles, 0))


def _lines(item: Description, profiles: Profiles | None, depth: int) -> Iterator[str]:
    indent = "" if depth == 0 else "  " + "      " * (depth - 1) + "->  "
    title = item.title
    profile = _profile(item, profiles)
    if profile is not None:
        title += f"  (rows: {profile.rows})"
    yield indent + title
    inner = "  " + "      " * depth
    for label, text in [*item.details, *_read(profile)]:
        yield f"{inner}{label}: {text}"
    for child in item.children:
        yield from _lines(child, profiles, depth + 1)


def _profile(item: Description, profiles: Profiles | None) -> Profile | None:
    return None if profiles is None else profiles.get(id(item.node))


def _read(profile: Profile | None) -> Iterator[tuple[str, Any]]:
    if profile is None:
        return
    if profile.problem:
        yield "By key after all", profile.problem
    if not profile.counts:
        return
    counts = profile.counts
    parts = [f"{counts['items_read']} items", f"{counts['bytes_read']} bytes"]
    if counts["index_entries_read"]:
        parts.append(f"{counts['index_entries_read']} index entries")
    yield "Read", ", ".join(parts)


def as_json(root: Description, profiles: Profiles | None) -> dict[str, Any]:
    """Returns the plan as a tree for JSON; what PostgreSQL's plans have too has its name there."""
    result: dict[str, Any] = dict(_kind(root))
    if root.relation is not None:
        result["CTE Name" if root.is_of_query else "Relation Name"] = root.relation
        result["Alias"] = root.relation if root.alias is None else root.alias
    for label, text in root.details:
        result[_JSON_LABELS.get(label, label)] = text
    profile = _profile(root, profiles)
    if profile is not None:
        if profile.seconds is not None:
            result["Actual Total Time"] = round(profile.seconds * 1000, 3)
        result["Actual Rows"] = profile.rows
        for name, count in profile.counts.items():
            result[name.replace("_", " ").title()] = count
    if root.children:
        result["Plans"] = [as_json(child, profiles) for child in root.children]
    return result


_JSON_LABELS = {"Key": "Key Condition", "Index": "Index Name", "Direction": "Scan Direction"}


def _kind(item: Description) -> Iterator[tuple[str, str]]:
    if isinstance(item.node, plan.Insert | plan.Update | plan.Delete | plan.Merge):
        yield "Node Type", "ModifyTable"
        yield "Operation", type(item.node).__name__
    else:
        yield "Node Type", item.name
