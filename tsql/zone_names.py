"""The names of time zones."""

import functools
from importlib import resources


@functools.cache
def zone_names() -> dict[str, str]:
    """Returns every zone's name by its lower-case form."""
    text = resources.files("tzdata").joinpath("zones").read_text(encoding="ascii")
    return {name.lower(): name for name in text.split()}
