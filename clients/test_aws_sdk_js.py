"""The AWS SDK for JavaScript v3, with its document client, paginators and waiters."""

import json
import pathlib
import subprocess

from tests.server import Server

HERE = pathlib.Path(__file__).parent
NODE = HERE.parent / ".venv" / "node"


def test_an_applications_work(server: Server) -> None:
    # Modules are looked for beside the program.
    program = NODE / "aws_sdk_work.mjs"
    program.write_text((HERE / "aws_sdk_work.mjs").read_text())
    result = subprocess.run(
        ["node", str(program), f"http://127.0.0.1:{server.dynamodb_port}"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    steps = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(each["step"], each["value"]) for each in steps] == [
        ("created", "SUCCESS"),
        ("batch", {}),
        ("batch", {}),
        (
            "types",
            {
                "user": "types",
                "token": "all",
                "text": "ü",
                "number": 1.5,
                "big": "read as a number",
                "none": None,
                "yes": True,
                "list": [1, "two", {"three": 3}],
                "bytes": [1, 2],
            },
        ),
        ("query", [f"t{number:02}" for number in range(1, 20, 2)]),
        ("scan", sum(number % 3 == 0 for number in range(50))),
        (
            "updated",
            {
                "user": "u0",
                "token": "t00",
                "expires": 3600,
                "seen": ["noon"],
                "roles": ["a", "r0", "z"],
            },
        ),
        ("condition", [True, "The conditional request failed", "3600", 400]),
        ("transaction", [True, ["None", "ConditionalCheckFailed"]]),
        ("batch get", [{"expires": 2}]),
        ("deleted", "SUCCESS"),
    ]
