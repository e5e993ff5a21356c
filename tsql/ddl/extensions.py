"""CREATE and DROP EXTENSION: of those whose functions are built in, the catalog keeps that they were asked for.

The functions are there in any case (tsql/functions/extensions.py); the record is what pg_extension
shows and pg_dump writes. All other extensions are refused by name.
"""

from dataclasses import dataclass
from typing import Any, Final

from storage.catalog import PUBLIC
from storage.errors import DatabaseError, not_supported
from storage.objects import Extension
from tsql.access.roles import is_superuser
from tsql.ddl.context import Ddl


@dataclass(frozen=True, slots=True)
class Available:
    """An extension that can be asked for; `functions` says which of its functions there are, if not all."""

    version: str
    comment: str
    functions: str = ""


AVAILABLE: Final = {
    "pgcrypto": Available(
        "1.3",
        "cryptographic functions",
        "digest, hmac, gen_random_bytes and gen_random_uuid",
    ),
    "uuid-ossp": Available("1.1", "generate universally unique identifiers (UUIDs)"),
}


async def create_extension(node: Any, ddl: Ddl) -> str:
    """Runs a CreateExtensionStmt; returns the command tag. Raises 42710, 42501, 0A000."""
    name = str(node.extname)
    taken = DatabaseError("42710", f'extension "{name}" already exists')
    if ddl.catalog.named(Extension, "", name) is not None:
        if not node.if_not_exists:
            raise taken
        ddl.notice("NOTICE", "42710", f'extension "{name}" already exists, skipping')
        return "CREATE EXTENSION"
    found = AVAILABLE.get(name)
    if found is None:
        raise not_supported(f'extension "{name}"')
    if not is_superuser(ddl.catalog, ddl.env.user):
        message = f'permission denied to create extension "{name}"'
        raise DatabaseError("42501", message, hint="Must be superuser to create this extension.")
    options = {option.defname: option.arg for option in node.options or ()}
    if "schema" in options and options["schema"].sval != PUBLIC:
        raise not_supported("an extension in another schema than public")
    if "new_version" in options and options["new_version"].sval != found.version:
        raise not_supported(f'version "{options["new_version"].sval}" of extension "{name}"')
    what = f'of extension "{name}" {found.functions}' if found.functions else f'extension "{name}"'
    ddl.notice("NOTICE", "00000", f"{what} {'are' if found.functions else 'is'} built in")
    made = Extension(
        id=await ddl.catalogs.new_relation_id(),
        name=name,
        schema=PUBLIC,
        release=found.version,
        owner=ddl.env.user,
    )
    await ddl.changes.create_object(made, taken=taken)
    return "CREATE EXTENSION"


async def drop_extensions(node: Any, ddl: Ddl) -> str:
    """Runs a DropStmt of extensions; their functions stay. Raises 42704."""
    for item in node.objects:
        name = str(item.sval)
        found = ddl.catalog.named(Extension, "", name)
        if found is None:
            if not node.missing_ok:
                raise DatabaseError("42704", f'extension "{name}" does not exist')
            ddl.notice("NOTICE", "00000", f'extension "{name}" does not exist, skipping')
            continue
        if not is_superuser(ddl.catalog, ddl.env.user):
            raise DatabaseError("42501", f"must be owner of extension {name}")
        await ddl.changes.lock_object(Extension, found.id)
        await ddl.changes.drop_object(Extension, found.id)
    return "DROP EXTENSION"
