"""Django: its contrib apps' migrations to the end and back to nothing, with its own ORM in between."""

import io
import pathlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import django
import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command

from tests.pages import blocks, with_ports
from tests.server import Server

APPS = ["contenttypes", "auth", "sessions", "admin", "messages", "sites", "flatpages", "redirects"]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: pathlib.Path = tmp_path_factory.mktemp("django")
    with Server(folder / "data") as server:
        page: dict[str, Any] = {}
        exec(with_ports(blocks("django", "python")[0], server.port), page)
        settings.configure(
            INSTALLED_APPS=[f"django.contrib.{app}" for app in APPS],
            DATABASES=page["DATABASES"],
            DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
            PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
            SECRET_KEY="of a test",
            ALLOWED_HOSTS=["testserver"],
            ROOT_URLCONF="tests.drivers.django_urls",
            MIDDLEWARE=[
                "django.contrib.sessions.middleware.SessionMiddleware",
                "django.contrib.auth.middleware.AuthenticationMiddleware",
                "django.contrib.messages.middleware.MessageMiddleware",
            ],
            TEMPLATES=[
                {
                    "BACKEND": "django.template.backends.django.DjangoTemplates",
                    "APP_DIRS": True,
                    "OPTIONS": {
                        "context_processors": [
                            "django.template.context_processors.request",
                            "django.contrib.auth.context_processors.auth",
                            "django.contrib.messages.context_processors.messages",
                        ]
                    },
                }
            ],
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


def test_inspectdb_writes_the_model_of_a_table(database: Server) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE owner (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY)"
        )
        cursor.execute(
            "CREATE TABLE kind (id bigserial PRIMARY KEY, owner_id bigint NOT NULL REFERENCES owner,"
            " n numeric(8, 3), v varchar(20) NOT NULL UNIQUE, t text, b boolean, at timestamptz,"
            " u uuid, doc jsonb, UNIQUE (n, t))"
        )
        cursor.execute("COMMENT ON COLUMN kind.v IS 'its name'")
    written = io.StringIO()
    call_command("inspectdb", "kind", stdout=written)
    fields = [line.strip() for line in written.getvalue().split("class Kind")[1].splitlines()[1:]]
    assert [line for line in fields if " = models." in line] == [
        "id = models.BigAutoField(primary_key=True)",
        "owner = models.ForeignKey('Owner', models.DO_NOTHING)",
        "n = models.DecimalField(max_digits=8, decimal_places=3, blank=True, null=True)",
        "v = models.CharField(unique=True, max_length=20, db_comment='its name')",
        "t = models.TextField(blank=True, null=True)",
        "b = models.BooleanField(blank=True, null=True)",
        "at = models.DateTimeField(blank=True, null=True)",
        "u = models.UUIDField(blank=True, null=True)",
        "doc = models.JSONField(blank=True, null=True)",
    ]
    assert "unique_together = (('n', 't'),)" in fields
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE kind, owner")


def test_the_admin_lists_searches_changes_and_deletes(database: Server) -> None:
    from django.contrib.admin.models import LogEntry
    from django.contrib.auth.models import Group, User
    from django.test import Client

    call_command("migrate", verbosity=0)
    User.objects.create_superuser("root", password="secret")
    for number in range(120):
        User.objects.create(username=f"user{number:03}", is_staff=number % 2 == 0)
    client = Client()
    client.login(username="root", password="secret")

    def shown(address: str, **question: Any) -> str:
        response = client.get(f"/admin/auth/user/{address}", question)
        assert response.status_code == 200
        return str(response.content.decode())

    assert "121 users" in shown("")
    assert "user119" in shown("", p=2, all="")
    assert "1 result" in shown("", q="user042")
    assert "60 users" in shown("", is_staff__exact=0)
    group = client.post("/admin/auth/group/add/", {"name": "editors", "permissions": [1, 2]})
    assert group.status_code == 302
    editors = Group.objects.get(name="editors")
    user = User.objects.get(username="user007")
    fields = {
        "username": "bond",
        "groups": [editors.pk],
        "date_joined_0": "2024-01-02",
        "date_joined_1": "03:04:05",
    }
    changed = client.post(f"/admin/auth/user/{user.pk}/change/", fields)
    assert changed.status_code == 302, changed.content
    user.refresh_from_db()
    assert (user.username, list(user.groups.all())) == ("bond", [editors])
    assert "Changed" in shown(f"{user.pk}/history/")
    taken = client.post(f"/admin/auth/user/{user.pk}/change/", {**fields, "username": "user008"})
    assert "already exists" in taken.content.decode()
    doomed = User.objects.filter(username__startswith="user11")
    action = {"action": "delete_selected", "_selected_action": [each.pk for each in doomed]}
    assert "Are you sure" in client.post("/admin/auth/user/", action).content.decode()
    assert client.post("/admin/auth/user/", {**action, "post": "yes"}).status_code == 302
    assert User.objects.filter(username__startswith="user11").count() == 0
    assert LogEntry.objects.filter(user__username="root").count() == 12
