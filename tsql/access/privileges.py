"""Who may do what to an object: its owner, its grants, and what everybody may by default."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import field
from typing import Final

from storage.catalog import Catalog, Schema
from storage.errors import DatabaseError
from storage.objects import DatabaseRecord, Grant, Privileges, View
from storage.records import dataclass
from storage.row_details import MayRead
from storage.schema import Sequence, Table
from tsql.access.letters import ALL, PUBLIC_DEFAULTS
from tsql.access.roles import (
    READ_ALL_DATA,
    WRITE_ALL_DATA,
    has_privileges_of,
    is_superuser,
    roles_of,
)

PUBLIC: Final = ""
#: The grants on a database are kept in its own catalog.
DATABASE_ID: Final = 0
#: What members of two predefined roles may do to every object of a kind.
_OF_READERS: Final = {"table": "r", "view": "r", "sequence": "r", "schema": "U"}
_OF_WRITERS: Final = {"table": "awd", "view": "awd", "sequence": "w", "schema": "U"}


@dataclass(frozen=True, slots=True)
class Secured:
    """An object that has privileges.

    Attributes:
        kind: As in `letters.ALL`.
        address: kind and id under which its grants are kept.
        name: As messages call it.
    """

    kind: str
    address: tuple[str, int]
    name: str
    owner: str

    @classmethod
    def of(cls, found: Table | Sequence | View | Schema) -> "Secured":
        """Returns an object of the catalog as something that has privileges."""
        match found:
            case Table():
                return cls("table", ("relation", found.id), found.name, found.owner)
            case View():
                return cls("view", ("relation", found.id), found.name, found.owner)
            case Sequence():
                return cls("sequence", ("relation", found.id), found.name, found.owner)
            case Schema():
                return cls("schema", ("schema", found.id), found.name, found.owner)

    @classmethod
    def database(cls, record: DatabaseRecord) -> "Secured":
        """Returns a database as something that has privileges, in its own catalog."""
        return cls("database", ("database", DATABASE_ID), record.name, record.owner)


def grants_on(catalog: Catalog, secured: Secured, column_id: int = 0) -> tuple[Grant, ...]:
    """Returns the grants on an object or a column, those of its beginning if nothing has changed."""
    found = catalog.object(Privileges, *secured.address, column_id)
    if found is not None:
        return found.grants
    return () if column_id else default_grants(secured)


def default_grants(secured: Secured) -> tuple[Grant, ...]:
    """Returns the grants that an object begins with."""
    own = Grant(secured.owner, secured.owner, "".join(sorted(ALL[secured.kind])))
    public = PUBLIC_DEFAULTS.get(secured.kind, "")
    if public:
        return Grant(PUBLIC, secured.owner, public), own
    if secured.kind == "schema" and secured.name == "public":
        return own, Grant(PUBLIC, secured.owner, "U")
    return (own,)


def privileges_of(catalog: Catalog, user: str, secured: Secured, column_id: int = 0) -> str:
    """Returns the letters of what a role may do to an object, or to a column by its own grants."""
    if is_superuser(catalog, user):
        return ALL[secured.kind]
    roles = roles_of(catalog, user)
    found = {
        letter
        for grant in grants_on(catalog, secured, column_id)
        if grant.grantee == PUBLIC or grant.grantee in roles
        for letter in grant.privileges
    }
    if READ_ALL_DATA.name in roles:
        found.update(_OF_READERS.get(secured.kind, ""))
    if WRITE_ALL_DATA.name in roles:
        found.update(_OF_WRITERS.get(secured.kind, ""))
    return "".join(sorted(found))


def grantable_of(catalog: Catalog, user: str, secured: Secured, column_id: int = 0) -> str:
    """Returns the letters of what a role may give to others."""
    if owns(catalog, user, secured.owner):
        return ALL["column" if column_id else secured.kind]
    roles = roles_of(catalog, user)
    found = {
        letter
        for grant in (*grants_on(catalog, secured), *grants_on(catalog, secured, column_id))
        if grant.grantee in roles
        for letter in grant.grantable
    }
    return "".join(sorted(found))


def reading(catalog: Catalog, role: str) -> Callable[[int], MayRead]:
    """Returns what says of a table, by its id, what of it a role may read."""

    def reading_of(table_id: int) -> MayRead:
        table = catalog.table_by_id(table_id)
        if table is None:
            return lambda _column_id: False
        secured = Secured.of(table)
        return lambda column_id: "r" in privileges_of(catalog, role, secured, column_id)

    return reading_of


def owns(catalog: Catalog, user: str, owner: str) -> bool:
    """Returns whether a role may do what only the owner may."""
    return has_privileges_of(catalog, user, owner)


def require(catalog: Catalog, user: str, secured: Secured, letters: str) -> None:
    """Raises 42501 unless the role has all of these privileges."""
    if is_superuser(catalog, user):
        return
    have = privileges_of(catalog, user, secured)
    if not all(letter in have for letter in letters):
        raise denied(secured)


def may_use_schema(catalog: Catalog, role: str, schema_name: str) -> bool:
    """Returns whether a role may look into a schema; True if there is none of that name."""
    schema = catalog.schema(schema_name)
    return schema is None or "U" in privileges_of(catalog, role, Secured.of(schema))


def require_usage(
    catalog: Catalog, role: str, schema_name: str, position: int | None = None
) -> None:
    """Raises 42501 unless the role may look into a schema, if there is one of that name."""
    schema = catalog.schema(schema_name)
    if schema is None:
        return
    try:
        require(catalog, role, Secured.of(schema), "U")
    except DatabaseError as error:
        error.position = position
        raise


def require_owner(catalog: Catalog, user: str, secured: Secured) -> None:
    """Raises 42501 unless the role owns the object."""
    if not owns(catalog, user, secured.owner):
        raise DatabaseError("42501", f"must be owner of {secured.kind} {secured.name}")


def denied(secured: Secured) -> DatabaseError:
    """Returns 42501."""
    return DatabaseError("42501", f"permission denied for {secured.kind} {secured.name}")


@dataclass(slots=True)
class Need:
    """What a statement does with a relation, noted while it is bound.

    Attributes:
        role: Whose rights count: a view's owner for what the view reads; None: the user's.
        letters: Privileges on the relation that no column's grant can stand for.
        columns: By letter, ids of the columns; an empty set: at least one.
        private: What errors call a system relation that only superusers, and `readers`, may read.
        schema: The name of a schema that is looked into, and where that stands.
    """

    relation_id: int
    role: str | None = None
    letters: str = ""
    columns: dict[str, set[int]] = field(default_factory=dict)
    private: str | None = None
    readers: tuple[str, ...] = ()
    schema: tuple[str, int | None] | None = None

    def on(self, letter: str, column_ids: Iterable[int] = ()) -> None:
        """Adds columns to a privilege that is needed."""
        self.columns.setdefault(letter, set()).update(column_ids)


def check_needs(needs: Collection[Need], catalog: Catalog, user: str) -> None:
    """Raises 42501 for the first relation with which a statement does what it may not.

    Before that, for a schema that it may not look into.
    """
    for need in needs:
        if need.schema is not None:
            require_usage(catalog, need.role or user, *need.schema)
    for need in needs:
        role = need.role or user
        if is_superuser(catalog, role):
            continue
        if need.private is not None and roles_of(catalog, role).isdisjoint(need.readers):
            raise DatabaseError("42501", f"permission denied for {need.private}")
        found = (
            catalog.table_by_id(need.relation_id)
            or catalog.object(View, need.relation_id)
            or catalog.sequence_by_id(need.relation_id)
        )
        if found is None:
            continue
        secured = Secured.of(found)
        have = privileges_of(catalog, role, secured)
        if not all(letter in have for letter in need.letters):
            raise denied(secured)
        for letter, ids in need.columns.items():
            if letter not in have and not _by_columns(catalog, role, secured, letter, ids):
                raise denied(secured)


def _by_columns(
    catalog: Catalog, role: str, secured: Secured, letter: str, ids: Iterable[int]
) -> bool:
    """Returns whether grants on columns are enough; without ids, one on any column is."""
    wanted = list(ids)
    if wanted:
        return all(letter in privileges_of(catalog, role, secured, each) for each in wanted)
    table = catalog.table_by_id(secured.address[1])
    gone = (
        set() if table is None else {*range(table.next_column_id)} - {c.id for c in table.columns}
    )
    return any(
        letter in privileges_of(catalog, role, secured, found.sub_id)
        for found in catalog.objects(Privileges)
        if (found.kind, found.object_id) == secured.address
        and found.sub_id
        and found.sub_id not in gone
    )
