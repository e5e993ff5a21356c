"""psycopg's TypeInfo and EnumInfo: types looked up by name, and adapted from then on."""

import enum

import psycopg
from psycopg.types import TypeInfo
from psycopg.types.enum import EnumInfo, register_enum

from tests.server import Server


class Mood(enum.Enum):
    """The members are the labels."""

    SAD = "sad"
    OK = "ok"


def test_types_are_found_by_name_and_registered(server: Server) -> None:
    address = f"host=127.0.0.1 port={server.port} dbname=terrascale user=terrascale"
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TYPE mood AS ENUM ('SAD', 'OK')")
        connection.execute("""CREATE TYPE "Odd Name" AS ENUM ('x')""")
        for name, shown in [
            ("int4", "integer"),
            ("int4[]", "integer[]"),
            ("timestamptz", "timestamp with time zone"),
            ("mood", "mood"),
            ("public.mood", "mood"),
            ("mood[]", "mood[]"),
            ('"Odd Name"', '"Odd Name"'),
        ]:
            found = TypeInfo.fetch(connection, name)
            assert found is not None, name
            assert found.regtype == shown
        assert TypeInfo.fetch(connection, "nosuch") is None
        assert TypeInfo.fetch(connection, "other.mood") is None
        info = EnumInfo.fetch(connection, "mood")
        assert info is not None
        assert list(info.labels) == ["SAD", "OK"]
        register_enum(info, connection, Mood)
        row = connection.execute("SELECT %s::mood, %s::mood[]", [Mood.OK, [Mood.SAD]]).fetchone()
        assert row == (Mood.OK, [Mood.SAD])
