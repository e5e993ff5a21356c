"""Django: its contrib apps' migrations to the end and back to nothing, with its own ORM in between."""

import pathlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import django
import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command

from tests.server import Server

APPS = ["contenttypes", "auth", "sessions", "admin", "messages", "sites", "flatpages", "redirects"]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: pathlib.Path = tmp_path_factory.mktemp("django")
    with Server(folder / "data") as server:
        settings.configure(
            INSTALLED_APPS=[f"django.contrib.{app}" for app in APPS],
            DATABASES={
                "default": {
                    "ENGINE": "django.db.backends.postgresql",
                    "NAME": "terrascale",
                    "USER": "terrascale",
                    "HOST": "127.0.0.1",
                    "PORT": server.port,
                }
            },
            DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
            PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
            SECRET_KEY="of a test",
            SITE_ID=1,
            USE_TZ=True,
        )
        django.setup()
        yield server
        from django.db import connection

        connection.close()


def _tables(server: Server) -> set[str]:
    sql = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    address = f"host=127.0.0.1 port={server.port} dbname=terrascale user=terrascale"
    with psycopg.connect(address) as connection:
        return {row[0] for row in connection.execute(sql)}


def test_contrib_apps_migrate_to_the_end_and_back(database: Server) -> None:
    call_command("migrate", verbosity=0)
    assert {
        "auth_user_groups",
        "django_admin_log",
        "django_flatpage_sites",
        "django_redirect",
        "django_session",
        "django_site",
    } <= _tables(database)
    _use_them()
    for app in ("admin", "auth", "redirects", "flatpages", "sites", "sessions", "contenttypes"):
        call_command("migrate", app, "zero", verbosity=0)
    assert _tables(database) == {"django_migrations"}
    # What is undone can be done again.
    call_command("migrate", verbosity=0)
    assert "auth_user" in _tables(database)


def _use_them() -> None:
    from django.contrib.admin.models import CHANGE, LogEntry
    from django.contrib.auth.models import Group, Permission, User
    from django.contrib.contenttypes.models import ContentType
    from django.contrib.flatpages.models import FlatPage
    from django.contrib.sessions.models import Session
    from django.contrib.sites.models import Site
    from django.db import IntegrityError, transaction
    from django.utils import timezone

    ann = User.objects.create_user("ann", "ann@example.com", "secret")
    editors = Group.objects.create(name="editors")
    editors.permissions.set(Permission.objects.filter(codename__startswith="change_"))
    ann.groups.add(editors)
    assert ann.has_perm("auth.change_user")
    assert User.objects.get(groups__name="editors", is_active=True).pk == ann.pk
    page = ContentType.objects.get_for_model(FlatPage)
    LogEntry.objects.create(
        user=ann, content_type=page, object_id="1", object_repr="x", action_flag=CHANGE
    )
    about = FlatPage.objects.create(url="/about/", title="About", content="…")
    about.sites.add(Site.objects.get(pk=1))
    assert [page.url for page in FlatPage.objects.filter(sites__domain="example.com")] == [
        "/about/"
    ]
    end = timezone.now() + timedelta(days=1)
    Session.objects.create(session_key="k" * 32, session_data="d", expire_date=end)
    assert Session.objects.filter(expire_date__gt=timezone.now()).count() == 1
    _refused(lambda: User.objects.create_user("ann"), IntegrityError, transaction)
    # Deferred foreign keys are tested by the commit.
    _refused(
        lambda: LogEntry.objects.create(user_id=99_999, object_repr="x", action_flag=CHANGE),
        IntegrityError,
        transaction,
    )
    ann.delete()
    assert not LogEntry.objects.exists()
    assert editors.user_set.count() == 0


def _refused(act: Any, error: type[Exception], transaction: Any) -> None:
    with pytest.raises(error), transaction.atomic():
        act()
