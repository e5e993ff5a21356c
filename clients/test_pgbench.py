"""pgbench: every mode, several clients, no failed transaction, and the sums agree afterwards."""

import pathlib
import subprocess

import pytest

from tests.server import Server

TRANSFER = """\\set a random(1, 100)
\\set b random(1, 100)
\\set low least(:a, :b)
\\set high greatest(:a, :b)
\\set amount random(1, 10)
BEGIN;
UPDATE accounts SET balance = balance - :amount WHERE id = :low;
UPDATE accounts SET balance = balance + :amount WHERE id = :high;
INSERT INTO transfers (a, b, amount) VALUES (:a, :b, :amount);
COMMIT;
"""


def run(server: Server, script: pathlib.Path, mode: str, clients: int) -> None:
    command = [
        "pgbench", "-n", "-f", str(script), "-M", mode, "-c", str(clients), "-t", "100",
        "-h", "127.0.0.1", "-p", str(server.port), "-U", "terrascale", "terrascale",
    ]  # fmt: skip
    result = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert result.returncode == 0, result.stderr
    assert "number of failed transactions: 0 " in result.stdout, result.stdout
    assert f"number of transactions actually processed: {clients * 100}/" in result.stdout


@pytest.mark.parametrize("clients", [1, 8])
@pytest.mark.parametrize("mode", ["simple", "extended", "prepared"])
def test_transfers_conserve_the_sum(
    server: Server, tmp_path: pathlib.Path, mode: str, clients: int
) -> None:
    with server.connect() as client:
        for sql in (
            "DROP TABLE IF EXISTS accounts, transfers",
            "CREATE TABLE accounts (id int PRIMARY KEY, balance bigint NOT NULL)",
            "CREATE TABLE transfers (a int, b int, amount int)",
            "INSERT INTO accounts SELECT g, 1000 FROM generate_series(1, 100) g",
        ):
            (result,) = client.simple_query(sql)
            assert result.error is None, result.error
        script = tmp_path / "transfer.sql"
        script.write_text(TRANSFER)
        run(server, script, mode, clients)
        (total,) = client.simple_query("SELECT sum(balance) FROM accounts")
        assert total.rows == [("100000",)]
        (count,) = client.simple_query("SELECT count(*) FROM transfers")
        assert count.rows == [(str(clients * 100),)]


def test_its_own_tables_and_script(server: Server) -> None:
    """`pgbench -i` in both ways of filling, then TPC-B; the three balances move by the same amount."""
    arguments = ["-h", "127.0.0.1", "-p", str(server.port), "-U", "terrascale", "terrascale"]
    for steps in ("dtGvp", "dtgvp"):
        made = subprocess.run(
            ["pgbench", "-i", "-q", "-I", steps, *arguments],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert made.returncode == 0, made.stderr
    ran = subprocess.run(
        ["pgbench", "-c", "8", "-t", "25", *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "number of failed transactions: 0 " in ran.stdout, ran.stdout
    with server.connect() as client:
        sums = [
            client.simple_query(f"SELECT sum({column}) FROM pgbench_{table}")[0].rows
            for column, table in (
                ("abalance", "accounts"),
                ("tbalance", "tellers"),
                ("bbalance", "branches"),
                ("delta", "history"),
            )
        ]
        assert all(total == sums[0] for total in sums), sums
        (count,) = client.simple_query("SELECT count(*) FROM pgbench_history")
        assert count.rows == [("200",)]
        (plan,) = client.simple_query("EXPLAIN SELECT * FROM pgbench_accounts WHERE aid = 7")
        assert plan.rows is not None
        assert plan.rows[0][0] == "Get on pgbench_accounts"
