"""Settings come from the file, the environment and the flags, in that order; mistakes are named."""

import pathlib

import pytest

from terrascale.config import ConfigurationError, Settings, load


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "TERRASCALE_HOST",
        "TERRASCALE_PASSWORD",
        "TERRASCALE_CONFIG",
        "TERRASCALE_PG_PORT",
    ):
        monkeypatch.delenv(name, raising=False)


def test_defaults() -> None:
    settings = load({})
    assert settings == Settings()
    assert (settings.host, settings.pg_port, str(settings.data_dir)) == (
        "127.0.0.1",
        5432,
        "terrascale-data",
    )


def test_flags_win_over_environment_and_environment_over_file(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "terrascale.toml"
    file.write_text('pg-port = 1\nhttp_port = 2\ndynamodb_port = 3\npassword = "from file"\n')
    monkeypatch.setenv("TERRASCALE_PG_PORT", "10")
    monkeypatch.setenv("TERRASCALE_HTTP_PORT", "20")
    settings = load({"pg_port": 100, "host": None}, file)
    assert (settings.pg_port, settings.http_port, settings.dynamodb_port, settings.password) == (
        100,
        20,
        3,
        "from file",
    )


def test_file_named_by_the_environment(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "c.toml"
    file.write_text("max_connections = 7\n")
    monkeypatch.setenv("TERRASCALE_CONFIG", str(file))
    assert load({}).max_connections == 7


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("pg_prot = 1", "unknown setting 'pg_prot'"),
        ("pg_port = 70000", "'pg_port'"),
        ("x = ", "not valid TOML"),
        ('log_level = "loud"', "'log_level'"),
        ("pg_port = true", "'pg_port'"),
        ("max_connections = 1.5", "'max_connections'"),
        ("max_connections = 0", "'max_connections'"),
        ("statement_timeout = 2147483648", "'statement_timeout'"),
        ('host = ""', "'host'"),
        ('data_dir = ""', "'data_dir'"),
        ('password = ""', "'password'"),
        ('[dynamodb.access_keys]\nA = { secret = "s", rle = "r" }', "'dynamodb_access_keys'"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: pathlib.Path, content: str, words: str) -> None:
    file = tmp_path / "c.toml"
    file.write_text(content)
    with pytest.raises(ConfigurationError, match=words):
        load({}, file)


def test_a_file_in_another_encoding_is_named(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "c.toml"
    file.write_bytes('password = "s\u00e9same"'.encode("latin-1"))
    with pytest.raises(ConfigurationError, match=r"c\.toml is not valid TOML"):
        load({}, file)


@pytest.mark.parametrize("name", ["data_dir", "host", "pg_port", "tls_cert"])
def test_an_empty_flag_is_a_mistake(name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"'{name}' in the command line can't be ''"):
        load({name: ""})


def test_what_kubernetes_says_of_a_service_of_our_name_is_no_setting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {
        "SERVICE_HOST": "10.0.0.7",
        "SERVICE_PORT": "5432",
        "SERVICE_PORT_POSTGRESQL": "5432",
        "PORT": "tcp://10.0.0.7:5432",
        "PORT_5432_TCP": "tcp://10.0.0.7:5432",
        "PORT_5432_TCP_ADDR": "10.0.0.7",
        "PG_SERVICE_HOST": "10.0.0.8",
        "PG_PORT": "tcp://10.0.0.8:5432",
        "HTTP_PORT": "9000",
    }.items():
        monkeypatch.setenv(f"TERRASCALE_{name}", value)
    assert load({}) == Settings(http_port=9000)
    monkeypatch.setenv("TERRASCALE_POSTGRES_PORT", "5433")
    with pytest.raises(ConfigurationError, match="unknown setting 'postgres_port'"):
        load({})


def test_a_missing_file_is_named(tmp_path: pathlib.Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere\.toml"):
        load({}, tmp_path / "nowhere.toml")


@pytest.mark.parametrize("host", ["0.0.0.0", "10.1.2.3", "::", "db.example"])
def test_other_addresses_need_a_password(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="without a password"):
        load({"host": host})
    monkeypatch.setenv("TERRASCALE_PASSWORD", "secret")
    assert load({"host": host}).password == "secret"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.53", "::1", "localhost"])
def test_loopback_needs_none(host: str) -> None:
    assert load({"host": host}).is_loopback


def test_the_socket_directory_is_absolute() -> None:
    assert load({"socket_dir": "run"}).socket_dirs() == (pathlib.Path.cwd() / "run",)


def test_certificate_and_key_belong_together(tmp_path: pathlib.Path) -> None:
    with pytest.raises(ConfigurationError, match="belong together"):
        load({"tls_cert": tmp_path / "cert.pem"})


def test_a_wrong_password_value_is_not_shown(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text('password = "hunter2"\npg_port = "x"\n')
    with pytest.raises(ConfigurationError) as error:
        load({}, file)
    assert "hunter2" not in str(error.value)
