"""What one session knows: settings, transaction, prepared statements, portals, events.

`tsql.session.Session` is the front of this; commands (tsql/commands) work on it directly.
"""

from collections.abc import Callable
from typing import Any, Final

from storage.catalog import Catalog
from storage.errors import DatabaseError
from tsql.access.become import IDENTITY_SETTINGS, check_may_become
from tsql.access.databases import find_database
from tsql.access.privileges import may_use_schema, reading
from tsql.access.roles import find_role, is_superuser
from tsql.api import Notice, SessionEvents
from tsql.cursor import Cursor
from tsql.env import Env
from tsql.executor.run import Run
from tsql.interrupts import Interrupts
from tsql.portal import Portal
from tsql.prepared import Prepared, Query, binding_key
from tsql.session_functions import SessionFunctions
from tsql.settings import Settings, split_identifiers
from tsql.shared import SessionOptions, Shared
from tsql.temporary import ALIAS, PREFIX, TemporarySchema
from tsql.transactions import TransactionControl

#: Severities of client_min_messages, from the least important one.
_SEVERITIES: Final = (
    "debug5", "debug4", "debug3", "debug2", "debug1", "log", "info", "notice", "warning", "error",
)  # fmt: skip
#: PostgreSQL's NAMEDATALEN - 1, and NOTIFY_PAYLOAD_MAX_LENGTH.
CHANNEL_BYTES_MAX: Final = 63
PAYLOAD_BYTES_MAX: Final = 8000
#: Templates whose point forms a session keeps.
TEMPLATE_POINTS_MAX: Final = 500
#: Texts of BEGIN, COMMIT and ROLLBACK that a session keeps: a client writes each of them in one way.
STEP_TEXTS_MAX: Final = 20
STEP_CHARACTERS_MAX: Final = 60


class SessionState:
    """The state of one session.

    Attributes:
        env: The environment as the settings are now. Statements that are done at once run in it;
            others take a copy (`statement_env`).
        ended: What to do at the transaction's end.
        finished: What the unnamed portal has run to its end without ever having been made.
        transaction_points: BEGIN, COMMIT and ROLLBACK, by the texts that have been sent.
    """

    def __init__(self, database: Shared, options: SessionOptions) -> None:
        self.database = database
        self.options = options
        self.started_at = database.clock()
        self.events = SessionEvents()
        self.settings = self._first_settings()
        self.interrupts = Interrupts()
        self.statements: dict[str, Prepared] = {}
        self.portals: dict[str, Portal] = {}
        self.finished: Prepared | None = None
        self.cursors: dict[str, Cursor] = {}
        self.ended: list[Callable[[bool], None]] = []
        self.control = TransactionControl(
            database.store,
            database.catalogs,
            database.tables.constraints,
            self.settings,
            options.process_id,
            self._transaction_ended,
        )
        self.functions = SessionFunctions(self)
        temporary_name = f"{PREFIX}{options.process_id}"
        self.temporary = TemporarySchema(temporary_name, self.settings.path_changed)
        database.sessions[options.process_id] = self
        self.last_values: dict[int, int] = {}
        self.pending_notifications: list[tuple[str, str]] = []
        self._listening: dict[str, Callable[[], None]] = {}
        #: The point forms of statements with inline literals, by their templates' queries.
        self.template_points: dict[Query, Any] = {}
        self.transaction_points: dict[str, Any] = {}
        self._env_generation = -1
        self._env = Env()
        #: The catalog by which the search path was read.
        self._path_catalog: Catalog | None = None
        self._binding_key: tuple[Any, ...] = ()

    # -- identity --------------------------------------------------------------------------------

    def _first_settings(self) -> Settings:
        """Returns the settings that the role, then the client, begins with. Raises 22023, 42501."""
        options, catalog = self.options, self.database.catalogs.current
        role, database = find_role(catalog, options.user), find_database(catalog, options.database)
        own = {} if database is None else dict(database.settings)
        own.update({} if role is None else role.settings)
        superuser = role is None or role.superuser
        try:
            settings = Settings(
                options.user,
                {**own, **options.settings},
                self._setting_changed,
                is_superuser=superuser,
                server=options.server_settings,
            )
        except DatabaseError:
            # What ALTER ROLE or ALTER DATABASE has set must not keep anybody out.
            settings = Settings(
                options.user,
                options.settings,
                self._setting_changed,
                is_superuser=superuser,
                server=options.server_settings,
            )
        for name in IDENTITY_SETTINGS:
            wanted = settings.value(name)
            if wanted not in {"none", options.user}:
                check_may_become(
                    catalog, name, wanted, login=options.user, session_user=options.user
                )
        return settings

    @property
    def session_user(self) -> str:
        """Who logged in, or whom SET SESSION AUTHORIZATION has made of him."""
        return self.settings.value("session_authorization")

    @property
    def current_user(self) -> str:
        """Whose privileges count."""
        role = self.settings.value("role")
        return self.session_user if role == "none" else role

    def check_may_become(self, setting: str, wanted: str) -> None:
        """Raises 22023, 42501."""
        check_may_become(
            self.catalog,
            setting,
            wanted,
            login=self.options.user,
            session_user=self.session_user,
        )

    # -- environment -----------------------------------------------------------------------------

    @property
    def env(self) -> Env:
        """The environment as the settings are now."""
        if self._env_generation != self.settings.generation:
            self._env = self._new_env()
            self._binding_key = binding_key(self._env)
            self._env_generation = self.settings.generation
        return self._env

    @property
    def binding_key(self) -> tuple[Any, ...]:
        """The settings by which names and literals are read."""
        if self._env_generation != self.settings.generation:
            return binding_key(self.env)
        return self._binding_key

    def _new_env(self) -> Env:
        settings = self.settings
        path, implicit_count = self._search_path()
        style, order = settings.value("datestyle").split(", ")
        old = self._env
        return Env(
            time_zone=settings.value("timezone"),
            date_style=style,
            date_order=order,
            interval_style=settings.value("intervalstyle"),
            bytea_output=settings.value("bytea_output"),
            extra_float_digits=int(settings.value("extra_float_digits")),
            transaction_timestamp=old.transaction_timestamp,
            statement_timestamp=old.statement_timestamp,
            clock=self.database.clock,
            user=self.current_user,
            database=self.options.database,
            search_path=path,
            temporary_schema=self.temporary.name,
            implicit_schema_count=implicit_count,
            get_setting=self.settings.show,
            set_setting=self._set_config,
            session=self.functions,
            notice=self._env_notice,
        )

    def _search_path(self) -> tuple[tuple[str, ...], int]:
        """Returns where names are looked up, and how many schemas the setting doesn't name.

        A schema that the user may not look into isn't there for them.
        """
        names = split_identifiers(self.settings.value("search_path")) or []
        temporary, user = self.temporary, self.current_user
        meanings = {"$user": user, ALIAS: temporary.name}
        path = tuple(meanings.get(name, name) for name in names)
        catalog = self._path_catalog = self.catalog
        if not is_superuser(catalog, user):
            path = tuple(
                name
                for name in path
                if name == temporary.name or may_use_schema(catalog, user, name)
            )
        if temporary.has_begun and temporary.name not in path:
            return (temporary.name, *path), 1
        return path, 0

    def follow_catalog(self) -> Catalog:
        """Returns the catalog; has names looked up elsewhere, if rights on schemas have changed."""
        catalog = self.catalog
        if catalog is not self._path_catalog:
            env = self.env
            if self._search_path() != (env.search_path, env.implicit_schema_count):
                self.settings.path_changed()
        return catalog

    def begin_statement(self) -> None:
        """Reads the clock for a message that has come."""
        self.follow_catalog()
        env = self.env
        env.statement_timestamp = self.database.clock()
        if not self.control.is_open:
            env.transaction_timestamp = env.statement_timestamp

    def end_statement(self) -> None:
        """Lets go of what a message has brought: it may be large, and the client idle for hours."""
        self._env.parameters = ()
        self.functions.end_statement()

    def statement_env(self, parameters: tuple[Any, ...]) -> Env:
        """Returns an environment of its own for a statement that may last."""
        env = self.env
        return Env(
            parameters,
            env.time_zone,
            env.date_style,
            env.date_order,
            env.interval_style,
            env.bytea_output,
            env.extra_float_digits,
            env.transaction_timestamp,
            env.statement_timestamp,
            env.clock,
            env.user,
            env.database,
            env.search_path,
            env.get_setting,
            env.set_setting,
            env.session,
            env.notice,
            env.value_bytes_max,
            env.temporary_schema,
            env.implicit_schema_count,
        )

    def remember_point(self, query: Query, point: Any) -> Any:
        """Keeps the point form of a template's query, and returns it."""
        if len(self.template_points) >= TEMPLATE_POINTS_MAX:
            self.template_points.clear()
        self.template_points[query] = point
        return point

    def remember_step(self, sql: str, point: Any) -> None:
        """Keeps the point form of a BEGIN, COMMIT or ROLLBACK, as far as there is room."""
        if len(sql) <= STEP_CHARACTERS_MAX and len(self.transaction_points) < STEP_TEXTS_MAX:
            self.transaction_points[sql] = point

    def run(self, env: Env) -> Run:
        """Returns an execution in the session's transaction, at a fresh snapshot."""
        shared = self.database
        txn = self.control.statement_transaction()
        return Run(
            env,
            txn,
            shared.store.slices,
            shared.statement_bytes_max,
            shared.columns,
            self.settings.value("terrascale.path"),
        )

    @property
    def catalog(self) -> Catalog:
        """The catalog that the session's transaction sees."""
        return self.database.catalogs.seen_by(self.control.txn)

    def reveal(self, error: BaseException, txn: Any) -> None:
        """Settles what an error shows of stored rows: as much as the current user may read."""
        if isinstance(error, DatabaseError) and error.shows is not None:
            error.reveal(reading(self.database.catalogs.seen_by(txn), self.current_user))

    # -- events ----------------------------------------------------------------------------------

    def notice(
        self,
        severity: str,
        sqlstate: str,
        message: str,
        *,
        detail: str | None = None,
        hint: str | None = None,
        position: int | None = None,
    ) -> None:
        """Sends a notice, unless client_min_messages is above it; clients don't see how deep DEBUG is."""
        wanted = self.settings.value("client_min_messages")
        level = severity.lower()
        if level.startswith("debug"):
            severity = "DEBUG"
        if level != "info" and _SEVERITIES.index(level) < _SEVERITIES.index(wanted):
            return
        self.events.notices.append(Notice(severity, sqlstate, message, detail, hint, position))

    def warning(self, sqlstate: str, message: str) -> None:
        """Sends a warning."""
        self.notice("WARNING", sqlstate, message)

    def _env_notice(self, severity: str, sqlstate: str, message: str) -> None:
        self.notice(severity, sqlstate, message)

    def _setting_changed(self, name: str, value: str) -> None:
        self.events.parameters[name] = value

    def _set_config(self, name: str, value: str | None, is_local: bool) -> str:
        self.control.mark_settings()
        if name.lower() in IDENTITY_SETTINGS and value is not None:
            self.check_may_become(name.lower(), value)
        if value is None:
            self.settings.reset(name, local=is_local)
        else:
            self.settings.set(name, value, local=is_local)
        return self.settings.show(name)

    def _transaction_ended(self, committed: bool) -> None:
        self.portals.clear()
        self.finished = None
        if self.cursors:
            self._end_transaction_of_cursors(committed)
        actions, self.ended = self.ended, []
        for action in actions:
            action(committed)

    def _end_transaction_of_cursors(self, committed: bool) -> None:
        """Ends all cursors but those WITH HOLD whose transaction has committed."""
        for cursor in list(self.cursors.values()):
            if cursor.holds and (committed or not cursor.is_new):
                cursor.is_new = False
            else:
                del self.cursors[cursor.name]

    def end_cursors(self, depth: int) -> None:
        """Ends what was declared after a savepoint that was rolled back to: so many are left."""
        for cursor in list(self.cursors.values()):
            if cursor.is_new and cursor.depth >= depth:
                del self.cursors[cursor.name]

    def discard(self) -> None:
        """DISCARD ALL: what isn't settings, statements or portals."""
        self.forget_sequences()
        self.unlisten(None)
        self.functions.advisory_unlock_all()

    def close(self) -> None:
        """Ends the session."""
        self.discard()
        if self.database.sessions.get(self.options.process_id) is self:
            del self.database.sessions[self.options.process_id]

    def forget_sequences(self) -> None:
        """Forgets what currval() and lastval() would say."""
        self.last_values.clear()

    # -- notifications ---------------------------------------------------------------------------

    def at_end(self, action: Callable[[bool], None]) -> None:
        """Has `action` called at the transaction's end, with whether it has committed."""
        self.ended.append(action)

    def listen(self, channel: str) -> None:
        """Begins to listen."""
        if channel not in self._listening:
            coordinator = self.database.store.coordinator
            heard = self._channel_heard(channel)

            def deliver(_heard: str, payload: str, sender: int) -> None:
                self._notified(channel, payload, sender)

            self._listening[channel] = coordinator.listen(heard, deliver)

    def _channel_heard(self, channel: str) -> str:
        """Returns what the channel is to the coordinator: each database has its own."""
        return f"{self.database.database_id} {channel}"

    def unlisten(self, channel: str | None) -> None:
        """Stops listening, to all channels if none is named."""
        for name in list(self._listening) if channel is None else [channel]:
            stop = self._listening.pop(name, None)
            if stop is not None:
                stop()

    def _notified(self, channel: str, payload: str, sender: int) -> None:
        self.events.notifications.append((channel, payload, sender))
        self.options.wake()

    def listening_channels(self) -> list[str]:
        """Returns the channels that the session listens to."""
        return list(self._listening)

    def notify(self, channel: str, payload: str) -> None:
        """Sends a notification at the commit; the same one twice in a transaction goes once."""
        if not channel:
            raise DatabaseError("22023", "channel name cannot be empty")
        if len(channel.encode()) > CHANNEL_BYTES_MAX:
            raise DatabaseError("22023", "channel name too long")
        if len(payload.encode()) >= PAYLOAD_BYTES_MAX:
            raise DatabaseError("22023", "payload string too long")
        if (channel, payload) in self.pending_notifications:
            return
        if not self.pending_notifications:
            self.at_end(self.deliver_notifications)
        self.pending_notifications.append((channel, payload))

    def deliver_notifications(self, committed: bool) -> None:
        """Sends what NOTIFY has left for the commit."""
        pending, self.pending_notifications = self.pending_notifications, []
        if committed:
            coordinator, sender = self.database.store.coordinator, self.options.process_id
            for channel, payload in pending:
                coordinator.notify(self._channel_heard(channel), payload, sender)

    # -- statements ------------------------------------------------------------------------------

    def prepared(self, name: str) -> Prepared:
        """Returns a prepared statement. Raises 26000."""
        found = self.statements.get(name)
        if found is None:
            if not name:
                raise DatabaseError("26000", "unnamed prepared statement does not exist")
            raise DatabaseError("26000", f'prepared statement "{name}" does not exist')
        return found
