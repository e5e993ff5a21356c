"""CREATE, ALTER and DROP DATABASE.

A new database is empty: the templates of PostgreSQL's that hold nothing of a user's, and databases
without objects, may be named as its template, others may not.
"""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from storage.catalog import Catalog
from storage.catalog_keys import CatalogKeys
from storage.catalog_store import FIRST_SCHEMA, put_first_records
from storage.errors import DatabaseError, not_supported
from storage.keyspace import INDEX_ENTRIES, ITEMS, prefix_range, storage_prefix
from storage.objects import OBJECT_CLASSES, Comment, DatabaseRecord, Privileges
from tsql.access.databases import FIRST_DATABASE, find_database, get_database
from tsql.access.privileges import Secured, require_owner
from tsql.access.roles import get_role, is_member
from tsql.ddl.context import Ddl
from tsql.ddl.role_names import named_role
from tsql.ddl.stored_settings import changed_settings
from tsql.temporary import is_temporary

#: PostgreSQL's own templates, which hold nothing of a user's.
_EMPTY_TEMPLATES: Final = frozenset({"template0", "template1"})
_ENCODINGS: Final = frozenset({"utf8", "unicode"})
_UTF8: Final = 6
#: How long sessions have to leave a database that is dropped, and how often they are looked for.
_LEAVING_SECONDS: Final = 5
_LEAVING_LOOKS: Final = 250
_LOCALES: Final = frozenset({"c", "posix", "c.utf8", "c.utf-8"})
_LOCALE_OPTIONS: Final = ("locale", "lc_collate", "lc_ctype")
_KNOWN_OPTIONS: Final = frozenset({
    *_LOCALE_OPTIONS, "allow_connections", "connection_limit", "collation_version", "encoding",
    "icu_locale", "is_template", "locale_provider", "oid", "owner", "strategy", "tablespace",
    "template",
})  # fmt: skip


async def create_database(node: Any, ddl: Ddl) -> str:
    """Runs a CreatedbStmt; returns the command tag. Raises 42P04, 42501, 3D000, 0A000."""
    name, options = str(node.dbname), _options(node.options)
    actor = get_role(ddl.catalog, ddl.env.user)
    owner = ddl.env.user
    if options.get("owner") is not None:
        owner = get_role(ddl.catalog, _text(options["owner"])).name
    if not (actor.superuser or actor.create_database):
        raise DatabaseError("42501", "permission denied to create database")
    if not is_member(ddl.catalog, ddl.env.user, owner):
        raise DatabaseError("42501", f'must be member of role "{owner}"')
    taken = DatabaseError("42P04", f'database "{name}" already exists')
    if find_database(ddl.catalog, name) is not None:
        raise taken
    _check_contents(options)
    if options.get("template") is not None:
        _check_template(_text(options["template"]), ddl)
    record = DatabaseRecord(id=await ddl.catalogs.new_relation_id(), name=name, owner=owner)
    await ddl.changes.create_object(_changed(record, options), taken=taken)
    put_first_records(ddl.txn, CatalogKeys(record.id))
    return "CREATE DATABASE"


def _options(definitions: Iterable[Any] | None) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for definition in definitions or ():
        name = definition.defname
        if name in options:
            position = None if definition.location is None else definition.location + 1
            raise DatabaseError("42601", "conflicting or redundant options", position=position)
        if name not in _KNOWN_OPTIONS:
            position = None if definition.location is None else definition.location + 1
            message = f'option "{name}" not recognized'
            raise DatabaseError("42601", message, position=position)
        options[name] = definition.arg
    return options


def _text(value: Any) -> str:
    found = getattr(value, "sval", None)
    return str(value.ival if found is None else found)


def _truth(value: Any) -> bool:
    return _text(value).lower() in {"true", "on", "yes", "1"} or bool(
        getattr(value, "boolval", False)
    )


def _check_contents(options: dict[str, Any]) -> None:
    """Raises 0A000 for what would compare or store text in another way."""
    encoding = options.get("encoding")
    if encoding is not None:
        is_utf8 = getattr(encoding, "ival", None) in {_UTF8, -1} or (
            _text(encoding).lower().replace("-", "").replace("_", "") in _ENCODINGS
        )
        if not is_utf8:
            raise not_supported(f"encoding {_text(encoding)} of a database")
    for name in _LOCALE_OPTIONS:
        value = options.get(name)
        if value is not None and _text(value).lower() not in _LOCALES:
            raise not_supported(f'locale "{_text(value)}" of a database')
    provider = options.get("locale_provider")
    if provider is not None and _text(provider).lower() != "libc":
        raise not_supported(f"locale provider {_text(provider)}")
    if options.get("icu_locale") is not None:
        raise not_supported("ICU_LOCALE of a database")
    tablespace = options.get("tablespace")
    if tablespace is not None and _text(tablespace) != "pg_default":
        raise not_supported("tablespaces")


def _check_template(name: str, ddl: Ddl) -> None:
    found = find_database(ddl.catalog, name)
    if found is None:
        if name in _EMPTY_TEMPLATES:
            return
        raise DatabaseError("3D000", f'template database "{name}" does not exist')
    for other in ddl.catalogs.others:
        if other.keys.database_id == found.id and not _is_empty(other.current):
            raise not_supported("CREATE DATABASE from a template with objects in it")


def _is_empty(catalog: Catalog) -> bool:
    schemas = [each for each in catalog.schemas if not is_temporary(each.name)]
    own = [kind for kind in OBJECT_CLASSES if not kind.is_shared]
    return (
        [each.name for each in schemas] == [FIRST_SCHEMA.name]
        and not any(not is_temporary(table.schema) for table in catalog.tables)
        and not any(not is_temporary(each.schema) for each in catalog.sequences)
        and not any(catalog.objects(kind) for kind in own if kind not in {Privileges, Comment})
    )


def _changed(record: DatabaseRecord, options: dict[str, Any]) -> DatabaseRecord:
    """Returns the record with what the options change. Raises 22023."""
    changes: dict[str, Any] = {}
    limit = options.get("connection_limit")
    if limit is not None:
        changes["connection_limit"] = limit.ival
        if limit.ival < -1:
            raise DatabaseError("22023", f"invalid connection limit: {limit.ival}")
    for option, attribute in (
        ("allow_connections", "allows_connections"),
        ("is_template", "is_template"),
    ):
        if options.get(option) is not None:
            changes[attribute] = _truth(options[option])
    return msgspec.structs.replace(record, **changes)


# ---- ALTER ---------------------------------------------------------------------------------------


async def alter_database(node: Any, ddl: Ddl) -> str:
    """Runs an AlterDatabaseStmt: WITH CONNECTION LIMIT, ALLOW_CONNECTIONS, IS_TEMPLATE."""
    options = _options(node.options)
    if "tablespace" in options:
        raise not_supported("tablespaces")
    record = _owned(node.dbname, ddl)
    changed = _changed(record, options)
    if record.name == ddl.env.database and not changed.allows_connections:
        raise DatabaseError("22023", "cannot disallow connections for current database")
    await replace_database(record, changed, ddl)
    return "ALTER DATABASE"


async def alter_database_settings(node: Any, ddl: Ddl) -> str:
    """Runs an AlterDatabaseSetStmt: what SET … a session in it begins with."""
    record = _owned(node.dbname, ddl)
    settings = changed_settings(record.settings, node.setstmt, "ALTER DATABASE")
    await replace_database(record, msgspec.structs.replace(record, settings=settings), ddl)
    return "ALTER DATABASE"


async def alter_database_owner(node: Any, ddl: Ddl) -> str:
    """Runs an AlterOwnerStmt of a database."""
    record, owner = get_database(ddl.catalog, node.object.sval), named_role(node.newowner, ddl)
    if record.owner == owner:
        return "ALTER DATABASE"
    actor = get_role(ddl.catalog, ddl.env.user)
    if not actor.superuser:
        require_owner(ddl.catalog, ddl.env.user, Secured.database(record))
        if not is_member(ddl.catalog, ddl.env.user, owner):
            raise DatabaseError("42501", f'must be member of role "{owner}"')
        if not actor.create_database:
            raise DatabaseError("42501", "permission denied to change owner of database")
    await replace_database(record, msgspec.structs.replace(record, owner=owner), ddl)
    return "ALTER DATABASE"


async def rename_database(node: Any, ddl: Ddl) -> str:
    """Runs a RenameStmt of a database."""
    new = str(node.newname)
    record = _owned(node.subname, ddl)
    actor = get_role(ddl.catalog, ddl.env.user)
    if not (actor.superuser or actor.create_database):
        raise DatabaseError("42501", "permission denied to rename database")
    if find_database(ddl.catalog, new) is not None:
        raise DatabaseError("42P04", f'database "{new}" already exists')
    if record.name == ddl.env.database:
        raise DatabaseError("0A000", "current database cannot be renamed")
    if record.id == FIRST_DATABASE.id:
        raise not_supported("renaming the database that is always there")
    await check_unused(record.name, ddl)
    await replace_database(record, msgspec.structs.replace(record, name=new), ddl)
    return "ALTER DATABASE"


def _owned(name: str, ddl: Ddl) -> DatabaseRecord:
    record = get_database(ddl.catalog, str(name))
    require_owner(ddl.catalog, ddl.env.user, Secured.database(record))
    return record


async def replace_database(old: DatabaseRecord, new: DatabaseRecord, ddl: Ddl) -> None:
    """Changes a database's record; the first one's is kept from then on."""
    if ddl.catalog.object(DatabaseRecord, old.id) is None:
        await ddl.changes.create_object(new)
        return
    if await ddl.changes.lock_object(DatabaseRecord, old.id) is None:
        raise DatabaseError("3D000", f'database "{old.name}" does not exist')
    taken = DatabaseError("42P04", f'database "{new.name}" already exists')
    await ddl.changes.replace_object(new, taken=taken)


# ---- DROP ----------------------------------------------------------------------------------------


def find_to_drop(node: Any, ddl: Ddl) -> DatabaseRecord | None:
    """Returns the database that a DropdbStmt names; None if it says IF EXISTS and there is none.

    Raises 3D000, 42501, 55006, 42809.
    """
    name = str(node.dbname)
    record = find_database(ddl.catalog, name)
    if record is None and node.missing_ok:
        ddl.notice("NOTICE", "00000", f'database "{name}" does not exist, skipping')
        return None
    record = _owned(name, ddl)
    if record.is_template:
        raise DatabaseError("42809", "cannot drop a template database")
    if name == ddl.env.database:
        raise DatabaseError("55006", "cannot drop the currently open database")
    if record.id == FIRST_DATABASE.id:
        raise not_supported("dropping the database that is always there")
    return record


async def drop_database(record: DatabaseRecord, catalog: Catalog, ddl: Ddl) -> None:
    """Removes a database that nobody uses, with all that is in it."""
    await check_unused(record.name, ddl)
    if await ddl.changes.lock_object(DatabaseRecord, record.id) is None:
        raise DatabaseError("3D000", f'database "{record.name}" does not exist')
    await ddl.changes.drop_object(DatabaseRecord, record.id)
    for table in catalog.tables:
        ddl.txn.drop_storage(storage_prefix(ITEMS, table.storage_id))
        for index in table.indexes:
            ddl.txn.drop_storage(storage_prefix(INDEX_ENTRIES, index.storage_id))
    records = prefix_range(CatalogKeys(record.id).prefix)
    for key in [key async for entries in ddl.txn.scan(*records) for key, _ in entries]:
        ddl.txn.delete(key)


async def check_unused(name: str, ddl: Ddl) -> None:
    """Raises 55006 if there are sessions in a database.

    Those that are leaving are waited for, as in PostgreSQL: clients don't wait for it themselves.
    """
    session: Any = ddl.env.session
    looks = _LEAVING_LOOKS
    while count := sum(activity.database == name for activity in session.activities()):
        if looks:
            looks -= 1
            await asyncio.sleep(_LEAVING_SECONDS / _LEAVING_LOOKS)
            continue
        others = "is 1 other session" if count == 1 else f"are {count} other sessions"
        raise DatabaseError(
            "55006",
            f'database "{name}" is being accessed by other users',
            detail=f"There {others} using the database.",
        )
