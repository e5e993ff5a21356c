"""Options for all tests."""

import hypothesis
import pytest

# A test may take as long as it takes: the machine is shared, and families load at first use.
hypothesis.settings.register_profile("terrascale", deadline=None)
hypothesis.settings.load_profile("terrascale")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite", action="store_true", help="rewrite goldens of our own (never SQL answers)"
    )
