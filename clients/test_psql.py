"""psql: what a person types, and what they see. PostgreSQL itself is asked the same where that is the point."""

import os
import pathlib
import subprocess

import pytest

from tests.server import Server

GOLDEN = pathlib.Path(__file__).parent.parent / "tests" / "golden" / "sql"


def psql(
    server: Server, sql: str, *flags: str, host: str = "127.0.0.1"
) -> subprocess.CompletedProcess[str]:
    command = ["psql", "-X", "-h", host, "-p", str(server.port), "-U", "terrascale", *flags]
    environment = {name: value for name, value in os.environ.items() if name != "PGDATABASE"}
    return subprocess.run(
        command,
        input=sql,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env=environment,
    )


def oracle(sql: str, *flags: str) -> subprocess.CompletedProcess[str]:
    """The same statement to PostgreSQL, in a database of its own."""
    for statement in ("DROP DATABASE IF EXISTS clients", "CREATE DATABASE clients"):
        subprocess.run(["psql", "-X", "-q", "-c", statement], check=True, capture_output=True)
    command = ["psql", "-X", "-d", "clients", *flags]
    return subprocess.run(
        command, input=sql, capture_output=True, text=True, timeout=300, check=False
    )


def test_the_first_screen_of_the_readme(server: Server) -> None:
    result = psql(
        server,
        """CREATE TABLE readings (device text, at timestamptz, celsius float8, PRIMARY KEY (device, at));
        INSERT INTO readings VALUES ('attic', '2024-05-01 12:00+00', 31.5), ('attic', '2024-05-01 13:00+00', 33.25);
        SELECT * FROM readings WHERE device = 'attic' ORDER BY at DESC LIMIT 1;""",
    )
    assert result.stdout.split("\n") == [
        "CREATE TABLE",
        "INSERT 0 2",
        " device |           at           | celsius ",
        "--------+------------------------+---------",
        " attic  | 2024-05-01 13:00:00+00 |   33.25",
        "(1 row)",
        "",
        "",
    ]


def test_unix_socket(server: Server) -> None:
    result = psql(server, "SELECT 'by socket'", "-At", host=str(server.data_dir.parent))
    assert result.stdout == "by socket\n", result.stderr


def test_copy_from_and_to_a_file(server: Server, tmp_path: pathlib.Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("".join(f"{n},name {n}\n" for n in range(2000)))
    psql(
        server,
        f"CREATE TABLE files (id int PRIMARY KEY, name text);\n\\copy files FROM '{source}' CSV\n\\copy files TO '{target}' CSV\n",
    )
    assert target.read_text() == source.read_text()


@pytest.mark.parametrize(
    "flags",
    [("-At",), ("-x",), ("--csv",), ("-1",), ("--set=ON_ERROR_STOP=1",), ("--set=FETCH_COUNT=2",)],
)
def test_formats_and_modes_print_what_they_print_with_postgresql(
    server: Server, flags: tuple[str, ...]
) -> None:
    sql = """DROP TABLE IF EXISTS shown;
        CREATE TABLE shown (id int PRIMARY KEY, t text, n numeric, a int[], j jsonb, at timestamp);
        INSERT INTO shown VALUES (1, 'one', 1.50, '{1,2}', '{"a": 1}', '2024-01-01'), (2, NULL, NULL, NULL, NULL, NULL), (3, 'thr
ee', -3, '{}', '[]', 'infinity');
        SELECT * FROM shown ORDER BY id;
        SELECT 1 AS a \\gset
        SELECT :a + 1;
        """
    flags = (*flags, "-q") if flags != ("--set=FETCH_COUNT=2",) else ("-q",)
    assert psql(server, sql, *flags).stdout == oracle(sql, *flags).stdout


def test_errors_are_shown_with_their_place(server: Server) -> None:
    sql = "SELECT 1,\n  nope FROM (SELECT 1) x;\nSELECT 1/0;\n\\errverbose\nINSERT INTO nowhere VALUES (1);\nSELECT 'abc'::int;\n"
    ours, theirs = psql(server, sql), oracle(sql)

    def relevant(text: str) -> list[str]:
        return [line for line in text.split("\n") if "LOCATION" not in line]

    assert relevant(ours.stderr) == relevant(theirs.stderr)


def test_describing_parameters_with_gdesc_and_bind(server: Server) -> None:
    sql = "SELECT 1 AS a, 'x'::varchar(5) AS b, now() AS c, 1.5::numeric(5,2) AS d \\gdesc\n"
    assert psql(server, sql).stdout == oracle(sql).stdout


@pytest.mark.parametrize("name", sorted(path.stem for path in GOLDEN.glob("*.sql")))
def test_no_script_breaks_the_connection(server: Server, name: str) -> None:
    """Whatever a script does, psql ends well (exit code 0 without ON_ERROR_STOP)."""
    script = "\n".join(
        line
        for line in (GOLDEN / f"{name}.sql").read_text().split("\n")
        if not line.startswith("--")
    )
    if "\\data" not in script:
        result = psql(server, script + "\n;ROLLBACK;\nSELECT 'alive';", "-At")
        assert result.stdout.rstrip().endswith("alive"), result.stderr[-2000:]


def test_environment_of_the_oracle_is_the_recorded_one() -> None:
    assert "PGHOST" in os.environ, "run by make clients"
