"""Requests against the service model."""

from typing import Any


def check_request(operation: str, body: dict[str, Any]) -> None:
    return
