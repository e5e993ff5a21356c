"""One session's settings: values, who may change them, and what a transaction's end does to them.

SET lasts for the session if its transaction commits; SET LOCAL to the end of the transaction; both
are undone by ROLLBACK and ROLLBACK TO. So there are two layers, session and local, each an
immutable mapping that SET replaces: a mark (of a transaction or a savepoint) is a reference to
both.

    show(name):  local layer -> session layer -> this session's default -> PostgreSQL's default
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from storage.errors import DatabaseError
from tsql.setting_checks import CHECKS
from tsql.setting_definitions import Definition, definitions, parse, show

SERVER_VERSION: Final = "15.18"
#: The settings that ParameterStatus reports (GUC_REPORT in PostgreSQL 15), in its order.
REPORTED: Final = (
    "application_name", "client_encoding", "DateStyle", "default_transaction_read_only",
    "in_hot_standby", "integer_datetimes", "IntervalStyle", "is_superuser", "server_encoding",
    "server_version", "session_authorization", "standard_conforming_strings", "TimeZone",
)  # fmt: skip
_REPORTED_LOWER: Final = {name.lower(): name for name in REPORTED}
#: Where this server differs from PostgreSQL's built-in default.
_OUR_DEFAULTS: Final = {
    "client_encoding": "UTF8",
    "lc_collate": "C.UTF-8",
    "lc_ctype": "C.UTF-8",
    "lc_messages": "C.UTF-8",
    "lc_monetary": "C.UTF-8",
    "lc_numeric": "C.UTF-8",
    "lc_time": "C.UTF-8",
    "log_timezone": "UTC",
    "server_encoding": "UTF8",
    "server_version": SERVER_VERSION,
    "server_version_num": "150018",
    "timezone": "UTC",
    "timezone_abbreviations": "Default",
    "default_text_search_config": "pg_catalog.simple",
}
#: Of what a server is started with: nobody else's business.
_SUPERUSER_ONLY: Final = frozenset({"data_directory", "unix_socket_directories"})
_CUSTOM_NAME = re.compile(r"[A-Za-z_\x80-\uffff][\w$]*(\.[A-Za-z_\x80-\uffff][\w$]*)+\Z")
_IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]*\Z")
_LISTS = frozenset({"search_path", "datestyle", "temp_tablespaces", "local_preload_libraries"})

#: They last as long as the transaction, however they are set, and begin with their default_….
_OF_THE_TRANSACTION: Final = frozenset(
    {"transaction_isolation", "transaction_read_only", "transaction_deferrable"}
)

Layer = Mapping[str, str]


class Settings:
    """The settings of one session.

    Attributes:
        generation: Grows with every change of any value: whoever caches what settings say compares
            it.
        changed: Called with (name, shown text) when a reported setting's value changes.
    """

    def __init__(
        self,
        user: str,
        startup: Mapping[str, str],
        changed: Callable[[str, str], None],
        *,
        is_superuser: bool = True,
        server: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._server = {
            name: text
            for name, text in server.items()
            if is_superuser or name not in _SUPERUSER_ONLY
        }
        self._defaults: dict[str, str] = {
            **_OUR_DEFAULTS,
            **self._server,
            "session_authorization": user,
            "is_superuser": "on" if is_superuser else "off",
        }
        self._session: Layer = {}
        self._local: Layer = {}
        self._custom: set[str] = set()
        self.generation = 0
        self.changed: Callable[[str, str], None] = lambda _name, _value: None
        for name, text in startup.items():
            lowered = name.lower()
            self._defaults[lowered] = self._checked(name, text, at_start=True)
        self.changed = changed

    # -- reading ---------------------------------------------------------------------------------

    def value(self, lowered: str) -> str:
        """Returns the value in its own unit, by lower-case name; KeyError if there is none."""
        for layer in (self._local, self._session):
            if lowered in layer:
                return layer[lowered]
        return self._default(lowered)

    def _default(self, lowered: str) -> str:
        if lowered in self._defaults:
            return self._defaults[lowered]
        if lowered in _OF_THE_TRANSACTION:
            return self.value(f"default_{lowered}")
        return definitions()[lowered].default

    def reset_value(self, lowered: str) -> str:
        """Returns what RESET gives."""
        return self._default(lowered)

    def source(self, lowered: str) -> str:
        """Returns where the value comes from, in pg_settings' words."""
        if lowered in self._local or lowered in self._session:
            return "session"
        if lowered in self._server:
            return "configuration file"
        is_ours = self._defaults.get(lowered) in {None, _OUR_DEFAULTS.get(lowered)}
        return "default" if is_ours else "client"

    def value_at(self, lowered: str, mark: tuple[Layer, Layer]) -> str:
        """Returns the value that a setting had at a mark."""
        for layer in reversed(mark):
            if lowered in layer:
                return layer[lowered]
        return self._default(lowered)

    def milliseconds(self, lowered: str) -> int:
        """Returns a time-out."""
        return int(self.value(lowered))

    def is_on(self, lowered: str) -> bool:
        """Returns a Boolean setting."""
        return self.value(lowered) == "on"

    def show(self, name: str) -> str:
        """Returns what SHOW prints. Raises 42704."""
        lowered = name.lower()
        definition = definitions().get(lowered)
        if definition is None:
            if lowered in self._custom:
                return self._layered(lowered) or ""
            raise _unknown(name)
        if lowered == "seed":
            return "unavailable"
        return show(definition, self.value(lowered))

    def _layered(self, lowered: str) -> str | None:
        return self._local.get(lowered) or self._session.get(lowered) or self._defaults.get(lowered)

    def canonical_name(self, name: str) -> str:
        """Returns the setting's name as PostgreSQL spells it (`TimeZone`): the column of SHOW."""
        definition = definitions().get(name.lower())
        return name if definition is None else definition.name

    def reported(self) -> dict[str, str]:
        """Returns the reported settings as they are now."""
        return {name: self.show(name) for name in REPORTED}

    def all(self) -> list[tuple[str, str, str]]:
        """Returns (name, value, description) of every listed setting, in order: SHOW ALL."""
        listed = [
            (item.name, self.show(item.name), item.description)
            for item in definitions().values()
            if item.category
        ]
        custom = [(name, self._layered(name) or "", "") for name in self._custom]
        return sorted(listed + custom, key=lambda item: item[0].lower())

    # -- changing --------------------------------------------------------------------------------

    def set(self, name: str, text: str, *, local: bool = False) -> None:
        """Sets a value for the session, or the transaction. Raises 42704, 22023, 55P02, 42602."""
        self._store(name.lower(), self._checked(name, text), local=local)

    def set_list(self, name: str, texts: list[str], *, local: bool = False) -> None:
        """Sets a list: `SET search_path = a, b`. Raises 22023 for settings of one value."""
        lowered = name.lower()
        if lowered in _LISTS:
            separator = ", "
            quoted = lowered in {"search_path", "temp_tablespaces"}
            text = separator.join(_quoted(item) if quoted else item for item in texts)
        elif len(texts) == 1:
            text = texts[0]
        else:
            self._definition(name)
            raise DatabaseError("22023", f"SET {name} takes only one argument")
        self.set(name, text, local=local)

    def reset(self, name: str, *, local: bool = False) -> None:
        """Returns a setting to the session's default."""
        lowered = name.lower()
        if lowered in self._custom:
            self._store(lowered, "", local=local)
            return
        definition = self._definition(name)
        _check_context(definition, name)
        default = self._defaults.get(lowered, definition.default)
        self._store(lowered, default, local=local)

    def reset_all(self) -> None:
        """RESET ALL: everything but the transaction's and the session's identity."""
        keep = {"role", "session_authorization", "seed"}
        self._replace(
            {name: text for name, text in self._session.items() if name in keep}, self._local
        )
        for name in list(self._local):
            if name not in keep:
                self.reset(name)

    def _checked(self, name: str, text: str, *, at_start: bool = False) -> str:
        lowered = name.lower()
        definition = definitions().get(lowered)
        if definition is None and "." in name:
            if not _CUSTOM_NAME.match(name):
                raise DatabaseError(
                    "42602",
                    f'invalid configuration parameter name "{name}"',
                    detail="Custom parameter names must be two or more simple identifiers"
                    " separated by dots.",
                )
            self._custom.add(lowered)
            return text
        definition = self._definition(name)
        _check_context(definition, name, at_start=at_start)
        value = parse(definition, name, text)
        check = CHECKS.get(lowered)
        return value if check is None else check(value, self.value(lowered))

    def _definition(self, name: str) -> Definition:
        definition = definitions().get(name.lower())
        if definition is None:
            raise _unknown(name)
        return definition

    def _store(self, lowered: str, value: str, *, local: bool) -> None:
        if local or lowered in _OF_THE_TRANSACTION:
            self._replace(self._session, {**self._local, lowered: value})
            return
        kept = {name: text for name, text in self._local.items() if name != lowered}
        self._replace({**self._session, lowered: value}, kept)

    # -- transactions ----------------------------------------------------------------------------

    def mark(self) -> tuple[Layer, Layer]:
        """Returns what `rollback_to` comes back to."""
        return self._session, self._local

    def rollback_to(self, mark: tuple[Layer, Layer]) -> None:
        """Forgets all changes since the mark."""
        self._replace(*mark)

    def commit(self) -> None:
        """Ends the transaction: its local values go."""
        if self._local:
            self._replace(self._session, {})

    def path_changed(self) -> None:
        """The search path has come to mean something else: what was read by it is read again."""
        self.generation += 1

    def _replace(self, session: Layer, local: Layer) -> None:
        if session is self._session and local is self._local:
            return
        touched = (self._session.keys() ^ session.keys()) | (self._local.keys() ^ local.keys())
        touched |= {name for name, text in session.items() if self._session.get(name) != text}
        touched |= {name for name, text in local.items() if self._local.get(name) != text}
        reported = [name for name in touched if name in _REPORTED_LOWER]
        before = {name: self.show(name) for name in reported}
        self._session, self._local = session, local
        self.generation += 1
        for name in reported:
            now = self.show(name)
            if now != before[name]:
                self.changed(_REPORTED_LOWER[name], now)


def _quoted(identifier: str) -> str:
    if _IDENTIFIER.match(identifier):
        return identifier
    return '"' + identifier.replace('"', '""') + '"'


def split_identifiers(text: str) -> list[str] | None:
    """Returns the identifiers of a list such as search_path's, or None if its syntax is wrong."""
    if not text.strip():
        return []
    result = []
    pattern = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([^\s,"]+))\s*(,|\Z)')
    position = 0
    while True:
        match = pattern.match(text, position)
        if match is None:
            return None
        quoted, plain, separator = match.groups()
        result.append(quoted.replace('""', '"') if quoted is not None else plain.lower())
        position = match.end()
        if not separator:
            return result


def _check_context(definition: Definition, name: str, *, at_start: bool = False) -> None:
    match definition.context:
        case "user" | "superuser":
            return
        case "backend" | "superuser-backend":
            if at_start:
                return
            reason = "cannot be set after connection start"
        case "postmaster":
            reason = "cannot be changed without restarting the server"
        case "sighup":
            reason = "cannot be changed now"
        case _:
            reason = "cannot be changed"
    raise DatabaseError("55P02", f'parameter "{name}" {reason}')


def _unknown(name: str) -> DatabaseError:
    return DatabaseError("42704", f'unrecognized configuration parameter "{name}"')
